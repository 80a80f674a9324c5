"""What the dose benchmark tells: asked, applied, measured."""

import json
from importlib.resources import files

import numpy as np
import pytest

from diseaseface.benchmarks import calibration, dose
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


def test_the_shipped_table_holds_every_measured_sign_drawn_as_asked_and_read_in_proportion():
    shipped = json.loads((files("diseaseface") / "data" / "dose.json").read_text(encoding="utf-8"))
    known = {f"{a.name}{'+' if d > 0 else '-'}" for a, d in calibration.signs() if a.measure}
    assert shipped["faces"] >= 8
    assert shipped["signs"].keys() == known
    applied = [row["applied"]["slope"] for row in shipped["signs"].values() if row["applied"]]
    assert np.median(applied) == pytest.approx(1.0, abs=0.01)
    read = [row["measured"]["slope"] for row in shipped["signs"].values() if row["measured"]]
    assert len(read) >= 100
    assert np.median(read) == pytest.approx(1.0, abs=0.05)
