"""What is behind the person stays: a head that grows covers the wall, it does not push it aside.

A head that shrinks uncovers what no photo shows; there the wall nearby is carried in by the warp.
"""

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.maps import smoothstep

_HAIR_CM = 0.35  # around the person's mask there may be stray hair, which goes along
_RIM_CM = 0.1
_SAME_CM = 0.06  # of movement away from the person, too little to matter
_LEAST = 1e-3


def held(canvas: Canvas, places: np.ndarray, window: tuple[int, int, int, int]) -> np.ndarray:
    """Return where the photo behind the person shows unmoved after a warp, float32 (h, w), 0 to 1.

    Parameters
    ----------
    places : float32 array of shape (h, w, 2)
        Where each pixel of the window comes from, in the chart's box.
    window : (x0, y0, x1, y1)
        Pixels of the chart's box.
    """
    both, wall = canvas.keep(("backdrop",), lambda: _backdrop(canvas))
    x0, y0, x1, y1 = window
    after, nearer = cv2.split(cv2.remap(both, places, None, cv2.INTER_LINEAR))
    covered = smoothstep(both[y0:y1, x0:x1, 1] - nearer, -_SAME_CM, 0.0)
    share = wall[y0:y1, x0:x1] * (1.0 - _around(after, _RIM_CM * canvas.px_per_cm)) * covered
    return np.where(share < _LEAST, np.float32(0.0), share).astype(np.float32)


def _backdrop(canvas):
    """The person's mask and how far from it, (h, w, 2), and what is surely not the person, over the chart's box."""
    x0, y0, x1, y1 = canvas.face.chart.box
    person = np.ascontiguousarray(canvas.face.regions.person[y0:y1, x0:x1], np.float32)
    away = cv2.distanceTransform((person < 0.5).astype(np.uint8), cv2.DIST_L2, 5) / np.float32(canvas.px_per_cm)
    return cv2.merge([person, away]), 1.0 - _around(person, _HAIR_CM * canvas.px_per_cm)


def _around(mask, reach_px):
    """One on a mask and within a reach of it, soft at its end."""
    size = 2 * round(reach_px) + 1
    grown = cv2.dilate((mask > 0.1).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    grown = grown.astype(np.float32)
    return np.minimum(cv2.GaussianBlur(grown, (0, 0), max(0.4 * reach_px, 0.6)), 1.0)
