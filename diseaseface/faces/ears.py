"""Ears: where bare skin stands out beside the face, found in an upright frame.

The face mesh has no ears. They are what has the colour of the face's skin, belongs to the
person, and lies outside the face's contour at the height of the nose.
"""

import cv2
import numpy as np

from diseaseface.faces.upright import Upright

# The face's contour beside each ear, from the temple to the angle of the jaw.
CONTOUR = {
    "left": [251, 389, 356, 454, 323, 361, 288, 397],
    "right": [21, 162, 127, 234, 93, 132, 58, 172],
}
_SPAN_CM = (-6.0, 4.8)  # heights at which ears are looked for
_SEAT_CM = (-2.4, 3.6)  # heights at which an ear is widest
_REACH_CM = 3.8  # an ear stands out no further
_SEED_CM = 0.5  # nearer to the contour it may be cheek
_LEAST_HEIGHT_CM, _LEAST_WIDTH_CM, _LEAST_CM2 = 3.2, 0.7, 2.0
_MOST_HEIGHT_CM = 7.8  # what is taller is hair that hangs down, of the colour of skin
_ENDS = (0.55, 0.3)  # share of its greatest width at which an ear ends above (the temple follows) and below
_GAP_CM = 0.5  # shadows inside an ear are not wider


def beside(frame: Upright, points: np.ndarray, side: str) -> np.ndarray:
    """Return how far each pixel lies outside the face's contour on a side, centimetres, float32 (h, w).

    `points`, shape (478, 2), are the landmarks in pixels of the frame.
    """
    contour = points[CONTOUR[side]]
    order = np.argsort(contour[:, 1])
    width, height = frame.size
    edge = np.interp(np.arange(height), contour[order, 1], contour[order, 0])
    outward = 1.0 if side == "left" else -1.0
    return (outward * (np.arange(width)[None, :] - edge[:, None]) / frame.px_per_cm).astype(np.float32)


def ear_mask(frame: Upright, points: np.ndarray, bare: np.ndarray, side: str) -> np.ndarray | None:
    """Return which pixels are the ear of a side, bool (h, w); None where no ear shows.

    Parameters
    ----------
    bare : bool array of shape (h, w)
        What may be bare skin.
    """
    k, out = frame.px_per_cm, beside(frame, points, side)
    zone = (out > 0) & (out < _REACH_CM) & (frame.y_cm > _SPAN_CM[0]) & (frame.y_cm < _SPAN_CM[1])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(_GAP_CM * k) | 1,) * 2)
    found = cv2.morphologyEx((bare & zone).astype(np.uint8), cv2.MORPH_CLOSE, disc)
    count, parts = cv2.connectedComponents(found * (out > 0.1 * _SEED_CM).astype(np.uint8))
    best, most = None, 0.0
    for number in range(1, count):
        part = parts == number
        standing = float((part & (out > _SEED_CM)).sum())
        if standing > most:
            best, most = part, standing
    seat = (frame.y_cm[:, 0] > _SEAT_CM[0]) & (frame.y_cm[:, 0] < _SEAT_CM[1])
    return _upright_part(best, out, seat, k) if best is not None else None


def _upright_part(part, out, seat, k):
    """Keep the rows around the widest that stand out; None where that is too little for an ear."""
    width = np.where(part, out, 0.0).max(axis=1)
    first = last = int(np.where(seat, width, 0.0).argmax())
    above, below = (max(_SEED_CM, share * width[first]) for share in _ENDS)
    while first > 0 and width[first - 1] > above:
        first -= 1
    while last < len(width) - 1 and width[last + 1] > below:
        last += 1
    ear = part.copy()
    ear[:first], ear[last + 1 :] = False, False
    tall, wide = (last + 1 - first) / k, float(width[first : last + 1].max())
    enough = _LEAST_HEIGHT_CM <= tall <= _MOST_HEIGHT_CM and wide >= _LEAST_WIDTH_CM and ear.sum() / k**2 >= _LEAST_CM2
    return ear if enough else None
