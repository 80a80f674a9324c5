"""Outline of head, ears and neck: what the face mesh leaves out, found from the masks once a face.

All lengths are centimetres of the canonical frame with the head taken as flat and upright:
x to the subject's left, y up.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from diseaseface.faces.contours import OVAL, fill
from diseaseface.faces.ears import beside, ear_mask
from diseaseface.faces.face import Face
from diseaseface.faces.prepared import PerFace
from diseaseface.faces.upright import Upright, upright

SIDES = ("left", "right")
_BOX_CM = (-17.0, -20.0, 17.0, 20.0)
_PX_PER_CM = 8.0
_BROW_TOPS, _CANTHI, _CHIN = [105, 66, 334, 296], [33, 263], 152
_NECK_WIDTH_CM = (7.0, 22.0)
_LEAST_NECK_CM = 1.6
_WIDENING = 1.35  # where the neck is this much wider than at its narrowest, the shoulders begin
_HAIRLINE_CM = 1.5  # half of the middle of the forehead
_SHOULDER_CM = 8.5  # from the midline, where their height is read
_LEAST_FOREHEAD_CM = 2.0  # above the brows; below it hair falls over the forehead
_outlines: PerFace["Outline"] = PerFace()


@dataclass(frozen=True, eq=False)
class Ear:
    """One ear.

    Attributes
    ----------
    mask : bool array of shape (h, w)
        In the outline's frame.
    top_cm, bottom_cm : float
    root_cm : float
        x where the ear meets the face.
    reach_cm : float
        How far it stands out from there.
    """

    mask: np.ndarray
    top_cm: float
    bottom_cm: float
    root_cm: float
    reach_cm: float

    @property
    def length_cm(self) -> float:
        """Height from the top of the helix to the lobe."""
        return self.top_cm - self.bottom_cm


@dataclass(frozen=True, eq=False)
class Neck:
    """The bare part of the neck.

    Attributes
    ----------
    edges_cm : dict of side to float
        x of its outline where it is narrowest.
    narrow_cm : float
        y of that height.
    shoulders_cm : float
        y of the shoulders beside the neck.
    bottom_cm : float
        y where a collar, the shoulders or the end of the photo begin.
    free : dict of side to bool
        Whether the outline of that side shows, no hair over it.
    """

    edges_cm: dict[str, float]
    narrow_cm: float
    shoulders_cm: float
    bottom_cm: float
    free: dict[str, bool]

    @property
    def width_cm(self) -> float:
        """Width where it is narrowest."""
        return self.edges_cm["left"] - self.edges_cm["right"]


@dataclass(frozen=True, eq=False)
class Outline:
    """Head, ears and neck of one face.

    Attributes
    ----------
    frame : Upright
    person, skin, hair : float32 arrays of shape (h, w), 0 to 1
        Masks in the frame.
    oval : float32 array of shape (h, w), 0 to 1
        The face inside the mesh's contour.
    inside : bool array of shape (h, w)
        What the photo covers.
    middle_cm, brow_cm, canthus_cm, chin_cm : float
        x of the midline above the brows, and heights of brows, outer canthi and chin.
    crown_cm : float or None
        Height of the crown, hair included; None where the photo crops it.
    ears : dict of side to Ear or None
    neck : Neck or None
    """

    frame: Upright
    person: np.ndarray
    skin: np.ndarray
    hair: np.ndarray
    oval: np.ndarray
    inside: np.ndarray
    middle_cm: float
    brow_cm: float
    canthus_cm: float
    chin_cm: float
    crown_cm: float | None
    ears: dict[str, Ear | None]
    neck: Neck | None

    @property
    def x_cm(self) -> np.ndarray:
        """x from the midline of every pixel, float32 (h, w)."""
        return self.frame.x_cm - np.float32(self.middle_cm)

    @cached_property
    def away_cm(self) -> np.ndarray:
        """Distance of every pixel from the person, float32 (h, w); zero on it."""
        around = (self.person < 0.5).astype(np.uint8)
        return cv2.distanceTransform(around, cv2.DIST_L2, 5) / np.float32(self.frame.px_per_cm)

    @cached_property
    def depth_cm(self) -> np.ndarray:
        """How deep inside the person's outline every pixel lies, float32 (h, w)."""
        body = (self.person > 0.5).astype(np.uint8)
        return cv2.distanceTransform(body, cv2.DIST_L2, 5) / np.float32(self.frame.px_per_cm)

    @cached_property
    def hairline_cm(self) -> float | None:
        """Height of the hairline over the middle of the forehead; None where none shows."""
        columns = np.abs(self.x_cm[0]) < _HAIRLINE_CM
        skin, hair = self.skin[:, columns].mean(axis=1), self.hair[:, columns].mean(axis=1)
        row = self._row(self.brow_cm + _LEAST_FOREHEAD_CM)
        while row > 0 and skin[row] > 0.5:
            row -= 1
        height = float(self.frame.top_cm - row / self.frame.px_per_cm)
        above = hair[max(row - round(0.8 * self.frame.px_per_cm), 0) : row + 1]
        shows = height > self.brow_cm + _LEAST_FOREHEAD_CM + 0.2 and above.max(initial=0.0) > 0.5
        return height if shows else None

    def head_width_cm(self, y_cm: float) -> float | None:
        """Width of the head, hair included, at a height; None where the photo crops it."""
        row = self._row(y_cm)
        body = np.flatnonzero(self.person[row] > 0.5)
        if not len(body) or not self.inside[row, max(body[0] - 2, 0) : body[-1] + 3].all():
            return None
        return float((body[-1] + 1 - body[0]) / self.frame.px_per_cm)

    def _row(self, y_cm):
        return int(np.clip(round((self.frame.top_cm - y_cm) * self.frame.px_per_cm), 0, self.frame.size[1] - 1))


def outline_of(face: Face) -> Outline:
    """Return the outline of a face; it is found once and goes when the face goes."""
    return _outlines.of(face, _find)


def _find(face):
    frame = upright(face.pose, _BOX_CM, min(_PX_PER_CM, face.pose.px_per_cm))
    person, skin, hair, beard = (
        frame.cut(getattr(face.regions, name), border=cv2.BORDER_CONSTANT)
        for name in ("person", "skin", "hair", "beard")
    )
    inside = frame.cut(np.full(face.image.shape[:2], 255, np.uint8), border=cv2.BORDER_CONSTANT) > 254
    points = frame.to_frame(face.landmarks_px)
    x_cm, y_cm = frame.left_cm + points[:, 0] / frame.px_per_cm, frame.top_cm - points[:, 1] / frame.px_per_cm
    middle, brow = float(x_cm[_BROW_TOPS].mean()), float(y_cm[_BROW_TOPS].mean())
    chin = float(x_cm[_CHIN]), float(y_cm[_CHIN])
    bare = np.maximum(skin, beard)
    return Outline(
        frame, person, skin, hair, fill(points[OVAL], person.shape), inside, middle, brow,
        float(y_cm[_CANTHI].mean()), chin[1], _crown(frame, person, inside, middle),
        {side: _ear(frame, points, skin, side) for side in SIDES}, _neck(frame, bare, person, hair, inside, chin),
    )  # fmt: skip


def _crown(frame, person, inside, middle):
    """Height of the crown over the middle of the head; None where the photo ends first."""
    columns = np.abs(frame.x_cm[0] - middle) < 3.0
    body = (person[:, columns] > 0.5) & inside[:, columns]
    tops = body.argmax(axis=0)
    cropped = ~inside[np.maximum(tops - 2, 0), np.flatnonzero(columns)]
    if cropped.mean() > 0.2 or not body.any():
        return None
    return float(frame.top_cm - np.percentile(tops, 20) / frame.px_per_cm)


def _ear(frame, points, skin, side):
    mask = ear_mask(frame, points, skin > 0.5, side)
    if mask is None:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.nonzero(mask)[1]
    ends = frame.top_cm - (rows[[0, -1]] + (0, 1)) / frame.px_per_cm
    out = beside(frame, points, side)[mask]
    root = float(frame.left_cm + columns[out <= np.quantile(out, 0.1)].mean() / frame.px_per_cm)
    return Ear(mask, float(ends[0]), float(ends[1]), root, float(out.max()))


def _neck(frame, bare, person, hair, inside, chin):
    """Follow the bare skin below the chin, row by row; None where too little of it shows."""
    k = frame.px_per_cm
    first, centre = round((frame.top_cm - chin[1] + 0.6) * k), round((chin[0] - frame.left_cm) * k)
    runs = _runs(bare, inside, first, centre, round(1.5 * k))
    if len(runs) < _LEAST_NECK_CM * k:
        return None
    widths = np.diff(runs, axis=1)[:, 0] / k
    narrow = int(widths[: round(3.0 * k)].argmin())
    wider = np.flatnonzero(widths[narrow:] > _WIDENING * widths[narrow])
    last = narrow + (int(wider[0]) if len(wider) else len(runs) - narrow)
    if not _NECK_WIDTH_CM[0] < widths[narrow] < _NECK_WIDTH_CM[1] or last < _LEAST_NECK_CM * k:
        return None
    edges = dict(zip(("right", "left"), runs[narrow].tolist(), strict=True))
    turn = first + narrow + _turn((person > 0.5) & (hair < 0.5), first + narrow, centre, round(_SHOULDER_CM * k))
    rows = slice(first + max(narrow - round(k), 0), first + narrow + round(k))
    near = {"right": slice(max(edges["right"] - round(k), 0), edges["right"])}
    near["left"] = slice(edges["left"], edges["left"] + round(k))
    free = {side: hair[rows, part].size > 0 and float(hair[rows, part].mean()) < 0.4 for side, part in near.items()}
    places = {side: float(frame.left_cm + edge / k) for side, edge in edges.items()}
    return Neck(places, *(float(frame.top_cm - row / k) for row in (first + narrow, turn, first + last)), free)


def _runs(bare, inside, first, centre, reach):
    """Ends of the bare skin around the midline, (n, 2), row by row as long as there is any."""
    runs = []
    for row in range(max(first, 0), bare.shape[0]):
        run = _run(bare[row] > 0.5, centre, reach) if inside[row, centre] else None
        if run is None:
            break
        runs.append(run)
    return np.array(runs).reshape(-1, 2)


def _turn(body, first, centre, aside):
    """Number of rows down to the shoulders beside the neck, on both sides."""
    width = body.shape[1]
    ends = body[first:, min(centre + aside, width - 1)] & body[first:, max(centre - aside, 0)]
    return int(ends.argmax()) if ends.any() else len(ends)


def _run(bare, centre, reach):
    """Ends of the run of bare pixels around the centre, or None."""
    near = np.flatnonzero(bare[max(centre - reach, 0) : centre + reach])
    if len(near) < reach:
        return None
    start = max(centre - reach, 0) + int(near[len(near) // 2])
    gaps = np.flatnonzero(~bare)
    left, right = gaps[gaps < start], gaps[gaps > start]
    return (int(left[-1]) + 1 if len(left) else 0), (int(right[0]) if len(right) else len(bare))
