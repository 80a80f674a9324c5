"""Move the lid margins.

A warp cannot uncover an eyeball. The skin of a lid slides, perpendicular to the line of the
canthi, by a monotone one-dimensional map that cannot fold: rigid for the lash band, fading
towards the brow or the cheek. Behind the moved margin stands a completed eyeball: the photo's
own pixels where it shows the eye, else an iris completed by its mirror image and radial
profile, and a sclera continued from its visible part.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.face import Face

_UPPER = {
    "right": (133, 173, 157, 158, 159, 160, 161, 246, 33),
    "left": (362, 398, 384, 385, 386, 387, 388, 466, 263),
}
_LOWER = {
    "right": (133, 155, 154, 153, 145, 144, 163, 7, 33),
    "left": (362, 382, 381, 380, 374, 373, 390, 249, 263),
}
_IRIS = {"right": (468, 469, 470, 471, 472), "left": (473, 474, 475, 476, 477)}
_LASH_BAND_CM = 0.14
_UPPER_REACH_CM = 1.25
_LOWER_REACH_CM = 1.5
_BAND_CM = 0.075  # dark margin line and shadow that travel with the lid
_LEAST_OPENING_CM = 0.05
_PAD_CM = 2.0


@dataclass(frozen=True, eq=False)
class Eye:
    """The frame of one eye: u along the canthi, v up, canonical centimetres, on a pixel patch.

    Attributes
    ----------
    box : (x0, y0, x1, y1)
        The patch, pixels of the chart's box.
    u_cm, v_cm : float32 arrays (h, w)
        From the midpoint of the canthi; u grows towards the outer canthus.
    up_px, out_px : float array (2,)
        One canonical centimetre up, and towards the outer canthus, in pixels (x, y).
    half_cm : float
        Half the length of the fissure.
    upper_cm, lower_cm : float32 arrays (h, w)
        Height of the margins above the canthal line at each pixel's u.
    across : float32 array (h, w)
        How far a moved margin follows: one in the middle of the lid, zero beyond the canthi.
    iris_uv : (u, v)
        Centre of the iris.
    iris_cm : float
        Radius of the iris.
    """

    box: tuple[int, int, int, int]
    u_cm: np.ndarray
    v_cm: np.ndarray
    up_px: np.ndarray
    out_px: np.ndarray
    half_cm: float
    upper_cm: np.ndarray
    lower_cm: np.ndarray
    across: np.ndarray
    iris_uv: tuple[float, float]
    iris_cm: float


def find_eye(face: Face, side: str) -> Eye | None:
    """Lay the frame of the subject's left or right eye; None where the patch leaves the photo."""
    x0, y0, x1, y1 = face.chart.box
    local = face.landmarks_px - (x0, y0)
    inner, outer = local[_UPPER[side][0]], local[_UPPER[side][-1]]
    middle, span = (inner + outer) / 2, outer - inner
    scale = face.pose.px_per_cm
    along = span / np.linalg.norm(span)
    up = np.array([along[1], -along[0]])
    if up @ face.pose.vectors_to_px(np.array([0.0, 1.0, 0.0])) < 0:
        up = -up
    half = np.linalg.norm(span) / 2 / scale
    pad = (half + _PAD_CM) * scale
    px0, py0 = np.maximum(np.floor(middle - pad), 0).astype(int)
    px1, py1 = np.minimum(np.ceil(middle + pad), (x1 - x0, y1 - y0)).astype(int)
    if px1 - px0 < 8 or py1 - py0 < 8:
        return None
    columns, rows = np.meshgrid(np.arange(px0, px1), np.arange(py0, py1))
    dx, dy = columns - middle[0], rows - middle[1]
    u = ((dx * along[0] + dy * along[1]) / scale).astype(np.float32)
    v = ((dx * up[0] + dy * up[1]) / scale).astype(np.float32)

    def frame(indices):
        offset = (local[list(indices)] - middle) / scale
        return offset @ along, offset @ up

    upper = _margin(*frame(_UPPER[side]), u)
    lower = _margin(*frame(_LOWER[side]), u)
    iris_u, iris_v = frame(_IRIS[side])
    ring = list(_IRIS[side][1:])
    radius = np.linalg.norm(local[ring] - local[_IRIS[side][0]], axis=1).mean() / scale
    return Eye(
        (int(px0), int(py0), int(px1), int(py1)), u, v, up * scale, along * scale, float(half), upper, lower,
        _across(u, half), (float(iris_u[0]), float(iris_v[0])), float(radius),
    )  # fmt: skip


def _margin(u, v, at):
    order = np.argsort(u)
    u, v = u[order], v[order]
    keep = np.concatenate([[True], np.diff(u) > 1e-3])
    curve = PchipInterpolator(u[keep], v[keep])
    return curve(np.clip(at, u[keep][0], u[keep][-1])).astype(np.float32)


def _across(u, half):
    """One in the middle of the lid; reaches zero, with no kink, just beyond the canthi."""
    t = np.clip(np.abs(u) / (half * 1.06), 0.0, 1.0)
    return ((1.0 - t**2.6) ** 2).astype(np.float32)


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
        The completed eye, in the values of the image it was made from.
    alpha : float32 array (h, w)
        Where the eyeball stands in front of the slid picture.
    """

    offset_px: np.ndarray
    eyeball: np.ndarray
    alpha: np.ndarray


def move(eye: Eye, patch: np.ndarray, upper_mm: float, lower_mm: float) -> MovedLids:
    """Move the margins of one eye.

    Parameters
    ----------
    patch : float32 array of shape (h, w, 3)
        The picture on the eye's patch, linear light.
    upper_mm, lower_mm : float
        Upper margin up, lower margin down, real millimetres at the middle of the lid.

    Returns
    -------
    MovedLids
    """
    upper_shift = eye.across * np.float32(upper_mm / MM_PER_CANONICAL_CM)
    lower_shift = -eye.across * np.float32(lower_mm / MM_PER_CANONICAL_CM)
    upper_new, lower_new = eye.upper_cm + upper_shift, eye.lower_cm + lower_shift
    middle = np.clip((upper_new + lower_new) / 2, lower_new, upper_new)

    above = eye.v_cm > middle
    height = np.where(above, eye.v_cm - upper_new, lower_new - eye.v_cm)  # outside the opening positive
    reach = np.where(above, _UPPER_REACH_CM, _LOWER_REACH_CM).astype(np.float32)
    shift = np.where(above, upper_shift, lower_shift)
    slide = shift * _fade((height - _LASH_BAND_CM) / (reach - _LASH_BAND_CM))
    offset = (-slide)[..., None] * eye.up_px.astype(np.float32)

    open_now = np.minimum(upper_new - eye.v_cm, eye.v_cm - lower_new)
    # Only a margin that moves bares or drags what lies beneath it.
    far = np.full_like(eye.v_cm, 9.0)
    from_upper = eye.upper_cm - eye.v_cm if upper_mm else far
    from_lower = eye.v_cm - eye.lower_cm if lower_mm else far
    eyeball = _complete_eyeball(eye, patch, np.minimum(from_upper, from_lower))
    eyeball *= _lid_shadow(upper_new - eye.v_cm, upper_shift, 0.42)[..., None]
    eyeball *= _lid_shadow(eye.v_cm - lower_new, -lower_shift, 0.16)[..., None]
    moved = np.maximum(np.abs(upper_shift), np.abs(lower_shift))
    alpha = _ramp(open_now, _BAND_CM * 0.35, _BAND_CM * 1.15)
    # Where neither lid has moved the photo's own pixels stay.
    alpha *= np.clip(moved / 0.02, 0.0, 1.0) * np.clip(eye.across / 0.12, 0.0, 1.0)
    return MovedLids(offset.astype(np.float32), eyeball, alpha.astype(np.float32))


def _fade(t):
    t = np.clip(t, 0.0, 1.0)
    return 1.0 - t**2 * (3.0 - 2.0 * t)


def _ramp(x, low, high):
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def _lid_shadow(depth_cm, bared_cm, strength):
    """Shadow of a lid on the eyeball that it has newly bared."""
    bared = np.clip(bared_cm / 0.08, 0.0, 1.0)
    near = np.exp(-np.maximum(depth_cm, 0.0) / 0.12)
    return (1.0 - strength * bared * near).astype(np.float32)


def _complete_eyeball(eye, patch, from_margin):
    """Continue iris and sclera beneath the lids; the photo's own pixels well inside the opening."""
    du, dv = eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]
    radius = np.hypot(du, dv)
    seen = _ramp(from_margin, _BAND_CM * 1.2, _BAND_CM * 2.4)
    opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    bare = _ramp(opening, _BAND_CM * 1.2, _BAND_CM * 2.4)
    sclera = _continued_sclera(eye, patch, bare * (radius > eye.iris_cm * 1.1))
    iris = _continued_iris(eye, patch, radius, dv, bare)
    limbus = 1.0 / (1.0 + np.exp(np.clip((radius - eye.iris_cm * 0.985) / 0.022, -30, 30)))
    made = sclera + (iris - sclera) * limbus[..., None]
    return (made + (patch - made) * seen[..., None]).astype(np.float32)


def _continued_sclera(eye, patch, weight):
    """Spread the visible sclera beneath the lids, rounded off towards the canthi."""
    weight = weight.astype(np.float32)
    luminance = patch.mean(axis=-1)
    seen = luminance[weight > 0.5]
    if len(seen) < 6:
        skin = np.median(patch.reshape(-1, 3), axis=0)
        return np.broadcast_to((0.5 * skin.max() + 0.5 * skin).astype(np.float32), patch.shape)
    low, high = np.percentile(seen, (25, 90))
    weight = weight * np.clip((luminance - low) / (high - low + 1e-4) * 2.0, 0.0, 1.0)
    sigma = 0.28 * float(np.hypot(*eye.up_px))
    mass = cv2.GaussianBlur(weight, (0, 0), sigma)
    spread = cv2.GaussianBlur(patch * weight[..., None], (0, 0), sigma) / (mass + 1e-6)[..., None]
    average = (patch * weight[..., None]).sum((0, 1)) / (weight.sum() + 1e-6)
    trust = np.clip(mass / 0.03, 0.0, 1.0)[..., None]
    sclera = spread * trust + average * (1.0 - trust)
    round_off = 1.0 - 0.3 * np.clip(np.abs(eye.u_cm) / eye.half_cm, 0.0, 1.0) ** 4
    return sclera * round_off[..., None]


def _continued_iris(eye, patch, radius, dv, seen):
    """Radial profile of the visible iris, with the texture of its vertical mirror image."""
    bins = 24
    index = np.clip((radius / eye.iris_cm * bins).astype(int), 0, bins - 1)
    inside = (radius < eye.iris_cm * 1.02) & (seen > 0.5)
    profile = np.zeros((bins, 3), np.float32)
    known = np.zeros(bins, bool)
    for k in range(bins):
        ring = patch[inside & (index == k)]
        if len(ring) >= 3:
            profile[k], known[k] = np.median(ring, axis=0), True
    if not known.any():
        return np.full_like(patch, 0.03)
    at = np.arange(bins)
    for channel in range(3):
        profile[:, channel] = np.interp(at, at[known], profile[known, channel])
    position = np.clip(radius / eye.iris_cm * bins - 0.5, 0, bins - 1).astype(np.float32)
    radial = cv2.remap(profile[:, None], np.zeros_like(position), position, cv2.INTER_LINEAR)
    mirror, mirror_seen = _mirrored_vertically(eye, patch, dv, seen)
    mirror = np.minimum(mirror, radial * 1.6 + 0.02)  # a catchlight is not repeated
    trust = 0.65 * mirror_seen * (radius < eye.iris_cm * 0.95)
    return radial + (mirror - radial) * trust[..., None]


def _mirrored_vertically(eye, patch, dv, seen):
    columns, rows = np.meshgrid(
        np.arange(patch.shape[1], dtype=np.float32), np.arange(patch.shape[0], dtype=np.float32)
    )
    at_x = columns - 2.0 * dv * np.float32(eye.up_px[0])
    at_y = rows - 2.0 * dv * np.float32(eye.up_px[1])
    both = np.dstack([patch, seen.astype(np.float32)])
    mirrored = cv2.remap(both, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return mirrored[..., :3], mirrored[..., 3]
