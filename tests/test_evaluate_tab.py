"""The Evaluate tab without a browser: what it reads, refuses, draws and lists."""

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import known
import numpy as np
import pytest
from PIL import Image

from diseaseface import Pipeline, pictures
from diseaseface.evaluation.report import MEASURED, NOT_MEASURABLE
from diseaseface.survey import Row
from diseaseface.ui import evaluate_words, texts
from diseaseface.ui.evaluate_figure import USUAL_SD, chosen, error_sd, signs_figure
from diseaseface.ui.evaluate_handlers import MOST_PHOTOS, PAIR, EvaluateHandlers
from diseaseface.ui.examples import examples

DISEASE = "ORPHA:870"


@pytest.fixture(scope="module")
def handlers():
    pipeline = Pipeline.load()
    return EvaluateHandlers(Pipeline(known.diseases(), pipeline.engines))


@pytest.fixture(scope="module")
def photo(astronaut, tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "face.png"
    Image.fromarray(np.ascontiguousarray(astronaut[:320, 60:380])).save(path)
    return str(path)


@pytest.fixture(scope="module")
def alone(handlers, photo):
    """The steps of reading one photo against a disease."""
    return [named(step) for step in handlers.read(photo, None, DISEASE, True, "map", None)]


def named(step) -> dict:
    return dict(zip(EvaluateHandlers.outputs(), step, strict=True))


def sign(name="nose_width", z=2.5, direction=1, **more) -> dict:
    told = {"name": name, "label": name, "direction": direction, "z": z, "measured": None if z is None else 2.0 * z}
    status = NOT_MEASURABLE if z is None else MEASURED
    return told | {"unit": "mm", "noise": 1.0, "side": None, "status": status, "reason": "Depth."} | more


def test_the_numbers_come_first_and_then_the_map(alone):
    working, numbers, last = alone
    assert texts.EVALUATE_READING in working["status"]
    assert "Severity" in numbers["scores"]
    assert numbers["plot"].data
    assert Path(last["picture"]).is_file()
    assert last["held"].views.keys() == {"map", "measurements", "photo"}


def test_what_is_shown_already_is_not_read_again_and_can_be_turned(handlers, alone, photo):
    held = alone[-1]["held"]
    (again,) = handlers.read(photo, None, DISEASE, True, "map", held)
    assert named(again)["picture"] == gr.skip()
    assert handlers.turn("measurements", held) == held.views["measurements"]
    assert handlers.turn("map", None) == gr.skip()


def test_a_photo_without_a_face_is_refused_beside_it(handlers, wall, photo):
    last = named(list(handlers.read(wall, None, "", True, "map", None))[-1])
    assert "face" in last["notice"]
    last = named(list(handlers.read(photo, wall, "", True, "map", None))[-1])
    assert last["notice"] == ""
    assert "face" in last["before_notice"]
    last = named(list(handlers.read(photo, None, "xyzzy", True, "map", None))[-1])
    assert "xyzzy" in last["disease_notice"]


def test_nothing_is_asked_of_somebody_who_has_just_come(handlers):
    (step,) = handlers.read(None, None, "", True, "map", None)
    assert named(step)["notice"] == ""
    assert handlers.first(None, None) == str(examples()[0].path)
    assert handlers.first("a.png", None) == gr.skip()


def test_a_persons_photo_waits_for_consent_and_an_example_does_not(handlers, photo):
    (step,) = handlers.read(photo, None, "", False, "map", None)
    assert named(step)["notice"].count(texts.CONSENT_FIRST) == 1
    (*_, notice) = next(handlers.read_set([photo], None, False))
    assert texts.CONSENT_FIRST in notice
    first = named(next(handlers.read(str(examples()[0].path), None, "", False, "map", None)))
    assert texts.EVALUATE_READING in first["status"]


def test_a_pair_is_a_drawn_picture_and_its_photo_and_is_recognised(handlers):
    doing, (drawn, before, done) = handlers.take_example(SimpleNamespace(name=PAIR))
    assert (texts.EVALUATE_PAIR_DRAWING in doing[2], done) == (True, "")
    assert before == str(examples()[0].path)
    assert pictures.read_report(drawn)["disease"]["name"] == "Down syndrome"
    assert "Down syndrome, severity 80 %" in evaluate_words.own_html(pictures.read_report(drawn))
    ((photo, none, _),) = handlers.take_example(SimpleNamespace(name=examples()[1].path.name))
    assert (photo, none) == (str(examples()[1].path), None)


def test_a_set_is_read_one_by_one_with_a_bad_photo_as_its_row(handlers, photo, wall):
    steps = list(handlers.read_set([photo, wall], None, True))
    assert [step[0].count("<tr") - 1 for step in steps if "<tr" in step[0]] == [1, 2, 2]
    table, rows, csv, stop, notice = steps[-1]
    assert "1 of 2 photos read" in table
    assert "refused-row" in table
    assert csv["visible"] is True
    assert stop["visible"] is False
    assert notice == ""
    assert Path(handlers.take_csv(rows)).read_text(encoding="utf-8-sig").startswith("photo,status,severity")


@pytest.mark.parametrize("files", [None, [], ["x.png"] * (MOST_PHOTOS + 1)], ids=["none", "empty", "too many"])
def test_a_set_of_none_or_too_many_is_refused_in_words(handlers, files):
    ((*_, notice),) = handlers.read_set(files, None, True)
    assert "notice" in notice


def test_what_speaks_for_a_disease_and_what_against_it():
    def vote(label, odds, side=None):
        return {"sign": "x", "label": label, "side": side, "log_odds": odds}

    entry = {
        "id": "X:1",
        "name": "X",
        "speaks_for": [vote("Wide nose", 4.0), vote("Drooping lid", 1.5, "left")],
        "speaks_against": [vote("Narrow mouth", -0.3)],
        "same_signs": [{"id": "X:2", "name": "X, type 2"}],
    }
    told = evaluate_words.ranking_html({"departs": True, "ranking": [entry]})
    assert "<b>For</b> wide nose (strongly), drooping lid, left (clearly)" in told
    assert "<b>Against</b> narrow mouth (weakly)" in told
    assert "<b>Looks the same</b> X, type 2" in told


def test_no_departure_is_an_answer():
    assert texts.EVALUATE_HEALTHY in evaluate_words.ranking_html({"departs": False, "ranking": []})
    assert texts.EVALUATE_UNLIKE in evaluate_words.ranking_html({"departs": True, "ranking": []})


def test_the_plot_has_a_row_a_sign_with_error_and_says_what_is_not_read():
    report = {"disease": {"id": "X"}, "attributes": [sign(z=3.0), sign("chin_width", None)]}
    figure = signs_figure(report)
    read, unread = figure.data
    assert list(read.x) == [3.0]
    assert read.error_x.array[0] == pytest.approx(0.5)
    assert list(unread.y) == [1]
    assert "Depth." in unread.hovertext[0]
    assert figure.layout.shapes[0].x1 == USUAL_SD


def test_without_a_disease_the_most_departed_come_first_and_opposites_of_a_sign_are_none():
    signs = [sign("a", 0.5), sign("b", -3.0, -1), sign("c", -4.0, 1), sign("d", None), sign("e", -3.0, -1)]
    assert [one["name"] for one in chosen({"disease": None, "attributes": signs})] == ["b", "a"]
    assert error_sd(sign(z=None)) == 0.0


def test_how_many_signs_are_not_read_is_told_of_how_many_and_apart_from_the_measures():
    signs = [sign("a", 1.0), sign("b", None), sign("c", None)]
    html = evaluate_words.trust_html({"measures": [{"status": "measured"}], "reading": "alone", "attributes": signs})
    assert "Measures of the face: 1 of 1" in html
    assert "Signs that cannot be read here: 2 of 3" in html


def test_names_of_files_and_reasons_cannot_inject_markup():
    evil = "<img src=x onerror=alert(1)>"
    html = evaluate_words.table_html([Row(evil, reason=evil)]) + evaluate_words.notes_html([evil])
    html += evaluate_words.own_html({"disease": {"name": evil}, "severity": 0.5})
    html += evaluate_words.trust_html(
        {"measures": [], "reading": "alone", "attributes": [sign(z=None, reason=evil, label=evil)]}
    )
    assert "<img" not in html
