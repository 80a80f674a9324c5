"""Landmarks in the order in which they go round each part of the face, and masks of them."""

import cv2
import numpy as np

OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]  # fmt: skip
# The subject's right part comes first in each pair.
EYES = (
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249],
)
BROWS = ([70, 63, 105, 66, 107, 55, 65, 52, 53, 46], [300, 293, 334, 296, 336, 285, 295, 282, 283, 276])
LIPS = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
MOUTH = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]
IRISES = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))  # centre, then four points around
# Places that show skin on nearly everybody: cheeks, forehead, bridge of the nose.
BARE_SKIN = (
    [117, 118, 101, 205, 187, 123],
    [346, 347, 330, 425, 411, 352],
    [151, 108, 69, 67, 10, 297, 299, 337],
    [6, 197, 195, 5, 4],
)

_FRACTION_BITS = 4


def fill(points_px: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return a float32 mask (h, w), 0 to 1, of the polygon through points (n, 2); soft by a pixel."""
    mask = np.zeros(shape, np.uint8)
    corners = np.round(points_px * 2**_FRACTION_BITS).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, _FRACTION_BITS)
    return mask.astype(np.float32) / 255


def fill_each(landmarks_px: np.ndarray, contours, shape: tuple[int, int]) -> np.ndarray:
    """Return the union of the polygons through each contour's landmarks, float32 (h, w)."""
    mask = np.zeros(shape, np.float32)
    for contour in contours:
        np.maximum(mask, fill(landmarks_px[contour], shape), out=mask)
    return mask
