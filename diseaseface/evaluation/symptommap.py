"""One face's symptom map: the heat, the overlay and the measurements, made together."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation import overlay, plate
from diseaseface.evaluation.gains import measure_names
from diseaseface.evaluation.norms import Person, norms
from diseaseface.evaluation.symptoms import Departure, colour_is_placed, departures, heat, tally
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile

_TITLES = ("Largest difference from healthy faces read there", "Largest change from the photo before read there")
_NO_COLOUR = "Colour is left out of the map: few of the healthy faces have skin that looks as dark."
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
    notes : tuple of str
        What to know when reading it, as sentences.
    """

    departures: tuple[Departure, ...]
    heat: np.ndarray
    overlay: np.ndarray
    measurements: np.ndarray
    notes: tuple[str, ...] = ()

    def sheet(self) -> np.ndarray:
        """Return overlay and measurements side by side, uint8 RGB."""
        tall = self.measurements.shape[0]
        width = round(self.overlay.shape[1] * tall / self.overlay.shape[0])
        beside = cv2.resize(self.overlay, (width, tall), interpolation=cv2.INTER_AREA)
        return np.hstack([beside, self.measurements])


def draw(
    face: Face, before: Face | None = None, profile: Profile | None = None, person: Person | None = None
) -> SymptomMap:
    """Map a face against healthy faces, or against the same person's photo before.

    With a profile, the measures of its signs are the first that are drawn with their lines.
    """
    found = departures(face, before, person)
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
        tuple(_notes(face, found, before is not None)),
    )


def _notes(face: Face, found: Sequence[Departure], change: bool):
    notable, of, expected = tally(found)
    if change:
        yield f"{notable} of {of} changes go beyond two standard deviations of healthy faces."
        return
    yield (
        f"{notable} of {of} measures lie beyond two standard deviations; in a healthy face like those of the norms "
        f"(n = {norms().n}) about {expected} do."
    )
    if not colour_is_placed(face):
        yield _NO_COLOUR


def measures_of(profile: Profile | None) -> tuple[str, ...]:
    """Return the measures that a profile's signs are read by."""
    found = (
        name
        for sign in (profile.signs if profile else ())
        for name in measure_names(attributes()[sign.attribute], sign.side)
    )
    return tuple(dict.fromkeys(found))
