"""Move the lid margins.

A warp cannot uncover an eyeball. The skin of a lid slides, perpendicular to the line of the
canthi, by a monotone one-dimensional map that cannot fold: rigid for the lash band, fading
towards the brow or the cheek. Behind the moved margin stands a completed eyeball: the photo's
own pixels where it shows the eye, else an iris completed by its mirror image and radial
profile, and a sclera continued from its visible part.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diseaseface.engines.morph.eyeball import BAND_CM, complete, ramp
from diseaseface.engines.morph.eyes import Eye
from diseaseface.engines.morph.sheets import bounds_of
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_LASH_BAND_CM = 0.14
_UPPER_REACH_CM = 1.25
_LOWER_REACH_CM = 1.5
_LEAST_OPENING_CM = 0.05
_LID_RED = np.array([0.74, 0.27, 0.25], np.float32)  # inside of a lid, of the light on the white of the eye


def reachable_mm(eye: Eye, upper_mm: float, lower_mm: float) -> tuple[float, float]:
    """Limit the movements so that the margins never cross; upper up positive, lower down positive."""
    centre = np.argmin(np.abs(eye.u_cm - eye.iris_uv[0]) + np.abs(eye.v_cm - eye.iris_uv[1]))
    opening = float(eye.upper_cm.flat[centre] - eye.lower_cm.flat[centre])
    room = max(opening - _LEAST_OPENING_CM, 0.0) * MM_PER_CANONICAL_CM
    closing = max(-upper_mm, 0.0) + max(-lower_mm, 0.0)
    if closing <= room or closing == 0.0:
        return upper_mm, lower_mm
    keep = room / closing
    return (upper_mm * keep if upper_mm < 0 else upper_mm), (lower_mm * keep if lower_mm < 0 else lower_mm)


@dataclass(frozen=True, eq=False)
class MovedLids:
    """What moving the lids does to a patch.

    Attributes
    ----------
    offset_px : float32 array (h, w, 2)
        Where the skin of each patch pixel comes from, relative to itself.
    eyeball : float32 array (h, w, 3)
        The completed eye, in the values of the image it was made from; zero where it is far from being seen.
    alpha : float32 array (h, w)
        Where the eyeball stands in front of the slid picture.
    """

    offset_px: np.ndarray
    eyeball: np.ndarray
    alpha: np.ndarray


@dataclass(frozen=True)
class _Edge:
    """A part of the lower margin that gives way: where along it, how far the skin below follows, how red.

    `centre` and `width` are shares of half the fissure, from its middle outwards; `red` is the share of
    the gap in which the inside of the lid shows.
    """

    centre: float
    width: float
    reach_cm: float
    red: float


EDGES = {
    "ectropion": _Edge(0.15, 1.0, 1.2, 0.85),
    "lateral_lid_eversion": _Edge(0.48, 0.66, 1.0, 0.85),
    "lower_eyelid_coloboma": _Edge(0.36, 0.5, 0.6, 0.4),
}


def move(
    eye: Eye, patch: np.ndarray, upper_mm: float, lower_mm: float, iris: np.ndarray | None = None,
    edges_mm: Mapping[str, float] | None = None,
) -> MovedLids:  # fmt: skip
    """Move the margins of one eye.

    Parameters
    ----------
    patch : float32 array of shape (h, w, 3)
        The picture on the eye's patch, linear light.
    upper_mm, lower_mm : float
        Upper margin up, lower margin down, real millimetres at the middle of the lid.
    iris : float32 array of shape (h, w, 3) or None
        The whole iris, where signs of the eye have drawn it; None completes the photo's.
    edges_mm : mapping of a name in EDGES to float
        How far a part of the lower margin gives way, real millimetres.

    Returns
    -------
    MovedLids
    """
    upper = eye.across * np.float32(upper_mm / MM_PER_CANONICAL_CM)
    lower = -eye.across * np.float32(lower_mm / MM_PER_CANONICAL_CM)
    parts = [(EDGES[name], _gives_way(eye, EDGES[name], mm)) for name, mm in (edges_mm or {}).items()]
    dropped = lower + sum(part for _, part in parts)
    margins = eye.upper_cm + upper, eye.lower_cm + dropped
    offset = -_slide(eye, margins, upper, lower, parts)[..., None] * eye.up_px.astype(np.float32)
    # Only a margin that moves bares or drags what lies beneath it.
    far = np.full_like(eye.v_cm, 9.0)
    from_upper = eye.upper_cm - eye.v_cm if upper_mm else far
    from_lower = eye.v_cm - eye.lower_cm if lower_mm or parts else far
    alpha = _bared(eye, margins, np.maximum(np.abs(upper), np.abs(dropped)))
    eyeball, near = np.zeros_like(patch), _seen(eye, alpha)
    known = None if iris is None else iris[near]
    ball = complete(eye, near, patch[near], np.minimum(from_upper, from_lower)[near], known)
    above_lower = (eye.v_cm - margins[1])[near]
    ball *= _lid_shadow((margins[0] - eye.v_cm)[near], upper[near], 0.45)[..., None]
    ball *= _lid_shadow(above_lower, -dropped[near], 0.24)[..., None]
    for edge, part in parts:
        ball = _inside_of_lid(ball, above_lower, -edge.red * part[near])
    eyeball[near] = ball
    return MovedLids(offset.astype(np.float32), eyeball, alpha.astype(np.float32))


def _seen(eye, alpha):
    """Rows and columns of the patch in which the eyeball is seen, before or after the lids move."""
    opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    x0, y0, x1, y1 = bounds_of((alpha > 0.0) | (opening > 0.0)) or (0, 0, *alpha.shape[::-1])
    rim = 3  # for the cubic kernel
    return np.s_[max(0, y0 - rim) : y1 + rim, max(0, x0 - rim) : x1 + rim]


def _slide(eye, margins, upper, lower, parts):
    """How far the skin of the lids moves up, canonical centimetres (h, w)."""
    above = eye.v_cm > np.clip((margins[0] + margins[1]) / 2, margins[1], margins[0])
    height = np.where(above, eye.v_cm - margins[0], margins[1] - eye.v_cm)  # outside the opening positive
    reach = np.where(above, _UPPER_REACH_CM, _LOWER_REACH_CM).astype(np.float32)
    slide = np.where(above, upper, lower) * _fade((height - _LASH_BAND_CM) / (reach - _LASH_BAND_CM))
    for edge, part in parts:
        slide += part * ~above * _fade((height - _LASH_BAND_CM) / (edge.reach_cm - _LASH_BAND_CM))
    return slide


def _bared(eye, margins, moved_cm):
    """Where the eyeball stands in front; where neither lid has moved the photo's own pixels stay."""
    open_now = np.minimum(margins[0] - eye.v_cm, eye.v_cm - margins[1])
    shown = ramp(open_now, BAND_CM * 0.35, BAND_CM * 1.15)
    return shown * np.clip(moved_cm / 0.02, 0.0, 1.0) * np.clip(eye.across / 0.12, 0.0, 1.0)


def _gives_way(eye, edge, mm):
    """How far each place of the lower margin moves, canonical centimetres, upwards positive, (h, w)."""
    beside = (eye.u_cm / eye.half_cm - edge.centre) / edge.width
    bump = np.clip(1.0 - beside**2, 0.0, 1.0) ** 2 * np.clip(eye.across / 0.35, 0.0, 1.0)
    return (-bump * mm / MM_PER_CANONICAL_CM).astype(np.float32)


def _inside_of_lid(eyeball, above_margin_cm, height_cm):
    """Lay the red, wet inside of an everted lid over the eyeball, up to a height above the moved margin."""
    shown = ramp(height_cm - above_margin_cm, -0.02, 0.05) * np.clip(height_cm / 0.06, 0.0, 1.0)
    light = np.percentile(eyeball.mean(axis=-1), 90)
    wet = np.exp(-(((above_margin_cm - 0.55 * height_cm) / 0.03) ** 2))
    colour = light * (_LID_RED + 0.12 * wet[..., None] * np.clip(height_cm / 0.2, 0.0, 1.0)[..., None])
    return (eyeball + (colour - eyeball) * shown[..., None]).astype(np.float32)


def _fade(t):
    t = np.clip(t, 0.0, 1.0)
    return 1.0 - t**2 * (3.0 - 2.0 * t)


def _lid_shadow(depth_cm, bared_cm, strength):
    """Shadow of a lid on the eyeball that it has newly bared."""
    bared = np.clip(bared_cm / 0.08, 0.0, 1.0)
    near = np.exp(-np.maximum(depth_cm, 0.0) / 0.12)
    return (1.0 - strength * bared * near).astype(np.float32)
