"""Questions of the Teach tab: what is drawn on which head, the possible answers, and why one is right.

A question follows from its number, kind and level alone, so that it can be asked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from diseaseface.edits import typical_signs, without_conflicts
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.profiles import Profile, Sign

if TYPE_CHECKING:
    from diseaseface.knowledge.index import Diseases

KINDS = ("disease", "sign")
LEVELS = {"easy": 1.0, "medium": 0.75, "hard": 0.5}  # and the severity that is drawn
OPTIONS = 4
LEAST_SIGNS, LEAST_DRAWABLE = 3, 0.5  # of a disease that is asked for
# What nobody should learn to guess from a face, and a form of a disease that is asked for itself.
NOT_ASKED = {"DF:alcohol-use", "DF:malnutrition", "DF:leprosy-borderline"}
LEAST_CHANGE = 6.0  # of 255, in the most changed half per cent of the picture; less cannot be seen
_POOL = {"easy": slice(-24, None), "medium": slice(6, 20), "hard": slice(0, 5)}  # of others, nearest first

Key = tuple[str, int]
"""An attribute's name and the direction of its change."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    head : int
        Which of the example heads it is drawn on.
    severity : float
        0 to 1.
    options : tuple of Profile
        What may be answered, in the order shown; of a sign, a profile with this one sign.
    right : int
        The place of the answer among them.
    """

    kind: str
    level: str
    number: int
    head: int
    severity: float
    options: tuple[Profile, ...]
    right: int

    @property
    def answer(self) -> Profile:
        """What is drawn."""
        return self.options[self.right]


class Quiz:
    """The questions that can be asked of the diseases that are known."""

    def __init__(self, diseases: "Diseases", heads: int):
        self._diseases, self._heads = diseases, heads

    @cached_property
    def pool(self) -> list[Profile]:
        """The curated diseases that show enough of themselves on a face, by name."""
        curated = (one for one in self._diseases.curated() if one.id not in NOT_ASKED)
        found = [one for one in curated if one.drawable >= LEAST_DRAWABLE]
        return sorted((one for one in found if len(shown(one)) >= LEAST_SIGNS), key=lambda one: one.name)

    @cached_property
    def signs(self) -> list[Profile]:
        """Profiles with one sign each: those of the diseases asked for that a CPU draws."""
        keys = {key for profile in self.pool for key in shown(profile) if _drawn_by_all(attributes()[key[0]])}
        return [only(*key) for key in sorted(keys)]

    def question(self, kind: str, level: str, number: int, attempt: int = 0) -> Question:
        """Return a question; another attempt gives another answer, for where the first cannot be seen."""
        if kind not in KINDS or level not in LEVELS:
            raise ValueError(f"a question of kind {kind!r} at level {level!r}")
        rng = np.random.default_rng([int(number), KINDS.index(kind), list(LEVELS).index(level), attempt])
        pool = self.pool if kind == "disease" else self.signs
        answer = pool[rng.integers(len(pool))]
        others = distractors(answer, pool, level, rng)
        options = [answer, *others]
        order = rng.permutation(len(options))
        head = int(rng.integers(self._heads))
        shuffled = tuple(options[place] for place in order)
        return Question(kind, level, int(number), head, LEVELS[level], shuffled, int(np.flatnonzero(order == 0)[0]))


def distractors(answer: Profile, pool: Sequence[Profile], level: str, rng: np.random.Generator) -> list[Profile]:
    """Choose wrong answers: the harder the question, the nearer to the right one; never one that draws the same."""
    near = sorted(
        (one for one in pool if one.id != answer.id and shown(one).keys() != shown(answer).keys()),
        key=lambda one: (-likeness(answer, one), one.name),
    )
    chosen = near[_POOL[level]] or near
    return [chosen[place] for place in rng.permutation(len(chosen))[: OPTIONS - 1]]


def likeness(one: Profile, other: Profile) -> float:
    """Return how alike two profiles are: 1 the same signs equally often, 0 nothing in common.

    A sign of the same region or of the other direction counts a little: it is what one looks at.
    """
    mine, yours = shown(one), shown(other)
    cosine = sum(weight * yours.get(key, 0.0) for key, weight in mine.items())
    cosine /= max(_length(mine) * _length(yours), 1e-9)
    mine, yours = _regions(mine), _regions(yours)
    regions = sum(weight * yours.get(key, 0.0) for key, weight in mine.items())
    return 0.75 * cosine + 0.25 * regions / max(_length(mine) * _length(yours), 1e-9)


def shown(profile: Profile) -> dict[Key, float]:
    """Return the signs that a typical picture of a profile shows, with how many people have each."""
    typical = without_conflicts(typical_signs(profile.signs))
    return {(sign.attribute, sign.direction): sign.weight for sign in typical}


def deciding(answer: Profile, other: Profile) -> tuple[list[Key], list[Key]]:
    """Return the signs that tell an answer from another: those it has alone, and those the other has alone."""
    mine, yours = shown(answer), shown(other)
    first = sorted((key for key in mine if key not in yours), key=lambda key: -mine[key])
    return first, sorted((key for key in yours if key not in mine), key=lambda key: -yours[key])


def only(attribute: str, direction: int) -> Profile:
    """Return a profile with one sign."""
    label = attributes()[attribute].pole(direction).label
    return Profile(f"SIGN:{attribute}:{direction}", label, (), (Sign(attribute, direction, 1.0, typical=True),))


def visible(before: np.ndarray, after: np.ndarray) -> bool:
    """Tell whether two pictures, uint8 of shape (H, W, 3), differ enough for a question to be fair."""
    change = np.abs(before.astype(np.int16) - after).max(axis=2)
    return float(np.quantile(change, 0.995)) >= LEAST_CHANGE


def _drawn_by_all(attribute: Attribute) -> bool:
    return attribute.engine == "morph" and not attribute.least_iris_px


def _regions(signs: Mapping[Key, float]) -> dict[str, float]:
    regions: dict[str, float] = {}
    for (name, _), weight in signs.items():
        regions[attributes()[name].region] = regions.get(attributes()[name].region, 0.0) + weight
    return regions


def _length(weights: Mapping) -> float:
    return float(np.sqrt(sum(weight**2 for weight in weights.values())))
