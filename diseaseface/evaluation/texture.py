"""Grain of the skin and hair of the brows; see `colour` for the form of a reading."""

import cv2
import numpy as np

from diseaseface.evaluation.colour import Read
from diseaseface.evaluation.frame import PX_PER_CM, Frame
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.tracking import pixel_grid
from diseaseface.evaluation.views import View

_FINE_CM = 0.16  # pores, fine lines and stubble are smaller
_EYE_CLEARANCE_CM = 0.25
_LEAST_CONTRAST = 0.02  # of linear light between skin and hair; below it brows cannot be told
_BROW = 0.25  # thin brows never fill a pixel
_LEAST_SKIN, _LEAST_BROW = 400, 40  # pixels


def _roughness(now: View, before: View | None) -> float | None:
    """Contrast of the fine band on bare skin, % of light; or its change, % of what it was."""
    if now.inner_skin.sum() < _LEAST_SKIN:
        return None
    grain = np.sqrt(median(_fine_energy(now)[now.inner_skin]))
    if before is None:
        return float(grain)
    had = np.sqrt(median(_fine_energy(before)[now.inner_skin]))
    return float(100.0 * (grain / max(had, 1e-2) - 1.0))


def _fine_energy(seen: View) -> np.ndarray:
    """Local variance of the fine band of red, (% of light)², (h, w).

    Taken before any warp, which would smooth it; red, because a mottled rash is not grain.
    """
    codes = seen.codes if seen.untouched is None else seen.untouched
    light = 220.0 * cv2.log(np.maximum(codes[..., 0], 4.0))
    fine = cv2.GaussianBlur(light, (0, 0), 0.6) - cv2.GaussianBlur(light, (0, 0), _FINE_CM * PX_PER_CM)
    energy = cv2.GaussianBlur(np.minimum(fine * fine, 500.0), (0, 0), 0.3 * PX_PER_CM)
    if seen.moved is None:
        return energy
    columns, rows = pixel_grid(energy.shape)
    return cv2.remap(energy, columns + seen.moved[..., 0], rows + seen.moved[..., 1], cv2.INTER_LINEAR)


def _brow_density(now: View, before: View | None) -> float | None:
    """Hair in the zone of the brows, cm² of full cover; or its change, % of what it was."""
    where = _brow_zone(now)
    tone = _hair_tone(before or now, where)
    if tone is None:
        return None
    hair = float(_cover(now, tone)[where].sum())
    if before is None:
        return hair / PX_PER_CM**2
    had = float(_cover(before, tone)[where].sum())
    return 100.0 * (hair / had - 1.0) if had > _LEAST_BROW else None


def _glabellar_hair(now: View, before: View | None) -> float | None:
    """Share of the glabella covered by hair as dark as the brows, %; or its change."""
    gap, brows = now.zone("glabella"), _brow_zone(now)
    tone = _hair_tone(before or now, brows)
    if tone is None or gap.sum() < _LEAST_BROW:
        return None
    filled = _cover(now, tone)[gap].mean() - (_cover(before, tone)[gap].mean() if before else 0.0)
    return float(100.0 * filled)


def _brow_zone(seen: View) -> np.ndarray:
    return seen.frame.keep(("brow zone",), lambda: _find_brow_zone(seen.frame))


def _find_brow_zone(frame: Frame) -> np.ndarray:
    eyes = np.maximum(frame.region("sclera"), frame.region("iris"))
    size = 2 * round(_EYE_CLEARANCE_CM * PX_PER_CM) + 1
    near_eyes = cv2.dilate(eyes, np.ones((size, size), np.uint8)) > 0.3
    return frame.zone("brows") & ~near_eyes & (frame.region("hair") < 0.5)


def _hair_tone(seen: View, zone: np.ndarray) -> float | None:
    """Green light of the brows' hair, linear; None where it cannot be told from skin."""
    inside = zone & (seen.frame.region("brows") > _BROW)
    if inside.sum() < _LEAST_BROW:
        return None
    light, skin = seen.green
    tone = float(np.percentile(light[inside], 15))
    return tone if median(skin[inside]) - tone > _LEAST_CONTRAST else None


def _cover(seen: View, tone: float) -> np.ndarray:
    """Share of each pixel that is hair of this tone before skin, (h, w)."""
    light, skin = seen.green
    share = (0.97 * skin - light) / np.maximum(0.97 * skin - tone, _LEAST_CONTRAST)
    return np.clip(share, 0.0, 1.0)


READINGS: dict[str, tuple[str, Read]] = {
    "skin_roughness": ("%", _roughness),
    "eyebrow_density": ("%", _brow_density),
    "glabellar_hair": ("%", _glabellar_hair),
}
