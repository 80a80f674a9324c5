"""The frame of one eye on the photo: lid margins, iris and the patch of pixels around them."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from diseaseface.engines.morph import limbus
from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.face import Face

_UPPER = {
    "right": (133, 173, 157, 158, 159, 160, 161, 246, 33),
    "left": (362, 398, 384, 385, 386, 387, 388, 466, 263),
}
_LOWER = {
    "right": (133, 155, 154, 153, 145, 144, 163, 7, 33),
    "left": (362, 382, 381, 380, 374, 373, 390, 249, 263),
}
_IRIS = {"right": (468, 469, 470, 471, 472), "left": (473, 474, 475, 476, 477)}
_PAD_CM = 2.0


@dataclass(frozen=True, eq=False)
class Eye:
    """The frame of one eye: u along the canthi, v up, canonical centimetres, on a pixel patch.

    Attributes
    ----------
    box : (x0, y0, x1, y1)
        The patch, pixels of the chart's box.
    u_cm, v_cm : float32 arrays (h, w)
        From the midpoint of the canthi; u grows towards the outer canthus.
    up_px, out_px : float array (2,)
        One canonical centimetre up, and towards the outer canthus, in pixels (x, y).
    half_cm : float
        Half the length of the fissure.
    upper_cm, lower_cm : float32 arrays (h, w)
        Height of the margins above the canthal line at each pixel's u.
    across : float32 array (h, w)
        How far a moved margin follows: one in the middle of the lid, zero beyond the canthi.
    iris_uv : (u, v)
        Centre of the iris.
    iris_cm : float
        Radius of the iris.
    pupil : float or None
        Radius of the pupil as a share of the iris's; None where the photo does not show it.
    kept : dict
        What is made once for this eye, by name; an eye made from it by `replace` begins anew.
    """

    box: tuple[int, int, int, int]
    u_cm: np.ndarray
    v_cm: np.ndarray
    up_px: np.ndarray
    out_px: np.ndarray
    half_cm: float
    upper_cm: np.ndarray
    lower_cm: np.ndarray
    across: np.ndarray
    iris_uv: tuple[float, float]
    iris_cm: float
    pupil: float | None = None
    kept: dict[str, object] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def near(self) -> "Eye":
        """The same frame on a smaller patch, which holds the eyeball and the margins of the lids."""
        inside = (np.abs(self.u_cm) < self.half_cm + 0.35) & (self.v_cm > -1.2) & (self.v_cm < 1.4)
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        return self.crop(np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])

    def crop(self, part: tuple[slice, slice]) -> "Eye":
        """Return the same frame on rows and columns of its patch."""
        fields = ("u_cm", "v_cm", "upper_cm", "lower_cm", "across")
        arrays = {name: np.ascontiguousarray(getattr(self, name)[part]) for name in fields}
        x0, y0 = self.box[0] + int(part[1].start), self.box[1] + int(part[0].start)
        height, width = arrays["u_cm"].shape
        return replace(self, box=(x0, y0, x0 + width, y0 + height), **arrays)

    def to_px(self, u_cm: np.ndarray, v_cm: np.ndarray) -> np.ndarray:
        """Return places of the eye's frame, arrays of one shape, as (x, y) pixels of the patch, (..., 2)."""
        du, dv = u_cm - self.u_cm[0, 0], v_cm - self.v_cm[0, 0]
        return du[..., None] * self.out_px + dv[..., None] * self.up_px


def find_eyes(face: Face) -> dict[str, Eye | None]:
    """Lay the frames of both eyes, side to Eye or None; a pupil seen in one eye is as wide in the other."""
    eyes = {side: find_eye(face, side) for side in ("left", "right")}
    seen = [eye.pupil for eye in eyes.values() if eye and eye.pupil]
    if not seen:
        return eyes
    return {side: eye and replace(eye, pupil=eye.pupil or seen[0]) for side, eye in eyes.items()}


def find_eye(face: Face, side: str) -> Eye | None:
    """Lay the frame of the subject's left or right eye; None where the patch leaves the photo."""
    axes = _axes(face, side)
    box = _patch(face, axes)
    if box is None:
        return None
    columns, rows = np.meshgrid(np.arange(box[0], box[2]), np.arange(box[1], box[3]))
    u, v = axes.frame(np.stack([columns, rows], axis=-1).astype(np.float32))
    lower, upper = axes.margins(u)
    circle, pupil = _iris(face, side, axes, box)
    return Eye(
        box, u.astype(np.float32), v.astype(np.float32), axes.up * axes.scale, axes.along * axes.scale, axes.half,
        upper, lower, _across(u, axes.half), circle[:2], circle[2], pupil,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Axes:
    """The canthal line of an eye: its middle, pixels of the chart's box; unit vectors along it and up; px per cm.

    `half` is half its length in canonical centimetres; `points` are the landmarks in the chart's box.
    """

    side: str
    points: np.ndarray
    middle: np.ndarray
    along: np.ndarray
    up: np.ndarray
    scale: float
    half: float

    def frame(self, px):
        """Turn pixels of the chart's box, (..., 2), into u and v."""
        offset = (px - self.middle) / self.scale
        return offset @ self.along, offset @ self.up

    def margins(self, u_cm):
        """Heights of the lower and the upper margin at places along the canthal line."""
        return tuple(margin(u_cm) for margin in self._margins)

    @cached_property
    def _margins(self):
        lids = (_LOWER[self.side], _UPPER[self.side])
        return [_margin(*self.frame(self.points[list(lid)])) for lid in lids]


def _axes(face, side):
    points = face.landmarks_px - face.chart.box[:2]
    inner, outer = points[_UPPER[side][0]], points[_UPPER[side][-1]]
    span = outer - inner
    along = span / np.linalg.norm(span)
    up = np.array([along[1], -along[0]])
    if up @ face.pose.vectors_to_px(np.array([0.0, 1.0, 0.0])) < 0:
        up = -up
    scale = face.pose.px_per_cm
    return _Axes(side, points, (inner + outer) / 2, along, up, scale, float(np.linalg.norm(span) / 2 / scale))


def _patch(face, axes):
    """The patch (x0, y0, x1, y1) around an eye, in the chart's box; None where nearly nothing of it is in the photo."""
    x0, y0, x1, y1 = face.chart.box
    pad = (axes.half + _PAD_CM) * axes.scale
    low = np.maximum(np.floor(axes.middle - pad), 0).astype(int)
    high = np.minimum(np.ceil(axes.middle + pad), (x1 - x0, y1 - y0)).astype(int)
    return None if (high - low).min() < 8 else (*low.tolist(), *high.tolist())


def _iris(face, side, axes, box):
    """Find the circle (u, v, radius) of the iris and the share of it that the pupil takes, or None."""
    ring = axes.points[list(_IRIS[side])]
    radius = np.linalg.norm(ring[1:] - ring[0], axis=1).mean() / axes.scale
    u, v = axes.frame(ring[0])
    light = _light(face, np.add(box, (*face.chart.box[:2], *face.chart.box[:2])))

    def to_px(u_cm, v_cm):
        at = axes.middle - box[:2] + axes.scale * (u_cm[..., None] * axes.along + v_cm[..., None] * axes.up)
        return at[..., 0], at[..., 1]

    circle = limbus.refined(light, to_px, axes.margins, (float(u), float(v), float(radius)))
    circle = limbus.about_the_pupil(light, to_px, axes.margins, circle)
    return circle, limbus.pupil(light, to_px, axes.margins, circle)


def _light(face, box):
    """Natural logarithm of the light of a box (x0, y0, x1, y1) of the photo, a little smoothed."""
    x0, y0, x1, y1 = box
    light = to_linear(face.image[y0:y1, x0:x1]).mean(axis=-1)
    return np.log(cv2.GaussianBlur(light, (0, 0), max(0.4, 0.03 * face.pose.px_per_cm)) + 0.01)


def _margin(u, v):
    """Heights along a margin as a function of places along the canthal line, level beyond its ends."""
    order = np.argsort(u)
    u, v = u[order], v[order]
    keep = np.concatenate([[True], np.diff(u) > 1e-3])
    curve = PchipInterpolator(u[keep], v[keep])
    return lambda at: curve(np.clip(at, u[keep][0], u[keep][-1])).astype(np.float32)


def _across(u, half):
    """One in the middle of the lid; reaches zero, with no kink, just beyond the canthi."""
    t = np.clip(np.abs(u) / (half * 1.06), 0.0, 1.0)
    return ((1.0 - t**2.6) ** 2).astype(np.float32)
