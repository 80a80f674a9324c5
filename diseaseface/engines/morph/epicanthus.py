"""Epicanthal folds: skin of the nose side drawn over the inner canthus.

The skin beside the canthus slides sideways as a whole. Inside the opening its edge covers the
caruncle in a crescent that is hollow towards the eye, with a soft shadow beside it; above and
below it runs into the lids without an edge.
"""

import cv2
import numpy as np

from diseaseface.engines.morph.codes import encode
from diseaseface.engines.morph.eyes import Eye
from diseaseface.engines.morph.sheets import Sheet
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_ROOT_CM = 1.0  # how far towards the nose the skin moves
_REST_CM = 0.06  # the edge at rest, beside the canthus
_TALL_CM = 0.62
_HOLLOW_PER_CM = 1.5  # how the edge curves away from the canthus, above and below it
_LET_GO_CM = 0.5  # over which the skin of the lids takes up the slide
_SOFT_CM = 0.06
_SHADOW_CM = 0.11
_SHADOW = 0.6
_SMOOTH_CM = 0.07
_CREASE, _CREASE_CM, _CREASE_TALL_CM = 0.42, 0.075, 0.42


def sheet(eye: Eye, linear: np.ndarray, amount_mm: float) -> Sheet:
    """Draw a fold that covers `amount_mm` real millimetres of the inner canthus.

    Parameters
    ----------
    eye : Eye
    linear : float32 array of shape (h, w, 3)
        The picture on the eye's patch, linear light.
    """
    canthus, full = -eye.half_cm, amount_mm / MM_PER_CANONICAL_CM
    height = eye.v_cm + 0.02
    cover = full * np.exp(-((height / _TALL_CM) ** 2))
    edge = canthus - _REST_CM + full + _HOLLOW_PER_CM * height**2
    beside = eye.u_cm - edge
    share = np.clip((eye.u_cm - (canthus - _ROOT_CM)) / (_ROOT_CM - _REST_CM + full), 0.0, 1.0)
    let_go = np.clip(1.0 - beside / _LET_GO_CM, 0.0, 1.0)
    moved = cover * np.where(beside < 0, share**1.5, let_go**2 * (3.0 - 2.0 * let_go))
    opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    inside = np.clip((opening + 0.07) / 0.13, 0.0, 1.0) * (eye.u_cm > canthus - 0.03)

    flap = _looked_up(eye, linear, -moved)
    smooth = cv2.GaussianBlur(flap, (0, 0), _SMOOTH_CM * float(np.hypot(*eye.up_px)))
    flap = 0.35 * flap + 0.65 * smooth  # the canthal tendon's highlights would be stretched into ridges
    rolled = 1.0 - 0.2 * np.exp(-((beside / 0.08) ** 2))
    over = np.clip(0.5 - beside / _SOFT_CM, 0.0, 1.0) * inside
    shade = _SHADOW * np.exp(-((np.maximum(beside, 0.0) / _SHADOW_CM) ** 2)) * inside
    shade *= np.clip((beside + _SOFT_CM) / _SOFT_CM, 0.0, 1.0)
    # Above and below the opening the edge runs out as a soft crease of the lids.
    crease = _CREASE * np.exp(-(((beside - 0.02) / _CREASE_CM) ** 2) - (np.abs(height) / _CREASE_TALL_CM) ** 3)
    shade = np.maximum(shade, crease * (1.0 - inside) * np.clip((eye.u_cm - canthus + 0.3) / 0.25, 0.0, 1.0))
    grown = np.clip(full / 0.08, 0.0, 1.0)
    over, shade = over * grown, shade * grown
    alpha = 1.0 - (1.0 - over) * (1.0 - shade)
    dark = np.median(linear.reshape(-1, 3), axis=0) * np.array([0.34, 0.22, 0.18])
    content = flap * (rolled * over)[..., None] + dark * (shade * (1.0 - over))[..., None]
    content = content / np.maximum(alpha, 1e-4)[..., None]
    slides = (-moved * (1.0 - inside))[..., None] * eye.out_px
    return Sheet(eye.box, slides.astype(np.float32), encode(content.astype(np.float32)), alpha.astype(np.float32))


def _looked_up(eye, linear, du_cm):
    columns, rows = np.meshgrid(
        np.arange(linear.shape[1], dtype=np.float32), np.arange(linear.shape[0], dtype=np.float32)
    )
    at_x = (columns + du_cm * eye.out_px[0]).astype(np.float32)
    at_y = (rows + du_cm * eye.out_px[1]).astype(np.float32)
    return cv2.remap(linear, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
