"""How much of a drawn sign a picture shows, so that no more is taken away than is there."""

import cv2
import numpy as np

NOT_THERE = "Nothing of this sign was found where it would have been drawn."
NO_MORE = "No more of this sign is there to take away."
_ENOUGH = 0.95


def reason(share: float) -> str | None:
    """Say why only a share of what was asked is taken away; None where it is nearly all."""
    return None if share >= _ENOUGH else NO_MORE if share > 0.0 else NOT_THERE


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
