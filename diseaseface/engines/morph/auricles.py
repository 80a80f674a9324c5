"""Movements of one ear: down, larger, turned back, standing off, a larger lobe.

Each function takes the outline and a side and gives, for one unit of its sign, the movement
(h, w, 2) in the outline's frame and no depth, canonical centimetres. All amounts set by eye
unless the catalogue says otherwise.
"""

import numpy as np

from diseaseface.engines.morph.carrying import around, eased
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.outline import Outline

_MM = 1.0 / MM_PER_CANONICAL_CM
USUAL_LENGTH_MM = 62.0  # Farkas (1994), adults


def _ear(outline, side, across_cm=1.7, along_cm=2.2, inward_cm=1.6):
    """Return the weight (h, w), x outwards from the ear's root, and y up from its middle."""
    ear, frame = outline.ears[side], outline.frame
    weight = around(ear.mask, frame.px_per_cm, across_cm, along_cm)
    outward = 1.0 if side == "left" else -1.0
    out = outward * (frame.x_cm - ear.root_cm)
    weight = weight * eased(out, -inward_cm, 0.1)  # the cheek keeps its place
    return weight, out, frame.y_cm - 0.5 * (ear.top_cm + ear.bottom_cm), outward, ear


def _move(outward, out, up):
    return np.dstack([outward * out, up]).astype(np.float32), None


def position(outline: Outline, side: str):
    """Lift the ear by one millimetre."""
    weight, _, _, outward, _ = _ear(outline, side, across_cm=1.9, along_cm=3.6)
    return _move(outward, np.zeros_like(weight), _MM * weight)


def size(outline: Outline, side: str):
    """Lengthen the ear by one millimetre, and widen it in proportion, from its root."""
    weight, out, up, outward, _ = _ear(outline, side, across_cm=2.2, along_cm=2.6)
    grow = weight / USUAL_LENGTH_MM
    return _move(outward, grow * np.maximum(out, 0.0), grow * up)


def rotation(outline: Outline, side: str):
    """Turn the ear's top away from the eye by one degree."""
    weight, out, up, outward, ear = _ear(outline, side, across_cm=2.4, along_cm=1.5, inward_cm=0.4)
    turn = np.radians(1.0) * weight * eased(out, -0.2, 0.5 * ear.reach_cm)
    height = 0.5 * ear.length_cm
    lean = 0.75 * height * np.tanh(np.maximum(up, -0.4 * height) / height)  # the lobe hangs on the cheek
    return _move(outward, turn * lean, -turn * (np.maximum(out, 0.0) + 0.2 * np.maximum(up, 0.0)))


def protrusion(outline: Outline, side: str):
    """Let the ear stand one millimetre further off, its upper half most."""
    weight, out, up, outward, ear = _ear(outline, side, across_cm=2.9, along_cm=1.7, inward_cm=0.4)
    upper = 0.75 + 0.25 * np.tanh(up / (0.25 * ear.length_cm))
    return _move(outward, _MM * weight * upper * np.clip(out / ear.reach_cm, 0.0, 1.0), np.zeros_like(out))


def lobe(outline: Outline, side: str):
    """Lengthen the lobe by one millimetre."""
    weight, out, up, outward, ear = _ear(outline, side)
    hanging = eased(up, -0.5 * ear.length_cm + 1.9, -0.5 * ear.length_cm)
    aside = 0.35 * (out / ear.reach_cm - 0.3)
    return _move(outward, _MM * weight * hanging * aside, -_MM * weight * hanging)
