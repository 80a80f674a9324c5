"""A tongue between parted lips: moist, rounded, in the colour of the person's own lips and light."""

import numpy as np

from diseaseface.engines.morph import noise
from diseaseface.engines.morph.lipframe import Mouth, brightness, lip_colour, ramp
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_WIDTH = 0.72  # of the mouth


def lay_tongue(
    mouth: Mouth, linear: np.ndarray, behind: tuple[np.ndarray, np.ndarray], margins: tuple[np.ndarray, np.ndarray],
    tongue_mm: float, seed: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Lay a tongue over the floor of the mouth and the lower lip.

    Parameters
    ----------
    linear : float32 array of shape (h, w, 3)
        The picture on the mouth's patch, linear light.
    behind : (content (h, w, 3), alpha (h, w))
        What stands between the lips without a tongue, and how much it covers.
    margins : (upper (h, w), lower (h, w))
        Height of the parted lips' margins at each pixel's u, canonical centimetres.
    tongue_mm : float
        How far the tip comes over the lower lip, real millimetres.
    seed : int
        Fixes its texture.

    Returns
    -------
    content, alpha
        As in `behind`.
    """
    upper, lower = margins
    out = np.float32(tongue_mm / MM_PER_CANONICAL_CM)
    half = _WIDTH * mouth.half_cm
    t = np.clip(mouth.u_cm / half, -1.0, 1.0)
    arch = np.sqrt(np.maximum(1.0 - np.abs(t) ** 2.2, 0.0)).astype(np.float32)
    tip = lower - (out + 0.12) * arch + 0.12
    top = np.minimum(lower + (0.16 + 0.3 * out) * arch + 0.02, upper - 0.1)
    cover = ramp(np.minimum(mouth.v_cm - tip, top - mouth.v_cm + 0.05), -0.02, 0.1)
    cover = cover * ramp(half - np.abs(mouth.u_cm), 0.0, 0.12) * ramp(out, 0.0, 0.05)
    below = tip - mouth.v_cm
    shade = 0.32 * np.exp(-np.maximum(below, 0.0) / 0.14) * arch * (below > -0.02) * ramp(out, 0.0, 0.2)
    down = np.clip((top - mouth.v_cm) / np.maximum(top - tip, 1e-3), 0.0, 1.0)
    shaded = _over(0.25 * lip_colour(mouth, linear), shade, behind)
    return _over(_tongue_colour(mouth, linear, t, down, seed), cover, shaded)


def _over(colour, cover, behind):
    """Lay a colour that covers by a share (h, w) over content and its own cover."""
    content, alpha = behind
    whole = 1.0 - (1.0 - alpha) * (1.0 - cover)
    mixed = colour * cover[..., None] + content * (alpha * (1.0 - cover))[..., None]
    return mixed / np.maximum(whole, 1e-4)[..., None], whole


def _tongue_colour(mouth, linear, t, down, seed):
    """A moist, rounded surface: dark where it comes out of the mouth and at its rim, a groove in the middle."""
    lip, light = lip_colour(mouth, linear), brightness(mouth, linear)
    pink = 0.5 * lip + 0.5 * light * np.array([1.5, 0.62, 0.6], np.float32)
    round_off = np.sqrt(np.maximum(1.0 - t**2, 0.0))
    lit = (0.25 + 0.8 * ramp(down, 0.0, 0.6)) * (0.45 + 0.55 * round_off) * (1.0 - 0.4 * ramp(down, 0.7, 1.0) ** 2)
    groove = 1.0 - 0.16 * np.exp(-0.5 * (t / 0.07) ** 2) * (1.0 - ramp(down, 0.6, 0.9))
    tile = noise.tile(seed, "tongue", 0.1, 1.2)
    grain = noise.sample(tile, noise.places(mouth.u_cm, mouth.v_cm))
    wet = np.exp(-0.5 * (((np.abs(t) - 0.3) / 0.2) ** 2 + ((down - 0.62) / 0.1) ** 2))
    wet = wet * np.clip(0.5 + 0.5 * grain, 0.0, 1.3)
    body = pink * (lit * groove * (1.0 + 0.05 * np.clip(grain, -2, 2)))[..., None]
    return body + 0.22 * light * wet[..., None]
