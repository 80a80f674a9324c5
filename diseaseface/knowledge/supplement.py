"""The curated diseases: names, and signs that HPO states too thinly or not at all."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.catalogue import Attribute
from diseaseface.knowledge.people import People
from diseaseface.knowledge.profiles import OLDEST, Form, Undrawn

_DISEASE = {"name", "synonyms", "hpo", "note", "signs", "omitted", "undrawn"}
_MAY = {"people", "forms"}
_PEOPLE = {"sex", "from_age", "until_age", "reference"}
_SIGN_NEEDED = {"attribute", "direction", "reference", "detail"}
_SIGN_ALLOWED = _SIGN_NEEDED | {"weight", "magnitude", "side", "onset", "typical", "from_age", "until_age"}


@dataclass(frozen=True)
class Line:
    """One sign of the supplement; None leaves HPO's value, or the default.

    Attributes
    ----------
    attribute : str
    direction : int
    reference, detail : str
        The citation, and what it says.
    weight : float or None
    magnitude : float or None
    side : str or None
    onset : (float, float) or None
    typical : bool or None
    """

    attribute: str
    direction: int
    reference: str
    detail: str
    weight: float | None = None
    magnitude: float | None = None
    side: str | None = None
    onset: tuple[float, float] | None = None
    typical: bool | None = None
    from_age: float | None = None
    until_age: float | None = None


@dataclass(frozen=True)
class Entry:
    """One curated disease.

    Attributes
    ----------
    id, name, note : str
    synonyms : tuple of str
        The usual names; they win over the same names in HPO.
    hpo : str
        Id of the disease whose HPO annotations are taken, "" for none.
    lines : tuple of Line
    omitted : frozenset of (attribute, direction)
        Signs of HPO's that the curated face goes without, for the reasons given in the file.
    undrawn : tuple of Undrawn
    people : People or None
        Who has the disease, where the supplement says so.
    forms : tuple of Form
        Where the references tell how signs go together.
    """

    id: str
    name: str
    synonyms: tuple[str, ...]
    hpo: str
    note: str
    lines: tuple[Line, ...]
    omitted: frozenset[tuple[str, int]]
    undrawn: tuple[Undrawn, ...]
    people: People | None = None
    forms: tuple[Form, ...] = ()


def text() -> str:
    """Return the text of supplement.toml."""
    return files("diseaseface").joinpath("data/supplement.toml").read_text(encoding="utf-8")


@cache
def load() -> dict[str, Entry]:
    """Return the curated diseases by id, in the file's order."""
    from diseaseface.knowledge.catalogue import attributes

    return parse(text(), attributes())


def parse(toml: str, catalogue: Mapping[str, Attribute]) -> dict[str, Entry]:
    """Read a supplement from TOML text; raise CatalogueError, naming disease and field."""
    return {key: _entry(key, table, catalogue) for key, table in tomllib.loads(toml).items()}


def _entry(key: str, table: dict, catalogue: Mapping[str, Attribute]) -> Entry:
    if wrong := sorted(_DISEASE ^ (set(table) - _MAY)):
        raise CatalogueError(f"[{key}] of supplement.toml must have {', '.join(sorted(_DISEASE))}; check {wrong[0]}.")
    omitted = frozenset((item["attribute"], item["direction"]) for item in table["omitted"])
    return Entry(
        id=key,
        name=table["name"],
        synonyms=tuple(table["synonyms"]),
        hpo=table["hpo"],
        note=table["note"],
        lines=tuple(_line(key, line, catalogue) for line in table["signs"]),
        omitted=omitted,
        undrawn=tuple(Undrawn(**item) for item in table["undrawn"]),
        people=_people(key, table.get("people")),
        forms=_forms(key, table.get("forms", ()), catalogue),
    )


def _forms(key: str, tables: Sequence[dict], catalogue: Mapping[str, Attribute]) -> tuple[Form, ...]:
    """Read the forms of a disease; every one states the same signs, so that their frequency in all follows."""
    where = f"[{key}] forms of supplement.toml"
    try:
        forms = tuple(
            Form(table["name"], float(table["share"]), _weights(table["signs"], catalogue), table["reference"])
            for table in tables
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{where} need name, share, reference and signs such as {{'pallor+' = 0.5}}.") from error
    stated = {frozenset((name, direction) for name, direction, _ in form.weights) for form in forms}
    if len(stated) > 1 or (forms and abs(sum(form.share for form in forms) - 1.0) > 0.005):
        raise CatalogueError(f"{where} must state the same signs, and shares that add up to 1.")
    return forms


def _weights(signs: Mapping[str, float], catalogue: Mapping[str, Attribute]) -> tuple[tuple[str, int, float], ...]:
    rows = tuple((sign[:-1], {"+": 1, "-": -1}[sign[-1]], float(weight)) for sign, weight in signs.items())
    for name, direction, weight in rows:
        catalogue[name].pole(direction)
        if not 0.0 <= weight <= 1.0:
            raise ValueError(f"{name} {weight}")
    return rows


def _people(key: str, table: dict | None) -> People | None:
    """Read who has a disease: a sex, ages, and the reference that says so."""
    if table is None:
        return None
    source = table.get("reference", "").strip()
    if set(table) - _PEOPLE or not source or table.get("sex", "female") not in ("female", "male"):
        raise CatalogueError(f"[{key}] people of supplement.toml takes {', '.join(sorted(_PEOPLE))}, with a reference.")
    ages = {name: None if table.get(name) is None else float(table[name]) for name in ("from_age", "until_age")}
    return People(sex=table.get("sex", ""), sex_source=source, onset_source=source, death_source=source, **ages)


def _line(key: str, table: dict, catalogue: Mapping[str, Attribute]) -> Line:
    where = f"[{key}] {table.get('attribute')} of supplement.toml"
    if missing := sorted(_SIGN_NEEDED - set(table)):
        raise CatalogueError(f"{where} lacks {missing[0]}.")
    if unknown := sorted(set(table) - _SIGN_ALLOWED):
        raise CatalogueError(f"{where} has the unknown field {unknown[0]}.")
    if table["attribute"] not in catalogue:
        raise CatalogueError(f"{where}: the catalogue has no such attribute.")
    catalogue[table["attribute"]].pole(table["direction"])
    if not (table["reference"].strip() and table["detail"].strip()):
        raise CatalogueError(f"{where} needs a reference and what it says.")
    if not 0 <= table.get("weight", 0) <= 1 or not 0 <= table.get("magnitude", 1) <= 1.5:
        raise CatalogueError(f"{where} needs a weight from 0 to 1 and a magnitude from 0 to 1.5.")
    ages = table.get("from_age", 0), table.get("until_age", OLDEST)
    if not 0 <= ages[0] < ages[1] <= OLDEST:
        raise CatalogueError(f"{where} needs rising ages from 0 to {OLDEST:g} years.")
    onset = table.get("onset")
    if onset and not 0 <= onset[0] < onset[1] <= 1:
        raise CatalogueError(f"{where} needs an onset of two rising severities from 0 to 1.")
    return Line(**table | {"onset": tuple(onset) if onset else None})
