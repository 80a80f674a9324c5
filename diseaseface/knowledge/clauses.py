"""A description taken apart: one clause for each sign, with its side, strength and whether it is denied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from diseaseface.knowledge import wording
from diseaseface.knowledge.aliases import Aliases, stem
from diseaseface.knowledge.names import plain

_CONTRACTIONS = (("n't", " not"), ("n’t", " not"), ("cannot", "can not"), ("wo not", "will not"), ("ca not", "can not"))
_JOINERS = r"(?P<stop>[.!?;:\n]+)|(?P<comma>,)|\b(?P<word>and|but|with|however|although|or|nor|plus|while|whereas)\b|&"
_OPENERS = {"without", "no", "nor", "neither", "denies", "lacking", "lacks", "instead"}
_SAME_SIDE = re.compile(r"(and |but )?(that|this|the same) ")
_PLUSES = re.compile(r"\+\++")
_COMPARED = re.compile(r"\bthan (on )?(the )?(left|right)\b( side)?")
_TWO_COLOURS = re.compile(r"\bone eye (is )?\w+ and the other( one| eye)?( is)? \w+")
_OTHER = r"( than the other( one| eye| side)?)?"
_LOWER_LID = re.compile(rf"\b((?:eye)?lids?) (?:is|sits|hangs|are|sit|hang) lower\b( down)?{_OTHER}")
_REMAINS = re.compile(r"\b(no|any|much|single|one) (\w+) left\b")  # no side
_GONE = re.compile(
    r"\b(is|are|was|were) (nearly |almost |all |completely |mostly )?gone\b|\b(all |completely )?gone(?= *([.,;:!?]|$))"
)
_UNMOVED = re.compile(r"\b(will|does|do|can) not move\b")
_WHEN = re.compile(r"\b(ever since|since|after|because of|from birth|for (some|many|the last)) [^,.;:!?\n]*")
_OWNER = r"(the |my |his |her |their |both )?"
_PLACES = re.compile(rf"\b(over|on|across|around|round|under) (?P<first>{_OWNER}\w+) and (?={_OWNER}(?P<other>\w+))")
_RIGHT_AS_ADVERB = re.compile(r"\bright (?=under|above|below|beside|next|across|at|in)")


@dataclass(frozen=True)
class Clause:
    """One part of a description that may name a sign.

    Attributes
    ----------
    words : str
        Plain words, without those for side, strength and denial.
    whole : str
        Its plain words without those for side and strength.
    filled : str
        `words` with what they borrow from a neighbour: "skin" after "yellow eyes and" is "yellow skin".
    denied : bool
    side : str or None
        "left", "right", "both", "one", or None where none is said.
    strength : float
        0.3 slight … 1 marked.
    stated : bool
        Whether the strength is said.
    joined : str
        What stands before it: "stop", "comma", "and", "or", "but", "with" or "start".
    """

    words: str
    whole: str
    filled: str = ""
    denied: bool = False
    side: str | None = None
    strength: float = 0.7
    joined: str = "start"
    stated: bool = False


def split(text: str, aliases: Aliases) -> list[Clause]:
    """Return the clauses of a description in its order.

    Denial reaches to the clause's end, over "or" and "nor", over a list that ends in them, and
    after words such as "without" over "and" too. A clause of adjectives alone borrows its noun from a
    neighbour, one of a noun alone its adjectives: "yellow eyes and skin", "a short and broad nose"; what
    it borrows from the clause before has that one's side.
    """
    clauses = [_read(part, joined, aliases) for part, joined in _parts(text, aliases)]
    clauses = _strengthened([clause for clause in clauses if clause.whole or clause.side or clause.stated])
    return _filled(_led(_carried(clauses, aliases), aliases), aliases)


def _parts(text: str, aliases: Aliases) -> list[tuple[str, str]]:
    """Cut at punctuation and joining words, and before words that open a denial."""
    text = text.casefold()
    text = _PLUSES.sub(" severely ", text)
    for short, full in _CONTRACTIONS:
        text = text.replace(short, full)
    text = wording.load().turned(text.replace("colour", "color"))
    text = re.sub(r"\b(left|right) and (left|right)\b", "both", text)
    text = re.sub(r"\b(between [\w ]+?) and ", r"\1 ~ ", text)
    text = _COMPARED.sub("", _RIGHT_AS_ADVERB.sub("", text))
    text = _TWO_COLOURS.sub("eyes of different colours", _UNMOVED.sub("is paralysed", _WHEN.sub(" ", text)))
    text = _GONE.sub("are absent", _REMAINS.sub(r"\1 \2", _LOWER_LID.sub(r"\1 droops", text)))
    text = _PLACES.sub(lambda match: _one_place(match, aliases), text)
    parts, joined, start = [], "start", 0
    for match in re.finditer(_JOINERS, text):
        parts += _opened(text[start : match.start()], joined)
        joined, start = _joiner(match), match.end()
    return parts + _opened(text[start:], joined)


def _one_place(match: re.Match, aliases: Aliases) -> str:
    """Return "over the nose and cheeks" without its "and": where a sign is, not a second one."""
    words = match["first"].split()[-1], match["other"]
    return match[0].replace(" and ", " ") if all(stem(word) in aliases.parts for word in words) else match[0]


def _joiner(match: re.Match) -> str:
    if match["stop"]:
        return "stop"
    if match["comma"]:
        return "comma"
    word = match["word"] or "and"
    return {"nor": "or", "plus": "and", "however": "but", "although": "but", "while": "but", "whereas": "but"}.get(
        word, word
    )


def _opened(part: str, joined: str) -> list[tuple[str, str]]:
    """Cut a part before a word that opens a denial, when something stands before it."""
    words = part.replace("~", "and").split()
    for number, word in enumerate(words[1:], 1):
        if word in _OPENERS:
            return [(" ".join(words[:number]), joined), (" ".join(words[number:]), "with")]
    return [(" ".join(words), joined)]


def _read(part: str, joined: str, aliases: Aliases) -> Clause:
    whole, sides = _without(plain(part), aliases.sides)
    whole, strengths = _without(whole, aliases.strengths)
    words, denied = _without_denial(whole, aliases)
    return Clause(
        words=words,
        whole=whole,
        denied=denied or joined == "nor",
        side=_one_side(sides),
        strength=strengths[0][1] if strengths else aliases.unstated,
        joined=joined,
        stated=bool(strengths),
    )


def _strengthened(clauses: list[Clause]) -> list[Clause]:
    """Give the strength that stands alone to the clause before it: "ptosis, severe"."""
    done: list[Clause] = []
    for clause in clauses:
        if clause.whole or clause.side:
            done.append(clause)
        elif done and not done[-1].stated:
            done[-1] = replace(done[-1], strength=clause.strength, stated=True)
    return done


def _without_denial(text: str, aliases: Aliases) -> tuple[str, bool]:
    kept = re.sub(rf"\b(?:{'|'.join(sorted(aliases.last))})$", " ", text)
    denied = kept != text
    for words in sorted(aliases.never_denies | aliases.after | aliases.ahead, key=len, reverse=True):
        shorter = re.sub(rf"\b{words}\b", " ", kept)
        denied |= shorter != kept and words not in aliases.never_denies
        kept = shorter
    return " ".join(kept.split()), denied


def takes_away(clause: Clause, aliases: Aliases) -> bool:
    """Tell whether a clause says that a part of the face is missing: "no eyebrows", not "eyes are normal"."""
    missing = any(re.search(rf"\b{words}\b", clause.whole) for words in aliases.takes_away)
    return clause.denied and missing and is_part(clause.words, aliases)


def _without(text: str, table: Mapping[str, object]) -> tuple[str, list]:
    """Take the table's words out of a text, longest first; return what is left and what they mean."""
    found = []
    for words in sorted(table, key=len, reverse=True):
        shorter = re.sub(rf"\b{words}\b", " ", text)
        if shorter != text:
            found.append(table[words])
            text = shorter
    return " ".join(text.split()), found


def _one_side(sides: list[str]) -> str | None:
    if {"left", "right"} <= set(sides):
        return "both"
    return next((side for side in ("left", "right", "both", "one") if side in sides), None)


def _carried(clauses: list[Clause], aliases: Aliases) -> list[Clause]:
    """Let denials reach over the lists that they head."""
    done: list[Clause] = []
    reach = ""  # "" nothing denied, "or" over or-lists, "and" over and-lists too
    for number, clause in enumerate(clauses):
        if clause.denied:
            reach = "and" if any(word in clause.whole for word in aliases.carries) else "or"
        elif not (reach and _reached(clauses, number, reach)):
            reach = ""
        done.append(replace(clause, denied=clause.denied or bool(reach)))
    return done


def _reached(clauses: list[Clause], number: int, reach: str) -> bool:
    """Tell whether a list that is denied goes on at a clause: up to its last joining word."""
    for clause in clauses[number:]:
        if clause.joined != "comma":
            return clause.joined == "or" or clause.joined == reach
    return False


def _led(clauses: list[Clause], aliases: Aliases) -> list[Clause]:
    """Let parts that are named first have what is said of the last of them: "lips and tongue are swollen"."""
    done: list[Clause] = []
    for number, clause in reversed(list(enumerate(clauses))):
        after = done[-1] if done else None
        listed = clause.joined in ("and", "or") and not _all_parts(clauses[number - 1].words, aliases)
        if after is not None and after.joined in ("and", "or", "comma") and not listed and not clause.denied:
            whole = _after_parts(after.whole, aliases)
            if whole and _all_parts(clause.words, aliases):
                words = f"{clause.words} {_after_parts(after.words, aliases)}".strip()
                side = clause.side or after.side
                clause = replace(after, words=words, whole=f"{clause.words} {whole}", side=side, joined=clause.joined)
        done.append(clause)
    return done[::-1]


def _all_parts(text: str, aliases: Aliases) -> bool:
    return _parts_ahead(text, aliases) == len(text.split()) > 0


def _after_parts(text: str, aliases: Aliases) -> str:
    """Return what follows the parts of the face that words begin with, nothing where they do not begin so."""
    ahead = _parts_ahead(text, aliases)
    return " ".join(text.split()[ahead:]) if ahead else ""


def _parts_ahead(text: str, aliases: Aliases) -> int:
    """Return how many words at the beginning are parts of the face and fillers, 0 where none is a part."""
    words, parts = text.split(), wording.load().nouns
    passed = [stem(word) in parts or word in aliases.fillers for word in words]
    ahead = passed.index(False) if False in passed else len(words)
    return ahead if any(stem(word) in parts for word in words[:ahead]) else 0


def _filled(clauses: list[Clause], aliases: Aliases) -> list[Clause]:
    done: list[Clause] = []
    for number, clause in enumerate(clauses):
        before = done[-1] if done and clause.joined in ("and", "or", "but", "comma", "with") else None
        after = clauses[number + 1] if number + 1 < len(clauses) else None
        if after is not None and after.joined not in ("and", "or", "but", "comma"):
            after = None
        if not clause.words and clause.side and before is not None and before.side is None:
            done[-1] = replace(before, side=clause.side)  # "ptosis, left"
            continue
        filled = _borrowed(clause, before, after, aliases)
        own_side = clause.side or before is None or (filled == clause.words and not _SAME_SIDE.match(clause.whole))
        done.append(replace(clause, filled=filled, side=clause.side if own_side else before.side))
    return done


def _borrowed(clause: Clause, before: Clause | None, after: Clause | None, aliases: Aliases) -> str:
    words, nouns, adjectives = clause.words, _nouns(clause.words, aliases), _adjectives(clause.words, aliases)
    known = wording.load()
    earlier = (known.where(before.filled) or _nouns(before.words, aliases)) if before is not None else []
    if clause.joined == "with":
        return words if known.where(words) else " ".join((words, *earlier))  # "a lip with a scar"
    if known.lacks_a_part(words):
        later = known.where(after.words) if after is not None else []
        return " ".join((words, *(earlier or later)))
    if adjectives and not nouns and _only(words, adjectives, aliases):
        later = _nouns(after.words, aliases) if after is not None and not is_part(after.words, aliases) else []
        return " ".join((words, *(earlier or later)))
    if nouns and not adjectives and before is not None and _only(words, nouns, aliases):
        return " ".join((*_adjectives(before.words, aliases), words))
    return words


def _nouns(words: str, aliases: Aliases) -> list[str]:
    parts = aliases.parts.keys() | wording.load().nouns
    return [word for word in words.split() if stem(word) in parts and word not in _adjectives(words, aliases)]


def _adjectives(words: str, aliases: Aliases) -> list[str]:
    return [word for word in words.split() if stem(word) in aliases.senses]


def is_part(words: str, aliases: Aliases) -> bool:
    """Tell whether words name a part of the face and say nothing about it."""
    nouns = _nouns(words, aliases)
    return bool(nouns) and _only(words, nouns, aliases)


def _only(words: str, kinds: list[str], aliases: Aliases) -> bool:
    return all(word in kinds or word in aliases.fillers for word in words.split())
