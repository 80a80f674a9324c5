"""From annotations and the supplement to one profile of a disease."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Meaning
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT, Evidence, Form, Profile, Sign, Undrawn
from diseaseface.knowledge.supplement import Entry, Line


@dataclass(frozen=True)
class Fact:
    """One visible sign of one disease, all its sources pooled.

    Attributes
    ----------
    hpo : str
    frequency : float or None
        0 to 1; None where no source states it.
    from_age : float
        Years.
    one_sided : bool
    detail : str
        What the sources say, in words.
    """

    hpo: str
    frequency: float | None
    from_age: float
    one_sided: bool
    detail: str


def profile(disease: str, name: str, facts: Iterable[Fact], meanings: Mapping[str, Meaning], release: str) -> Profile:
    """Turn HPO's facts about a disease into a profile.

    Where several terms mean one attribute in one direction, the sign has the highest of their
    frequencies: such terms are near-synonyms and go together.
    """
    signs: dict[tuple[str, int], Sign] = {}
    undrawn = []
    for fact in facts:
        meaning = meanings[fact.hpo]
        weight = STAND_IN_WEIGHT if fact.frequency is None else fact.frequency
        if meaning.reason:
            undrawn.append(Undrawn(fact.hpo, meaning.label, weight, meaning.reason))
        for attribute, share in meaning.shares:
            sign = _sign(attribute, share, fact, weight, Evidence(f"HPO {release}", disease, _words(meaning, fact)))
            if meaning.one_sided or attributes()[attribute].one_sided:
                sign = replace(sign, side=sign.side or "one")
            key = attribute, sign.direction
            signs[key] = _stronger(signs[key], sign) if key in signs else sign
    return Profile(disease, name, (), _ranked(signs.values()), tuple(sorted(undrawn, key=lambda sign: -sign.weight)))


def _sign(attribute: str, share: float, fact: Fact, weight: float, evidence: Evidence) -> Sign:
    return Sign(
        attribute=attribute,
        direction=1 if share > 0 else -1,
        weight=weight,
        magnitude=abs(share),
        side="one" if fact.one_sided else None,
        evidence=(evidence,),
        known=fact.frequency is not None,
        from_age=fact.from_age,
        graded=False,
    )


def _words(meaning: Meaning, fact: Fact) -> str:
    return f"{meaning.label}: {fact.detail}"


def _stronger(one: Sign, other: Sign) -> Sign:
    """Join two signs of one attribute and direction: what is known before what is not, then the larger."""
    first = max(one, other, key=lambda sign: (sign.known, sign.weight, sign.magnitude))
    return Sign(
        attribute=first.attribute,
        direction=first.direction,
        weight=first.weight,
        magnitude=max(one.magnitude, other.magnitude),
        side=one.side if one.side == other.side else None,
        evidence=one.evidence + other.evidence,
        known=first.known,
        from_age=min(one.from_age, other.from_age),
        until_age=max(one.until_age, other.until_age),
        graded=one.graded or other.graded,
    )


def _ranked(signs: Iterable[Sign]) -> tuple[Sign, ...]:
    """Sort by weight; where weights tie, known frequencies first, then the order given."""
    return tuple(sorted(signs, key=lambda sign: (-sign.weight, not sign.known)))


def curated(entry: Entry, base: Profile | None) -> Profile:
    """Join the supplement's entry of a disease with HPO's profile of it, where there is one."""
    signs = {(sign.attribute, sign.direction): sign for sign in base.signs} if base else {}
    for key in entry.omitted:
        signs.pop(key, None)
    for line in entry.lines:
        key = line.attribute, line.direction
        signs[key] = _overridden(signs.get(key), line)
    signs |= _of_forms(signs, entry.forms)
    undrawn = (base.undrawn if base else ()) + entry.undrawn
    ranked = tuple(sorted(undrawn, key=lambda sign: -sign.weight))
    graded = (replace(sign, graded=True) for sign in signs.values())  # the curators looked at all of them together
    return Profile(entry.id, entry.name, entry.synonyms, _ranked(graded), ranked, entry.note, entry.forms)


def _of_forms(signs: Mapping[tuple[str, int], Sign], forms: Sequence[Form]) -> dict[tuple[str, int], Sign]:
    """Return the signs that the forms state, each with the frequency that follows for all people together."""
    stated: dict[tuple[str, int], float] = {}
    for form in forms:
        for name, direction, weight in form.weights:
            stated[name, direction] = stated.get((name, direction), 0.0) + form.share * weight
    held = {key: min(weight, 1.0) for key, weight in stated.items() if key in signs}
    return {key: replace(signs[key], weight=weight, known=True) for key, weight in held.items()}


def _overridden(sign: Sign | None, line: Line) -> Sign:
    """Return HPO's sign with what the supplement's line says in its place, and both as evidence."""
    sign = sign or Sign(line.attribute, line.direction, STAND_IN_WEIGHT, known=False)
    evidence = Evidence("Curated", line.reference, line.detail)
    return Sign(
        attribute=sign.attribute,
        direction=sign.direction,
        weight=sign.weight if line.weight is None else line.weight,
        magnitude=sign.magnitude if line.magnitude is None else line.magnitude,
        side=line.side or sign.side,
        onset=line.onset or sign.onset,
        evidence=(*sign.evidence, evidence),
        known=sign.known or line.weight is not None,
        typical=line.typical,
        from_age=sign.from_age if line.from_age is None else line.from_age,
        until_age=sign.until_age if line.until_age is None else line.until_age,
    )
