"""Squares around parts of a face, as all that shows a face cuts them out."""

from collections.abc import Sequence

import numpy as np

from diseaseface.faces.face import Face

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

ALL = tuple(range(468))  # the landmarks of the mesh, without the irises
_HEAD_SHARE, _HEAD_RISE = 2.0, 0.10


def square(face: Face, around: Sequence[int], share: float, rise: float) -> Box:
    """Return a square inside the photo.

    Parameters
    ----------
    around : landmarks whose middle is the square's
    share, rise : the square's side, and how far it is moved up, as shares of the face's height from forehead to chin
    """
    height, width = face.image.shape[:2]
    points = np.asarray(face.landmarks_px)
    tall = np.ptp(points[list(ALL), 1])
    side = int(min(share * tall, width, height))
    middle = points[list(around)].mean(axis=0) - (0.0, rise * tall)
    left, top = (int(np.clip(m - side / 2, 0, most - side)) for m, most in zip(middle, (width, height), strict=True))
    return left, top, left + side, top + side


def head(face: Face) -> Box:
    """Return the square around the head."""
    return square(face, ALL, _HEAD_SHARE, _HEAD_RISE)


def crop(picture: np.ndarray, box: Box) -> np.ndarray:
    """Cut a box out of a picture, shape (H, W, 3)."""
    left, top, right, bottom = box
    return picture[top:bottom, left:right]
