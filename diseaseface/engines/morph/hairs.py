"""Single hairs of eyebrows: where brows lie, how hairs lean and curve, and how they cover the skin."""

import cv2
import numpy as np

from diseaseface.engines.morph import strokes
from diseaseface.engines.morph.canvas import Canvas

# The brow of the canonical mesh: aside, height of its middle line, cm.
_ASIDE_CM = (1.0, 1.3, 2.7, 3.86, 4.8, 5.5, 6.4)
_MIDDLE_CM = (4.50, 4.57, 4.81, 4.81, 4.55, 4.06, 3.35)
HAIR_CM = 0.024


def middle_cm(x_cm: np.ndarray) -> np.ndarray:
    """Return the height of a brow's middle line at canonical positions."""
    return np.interp(np.abs(x_cm), _ASIDE_CM, _MIDDLE_CM).astype(np.float32)


def angle(aside_cm: np.ndarray, above_cm: np.ndarray) -> np.ndarray:
    """Return the angle of hairs over the horizontal, radians, aside and above the middle of a brow."""
    # From upright at the inner end to lying outwards at the tail; the upper edge leans down.
    upright = np.interp(aside_cm, (1.0, 1.7, 3.0, 5.5), (66, 48, 26, 2))
    return np.radians(upright - 38.0 * np.clip(above_cm, -0.4, 0.6))


def curves(random: np.random.Generator, roots: np.ndarray, lean: np.ndarray, side: np.ndarray,
          length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return curved lines of five points, (n, 5, 2) canonical cm, and their opacities; the tips bend outwards."""
    count = len(roots)
    lean = lean + np.radians(random.normal(0.0, 8.0, count))
    length = length * random.uniform(0.6, 1.15, count)
    bend = np.radians(random.uniform(8.0, 30.0, count))
    steps = np.linspace(0.0, 1.0, 5)
    turned = lean[:, None] - bend[:, None] * steps
    pace = length[:, None, None] / 4 * np.stack([side[:, None] * np.cos(turned), np.sin(turned)], axis=-1)
    return roots[:, None] + np.concatenate(
        [np.zeros((count, 1, 2)), np.cumsum(pace[:, :-1], axis=1)], axis=1
    ), random.uniform(0.45, 1.0, count)


def on_canvas(canvas: Canvas, lines_cm: np.ndarray) -> np.ndarray:
    """Bring lines (n, k, 2) from canonical centimetres to pixels of the canvas."""
    return canvas.to_px(lines_cm.reshape(-1, 2)).reshape(lines_cm.shape)


def strands(canvas: Canvas, lines: np.ndarray, opacity: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Return how much hair covers each pixel, with the shade between hairs, (h, w)."""
    widths = np.full(len(lines), HAIR_CM * canvas.px_per_cm)
    field = strokes.cover(canvas.shape, lines, widths, opacity)
    # Between hairs lies their shadow.
    shade = cv2.GaussianBlur(field, (0, 0), max(1.0, 0.1 * canvas.px_per_cm))
    return cv2.addWeighted(cv2.GaussianBlur(field, (0, 0), 0.55), 0.85, shade, 0.4, 0.0) * room
