"""Coarse and tight skin: the contrast of pores and folds raised or lowered, and the sheen of tight skin."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, lighting, maps
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer, usual_light, without_shine

_GREY = (1.0, 1.0, 1.0)
_FINE_CM, _BROAD_CM = 0.16, 0.6
_MOST_LOG = 0.22  # detail beyond this is a fold, a mole or a stray hair, not the skin's grain
_COARSE_FOLDS, _TIGHT_FOLDS = 0.5, 1.6  # change of the relief between fine and broad, as a share of the fine one's
_SHEEN = 1.1
_MOST_SHARE = 1.2
_ROUNDS = 6
_MOST_BACK = 0.35  # log light; detail that was smoothed away wholly does not come back
_LEAST_LIT = 0.75  # skin darker than this share of the usual carries no shine
_HIDDEN = "No bare skin of the face is visible."
_SMOOTH = "The skin in this photo shows too little grain to change more."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Change the contrast of the skin's fine detail by `change.amount` per cent, up or down."""
    bands = canvas.keep(("texture",), lambda: _bands(canvas, healing.log_light(canvas.planes[1])))
    if bands is None:
        return Layer(0.0, _HIDDEN)
    name = change.attribute.name
    added, seen = canvas.keep((name, seed), lambda: _with_seen(canvas, _pattern(canvas, bands, name, seed)))
    share, applied = _solve(bands, seen, change)
    shine = _drawn_sheen(canvas, change.amount) if name == "skin_tightening" else None
    return Layer(applied, _reason(applied, change), (Ink(_GREY, added, -share),), shine=shine)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Find the skin that `change` would turn into this picture, and give it back.

    A guess is drawn on, and what drawing adds is taken off the picture for the next guess.
    """
    if canvas.inside.sum() < 50:
        return Layer(0.0, _HIDDEN)
    name, planes, shine = change.attribute.name, canvas.planes, None
    if name == "skin_tightening":
        shine = _visible_sheen(canvas, change.amount)
        planes = [without_shine(plane, shine * usual_light(canvas)) for plane in planes]
    here = healing.log_light(planes[1])
    guess, was_added = here, np.zeros_like(here)
    for _ in range(_ROUNDS):
        bands = _bands(canvas, guess)
        added, seen = _with_seen(canvas, _pattern(canvas, bands, name, seed))
        share, applied = _solve(bands, seen, change)
        was_added = np.clip(share * added, -_MOST_BACK, _MOST_BACK)
        guess = here - was_added
    return Layer(applied, _reason(applied, change), (Ink(_GREY, was_added, -1.0),), shine=shine, backwards=True)


def _pattern(canvas, bands, name, seed):
    """What a share of is added to log brightness."""
    _, fine, folds, _ = bands
    if name == "skin_tightening":
        return -fine - _TIGHT_FOLDS * folds
    return fine + _COARSE_FOLDS * folds - canvas.keep(("pores", seed), lambda: _pores(canvas, seed))


def _reason(applied, change):
    return None if applied > 0.95 * change.amount else _SMOOTH


def _drawn_sheen(canvas, amount):
    return canvas.keep(("sheen",), lambda: _sheen(canvas)) * np.float32(_SHEEN * amount / 100.0)


def _visible_sheen(canvas, amount):
    """The sheen that is drawn, where the skin is bright enough to carry it."""
    light = canvas.smooth_colour(0.3)[..., 1] / np.float32(max(usual_light(canvas), 1e-3))
    return np.minimum(_drawn_sheen(canvas, amount), np.maximum(light - _LEAST_LIT, 0.0))


def _with_seen(canvas, added):
    """A change of log brightness, and what of it lies in the fine band."""
    added = added.astype(np.float32)
    known = np.maximum(canvas.skin, 1e-3)
    return added, added - masked_blur(added, known, _FINE_CM * canvas.px_per_cm)


def _solve(bands, added, change):
    """Find how much of `added` changes the fine contrast by what is asked; and the per cent that it reaches."""
    there, _, _, weight = bands
    sign = -1.0 if change.attribute.name == "skin_tightening" else 1.0
    square, mixed, own = (float((weight * a * b).sum()) for a, b in ((added, added), (added, there), (there, there)))
    if square <= 0.0 or own <= 0.0:
        return 0.0, 0.0
    # own + 2 mixed s + square s^2 = goal^2 own
    goal = 1.0 + sign * change.amount / 100.0
    inner = mixed * mixed - square * own * (1.0 - goal * goal)
    share = float(np.clip((-mixed + sign * np.sqrt(max(inner, 0.0))) / square, 0.0, _MOST_SHARE))
    reached = np.sqrt((own + 2 * mixed * share + square * share * share) / own)
    return share, sign * 100.0 * (float(reached) - 1.0)


def _bands(canvas, bright):
    """Fine detail of log brightness (h, w); the part of it that may change; folds; and where the contrast is taken."""
    if canvas.inside.sum() < 50:
        return None
    reach = max(1, round(0.06 * canvas.px_per_cm))
    sure = cv2.erode(canvas.skin, np.ones((3, 3), np.uint8), iterations=reach)
    weight = cv2.GaussianBlur(sure, (0, 0), max(0.8, 0.08 * canvas.px_per_cm)) * canvas.skin
    known = np.maximum(canvas.skin, 1e-3)
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
