"""From a few words to the sign that they name: exact names first, then the nearest in meaning."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from diseaseface.knowledge import aliases, minilm, ontology, vectors
from diseaseface.knowledge.aliases import stem

# Weights of what is added to the cosine, chosen on HPO's own layperson synonyms, each looked up with
# itself left out, and on the open phrases of the language benchmark.
SHARED_WORDS = 0.2
OPPOSITE = 0.35
SENSELESS = 0.08
OTHER_PART = 0.15
USUAL = 0.012

BROADER = 0.05  # a broader term goes before a narrower one that is nearer by less than this
LEAST_SCORE = 0.65  # below it nothing is said to be meant

_LONGEST_NAME = 8  # words


@dataclass(frozen=True)
class Hit:
    """A term that some words name, and how surely: 1 for an exact name, less for a near one."""

    hpo: str
    score: float


@cache
def matcher() -> "Matcher":
    """Return the matcher over the shipped names."""
    return Matcher(vectors.load(), aliases.load())


class Matcher:
    """Finds the visible sign that words name."""

    def __init__(self, names: vectors.Names, words: aliases.Aliases):
        self._names, self._words = names, words
        self._exact: dict[tuple[str, ...], str] = {}
        order = sorted(range(len(names.texts)), key=self._rank)
        for number in order:
            self._exact.setdefault(self._key(names.texts[number]), names.terms[number])
        self._keys = [self._key(text) for text in names.texts]
        self._frames = _Frames.of(self._keys, words)
        usual = np.array([names.diseases.get(term, 0) for term in names.terms], np.float32)
        self._usual = USUAL * np.log1p(usual)
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(names.terms):
            self._numbers[term].append(number)
        self._matrix: np.ndarray | None = None

    def _rank(self, number: int) -> tuple:
        names = self._names
        return not names.own[number], not names.first[number], -names.diseases.get(names.terms[number], 0)

    def _key(self, text: str) -> tuple[str, ...]:
        return self._words.key(text)

    def exact(self, text: str) -> Hit | None:
        """Return the term that a text is a name of, whatever the inflection and order of its words."""
        key = self._key(text)
        return Hit(self._exact[key], 1.0) if key in self._exact else None

    def inside(self, text: str) -> list[Hit]:
        """Return the terms whose names stand in a text beside fillers and sites only; else none."""
        words = [word for word in self._words.said(text).split() if word not in self._words.fillers]
        found, start = [], 0
        while start < len(words):
            stop, hit = self._longest(words, start)
            if hit is None and words[start] not in self._words.site:
                return []
            found += [hit] if hit else []
            start = stop
        return found

    def _longest(self, words: list[str], start: int) -> tuple[int, Hit | None]:
        for stop in range(min(len(words), start + _LONGEST_NAME), start, -1):
            alone = stop == start + 1 and words[start] in self._words.site  # "lid" alone names nothing that it has
            if not alone and (hit := self.exact(" ".join(words[start:stop]))):
                return stop, hit
        return start + 1, None

    def alike(self, text: str) -> list[int]:
        """Return the numbers of the names that say the same as a text, the one that counts first."""
        key = self._key(text)
        return sorted((number for number, other in enumerate(self._keys) if other == key), key=self._rank)

    def near(self, text: str, without: Sequence[int] = ()) -> Hit | None:
        """Return the term nearest in meaning, or None where none is near enough.

        `without` leaves out names by their numbers, to look one up as if it were not known.
        """
        scores = self.scores(text)
        if scores is None:
            return None
        scores[list(without)] = -1.0
        best = self._names.terms[int(scores.argmax())]
        score = float(min(scores.max(), 0.99))
        return Hit(self._broader(best, scores), score) if score >= LEAST_SCORE else None

    def _broader(self, term: str, scores: np.ndarray) -> str:
        """Return the kind that a term is of, where its names are hardly less near."""
        known = ontology.load().terms.get(term)
        for parent in known.parents if known else ():
            numbers = self._numbers.get(parent, ())
            if len(numbers) and scores[numbers].max() >= scores.max() - BROADER:
                return parent
        return term

    def scores(self, text: str) -> np.ndarray | None:
        """Return one score a name, float32; None for words of no part of the face or of none at all."""
        key = self._key(text)
        parts = {part for word in key for part in self._words.parts.get(word, ())}
        if not key or parts == {"elsewhere"}:
            return None
        if self._matrix is None:
            self._matrix = self._names.vectors.astype(np.float32)
        cosines = self._matrix @ minilm.encode([self._words.said(text)])[0]
        return cosines + self._frames.adjusted(key, self._words) + self._usual


@dataclass(frozen=True, eq=False)
class _Frames:
    """What the words of each name speak of.

    Attributes
    ----------
    weights : dict of stem to float
        Rarer words weigh more.
    has : dict of stem to int array
        Numbers of the names that hold it.
    parts, senses : dict to bool array of shape (N,)
        Which names speak of a part of the face; stand at an end of a scale.
    """

    size: int
    weights: dict[str, float]
    has: dict[str, np.ndarray]
    totals: np.ndarray
    parts: dict[str, np.ndarray]
    senses: dict[tuple[str, int], np.ndarray]

    @classmethod
    def of(cls, keys: list[tuple[str, ...]], words: aliases.Aliases) -> "_Frames":
        holders: dict[str, list[int]] = defaultdict(list)
        for number, key in enumerate(keys):
            for word in key:
                holders[word].append(number)
        has = {word: np.array(numbers) for word, numbers in holders.items()}
        weights = {word: float(np.log(len(keys) / len(numbers))) for word, numbers in has.items()}
        totals = np.array([sum(weights[word] for word in key) for key in keys], np.float32)
        return cls(
            len(keys), weights, has, totals, _marks(has, words.parts, len(keys)), _marks(has, words.senses, len(keys))
        )

    def adjusted(self, key: tuple[str, ...], words: aliases.Aliases) -> np.ndarray:
        """Return what words shared, opposite senses and other parts of the face add to each name's score."""
        return (
            SHARED_WORDS * self._shared(key) - self._opposed(key, words) - OTHER_PART * self._elsewhere(key, words)
        ).astype(np.float32)

    def _shared(self, key: tuple[str, ...]) -> np.ndarray:
        """Weighted overlap of words, 0 to 1 (Dice)."""
        both = np.zeros(self.size, np.float32)
        unknown = float(np.log(self.size))
        for word in key:
            if word in self.has:
                both[self.has[word]] += self.weights[word]
        total = sum(self.weights.get(word, unknown) for word in key)
        return 2 * both / (self.totals + total)

    def _opposed(self, key: tuple[str, ...], words: aliases.Aliases) -> np.ndarray:
        """Penalty of names that stand at another end of a scale than the words, or nowhere on it."""
        meant = {sense for word in key for sense in words.senses.get(word, ())}
        penalty = np.zeros(self.size, np.float32)
        for scale in {scale for scale, _ in meant}:
            ends = {sense: marks for sense, marks in self.senses.items() if sense[0] == scale}
            same = np.any([marks for sense, marks in ends.items() if sense in meant], axis=0)
            other = np.any([marks for sense, marks in ends.items() if sense not in meant], axis=0)
            penalty = np.maximum(penalty, np.where(same, 0.0, np.where(other, OPPOSITE, SENSELESS)))
        return penalty

    def _elsewhere(self, key: tuple[str, ...], words: aliases.Aliases) -> np.ndarray:
        """True where a name speaks of parts of the face and of none that the words speak of."""
        meant = {part for word in key for part in words.parts.get(word, ())}
        if not meant:
            return np.zeros(self.size, bool)
        same = np.zeros(self.size, bool)
        for part in meant:
            same |= self.parts.get(part, same)
        return ~same


def _marks(has: dict[str, np.ndarray], table, size: int) -> dict:
    marks: dict = {}
    for word, numbers in has.items():
        for value in table.get(stem(word), table.get(word, ())):
            marks.setdefault(value, np.zeros(size, bool))[numbers] = True
    return marks
