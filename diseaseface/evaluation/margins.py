"""Following the margins of the lids, which slide over an eyeball that flow cannot follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM, Frame
from diseaseface.evaluation.tracking import Motion
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_ZOOM = 2.0
_HALF_WIDTH_CM = 0.36  # of the strip that is followed, centred on the iris
_INWARD_CM, _OUTWARD_CM = 0.04, 0.32  # the strip holds the lash line and the skin beside it
_REACH_CM = (0.12, 0.6)  # how far it is looked for, across and along the lid's path
_LEAST_MATCH = 0.55
# Of correlation, for each squared canonical cm away from where it is expected: the flow alone tells it of a lower lid.
_PULL = {"upper": 8.0, "lower": 2.0}

# Margin above or below the iris centre, iris centre, canthi.
_EYES = {"left": (386, 374, 473, (263, 362)), "right": (159, 145, 468, (33, 133))}


@dataclass(frozen=True)
class Shift:
    """How far a margin has moved away from the iris centre, mm, and how surely (0 to 1)."""

    amount_mm: float
    match: float


def margin_shifts(
    frame: Frame, codes: np.ndarray, motion: Motion, traced: Mapping[str, float] = MappingProxyType({})
) -> dict[str, Shift]:
    """Follow both margins of both eyes from the frame's picture into another.

    Parameters
    ----------
    frame : Frame
    codes : float32 array of shape (h, w, 3)
        The second picture in the same frame.
    motion : Motion
    traced : mapping of measure to float
        How far lash lines have moved by the contours of each picture for itself, mm: of a lid that hides half of its
        eye the flow follows the skin alone. A margin is looked for half way between both.

    Returns
    -------
    dict
        "upper_lid_position_left" and so on to Shift; a margin that is not found again (match
        under 0.55) is left out, or told by its contour where that is known.
    """
    before, after = (_light(picture) for picture in (frame.codes, codes))
    found = {}
    for side, (upper, lower, iris, canthi) in _EYES.items():
        carried = _carried(motion, frame.points[list(canthi)])
        for name, margin, up in (("upper", upper, 1.0), ("lower", lower, -1.0)):
            strip = _strip(frame.points[margin], frame.points[iris], up)
            measure, guess = f"{name}_lid_position_{side}", _carried(motion, frame.points[[margin]])
            if measure in traced:
                guess = 0.5 * (guess + carried + _rise(up * traced[measure]))
            moved, match = _follow(before, after, strip, carried, guess, _PULL[name])
            if match >= _LEAST_MATCH:
                rise = frame.vectors_to_cm((moved - carried)[None])[0, 1]
                found[measure] = Shift(float(up * rise * MM_PER_CANONICAL_CM), match)
            elif measure in traced:
                found[measure] = Shift(traced[measure], match)
    return found


def _rise(amount_mm):
    """Displacement (2,) in frame pixels of so many millimetres upwards."""
    return np.array([0.0, -amount_mm / MM_PER_CANONICAL_CM * PX_PER_CM])


def _light(codes):
    return np.log(np.clip(codes.mean(axis=-1), 0, 255) + 8.0)


def _carried(motion, points):
    """Mean displacement of a few points; the canthi move with the eye and not with its lids."""
    at = points.astype(np.float32)
    moved = cv2.remap(motion.flow, at[:, None, 0], at[:, None, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved[:, 0].mean(axis=0)


def _strip(margin, iris, up):
    """Box (x0, y0, x1, y1) in frame pixels that holds the lash line above or below the iris."""
    x0, x1 = iris[0] - _HALF_WIDTH_CM * PX_PER_CM, iris[0] + _HALF_WIDTH_CM * PX_PER_CM
    ends = margin[1] + up * np.array([_INWARD_CM, -_OUTWARD_CM]) * PX_PER_CM
    return x0, min(ends), x1, max(ends)


def _follow(before, after, strip, carried, guess, pull):
    """Displacement (2,) of the strip, and the correlation it is found with.

    In small photos lashes and lid crease look alike; nearer to where it is expected counts more.
    """
    reach = np.array(_REACH_CM) * PX_PER_CM
    x0, y0, x1, y1 = strip
    template = _cut(before, strip)
    wide = (x0 + carried[0] - reach[0], y0 + carried[1] - reach[1],
            x1 + carried[0] + reach[0], y1 + carried[1] + reach[1])  # fmt: skip
    scores = cv2.matchTemplate(_cut(after, wide), template, cv2.TM_CCOEFF_NORMED)
    rows = (np.arange(len(scores)) / _ZOOM - reach[1] + carried[1] - guess[1]) / PX_PER_CM
    row, column = np.unravel_index(np.argmax(scores - pull * rows[:, None] ** 2), scores.shape)
    at = np.array([_peak(scores[row], column), _peak(scores[:, column], row)])
    return carried - reach + at / _ZOOM, float(scores[row, column])


def _cut(image, box):
    """Sample a box of the frame at twice its scale."""
    x0, y0, x1, y1 = box
    size = (max(4, round((x1 - x0) * _ZOOM)), max(4, round((y1 - y0) * _ZOOM)))
    matrix = np.array([[1 / _ZOOM, 0, x0], [0, 1 / _ZOOM, y0]])
    return cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )


def _peak(scores, at):
    """Position of a peak between samples, from the parabola through it and its neighbours."""
    if not 0 < at < len(scores) - 1:
        return float(at)
    left, middle, right = scores[at - 1 : at + 2]
    bend = left - 2 * middle + right
    return float(at + 0.5 * (left - right) / bend) if bend < 0 else float(at)
