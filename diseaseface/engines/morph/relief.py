"""Relight the skin where its depth changes.

A change of depth hardly moves a pixel of a frontal face; it shows in how the surface takes
the light. Log-shading is modelled as linear in the surface normal, with the direction of the
light read from the photo, plus an ambient term: what sinks below its surroundings darkens.
"""

import cv2
import numpy as np

from diseaseface.faces.face import Face

# Log-shading for each unit of the normal's x (right), y (up) and z (towards the camera):
# soft light from the top front, the prior for photos whose own light is too flat to read.
_PRIOR = np.array([0.0, 0.45, 0.35])
_AMBIENT_PER_CM = 0.42  # set by eye on flat studio light
_AMBIENT_BLUR_CM = 0.8
_MOST_LOG = 0.55
_EXAGGERATION = 1.35  # set by eye: relief read at print size


def light(face: Face, luminance: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Read the log-shading slope over the surface normal.

    Parameters
    ----------
    luminance, skin : float arrays on the chart's nodes, shape (h, w)
        Linear light and skin mask.

    Returns
    -------
    float array of shape (3,)
        x to the right of the picture, y up, z towards the camera.
    """
    normals = surface_normals(face, None)
    inside = (skin > 0.8) & (normals[..., 2] > 0.55) & (luminance > 0.004)
    if inside.sum() < 200:
        return _PRIOR.copy()
    n, target = normals[inside], np.log(luminance[inside])
    design = np.column_stack([np.ones(len(n)), n])
    weights, solution = np.ones(len(n)), None
    ridge = np.diag([0.0, 60.0, 60.0, 60.0])
    prior = np.concatenate([[0.0], _PRIOR])
    for _ in range(4):
        weighted = design * weights[:, None]
        solution = np.linalg.solve(weighted.T @ design + ridge, weighted.T @ target + ridge @ prior)
        residual = target - design @ solution
        weights = 1.0 / np.maximum(np.abs(residual) / 0.15, 1.0)
    slope = solution[1:]
    slope[0] = np.clip(slope[0], -0.8, 0.8)
    slope[1] = np.clip(slope[1], 0.2, 0.9)
    slope[2] = np.clip(slope[2], 0.15, 0.9)
    return slope


def surface_normals(face: Face, move_cm: np.ndarray | None) -> np.ndarray:
    """Return unit normals (x right, y up, z to the camera) on the chart's nodes, (h, w, 3).

    `move_cm`, shape (h, w, 3), displaces the canonical surface first.
    """
    surface = face.chart.nodes_cm if move_cm is None else face.chart.nodes_cm + move_cm
    depth = surface @ face.pose.rotation[2]
    step_cm = face.chart.step_px / face.pose.px_per_cm
    down, right = np.gradient(cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.0), step_cm)
    normals = np.stack([-right, down, np.ones_like(right)], axis=-1)
    return normals / np.linalg.norm(normals, axis=-1, keepdims=True)


def log_gain(face: Face, move_cm: np.ndarray, slope: np.ndarray, normals: np.ndarray | None = None) -> np.ndarray:
    """Return the natural log of the change of light that a displacement brings.

    Parameters
    ----------
    move_cm : float array of shape (h, w, 3)
        Displacement of the surface on the chart's nodes, canonical centimetres.
    slope : float array of shape (3,)
        From `light`.
    normals : float array of shape (h, w, 3) or None
        `surface_normals` of the face as it is, where they are known already.

    Returns
    -------
    float32 array of shape (h, w)
        Exactly zero where nothing moves in depth.
    """
    lift = np.zeros_like(move_cm)
    lift[..., 2] = move_cm[..., 2] * _EXAGGERATION
    if not lift.any():
        return np.zeros(lift.shape[:2], np.float32)
    before = surface_normals(face, None) if normals is None else normals
    after = surface_normals(face, lift)
    step_cm = face.chart.step_px / face.pose.px_per_cm
    height = lift[..., 2].astype(np.float32)
    sunk = height - cv2.GaussianBlur(height, (0, 0), _AMBIENT_BLUR_CM / step_cm)
    gain = (after - before) @ slope + _AMBIENT_PER_CM * sunk
    facing = np.clip((before[..., 2] - 0.25) / 0.35, 0.0, 1.0)  # silhouettes keep their light
    gain = _MOST_LOG * np.tanh(gain * facing / _MOST_LOG)
    return np.where(np.abs(gain) < 1e-4, 0.0, gain).astype(np.float32)
