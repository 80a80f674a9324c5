"""How nose and mouth have moved between two exposures: one smooth field that is fitted to all their pixels at once.

Signs of some tenths of a millimetre are smaller than what grain does to the flow at a point. Brightness and colour of
some ten thousand pixels tell few coefficients of a field much more surely (Lucas & Kanade 1981; splines as Szeliski &
Coughlan 1997, IJCV 22:199). The field knows no face: cubic splines with a price on bending, the same everywhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.linalg import solve

from diseaseface.evaluation.frame import PX_PER_CM, Frame
from diseaseface.faces.anthropometry import readings

TOLD = ("cupid_bow_depth", "philtrum_width", "columella_drop", "nasal_tip_width", "naris_width")
"""Measures that are told by the field."""

_SUBNASALE, _LOWER_LIP, _MIDDLE = 2, 17, (98, 327, 61, 291)
_HALF_CM, _ABOVE_CM, _BELOW_CM = 2.6, 2.4, 1.6  # beside the middle, above the subnasale, below the lower lip
_KNOTS_CM = 0.5
_BENDING = 0.2  # price, against squared errors in SDs of the grain
_ROUNDS = 3
# Grain that was smoothed, light and shine differ in wide patches; what is narrower tells more of where skin has gone.
_FINE_PX, _DETAIL_CM = 1.0, 0.25
_LEAST_CONTRAST = 0.1  # in log light
_FAR_SD = 2.0  # a pixel that is this far off counts half
_STEADY = 1e-6


@dataclass(frozen=True, eq=False)
class _Patch:
    """Nose and mouth of a frame.

    Attributes
    ----------
    place : (slice, slice)
        Rows and columns of the frame.
    across, down : float arrays of shape (w, n), (h, m)
        Values of the splines in each column and row.
    bend : float array of shape (m * n, m * n)
        What bending costs, as a quadratic form of the coefficients of one direction.
    planes : float32 array of shape (h, w, 3)
        Fine structure of the picture.
    """

    place: tuple[slice, slice]
    across: np.ndarray
    down: np.ndarray
    bend: np.ndarray
    planes: np.ndarray

    def moved(self, knots: np.ndarray) -> np.ndarray:
        """Return the field (2, h, w) of coefficients (2, m, n), frame pixels."""
        return self.down @ knots @ self.across.T

    def back(self, values: np.ndarray) -> np.ndarray:
        """Return for values (..., h, w) their sums under each spline, (..., m * n)."""
        return (self.down.T @ values @ self.across).reshape(*values.shape[:-2], -1)

    def form(self, weight: np.ndarray) -> np.ndarray:
        """Return the quadratic form (m * n, m * n) of squared values of a field, weighted by (h, w)."""
        (rows, a, c), (columns, b, d) = _products(self.down), _products(self.across)
        m, n = self.down.shape[1], self.across.shape[1]
        whole = np.zeros((m, n, m, n))
        whole[a[:, None], b, c[:, None], d] = rows.T @ weight @ columns
        return whole.reshape(m * n, m * n)


def told_changes(frame: Frame, codes: np.ndarray, flow: np.ndarray) -> dict[str, float]:
    """Return how far the measures of `TOLD` have changed, mm.

    Parameters
    ----------
    frame : Frame
        Of the first picture.
    codes : float32 array of shape (h, w, 3)
        The second picture in the same frame.
    flow : float32 array of shape (h, w, 2)
        Displacement in frame pixels that the field begins with.
    """
    was, now = readings(frame.points_cm, TOLD), readings(_moved_points_cm(frame, codes, flow), TOLD)
    return {name: now[name] - was[name] for name in TOLD}


def _moved_points_cm(frame, codes, flow):
    patch = frame.keep(("field",), lambda: _patch(frame))
    moved = patch.moved(_fitted(patch, codes, flow))
    at = (frame.points - [patch.place[1].start, patch.place[0].start]).astype(np.float32)
    shifts = [cv2.remap(one.astype(np.float32), at[:, None, 0], at[:, None, 1], cv2.INTER_CUBIC)[:, 0] for one in moved]
    return frame.points_cm + frame.vectors_to_cm(np.stack(shifts, axis=1))


def _patch(frame: Frame) -> _Patch:
    middle = frame.points[list(_MIDDLE), 0].mean()
    ends = frame.points[[_SUBNASALE, _LOWER_LIP], 1] + PX_PER_CM * np.array([-_ABOVE_CM, _BELOW_CM])
    half = _HALF_CM * PX_PER_CM
    rows, columns = (_within(*ends, frame.shape[0]), _within(middle - half, middle + half, frame.shape[1]))
    down, across = (_splines(one.stop - one.start) for one in (rows, columns))
    planes = _structure(frame.codes[rows, columns])
    return _Patch((rows, columns), across, down, _bending(down.shape[1], across.shape[1]), planes)


def _within(first, last, size):
    return slice(int(np.clip(first, 0, size - 2)), int(np.clip(last, 2, size)))


def _splines(length: int) -> np.ndarray:
    """Return cubic B-splines on knots that cover so many pixels, (length, n)."""
    spans = max(1, round(length / (_KNOTS_CM * PX_PER_CM)))
    at = (np.arange(length) + 0.5) / length * spans
    away = np.abs(at[:, None] + 1.0 - np.arange(spans + 3))
    near, far = 2 / 3 - away**2 + away**3 / 2, np.clip(2.0 - away, 0.0, None) ** 3 / 6
    return np.where(away < 1.0, near, far)


def _bending(m: int, n: int) -> np.ndarray:
    """Return the thin plate's energy of coefficients (m, n), as a quadratic form."""
    first, second = (lambda k, order=order: np.diff(np.eye(k), n=order, axis=0) for order in (1, 2))
    parts = (np.kron(np.eye(m), second(n)), np.kron(second(m), np.eye(n)), np.sqrt(2) * np.kron(first(m), first(n)))
    return sum(part.T @ part for part in parts) / _KNOTS_CM**2


def _products(splines):
    """Products of all splines that overlap, (length, pairs), and which two each is of."""
    order = np.arange(splines.shape[1])
    one, other = np.nonzero(np.abs(order[:, None] - order) < 4)
    return splines[:, one] * splines[:, other], one, other


def _structure(codes: np.ndarray) -> np.ndarray:
    """Return what is fine in a picture, local brightness and contrast taken out of each channel, float32 (h, w, 3)."""
    light = cv2.GaussianBlur(np.log(np.clip(codes, 0, 255) + 8.0), (0, 0), _FINE_PX)
    sigma = _DETAIL_CM * PX_PER_CM
    detail = light - cv2.GaussianBlur(light, (0, 0), sigma)
    return detail / np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), sigma) + _LEAST_CONTRAST**2)


def _fitted(patch: _Patch, codes: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return the coefficients (2, m, n) that bring the second picture onto the first (Gauss-Newton)."""
    after = _structure(codes[patch.place])
    knots = _nearest(patch, np.moveaxis(flow[patch.place], -1, 0).astype(float))
    bend = _BENDING * patch.bend
    for _ in range(_ROUNDS):
        slopes, errors, weights = _compared(patch, after, patch.moved(knots))
        curves = np.einsum("kyxc,lyxc->klyx", slopes, slopes)
        curves, pulls = curves * weights, np.einsum("kyxc,yxc->kyx", slopes, errors) * weights
        both = patch.form(curves[0, 1])
        whole = np.block([[patch.form(curves[0, 0]) + bend, both], [both, patch.form(curves[1, 1]) + bend]])
        now = knots.reshape(2, -1)
        step = (patch.back(pulls) + now @ bend).ravel()
        whole[np.diag_indices_from(whole)] += _STEADY
        knots = knots - solve(whole, step, assume_a="pos").reshape(knots.shape)
    return knots


def _nearest(patch, flow):
    """Coefficients (2, m, n) of the field nearest to a flow (2, h, w)."""
    whole = patch.form(np.ones(flow.shape[1:])) + 1e-3 * patch.bend
    found = solve(whole, patch.back(flow).T, assume_a="pos").T
    return found.reshape(2, patch.down.shape[1], patch.across.shape[1])


def _compared(patch: _Patch, after: np.ndarray, moved: np.ndarray):
    """Compare the second picture, taken back by a field, with the first.

    Returns
    -------
    slopes : float array of shape (2, h, w, 3)
        Change of the errors for a pixel of displacement.
    errors : float array of shape (h, w, 3)
        In channels that grain leaves independent, each in SDs: grain and light are much the same in red, green and
        blue, and colour is surer than any of them.
    weights : float array of shape (h, w)
    """
    columns, rows = np.meshgrid(*(np.arange(size, dtype=np.float32) for size in after.shape[1::-1]))
    at = (columns + moved[0]).astype(np.float32), (rows + moved[1]).astype(np.float32)
    seen = cv2.remap(after, *at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    errors = seen - patch.planes
    errors -= errors.mean(axis=(0, 1))
    spread = np.cov(errors.reshape(-1, 3).T) + _STEADY * np.eye(3)
    alone = np.linalg.inv(np.linalg.cholesky(spread)).T
    slopes = np.stack(np.gradient(0.5 * (seen + patch.planes), axis=(1, 0))) @ alone
    errors = errors @ alone
    weights = 1.0 / (1.0 + (errors**2).mean(axis=-1) / _FAR_SD**2)
    return slopes, errors, weights
