"""What must not change: the surroundings, and the whole of the picture."""

import cv2
import numpy as np

from diseaseface.faces.face import Face


def unchanged_outside(
    before: Face, picture: np.ndarray, aside: tuple[int, int, int, int] | None = None
) -> float | None:
    """Return the share of pixels outside the person and the warp's ring that kept their bytes.

    `aside` is a box (left, top, right, bottom) that is not looked at: the visible mark. None where the
    picture has another size than the photo, or all of it is inside.
    """
    if picture.shape != before.image.shape:
        return None
    outside = ~before.within_reach
    if aside is not None:
        left, top, right, bottom = aside
        outside[top:bottom, left:right] = False
    changed = cv2.absdiff(before.image, picture).reshape(-1, 3)[outside.ravel()]
    if not len(changed):
        return None
    return float(1.0 - np.count_nonzero(changed @ np.ones(3, np.uint16)) / len(changed))


def newly_clipped(before: Face, picture: np.ndarray) -> float | None:
    """Return the share of the skin that has become burnt out or black; None for another size."""
    if picture.shape != before.image.shape:
        return None
    skin = before.regions.skin > 0.5
    if not skin.any():
        return None
    was, now = (_clipped(image[skin]) for image in (before.image, picture))
    return float((now & ~was).mean())


def _clipped(codes):
    """Which of some pixels (n, 3) have a channel at its end."""
    red, green, blue = ((codes[:, k] == 0) | (codes[:, k] == 255) for k in range(3))
    return red | green | blue
