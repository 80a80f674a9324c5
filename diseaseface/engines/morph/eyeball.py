"""The completed eyeball: what stands behind the lids, continued from what the photo shows of it."""

import cv2
import numpy as np

from diseaseface.engines.morph.conjunctiva import vessels
from diseaseface.engines.morph.eyes import Eye
from diseaseface.engines.morph.maps import recipes

_BALL_CM = 1.38  # radius of an eyeball of 24 mm
BAND_CM = 0.075  # dark margin line and shadow that travel with the lid


def ramp(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise linearly from zero at `low` to one at `high`."""
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def complete(
    whole: Eye, part: tuple[slice, slice], patch: np.ndarray, from_margin: np.ndarray, iris: np.ndarray | None = None
) -> np.ndarray:
    """Continue iris and sclera beneath the lids; the photo's own pixels well inside the opening.

    Parameters
    ----------
    part : (slice, slice)
        Rows and columns of the eye's patch, which all arrays cover.
    patch : float32 array of shape (h, w, 3)
        The picture, linear light.
    from_margin : float32 array of shape (h, w)
        How far inside the margins that move, canonical centimetres.
    iris : float32 array of shape (h, w, 3) or None
        The whole iris where it is known already.
    """
    eye = whole.crop(part)
    du, dv = eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]
    radius = np.hypot(du, dv)
    seen = ramp(from_margin, BAND_CM * 1.2, BAND_CM * 2.4)
    opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    bare = ramp(opening, BAND_CM * 1.2, BAND_CM * 2.4)
    sclera = _continued_sclera(eye, patch, bare * (radius > eye.iris_cm * 1.1))
    sclera = sclera * _veined(radius / eye.iris_cm, 1.0 - seen, _hidden_vessels(whole)[part])
    if iris is None:
        iris = continued_iris(eye, patch, radius, dv, bare)
    made = sclera + (iris - sclera) * inside_iris(radius, eye.iris_cm)[..., None]
    return (made + (patch - made) * seen[..., None]).astype(np.float32)


def inside_iris(radius_cm: np.ndarray, iris_cm: float) -> np.ndarray:
    """Return how far each place lies inside the limbus, which is soft, 0 to 1."""
    return 1.0 / (1.0 + np.exp(np.clip((radius_cm - iris_cm * 0.985) / 0.022, -30, 30)))


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
    weighted = patch * weight[..., None]
    mass = cv2.GaussianBlur(weight, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    spread = cv2.GaussianBlur(weighted, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT) / (mass + 1e-6)[..., None]
    average = weighted.sum((0, 1)) / (weight.sum() + 1e-6)
    trust = np.clip(mass / 0.03, 0.0, 1.0)[..., None]
    sclera = spread * trust + average * (1.0 - trust)
    return sclera * _as_a_ball(eye)[..., None]


def _as_a_ball(eye):
    """Light on the white beneath the lids: less where the eyeball turns away, and into the corners."""
    turned = ((eye.u_cm - eye.iris_uv[0]) ** 2 + (eye.v_cm - eye.iris_uv[1]) ** 2) / _BALL_CM**2
    corner = np.clip(np.abs(eye.u_cm) / eye.half_cm, 0.0, 1.0) ** 4
    return (1.0 - 0.3 * np.clip(turned, 0.0, 1.0)) * (1.0 - 0.2 * corner)


def _hidden_vessels(eye):
    if "hidden vessels" not in eye.kept:
        eye.kept["hidden vessels"] = vessels(eye, eye.iris_cm, 0, 0.6)
    return eye.kept["hidden vessels"]


def _veined(around, hidden, covered):
    """What the vessels beneath the lids leave of red, green and blue light, (h, w, 3)."""
    density = hidden * (0.05 * ramp(around, 1.1, 1.9) + 0.55 * covered)
    return np.exp(-density[..., None] * np.array(recipes()["pigments"]["haemoglobin"], np.float32))


def continued_iris(eye, patch, radius, dv, seen):
    """Radial profile of the visible iris, with the texture of its vertical mirror image."""
    bins = 24
    inside = (radius < eye.iris_cm * 1.02) & (seen > 0.5)
    index, light = np.clip((radius[inside] / eye.iris_cm * bins).astype(int), 0, bins - 1), patch[inside]
    profile = np.zeros((bins, 3), np.float32)
    known = np.zeros(bins, bool)
    for k in range(bins):
        ring = light[index == k]
        if len(ring) >= 3:
            profile[k], known[k] = _median(ring), True
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


def _median(colours):
    """`np.median` of colours (n, 3), a few times faster on the few pixels of a ring."""
    ranks = (len(colours) - 1) // 2, len(colours) // 2
    return np.partition(colours, ranks, axis=0)[list(ranks)].mean(axis=0)


def _mirrored_vertically(eye, patch, dv, seen):
    columns, rows = np.meshgrid(
        np.arange(patch.shape[1], dtype=np.float32), np.arange(patch.shape[0], dtype=np.float32)
    )
    at_x = columns - 2.0 * dv * np.float32(eye.up_px[0])
    at_y = rows - 2.0 * dv * np.float32(eye.up_px[1])
    both = np.dstack([patch, seen.astype(np.float32)])
    mirrored = cv2.remap(both, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return mirrored[..., :3], mirrored[..., 3]
