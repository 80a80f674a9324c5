"""Linear light to sRGB codes, through a table."""

import cv2
import numpy as np

from diseaseface.faces.colorimetry import from_linear

# Indexed by the square root of linear light, which spreads the dark end as sRGB does.
_SIZE = 16384
_TABLE = from_linear((np.arange(_SIZE) / (_SIZE - 1)) ** 2).astype(np.float32)


def encode(linear: np.ndarray) -> np.ndarray:
    """Turn float32 linear light of shape (h, w, 3) into float32 sRGB codes, 0 to 255, unrounded."""
    root = cv2.sqrt(np.clip(np.ascontiguousarray(linear, np.float32), 0.0, 1.0))
    root *= _SIZE - 1
    root += 0.5
    return _TABLE.take(root.astype(np.uint16))
