"""The upright frame: the head at a fixed size and without tilt, cut out of the photo.

Everything that looks at pixels in centimetres works here, so that its results do not depend
on how large, or how tilted, the face is in the photo.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from diseaseface.faces.mesh import Pose


@dataclass(frozen=True, eq=False)
class Upright:
    """A picture of the surroundings of the head, upright, on a regular grid.

    Attributes
    ----------
    left_cm, top_cm : float
        Canonical X of the left edge and Y of the top edge, for points in the plane of the face.
    px_per_cm : float
    size : (width, height)
        Pixels of the frame.
    matrix : float64 array of shape (2, 3)
        Similarity from pixels of the photo to pixels of the frame.
    """

    left_cm: float
    top_cm: float
    px_per_cm: float
    size: tuple[int, int]
    matrix: np.ndarray

    def cut(self, image: np.ndarray, *, border: int = cv2.BORDER_REPLICATE) -> np.ndarray:
        """Bring a picture of the photo's size into the frame."""
        scale, matrix = np.sqrt(np.linalg.det(self.matrix[:, :2])), self.matrix
        while scale < 0.5:  # a step of a pyramid, or fine detail would alias
            image, matrix = cv2.pyrDown(image), matrix @ np.diag([2.0, 2.0, 1.0])
            scale *= 2
        flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return cv2.warpAffine(image, matrix, self.size, flags=flags, borderMode=border)

    def back(self, mask: np.ndarray, shape: tuple[int, int], *, border: int = cv2.BORDER_CONSTANT):
        """Bring a mask of the frame back to the photo of this (height, width)."""
        return cv2.warpAffine(
            mask, self.matrix, shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border
        )

    def to_frame(self, points_px: np.ndarray) -> np.ndarray:
        """Bring photo points (n, 2) into the frame, pixels."""
        return points_px @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_photo(self, points_px: np.ndarray) -> np.ndarray:
        """Bring points (n, 2) of the frame back to the photo, pixels."""
        return np.linalg.solve(self.matrix[:, :2], (points_px - self.matrix[:, 2]).T).T

    @cached_property
    def x_cm(self) -> np.ndarray:
        """Canonical X of every pixel, float32 (h, w), the face taken as flat and frontal."""
        row = self.left_cm + (np.arange(self.size[0], dtype=np.float32) + 0.5) / self.px_per_cm
        return np.broadcast_to(row, self.size[::-1])

    @cached_property
    def y_cm(self) -> np.ndarray:
        """Canonical Y of every pixel, float32 (h, w)."""
        column = self.top_cm - (np.arange(self.size[1], dtype=np.float32) + 0.5) / self.px_per_cm
        return np.broadcast_to(column[:, None], self.size[::-1])


def upright(pose: Pose, box_cm: tuple[float, float, float, float], px_per_cm: float) -> Upright:
    """Return the frame over the canonical box (left, bottom, right, top)."""
    left, bottom, right, top = box_cm
    scale, turn = px_per_cm / pose.px_per_cm, np.radians(pose.roll_deg)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    origin = np.array([-left, top]) * px_per_cm - 0.5
    size = round((right - left) * px_per_cm), round((top - bottom) * px_per_cm)
    return Upright(left, top, px_per_cm, size, np.column_stack([linear, origin - linear @ pose.origin_px]))
