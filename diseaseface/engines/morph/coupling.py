"""How strongly the recipes of one face act together, where parts of the face and the whole face are both asked for."""

from collections.abc import Callable, Sequence

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import geometry
from diseaseface.engines.morph.fields import recipes

_OF_THE_WHOLE = 0.6  # how much of a part's change is one of the whole's measure, for it to be a piece of that


def strengths(
    points_cm: np.ndarray,
    solved: Sequence[Change],
    unit: Callable[[Change], geometry.UnitField],
    fixed_cm: np.ndarray,
) -> list[float]:
    """Find the strengths of recipes that are measured: the parts of the face, what the whole lacks, then all together.

    Parameters
    ----------
    points_cm : float array of shape (478, 3)
    solved : sequence of Change
    unit : function
        Gives a change's recipe, evaluated on this face in its direction.
    fixed_cm : float array of shape (478, 3)
        Displacement by recipes that are not solved for.
    """
    whole = [change for change in solved if recipes()[change.attribute.name].get("whole_face")]
    parts = [change for change in solved if change not in whole]
    signs, asked = [*parts, *whole], [change.amount for change in parts]
    measures = [geometry.measure_of(change) for change in signs]
    stack = np.array([unit(change).points_cm for change in signs]).reshape(-1, *points_cm.shape)
    last = len(parts)
    near = geometry.solve(points_cm, stack[:last], measures[:last], asked, fixed_cm)
    if whole:
        by_parts = fixed_cm + np.tensordot(near, stack[:last], axes=1)
        had = geometry.read_changes(points_cm, points_cm + by_parts, measures[last:])
        goals = [_goal(change.amount, already) for change, already in zip(whole, had, strict=True)]
        more = geometry.solve(points_cm, stack[last:], measures[last:], goals, by_parts)
        if parts:
            opposed = _opposed(points_cm, stack[:last], near, asked, whole, measures[last:])
            by_all = by_parts + np.tensordot(more, stack[last:], axes=1)
            reached = geometry.read_changes(points_cm, points_cm + by_all, measures[:last])
            kept = np.where(opposed & (reached * asked > 0.0), reached, np.where(opposed, 0.0, asked))
            near = geometry.settle(points_cm, stack, measures, [*kept, *goals], fixed_cm, [*near, *more])
        else:
            near = more
    found = {id(change): float(strength) for change, strength in zip(signs, near, strict=True)}
    return [found[id(change)] for change in solved]


def _goal(amount: float, already: float) -> float:
    """Change of the whole face's measure to aim at, where its parts have already changed it.

    The same way, they share; against each other they add, since a small jaw in a long face is
    small for that face: to the letter, each would undo the other and the neck would pay.
    """
    return amount + already if amount * already < 0 else max(amount, already, key=abs)


def _opposed(points_cm, stack, strengths, asked, whole, measures):
    """Tell which parts are pieces of a whole that is asked the other way, and are small or large for that (parts,)."""
    alone = points_cm + strengths[:, None, None] * stack
    pulls = geometry.read_changes(points_cm[None], alone, measures) * np.sign([[change.amount] for change in whole])
    return (pulls < -_OF_THE_WHOLE * np.abs(asked)).any(axis=0)
