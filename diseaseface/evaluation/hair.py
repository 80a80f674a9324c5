"""Scalp hair against a photo before: how much lighter it is, and how much of it is left; see `colour` for the form.

Only what the reading frame holds is read: hair at temples, forehead and sides, not that on the crown.
"""

import cv2
import numpy as np

from diseaseface.evaluation.colour import Read
from diseaseface.evaluation.frame import PX_PER_CM
from diseaseface.evaluation.views import View

_SURE, _LEAST_CM2 = 0.8, 3.0
_LOWEST_CM = -3.0  # further down hair mingles with clothes
_LEAST_CONTRAST = 12.0  # 100 log10 of light between skin and hair


def _hair(seen: View) -> np.ndarray | None:
    """Where scalp hair is, bool (h, w); None where too little can be seen."""
    where = (seen.frame.region("hair") > _SURE) & (seen.frame.y_cm > _LOWEST_CM)
    return where if where.sum() > _LEAST_CM2 * PX_PER_CM**2 else None


def _light(seen: View) -> np.ndarray:
    """Green light, 100 log10, without single hairs, (h, w)."""
    return -cv2.GaussianBlur(seen.planes[1], (0, 0), 0.06 * PX_PER_CM)


def _hair_lightness(now: View, before: View | None) -> float | None:
    """Mean light of the hair, 100 log10; or its change."""
    where = _hair(before or now)
    if where is None:
        return None
    return float(_light(now)[where].mean() - (_light(before)[where].mean() if before else 0.0))


def _hair_cover(now: View, before: View | None) -> float | None:
    """Change of the share of the hair that is no lighter than hair on the way to the skin's light, %."""
    where = _hair(before or now)
    if where is None or before is None or not before.face_skin.any():
        return None
    hair, skin = float(np.median(_light(before)[where])), float(np.median(_light(before)[before.face_skin]))
    if skin - hair < _LEAST_CONTRAST:
        return None
    bare = [np.clip((_light(seen)[where] - hair) / (skin - hair), 0.0, 1.0).mean() for seen in (before, now)]
    return float(100.0 * (bare[0] - bare[1]))


READINGS: dict[str, tuple[str, Read]] = {
    "hair_lightness": ("100 log10", _hair_lightness),
    "hair_cover": ("%", _hair_cover),
}
