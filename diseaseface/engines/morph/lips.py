"""Lips turned outward: the wet inner red and its shine, which the warp alone does not bring."""

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer

# Where an everted lip faces the light from above, and where its inner red comes to lie, canonical
# centimetres: height, reach up and down, reach to the sides.
_BAND = {"upper_lip_eversion": (-3.72, 0.14, 1.1), "lower_lip_eversion": (-5.0, 0.17, 0.95)}
_MUCOSA = 0.16  # haemoglobin density at full severity
_SHINE = 0.16  # of the skin's brightness at full severity
_LINES_CM = 0.16


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Redden and wet the vermilion that eversion shows."""
    red, wet = canvas.keep((change.attribute.name, seed), lambda: _fields(canvas, change.attribute.name, seed))
    pigment = tuple(maps.recipes()["pigments"]["haemoglobin"])
    share = np.float32(change.share)
    ink = Ink(pigment, red, float(_MUCOSA * share), on_skin=False)
    return Layer(change.amount, inks=(ink,), shine=np.float32(_SHINE) * share * wet)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Turn the lip back by the warp alone: its own shine stays what the photo shows."""
    return Layer(change.amount)


def _fields(canvas, name, seed):
    at, reach, wide = _BAND[name]
    beside = np.exp(-0.5 * (canvas.x_cm / wide) ** 2)
    inner = np.exp(-0.5 * ((canvas.y_cm - at) / (2.2 * reach)) ** 2)
    lines = canvas.noise(seed, name, _LINES_CM, 1.5)
    top = np.exp(-0.5 * ((canvas.y_cm - at) / reach) ** 2) * np.clip(0.75 + 0.35 * lines, 0.0, 1.5)
    return ((beside * inner * canvas.lips).astype(np.float32), (beside * top * canvas.lips).astype(np.float32))
