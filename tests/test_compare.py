"""The Compare tab: which signs differ between two drawings, and what each of eight people has."""

from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.ui import compare, texts
from diseaseface.ui.compare_tab import PEOPLE, CompareHandlers
from diseaseface.ui.lanes import Lanes
from diseaseface.ui.profile_handlers import ProfileHandlers
from diseaseface.ui.turns import Turns
from diseaseface.ui.workbench import Workbench

SLANT, MOUTH = "palpebral_fissure_slant", "mouth_width"
FACE = SimpleNamespace(
    image=np.zeros((64, 64, 3), np.uint8), landmarks_px=np.random.default_rng(0).uniform(20, 44, (478, 2))
)


def drawing(name="One", seed=0, severity=0.5, engine="morph", **amounts):
    applied = tuple(Applied(Change(attributes()[key], amount), amount) for key, amount in amounts.items())
    request = SimpleNamespace(severity=severity, seed=seed, toward="disease", engine=engine)
    profile = SimpleNamespace(name=name, id=name)
    return SimpleNamespace(face=FACE, profile=profile, request=request, rendering=Rendering(FACE.image, applied))


def test_the_signs_that_differ_come_most_different_first_and_the_same_are_told_apart():
    full = attributes()[SLANT].positive.full
    one = drawing(**{SLANT: full, MOUTH: 1.0})
    other = drawing(**{SLANT: -0.5 * full, MOUTH: 1.0})
    assert compare.differences(one, other) == ([(SLANT, None)], [(MOUTH, None)])
    assert compare.differences(one, drawing()) == ([(SLANT, None), (MOUTH, None)], [])


def test_the_table_names_both_sides_and_says_where_a_sign_is_on_one_alone():
    full = attributes()[SLANT].positive.full
    html = compare.differences_html(drawing(**{SLANT: full}), drawing(name="<i>"), ("A", "<i>"))
    assert "1 signs differ" not in html
    assert html.count("<span class='none'>none</span>") == 1
    assert "Upslanted" in html
    assert "<i>" not in html.replace("<i style", "")


def test_a_sign_that_goes_two_ways_has_both_names():
    html = compare.differences_html(drawing(**{MOUTH: 3.0}), drawing(**{MOUTH: -3.0}), ("A", "B"))
    assert "Wide mouth / Narrow mouth</button>" in html


def test_two_pictures_with_the_same_signs_are_said_to_be_alike():
    assert "same signs" in compare.differences_html(drawing(**{MOUTH: 1.0}), drawing(**{MOUTH: 1.0}), ("A", "B"))


def test_of_many_signs_that_differ_the_first_are_shown_and_the_others_folded():
    names = [name for name, known in attributes().items() if known.positive][: compare.MOST_ROWS + 5]
    html = compare.differences_html(drawing(**dict.fromkeys(names, 9.0)), drawing(), ("A", "B"))
    shown, folded = html.split("<details>")
    assert shown.count("<tr><th scope='row'>") == compare.MOST_ROWS
    assert folded.count("<tr><th scope='row'>") == html.count("<tr><th scope='row'>") - compare.MOST_ROWS > 0
    assert texts.COMPARE_MORE.format(folded.count("<tr><th scope='row'>")) in folded


def test_each_of_eight_people_is_captioned_with_what_not_all_have():
    full = attributes()[SLANT].positive.full
    html = compare.patients_html([drawing(seed=3, **{MOUTH: 2.0}), drawing(seed=4, **{MOUTH: 2.0, SLANT: full})])
    assert "All eight have: Wide mouth" in html
    assert "data-seed='3'" in html
    assert "Person 4." in html
    assert "(seed 3)" in html
    assert "only what all have" in html
    assert html.count("Upslanted") == 1


class FakePipeline:
    diseases = SimpleNamespace(find=lambda name: None)

    def __init__(self):
        self.asked = []

    def look(self, photo):
        return FACE

    def draw(self, face, disease, severity, **settings):
        self.asked.append((disease, severity, settings["seed"], settings["presentation"]))
        return drawing(disease, settings["seed"], severity, settings["engine"])


def handlers(pipeline):
    return CompareHandlers(pipeline, Lanes({"morph": 2}))


def test_eight_people_are_eight_seeds_of_a_sampled_presentation():
    pipeline = FakePipeline()
    *_, (html, status, stop) = handlers(pipeline).people(None, None, None, "ORPHA:870", 60, 8)
    assert pipeline.asked == [("ORPHA:870", 0.6, seed, "sampled") for seed in range(8, 8 + PEOPLE)]
    assert html.count("<img") == PEOPLE
    assert (status, stop["visible"]) == ("", False)


def test_whoever_has_drawings_before_them_is_told_their_place_and_each_drawing_waits_in_line():
    lanes, pipeline = Lanes({"morph": 1}), FakePipeline()
    ahead = lanes.join("morph")
    asked = CompareHandlers(pipeline, lanes).people(None, None, None, "ORPHA:870", 60, 0)
    told = [next(asked) for _ in range(2)][-1]
    assert texts.IN_LINE.format(1) in told[1]
    assert told[2]["visible"]
    assert pipeline.asked == []
    ahead.leave()
    next(asked)
    assert len(pipeline.asked) == 1
    with lanes.turn("morph"):
        assert texts.IN_LINE.format(1) in next(asked)[1], "the line is free between two people"


def test_drawing_people_ends_with_the_one_at_work_when_it_is_stopped_and_the_line_is_free_again():
    lanes, pipeline = Lanes({"morph": 1}), FakePipeline()
    asked = CompareHandlers(pipeline, lanes).people(None, None, None, "ORPHA:870", 60, 0)
    for _ in range(3):
        next(asked)
    asked.close()
    assert len(pipeline.asked) == 2
    assert lanes.join("morph").place(within=0) == 0


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (("A", 50, "morph"), ("B", 50, "morph"), ["A, 50\N{NO-BREAK SPACE}%", "B, 50\N{NO-BREAK SPACE}%"]),
        (("A", 50, "morph"), ("A", 90, "morph"), ["A, 50\N{NO-BREAK SPACE}%", "A, 90\N{NO-BREAK SPACE}%"]),
        (
            ("A", 50, "morph"),
            ("A", 50, "diffusion"),
            ["A, 50\N{NO-BREAK SPACE}%, changing the photo itself", "A, 50\N{NO-BREAK SPACE}%, a diffusion model"],
        ),
    ],
)
def test_two_diseases_severities_or_engines_are_named_by_what_tells_them_apart(one, other, names):
    *_, (shown, _, status, stop) = handlers(FakePipeline()).compare(Turns(), None, None, None, *one, *other)
    assert shown["names"] == names
    assert (status, stop["visible"]) == ("", False)


def test_of_two_pairs_asked_for_one_after_the_other_the_later_one_stays():
    turns, asked = Turns(), handlers(FakePipeline())
    one, other = ("A", 50, "morph"), ("B", 50, "morph")
    older = asked.compare(turns, None, None, None, *one, *other)
    next(older)
    *_, newer = asked.compare(turns, None, None, None, *other, *one)
    assert newer[0]["names"][0].startswith("B")
    (last,) = older
    assert last[:2] == (gr.skip(), gr.skip()), "no picture comes after the newer one"
    assert last[2] == ""


def test_people_are_drawn_with_the_disease_also_where_the_first_tab_takes_one_away():
    asked_away = SimpleNamespace(face=FACE, settings={"toward": "healthy", "seed": 0, "presentation": "typical"})
    pipeline = FakePipeline()
    told = []
    pipeline.draw = lambda face, disease, severity, **settings: told.append(settings["toward"]) or drawing()
    list(handlers(pipeline).people(asked_away, None, None, "ORPHA:870", 60, 0))
    assert set(told) == {"disease"}


def test_a_visitors_own_profile_is_compared_and_taken_to_the_first_tab():
    own, told = Profile("OWN:Mine", "Mine", (), ()), []
    pipeline = FakePipeline()
    pipeline.draw = lambda face, disease, severity, **settings: told.append(disease) or drawing()
    asked = handlers(pipeline)
    list(asked.compare(Turns(), None, None, own, "OWN:Mine", 50, "morph", "ORPHA:870", 50, "morph"))
    list(asked.compare(Turns(), None, own, None, "ORPHA:870", 50, "morph", "OWN:Mine", 50, "morph"))
    assert told == [own, "ORPHA:870", "ORPHA:870", own]
    event = SimpleNamespace(seed=3)
    assert own in CompareHandlers.take("OWN:Mine", 70, None, own, 0, event)
    assert own not in CompareHandlers.take("ORPHA:870", 70, None, own, 0, event)


def test_an_open_profile_is_handed_over_and_without_one_the_page_says_what_to_do():
    told = ProfileHandlers(FakePipeline())
    with pytest.raises(gr.Error, match="Profiles tab"):
        told.hand_over(None)
    name, own = told.hand_over(Workbench(Profile("OWN:Mine", "Mine", (), ())))
    assert (name, own.name) == ("OWN:Mine", "Mine")
