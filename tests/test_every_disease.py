"""The benchmark that draws every disease, on a few of them."""

from types import SimpleNamespace

import known

from diseaseface.benchmarks import diseases
from diseaseface.knowledge.index import Match


def test_diseases_are_found_drawn_and_reported():
    rows = list(diseases.measure(every=1200, report=True))
    assert len(rows) >= 3
    for row in rows:
        assert row.error == ""
        assert 0 < row.mass <= 1
    assert any(row.changed for row in rows)
    assert diseases.as_csv(rows).startswith("id,name,signs,drawn,mass,changed,ms,error")


def test_an_error_is_counted_and_named():
    def draw(*_given):
        raise ZeroDivisionError("no such thing")

    match = Match("X:1", "Broken", (), 5, 0.5)
    row = diseases._row(SimpleNamespace(draw=draw), None, match, False)
    assert row.error == "ZeroDivisionError: no such thing"
    good = diseases.Row("X:2", "Good", 4, 3, 0.8, 0.1, 12.0, "")
    told = diseases.summary([row, good])
    assert "1 errors" in told
    assert "Broken: ZeroDivisionError" in told


def test_at_least_four_thousand_diseases_are_counted():
    wanted = [match for match in known.diseases().all() if match.signs >= diseases.LEAST_SIGNS]
    assert len(wanted) >= 4000
