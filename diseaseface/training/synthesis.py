"""Learning by drawing: what was learned is drawn on healthy faces, read as pictures are, and mended by what it misses.

What finds the points of a face has learned how faces look, so that it reads signs together otherwise than one by one.
No table holds all combinations, but the one in question can be drawn: Gauss-Newton steps with the slopes of single
signs, from the faces that measured most like the pictures, halved where they lead away. Distances and angles are read
anew; colour, skin and hair are taken to add up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diseaseface.edits import DEFAULT_SIDE, Change
from diseaseface.engines.base import Engine
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.shapes import shape_drawn, shape_of
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.crosstalk import FLOOR, Comparison, Drawn
from diseaseface.knowledge.learned import Effect, full_amount
from diseaseface.training.comparison import in_sd

ROUNDS, FACES = 3, 12

Effects = Mapping[str, Effect]
OnFace = Callable[[int, int], None]


@dataclass(frozen=True)
class Synthesis:
    """How far drawn faces came.

    Attributes
    ----------
    rounds, faces : int
        How often what was learned was drawn, and on how many faces.
    before, after : float
        What the drawn faces of the first and of the best round leave of the groups' difference: its square, each
        measure by how surely it is known, as a share of that without drawing; above 1 where they lead away.
    chance : float
        What is left on average where nothing is missed, by who happens to be in the groups.
    """

    rounds: int
    faces: int
    before: float
    after: float
    chance: float

    def told(self) -> str:
        """Say it in a sentence."""
        times = "once" if self.rounds == 1 else f"{self.rounds} times"
        return (
            f"What was learned was drawn on {self.faces} of the healthy faces {times} and mended: drawn faces left "
            f"{self.before:.0%} of the groups' difference unexplained at first and {self.after:.0%} at best; who "
            f"happens to be in the groups alone would leave {self.chance:.0%}."
        )


def synthesised(
    explain: Callable[[Comparison], Effects],
    comparison: Comparison,
    faces: Sequence[Face],
    rounds: int = ROUNDS,
    seed: int = 0,
    on_face: OnFace | None = None,
) -> tuple[Effects, Synthesis]:
    """Return the effects that explain what the best drawn faces miss, and how far those came.

    Parameters
    ----------
    explain : callable
        From a comparison to the effects that explain it.
    comparison : Comparison
    faces : sequence of Face
        Healthy ones to draw on.
    rounds : int
        How often what was learned is drawn, at least 1.
    on_face : callable or None
        Told how many pictures are drawn and read, and how many will be.
    """
    trust = np.linalg.inv(comparison.doubt + FLOOR**2 * np.eye(len(comparison.measures)))
    engine, best, step = MorphEngine(), _nothing(len(comparison.measures)), 1.0
    usual, left = _square(comparison.differences, trust), []
    least = usual
    for done in range(rounds):
        wanted = _between(best.shares, shares(explain(replace(comparison, drawn=best))), step)
        tell = _counting(on_face, done * len(faces), rounds * len(faces))
        drawn = draw(wanted, comparison, faces, engine, seed, tell)
        left.append(_square(comparison.differences - drawn.differences, trust))
        if left[-1] < least:
            best, least = drawn, left[-1]
        else:
            step /= 2
    found = explain(replace(comparison, drawn=best))
    return found, Synthesis(rounds, len(faces), left[0] / usual, least / usual, len(comparison.measures) / usual)


def _nothing(measures: int) -> Drawn:
    return Drawn({}, np.zeros(measures), np.ones(measures, bool))


def _square(missed: np.ndarray, trust: np.ndarray) -> float:
    return float(missed @ trust @ missed)


def _between(one: Mapping[str, float], other: Mapping[str, float], step: float) -> dict[str, float]:
    """Return shares that lie a step of the way from one set of signs to another."""
    names = dict.fromkeys((*one, *other))
    mixed = {name: (1.0 - step) * one.get(name, 0.0) + step * other.get(name, 0.0) for name in names}
    return {name: share for name, share in mixed.items() if share}


def _counting(on_face: OnFace | None, before: int, total: int) -> Callable[[int], None]:
    return lambda done: on_face(before + done, total) if on_face else None


def shares(found: Effects) -> dict[str, float]:
    """Return the effects larger than their doubt as shares of their full amounts, within what is drawn at most.

    Signs that stand in for each other are uncertain one by one, and yet together they are most of what is seen.
    """
    likely = {name: effect for name, effect in found.items() if effect.likely}
    return {name: float(np.clip(e.amount, *_limits(name)) / abs(e.pole.full)) for name, e in likely.items()}


def _limits(name: str) -> tuple[float, float]:
    attribute = attributes()[name]
    poles = attribute.negative, attribute.positive
    low, high = (abs(pole.limit) if pole else 0.0 for pole in poles)
    return -low, high


def draw(
    wanted: Mapping[str, float],
    comparison: Comparison,
    faces: Sequence[Face],
    engine: Engine,
    seed: int = 0,
    on_face: Callable[[int], None] = lambda done: None,
) -> Drawn:
    """Draw shares of signs on faces and read the distances and angles of both; the other measures add up."""
    changes = [change_of(name, share * full_amount(name, share)) for name, share in wanted.items()]
    rows = []
    for done, face in enumerate(faces, 1):
        picture = engine.render(face, changes, seed=seed).picture
        rows.append(_moved(face, picture, comparison.measures))
        on_face(done)
    mean, doubt, seen = _mean(np.array(rows))
    return Drawn(wanted, np.where(seen > 0, mean, comparison.summed(wanted)), seen > 0, doubt)


def _mean(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean over faces of each measure, its variance, 0 where one face alone tells, and how many tell it."""
    seen = np.isfinite(rows).sum(axis=0)
    mean = np.nan_to_num(rows).sum(axis=0) / np.maximum(seen, 1)
    squares = np.nan_to_num((rows - mean) ** 2).sum(axis=0)
    return mean, squares / np.maximum(seen * (seen - 1), 1), seen


def change_of(name: str, amount: float) -> Change:
    """Return an attribute's change by an amount, in its unit, on the usual side where it takes one by its nature."""
    attribute = attributes()[name]
    return Change(attribute, amount, DEFAULT_SIDE if attribute.one_sided else None)


def _moved(face: Face, picture: np.ndarray, measures: Sequence[str]) -> list[float]:
    """Return by how much each measure of a drawn face differs from the face, in SD; NaN for what is not read."""
    before = shape_of(face)
    try:
        after = shape_drawn(face, picture)
    except DiseaseFaceError:
        after = {}
    read = before.keys() & after.keys()
    return [in_sd(name, after[name]) - in_sd(name, before[name]) if name in read else np.nan for name in measures]
