"""Does the graph, or the names, or both foretell signs that were held out?

Of 10 % of the annotated pairs of disease and visible sign the sign is hidden; all entries of one disease
lie on one side and lose the same signs. Weights are fitted on other diseases. Mean reciprocal rank and hits
at 10 among all visible signs not yet known, beside popularity and nearest-neighbour baselines, with 95 %
intervals of a bootstrap over diseases; differences are paired.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from diseaseface.knowledge import graph as graphs
from diseaseface.knowledge import inference
from diseaseface.knowledge.graph import Graph
from diseaseface.knowledge.inference import Scores

TEST_SHARE = 0.10  # of all pairs
FIT_SHARE = 0.08
DRAWS = 1000

BASELINES = {"popularity": ("popularity",), "nearest neighbours": ("nearest",)}
METHODS = {
    "graph: kinds of signs": ("kin",),
    "graph: genes": ("popularity", "genes"),
    "graph: signs together": ("together",),
    "graph": ("popularity", "kin", "genes", "together"),
    "names": ("popularity", "names"),
    "graph and names": ("popularity", "kin", "genes", "together", "names"),
}
BEST = "graph and names"


@dataclass(frozen=True, eq=False)
class Case:
    """One disease with held-out signs.

    Attributes
    ----------
    row, group : int
        Of the disease, and of the disease that its entries are of.
    hidden : int array
        Held-out signs that the known ones do not imply.
    open : bool array of shape (V,)
        Signs that may be ranked.
    """

    row: int
    group: int
    hidden: np.ndarray
    open: np.ndarray


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark linkprediction", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = measure(graphs.load(), options.seed)
    print(json.dumps(result, indent=1) if options.json else table(result))
    return 0


def measure(graph: Graph, seed: int = 0, names: np.ndarray | None = None, draws: int = DRAWS) -> dict:
    """Hold out, fit and rank; return one row a method, and the differences to both baselines."""
    rng = np.random.default_rng(seed)
    test, fit = hold_out(graph, rng)
    known = (graph.has - test - fit).tocsr()
    known.eliminate_zeros()
    names = inference.aligned(inference.load_names(), graph) if names is None else names
    scores = Scores(graph, known, names)
    fit_cases, cases = cases_of(graph, fit, known), cases_of(graph, test, known)
    fitted = scores.of([case.row for case in fit_cases])
    weights = {name: fit_weights(fitted, fit_cases, parts) for name, parts in (BASELINES | METHODS).items()}
    tested = scores.of([case.row for case in cases])
    ranks = {name: ranks_of(inference.combined(tested, weight), cases) for name, weight in weights.items()}
    groups = np.array([case.group for case in cases for _ in case.hidden])
    return {
        "pairs": int(graph.has[:, : graph.visible].sum()),
        "held_out": int(test.sum()),
        "ranked": len(groups),
        "diseases": len(np.unique(groups)),
        "rows": _rows(ranks, groups, rng, draws),
        "weights": weights[BEST],
        "precision": _precision(inference.combined(tested, weights[BEST]), cases),
    }


def hold_out(graph: Graph, rng: np.random.Generator) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return the pairs held out for testing and for fitting, as matrices like `graph.has`.

    Diseases are drawn whole, all entries together; half of the visible signs of each are hidden.
    """
    seen = graph.has[:, : graph.visible].tocsr()
    own = graphs.linked(graph)
    members = [np.flatnonzero(own == group) for group in range(own.max() + 1)]
    order = iter(rng.permutation(len(members)))
    total = seen.sum()
    return tuple(_hidden(graph, seen, members, order, share * total, rng) for share in (TEST_SHARE, FIT_SHARE))


def _hidden(graph: Graph, seen, members, order, wanted: float, rng) -> sparse.csr_matrix:
    places: list[tuple[int, int]] = []
    while len(places) < wanted:
        group = members[next(order)]
        signs = np.unique(seen[group].indices)
        if len(signs) > 1:
            chosen = set(rng.choice(signs, len(signs) // 2, replace=False).tolist())
            places += [(row, sign) for row in group for sign in seen[row].indices if sign in chosen]
    at = np.array(places)
    return sparse.csr_matrix((np.ones(len(at), np.float32), (at[:, 0], at[:, 1])), graph.has.shape)


def cases_of(graph: Graph, hidden: sparse.csr_matrix, known: sparse.csr_matrix) -> list[Case]:
    """Return the diseases with signs to find; what known signs imply is no case."""
    own = graphs.linked(graph)
    cases = []
    for row in np.flatnonzero(np.diff(hidden.indptr)):
        held = known[row].indices
        open_ = inference.candidates(graph, held[held < graph.visible])
        signs = hidden[row].indices
        if open_[signs].any():
            cases.append(Case(int(row), int(own[row]), signs[open_[signs]], open_))
    return cases


def fit_weights(scores: dict[str, np.ndarray], cases: list[Case], parts: Sequence[str]) -> dict[str, float]:
    """Return the weights under which the held-out signs are likeliest (softmax over the signs of a disease)."""
    if len(parts) == 1:
        return {parts[0]: 1.0}
    features = np.stack([inference.logged(scores, name) for name in parts], axis=-1)
    sets = [
        (features[place][case.open], np.isin(np.flatnonzero(case.open), case.hidden))
        for place, case in enumerate(cases)
    ]
    start = np.full(len(parts), 0.3)
    found = optimize.minimize(_loss, start, (sets,), jac=True, method="L-BFGS-B", options={"maxiter": 40})
    return dict(zip(parts, np.round(found.x, 3).tolist(), strict=True))


def _loss(weights: np.ndarray, sets: list) -> tuple[float, np.ndarray]:
    loss, slope = 0.0, np.zeros_like(weights)
    for features, right in sets:
        scores = features @ weights
        likely = np.exp(scores - scores.max())
        likely /= likely.sum()
        loss -= np.log(likely[right]).mean()
        slope -= features[right].mean(axis=0) - likely @ features
    return loss / len(sets), slope / len(sets)


def ranks_of(scores: np.ndarray, cases: list[Case]) -> np.ndarray:
    """Return the rank of each held-out sign among what is open, other held-out ones left out; ties share theirs."""
    ranks = []
    for place, case in enumerate(cases):
        rivals = case.open.copy()
        rivals[case.hidden] = False
        others = scores[place][rivals]
        for sign in case.hidden:
            own = scores[place][sign]
            ranks.append(1 + (others > own).sum() + 0.5 * (others == own).sum())
    return np.array(ranks)


def _rows(ranks: dict[str, np.ndarray], groups: np.ndarray, rng: np.random.Generator, draws: int) -> list[dict]:
    drawn = _drawn(groups, rng, draws)
    gains = {name: np.stack([1 / rank, rank <= 10], axis=1).astype(float) for name, rank in ranks.items()}
    means = {name: (drawn @ gain) / drawn.sum(axis=1, keepdims=True) for name, gain in gains.items()}
    rows = []
    for name, gain in gains.items():
        row = {"method": name, "mrr": _round(gain[:, 0].mean()), "hits10": _round(gain[:, 1].mean())}
        row |= {"mrr_interval": _interval(means[name][:, 0]), "hits10_interval": _interval(means[name][:, 1])}
        for baseline in _rivals(name):
            gap = means[name] - means[baseline]
            row[f"mrr_over_{baseline}"] = _interval(gap[:, 0])
            row[f"hits10_over_{baseline}"] = _interval(gap[:, 1])
        rows.append(row)
    return rows


def _rivals(name: str) -> list[str]:
    """Return what a method is set against: the baselines, and for the whole its two halves."""
    if name in BASELINES:
        return []
    return [*BASELINES, *(("graph", "names") if name == BEST else ())]


def _drawn(groups: np.ndarray, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Return how often each pair counts in each draw of diseases, of shape (draws, pairs)."""
    _, number = np.unique(groups, return_inverse=True)
    counts = rng.multinomial(number.max() + 1, np.full(number.max() + 1, 1 / (number.max() + 1)), draws)
    return counts[:, number].astype(np.float32)


def _interval(values: np.ndarray) -> list[float]:
    return [_round(value) for value in np.quantile(values, [0.025, 0.975])]


def _round(value: float) -> float:
    return round(float(value), 3)


def _precision(scores: np.ndarray, cases: list[Case]) -> dict[str, float]:
    """Return the share of held-out signs among the predictions at ranks 1, 2-3 and 4-10."""
    right = np.array([_first_ten(scores[place], case) for place, case in enumerate(cases)])
    return {"1": _round(right[:, 0].mean()), "2-3": _round(right[:, 1:3].mean()), "4-10": _round(right[:, 3:].mean())}


def _first_ten(scores: np.ndarray, case: Case) -> np.ndarray:
    best = np.argsort(-np.where(case.open, scores, -np.inf), kind="stable")[:10]
    return np.isin(best, case.hidden)


def table(result: dict) -> str:
    """Lay the result out for reading, with a sentence that says who wins."""
    lines = [
        f"{result['held_out']} of {result['pairs']} pairs held out, {result['ranked']} of them not implied by what "
        f"stays known, in {result['diseases']} diseases",
        f"{'method':<24}{'MRR':>7}{'95 %':>16}{'hits@10':>9}{'95 %':>16}",
    ]
    for row in result["rows"]:
        low, high = row["mrr_interval"]
        least, most = row["hits10_interval"]
        lines.append(
            f"{row['method']:<24}{row['mrr']:>7.3f}   {low:.3f} to {high:.3f}"
            f"{row['hits10']:>9.3f}   {least:.3f} to {most:.3f}"
        )
    best = next(row for row in result["rows"] if row["method"] == BEST)
    lines += [verdict(best, rival) for rival in _rivals(BEST)]
    lines.append(f"weights {result['weights']}; share of predictions right at ranks {result['precision']}")
    return "\n".join(lines)


def verdict(row: dict, rival: str) -> str:
    """Say in a sentence whether a method beats another in both measures."""
    mrr, hits = row[f"mrr_over_{rival}"], row[f"hits10_over_{rival}"]
    word = "beats" if mrr[0] > 0 and hits[0] > 0 else "does NOT beat"
    return (
        f"{row['method']} {word} {rival}: MRR difference {mrr[0]:+.3f} to {mrr[1]:+.3f}, "
        f"hits@10 {hits[0]:+.3f} to {hits[1]:+.3f} (paired bootstrap, 95 %)"
    )
