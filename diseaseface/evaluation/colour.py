"""Colour signs: index contrasts inside the face, or changes against a photo before.

Every reading has the form read(view, before). With `before`, a view of the same frame, it is
the change between the two, read pixel by pixel, so that the person's own pattern cancels.
Without, it is the reading of one picture, which white balance moves.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.views import View

Read = Callable[[View, View | None], float | None]

# What each channel's density adds to an index, after faces.colorimetry.
_INDICES = {
    "EI": (-1.0, 1.0, 0.0),
    "MI": (1.0, 0.0, 0.0),
    "YI": (0.0, -1.0, 1.0),
    "BI": (1.0, 0.0, -1.0),
    "WI": (-1.0, 0.0, 1.0),
}
_LEAST_PIXELS = 40
_LEAST_SCLERA = 12
_PALER = 3.5  # 100 log10 of light: a patch is at least 8 % lighter than the rest of the face


def paler(now: View, before: View | None) -> np.ndarray:
    """Return where skin is, or has become, paler than the rest of the face, bool (h, w)."""
    return now.keep(("paler", before is None), lambda: _find_paler(now, before))


def _find_paler(now, before):
    light = -now.planes[1]
    light = light + before.planes[1] if before else light - now.blurred(light, 2.0)
    light = cv2.GaussianBlur(light, (0, 0), 0.08 * PX_PER_CM)
    rest = median(light[now.face_skin]) if now.face_skin.any() else 0.0
    # A flush leaves skin that only seems pale; a pale face has no patches.
    return light > max(rest, 0.0 if before else rest) + _PALER


def _index(name: str, now: View, before: View | None) -> tuple[np.ndarray, np.ndarray]:
    """Index or its change (h, w), and where it can be read, bool (h, w)."""
    value = sum(w * plane for w, plane in zip(_INDICES[name], now.planes, strict=True) if w)
    if before is None:
        return value, now.readable
    value = value - sum(w * plane for w, plane in zip(_INDICES[name], before.planes, strict=True) if w)
    return value, now.readable & before.readable & ~paler(now, before)


def _median(values: np.ndarray, where: np.ndarray, least: int = _LEAST_PIXELS) -> float | None:
    chosen = values[where]
    return median(chosen) if len(chosen) >= least else None


def _contrast(index: str, inside: str, outside: str, now: View, before: View | None) -> float | None:
    """Median of an index in one zone of bare skin minus that in another."""
    values, known = _index(index, now, before)
    here = _median(values, known & now.skin & now.zone(inside))
    there = _median(values, known & now.skin & now.zone(outside) & ~now.zone(inside))
    return None if here is None or there is None else here - there


def _one_sided(index: str, where: str, now: View, before: View | None) -> float | None:
    """Median of an index over a zone on its stronger side minus that over the rest of the face."""
    values, known = _index(index, now, before)
    left = now.frame.x_cm > 0.0
    sides = [_median(values, known & now.skin & now.zone(where) & side) for side in (left, ~left)]
    rest = _median(values, known & now.face_skin & ~now.zone(where))
    seen = [level for level in sides if level is not None]
    return max(seen) - rest if seen and rest is not None else None


def _level(index: str, where: str, sign: float, now: View, before: View | None) -> float | None:
    """Median of an index over a zone of bare skin."""
    values, known = _index(index, now, before)
    level = _median(values, known & now.skin & now.zone(where))
    return None if level is None else sign * level


def _region(index: str, region: str, now: View, before: View | None) -> float | None:
    """Median of an index over lips, sclera or iris."""
    values, _ = _index(index, now, None)
    known = now.readable & (now.frame.region(region) > 0.75)
    if before is not None:
        values, known = values - _index(index, before, None)[0], known & before.readable
    return _median(values, known, _LEAST_SCLERA)


READINGS: dict[str, tuple[str, Read]] = {
    "malar_erythema": ("EI", partial(_contrast, "EI", "malar", "outer")),
    "centrofacial_erythema": ("EI", partial(_contrast, "EI", "centre", "outer")),
    "port_wine_stain_v1": ("EI", partial(_one_sided, "EI", "v1")),
    "port_wine_stain_v2": ("EI", partial(_one_sided, "EI", "v2")),
    "port_wine_stain_v3": ("EI", partial(_one_sided, "EI", "v3")),
    "midline_naevus": ("EI", partial(_contrast, "EI", "midline", "outer")),
    "perioral_erythema": ("EI", partial(_contrast, "EI", "around_lips", "outer")),
    "mouth_corner_erythema": ("EI", partial(_contrast, "EI", "mouth_corners", "outer")),
    "lip_erythema": ("EI", partial(_region, "EI", "lips")),
    "lip_melanin": ("MI", partial(_region, "MI", "lips")),
    "melasma": ("MI", partial(_contrast, "MI", "malar", "outer")),
    "periorbital_melanin": ("MI", partial(_one_sided, "MI", "around_eyes")),
    "acanthosis_nigricans": ("MI", partial(_contrast, "MI", "temples", "centre")),
    "plethora": ("EI", partial(_level, "EI", "outer", 1.0)),
    "facial_erythema": ("EI", partial(_level, "EI", "outer", 1.0)),
    "pallor": ("EI", partial(_level, "EI", "outer", -1.0)),
    "skin_yellowness": ("YI", partial(_level, "YI", "face", 1.0)),
    "skin_melanin": ("MI", partial(_level, "MI", "face", 1.0)),
    "lip_cyanosis": ("BI", partial(_region, "BI", "lips")),
    "scleral_yellowness": ("YI", partial(_region, "YI", "sclera")),
    "upper_lid_erythema": ("EI", partial(_contrast, "EI", "upper_lids", "outer")),
    "lower_lid_melanin": ("MI", partial(_contrast, "MI", "lower_lids", "outer")),
    "scleral_redness": ("EI", partial(_region, "EI", "sclera")),
    "iris_warmth": ("WI", partial(_region, "WI", "iris")),
    "scleral_blueness": ("BI", partial(_region, "BI", "sclera")),
}
