"""Soft masks of the parts of the person, from rough segments to the photo's own pixels."""

import cv2
import numpy as np

from diseaseface.faces.chart import Chart
from diseaseface.faces.contours import LIPS, MOUTH, fill
from diseaseface.faces.eyes import eye_masks
from diseaseface.faces.face import Regions
from diseaseface.faces.hair import (
    Colours,
    beard_hair,
    brow_hair,
    colours_around,
    scalp_hair,
    strands,
)
from diseaseface.faces.mesh import Pose
from diseaseface.faces.segmentation import HEAD_BOX_CM, segment, to_lab
from diseaseface.faces.smoothing import guided, step_between
from diseaseface.faces.spectacles import find_spectacles
from diseaseface.faces.upright import upright

_FINE_PX_PER_CM = 14.0
_EDGE_REACH_CM = 0.6
_EDGE_SOFTNESS = 1e-3

_BY_SHOULDERS_CM = (-5.0, -2.0)
_LIKELY, _SEAM_CM = 0.2, 0.3  # hair there, and what joins it to clothes along the neck
# Hair that hangs begins so high, or somewhat lower and then reaches less far aside than clothes on shoulders.
_FROM_CM, _LOWER_CM, _ASIDE_CM = -4.0, -8.5, 10.4


def find_regions(
    image: np.ndarray, landmarks_px: np.ndarray, points_cm: np.ndarray, pose: Pose, chart: Chart
) -> Regions:
    """Find the soft masks.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
    landmarks_px : float array of shape (478, 2)
    points_cm : float array of shape (478, 3)
    pose : Pose
    chart : Chart

    Returns
    -------
    Regions
        Skin, hair, brows, beard, lips, mouth, sclera and iris add up to one at most.
    """
    shape = image.shape[:2]
    skin, hair, brows, beard, glasses, person = _head_masks(image, landmarks_px, pose)
    sclera, iris, opening = eye_masks(image, landmarks_px)
    outer = cv2.GaussianBlur(fill(landmarks_px[LIPS], shape), (0, 0), 0.7)
    mouth = np.minimum(fill(landmarks_px[MOUTH], shape), outer)
    free = (1 - outer) * (1 - opening)
    person = np.clip(person, 0, 1)
    for mask in (skin, hair, brows, beard):
        mask *= free
    return Regions(person, skin, hair, brows, beard, outer - mouth, mouth, sclera, iris, glasses)


def _head_masks(image, landmarks_px, pose):
    """Return skin, hair, brows, beard, glasses and person in the photo."""
    segments = segment(image, landmarks_px, pose)
    frame = upright(pose, HEAD_BOX_CM, min(_FINE_PX_PER_CM, pose.px_per_cm))
    points, lab = frame.to_frame(landmarks_px), to_lab(frame.cut(image))
    colours = _resized(colours_around(segments, landmarks_px), frame.size)
    guide = lab / np.array([100, 40, 40], np.float32)
    rough = segments.skin, segments.person, scalp_hair(segments)
    whole, person, scalp = guided(
        guide, [mask.on(frame) for mask in rough], max(1, round(_EDGE_REACH_CM * frame.px_per_cm)), _EDGE_SOFTNESS
    )
    person = np.maximum(step_between(person, 0.25, 0.75), whole)
    if colours.bald:
        whole = np.maximum(whole, person * _scalp(frame))
    whole = whole * (1 - _undyed(lab, colours.skin) * step_between(frame.y_cm, -6.0, -8.0))
    brows = whole * brow_hair(lab, colours.skin, frame, points)
    beard = (whole - brows) * beard_hair(lab, colours, whole, frame, points)
    over = (whole - brows - beard) * strands(lab, colours, whole, frame, points) * (1 - segments.ears.on(frame))
    skin = whole - over - brows - beard
    hair = over + np.minimum(scalp, 1 - whole) * _may_be_hair(lab, colours, frame)
    hair *= _unworn(hair, frame)
    rims, glasses = find_spectacles(lab, frame, points)
    skin, brows = skin * (1 - rims), brows * (1 - rims)
    shape = image.shape[:2]
    near = frame.back(np.ones_like(person), shape)
    far = segments.person.frame.back(segments.person.mask, shape, border=cv2.BORDER_REPLICATE)
    masks = [frame.back(mask, shape) for mask in (skin, hair, brows, beard, glasses, person)]
    return *masks[:-1], masks[-1] + (1 - near) * far


def _resized(colours, size):
    planes = (
        cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (colours.skin, colours.above, colours.hair)
    )
    return Colours(*planes, colours.scalp_cm2)


def _undyed(lab, skin):
    """Return what has too little of the colour of skin, in its own light, to be a neck: a collar."""
    share = (lab[..., 1:] * skin[..., 1:]).sum(axis=-1) / np.maximum((skin[..., 1:] ** 2).sum(axis=-1), 1.0)
    lighter = lab[..., 0] / np.maximum(skin[..., 0], 1.0)
    light = step_between(lighter, 1.0, 1.2) * step_between(lab[..., 0], 40.0, 55.0)  # shine on dark skin is not
    return light * step_between(share / np.maximum(lighter, 0.1), 0.4, 0.2)


def _scalp(frame):
    """Where a bald head shows skin, bright reflections included."""
    radius = np.hypot(frame.x_cm / 9.0, (frame.y_cm - 1.5) / 13.5)
    return step_between(radius, 1.05, 0.95) * step_between(frame.y_cm, 3.0, 5.0)


def _may_be_hair(lab, colours, frame):
    """Around the head it is hair, by the shoulders only what has the colour of the hair above."""
    y = frame.y_cm
    apart = np.linalg.norm((lab - colours.hair) / np.array([16.0, 8.0, 8.0], np.float32), axis=-1)
    alike = np.exp(-0.5 * apart**2)
    around = step_between(y, *_BY_SHOULDERS_CM)
    return around + (1 - around) * alike


def _unworn(hair, frame):
    """All but what lies low or broad on the shoulders, where clothes and the dark of collars may look like hair."""
    seam, edge = (
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(cm * frame.px_per_cm) + 1,) * 2)
        for cm in (_SEAM_CM, 2.0 * _SEAM_CM)
    )
    even = cv2.GaussianBlur(hair, (0, 0), _SEAM_CM * frame.px_per_cm)  # cloth has a texture
    broad = cv2.morphologyEx((even > _LIKELY).astype(np.uint8), cv2.MORPH_OPEN, seam)
    count, parts = cv2.connectedComponents(broad)
    aside = (np.abs(frame.x_cm) > _ASIDE_CM) & (frame.y_cm < _BY_SHOULDERS_CM[0])
    places = frame.y_cm > _FROM_CM, frame.y_cm > _LOWER_CM, aside
    high, lower, wide = (np.bincount(parts[where], minlength=count) > 0 for where in places)
    real = (broad > 0) & (high | (lower & ~wide))[parts]
    worn, hangs = (cv2.dilate(one.astype(np.float32), edge) for one in ((broad > 0) & ~real, real))
    low = step_between(frame.y_cm, _LOWER_CM, _LOWER_CM - 1.0)  # narrow parts there are gaps of a collar
    worn = np.maximum(worn, low * (1 - hangs))
    return 1 - cv2.GaussianBlur(worn, (0, 0), max(0.6, 0.1 * frame.px_per_cm))
