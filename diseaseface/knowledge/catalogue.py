"""Attributes as data: what the product can draw and read, one table each in attributes.toml."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError

REGIONS = (
    "eyes", "brows", "nose", "mouth", "jaw", "cheeks", "forehead", "skin", "face", "head", "ears", "hair", "neck",
)  # fmt: skip
ENGINES = ("morph", "diffusion")

_POLES = {"positive": 1, "negative": -1}
_KINDS = {
    str: str,
    float: (int, float),
    bool: bool,
    dict: dict,
    tuple[str, ...]: list,
    tuple[float, float]: list,
}


@dataclass(frozen=True)
class Pole:
    """One direction of an attribute.

    Attributes
    ----------
    label : str
        How the page names it, in HPO's words where HPO has the term.
    hpo : tuple of str
        HPO ids that this direction stands for, the main one first; may be empty.
    full : float
        Signed change in the attribute's unit at severity 1.
    limit : float
        Signed change that is never exceeded, whatever is asked.
    source : str
        Where `full` comes from: a citation, or "set by eye".
    prompt : str
        Words for a text-conditioned generative model.
    """

    label: str
    hpo: tuple[str, ...]
    full: float
    limit: float
    source: str
    prompt: str


@dataclass(frozen=True)
class Attribute:
    """A facial attribute.

    Attributes
    ----------
    name : str
    positive, negative : Pole or None
        The two directions; an attribute such as a rash has only the positive one.
    region : str
        One of `REGIONS`.
    operator : str
        Which operator of the morph engine draws it, or the kind of content that it lacks.
    engine : str
        Which engine draws it: "morph", or "diffusion" for what needs new picture content.
    least_iris_px : float
        Diameter of the iris, in pixels of the photo, below which the sign is left out; 0 never.
    parameters : dict
        The operator's own numbers, see the operator.
    measure : str
        The measure that reads it, "" where none can.
    unreadable : str
        Why no measure reads it; "" where one does.
    unit : str
    sided : bool
        Whether it may be on one side of the face only.
    onset : (float, float)
        Severity at which it begins and at which it is complete.
    """

    name: str
    positive: Pole | None
    negative: Pole | None
    region: str
    operator: str
    engine: str
    least_iris_px: float
    parameters: dict = field(hash=False)
    measure: str
    unreadable: str
    unit: str
    sided: bool
    onset: tuple[float, float]

    @property
    def one_sided(self) -> bool:
        """Whether it is a sign of one side by its nature: an eye turned in, one iris of another colour."""
        return bool(self.parameters.get("one_sided", False))

    def toward(self, amount: float) -> Pole | None:
        """Return the direction that an amount takes, the positive one above 0; None where there is none."""
        return self.positive if amount > 0 else self.negative

    def pole(self, direction: int) -> Pole:
        """Return the positive or the negative direction."""
        pole = self.toward(direction)
        if pole is None:
            raise CatalogueError(f"Attribute {self.name} has no direction {direction:+d}.")
        return pole


def attributes() -> dict[str, Attribute]:
    """Return the catalogue, name to attribute, in the file's order.

    Raises CatalogueError, naming table and field, where attributes.toml is malformed.
    """
    return dict(_shipped())


@cache
def _shipped() -> dict[str, Attribute]:
    return parse(catalogue_text())


def catalogue_text() -> str:
    """Return the text of attributes.toml."""
    return files("diseaseface").joinpath("data/attributes.toml").read_text(encoding="utf-8")


def parse(text: str) -> dict[str, Attribute]:
    """Read a catalogue from TOML text and check every table of it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"attributes.toml is not valid TOML: {error}") from error
    return {name: _attribute(name, table) for name, table in tables.items()}


def _attribute(name: str, table: object) -> Attribute:
    if not isinstance(table, dict):
        raise CatalogueError(f"{name} stands outside any table of attributes.toml; each attribute is a table.")
    _require_fields(name, Attribute, {"name"}, {"positive": None, "negative": None} | table)
    poles = {key: _pole(f"{name}.{key}", table.get(key), sign) for key, sign in _POLES.items()}
    onset = _onset(name, table["onset"])
    attribute = Attribute(**{"name": name} | table | poles | {"onset": onset})
    _require_sense(attribute)
    return attribute


def _require_fields(where: str, record: type, given: set[str], table: dict) -> None:
    wanted = {item.name: item.type for item in fields(record)}
    if missing := sorted(set(wanted) - given - set(table)):
        raise CatalogueError(f"[{where}] of attributes.toml lacks {', '.join(missing)}.")
    if unknown := sorted(set(table) - (set(wanted) - given)):
        raise CatalogueError(f"[{where}] of attributes.toml has unknown fields: {', '.join(unknown)}.")
    for key, value in table.items():
        kind = _KINDS.get(wanted[key])
        if kind and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise CatalogueError(f"[{where}] {key} of attributes.toml is of the wrong kind: {value!r}.")


def _pole(where: str, table: object, sign: int) -> Pole | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        raise CatalogueError(f"[{where}] of attributes.toml must be a table.")
    _require_fields(where, Pole, set(), table)
    pole = Pole(**table | {"hpo": tuple(table["hpo"])})
    if wrong := [term for term in pole.hpo if not _is_hpo_id(term)]:
        raise CatalogueError(f"[{where}] hpo of attributes.toml holds {wrong[0]!r}, which is no HPO id.")
    if not 0 < sign * pole.full <= sign * pole.limit < float("inf"):
        raise CatalogueError(
            f"[{where}] needs full and limit with its own sign, limit the larger: {pole.full}, {pole.limit}."
        )
    if not (pole.label and pole.source and pole.prompt):
        raise CatalogueError(f"[{where}] needs a label, a source and a prompt.")
    return pole


def _is_hpo_id(term: object) -> bool:
    return isinstance(term, str) and re.fullmatch(r"HP:\d{7}", term) is not None


def _onset(name: str, onset: list) -> tuple[float, float]:
    if len(onset) != 2 or not 0 <= onset[0] < onset[1] <= 1:
        raise CatalogueError(f"[{name}] onset must be two rising severities from 0 to 1, not {onset}.")
    return float(onset[0]), float(onset[1])


def _require_sense(attribute: Attribute) -> None:
    name = attribute.name
    if attribute.positive is None and attribute.negative is None:
        raise CatalogueError(f"[{name}] needs a positive or a negative direction.")
    if attribute.region not in REGIONS:
        raise CatalogueError(f"[{name}] region {attribute.region!r} is none of {', '.join(REGIONS)}.")
    if attribute.engine not in ENGINES:
        raise CatalogueError(f"[{name}] engine {attribute.engine!r} is none of {', '.join(ENGINES)}.")
    if not 0 <= attribute.least_iris_px < float("inf"):
        raise CatalogueError(f"[{name}] least_iris_px must be a number of pixels, not {attribute.least_iris_px}.")
    if not attribute.operator or not attribute.unit:
        raise CatalogueError(f"[{name}] needs an operator and a unit.")
    if bool(attribute.measure) == bool(attribute.unreadable):
        raise CatalogueError(f"[{name}] needs either a measure or, in unreadable, the reason why there is none.")
