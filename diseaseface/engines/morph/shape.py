"""The geometric part of an edit: solved for a face, softened where it would fold, accounted for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import contours, coupling, geometry, lids, warp
from diseaseface.engines.morph.eyes import Eye
from diseaseface.faces.face import Face

LEAST_JACOBIAN = 0.3
_SAFE_JACOBIAN = 0.32  # what smoothing aims at
_SMOOTHINGS = 30  # gentle local ones, before the whole edit is weakened
_SMOOTH_CM = 0.4
_WEAKENING = 0.93
_COUPLED = "Coupled with other signs of this profile: drawn as near as they allow."
_SOFTENED = "Softened where the picture would have folded."
_AGAINST = "Left out: beside the other signs of this face it would have come out the other way round."
_TOLERANCE = 0.05  # of what is asked
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

    What would come out against what is asked is left out, and the others are solved without it.

    Parameters
    ----------
    unit : function
        Gives a change's recipe, evaluated on this face in its direction.
    eyes : dict
        Side to the eye's frame, None where it leaves the photo.
    """
    found = _solved(face, asked, unit, eyes)
    against = [applied.change for applied in found.applied if _against(applied)]
    if not against:
        return found
    kept = solve(face, [change for change in asked if change not in against], unit, eyes)
    return replace(kept, applied=(*kept.applied, *(Applied(change, None, _AGAINST) for change in against)))


def _against(applied: Applied) -> bool:
    return applied.amount is not None and applied.amount / applied.change.amount < -_TOLERANCE


def _solved(face, asked, unit, eyes) -> Shape:
    """Find the strengths for all geometric signs, whatever comes out."""
    shapes = [change for change in asked if geometry.is_geometric(change)]
    solved = [change for change in shapes if geometry.measure_of(change)]
    direct = [change for change in shapes if not geometry.measure_of(change)]
    measures = [geometry.measure_of(change) for change in solved]
    meant = [share * c.amount for share, c in zip(contours.share_together(direct), direct, strict=True)]
    fixed_cm = sum(
        (abs(amount) * unit(c).points_cm for amount, c in zip(meant, direct, strict=True)),
        np.zeros_like(face.points_cm),
    )
    strengths = coupling.strengths(face.points_cm, solved, unit, fixed_cm)
    weights = [*strengths, *np.abs(meant)]
    fields = [unit(change) for change in [*solved, *direct]]
    move_cm = np.zeros(face.chart.nodes_cm.shape, np.float32)
    for weight, field in zip(weights, fields, strict=True):
        move_cm += np.float32(weight) * field.nodes_cm
    safe_cm, least = _unfolded(face, move_cm)
    planned = _changes(face, move_cm, measures)
    reached = planned if safe_cm is move_cm else _changes(face, safe_cm, measures)
    left = _share_left(safe_cm, move_cm)
    lids_mm, lids_applied = _move_lids(asked, eyes)
    return Shape(
        safe_cm,
        lids_mm,
        least,
        (
            *(_reached(*each) for each in zip(solved, planned, reached, strict=True)),
            *(
                _reached(c, amount, left * amount, contours.note(face, c))
                for c, amount in zip(direct, meant, strict=True)
            ),
            *lids_applied,
        ),
    )


def _changes(face, move_cm, measures):
    """By how much a displacement on the chart's nodes changes each measure."""
    moved_cm = face.points_cm + face.chart.at(move_cm, face.landmarks_px)
    return geometry.read_changes(face.points_cm, moved_cm, measures)


def _unfolded(face, move_cm):
    """Smooth the displacement where it would fold; return it and its least Jacobian."""
    to_px = np.float32(face.pose.px_per_cm) * face.pose.rotation[:2].astype(np.float32)
    flat = move_cm.reshape(-1, 3) @ (to_px * np.float32([[1.0], [-1.0]])).T
    seen = np.dstack([flat.reshape(*move_cm.shape[:2], 2), move_cm[..., 2]])  # as smoothed: linear
    determinant = warp.jacobian(face.chart, seen[..., :2])
    least = float(determinant.min())
    if least >= LEAST_JACOBIAN:
        return move_cm, least
    for _ in range(_SMOOTHINGS):
        if determinant.min() >= LEAST_JACOBIAN:
            break
        _smooth_tight(face, seen, determinant)
    safe = np.dstack([_in_plane(face, seen), seen[..., 2]])
    while (least := float(warp.jacobian(face.chart, face.pose.vectors_to_px(safe)).min())) < LEAST_JACOBIAN:
        safe = _WEAKENING * safe
    return safe.astype(np.float32), least


def _smooth_tight(face, seen, determinant):
    """Smooth a displacement (h, w, 3) around where its determinant (h, w) is low; both are written to."""
    sigma = _SMOOTH_CM * face.pose.px_per_cm / face.chart.step_px
    tight = determinant < _SAFE_JACOBIAN
    part = tuple(
        slice(max(0, int(line[0]) - pad), int(line[-1]) + 1 + pad)
        for line, pad in ((np.flatnonzero(tight.any(axis=axis)), int(np.ceil(4.0 * sigma)) + 2) for axis in (1, 0))
    )
    near = cv2.dilate(tight[part].astype(np.float32), np.ones((3, 3)))
    near = np.minimum(cv2.GaussianBlur(near, (0, 0), sigma), 0.35)[..., None]
    seen[part] += near * (cv2.GaussianBlur(seen[part], (0, 0), sigma) - seen[part])
    rows, columns = (slice(max(0, line.start - 2), line.stop + 2) for line in part)
    top, left = part[0].start - rows.start, part[1].start - columns.start
    height, width = near.shape[:2]
    around = warp.jacobian(face.chart, seen[rows, columns, :2])
    determinant[part] = around[top : top + height, left : left + width]


def _in_plane(face, seen):
    """Canonical x and y of a displacement given as pixels and canonical depth, (h, w, 2)."""
    to_px = face.pose.px_per_cm * face.pose.rotation[:2] * np.array([[1.0], [-1.0]])
    flat = seen[..., :2] - seen[..., 2:] * to_px[:, 2]
    return flat @ np.linalg.inv(to_px[:, :2]).T


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
