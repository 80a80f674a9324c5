"""Heights and widths of head, ears and neck, read from the outline, in real millimetres.

They include hair and end at clothes, so one photo says little about the person; two photos that
differ by a sign alone say how much of it there is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.outline import SIDES, Outline

_ABOVE_BROWS_CM = 2.0  # where the width of the head is read


@dataclass(frozen=True)
class Extent:
    """A reading of the outline.

    Attributes
    ----------
    name : str
    formula : str
    compute : function
        From an Outline to millimetres; None where the part does not show.
    """

    name: str
    formula: str
    compute: Callable[[Outline], float | None]


def read_extents(outline: Outline) -> dict[str, float | None]:
    """Return all extents of a face by name."""
    return {name: extent.compute(outline) for name, extent in EXTENTS.items()}


def _mm(length_cm: float | None) -> float | None:
    return None if length_cm is None else MM_PER_CANONICAL_CM * length_cm


def _vault(outline):
    return _mm(None if outline.crown_cm is None else outline.crown_cm - outline.brow_cm)


def _head_width(outline):
    return _mm(outline.head_width_cm(outline.brow_cm + _ABOVE_BROWS_CM))


def _hairline(outline):
    return _mm(None if outline.hairline_cm is None else outline.hairline_cm - outline.brow_cm)


def _of_ear(side: str, length: Callable) -> Callable[[Outline], float | None]:
    return lambda outline: None if outline.ears[side] is None else _mm(length(outline, outline.ears[side]))


def _neck_width(outline):
    free = outline.neck is not None and all(outline.neck.free.values())
    return _mm(outline.neck.width_cm) if free else None


def _table():
    yield Extent("vault_height", "crown, hair included, above the brows", _vault)
    yield Extent("head_width", "outline to outline two centimetres above the brows, hair included", _head_width)
    yield Extent("hairline_height", "hairline above the brows, in the middle", _hairline)
    yield Extent("neck_width", "outline to outline where the neck is narrowest", _neck_width)
    for side in SIDES:
        yield Extent(f"ear_length_{side}", "top of the helix to the lobe", _of_ear(side, lambda _, ear: ear.length_cm))
        yield Extent(f"ear_reach_{side}", "face to the helix, sideways", _of_ear(side, lambda _, ear: ear.reach_cm))
        yield Extent(
            f"ear_top_height_{side}", "top of the helix above the outer canthi",
            _of_ear(side, lambda outline, ear: ear.top_cm - outline.canthus_cm),
        )  # fmt: skip


EXTENTS: dict[str, Extent] = {extent.name: extent for extent in _table()}
