"""One face's symptom map: the heat, the overlay and the measurements, made together."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation import overlay, plate
from diseaseface.evaluation.gains import measure_names
from diseaseface.evaluation.symptoms import Departure, departures, heat
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile

_TITLES = ("Largest difference from healthy faces read there", "Largest change from the photo before read there")
_LEAST_TALL_PX = 600  # of the overlay, so that its scale can be read


@dataclass(frozen=True, eq=False)
class SymptomMap:
    """Where a face departs, and by how much.

    Attributes
    ----------
    departures : tuple of Departure
        Every measure that has a place, most departed first.
    heat : float32 array of shape (H, W)
        The largest of them that is read at each pixel of the photo, standard deviations.
    overlay : uint8 array of shape (h, w, 3)
        The head in grey with the heat over it and its scale below, RGB.
    measurements : uint8 array of shape (h, w, 3)
        The head with lines and angles, their values beside it, RGB.
    """

    departures: tuple[Departure, ...]
    heat: np.ndarray
    overlay: np.ndarray
    measurements: np.ndarray

    def sheet(self) -> np.ndarray:
        """Return overlay and measurements side by side, uint8 RGB."""
        tall = self.measurements.shape[0]
        width = round(self.overlay.shape[1] * tall / self.overlay.shape[0])
        beside = cv2.resize(self.overlay, (width, tall), interpolation=cv2.INTER_AREA)
        return np.hstack([beside, self.measurements])


def draw(face: Face, before: Face | None = None, profile: Profile | None = None) -> SymptomMap:
    """Map a face against healthy faces, or against the same person's photo before.

    With a profile, the measures of its signs are the first that are drawn with their lines.
    """
    found = departures(face, before)
    warm = heat(face, found)
    x0, y0, x1, y1 = overlay.head_box(face)
    head, there = np.ascontiguousarray(face.image[y0:y1, x0:x1]), np.ascontiguousarray(warm[y0:y1, x0:x1])
    grow = _LEAST_TALL_PX / head.shape[0]
    if grow > 1.0:
        head, there = (cv2.resize(one, None, fx=grow, fy=grow, interpolation=cv2.INTER_CUBIC) for one in (head, there))
    title = _TITLES[before is not None]
    return SymptomMap(
        found,
        warm,
        overlay.with_scale(overlay.draw(head, there), title),
        plate.draw(face, found, measures_of(profile), changes=before is not None),
    )


def measures_of(profile: Profile | None) -> tuple[str, ...]:
    """Return the measures that a profile's signs are read by."""
    found = (
        name
        for sign in (profile.signs if profile else ())
        for name in measure_names(attributes()[sign.attribute], sign.side)
    )
    return tuple(dict.fromkeys(found))
