"""How people describe faces: own names of signs, and the words for strength, side and denial."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.names import plain

_TABLES = {"terms", "plain", "strength", "strength_values", "side", "negation", "parts", "opposites", "same", "sayings"}
_ENDINGS = ("ing", "ish", "ed", "es", "s", "y", "e")


@dataclass(frozen=True)
class Aliases:
    """The tables of aliases.toml, words as `plain` writes them.

    Attributes
    ----------
    terms : mapping of HPO id to tuple of str
        Own names of terms.
    fillers, site : frozenset of str
        Words without a sign of their own; site words may stand beside a sign's name.
    sayings : mapping of words to word
        "sticks out" to "protruding".
    strengths : mapping of words to (name, value)
        "slightly" to ("mild", 0.3).
    unstated : float
        Strength where none is said.
    sides : mapping of words to "left", "right", "both" or "one"
    ahead, carries, after, last, never_denies, takes_away : frozenset of str
        Words that deny what follows; those of them that reach over "and"; words that deny what
        stands before; those that do so at the end of a clause only; words that only seem to deny;
        words after which a part of the face is missing.
    parts : mapping of word to frozenset of str
        Parts of the face, or "elsewhere", that a word's stem speaks of.
    senses : mapping of word's stem to frozenset of (scale, pole)
        On which scale, and at which end of it, the word stands.
    same : mapping of stem to stem
        Words that mean the same, to the one that stands for them.
    """

    terms: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str]
    site: frozenset[str]
    sayings: Mapping[str, str]
    strengths: Mapping[str, tuple[str, float]]
    unstated: float
    sides: Mapping[str, str]
    ahead: frozenset[str]
    carries: frozenset[str]
    after: frozenset[str]
    last: frozenset[str]
    never_denies: frozenset[str]
    takes_away: frozenset[str]
    parts: Mapping[str, frozenset[str]]
    senses: Mapping[str, frozenset[tuple[str, int]]]
    same: Mapping[str, str]

    def said(self, text: str) -> str:
        """Return a text in plain words, its sayings each by one word."""
        said = f" {plain(text)} "
        for words, word in self.sayings.items():
            said = said.replace(f" {words} ", f" {word} ")
        return said.strip()

    def key(self, text: str) -> tuple[str, ...]:
        """Return what a text says, in whatever inflection, order and choice of like words."""
        stems = {stem(word) for word in self.said(text).split() if word not in self.fillers}
        return tuple(sorted({self.same.get(word, word) for word in stems}))


@cache
def load() -> Aliases:
    """Return the shipped aliases."""
    return parse(files("diseaseface").joinpath("data/aliases.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Aliases:
    """Read aliases from TOML text; raise CatalogueError where a table is missing or unknown."""
    tables = tomllib.loads(text)
    if wrong := sorted(_TABLES ^ set(tables)):
        raise CatalogueError(f"aliases.toml must have the tables {', '.join(sorted(_TABLES))}; check {wrong[0]}.")
    values, denial = tables["strength_values"], tables["negation"]
    return Aliases(
        terms={term: tuple(entry["words"]) for term, entry in tables["terms"].items()},
        fillers=_words(tables["plain"]["fillers"]),
        site=_words(tables["plain"]["site"]),
        sayings={plain(words): plain(word) for words, word in tables["sayings"].items()},
        strengths={plain(word): (name, values[name]) for name, words in tables["strength"].items() for word in words},
        unstated=values["unstated"],
        sides={plain(word): side for side, words in tables["side"].items() for word in words},
        ahead=_words(denial["ahead"]),
        carries=_words(denial["carries"]),
        after=_words(denial["after"]),
        last=_words(denial["last"]),
        never_denies=_words(denial["never_denies"]),
        takes_away=_words(denial["takes_away"]),
        parts=_gathered((stem(word), part) for part, words in tables["parts"].items() for word in words),
        senses=_gathered(_senses(tables["opposites"])),
        same={stem(word): stem(words[0]) for rows in tables["same"].values() for words in rows for word in words},
    )


def _words(words: list[str]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


def _senses(scales: Mapping[str, list[list[str]]]):
    for scale, poles in scales.items():
        for pole, words in enumerate(poles):
            for word in words:
                yield stem(word), (scale, pole)


def _gathered(pairs) -> dict[str, frozenset]:
    found: dict[str, set] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def stem(word: str) -> str:
    """Return a plain word without its inflection: "drooping", "droops" and "droopy" give "droop"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: -len(ending)]
            return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word
    return word
