"""Signs of the white of the eye: redness, vessels, blood."""

from collections.abc import Sequence

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import conjunctiva, maps, noise
from diseaseface.engines.morph.eyeball import inside_iris, ramp
from diseaseface.engines.morph.eyeparts import Parts
from diseaseface.engines.morph.irissigns import Disc

_PER_INDEX = 100.0 / np.log(10.0)
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
    vessels = conjunctiva.vessels(parts.eye, disc.iris_cm, seed, min(1.0, 0.25 + amount / 40.0))
    field = white * (0.55 + 0.6 * away + 1.5 * vessels)
    field *= white.sum() / max(float((white * field).sum()), 1e-3)
    pigment = _pigment()
    strength = amount / (_PER_INDEX * (pigment[1] - pigment[0]))
    return strength * field[..., None] * pigment, amount


def _telangiectasia(parts, disc, white, amount, seed):
    """Single dilated vessels from the canthi towards the limbus."""
    vessels = white * conjunctiva.vessels(parts.eye, disc.iris_cm, seed, amount / 100.0)
    around = cv2.GaussianBlur(vessels, (0, 0), 1.2 + 0.03 * float(np.hypot(*parts.eye.up_px)))
    return _VESSEL_DENSITY * (vessels + 0.4 * white * around)[..., None] * _pigment(), amount


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


def _margins(parts, disc, white, amount, seed):
    """Redness of the lid margins and of the skin beside them."""
    eye = parts.eye
    outside = -np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    band = np.exp(-(((outside - 0.05) / 0.1) ** 2)) * np.clip(eye.across / 0.15, 0.0, 1.0)
    ball = parts.bare * inside_iris(disc.radius * disc.iris_cm, disc.iris_cm)
    pigment = _pigment()
    strength = amount / (_PER_INDEX * (pigment[1] - pigment[0]))
    return strength * (band * (1.0 - ball))[..., None] * pigment, amount


_SIGNS = {
    "blepharitis": _margins,
    "conjunctival_hyperaemia": _hyperaemia,
    "conjunctival_telangiectasia": _telangiectasia,
    "subconjunctival_haemorrhage": _haemorrhage,
}
