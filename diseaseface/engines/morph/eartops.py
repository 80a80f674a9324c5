"""The top of an ear that hair hides: the rim of what shows of it, carried on in an arc to the head."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.engines.morph import maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

_USUAL_LENGTH_MM = 62.0  # Farkas (1994), adults
_SEEN_CM = (-5.0, 4.6)  # heights at which ears stand out beside the head
STEP_CM = 0.1
_LEAST_WIDTH_CM, _LEAST_HEIGHT_CM = 0.35, 1.5
_CLEAR_CM = 0.35  # just below hair the ear lies in its shade
_RISE = (0.1, 0.8)  # of what is added above the ear that shows, over its width
_ENDS = 0.55  # share of its width at which an ear ends above
_SOFT = 0.35  # of the arc, where it takes over
_RIM_PART = (0.5, 0.9)  # of an ear's width, where hair over its rim is looked for
_OVER_CM, _MOST_OVER = (0.35, 0.8), 0.25  # above the rim; share of hair there up to which the rim shows


@dataclass(frozen=True)
class Stump:
    """What shows of an ear, canonical cm.

    Attributes
    ----------
    outward : float
        1 on the subject's left, -1 on the right.
    top, seat : float
        Heights at which it ends, and is widest in its upper half.
    root, width : float
        How far out it begins, and reaches from there at its seat.
    rise : float
        From the seat to the top of the whole ear.
    whole : bool
        Whether the rim shows to its top, with no hair over it.
    """

    outward: float
    top: float
    seat: float
    root: float
    width: float
    rise: float
    whole: bool


def stumps(canvas: Canvas, hair: np.ndarray, root_cm: float) -> tuple[Stump, ...]:
    """Return what shows of the ears under hair (h, w), of which enough does; they meet the head that far aside."""
    bare = (canvas.skin > 0.5) & (hair < 0.5)
    return tuple(stump for outward in (1.0, -1.0) if (stump := _stump(canvas, bare, hair, outward, root_cm)))


def level(canvas: Canvas, ears: Sequence[Stump]) -> np.ndarray:
    """Return up to which height an ear shows on the side of each pixel, canonical cm, (h, w)."""
    tops = {1.0: -np.inf, -1.0: -np.inf} | {ear.outward: ear.top for ear in ears}
    return np.where(canvas.x_cm > 0.0, tops[1.0], tops[-1.0]).astype(np.float32)


def grown(
    canvas: Canvas, light: np.ndarray, head: np.ndarray, skin: np.ndarray, ears: Sequence[Stump]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the light of a bare head (h, w, 3) and where it is (h, w), with those tops of its ears that hair hides.

    Parameters
    ----------
    light : float32 array of shape (h, w, 3)
    head : float32 array of shape (h, w)
        Without those tops.
    skin : float32 array of shape (h, w, 3)
        Light of the ears where it shows, and what stands for it elsewhere.
    """
    for ear in (ear for ear in ears if not ear.whole):
        cover, carried = _arc(canvas, ear, skin)
        light = light + cover[..., None] * (carried - light)
        head = np.maximum(head, cover)
    return light, head


def _stump(canvas, bare, hair, outward, root):
    """What shows of the ear of one side; None where too little does."""
    out = outward * canvas.x_cm
    ear = bare & (out > root) & (canvas.y_cm > _SEEN_CM[0]) & (canvas.y_cm < _SEEN_CM[1])
    if not ear.any():
        return None
    reach = np.zeros(round((_SEEN_CM[1] - _SEEN_CM[0]) / STEP_CM) + 1)
    np.maximum.at(reach, ((canvas.y_cm[ear] - _SEEN_CM[0]) / STEP_CM).astype(int), out[ear] - root)
    rows = np.flatnonzero(reach > _LEAST_WIDTH_CM)
    if len(rows) * STEP_CM < _LEAST_HEIGHT_CM:
        return None
    heights = _SEEN_CM[0] + STEP_CM * rows
    reach = cv2.GaussianBlur(reach[rows][None], (0, 0), 2.0)[0]
    last = max(0, len(rows) - 1 - round(_CLEAR_CM / STEP_CM))
    widest = len(rows) // 2 + int(reach[len(rows) // 2 : last + 1].argmax())
    width, seat = float(reach[widest]), float(heights[widest])
    ends = np.flatnonzero(reach[widest:] < _ENDS * width)  # what is narrower is hair, or the temple
    heights = heights[: widest + int(ends[0])] if len(ends) else heights
    top = float(heights[-1])
    last = min(last, len(heights) - 1)
    missing = float(heights[0]) + _USUAL_LENGTH_MM / MM_PER_CANONICAL_CM - seat
    low, high = (share * width for share in _RISE)
    rise = float(np.clip(max(missing, _ending(seat, top, reach[last] / width)), low + top - seat, high + top - seat))
    whole = _rim_shows(canvas, hair, ear, out - root, width)
    return Stump(outward, top, seat, root, width, rise, whole)


def _rim_shows(canvas, hair, ear, out, width):
    """Whether there is no hair just above the outer part of an ear (h, w)."""
    first, last = (round(share * width / STEP_CM) for share in _RIM_PART)
    column = np.floor(out / STEP_CM).astype(int) - first
    among = (column >= 0) & (column <= last - first)
    tops = np.full(last - first + 1, -np.inf)
    rim = ear & among
    np.maximum.at(tops, column[rim], canvas.y_cm[rim])
    above = canvas.y_cm - tops[np.where(among, column, 0)]
    over = among & (above > _OVER_CM[0]) & (above < _OVER_CM[1])
    return bool(over.any()) and float(hair[over].mean()) < _MOST_OVER


def _ending(seat, top, narrowed):
    """How high above its seat an ellipse ends that has narrowed to a share of its width below the hair."""
    return (top - _CLEAR_CM - seat) / max(float(np.sqrt(1.0 - min(narrowed, 1.0) ** 2)), 0.2)


def _arc(canvas, stump, skin):
    """Cover (h, w) and light (h, w, 3) of the arc; along it runs what lies across the ear where it ends."""
    across = (stump.outward * canvas.x_cm - stump.root) / stump.width
    up = (canvas.y_cm - stump.seat) / stump.rise
    away, edge = np.hypot(across, up), 0.7 / (stump.width * canvas.px_per_cm)
    cover = maps.smoothstep(away, 1.0 + edge, 1.0 - edge) * maps.smoothstep(up, 0.0, _SOFT)
    cover *= maps.smoothstep(across, -0.25, 0.05)
    columns, rows = _pixels(canvas, stump, stump.outward * (stump.root + stump.width * away), stump.seat)
    carried = cv2.remap(skin, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cover.astype(np.float32), carried


def _pixels(canvas, stump, x_cm, y_cm):
    """Columns and rows of canonical positions, by the plane through the ear's surroundings."""
    near = (np.abs(stump.outward * canvas.x_cm - stump.root - 0.5 * stump.width) < stump.width) & (
        np.abs(canvas.y_cm - stump.top) < 1.5
    )
    rows, columns = np.nonzero(near)
    sides = np.stack([canvas.x_cm[near], canvas.y_cm[near], np.ones(len(rows), np.float32)], axis=1)
    plane = np.linalg.lstsq(sides, np.stack([columns, rows], axis=1), rcond=None)[0]
    return tuple((x_cm * plane[0, k] + y_cm * plane[1, k] + plane[2, k]).astype(np.float32) for k in range(2))
