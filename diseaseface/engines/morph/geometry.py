"""How strongly each geometric recipe has to act, solved for all signs of an edit together.

Signs share landmarks: a wider nose also moves the philtrum. So strengths are not set one by
one but found, for this face, such that every measure changes by the amount asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from diseaseface.edits import Change
from diseaseface.engines.morph import contours
from diseaseface.engines.morph.fields import recipes, unit_field
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.chart import ring_window
from diseaseface.faces.face import Face

_ROUNDS = 4
_PROBE = 1e-3
_RIDGE = 1e-4  # keeps two recipes for one measure from fighting each other with huge strengths
_LOYALTY = 0.01  # how dear a change of a strength is against the same share missing of what is asked


@dataclass(frozen=True, eq=False)
class UnitField:
    """One recipe evaluated on one face.

    Attributes
    ----------
    nodes_cm : float32 array of shape (h, w, 3)
        Displacement on the chart's nodes for a strength of one, canonical centimetres.
    points_cm : float64 array of shape (478, 3)
        The same at the landmarks.
    """

    nodes_cm: np.ndarray
    points_cm: np.ndarray


def is_geometric(change: Change) -> bool:
    """Tell whether the change's attribute moves something."""
    return change.attribute.name in recipes() or change.attribute.name in contours.CONTOURS


def evaluate_recipe(face: Face, change: Change) -> UnitField:
    """Evaluate the recipe of a change on a face, in the change's direction."""
    nodes, (name, direction, _) = face.chart.nodes_cm, unit_field_key(change)
    field = np.zeros(nodes.shape, np.float32)
    if name in recipes():
        field += unit_field(name, direction, nodes[..., 0], nodes[..., 1], change.side)
        field *= ring_window(nodes[..., 0], nodes[..., 1])[..., None]
    if name in contours.CONTOURS:
        field += np.float32(direction) * contours.field(face, name, change.side)
    field *= -1.0 if undoes(change) else 1.0
    return UnitField(field, face.chart.at(field, face.landmarks_px).astype(np.float64))


def unit_field_key(change: Change) -> tuple[str, int, str | None]:
    """Name the recipe that draws a change: attribute, direction, side.

    A change that takes a profile's sign away again uses the sign's own recipe, backwards.
    """
    direction = change.sign.direction if change.sign else (1 if change.amount > 0 else -1)
    return change.attribute.name, direction, change.side


def undoes(change: Change) -> bool:
    """Tell whether a change takes its sign away instead of drawing it."""
    return change.sign is not None and change.amount * change.sign.direction < 0


def measure_of(change: Change) -> str | None:
    """Name of the anthropometric measure that the change is asked in, if it has one."""
    name = change.attribute.measure
    if name in MEASURES:
        return name
    one_sided = recipes().get(change.attribute.name, {}).get("one_sided")
    sided = f"{name}_{change.side or ('left' if one_sided else None)}"
    return sided if sided in MEASURES else None


def solve(
    points_cm: np.ndarray, fields: Sequence[np.ndarray], measures: Sequence[str], asked: Sequence[float],
    fixed_cm: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Find the strengths at which each measure changes by what is asked.

    Parameters
    ----------
    points_cm : float array of shape (478, 3)
        The face before the edit.
    fields : k float arrays of shape (478, 3)
        Displacement of the points by each recipe at strength one.
    measures : k names
    asked : k floats
        Change of each measure, in its unit.
    fixed_cm : float array of shape (478, 3)
        Displacement by recipes that are not solved for.

    Returns
    -------
    float array of shape (k,)
        Negative where a recipe has to take back what its neighbours do to its measure. Where that is more than its
        own sign would take alone, strengths are settled near those that keep to it, see `settle`.

    Notes
    -----
    Damped Gauss-Newton with a finite-difference Jacobian; each equation is scaled by the
    recipe's own effect, so that degrees and millimetres weigh alike.
    """
    if not measures:
        return np.zeros(0)
    stack, goal = np.array(fields), np.array(asked, dtype=float)
    before = _read(points_cm, measures)
    strengths, held = np.zeros(len(goal)), False
    for _ in range(_ROUNDS):
        now, scaled, own = _linear(points_cm + fixed_cm, stack, measures, strengths)
        miss = (goal - (now - before)) / own
        normal = scaled.T @ scaled + _RIDGE * np.eye(len(goal))
        step = np.linalg.solve(normal, scaled.T @ miss)
        least = -np.abs(goal) / own
        held = bool((strengths + step < least).any())
        if held:  # bounds change what is best for all others, too
            step = _bounded_step(scaled, miss, least - strengths)
        strengths = strengths + step
    return settle(points_cm, fields, measures, asked, fixed_cm, strengths) if held else strengths


def settle(
    points_cm: np.ndarray, fields: Sequence[np.ndarray], measures: Sequence[str], asked: Sequence[float],
    fixed_cm: np.ndarray, near: Sequence[float],
) -> np.ndarray:  # fmt: skip
    """Find strengths near given ones at which no measure misses a large share of what is asked; see `solve`.

    Signs that oppose each other cannot all be had. Here a miss counts as a share of what is asked, so that a slight
    sign does not pay for a strong one, and so does what strengths have to change by, so that none grows huge.
    """
    stack, goal, near = np.array(fields), np.array(asked, dtype=float), np.array(near, dtype=float)
    before, strengths, loyal = _read(points_cm, measures), near, np.sqrt(_LOYALTY)
    for _ in range(_ROUNDS):
        now, scaled, own = _linear(points_cm + fixed_cm, stack, measures, strengths)
        alone = np.maximum(np.maximum(np.abs(goal) / own, np.abs(near)), 1e-6)  # about what each has by itself
        miss = (goal - (now - before)) / own / alone
        rows = np.vstack([scaled * alone / alone[:, None], loyal * np.eye(len(goal))])
        step = np.linalg.lstsq(rows, np.concatenate([miss, loyal * (near - strengths) / alone]), rcond=None)[0]
        strengths = strengths + step * alone
    return strengths


def _linear(start_cm: np.ndarray, stack: np.ndarray, measures: Sequence[str], strengths: np.ndarray):
    """Read the measures (k,) at some strengths, and how they change with each strength (k, k), in units of each
    recipe's effect on its own measure (k,)."""
    moved = start_cm + np.tensordot(strengths, stack, axes=1)
    now = _read(moved, measures)
    jacobian = (_read(moved + _PROBE * stack, measures) - now[:, None]) / _PROBE
    own = np.maximum(np.abs(np.diag(jacobian)), 1e-6)
    return now, jacobian / own[:, None], own


def _bounded_step(scaled: np.ndarray, miss: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Return the damped least-squares step whose entries are at least `least` (k,): non-negative least squares."""
    damping = np.sqrt(_RIDGE) * np.eye(len(miss))
    steps = np.vstack([scaled, damping])
    return least + nnls(steps, np.concatenate([miss, np.zeros(len(miss))]) - steps @ least)[0]


def read_changes(points_cm: np.ndarray, moved_cm: np.ndarray, measures: Sequence[str]) -> np.ndarray:
    """Return by how much each measure differs between two sets of points (478, 3)."""
    return _read(moved_cm, measures) - _read(points_cm, measures)


def _read(points_cm, measures):
    """Read k measures of one set of points or of n: (478, 3) to (k,), (n, 478, 3) to (k, n)."""
    return np.array([MEASURES[name].compute(points_cm) for name in measures])
