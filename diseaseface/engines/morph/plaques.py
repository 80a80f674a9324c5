"""Eczema, psoriasis and other red patches: inflamed skin with a border of its own, raised and covered with scale."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, kinds, lighting, maps, patches, scales
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer

_GREY = (1.0, 1.0, 1.0)
_LEAST_SEEN = 0.35
_BORDER_CM = 0.8
_HIDDEN = "No bare skin of the face is visible."


@dataclass(frozen=True)
class Kind:
    """How one kind of patch looks; all set by eye.

    Attributes
    ----------
    flush : float
        Haemoglobin of a patch.
    brown : float
        Melanin of a patch: inflamed dark skin darkens.
    mottle : float
        How uneven the redness is.
    scale : str
        The kind of scale, from scales.toml.
    scaly : float
        How much of a patch it covers.
    raised_cm : float
        Height of the patch over the skin around.
    hollow : float
        How far the middle of a patch pales and thins.
    sallow : float
        Yellow of greasy scale, as carotene-like pigment.
    """

    flush: float
    brown: float
    mottle: float
    scale: str
    scaly: float
    raised_cm: float
    hollow: float = 0.0
    sallow: float = 0.0


_KINDS = {
    "eczema": Kind(flush=0.5, brown=0.12, mottle=0.35, scale="fine", scaly=1.0, raised_cm=0.008),
    "psoriasis": Kind(flush=0.55, brown=0.1, mottle=0.3, scale="silver", scaly=0.85, raised_cm=0.03),
    "seborrhoeic_dermatitis": Kind(
        flush=0.38, brown=0.04, mottle=0.3, scale="greasy", scaly=0.9, raised_cm=0.0, sallow=0.16
    ),
    "discoid_plaques": Kind(
        flush=0.62, brown=0.22, mottle=0.2, scale="silver", scaly=0.4, raised_cm=0.025, hollow=0.75
    ),
}


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw patches over a share of the skin of the face, per cent."""
    name = change.attribute.name
    patch = patches.cover(canvas, name, change.amount, seed)
    if patch is None:
        return Layer(0.0, _HIDDEN)
    kind = _KINDS[name]
    red = patch * _unevenness(canvas, name, kind, seed)
    if kind.hollow:
        red = red * (1.0 - np.float32(kind.hollow) * _middle(canvas, patch))
    scaly = patch * np.float32(kind.scaly) * _flaking(canvas, name, seed)
    inks, shine = scales.layer_of(canvas, kind.scale, scaly, seed)
    pigments = maps.recipes()["pigments"]
    inks = [
        *inks,
        Ink(kinds.density(canvas, "inflamed"), red, kind.flush),
        Ink(tuple(pigments["melanin"]), red, kind.brown * (1.0 + kinds.darkness(canvas))),
    ]
    if kind.sallow:
        inks.append(Ink(tuple(pigments["bilirubin"]), scaly, kind.sallow))
    if kind.raised_cm:
        inks.append(Ink(_GREY, _edge(canvas, patch, kind.raised_cm), 1.0))
    return Layer(patches.share_covered(canvas, patch), inks=tuple(inks), shine=shine)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the patches that `change` would draw out of the picture, as far as skin is redder there."""
    layer = draw(canvas, change, seed)
    if not layer.inks:
        return layer
    return healing.undone(layer, _seen(canvas, layer), _LEAST_SEEN)


def _unevenness(canvas, name, kind, seed):
    """Inflamed skin is unevenly red, more where the person's own skin is."""
    mottle = canvas.noise(seed, name + " mottle", 0.55, 1.4)
    return np.clip(1.0 + kind.mottle * (0.6 * mottle + 0.5 * canvas.flush), 0.25, 1.7) * canvas.matte


def _flaking(canvas, name, seed):
    """Scale comes in islands."""
    return maps.smoothstep(canvas.noise(seed, name + " scale", 0.8, 1.2), -0.9, 0.9).astype(np.float32)


def _middle(canvas, patch):
    """The inside of a patch, away from its border."""
    return maps.smoothstep(cv2.GaussianBlur(patch, (0, 0), 0.28 * canvas.px_per_cm), 0.6, 0.95).astype(np.float32)


def _edge(canvas, patch, raised_cm):
    """Density of the light on the step from skin to patch."""
    height = cv2.GaussianBlur(patch, (0, 0), max(0.8, 0.05 * canvas.px_per_cm)) * np.float32(raised_cm)
    return np.clip(lighting.slope_density(canvas, height), -0.3, 0.3)


def _seen(canvas, layer):
    """How much of the redness of drawn patches the picture shows, about zero to one."""
    drawn = sum(ink.field * np.float32(ink.strength * (ink.pigment[1] - ink.pigment[0])) for ink in layer.inks)
    redness = healing.log_light(canvas.planes[0]) - healing.log_light(canvas.planes[1])
    known = np.maximum(canvas.skin, 1e-3)
    bands = [a - masked_blur(a, known, _BORDER_CM * canvas.px_per_cm) for a in (redness, drawn)]
    bands = [cv2.GaussianBlur(a, (0, 0), max(0.8, 0.08 * canvas.px_per_cm)) for a in bands]
    return healing.slope(*bands, canvas.inside * (canvas.skin > 0.9))
