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
_Y_LINKED, _X_RECESSIVE = "HP:0001450", "HP:0001419"
# Any of these beside X-linked recessive inheritance, and a woman may have the disease like a man.
_OTHER_WAYS = frozenset(
    {
        "HP:0000006",  # Autosomal dominant inheritance
        "HP:0000007",  # Autosomal recessive inheritance
        "HP:0001417",  # X-linked inheritance
        "HP:0001423",  # X-linked dominant inheritance
        "HP:0001426",  # Non-Mendelian inheritance
        "HP:0001427",  # Mitochondrial inheritance
        "HP:0003745",  # Sporadic
    }
)
# Dobyns 2004, Am J Med Genet A 129A:136; Migeon 2020, Genet Med 22:1156: women with one altered gene show from
# nothing to the whole disease, as their cells use the one X chromosome or the other.
CARRIERS = "a woman who carries it shows it rarely, and then mostly mildly"
_LEAST = 0.5  # a death that fewer people die is no bound

INHERITANCE = _OTHER_WAYS | {_Y_LINKED, _X_RECESSIVE}
COURSE_TERMS = INHERITANCE | DEATHS.keys() | ONSET_YEARS.keys()


@dataclass(frozen=True)
class People:
    """Who has a disease.

    Attributes
    ----------
    sex : "female", "male" or ""
        The only sex, or the one that nearly all people with the disease have.
    sex_exclusive : bool
        Whether nobody of the other sex has it; where False, carriers of the other sex may.
    sex_source, onset_source, death_source : str
        Who says so, in words.
    from_age, until_age : float or None
        Years at which the disease begins at the earliest, and that people did not outlive.
    """

    sex: str = ""
    sex_source: str = ""
    sex_exclusive: bool = True
    from_age: float | None = None
    onset_source: str = ""
    until_age: float | None = None
    death_source: str = ""

    def misfits(self, age: float | None = None, sex: str | None = None) -> tuple[str, ...]:
        """Return what does not fit a person of an age in years and a sex, as sentences.

        What is not told, None, is not known to fit: a disease of one sex alone and an early death are named then.
        """
        return tuple(filter(None, (self._sex_misfit(sex), self._onset_misfit(age), self._death_misfit(age))))

    def _sex_misfit(self, sex: str | None) -> str | None:
        if not self.sex or sex == self.sex or (sex is None and not self.sex_exclusive):
            return None
        if not self.sex_exclusive:
            return f"Nearly all people with this disease are {self.sex} ({self.sex_source}); {CARRIERS}."
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
    beside survivors of a later onset, bounds nothing. Inheritance tells a sex only where it is Y-linked, or
    X-linked recessive and nothing else.
    """
    rows = list(rows)
    onsets = [(ONSET_YEARS[term], label) for term, label, _ in rows if term in ONSET_YEARS]
    deaths = [
        (DEATHS[term], label) for term, label, often in rows if term in DEATHS and (often is None or often >= _LEAST)
    ]
    ways = {term: label for term, label, _ in rows}
    found = People()
    if onsets:
        year, label = min(onsets)
        found = replace(found, from_age=year, onset_source=f"HPO: {label}")
    if deaths and max(deaths)[0] >= max((year for year, _ in onsets), default=0.0):
        year, label = max(deaths)
        found = replace(found, until_age=year, death_source=f"HPO: {label}")
    if _Y_LINKED in ways:
        return replace(found, sex="male", sex_source=f"HPO: {ways[_Y_LINKED]}")
    if _X_RECESSIVE in ways and not _OTHER_WAYS & ways.keys():
        return replace(found, sex="male", sex_source=f"HPO: {ways[_X_RECESSIVE]}", sex_exclusive=False)
    return found


def _years(age: float) -> str:
    if age < 1:
        return f"{round(12 * age)} months"
    return f"{age:g} year{'s' * (age != 1)}"
