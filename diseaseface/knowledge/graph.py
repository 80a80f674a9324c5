"""The graph of diseases, signs and genes, as matrices to count with and as a neighbourhood to show."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy import sparse

from diseaseface.errors import UnknownDisease
from diseaseface.knowledge import annotations, ontology
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Reader
from diseaseface.knowledge.names import untyped

_GENES = "genes_to_phenotype.txt"


@dataclass(frozen=True, eq=False)
class Graph:
    """Who has which sign, and which genes.

    Attributes
    ----------
    release : str
        HPO's.
    diseases, names : tuple of str, length D
        Ids and names of the diseases that HPO gives a visible sign.
    terms : tuple of str, length T
        All annotated HPO ids, the V that a face shows first.
    labels : dict of HPO id to str
    visible : int
        V.
    has : sparse float32 of shape (D, T)
        1 where a disease is annotated with a term.
    above : sparse float32 of shape (T, A)
        1 where a term is a kind of another (itself included), A being all those.
    genes : tuple of str, length G
    carries : sparse float32 of shape (D, G)
        1 where a gene is linked with a disease.
    denied : frozenset of (disease, HPO id)
        Annotations that HPO negates.
    """

    release: str
    diseases: tuple[str, ...]
    names: tuple[str, ...]
    terms: tuple[str, ...]
    labels: dict[str, str]
    visible: int
    has: sparse.csr_matrix
    above: sparse.csr_matrix
    genes: tuple[str, ...]
    carries: sparse.csr_matrix
    denied: frozenset[tuple[str, str]]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Row of each disease by its id."""
        return {key: number for number, key in enumerate(self.diseases)}

    @cached_property
    def kin(self) -> sparse.csr_matrix:
        """Bool of shape (V, V): whether the visible term of the column is above that of the row, or it."""
        return (self.above[: self.visible, : self.visible] > 0).tocsr()

    @cached_property
    def shown(self) -> sparse.csr_matrix:
        """The visible part of `has`, of shape (D, V)."""
        return self.has[:, : self.visible].tocsr()

    @cached_property
    def rarity(self) -> np.ndarray:
        """How telling each visible sign is, float32 of shape (V,)."""
        return _rarity(self.shown)

    @cached_property
    def told(self) -> sparse.csr_matrix:
        """The visible signs weighted by how telling they are, rows at length one, of shape (D, V)."""
        return unit(self.shown @ sparse.diags(self.rarity))

    def number(self, disease: str) -> int:
        """Return the row of a disease; raise UnknownDisease where HPO gives it no visible sign."""
        if disease not in self.numbers:
            raise UnknownDisease(
                f"{disease} has no visible sign in HPO to reason from; choose a disease of HPO (OMIM or ORPHA)."
            )
        return self.numbers[disease]


@cache
def load() -> Graph:
    """Read the graph from HPO's files; about three seconds, once."""
    hpo, lines = ontology.load(), annotations.read_lines()
    return build(hpo, lines, _gene_lines(), Reader(hpo, attributes()).read)


def _gene_lines() -> list[str]:
    path = ontology.folder() / _GENES
    return path.read_text(encoding="utf-8").split("\n")[1:] if path.exists() else []


def build(hpo: ontology.Ontology, lines: Sequence[str], gene_lines: Iterable[str], read) -> Graph:
    """Build the graph from an ontology and the lines of HPO's two tables."""
    rows = [(row.disease, hpo.current(row.hpo), row.name) for row in annotations.parse(lines)]
    rows = [row for row in rows if row[1] is not None]
    terms = sorted({term for _, term, _ in rows})
    seen = [term for term in terms if read(term) is not None]
    names = {disease: name for disease, _, name in rows}
    shown = set(seen)
    diseases = sorted({disease for disease, term, _ in rows if term in shown})
    ordered = [*seen, *(term for term in terms if term not in shown)]
    genes, carries = _genes(gene_lines, diseases)
    return Graph(
        release=hpo.release,
        diseases=tuple(diseases),
        names=tuple(names[key] for key in diseases),
        terms=tuple(ordered),
        labels={term: hpo.terms[term].name for term in ordered},
        visible=len(seen),
        has=_matrix(((disease, term) for disease, term, _ in rows), diseases, ordered),
        above=_above(hpo, ordered),
        genes=genes,
        carries=carries,
        denied=_denied(lines, hpo),
    )


def _matrix(pairs: Iterable[tuple[str, str]], rows: Sequence[str], columns: Sequence[str]) -> sparse.csr_matrix:
    """Return 1 at every pair of names, those of unknown names left out."""
    row = {name: number for number, name in enumerate(rows)}
    column = {name: number for number, name in enumerate(columns)}
    places = {(row[one], column[other]) for one, other in pairs if one in row and other in column}
    at = np.array(sorted(places), np.int64).reshape(-1, 2)
    return sparse.csr_matrix((np.ones(len(at), np.float32), (at[:, 0], at[:, 1])), (len(rows), len(columns)))


def _above(hpo: ontology.Ontology, terms: Sequence[str]) -> sparse.csr_matrix:
    """Return the matrix of kinds; its first columns are the terms themselves, in their order."""
    pairs = [(term, higher) for term in terms for level in hpo.levels(term) for higher in level]
    known = set(terms)
    others = sorted({higher for _, higher in pairs} - known)
    return _matrix(pairs, terms, [*terms, *others])


def _genes(lines: Iterable[str], diseases: Sequence[str]) -> tuple[tuple[str, ...], sparse.csr_matrix]:
    known = set(diseases)
    rows = (line.split("\t") for line in lines)
    pairs = {(row[5], row[1]) for row in rows if len(row) > 5 and row[5] in known}
    genes = tuple(sorted({gene for _, gene in pairs}))
    return genes, _matrix(pairs, diseases, genes)


def _denied(lines: Iterable[str], hpo: ontology.Ontology) -> frozenset[tuple[str, str]]:
    rows = (line.split("\t") for line in lines)
    return frozenset((row[0], hpo.current(row[3]) or row[3]) for row in rows if len(row) > 3 and row[2] == "NOT")


def linked(graph: Graph) -> np.ndarray:
    """Return a number for each disease, the same for the entries of one disease, int of shape (D,).

    HPO's files hold no cross-references between OMIM and ORPHA: entries are linked by `names.untyped`.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(graph.names):
        groups[untyped(name)].append(number)
    found = np.zeros(len(graph.names), np.int64)
    for number, members in enumerate(groups.values()):
        found[members] = number
    return found


@dataclass(frozen=True)
class Node:
    """One point of a neighbourhood: `kind` is "disease", "sign" or "gene"."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """A line between two nodes; `weight` from 0 to 1 is how near they are, 1 for a plain link."""

    one: str
    other: str
    weight: float


@dataclass(frozen=True)
class Neighbourhood:
    """A disease, its visible signs, its genes, and the nearest diseases with what they share."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def around(
    graph: Graph, disease: str, most_signs: int = 15, most_diseases: int = 8, most_genes: int = 10
) -> "Neighbourhood":
    """Return the Neighbourhood of a disease: its most telling signs, genes, and the nearest by visible signs.

    Raises UnknownDisease where HPO gives the disease no visible sign.
    """
    row = graph.number(disease)
    seen = graph.has[row, : graph.visible].tocsr()
    genes = [graph.genes[gene] for gene in graph.carries[row].indices[:most_genes]]
    center = Node(disease, graph.names[row], "disease")
    own = linked(graph)
    return _neighbourhood(graph, center, seen, genes, own == own[row], most_signs, most_diseases)


def around_terms(
    graph: Graph, center: Node, terms: Iterable[str], most_signs: int = 15, most_diseases: int = 8
) -> "Neighbourhood":
    """Return the Neighbourhood of a disease that HPO lacks, by the ids of the visible signs it is said to have."""
    column = {term: number for number, term in enumerate(graph.terms[: graph.visible])}
    at = sorted({column[term] for term in terms if term in column})
    seen = sparse.csr_matrix((np.ones(len(at), np.float32), ([0] * len(at), at)), (1, graph.visible))
    return _neighbourhood(graph, center, seen, [], np.zeros(len(graph.diseases), bool), most_signs, most_diseases)


def _neighbourhood(graph, center: Node, seen, genes, itself, most_signs: int, most_diseases: int) -> "Neighbourhood":
    all_seen, rarity = graph.shown, graph.rarity
    signs = sorted(seen.indices, key=lambda sign: -rarity[sign])[:most_signs]
    near = np.asarray((graph.told @ unit(seen @ sparse.diags(rarity)).T).todense()).ravel()
    near[itself] = 0.0
    nearest = [other for other in np.argsort(-near, kind="stable")[:most_diseases] if near[other] > 0]
    nodes = [center, *(Node(graph.terms[sign], graph.labels[graph.terms[sign]], "sign") for sign in signs)]
    nodes += [Node(gene, gene, "gene") for gene in genes]
    edges = [Edge(center.id, node.id, 1.0) for node in nodes[1:]]
    for other in nearest:
        nodes.append(Node(graph.diseases[other], graph.names[other], "disease"))
        edges.append(Edge(center.id, graph.diseases[other], float(near[other])))
        shared = set(all_seen[other].indices)
        edges += [Edge(graph.diseases[other], graph.terms[sign], 1.0) for sign in signs if sign in shared]
    return Neighbourhood(tuple(nodes), tuple(edges))


def _rarity(seen: sparse.csr_matrix) -> np.ndarray:
    """Return how telling each sign is: the logarithm of one over its share of diseases."""
    counts = np.asarray(seen.sum(axis=0)).ravel()
    return np.log(seen.shape[0] / np.maximum(counts, 1.0)).astype(np.float32)


def unit(matrix: sparse.spmatrix) -> sparse.csr_matrix:
    """Return a matrix with its rows at length one; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ matrix).astype(np.float32).tocsr()
