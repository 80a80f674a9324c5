"""Which pixels are bare skin, and which are the person: rough answers, from colour and place."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.faces.contours import BARE_SKIN, BROWS, EYES, LIPS, OVAL, fill, fill_each
from diseaseface.faces.ears import CONTOUR, ear_mask
from diseaseface.faces.mesh import Pose
from diseaseface.faces.smoothing import spread
from diseaseface.faces.upright import Upright, upright

HEAD_BOX_CM = (-14.0, -17.5, 14.0, 16.5)
_PERSON_BOX_CM = (-19.0, -21.0, 19.0, 20.0)
_HEAD_PX_PER_CM, _PERSON_PX_PER_CM = 5.0, 3.5
_ROUNDS = 3
_LIGHT_REACH_CM = 2.0
_WALL_STEP = 4.5  # between neighbouring pixels on a wall, in the same unit
_WALL_ALIKE = 7.0  # distance in CIE L*a*b* up to which a colour is that of the wall
_EAR_LIKENESS = 0.25
_NO_COLOUR = (255, 0, 255)  # of places outside the photo: unlike skin, hair and walls


@dataclass(frozen=True, eq=False)
class Rough:
    """A rough mask, float32 (h, w), 0 or 1, in a small upright frame."""

    frame: Upright
    mask: np.ndarray

    def on(self, target: Upright) -> np.ndarray:
        """Return the mask on another frame of the same photo, float32."""
        there, here = (np.vstack([f.matrix, (0, 0, 1)]) for f in (target, self.frame))
        matrix = (there @ np.linalg.inv(here))[:2]
        return cv2.warpAffine(self.mask, matrix, target.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True, eq=False)
class Segments:
    """Skin and person, roughly.

    Attributes
    ----------
    skin : Rough
        Runs on over eyes and lips.
    ears : Rough
    person : Rough
    lab : float32 array of shape (h, w, 3)
        CIE L*a*b* of the frame of `skin`.
    likeness : float32 array of shape (h, w), 0 to 1
        How much each pixel's colour is that of the bare skin of cheeks and forehead.
    inside : bool array of shape (h, w)
        Which pixels of the frame the photo covers.
    """

    skin: Rough
    ears: Rough
    person: Rough
    lab: np.ndarray
    likeness: np.ndarray
    inside: np.ndarray


def segment(image: np.ndarray, landmarks_px: np.ndarray, pose: Pose) -> Segments:
    """Find skin and person roughly in a uint8 RGB photo."""
    frame = upright(pose, HEAD_BOX_CM, _HEAD_PX_PER_CM)
    points = frame.to_frame(landmarks_px)
    lab = to_lab(frame.cut(image))
    likeness = _likeness(frame, lab, points)
    inside = _inside(frame, image)
    skin = Rough(frame, _skin(frame, lab, points, likeness, inside))
    person = _person(image, pose, skin)
    bare = ((likeness > _EAR_LIKENESS) | (skin.mask > 0)) & (person.on(frame) > 0.5) & inside
    ears = Rough(frame, np.zeros_like(skin.mask))
    for ear in (ear_mask(frame, points, bare, side) for side in CONTOUR):
        if ear is not None:
            ears.mask[ear] = 1.0
    np.maximum(skin.mask, ears.mask, out=skin.mask)  # redder than the face, they are often lost to the cut
    return Segments(skin, ears, person, lab, likeness, inside)


def _inside(frame, image):
    return frame.cut(np.full(image.shape[:2], 255, np.uint8), border=cv2.BORDER_CONSTANT) > 127


def to_lab(picture: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* of uint8 RGB, float32."""
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def _likeness(frame, lab, points):
    """Compare with the bare skin of cheeks, forehead and nose, then with the skin nearby.

    The second round follows the light around the head: a shaded cheek is still skin.
    """
    bare = fill_each(points, BARE_SKIN, lab.shape[:2]) > 0.5
    middle = np.median(lab[bare], axis=0)
    spread_ = 1.48 * np.median(np.abs(lab[bare] - middle), axis=0)
    alike = _alike(lab, np.broadcast_to(middle, lab.shape), spread_)
    below_brows = (fill(_shrunk(points[OVAL], 0.85), lab.shape[:2]) > 0.5) & (frame.y_cm < 3.0)
    covered = _grown(fill_each(points, (*EYES, *BROWS, LIPS), lab.shape[:2]) > 0.25)
    weights = np.where(below_brows & ~covered, np.maximum(alike, 0.1), alike * (alike > 0.3))
    nearby = spread(lab, weights * (1 - covered), _LIGHT_REACH_CM * frame.px_per_cm)
    alike = _alike(lab, nearby, np.minimum(spread_, (0.13 * middle[0], 3.0, 3.5)))
    grain = _grain(lab[..., 0])
    hairy = np.maximum(grain / max(np.median(grain[bare]), 0.006) - 2.0, 0) / 4.0
    return (alike * np.exp(-0.5 * (hairy * (frame.y_cm > 4.0)) ** 2)).astype(np.float32)


def _alike(lab, skin, spread_):
    """Compare colours, 0 to 1; chroma falls with lightness in shadow."""
    light = np.maximum(skin[..., 0], 1.0)
    shade = np.clip(lab[..., 0] / light, 0.35, 1.3)
    off = (lab[..., 1:] / shade[..., None] - skin[..., 1:]) / np.maximum(spread_[1:], (3.0, 3.5))
    darker = np.maximum(light - lab[..., 0], 0) / (light * np.clip(2.2 * spread_[0] / light, 0.28, 0.36))
    lighter = np.maximum(lab[..., 0] - light, 0) / max(3 * spread_[0], 18.0)
    return np.exp(-0.5 * (off**2).sum(axis=-1) / 2.2**2 - 0.5 * (darker**4 + lighter**4))


def _shrunk(points, share):
    middle = points.mean(axis=0)
    return middle + (points - middle) * share


def _grain(light):
    """Return how much lightness varies over a few pixels, as a share of itself: hair does."""
    fine = np.abs(light - cv2.GaussianBlur(light, (0, 0), 1.0))
    return cv2.GaussianBlur(fine, (0, 0), 2.0) / np.maximum(cv2.GaussianBlur(light, (0, 0), 2.0), 5.0)


def _skin(frame, lab, points, likeness, inside):
    """Cut skin from the rest by GrabCut, started from place and likeness."""
    shape = lab.shape[:2]
    oval = fill(points[OVAL], shape) > 0.5
    features = _grown(fill_each(points, (*EYES, LIPS), shape) > 0.25)
    brows = fill_each(points, BROWS, shape) > 0.25
    zone = _grown(_head_and_neck(frame) | oval)
    labels = np.full(shape, cv2.GC_BGD, np.uint8)
    labels[zone] = np.where(likeness[zone] > 0.25, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    forehead = frame.y_cm > 4.5  # may be under a fringe
    labels[~_grown(~oval, 2) & (likeness > np.where(forehead, 0.8, 0.5))] = cv2.GC_FGD
    labels[features] = cv2.GC_FGD
    labels[brows & (likeness < 0.5)] = cv2.GC_BGD
    labels[~inside] = cv2.GC_BGD
    middle = np.median(lab[labels == cv2.GC_FGD], axis=0)
    stretched = (lab - middle) * (1.6, 3.0, 3.0) + (1.6 * middle[0], 128, 128)
    stretched[features] = (1.6 * middle[0], 128, 128)  # eyes and lips would teach it wrong colours
    stretched[~inside] = _NO_COLOUR
    skin = _grab_cut(stretched, labels, inside)
    skin[oval & fill_each(points, BROWS, shape).astype(bool)] = 1  # brows lie on skin
    return _largest(skin)


def _head_and_neck(frame):
    """Where bare skin can be at all: a bald head, ears, and a neck that widens downwards."""
    x, y = frame.x_cm, frame.y_cm
    head = np.hypot(x / 8.8, (y - 2.0) / 12.8) < 1
    ears = np.hypot((np.abs(x) - 8.6) / 1.6, y / 3.6) < 1
    neck = (np.abs(x) < 7.5 + 1.1 * np.maximum(-9.5 - y, 0)) & (y < -4.0)
    return head | ears | neck


def _person(image, pose, skin):
    """Cut the person from the background, shoulders included."""
    frame = upright(pose, _PERSON_BOX_CM, _PERSON_PX_PER_CM)
    lab = to_lab(frame.cut(image))
    inside = _inside(frame, image)
    x, y = frame.x_cm, frame.y_cm
    known = skin.on(frame) > 0.5
    shoulders = np.abs(x) < 5.0 + 1.4 * np.maximum(-13.0 - y, 0)
    likely = (np.hypot(x / 10.5, (y - 1.5) / 14.5) < 1) | (np.abs(x) < 5.0 + 1.6 * (-9.0 - y))
    sure = (np.hypot(x / 6.5, (y - 1.0) / 10.5) < 1) | (shoulders & (y < -9.0))
    corners = inside & (np.hypot(x / 11.5, (y - 2.0) / 15.0) > 1) & ((y > 8.0) | (np.abs(x) > 15.0) & (y > 0))
    reached, alike, unlike = _wall(lab, corners, frame.px_per_cm)
    hair = unlike & (np.hypot(x / 14.0, (y - 2.0) / 18.0) < 1)
    labels = np.where((likely & ~alike) | hair, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[reached & ~likely] = cv2.GC_BGD
    labels[known | sure] = cv2.GC_FGD
    labels[~inside] = cv2.GC_BGD
    stretched = 2.0 * lab + (0, 128, 128)
    stretched[~inside] = _NO_COLOUR
    person = _largest(_grab_cut(stretched, labels, inside))
    person[~inside] = (sure | likely)[~inside]
    return Rough(frame, person)


def _wall(lab, corners, px_per_cm):
    """Return what small steps of colour reach from the corners, what looks like that, what cannot be."""
    steps = cv2.dilate(lab, np.ones((3, 3))) - cv2.erode(lab, np.ones((3, 3)))
    level = np.linalg.norm(steps, axis=-1) < _WALL_STEP  # hair is not
    wall = corners & level
    if not wall.any():
        return wall, wall, wall
    wall &= np.linalg.norm(lab - np.median(lab[wall], axis=0), axis=-1) < 4 * _WALL_ALIKE
    behind = spread(lab, wall, 3.0 * px_per_cm)
    apart = np.linalg.norm(lab - behind, axis=-1)
    parts = cv2.connectedComponents(level.astype(np.uint8), connectivity=4)[1]
    reached = level & np.isin(parts, np.unique(parts[wall]))
    plain = reached[corners].mean() > 0.6
    return reached, reached | (apart < _WALL_ALIKE), (apart > 3 * _WALL_ALIKE) & plain


def _grab_cut(picture, labels, inside):
    """Return the foreground, float32, of the part of the frame that the photo covers."""
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    picture = np.clip(picture[part], 0, 255).astype(np.uint8)
    found = np.ascontiguousarray(labels[part])
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its clusters start by chance
    cv2.grabCut(picture, found, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = np.zeros(labels.shape, np.float32)
    mask[part] = (found == cv2.GC_FGD) | (found == cv2.GC_PR_FGD)
    return mask


def _largest(mask):
    """Keep the largest connected part, its holes filled."""
    count, parts, sizes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    kept = parts == 1 + sizes[1:, cv2.CC_STAT_AREA].argmax()
    return kept.astype(np.float32)


def _grown(mask, px=1):
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8)) > 0
