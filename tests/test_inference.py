"""The graph of diseases, signs and genes, and the signs that it foretells, on toys worked by hand."""

import known
import numpy as np
import pytest
from scipy import sparse

from diseaseface.benchmarks import linkprediction as benchmark
from diseaseface.errors import UnknownDisease
from diseaseface.knowledge import graph as graphs
from diseaseface.knowledge import inference, ontology
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.inference import Prediction, Scores, completed
from diseaseface.knowledge.meaning import Meaning, Reader
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT, Profile, Sign

#  eye ── lid ── ptosis       nose ── short nose       seizure (not of the face)
OBO = """format-version: 1.2
data-version: hp/releases/2001-02-03/hp.obo

[Term]
id: HP:1
name: Eye

[Term]
id: HP:2
name: Lid
is_a: HP:1 ! Eye

[Term]
id: HP:3
name: Ptosis
is_a: HP:2 ! Lid

[Term]
id: HP:4
name: Nose

[Term]
id: HP:5
name: Short nose
is_a: HP:4 ! Nose

[Term]
id: HP:6
name: Seizure
"""
NAMES = {
    "OMIM:1": "Toy syndrome 1",
    "ORPHA:1": "Toy syndrome",
    "OMIM:2": "Other disease",
    "OMIM:3": "Third disease due to fate",
    "OMIM:4": "Unseen disease",
}
ANNOTATED = [
    ("OMIM:1", "HP:3", ""),
    ("OMIM:1", "HP:6", ""),
    ("ORPHA:1", "HP:3", ""),
    ("ORPHA:1", "HP:5", "NOT"),
    ("OMIM:2", "HP:3", ""),
    ("OMIM:2", "HP:5", ""),
    ("OMIM:2", "HP:6", ""),
    ("OMIM:3", "HP:5", ""),
    ("OMIM:4", "HP:6", ""),
]
GENES = ["1\tAAA\tHP:3\tPtosis\t-\tOMIM:1", "1\tAAA\tHP:3\tPtosis\t-\tOMIM:2", "2\tBBB\tHP:6\tSeizure\t-\tOMIM:4"]


def line(disease: str, term: str, negated: str) -> str:
    return "\t".join([disease, NAMES[disease], negated, term, disease, "TAS", "", "", "", "", "P", ""])


@pytest.fixture(scope="module")
def toy() -> graphs.Graph:
    def read(term):
        return None if term == "HP:6" else Meaning("seen", reason="Toy.")

    return graphs.build(ontology.parse(OBO), [line(*row) for row in ANNOTATED], GENES, read)


def random_graph(rng: np.random.Generator, structured: bool) -> graphs.Graph:
    """300 diseases of four families with 24 signs; each family has its own six, or everybody any."""
    share = np.full((300, 24), 0.25)
    if structured:
        share = np.full((300, 24), 0.03)
        share[np.arange(300)[:, None], (np.arange(300) % 4)[:, None] * 6 + np.arange(6)] = 0.7
    has = sparse.csr_matrix((rng.random((300, 24)) < share).astype(np.float32))
    terms = tuple(f"HP:{number}" for number in range(24))
    return graphs.Graph(
        release="2001-02-03",
        diseases=tuple(f"OMIM:{number}" for number in range(300)),
        names=tuple(f"{'abcdefghij'[n // 30]}{'abcdefghijklmnopqrstuvwxyzäöüß'[n % 30]}disorder" for n in range(300)),
        terms=terms,
        labels=dict.fromkeys(terms, "sign"),
        visible=24,
        has=has,
        above=sparse.identity(24, np.float32, format="csr"),
        genes=(),
        carries=sparse.csr_matrix((300, 1), dtype=np.float32),
        denied=frozenset(),
    )


# The graph


def test_the_graph_holds_what_the_files_say_and_puts_visible_terms_first(toy):
    assert toy.diseases == ("OMIM:1", "OMIM:2", "OMIM:3", "ORPHA:1")
    assert toy.terms == ("HP:3", "HP:5", "HP:6")
    assert toy.visible == 2
    np.testing.assert_array_equal(toy.has.toarray(), [[1, 0, 1], [1, 1, 1], [0, 1, 0], [1, 0, 0]])
    assert toy.denied == {("ORPHA:1", "HP:5")}
    assert toy.genes == ("AAA",)


def test_a_term_is_a_kind_of_all_above_it(toy):
    assert toy.above.sum(axis=1).ravel().tolist() == [[3.0, 2.0, 1.0]]


def test_entries_of_one_disease_are_linked_by_name(toy):
    own = graphs.linked(toy)
    assert own[toy.numbers["OMIM:1"]] == own[toy.numbers["ORPHA:1"]]
    assert len(set(own)) == 3


def test_a_neighbourhood_shows_signs_genes_and_the_nearest_other_diseases(toy):
    near = graphs.around(toy, "OMIM:1")
    kinds = {node.id: node.kind for node in near.nodes}
    assert kinds == {"OMIM:1": "disease", "HP:3": "sign", "AAA": "gene", "OMIM:2": "disease"}
    edges = {(edge.one, edge.other): edge.weight for edge in near.edges}
    # Ptosis has the weight log(4/3), short nose log(4/2): the cosine of (log 4/3, 0) and (log 4/3, log 2).
    told, other = np.log(4 / 3), np.log(2)
    assert edges["OMIM:1", "OMIM:2"] == pytest.approx(told / np.hypot(told, other), abs=1e-5)
    assert ("OMIM:2", "HP:3") in edges
    assert all(0 < edge.weight <= 1.0001 for edge in near.edges)


def test_a_disease_without_a_visible_sign_is_refused(toy):
    with pytest.raises(UnknownDisease, match="OMIM:4"):
        graphs.around(toy, "OMIM:4")


# The scores


def test_entries_of_one_disease_lend_each_other_nothing(toy):
    scores = Scores(toy, toy.has, np.zeros((4, 2), np.float32))
    row = toy.numbers["ORPHA:1"]
    assert toy.numbers["OMIM:1"] not in scores.nearest(row, 1)
    lent = scores.of([row])["nearest"][0]
    np.testing.assert_allclose(lent, [1.0, 1.0], atol=1e-6)  # of OMIM:2 alone


def test_every_score_is_a_share_and_popularity_counts_diseases(toy):
    names = np.eye(4, 2, dtype=np.float32)
    scores = Scores(toy, toy.has, names).of(range(4))
    np.testing.assert_allclose(scores["popularity"][0], [0.75, 0.5])
    for name in ("popularity", "nearest", "kin", "genes", "names"):
        assert ((scores[name] >= 0) & (scores[name] <= 1)).all(), name


def test_a_shared_gene_lends_its_signs(toy):
    scores = Scores(toy, toy.has, np.zeros((4, 2), np.float32)).of([toy.numbers["OMIM:1"], toy.numbers["OMIM:3"]])
    np.testing.assert_allclose(scores["genes"][0], [0.5, 0.5], atol=1e-6)  # one neighbour, one of doubt
    np.testing.assert_allclose(scores["genes"][1], 0.0)


def test_signs_that_go_together_foretell_each_other():
    graph = random_graph(np.random.default_rng(3), structured=True)
    scores = Scores(graph, graph.has, np.zeros((300, 2), np.float32)).of([0])["together"][0]
    assert scores[:6].mean() > 3 * scores[6:].mean()


def test_what_is_known_or_implied_is_not_predicted(toy):
    assert inference.candidates(toy, np.array([0])).tolist() == [False, True]


def test_what_hpo_denies_is_never_predicted(toy):
    predictor = inference.Predictor(toy, np.zeros((4, 2), np.float32))
    assert [found.hpo for found in predictor.predict("OMIM:1")] == ["HP:5"]
    assert predictor.predict("ORPHA:1") == []
    assert predictor.predict("OMIM:1")[0].neighbours == ("Other disease", "Third disease due to fate")
    with pytest.raises(UnknownDisease):
        predictor.predict("OMIM:4")


# In a profile


@pytest.fixture(scope="module")
def read():
    return Reader(ontology.load(), attributes()).read


def test_an_inferred_sign_says_so_and_weighs_little(read):
    base = Profile("OMIM:1", "Toy", (), (Sign("pallor", 1, 0.9),))
    foretold = [Prediction("HP:0000508", "Ptosis", 1, 0.3, ("Other disease",))]
    made = completed(base, foretold, read)
    assert made.signs[0] == base.signs[0]
    sign = made.signs[1]
    assert (sign.attribute, sign.direction, sign.known) == ("upper_lid_position", -1, False)
    assert 0 < sign.weight < STAND_IN_WEIGHT
    assert sign.evidence[0].source == "inferred"
    assert "Other disease" in sign.evidence[0].detail
    assert Profile.from_dict(made.to_dict()) == made


def test_nothing_is_inferred_against_what_is_known(read):
    base = Profile("OMIM:1", "Toy", (), (Sign("upper_lid_position", 1, 0.9),))
    assert completed(base, [Prediction("HP:0000508", "Ptosis", 1, 0.3, ())], read) == base


def test_a_likelier_prediction_never_weighs_less():
    shares = [inference.precision(rank) for rank in range(1, 30)]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] <= shares[0] < 1


def test_the_shipped_names_are_of_the_shipped_release():
    names = inference.load_names()
    assert names.release == ontology.load().release
    assert names.vectors.shape == (len(names.ids), 128)
    np.testing.assert_allclose(np.linalg.norm(names.vectors.astype(np.float32), axis=1), 1.0, atol=2e-3)
    assert inference.names_path().stat().st_size < 3e6


def test_the_shipped_names_are_of_the_diseases_that_are_shown_today():
    shown, named = known.diseases()._store.diseases.keys(), set(inference.load_names().ids)
    missing = [key for key in shown if key not in named]
    assert len(missing) <= 0.005 * len(shown), "build the vectors again: `benchmark vectors --write`"


# The benchmark


def test_a_tenth_is_held_out_and_twins_stay_on_one_side():
    graph = random_graph(np.random.default_rng(1), structured=True)
    test, fit = benchmark.hold_out(graph, np.random.default_rng(0))
    assert test.sum() == pytest.approx(0.1 * graph.has.sum(), rel=0.1)
    rows = [set(np.flatnonzero(np.diff(part.indptr))) for part in (test, fit)]
    assert not rows[0] & rows[1]
    assert ((graph.has - test - fit).toarray() >= 0).all()


def test_twins_lose_the_same_signs(toy):
    members, order = [np.array([0, 3])], iter([0])
    both = graphs.Graph(**{name: getattr(toy, name) for name in toy.__dataclass_fields__})
    seen = sparse.csr_matrix(np.array([[1, 1], [0, 0], [0, 0], [1, 1]], np.float32))
    hidden = benchmark._hidden(both, seen, members, order, 1.0, np.random.default_rng(0)).toarray()
    np.testing.assert_array_equal(hidden[0], hidden[3])
    assert hidden.sum() == 2


def test_ranks_leave_out_other_held_out_signs_and_share_ties():
    case = benchmark.Case(0, 0, np.array([1, 2]), np.array([True, True, True, True, False]))
    ranks = benchmark.ranks_of(np.array([[0.9, 0.5, 0.8, 0.5, 1.0]]), [case])
    assert ranks.tolist() == [1 + 1 + 0.5, 1 + 1]


def test_the_table_says_who_wins_where_there_is_something_to_learn():
    graph = random_graph(np.random.default_rng(5), structured=True)
    result = benchmark.measure(graph, names=np.zeros((300, 2), np.float32), draws=200)
    best = next(row for row in result["rows"] if row["method"] == benchmark.BEST)
    assert "beats popularity" in benchmark.verdict(best, "popularity")
    assert all(0 < row["mrr"] <= 1 and row["mrr_interval"][0] <= row["mrr"] for row in result["rows"])


def test_the_table_says_who_does_not_win_where_there_is_nothing_to_learn():
    graph = random_graph(np.random.default_rng(5), structured=False)
    result = benchmark.measure(graph, names=np.zeros((300, 2), np.float32), draws=200)
    best = next(row for row in result["rows"] if row["method"] == benchmark.BEST)
    assert "does NOT beat popularity" in benchmark.verdict(best, "popularity")
