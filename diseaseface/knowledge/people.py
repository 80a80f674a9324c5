"""Who has a disease, as the sources tell it: sex and ages; and words for a face that does not fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from diseaseface.knowledge.annotations import ONSET_YEARS

# HPO's terms of when people with a disease die, and the age in years that they do not outlive by them.
DEATHS = {
    "HP:0003826": 0.0,  # Stillbirth
    "HP:0005268": 0.0,  # Miscarriage
    "HP:0034241": 0.0,  # Prenatal death
    "HP:0003811": 28 / 365.25,  # Neonatal death
    "HP:0001522": 2.0,  # Death in infancy
    "HP:0003819": 10.0,  # Death in childhood
    "HP:0011421": 19.0,  # Death in adolescence
}
_LINKED = {
    "HP:0001419": ("male", "X-linked recessive"),
    "HP:0001450": ("male", "Y-linked"),
}
_LEAST = 0.5  # a death that fewer people die is no bound

COURSE_TERMS = frozenset((*DEATHS, *ONSET_YEARS, *_LINKED))


@dataclass(frozen=True)
class People:
    """Who has a disease.

    Attributes
    ----------
    sex : "female", "male" or ""
        The only sex, or the one that nearly all people with the disease have.
    sex_source, onset_source, death_source : str
        Who says so, in words.
    from_age, until_age : float or None
        Years at which the disease begins at the earliest, and that people did not outlive.
    """

    sex: str = ""
    sex_source: str = ""
    from_age: float | None = None
    onset_source: str = ""
    until_age: float | None = None
    death_source: str = ""

    def misfits(self, age: float | None = None, sex: str | None = None) -> tuple[str, ...]:
        """Return what does not fit a person of an age in years and a sex, as sentences.

        What is not told, None, is not known to fit: a disease of one sex and an early death are named then.
        """
        return tuple(filter(None, (self._sex_misfit(sex), self._onset_misfit(age), self._death_misfit(age))))

    def _sex_misfit(self, sex: str | None) -> str | None:
        if not self.sex or sex == self.sex:
            return None
        told = f"; the person is said to be {sex}" if sex else ""
        return f"This disease is one of {self.sex}s ({self.sex_source}){told}."

    def _onset_misfit(self, age: float | None) -> str | None:
        if age is None or not self.from_age or age >= self.from_age:
            return None
        begins = f"This disease begins at {_years(self.from_age)} or later ({self.onset_source})"
        return f"{begins}; the face is {_years(age)} old."

    def _death_misfit(self, age: float | None) -> str | None:
        if self.until_age is None:
            return None
        if age is None:
            return f"People with this disease are reported to die early ({self.death_source}); no older face has it."
        if age <= self.until_age:
            return None
        return (
            f"People with this disease are reported to die early ({self.death_source}); the face is {_years(age)} old."
        )


def from_course(rows: Iterable[Sequence]) -> People:
    """Return who has a disease by HPO's terms of its course.

    Parameters
    ----------
    rows : iterable of (HPO id, label, frequency or None)

    Notes
    -----
    The earliest onset counts, and the latest death; a death that fewer than half of the people die, or
    beside survivors of a later onset, bounds nothing.
    """
    rows = list(rows)
    onsets = [(ONSET_YEARS[term], label) for term, label, _ in rows if term in ONSET_YEARS]
    deaths = [
        (DEATHS[term], label) for term, label, often in rows if term in DEATHS and (often is None or often >= _LEAST)
    ]
    sexes = [_LINKED[term] for term, _, _ in rows if term in _LINKED]
    found = People()
    if onsets:
        year, label = min(onsets)
        found = replace(found, from_age=year, onset_source=f"HPO: {label}")
    if deaths and max(deaths)[0] >= max((year for year, _ in onsets), default=0.0):
        year, label = max(deaths)
        found = replace(found, until_age=year, death_source=f"HPO: {label}")
    if sexes:
        found = replace(found, sex=sexes[0][0], sex_source=f"HPO: {sexes[0][1]}")
    return found


def _years(age: float) -> str:
    if age < 1:
        return f"{round(12 * age)} months"
    return f"{age:g} year{'s' * (age != 1)}"
