"""Colour and texture of one face, as a dermatologist would note them: levels, and contrasts inside the face.

Levels move with white balance and exposure, and say so in `formula`; contrasts of two places of one photo do not.
Read from the face's own picture, in the reading frame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.views import View

_LEAST_PIXELS, _LEAST_EYE_PIXELS = 40, 12
_SURE = 0.75  # of a region's mask
_LIGHT = "moves with the light of the photo"
_BANDS_CM = {"fine": (0.03, 0.10), "middle": (0.10, 0.35), "coarse": (0.35, 1.0)}

_ITA = "Chardon 1991, Int J Cosmet Sci 13:191"
_SKIN_INDICES = "Takiwaki 1998, J Med Invest 44:121; Diffey 1984, Br J Dermatol 111:663"
_CIE = "CIE 1976 L*a*b*, D65, from sRGB"
_OWN = "Own definition"


@dataclass(frozen=True)
class SkinMeasure:
    """One reading of skin, lips, eyes or hair: name, unit, formula, source, and how it is read from a view."""

    name: str
    unit: str
    formula: str
    source: str
    read: Callable[[View], float | None]


def individual_typology_angle(lightness: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the individual typology angle of L* and b* of CIE L*a*b*, degrees: larger on lighter skin."""
    return np.degrees(np.arctan2(lightness - 50.0, np.maximum(b, 1e-3)))


def _bare(view: View, *zones: str, but: str | None = None) -> np.ndarray:
    """Return the numbers of the pixels of bare skin in some zones and outside another."""
    return view.keep(("bare", but, *zones), lambda: _find_bare(view, zones, but))


def _find_bare(view, zones, but):
    inside = np.any([view.zone(zone) for zone in zones], axis=0) & view.skin & view.readable
    return np.flatnonzero(inside & ~view.zone(but) if but else inside)


def _eye(view: View, region: str) -> np.ndarray:
    """Return the numbers of the pixels of lips, sclera or iris."""
    return view.keep(("eye", region), lambda: np.flatnonzero((view.frame.region(region) > _SURE) & view.readable))


def _middle(values: np.ndarray, where: np.ndarray, least: int = _LEAST_PIXELS) -> float | None:
    return median(values.ravel()[where]) if len(where) >= least else None


def _typology(view: View) -> float | None:
    angles = _typology_angles(view)
    return median(angles) if len(angles) >= _LEAST_PIXELS else None


def _typology_angles(view: View) -> np.ndarray:
    return view.keep(("typology",), lambda: _find_typology_angles(view))


def _find_typology_angles(view):
    where, (lightness, _, b) = _bare(view, "cheeks", "forehead"), view.lab
    return individual_typology_angle(lightness.ravel()[where], b.ravel()[where])


def _typology_spread(view: View) -> float | None:
    """Half the range that the middle 68 % of pixels of the cheeks and forehead take."""
    angles = _typology_angles(view)
    if len(angles) < _LEAST_PIXELS:
        return None
    low, high = np.percentile(angles, (16, 84))
    return float(high - low) / 2.0


def _lab_level(channel: int, where: Callable[[View], np.ndarray], view: View) -> float | None:
    return _middle(view.lab[channel], where(view), _LEAST_EYE_PIXELS)


def _index(which: str, view: View) -> np.ndarray:
    red, green, blue = view.planes
    if which == "melanin":
        return red
    return view.erythema if which == "erythema" else view.keep(("yellowness",), lambda: blue - green)


def _contrast(which: str, zone: str, view: View) -> float | None:
    """Median of an index in one zone of bare skin minus that of the outer face."""
    here = _middle(_index(which, view), _bare(view, zone))
    there = _middle(_index(which, view), _bare(view, "outer", but=zone))
    return None if here is None or there is None else here - there


def _lip_contrast(which: str, view: View) -> float | None:
    here = _middle(_index(which, view), _eye(view, "lips"))
    there = _middle(_index(which, view), _bare(view, "outer"))
    return None if here is None or there is None else here - there


def _band(name: str, view: View) -> float | None:
    """Standard deviation of lightness between two scales, on bare skin away from its edges, L*."""
    fine, coarse = (size * PX_PER_CM for size in _BANDS_CM[name])
    light = view.lab[0]
    weight = view.skin.astype(np.float32)
    passed = view.blurred(light, fine / PX_PER_CM) - view.blurred(light, coarse / PX_PER_CM)
    where = cv2.erode(weight * view.zone("face"), np.ones((5, 5))) > 0
    return float(passed[where].std()) if where.sum() >= 400 else None


def _mottling(view: View) -> float | None:
    """Standard deviation of the erythema index between 2 and 9 mm, on bare skin of the face."""
    redness = view.erythema
    passed = view.blurred(redness, 0.2) - view.blurred(redness, 0.9)
    where = _bare(view, "face")
    return float(passed.ravel()[where].std()) if len(where) >= 400 else None


def _iris_hue(view: View) -> float | None:
    where = _eye(view, "iris")
    if len(where) < _LEAST_EYE_PIXELS:
        return None
    a, b = (median(view.lab[channel].ravel()[where]) for channel in (1, 2))
    return float(np.degrees(np.arctan2(b, a)))


def _sclera(view: View) -> np.ndarray:
    return _eye(view, "sclera")


def _iris(view: View) -> np.ndarray:
    return _eye(view, "iris")


def _lips(view: View) -> np.ndarray:
    return _eye(view, "lips")


def _cheeks(view: View) -> np.ndarray:
    return _bare(view, "cheeks", "forehead")


def _contrasts() -> list[tuple]:
    zones = ("nose", "cheeks", "forehead", "perioral", "chin", "upper_lids", "lower_lids")
    indices = {"erythema": "EI", "melanin": "MI", "yellowness": "YI"}
    return [
        (f"{zone}_{index}_contrast", unit, f"{index} index of {zone.replace('_', ' ')} minus that of the outer face",
         _SKIN_INDICES, partial(_contrast, index, zone))
        for zone in zones for index, unit in indices.items()
    ]  # fmt: skip


_TABLE = (
    ("skin_typology_angle", "deg", f"individual typology angle of cheeks and forehead, median; {_LIGHT}", _ITA,
     _typology),
    ("skin_typology_spread", "deg", "half the range of the angle over the middle 68 % of pixels", _ITA,
     _typology_spread),
    ("skin_lightness", "L*", f"L* of cheeks and forehead, median; {_LIGHT}", _CIE, partial(_lab_level, 0, _cheeks)),
    ("skin_a", "a*", f"a* of cheeks and forehead, median; {_LIGHT}", _CIE, partial(_lab_level, 1, _cheeks)),
    ("skin_b", "b*", f"b* of cheeks and forehead, median; {_LIGHT}", _CIE, partial(_lab_level, 2, _cheeks)),
    ("sclera_lightness", "L*", f"L* of both scleras, median; {_LIGHT}", _CIE, partial(_lab_level, 0, _sclera)),
    ("sclera_a", "a*", f"a* of both scleras, median; {_LIGHT}", _CIE, partial(_lab_level, 1, _sclera)),
    ("sclera_b", "b*", f"b* of both scleras, median; {_LIGHT}", _CIE, partial(_lab_level, 2, _sclera)),
    ("iris_lightness", "L*", f"L* of both irises, median; {_LIGHT}", _CIE, partial(_lab_level, 0, _iris)),
    ("iris_hue", "deg", f"hue angle of both irises, median; {_LIGHT}", _CIE, _iris_hue),
    ("lip_lightness", "L*", f"L* of the vermilion, median; {_LIGHT}", _CIE, partial(_lab_level, 0, _lips)),
    ("lip_erythema_contrast", "EI", "erythema index of the vermilion minus that of the outer face", _SKIN_INDICES,
     partial(_lip_contrast, "erythema")),
    ("lip_melanin_contrast", "MI", "melanin index of the vermilion minus that of the outer face", _SKIN_INDICES,
     partial(_lip_contrast, "melanin")),
    ("mottling", "EI", "standard deviation of the erythema index between 2 and 9 mm", _OWN, _mottling),
    *((f"{name}_roughness", "L*", f"standard deviation of L* between {low * 8.7:.1f} and {high * 8.7:.1f} mm", _OWN,
       partial(_band, name)) for name, (low, high) in _BANDS_CM.items()),
    *_contrasts(),
)  # fmt: skip

SKIN: dict[str, SkinMeasure] = {row[0]: SkinMeasure(*row) for row in _TABLE}
