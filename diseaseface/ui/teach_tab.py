"""The Teach tab: a synthetic head with something drawn on it, a question, and the explanation."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.errors import DiseaseFaceError
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.ui import asked, presenters, texts, viewer
from diseaseface.ui.compare import drawn, label
from diseaseface.ui.examples import examples
from diseaseface.ui.lanes import Lanes
from diseaseface.ui.parts import script, title, words, working_line
from diseaseface.ui.presenters import looking
from diseaseface.ui.progress import doing, idle, retold, told_by_steps
from diseaseface.ui.quiz import Key, Question, Quiz, deciding, visible
from diseaseface.ui.transform_wiring import ENGINE, QUIET, made_idle

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline

ATTEMPTS = 6  # until a question can be seen


@dataclass(frozen=True, eq=False)
class Turn:
    """A question that is on the page."""

    question: Question
    drawing: "Drawing"
    answered: bool = False

    @property
    def face(self) -> Face:
        """The head it is drawn on."""
        return self.drawing.face


class TeachHandlers:
    """The tab's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline", lanes: Lanes):
        self.pipeline, self.lanes = pipeline, lanes
        self.heads = [str(one.path) for one in examples() if one.synthetic]
        self.quiz = Quiz(pipeline.diseases, len(self.heads))

    def first(self, kind: str, level: str, number: float, turn: Turn | None) -> Iterator[tuple]:
        """Ask when the tab is first seen."""
        if turn is None:
            yield from self.ask(kind, level, number)
        else:
            yield (gr.skip(),) * 6

    def ask(self, kind: str, level: str, number: float) -> Iterator[tuple]:
        """Draw a question; yields the viewer, options, explanation, the status, its stop button and the turn."""
        yield _preparing(texts.QUIZ_PREPARING)
        try:
            turn = yield from retold(self._turn(kind, level, int(number or 0)), _preparing)
        except DiseaseFaceError as error:  # too many wait in line
            yield *(gr.skip(),) * 3, *idle(presenters.notice_html(str(error))), gr.skip()
            return
        yield _question_seen(turn), options_html(turn.question), "", *idle(), turn

    def _turn(self, kind: str, level: str, number: int) -> Generator[str, None, Turn]:
        """Return the first attempt at a question that can be seen on its head; yields what is being done."""
        for attempt in range(ATTEMPTS):
            question = self.quiz.question(kind, level, number, attempt)
            drawing = yield from self._drawn(question)
            if visible(drawing.face.image, drawing.rendering.picture):
                break
        return Turn(question, drawing)

    def _drawn(self, question: Question) -> Generator[str, None, "Drawing"]:
        settings = asked.first(question.answer.id).settings()

        def work(_told: dict) -> "Drawing":
            return self.pipeline.draw(self.heads[question.head], question.answer, question.severity, **settings)

        return self.lanes.in_turn("morph", told_by_steps("morph", work), texts.IN_LINE.format)

    @staticmethod
    def answer(turn: Turn | None, score: tuple[int, int], event: gr.EventData) -> tuple:
        """Judge an answer once, and explain; returns viewer, options, explanation, turn, score and its words."""
        place = int(event.place)
        if turn is None:  # who was away for long has a page that is remembered no more
            return *(gr.skip(),) * 5, presenters.notice_html(texts.QUIZ_GONE)
        if turn.answered or not 0 <= place < len(turn.question.options):
            return (gr.skip(),) * 6
        right, total = score[0] + (place == turn.question.right), score[1] + 1
        explained = explanation_html(turn.question, turn.drawing, place)
        told = f"<p>{escape(texts.QUIZ_SCORE.format(right=right, asked=total))}</p>"
        seen = viewer.pair(turn.drawing) | {"names": list(texts.QUIZ_NAMES), "alts": _alts(turn)}
        now = Turn(turn.question, turn.drawing, answered=True)
        return seen, options_html(turn.question, place), explained, now, (right, total), told

    @staticmethod
    def next_number(number: float | None) -> int:
        """Return the number of the next question."""
        return int(number or 0) + 1


def _preparing(said: str) -> tuple:
    return *(gr.skip(),) * 3, *doing(said), gr.skip()


def _question_seen(turn: Turn) -> dict:
    """Show the picture alone: nothing tells what is drawn, not even the words for who cannot see it."""
    seen = viewer.pair(turn.drawing)
    return seen | {"before": seen["after"], "single": True, "names": ["", ""], "alts": ["", texts.QUIZ_ALT]}


def _alts(turn: Turn) -> list[str]:
    return [texts.QUIZ_ALT_BEFORE, viewer.alt(turn.drawing)]


def options_html(question: Question, chosen: int | None = None) -> str:
    """Return the possible answers as buttons; with `chosen` they are marked right and wrong, in words too."""
    items = "".join(_option(question, place, chosen) for place in range(len(question.options)))
    asked_for = escape(texts.QUIZ_ASK[question.kind])
    return f"<h3>{asked_for}</h3><ol class='options' aria-label='{escape(texts.QUIZ_OPTIONS)}'>{items}</ol>"


def _option(question: Question, place: int, chosen: int | None) -> str:
    mark, kind = "", ""
    if chosen is not None and place == question.right:
        mark, kind = f"✓ {texts.QUIZ_MARKS[0]}", "right"
    elif place == chosen:
        mark, kind = f"✗ {texts.QUIZ_MARKS[1]}", "wrong"
    shut = " disabled" if chosen is not None else ""
    name = escape(question.options[place].name)
    return (
        f"<li class='{kind}'><button type='button' data-place='{place}'{shut}>"
        f"<kbd aria-hidden='true'>{place + 1}</kbd><span>{name}</span><small>{escape(mark)}</small></button></li>"
    )


def explanation_html(question: Question, drawing: "Drawing", chosen: int) -> str:
    """Say whether it was right, and by which signs one can tell."""
    answer, other = question.answer, question.options[chosen]
    if chosen == question.right:
        verdict = texts.QUIZ_RIGHT.format(answer=answer.name)
        other = next(one for one in question.options if one is not answer)
    else:
        verdict = texts.QUIZ_WRONG.format(chosen=other.name, answer=answer.name)
    at = texts.QUIZ_AT.format(severity=100 * question.severity)
    return (
        f"<p class='verdict' role='status'><b>{escape(verdict)}</b> {escape(at)}</p>{_signs(question, drawing, other)}"
    )


def _signs(question: Question, drawing: "Drawing", other) -> str:
    shown = drawn(drawing)
    if question.kind == "sign":
        return _list(texts.QUIZ_ALL_DRAWN, "", [_button(name, label(one)) for (name, _), one in shown.items()])
    mine, yours = deciding(question.answer, other)
    names = {name for name, _ in mine}
    alone = [_button(name, label(one)) for (name, _), one in shown.items() if name in names]
    rest = [_button(name, label(one)) for (name, _), one in shown.items() if name not in names]
    lists = _list(texts.QUIZ_DECIDE, texts.QUIZ_DECIDE_HINT.format(other=other.name), alone)
    absent = texts.QUIZ_ABSENT.format(other=other.name, signs=_named(yours)) if yours else ""
    both = _list(texts.QUIZ_ALL_DRAWN, "", rest)
    return lists + (f"<p>{escape(absent)}</p>" if absent else "") + both


def _named(keys: Sequence[Key]) -> str:
    return ", ".join(attributes()[name].pole(direction).label.lower() for name, direction in keys[:6])


def _list(heading: str, hint: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    told = f"<p>{escape(hint)}</p>" if hint else ""
    return f"<h3>{escape(heading)}</h3>{told}<ul class='looks-closer' data-viewer='quiz-picture'>{''.join(items)}</ul>"


def _button(name: str, words_of_it: str) -> str:
    sign = {"name": name, "label": words_of_it}
    return f"<li><button type='button' {looking(sign)}>{escape(words_of_it)}</button></li>"


def add(pipeline: "Pipeline", lanes: Lanes, room: gr.Tab) -> None:
    """Lay the tab out and wire it."""
    handlers = TeachHandlers(pipeline, lanes)
    parts = {"turn": gr.State(None), "score": gr.State((0, 0))}
    with gr.Row(elem_id="teaching", equal_height=False):
        with gr.Column(elem_id="quiz-asked", min_width=0):
            parts |= _asked()
        with gr.Column(elem_id="quiz-shown", min_width=0):
            parts["viewer"] = viewer.viewer("quiz-picture")
            parts |= working_line("quiz")
        with gr.Column(elem_id="quiz-answers", min_width=0):
            parts["options"] = gr.HTML("", js_on_load=script("quiz.js"), elem_id="quiz-options")
            with gr.Row(elem_id="quiz-on", equal_height=True):
                parts["next"] = gr.Button(texts.QUIZ_NEXT, variant="primary", min_width=0, elem_id="quiz-next")
                parts["told"] = words("quiz-score")
            parts["explained"] = words("quiz-explained")
    _wire(handlers, parts, room)


def _asked() -> dict:
    title(texts.QUIZ_TITLE, texts.QUIZ_HINT)
    return {
        "kind": gr.Radio(texts.QUIZ_KINDS, value="disease", label=texts.QUIZ_KIND, elem_id="quiz-kind"),
        "level": gr.Radio(texts.QUIZ_LEVELS, value="easy", label=texts.QUIZ_LEVEL, elem_id="quiz-level"),
        "number": gr.Number(1, label=texts.QUIZ_NUMBER, precision=0, minimum=0, elem_id="quiz-number"),
    }


def _wire(handlers: TeachHandlers, parts: dict, room: gr.Tab) -> None:
    wanted = [parts[name] for name in ("kind", "level", "number")]
    shown = [parts[name] for name in ("viewer", "options", "explained", "status", "stop", "turn")]
    drawing = {"trigger_mode": "always_last", **QUIET, **ENGINE}
    opened = room.select(handlers.first, [*wanted, parts["turn"]], shown, **drawing)
    triggers = [parts["kind"].input, parts["level"].input, parts["number"].submit]
    changed = gr.on(triggers, handlers.ask, wanted, shown, **drawing)
    turned = parts["next"].click(handlers.next_number, parts["number"], parts["number"], **QUIET)
    others = turned.success(handlers.ask, wanted, shown, **drawing)
    made_idle(parts["status"], parts["stop"], [opened, changed, others])
    judged = [parts[name] for name in ("viewer", "options", "explained", "turn", "score", "told")]
    parts["options"].select(handlers.answer, [parts["turn"], parts["score"]], judged, **QUIET)
