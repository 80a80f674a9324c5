"""What healthy faces measure: means, spread, and how measures go together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.evaluation.readings import ALONE, ONLY_AGAINST_BEFORE, TONE, Readings, departure
from diseaseface.settings import norms_file

FILE = "data/norms.json"
ADULT = 18.0  # years; the norms are of adults
_CHILD = 1.5  # times the adults' SD: growth moves a child's measures by about as much again; by judgement
_DARKEST_Z = -0.75  # of skin tones: one in five faces is darker, and colours of dark skin spread more


@dataclass(frozen=True)
class Person:
    """Whose face it is, as far as that is told: sex "female" or "male", age in years."""

    sex: str | None = None
    age: float | None = None

    @property
    def child(self) -> bool:
        """Whether the norms, which are of adults, do not hold."""
        return self.age is not None and self.age < ADULT


@dataclass(frozen=True)
class Group:
    """Healthy people of one sex or one age.

    Attributes
    ----------
    n : int
    ages : (float, float)
        From and until, years.
    sex : "female", "male" or None
    offset : mapping of measure to float
        Their mean minus that of all, in the unit of departures.
    """

    n: int
    ages: tuple[float, float]
    sex: str | None
    offset: Mapping[str, float]

    def holds(self, person: Person) -> bool:
        """Tell whether a person is one of them."""
        if self.sex is not None:
            return person.sex == self.sex
        return person.age is not None and self.ages[0] <= person.age < self.ages[1]


@dataclass(frozen=True, eq=False)
class Norms:
    """Readings of healthy faces.

    Attributes
    ----------
    n : int
        Faces.
    source : str
        Who took the photos, and their licence.
    mean, sd : mapping of measure to float
        Of single readings; the SD of a measure read in per cent is in per cent of the mean.
    jointly : tuple of str
        The measures that tell whether a face departs from healthy.
    correlation : float array of shape (k, k)
        Of those, shrunk.
    shrinkage : float
        Of correlations towards none, by which faces left out are likeliest.
    departure : float
        Mahalanobis distance that 95 of 100 healthy faces, each left out in turn, stay below.
    log_odds : float
        Of any disease against none, that 97 of 100 stay below in the same way, smiling ones among them.
    freedom : float
        Degrees of freedom of the t distribution that left-out faces follow.
    smile : mapping of measure to (float, float)
        What a full smile adds to a departure, and the SD of that over people.
    groups : tuple of Group
    tone : mapping of measure to (float, float)
        What a degree of lighter skin adds to a departure, by robust regression; and the share by which its SD grows
        for each degree that skin is darker than the mean.
    """

    n: int
    source: str
    mean: Mapping[str, float]
    sd: Mapping[str, float]
    jointly: tuple[str, ...]
    correlation: np.ndarray
    departure: float
    log_odds: float
    freedom: float
    shrinkage: float = 0.0
    smile: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    tone: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def tells_colour(self, lighter: float | None) -> bool:
        """Tell whether colours of skin so much lighter than the mean, in degrees of its typology, can be compared."""
        return lighter is not None and lighter / self.sd[TONE] > _DARKEST_Z

    @cached_property
    def covariance(self) -> np.ndarray:
        """Covariance of the joint measures, float64 (k, k)."""
        sd = np.array([self.sd[name] for name in self.jointly])
        return self.correlation * np.outer(sd, sd)

    @cached_property
    def precision(self) -> np.ndarray:
        """Inverse of the covariance, float64 (k, k)."""
        return np.linalg.inv(self.covariance)

    def expected(self, person: Person, smile: float, lighter: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return what a healthy face reads.

        Parameters
        ----------
        person : Person
        smile : float
            How broadly the face smiles, 0 to 1.
        lighter : float or None
            Its skin tone minus the mean of the norms, degrees of the typology angle; None where it is not known.

        Returns
        -------
        offset : float64 array of shape (k,)
            Mean departure of faces like it from all.
        covariance : float64 array of shape (k, k)
            Wider where few of the norms' faces are like it.
        """
        offset, covariance = np.zeros(len(self.jointly)), self.covariance.copy()
        for shift, apart, share, wider in self._like(self.jointly, person, lighter):
            offset += shift
            covariance = _within(covariance, apart, share) * np.outer(wider, wider)
        moved = smile * self._table(self.smile, self.jointly)
        covariance = covariance + np.diag(moved[:, 1] ** 2)
        return offset + moved[:, 0], covariance * (_CHILD**2 if person.child else 1.0)

    def usual(
        self, names: Sequence[str], person: Person, smile: float, lighter: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same of measures by themselves, joint ones or not: mean departures and SDs, float64 (k,) each."""
        offset, variance = np.zeros(len(names)), np.array([self.sd[name] for name in names]) ** 2
        for shift, apart, share, wider in self._like(names, person, lighter):
            offset += shift
            variance = np.maximum(variance - share / (1.0 - share) * apart**2, 0.1 * variance) * wider**2
        moved = smile * self._table(self.smile, names)
        return offset + moved[:, 0], np.sqrt(variance + moved[:, 1] ** 2) * (_CHILD if person.child else 1.0)

    def _like(self, names, person, lighter):
        """Yield, for each way in which faces are like this one: the shift of their mean, how far apart and how large
        a share of all they are, and how much wider than that their SDs are, since few tell of them."""
        for group in (g for g in self.groups if g.holds(person) and g.n < self.n):
            apart = np.array([group.offset.get(name, 0.0) for name in names])
            yield apart, apart, group.n / self.n, np.full(len(names), np.sqrt(1.0 + 1.0 / group.n))
        if lighter is not None and TONE in self.sd:
            slope, grows = self._table(self.tone, names).T
            unsure = np.sqrt(1.0 + (1.0 + (lighter / self.sd[TONE]) ** 2) / self.n)  # of a regression's prediction
            yield slope * lighter, slope * self.sd[TONE], 0.5, unsure * (1.0 + grows * max(-lighter, 0.0))

    @staticmethod
    def _table(told, names):
        return np.array([told.get(name, (0.0, 0.0)) for name in names]).reshape(-1, 2)

    def cautions(self, person: Person) -> tuple[str, ...]:
        """Say where the norms do not fit a person."""
        if not person.child:
            return ()
        return (f"The norms are of {self.n} adults: a child's face is compared with them, and less surely.",)


def _within(covariance, apart, share):
    """Take out of a covariance what the difference of a group from all others adds to it.

    For a group with a share f of all people, whose mean lies d from that of all, that is d dᵀ f / (1 - f).
    """
    if not 0.0 < share < 1.0:
        return covariance
    most = 0.9 / max(float(apart @ np.linalg.solve(covariance, apart)), 1e-12)
    return covariance - min(share / (1.0 - share), most) * np.outer(apart, apart)


@cache
def norms() -> Norms:
    """Return the norms: the shipped ones, or those that DISEASEFACE_NORMS names.

    Raises
    ------
    CatalogueError
        For a file that is missing, or holds no norms.
    """
    own = norms_file()
    if own is None:
        return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))
    try:
        text = Path(own).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CatalogueError(f"DISEASEFACE_NORMS names {own}, which cannot be read: name a norms.json.") from None
    return parse(text)


def parse(text: str) -> Norms:
    """Read norms from JSON text."""
    try:
        table = dict(json.loads(text))
        groups = tuple(Group(**{**row, "ages": tuple(row["ages"])}) for row in table.pop("groups"))
        smile, tone = ({name: tuple(pair) for name, pair in table.pop(key).items()} for key in ("smile", "tone"))
        jointly, correlation = tuple(table.pop("jointly")), np.array(table.pop("correlation"), float)
        return Norms(jointly=jointly, correlation=correlation, smile=smile, groups=groups, tone=tone, **table)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"norms.json is malformed: {error}") from error


def from_norm(readings: Readings, known: Norms | None = None) -> Readings:
    """Return how far a face's single readings are from the mean of healthy faces, by the shipped norms or others."""
    mean = (known or norms()).mean
    values = {
        name: departure(name, mean[name], value)
        if value is not None and name in mean and name not in ONLY_AGAINST_BEFORE
        else None
        for name, value in readings.values.items()
    }
    return Readings(ALONE, values, readings.blur, readings.smile)
