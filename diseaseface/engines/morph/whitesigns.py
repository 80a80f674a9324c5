"""Signs of the white of the eye: redness, vessels, blood."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import maps, noise, strokes
from diseaseface.engines.morph.eyeball import inside_iris, ramp
from diseaseface.engines.morph.eyeparts import Parts
from diseaseface.engines.morph.irissigns import Disc

_PER_INDEX = 100.0 / np.log(10.0)
_TREES = 22
_STEPS, _STEP = 26, 0.045  # of the distance from the canthus to the limbus
_WIDTH_CM = (0.012, 0.03)
_VESSEL_DENSITY = 1.9
_BLOOD = np.array([0.5, 2.2, 2.0], np.float32)  # natural-log density of red, green and blue
_HIDDEN = "The white of the eye is not visible."


def draw(parts: Parts, disc: Disc, picture: np.ndarray, changes: Sequence[Change], seed: int):
    """Draw all signs of the white on a picture (h, w, 3), linear light; return it and what was applied."""
    white = parts.bare * (1.0 - inside_iris(disc.radius * disc.iris_cm, disc.iris_cm))
    total, applied = np.zeros((*white.shape, 3), np.float32), {}
    for change in changes:
        if (sign := _SIGNS.get(change.attribute.name)) is not None:
            shown = float(white.sum()) > 6.0
            density, amount = sign(parts, disc, white, change.amount, seed) if shown else (0.0, None)
            total += density
            applied[id(change)] = amount, None if shown else _HIDDEN
    return (picture * np.exp(-total) if applied else picture), applied


def _pigment():
    return np.array(maps.recipes()["pigments"]["haemoglobin"], np.float32)


def _hyperaemia(parts, disc, white, amount, seed):
    """Diffuse redness, least beside the limbus, and more and more vessels."""
    away = ramp(disc.radius * disc.iris_cm, disc.iris_cm, parts.eye.half_cm)
    vessels = _vessels(parts, disc, seed, min(1.0, 0.25 + amount / 40.0))
    field = white * (0.55 + 0.6 * away + 1.5 * vessels)
    field *= white.sum() / max(float((white * field).sum()), 1e-3)
    pigment = _pigment()
    strength = amount / (_PER_INDEX * (pigment[1] - pigment[0]))
    return strength * field[..., None] * pigment, amount


def _telangiectasia(parts, disc, white, amount, seed):
    """Single dilated vessels from the canthi towards the limbus."""
    vessels = white * _vessels(parts, disc, seed, amount / 100.0)
    around = cv2.GaussianBlur(vessels, (0, 0), 1.2 + 0.03 * float(np.hypot(*parts.eye.up_px)))
    return _VESSEL_DENSITY * (vessels + 0.4 * around)[..., None] * _pigment(), amount


def _vessels(parts, disc, seed, share):
    """How much of each pixel a share of the vessels covers, (h, w)."""
    eye = parts.eye
    count = share * _TREES
    lines, widths, opacity, order = _grown(seed)
    seen = order < count
    side = np.where(lines[seen, :, 0] < 0, -1.0, 1.0)
    reach = np.where(side < 0, eye.half_cm + eye.iris_uv[0], eye.half_cm - eye.iris_uv[0])
    u = eye.iris_uv[0] + side * (disc.iris_cm + np.abs(lines[seen, :, 0]) * (reach - disc.iris_cm))
    places = eye.to_px(u, eye.iris_uv[1] - 0.1 + 0.55 * lines[seen, :, 1])
    strength = opacity[seen] * np.clip(count - order[seen], 0.0, 1.0)
    return strokes.cover(eye.u_cm.shape, places, widths[seen] * float(np.hypot(*eye.up_px)), strength)


@lru_cache(maxsize=8)
def _grown(seed):
    """Pieces of vessels: (n, 2, 2) from the limbus (0) to the canthus (1, its sign the side), by height.

    Also widths in centimetres, opacities, and the number of each piece's tree.
    """
    random = noise.stream(seed, "conjunctival vessels")
    pieces = []
    for tree in range(_TREES):
        side = -1.0 if tree % 2 else 1.0
        _grow(random, tree, side, np.array([1.0, random.uniform(-1.0, 0.9)]), random.uniform(0.6, 1.0), 1, pieces)
    table = np.array(pieces)
    return table[:, :4].reshape(-1, 2, 2), table[:, 4], table[:, 5], table[:, 6]


def _grow(random, tree, side, at, width, depth, pieces):
    heading, length = random.normal(0.0, 0.3), random.uniform(0.55, 0.95)
    steps = int(_STEPS * length * (1.0 if depth else 0.5))
    for step in range(steps):
        heading = 0.93 * heading + random.normal(0.0, 0.28)
        on = at + _STEP * np.array([-np.cos(heading), 0.9 * np.sin(heading)])
        if on[0] < 0.03:
            break
        fade = 1.0 - 0.6 * step / _STEPS
        wide = (_WIDTH_CM[0] + (_WIDTH_CM[1] - _WIDTH_CM[0]) * width * fade) * (1.0 if depth else 0.7)
        seen = width * fade * min(1.0, 0.35 + 2.0 * (1.0 - at[0]))  # the inner corner is red by itself
        pieces.append((side * at[0], at[1], side * on[0], on[1], wide, seen, tree))
        at = on
        if depth and random.uniform() < 0.12:
            _grow(random, tree, side, at, 0.7 * width, 0, pieces)


def _haemorrhage(parts, disc, white, amount, seed):
    """Blood beneath the conjunctiva: one sheet beside the iris, sharp at the limbus, thinner elsewhere at its edge."""
    eye = parts.eye
    ragged = cv2.resize(noise.stream(seed, "blood").standard_normal((6, 11)).astype(np.float32), white.shape[::-1],
                        interpolation=cv2.INTER_CUBIC)  # fmt: skip
    along, up = (eye.u_cm - eye.iris_uv[0]) / disc.iris_cm, (eye.v_cm - eye.iris_uv[1]) / disc.iris_cm
    apart = np.hypot(along - 1.45, 0.75 * up + 0.2) - 0.1 * ragged
    order = np.sort(apart[white > 0.5])
    if not len(order):
        return 0.0, 0.0
    edge = float(order[min(len(order) - 1, round(float(white.sum()) * amount / 100.0))])
    thick = ramp(edge - apart, -0.12, 0.3) * (0.85 + 0.12 * ragged)
    return (white * thick)[..., None] * _BLOOD, amount


_SIGNS = {
    "conjunctival_hyperaemia": _hyperaemia,
    "conjunctival_telangiectasia": _telangiectasia,
    "subconjunctival_haemorrhage": _haemorrhage,
}
