"""The canonical plane on which furrows and scales are laid out once, for every face alike."""

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas

PX_PER_CM = 40.0
LEFT_CM, TOP_CM = -9.5, 9.5
SIZE = (int(20 * PX_PER_CM), int(19 * PX_PER_CM))  # rows, columns
_FINER = 1.25  # the plane is brought down to so many pixels a pixel of the canvas


def on_canvas(canvas: Canvas, field: np.ndarray, corner: tuple[int, int] = (0, 0)) -> np.ndarray:
    """Bring a field of the plane to the canvas, (h, w), without what is finer than its pixels.

    `field`, float32, is the part of the plane from the row and the column `corner` on; around it lies zero.
    """
    finer = min(1.0, _FINER * canvas.px_per_cm / PX_PER_CM)
    size = [max(1, round(finer * length)) for length in field.shape]
    if finer < 1.0:
        scale = [after / before for after, before in zip(size, field.shape, strict=True)]
        field = cv2.resize(field, size[::-1], interpolation=cv2.INTER_AREA)
    else:
        scale = [1.0, 1.0]
    columns = (canvas.x_cm - np.float32(LEFT_CM + corner[1] / PX_PER_CM)) * np.float32(PX_PER_CM * scale[1]) - 0.5
    rows = (np.float32(TOP_CM - corner[0] / PX_PER_CM) - canvas.y_cm) * np.float32(PX_PER_CM * scale[0]) - 0.5
    return cv2.remap(field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
