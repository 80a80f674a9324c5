"""The square of the photo that the model sees, at the model's own size."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.faces.face import Face


@dataclass(frozen=True)
class Crop:
    """A square of a photo.

    Attributes
    ----------
    x0, y0, side : int
        Pixels of the photo; it may reach beyond the photo, which is mirrored there.
    size : int
        Pixels of the model's picture.
    """

    x0: int
    y0: int
    side: int
    size: int

    @classmethod
    def around(cls, face: Face, size: int) -> "Crop":
        """Lay the smallest square around everything that signs may touch."""
        x0, y0, x1, y1 = face.chart.box
        side = max(x1 - x0, y1 - y0)
        return cls((x0 + x1 - side) // 2, (y0 + y1 - side) // 2, side, size)

    def cut(self, values: np.ndarray) -> np.ndarray:
        """Return the square of an array (H, W) or (H, W, k), resized to (size, size[, k])."""
        flags = cv2.INTER_AREA if self.size < self.side else cv2.INTER_CUBIC
        return cv2.resize(self._square(values), (self.size, self.size), interpolation=flags)

    def _square(self, values):
        height, width = values.shape[:2]
        x1, y1 = self.x0 + self.side, self.y0 + self.side
        if self.x0 >= 0 and self.y0 >= 0 and x1 <= width and y1 <= height:
            return values[self.y0 : y1, self.x0 : x1]
        rows, columns = _mirrored(np.arange(self.y0, y1), height), _mirrored(np.arange(self.x0, x1), width)
        return values[np.ix_(rows, columns)]

    def paste(self, small: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """Return float32 (H, W, k) with values (size, size, k) in the square's place, zero elsewhere."""
        large = cv2.resize(small.astype(np.float32), (self.side, self.side), interpolation=cv2.INTER_CUBIC)
        whole = np.zeros((*shape, *small.shape[2:]), np.float32)
        top, left = max(self.y0, 0), max(self.x0, 0)
        bottom, right = min(self.y0 + self.side, shape[0]), min(self.x0 + self.side, shape[1])
        whole[top:bottom, left:right] = large[top - self.y0 : bottom - self.y0, left - self.x0 : right - self.x0]
        return whole

    def points(self, points_px: np.ndarray) -> np.ndarray:
        """Bring photo points (n, 2) into the model's picture."""
        return (points_px - (self.x0, self.y0) + 0.5) * (self.size / self.side) - 0.5


def _mirrored(indices, length):
    """Fold indices beyond the ends back into 0 ... length - 1."""
    period = max(2 * (length - 1), 1)
    folded = np.abs(indices) % period
    return np.minimum(folded, period - folded) if length > 1 else np.zeros_like(folded)
