"""Lips that stand apart, and a tongue between them.

A warp cannot uncover the inside of a mouth. As with the lids the skin slides, here perpendicular
to the line of the corners of the mouth: the lower lip and chin down, the upper lip a little up.
Behind the parted lips stand the photo's own teeth where it shows them, else the dark of the mouth,
which lightens towards the tongue's back and the wet inside of the lower lip. Teeth are never made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.codes import encode
from diseaseface.engines.morph.lipframe import (
    LOWER_MARGIN,
    UPPER_MARGIN,
    Mouth,
    brightness,
    find_mouth,
    lip_colour,
    ramp,
    with_closed_lips_met,
)
from diseaseface.engines.morph.sheets import Sheet, bounds_of
from diseaseface.engines.morph.tongue import lay_tongue
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.face import Face

_UPPER_SHARE = 0.16  # of an opening is the upper lip's
_LIP_BAND_CM = 0.5  # of lip moves as a whole
_UPPER_REACH_CM, _LOWER_REACH_CM = 2.0, 9.5
_WIDEST_CM = 5.2  # of the skin that follows the chin
_EDGE_CM = 0.07
_DARK = np.array([0.17, 0.06, 0.05], np.float32)  # the back of the mouth, of the skin's light
_OPENING_PER_TONGUE, _MOST_OPENING_MM = 1.15, 8.0
_OUTSIDE = "The mouth is not wholly inside the photo."
_NOT_CLOSED = "What parted lips hide when they close is not known, so they are left as they are."


@dataclass(frozen=True, eq=False)
class Parted:
    """What changes of the mouth come to.

    Attributes
    ----------
    sheets : tuple of Sheet
    applied : tuple of Applied
    shifts_px : float array (478, 2) or 0.0
        By how much the landmarks move, pixels.
    """

    sheets: tuple[Sheet, ...] = ()
    applied: tuple[Applied, ...] = ()
    shifts_px: np.ndarray | float = 0.0


def part(face: Face, canvas: Canvas, linear: np.ndarray, changes: Sequence[Change], seed: int) -> Parted:
    """Draw all changes of the mouth at once.

    Parameters
    ----------
    linear : float32 array of shape (h, w, 3)
        Linear light of the chart's box.
    """
    asked = [change for change in changes if change.attribute.operator == "mouth"]
    if not asked:
        return Parted()
    mouth = canvas.keep(("mouth",), lambda: _found(face, canvas))
    applied = tuple(_account(change, mouth) for change in asked)
    opening_mm, tongue_mm = _wanted_mm(asked)
    if mouth is None or not opening_mm:
        return Parted(applied=applied)
    x0, y0, x1, y1 = mouth.box
    drawn = sheet(mouth, linear[y0:y1, x0:x1], opening_mm, tongue_mm, seed)
    landmarks_px = face.landmarks_px - np.array(face.chart.box[:2])
    return Parted((drawn,), applied, _shifts_px(mouth, landmarks_px, opening_mm))


def _found(face, canvas):
    mouth = find_mouth(face)
    if mouth is None:
        return None
    x0, y0, x1, y1 = mouth.box
    return with_closed_lips_met(mouth, canvas.linear[y0:y1, x0:x1])


def _wanted_mm(changes):
    """By how much changes part the lips, and how far a tongue comes out, real millimetres."""
    amounts = {change.attribute.name: change.amount for change in changes}
    tongue = max(amounts.get("tongue_protrusion", 0.0), 0.0)
    return min(max(amounts.get("mouth_opening", 0.0), _OPENING_PER_TONGUE * tongue), _MOST_OPENING_MM), tongue


def _account(change, mouth):
    if mouth is None:
        return Applied(change, None, _OUTSIDE)
    return Applied(change, change.amount) if change.amount > 0 else Applied(change, 0.0, _NOT_CLOSED)


def sheet(mouth: Mouth, linear: np.ndarray, opening_mm: float, tongue_mm: float, seed: int) -> Sheet:
    """Part the lips.

    Parameters
    ----------
    linear : float32 array of shape (h, w, 3)
        The picture on the mouth's patch, linear light.
    opening_mm : float
        By how much the distance of the lips grows in the middle, real millimetres.
    tongue_mm : float
        How far a tongue comes over the lower lip; 0 for none.
    seed : int
        Fixes the texture of the tongue.
    """
    open_cm, share = np.float32(opening_mm / MM_PER_CANONICAL_CM), _upper_share(mouth)
    across = _lens(mouth.u_cm / mouth.half_cm)
    raised, dropped = share * open_cm * across, (1.0 - share) * open_cm * across
    upper, lower = mouth.upper_cm + raised, mouth.lower_cm - dropped
    slide = open_cm * _slide(mouth, share, upper, lower)
    inside = np.minimum(upper - mouth.v_cm, mouth.v_cm - lower)
    alpha = ramp(inside, 0.0, _EDGE_CM) * ramp(raised + dropped, 0.0, 0.05)
    content = _seen_interior(mouth, linear, upper, lower, alpha)
    if tongue_mm > 0:
        content, alpha = lay_tongue(mouth, linear, (content, alpha), (upper, lower), tongue_mm, seed)
    offset = (-slide)[..., None] * mouth.up_px.astype(np.float32)
    return Sheet(mouth.box, offset.astype(np.float32), encode(content.astype(np.float32)), alpha.astype(np.float32))


def _shifts_px(mouth, landmarks_px, opening_mm):
    """By how much parting the lips moves the landmarks (478, 2), given in pixels of the chart's box."""
    at = landmarks_px - np.array(mouth.box[:2])
    at[list(LOWER_MARGIN[1:-1])] -= _EDGE_CM * mouth.up_px  # each lip's margin goes with its lip
    at[list(UPPER_MARGIN[1:-1])] += _EDGE_CM * mouth.up_px
    column, row = np.round(at).astype(int).T
    height, width = mouth.u_cm.shape
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    there = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    points = _part(mouth, there)
    up_cm = np.where(inside, _slide(points, _upper_share(mouth), points.upper_cm, points.lower_cm), 0.0)
    return (opening_mm / MM_PER_CANONICAL_CM * up_cm)[:, None] * mouth.up_px


def _upper_share(mouth):
    """Share of an opening by which the upper lip rises: none where it would bare more of the photo's teeth."""
    return _UPPER_SHARE * _fade((float((mouth.upper_cm - mouth.lower_cm).max()) - 0.1) / 0.25)


def _lens(share):
    """One in the middle of the mouth, zero at its corners and beyond."""
    t = np.clip(np.abs(share), 0.0, 1.0)
    return ((1.0 - t**2.2) ** 1.2).astype(np.float32)


def _slide(mouth, share, upper, lower):
    """By how much the skin has come up, of the opening: the lips as a whole, fading away from them."""
    v, middle = mouth.v_cm, (upper + lower) / 2
    over, under = np.maximum(v - upper, 0.0), np.maximum(lower - v, 0.0)
    # The further down, the wider the skin that follows the chin.
    wide = mouth.half_cm + (_WIDEST_CM - mouth.half_cm) * ramp(under, 0.2, 4.5)
    follows = _lens(mouth.u_cm / wide)
    up = share * _lens(mouth.u_cm / mouth.half_cm) * _fade((over - _LIP_BAND_CM) / _UPPER_REACH_CM)
    down = (1.0 - share) * follows * _fade((under - _LIP_BAND_CM) / (_LOWER_REACH_CM - _LIP_BAND_CM))
    return np.where(v > middle, up, -down)


def _part(mouth, there):
    """The frame of a mouth at an index of its patch."""
    fields = ("u_cm", "v_cm", "upper_cm", "lower_cm")
    return replace(mouth, **{name: getattr(mouth, name)[there] for name in fields})


def _seen_interior(mouth, linear, upper, lower, alpha):
    """What stands behind the lips, (h, w, 3), where it is seen; else zero."""
    content, bounds = np.zeros_like(linear), bounds_of(alpha > 0.0)
    if bounds is not None:
        rim = 3  # for the cubic kernel
        x0, y0, x1, y1 = bounds
        near = np.s_[max(0, y0 - rim) : y1 + rim, max(0, x0 - rim) : x1 + rim]
        colours = brightness(mouth, linear), lip_colour(mouth, linear)
        content[near] = _interior(_part(mouth, near), linear[near], upper[near], lower[near], *colours)
    return content


def _interior(mouth, linear, upper, lower, light, lip):
    """The photo's own teeth, else the dark, lighter towards the lower lip."""
    gap = np.maximum(upper - lower, 1e-3)
    depth = np.clip((mouth.v_cm - lower) / gap, 0.0, 1.0)
    floor = np.exp(-np.maximum(mouth.v_cm - lower, 0.0) / 0.16) * ramp(gap, 0.1, 0.5)
    beside = 1.0 - 0.6 * np.clip(np.abs(mouth.u_cm) / mouth.half_cm, 0.0, 1.0) ** 2
    dark = _DARK * light * (0.25 + 0.5 * (1.0 - depth) * beside)[..., None]
    dark = dark + 0.42 * lip * (floor * beside)[..., None]
    seen = ramp(np.minimum(mouth.upper_cm - mouth.v_cm, mouth.v_cm - mouth.lower_cm), 0.03, 0.12)
    return dark + (linear - dark) * seen[..., None]


def _fade(t):
    t = np.clip(t, 0.0, 1.0)
    return 1.0 - t**2 * (3.0 - 2.0 * t)
