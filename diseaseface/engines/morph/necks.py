"""Movements of the neck: longer, broader, webbed, swollen in front.

Each function takes the outline and gives, for one unit of its sign, the movement (h, w, 2) in
the outline's frame and the depth (h, w) or None, canonical centimetres. All amounts set by eye.
"""

import cv2
import numpy as np

from diseaseface.engines.morph.carrying import bell, carried, eased
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.outline import Outline

_MM = 1.0 / MM_PER_CANONICAL_CM
_REACH_CM = 4.4
_RING_BOTTOM_CM = -17.6
_LEAST_ROOM_CM = {1: 2.8, -1: 1.4}  # below a longer and a shorter neck, over which the clothes give way
_LEAST_LENGTH_CM = 2.2


def has_room(outline: Outline, direction: int) -> bool:
    """Tell whether enough shows of the neck, and below it, to lengthen or shorten it."""
    long_enough = outline.chin_cm - outline.neck.shoulders_cm > _LEAST_LENGTH_CM
    return long_enough and _room_below_cm(outline) > _LEAST_ROOM_CM[direction]


def _room_below_cm(outline):
    """Height of what the photo shows below the neck, inside the ring."""
    frame = outline.frame
    middle = np.argmin(np.abs(frame.x_cm[0] - outline.middle_cm))
    rows = np.flatnonzero(outline.inside[:, middle])
    lowest = max(frame.top_cm - rows[-1] / frame.px_per_cm, _RING_BOTTOM_CM) if len(rows) else 0.0
    return float(outline.neck.shoulders_cm - lowest)


def _below_face(outline):
    """One on the neck, zero on the face and its outline."""
    return 1.0 - cv2.GaussianBlur(outline.oval, (0, 0), 0.35 * outline.frame.px_per_cm)


def length(outline: Outline, side: None = None):
    """Lower collar and shoulders by one millimetre."""
    y, base = outline.frame.y_cm, outline.neck.shoulders_cm
    lowest = base - min(_room_below_cm(outline), 6.0)
    along = -_MM * eased(y, outline.chin_cm + 0.6, base) * eased(y, lowest, base)
    return carried(outline, np.dstack([np.zeros_like(along), along]), _REACH_CM), None


def width(outline: Outline, side: str):
    """Widen one side of the neck by half a millimetre."""
    neck, y = outline.neck, outline.frame.y_cm
    outward = 1.0 if side == "left" else -1.0
    out = outward * outline.x_cm
    edge = outward * (neck.edges_cm[side] - outline.middle_cm)
    base = min(neck.shoulders_cm, outline.chin_cm - 2.0)
    tall = eased(y, outline.chin_cm + 3.2, outline.chin_cm - 2.2) * eased(y, base - 4.5, base - 1.0)
    across = outward * 0.5 * _MM * eased(out, 0.2 * edge, edge) * tall * _below_face(outline)
    return carried(outline, np.dstack([across, np.zeros_like(across)]), _REACH_CM), None


def web(outline: Outline, side: str):
    """Fill the angle between neck and shoulder of one side by one millimetre."""
    neck, y = outline.neck, outline.frame.y_cm
    outward = 1.0 if side == "left" else -1.0
    out = outward * outline.x_cm
    edge = outward * (neck.edges_cm[side] - outline.middle_cm)
    tall = max(outline.chin_cm + 3.5 - neck.shoulders_cm, 3.0)
    up = y - neck.shoulders_cm
    fill = np.where(up > 0, bell(up, 0.0, 0.45 * tall), bell(up, 0.0, 1.9))
    fill = fill * np.where(out > edge + 1.5, bell(out, edge + 1.5, 3.4), eased(out, 0.35 * edge, edge + 1.5))
    fill = _MM * fill * _below_face(outline)
    return carried(outline, np.dstack([outward * 0.72 * fill, 0.7 * fill]), _REACH_CM), None


def goitre(outline: Outline, side: None = None):
    """Let the lower front of the neck swell by one millimetre."""
    neck, x, y = outline.neck, outline.x_cm, outline.frame.y_cm
    base = max(neck.bottom_cm, neck.shoulders_cm, outline.chin_cm - 5.5)
    middle = 0.45 * outline.chin_cm + 0.55 * base
    half = 0.5 * neck.width_cm
    tall = bell(y, middle, 1.5)
    below = _below_face(outline)
    across = 0.3 * _MM * np.tanh(x / (0.5 * half)) * tall * below
    along = -0.18 * _MM * bell(x, 0.0, 0.5 * half) * bell(y, middle - 0.6, 1.3) * below
    lobes = bell(np.abs(x), 0.3 * half, 0.3 * half) * tall + 0.35 * bell(x, 0.0, 0.25 * half) * bell(
        y, middle - 0.5, 1.0
    )
    depth = _MM * lobes * below * outline.person
    return carried(outline, np.dstack([across, along]), _REACH_CM), depth.astype(np.float32)
