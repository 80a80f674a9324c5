"""What the dose benchmark tells: asked, applied, measured."""

import pytest

from diseaseface.benchmarks import dose
from diseaseface.evaluation.gains import gains
from diseaseface.evaluation.readings import ALIGNED
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def table():
    return dose.measure(None, 1, ["nose_width", "skin_jaundice"])


def test_every_direction_of_the_attributes_asked_has_its_row(table):
    assert list(table["signs"]) == ["nose_width+", "nose_width-", "skin_jaundice+"]
    assert table["faces"] == 1


def test_what_is_drawn_is_what_was_asked(table):
    for row in table["signs"].values():
        assert row["applied"]["slope"] == pytest.approx(1.0, abs=0.05)
        assert row["applied"]["mean"] == pytest.approx([share * row["full"] for share in dose.SHARES], rel=0.1)


def test_what_is_read_rises_with_what_was_asked(table):
    for row in table["signs"].values():
        low, middle, high = row["measured"]["mean"]
        assert 0 < low / row["full"] < middle / row["full"] < high / row["full"]


def test_a_sign_that_is_not_read_has_no_measured_column(face, monkeypatch):
    monkeypatch.setitem(gains().own[ALIGNED], "nose_width+", None)
    row = dose._row("nose_width+", [dose.on_one(face, ["nose_width"])["nose_width+"]])
    assert row["measured"] is None
    assert row["applied"]["n"] == 1


def test_the_row_says_where_the_full_amount_comes_from(table):
    for name, row in table["signs"].items():
        pole = attributes()[name[:-1]].pole(1 if name[-1] == "+" else -1)
        assert (row["label"], row["full"], row["source"]) == (pole.label, pole.full, pole.source)
