"""Veins that show through thin skin: soft, bluish and branching, where they lie shallowest."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import furrows, healing, kinds, plane
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer

_VEIN = (0.36, 0.19, 0.1)  # skin over a vein sends back less red, and hardly less blue
_DENSITY = 1.05
_BLUR_CM = 0.04  # what light spreads in the skin above
_HIDDEN_BY_MELANIN = 0.45
_LEAST_SEEN = 0.3
_HIDDEN = "No bare skin is visible where veins lie shallow."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Let veins show through the skin of temples, forehead and lids."""
    field = canvas.keep((change.attribute.name, seed), lambda: _field(canvas, change.attribute.name, seed))
    if field is None:
        return Layer(0.0, _HIDDEN)
    share = change.amount / change.attribute.positive.full
    visible = _DENSITY * (1.0 - _HIDDEN_BY_MELANIN * kinds.darkness(canvas))
    return Layer(change.amount, inks=(Ink(_VEIN, field, visible * share),))


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take veins away, as far as skin is bluer where they would be drawn."""
    layer = draw(canvas, change, seed)
    if not layer.inks:
        return layer
    (ink,) = layer.inks
    seen = healing.log_light(canvas.planes[2]) - healing.log_light(canvas.planes[0])
    drawn = ink.field * np.float32(ink.strength * (_VEIN[0] - _VEIN[2]))
    known = np.maximum(canvas.skin, 1e-3)
    bands = [a - masked_blur(a, known, 0.4 * canvas.px_per_cm) for a in (seen, drawn)]
    bands = [cv2.GaussianBlur(np.clip(a, -0.5, 0.5), (0, 0), max(0.8, 0.05 * canvas.px_per_cm)) for a in bands]
    near = (cv2.dilate(ink.field, np.ones((9, 9))) > 0.02) * canvas.skin
    return healing.undone(layer, healing.slope(*bands, near), _LEAST_SEEN)


def _field(canvas, name, seed):
    """How much of a vein lies below each pixel, (h, w)."""
    relief = furrows.relief(name, seed)
    field = plane.on_canvas(canvas, relief.depth, relief.corner)
    field = cv2.GaussianBlur(field, (0, 0), max(0.7, _BLUR_CM * canvas.px_per_cm)) * canvas.matte
    return field if float((field * canvas.skin).sum()) > 20.0 else None
