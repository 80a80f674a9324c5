"""The open eye: white and iris, at the photo's own resolution."""

import cv2
import numpy as np

from diseaseface.faces.contours import EYES, IRISES, fill
from diseaseface.faces.smoothing import step_between

_MARGIN_PX = 4
_BLACK = 1.0  # lightness, of 100: of a bar across the eyes
_CORNER_RED = 6.0  # a* above the white's own, where the caruncle and the lid margins begin


def eye_masks(image: np.ndarray, landmarks_px: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the whites, the irises and the whole lid openings.

    Returns
    -------
    sclera, iris, opening : float32 arrays of shape (H, W), 0 to 1
        The opening is a little wider than the two others together: lashes and wet margins.
    """
    shape = image.shape[:2]
    sclera, iris, opening = (np.zeros(shape, np.float32) for _ in range(3))
    for contour, disc in zip(EYES, IRISES, strict=True):
        box = _box(landmarks_px[contour], shape)
        if box is None:
            continue
        corner = np.array([box[1].start, box[0].start])
        part = image[box]
        masks = _one_eye(part, landmarks_px[contour] - corner, landmarks_px[list(disc)] - corner)
        for whole, mask in zip((sclera, iris, opening), masks, strict=True):
            np.maximum(whole[box], mask, out=whole[box])
    return sclera, iris, opening


def _box(points_px, shape):
    margin = _MARGIN_PX + 0.25 * np.ptp(points_px[:, 0])
    low = np.maximum(np.floor(points_px.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points_px.max(axis=0) + margin), shape[::-1]).astype(int)
    if (high - low).min() < 2:
        return None
    return slice(low[1], high[1]), slice(low[0], high[0])


def _one_eye(picture, contour, disc):
    shape = picture.shape[:2]
    lids = fill(contour, shape)
    radius = np.linalg.norm(disc[1:] - disc[0], axis=1).mean()
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    from_centre = np.hypot(x - disc[0, 0], y - disc[0, 1])
    whole_iris = step_between(from_centre, radius + 0.75, radius - 0.75)
    iris = lids * whole_iris
    beyond = lids * step_between(from_centre, radius + 0.5, radius + 1.5 + 0.08 * radius)
    sclera = beyond * _white(picture, beyond > 0.9, radius)
    opening = cv2.dilate(lids, np.ones((2 * max(1, round(0.15 * radius)) + 1,) * 2))
    return sclera, iris, np.maximum(cv2.GaussianBlur(opening, (0, 0), 0.7), lids)


def _white(picture, inside, radius):
    """Keep what is as light and as little red as the lighter part of the opening."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), max(0.5, 0.06 * radius))
    if inside.sum() < 4:
        return np.zeros(inside.shape, np.float32)
    light = np.percentile(lab[inside, 0], 80)
    if light <= _BLACK:
        return np.zeros(inside.shape, np.float32)
    lightest = inside & (lab[..., 0] > 0.75 * light)
    red = np.percentile(lab[lightest, 1], 30)
    return step_between(lab[..., 0] / light, 0.5, 0.72) * step_between(
        lab[..., 1], red + 2 * _CORNER_RED, red + _CORNER_RED
    )
