"""The likeliest line through a strip of pixels: dynamic programming along a contour (Amini 1990, IEEE PAMI 12:855)."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM

STEP_CM = 0.02  # between samples across a line
_FARTHEST = 4  # samples by which neighbours on a line may differ
_CLIPPED = 1.5  # a line much stronger than most says no more


@dataclass(frozen=True, eq=False)
class Strip:
    """What lies across a line.

    Attributes
    ----------
    base : float array of shape (n, 2)
        The line, in frame pixels.
    normal : float array of shape (n, 2) or (2,)
        Unit vectors across it.
    across_cm : float array of shape (m,)
        Distance of the samples from the line, along the normal.
    """

    base: np.ndarray
    normal: np.ndarray
    across_cm: np.ndarray

    def sample(self, plane: np.ndarray) -> np.ndarray:
        """Return a picture (h, w) on the strip, float32 (n, m)."""
        normal = np.broadcast_to(self.normal, self.base.shape)
        at = (self.base[:, None] + normal[:, None] * (PX_PER_CM * self.across_cm)[:, None]).astype(np.float32)
        return cv2.remap(plane, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def line(self, score: np.ndarray, spread_cm: float, centre_cm: float = 0.0, stiffness: float = 0.15) -> np.ndarray:
        """Return where the likeliest line runs, in centimetres across the strip, (n,).

        Parameters
        ----------
        score : float array of shape (n, m)
            What speaks for each sample.
        spread_cm, centre_cm : float
            Where it is expected: the standard deviation and the middle of its distance from the base.
        stiffness : float
            What a step aside costs.
        """
        expected = -0.5 * ((self.across_cm - centre_cm) / spread_cm) ** 2
        return self.across_cm[best_path(score + expected, stiffness)]


def strip(base: np.ndarray, normal: np.ndarray, from_cm: float, to_cm: float) -> Strip:
    """Lay a strip across a line."""
    return Strip(base, normal, np.arange(from_cm, to_cm + 1e-6, STEP_CM))


def best_path(score: np.ndarray, stiffness: float) -> np.ndarray:
    """Return the column in each row, int (n,), of the path with the largest sum, less `stiffness` a step aside."""
    rows, columns = score.shape
    steps = np.arange(-_FARTHEST, _FARTHEST + 1)
    edged = np.full(columns + 2 * _FARTHEST, -np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(edged, len(steps))
    came, price, here = np.zeros((rows, columns), int), stiffness * np.abs(steps), np.arange(columns)
    total = score[0]
    for row in range(1, rows):
        edged[_FARTHEST:-_FARTHEST] = total
        reached = windows - price
        best = reached.argmax(axis=1)
        came[row], total = here + steps[best], score[row] + reached[here, best]
    path = [int(np.argmax(total))]
    for row in range(rows - 1, 0, -1):
        path.append(came[row, path[-1]])
    return np.array(path[::-1])


def resampled(line: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points evenly along a polyline, (count, 2), and where on 0 to count - 1 each of its own points lies."""
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0.0, run[-1], count)
    return np.stack([np.interp(at, run, line[:, axis]) for axis in (0, 1)], axis=1), run / run[-1] * (count - 1)


def ridge(plane: np.ndarray, fine_cm: float, around_cm: float) -> np.ndarray:
    """Return how much a strip stands out from what is on both sides, for each of its own usual lines, (n, m)."""
    fine, around = (
        cv2.GaussianBlur(plane, (0, 0), sigmaX=scale / STEP_CM, sigmaY=0.8) for scale in (fine_cm, around_cm)
    )
    usual = max(float(np.percentile(np.abs(fine - around), 90)), 1e-3)
    return 2.0 * np.clip((fine - around) / usual, -_CLIPPED, _CLIPPED)
