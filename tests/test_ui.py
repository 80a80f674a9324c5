"""The page without a browser and without an engine: what its handlers give and its presenters say."""

import asyncio
import gc
import os
import re
import threading
import time
import weakref
from dataclasses import fields, replace
from datetime import timedelta
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.context import LocalContext
from gradio.data_classes import FileData
from gradio.state_holder import SessionState, StateHolder

from diseaseface import pictures
from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.errors import FaceError, OutOfMemory, RequestError, UnknownDisease
from diseaseface.faces.prepared import PerFace
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Evidence, Profile, Sign, Undrawn
from diseaseface.pipeline import Drawing
from diseaseface.ui import asked, links, plot, presenters, serve, texts, views
from diseaseface.ui.asked import Asked
from diseaseface.ui.blocks import Page
from diseaseface.ui.choices import Choices
from diseaseface.ui.downloads import KINDS, Downloads
from diseaseface.ui.engines import offered
from diseaseface.ui.examples import examples
from diseaseface.ui.handlers import FRAMES, Handlers
from diseaseface.ui.heap import give_back, set_aside
from diseaseface.ui.lanes import READING, Lanes
from diseaseface.ui.layout import build
from diseaseface.ui.opening import Opening
from diseaseface.ui.parts import ASKS_CONSENT
from diseaseface.ui.progress import Stopped
from diseaseface.ui.room import PREFIX
from diseaseface.ui.serve import launch_options
from diseaseface.ui.sessions import forget, make_room
from diseaseface.ui.turns import Turns

SLANT = "palpebral_fissure_slant"
SIGN = Sign(SLANT, 1, 0.9, evidence=(Evidence("HPO 2025-01-16", "ORPHA:870", "Very frequent"),))
UNDRAWN = Undrawn("HP:0000158", "Macroglossia", 0.4, "The tongue is in the mouth.")
PROFILE = Profile("ORPHA:870", "Down syndrome", ("trisomy 21",), (SIGN,), (UNDRAWN,), "A note.")
HEAD = SimpleNamespace(
    image=np.full((96, 64, 3), 90, np.uint8), landmarks_px=np.random.default_rng(0).uniform(20, 44, (478, 2))
)
SETTINGS = {
    "seed": 3,
    "age": "",
    "sex": "",
    "side": "",
    "presentation": "typical",
    "toward": "disease",
    "engine": "morph",
}


def score(**values):
    return {"status": "measured", "reason": None, **values}


def report(severity=0.5, **changed):
    sign = {
        "name": SLANT,
        "label": "Upslanted palpebral fissure",
        "hpo": ["HP:0000582"],
        "weight": 0.9,
        "side": None,
        "unit": "deg",
        "direction": 1,
        "baseline": 3.0,
        "asked": 4.0,
        "applied": 3.8,
        "measured": 3.1,
        "noise": 0.4,
        "z": 1.6,
        "status": "measured",
        "reason": None,
        "evidence": [{"source": "HPO 2025-01-16", "reference": "ORPHA:870", "detail": "Very frequent"}],
    }
    scores = {
        "profile_match": score(value=0.93, measured_share=0.62),
        "severity": score(value=0.47, low=0.4, high=0.58),
        "identity": score(value=0.24, unit="distance", model="dlib", threshold=0.6),
        "unchanged_outside": score(value=1.0),
    }
    return {
        "schema": "diseaseface.report/1",
        "disease": {"id": PROFILE.id, "name": PROFILE.name},
        "severity": severity,
        "toward": "disease",
        "attributes": [sign],
        "scores": scores,
        "departs": True,
        "ranking": [{"id": PROFILE.id, "name": PROFILE.name, "score": 4.1}],
        "warnings": ["The mouth is open."],
        "timings_ms": {"face": 1},
    } | changed


class FakePipeline:
    """Ten lines that behave like the pipeline: brighter with severity."""

    def __init__(self, refusal=None):
        self.diseases = SimpleNamespace(search=lambda text, most: [match()] if text else [])
        self.refusal, self.asked = refusal, []

    def refusals(self):
        return {"morph": None, "diffusion": "It lacks <weights>, 2 GB."}

    def profile(self, _disease):
        return PROFILE

    def look(self, photo):
        if self.refusal:
            raise self.refusal
        return HEAD if isinstance(photo, str) else photo

    def draw(self, photo, _disease, severity, **settings):
        self.asked.append((severity, settings))
        picture = self.look(photo).image + np.uint8(100 * severity)
        change = Change(attributes()[SLANT], 8.0 * severity, None, SIGN)
        request = SimpleNamespace(severity=severity, toward=settings.get("toward", "disease"))
        rendering = Rendering(picture, (Applied(change, 8.0 * severity),))
        return SimpleNamespace(face=HEAD, profile=PROFILE, request=request, rendering=rendering)

    def draw_strip(self, photo, disease, stages, **settings):
        return (self.draw(photo, disease, s, **settings) for s in np.linspace(0, 1, stages))

    def judge(self, drawing):
        told = SimpleNamespace(to_dict=lambda: report(drawing.request.severity))
        return SimpleNamespace(picture=drawing.rendering.picture, report=told, face=HEAD)


def match():
    return SimpleNamespace(id="ORPHA:870", name="Down syndrome", synonyms=("trisomy 21",), signs=9, drawable=0.8)


def steps(pipeline=None, photo="face.png", disease="ORPHA:870", severity=50, held=None, consent=True, **settings):
    handlers = Handlers(pipeline or FakePipeline())
    inputs = [*(SETTINGS | settings).values(), consent, held]
    names = handlers.outputs()
    return [dict(zip(names, step, strict=True)) for step in handlers.show(photo, disease, severity, *inputs)]


def stays(value):
    return value == gr.skip()


def test_the_picture_comes_first_then_the_scores_then_the_strip():
    shown = [{name for name in ("picture", "scores", "strip") if not stays(step[name])} for step in steps()]
    assert shown == [set(), {"picture"}, {"scores"}, {"strip"}]


def test_the_page_says_what_it_is_doing_and_stops_saying_so():
    told = [step["status"] for step in steps()]
    assert all("working" in status for status in told[:-1])
    assert told[-1] == ""
    assert steps()[-1]["stop"]["visible"] is False


def test_the_strip_has_five_stages_from_nothing_to_all():
    assert re.findall(r"data-severity='(\d+)'", steps()[-1]["strip"]) == ["0", "25", "50", "75", "100"]


def test_the_photo_is_analysed_once_while_only_the_severity_changes():
    pipeline = FakePipeline()
    held = steps(pipeline)[-1]["held"]
    looked = []
    pipeline.look = lambda photo: (looked.append(photo), HEAD)[1] if isinstance(photo, str) else photo
    steps(pipeline, severity=80, held=held)
    assert looked == []


def test_what_is_shown_already_is_not_drawn_again():
    pipeline = FakePipeline()
    held = steps(pipeline)[-1]["held"]
    asked = len(pipeline.asked)
    (again,) = steps(pipeline, held=held)
    assert stays(again["picture"])
    assert len(pipeline.asked) == asked
    assert not stays(steps(pipeline, held=held, seed=9)[-1]["strip"])


def test_the_course_is_drawn_once_while_only_the_severity_changes():
    pipeline = FakePipeline()
    held = steps(pipeline)[-1]["held"]
    del pipeline.asked[:]
    shown = steps(pipeline, severity=75, held=held)
    assert [severity for severity, _ in pipeline.asked] == [0.75]
    assert len(re.findall("data-severity", shown[-1]["strip"])) == 5
    assert re.search("aria-checked='true' data-severity='75'", shown[-1]["strip"])
    assert steps(pipeline, severity=75, held=shown[-1]["held"])[0]["picture"] == gr.skip()
    del pipeline.asked[:]
    for other in ({"disease": "OMIM:1"}, {"photo": "other.png"}, {"seed": 4}, {"side": "right"}):
        steps(pipeline, **{"severity": 75, "held": held, **other})
    assert len(pipeline.asked) == 4 * 6, "another disease, photo or setting has another course"


def test_a_course_of_before_does_not_stand_for_scores_that_never_came():
    pipeline = FakePipeline()
    held = steps(pipeline)[-1]["held"]
    drawn_only = steps(pipeline, severity=75, held=held)[1]["held"]
    assert any(not stays(step["scores"]) for step in steps(pipeline, severity=75, held=drawn_only))


def test_every_setting_of_the_page_reaches_the_pipeline():
    pipeline = FakePipeline()
    steps(pipeline, seed=7, age="8,5", sex="female", side="right", presentation="sampled", severity=35)
    severity, settings = pipeline.asked[0]
    assert severity == pytest.approx(0.35)
    assert settings == {
        "seed": 7,
        "age": 8.5,
        "photo_age": None,
        "sex": "female",
        "side": "right",
        "presentation": "sampled",
        "toward": "disease",
        "engine": "morph",
    }


@pytest.mark.parametrize(
    ("refusal", "place"),
    [
        (FaceError("No face."), "photo_notice"),
        (UnknownDisease("No such disease."), "disease_notice"),
        (RequestError("No such setting."), "notice"),
    ],
)
def test_a_refusal_stands_next_to_what_caused_it(refusal, place):
    last = steps(FakePipeline(refusal))[-1]
    assert str(refusal) in last[place]
    others = {"photo_notice", "disease_notice", "notice"} - {place}
    assert all(last[other] == "" for other in others)
    assert last["status"] == ""


def test_without_a_photo_the_page_asks_for_one():
    assert texts.NO_PHOTO in steps(photo=None)[-1]["photo_notice"]


@pytest.mark.parametrize(("text", "ages"), [("", (None, None)), ("30", (30.0, None)), ("30 > 60,5", (60.5, 30.0))])
def test_two_ages_say_from_which_to_which_the_face_is_aged(text, ages):
    pipeline = FakePipeline()
    steps(pipeline, age=text)
    settings = pipeline.asked[0][1]
    assert (settings["age"], settings["photo_age"]) == ages


@pytest.mark.parametrize("text", ["1 > 2 > 3", "30 >", "> 60", "old > 60"])
def test_ages_that_make_no_sense_are_refused_in_words(text):
    assert "30 &gt; 60" in steps(age=text)[-1]["notice"]


def test_an_age_that_is_no_number_is_refused_in_words():
    assert "years" in steps(age="old")[-1]["notice"]


def test_a_bug_is_not_dressed_up_as_a_refusal():
    with pytest.raises(ZeroDivisionError):
        steps(FakePipeline(ZeroDivisionError()))


def test_a_photo_is_not_drawn_on_before_consent_and_examples_need_none():
    pipeline = FakePipeline()
    (refused,) = steps(pipeline, consent=False)
    assert texts.CONSENT_FIRST in refused["photo_notice"]
    assert pipeline.asked == []
    assert not stays(steps(pipeline, photo=str(examples()[0].path), consent=False)[-1]["strip"])


def taken(path):
    return Choices(FakePipeline()).take_upload(SimpleNamespace(path=str(path)))


@pytest.fixture
def room(tmp_path, monkeypatch):
    """The folder for what visitors send."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def test_only_what_was_sent_is_taken_as_a_photo(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    sent = tmp_path / "a" / "face.jpg"
    assert taken(sent)[0] == str(sent)
    assert all(stays(value) for value in taken("/etc/passwd"))
    assert all(stays(value) for value in taken(f"{tmp_path}/../x.jpg"))


def test_a_quick_frame_shows_what_the_visitor_looks_at_and_nothing_where_a_model_draws():
    held = steps()[-1]["held"]
    handlers = Handlers(FakePipeline())
    frame = handlers.live(held, SimpleNamespace(severity=40, view="eyes"))
    assert frame["severity"] == 40
    assert frame["box"] == views.shares_of(HEAD, "eyes")
    slow = replace(held, asked=replace(held.asked, engine="diffusion"))
    assert stays(handlers.live(slow, SimpleNamespace(severity=40, view="eyes")))
    assert stays(handlers.live(None, SimpleNamespace(severity=40, view="eyes")))


def test_a_film_has_the_course_from_nothing_to_all():
    film = Handlers(FakePipeline()).film(steps()[-1]["held"], SimpleNamespace(view="head"))
    assert [frame["severity"] for frame in film] == [round(s) for s in np.linspace(0, 100, FRAMES)]


def test_the_photo_travels_once_while_only_the_severity_changes():
    pipeline = FakePipeline()
    first = steps(pipeline)
    again = steps(pipeline, severity=80, held=first[-1]["held"])
    assert next(step["picture"] for step in first if not stays(step["picture"]))["before"].startswith("data:image")
    assert next(step["picture"] for step in again if not stays(step["picture"]))["before"] is None


def opened(opening):
    names = ["seen", *links.known()[1:], *Handlers.outputs()]
    return [dict(zip(names, step, strict=True)) for step in opening.open()]


def test_the_first_result_is_worked_out_once_for_all_visitors():
    pipeline = FakePipeline()
    opening = Opening(Handlers(pipeline))
    first = opened(opening)
    asked = len(pipeline.asked)
    again = opened(opening)
    for told in (first, again):
        assert told[0]["disease"] == "ORPHA:870"
        assert told[-1]["seen"] == str(examples()[0].path)
        assert all(stays(step["seen"]) for step in told[:-1]), "the photo comes before its picture"
        assert {name for step in told for name, value in step.items() if not stays(value)} >= {"picture", "strip"}
    assert len(pipeline.asked) == asked
    assert len(again) == 2


def test_the_first_face_is_shown_before_its_scores_are_there():
    pipeline, scored = FakePipeline(), threading.Event()
    judge = pipeline.judge
    pipeline.judge = lambda drawing: scored.wait(20) and judge(drawing)
    steps = Opening(Handlers(pipeline)).open()
    place = ["seen", *links.known()[1:], *Handlers.outputs()].index("picture")
    assert next(step for step in steps if not stays(step[place]))
    assert not scored.is_set()
    scored.set()
    assert len(list(steps)) >= 2


def test_nobody_waits_for_the_scores_of_a_picture_that_was_seen():
    began = time.monotonic()
    assert opened(Opening(Handlers(FakePipeline())))[-1]["seen"]
    assert time.monotonic() - began < 4.0, "the pause is for a page that nobody has opened yet"


def test_a_first_result_that_fails_is_told_and_tried_anew_for_whoever_comes_next():
    pipeline = FakePipeline()
    pipeline.refusal = FaceError("none")
    opening = Opening(Handlers(pipeline))
    with pytest.raises(FaceError):
        list(opening.open())
    pipeline.refusal = None
    assert opened(opening)[-1]["seen"] == str(examples()[0].path)


def test_a_downloaded_picture_carries_its_report():
    held = steps()[-1]["held"]
    told = pictures.read_report(downloads().picture(held))
    assert told["disease"]["id"] == "ORPHA:870"
    assert "timings_ms" not in told


def test_a_picture_drawn_here_is_recognised_and_the_way_back_is_shown(tmp_path):
    path = tmp_path / "drawn.png"
    path.write_bytes(pictures.encode_png(HEAD.image, report(0.7)))
    told = Choices.recognise(str(path))
    assert "Down syndrome" in told
    assert "70" in told


def test_a_photo_asks_for_its_picture_once_however_often_the_page_tells_of_it(tmp_path):
    path, told = str(tmp_path / "photo.png"), Choices(FakePipeline())
    note, seen, asked_for = told.take_photo(path, None, 4)
    assert (note, seen, asked_for) == ("", path, 5)
    assert all(stays(value) for value in told.take_photo(path, seen, 5))
    assert told.take_photo(None, seen, 5)[1:] == (None, 6), "no photo is a change, too"


def test_whoever_takes_a_photo_before_the_page_has_opened_keeps_it_and_gets_its_picture():
    first, own = str(examples()[0].path), str(examples()[1].path)
    photo, asked_for = Choices.take_first(None, first, 0, Turns())
    assert photo == first
    assert stays(asked_for), "the first photo has its picture"
    photo, asked_for = Choices.take_first(own, first, 3, Turns())
    assert stays(photo)
    assert asked_for == 4


def shown(turns, **asked):
    """Ask for a picture as the page does, of one visitor."""
    values = {"photo": "face.png", "disease": "ORPHA:870", "severity": 50} | SETTINGS | asked
    steps = Handlers(FakePipeline()).show(*values.values(), turns=turns)
    return (dict(zip(Handlers.outputs(), step, strict=True)) for step in steps)


def test_an_answer_that_comes_late_says_nothing_more_and_clears_no_newer_notice():
    turns = Turns()
    older = shown(turns)
    assert "Reading" in next(older)["status"]
    *_, newer = shown(turns, age="abc")
    assert "number of years" in newer["notice"]
    (last,) = older
    assert all(stays(value) for name, value in last.items() if name not in ("status", "stop"))
    assert last["status"] == "", "nothing is being done"
    older, newer = shown(turns), shown(turns, severity=60)
    assert "Reading" in next(older)["status"]
    assert "Reading" in next(newer)["status"]
    assert all(stays(value) for value in list(older)[-1].values()), "the newer one is still at work"
    assert "60" in "".join(str(step["caption"]) for step in newer)


def test_whoever_asks_while_the_page_opens_is_not_answered_by_its_first_picture_but_by_their_own():
    turns, names = Turns(), ["seen", *links.known()[1:], *Handlers.outputs()]
    opening = Opening(Handlers(FakePipeline())).open(turns)
    next(opening)
    (early,) = shown(turns, photo=None, severity=20)
    assert all(stays(value) for value in early.values()), "a photo is on its way: nobody is told to choose one"
    *_, last = (dict(zip(names, step, strict=True)) for step in opening)
    assert last["seen"] == str(examples()[0].path)
    assert Choices.take_first(None, last["seen"], 0, turns) == (last["seen"], 1)
    (refused,) = shown(turns, photo=None)
    assert "Choose a photo" in refused["photo_notice"]


def test_a_visitor_has_one_count_of_what_was_asked_whichever_part_of_the_page_asks():
    page = build(FakePipeline())
    wired = {fn.fn.__qualname__: fn for fn in page.fns.values() if fn.fn is not None}
    (turns,) = wired["Opening.open"].inputs
    assert turns in wired["Handlers.show"].inputs
    assert turns in wired["Choices.take_first"].inputs
    visitor, other = SessionState(page), SessionState(page)
    assert visitor[turns._id] is visitor[turns._id] is not other[turns._id]


def test_the_note_on_a_recognised_picture_is_words_on_the_page_and_no_value_of_the_next_drawing():
    page = build(FakePipeline())
    wired = {fn.fn.__name__: fn for fn in page.fns.values() if fn.fn is not None}
    note = wired["take_photo"].outputs[0]
    assert isinstance(note, gr.HTML)
    assert note not in wired["show"].inputs


@pytest.mark.parametrize("disease", [None, "x", {"name": "<b>"}])
def test_a_forged_report_is_no_danger_to_the_page(tmp_path, disease):
    path = tmp_path / "forged.png"
    path.write_bytes(pictures.encode_png(HEAD.image, report(0.7, disease=disease)))
    assert "<b>" not in Choices.recognise(str(path))


def downloads():
    return Downloads(FakePipeline(), Lanes({"morph": 1}))


@pytest.mark.parametrize("take", KINDS)
def test_there_is_nothing_to_take_away_before_the_first_picture(take):
    with pytest.raises(gr.Error, match="nothing to take away"):
        getattr(downloads(), take)(None)


def test_a_suggestion_has_name_synonyms_signs_and_share():
    option = Handlers(FakePipeline()).search("tris")[0]
    assert option == {
        "id": "ORPHA:870",
        "name": "Down syndrome",
        "synonyms": ["trisomy 21"],
        "signs": 9,
        "drawable": 0.8,
    }


def test_the_page_can_be_built_around_any_pipeline():
    page = build(FakePipeline())
    assert isinstance(page, gr.Blocks)
    drawing = [
        fn
        for fn in page.fns.values()
        if fn.fn and fn.fn.__name__ in ("show", *KINDS) and fn.api_visibility == "private"
    ]
    assert {fn.concurrency_id for fn in drawing} == {"engine"}
    assert {fn.concurrency_limit for fn in drawing} == {None}, "requests wait in the line of their engine"
    assert launch_options()["run_history"] is False
    assert page.analytics_enabled is False


def test_scores_become_sentences_with_numbers():
    lines = "\n".join(presenters.score_sentences(report()))
    for words in ("47 %", "40 %", "58 %", "0.93", "dlib", "0.24", "62 %", "100 %", "Down syndrome", "mouth is open"):
        assert words in lines


def test_a_score_that_could_not_be_computed_says_why_and_shows_no_number():
    scores = report()["scores"] | {
        "identity": {"value": None, "status": "not_available", "reason": "The network is missing."}
    }
    told = presenters.scores(report(scores=scores))[2]
    assert told.figure == presenters.NOT_READ
    assert told.sentence == "The network is missing."


def test_a_likeness_found_without_the_diseases_own_signs_says_that_it_says_little():
    unread = report()["attributes"][0] | {"status": "not_measurable", "reason": "Too small."}
    assert "says little" in presenters.ranking_sentence(report(attributes=[unread]))
    assert "says little" not in presenters.ranking_sentence(report(attributes=[unread, *report()["attributes"]]))


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.1, "distance", "Very likely"),
        (0.55, "distance", "Only just"),
        (0.7, "distance", "another person"),
        (0.9, "cosine", "Very likely"),
        (0.2, "cosine", "another person"),
    ],
)
def test_likeness_follows_the_distance_and_the_cosine_the_right_way(value, unit, words):
    threshold = 0.6 if unit == "distance" else 0.4
    assert words in presenters.likeness({"value": value, "unit": unit, "threshold": threshold})


@pytest.mark.parametrize(
    ("value", "unit", "figure"),
    [
        (0.1, "distance", "very likely"),
        (0.34, "distance", "likely"),
        (0.7, "distance", "no"),
        (0.9, "cosine", "very likely"),
    ],
)
def test_whether_it_is_the_same_person_is_said_in_words_with_the_number_explained_behind_them(value, unit, figure):
    identity = score(value=value, unit=unit, model="dlib", threshold=0.6 if unit == "distance" else 0.4)
    told = presenters.scores(report(scores={"identity": identity}))[0]
    assert told.figure == figure, "a distance in large figures would be taken for a share"
    assert f"{unit} {value:.2f}, {'larger' if unit == 'cosine' else 'smaller'} is nearer" in told.sentence


def test_names_from_data_cannot_inject_markup():
    evil = "<img src=x onerror=alert(1)>"
    told = report(disease={"id": "x", "name": evil}, warnings=[evil], ranking=[{"name": evil}])
    html = presenters.caption_html(told) + presenters.scores_html(told) + presenters.warnings_html([evil])
    assert "<img" not in html


def test_the_table_names_sign_evidence_and_what_is_not_drawn():
    html = presenters.signs_html(report(), PROFILE, {SLANT: [0, 0.25, 0.5, 0.75, 1]})
    for words in ("Upslanted", "HP:0000582", "Very frequent", "90 %", "+3.8°", "Macroglossia", "A note."):
        assert words in html


def test_a_frequency_that_nobody_states_is_not_shown():
    unknown = Sign(SLANT, 1, 0.5, known=False)
    html = presenters.signs_html(report(), Profile("x", "x", (), (unknown,)), {})
    assert "not stated" in html
    assert "90 %" not in html


def test_the_course_keeps_a_sign_that_begins_late_at_its_stage():
    drawings = [FakePipeline().draw(HEAD, "", s) for s in (0.0, 0.5, 1.0)]
    drawings[0].rendering = Rendering(HEAD.image, ())
    assert presenters.course_of(drawings)[SLANT] == pytest.approx([0.0, 0.5, 1.0])


def test_the_plot_has_a_row_a_sign_that_says_asked_drawn_and_read_back():
    html = plot.plot_html(report())
    assert html.count("<li>") == 1
    assert "asked +4.0°, drawn +3.8°, read back +3.1° (+1.6 SD)" in html
    assert "data-view='eyes'" in html
    low, high = plot._span(report()["attributes"])
    at = 100 * (100 * 3.1 / attributes()[SLANT].positive.full - low) / (high - low)
    assert f"class='dot' style='left:{at:.1f}%'" in html


def test_taking_a_sign_away_grows_to_the_right_as_well():
    sign = report()["attributes"][0] | {"asked": -4.0, "applied": -3.8, "measured": -3.0}
    assert plot.share_of_marked(sign, sign["applied"]) > 0


def test_a_sign_that_cannot_be_measured_has_no_mark():
    sign = report()["attributes"][0] | {"measured": None, "status": "not_measurable", "reason": "Depth."}
    html = plot.plot_html(report(attributes=[sign]))
    assert "class='dot' style" not in html
    assert "class='unread' style" in html
    assert "not read</span>" in html
    assert "Depth." in html


def test_many_signs_are_folded_and_none_is_left_out():
    html = plot.plot_html(report(attributes=report()["attributes"] * 20))
    assert html.count("<li>") == 20
    assert html.index("<details>") < html.rindex("<li>")


@pytest.mark.parametrize("view", views.VIEWS)
def test_a_view_lies_inside_the_photo(view, face):
    left, top, right, bottom = views.box_of(face, view)
    height, width = face.image.shape[:2]
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


def test_the_eyes_are_inside_the_view_of_the_eyes(face):
    left, top, right, bottom = views.box_of(face, "eyes")
    for iris in (468, 473):
        x, y = face.landmarks_px[iris]
        assert left < x < right
        assert top < y < bottom


def test_the_examples_are_there_and_say_whether_they_are_synthetic():
    *heads, astronaut = examples()
    assert astronaut.path.is_file()
    assert not astronaut.synthetic
    assert all(head.synthetic and head.path.is_file() for head in heads)


def test_tidying_lets_finished_requests_go_even_where_they_hold_themselves():
    class Finished:
        def __init__(self):
            self.photo, self.itself = np.zeros((100, 100, 3), np.uint8), self

    gc.disable()
    try:
        request = Finished()
        gone = weakref.ref(request)
        del request
        assert gone() is not None
        give_back()
        assert gone() is None
    finally:
        gc.enable()


def test_the_page_offers_the_engines_that_are_here_and_says_why_others_are_not():
    choices, refused = offered(FakePipeline().refusals())
    assert [name for _, name in choices] == ["morph"]
    assert "It lacks &lt;weights&gt;, 2 GB." in refused


def test_a_picture_that_was_asked_for_more_takes_the_first_ones_place_and_the_page_says_so():
    note = "One corrective pass for what fell short: palpebral_fissure_slant."

    class Corrected(FakePipeline):
        def draw(self, photo, disease, severity, *, on_step=None, **settings):
            return Drawing(**vars(super().draw(photo, disease, severity, **settings)))

        def refine(self, drawing, result, *, on_step=None):
            on_step(1, 1)
            rendering = Rendering(drawing.rendering.picture + np.uint8(9), drawing.rendering.applied)
            told = SimpleNamespace(to_dict=lambda: report(drawing.request.severity, warnings=[note]))
            return SimpleNamespace(picture=rendering.picture, report=told, face=HEAD, rendering=rendering)

    shown = steps(Corrected(), engine="diffusion")
    scored = next(step for step in shown if isinstance(step["warnings"], str))
    first = next(step for step in shown if isinstance(step["picture"], dict) and "after" in step["picture"])
    assert note in scored["warnings"]
    assert scored["picture"]["after"] not in ("", first["picture"]["after"])
    np.testing.assert_array_equal(scored["held"].drawing.rendering.picture, scored["held"].result.picture)


def test_full_memory_is_one_sentence_on_the_page_and_the_next_picture_is_drawn():
    class Full(FakePipeline):
        def draw(self, *settings, on_step=None, **more):
            raise OutOfMemory("The machine ran out of memory: choose the engine morph.")

    told = steps(Full(), engine="diffusion")
    assert "ran out of memory: choose" in told[-1]["notice"]
    after = steps(FakePipeline())
    assert any("after" in step["picture"] for step in after if not stays(step["picture"]))


def test_a_diffusion_models_steps_are_told_and_end_when_nobody_waits():
    class Slow(FakePipeline):
        ended = None

        def draw(self, photo, disease, severity, *, on_step=None, **settings):
            try:
                for done in range(1, 4):
                    on_step(done, 3)
            except Stopped:
                Slow.ended = done
                raise
            return super().draw(photo, disease, severity, **settings)

        def refine(self, drawing, result, *, on_step=None):
            return result

    inputs = (SETTINGS | {"engine": "diffusion"}).values()
    shown = Handlers(Slow()).show("face.png", "ORPHA:870", 50, *inputs)
    place = Handlers.outputs().index("status")
    told = [step[place] for step in shown]
    assert "step 1 of 3" in told[1]
    assert "step 3 of 3" in told[3]

    gate = threading.Event()

    class Waiting(Slow):
        def draw(self, photo, disease, severity, *, on_step=None, **settings):
            on_step(1, 3)
            gate.wait(5)
            return super().draw(photo, disease, severity, on_step=on_step, **settings)

    shown = Handlers(Waiting()).show("face.png", "ORPHA:870", 50, *inputs)
    next(shown), next(shown)
    shown.close()
    gate.set()
    deadline = time.monotonic() + 5
    while Slow.ended is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Slow.ended == 1


def test_a_picture_of_ours_that_is_dropped_back_sets_the_page_as_it_was_made(room):
    path = room / "drawn.png"
    made = {"seed": 4, "side": "right", "presentation": "sampled", "photo_age": 30, "age": 60.5, "sex": "male"}
    path.write_bytes(pictures.encode_png(HEAD.image, report(0.35, **made, toward="healthy", engine="diffusion")))
    photo, *values = taken(path)
    assert photo == str(path)
    assert values[:8] == [PROFILE.id, 35, 4, "30 > 60.5", "male", "right", "sampled", "healthy"]
    assert stays(values[8]), "which engines there are is another machine's matter"


@pytest.mark.parametrize(
    "forged",
    [
        {"disease": None},
        {"disease": {"id": 3}},
        {"severity": "0.5"},
        {"severity": float("nan")},
        {"severity": 7},
        {"severity": True},
    ],
    ids=str,
)
def test_a_forged_report_sets_nothing_on_the_page(room, forged):
    path = room / "forged.png"
    path.write_bytes(pictures.encode_png(HEAD.image, report(0.7) | forged))
    _, *values = taken(path)
    assert all(stays(value) for value in values)


def test_what_a_forged_report_tells_besides_is_left_out():
    odd = {"seed": -1, "side": "<b>", "presentation": ["typical"], "age": "old", "toward": 1, "sex": {}}
    told = asked.restored(report(0.7, **odd), lambda _disease: True)
    assert told == {"disease": PROFILE.id, "severity": 70, "age": "", "sex": ""}


def test_a_photo_that_is_dropped_sets_nothing(room):
    path = room / "photo.png"
    path.write_bytes(pictures.encode_png(HEAD.image))
    assert all(stays(value) for value in taken(path)[1:])


def test_who_waits_is_told_how_many_come_before():
    handlers = Handlers(FakePipeline(), Lanes({"morph": 1}))
    first, second = handlers.lanes.join("morph"), handlers.lanes.join("morph")
    steps = handlers.show("face.png", "ORPHA:870", 50, *SETTINGS.values())
    assert "2" in dict(zip(handlers.outputs(), next(steps), strict=True))["status"]
    first.leave()
    assert handlers.health() == {
        "engines": {"morph": True, "diffusion": False},
        "waiting": {"morph": 1, "diffusion": 0},
    }
    second.leave()
    assert len(list(steps)) >= 3
    assert handlers.health()["waiting"]["morph"] == 0


def test_whoever_stops_waiting_leaves_the_line():
    handlers = Handlers(FakePipeline(), Lanes({"morph": 1}))
    first = handlers.lanes.join("morph")
    steps = handlers.show("face.png", "ORPHA:870", 50, *SETTINGS.values())
    next(steps)
    steps.close()
    first.leave()
    with handlers.lanes.turn("morph"):
        assert handlers.lanes.waiting() == {"morph": 0}


def takers() -> dict[str, gr.components.Component]:
    """The built page's places for one photo, those for programs among them, by what they are called."""
    boxes = [one for one in build(FakePipeline()).blocks.values() if isinstance(one, gr.Image | gr.File)]
    taking = [one for one in boxes if one.interactive is not False and getattr(one, "file_count", "single") == "single"]
    return {one.elem_id or f"api-{one.label}-{one._id}": one for one in taking if one.type == "filepath"}


def test_a_photo_that_is_deleted_by_now_is_told_in_words_without_its_name(room):
    found = takers()
    assert found.keys() >= {"photo", "evaluate-photo", "evaluate-before"}
    assert sum(name.startswith("api-") for name in found) >= 3
    for box in found.values():
        with pytest.raises(gr.Error) as told:
            box.preprocess(FileData(path=str(room / "jane-doe.jpg")))
        assert told.value.message == texts.PHOTO_GONE
        assert "jane" not in str(told.value)


def test_a_profile_of_ones_own_that_is_forgotten_is_told_next_to_the_disease():
    (step,) = steps(disease="OWN:Mine")
    assert texts.OWN_GONE.split(":")[0] in step["disease_notice"]


def test_a_picture_of_a_visit_that_is_forgotten_says_so_and_leaves_the_settings():
    *values, notice = Choices.restore((), 6, SimpleNamespace(place="1"))
    assert all(stays(value) for value in values)
    assert len(values) == len(fields(Asked)) + 3
    assert texts.PHOTO_GONE.split(",")[0] in notice


def test_a_photo_stays_while_it_is_used(room):
    photo = room / "photo.png"
    photo.write_bytes(pictures.encode_png(HEAD.image))
    for box in takers().values():
        os.utime(photo, (0, 0))
        assert box.preprocess(FileData(path=str(photo))) == str(photo)
        assert time.time() - photo.stat().st_mtime < 60


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"/tmp/{PREFIX}of-the-page-before/abc/jane-doe.jpg", texts.PHOTO_BEFORE_START),
        ("/etc/hostname", texts.NOTHING_IS_FETCHED),
    ],
    ids=["of a page that is gone", "never sent"],
)
def test_a_file_that_was_not_sent_to_this_page_is_refused_in_one_sentence_and_not_in_the_log(path, told):
    page = build(FakePipeline())
    page.has_launched, page.blocked_paths, page.allowed_paths = True, [], []
    takes = next(fn for fn in page.fns.values() if fn.fn and fn.fn.__name__ == "take_photo")
    sent = {"path": path, "meta": {"_type": "gradio.FileData"}}
    before = LocalContext.blocks.set(page)
    try:
        with pytest.raises(gr.Error) as refused:
            asyncio.run(page.preprocess_data(takes, [sent, None, None], SessionState(page)))
    finally:
        LocalContext.blocks.reset(before)
    assert refused.value.message == told
    assert not refused.value.print_exception


def test_what_a_session_remembers_of_a_face_is_forgotten_after_some_minutes():
    page = build(FakePipeline())
    kept = [one for one in page.blocks.values() if isinstance(one, gr.State) and one.time_to_live > 600]
    assert {type(one.value) for one in kept} <= {int, tuple, Turns, type(None)}
    held = next(fn.outputs for fn in page.fns.values() if fn.fn and fn.fn.__name__ == "show")
    assert all(one.time_to_live <= 600 for one in held if isinstance(one, gr.State))


def test_every_place_that_takes_photos_is_shut_until_consent():
    page = build(FakePipeline())
    boxes = [one for one in page.blocks.values() if isinstance(one, gr.Image) and one.interactive is not False]
    files = [one for one in page.blocks.values() if isinstance(one, gr.File | gr.UploadButton)]
    boxes += [one for one in files if "image" in (one.file_types or ())]
    seen = [one for one in boxes if one.parent.visible is not False]  # the unseen ones are for programs
    assert {one.elem_id for one in seen} >= {"photo", "evaluate-photo", "evaluate-before", "evaluate-files"}
    assert all(ASKS_CONSENT in one.elem_classes for one in seen)


@pytest.mark.parametrize("name", ["stop", "compare-stop", "patients-stop", "quiz-stop", "evaluate-stop"])
def test_a_stop_button_cancels_what_it_stands_beside(name):
    page = build(FakePipeline())
    button = next(block for block in page.blocks.values() if block.elem_id == name)
    pressed = [event for event in page.config["dependencies"] if (button._id, "click") in event["targets"]]
    stopped = {number for event in pressed for number in event["cancels"]}
    assert stopped
    for number in stopped:
        assert button._id in page.config["dependencies"][number]["outputs"], "the button goes when the work is done"


def test_what_a_visitor_who_left_had_on_the_page_is_forgotten_and_who_is_there_keeps_it():
    page = build(FakePipeline())
    sessions = StateHolder()
    sessions.set_blocks(page)
    for name in ("left", "stays", "left just now"):
        sessions[name].is_closed = name != "stays"
    for name in ("left", "stays"):
        sessions.time_last_used[name] -= timedelta(seconds=700)
    forget(page, 600.0)
    assert list(sessions.session_data) == ["stays", "left just now"]
    assert not sessions.session_data["stays"].config_values, "what it showed ten minutes ago"
    assert sessions.session_data["left just now"].config_values


def test_what_a_request_held_when_indexes_were_set_aside_goes_the_next_time():
    held = Head()
    held.itself, gone = held, weakref.ref(held)
    try:
        set_aside()
        del held
        give_back()
        assert gone() is not None, "nobody looks through what is set aside"
        set_aside()
        assert gone() is None
    finally:
        gc.unfreeze()


def test_the_page_is_tidied_thoroughly_once_nobody_has_been_here_for_long(monkeypatch, tmp_path):
    page, sessions, _ = visited("somebody")
    page.state_holder, done = sessions, []
    monkeypatch.setattr(serve, "set_aside", lambda: done.append(1))
    assert not serve._tidy(page, tmp_path, False)
    sessions.time_last_used["somebody"] -= timedelta(seconds=3600)
    assert serve._tidy(page, tmp_path, False)
    assert serve._tidy(page, tmp_path, True)
    assert done == [1]


class Head:
    """A face of which nothing is known."""


def visited(*names):
    """A page on which visitors have a face of 1 MB each, one after the other, and the state that holds it."""
    page, sessions = build(FakePipeline()), StateHolder()
    sessions.set_blocks(page)
    state = next(block._id for block in page.blocks.values() if isinstance(block, gr.State))
    for name in names:
        sessions[name].state_data[state] = SimpleNamespace(face=Head(), size_bytes=1_000_000)
    return page, sessions, state


def test_the_faces_of_whoever_was_away_longest_go_when_they_take_too_many_bytes():
    page, sessions, state = visited("first", "second", "third")
    sessions["first"].state_data["words"] = "kept"  # the last to be here
    make_room(page, 2_500_000)
    there = {name: session.state_data[state] is not None for name, session in sessions.session_data.items()}
    assert there == {"second": False, "third": True, "first": True}
    assert sessions["first"].state_data["words"] == "kept"


@pytest.mark.parametrize(
    ("most", "each", "prepared"), [(4e6, 1e6, [True, True]), (3e6, 1e6, [False, True]), (9e6, 0.5e6, [False, False])]
)
def test_what_is_prepared_for_faces_goes_before_the_faces_and_is_bounded_for_each(most, each, prepared):
    page, sessions, state = visited("first", "second")
    held = [session.state_data[state] for session in sessions.session_data.values()]
    kept = PerFace()
    for one in held:
        kept.of(one.face, lambda _face: {"codes": np.zeros(800_000, np.uint8)})
    make_room(page, most, each)
    assert [kept.kept(one.face) is not None for one in held] == prepared
    assert [session.state_data[state] for session in sessions.session_data.values()] == held


def test_nobody_waits_for_a_picture_behind_the_scores_of_others():
    handlers = Handlers(FakePipeline(), Lanes({"morph": 2, READING: 2}))
    readings = [handlers.lanes.join(READING) for _ in range(2)]
    shown = (
        dict(zip(handlers.outputs(), step, strict=True)) for step in handlers.show("a.png", "X", 50, *SETTINGS.values())
    )
    first = next(step for step in shown if not stays(step["picture"]))
    assert stays(first["scores"])
    assert texts.IN_LINE_TO_READ.format(1) in next(shown)["status"]
    with handlers.lanes.turn("morph"):  # takes one of the two places
        for reading in readings:
            reading.leave()
        assert any(not stays(step["scores"]) for step in shown)


def test_what_stays_is_told_to_the_page_without_making_its_component_anew_and_what_changes_as_ever(monkeypatch):
    page = build(FakePipeline())
    drawing = next(one for one in page.fns.values() if len(one.outputs) == len(Handlers.outputs()))
    place = Handlers.outputs().index("status")
    sessions = StateHolder()
    sessions.set_blocks(page)
    values = [gr.skip() for _ in drawing.outputs]
    values[place] = "<p>Said</p>"
    ours, theirs = (
        asyncio.run(post(page, drawing, values, sessions[name]))
        for name, post in (("one", Page.postprocess_data), ("other", gr.Blocks.postprocess_data))
    )
    assert all("value" not in value for at, value in enumerate(theirs) if value is not None and at != place)
    assert ours[place] == theirs[place] == "<p>Said</p>"
    assert all(value == gr.skip() for at, value in enumerate(ours) if at != place)
    made = []
    monkeypatch.setattr(gr.HTML, "__init__", lambda *_, **__: made.append(1))
    asyncio.run(page.postprocess_data(drawing, [gr.skip() for _ in drawing.outputs], sessions["one"]))
    assert made == []
