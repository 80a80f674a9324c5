"""What an HPO term means here: attributes it changes, or why it is seen but not drawn."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.catalogue import Attribute
from diseaseface.knowledge.ontology import Ontology

NO_ATTRIBUTE = "No attribute of the catalogue stands for it."

_TABLES = ("visible", "hidden", "combined", "not_drawn", "one_sided")


@dataclass(frozen=True)
class Meaning:
    """What a term that a frontal photo can show means.

    Attributes
    ----------
    label : str
        HPO's name of the term.
    shares : tuple of (attribute name, share)
        Share of the full-severity amount, signed by direction; empty where nothing is drawn.
    reason : str
        Why nothing is drawn; "" where something is.
    one_sided : bool
    """

    label: str
    shares: tuple[tuple[str, float], ...] = ()
    reason: str = ""
    one_sided: bool = False


def terms_text() -> str:
    """Return the text of terms.toml."""
    return files("diseaseface").joinpath("data/terms.toml").read_text(encoding="utf-8")


def tables(text: str) -> dict[str, dict]:
    """Read terms.toml; raise CatalogueError where a table is missing or unknown."""
    found = tomllib.loads(text)
    if wrong := sorted(set(found) ^ set(_TABLES)):
        raise CatalogueError(f"terms.toml must have the tables {', '.join(_TABLES)}; check {', '.join(wrong)}.")
    return found


class Reader:
    """Reads terms by the nearest listed term above them (see terms.toml for the order)."""

    def __init__(self, ontology: Ontology, catalogue: Mapping[str, Attribute], text: str | None = None):
        self._ontology = ontology
        self._tables = tables(terms_text() if text is None else text)
        self._shares = _shares_by_term(catalogue, self._tables["combined"])

    def read(self, term_id: str) -> Meaning | None:
        """Return what a term means, or None for one that a frontal photo does not show."""
        current = self._ontology.current(term_id)
        if current is None:
            return None
        label = self._ontology.terms[current].name
        one_sided = current in self._tables["one_sided"]
        for level in self._ontology.levels(current):
            if any(term in self._tables["hidden"] for term in level):
                return None
            if reasons := [self._tables["not_drawn"][term]["reason"] for term in level if self._refuses(term)]:
                return Meaning(label, reason=reasons[0])
            if shares := [share for term in level for share in self._shares.get(term, ())]:
                return Meaning(label, shares=tuple(dict.fromkeys(shares)), one_sided=one_sided)
            if any(term in self._tables["visible"] for term in level):
                return Meaning(label, reason=NO_ATTRIBUTE)
        return None

    def _refuses(self, term_id: str) -> bool:
        return term_id in self._tables["not_drawn"]


def _shares_by_term(catalogue: Mapping[str, Attribute], combined: dict) -> dict[str, list[tuple[str, float]]]:
    shares: dict[str, list[tuple[str, float]]] = {}
    for attribute in catalogue.values():
        for direction, pole in ((1.0, attribute.positive), (-1.0, attribute.negative)):
            for term in pole.hpo if pole else ():
                shares.setdefault(term, []).append((attribute.name, direction))
    for term, entry in combined.items():
        if unknown := sorted(set(entry["signs"]) - set(catalogue)):
            raise CatalogueError(f"terms.toml combines {term} from the unknown attribute {unknown[0]}.")
        for name, share in entry["signs"].items():
            catalogue[name].pole(1 if share > 0 else -1)
            shares.setdefault(term, []).append((name, float(share)))
    return shares
