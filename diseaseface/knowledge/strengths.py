"""How strong many signs are together, where no source says how strong each of them is.

HPO says that people with a disease have a sign, not how much of it. One such sign is drawn up to its marked end, but a
face with twenty signs, each at the marked end of what is published for it, is nobody's. The joint departure of a face
is the root of the sum of squares of its signs' strengths, each a share of its full amount. For diseases whose
strengths are curated sign by sign it is about the same, be they of 9 signs or of 23. So it is here for signs that
nobody grades: as they become more, all of them shrink alike.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, hypot

from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Evidence, Sign

# Operators of what makes a face's shape; a rash or a naevus does not add to it and shrinks for nobody.
SHAPING = frozenset(
    ("geometry", "relief", "lids", "epicanthus", "grooves", "lips", "folds", "brows", "head", "ears", "neck")
)
# In full amounts: up to the first, four signs in full, nothing changes; set by eye on six faces. The second is never
# reached: the median of the curated diseases with nine signs of shape or more.
FREE, MOST = 2.0, 2.6
SOURCE, REFERENCE = "DiseaseFace", "bound by curated diseases"


def together(signs: Sequence[Sign]) -> list[Sign]:
    """Return the signs of one face, in the given order, those weakened that share it with many.

    Only signs of shape whose strength nobody states count, and only they are weakened, all by one factor; each then
    says so in its evidence.
    """
    sharing = [sign for sign in signs if _shares(sign)]
    factor = factor_of([_strength(sign) for sign in sharing])
    if factor == 1.0:
        return list(signs)
    more = len(sharing) - 1
    told = f"No source says how strong this is, nor {more} more signs of the face: {factor:.0%} of its full amount"
    said = Evidence(SOURCE, REFERENCE, told)
    return [_weakened(sign, factor, said) if _shares(sign) else sign for sign in signs]


def factor_of(strengths: Sequence[float]) -> float:
    """Return by which factor strengths shrink together, above 0 to 1; their joint departure still grows with each."""
    joint, room = hypot(*strengths), MOST - FREE
    if joint <= FREE:
        return 1.0
    return (FREE + room * (1.0 - exp((FREE - joint) / room))) / joint


def note(signs: Sequence[Sign]) -> tuple[str, ...]:
    """Say once for a picture that its signs were weakened; nothing where they were not."""
    if not (weaker := count_weakened(signs)):
        return ()
    return (
        f"No source says how strong {weaker} of these signs are: since they share one face, each is drawn at less than "
        "its full amount, as its evidence says.",
    )


def count_weakened(signs: Sequence[Sign]) -> int:
    """Return how many signs of a face `together` has weakened."""
    return sum(any(line.source == SOURCE for line in sign.evidence) for sign in signs)


def _shares(sign: Sign) -> bool:
    return not sign.graded and attributes()[sign.attribute].operator in SHAPING


def _strength(sign: Sign) -> float:
    pole = attributes()[sign.attribute].pole(sign.direction)
    return min(sign.magnitude, pole.limit / pole.full)


def _weakened(sign: Sign, factor: float, said: Evidence) -> Sign:
    return replace(sign, magnitude=factor * _strength(sign), evidence=(*sign.evidence, said))
