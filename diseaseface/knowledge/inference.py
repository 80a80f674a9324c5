"""Signs that a disease probably has although nobody annotated it: from the graph and from names.

Counterpart of what DRAGON does for a knowledge graph and texts, at a size that a laptop runs in seconds.
Nothing of it is used unless asked for, and every sign says that it is inferred.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
from scipy import linalg, sparse

from diseaseface.errors import CatalogueError
from diseaseface.knowledge import graph as graphs
from diseaseface.knowledge import minilm
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.graph import Graph, unit
from diseaseface.knowledge.meaning import Meaning
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT, Evidence, Profile, Sign

SOURCE = "inferred"

# What each source adds to the logarithm of a sign's odds, fitted by `benchmark linkprediction` on
# diseases that it does not test on. How usual a sign is adds nothing beside them.
WEIGHTS = {"kin": 0.62, "genes": 0.18, "together": 0.85, "names": 0.17}

# Share of signs at ranks 1, 2-3, 4-10 that turned out to be annotations held out (same benchmark).
PRECISION = ((1, 0.31), (3, 0.19), (10, 0.1))

_NAME_SIZE = 128  # numbers kept of a name's 384
_RARE = 15  # a term seen in fewer diseases says too little about others
_RIDGE = 150.0  # of the regression of signs on each other; flat between 100 and 300
_FLOORS = {"popularity": 1e-4, "kin": 1e-3, "genes": 1e-3, "together": 1e-2, "names": 1e-3, "nearest": 1e-3}


@dataclass(frozen=True, eq=False)
class NameVectors:
    """Shortened sentence vectors of the names of diseases.

    Attributes
    ----------
    release, model : str
    ids : tuple of str, length N
    vectors : float16 array of shape (N, 128)
        Principal axes of the names' vectors, unit length.
    """

    release: str
    model: str
    ids: tuple[str, ...]
    vectors: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """One sign that a disease probably has.

    Attributes
    ----------
    hpo, label : str
    rank : int
        1 for the likeliest.
    share : float
        Its share of the likelihood of all visible signs, 0 to 1.
    neighbours : tuple of str
        Names of the nearest diseases that have it.
    """

    hpo: str
    label: str
    rank: int
    share: float
    neighbours: tuple[str, ...]


class Scores:
    """How each source scores all visible signs for some diseases, given what is known of all.

    Parameters
    ----------
    graph : Graph
    has : sparse of shape (D, T)
        What counts as known; the graph's own, or less of it in a benchmark.
    names : float32 array of shape (D, 128)
        Vectors of the diseases' names, zero where there is none.
    """

    def __init__(self, graph: Graph, has: sparse.csr_matrix, names: np.ndarray):
        self._graph, self._has, self._names = graph, has.tocsr(), names
        self._seen = self._has[:, : graph.visible].tocsr()
        self._own = graphs.linked(graph)

    def of(self, rows: Sequence[int]) -> dict[str, np.ndarray]:
        """Return the scores of each source for some diseases, float32 of shape (len(rows), V), never negative."""
        rows = np.asarray(rows)
        return {
            "popularity": np.tile(self._shares, (len(rows), 1)),
            "nearest": self._lent(_dense(self._told[rows] @ self._told.T), rows, 20),
            "kin": self._lent(_dense(self._kinds[rows] @ self._kinds.T), rows, 50, power=2),
            "genes": self._lent(_dense(self._genes[rows] @ self._genes.T), rows, 50, doubt=1.0),
            "together": np.maximum(self._together[rows] @ self._regression, 0.0),
            "names": self._lent(self._names[rows] @ self._names.T, rows, 20, power=4, doubt=0.05),
        }

    def nearest(self, row: int, most: int = 50) -> np.ndarray:
        """Return the rows of the diseases nearest by all their signs and what these are kinds of."""
        near = _dense(self._kinds[[row]] @ self._kinds.T)[0]
        near[self._own == self._own[row]] = 0.0
        return np.argsort(-near, kind="stable")[:most]

    def _lent(self, near: np.ndarray, rows: np.ndarray, most: int, power: int = 1, doubt: float = 0.0) -> np.ndarray:
        """Return the share of the nearest diseases that have each sign, weighted by their nearness.

        Entries of the same disease lend nothing; `doubt` draws the shares of few or far neighbours to zero.
        """
        lent = np.zeros((len(rows), self._graph.visible), np.float32)
        for place, row in enumerate(rows):
            weights = np.where(self._own == self._own[row], 0.0, np.maximum(near[place], 0.0))
            best = np.argpartition(-weights, most)[:most] if most < len(weights) else np.arange(len(weights))
            weight = weights[best] ** power
            lent[place] = (weight @ self._seen[best]) / (weight.sum() + doubt + 1e-9)
        return lent

    @cached_property
    def _shares(self) -> np.ndarray:
        return np.asarray(self._seen.mean(axis=0), np.float32).ravel()

    @cached_property
    def _told(self) -> sparse.csr_matrix:
        return unit(self._seen @ sparse.diags(_rarity(self._seen)))

    @cached_property
    def _kinds(self) -> sparse.csr_matrix:
        kinds = self._has @ self._graph.above
        kinds.data[:] = 1.0
        return unit(kinds @ sparse.diags(_rarity(kinds)))

    @cached_property
    def _genes(self) -> sparse.csr_matrix:
        return unit(self._graph.carries)

    @cached_property
    def _together(self) -> sparse.csr_matrix:
        counts = np.asarray(self._has.sum(axis=0)).ravel()
        usual = np.flatnonzero(counts >= _RARE)
        hidden = usual[usual >= self._graph.visible]
        return self._has[:, np.concatenate([np.arange(self._graph.visible), hidden])]

    @cached_property
    def _regression(self) -> np.ndarray:
        """Weights by which the terms that a disease has foretell each visible sign, of shape (terms, V).

        Steck 2019, Embarrassingly shallow autoencoders, eq. 8: ridge regression of each term on all others.
        """
        terms = self._together
        gram = (terms.T @ terms).toarray()
        gram[np.diag_indices_from(gram)] += _RIDGE
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
        weights = -inverse / np.diag(inverse)
        weights[np.diag_indices_from(weights)] = 0.0
        return weights[:, : self._graph.visible].astype(np.float32)


def _dense(matrix: sparse.spmatrix) -> np.ndarray:
    return np.asarray(matrix.todense(), np.float32)


def _rarity(matrix: sparse.spmatrix) -> np.ndarray:
    counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    return np.log(matrix.shape[0] / np.maximum(counts, 1)).astype(np.float32)


def combined(scores: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Return the weighted sum of the logarithms of the sources' scores, of their shape."""
    return sum(weight * logged(scores, name) for name, weight in weights.items())


def logged(scores: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return the logarithm of one source's scores, held above a floor."""
    return np.log(scores[name] + _FLOORS[name])


def candidates(graph: Graph, known: np.ndarray) -> np.ndarray:
    """Return which visible signs may be predicted, bool of shape (V,).

    Those that are known, and those that a known one is a kind of, are no news.
    """
    taken = np.asarray(graph.kin[known].sum(axis=0)).ravel() > 0
    taken[known] = True
    return ~taken


class Predictor:
    """Predicts signs from all that HPO knows; ready in about ten seconds, then some milliseconds a disease."""

    def __init__(self, graph: Graph, names: np.ndarray):
        self._graph = graph
        self._scores = Scores(graph, graph.has, names)

    def knows(self, disease: str) -> bool:
        """Tell whether HPO gives a disease a visible sign to reason from."""
        return disease in self._graph.numbers

    def predict(self, disease: str, most: int = 10) -> list[Prediction]:
        """Return the likeliest signs that a disease is not annotated with, best first.

        What HPO denies, and kinds of it, are never among them. Raises UnknownDisease for a disease
        without a visible sign in HPO.
        """
        graph, row = self._graph, self._graph.number(disease)
        scores = combined(self._scores.of([row]), WEIGHTS)[0]
        known = graph.has[row].indices
        open_ = candidates(graph, known[known < graph.visible])
        denied = np.array([(disease, term) in graph.denied for term in graph.terms[: graph.visible]])
        open_ &= ~(np.asarray(graph.kin[:, denied].sum(axis=1)).ravel() > 0)
        if not open_.any():
            return []
        shares = np.where(open_, np.exp(scores - scores[open_].max()), 0.0)
        order = np.argsort(-np.where(open_, shares, -1.0), kind="stable")[: min(most, open_.sum())]
        return [self._prediction(row, sign, rank, shares[sign] / shares.sum()) for rank, sign in enumerate(order, 1)]

    def _prediction(self, row: int, sign: int, rank: int, share: float) -> Prediction:
        near = self._scores.nearest(row)
        having = near[np.asarray(self._graph.has[near, sign].todense()).ravel() > 0][:3]
        term = self._graph.terms[sign]
        names = tuple(self._graph.names[other] for other in having)
        return Prediction(term, self._graph.labels[term], rank, float(share), names)


@cache
def predictor() -> Predictor:
    """Return the predictor over HPO's shipped files."""
    graph = graphs.load()
    return Predictor(graph, aligned(load_names(), graph))


def completed(base: Profile, predictions: Sequence[Prediction], read) -> Profile:
    """Add inferred signs to a profile where it has none of that attribute and direction.

    The weight is the stand-in for an unknown frequency times the share of such predictions that a
    benchmark found right; `known` stays False.

    Parameters
    ----------
    base : Profile
    predictions : sequence of Prediction
    read : callable
        Meaning of an HPO id (`meaning.Reader.read`).
    """
    held = {sign.attribute for sign in base.signs}
    added: dict[str, Sign] = {}
    for prediction in predictions:
        meaning = read(prediction.hpo)
        for name, share in meaning.shares if meaning else ():
            if name not in held:
                added.setdefault(name, _sign(name, share, prediction, meaning))
    return replace(base, signs=(*base.signs, *added.values()))


def _sign(name: str, share: float, prediction: Prediction, meaning: Meaning) -> Sign:
    having = f"; near diseases that have it: {', '.join(prediction.neighbours)}" if prediction.neighbours else ""
    detail = f"{prediction.label}: not annotated, foretold at rank {prediction.rank}{having}"
    return Sign(
        attribute=name,
        direction=1 if share > 0 else -1,
        weight=STAND_IN_WEIGHT * precision(prediction.rank),
        magnitude=abs(share),
        side="one" if meaning.one_sided or attributes()[name].one_sided else None,
        evidence=(Evidence(SOURCE, prediction.hpo, detail),),
        known=False,
        graded=False,
    )


def precision(rank: int) -> float:
    """Return the share of predictions at a rank that the benchmark found right; 0.05 beyond the tenth."""
    return next((share for last, share in PRECISION if rank <= last), 0.05)


def names_path() -> Path:
    """Return where the shipped vectors of diseases' names lie."""
    return Path(str(files("diseaseface").joinpath("data/disease_vectors.npz")))


@cache
def load_names() -> NameVectors:
    """Return the shipped vectors; raise CatalogueError where the file cannot be read."""
    try:
        with np.load(names_path()) as data:
            head = json.loads(str(data["head"]))
            return NameVectors(head["release"], head["model"], tuple(head["ids"]), data["vectors"])
    except (OSError, KeyError, ValueError) as error:
        raise CatalogueError(f"{names_path()} cannot be read; build it with `benchmark vectors --write`.") from error


def build_names() -> NameVectors:
    """Embed the names of all diseases with a visible sign; a few minutes."""
    graph = graphs.load()
    return shortened(graph, minilm.encode(graph.names))


def shortened(graph: Graph, vectors: np.ndarray) -> NameVectors:
    """Keep the first principal axes of vectors of shape (D, 384)."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    short = centred @ axes[:, : -_NAME_SIZE - 1 : -1]
    short /= np.maximum(np.linalg.norm(short, axis=1, keepdims=True), 1e-9)
    return NameVectors(graph.release, minilm.NAME, graph.diseases, short.astype(np.float16))


def write_names(names: NameVectors, where: Path) -> None:
    """Write vectors as a file that `load_names` reads."""
    head = {"release": names.release, "model": names.model, "ids": names.ids}
    np.savez_compressed(where, head=np.array(json.dumps(head)), vectors=names.vectors)


def aligned(names: NameVectors, graph: Graph) -> np.ndarray:
    """Return the vectors in the graph's order, float32 of shape (D, 128), zero for diseases without one."""
    rows = {key: number for number, key in enumerate(names.ids)}
    found = np.zeros((len(graph.diseases), names.vectors.shape[1]), np.float32)
    for number, key in enumerate(graph.diseases):
        if key in rows:
            found[number] = names.vectors[rows[key]]
    return found
