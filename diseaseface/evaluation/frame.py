"""The reading frame: the face upright and at one scale, in which every picture of it is read.

A change is read from two pictures. Both are brought to the same scale, whatever the photo's
size and tilt, so that what a measure sees, and its noise, do not depend on the camera.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from diseaseface.faces.face import Face, Regions
from diseaseface.faces.mesh import Pose
from diseaseface.faces.prepared import PerFace
from diseaseface.faces.zones import terms, zone

PX_PER_CM = 22.0  # of canonical centimetres; a face is about 340 px wide
_CENTRE_CM = (0.0, -0.6, 0.0)
_frames: PerFace["Frame"] = PerFace()
_UPRIGHT_DEG = 2.0  # a smaller tilt is not worth a second resampling
_HALF_CM = 10.3  # temples, chin and hairline with a margin for what moves
_SIDE_PX = round(2 * _HALF_CM * PX_PER_CM)


@dataclass(frozen=True, eq=False)
class Frame:
    """One face's reading frame.

    Attributes
    ----------
    pose : Pose
    points_cm : float64 array of shape (478, 3)
        The face's points in the canonical frame.
    regions : Regions
        Masks of the photo.
    box : (x0, y0, x1, y1)
        Pixels of the photo that the frame covers, half-open.
    scaled : (h, w)
        Size of the box at the frame's scale.
    turn : float array of shape (2, 3) or None
        From the scaled box to the frame, for a tilted head.
    to_frame : float array of shape (2, 3)
        From photo pixels to frame pixels.
    codes : float32 array of shape (h, w, 3)
        The photo, sRGB codes.
    x_cm, y_cm : float32 arrays of shape (h, w)
        Canonical position of each frame pixel.
    points : float64 array of shape (478, 2)
        The landmarks in frame pixels.
    """

    pose: Pose
    points_cm: np.ndarray
    regions: Regions
    box: tuple[int, int, int, int]
    scaled: tuple[int, int]
    turn: np.ndarray | None
    to_frame: np.ndarray
    codes: np.ndarray
    x_cm: np.ndarray
    y_cm: np.ndarray
    points: np.ndarray
    _kept: dict = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frame."""
        return self.codes.shape[:2]

    def see(self, picture: np.ndarray) -> np.ndarray:
        """Bring a picture of the photo's size, (H, W) or (H, W, 3), into the frame, float32."""
        return _shrink(picture, self.box, self.scaled, self.turn)

    def at(self, points_px: np.ndarray) -> np.ndarray:
        """Return where points (n, 2) of the photo, in its pixels, lie in the frame."""
        return _apply(self.to_frame, points_px)

    def region(self, name: str) -> np.ndarray:
        """Return a region of the face in the frame, float32 (h, w)."""
        return self.keep(("region", name), lambda: self.see(getattr(self.regions, name)))

    def zone(self, name: str) -> np.ndarray:
        """Return where a zone of `faces.zones` lies in the frame, bool (h, w)."""
        return self.keep(("zone", name), lambda: zone(name, self._terms))

    @property
    def _terms(self) -> np.ndarray:
        return self.keep(("terms",), lambda: terms(self.x_cm, self.y_cm))

    def keep(self, key: tuple, make: Callable[[], object]) -> object:
        """Return what `make` gives, made only once for a key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def vectors_to_cm(self, vectors: np.ndarray) -> np.ndarray:
        """Turn displacements (n, 2) in frame pixels into canonical ones (n, 3), depth zero."""
        return _flat_to_cm(self.pose, np.linalg.solve(self.to_frame[:, :2], vectors.T).T)


def frame_of(face: Face) -> Frame:
    """Lay the reading frame of a face; it is laid once and goes when the face goes."""
    return _frames.of(face, _lay)


def _lay(face):
    pose = face.pose
    upright = abs(pose.roll_deg) < _UPRIGHT_DEG
    turn = np.radians(0.0 if upright else pose.roll_deg)
    box = x0, y0, x1, y1 = _box(face, abs(np.cos(turn)) + abs(np.sin(turn)))
    zoom = PX_PER_CM / pose.px_per_cm
    scaled = (max(8, round((y1 - y0) * zoom)), max(8, round((x1 - x0) * zoom)))
    scale = np.array([scaled[1] / (x1 - x0), scaled[0] / (y1 - y0)])
    to_frame = np.column_stack([np.diag(scale), scale * (0.5 - np.array([x0, y0])) - 0.5])
    turned = None
    if not upright:
        linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        centre = _apply(to_frame, pose.to_px(np.array(_CENTRE_CM)))
        turned = np.column_stack([linear, (_SIDE_PX - 1) / 2 - linear @ centre])
        to_frame = turned @ np.vstack([to_frame, [0, 0, 1]])
    codes = _shrink(face.image, box, scaled, turned)
    place = _lift(face, to_frame, codes.shape[:2])
    points = _apply(to_frame, face.landmarks_px)
    return Frame(
        pose, face.points_cm, face.regions, box, scaled, turned, to_frame, codes,
        place[..., 0], place[..., 1], points,
    )  # fmt: skip


def _apply(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def _box(face, spread):
    height, width = face.image.shape[:2]
    centre = face.pose.to_px(np.array(_CENTRE_CM))
    half = spread * _HALF_CM * face.pose.px_per_cm
    x0, y0 = np.clip(np.floor(centre - half), 0, (width - 8, height - 8)).astype(int)
    x1, y1 = np.clip(np.ceil(centre + half), (x0 + 8, y0 + 8), (width, height)).astype(int)
    return int(x0), int(y0), int(x1), int(y1)


def _shrink(picture, box, scaled, turn):
    x0, y0, x1, y1 = box
    part = np.ascontiguousarray(picture[y0:y1, x0:x1])
    how = cv2.INTER_AREA if scaled[0] < y1 - y0 else cv2.INTER_CUBIC
    seen = cv2.resize(part, (scaled[1], scaled[0]), interpolation=how).astype(np.float32)
    if turn is None:
        return seen
    return cv2.warpAffine(seen, turn, (_SIDE_PX, _SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _lift(face, to_frame, shape):
    """Canonical positions of the frame's pixels, float32 (h, w, 2)."""
    chart = face.chart
    to_photo = np.linalg.inv(np.vstack([to_frame, [0, 0, 1]]))[:2]
    to_photo[:, 2] -= chart.nodes_px[0, 0]
    return cv2.warpAffine(
        np.ascontiguousarray(chart.nodes_cm[..., :2]), to_photo / chart.step_px, (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def _flat_to_cm(pose, vectors_px):
    """Canonical displacement in the plane of the face that the pose turns into these pixels."""
    matrix = pose.rotation[:2, :2] * (pose.px_per_cm * np.array([[1.0], [-1.0]]))
    moved = np.zeros((len(vectors_px), 3))
    moved[:, :2] = np.linalg.solve(matrix, vectors_px.T).T
    return moved
