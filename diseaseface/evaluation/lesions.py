"""Patches, spots, papules, nodules and vessels; see `colour` for the form of a reading."""

from functools import partial

import cv2
import numpy as np

from diseaseface.evaluation.colour import Read, paler
from diseaseface.evaluation.frame import PX_PER_CM
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.views import View

_FINE_CM, _BROAD_CM = (0.085, 0.24), (0.26, 0.6)  # scale of a papule, of a nodule, and of what is around
_LEAST_SPOT = 2.2, 1.2  # index units
_MOTTLING = 0.35  # spots of a rash that are less than this share of it are its mottling
_SPOT_CM, _LEAST_DARK = (0.06, 0.22), 2.5  # scale of a freckle and of what is around; 100 log10 of light
_REDNESS = 0.82  # of what blood takes from blue light beside green: the rest of blue is brown or yellow
_BROWN_CM, _LEAST_BROWN = 0.15, 2.5
_VESSEL_CM = (0.05, 0.15)
_LEAST_SKIN = 400  # pixels
_LEAST_PX_PER_CM = 14.0, 10.0  # of the photo; in smaller ones compression makes as many spots as lesions do


def _pale_area(now: View, before: View | None) -> float | None:
    """Share of the skin of the face that is, or has become, paler than the rest, %."""
    known = now.face_skin & (before.readable if before else now.readable)
    return float(100.0 * paler(now, before)[known].mean()) if known.sum() >= _LEAST_SKIN else None


def _papules(now: View, before: View | None) -> float | None:
    """Count small red spots on bare skin, or those that are new."""
    return _count(now, before, sharp=True)


def _nodules(now: View, before: View | None) -> float | None:
    """Count broad red lumps on bare skin, or those that are new."""
    return _count(now, before, sharp=False)


def _count(now, before, sharp):
    """Peaks of redness that stand out from the skin around and from the mottling of a rash."""
    if now.inner_skin.sum() < _LEAST_SKIN or now.frame.pose.px_per_cm < _LEAST_PX_PER_CM[not sharp]:
        return None
    fine, broad, wide = now.keep(("spots", before is None), lambda: _spots(now, before))
    spot, other = (fine, 1.2 * broad) if sharp else (broad, 0.8 * fine)
    rash = _MOTTLING * wide if before else 0.0
    outside = cv2.dilate(paler(now, before).astype(np.uint8), np.ones((13, 13), np.uint8)) == 0
    known = now.inner_skin & outside & (spot > other) & (spot > np.maximum(_LEAST_SPOT[not sharp], rash))
    size = 2 * round(1.6 * (_FINE_CM if sharp else _BROAD_CM)[0] * PX_PER_CM) + 1
    return float((known & (spot >= cv2.dilate(spot, np.ones((size, size), np.uint8)))).sum())


def _spots(now, before):
    """Redness in excess of what is around, at two scales, and the wide redness itself."""
    red = now.erythema - before.erythema if before else now.erythema
    wide = now.blurred(red, _BROAD_CM[1])
    return now.blurred(red, _FINE_CM[0]) - now.blurred(red, _FINE_CM[1]), now.blurred(red, _BROAD_CM[0]) - wide, wide


def _dark_spots(now: View, before: View | None, sign: float = 1.0) -> float | None:
    """Count small spots on bare skin that are, or have become, darker than what is around; with -1, paler."""
    if now.inner_skin.sum() < _LEAST_SKIN or now.frame.pose.px_per_cm < _LEAST_PX_PER_CM[0]:
        return None
    dark = now.planes[1] - before.planes[1] if before else now.planes[1]
    spot = sign * (now.blurred(dark, _SPOT_CM[0]) - now.blurred(dark, _SPOT_CM[1]))
    size = 2 * round(1.6 * _SPOT_CM[0] * PX_PER_CM) + 1
    top = spot >= cv2.dilate(spot, np.ones((size, size), np.uint8))
    return float((now.inner_skin & top & (spot > _LEAST_DARK)).sum())


def _brown_area(now: View, before: View | None) -> float | None:
    """Share of the skin of the face that is, or has become, browner than the rest, %."""
    known = now.face_skin & (before.readable if before else now.readable)
    if known.sum() < _LEAST_SKIN:
        return None
    brown = now.planes[2] - _REDNESS * now.planes[1]
    if before:
        brown = brown - (before.planes[2] - _REDNESS * before.planes[1])
    brown = now.blurred(brown, _BROWN_CM)
    return float(100.0 * (brown > median(brown[known]) + _LEAST_BROWN)[known].mean())


def _vessels(now: View, before: View | None) -> float | None:
    """Fine red detail on the cheeks and the nose, index units; or how much more there is."""
    fine, around = (sigma * PX_PER_CM for sigma in _VESSEL_CM)
    where = now.skin & (now.zone("cheeks") | now.zone("nose"))
    if where.sum() < _LEAST_SKIN or now.frame.pose.px_per_cm < _LEAST_PX_PER_CM[0]:
        return None
    red = now.erythema - before.erythema if before else now.erythema
    detail = cv2.GaussianBlur(red, (0, 0), fine) - cv2.GaussianBlur(red, (0, 0), around)
    return float(np.maximum(detail, 0.0)[where].mean())


READINGS: dict[str, tuple[str, Read]] = {
    "depigmented_area": ("%", _pale_area),
    "hypopigmented_area": ("%", _pale_area),
    "papule_count": ("lesions", _papules),
    "nodule_count": ("lesions", _nodules),
    "dark_spot_count": ("spots", _dark_spots),
    "pale_spot_count": ("spots", partial(_dark_spots, sign=-1.0)),
    "pigmented_area": ("%", _brown_area),
    "telangiectasia_area": ("%", _vessels),
}
