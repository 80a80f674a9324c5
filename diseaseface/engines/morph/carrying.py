"""Displacements of head, ears and neck: drawn in the outline's frame, carried to the chart's nodes.

What moves takes its surroundings along, less and less with the distance from the person, so
that walls and edges beside the head stay straight and nothing tears.
"""

import cv2
import numpy as np

from diseaseface.engines.morph.maps import smoothstep
from diseaseface.faces.chart import ring_window
from diseaseface.faces.face import Face
from diseaseface.faces.outline import Outline

_COARSER = 4
_WITHIN = 1.04  # so far inside the ring everything has come to rest


def eased(values: np.ndarray, none: float, all_: float) -> np.ndarray:
    """Rise smoothly from 0 at `none` to 1 at `all_`, which may lie below it, float32."""
    if all_ < none:
        return smoothstep(-values, -none, -all_).astype(np.float32)
    return smoothstep(values, none, all_).astype(np.float32)


def bell(values: np.ndarray, centre: float, reach: float) -> np.ndarray:
    """Gaussian of height one, float32."""
    return np.exp(-0.5 * ((values - centre) / reach) ** 2).astype(np.float32)


def carried(outline: Outline, move_cm: np.ndarray, reach_cm: float) -> np.ndarray:
    """Let a movement of the person (h, w, 2) fade in the background over `reach_cm`.

    Behind the outline the movement is that of the person's edge nearby, not what a formula
    would continue it to.
    """
    body = outline.person
    sigma = 0.35 * reach_cm * outline.frame.px_per_cm
    nearby = _near(move_cm * body[..., None], sigma) / np.maximum(_near(body, sigma), 1e-3)[..., None]
    fade = eased(outline.away_cm, reach_cm, 0.0)
    return (body[..., None] * move_cm + ((1.0 - body) * fade)[..., None] * nearby).astype(np.float32)


def _near(values, sigma_px):
    """Blur widely, on a smaller picture."""
    height, width = values.shape[:2]
    small = cv2.resize(values.astype(np.float32), (width // _COARSER, height // _COARSER), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / _COARSER)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def around(mask: np.ndarray, px_per_cm: float, across_cm: float, along_cm: float) -> np.ndarray:
    """Return one on a mask (h, w), fading over `across_cm` sideways and `along_cm` up and down."""
    height, width = mask.shape
    squeezed = max(8, round(height * across_cm / along_cm))
    outside = cv2.resize((~mask).astype(np.uint8), (width, squeezed), interpolation=cv2.INTER_NEAREST)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / px_per_cm
    away = cv2.resize(away, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.GaussianBlur(eased(away, across_cm, 0.0), (0, 0), 0.12 * px_per_cm)


def on_nodes(face: Face, outline: Outline, move_cm: np.ndarray, depth_cm: np.ndarray | None = None) -> np.ndarray:
    """Bring a movement in the outline's frame to the chart's nodes, as the engine adds it up.

    Parameters
    ----------
    move_cm : float32 array of shape (h, w, 2)
        x to the subject's left and y up, in the plane of the picture.
    depth_cm : float32 array of shape (h, w) or None
        Towards the camera; relit, not moved.

    Returns
    -------
    float32 array of shape (nodes_h, nodes_w, 3)
        Canonical displacement whose picture is `move_cm`; zero on the ring and beyond.
    """
    chart, frame = face.chart, outline.frame
    at = frame.to_frame(chart.nodes_px.reshape(-1, 2)).astype(np.float32).reshape(chart.nodes_px.shape)
    depth = np.zeros(move_cm.shape[:2], np.float32) if depth_cm is None else depth_cm
    seen = cv2.remap(np.dstack([move_cm, depth]).astype(np.float32), at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    turn = np.radians(face.pose.roll_deg)
    upright = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    to_canonical = np.linalg.inv(face.pose.rotation[:2, :2]) @ upright
    field = np.dstack([seen[..., :2] @ to_canonical.T, seen[..., 2]])
    window = ring_window(*(_WITHIN * chart.nodes_cm[..., k] for k in (0, 1)))
    return (field * window[..., None]).astype(np.float32)
