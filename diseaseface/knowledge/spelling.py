"""Misspelled words of a description put right: "eylid" is meant to be "eyelid"."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from diseaseface.knowledge import aliases, minilm, vectors, wording
from diseaseface.knowledge.names import plain

_SHORTEST = 4  # letters of a word that is put right
_TWICE = 7  # letters of a word that may be wrong in two places
_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "r")


@dataclass(frozen=True, eq=False)
class Speller:
    """Knows words, and which of them a misspelled one may be.

    Attributes
    ----------
    known : frozenset of str
        Words that are left as they are.
    meant : mapping of first letter to tuple of str
        Words that may be meant, the more important first.
    """

    known: frozenset[str]
    meant: Mapping[str, tuple[str, ...]]

    def corrected(self, word: str) -> str:
        """Return the word that is meant, or the word itself where none is near."""
        if len(word) < _SHORTEST or word in self.known or not word.isalpha():
            return word
        most = 2 if len(word) >= _TWICE else 1
        others = self.meant.get(word[0], ())
        best = min(others, key=lambda other: distance(word, other, most), default=word)
        if distance(word, best, most) <= most:
            return best
        return next((other for other in others if _same_letters(word, other)), word)


def _same_letters(one: str, other: str) -> bool:
    """Tell whether two words are the same letters, one of them out of its place: "tounge", "tongue"."""
    return len(one) == len(other) and sorted(one) == sorted(other) and distance(one, other, 2) <= 2


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters to add, drop, change or swap lie between two words, at most `most` + 1 (Damerau 1964)."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


@cache
def load() -> Speller:
    """Return the speller of the words that this package understands; common English words are left alone."""
    own = dict.fromkeys(_words(wording.load().written))
    terms = _words((*vectors.load().texts, *aliases.load().strengths, *aliases.load().sides))
    usual = (minilm.folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    known = {word for word in usual if len(word) > 2 and word.isalpha()} | {*own, *terms}
    known |= {word + ending for word in own for ending in _ENDINGS}
    meant: dict[str, list[str]] = defaultdict(list)
    for word in dict.fromkeys((*own, *(word for word in terms if len(word) > 4))):
        if len(word) >= _SHORTEST:
            meant[word[0]].append(word)
    return Speller(frozenset(known), {letter: tuple(words) for letter, words in meant.items()})


def _words(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for text in texts for word in plain(text).split() if word.isalpha()))
