"""From a description in words to signs, and to a profile that can be drawn."""

import re
from dataclasses import dataclass, replace
from functools import cache

from diseaseface.errors import RequestError
from diseaseface.knowledge import aliases, clauses, grammar, ontology, spelling, vectors, wording
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.clauses import Clause
from diseaseface.knowledge.matching import Hit, matcher
from diseaseface.knowledge.meaning import Meaning, Reader
from diseaseface.knowledge.names import plain
from diseaseface.knowledge.profiles import Evidence, Profile, Sign, Undrawn

UNEXPLAINED = 0.1  # taken from the score where a sign explains none of a clause's words
UNSEEN = "A frontal photo of a face does not show it."
LONGEST = 5000  # characters of a description

# A sign that is drawn on both sides alike, and what is meant where one side is named.
_ONE_SIDED = {("mouth_corners", -1): ("facial_weakness", 1, "HP:0012799")}


@dataclass(frozen=True)
class Found:
    """One sign that a description names.

    Attributes
    ----------
    hpo, label : str
        Id of the HPO term and its name.
    attribute : str or None
        What draws it; None for a sign that is not drawn, or that no photo of a face shows.
    direction : int or None
        +1 or -1, of the attribute.
    side : str or None
        The subject's own "left" or "right", "one" where one unnamed side is said, None for both.
    strength : float
        0.3 slight, 0.6 moderate, 0.7 where nothing is said, 1 marked.
    score : float
        1 for an exact name, less for words that are only near in meaning.
    """

    hpo: str
    label: str
    attribute: str | None
    direction: int | None
    side: str | None
    strength: float
    score: float

    def to_dict(self) -> dict:
        """Return the sign as plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"score": round(self.score, 3)}


def describe(text: str) -> list[Found]:
    """Return the signs that a description names, what it denies left out.

    The surest come first; those about as sure as each other stay in the order of the text.

    Raises RequestError for a text without letters or of unreasonable length.
    """
    if not any(letter.isalpha() for letter in text):
        raise RequestError("Describe the face in words, such as “puffy eyelids and a drooping left mouth corner”.")
    if len(text) > LONGEST:
        raise RequestError(f"The description has {len(text)} characters; give at most {LONGEST}.")
    found: list[Found] = []
    for clause in _clauses(text):
        hits, denied = _named(clause)
        if not denied:
            for hit in hits:
                found += _signs(hit, clause)
    return sorted(_merged(found), key=lambda sign: -round(sign.score, 1))


def _clauses(text: str) -> list[Clause]:
    """Return the clauses of a text, misspellings put right; what is one name is one clause: "chin with a crease"."""
    found = clauses.split(_spelled(text), aliases.load())
    whole = len(found) > 1 and not any(clause.side for clause in found) and matcher().exact(text)
    return [Clause(plain(text), plain(text), plain(text))] if whole else found


def _spelled(text: str) -> str:
    return re.sub(r"[a-zA-Z]+", lambda word: spelling.load().corrected(word[0].lower()), text)


def _named(clause: Clause) -> tuple[list[Hit], bool]:
    """Return the terms that a clause names, and whether it denies them."""
    known = matcher()
    if clauses.takes_away(clause, aliases.load()):
        # "no eyebrows" and "hardly any chin" name signs
        hit = known.exact(f"absent {clause.words}") or known.exact(f"small {clause.words}")
        if hit:
            return [hit], False
    for words in dict.fromkeys((clause.words, clause.filled)):
        if hit := known.exact(words):
            return [hit], clause.denied
    if hit := known.exact(clause.whole):
        return [hit], False  # "lack of facial expression"
    if hits := _read(clause):
        return hits
    if hits := known.inside(clause.filled):
        return hits, clause.denied
    part = clauses.is_part(clause.filled, aliases.load())
    if clause.denied or part or aliases.load().key(clause.words) in _unseen():
        return [], clause.denied
    hit = known.near(clause.filled)
    return [hit] if hit else [], False


def _read(clause: Clause) -> tuple[list[Hit], bool] | None:
    """Return what the grammar of lay wording finds in a clause, and whether it is denied; None for nothing."""
    known = wording.load()
    if clause.denied and (own := grammar.denied_parts(clause.whole, known, _name)):
        return _scored(own, clause.whole), False
    half = " half" if clause.side in ("left", "right", "one") else ""
    for words in dict.fromkeys((clause.filled + half, clause.words + half)):
        if readings := grammar.read(words, known, _name):
            return _scored(readings, words), clause.denied
    return None


def _scored(readings: list[grammar.Reading], words: str) -> list[Hit]:
    """Score readings by the share of the words that they explain."""
    known = wording.load()
    said = sum(word not in known.joining for word in known.tokens(words))
    return [Hit(one.hpo, 0.99 - UNEXPLAINED * max(0.0, 1 - len(one.told) / max(1, said))) for one in readings]


def _name(words) -> str | None:
    """Return the term that a run of words is a name of."""
    known = aliases.load()
    if not known.fillers.isdisjoint(words[:: max(1, len(words) - 1)]) or (len(words) == 1 and words[0] in known.site):
        return None
    hit = matcher().exact(" ".join(words))
    return hit.hpo if hit else None


@cache
def _unseen() -> frozenset[tuple[str, ...]]:
    """Return the names of HPO's terms that no face shows: words for them are not near to anything here."""
    seen, key = set(vectors.load().terms), aliases.load().key
    terms = ontology.load().terms.values()
    return frozenset(key(name) for term in terms if term.id not in seen for name in (term.name, *term.synonyms))


def _signs(hit: Hit, clause: Clause) -> list[Found]:
    """Return one sign for each attribute that a term names, or one that is not drawn."""
    meaning = meaning_of(hit.hpo) or Meaning(ontology.load().terms[hit.hpo].name, reason=UNSEEN)
    side = None if clause.side == "both" else clause.side
    if not meaning.shares:
        return [Found(hit.hpo, meaning.label, None, None, side, clause.strength, hit.score)]
    signs = []
    for name, share in _named_by(meaning):
        hpo, direction, label = hit.hpo, 1 if share > 0 else -1, meaning.label
        if side and (name, direction) in _ONE_SIDED:
            name, direction, hpo = _ONE_SIDED[name, direction]
            label = meaning_of(hpo).label
        sided = attributes()[name].sided
        signs.append(Found(hpo, label, name, direction, side if sided else None, clause.strength, hit.score))
    return signs


def _named_by(meaning: Meaning) -> tuple[tuple[str, float], ...]:
    """Return the attributes that a term is a name of, without what only comes with it: puffy lids are no ptosis."""
    return tuple(one for one in meaning.shares if abs(one[1]) == 1.0) or meaning.shares


@cache
def meaning_of(term: str) -> Meaning | None:
    """Return what an HPO id means here, or None for what a face does not show."""
    return _reader().read(term)


@cache
def _reader() -> Reader:
    return Reader(ontology.load(), attributes())


def _merged(found: list[Found]) -> list[Found]:
    """Keep one sign for each attribute, direction and side: the surest; left and right alike are both."""
    kept: dict[tuple, Found] = {}
    for sign in found:
        key = sign.attribute or sign.hpo, sign.direction, sign.side
        if key not in kept or sign.score > kept[key].score:
            kept[key] = sign
    for name, direction, side in list(kept):
        if side == "left" and (name, direction, "right") in kept and (name, direction, None) not in kept:
            pair = [kept[name, direction, one] for one in ("left", "right")]
            if pair[0].strength == pair[1].strength:
                del kept[name, direction, "left"], kept[name, direction, "right"]
                kept[name, direction, None] = replace(pair[0], side=None)
    return list(kept.values())


def profile_from(text: str, name: str) -> Profile:
    """Return a description as a profile: every sign it names has weight 1.

    A sign's magnitude is the strength said, times the term's share of the attribute.

    Raises RequestError where the text names no sign that can be drawn.
    """
    found = describe(text)
    signs = {}
    for sign in (*found, *_companions(found)):
        if sign.attribute is not None:
            signs.setdefault((sign.attribute, sign.direction, sign.side), _sign(sign, text))
    if not signs:
        raise RequestError(
            "The description names no sign that can be drawn; say what the face shows, such as “full cheeks”."
        )
    undrawn = tuple(
        Undrawn(sign.hpo, sign.label, 1.0, meaning.reason if (meaning := meaning_of(sign.hpo)) else UNSEEN)
        for sign in found
        if sign.attribute is None
    )
    slug = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) or "description"
    return Profile(f"TEXT:{slug}", name, (), tuple(signs.values()), undrawn, f"Described in words: {text.strip()}")


def _companions(found: list[Found]) -> list[Found]:
    """Return what is drawn with the signs found: the bags of puffy lids, on attributes that no words speak of."""
    spoken = {sign.attribute for sign in found}
    drawn = [sign for sign in found if sign.attribute is not None]
    more = [(sign, name, share) for sign in drawn for name, share in meaning_of(sign.hpo).shares if name not in spoken]
    return [replace(sign, attribute=name, **_toward(name, share, sign.side)) for sign, name, share in more]


def _toward(name: str, share: float, side: str | None) -> dict:
    return {"direction": 1 if share > 0 else -1, "side": side if attributes()[name].sided else None}


def _sign(found: Found, text: str) -> Sign:
    share = next((abs(share) for attribute, share in meaning_of(found.hpo).shares if attribute == found.attribute), 1.0)
    one_sided = attributes()[found.attribute].one_sided and found.side is None
    return Sign(
        attribute=found.attribute,
        direction=found.direction,
        weight=1.0,
        magnitude=found.strength * share,
        side="one" if one_sided else found.side,
        evidence=(Evidence("description", found.hpo, f"{found.label}, in “{text.strip()[:200]}”"),),
    )
