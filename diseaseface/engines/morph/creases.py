"""Wrinkles and folds: furrows where the muscles fold the skin, and the person's own lines deepened."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import furrows, healing, lighting, plane
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer

_SHADE = (0.86, 1.04, 1.12)  # light between folds of skin comes back redder
_GROOVE = 0.25  # what a furrow loses of the light from all around, at full depth
_MOST = 0.55
_VALLEY_CM = 0.05
_MOST_OWN = 0.16
_MOST_EVENED = 0.85
_BORDER_CM = 0.25
_LEAST_SEEN = 0.25
_PIT_CM = 0.4
_LEAST_CM2 = 0.05  # of bare skin in furrows
_GONE = "Lines that were evened out leave nothing that tells where they ran."
_HIDDEN = "No bare skin is visible where these lines run."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw furrows, or for a negative amount even the person's own lines out."""
    found, name = _find(canvas, change, seed), change.attribute.name
    if found is None:
        return Layer(0.0, _HIDDEN)
    placed, own = found
    share = change.amount / change.attribute.positive.full
    if change.amount < 0:
        gain = furrows.recipes()[name]["own"]["gain"]
        return Layer(change.amount, inks=(Ink(_SHADE, own, max(share, -_MOST_EVENED) / gain),))
    return Layer(change.amount, inks=(Ink(_SHADE, placed + own, share),))


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take furrows away that lie where they would be drawn, as far as they are seen."""
    if change.amount < 0:
        return Layer(None, _GONE)
    found, name = _find(canvas, change, seed), change.attribute.name
    if found is None:
        return Layer(0.0, _HIDDEN)
    placed, share = found[0], change.amount / change.attribute.positive.full
    seen = min(_seen(canvas, name, placed * np.float32(share * _SHADE[1])), 1.0)
    if seen < _LEAST_SEEN:
        return Layer(0.0, healing.NOT_THERE)
    return Layer(seen * change.amount, healing.reason(seen), (Ink(_SHADE, placed, seen * share),), backwards=True)


def _find(canvas, change, seed):
    name = change.attribute.name
    return canvas.keep((name, seed), lambda: _fields(canvas, name, seed))


def _fields(canvas, name, seed):
    """Density (h, w) of the furrows and of the person's own lines at full amount; None without skin."""
    room = canvas.keep(("furrow room",), lambda: _room(canvas))
    relief = furrows.relief(name, seed)
    height, depth = (plane.on_canvas(canvas, field, relief.corner) for field in (relief.height_cm, relief.depth))
    if float((room * (depth > 0.2)).sum()) < _LEAST_CM2 * canvas.px_per_cm**2:
        return None
    density = lighting.slope_density(canvas, height) + np.float32(_GROOVE) * depth
    placed = _MOST * np.tanh(density / _MOST) * room
    lines = furrows.recipes()[name].get("own")
    own = _own_lines(canvas, lines) * room if lines else np.zeros_like(placed)
    return placed.astype(np.float32), own.astype(np.float32)


def _room(canvas):
    """Bare skin, fading towards brows, hair, lips and eyes."""
    reach = max(1.0, 0.5 * _BORDER_CM * canvas.px_per_cm)
    hairy = cv2.GaussianBlur(canvas.brows + canvas.hair + canvas.beard, (0, 0), reach)
    size = 2 * round(0.35 * reach) + 1
    inner = cv2.GaussianBlur(cv2.erode(canvas.skin, np.ones((size, size), np.uint8)), (0, 0), 0.35 * reach)
    return inner * np.clip(1.15 - 2.5 * hairy, 0.0, 1.0)


def _own_lines(canvas, own):
    """How dark the photo's own lines are that run as lines of this zone do, times the gain, (h, w)."""
    x, y, half_width, half_height = own["zone"]
    aside = np.abs(canvas.x_cm)
    zone = np.exp(-((((aside - x) / half_width) ** 2 + ((canvas.y_cm - y) / half_height) ** 2) ** 2))
    curve = canvas.keep(("curvature",), lambda: _curvature(canvas))
    turn = furrows.direction(own, aside, canvas.y_cm)
    run = np.cos(turn) * np.sign(canvas.x_cm) if "rays" in own else np.cos(turn)
    rise = np.sin(turn)
    axes = canvas.face.pose.rotation[:2, :2]
    to_x, to_y = axes[0, 0] * run + axes[0, 1] * rise, -(axes[1, 0] * run + axes[1, 1] * rise)
    norm = np.maximum(np.hypot(to_x, to_y), 1e-6)
    to_x, to_y = (to_x / norm).astype(np.float32), (to_y / norm).astype(np.float32)
    xx, xy, yy = curve
    valley = xx * to_y * to_y - 2.0 * xy * to_x * to_y + yy * to_x * to_x
    valley = np.clip(_along(canvas, valley, to_x, to_y), 0.0, _MOST_OWN)
    return (np.float32(own["gain"]) * valley * zone).astype(np.float32)


def _curvature(canvas):
    """Second derivatives of log light across a furrow's width, three arrays (h, w), in natural log."""
    light = healing.log_light(canvas.planes[1])
    sigma = max(1.0, _VALLEY_CM * canvas.px_per_cm)
    smooth = cv2.GaussianBlur(light, (0, 0), sigma)
    # Times sigma squared twice over: the depth of a valley of that width.
    scale = 2.0 * sigma * sigma
    return tuple(
        cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3, scale=scale * k)
        for order, k in (((2, 0), 0.25), ((1, 1), 0.25), ((0, 2), 0.25))
    )


def _along(canvas, values, to_x, to_y):
    """Average along the lines, so that pores cancel and only lines are left."""
    h, w = values.shape
    columns, rows = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    total = values.copy()
    for step in (-0.22, -0.11, 0.11, 0.22):
        far = np.float32(step * canvas.px_per_cm)
        total += cv2.remap(values, columns + far * to_x, rows + far * to_y, cv2.INTER_LINEAR)
    return total / 5.0


def _seen(canvas, name, drawn):
    """How much of drawn furrows the picture shows, about zero to one."""
    light = -healing.log_light(canvas.planes[1])
    broadest = max((line["roll"] for line in furrows.recipes()[name]["lines"]), default=_PIT_CM)
    wide, known = broadest * canvas.px_per_cm, np.maximum(canvas.skin, 1e-3)
    bands = [a - masked_blur(a, known, wide) for a in (light, drawn)]
    bands = [cv2.GaussianBlur(np.clip(a, -0.2, 0.2), (0, 0), max(0.8, 0.03 * canvas.px_per_cm)) for a in bands]
    room = canvas.keep(("furrow room",), lambda: _room(canvas)) ** 2  # strands of hair are darker than any line
    return healing.slope(*bands, (cv2.dilate(np.abs(drawn), np.ones((5, 5))) > 0.01) * room)
