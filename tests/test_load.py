"""The load benchmark's visitors notice what must not happen."""

import base64
import threading
from types import SimpleNamespace

import known
import numpy as np
import pytest

from diseaseface.benchmarks import load
from diseaseface.benchmarks.pageclient import Lost, Page, _until_done


def news(picture: np.ndarray, severity: int) -> str:
    code = base64.b64encode(load._jpeg(picture)).decode()
    return f'{{"after": "data:image/jpeg;base64,{code}", "caption": "severity {severity} %"}}'


@pytest.mark.parametrize(
    ("whose", "severity", "mixed"), [((1, 7), 40, 0), ((2, 7), 40, 1), ((1, 8), 40, 1), ((1, 7), 41, 1), ((2, 8), 9, 2)]
)
def test_a_visitor_notices_another_photo_and_another_severity(whose, severity, mixed):
    own, tally = load._named(1, 7), load.Tally()
    visitor = load.Visitor(1, "http://127.0.0.1:9/", tally, 20.0, threading.Event())
    visitor._photo = own
    told = news(load._named(*whose), severity)
    visitor._check(load._own_sized(told, own), told, 40)
    assert len(tally.mixed) == mixed


def test_a_page_that_is_gone_is_told():
    with pytest.raises(Lost, match="refused"):
        Page("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ['data: {"msg": "process_starts"}'],
        ['data: {"msg": "process_completed", "success": false, "output": {"error": "x"}}'],
        ['data: {"msg": "unexpected_error", "message": "x"}'],
    ],
)
def test_a_request_without_an_end_is_lost(lines):
    with pytest.raises(Lost):
        list(_until_done(iter(lines)))


def test_a_request_ends_with_its_answer():
    lines = ["", 'data: {"msg": "process_completed", "success": true}', 'data: {"msg": "close_stream"}']
    assert len(list(_until_done(iter(lines)))) == 1


def found(**changed):
    quiet = {"memory_mb": 600, "threads": 40, "files": 1, "tracebacks": 0}
    told = {
        "lost": [],
        "mixed": [],
        "edit": {"p95": 1.2},
        "redraw": {"p95": 0.2},
        "restarts": 0,
        "before": quiet,
        "after": quiet,
    }
    return told | {name: told[name] | value if isinstance(value, dict) else value for name, value in changed.items()}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"after": {"memory_mb": 659, "threads": 90}}, None),
        ({"after": {"memory_mb": 661}}, "memory"),
        ({"after": {"files": 2}}, "files"),
        ({"after": {"tracebacks": 1}}, "tracebacks"),
        ({"edit": {"p95": 3.0}}, "edits"),
        ({"edit": {"p95": 3.0}, "restarts": 1}, None),
        ({"redraw": {"p95": 3.0}, "restarts": 1}, "redraws"),
        ({"lost": ["refused"]}, "lost"),
        ({"mixed": ["visitor 1"]}, "mixed"),
    ],
)
def test_what_does_not_hold_is_said_and_nothing_else(changed, said):
    wrong = load.wrong(found(**changed))
    assert len(wrong) == (said is not None)
    assert said is None or said in wrong[0]


def test_before_memory_is_read_several_visitors_at_once_have_had_every_disease_and_an_evaluation(monkeypatch):
    asked = []
    page = SimpleNamespace(event=lambda *_: 1, endpoint=lambda _name: 2)
    monkeypatch.setattr(load, "Page", lambda _url: page)
    monkeypatch.setattr(load, "Session", lambda page: SimpleNamespace(page=page))
    monkeypatch.setattr(load.Visitor, "_draw", lambda _self, _event, disease: asked.append(disease))
    monkeypatch.setattr(load.Visitor, "_evaluate", lambda _self, _event: asked.append("evaluation"))
    load._visit_first("http://127.0.0.1:9/")
    assert set(asked) == {*load._DISEASES, "evaluation"}
    assert asked.count("evaluation") == len(load._FIRST) > 1
    assert len({load._named(number, 1).tobytes() for number in (*load._FIRST, 1, 50)}) == len(load._FIRST) + 2


def test_the_diseases_that_visitors_ask_for_exist():
    assert [known.diseases().find(disease).id for disease in load._DISEASES] == list(load._DISEASES)
