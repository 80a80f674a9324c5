"""Telangiectasia: fine branching vessels on the cheeks and the wings of the nose."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from diseaseface.engines.morph import healing, maps, noise, strokes
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.engines.morph.sites import Site

_STEP_CM = 0.06
_TREES = 120
_WIDTH_CM = (0.014, 0.036)
_CLEAR_PX, _BLURRED_PX = 1.0, 0.4  # width of the broadest vessels from which they are drawn, or only tint
_DENSITY = 0.62
_LEG_PIECES = 5
_LEAST_FOUND = 0.3  # share of the vessels' redness that has to be seen
_BLUR = "The photo is too small to show single vessels; they appear as mottled redness."
_HIDDEN = "The cheeks show no bare skin."
_ROOM = "No more vessels fit on the bare skin of the cheeks."


@dataclass(frozen=True, eq=False)
class _Vessels:
    """Pieces of all vessels in order of appearance, on bare skin only.

    Attributes
    ----------
    lines_px : float array of shape (n, 2, 2)
    widths_cm, opacity, covered_cm2 : float arrays of shape (n,)
        `covered_cm2` adds up the area of all pieces so far.
    cheeks_cm2 : float
    """

    lines_px: np.ndarray
    widths_cm: np.ndarray
    opacity: np.ndarray
    covered_cm2: np.ndarray
    cheeks_cm2: float


def draw_vessels(canvas: Canvas, amount: float, seed: int) -> Layer:
    """Draw vessels over `amount` per cent of the cheeks; the first ones grow before others join."""
    vessels = canvas.keep(("telangiectasia", seed), lambda: _find(canvas, seed))
    if vessels.cheeks_cm2 < 0.3 or not len(vessels.widths_cm):
        return Layer(0.0, _HIDDEN)
    applied, sharp, around, clear = _drawn(canvas, vessels, amount)
    field = cv2.add(sharp, around)
    reason = _ROOM if applied < 0.98 * amount else _BLUR if clear <= 0.0 else None
    return Layer(applied, reason, (Ink(_pigment(), field, _DENSITY),))


def undo_vessels(canvas: Canvas, amount: float, seed: int) -> Layer:
    """Take vessels away: the redness of fine lines where vessels would be drawn, as far as it is there."""
    vessels = canvas.keep(("telangiectasia", seed), lambda: _find(canvas, seed))
    if vessels.cheeks_cm2 < 0.3 or not len(vessels.widths_cm):
        return Layer(0.0, _HIDDEN)
    applied, sharp, around, _ = _drawn(canvas, vessels, amount)
    per_ink = _pigment()[1] - _pigment()[0]
    redness = healing.log_light(canvas.planes[0]) - healing.log_light(canvas.planes[1])
    wide, known = 0.3 * canvas.px_per_cm, np.maximum(canvas.skin, 1e-3)
    seen, drawn = ((a - masked_blur(a, known, wide)) for a in (redness / (per_ink * _DENSITY), sharp + around))
    near = (canvas.skin > 0.5) & (cv2.dilate(sharp + around, np.ones((5, 5))) > 0.02)
    # A face found anew lies a fraction of a pixel aside: blurred a little, the lines still meet.
    soft = [cv2.GaussianBlur(a, (0, 0), 1.5) for a in (seen, drawn)]
    share = float(np.clip(healing.slope(*soft, near.astype(np.float32)), 0.0, 1.0))
    if share < _LEAST_FOUND:
        return Layer(0.0, healing.NOT_THERE)
    reach = cv2.dilate(sharp, np.ones((3, 3)))
    line = np.clip(np.minimum(seen, 1.2 * reach), 0.0, None) if reach.any() else reach
    return Layer(
        applied * share, healing.reason(share), (Ink(_pigment(), line + share * around, _DENSITY),), backwards=True
    )


def legs(canvas: Canvas, sites: Sequence[Site], sizes: np.ndarray, length_cm: float) -> Ink:
    """Draw the vessels that leave spider naevi on all sides, wavy and ever finer."""
    lines, widths, opacity = [np.zeros((0, 2, 2))], [], []
    for site, size in zip(sites, sizes.tolist(), strict=True):
        random = noise.stream(int(1e4 * np.abs(site.at_cm).sum()), "legs")
        count = int(random.integers(6, 10))
        heading = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False) + random.normal(0.0, 0.25, count)
        step_cm = length_cm * size * random.uniform(0.6, 1.2, count) / _LEG_PIECES
        at = site.at_cm + 0.5 * site.radius_cm * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        for piece in range(_LEG_PIECES):
            heading = heading + random.normal(0.0, 0.4, count)
            on = at + step_cm[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
            lines.append(np.stack([at, on], axis=1))
            left = 1.0 - piece / _LEG_PIECES
            widths += [_WIDTH_CM[1] * (0.35 + 0.65 * left)] * count
            opacity += [site.vigour * size * (0.3 + 0.7 * left)] * count
            at = on
    lines_cm = np.concatenate(lines)
    lines_px = canvas.to_px(lines_cm.reshape(-1, 2)).reshape(-1, 2, 2)
    field = strokes.cover(canvas.shape, lines_px, np.array(widths) * canvas.px_per_cm, np.array(opacity))
    return Ink(_pigment(), field, 1.2 * _DENSITY)


def _pigment():
    return tuple(maps.recipes()["pigments"]["venous"])


def _drawn(canvas, vessels, amount):
    """The share of the cheeks drawn, lines and the tint around them (h, w), and how clear lines are."""
    wanted = amount / 100.0 * vessels.cheeks_cm2
    applied = 100.0 * min(wanted, vessels.covered_cm2[-1]) / vessels.cheeks_cm2
    field = _cover(canvas, vessels, wanted)
    clear = float(maps.smoothstep(_WIDTH_CM[1] * canvas.px_per_cm, _BLURRED_PX, _CLEAR_PX))
    around = cv2.GaussianBlur(field, (0, 0), max(1.0, 0.12 * canvas.px_per_cm))
    return applied, clear * field, np.float32(0.3 * clear + 1.0 - clear) * around, clear


def _cover(canvas, vessels, wanted_cm2):
    """Cover by the pieces that make up an area, the last of them in part."""
    whole = int(np.searchsorted(vessels.covered_cm2, wanted_cm2))
    lines = vessels.lines_px[: whole + 1].copy()
    if whole < len(vessels.covered_cm2):
        before = vessels.covered_cm2[whole - 1] if whole else 0.0
        share = (wanted_cm2 - before) / (vessels.covered_cm2[whole] - before)
        lines[-1, 1] = lines[-1, 0] + share * (lines[-1, 1] - lines[-1, 0])
    widths = vessels.widths_cm[: len(lines)] * canvas.px_per_cm
    return strokes.cover(canvas.shape, lines, widths, vessels.opacity[: len(lines)])


def _find(canvas, seed):
    cheeks = canvas.area("cheeks_and_alae") * canvas.skin
    starts, ends, widths, opacity = _grow(seed)
    lines = canvas.to_px(np.concatenate([starts, ends])).reshape(2, -1, 2).transpose(1, 0, 2)
    middle = lines.mean(axis=1).astype(np.float32)
    height = cv2.remap(cheeks, middle[:, :1], middle[:, 1:], cv2.INTER_LINEAR, borderValue=0)[:, 0]
    seen = height > 0.3
    covered = np.cumsum(widths[seen] * _STEP_CM)
    area_cm2 = float((cheeks > 0.35).sum()) / canvas.px_per_cm**2
    return _Vessels(lines[seen], widths[seen], opacity[seen], covered, area_cm2)


@lru_cache(maxsize=8)
def _grow(seed):
    """Starts, ends (n, 2), widths and opacities (n,) of pieces in canonical centimetres, oldest first.

    Each tree is a trunk that wanders, forks twice and fades; a tree begins before the last is whole.
    """
    random = noise.stream(seed, "telangiectasia")
    wing = random.uniform(size=_TREES) < 0.25
    at = random.normal(0.0, 1.0, (_TREES, 2)) * np.where(wing[:, None], (0.22, 0.35), (1.2, 0.9))
    at += np.where(wing[:, None], (1.4, -0.75), (3.9, -0.3))
    twigs = _Twigs(
        at, random.uniform(0, 2 * np.pi, _TREES), _WIDTH_CM[1] * random.uniform(0.6, 1.0, _TREES),
        random.uniform(0.35, 1.0, _TREES), np.arange(_TREES, dtype=float), random.choice((-1.0, 1.0), _TREES),
        np.where(wing, 0.5, 1.0),
    )  # fmt: skip
    pieces = []
    for _ in range(3):
        grown, twigs = _grow_twigs(random, twigs)
        pieces.append(grown)
    table = np.concatenate(pieces)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return table[:, 1:3], table[:, 3:5], table[:, 5], table[:, 6]


@dataclass(frozen=True, eq=False)
class _Twigs:
    """Twigs about to grow: tips, headings, widths, opacities, ages, sides of the face, lengths."""

    at: np.ndarray
    heading: np.ndarray
    width: np.ndarray
    opacity: np.ndarray
    age: np.ndarray
    side: np.ndarray
    length: np.ndarray


def _grow_twigs(random, twigs):
    """The pieces of these twigs, rows of (age, start, end, width, opacity), and the twigs at their ends."""
    count = len(twigs.at)
    steps = np.maximum(2, (twigs.length * random.integers(5, 13, count)).astype(int))
    at, heading, age, pieces = twigs.at, twigs.heading, twigs.age, []
    for step in range(steps.max()):
        going = step < steps
        heading = heading + random.normal(0.0, 0.27, count)
        on = at + _STEP_CM * np.stack([np.cos(heading), np.sin(heading)], axis=1) * going[:, None]
        both = (twigs.side[:, None] * at[:, :1], at[:, 1:], twigs.side[:, None] * on[:, :1], on[:, 1:])
        pieces.append(np.column_stack([age, *both, twigs.width, twigs.opacity])[going])
        at, age = on, age + 0.12 * going
    fork = np.repeat(np.arange(count), random.integers(1, 3, count))
    turn = random.uniform(0.3, 0.9, len(fork)) * random.choice((-1.0, 1.0), len(fork))
    return np.concatenate(pieces), _Twigs(
        at[fork], heading[fork] + turn, np.maximum(0.75 * twigs.width[fork], _WIDTH_CM[0]),
        0.85 * twigs.opacity[fork], age[fork], twigs.side[fork], twigs.length[fork],
    )  # fmt: skip
