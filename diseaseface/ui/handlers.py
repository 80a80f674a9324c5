"""From the page's values to the pipeline and back; no arithmetic on pictures."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from diseaseface import pictures
from diseaseface.errors import DiseaseFaceError, FaceError, PhotoError, UnknownDisease
from diseaseface.faces.face import Face
from diseaseface.knowledge.profiles import Profile
from diseaseface.settings import STAGES, parallel
from diseaseface.takeaway.bundle import FRAMES
from diseaseface.ui import links, presenters, texts, viewer, visit
from diseaseface.ui.asked import Asked
from diseaseface.ui.examples import is_example
from diseaseface.ui.held import Held, Shown, working
from diseaseface.ui.lanes import READING, Lanes
from diseaseface.ui.plot import plot_html
from diseaseface.ui.progress import retold, told_by_steps
from diseaseface.ui.room import touch
from diseaseface.ui.stages import stages_html
from diseaseface.ui.turns import Turns
from diseaseface.ui.workbench import meant

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline, Result

MOST_SUGGESTIONS = 12
READY_FOR_S = 10.0  # that what engines say of themselves is believed


class Handlers:
    """The page's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline", lanes: Lanes | None = None):
        self.pipeline = pipeline
        self.lanes = lanes or Lanes({"morph": parallel(), READING: parallel()})
        self._engines: tuple[float, dict[str, bool]] = (0.0, {})
        self.on_look: Callable[[], None] = lambda: None  # called before one more face is held

    def search(self, text: str) -> list[dict]:
        """Suggest diseases for what has been typed so far."""
        matches = self.pipeline.diseases.search(str(text)[:200], most=MOST_SUGGESTIONS)
        return [presenters.disease_option(match) for match in matches]

    def show(
        self, photo, disease, severity, seed, age, sex, side, presentation, toward, engine,
        consent: bool = True, held: Held | None = None, own: Profile | None = None, past: tuple = (),
        turns: Turns | None = None,
    ) -> Iterator[tuple]:  # fmt: skip
        """Draw, then score, then draw the course; each as soon as it is there, until something newer is asked."""
        wanted = Asked(disease, severity, seed, age, sex, side, presentation, toward, engine)
        turns = turns or Turns()
        steps = self._answer(photo, wanted, consent, held, own, past, opening=turns.opening)
        for step in turns.newest(steps, Shown.silent(), Shown.idle()):
            yield step.values()

    def _answer(
        self, photo, wanted: Asked, consent: bool, held: Held | None, own: Profile | None, past: tuple, *, opening: bool
    ) -> Generator[Shown, None, None]:
        if not photo and opening:  # what is asked before the page has its photo is asked again then
            yield Shown.silent()
            return
        if photo and not consent and not is_example(photo):
            yield Shown(photo_notice=presenters.notice_html(texts.CONSENT_FIRST))
            return
        touch(photo)
        yield from self.in_words(self._in_turns(photo, wanted, held, own, past))

    def _in_turns(self, photo, wanted: Asked, held: Held | None, own: Profile | None, past: tuple) -> Iterator[Shown]:
        """Draw in the engine's line, then read in another: nobody waits for a picture behind others' scores.

        A diffusion model draws the course as well, and again what fell short: all of that in one turn.
        """
        disease = meant(wanted.disease, own)
        if wanted.engine != "morph":
            steps = self.steps(photo, disease, wanted, held, past)
            yield from self.lanes.in_turn(wanted.engine, steps, _before(texts.IN_LINE))
            return
        steps = self._drawn(photo, disease, wanted, held)
        held = yield from self.lanes.in_turn(wanted.engine, steps, _before(texts.IN_LINE))
        if held:
            yield from self.lanes.in_turn(READING, self._read(held, past), _before(texts.IN_LINE_TO_READ))

    @staticmethod
    def in_words(steps: Iterable[Shown]) -> Iterator[Shown]:
        """Put a refusal next to what caused it."""
        try:
            yield from steps
        except (PhotoError, FaceError) as error:
            yield Shown(photo_notice=presenters.notice_html(str(error)))
        except UnknownDisease as error:
            yield Shown(disease_notice=presenters.notice_html(str(error)))
        except DiseaseFaceError as error:
            yield Shown(notice=presenters.notice_html(str(error)))

    def health(self) -> dict:
        """Tell which engines can draw and how many wait for each; nothing of anybody's photo."""
        asked_at, engines = self._engines
        if time.monotonic() - asked_at > READY_FOR_S:
            engines = {name: reason is None for name, reason in self.pipeline.refusals().items()}
            self._engines = time.monotonic(), engines
        waiting = self.lanes.waiting()
        return {"engines": engines, "waiting": {name: waiting.get(name, 0) for name in engines}}

    def steps(
        self, photo, disease, wanted: Asked, held: Held | None, past: tuple[visit.Entry, ...] = ()
    ) -> Iterator[Shown]:
        """Draw and score without waiting in a line."""
        held = yield from self._drawn(photo, disease, wanted, held)
        if held:
            yield from self._read(held, past)

    def _drawn(self, photo, disease, wanted: Asked, held: Held | None) -> Generator[Shown, None, Held | None]:
        """Draw the picture; returns what is held then, None where there is nothing to read."""
        if not photo:
            yield Shown(photo_notice=presenters.notice_html(texts.NO_PHOTO))
            return None
        if not disease:
            yield Shown(disease_notice=presenters.notice_html(texts.NO_DISEASE))
            return None
        if held and held.answers(photo, disease, wanted):  # values set by us come back as changes
            yield Shown()
            return None
        yield working(texts.READING_FACE)
        settings, known = wanted.settings(), bool(held and held.photo == photo)
        if not known:
            self.on_look()
        face = held.face if known else self.pipeline.look(photo)
        source = _source(photo, face, settings)
        drawing = yield from _by_steps(
            settings, lambda told: self.pipeline.draw(source, disease, wanted.severity / 100, **settings, **told)
        )
        course = held.course_of(photo, disease, wanted) if held else ()
        held = Held(photo, face, wanted, disease, drawing, stages=course)
        yield working(
            texts.SCORING,
            picture=viewer.pair(drawing, known=known),
            caption=presenters.caption_html(_told(drawing), _link(held)),
            held=held,
        )
        return held

    def _read(self, held: Held, past: tuple[visit.Entry, ...]) -> Iterator[Shown]:
        """Score the picture, then draw the course."""
        drawing, settings = held.drawing, held.settings
        result = yield from self._judged(drawing, settings)
        report = result.report.to_dict()
        held, news = replace(held, result=result), {}
        if result.picture is not drawing.rendering.picture:
            held = replace(held, drawing=replace(drawing, rendering=result.rendering))
            news["picture"] = viewer.pair(held.drawing, known=True)
        yield working(
            texts.COURSE,
            **news,
            scores=presenters.scores_html(report),
            plot=plot_html(report),
            warnings=presenters.warnings_html(report["warnings"]),
            held=held,
        )

        stages = held.stages or (yield from _by_steps(settings, lambda told: tuple(self._course(held, STAGES, **told))))
        past = visit.remember(past, _entry(held))
        yield Shown(
            strip=stages_html(stages, held.asked.severity),
            signs=presenters.signs_html(report, drawing.profile, presenters.course_of(stages)),
            held=replace(held, stages=stages),
            visit=past,
            visited=visit.visited_html(past),
        )

    def _judged(self, drawing: "Drawing", settings: dict) -> Generator[Shown, None, "Result"]:
        """Score a picture; a diffusion model is asked once more, stronger, for what fell short by over 30 %."""
        result = self.pipeline.judge(drawing)
        if settings["engine"] == "morph":
            return result
        return (yield from _by_steps(settings, lambda told: self.pipeline.refine(drawing, result, **told)))

    @staticmethod
    def outputs() -> list[str]:
        """Return the names of what `show` gives back, in order."""
        return Shown.names()

    def live(self, held: Held | None, event: gr.EventData) -> Any:
        """Draw a quick frame while the severity is dragged; scores wait until it is let go."""
        if held is None or held.asked.engine != "morph":
            return gr.skip()
        settings, severity = held.settings, min(max(float(event.severity), 0.0), 100.0)
        source = _source(held.photo, held.face, settings)
        try:
            return viewer.frame(self.pipeline.draw(source, held.disease, severity / 100, **settings), str(event.view))
        except DiseaseFaceError:  # told when the severity is let go
            return gr.skip()

    def film(self, held: Held | None, event: gr.EventData) -> Any:
        """Draw the frames of the course."""
        if held is None:
            return gr.skip()
        return [viewer.frame(drawing, str(event.view)) for drawing in self._course(held, FRAMES)]

    def _course(self, held: Held, stages: int, **told) -> Iterator["Drawing"]:
        return self.pipeline.draw_strip(held.face, held.disease, stages, **held.settings, **told)


def _before(told: str) -> Callable[[int], Shown]:
    return lambda before: working(told.format(before))


def _source(photo: str, face: Face, settings: dict) -> str | Face:
    """Return what is drawn on: a picture of our own carries its settings, which the way back needs."""
    return photo if settings["toward"] == "healthy" and pictures.read_report(photo) else face


def _entry(held: Held) -> visit.Entry:
    thumb = viewer.data_url(viewer.head(held.drawing), viewer.THUMB_PX)
    own = held.disease if isinstance(held.disease, Profile) else None
    return visit.Entry(held.photo, held.asked, held.drawing.profile.name, thumb, own)


def _link(held: Held) -> str:
    """Return the query that opens the page with these settings; a visitor's own profile has none."""
    return "" if isinstance(held.disease, Profile) else links.query(held.asked, held.photo)


def _by_steps(settings: dict, work: Callable[[dict], Any]) -> Generator[Shown, None, Any]:
    return retold(told_by_steps(settings["engine"], work), working)


def _told(drawing: "Drawing") -> dict:
    disease = {"id": drawing.profile.id, "name": drawing.profile.name}
    return {"disease": disease, "severity": drawing.request.severity, "toward": drawing.request.toward}
