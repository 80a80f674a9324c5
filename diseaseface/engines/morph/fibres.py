"""How hair lies: the direction of its strands, and numbers drawn out along them."""

import cv2
import numpy as np
from scipy.special import ndtr

from diseaseface.engines.morph import noise
from diseaseface.engines.morph.canvas import Canvas

_CROWN_CM = (0.0, 12.5)
_STRAND_CM = 0.055
_TRACE_CM, _DOUBLINGS = 0.05, 5


def directions(canvas: Canvas, hair: np.ndarray) -> np.ndarray:
    """Return unit vectors (h, w, 2) along the strands, either way, in the picture, from the hair's own light."""
    light = cv2.log(np.maximum(canvas.planes[1], 1 / 512))
    light = cv2.GaussianBlur(light, (0, 0), max(0.7, 0.04 * canvas.px_per_cm))
    across, down = (cv2.Sobel(light, cv2.CV_32F, *axis, ksize=3) * hair for axis in ((1, 0), (0, 1)))
    wide = 0.35 * canvas.px_per_cm
    tensor = [cv2.GaussianBlur(a, (0, 0), wide) for a in (across * across, across * down, down * down)]
    # Where strands tell nothing, they are taken to run away from the crown.
    away = np.dstack([canvas.x_cm - _CROWN_CM[0], _CROWN_CM[1] - canvas.y_cm])
    away /= np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-3)
    prior = 0.4 * float(np.mean(tensor[0] + tensor[2]))
    xx = tensor[0] + prior * away[..., 1] ** 2
    xy = tensor[1] - prior * away[..., 0] * away[..., 1]
    yy = tensor[2] + prior * away[..., 0] ** 2
    along = 0.5 * np.arctan2(2.0 * xy, xx - yy) + np.pi / 2
    return np.dstack([np.cos(along), np.sin(along)]).astype(np.float32)


def beside(values: np.ndarray, along: np.ndarray, step_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Return values (h, w) as they are one step along the strand, and one step back."""
    height, width = values.shape
    columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    return tuple(
        cv2.remap(values, columns + s * along[..., 0], rows + s * along[..., 1], cv2.INTER_LINEAR,
                  borderMode=cv2.BORDER_REPLICATE)
        for s in (np.float32(step_px), np.float32(-step_px))
    )  # fmt: skip


def strands(canvas: Canvas, along: np.ndarray) -> np.ndarray:
    """Return even random numbers, 0 to 1, (h, w), drawn out along strands as line integrals of noise are.

    After Cabral and Leedom (1993), Imaging vector fields using line integral convolution.
    """
    # Alike on both sides, so that a mirrored photo gives mirrored strands.
    grain_cm = max(_STRAND_CM, 1.0 / canvas.px_per_cm)
    white = noise.stream(0, "strands").standard_normal([round(40.0 / grain_cm), round(20.0 / grain_cm)], np.float32)
    columns, rows = (np.abs(canvas.x_cm) / grain_cm, (canvas.y_cm + 20.0) / grain_cm)
    field = cv2.remap(white, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    for k in range(_DOUBLINGS):
        field = (field + sum(beside(field, along, 2**k * max(1.0, _TRACE_CM * canvas.px_per_cm)))) / 3.0
    spread_ = float(field.std())
    return ndtr((field - field.mean()) / max(spread_, 1e-6)).astype(np.float32)
