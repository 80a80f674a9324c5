"""Lines of the skin and inflamed patches; see `colour` for the form of a reading.

Lines are read as dark valleys that run the way the muscles there fold the skin: blurred along
that way, so that pores and stubble cancel, and compared across it.
"""

from functools import partial

import cv2
import numpy as np

from diseaseface.evaluation.colour import Read
from diseaseface.evaluation.frame import PX_PER_CM
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.views import View

_ALONG_CM, _FINE_CM, _AROUND_CM = 0.28, 0.045, 0.16
_LEAST_SKIN = 200  # pixels
_LEAST_PX_PER_CM = 11.0  # of the photo; in smaller ones no line is left
_MOTTLING = 0.5  # what stands out from a flush by less than this share of it is its mottling
_REDDER, _DARKER = 3.0, 7.0  # index units beyond the rest of the face: redness, or density of green light


def _lines(where: str, level: bool, now: View, before: View | None) -> float | None:
    """Mean depth of the valleys along level or upright lines in a zone, % of light; or its change."""
    if now.frame.pose.px_per_cm < _LEAST_PX_PER_CM:
        return None
    known = now.inner_skin & now.zone(where)
    if known.sum() < _LEAST_SKIN:
        return None
    depth = float(_valleys(now, level)[known].mean())
    return depth - float(_valleys(before, level)[known].mean()) if before else depth


def _valleys(seen: View, level: bool) -> np.ndarray:
    """How much darker a place is than what lies across the lines, 100 log10 of green light, (h, w)."""
    return seen.keep(("valleys", level), lambda: _find_valleys(seen, level))


def _find_valleys(seen, level):
    smooth = _one_way(np.ascontiguousarray(seen.planes[1]), _ALONG_CM, level)
    fine, around = (_one_way(smooth, sigma_cm, not level) for sigma_cm in (_FINE_CM, _AROUND_CM))
    return np.maximum(fine - around, 0.0)


def _one_way(image, sigma_cm, level):
    """Blur along rows, or along columns, only."""
    sigma = sigma_cm * PX_PER_CM
    taps = round(8.0 * sigma + 1.0) | 1
    return cv2.GaussianBlur(image, (taps, 1) if level else (1, taps), sigma)


def _inflamed_area(now: View, before: View | None) -> float | None:
    """Share of the skin of the face that has become redder, or darker, than the rest of it has, %.

    In one picture alone it is what stands out from the 2 cm around, the person's own colours among it.
    """
    known = now.face_skin & (before.readable if before else now.readable)
    if known.sum() < _LEAST_SKIN:
        return None
    patch = np.zeros(known.shape, bool)
    for name, least in (("erythema", _REDDER), ("green", _DARKER)):
        value = _excess(name, now, before)
        rest = median(value[known])
        patch |= value > rest + least + _MOTTLING * max(rest, 0.0)
    return float(100.0 * patch[known].mean())


def _excess(name, now, before):
    """Redness, or density of green light, beyond what was there, or beyond what is around."""
    value = _of(name, now)
    value = value - (_of(name, before) if before else now.blurred(value, 2.0))
    return cv2.GaussianBlur(value, (0, 0), 0.06 * PX_PER_CM)


def _of(name, seen):
    return seen.erythema if name == "erythema" else seen.planes[1]


READINGS: dict[str, tuple[str, Read]] = {
    "forehead_line_depth": ("%", partial(_lines, "forehead", True)),
    "glabellar_line_depth": ("%", partial(_lines, "frown", False)),
    "periorbital_line_depth": ("%", partial(_lines, "crows_feet", True)),
    "perioral_line_depth": ("%", partial(_lines, "lip_border", False)),
    "inflamed_area": ("%", _inflamed_area),
}
