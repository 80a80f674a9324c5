"""Brow hair without its pigment."""

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Layer

# Hair without pigment: its light by that of the brightest channel of the skin, a factor and a power, for it is lighter
# than dark skin and about as light as fair skin; its colour; how much of it covers; its own light and shade.
_PALE_LIGHT, _PALE, _PALE_COVER, _PALE_DETAIL = (0.72, 0.3), (1.05, 0.82, 0.58), 0.75, 0.6
_STRANDS_CM, _BESIDE_CM = 0.12, 0.2


def pale(canvas: Canvas, hair: np.ndarray, reach: np.ndarray, bare_skin: np.ndarray, share: float) -> Layer:
    """Take the pigment out of brow hair (h, w) over skin (h, w, 3): its light is that of pale hair, its shading stays.

    `reach` (h, w) is the soft footprint of the hair with a margin.
    """
    factor, power = _PALE_LIGHT
    light = factor * np.maximum(bare_skin.max(axis=-1, keepdims=True), 1e-3) ** power
    covered = _PALE_COVER * hair[..., None]
    pale = bare_skin + covered * (light * np.array(_PALE, np.float32) - bare_skin)
    green = cv2.log(np.maximum(canvas.planes[1], 1e-3))
    strands = green - cv2.GaussianBlur(green, (0, 0), max(1.0, _STRANDS_CM * canvas.px_per_cm))
    content = pale * np.exp(_PALE_DETAIL * np.clip(strands, -0.6, 0.6) * hair)[..., None]
    # Shade beside a brow passes for hair: what is light there would be a white rim.
    near = np.clip(4.0 * cv2.GaussianBlur(canvas.brows, (0, 0), max(1.0, _BESIDE_CM * canvas.px_per_cm)), 0.0, 1.0)
    return Layer(100.0 * share, content=(content.astype(np.float32), np.float32(min(share, 1.0)) * reach * near))
