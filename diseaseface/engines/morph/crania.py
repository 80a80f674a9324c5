"""Movements that change size and shape of the head above the face, hair included.

Each function takes the outline and gives, for one unit of its sign, the movement (h, w, 2) in
the outline's frame and the depth (h, w) or None, canonical centimetres. All amounts set by eye.
"""

import numpy as np

from diseaseface.engines.morph.carrying import bell, carried, eased
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.outline import Outline

_REACH_CM = 5.4  # of the background that goes along
_USUAL_CROWN_CM = 9.0  # above the brows, where the photo crops it
_MM = 1.0 / MM_PER_CANONICAL_CM


def crown_above_brows(outline: Outline) -> float:
    """Height of the crown over the brows, centimetres; the usual one where it is cropped."""
    return _USUAL_CROWN_CM if outline.crown_cm is None else outline.crown_cm - outline.brow_cm


def vault_size(outline: Outline, side: None = None):
    """Grow the vault by one per cent of its circumference; brows and face stay."""
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    across = 0.011 * x * eased(up, -1.2, 4.0)
    along = 0.016 * up * eased(up, -0.3, 3.5)
    return carried(outline, np.dstack([across, along]), _REACH_CM), None


def breadth(outline: Outline, side: None = None):
    """Widen the head above the eyes by one per cent, and flatten it a little."""
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    beside_face = np.maximum(eased(np.abs(x), 4.8, 7.2), eased(up, 0.3, 3.5))
    across = 0.01 * x * eased(up, -3.2, 2.5) * beside_face
    along = -0.004 * up * eased(up, 0.0, 3.5)
    return carried(outline, np.dstack([across, along]), _REACH_CM), None


def tower(outline: Outline, side: None = None):
    """Raise the crown by one per cent of its height over the brows, narrowing towards it."""
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    top = crown_above_brows(outline)
    along = 0.01 * up * eased(up, 0.0, 4.0)
    across = -0.004 * x * eased(up, 1.0, 0.9 * top)
    return carried(outline, np.dstack([across, along]), _REACH_CM), None


def keel(outline: Outline, side: None = None):
    """Narrow the forehead at the temples by one millimetre, with a ridge down its middle."""
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    beside_face = eased(np.abs(x), 2.5, 6.5)
    across = -0.5 * _MM * np.sign(x) * beside_face * bell(up, 1.6, 2.3)
    across = across + 0.16 * _MM * np.sign(x) * beside_face * bell(up, 7.0, 2.2)
    ridge = 0.055 * bell(x, 0.0, 0.75) * eased(up, -0.6, 1.2) * eased(up, 6.0, 3.5)
    hollows = -0.03 * bell(np.abs(x), 4.2, 1.6) * bell(up, 1.8, 1.6)
    return carried(outline, np.dstack([across, np.zeros_like(across)]), _REACH_CM), (ridge + hollows).astype(np.float32)


def skew(outline: Outline, side: str):
    """Flatten one side of forehead and vault by a millimetre, and let the other bulge."""
    toward = 1.0 if side == "left" else -1.0
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    top = crown_above_brows(outline)
    weight = bell(up, 0.45 * top, 0.3 * top) * eased(up, -1.5, 1.5)
    across = -toward * _MM * weight * np.where(x * toward > 0, 1.0, 0.75) * eased(np.abs(x), 1.0, 6.0)
    along = -toward * 0.085 * _MM * x * eased(up, 0.25 * top, 0.9 * top)
    dent = 0.05 * np.tanh(-toward * x / 2.0) * bell(np.abs(x), 3.6, 1.8) * bell(up, 2.4, 1.7)
    return carried(outline, np.dstack([across, along]), _REACH_CM), dent.astype(np.float32)


def hairline(outline: Outline, side: None = None):
    """Raise the hairline by a millimetre; the forehead stretches, the hair closes up."""
    up = outline.frame.y_cm - outline.brow_cm
    line, top = outline.hairline_cm - outline.brow_cm, crown_above_brows(outline)
    rise = eased(up, 0.35, line) * eased(up, line + 0.92 * (top - line), line)
    rise = rise * eased(outline.depth_cm, 0.2, min(2.4, 0.8 * (top - line)))  # the outline stays
    along = _MM * rise * eased(np.abs(outline.x_cm), 9.0, 3.5)
    return np.dstack([np.zeros_like(along), along]), None


def bossing(outline: Outline, side: None = None):
    """Round the forehead outwards by one millimetre: its outline widens, the hairline rides up."""
    x, up = outline.x_cm, outline.frame.y_cm - outline.brow_cm
    across = 0.22 * _MM * np.tanh(x / 4.0) * bell(up, 4.2, 2.4)
    along = 0.28 * _MM * bell(up, 5.0, 2.0) * eased(np.abs(x), 8.5, 3.0)
    return carried(outline, np.dstack([across, along]), _REACH_CM), None
