"""What every disease does to every measure over its course, side by side, so that all can be compared at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from diseaseface import edits
from diseaseface.edits import SIDES, Change
from diseaseface.engines.morph.fields import takes_one_side
from diseaseface.evaluation.gains import mirrored, response, sign_name
from diseaseface.faces.anthropometry import measures_for
from diseaseface.knowledge.profiles import Profile

_SIDED = ("_left", "_right")
SEVERITIES = (0.2, 0.4, 0.6, 0.8, 1.0)
# Of the rare diseases whose point prevalence Orphanet knows, 84.5 % have less than one in a million (Nguengang Wakap
# 2020, Eur J Hum Genet 28:165); those that were curated are met about a hundred times as often, by judgement.
_COMMON = np.log(100.0)


@dataclass(frozen=True, eq=False)
class Row:
    """One way in which a face may differ.

    Attributes
    ----------
    profile : Profile
        The first of the diseases that show it.
    changes : tuple of Change
        At severity 1.
    others : tuple of (id, name)
        Further diseases with the same visible signs.
    """

    profile: Profile
    changes: tuple[Change, ...]
    others: tuple[tuple[str, str], ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all the diseases that show it."""
        return (self.profile.id, *(id_ for id_, _ in self.others))


@dataclass(frozen=True, eq=False)
class Atlas:
    """All diseases, as pictures are read in one mode.

    Attributes
    ----------
    rows : tuple of Row
        A disease that takes one side has one for each.
    measures : tuple of str
    moves : float32 array of shape (rows, severities, measures)
        By how much each measure moves at each of SEVERITIES.
    prior : float32 array of shape (rows,)
        Logarithm of how much oftener than others each is met.
    """

    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    moves: np.ndarray
    prior: np.ndarray


def draw_atlas(
    diseases: Sequence[Profile], measures: Sequence[str], mode: str, common: frozenset[str] = frozenset()
) -> Atlas:
    """Lay out the typical presentation of diseases, `common` the ids of those that are met often.

    Diseases with the same visible signs share a row.
    """
    rows = rows_of(diseases)
    moves = np.stack([_moves(row.changes, measures, mode) for row in rows])
    prior = np.array([_COMMON if common.intersection(row.ids) else 0.0 for row in rows], np.float32)
    return Atlas(tuple(rows), tuple(measures), moves.astype(np.float32), prior)


def rows_of(diseases: Sequence[Profile]) -> list[Row]:
    """Return the typical presentations of diseases, one for each set of visible signs."""
    found: dict[tuple, list] = {}
    for profile in diseases:
        for changes in _presentations(profile):
            key = tuple(sorted((c.attribute.name, c.side or "", round(c.amount, 3)) for c in changes))
            found.setdefault(key, []).append((profile, changes))
    return [
        Row(*shared[0], tuple((profile.id, profile.name) for profile, _ in shared[1:])) for shared in found.values()
    ]


def _presentations(profile: Profile) -> Iterator[tuple[Change, ...]]:
    """Yield the signs at severity 1, on each side where the disease takes one."""
    sided = any(sign.side == "one" for sign in profile.signs)
    for side in SIDES if sided else (None,):
        if changes := edits.plan(profile, 1.0, side=side):
            yield changes


def _moves(changes, measures, mode):
    return shares(changes, SEVERITIES) @ full_moves(changes, measures, mode)


def shares(changes: Sequence[Change], severities: Sequence[float]) -> np.ndarray:
    """Return the share of each change's amount that is there at each severity, float64 (severities, changes)."""
    return edits.amounts([c.sign for c in changes], severities) / [c.amount for c in changes]


def full_moves(changes: Sequence[Change], measures: Sequence[str], mode: str) -> np.ndarray:
    """Return by how much each change moves each measure, seen with the others, float64 (changes, measures).

    Signs share the face: an epicanthal fold hides the inner canthus, and with it a part of the
    fissure. Only signs of geometry do not disturb each other's own measures, because an engine
    solves them together; on their own they would.
    """
    measures = tuple(measures)
    units = np.array([unit_moves(sign_name(c.attribute.name, c.amount), c.side, measures, mode) for c in changes])
    own = np.array([_own(c.attribute.measure, c.side, measures) for c in changes])
    taken = (own.sum(axis=0) - own > 0) & ~own & own.any(axis=1)[:, None]
    return np.where(taken, 0.0, units * np.array([[c.amount] for c in changes]))


@lru_cache(maxsize=4096)
def unit_moves(sign: str, side: str | None, measures: tuple[str, ...], mode: str) -> np.ndarray:
    """Return by how much a unit of a sign moves each measure, float64 (measures,); zero where nobody knows.

    Responses are those of the sign on both sides, or on the left where it takes one. On one side alone it
    leaves the other side's measures as they are, and moves those of the whole face half as much.
    """
    if side is None or takes_one_side(sign[:-1]):
        return np.array([response(sign, mirrored(name) if side == "right" else name, mode) for name in measures])
    halves = [1.0 if name.endswith(f"_{side}") else 0.0 if name.endswith(_SIDED) else 0.5 for name in measures]
    return np.array(halves) * [response(sign, name, mode) for name in measures]


@lru_cache(maxsize=4096)
def _own(measure: str, side: str | None, measures: tuple[str, ...]) -> np.ndarray:
    return np.isin(measures, measures_for(measure, side))
