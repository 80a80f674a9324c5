"""Coarse and tight skin: the contrast of pores and folds raised or lowered, and the sheen of tight skin."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import lighting, maps
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer

_GREY = (1.0, 1.0, 1.0)
_FINE_CM, _BROAD_CM = 0.16, 0.6
_MOST_LOG = 0.22  # detail beyond this is a fold, a mole or a stray hair, not the skin's grain
_COARSE_FOLDS, _TIGHT_FOLDS = 0.5, 1.6  # change of the relief between fine and broad, as a share of the fine one's
_SHEEN = 1.1
_MOST_SHARE = 1.2
_HIDDEN = "No bare skin of the face is visible."
_SMOOTH = "The skin in this photo shows too little grain to change more."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Change the contrast of the skin's fine detail by `change.amount` per cent, up or down."""
    if not change.amount:
        return Layer(0.0)
    bands = canvas.keep(("texture",), lambda: _bands(canvas))
    if bands is None:
        return Layer(0.0, _HIDDEN)
    there, fine, folds, weight = bands
    if change.attribute.name == "skin_tightening":
        added, seen = canvas.keep(("tight",), lambda: _with_seen(canvas, -fine - _TIGHT_FOLDS * folds))
        share, applied = _solve(weight, there, seen, -change.amount)
        sheen = canvas.keep(("sheen",), lambda: _sheen(canvas)) * np.float32(_SHEEN * change.amount / 100.0)
    else:
        added, seen = canvas.keep(
            ("coarse", seed), lambda: _with_seen(canvas, fine + _COARSE_FOLDS * folds - _pores(canvas, seed))
        )
        share, applied = _solve(weight, there, seen, change.amount)
        applied, sheen = -applied, None
    enough = abs(applied) > 0.95 * change.amount
    return Layer(-applied, None if enough else _SMOOTH, (Ink(_GREY, added, -share),), shine=sheen)


def _with_seen(canvas, added):
    """A change of log brightness, and what of it lies in the fine band."""
    added = added.astype(np.float32)
    known = np.maximum(canvas.skin, 1e-3)
    return added, added - masked_blur(added, known, _FINE_CM * canvas.px_per_cm)


def _solve(weight, there, added, per_cent):
    """Find how much of `added` changes the contrast of what is `there` by so many per cent; at most 1.5."""
    square, mixed, own = (float((weight * a * b).sum()) for a, b in ((added, added), (added, there), (there, there)))
    if square <= 0.0 or own <= 0.0:
        return 0.0, 0.0
    # own + 2 mixed s + square s^2 = goal^2 own
    goal = 1.0 + per_cent / 100.0
    inner = mixed * mixed - square * own * (1.0 - goal * goal)
    share = (-mixed + np.sqrt(inner)) / square if per_cent > 0 else (-mixed - np.sqrt(max(inner, 0.0))) / square
    share = float(np.clip(share, 0.0, _MOST_SHARE))
    reached = np.sqrt((own + 2 * mixed * share + square * share * share) / own)
    return share, 100.0 * (float(reached) - 1.0)


def _bands(canvas):
    """Fine detail of log brightness; the part of it that may change; folds; and where the contrast is taken."""
    if canvas.inside.sum() < 50:
        return None
    reach = max(1, round(0.06 * canvas.px_per_cm))
    sure = cv2.erode(canvas.skin, np.ones((3, 3), np.uint8), iterations=reach)
    weight = cv2.GaussianBlur(sure, (0, 0), max(0.8, 0.08 * canvas.px_per_cm)) * canvas.skin
    bright, known = cv2.log(np.maximum(canvas.planes[1], 1 / 512)), np.maximum(canvas.skin, 1e-3)
    level = masked_blur(bright, known, _FINE_CM * canvas.px_per_cm)
    broad = masked_blur(bright, known, _BROAD_CM * canvas.px_per_cm)
    clean = cv2.GaussianBlur(bright, (0, 0), 0.6)  # single-pixel noise and JPEG blocks stay as they are
    fine, folds = (
        limit * np.tanh(detail / limit) * weight
        for limit, detail in ((_MOST_LOG, clean - level), (1.4 * _MOST_LOG, level - broad))
    )
    there = np.clip(bright - level, -_MOST_LOG, _MOST_LOG)
    return there.astype(np.float32), fine.astype(np.float32), folds.astype(np.float32), weight * canvas.inside


def _pores(canvas, seed):
    """Shallow pits where pores are large: nose, inner cheeks, forehead, chin."""
    grain = canvas.noise(seed, "pores", 0.3, 1.0, smooth=True)
    return (0.06 * maps.smoothstep(grain, 0.6, 2.2) * canvas.area("centre") * canvas.matte).astype(np.float32)


def _sheen(canvas):
    """A soft broad highlight where a smooth face would mirror the light."""
    nodes = lighting.normals(canvas)
    slope = lighting.light(canvas).astype(np.float64)
    aim = slope / np.linalg.norm(slope) if np.linalg.norm(slope) > 0.1 else np.array([0.0, -0.6, 0.8])
    half = aim + np.array([0.0, 0.0, 1.0])
    half = (half / np.linalg.norm(half)).astype(np.float32)
    lobe = np.clip(nodes @ half, 0.0, 1.0) ** 14
    return np.clip(canvas.lift(lobe), 0.0, 1.0) * canvas.skin


def undo(canvas, change, seed):
    return Layer(0.0, "x.")
