"""The vessels of the white of the eye, from the canthi towards the limbus."""

from functools import lru_cache

import numpy as np

from diseaseface.engines.morph import noise, strokes
from diseaseface.engines.morph.eyes import Eye

_TREES = 22
_STEPS, _STEP = 26, 0.045  # of the distance from the canthus to the limbus
_WIDTH_CM = (0.012, 0.03)


def vessels(eye: Eye, iris_cm: float, seed: int, share: float) -> np.ndarray:
    """Return how much of each pixel of the eye's patch the first `share` of all vessels covers, (h, w), 0 to 1."""
    count = share * _TREES
    lines, widths, opacity, order = _grown(seed)
    seen = order < count
    side = np.where(lines[seen, :, 0] < 0, -1.0, 1.0)
    reach = np.where(side < 0, eye.half_cm + eye.iris_uv[0], eye.half_cm - eye.iris_uv[0])
    u = eye.iris_uv[0] + side * (iris_cm + np.abs(lines[seen, :, 0]) * (reach - iris_cm))
    places = eye.to_px(u, eye.iris_uv[1] - 0.1 + 0.55 * lines[seen, :, 1])
    strength = opacity[seen] * np.clip(count - order[seen], 0.0, 1.0)
    return strokes.cover(eye.u_cm.shape, places, widths[seen] * float(np.hypot(*eye.up_px)), strength)


@lru_cache(maxsize=8)
def _grown(seed):
    """Pieces of vessels: (n, 2, 2) from the limbus (0) to the canthus (1, its sign the side), by height.

    Also widths in centimetres, opacities, and the number of each piece's tree.
    """
    random = noise.stream(seed, "conjunctival vessels")
    pieces = []
    for tree in range(_TREES):
        side = -1.0 if tree % 2 else 1.0
        _grow(random, tree, side, np.array([1.0, random.uniform(-1.0, 0.9)]), random.uniform(0.6, 1.0), 1, pieces)
    table = np.array(pieces)
    return table[:, :4].reshape(-1, 2, 2), table[:, 4], table[:, 5], table[:, 6]


def _grow(random, tree, side, at, width, depth, pieces):
    heading, length = random.normal(0.0, 0.3), random.uniform(0.55, 0.95)
    steps = int(_STEPS * length * (1.0 if depth else 0.5))
    for step in range(steps):
        heading = 0.93 * heading + random.normal(0.0, 0.28)
        on = at + _STEP * np.array([-np.cos(heading), 0.9 * np.sin(heading)])
        if on[0] < 0.03:
            break
        fade = 1.0 - 0.6 * step / _STEPS
        wide = (_WIDTH_CM[0] + (_WIDTH_CM[1] - _WIDTH_CM[0]) * width * fade) * (1.0 if depth else 0.7)
        seen = width * fade * min(1.0, 0.35 + 2.0 * (1.0 - at[0]))  # the inner corner is red by itself
        pieces.append((side * at[0], at[1], side * on[0], on[1], wide, seen, tree))
        at = on
        if depth and random.uniform() < 0.12:
            _grow(random, tree, side, at, 0.7 * width, 0, pieces)
