"""Diffuse colour signs of skin and sclera: pigment added as optical density, or taken away."""

from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer, before, through
from diseaseface.faces.colorimetry import optical_density

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
    return _sign(canvas, change, seed, through)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the sign that `change` would draw out of the picture, but no further than healthy skin goes."""
    share = 1.0 if change.amount < 0 else min(1.0, _there(canvas, change.attribute.name, seed) / change.amount)
    if share <= 0.0:
        return Layer(0.0, healing.NOT_THERE)
    layer = _sign(canvas, replace(change, amount=share * change.amount), seed, before)
    return replace(layer, reason=layer.reason or healing.reason(share), backwards=True)


def _sign(canvas, change, seed, pass_light):
    name = change.attribute.name
    if name in _SCLERAL:
        return _sclera(canvas, name, change.amount)
    if name == "pallor":
        return _pallor(canvas, change.amount, pass_light)
    return _skin(canvas, name, change.amount, seed, pass_light)


def index_per_density(pigment: tuple[float, ...], index: str) -> float:
    """Return the change of an index by one unit of a pigment."""
    return float(_PER_INDEX * np.dot(_INDICES[index], pigment))


def _skin(canvas, name, amount, seed, pass_light):
    recipe = maps.recipes()["signs"][name]
    pigment = tuple(maps.recipes()["pigments"][recipe["pigment"]])
    field, mean = canvas.keep((name, seed), lambda: _field(canvas, name, recipe, seed))
    if not mean:
        return Layer(0.0, _PALE)
    strength = amount / index_per_density(pigment, recipe["index"])
    if strength < 0:
        strength *= _shortfall(canvas, pigment, recipe["index"], strength, field, pass_light)
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


def _shortfall(canvas, pigment, index, strength, field, pass_light):
    """How much more to take away than light in proportion would need, since bright skin gives less."""
    darker = 1.0 if pass_light is through else -1.0
    step = max(1, int(0.25 * canvas.px_per_cm))
    sample = np.s_[::step, ::step]
    weight = canvas.inside[sample]
    wanted, factor = strength * index_per_density(pigment, index), 1.0
    for _ in range(3):
        reached = sum(
            darker
            * row
            * _mean_density(
                canvas.planes[k][sample], factor * strength * pigment[k] * field[sample], weight, pass_light
            )
            for k, row in enumerate(_INDICES[index])
        )
        factor *= float(np.clip(wanted / (_PER_INDEX * reached), 0.5, 2.0)) if reached * wanted > 0 else 1.0
    return min(factor, _MOST_FACTOR)


def _mean_density(light, density, weight, pass_light):
    light = np.maximum(light, 1 / 512)
    after = pass_light(np.ascontiguousarray(light), density.astype(np.float32))
    return float((weight * np.log(light / after)).sum() / max(weight.sum(), 1e-6))


def _there(canvas, name, seed):
    """How far a sign's index lies above the least that healthy photos show, in its unit."""
    least = maps.recipes()["least"].get(name)
    if least is None:
        return np.inf
    recipe = maps.recipes()["signs"].get(name, {})
    values = _index(canvas, recipe.get("index") or _SCLERAL[name][1])
    on, rest, field = canvas.sclera, canvas.inside, None
    if recipe.get("read_on") == "lips":
        on = canvas.lips
    elif recipe:
        nominal = maps.smoothstep(canvas.area(recipe["area"]), *recipe["edge"])
        on, rest = nominal * canvas.skin, canvas.inside * np.clip(1.0 - 2.0 * nominal, 0.0, 1.0)
        field = canvas.keep((name, seed), lambda: _field(canvas, name, recipe, seed))[0]
    above = _mean(values, on) - least["index"]
    if not least["contrast"]:
        return above
    shared = _mean(field, rest) if field is not None else 0.0  # the rest has some of the sign, too
    return (above - _mean(values, rest)) / max(1.0 - shared, 0.3)


def _index(canvas, index):
    """An index of faces.colorimetry on the window, (h, w)."""
    return 100.0 * sum(row * optical_density(p) for row, p in zip(_INDICES[index], canvas.planes, strict=True) if row)


def _mean(values, weight):
    return float((values * weight).sum() / max(float(weight.sum()), 1e-6))


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


def _pallor(canvas, amount, pass_light):
    """Take haemoglobin away, most where there is most of it; lips first."""
    pigment = tuple(maps.recipes()["pigments"]["paling"])
    field = canvas.keep(("pallor",), lambda: _redness(canvas))
    if field is None:
        return Layer(0.0, _PALE)
    strength = -amount / index_per_density(pigment, "erythema")
    strength *= _shortfall(canvas, pigment, "erythema", strength, field, pass_light)
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
