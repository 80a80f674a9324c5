"""Which signs of the catalogue a mesh can carry, and how much of each a head carries in truth."""

from collections.abc import Mapping
from functools import cache

from diseaseface.benchmarks.mannequin import truth
from diseaseface.benchmarks.mannequin.pigments import PIGMENTS
from diseaseface.faces.anthropometry import measures_for
from diseaseface.knowledge.catalogue import Attribute, attributes

# The sliders are symmetrical, have no teeth behind lips, and turn no eyes; a second name of a flush is left out.
_LEFT_OUT = frozenset({
    "strabismus", "mouth_opening", "facial_weakness", "lower_facial_weakness", "facial_asymmetry", "mouth_deviation",
    "nasal_deviation", "plethora",
})  # fmt: skip
_AREAS = {"eyes": "eyes", "brows": "eyes", "nose": "nose", "mouth": "mouth", "jaw": "jaw"}
_WHOLE = {"nose_width": ("ala_width",)}
BLIND = frozenset(truth.DEPTHS)
"""Signs of depth, which one frontal photo is expected not to show."""


@cache
def carried() -> tuple[str, ...]:
    """Return the attributes that a mesh can carry, in the catalogue's order."""
    return tuple(name for name, one in attributes().items() if name in PIGMENTS or measures_of(one))


def measures_of(attribute: Attribute) -> tuple[str, ...]:
    """Return the measures of a mesh that tell how much of a sign of shape there is; empty for other signs."""
    if attribute.name in _LEFT_OUT:
        return ()
    if attribute.name in truth.DEPTHS:
        return (attribute.name,)
    return (*measures_for(attribute.measure), *_WHOLE.get(attribute.name, ()))


def area(name: str) -> str:
    """Return the part of the face in which a sign lies; signs of different parts share a picture."""
    if name in PIGMENTS:
        return "colour"
    return "depth" if name in BLIND else _AREAS.get(attributes()[name].region, "frame")


def meet(name: str, other: str) -> bool:
    """Tell whether two signs lie in one part of the face, or their measures move with one coordinate of a point."""
    one, two = (
        {end for measure in measures_of(attributes()[sign]) for end in truth.ends(measure)} for sign in (name, other)
    )
    return area(name) == area(other) or bool(one & two)


def wanted(amounts: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Split amounts of attributes into changes of measures and amounts of pigments."""
    pigments = {name: amount for name, amount in amounts.items() if name in PIGMENTS}
    shape = {
        measure: amount
        for name, amount in amounts.items()
        if name not in PIGMENTS
        for measure in measures_of(attributes()[name])
    }
    return shape, pigments


def reached(name: str, before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return how much of a sign of shape there is, in its unit, from the mesh's measures before and after."""
    names = measures_of(attributes()[name])
    return sum(after[measure] - before[measure] for measure in names) / len(names)
