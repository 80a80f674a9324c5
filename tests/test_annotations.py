"""How often a disease has a sign, as HPO's annotations state it."""

import known
import pytest

from diseaseface.knowledge import annotations
from diseaseface.knowledge.annotations import Annotation, probability
from diseaseface.knowledge.index import Diseases


@pytest.fixture(scope="module")
def diseases() -> Diseases:
    return known.diseases()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("HP:0040280", 1.0),
        ("HP:0040281", 0.895),
        ("HP:0040282", 0.545),
        ("HP:0040283", 0.17),
        ("HP:0040284", 0.025),
        ("HP:0040285", 0.0),
        ("3/12", 0.25),
        ("12/12", 1.0),
        ("0/12", 0.0),
        ("45%", 0.45),
        ("12.5%", 0.125),
        ("", None),
        ("7/5", None),
        ("3/0", None),
        ("150%", None),
        ("-3%", None),
        ("often", None),
        ("/5", None),
    ],
)
def test_a_frequency_is_a_probability_or_missing(stated, expected):
    frequency, _, words = probability(stated)
    assert frequency == (None if expected is None else pytest.approx(expected))
    assert words


def annotation(stated: str) -> Annotation:
    frequency, observed, words = probability(stated)
    return Annotation("OMIM:1", "A", "HP:0000582", frequency, observed, words, 0.0, "", False, "PMID:1")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (["1/10", "9/10"], 0.5),
        (["1/2", "0/98"], 0.01),
        (["1/4", "HP:0040281"], 0.25),
        (["HP:0040281", "HP:0040282"], 0.72),
        (["", "HP:0040283"], 0.17),
        (["", ""], None),
    ],
)
def test_counted_people_are_added_up_and_words_averaged(stated, expected):
    pooled = annotations.pool([annotation(value) for value in stated])
    assert pooled == (None if expected is None else pytest.approx(expected))


def line(hpo="HP:0000582", qualifier="", frequency="", onset="", sex="", modifier="", aspect="P") -> str:
    fields = ["OMIM:1", "Toy", qualifier, hpo, "PMID:1", "PCS", onset, frequency, sex, modifier, aspect, "x"]
    return "\t".join(fields)


def test_a_negated_or_never_seen_sign_is_no_sign():
    lines = [
        line(qualifier="NOT"),
        line(frequency="0/9"),
        line(frequency="HP:0040285"),
        line(aspect="I"),
        "# comment",
        "",
    ]
    assert list(annotations.parse(lines)) == []


def test_onset_sex_and_side_of_an_annotation_are_kept():
    (found,) = annotations.parse([line(onset="HP:0003581", sex="female", modifier="HP:0012833;HP:0012825")])
    assert (found.from_age, found.sex, found.one_sided) == (16.0, "FEMALE", True)
    assert found.frequency is None


def test_no_disease_has_a_sign_that_the_file_only_negates(diseases):
    negated, stated = set(), set()
    for text in annotations.read_lines():
        row = text.split("\t")
        if len(row) > 10 and row[10] == "P":
            (negated if row[2] == "NOT" else stated).add((row[0], row[3]))
    known = {(key, row[0]) for key, (_, rows) in diseases._store.diseases.items() for row in rows}
    assert negated - stated
    assert not known & (negated - stated)
