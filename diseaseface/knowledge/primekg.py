"""PrimeKG: what a user's copy of the knowledge graph says of diseases and their signs.

Chandak, Huang and Zitnik 2023, Sci Data 10:67 (10.1038/s41597-023-01960-3). The file is the user's own.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.assembly import Fact, profile
from diseaseface.knowledge.meaning import Meaning
from diseaseface.knowledge.names import core, plain
from diseaseface.knowledge.profiles import Evidence, Profile, Sign

SOURCE = "PrimeKG"
COLUMNS = (
    "relation",
    "display_relation",
    "x_index",
    "x_id",
    "x_type",
    "x_name",
    "x_source",
    "y_index",
    "y_id",
    "y_type",
    "y_name",
    "y_source",
)

_PRESENT, _ABSENT, _GENE = "disease_phenotype_positive", "disease_phenotype_negative", "disease_protein"
_REPORT_EVERY = 200_000  # rows

OnProgress = Callable[[float], None]
Read = Callable[[str], Meaning | None]


@dataclass(frozen=True)
class Node:
    """One disease of PrimeKG.

    Attributes
    ----------
    id : str
        MONDO:…, the numbers of grouped diseases joined with "_".
    name : str
    present, absent : frozenset of HPO id
    genes : frozenset of str
        Symbols of the genes linked with it.
    """

    id: str
    name: str
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    genes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PrimeKG:
    """The diseases of a kg.csv that have signs or genes, by MONDO id."""

    diseases: Mapping[str, Node]

    def named(self, *names: str) -> tuple[Node, ...]:
        """Return the diseases that go by any of the names: as written, else without their generic words."""
        for form in (plain, core):
            wanted = {form(name) for name in names} - {""}
            if found := tuple(node for node in self.diseases.values() if form(node.name) in wanted):
                return found
        return ()


def load(path: str | Path, progress: OnProgress | None = None) -> PrimeKG:
    """Read a kg.csv row by row; what is kept of 8.1 million rows takes tens of megabytes.

    Parameters
    ----------
    path : path of kg.csv
    progress : callable, or None
        Called now and then with the share of the file that is read, at last with 1.

    Raises
    ------
    CatalogueError
        Where the file cannot be read, or has other columns or rows than PrimeKG's.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return PrimeKG(_nodes(_wanted(file, os.stat(path).st_size, progress), path))
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read; give the path of PrimeKG's kg.csv.") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path} is not text; give PrimeKG's kg.csv, unpacked.") from error
    except csv.Error as error:
        raise CatalogueError(f"{path} is no table of commas ({error}); give PrimeKG's kg.csv, unpacked.") from error


def _wanted(file, size: int, progress: OnProgress | None) -> Iterator[list[str]]:
    """Yield the rows about diseases in the order disease, other node, one direction of each edge only."""
    rows = csv.reader(file)
    header = next(rows, [])
    if tuple(name.strip() for name in header) != COLUMNS:
        raise CatalogueError(_wrong_columns(header))
    for number, row in enumerate(rows):
        if progress and number % _REPORT_EVERY == 0:
            progress(file.buffer.tell() / size)
        if row and row[0] in (_PRESENT, _ABSENT, _GENE):
            if len(row) != len(COLUMNS):
                raise CatalogueError(
                    f"Row {number + 2} of kg.csv has {len(row)} columns, not {len(COLUMNS)}; download the file again."
                )
            if row[4] == "disease":  # every edge stands there twice, once from each end
                yield row
    if progress:
        progress(1.0)


def _wrong_columns(header: list[str]) -> str:
    missing = [name for name in COLUMNS if name not in header]
    said = f"lacks the column {missing[0]}" if missing else "has its columns in another order or more of them"
    return f"The file {said}; give PrimeKG's kg.csv, whose first line is {','.join(COLUMNS)}."


def _nodes(rows: Iterable[list[str]], path: str | Path) -> dict[str, Node]:
    names: dict[str, str] = {}
    linked: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for relation, _, _, x_id, _, x_name, _, _, y_id, _, y_name, y_source in rows:
        key = f"MONDO:{x_id}"
        names.setdefault(key, x_name)
        if relation == _GENE:
            linked[key][relation].add(y_name)
        elif y_source == "HPO":
            linked[key][relation].add(hpo_id(y_id))
    if not names:
        raise CatalogueError(f"{path} holds no disease with a sign or gene; give the whole kg.csv of PrimeKG.")
    return {key: _node(key, name, linked[key]) for key, name in names.items()}


def _node(key: str, name: str, links: Mapping[str, set[str]]) -> Node:
    absent = frozenset(links.get(_ABSENT, ()))
    present = frozenset(links.get(_PRESENT, ()))
    return Node(key, name, present, absent, frozenset(links.get(_GENE, ())))


def hpo_id(number: str) -> str:
    """Return an HPO id from PrimeKG's number: "1250" or "1250.0" gives "HP:0001250".

    Raises CatalogueError where it is no number.
    """
    digits = number.strip().removesuffix(".0")
    if not digits.isdecimal():
        raise CatalogueError(f"{number!r} is no HPO number; PrimeKG's kg.csv has whole numbers for HPO ids.")
    return f"HP:{int(digits):07d}"


def enriched(base: Profile, graph: PrimeKG, read: Read) -> Profile:
    """Add to a profile the signs that PrimeKG gives its disease and the profile lacks.

    PrimeKG states no frequencies: an added sign has the stand-in weight. A sign that PrimeKG denies
    and another source asserts stays, with the contradiction as a line of its evidence; what PrimeKG
    both asserts and denies is not added.

    Parameters
    ----------
    base : Profile
    graph : PrimeKG
    read : callable
        Meaning of an HPO id, or None for one that a face does not show (`meaning.Reader.read`).
    """
    for node in graph.named(base.name, *base.synonyms):
        base = _joined(_contradicted(base, node, read), from_node(node, read))
    return base


def from_node(node: Node, read: Read) -> Profile:
    """Return the profile that PrimeKG alone gives a disease."""
    meanings = {term: found for term in sorted(node.present - node.absent) if (found := read(term))}
    facts = [Fact(term, None, 0.0, meaning.one_sided, "present") for term, meaning in meanings.items()]
    made = profile(node.id, node.name, facts, meanings, "")
    signs = tuple(
        replace(sign, evidence=tuple(_said(node, line.detail) for line in sign.evidence)) for sign in made.signs
    )
    return replace(made, signs=signs, note=f"From {SOURCE}, which states no frequencies.")


def _said(node: Node, detail: str) -> Evidence:
    return Evidence(SOURCE, node.id, detail)


def _joined(base: Profile, extra: Profile) -> Profile:
    held = {(sign.attribute, sign.direction) for sign in base.signs}
    shown = {sign.hpo for sign in base.undrawn}
    signs = (*base.signs, *(sign for sign in extra.signs if (sign.attribute, sign.direction) not in held))
    undrawn = (*base.undrawn, *(_marked(sign) for sign in extra.undrawn if sign.hpo not in shown))
    return replace(
        base,
        signs=tuple(sorted(signs, key=lambda sign: (-sign.weight, not sign.known))),
        undrawn=tuple(sorted(undrawn, key=lambda sign: -sign.weight)),
    )


def _marked(sign):
    return replace(sign, reason=f"{sign.reason} ({SOURCE})")


def _contradicted(base: Profile, node: Node, read: Read) -> Profile:
    denied: dict[tuple[str, int], list[str]] = defaultdict(list)
    for term in sorted(node.absent):
        meaning = read(term)
        for name, share in meaning.shares if meaning else ():
            denied[name, 1 if share > 0 else -1].append(meaning.label)
    return replace(base, signs=tuple(_doubted(sign, denied, node) for sign in base.signs))


def _doubted(sign: Sign, denied: Mapping[tuple[str, int], list[str]], node: Node) -> Sign:
    labels = denied.get((sign.attribute, sign.direction), ())
    lines = tuple(_said(node, f"{label}: absent, against the other sources") for label in labels)
    return replace(sign, evidence=(*sign.evidence, *lines))
