"""Where the mouth lies, and what colour and light it has."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from diseaseface.faces.contours import LIPS
from diseaseface.faces.face import Face

UPPER_MARGIN = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_MARGIN = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_CLOSED_CM = (0.12, 0.5)  # surely closed below, surely open above
_TEETH_RED = 0.75  # of the lips' redness
_LINE_REACH_CM, _BIN_CM = 0.3, 0.025
_PAD_CM = (5.6, 2.4, 10.5)  # beside, above and below the mouth


@dataclass(frozen=True, eq=False)
class Mouth:
    """The frame of the mouth: u to the subject's left along its corners, v up, canonical centimetres.

    Attributes
    ----------
    box : (x0, y0, x1, y1)
        The patch, pixels of the chart's box.
    u_cm, v_cm : float32 arrays (h, w)
        From the middle between the corners.
    up_px : float32 array (2,)
        One canonical centimetre up, in pixels (x, y).
    half_cm : float
        Half the distance of the inner corners.
    upper_cm, lower_cm : float32 arrays (h, w)
        Height of the lips' free margins at each pixel's u.
    lips : float32 array (h, w)
        The vermilion, 0 to 1.
    """

    box: tuple[int, int, int, int]
    u_cm: np.ndarray
    v_cm: np.ndarray
    up_px: np.ndarray
    half_cm: float
    upper_cm: np.ndarray
    lower_cm: np.ndarray
    lips: np.ndarray


def find_mouth(face: Face) -> Mouth | None:
    """Lay the frame of the mouth; None where the lips leave the photo."""
    x0, y0, x1, y1 = face.chart.box
    height, width = face.image.shape[:2]
    around = face.landmarks_px[LIPS]
    if (around < 0).any() or (around >= (width, height)).any():
        return None
    local, scale = face.landmarks_px - (x0, y0), face.pose.px_per_cm
    right, left = local[UPPER_MARGIN[0]], local[UPPER_MARGIN[-1]]
    middle, span = (right + left) / 2, left - right
    along = span / np.linalg.norm(span)
    up = np.array([along[1], -along[0]])
    beside, above, below = (pad * scale for pad in _PAD_CM)
    ends = middle + np.array([s * beside * along + t * up for s in (-1, 1) for t in (above, -below)])
    px0, py0 = np.maximum(np.floor(ends.min(axis=0)), 0).astype(int)
    px1, py1 = np.minimum(np.ceil(ends.max(axis=0)), (x1 - x0, y1 - y0)).astype(int)
    columns, rows = np.meshgrid(np.arange(px0, px1), np.arange(py0, py1))
    dx, dy = columns - middle[0], rows - middle[1]
    u = ((dx * along[0] + dy * along[1]) / scale).astype(np.float32)
    v = ((dx * up[0] + dy * up[1]) / scale).astype(np.float32)

    def margin(indices):
        offset = (local[list(indices)] - middle) / scale
        return _curve(offset @ along, offset @ up, u)

    upper, lower = margin(UPPER_MARGIN), margin(LOWER_MARGIN)
    lips = face.regions.lips[y0:y1, x0:x1][py0:py1, px0:px1]
    half = float(np.linalg.norm(span)) / 2 / scale
    box = (int(px0), int(py0), int(px1), int(py1))
    return Mouth(box, u, v, up * scale, half, np.maximum(upper, lower), np.minimum(upper, lower), lips)


def _curve(u, v, at):
    order = np.argsort(u)
    u, v = u[order], v[order]
    keep = np.concatenate([[True], np.diff(u) > 1e-3])
    return PchipInterpolator(u[keep], v[keep])(np.clip(at, u[keep][0], u[keep][-1])).astype(np.float32)


def with_closed_lips_met(mouth: Mouth, linear: np.ndarray) -> Mouth:
    """Return the frame with both margins on the dark line between closed lips, which landmarks only come near.

    `linear` is the photo on the patch, linear light (h, w, 3). An open mouth is returned as it is.
    """
    if _shows_teeth(mouth, linear):
        return mouth
    line = (mouth.upper_cm + mouth.lower_cm) / 2
    off = mouth.v_cm - line
    near = (np.abs(off) < _LINE_REACH_CM) & (np.abs(mouth.u_cm) < 0.7 * mouth.half_cm)
    bins = np.round((off[near] + _LINE_REACH_CM) / _BIN_CM).astype(int)
    count = np.bincount(bins, minlength=2)
    light = np.bincount(bins, linear[..., 1][near]) / np.maximum(count, 1)
    light = np.convolve(np.pad(np.where(count > 0, light, np.inf), 1, mode="edge"), np.ones(3) / 3, "valid")
    line = line + np.float32(int(light.argmin()) * _BIN_CM - _LINE_REACH_CM)
    return replace(mouth, upper_cm=line, lower_cm=line)


def _shows_teeth(mouth, linear):
    """Tell an open mouth from closed lips between which landmarks leave a gap: teeth are far less red than lips."""
    gap = float((mouth.upper_cm - mouth.lower_cm).max())
    inside = (mouth.v_cm < mouth.upper_cm) & (mouth.v_cm > mouth.lower_cm) & (np.abs(mouth.u_cm) < 0.7 * mouth.half_cm)
    if gap < _CLOSED_CM[0] or gap > _CLOSED_CM[1] or inside.sum() < 6:
        return gap > _CLOSED_CM[1]
    between, lip = (np.log(np.maximum(colour, 1e-4)) for colour in (linear[inside], lip_colour(mouth, linear)))
    return float(np.median(between[:, 0] - between[:, 1])) < _TEETH_RED * float(lip[0] - lip[1])


def brightness(mouth: Mouth, linear: np.ndarray) -> float:
    """Return the light around the lips, one number, from the patch in linear light (h, w, 3)."""
    return float(np.percentile(linear[..., 1][np.abs(mouth.u_cm) < 3.0], 70)) if linear.size else 0.0


def lip_colour(mouth: Mouth, linear: np.ndarray) -> np.ndarray:
    """Return the mean colour of the vermilion, linear light (3,); a guess from the skin where none is seen."""
    weight = mouth.lips**2
    if weight.sum() < 8.0:
        return np.median(linear.reshape(-1, 3), axis=0) * np.array([0.8, 0.45, 0.42], np.float32)
    return (linear * weight[..., None]).sum(axis=(0, 1)) / weight.sum()


def ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise in a straight line from zero at `low` to one at `high`."""
    return np.clip((x - low) / (high - low), 0.0, 1.0)
