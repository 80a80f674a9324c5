"""A tongue between parted lips: moist, rounded, in the colour of the person's own lips and light."""

import cv2
import numpy as np

from diseaseface.engines.morph import noise
from diseaseface.engines.morph.lipframe import Mouth, brightness, lip_colour, ramp
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM


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
    content, alpha = behind
    upper, lower = margins
    out = tongue_mm / MM_PER_CANONICAL_CM
    half = 0.72 * mouth.half_cm
    t = np.clip(mouth.u_cm / half, -1.0, 1.0)
    arch = np.sqrt(np.maximum(1.0 - np.abs(t) ** 2.2, 0.0)).astype(np.float32)
    rest = cv2.blur(lower, (5, 5))
    tip = rest - (out + 0.12) * arch + 0.12
    top = np.minimum(rest + (0.16 + 0.3 * out) * arch + 0.02, upper - 0.1)
    height = np.maximum(top - tip, 1e-3)
    down = np.clip((top - mouth.v_cm) / height, 0.0, 1.0)
    cover = ramp(np.minimum(mouth.v_cm - tip, (top - mouth.v_cm) + 0.05), -0.02, 0.1)
    cover = cover * ramp(half - np.abs(mouth.u_cm), 0.0, 0.12)
    cover = cover * ramp(np.float32(out), 0.0, 0.05)
    tongue = _tongue_colour(mouth, linear, t, down, seed)
    shade = 0.32 * np.exp(-np.maximum(tip - mouth.v_cm, 0.0) / 0.14) * arch * (mouth.v_cm < tip + 0.02)
    shade = shade * ramp(np.float32(out), 0.0, 0.2)
    dark = 0.25 * lip_colour(mouth, linear)
    under = 1.0 - (1.0 - alpha) * (1.0 - shade)
    mixed = (content * (alpha * (1.0 - shade))[..., None] + dark * shade[..., None]) / np.maximum(under, 1e-4)[
        ..., None
    ]
    whole = 1.0 - (1.0 - under) * (1.0 - cover)
    mixed = (tongue * cover[..., None] + mixed * (under * (1.0 - cover))[..., None]) / np.maximum(whole, 1e-4)[
        ..., None
    ]
    return mixed, whole


def _tongue_colour(mouth, linear, t, down, seed):
    """A moist, rounded surface: dark where it comes out of the mouth and at its rim, a groove in the middle."""
    lip, light = lip_colour(mouth, linear), brightness(mouth, linear)
    pink = 0.5 * lip + 0.5 * light * np.array([1.5, 0.62, 0.6], np.float32)
    round_off = np.sqrt(np.maximum(1.0 - t**2, 0.0))
    lit = (0.25 + 0.8 * ramp(down, 0.0, 0.6)) * (0.45 + 0.55 * round_off) * (1.0 - 0.4 * ramp(down, 0.7, 1.0) ** 2)
    groove = 1.0 - 0.16 * np.exp(-0.5 * (t / 0.07) ** 2) * (1.0 - ramp(down, 0.6, 0.9))
    tile = noise.tile(seed, "tongue", 0.1, 1.2)
    grain = noise.sample(tile, noise.places(mouth.u_cm, mouth.v_cm))
    wet = np.exp(-0.5 * (((np.abs(t) - 0.3) / 0.2) ** 2 + ((down - 0.62) / 0.1) ** 2)) * np.clip(
        0.5 + 0.5 * grain, 0.0, 1.3
    )
    body = pink * (lit * groove * (1.0 + 0.05 * np.clip(grain, -2, 2)))[..., None]
    return body + 0.22 * light * wet[..., None]
