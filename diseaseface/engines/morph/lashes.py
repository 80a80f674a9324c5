"""Eyelashes: longer and denser, lost, or without pigment; drawn from the lid margins."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import brows, maps, noise, strokes
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.eyes import find_eye
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_UPPER, _LOWER = 70, 26  # lashes drawn on a lid
_SHOWN_CM = 0.2  # of a usual upper lash, seen from the front
_LOWER_SHARE = 0.45  # length of a lower lash over that of an upper one
_WIDTH_CM = 0.02
_WHOLE_MM = 1.5  # from which growth on every lash of the lid is drawn in full
_LEAST_CONTRAST, _MOST_CONTRAST = 0.8, 1.9  # log light of lid skin over lashes
_ABOVE_CM, _BELOW_CM, _STEP_CM = 0.6, 0.34, 0.02  # strips beside the margins, unrolled
_FRINGE_CM = (0.06, 0.24)  # the dense roots of the lashes, and where skin is free
_CLOSED_CM = 0.4
_BEYOND = (1.3, 1.12)  # of half a fissure: where lashes end
_ROOT_CM = (0.05, 0.14)  # beside the margin itself, which is dark without lashes too
_WHITE = (1.0, 0.88, 0.72)  # light of a white lash over the brightest that is taken for one
_OVER_SKIN, _MOST_LIGHT, _SEEN = 1.25, 0.7, 0.45
_HIDDEN = "The eyes are not wholly inside the photo."
_NOT_BACK = "What lashes were there before cannot be told from this photo."


@dataclass(frozen=True, eq=False)
class Lids:
    """Both eyes' surroundings on a part of the canvas.

    Attributes
    ----------
    part : (slice, slice)
        Rows and columns of the canvas.
    eyes : tuple of Eye
    corners : tuple of (x, y)
        First pixel of each eye's patch in the part.
    """

    part: tuple[slice, slice]
    eyes: tuple
    corners: tuple[tuple[int, int], ...]


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw a change of the lashes: millimetres longer, or per cent lost or whitened."""
    found = canvas.keep(("lids",), lambda: _find(canvas))
    if found is None:
        return Layer(None, _HIDDEN)
    if change.attribute.name == "eyelash_length":
        field = _grown(canvas, found, change.amount, seed)
        colour = canvas.keep(("lash colour",), lambda: _contrast(canvas))
        return Layer(change.amount, inks=(Ink(tuple(colour.tolist()), field, 1.0, on_skin=False),), part=found.part)
    bare, lash, reach = canvas.keep(("bare lids",), lambda: _bare_lids(canvas, found))
    share = np.float32(min(change.amount / 100.0, 1.0))
    if change.attribute.name == "eyelash_loss":
        return Layer(change.amount, content=(bare, reach * share), part=found.part)
    return Layer(change.amount, content=(_with_white_lashes(bare, lash), reach * share), part=found.part)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Leave the lashes as they are."""
    return Layer(None, _NOT_BACK)


def _find(canvas):
    """Both eyes inside the canvas; None where one is not."""
    eyes = [find_eye(canvas.face, side) for side in ("left", "right")]
    if any(eye is None for eye in eyes):
        return None
    rows, columns = canvas.window
    boxes = np.array([eye.box for eye in eyes]) - (columns.start, rows.start) * 2
    height, width = canvas.shape
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    if (low < 0).any() or high[0] > width or high[1] > height:
        return None
    part = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    return Lids(part, tuple(eyes), tuple((int(x), int(y)) for x, y in boxes[:, :2] - low))


def _shape(found):
    rows, columns = found.part
    return rows.stop - rows.start, columns.stop - columns.start


def _grown(canvas, found, longer_mm, seed):
    """How much new lash covers each pixel of the part, (h, w)."""
    lids = [
        (eye, corner, upper) for eye, corner in zip(found.eyes, found.corners, strict=True) for upper in (True, False)
    ]
    drawn = [(*_lashes(eye, longer_mm / MM_PER_CANONICAL_CM, upper, seed), corner) for eye, corner, upper in lids]
    lines = np.concatenate([points + corner for points, _, _, corner in drawn])
    opacity = np.concatenate([faint for _, faint, _, _ in drawn])
    widths = np.concatenate([np.full(len(points), width * canvas.px_per_cm) for points, _, width, _ in drawn])
    # Three runs from the root, each shorter than the last: a lash tapers.
    runs = ((5, 0.32), (4, 0.34), (3, 0.3))
    total = sum(strokes.cover(_shape(found), lines[:, :points], widths, share * opacity) for points, share in runs)
    eyes = np.maximum(canvas.sclera, canvas.iris)[found.part]
    shade = cv2.GaussianBlur(total, (0, 0), max(0.8, 0.06 * canvas.px_per_cm))
    return cv2.addWeighted(total, 1.0, shade, 0.2, 0.0) * min(1.0, longer_mm / _WHOLE_MM) * (1.0 - eyes)


def _lashes(eye, longer_cm, upper, seed):
    """Curved lines (n, 5, 2) in pixels of the eye's patch, their opacities, and their width in cm."""
    random = noise.stream(seed, "upper lashes" if upper else "lower lashes")  # alike on both eyes
    count = _UPPER if upper else _LOWER
    along = np.sort(random.uniform(-0.82 if upper else -0.45, 0.97, count))  # inner to outer corner
    lean = np.radians(np.interp(along, (-0.8, 0.0, 1.0), (-28.0, 4.0, 52.0)) + random.normal(0.0, 9.0, count))
    curl = np.radians(random.uniform(14.0, 34.0, count)) * np.where(along > -0.2, 1.0, -0.6)
    length = (_SHOWN_CM + longer_cm) * np.interp(along, (-0.8, 0.1, 0.7, 1.0), (0.55, 0.92, 1.1, 0.95))
    length *= random.uniform(0.6, 1.1, count) * (1.0 if upper else _LOWER_SHARE)
    steps = np.linspace(0.0, 1.0, 5)
    # They begin leaning to the side and bend upright.
    turned = lean[:, None] + curl[:, None] * (1.0 - 1.6 * steps)
    pace = length[:, None] / 4.0
    u = along[:, None] * eye.half_cm + np.cumsum(np.sin(turned) * pace, axis=1) - np.sin(turned[:, :1]) * pace
    rise = np.cumsum(np.cos(turned) * pace, axis=1) - np.cos(turned[:, :1]) * pace
    v = _margin(eye, along * eye.half_cm, upper)[:, None] + (rise if upper else -rise)
    return _to_patch(eye, u, v), random.uniform(0.4, 1.0, count), _WIDTH_CM if upper else 0.8 * _WIDTH_CM


def _margin(eye, at_cm, upper):
    """Height of a lid margin at places along the fissure."""
    # A row of the patch that lies along the fissure holds the whole curve.
    row = np.argmin(np.abs(eye.v_cm).mean(axis=1))
    along = eye.u_cm[row]
    order = slice(None) if along[0] < along[-1] else slice(None, None, -1)
    return np.interp(at_cm, along[order], (eye.upper_cm if upper else eye.lower_cm)[row][order])


def _to_patch(eye, u_cm, v_cm):
    """Places in the eye's frame, arrays of one shape, to pixels of its patch, (..., 2)."""
    height, width = eye.u_cm.shape
    middle = np.array([width // 2, height // 2])
    here = np.array([eye.u_cm[height // 2, width // 2], eye.v_cm[height // 2, width // 2]])
    away = np.stack([u_cm - here[0], v_cm - here[1]], axis=-1)
    return middle + away[..., :1] * eye.out_px + away[..., 1:] * eye.up_px


def _contrast(canvas):
    """Log light of the lids' skin over the lashes, three floats."""
    _, near = canvas.keep(("brow band",), lambda: brows.band(canvas))
    found = canvas.keep(("brows",), lambda: brows.find(near))
    usual = 1.3 * found.contrast if found is not None else np.full(3, _LEAST_CONTRAST)
    return np.clip(usual, _LEAST_CONTRAST, _MOST_CONTRAST)


def _bare_lids(canvas, found):
    """Light of the lids without lashes (h, w, 3), how much of each pixel is lash, and where lashes may be, (h, w)."""
    here = cv2.merge([plane[found.part] for plane in canvas.planes])
    bare, reach, off = here.copy(), np.zeros(here.shape[:2], np.float32), np.zeros(here.shape[:2], np.float32)
    for eye, (x, y) in zip(found.eyes, found.corners, strict=True):
        height, width = eye.u_cm.shape
        patch = np.s_[y : y + height, x : x + width]
        for upper in (True, False):
            skin, where, away = _without_lashes(eye, np.ascontiguousarray(here[patch]), upper)
            stronger = where > reach[patch]
            bare[patch][stronger] = skin[stronger]
            off[patch][stronger] = maps.smoothstep(away, *_ROOT_CM)[stronger]
            reach[patch] = np.maximum(reach[patch], where)
    reach *= 1.0 - np.maximum(canvas.sclera, canvas.iris)[found.part]
    darker = np.log(np.maximum(bare[..., 1], 1e-3)) - np.log(np.maximum(here[..., 1], 1e-3))
    return bare, reach * off * maps.smoothstep(darker, 0.12, 0.7), reach


def _without_lashes(eye, light, upper):
    """The skin beside a margin (h, w, 3) with lashes taken out, where it holds, and how far off it is in cm, (h, w).

    The strip beside the margin is unrolled; lashes stand upright in it and are closed sideways.
    """
    sign, most = (1.0, _ABOVE_CM) if upper else (-1.0, _BELOW_CM)
    u = np.arange(-_BEYOND[0] * eye.half_cm, _BEYOND[0] * eye.half_cm, _STEP_CM)
    away = np.arange(-0.06, most + 0.12, _STEP_CM)
    places = _to_patch(eye, *np.broadcast_arrays(u, _margin(eye, u, upper) + sign * away[:, None])).astype(np.float32)
    strip = cv2.remap(light, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(strip, cv2.MORPH_CLOSE, np.ones((1, round(_CLOSED_CM / _STEP_CM) | 1), np.uint8))
    closed = cv2.GaussianBlur(closed, (0, 0), 0.05 / _STEP_CM)
    # The roots stand too close to be closed: there the skin a little further on takes their place.
    root = maps.smoothstep(away, _FRINGE_CM[1], _FRINGE_CM[0])[:, None, None].astype(np.float32)
    beyond = closed[np.abs(away - 1.25 * _FRINGE_CM[1]).argmin()]
    closed = np.maximum(closed, closed + 0.9 * root * (beyond - closed))
    rows = (sign * (eye.v_cm - (eye.upper_cm if upper else eye.lower_cm)) - away[0]) / _STEP_CM
    columns = (eye.u_cm - u[0]) / _STEP_CM
    skin = cv2.remap(closed, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
    height = rows * _STEP_CM + away[0]
    where = maps.smoothstep(height, -0.06, 0.0) * maps.smoothstep(height, most, 0.65 * most)
    where = (where * maps.smoothstep(np.abs(eye.u_cm) / eye.half_cm, *_BEYOND)).astype(np.float32)
    return skin, where, height


def _with_white_lashes(bare, lash):
    """The light of bare lids (h, w, 3) behind white lashes, which hardly show."""
    white = np.minimum(_OVER_SKIN * bare.max(axis=-1, keepdims=True), _MOST_LIGHT) * np.array(_WHITE, np.float32)
    return bare + _SEEN * lash[..., None] * (white - bare)
