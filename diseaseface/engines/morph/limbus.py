"""Where the iris ends and where the pupil begins, found in the photo's own light.

A face mesh places the iris to about a tenth of its radius. Signs of the iris need its edge, so the
circle is moved to where the light steps from iris to white on both sides at once.
"""

from collections.abc import Callable

import cv2
import numpy as np

Circle = tuple[float, float, float]  # u, v, radius; canonical centimetres in the eye's frame

_LOOK_DEG = np.array([-50.0, -38.0, -26.0, -14.0, -2.0, 10.0, 22.0])  # from the horizontal, upwards
_STEP = 0.13  # of the radius, on either side of the edge
_REACH_CM = np.array([0.20, 0.14])  # how far the centre may be off
_RADII_CM = (0.58, 0.76)  # 10.1 to 13.2 mm across: adults, and faces a little larger or smaller than the mesh
_CLEAR = 0.12  # natural logarithm of light; a fainter edge is not followed
_PULL = 0.6  # towards the mesh's circle, for each squared share of the radius
_PUPILS = np.arange(0.18, 0.67, 0.02)  # of the iris's radius
_LEAST_PUPIL_STEP = 0.22  # natural logarithm of light
_LEAST_OFF_CENTRE, _LEAST_GAIN = 0.4, 0.2  # likewise, of an iris that is moved onto its pupil


def refined(light: np.ndarray, to_px: Callable, margins: Callable, circle: Circle) -> Circle:
    """Move the mesh's circle of an iris onto the edge that the photo shows.

    Parameters
    ----------
    light : float32 array of shape (h, w)
        Natural logarithm of light on the eye's patch.
    to_px : function
        From (u, v) arrays to (x, y) on the patch.
    margins : function
        From a u array to the heights (lower, upper) of the lid margins there.
    circle : (u, v, radius)

    Returns
    -------
    (u, v, radius)
        The same circle where no clear edge is seen.
    """
    best, score = circle, _CLEAR
    for step in (0.06, 0.025):
        tried = _around(best, circle, step)
        scores = _edge(light, to_px, margins, tried) - _PULL * (((tried - circle) / circle[2]) ** 2).sum(axis=1)
        top = int(np.argmax(scores))
        if scores[top] > score:
            best, score = tuple(float(value) for value in tried[top]), scores[top]
    return best


def about_the_pupil(light: np.ndarray, to_px: Callable, margins: Callable, circle: Circle) -> Circle:
    """Move an iris, which the lids hide above and below, to where its pupil stands in the middle.

    Parameters as for `refined`. The same circle where no pupil stands out elsewhere.
    """
    u, v, radius = circle
    across, up = np.meshgrid(np.arange(-0.16, 0.17, 0.08), np.arange(-0.4, 0.41, 0.08))
    shift = np.stack([across.ravel(), up.ravel()], axis=1)
    tried = np.column_stack([u + radius * shift[:, 0], v + radius * shift[:, 1], np.full(len(shift), radius)])
    angle = np.radians(np.arange(0.0, 360.0, 30.0))
    usual = [value[known] for value, known in (_along(light, to_px, margins, np.array([circle]), angle, share)
                                              for share in (0.5, 0.7, 0.85))]  # fmt: skip
    if not np.concatenate(usual).size:
        return circle
    light = np.minimum(light, np.percentile(np.concatenate(usual), 60))  # no reflection counts as iris
    scores = np.full(len(tried), -1.0)
    for share in (0.24, 0.32, 0.42, 0.52):
        inner, known = _along(light, to_px, margins, tried, angle, 0.7 * share)
        outer, also = _along(light, to_px, margins, tried, angle, 1.35 * share)
        weight = (known & also).astype(np.float32)
        rise = (np.clip(outer - inner, -0.6, 0.9) * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
        scores = np.maximum(scores, np.where(weight.sum(axis=1) >= 6, rise, -1.0))
    here = scores[np.hypot(*shift.T).argmin()]
    best = int(np.argmax(scores - 0.5 * (shift**2).sum(axis=1)))
    if scores[best] < _LEAST_OFF_CENTRE or scores[best] < here + _LEAST_GAIN:
        return circle
    return float(u + 0.5 * radius * shift[best, 0]), float(tried[best, 1]), radius


def _around(middle, first, step):
    """Circles (n, 3) on a grid around one of them, never far from the first."""
    reach = _REACH_CM if middle == first else np.array([0.05, 0.05])
    us = middle[0] + np.arange(-reach[0], reach[0] + 1e-6, step)
    vs = middle[1] + np.arange(-reach[1], reach[1] + 1e-6, step)
    radii = np.clip(middle[2] + np.arange(-2, 3) * step * 0.8, *_RADII_CM)
    return np.stack(np.meshgrid(us, vs, radii), axis=-1).reshape(-1, 3)


def _edge(light, to_px, margins, circles):
    """How much lighter it is outside each circle than inside, (n,); the fainter side counts most."""
    sides = []
    for turn in (0.0, np.pi):
        angle = np.where(turn, np.pi - np.radians(_LOOK_DEG), np.radians(_LOOK_DEG))
        inner, known = _along(light, to_px, margins, circles, angle, 1.0 - _STEP)
        outer, also = _along(light, to_px, margins, circles, angle, 1.0 + _STEP)
        weight = (known & also).astype(np.float32)
        step = np.clip(outer - inner, -0.3, 1.2)
        sides.append(
            np.where(weight.sum(axis=1) >= 3, (step * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1), 0)
        )
    return 0.75 * np.minimum(*sides) + 0.25 * np.maximum(*sides)


def _along(light, to_px, margins, circles, angle, share):
    """Light (n, k) on circles at a share of their radius, and whether the lids leave it free."""
    u = circles[:, :1] + share * circles[:, 2:] * np.cos(angle)
    v = circles[:, 1:2] + share * circles[:, 2:] * np.sin(angle)
    low, high = margins(u)
    return _look_up(light, to_px, u, v), (v > low + 0.04) & (v < high - 0.06)


def _look_up(light, to_px, u, v):
    x, y = to_px(u, v)
    return cv2.remap(
        light, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def pupil(light: np.ndarray, to_px: Callable, margins: Callable, circle: Circle) -> float | None:
    """Return the radius of the pupil as a share of the iris's; None where it cannot be told from the iris.

    Parameters as for `refined`.
    """
    angle = np.radians(np.arange(0.0, 360.0, 15.0))
    shares = np.arange(0.08, 0.96, 0.02)
    rows = [_along(light, to_px, margins, np.array([circle]), angle, share) for share in shares]
    # Reflections of lights are brighter than either: the darker part of each ring tells.
    seen = np.array([np.percentile(value[known], 35) if known.sum() >= 5 else np.nan for value, known in rows])
    if np.isnan(seen).any():
        return None
    steps = np.array([_step(shares, seen, edge) for edge in _PUPILS])
    peaks = [k for k in range(2, len(steps) - 2) if steps[k] == steps[k - 2 : k + 3].max()]
    clear = [k for k in peaks if steps[k] >= _LEAST_PUPIL_STEP]
    return float(_PUPILS[clear[0]]) if clear else None


def _step(shares, seen, edge):
    """How much lighter it is just beyond an edge than just before it."""
    beyond, before = (shares > edge + 0.02) & (shares < edge + 0.2), (shares < edge - 0.02) & (shares > edge - 0.2)
    return seen[beyond].mean() - seen[before].mean()
