"""The words of lay descriptions: for parts of the face, for things on it, for how they are, and what they name."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.aliases import stem
from diseaseface.knowledge.names import plain

_TABLES = {"plain", "turns", "parts", "places", "things", "qualities", "signs"}
_SUFFIXES = (("iest", "y"), ("ier", "y"), ("est", ""), ("est", "e"), ("er", ""), ("er", "e"), ("ly", ""), ("ness", ""))


@dataclass(frozen=True)
class Span:
    """Words that stand for a concept: the token positions from `start` to before `stop`."""

    start: int
    stop: int


@dataclass(frozen=True)
class Pattern:
    """Concepts that together name a term."""

    hpo: str
    concepts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Wording:
    """The tables of wording.toml.

    Attributes
    ----------
    skipped, whole, joining, denying : frozenset of str
        Words that are passed over; words that are not what they come from, as "skinny" is not "skin";
        words of place that say nothing alone; words that deny.
    general, everywhere : frozenset of str
        Parts that hold others, such as the eye; parts that are everywhere, such as the skin.
    turns : tuple of (pattern, words)
        Turns of phrase and what they say.
    written : tuple of str
        The phrases of all concepts as they are written.
    phrases : mapping of stems to concepts
    parts, sites, things : frozenset of str
        Concepts that are parts of the face; parts and places in them; things on it.
    patterns : tuple of Pattern
    """

    skipped: frozenset[str]
    whole: frozenset[str]
    joining: frozenset[str]
    denying: frozenset[str]
    general: frozenset[str]
    everywhere: frozenset[str]
    turns: tuple[tuple[re.Pattern, str], ...]
    written: tuple[str, ...]
    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    parts: frozenset[str]
    sites: frozenset[str]
    things: frozenset[str]
    patterns: tuple[Pattern, ...]

    def turned(self, text: str) -> str:
        """Return a text with its turns of phrase replaced."""
        for turn, said in self.turns:
            text = turn.sub(said, text)
        return text

    def words(self, text: str) -> list[str]:
        """Return the plain words of a text that say something."""
        return [word for word in plain(text).split() if word not in self.skipped]

    def tokens(self, text: str) -> list[str]:
        """Return the words of a text that say something, each without inflection."""
        return [self._token(word) for word in self.words(text)]

    def spans(self, tokens: Sequence[str]) -> dict[str, list[Span]]:
        """Return where each concept stands."""
        found: dict[str, list[Span]] = defaultdict(list)
        for start in range(len(tokens)):
            for stop in range(start + 1, min(len(tokens), start + self.longest) + 1):
                for concept in self.phrases.get(tuple(tokens[start:stop]), ()):
                    found[concept].append(Span(start, stop))
        return found

    def where(self, text: str) -> list[str]:
        """Return the words of a text that name parts of the face and places in them; none where no part is named."""
        words, spans = self.words(text), self.spans(self.tokens(text))
        if not self.parts & spans.keys():
            return []
        return [words[place] for place in sorted(places(spans, self.sites))]

    def lacks_a_part(self, text: str) -> bool:
        """Tell whether a text says how a part is, and not which: no part is named, nor a thing on it."""
        spans = self.spans(self.tokens(text))
        return bool(spans) and not (self.parts | self.things) & spans.keys()

    @cached_property
    def longest(self) -> int:
        """Words of the longest phrase."""
        return max(map(len, self.phrases))

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Stems of the single words that name parts of the face."""
        return frozenset(
            phrase[0] for phrase, names in self.phrases.items() if len(phrase) == 1 and self.parts & {*names}
        )

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(word for phrase in self.phrases for word in phrase)

    def _token(self, word: str) -> str:
        """Return a word's stem, of "bigger" that of "big" where only that is known."""
        if word in self.whole:
            return word
        return next((base for base in _bases(word) if base in self._stems), stem(word))


def _bases(word: str) -> Iterable[str]:
    yield stem(word)
    for ending, instead in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            shorter = word[: -len(ending)] + instead
            yield stem(shorter)
            if shorter[-1] == shorter[-2]:
                yield stem(shorter[:-1])


def places(spans: Mapping[str, Sequence[Span]], names: Iterable[str]) -> frozenset[int]:
    """Return the token positions where any of some concepts stands."""
    return covered(span for name in names for span in spans.get(name, ()))


def covered(spans: Iterable[Span]) -> frozenset[int]:
    """Return the token positions of spans."""
    return frozenset(place for span in spans for place in range(span.start, span.stop))


@cache
def load() -> Wording:
    """Return the shipped wording."""
    return parse(files("diseaseface").joinpath("data/wording.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Wording:
    """Read wording from TOML text; raise CatalogueError where a table is missing or unknown."""
    tables = tomllib.loads(text)
    if wrong := sorted(_TABLES ^ set(tables)):
        raise CatalogueError(f"wording.toml must have the tables {', '.join(sorted(_TABLES))}; check {wrong[0]}.")
    lists = {name: frozenset(words) for name, words in tables["plain"].items()}
    concepts = tables["parts"] | tables["places"] | tables["things"] | tables["qualities"]
    patterns = tuple(
        Pattern(term, tuple(when.split())) for term, row in tables["signs"].items() for when in row["when"]
    )
    plainly = {word: [word] for pattern in patterns for word in pattern.concepts if word not in concepts}
    return Wording(
        skipped=lists["skipped"],
        whole=lists["whole"],
        joining=frozenset(map(stem, lists["joining"])),
        denying=frozenset(map(stem, lists["denying"])),
        general=lists["general"],
        everywhere=lists["everywhere"],
        turns=tuple((re.compile(rf"\b{turn}\b"), said) for turn, said in tables["turns"].items()),
        written=tuple(phrase for words in concepts.values() for phrase in words),
        phrases=_phrases(concepts | plainly, lists["skipped"], lists["whole"]),
        parts=frozenset(tables["parts"]),
        sites=frozenset(tables["parts"] | tables["places"]),
        things=frozenset(tables["things"]),
        patterns=patterns,
    )


def _phrases(concepts: Mapping[str, list[str]], skipped: frozenset[str], whole: frozenset[str]) -> dict:
    """Return the concepts of each phrase, the phrase in stems."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for concept, phrases in concepts.items():
        for phrase in phrases:
            words = [word for word in plain(phrase).split() if word not in skipped]
            found[tuple(word if word in whole else stem(word) for word in words)].add(concept)
    return {phrase: tuple(sorted(names)) for phrase, names in found.items() if phrase}
