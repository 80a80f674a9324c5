"""Smoothing that knows where it may: masks along edges, colours from where they are known."""

import cv2
import numpy as np


def guided(guide: np.ndarray, masks, radius_px: int, softness: float) -> list[np.ndarray]:
    """Return the masks with the edges of `guide`, float32 (h, w), 0 to 1.

    Parameters
    ----------
    guide : float32 array of shape (h, w, 3)
        Around 0 to 1.
    masks : sequence of float32 arrays of shape (h, w)
    radius_px : int
        Half the side of the windows in which mask and guide are related linearly.
    softness : float
        Variance of the guide below which it counts as flat.

    Notes
    -----
    He, Sun and Tang (2010), with a colour guide.
    """
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(array):
        return cv2.blur(array, side, borderType=cv2.BORDER_REFLECT)

    def filtered(mask):
        mean_mask = mean(mask)
        joint = cv2.split(mean(guide * mask[..., None]) - mean_guide * mean_mask[..., None])
        slope = cv2.merge([sum(c * j for c, j in zip(row, joint, strict=True)) for row in inverse])
        offset = mean_mask - cv2.transform(slope * mean_guide, ones)
        return np.clip(cv2.transform(mean(slope) * guide, ones) + mean(offset), 0.0, 1.0)

    mean_guide, ones = mean(guide), np.ones((1, 3), np.float32)
    inverse = _inverse_covariance(guide, mean_guide, mean, softness)
    return [filtered(mask) for mask in masks]


def _inverse_covariance(guide, mean_guide, mean, softness):
    """Invert the 3 x 3 covariance of the guide at every pixel, by Cramer's rule."""
    r, g, b = cv2.split(guide)
    m_r, m_g, m_b = cv2.split(mean_guide)
    rr, gg, bb = (mean(c * c) - m * m + softness for c, m in ((r, m_r), (g, m_g), (b, m_b)))
    rg, rb, gb = mean(r * g) - m_r * m_g, mean(r * b) - m_r * m_b, mean(g * b) - m_g * m_b
    c_rr, c_rg, c_rb = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c_gg, c_gb, c_bb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    scale = 1.0 / (rr * c_rr + rg * c_rg + rb * c_rb)
    return [
        [c_rr * scale, c_rg * scale, c_rb * scale],
        [c_rg * scale, c_gg * scale, c_gb * scale],
        [c_rb * scale, c_gb * scale, c_bb * scale],
    ]


def spread(colours: np.ndarray, weights: np.ndarray, reach_px: float) -> np.ndarray:
    """Average colours (h, w, 3) under the weights (h, w) nearby; where there are none, from farther away."""
    weights = weights.astype(np.float32) + 1e-9
    total = share = 0.0
    for wider, trust in ((1.0, 1.0), (2.5, 0.05), (8.0, 0.001)):
        blurred = [_blur(plane, reach_px * wider) for plane in (colours * weights[..., None], weights)]
        total, share = total + trust * blurred[0], share + trust * blurred[1]
    return (total / np.maximum(share, 1e-12)[..., None]).astype(np.float32)


def _blur(array, sigma_px):
    """Blur by a Gaussian, wide ones on a smaller picture."""
    step = max(1, int(sigma_px / 4))
    if step == 1:
        return cv2.GaussianBlur(array, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT)
    size = array.shape[1], array.shape[0]
    small = cv2.resize(array, (size[0] // step + 1, size[1] // step + 1), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / step, borderType=cv2.BORDER_REFLECT)
    return cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)


def step_between(values: np.ndarray, none: float, all_: float) -> np.ndarray:
    """Rise smoothly from 0 at `none` to 1 at `all_`, float32."""
    t = np.clip((values - none) / (all_ - none), 0.0, 1.0)
    return np.float32(t * t * (3.0 - 2.0 * t))
