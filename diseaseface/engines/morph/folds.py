"""Nasolabial folds: deeper, or flattened, as light and shade.

Lines drawn for folds look like scratches. A deep fold is a wide one-sided bulge with a soft
shadow at its foot; a flat one is the photo's own fold with its shading evened out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import geometry
from diseaseface.faces.face import Face

# From beside the ala to beside the mouth corner, canonical centimetres, subject's left.
_PATH_CM = np.array([[2.0, -0.9], [2.5, -1.6], [2.95, -2.4], [3.3, -3.3], [3.5, -4.2], [3.5, -4.9]])
_FULL_MM = 3.0
_ROUNDS = 8
_WARM_SHADOW = (0.85, 1.05, 1.1)  # a shadow on skin is redder than the skin
_FLATTEN_PER_WEAKNESS = 0.8 / 9.0  # share of the fold evened out for each mm of drop of the corner


@dataclass(frozen=True, eq=False)
class Shade:
    """Natural log of a change of light, float32 (h, w, 3), on a part of the chart's box."""

    part: tuple[slice, slice]
    log_gain: np.ndarray


@dataclass(frozen=True)
class Fold:
    """A change of one side's fold: positive depth deepens, negative evens out; `undone` takes it away again."""

    side: str
    depth_mm: float
    undone: bool = False


def wanted(asked: Sequence[Change]) -> list[Fold]:
    """Return what changes ask of each side's nasolabial fold; a weak side's fold evens out with it."""
    changes = []
    for change in asked:
        undone = geometry.undoes(change)
        amount = -change.amount if undone else change.amount
        if change.attribute.operator == "palsy":
            amount = flattening_mm(amount)
        elif change.attribute.name != "nasolabial_fold":
            continue
        changes += [Fold(side, amount, undone) for side in change.sides]
    return changes


def _make(_, make):
    return make()


def shades(
    face: Face, linear: np.ndarray, changes: Sequence[Fold], keep: Callable[[tuple, Callable], object] = _make
) -> list[Shade]:
    """Draw or even out folds.

    Parameters
    ----------
    linear : float32 array of shape (h, w, 3)
        Linear light of the chart's box.
    changes : sequence of Fold
    keep : function
        As `Canvas.keep` of this face, for what does not depend on the depth.
    """
    drawn = []
    for fold in changes:
        frame = keep(("fold", fold.side), lambda side=fold.side: _frame(face, side)) if fold.depth_mm else None
        if frame is None:
            continue
        part, across, along = frame
        ends = np.clip(along / 0.18, 0, 1) * np.clip((1 - along) / 0.3, 0, 1)
        share = abs(fold.depth_mm) / _FULL_MM
        if fold.depth_mm > 0:
            gain = share * (ends * _bulge(across))[..., None] * np.array(_WARM_SHADOW)
            gain = -gain if fold.undone else gain
        else:
            px_per_cm, weight = face.pose.px_per_cm, share * ends[..., None]
            gain = weight * _evened(linear[part], across, px_per_cm)
            for _ in range(_ROUNDS if fold.undone else 0):
                # The fold that, evened out, gives what is there: a fixed point.
                light = linear[part] * np.exp(-gain)
                gain = weight * _evened(light, across, px_per_cm)
            gain = -gain if fold.undone else gain
        drawn.append(Shade(part, gain.astype(np.float32)))
    return drawn


def flattening_mm(weakness_mm: float) -> float:
    """Depth, negative millimetres, that a drop of the mouth corner takes from its side's fold."""
    return -_FULL_MM * min(weakness_mm * _FLATTEN_PER_WEAKNESS, 0.9)


def _bulge(across):
    shadow = -0.30 * np.exp(-0.5 * ((across + 0.04) / 0.13) ** 2)
    wide = -0.12 * np.exp(-0.5 * ((across + 0.18) / 0.3) ** 2)
    light = 0.12 * np.exp(-0.5 * ((across - 0.38) / 0.24) ** 2)
    return (shadow + wide + light).astype(np.float32)


def _evened(linear, across, px_per_cm):
    """Take away the band between pores and the cheek's own form, in every channel: shadows are redder."""
    log = cv2.log(np.maximum(linear, 0.004))
    fine = cv2.GaussianBlur(log, (0, 0), 0.1 * px_per_cm)
    form = cv2.GaussianBlur(log, (0, 0), 0.7 * px_per_cm)
    near = np.exp(-0.5 * (across / 0.55) ** 4)
    return np.clip(form - fine, -0.4, 0.4) * near[..., None]


def _frame(face, side):
    """Rows and columns around a side's fold, and what `_fold_frame` gives there; None where there are none."""
    hand = 1.0 if side == "left" else -1.0
    x, y = face.pixels_cm[..., 0], face.pixels_cm[..., 1]
    near = (hand * x > 1.2) & (hand * x < 5.0) & (y > -6.2) & (y < 0.2)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if not len(rows):
        return None
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part, *_fold_frame(hand * x[part], y[part])


def _fold_frame(x, y):
    """Signed distance from the fold (lateral positive, cm) and place along it (0 to 1)."""
    path, tangents, places = _dense_path()
    nearest = np.full(x.shape, np.inf, np.float32)
    across, along = np.zeros_like(nearest), np.zeros_like(nearest)
    for point, tangent, place in zip(path, tangents, places, strict=True):
        dx, dy = x - point[0], y - point[1]
        squared = dx * dx + dy * dy
        closer = squared < nearest
        lateral = -dx * tangent[1] + dy * tangent[0]
        nearest = np.where(closer, squared, nearest)
        across = np.where(closer, np.sign(lateral) * np.sqrt(squared), across)
        along = np.where(closer, place, along)
    return across, along


@cache
def _dense_path():
    places = np.linspace(0, 1, 28)
    at = np.linspace(0, 1, len(_PATH_CM))
    path = np.column_stack([np.interp(places, at, _PATH_CM[:, k]) for k in (0, 1)])
    path = cv2.GaussianBlur(path.astype(np.float32), (1, 7), 0, borderType=cv2.BORDER_REPLICATE)
    tangents = np.gradient(path, axis=0)
    return path, tangents / np.linalg.norm(tangents, axis=1, keepdims=True), places
