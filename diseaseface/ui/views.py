"""Which part of a picture the page shows: all of it, the head, or a part of the face."""

import numpy as np

from diseaseface.faces.face import Face

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

WHOLE, HEAD, EYES, MIDFACE, MOUTH = VIEWS = ("whole", "head", "eyes", "midface", "mouth")
VIEW_OF_REGION = {
    "eyes": EYES,
    "brows": EYES,
    "forehead": HEAD,
    "nose": MIDFACE,
    "cheeks": MIDFACE,
    "mouth": MOUTH,
    "jaw": MOUTH,
    "skin": HEAD,
    "face": HEAD,
}
_ALL = tuple(range(468))
# Of each close view: the landmarks around whose middle it lies, its side, and how far it is
# moved up, both as shares of the face's height from forehead to chin.
_SQUARES = {
    HEAD: (_ALL, 2.0, 0.10),
    EYES: ((33, 133, 263, 362), 0.95, 0.0),
    MIDFACE: ((6, 2), 0.95, 0.0),
    MOUTH: ((0, 17, 152), 0.80, 0.05),
}


def box_of(face: Face, view: str) -> Box:
    """Return the part of the photo that a view shows; close views are squares inside it."""
    height, width = face.image.shape[:2]
    if view == WHOLE:
        return 0, 0, width, height
    which, share, rise = _SQUARES[view]
    points = np.asarray(face.landmarks_px)
    tall = np.ptp(points[list(_ALL), 1])
    side = int(min(share * tall, width, height))
    middle = points[list(which)].mean(axis=0) - (0.0, rise * tall)
    left, top = (int(np.clip(m - side / 2, 0, most - side)) for m, most in zip(middle, (width, height), strict=True))
    return left, top, left + side, top + side


def crop(picture: np.ndarray, box: Box) -> np.ndarray:
    """Cut a box out of a picture."""
    left, top, right, bottom = box
    return picture[top:bottom, left:right]
