"""The light on a face, and what small bumps and tight skin do in it."""

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas

_PRIOR = np.array([0.0, 0.35, 0.45], np.float32)  # light from the top front, over its mean
_PRIOR_WEIGHT = 0.05
_LEAST_FROM_ABOVE = 0.4  # of relief's light, over its mean
_LEAST_RATIO, _MOST_RATIO = 0.55, 1.7


def normals(canvas: Canvas) -> np.ndarray:
    """Return the surface's normals on the chart's nodes: x right, y down, z to the camera."""

    def make():
        place = canvas.face.chart.nodes_cm
        along, down = np.gradient(place, axis=1), np.gradient(place, axis=0)
        turned = np.cross(down, along) @ canvas.face.pose.rotation.T.astype(np.float32)
        turned = turned * np.array([1.0, -1.0, 1.0], np.float32)
        turned = cv2.GaussianBlur(turned.astype(np.float32), (0, 0), 1.0)
        turned[..., 2] = np.abs(turned[..., 2])
        return turned / np.maximum(np.linalg.norm(turned, axis=-1, keepdims=True), 1e-6)

    return canvas.keep(("normals",), make)


def light(canvas: Canvas) -> np.ndarray:
    """Return how brightness over its mean grows with the normal, (3,): the photo's light direction."""

    def make():
        facing = [canvas.lift(np.ascontiguousarray(normals(canvas)[..., k])) for k in range(3)]
        step = max(1, round(0.3 * canvas.px_per_cm))
        weight = canvas.inside[::step, ::step].ravel()
        bright = canvas.smooth_colour(0.3)[::step, ::step, 1].ravel()
        rows = np.stack([f[::step, ::step].ravel() for f in facing], axis=1)
        if weight.sum() < 30:
            return _PRIOR
        mean = float((weight * bright).sum() / weight.sum())
        rows = rows - (weight @ rows) / weight.sum()
        normal = (rows * weight[:, None]).T @ rows / weight.sum() + _PRIOR_WEIGHT * np.eye(3)
        right = (rows * weight[:, None]).T @ (bright / mean - 1.0) / weight.sum() + _PRIOR_WEIGHT * _PRIOR * (1, -1, 1)
        return np.linalg.solve(normal, right).astype(np.float32)

    return canvas.keep(("light",), make)


def slope_density(canvas: Canvas, height_cm: np.ndarray) -> np.ndarray:
    """Return the grey optical density (h, w) of shallow relief, in proportion to its height (h, w).

    In flat light relief is shaded as if a soft light came from above, or it would not be seen at all.
    """
    rise = [cv2.Sobel(height_cm, cv2.CV_32F, *axis, scale=0.125 * canvas.px_per_cm) for axis in ((1, 0), (0, 1))]
    slope = light(canvas)
    up = (canvas.face.pose.rotation[:2, 1] * (1.0, -1.0)).astype(np.float32)
    aim = slope[:2] + max(0.0, _LEAST_FROM_ABOVE - float(slope[:2] @ up)) * up
    return aim[0] * rise[0] + aim[1] * rise[1]


def bump_density(canvas: Canvas, height_cm: np.ndarray) -> np.ndarray:
    """Return the grey optical density (h, w) by which bumps are shaded in the photo's light."""
    rows, columns = np.flatnonzero(height_cm.any(axis=1)), np.flatnonzero(height_cm.any(axis=0))
    density = np.zeros(canvas.shape, np.float32)
    if not len(rows):
        return density
    part = np.s_[max(0, rows[0] - 4) : rows[-1] + 5, max(0, columns[0] - 4) : columns[-1] + 5]
    height_px = height_cm[part] * canvas.px_per_cm
    rise = [cv2.Sobel(height_px, cv2.CV_32F, *axis, scale=0.125) for axis in ((1, 0), (0, 1))]
    slope = light(canvas)
    # A bump tips the normal by its gradient; the light answers to the first order.
    tip = -(slope[0] * rise[0] + slope[1] * rise[1])
    steep = slope[2] * (1.0 / np.sqrt(1.0 + rise[0] ** 2 + rise[1] ** 2) - 1.0)
    ratio = np.clip(1.0 + tip + 0.5 * steep, _LEAST_RATIO, _MOST_RATIO)
    # Less of the sky reaches the foot of a bump.
    wide = cv2.GaussianBlur(height_px, (0, 0), max(1.0, 0.22 * canvas.px_per_cm))
    density[part] = -cv2.log(ratio.astype(np.float32)) + 0.035 * np.maximum(wide - height_px, 0.0)
    return density
