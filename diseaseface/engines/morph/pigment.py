"""Diffuse colour signs of skin and sclera: pigment added as optical density, or taken away."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer, through

_PER_INDEX = 100.0 / np.log(10.0)  # index units for a natural-log density of one
# What one unit of density in (R, G, B) adds to each index of faces.colorimetry.
_INDICES = {
    "erythema": (-1.0, 1.0, 0.0),
    "melanin": (1.0, 0.0, 0.0),
    "yellowness": (0.0, -1.0, 1.0),
    "blueness": (1.0, 0.0, -1.0),
}
_SCLERAL = {"scleral_icterus": ("bilirubin", "yellowness"), "blue_sclera": ("collagen_blue", "blueness")}
_MOST_FACTOR = 2.0
_PALE = "No bare skin of the face is visible where this sign lies."
_SHUT = "The whites of the eyes are not visible."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw a colour sign."""
    name = change.attribute.name
    if name in _SCLERAL:
        return _sclera(canvas, name, change.amount)
    if name == "pallor":
        return _pallor(canvas, change.amount)
    return _skin(canvas, name, change.amount, seed)


def index_per_density(pigment: tuple[float, ...], index: str) -> float:
    """Return the change of an index by one unit of a pigment."""
    return float(_PER_INDEX * np.dot(_INDICES[index], pigment))


def _skin(canvas, name, amount, seed):
    recipe = maps.recipes()["signs"][name]
    pigment = tuple(maps.recipes()["pigments"][recipe["pigment"]])
    field, mean = canvas.keep((name, seed), lambda: _field(canvas, name, recipe, seed))
    if not mean:
        return Layer(0.0, _PALE)
    strength = amount / index_per_density(pigment, recipe["index"])
    if strength < 0:
        strength *= _shortfall(canvas, pigment, recipe["index"], strength, field)
    inks = [Ink(pigment, field, strength)]
    if lips := recipe.get("lips"):
        inks.append(Ink(pigment, canvas.keep(("lips",), lambda: _lips(canvas)), strength * lips, on_skin=False))
    return Layer(amount, inks=tuple(inks))


def _field(canvas, name, recipe, seed):
    """Where the pigment goes, with mean one over the sign's area; and whether there is any skin in it."""
    height = canvas.area(recipe["area"])
    nominal = maps.smoothstep(height, *recipe["edge"])
    field = nominal
    if recipe["ragged"]:
        ragged = canvas.noise(seed, name, recipe["grain_cm"])
        field = maps.smoothstep(height * (1.0 + np.float32(recipe["ragged"]) * ragged), *recipe["edge"])
    mottle = canvas.noise(seed, name + " mottle", 0.6 * recipe["grain_cm"], 1.5)
    uneven = 1.0 + recipe["mottle"] * np.clip(mottle, -2.0, 2.0)
    if recipe["own"]:
        uneven += recipe["own"] * canvas.flush
    field = field * np.maximum(uneven, 0.0) * canvas.matte
    weight = nominal * canvas.skin
    if recipe.get("read_on") == "lips":
        return field.astype(np.float32), float(canvas.lips.sum() > 4.0)
    total, drawn = float(weight.sum()), float((weight * field).sum())
    if total < 20.0 or drawn <= 0.0:
        return field, 0.0
    return (field * (total / drawn)).astype(np.float32), 1.0


def _lips(canvas):
    """The lips, so that their soft border takes nothing from the mean over them."""
    squared = float((canvas.lips**2).sum())
    return canvas.lips * np.float32(canvas.lips.sum() / squared if squared else 1.0)


def _shortfall(canvas, pigment, index, strength, field):
    """How much more to take away than light in proportion would need, since bright skin gives less."""
    step = max(1, int(0.25 * canvas.px_per_cm))
    sample = np.s_[::step, ::step]
    weight = canvas.inside[sample]
    wanted, factor = strength * index_per_density(pigment, index), 1.0
    for _ in range(3):
        reached = sum(
            row * _mean_density(canvas.planes[k][sample], factor * strength * pigment[k] * field[sample], weight)
            for k, row in enumerate(_INDICES[index])
        )
        factor *= float(np.clip(wanted / (_PER_INDEX * reached), 0.5, 2.0)) if reached * wanted > 0 else 1.0
    return min(factor, _MOST_FACTOR)


def _mean_density(light, density, weight):
    light = np.maximum(light, 1 / 512)
    after = through(np.ascontiguousarray(light), density.astype(np.float32))
    return float((weight * np.log(light / after)).sum() / max(weight.sum(), 1e-6))


def _sclera(canvas, name, amount):
    pigment_name, index = _SCLERAL[name]
    pigment = tuple(maps.recipes()["pigments"][pigment_name])
    field = canvas.keep((name,), lambda: _sclera_field(canvas))
    if field is None:
        return Layer(0.0, _SHUT)
    return Layer(amount, inks=(Ink(pigment, field, amount / index_per_density(pigment, index), on_skin=False),))


def _sclera_field(canvas):
    """More towards the canthi and the fornices than at the limbus, with mean one over the sclera."""
    sclera = canvas.sclera
    if sclera.sum() < 4.0:
        return None
    near_iris = cv2.GaussianBlur(canvas.iris, (0, 0), max(1.0, 0.35 * canvas.px_per_cm))
    field = sclera * (1.12 - 0.5 * np.clip(near_iris, 0.0, 0.6))
    return (field * (sclera.sum() / (sclera * field).sum())).astype(np.float32)


def _pallor(canvas, amount):
    """Take haemoglobin away, most where there is most of it; lips first."""
    pigment = tuple(maps.recipes()["pigments"]["paling"])
    field = canvas.keep(("pallor",), lambda: _redness(canvas))
    if field is None:
        return Layer(0.0, _PALE)
    strength = -amount / index_per_density(pigment, "erythema")
    strength *= _shortfall(canvas, pigment, "erythema", strength, field)
    lips = Ink(pigment, canvas.lips, 1.25 * strength, on_skin=False)
    return Layer(amount, inks=(Ink(pigment, field, strength), lips))


def _redness(canvas):
    bare = canvas.inside > 0.5
    if bare.sum() < 20:
        return None
    colour = np.maximum(canvas.smooth_colour(0.5), 1e-3)
    redness = cv2.log(colour[..., 0]) - cv2.log(colour[..., 1])
    low, high = np.percentile(redness[bare], (5, 95))
    field = (0.65 + 0.7 * np.clip((redness - low) / max(high - low, 0.05), 0.0, 1.2)) * canvas.matte
    return (field * (canvas.inside.sum() / (canvas.inside * field).sum())).astype(np.float32)
