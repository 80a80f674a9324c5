"""Lids that slide over the eyeball one by one; MakeHuman's own targets open and close both of an eye together."""

from functools import cache

import numpy as np

from diseaseface.benchmarks.mannequin import shape

_OPENING = {"eye-height1-incr": 0.5, "eye-height2-incr": 1.0, "eye-height3-incr": 0.5}
_LIDS, _WAYS = {"upper": 1.0, "lower": -1.0}, {"incr": 1.0, "decr": -1.0}
_BALLS = {"l": "helper-l-eye", "r": "helper-r-eye"}
_NEAR = 1.6  # radii of the eyeball within which skin slides over it
NAMES = tuple(f"lids/?-{lid}-{way}" for lid in _LIDS for way in _WAYS)
"""Sliders, as `Person.details` has them; "incr" opens the eye."""


@cache
def target(name: str) -> np.ndarray:
    """Return the displacement of every base vertex by one of `NAMES` with its side, decimetres, shape (V, 3).

    The share of MakeHuman's opening of an eye that belongs to one lid, at its distance from the eyeball's centre.
    """
    side, lid, way = name.removeprefix("lids/").split("-")
    opening = sum(amount * shape.target(f"eyes/{side}-{stem}") for stem, amount in _OPENING.items())
    rise = np.maximum(_LIDS[lid] * opening[:, 1], 0.0) * _LIDS[lid] * _WAYS[way]
    return np.stack([np.zeros_like(rise), rise, _forward(rise, _BALLS[side])], axis=1)


def _forward(rise: np.ndarray, ball: str) -> np.ndarray:
    """How far forward vertices go that keep their distance from the centre of an eyeball."""
    globe = shape.base().points[shape.group_vertices(ball)]
    low, high = globe.min(axis=0), globe.max(axis=0)
    radius, (_, y, z) = (high - low)[:2].mean() / 2, (shape.base().points - (low + high) / 2).T
    x = shape.base().points[:, 0] - (low + high)[0] / 2
    along = np.sqrt(np.maximum(y**2 + z**2 - (y + rise) ** 2, 0.0)) - z
    near = (np.sqrt(x**2 + y**2 + z**2) < _NEAR * radius) & (z > 0)
    return np.where(near & (rise != 0.0), along, 0.0)
