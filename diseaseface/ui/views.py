"""Which part of a picture the page shows: all of it, the head, or the part of the face that a sign is on."""

from diseaseface.faces import framing
from diseaseface.faces.face import Face
from diseaseface.faces.framing import Box

WHOLE, HEAD = "whole", "head"
# Of each close view, the regions of the catalogue among them: the landmarks around whose middle it
# lies, its side, and how far it is moved up, both as shares of the face's height from forehead to chin.
_SQUARES = {
    "eyes": ((33, 133, 263, 362), 0.95, 0.0),
    "midface": ((6, 2), 0.95, 0.0),
    "mouth": ((0, 17, 152), 0.80, 0.05),
    "brows": ((105, 334, 159, 386), 0.95, 0.04),
    "forehead": ((10, 9), 1.05, 0.06),
    "nose": ((6, 2), 0.66, -0.04),
    "cheeks": ((50, 280, 2), 1.05, 0.0),
    "jaw": ((17, 152), 0.95, 0.0),
    "ears": ((234, 454), 1.5, 0.05),
    "neck": ((152,), 1.25, -0.30),
    "hair": ((10,), 1.6, 0.10),
    "skin": (framing.ALL, 1.35, 0.0),
    "face": (framing.ALL, 1.35, 0.0),
}
VIEWS = (WHOLE, HEAD, *_SQUARES)


def box_of(face: Face, view: str) -> Box:
    """Return the part of the photo that a view shows; close views are squares inside it."""
    if view == WHOLE:
        height, width = face.image.shape[:2]
        return 0, 0, width, height
    return framing.head(face) if view == HEAD else framing.square(face, *_SQUARES[view])


def shares_of(face: Face, view: str) -> list[float]:
    """Return left, top, width and height of a view as shares of the photo's sides."""
    height, width = face.image.shape[:2]
    left, top, right, bottom = box_of(face, view)
    return [round(v, 5) for v in (left / width, top / height, (right - left) / width, (bottom - top) / height)]
