"""How a face changes with the years without any disease, as data."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.profiles import OLDEST, Evidence

SOURCE = "Ageing"


@dataclass(frozen=True)
class Drift:
    """One change of a face with the years.

    Attributes
    ----------
    attribute : str
    per_decade : float
        In the attribute's unit, signed.
    from_age, until_age : float
        Years between which it goes on.
    sex : "female", "male" or ""
    reference, detail : str
    """

    attribute: str
    per_decade: float
    from_age: float
    until_age: float
    sex: str
    reference: str
    detail: str

    def between(self, first: float, then: float) -> float:
        """Return the change from one age to another in years; negative of itself the other way round."""
        low, high = (min(max(age, self.from_age), self.until_age) for age in (first, then))
        return self.per_decade * (high - low) / 10.0


@cache
def load() -> tuple[Drift, ...]:
    """Return the shipped changes."""
    return parse(files("diseaseface").joinpath("data/ageing.toml").read_text(encoding="utf-8"), attributes())


def parse(text: str, catalogue: Mapping[str, Attribute]) -> tuple[Drift, ...]:
    """Read changes from TOML text; raise CatalogueError, naming attribute and field."""
    return tuple(_drift(table, catalogue) for table in tomllib.loads(text).get("change", ()))


def _drift(table: dict, catalogue: Mapping[str, Attribute]) -> Drift:
    where = f"[[change]] {table.get('attribute')} of ageing.toml"
    if wrong := sorted({item.name for item in fields(Drift)} ^ set(table)):
        raise CatalogueError(f"{where}: check the field {wrong[0]}.")
    found = Drift(**table)
    if found.attribute not in catalogue:
        raise CatalogueError(f"{where}: the catalogue has no such attribute.")
    catalogue[found.attribute].pole(1 if found.per_decade > 0 else -1)
    if not 0 <= found.from_age < found.until_age <= OLDEST or found.sex not in ("", "female", "male"):
        raise CatalogueError(f"{where} needs rising ages, and a sex of female, male or none.")
    if not (found.reference.strip() and found.detail.strip()):
        raise CatalogueError(f"{where} needs a reference and what it says.")
    return found


def changes(first: float, then: float, sex: str | None = None) -> dict[str, float]:
    """Return by how much each attribute changes from one age to another, in its unit; none of zero."""
    total: dict[str, float] = {}
    for drift in load():
        if amount := drift.between(first, then) * (drift.sex in ("", sex or "")):
            total[drift.attribute] = total.get(drift.attribute, 0.0) + amount
    return total


def evidence(attribute: str) -> Sequence[Evidence]:
    """Return who says how an attribute changes with age."""
    return tuple(Evidence(SOURCE, d.reference, d.detail) for d in load() if d.attribute == attribute)
