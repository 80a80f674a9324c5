"""Where a face's contours really run: landmarks moved onto the edges that the photo shows.

What finds landmarks draws them towards the usual face: of a nose that is eight millimetres wider they follow two. The
edge of a wing, a lash line, the border of the vermilion and the line of the jaw are seen in the pixels themselves,
so near each landmark the likeliest line is traced, and landmarks on it are moved there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM, Frame
from diseaseface.evaluation.tracing import Strip, resampled, ridge, rise, strip
from diseaseface.evaluation.views import View, view

_CHEEKS = 234, 454
_ALAE, _ALA_HEIGHT_CM = (129, 358), (-0.35, 0.45)
_JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_CHIN = {176, 148, 152, 377, 400}  # its edge is as often the neck's shadow, or a beard's: landmarks know better
_JAW_SPREAD_CM, _JAW_STIFFNESS = 0.4, 0.25

Score = Callable[[Strip, View], np.ndarray]


@dataclass(frozen=True)
class Contour:
    """A line of landmarks that runs across the face, and how it is seen.

    Attributes
    ----------
    marks : tuple of int
        Landmarks from one end to the other.
    up : bool
        Whether the strip is read upwards.
    ends : float
        Share of the line left out at each end, where others run together with it.
    reach_cm : (float, float)
        How far is looked on both sides.
    spread_cm : float
        How far the line may be expected from the landmarks, as a standard deviation.
    score : function
        What speaks for each sample of the strip.
    """

    marks: tuple[int, ...]
    up: bool
    ends: float
    reach_cm: tuple[float, float]
    spread_cm: float
    score: Score


def traced_points_cm(frame: Frame) -> np.ndarray:
    """Return the face's points (478, 3) in the canonical frame, those on a contour moved onto it."""
    return frame.keep(("traced",), lambda: _trace(frame))


def _trace(frame: Frame) -> np.ndarray:
    seen, level = view(frame), _level(frame.points)
    moved = np.zeros((len(frame.points), 2))
    for part in (_alae(seen, level), _jaw(seen), *(_line(c, seen, level) for c in _CONTOURS)):
        for mark, shift in part.items():
            moved[mark] = shift
    return frame.points_cm + frame.vectors_to_cm(PX_PER_CM * moved)


def _level(points: np.ndarray) -> np.ndarray:
    """Return the unit vector along the face's width, towards the subject's left."""
    along = points[_CHEEKS[1]] - points[_CHEEKS[0]]
    return along / np.linalg.norm(along)


def _upward(level):
    return np.array([level[1], -level[0]])


def _line(contour: Contour, seen: View, level: np.ndarray) -> dict[int, np.ndarray]:
    """Shifts in centimetres of the frame of the landmarks of one line."""
    count = 41
    line, at = resampled(seen.frame.points[list(contour.marks)], count)
    first = round(contour.ends * (count - 1))
    used = slice(first, count - first)
    normal = _upward(level) if contour.up else -_upward(level)
    across = strip(line[used], normal, *contour.reach_cm)
    shift = across.line(contour.score(across, seen), contour.spread_cm)
    inside = {m: a - first for m, a in zip(contour.marks, at, strict=True) if first <= a <= count - 1 - first}
    return {mark: np.interp(a, np.arange(len(shift)), shift) * normal for mark, a in inside.items()}


def _alae(seen: View, level: np.ndarray) -> dict[int, np.ndarray]:
    """The groove beside each wing of the nose, where it reaches farthest out."""
    points, found = seen.frame.points, {}
    middle = points[list(_ALAE)].mean(axis=0)
    heights = np.linspace(*_ALA_HEIGHT_CM, 17)[:, None] * PX_PER_CM * _upward(level)
    for mark, outward in zip(_ALAE, (-level, level), strict=True):
        reach = (points[mark] - middle) @ outward
        across = strip(middle + reach * outward + heights, outward, -1.2, 1.0)
        found[mark] = across.line(ridge(across.sample(seen.planes[1]), 0.05, 0.22), 0.45, 0.05).max() * outward
    return found


def _jaw(seen: View) -> dict[int, np.ndarray]:
    """The edge of the face from the cheeks round the chin, whatever lies beyond it."""
    line, at = resampled(seen.frame.points[list(_JAW)], 61)
    normal = _outward(line)
    across = strip(line, normal, -0.7, 0.9)
    shift = across.line(_any_edge(across, seen), _JAW_SPREAD_CM, stiffness=_JAW_STIFFNESS)
    moved = shift[:, None] * normal
    rows = np.arange(len(line))
    return {
        mark: np.array([np.interp(a, rows, moved[:, axis]) for axis in (0, 1)])
        for mark, a in zip(_JAW, at, strict=True)
        if mark not in _CHIN
    }


def _outward(line: np.ndarray) -> np.ndarray:
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    return normal if ((line - line.mean(axis=0)) * normal).sum() > 0 else -normal


def _any_edge(across: Strip, seen: View) -> np.ndarray:
    """Change of lightness or colour, whichever way, as a share of the strongest on each normal."""
    planes = (across.sample(plane) for plane in seen.lab)
    smooth = (cv2.GaussianBlur(plane, (0, 0), sigmaX=3.5, sigmaY=0.8) for plane in planes)
    changes = [weight * np.gradient(plane, axis=1) for weight, plane in zip((1.0, 2.0, 2.0), smooth, strict=True)]
    size = np.sqrt(sum(change**2 for change in changes))
    return 2.5 * np.clip(size / np.maximum(np.percentile(size, 92, axis=1, keepdims=True), 1e-6), 0.0, 1.2)


def _lash_line(across: Strip, seen: View) -> np.ndarray:
    return ridge(across.sample(seen.planes[1]), 0.05, 0.2)


def _lid_skin(across: Strip, seen: View) -> np.ndarray:
    """Skin is redder and yellower than the eye, and lighter than lashes."""
    green, _, a, b = (across.sample(plane) for plane in (seen.planes[1], *seen.lab))
    return rise(a, 0.06) + rise(b, 0.06) - 0.5 * rise(green, 0.05)


def _lip_edge(across: Strip, seen: View) -> np.ndarray:
    """The vermilion is redder and darker than the skin beyond it."""
    red, green = (across.sample(plane) for plane in (seen.soft_erythema, seen.planes[1]))
    return -rise(red + 0.25 * green, 0.06)


def _both_eyes(right: Sequence[int], left: Sequence[int], up: bool, score: Score) -> tuple[Contour, Contour]:
    return tuple(Contour(tuple(marks), up, 0.2, (-0.45, 0.45), 0.18, score) for marks in (right, left))


_CONTOURS = (
    *_both_eyes((33, 246, 161, 160, 159, 158, 157, 173, 133), (263, 466, 388, 387, 386, 385, 384, 398, 362), True,
                _lash_line),
    *_both_eyes((33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362), False,
                _lid_skin),
    Contour((61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291), True, 0.2, (-0.4, 0.6), 0.3, _lip_edge),
    Contour((61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291), False, 0.2, (-0.4, 0.6), 0.3, _lip_edge),
)  # fmt: skip
