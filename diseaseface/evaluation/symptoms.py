"""The symptom map: where on a face its departures from healthy, or from a photo before, lie.

After the symptom-weighted face maps of Wang & Luo (2016), which weigh regions that a classifier
learned; here each place carries the measures that are read there, in standard deviations of
healthy faces, so that every colour can be traced to a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation.gains import gains
from diseaseface.evaluation.measurements import definitions, measure_all
from diseaseface.evaluation.norms import Person, from_norm, norms
from diseaseface.evaluation.places import Place, places
from diseaseface.evaluation.readings import TONE, read_alone, read_change
from diseaseface.faces.face import Face

NOTABLE_SD = 2.0  # beyond it lie about five of a hundred healthy readings
EXPECTED_SHARE = 0.0455  # of healthy readings beyond two standard deviations
_LEAST_SD = 1.0  # colours nothing
_CLEAR_OF_NOISE = 2.0
_SAME = 1e-4  # two names of one reading differ by less, in standard deviations


@dataclass(frozen=True)
class Departure:
    """One measure that has a place on the face.

    Attributes
    ----------
    name, unit : str
    value : float
        The reading, or its change from the photo before, in the unit.
    z : float
        Its distance from the mean of healthy faces like it, or the change, in their standard deviations.
    place : Place
    """

    name: str
    unit: str
    value: float
    z: float
    place: Place

    @property
    def notable(self) -> bool:
        """Whether it lies beyond two standard deviations."""
        return abs(self.z) >= NOTABLE_SD


def departures(face: Face, before: Face | None = None, person: Person | None = None) -> tuple[Departure, ...]:
    """Return every measure that can be placed, most departed first; each reading once.

    Parameters
    ----------
    face : Face
    before : Face or None
        The same person before: then changes are given, in standard deviations of healthy faces,
        and zero where the reader's own noise may explain them. Without one, differences from
        healthy faces; what the light of a photo moves, or all skin has, is then left out, and colour
        where `colour_is_placed` says no.
    person : Person or None
        Whose face it is, as far as that is told.
    """
    found = _changes(before, face) if before is not None else _differences(face, person)
    ordered = sorted(found, key=lambda one: -abs(one.z))
    kept: list[Departure] = []
    for one in ordered:
        if not any(abs(one.z - other.z) < _SAME and one.unit == other.unit for other in kept if one.z):
            kept.append(one)
    return tuple(kept)


def colour_is_placed(face: Face) -> bool:
    """Tell whether one photo of this skin can be set against the norms: they hold few darker faces, on which the
    same healthy skin shows larger contrasts."""
    return norms().tells_colour(from_norm(read_alone(face)).values[TONE])


def _differences(face: Face, person: Person | None):
    coloured = colour_is_placed(face)
    for one in measure_all(face, person):
        place = places().get(one.name)
        if place is None or place.level or one.z is None:
            continue
        if coloured or not (place.zones or place.masks):
            yield Departure(one.name, one.unit, float(one.value), float(one.z), place)


def _changes(before: Face, face: Face):
    readings = read_change(before, face)
    still, sds = gains().still.get(readings.mode, {}), norms().sd
    for name, (unit, _, _) in definitions().items():
        value, place, sd = readings.values.get(name), places().get(name), sds.get(name)
        if value is None or place is None or not sd or name not in still:
            continue
        clear = abs(value) > _CLEAR_OF_NOISE * readings.blur * still[name]
        yield Departure(name, unit, float(value), float(value / sd) if clear else 0.0, place)


def heat(face: Face, found: Sequence[Departure]) -> np.ndarray:
    """Return the largest departure that is read at each pixel, standard deviations, float32 (H, W)."""
    chart = face.chart
    marks = chart.at(chart.nodes_cm[..., :2], face.landmarks_px.astype(np.float32))
    strong = [one for one in found if abs(one.z) >= _LEAST_SD]
    skin = _on_nodes(face, cv2.blur(face.regions.skin, (5, 5)))
    nodes = np.zeros(chart.nodes_cm.shape[:2], np.float32)
    for one in strong:
        nodes = np.maximum(nodes, abs(one.z) * one.place.weight(chart.nodes_cm, marks, skin))
    warm = np.zeros(face.image.shape[:2], np.float32)
    x0, y0, x1, y1 = chart.box
    warm[y0:y1, x0:x1] = np.maximum(chart.to_pixels(nodes), 0.0)
    warm *= face.regions.person
    for one in strong:
        for mask in one.place.masks:
            warm = np.maximum(warm, abs(one.z) * getattr(face.regions, mask))
    return warm


def _on_nodes(face: Face, mask: np.ndarray) -> np.ndarray:
    """Look a mask of the photo (H, W) up at the chart's nodes, float32 (h, w)."""
    columns, rows = (np.ascontiguousarray(face.chart.nodes_px[..., k], np.float32) for k in (0, 1))
    return cv2.remap(mask, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def tally(found: Sequence[Departure]) -> tuple[int, int, int]:
    """Return how many readings are notable, of how many, and how many would be in a healthy face."""
    return sum(bool(one.notable) for one in found), len(found), round(EXPECTED_SHARE * len(found))
