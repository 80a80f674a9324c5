"""Which sign of head, ears and neck moves what, on which photos it can be drawn, and on which side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import auricles, crania, necks
from diseaseface.engines.morph.carrying import on_nodes
from diseaseface.faces.face import Face
from diseaseface.faces.outline import Outline, outline_of

_CROWN = "The crown is not wholly inside the photo: nothing is known to fill in from above it."
_HAIRLINE = "The hairline does not show: hair falls over the forehead, or there is none."
_LITTLE_HAIR = "Too little hair shows above the hairline to move it."
_LEAST_HAIR_CM = 2.0  # from the hairline to the crown; set by eye on shaven heads
_EARS = "No ear shows: hair covers them, they lie close to the head, or the photo ends before them."
_NECK = "The neck does not show: it is covered, or the photo ends too close below the chin."
_BELOW = "The photo ends too close below the neck: nothing is known to fill in from there."
_NECK_SIDES = "The outline of the neck does not show: hair or clothes cover it."
_TOGETHER = (("neck_width", "neck_webbing"), ("cranial_vault_size", "turricephaly"), ("ear_size", "ear_protrusion"))


@dataclass(frozen=True)
class Contour:
    """How a sign moves the outline.

    Attributes
    ----------
    field : function
        From an outline and a side ("left", "right" or None) to the movement (h, w, 2) and the depth
        (h, w) or None, in the outline's frame, for one unit in the positive direction.
    unseen : function
        From an outline and a direction to the reason why the sign cannot be drawn on the photo, or None.
    sides : function or None
        From an outline to the sides on which it can be drawn; None for signs of the whole.
    one_side : bool
        Whether it is never on both sides; where none is named it is the left.
    """

    field: Callable
    unseen: Callable[[Outline, int], str | None]
    sides: Callable[[Outline], list[str]] | None = None
    one_side: bool = False


def _always(outline, direction):
    return None


def _shrinking(outline, direction):
    return _CROWN if outline.crown_cm is None and direction < 0 else None


def _flattening(outline, direction):
    return _CROWN if outline.crown_cm is None else None


def _hairline(outline, direction):
    if outline.hairline_cm is None:
        return _HAIRLINE
    hair = outline.brow_cm + crania.crown_above_brows(outline) - outline.hairline_cm
    return _LITTLE_HAIR if hair < _LEAST_HAIR_CM else _flattening(outline, direction)


def _eared(outline):
    return [side for side, ear in outline.ears.items() if ear is not None]


def _ears(outline, direction):
    return None if _eared(outline) else _EARS


def _neck(outline, direction):
    return _NECK if outline.neck is None else None


def _neck_with_room(outline, direction):
    return _neck(outline, direction) or (None if necks.has_room(outline, direction) else _BELOW)


def _neck_sides(outline):
    return [side for side, free in outline.neck.free.items() if free] if outline.neck else []


def _neck_beside(outline, direction):
    return _neck(outline, direction) or (None if _neck_sides(outline) else _NECK_SIDES)


def _both_sides(outline):
    return ["left", "right"]


CONTOURS: dict[str, Contour] = {
    "cranial_vault_size": Contour(crania.vault_size, _shrinking),
    "cranial_breadth": Contour(crania.breadth, _flattening),
    "turricephaly": Contour(crania.tower, _always),
    "trigonocephaly": Contour(crania.keel, _always),
    "plagiocephaly": Contour(crania.skew, _flattening, _both_sides, one_side=True),
    "hairline_height": Contour(crania.hairline, _hairline),
    "forehead_prominence": Contour(crania.bossing, _always),
    "ear_position": Contour(auricles.position, _ears, _eared),
    "ear_size": Contour(auricles.size, _ears, _eared),
    "ear_rotation": Contour(auricles.rotation, _ears, _eared),
    "ear_protrusion": Contour(auricles.protrusion, _ears, _eared),
    "earlobe_size": Contour(auricles.lobe, _ears, _eared),
    "neck_length": Contour(necks.length, _neck_with_room),
    "neck_width": Contour(necks.width, _neck_beside, _neck_sides),
    "neck_webbing": Contour(necks.web, _neck_beside, _neck_sides),
    "goitre": Contour(necks.goitre, _neck),
}


def reason_to_omit(face: Face, change: Change) -> str | None:
    """Say why a change of the outline cannot be drawn on this photo; None where it can, or is none."""
    contour = CONTOURS.get(change.attribute.name)
    if contour is None:
        return None
    outline = outline_of(face)
    unseen = contour.unseen(outline, 1 if change.amount > 0 else -1)
    if unseen or contour.sides is None or set(change.sides) & set(contour.sides(outline)):
        return unseen
    return f"It does not show on the person's {change.side} side: hair or clothes cover it, or the photo ends."


def note(face: Face, change: Change) -> str | None:
    """Say on which side alone a change is drawn, where it was asked on both."""
    contour = CONTOURS.get(change.attribute.name)
    if contour is None or contour.sides is None or contour.one_side or change.side is not None:
        return None
    drawn = contour.sides(outline_of(face))
    return f"Drawn on the person's {drawn[0]} side only: the other one is covered." if len(drawn) == 1 else None


def share_together(changes: Sequence[Change]) -> list[float]:
    """Return which share of each change is drawn, so that signs that push one outline keep a limit together."""
    total = {
        names: sum(change.amount / change.attribute.positive.limit for change in changes if _pushes(change, names))
        for names in _TOGETHER
    }
    return [min([1.0, *(1.0 / total[names] for names in _TOGETHER if _pushes(change, names))]) for change in changes]


def _pushes(change, names):
    return change.attribute.name in names and change.amount > 0


def field(face: Face, name: str, side: str | None) -> np.ndarray:
    """Evaluate a sign's movement on the chart's nodes for one unit, (h, w, 3), canonical centimetres."""
    contour, outline = CONTOURS[name], outline_of(face)
    if contour.sides is None:
        return on_nodes(face, outline, *contour.field(outline, None))
    sides = [one for one in contour.sides(outline) if side in (None, one)]
    if contour.one_side:
        sides = sides[:1]
    return sum(on_nodes(face, outline, *contour.field(outline, one)) for one in sides)
