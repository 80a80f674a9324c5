"""Links that open the page with settings, and the history of a visit."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from diseaseface.ui import asked, links, visit
from diseaseface.ui.choices import Choices
from diseaseface.ui.examples import examples

WANTED = asked.Asked("ORPHA:870", 35, 4, "8", "female", "right", "sampled", "healthy", "morph")


def told(query):
    return dict(parse_qsl(query.removeprefix("?")))


def test_a_link_gives_back_what_it_was_made_of():
    read = links.read(told(links.query(WANTED)))
    assert asked.first(**read) == replace(WANTED, engine="morph")


def test_a_link_says_no_more_than_what_differs_from_the_page_as_it_opens():
    assert told(links.query(asked.first("ORPHA:870"))) == {"disease": "ORPHA:870", "severity": "70"}


def test_a_link_names_an_example_and_never_a_photo():
    head = examples()[2].path
    assert told(links.query(WANTED, str(head)))["face"] == head.name
    assert links.read({"face": head.name})["face"] == str(head)
    assert "portrait" not in links.query(WANTED, "/tmp/gradio/portrait.jpg")


@pytest.mark.parametrize(
    "query",
    [
        {"severity": "nan"},
        {"severity": "much"},
        {"seed": "x"},
        {"age": "old"},
        {"sex": "x"},
        {"toward": "<b>"},
        {"face": "../../etc/passwd"},
        {"photo": "/etc/passwd"},
        {"disease": "  "},
    ],
)
def test_what_makes_no_sense_in_a_link_is_left_out(query):
    assert links.read(query) == {}


@pytest.mark.parametrize(("text", "severity"), [("-5", 0), ("500", 100), ("12.5", 12.5)])
def test_a_severity_in_a_link_stays_on_its_scale(text, severity):
    assert links.read({"severity": text})["severity"] == severity


def entry(severity=50, photo="a.jpg", name="Down syndrome"):
    return visit.Entry(photo, replace(WANTED, severity=severity), name, "data:,")


def test_the_visit_is_newest_first_bounded_and_without_repetition():
    entries = ()
    for severity in [*range(30), 20]:
        entries = visit.remember(entries, entry(severity))
    assert len(entries) == visit.MOST
    assert [one.asked.severity for one in entries[:3]] == [20, 29, 28]
    assert len({one.asked for one in entries}) == visit.MOST


def test_the_visit_is_shown_as_buttons_that_say_what_they_bring_back():
    assert visit.visited_html([entry()]) == ""
    html = visit.visited_html([entry(20), entry(30, name="<b>")])
    assert html.count("<button") == 2
    assert "Down syndrome at 20 %: show it again" in html
    assert "<b>" not in html


def test_restoring_sets_everything_asks_for_the_picture_and_says_when_the_photo_is_gone(tmp_path):
    photo = tmp_path / "a.png"
    photo.write_bytes(b"")
    chosen = SimpleNamespace(place=1)
    past = (entry(), entry(20, str(photo)))
    photo_path, *values, own, asked_for, notice = Choices.restore(past, 6, chosen)
    assert (photo_path, own, asked_for, notice) == (str(photo), None, 7, "")
    assert asked.Asked(*values) == past[1].asked
    photo.unlink()
    photo_path, *_, asked_for, notice = Choices.restore(past, 6, chosen)
    assert "deleted" in notice
    assert photo_path == asked_for == gr.skip(), "nothing is drawn on another photo, which would take the notice away"
