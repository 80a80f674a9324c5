"""All signs of the skin's, eyes' and brows' appearance, composed in the photo's own frame."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import (
    brows,
    creases,
    depigmentation,
    facialhair,
    geometry,
    grooves,
    lashes,
    lesions,
    lighting,
    lips,
    mane,
    patches,
    pigment,
    plaques,
    regrowth,
    scales,
    texture,
    veins,
)
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Layer, before, through, usual_light, with_shine, without_shine

# How to draw each kind of sign, and how to take it away.
_OPERATORS = {
    "pigment": (pigment.draw, pigment.undo),
    "patches": (patches.draw, patches.undo),
    "depigmentation": (depigmentation.draw, depigmentation.undo),
    "lesions": (lesions.draw, lesions.undo),
    "texture": (texture.draw, texture.undo),
    "plaques": (plaques.draw, plaques.undo),
    "scales": (scales.draw, scales.undo),
    "creases": (creases.draw, creases.undo),
    "veins": (veins.draw, veins.undo),
    "grooves": (grooves.draw, grooves.undo),
    "lips": (lips.draw, lips.undo),
    "brows": (brows.draw, regrowth.undo),
    "lashes": (lashes.draw, lashes.undo),
    "hairs": (facialhair.draw, facialhair.undo),
}
_ON_SCALP = "scalp"  # drawn by `mane`, on a canvas of its own
# By operator: the sign that takes the pigment of its hair, and how much of its darkness that takes at most.
_PALE_HAIR = {"brows": "eyebrow_whitening", "hairs": "eyebrow_whitening", "lashes": "eyelash_whitening"}
_PALEST = 0.9
_FAIR, _PALE_BROWS = "generalized_depigmentation", "eyebrow_whitening"
_LEAST_CHANGE = 1.0 / 4096  # of linear light; below it no code of the picture changes


def paints(change: Change) -> bool:
    """Say whether a change is one of appearance, drawn here."""
    return change.attribute.operator in _OPERATORS or change.attribute.operator == _ON_SCALP


def paint(canvas: Canvas, changes: Sequence[Change], seed: int) -> tuple[np.ndarray, np.ndarray, list[Applied]]:
    """Paint all changes of appearance at once; their order does not matter.

    Parameters
    ----------
    canvas : Canvas
    changes : sequence of Change
        Only such that `paints` accepts.
    seed : int
        Fixes where lesions and mottling lie.

    Returns
    -------
    linear : float32 array over the chart's box, shape (H, W, 3)
        Linear light; `canvas.linear` itself where nothing is painted.
    painted : bool array of shape (H, W)
        Where it differs from the photo.
    applied : list of Applied
        One a change, in order.
    """
    on_scalp = [change for change in changes if change.attribute.operator == _ON_SCALP]
    on_face = [change for change in changes if change.attribute.operator != _ON_SCALP]
    linear, painted, done = _paint_face(canvas, on_face, seed)
    linear, covered, more = mane.paint(canvas, linear, on_scalp, seed)
    by_change = {id(a.change): a for a in (*done, *more)}
    return linear, painted | covered, [by_change[id(change)] for change in changes]


def _paint_face(canvas, changes, seed):
    layers = _layers(canvas, changes, seed)
    applied = [Applied(c, layer.applied, layer.reason) for c, layer in zip(changes, layers, strict=True)]
    painted = np.zeros(canvas.linear.shape[:2], bool)
    if not any(layer.inks or layer.content is not None or layer.shine is not None for layer in layers):
        return canvas.linear, painted, applied
    planes = _compose(canvas, layers)
    changed = [cv2.absdiff(new, old) for new, old in zip(planes, canvas.planes, strict=True)]
    painted[canvas.window] = cv2.max(cv2.max(changed[0], changed[1]), changed[2]) > _LEAST_CHANGE
    linear = canvas.linear.copy()
    linear[canvas.window] = cv2.merge(planes)
    return linear, painted, applied


def takes_away(change: Change) -> bool:
    """Tell whether a change takes a sign of appearance away instead of drawing one.

    Without a profile's sign, a direction that the attribute does not have can only mean that.
    """
    return geometry.undoes(change) if change.sign else change.attribute.toward(change.amount) is None


def _layers(canvas, changes, seed):
    """What each change puts on the canvas.

    Hair that one sign of the brows added is no other sign's to take, and pale brows lie on skin as it has become.
    """
    layers, healed, fair = {}, canvas, None
    for k in sorted(range(len(changes)), key=lambda k: changes[k].attribute.name, reverse=True):
        on_brows = changes[k].attribute.operator == "brows" and takes_away(changes[k])
        if changes[k].attribute.name == _PALE_BROWS and fair is not None and not takes_away(changes[k]):
            layers[k] = brows.whiten(canvas, changes[k], fair)
            continue
        layers[k] = _layer(healed if on_brows else canvas, changes[k], seed)
        if changes[k].attribute.name == _FAIR and layers[k].inks:
            fair = _densities(canvas, [layers[k]], canvas.skin)
        if on_brows and layers[k].backwards:
            planes = _ink(healed, [layers[k]], list(healed.planes), healed.skin, before)
            healed = replace(healed, planes=tuple(planes), _kept={})
    return _without_pigment([layers[k] for k in range(len(changes))], changes)


def _without_pigment(layers, changes):
    """Hair that one sign grows is as pale as another makes the hair that is there."""
    for operator, name in _PALE_HAIR.items():
        pale = max((c.amount for c in changes if c.attribute.name == name and c.amount > 0), default=0.0)
        left = 1.0 - _PALEST * min(pale / 100.0, 1.0)
        for k, layer in enumerate(layers):
            if pale and changes[k].attribute.operator == operator and not layer.backwards:
                inks = tuple(replace(ink, strength=left * ink.strength) for ink in layer.inks)
                layers[k] = replace(layer, inks=inks)
    return layers


def _layer(canvas, change, seed):
    """What a change puts on the canvas; an operator's `undo` is asked for the sign as it was drawn."""
    draw, undo = _OPERATORS[change.attribute.operator]
    if not change.amount:
        return Layer(0.0)
    if not takes_away(change):
        return draw(canvas, change, seed)
    layer = undo(canvas, replace(change, amount=-change.amount), seed)
    return layer if layer.applied is None else replace(layer, applied=0.0 - layer.applied)


def _compose(canvas, layers):
    """Take away what was drawn last first, then heal, then draw."""
    planes, bare = [plane.copy() for plane in canvas.planes], canvas.skin.copy()
    drawn = [layer for layer in layers if layer.backwards]
    if drawn:
        planes = _shine(canvas, drawn, planes, without_shine)
        planes = _ink(canvas, drawn, planes, bare, before)
    for layer in layers:
        if layer.content is not None and not layer.over:
            _lay(planes, layer)
            bare[layer.part] = np.maximum(bare[layer.part], layer.content[1])
    new = [layer for layer in layers if not layer.backwards]
    planes = _ink(canvas, new, planes, bare, through)
    for layer in layers:
        if layer.content is not None and layer.over:
            _lay(planes, layer)
    return _shine(canvas, new, planes, with_shine)


def _lay(planes, layer):
    """Put a layer's content into planes."""
    content, alpha = layer.content
    for plane, new in zip(planes, cv2.split(content), strict=True):
        plane[layer.part] += alpha * (new - plane[layer.part])


def _ink(canvas, layers, planes, bare, pass_light):
    densities = _densities(canvas, layers, bare)
    return [p if d is None else pass_light(p, d) for p, d in zip(planes, densities, strict=True)]


def _densities(canvas, layers, bare):
    """Sum all inks, (h, w) for each of red, green and blue; None where there is nothing."""
    totals: list[np.ndarray | None] = [None, None, None]
    for (colour, on_skin, through_hairs), pool in _pools(layers, canvas.shape).items():
        if on_skin:
            cv2.multiply(pool, cv2.max(bare, canvas.seen_skin) if through_hairs else bare, dst=pool)
        _add(totals, pool, colour)
    bumps = [layer.height_cm for layer in layers if layer.height_cm is not None]
    if bumps:
        _add(totals, lighting.bump_density(canvas, np.maximum.reduce(bumps)) * bare, (1.0, 1.0, 1.0))
    return totals


def _pools(layers, shape):
    """Amounts of each pigment, (h, w), by pigment, whether skin alone takes it up, and whether between hairs, too."""
    pools: dict[tuple, np.ndarray] = {}
    for layer in layers:
        for ink in layer.inks:
            key = (ink.pigment, ink.on_skin, layer.through_hairs)
            amount = ink.field * np.float32(ink.strength)
            if key not in pools and ink.field.shape == shape:
                pools[key] = amount
            else:
                pools.setdefault(key, np.zeros(shape, np.float32))[layer.part] += amount
    return pools


def _add(totals, pool, colour):
    for k in range(3):
        if colour[k] and totals[k] is None:
            totals[k] = pool * np.float32(colour[k])
        elif colour[k]:
            cv2.scaleAdd(pool, colour[k], totals[k], dst=totals[k])


def _shine(canvas, layers, planes, change_light):
    """Add white light, as a share of the skin's usual brightness, or take it away."""
    shines = [layer.shine for layer in layers if layer.shine is not None]
    if not shines:
        return planes
    light = sum(shines) * np.float32(usual_light(canvas))
    return [change_light(plane, light) for plane in planes]
