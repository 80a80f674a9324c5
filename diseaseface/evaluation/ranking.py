"""Which diseases explain what is measured, and whether there is anything to explain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diseaseface.evaluation import colour
from diseaseface.evaluation.gains import expected, gains
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ALONE, Readings
from diseaseface.evaluation.severity import course_of
from diseaseface.knowledge.profiles import Profile

_OWN_VARIATION = 0.5  # of healthy SDs: people with one disease differ in each sign by about so much
_LONGEST, _LEAST_SHARE = 10, 0.1
_COLOURS = frozenset(colour.READINGS)
_MOST_COLOUR = 2.5  # index units, set by eye
_LEAST_DEPARTURE = 1.5  # three quarters of a healthy SD in one measure, or as much spread over several
# Second names of one reading, which would count twice.
DOUBLES = frozenset({"plethora", "pallor", "hypopigmented_area", "mouth_corner_asymmetry_right"})


@dataclass(frozen=True)
class Candidate:
    """A disease and the share of the measured departure that it explains, at most 1."""

    id: str
    name: str
    score: float


@dataclass(frozen=True, eq=False)
class Departure:
    """What is measured, as one vector.

    Attributes
    ----------
    measures : tuple of str
    values : float array of shape (k,)
    precision : float array of shape (k, k)
        Inverse covariance of what the values may be without any disease.
    distance : float
        Length of the vector in that metric.
    limit : float
        Distance below which nothing has departed.
    """

    measures: tuple[str, ...]
    values: np.ndarray
    precision: np.ndarray
    distance: float
    limit: float

    @property
    def departs(self) -> bool:
        """Whether the face departs from healthy, or from the photo before."""
        return self.distance > self.limit


def departure(readings: Readings) -> Departure:
    """Put calibrated readings of a change, or differences from the norm, into one vector."""
    if readings.mode == ALONE:
        return _from_healthy(readings)
    sd, still = norms().sd, gains().still.get(readings.mode, {})
    usable = (sd.keys() & still.keys()) - DOUBLES
    names = tuple(n for n, value in readings.values.items() if value is not None and n in usable)
    values = np.array([readings.values[name] for name in names])
    scale = np.array([variation(name, sd[name], readings.blur * still[name]) for name in names])
    precision = np.diag(scale**-2.0)
    limit = max(gains().departure.get(readings.mode, 0.0), _LEAST_DEPARTURE) * np.sqrt(readings.blur)
    return Departure(names, values, precision, _length(values, precision), float(limit))


def variation(name: str, sd: float, still: float) -> float:
    """Return how much a measure may change without a disease, in its unit.

    Half of what healthy people differ by, and the reader's own noise. Colour differs between
    people, by ancestry and camera, far more than a disease changes it in one.
    """
    own = _OWN_VARIATION * sd
    return float(max(np.hypot(min(own, _MOST_COLOUR) if name in _COLOURS else own, still), 1e-6))


def _from_healthy(readings):
    """A measure that is hidden is left out by conditioning on the others."""
    known = norms()
    seen = [name for name in known.jointly if readings.values.get(name) is not None]
    at = [known.jointly.index(name) for name in seen]
    covariance = np.linalg.inv(known.precision)[np.ix_(at, at)]
    precision = np.linalg.inv(covariance)
    values = np.array([readings.values[name] for name in seen])
    limit = known.departure * np.sqrt(len(seen) / len(known.jointly))
    return Departure(tuple(seen), values, precision, _length(values, precision), float(limit))


def _length(values, precision):
    return float(np.sqrt(max(values @ precision @ values, 0.0)))


def rank(departed: Departure, diseases: Sequence[Profile], side: str | None = None) -> tuple[Candidate, ...]:
    """Return the diseases that explain a tenth of a departure or more, best first; none without one.

    Parameters
    ----------
    departed : Departure
    diseases : sequence of Profile
    side : "left", "right" or None
        On which side signs of one side lie.
    """
    if not departed.departs:
        return ()
    found = [Candidate(p.id, p.name, explained(departed, p, side)) for p in diseases]
    better = sorted((c for c in found if c.score >= _LEAST_SHARE), key=lambda candidate: -candidate.score)
    return tuple(better[:_LONGEST])


def explained(departed: Departure, profile: Profile, side: str | None = None) -> float:
    """Return the share of the squared departure that the nearest stage of a disease's course takes away."""
    course = course_of(profile, side)
    if not course.changes:
        return 0.0
    moved = zip(course.changes, expected(course.changes), strict=True)
    unit = np.array([[m.get(name, 0.0) / change.amount for name in departed.measures] for change, m in moved])
    left = departed.values - course.amounts @ unit
    distances = np.einsum("si,ij,sj->s", left, departed.precision, left)
    return float(1.0 - distances.min() / departed.distance**2)
