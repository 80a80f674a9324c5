"""Diffuse colour signs of skin and sclera: pigment added as optical density, or taken away."""

from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, kinds, maps
from diseaseface.engines.morph.canvas import Canvas, masked_blur
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
_SHARP = 0.25  # a narrower edge has a border that can be seen
_BORDER_CM, _LEAST_SEEN = 0.8, 0.42  # how far from it its contrast is read, and how much of it has to be there
_LEAST_BARE = 0.72  # share of a sign's area; where less is known to be skin, a stain would stay in part
_MIDLINE_CM = 0.35  # half the width of the border of a sign of one side
_PALE = "No bare skin of the face is visible where this sign lies."
_UNSURE = "Too little of the sign's place is known to be bare skin to take all of it away."
_SHUT = "The whites of the eyes are not visible."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw a colour sign."""
    return _sign(canvas, change, seed, through)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the sign that `change` would draw out of the picture, but no further than healthy skin goes."""
    share = _share_there(canvas, change, seed) if change.amount > 0 else 1.0
    if share <= 0.0:
        return Layer(0.0, _UNSURE if _has_border(change) and not _is_bare(canvas, change) else healing.NOT_THERE)
    layer = _sign(canvas, replace(change, amount=share * change.amount), seed, before)
    return replace(layer, reason=layer.reason or healing.reason(share), backwards=True)


def _sign(canvas, change, seed, pass_light):
    name = change.attribute.name
    if name in _SCLERAL:
        return _sclera(canvas, name, change.amount)
    if name == "pallor":
        return _pallor(canvas, change.amount, pass_light)
    return _skin(canvas, change, seed, pass_light)


def index_per_density(pigment: tuple[float, ...], index: str) -> float:
    """Return the change of an index by one unit of a pigment."""
    return float(_PER_INDEX * np.dot(_INDICES[index], pigment))


def _skin(canvas, change, seed, pass_light):
    name, amount = change.attribute.name, change.amount
    recipe = maps.recipes()["signs"][name]
    pigment = kinds.density(canvas, recipe["pigment"])
    field, mean = _kept_field(canvas, change, seed)
    if not mean:
        return Layer(0.0, _PALE)
    strength = amount / index_per_density(pigment, recipe["index"])
    if strength < 0:
        strength *= _shortfall(canvas, pigment, recipe["index"], strength, field, pass_light)
    inks = [Ink(pigment, field, strength)]
    if lips := recipe.get("lips"):
        inks.append(Ink(pigment, canvas.keep(("lips",), lambda: _lips(canvas)), strength * lips, on_skin=False))
    if ring := recipe.get("ring"):
        around = canvas.keep((name, seed, change.side, "ring"), lambda: _ring(canvas, change, ring, seed))
        inks.append(Ink(kinds.density(canvas, ring["pigment"]), around, strength * ring["share"]))
    return Layer(amount, inks=tuple(inks), through_hairs=True)


def _kept_field(canvas, change, seed):
    return canvas.keep((change.attribute.name, seed, change.side), lambda: _field(canvas, change, seed))


def _field(canvas, change, seed):
    """Where the pigment goes, with mean one over the sign's area; and whether there is any skin in it."""
    recipe = maps.recipes()["signs"][change.attribute.name]
    nominal = maps.smoothstep(_height(canvas, change), *recipe["edge"])
    field = maps.smoothstep(_ragged(canvas, change, seed), *recipe["edge"]) if recipe["ragged"] else nominal
    field = field * _uneven(canvas, change.attribute.name, recipe, seed) * canvas.matte
    weight = nominal * canvas.skin
    if recipe.get("read_on") == "lips":
        return field.astype(np.float32), float(canvas.lips.sum() > 4.0)
    total, drawn = float(weight.sum()), float((weight * field * canvas.skin).sum())
    if total < 20.0 or drawn <= 0.0:
        return field, 0.0
    return (field * (total / drawn)).astype(np.float32), 1.0


def _height(canvas, change, ragged=0.0):
    """The sign's area, 0 to 1, on one side alone where the change takes one; (h, w) noise moves its borders."""
    height = canvas.area(maps.recipes()["signs"][change.attribute.name]["area"]) * (1.0 + ragged)
    if change.side is None:
        return height
    outward = canvas.x_cm if change.side == "left" else -canvas.x_cm
    return height * maps.smoothstep(outward + _MIDLINE_CM * ragged, -_MIDLINE_CM, _MIDLINE_CM)


def _ragged(canvas, change, seed):
    recipe = maps.recipes()["signs"][change.attribute.name]
    noise = canvas.noise(seed, change.attribute.name, recipe["grain_cm"], recipe.get("roughness", 2.0))
    return _height(canvas, change, np.float32(recipe["ragged"]) * noise)


def _uneven(canvas, name, recipe, seed):
    """By how much more or less of the pigment each place has, (h, w)."""
    mottle = canvas.noise(seed, name + " mottle", 0.6 * recipe["grain_cm"], 1.5)
    uneven = 1.0 + recipe["mottle"] * np.clip(mottle, -2.0, 2.0)
    if recipe["own"]:
        uneven += recipe["own"] * canvas.flush
    if islands := recipe.get("islands"):
        uneven *= maps.smoothstep(canvas.noise(seed, name + " islands", recipe["grain_cm"]), *islands)
    if width := recipe.get("net"):
        uneven *= np.exp(-((canvas.noise(seed, name + " net", recipe["grain_cm"], 3.0) / width) ** 2))
    return np.maximum(uneven, 0.0)


def _ring(canvas, change, ring, seed):
    """What surrounds the sign, (h, w), 0 to 1."""
    height = _ragged(canvas, change, seed)
    inner = maps.smoothstep(height, *maps.recipes()["signs"][change.attribute.name]["edge"])
    return (maps.smoothstep(height, *ring["edge"]) * (1.0 - inner) * canvas.matte).astype(np.float32)


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


def _share_there(canvas, change, seed):
    """How much of what is asked to be taken away is there; at most one, none where it is zero or less."""
    if _has_border(change):
        return float(_is_bare(canvas, change) and _seen(canvas, change, seed) > _LEAST_SEEN)
    return min(1.0, _there(canvas, change, seed) / change.amount)


def _has_border(change):
    """Tell whether the sign has a border or a pattern of its own, which no shade has."""
    recipe = maps.recipes()["signs"].get(change.attribute.name)
    return bool(recipe) and ("islands" in recipe or "net" in recipe or np.ptp(recipe["edge"]) < _SHARP)


def _is_bare(canvas, change):
    """Tell whether the sign's area on the face is known to be bare skin; a deep stain may pass for hair."""
    area = maps.smoothstep(_height(canvas, change), *maps.recipes()["signs"][change.attribute.name]["edge"])
    return _mean(canvas.skin, area * canvas.oval) > _LEAST_BARE


def _seen(canvas, change, seed):
    """How much of the sign's pattern is seen, about zero to one, by colour alone: shade has none."""
    layer = _sign(canvas, change, seed, before)
    if not layer.inks:
        return 0.0
    ink = layer.inks[0]
    axis = np.array(ink.pigment, np.float32) - np.float32(np.mean(ink.pigment))
    seen = -sum(a * healing.log_light(plane) for a, plane in zip(axis, canvas.planes, strict=True))
    drawn = ink.field * np.float32(ink.strength * float(axis @ np.array(ink.pigment)))
    known, blur = np.maximum(canvas.skin, 1e-3), max(0.8, 0.06 * canvas.px_per_cm)
    bands = [a - masked_blur(a, known, _BORDER_CM * canvas.px_per_cm) for a in (seen, drawn)]
    return healing.slope(*(cv2.GaussianBlur(band, (0, 0), blur) for band in bands), canvas.inside)


def _there(canvas, change, seed):
    """How far a sign's index lies above the least that healthy photos show, in its unit."""
    name = change.attribute.name
    least = maps.recipes()["least"].get(name)
    if least is None:
        return np.inf
    recipe = maps.recipes()["signs"].get(name, {})
    values = _index(canvas, recipe.get("index") or _SCLERAL[name][1])
    on, rest, field = canvas.sclera, canvas.inside, None
    if recipe.get("read_on") == "lips":
        on = canvas.lips
    elif recipe:
        nominal = maps.smoothstep(_height(canvas, change), *recipe["edge"])
        on, rest = nominal * canvas.skin, canvas.inside * np.clip(1.0 - 2.0 * nominal, 0.0, 1.0)
        field = _kept_field(canvas, change, seed)[0]
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
    return Layer(amount, inks=(Ink(pigment, field, strength), lips), through_hairs=True)


def _redness(canvas):
    bare = canvas.inside > 0.5
    if bare.sum() < 20:
        return None
    colour = np.maximum(canvas.smooth_colour(0.5), 1e-3)
    redness = cv2.log(colour[..., 0]) - cv2.log(colour[..., 1])
    low, high = np.percentile(redness[bare], (5, 95))
    field = (0.65 + 0.7 * np.clip((redness - low) / max(high - low, 0.05), 0.0, 1.2)) * canvas.matte
    return (field * (canvas.inside.sum() / (canvas.inside * field).sum())).astype(np.float32)
