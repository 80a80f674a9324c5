"""The canonical plane on which furrows and scales are laid out once, for every face alike."""

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas

PX_PER_CM = 40.0
LEFT_CM, TOP_CM = -9.5, 9.5
SIZE = (int(20 * PX_PER_CM), int(19 * PX_PER_CM))  # rows, columns
PATTERNS = 8  # different layouts; a seed picks one
_SMALL_PX = 0.55


def on_canvas(canvas: Canvas, field: np.ndarray) -> np.ndarray:
    """Bring a field of the plane, (rows, columns), to the canvas (h, w), without what is finer than its pixels."""
    per_px = PX_PER_CM / canvas.px_per_cm
    if per_px > 1.0:
        field = cv2.GaussianBlur(field, (0, 0), _SMALL_PX * per_px)
    columns, rows = canvas.keep(("plane",), lambda: _places(canvas))
    return cv2.remap(field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _places(canvas):
    columns = (canvas.x_cm - np.float32(LEFT_CM)) * np.float32(PX_PER_CM) - 0.5
    rows = (np.float32(TOP_CM) - canvas.y_cm) * np.float32(PX_PER_CM) - 0.5
    return columns, rows
