"""Linear light to sRGB codes, through a table."""

import cv2
import numpy as np

from diseaseface.faces.colorimetry import from_linear

# Indexed by the square root of linear light, which spreads the dark end as sRGB does.
_SIZE = 16384
_TABLE = from_linear((np.arange(_SIZE) / (_SIZE - 1)) ** 2).astype(np.float32)


def encode(linear: np.ndarray) -> np.ndarray:
    """Turn float32 linear light of shape (h, w, 3) into float32 sRGB codes, 0 to 255, unrounded."""
    clipped = np.clip(linear, 0.0, 1.0)
    return _TABLE[(cv2.sqrt(np.ascontiguousarray(clipped, np.float32)) * (_SIZE - 1) + 0.5).astype(np.uint16)]
