"""Fine lines, vessels and hairs, drawn without stairs on the canvas."""

import cv2
import numpy as np

_FINER = 3  # lines are drawn that many times larger and brought down


def cover(shape: tuple[int, int], lines_px: np.ndarray, widths_px: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """Return how much of each pixel lines cover, float32 `shape`, 0 to 1.

    Parameters
    ----------
    shape : (height, width)
    lines_px : float array of shape (n, k, 2)
        Points of each line, (x, y).
    widths_px, opacity : float arrays of shape (n,)
        A line finer than can be drawn gets paler instead.
    """
    field = np.zeros(shape, np.float32)
    if not len(lines_px):
        return field
    low = np.clip(np.floor(lines_px.min(axis=(0, 1))).astype(int) - 3, 0, shape[::-1])
    high = np.clip(np.ceil(lines_px.max(axis=(0, 1))).astype(int) + 4, 0, shape[::-1])
    if (high <= low).any():
        return field
    width, height = (high - low).tolist()
    points = np.round(((lines_px - low + 0.5) * _FINER - 0.5) * 16).astype(np.int32)
    large = np.zeros((height * _FINER, width * _FINER), np.uint8)
    fine = np.maximum(widths_px * _FINER, 1e-3)
    drawn = np.maximum(1, np.round(fine)).astype(int)
    level = np.round(255 * np.clip(opacity * np.minimum(1.0, fine / drawn), 0.0, 1.0) / 16) * 16
    # Palest first, so that no faint line covers a strong one.
    for key in sorted(set(zip(level.tolist(), drawn.tolist(), strict=True))):
        chosen = points[(level == key[0]) & (drawn == key[1])]
        cv2.polylines(large, list(chosen), False, key[0], key[1], cv2.LINE_AA, 4)
    small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    field[low[1] : high[1], low[0] : high[0]] = small.astype(np.float32) / 255.0
    return field
