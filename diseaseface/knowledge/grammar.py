"""What lay words name together: a part of the face and how it is, or a thing on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from diseaseface.knowledge.wording import Pattern, Span, Wording, covered, places

Names = Callable[[Sequence[str]], str | None]

# Weights in words of the text, chosen on the open phrases of the language benchmark.
SUBJECT = 0.3  # for speaking of the part that is named first
SITE = 0.9  # a word that says where a thing is
THING = 0.05
GENERAL = -0.01
CONCEPT = 0.02
MISSING = 0.1  # "the little groove is missing" is no little groove

_MOST_WAYS = 200  # in which one pattern may stand in one text


@dataclass(frozen=True)
class Reading:
    """A term that some words of a text name.

    Attributes
    ----------
    hpo : str
    said : frozenset of int
        Positions of the words that name it.
    parts : frozenset of int
        Those of them that name a part.
    told : frozenset of int
        Positions of the words that it explains: `said` and where it is, without words of place that stand alone.
    thing : bool
        Whether it is a thing on the face, such as a spot, and not how a part is.
    weight : float
        How much of the text it explains, in words.
    """

    hpo: str
    said: frozenset[int]
    parts: frozenset[int]
    told: frozenset[int]
    thing: bool
    weight: float


def read(text: str, words: Wording, names: Names = lambda run: None) -> list[Reading]:
    """Return what a text names, the term that most of its words speak of first.

    `names` gives the term that a run of plain words is a name of.
    """
    tokens = words.tokens(text)
    spans = words.spans(tokens)
    found = [one for pattern in words.patterns if (one := _reading(pattern, tokens, spans, words))]
    found += _named(words.words(text), tokens, words, names)
    found = [one for one in found if _fair(one, tokens, spans, words)]
    return _apart(sorted(found, key=lambda one: (-one.weight, _spread(one.said), min(one.said))))


def denied_parts(text: str, words: Wording, names: Names) -> list[Reading]:
    """Return the reading that takes a denial of the text as its own, if any: "no eyebrows", "not in the middle"."""
    tokens = words.tokens(text)
    return [one for one in read(text, words, names) if any(tokens[place] in words.denying for place in one.said)][:1]


def _reading(
    pattern: Pattern, tokens: Sequence[str], spans: Mapping[str, list[Span]], words: Wording
) -> Reading | None:
    """Return a pattern where it stands in a text, in the way that takes most words and lies closest together."""
    if not all(concept in spans for concept in pattern.concepts):
        return None
    ways = islice(product(*(spans[concept] for concept in pattern.concepts)), _MOST_WAYS)
    ways = [way for way in ways if len(set(way)) == len(way)]
    if not ways:
        return None
    best = max(ways, key=lambda way: (len(covered(way)), -_spread(covered(way))))
    parts = covered(span for span, name in zip(best, pattern.concepts, strict=True) if name in words.parts)
    thing = any(name in words.things for name in pattern.concepts)
    sites = [span for name in words.parts for span in spans.get(name, ())] if thing else []
    said, site = (covered(_telling(each, tokens, words)) for each in (best, sites))
    weight = len(said) + SITE * len(site - said) + _extra(pattern, words) + SUBJECT * (_first(spans, words) in parts)
    return Reading(pattern.hpo, covered(best), parts, said | site, thing, weight)


def _telling(spans: Iterable[Span], tokens: Sequence[str], words: Wording) -> list[Span]:
    return [span for span in spans if span.stop > span.start + 1 or tokens[span.start] not in words.joining]


def _extra(pattern: Pattern, words: Wording) -> float:
    """Small weights that decide between patterns of as many words."""
    names = set(pattern.concepts)
    thing, general = THING * bool(names & words.things), GENERAL * len(names & words.general)
    return thing + general + CONCEPT * len(pattern.concepts) + MISSING * ("missing" in names)


def _first(spans: Mapping[str, list[Span]], words: Wording) -> int:
    """Return where the first part is named that is not everywhere, -1 for none."""
    return min(places(spans, words.parts - words.everywhere), default=-1)


def _named(run: Sequence[str], tokens: Sequence[str], words: Wording, names: Names) -> Iterable[Reading]:
    """Yield the runs of words that are names themselves."""
    for start in range(len(run)):
        for stop in range(start + 1, min(len(run), start + words.longest) + 1):
            if hpo := names(run[start:stop]):
                told = frozenset(place for place in range(start, stop) if tokens[place] not in words.joining)
                yield Reading(hpo, frozenset(range(start, stop)), frozenset(), told, False, len(told))


def _fair(one: Reading, tokens: Sequence[str], spans: Mapping[str, list[Span]], words: Wording) -> bool:
    """Tell whether a reading passes over nothing that stands between its words or that its denial may mean.

    "Tiny spots on the nose" is no tiny nose, "no thick lips" no missing lips.
    """
    parts = {span for name in words.parts for span in spans.get(name, ())}  # "skin" may be a fold of skin too
    between = {span for name in words.things for span in spans.get(name, ()) if span.start not in one.said} - parts
    if not one.thing and any(min(one.said) < span.start and span.stop <= max(one.said) for span in between):
        return False
    denials = [place for place in one.said if tokens[place] in words.denying]
    passed = places(spans, spans.keys()) - places(spans, words.parts) - one.said
    return not denials or all(place < min(denials) or tokens[place] in words.joining for place in passed)


def _apart(found: Sequence[Reading]) -> list[Reading]:
    """Keep the readings that say something of their own beside better ones; they may share a part's name."""
    kept: list[Reading] = []
    for one in found:
        if not any(_same_words(one, other) for other in kept):
            kept.append(one)
    return kept


def _same_words(one: Reading, other: Reading) -> bool:
    return bool((one.said - one.parts) & other.said or ((one.thing or other.thing) and one.parts & other.said))


def _spread(said: frozenset[int]) -> int:
    return max(said) - min(said)
