"""Narrow grooves and ridges of the skin: a philtrum, a bifid tip, the ridge of a nose, a scar.

A groove shows by the photo's own light on its walls and by the sky that its floor does not see.
Its strokes are in the attribute's parameters: `from` and `to` in canonical centimetres on the
subject's left, `reach` (sigma across) and `height` at full severity, both in centimetres. A
stroke off the midline has its mirror image on the other side. `pale` is what a scar lacks of the
skin's pigment, `evened` the region of which the negative direction takes away the person's own
relief smaller than `form` (sigma, centimetres).
"""

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, maps
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.fields import recipes
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.engines.morph.lighting import bump_density

_AMBIENT_PER_CM = 2.2  # set by eye on flat studio light
_WARM_SHADOW = (0.85, 1.05, 1.1)  # a shadow on skin is redder than the skin
_EVENED = 0.85  # of the person's own relief, at full severity
_FINE_CM, _FORM_CM = 0.1, 0.7  # between pores and the form of the part
_MOST_DENSITY = 0.35
_HIDDEN = "No bare skin of the face is visible where this sign lies."
_LOST = "A relief that is evened out leaves nothing in the picture to bring it back from."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw grooves and ridges, or even out those that are there."""
    make = _even if change.amount < 0 else _strokes
    part, inks = canvas.keep(
        ("grooves", change.attribute.name, change.amount < 0, change.side), lambda: make(canvas, change)
    )
    if not inks:
        return Layer(None, _HIDDEN)
    share = np.float32(change.share)
    return Layer(change.amount, inks=tuple(Ink(p, field, share, on_skin) for p, field, on_skin in inks), part=part)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the grooves that `change` would draw out of the picture, as far as they are there."""
    if change.amount < 0:  # the warp, where there is one, goes back; the shading is lost
        return Layer(change.amount) if change.attribute.name in recipes() else Layer(0.0, _LOST)
    layer = draw(canvas, change, seed)
    if layer.applied is None:
        return layer
    expected = _band(canvas, -layer.inks[0].field * np.float32(layer.inks[0].strength), layer.part)
    seen = _band(canvas, healing.log_light(canvas.planes[1])[layer.part], layer.part)
    share = float(np.clip(healing.slope(seen, expected, canvas.skin[layer.part]), 0.0, 1.0))
    inks = tuple(Ink(ink.pigment, ink.field, ink.strength * share, ink.on_skin) for ink in layer.inks)
    return Layer(share * change.amount, healing.reason(share), inks, part=layer.part, backwards=True)


def _strokes(canvas, change):
    """Densities of the strokes at full severity: light and shade, and a scar's want of pigment."""
    parameters = change.attribute.parameters
    part = _part(canvas, parameters["strokes"])
    if part is None:
        return None, ()
    x, y = canvas.x_cm[part], canvas.y_cm[part]
    height, line = np.zeros(x.shape, np.float32), np.zeros(x.shape, np.float32)
    for stroke in parameters["strokes"]:
        profile = _profile(stroke, x, y, change.sides)
        height += np.float32(stroke["height"]) * profile
        line = np.maximum(line, profile if stroke["height"] > 0 else 0.0)
    whole = np.zeros(canvas.shape, np.float32)
    whole[part] = height
    shade = bump_density(canvas, whole)[part] - np.float32(_AMBIENT_PER_CM) * height
    shade = np.float32(_MOST_DENSITY) * np.tanh(shade / np.float32(_MOST_DENSITY))
    inks = [(_WARM_SHADOW, shade, True)]
    if pale := parameters.get("pale"):
        pigment = tuple(maps.recipes()["pigments"]["scar"])
        on_face = np.clip(canvas.skin[part] + canvas.lips[part], 0.0, 1.0)
        inks.append((pigment, np.float32(-pale) * line * on_face, False))
    return part, tuple(inks) if canvas.skin[part].sum() > 20.0 else ()


def _profile(stroke, x, y, sides):
    """Height of a stroke over its own, float32: a Gaussian across, rounded ends."""
    (x0, y0), (x1, y1) = stroke["from"], stroke["to"]
    along = np.array([x1 - x0, y1 - y0])
    length = max(float(along @ along), 1e-9)
    profile = np.zeros(x.shape, np.float32)
    for side in sides if x0 or x1 else ("left",):
        across = x if side == "left" else -x
        share = np.clip(((across - x0) * along[0] + (y - y0) * along[1]) / length, 0.0, 1.0)
        squared = (across - x0 - share * along[0]) ** 2 + (y - y0 - share * along[1]) ** 2
        profile = np.maximum(profile, np.exp(-0.5 * squared / stroke["reach"] ** 2).astype(np.float32))
    return profile


def _even(canvas, change):
    """Densities that take away the relief between pores and the form of the part, in every channel."""
    region = change.attribute.parameters["evened"]
    part = _part(canvas, [region])
    if part is None:
        return None, ()
    within = _profile(region, canvas.x_cm[part], canvas.y_cm[part], ("left",)) ** 2
    within = np.float32(_EVENED) * maps.smoothstep(within, 0.1, 0.7)
    inks = []
    for k, pigment in enumerate(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))):
        band = _band(canvas, healing.log_light(canvas.planes[k][part]), part, region["form"])
        inks.append((pigment, within * np.clip(band, -0.4, 0.4), True))
    return part, tuple(inks) if (within * canvas.skin[part]).sum() > 20.0 else ()


def _band(canvas, log_light, part, form_cm=_FORM_CM):
    """What lies between pores and the form of the part, of the bare skin alone; arrays of the part's shape."""
    values, skin = np.ascontiguousarray(log_light), np.ascontiguousarray(canvas.skin[part])
    fine, form = (masked_blur(values, skin, sigma * canvas.px_per_cm) for sigma in (_FINE_CM, form_cm))
    return fine - form


def _part(canvas, strokes):
    """Rows and columns of the canvas that strokes can reach; None where they lie outside."""
    ends = np.array([stroke[end] for stroke in strokes for end in ("from", "to")])
    margin = 4.0 * max(stroke["reach"] for stroke in strokes) + 0.4
    near = np.abs(canvas.x_cm) < np.abs(ends[:, 0]).max() + margin
    near &= (canvas.y_cm > ends[:, 1].min() - margin) & (canvas.y_cm < ends[:, 1].max() + margin)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if min(len(rows), len(columns)) < 4:
        return None
    return np.s_[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
