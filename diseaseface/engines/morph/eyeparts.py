"""The eyeball of a photo taken apart: iris, white and corneal reflections, each whole by itself."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.engines.morph.eyeball import continued_iris, ramp
from diseaseface.engines.morph.eyes import Eye

_COLUMNS, _ROWS = 72, 20  # of the chart of the opening: along the fissure, and from lid to lid
_MARGIN_CM = (0.0, 0.075)  # over which the lids' margins give way to the eyeball
_USUAL_PUPIL = 0.36  # of the iris's radius, where the photo does not show it
_BLOOM_CM = 0.06
_LEAST_OPEN_CM = 0.14
_LID_SHADE, _LID_SHADE_CM = 0.4, 0.06  # of the upper lid on the white that is newly seen


@dataclass(frozen=True, eq=False)
class Parts:
    """An eyeball in the patch of an eye, linear light.

    Attributes
    ----------
    eye : Eye
    patch : float32 array of shape (h, w, 3)
        The picture itself.
    bare : float32 array of shape (h, w)
        Where the lids leave the eyeball free, 0 to 1.
    iris : float32 array of shape (h, w, 3)
        The whole iris where it stands, without reflections.
    white : float32 array of shape (h, w, 3)
        The white of the eye without an iris, as the lids shade it.
    glint : float32 array of shape (h, w, 3)
        Reflections of lights by the cornea, to be added.
    bright : float32 array of shape (3,)
        Light of the photo's white where nothing shades it.
    pupil : float
        Radius as a share of the iris's, the usual one where the photo does not show it.
    """

    eye: Eye
    patch: np.ndarray
    bare: np.ndarray
    iris: np.ndarray
    white: np.ndarray
    glint: np.ndarray
    bright: np.ndarray
    pupil: float

    @property
    def radius_cm(self) -> np.ndarray:
        """Distance of each place from the centre of the iris, float32 (h, w)."""
        return np.hypot(self.eye.u_cm - self.eye.iris_uv[0], self.eye.v_cm - self.eye.iris_uv[1])


def take_apart(eye: Eye, patch: np.ndarray, photo: np.ndarray | None = None) -> Parts | None:
    """Take the eyeball on a patch apart; None where the lids are shut.

    Parameters
    ----------
    eye : Eye
    patch : float32 array of shape (h, w, 3)
        Linear light, with what other signs have painted: a yellow white stays yellow.
    photo : float32 array of shape (h, w, 3) or None
        The photo before, by which clouds and rings keep their own colour; None where nothing is painted.
    """
    du, dv = eye.u_cm - eye.iris_uv[0], eye.v_cm - eye.iris_uv[1]
    radius = np.hypot(du, dv)
    opening = np.minimum(eye.upper_cm - eye.v_cm, eye.v_cm - eye.lower_cm)
    if opening[radius < 0.5 * eye.iris_cm].max(initial=0.0) < _LEAST_OPEN_CM:
        return None
    bare = ramp(opening, *_MARGIN_CM)
    white, bright = _white(eye, patch, opening * (radius > 1.2 * eye.iris_cm))
    plain = continued_iris(eye, patch, radius, dv, ramp(opening, 0.03, 0.09))
    bright_spot = _reflections(eye, patch, plain, radius, bare)
    glint = np.maximum(patch - plain, 0.0) * bright_spot[..., None]
    seen = ramp(opening, -0.01, 0.03) * (1.0 - bright_spot)
    iris = plain + (patch - plain) * seen[..., None]
    if photo is not None:
        bright = _white(eye, photo, opening * (radius > 1.2 * eye.iris_cm))[1]
    pupil = eye.pupil or _USUAL_PUPIL
    return Parts(eye, patch, bare.astype(np.float32), iris.astype(np.float32), white, glint.astype(np.float32),
                 bright, pupil)  # fmt: skip


def _reflections(eye, patch, plain, radius, bare):
    """Where the cornea mirrors a light: much brighter than the iris usually is at that radius."""
    light, usual = patch.mean(axis=-1), plain.mean(axis=-1)
    spot = ((light > 1.5 * usual + 0.05) & (radius < 0.94 * eye.iris_cm) & (bare > 0.5)).astype(np.float32)
    grown = max(1, round(_BLOOM_CM * float(np.hypot(*eye.up_px))))
    spot = cv2.dilate(spot, np.ones((2 * grown + 1,) * 2))
    return cv2.GaussianBlur(spot, (0, 0), 0.5 * grown) * ramp(eye.iris_cm - radius, 0.0, 0.05)


def _white(eye, patch, inside_cm):
    """The white continued behind the iris, row by row between the lids, so that it keeps their shade."""
    chart, weight = _opened(eye, patch, inside_cm)
    if weight.sum() < 4.0:
        bright = np.full(3, 0.5 * float(patch.max()), np.float32)
        return np.broadcast_to(bright, patch.shape).astype(np.float32), bright
    light = chart.mean(axis=-1)
    bright = np.median(chart[(weight > 0.5) & (light >= np.percentile(light[weight > 0.5], 60))], axis=0)
    filled = cv2.GaussianBlur(_across_gaps(chart, weight), (0, 0), 1.6, sigmaY=2.2)
    shade = 1.0 - _LID_SHADE * np.exp(-np.maximum(eye.upper_cm - eye.v_cm, 0.0) / _LID_SHADE_CM)
    return _closed(eye, filled) * shade[..., None].astype(np.float32), bright.astype(np.float32)


def _across_gaps(chart, weight):
    """Join what is white on both sides of the iris by straight lines, row by row, (rows, columns, 3)."""
    mass = cv2.GaussianBlur(weight, (0, 0), 1.5)
    near = cv2.GaussianBlur(chart * weight[..., None], (0, 0), 1.5) / np.maximum(mass, 1e-3)[..., None]
    columns, filled, known = np.arange(weight.shape[1]), np.zeros_like(chart), []
    for row, seen in enumerate(mass > 0.3):
        if seen.sum() >= 3:
            known.append(row)
            for channel in range(3):
                filled[row, :, channel] = np.interp(columns, columns[seen], near[row, seen, channel])
    if not known:
        return np.broadcast_to((chart * weight[..., None]).sum((0, 1)) / weight.sum(), chart.shape).copy()
    nearest = np.array(known)[np.abs(np.subtract.outer(np.arange(len(chart)), known)).argmin(axis=1)]
    return filled[nearest]


def _opened(eye, patch, inside_cm):
    """The opening of the lids as a rectangle (rows, columns, 3), and how surely each place is white there."""
    along = np.linspace(-eye.half_cm, eye.half_cm, _COLUMNS, dtype=np.float32)
    at_x, at_y = _places(eye, along)
    chart = cv2.remap(patch, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    free = cv2.remap(inside_cm.astype(np.float32), at_x, at_y, cv2.INTER_LINEAR, borderValue=0)
    light = chart.mean(axis=-1)
    weight = ramp(free, 0.03, 0.07) * ramp(eye.half_cm - np.abs(along), 0.05, 0.25)[None]
    seen = light[weight > 0.5]
    if len(seen) < 8:
        return chart, np.zeros_like(weight)
    redness = chart[..., 0] / np.maximum(chart[..., 1], 1e-3)
    usual = np.percentile(redness[weight > 0.5], 35)
    weight *= ramp(light / np.percentile(seen, 80), 0.28, 0.6)
    return chart, (weight * ramp(-redness / usual, -1.5, -1.25)).astype(np.float32)


def _places(eye, along):
    """Pixels (x, y) of the chart on the patch: each column runs from the lower to the upper margin."""
    u, order = np.unique(eye.u_cm[::3, ::3], return_index=True)
    low, high = (np.interp(along, u, m[::3, ::3].ravel()[order]) for m in (eye.lower_cm, eye.upper_cm))
    share = (np.arange(_ROWS) + 0.5)[:, None] / _ROWS
    up = low + share * (high - low)
    at = eye.to_px(np.broadcast_to(along, up.shape), up).astype(np.float32)
    return np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])


def _closed(eye, chart):
    """Bring the chart of the opening back onto the patch; beyond the lids it goes on as it ended."""
    column = (eye.u_cm + eye.half_cm) / (2 * eye.half_cm) * (_COLUMNS - 1)
    height = np.maximum(eye.upper_cm - eye.lower_cm, 0.02)
    row = (eye.v_cm - eye.lower_cm) / height * _ROWS - 0.5
    at = np.clip(column, 0, _COLUMNS - 1).astype(np.float32), np.clip(row, 0, _ROWS - 1).astype(np.float32)
    return cv2.remap(chart.astype(np.float32), *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
