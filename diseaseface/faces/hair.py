"""Hair: on the scalp, in strands over the skin, in the brows, in the beard.

Every pixel is placed between the colour of the skin around it and the colour of the hair
around it. How far it lies towards the hair is how much hair covers it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.faces.contours import BARE_SKIN, BROWS, EYES, LIPS, OVAL, fill, fill_each
from diseaseface.faces.segmentation import Rough, Segments
from diseaseface.faces.smoothing import spread, step_between
from diseaseface.faces.upright import Upright

_SKIN_REACH_CM, _HAIR_REACH_CM = 1.2, 1.5
_CHROMA_WEIGHT = np.array([1.0, 1.5, 1.5], np.float32)  # of L*, a*, b*
_LEAST_SCALP_HAIR_CM2 = 8.0
_UNDER_NOSE_CM = -3.0
_BROW_REACH_CM = 0.7  # half of the thickest brow
_JAW = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454]
_BEARD_TOP = [454, 411, 327, 2, 98, 187, 234]
# Where a beard shows free of the edges of jaw, nose and lip: chin, moustache, beside the mouth.
_BEARD_PROOF = ([199, 208, 171, 152, 396, 428], [164, 167, 165, 206, 92], [164, 393, 391, 426, 322],
                [192, 214, 135, 169, 210], [416, 434, 364, 394, 430])  # fmt: skip
_CHEEKS = BARE_SKIN[:2]
_LEAST_PROOFS = 3
_COARSE = (2.15, 2.55)  # smooth faces stay below, of 81 looked at
_HAIR_WIDTH_CM = 0.12  # blur that wipes out single hairs and keeps shading


@dataclass(frozen=True, eq=False)
class Colours:
    """Colours of skin and hair as they would be at each pixel, CIE L*a*b* float32 (h, w, 3).

    Attributes
    ----------
    skin : of the bare skin nearby
    above : of bare skin above the mouth only, continued downwards
    hair : of scalp hair nearby, or of the brows where there is none
    scalp_cm2 : float
        How much hair was seen outside the face.
    """

    skin: np.ndarray
    above: np.ndarray
    hair: np.ndarray
    scalp_cm2: float

    @property
    def bald(self) -> bool:
        """Whether too little scalp hair was seen to learn its colour from."""
        return self.scalp_cm2 < _LEAST_SCALP_HAIR_CM2


def colours_around(segments: Segments, landmarks_px: np.ndarray) -> Colours:
    """Learn the colours of skin and hair, in the frame of the rough masks."""
    frame, lab = segments.skin.frame, segments.lab
    points, shape = frame.to_frame(landmarks_px), lab.shape[:2]
    k, y = frame.px_per_cm, frame.y_cm
    covered = cv2.dilate(fill_each(points, (*EYES, *BROWS, LIPS), shape), np.ones((5, 5))) > 0.2
    bare = cv2.erode(segments.skin.mask, np.ones((3, 3))) * segments.likeness * ~covered
    bare *= np.mgrid[: shape[0], : shape[1]][0] > points[OVAL, 1].min() - k  # above it may be short hair
    around = cv2.dilate(segments.skin.mask, np.ones((5, 5)))
    head = (np.hypot(frame.x_cm / 11.0, (y - 2.0) / 15.0) < 1) & (y > -4.0)
    person = segments.person.on(frame) > 0.5
    scalp = (person & segments.inside & (around < 0.5) & head & (segments.likeness < 0.5)).astype(np.float32)
    scalp_cm2 = float(scalp.sum()) / k**2
    hairy = scalp if scalp_cm2 >= _LEAST_SCALP_HAIR_CM2 else _darkest_brow(lab, points)
    return Colours(
        spread(lab, bare, _SKIN_REACH_CM * k),
        spread(lab, bare * (y > _UNDER_NOSE_CM), _SKIN_REACH_CM * k),
        spread(lab, hairy, _HAIR_REACH_CM * k),
        scalp_cm2,
    )


def _darkest_brow(lab, points):
    brows = fill_each(points, BROWS, lab.shape[:2]) > 0.5
    limit = np.percentile(lab[brows, 0], 30) if brows.any() else 0.0
    return (brows & (lab[..., 0] <= limit)).astype(np.float32)


def scalp_hair(segments: Segments) -> Rough:
    """Return roughly what belongs to the person but is no skin; narrow seams do not count."""
    frame = segments.skin.frame
    hair = (segments.person.on(frame) > 0.5) & (segments.skin.mask < 0.5) & segments.inside
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.4 * frame.px_per_cm) + 1,) * 2)
    return Rough(frame, cv2.morphologyEx(hair.astype(np.float32), cv2.MORPH_OPEN, disc))


def cover(lab: np.ndarray, skin: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """Return how far each colour (h, w, 3) lies from that of skin to that of hair, 0 to 1."""
    towards = (hair - skin) * _CHROMA_WEIGHT
    along = ((lab - skin) * _CHROMA_WEIGHT * towards).sum(axis=-1)
    return np.clip(along / np.maximum((towards**2).sum(axis=-1), 25.0), 0.0, 1.0)


def strands(lab: np.ndarray, colours: Colours, bare: np.ndarray, frame: Upright, points: np.ndarray):
    """Return scalp hair that lies over the face, ears and neck, float32 (h, w).

    Inside the face and on the neck shadows look like hair: there nothing counts, here the thin.
    On a shaved head it counts by how coarse the lightness is.
    """
    cover_ = cover(lab, colours.skin, colours.hair)
    k, y = frame.px_per_cm, frame.y_cm
    middle = points[OVAL].mean(axis=0)
    face = fill(middle + (points[OVAL] - middle) * 0.9, cover_.shape)
    below_brows = face.copy()
    below_brows[: max(0, int(points[np.concatenate(BROWS), 1].min() - 0.4 * k))] = 0
    shaded = np.maximum(cv2.GaussianBlur(below_brows, (0, 0), 0.4 * k), step_between(y, -4.0, -6.0))
    shaded = np.maximum(shaded, brow_zone(frame, points))
    if colours.bald:
        coarse = coarseness(lab[..., 0], bare, frame, points)
        stubble = step_between(coarse, 1.8, 2.8) * (1 - fill(points[OVAL], cover_.shape)) * (y > 2.0)
        dark = step_between(cover_, 0.3, 0.75) * step_between(coarse, 1.2, 2.2)
        return (1 - shaded) * np.maximum(stubble, dark)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.3 * k) + 1,) * 2)
    thin = cover_ - cv2.morphologyEx(cover_, cv2.MORPH_OPEN, disc)
    thin = step_between(thin, 0.25, 0.6) * (y < -4.0) * (1 - face)
    return (1 - shaded) * step_between(cover_, 0.3, 0.75) + shaded * thin


def brow_zone(frame: Upright, points: np.ndarray) -> np.ndarray:
    """Return where eyebrow hair can be, soft, float32 (h, w)."""
    k, shape = frame.px_per_cm, frame.size[::-1]
    wide = cv2.dilate(fill_each(points, BROWS, shape), np.ones((round(0.8 * k) | 1,) * 2))
    eyes = cv2.dilate(fill_each(points, EYES, shape), np.ones((round(0.5 * k) | 1,) * 2))
    return cv2.GaussianBlur(wide, (0, 0), 0.15 * k) * (1 - eyes)


def brow_hair(lab: np.ndarray, skin: np.ndarray, frame: Upright, points: np.ndarray) -> np.ndarray:
    """Return eyebrow hair, float32 (h, w): what is darker than the skin just above and below."""
    light, inside = lab[..., 0], fill_each(points, BROWS, lab.shape[:2]) > 0.5
    if not inside.any():
        return np.zeros(light.shape, np.float32)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(_BROW_REACH_CM * frame.px_per_cm) + 1,) * 2)
    around = cv2.GaussianBlur(cv2.morphologyEx(light, cv2.MORPH_CLOSE, disc), (0, 0), 0.2 * frame.px_per_cm)
    darker = np.clip(1 - light / np.maximum(np.minimum(skin[..., 0], around), 1.0), 0, 1)
    full = max(np.percentile(darker[inside], 85), 0.12)
    return step_between(darker / full, 0.3, 0.85) * brow_zone(frame, points)


def beard_hair(lab: np.ndarray, colours: Colours, bare: np.ndarray, frame: Upright, points: np.ndarray) -> np.ndarray:
    """Return beard, moustache and stubble by density, float32 (h, w); zero without a beard.

    Shadows are as dark as stubble, but smooth: it counts only where lightness varies from hair
    to hair much more than on the cheeks. `bare` (h, w) says where face and neck are at all.
    """
    shape, k = lab.shape[:2], frame.px_per_cm
    lips = cv2.dilate(fill(points[LIPS], shape), np.ones((round(0.3 * k) | 1,) * 2))
    free = cv2.erode((bare > 0.9).astype(np.float32), np.ones((round(0.5 * k) | 1,) * 2)) * (1 - lips)
    grain = coarseness(lab[..., 0], free, frame, points)
    places = [(fill(points[place], shape) > 0.5) & (free > 0.5) for place in _BEARD_PROOF]
    proofs = sorted(np.median(grain[place]) for place in places if place.any())
    if len(proofs) < _LEAST_PROOFS:
        return np.zeros(shape, np.float32)
    sure = step_between(proofs[-2], *_COARSE)  # the second: one may be a scar or a shadow's edge
    darker = cover(lab, colours.above, colours.hair)
    density = step_between(grain, 1.4, 2.6) * step_between(darker, 0.02, 0.45)
    return sure * _beard_zone(frame, points) * density


def coarseness(light: np.ndarray, weights: np.ndarray, frame: Upright, points: np.ndarray) -> np.ndarray:
    """Return how much lightness (h, w) changes from hair to hair, where weighted; 1 on the cheeks."""
    k = frame.px_per_cm
    fine, wide = (cv2.GaussianBlur(light, (0, 0), max(cm * k, 0.6)) for cm in (_HAIR_WIDTH_CM, 2.5 * _HAIR_WIDTH_CM))
    change = np.abs(light - fine) / np.maximum(wide, 5.0) * weights
    sums = [cv2.GaussianBlur(plane, (0, 0), 0.45 * k) for plane in (change, weights)]
    grain = sums[0] / np.maximum(sums[1], 0.05)
    cheeks = (fill_each(points, _CHEEKS, light.shape) > 0.5) & (weights > 0.5)
    return grain / max(np.median(grain[cheeks]) if cheeks.any() else np.median(grain), 1e-3)


def _beard_zone(frame, points):
    """Return jaw, chin and upper lip with what hangs two centimetres below, soft, float32 (h, w)."""
    below = np.outer(np.sin(np.linspace(0, np.pi, len(_JAW))), (0.0, 2.0 * frame.px_per_cm))
    zone = fill(np.concatenate([points[_JAW] + below, points[_BEARD_TOP[1:-1]]]), frame.size[::-1])
    return cv2.GaussianBlur(zone, (0, 0), 0.25 * frame.px_per_cm)
