"""Which of the signs that changed are enough to make everything that changed.

A sign moves more than its own measure: a wide nose has a wide tip. What was read of every sign is true, and yet a
profile of all of them says the same thing many times. Signs whose change others make are told from the rest first by
the calibrated responses, in which what is drawn together is solved together; then by drawing: whether faces look the
same without a sign, or with one in place of several, and what they miss.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import drawn_for, measure_names, response, sign_name
from diseaseface.evaluation.readings import ALIGNED, Readings, read_change
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.learned import full_amount
from diseaseface.training.synthesis import change_of
from diseaseface.training.within import read_amounts

# Chosen on the known profiles of the learning benchmark that are not held out: how near a drawn amount is as good as
# equal, as a share of itself and of the full amount; what one missed amount may cost at most; and what one sign more
# has to save, in squared tolerances.
_OWN_SHARE, _FULL_SHARE, _MOST_MISSED, _A_SIGN = 0.05, 0.03, 25.0, 0.5
_OWN = 0.3  # of an amount, that the responses of other signs leave to it, for it to be kept without drawing
_MISSED = 1.0  # tolerances beyond which a sign is tried
_SLACK = 1e-3  # below which singular values of responses are taken for none: signs that are one
_MENDINGS = 2
_LEAST = 0.1  # of an amount, that mending leaves at least

OnDrawn = Callable[[int], None]
Amounts = dict[str, np.ndarray]  # attribute to (faces,)


@dataclass(frozen=True)
class Selection:
    """The signs that are enough.

    Attributes
    ----------
    amounts : mapping of attribute to float
        To be drawn, so that they read as they were read, in the attributes' units.
    missed : float
        Root mean square of what faces with them miss, each amount by its tolerance; NaN where none were drawn.
    drawn : int
        Sets of signs that were drawn.
    untried : int
        Of the signs, those that none of the faces drawn on shows, told by the responses alone.
    """

    amounts: Mapping[str, float]
    missed: float
    drawn: int
    untried: int = 0

    def told(self, changed: int, faces: int) -> str:
        """Say it in a sentence, of so many signs that changed and so many faces."""
        how = f"as {self.drawn} sets drawn on {faces} of the people show" if self.drawn else "by their responses"
        untried = f" {self.untried} of them could not be read on these and are told by their responses."
        told = f"{changed} signs changed, and {len(self.amounts)} are enough to make all of it, {how}."
        return told + (untried if self.untried else "")


def selected(
    read: Mapping[str, float],
    likely: Sequence[str],
    faces: Sequence[Face] = (),
    on_faces: Mapping[str, np.ndarray] | None = None,
    seed: int = 0,
    on_drawn: OnDrawn = lambda drawn: None,
) -> Selection:
    """Return the signs that are enough to make what was read.

    Parameters
    ----------
    read : mapping of attribute to float
        Mean change of each sign, in its unit.
    likely : sequence of str
        Those that may be signs by themselves, of each a direction that can be drawn; the others only have to come out.
    faces : sequence of Face
        Some of the people before, to draw on; without any, the responses alone decide.
    on_faces : mapping of attribute to float array of shape (faces,)
        What was read on them, NaN where it was not.
    seed : int
    on_drawn : callable
        Told how many sets of signs have been drawn.
    """
    shown = [name for name in likely if faces and np.isfinite(on_faces[name]).any()]
    start = least({name: read[name] for name in shown})
    if not start:
        return Selection(least({name: read[name] for name in likely}), float("nan"), 0)
    trial = _Trial({name: on_faces[name] for name in read}, faces, seed, on_drawn)
    every = {name: np.nan_to_num(on_faces[name]) * drawn_for(attributes()[name], read[name]) for name in shown}
    found = _dropped(trial, _added(trial, {name: every[name] for name in start}, every), read)
    found = _dropped(trial, _swapped(trial, found, every, read), read)
    found = _mended(trial, found)
    missed = float(np.sqrt((trial.off(found) ** 2).mean()))
    amounts = {n: read[n] * _share_drawn(x, on_faces[n]) for n, x in found.items()}
    untried = least({name: read[name] for name in likely if name not in shown}, fixed=amounts)
    return Selection(amounts | untried, missed, trial.sets, len(untried))


def _share_drawn(drawn: np.ndarray, on_faces: np.ndarray) -> float:
    """Return how much had to be drawn on some people for what was read on them."""
    usual = float(np.nanmean(on_faces)) if np.isfinite(on_faces).any() else 0.0
    return float(drawn.mean()) / usual if usual * drawn.mean() > 0 else 1.0


def least(amounts: Mapping[str, float], fixed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return signs without those that the responses of the others leave next to nothing, beside fixed ones."""
    kept, fixed = dict(amounts), fixed or {}
    while implied := [name for left, name in by_others({**kept, **fixed}) if left < _OWN and name not in fixed]:
        del kept[implied[0]]
    return kept


def by_others(amounts: Mapping[str, float]) -> list[tuple[float, str]]:
    """Return which share of its amount the others leave to each sign, the least of full amounts first."""
    names, values = list(amounts), np.array([*amounts.values()])
    spill = np.array([[_moved(one, amounts[one], other) for one in names] for other in names])
    found = []
    for at, name in enumerate(names):
        others = np.arange(len(names)) != at
        driven = np.linalg.lstsq(_solved(spill[np.ix_(others, others)]), values[others], rcond=_SLACK)[0]
        left = float(1.0 - spill[at, others] @ driven / values[at])
        found.append((left * _share(name, values[at]), left, name))
    return [(left, name) for _, left, name in sorted(found)]


def _solved(spill: np.ndarray) -> np.ndarray:
    """Signs that are drawn together are solved for what is read of each, so that its own reading is its amount."""
    solved = spill.copy()
    np.fill_diagonal(solved, 1.0)
    return solved


def _moved(one: str, amount: float, other: str) -> float:
    """Return what is read of the other sign for each unit of one sign, in the direction that this takes."""
    return _response(one, 1 if amount > 0 else -1, other)


@cache
def _response(one: str, way: int, other: str) -> float:
    amount, measures = way * full_amount(one, way), measure_names(attributes()[other], None)
    change = Readings(ALIGNED, {name: response(sign_name(one, way), name, ALIGNED) * amount for name in measures})
    return float(np.nan_to_num(read_amounts(change, [other])[other] / amount))


class _Trial:
    """Sets of signs, drawn on faces and read as pictures are, with what each misses of what was read."""

    def __init__(self, read: Amounts, faces: Sequence[Face], seed: int, on_drawn: OnDrawn):
        self.names, self.faces, self.seed, self.on_drawn = list(read), faces, seed, on_drawn
        self.read = np.stack([read[name] for name in self.names], axis=1)
        full = np.array([full_amount(name, np.nan_to_num(read[name]).mean()) for name in self.names])
        self.tolerance = np.hypot(_OWN_SHARE * np.nan_to_num(self.read), _FULL_SHARE * full)
        self._engine, self._made = MorphEngine(), {}

    @property
    def sets(self) -> int:
        """How many have been drawn."""
        return len(self._made)

    def missed(self, amounts: Amounts) -> np.ndarray:
        """Return what was read less what is read where amounts are drawn, (faces, signs); 0 for what is not read."""
        key = tuple(sorted((name, *values) for name, values in amounts.items()))
        if key not in self._made:
            rows = [self._on(face, {n: float(x[at]) for n, x in amounts.items()}) for at, face in enumerate(self.faces)]
            self._made[key] = np.nan_to_num(self.read - np.array(rows))
            self.on_drawn(self.sets)
        return self._made[key]

    def _on(self, face: Face, amounts: Mapping[str, float]) -> list[float]:
        changes = _changes(amounts)
        try:
            after = look(self._engine.render(face, changes, seed=self.seed).picture)
        except DiseaseFaceError:
            return [float("nan")] * len(self.names)
        return [*read_amounts(read_change(face, after), self.names).values()]

    def off(self, amounts: Amounts) -> np.ndarray:
        """Return what drawn amounts miss, in tolerances, (faces, signs)."""
        return self.missed(amounts) / self.tolerance

    def cost(self, amounts: Amounts) -> float:
        """Return what a set misses on a face and how many signs it has, as one number."""
        return float(np.minimum(self.off(amounts) ** 2, _MOST_MISSED).sum(axis=1).mean()) + _A_SIGN * len(amounts)

    def better(self, amounts: Amounts, other: Amounts) -> Amounts:
        """Return the set that costs less; the first where they cost the same."""
        return other if other and self.cost(other) < self.cost(amounts) else amounts


def _added(trial: _Trial, amounts: Amounts, likely: Amounts) -> Amounts:
    """Add signs that drawn faces miss, the most missed first, as long as it is worth a sign."""
    tried = set(amounts)
    while True:
        off = dict(zip(trial.names, np.abs(trial.off(amounts).mean(axis=0)), strict=True))
        left = [name for name in likely if name not in tried and off[name] > _MISSED]
        if not left:
            return amounts
        most = max(left, key=lambda name: (off[name], name))
        tried.add(most)
        amounts = trial.better(amounts, amounts | {most: likely[most]})


def _dropped(trial: _Trial, amounts: Amounts, read: Mapping[str, float]) -> Amounts:
    for _, name in by_others(_means(amounts, read)):
        amounts = trial.better(amounts, _without(amounts, [name]))
    return amounts


def _means(amounts: Amounts, read: Mapping[str, float]) -> dict[str, float]:
    """Return one amount for each sign: of all people where some have it otherwise than most, and never none."""
    means = {name: float(values.mean()) for name, values in amounts.items()}
    return {name: mean or read[name] for name, mean in means.items()}


def _swapped(trial: _Trial, amounts: Amounts, likely: Amounts, read: Mapping[str, float]) -> Amounts:
    """Put one sign in the place of others that it moves where it makes as much, the largest first."""
    for name in sorted(likely.keys() - amounts.keys(), key=lambda name: (-_share(name, read[name]), name)):
        with_it, means = amounts | {name: likely[name]}, _means(amounts, read)
        moved = [other for other in amounts if _moved(name, read[name], other) * read[name] / means[other] > _OWN]
        fewer = {name, *least(means, fixed={name: read[name]})}
        places = [{n: x for n, x in with_it.items() if n in fewer}, _without(with_it, moved)]
        places += [_without(with_it, [other]) for other in moved]
        for place in places:
            if len(place) <= len(amounts) and name not in amounts:
                amounts = trial.better(amounts, place)
    return amounts


def _without(amounts: Amounts, others: Sequence[str]) -> Amounts:
    return {name: values for name, values in amounts.items() if name not in others}


def _mended(trial: _Trial, amounts: Amounts) -> Amounts:
    """Draw more of what reads too little, and less of what reads too much, as long as it helps."""
    for _ in range(_MENDINGS):
        missed = dict(zip(trial.names, trial.missed(amounts).T, strict=True))
        mended = {name: _same_way(name, values, values + missed[name]) for name, values in amounts.items()}
        better = trial.better(amounts, mended)
        if better is amounts:
            break
        amounts = better
    return amounts


def _same_way(name: str, amounts: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return amounts that can be drawn in the direction that they have in the mean."""
    mean = float(amounts.mean())
    return np.clip(wanted, *sorted((_LEAST * mean, attributes()[name].toward(mean).limit)))


def _changes(amounts: Mapping[str, float]) -> list[Change]:
    """Return changes by amounts, within what can be drawn, of the directions that there are."""
    poles = {name: attributes()[name].toward(amount) for name, amount in amounts.items() if amount}
    limits = {name: sorted((0.0, pole.limit)) for name, pole in poles.items() if pole}
    return [change_of(name, float(np.clip(amounts[name], *limit))) for name, limit in limits.items()]


def _share(name: str, amount: float) -> float:
    return abs(amount) / full_amount(name, amount)
