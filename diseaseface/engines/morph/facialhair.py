"""Hair on the face where most people show none: on lip, chin and jaw, or fine hair on forehead and cheeks."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import brows, hairs, noise, strokes
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer

_GROUPS = 4  # hairs come in so many lots, one after the other
_LEAST_CONTRAST, _MOST_CONTRAST, _USUAL = 0.5, 1.6, (0.75, 0.9, 1.0)  # log light of skin over hair
_BEARDED = 0.25
_BEARD = "A beard covers the places of this hair."
_NO_SKIN = "The places of this hair are hidden."


@dataclass(frozen=True)
class _Growth:
    """Hair of one kind: roots (x, y, half width, half height, share), length and width in cm, darkness."""

    places: tuple[tuple[float, float, float, float, float], ...]
    count: int
    length_cm: float
    width_cm: float
    depth: float
    shade: float


_GROWTHS = {
    "facial_hair_excess": _Growth(
        ((0.0, -3.45, 2.6, 0.5, 0.22), (0.0, -7.5, 2.4, 1.3, 0.3), (3.7, -6.8, 1.8, 1.5, 0.2),
         (5.7, -4.6, 1.3, 2.2, 0.16), (6.9, -0.6, 0.7, 3.2, 0.12)),
        3000, 0.36, 0.015, 0.72, 0.55,
    ),
    "fine_facial_hair": _Growth(
        ((0.0, 8.6, 6.0, 1.5, 0.30), (5.0, 6.9, 2.2, 2.2, 0.24), (6.3, 3.6, 1.1, 3.0, 0.16),
         (6.0, -1.8, 1.5, 3.6, 0.22), (0.0, -3.4, 2.5, 0.45, 0.08)),
        3600, 0.5, 0.011, 0.5, 0.4,
    ),
}  # fmt: skip


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Grow hair in the person's own colour, by per cent of all that the sign has."""
    growth = _GROWTHS[change.attribute.name]
    share = change.amount / 100.0
    if canvas.beard.sum() > _BEARDED * 12.0 * canvas.px_per_cm**2:
        return Layer(None, _BEARD)
    part, lots = canvas.keep((change.attribute.name, seed), lambda: _lots(canvas, change.attribute.name, growth, seed))
    if lots is None:
        return Layer(None, _NO_SKIN)
    field = np.zeros_like(lots[0])
    for number, lot in enumerate(lots):
        field += lot * np.float32(np.clip(share * _GROUPS - number, 0.0, 1.0))
    colour = canvas.keep(("facial hair colour",), lambda: _contrast(canvas))
    ink = Ink(tuple(float(c * growth.depth) for c in colour), field, 1.0)
    return Layer(100.0 * share, inks=(ink,), part=part)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Leave hair that is there: what grew and what was there before cannot be told apart."""
    return Layer(None, "Fine hair of the face cannot be told from the grain of the skin.")


def _lots(canvas, name, growth, seed):
    """The part of the canvas that the hairs lie in, and how much each lot of them covers there, (h, w)."""
    random = noise.stream(seed, name)
    roots = _roots(random, growth)
    lines, opacity = _lines(random, canvas, roots, growth)
    lines = hairs.on_canvas(canvas, lines)
    low = np.clip(np.floor(lines.min(axis=(0, 1))).astype(int) - 3, 0, canvas.shape[::-1])
    high = np.clip(np.ceil(lines.max(axis=(0, 1))).astype(int) + 4, 0, canvas.shape[::-1])
    if (high - low).min() < 8:
        return (slice(0, 1), slice(0, 1)), None
    part = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    room = np.ascontiguousarray(canvas.skin[part])
    if room.sum() < 30:
        return part, None
    widths = np.full(len(lines), growth.width_cm * canvas.px_per_cm)
    shape = room.shape
    lots = []
    for number in range(_GROUPS):
        few = slice(number, None, _GROUPS)
        field = strokes.cover(shape, lines[few] - low, widths[few], opacity[few])
        shade = cv2.GaussianBlur(field, (0, 0), max(1.0, 0.09 * canvas.px_per_cm))
        lots.append((cv2.addWeighted(field, 1.0, shade, growth.shade, 0.0) * room).astype(np.float32))
    return part, lots


def _roots(random, growth):
    """Canonical places (n, 2), mirror images on both sides."""
    shares = np.array([place[4] for place in growth.places])
    which = random.choice(len(shares), growth.count // 2, p=shares / shares.sum())
    centre = np.array([place[:2] for place in growth.places])[which]
    half = np.array([place[2:4] for place in growth.places])[which]
    # Even in the middle of a place, thin towards its edge.
    away, turn = random.beta(2.0, 1.35, len(which)), random.uniform(0.0, 2.0 * np.pi, len(which))
    roots = centre + half * np.stack([away * np.cos(turn), away * np.sin(turn)], axis=1)
    return np.concatenate([roots, roots * (-1.0, 1.0)])


def _lines(random, canvas, roots, growth):
    """Curved lines (n, 5, 2), canonical cm, and their opacities; hair runs down and outwards, alike on both sides."""
    half = len(roots) // 2
    x, y = roots[:half, 0], roots[:half, 1]
    # Down on lip, chin and jaw; on the forehead towards the temples, on the cheeks towards the ears.
    down = np.radians(np.interp(y, (-8.5, -3.6, -2.5, 2.0, 5.0, 7.5, 9.0), (86, 72, 62, 58, 40, 20, 35)))
    side = np.where(x >= 0.0, 1.0, -1.0)
    lines, opacity = hairs.curves(random, roots[:half], -down, side, np.full(half, growth.length_cm))
    mirrored = lines * (-1.0, 1.0)
    return np.concatenate([lines, mirrored]), np.concatenate([opacity, opacity])


def _contrast(canvas):
    """Log light of skin over the person's hair, three floats."""
    _, near = canvas.keep(("brow band",), lambda: brows.band(canvas))
    found = canvas.keep(("brows",), lambda: brows.find(near))
    if found is None:
        return _LEAST_CONTRAST * np.array(_USUAL)
    return np.clip(found.contrast, _LEAST_CONTRAST, _MOST_CONTRAST)
