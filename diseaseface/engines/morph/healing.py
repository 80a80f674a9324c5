"""How much of a drawn sign a picture shows, so that no more is taken away than is there."""

from dataclasses import replace

import cv2
import numpy as np

from diseaseface.engines.morph.layers import Layer

NOT_THERE = "Nothing of this sign was found where it would have been drawn."
NO_MORE = "No more of this sign is there to take away."
_ENOUGH = 0.95


def reason(share: float) -> str | None:
    """Say why only a share of what was asked is taken away; None where it is nearly all."""
    return None if share >= _ENOUGH else NO_MORE if share > 0.0 else NOT_THERE


def undone(layer: Layer, seen: float, least: float) -> Layer:
    """Return what takes a drawn layer away, as far as it is seen; nothing where less than `least` of it is."""
    seen = min(seen, 1.0)
    if seen < least:
        return Layer(0.0, NOT_THERE)
    inks = tuple(replace(ink, strength=seen * ink.strength) for ink in layer.inks)
    shine = None if layer.shine is None else layer.shine * np.float32(seen)
    return Layer(seen * layer.applied, reason(seen), inks, shine=shine, backwards=True)


def slope(seen: np.ndarray, expected: np.ndarray, weight: np.ndarray) -> float:
    """Return how much of an expected pattern is seen: the weighted least-squares slope, arrays of one shape.

    One where the picture holds the pattern as expected, about zero where it holds none.
    """
    total = float(weight.sum())
    if total <= 0.0:
        return 0.0
    expected = expected - float((weight * expected).sum()) / total
    square = float((weight * expected * expected).sum())
    return float((weight * expected * seen).sum()) / square if square > 0.0 else 0.0


def log_light(plane: np.ndarray) -> np.ndarray:
    """Natural logarithm of linear light, without the darkest noise."""
    return cv2.log(np.maximum(plane, 1 / 512))
