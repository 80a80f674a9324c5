"""Scores hold still while only a photo's file changes: how that is counted."""

import numpy as np
import pytest

from diseaseface.benchmarks import photos, stability


def test_a_copy_is_cropped_scaled_or_compressed():
    image = np.full((100, 80, 3), 120, np.uint8)
    shapes = {name: copy.shape for name, copy in photos.copies(image)}
    assert shapes == {"cropped": (92, 74, 3), "scaled": (80, 64, 3), "compressed": (100, 80, 3)}


def test_a_score_is_counted_against_its_own_stated_error():
    rows = [_row("cropped", 0.5), _row("scaled", 1.5), _row("compressed", 3.0), _row("cropped", 0.0)]
    kind = stability.tabulate(rows)["kinds"]["measures"]
    assert (kind["within_error"], kind["within_limit"], kind["n"]) == (0.5, 0.75, 4)
    assert kind["by_copy"] == {"compressed": 0.0, "cropped": 1.0, "scaled": 1.0}
    assert kind["below_95"] == {"nose_width": 0.75}


def test_verdicts_that_change_are_counted():
    rows = [_row("cropped", 0.0), _row("scaled", 0.0) | {"verdict_held": False, "first": False}]
    table = stability.tabulate(rows)
    assert (table["verdict_held"], table["first_held"], table["first_n"]) == (0.5, 0.0, 1)
    assert "verdict held in 50.0%" in stability.summary(table)


@pytest.mark.parametrize(("error", "moved"), [(2.0, 0.5), (0.5, 2.0)])
def test_what_moved_is_told_in_errors(error, moved):
    first = {("measures", "nose_width"): (30.0, error)}, (False, None)
    again = {("measures", "nose_width"): (31.0, error)}, (False, None)
    assert stability._compared("cropped", first, again)["moved"] == [("measures", "nose_width", moved)]


def _row(copy, errors):
    return {"copy": copy, "moved": [("measures", "nose_width", errors)], "lost": 0, "verdict_held": True, "first": None}
