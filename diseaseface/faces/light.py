"""How the face is lit."""

import numpy as np

from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.contours import BARE_SKIN, OVAL, fill

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB (Rec. 709)
_CLIPPED = 254


def side_light_stops(image: np.ndarray, landmarks_px: np.ndarray) -> float:
    """Return how much more light one cheek gets than the other, in stops (factors of two)."""
    luminance = [_mean_luminance(image, landmarks_px[cheek]) for cheek in BARE_SKIN[:2]]
    return float(abs(np.log2(luminance[0] / luminance[1])))


def clipped_share(image: np.ndarray, landmarks_px: np.ndarray) -> float:
    """Return the share of the face whose brightest channel is at the top of its range."""
    face = fill(landmarks_px[OVAL], image.shape[:2]) > 0.5
    return float((image[face].max(axis=-1) >= _CLIPPED).mean()) if face.any() else 0.0


def face_luminance(image: np.ndarray, landmarks_px: np.ndarray) -> float:
    """Return the mean linear luminance of the cheeks, 0 to 1."""
    return float(np.mean([_mean_luminance(image, landmarks_px[cheek]) for cheek in BARE_SKIN[:2]]))


def _mean_luminance(image, contour_px):
    height, width = image.shape[:2]
    x0, y0 = np.clip(np.floor(contour_px.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    x1, y1 = np.clip(np.ceil(contour_px.max(axis=0)).astype(int) + 1, (x0 + 1, y0 + 1), (width, height))
    part = to_linear(image[y0:y1, x0:x1]) @ _LUMINANCE
    weights = fill(contour_px - (x0, y0), part.shape)
    return float(max((part * weights).sum() / max(weights.sum(), 1e-6), 1e-4))
