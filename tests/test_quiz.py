"""The Teach tab: questions that can be asked again, are fair, and are as hard as they say."""

from types import SimpleNamespace

import numpy as np
import pytest

from diseaseface import knowledge
from diseaseface.knowledge.profiles import Profile, Sign
from diseaseface.ui import quiz, teach_tab, texts
from diseaseface.ui.lanes import Lanes
from diseaseface.ui.quiz import Quiz

HEADS = 8


@pytest.fixture(scope="module")
def questions():
    return Quiz(knowledge.load(), HEADS)


def profile(name, *signs):
    return Profile(
        f"X:{name}", name, (), tuple(Sign(attribute, way, weight, typical=True) for attribute, way, weight in signs)
    )


SLANTED = profile("slanted", ("palpebral_fissure_slant", 1, 0.9), ("philtrum_length", 1, 0.5))
ALIKE = profile("alike", ("palpebral_fissure_slant", 1, 0.7), ("philtrum_length", 1, 0.6), ("mouth_width", 1, 0.3))
OTHER = profile("other", ("palpebral_fissure_slant", -1, 0.9))
APART = profile("apart", ("mouth_width", -1, 0.9))


@pytest.mark.parametrize("kind", quiz.KINDS)
@pytest.mark.parametrize("level", quiz.LEVELS)
def test_a_question_follows_from_its_number_and_has_one_answer_among_four(questions, kind, level):
    for number in range(12):
        one, again = (questions.question(kind, level, number) for _ in range(2))
        assert one == again
        assert len({option.id for option in one.options}) == quiz.OPTIONS
        assert one.answer is one.options[one.right]
        assert 0 <= one.head < HEADS
        right = quiz.shown(one.answer).keys()
        assert all(quiz.shown(option).keys() != right for option in one.options if option is not one.answer)


def test_other_numbers_kinds_and_attempts_ask_something_else(questions):
    asked = [questions.question("disease", "easy", number) for number in range(40)]
    assert len({one.answer.id for one in asked}) > 10
    assert {one.right for one in asked} == set(range(quiz.OPTIONS))
    assert any(questions.question("disease", "easy", n, attempt=1).answer != asked[n].answer for n in range(5))


def test_the_wrong_answers_of_a_hard_question_are_nearer_and_less_is_drawn(questions):
    def nearness(level):
        asked = [questions.question("disease", level, number) for number in range(25)]
        return np.mean([quiz.likeness(q.answer, one) for q in asked for one in q.options if one is not q.answer])

    easy, medium, hard = (nearness(level) for level in ("easy", "medium", "hard"))
    assert easy < medium < hard
    assert hard > 2 * easy
    assert quiz.LEVELS["easy"] > quiz.LEVELS["medium"] > quiz.LEVELS["hard"]


def test_every_disease_asked_for_shows_enough_of_itself(questions):
    assert len(questions.pool) >= 20
    assert all(
        len(quiz.shown(one)) >= quiz.LEAST_SIGNS and one.drawable >= quiz.LEAST_DRAWABLE for one in questions.pool
    )
    assert len(questions.signs) >= 40


def test_likeness_is_one_for_oneself_and_orders_by_shared_signs_then_by_where_one_looks():
    assert quiz.likeness(SLANTED, SLANTED) == pytest.approx(1.0)
    assert quiz.likeness(SLANTED, ALIKE) == pytest.approx(quiz.likeness(ALIKE, SLANTED))
    assert 1.0 > quiz.likeness(SLANTED, ALIKE) > quiz.likeness(SLANTED, OTHER) > 0.0
    assert quiz.likeness(OTHER, APART) == 0.0


def test_what_decides_is_what_one_has_alone_most_frequent_first():
    mine, yours = quiz.deciding(ALIKE, OTHER)
    assert mine == [("palpebral_fissure_slant", 1), ("philtrum_length", 1), ("mouth_width", 1)]
    assert yours == [("palpebral_fissure_slant", -1)]


def test_what_nobody_can_see_is_not_asked_for():
    before = np.full((100, 100, 3), 120, np.uint8)
    after = before.copy()
    after[:10, :10] += 40
    assert quiz.visible(before, after)
    assert not quiz.visible(before, before)
    assert not quiz.visible(before, before + np.uint8(2))


def test_a_kind_or_level_that_is_not_there_is_refused(questions):
    with pytest.raises(ValueError, match="'syndrome'"):
        questions.question("syndrome", "easy", 1)


def turn(kind="disease"):
    question = quiz.Question(kind, "easy", 1, 0, 1.0, (OTHER, SLANTED, ALIKE, APART), 1)
    face = SimpleNamespace(
        image=np.zeros((40, 40, 3), np.uint8), landmarks_px=np.random.default_rng(0).uniform(9, 30, (478, 2))
    )
    request = SimpleNamespace(severity=1.0, toward="disease")
    rendering = SimpleNamespace(picture=face.image, applied=())
    drawing = SimpleNamespace(face=face, profile=SLANTED, request=request, rendering=rendering)
    return teach_tab.Turn(question, drawing)


class Drawer:
    """A pipeline that draws nothing anybody could see."""

    diseases = None

    def draw(self, *_asked, **_settings):
        return turn().drawing


def asking(lanes):
    handlers = teach_tab.TeachHandlers(Drawer(), lanes)
    handlers.quiz = SimpleNamespace(question=lambda *_: turn().question)
    return handlers.ask("disease", "easy", 1)


def test_a_question_waits_in_line_and_tells_its_place():
    lanes = Lanes({"morph": 1})
    ahead, asked = lanes.join("morph"), asking(lanes)
    next(asked)
    *_, status, stop, _ = next(asked)
    assert texts.IN_LINE.format(1) in status
    assert stop["visible"]
    ahead.leave()
    *_, (_, options, _, status, stop, asked_for) = asked
    assert "<li" in options
    assert (status, stop["visible"]) == ("", False)
    assert asked_for.question.answer is SLANTED


def test_a_line_that_is_too_long_for_a_question_is_told_in_words():
    lanes = Lanes({"morph": 1}, most=1)
    for _ in range(2):
        lanes.join("morph")
    *_, (*_, status, stop, _) = asking(lanes)
    assert "come again" in status
    assert not stop["visible"]


def test_a_question_does_not_give_the_answer_away():
    shown = teach_tab._question_seen(turn())
    assert shown["before"] == shown["after"]
    assert SLANTED.name not in " ".join(shown["alts"] + shown["names"])
    html = teach_tab.options_html(turn().question)
    assert "right" not in html
    assert html.count("<li") == 4


def test_an_answer_to_a_question_that_is_forgotten_says_so():
    *stay, told = teach_tab.TeachHandlers.answer(None, (1, 1), SimpleNamespace(place=0))
    assert all(value == {"__type__": "update"} for value in stay)
    assert texts.QUIZ_GONE in told


def test_an_answer_is_judged_once_in_words_and_counted():
    asked = turn()
    answer = teach_tab.TeachHandlers.answer
    _, options, explained, now, score, told = answer(asked, (1, 1), SimpleNamespace(place=3))
    assert "✓ the answer" in options
    assert "✗ your choice" in options
    assert texts.QUIZ_WRONG.format(chosen="apart", answer="slanted") in explained
    assert score == (1, 2)
    assert "1 of 2" in told
    assert all(value == {"__type__": "update"} for value in answer(now, score, SimpleNamespace(place=1)))
    assert answer(asked, (1, 1), SimpleNamespace(place=1))[4] == (2, 2)
