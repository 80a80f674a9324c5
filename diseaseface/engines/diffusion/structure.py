"""What ControlNet is shown: the face as it shall be, in lines."""

import warnings

import cv2
import numpy as np

from diseaseface.engines.diffusion import stack
from diseaseface.engines.diffusion.crop import Crop
from diseaseface.errors import EngineUnavailable
from diseaseface.faces.contours import BROWS, EYES, IRISES, LIPS, MOUTH, OVAL

# The colours (RGB) in which ControlNets for MediaPipe's mesh learnt each part; the subject's right first.
_OVAL_COLOUR, _MOUTH_COLOUR = (10, 200, 10), (10, 180, 10)
_EYE_COLOURS = ((180, 200, 10), (10, 200, 180))
_BROW_COLOURS = ((180, 220, 10), (10, 220, 180))
_IRIS_COLOURS = ((250, 200, 10), (10, 200, 250))
_LEARNT_AT_PX = 512  # with lines 2 px wide and irises 4 px wide
_SHIFT = 4


def draw(kind: str, picture: np.ndarray, landmarks_px: np.ndarray, crop: Crop) -> np.ndarray:
    """Return the condition picture, uint8 (size, size, 3).

    Parameters
    ----------
    kind : "mesh", "canny" or "lineart"
    picture : uint8 array of shape (H, W, 3)
        The photo or the morph engine's picture of it.
    landmarks_px : float array of shape (478, 2)
        Where the landmarks of the face shall be, in pixels of the photo.
    crop : Crop
    """
    if kind == "mesh":
        return draw_mesh(crop.points(landmarks_px), crop.size)
    small = np.clip(crop.cut(picture), 0, 255).astype(np.uint8)
    if kind == "canny":
        edges = cv2.Canny(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), 100, 200)
        return np.repeat(edges[..., None], 3, axis=-1)
    return _line_art(small)


def draw_mesh(points_px: np.ndarray, size: int) -> np.ndarray:
    """Draw landmarks (478, 2) as ControlNets for MediaPipe's mesh learnt to see them."""
    canvas = np.zeros((size, size, 3), np.uint8)
    width = max(1, round(2 * size / _LEARNT_AT_PX))

    def line(indices, colour, closed=True):
        corners = np.round(points_px[indices] * 2**_SHIFT).astype(np.int32)
        cv2.polylines(canvas, [corners], closed, colour, width, cv2.LINE_8, _SHIFT)

    line(OVAL, _OVAL_COLOUR)
    for contour in (LIPS, MOUTH):
        line(contour, _MOUTH_COLOUR)
    for eye, brow, colour, brow_colour in zip(EYES, BROWS, _EYE_COLOURS, _BROW_COLOURS, strict=True):
        line(eye, colour)
        line(brow[:5], brow_colour, closed=False)
        line(brow[5:], brow_colour, closed=False)
    for iris, colour in zip(IRISES, _IRIS_COLOURS, strict=True):
        x, y = np.round(points_px[iris[0]]).astype(int)
        cv2.rectangle(canvas, (x - width, y - width), (x + width - 1, y + width - 1), colour, cv2.FILLED)
    return canvas


def _line_art(small):
    stack.torch()
    try:
        # The package asks for an interface that mediapipe no longer has, and warns of what is not used here.
        with stack.hidden("mediapipe"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from controlnet_aux.lineart_standard import LineartStandardDetector
    except ImportError as error:
        raise EngineUnavailable("Line art needs a package: run `pip install controlnet-aux`.") from error
    drawn = LineartStandardDetector()(small, detect_resolution=_LEARNT_AT_PX, output_type="np")
    return np.ascontiguousarray(drawn)
