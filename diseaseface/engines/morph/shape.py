"""The geometric part of an edit: solved for a face, softened where it would fold, accounted for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import contours, geometry, lids, warp
from diseaseface.engines.morph.eyes import Eye
from diseaseface.faces.face import Face

LEAST_JACOBIAN = 0.3
_SAFE_JACOBIAN = 0.32  # what smoothing aims at
_SMOOTHINGS = 30  # gentle local ones, before the whole edit is weakened
_SMOOTH_CM = 0.4
_WEAKENING = 0.93
_COUPLED = "Coupled with other signs of this profile: drawn as near as they allow."
_SOFTENED = "Softened where the picture would have folded."
LID_ATTRIBUTES = ("upper_lid_position", "lower_lid_position")


@dataclass(frozen=True, eq=False)
class Shape:
    """A solved shape.

    Attributes
    ----------
    move_cm : float32 array of shape (h, w, 3)
        Displacement on the chart's nodes, canonical centimetres.
    lids_mm : dict of side to (upper, lower)
        Movement of the upper margin up and of the lower margin down, real millimetres.
    least_jacobian : float
    applied : tuple of Applied
        For the geometric changes and the lids.
    """

    move_cm: np.ndarray
    lids_mm: dict[str, tuple[float, float]]
    least_jacobian: float
    applied: tuple[Applied, ...]


def solve(
    face: Face,
    asked: Sequence[Change],
    unit: Callable[[Change], geometry.UnitField],
    eyes: dict[str, Eye | None],
) -> Shape:
    """Find the strengths for all geometric signs of an edit together.

    Parameters
    ----------
    unit : function
        Gives a change's recipe, evaluated on this face in its direction.
    eyes : dict
        Side to the eye's frame, None where it leaves the photo.
    """
    shapes = [change for change in asked if geometry.is_geometric(change)]
    solved = [change for change in shapes if geometry.measure_of(change)]
    direct = [change for change in shapes if not geometry.measure_of(change)]
    measures = [geometry.measure_of(change) for change in solved]
    fixed_cm = sum((abs(c.amount) * unit(c).points_cm for c in direct), np.zeros_like(face.points_cm))
    strengths = geometry.solve(
        face.points_cm, [unit(c).points_cm for c in solved], measures, [c.amount for c in solved], fixed_cm
    )
    weights = [*strengths, *(abs(change.amount) for change in direct)]
    fields = [unit(change) for change in [*solved, *direct]]
    move_cm = np.zeros(face.chart.nodes_cm.shape, np.float32)
    for weight, field in zip(weights, fields, strict=True):
        move_cm += np.float32(weight) * field.nodes_cm
    safe_cm, least = _unfolded(face, move_cm)
    planned, reached = (
        geometry.read_changes(face.points_cm, face.points_cm + face.chart.at(cm, face.landmarks_px), measures)
        for cm in (move_cm, safe_cm)
    )
    left = _share_left(safe_cm, move_cm)
    lids_mm, lids_applied = _move_lids(asked, eyes)
    return Shape(
        safe_cm,
        lids_mm,
        least,
        (
            *(_reached(*each) for each in zip(solved, planned, reached, strict=True)),
            *(_reached(c, c.amount, left * c.amount, contours.note(face, c)) for c in direct),
            *lids_applied,
        ),
    )


def _unfolded(face, move_cm):
    """Smooth the displacement where it would fold; return it and its least Jacobian."""
    sigma = _SMOOTH_CM * face.pose.px_per_cm / face.chart.step_px
    safe = move_cm
    for _ in range(_SMOOTHINGS):
        determinant = warp.jacobian(face.chart, face.pose.vectors_to_px(safe))
        if determinant.min() >= LEAST_JACOBIAN:
            return safe, float(determinant.min())
        tight = cv2.dilate((determinant < _SAFE_JACOBIAN).astype(np.float32), np.ones((3, 3)))
        near = np.minimum(cv2.GaussianBlur(tight, (0, 0), sigma), 0.35)[..., None]
        safe = safe + near * (cv2.GaussianBlur(safe, (0, 0), sigma) - safe)
    while determinant.min() < LEAST_JACOBIAN:
        safe = _WEAKENING * safe
        determinant = warp.jacobian(face.chart, face.pose.vectors_to_px(safe))
    return safe, float(determinant.min())


def _share_left(safe_cm, move_cm):
    """What smoothing left of a displacement as a whole: the regression of one on the other."""
    total = float((move_cm * move_cm).sum())
    return min(float((safe_cm * move_cm).sum()) / total, 1.0) if total else 1.0


def _reached(change, planned, reached, note=None):
    """Account for one sign: what the solver planned, and what was left after smoothing."""
    tolerance = 0.1 * abs(change.amount)
    if abs(reached - change.amount) <= tolerance:
        return Applied(change, float(reached), note)
    coupled = abs(planned - change.amount) > tolerance
    return Applied(change, float(reached), _COUPLED if coupled else _SOFTENED)


def _move_lids(asked, eyes):
    """Add up what is asked of each lid and limit it to what the eye allows."""
    changes = [change for change in asked if change.attribute.name in LID_ATTRIBUTES]
    wanted = {side: [0.0, 0.0] for side in eyes}
    for change in changes:
        for side in change.sides:
            wanted[side][LID_ATTRIBUTES.index(change.attribute.name)] += change.amount
    moved = {
        side: lids.reachable_mm(eyes[side], *both)
        for side, both in wanted.items()
        if eyes[side] is not None and any(both)
    }
    return moved, [_lid_applied(change, wanted, moved) for change in changes]


def _lid_applied(change, wanted, moved):
    which = LID_ATTRIBUTES.index(change.attribute.name)
    sides = [side for side in change.sides if side in moved]
    if not sides:
        return Applied(change, None, "The eye is not wholly inside the photo.")
    share = float(np.mean([moved[side][which] / wanted[side][which] for side in sides]))
    reason = "The lids would meet: limited to a nearly closed eye." if share < 0.999 else None
    return Applied(change, change.amount * share, reason)
