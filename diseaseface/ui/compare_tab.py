"""The Compare tab: two drawings of the face side by side, and eight people with one disease."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.errors import DiseaseFaceError
from diseaseface.ui import asked, compare, presenters, texts, viewer
from diseaseface.ui.engines import offered
from diseaseface.ui.examples import examples
from diseaseface.ui.held import Held
from diseaseface.ui.parts import disease_box, script, title, words
from diseaseface.ui.transform_wiring import QUIET

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline

SIDES = ("one", "other")
PEOPLE = 8
MILD, MARKED = 35, 100
ALONE = {"concurrency_id": "compare", "concurrency_limit": 1}  # eight pictures at once hold up no other tab


class CompareHandlers:
    """The tab's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline"):
        self.pipeline = pipeline

    def first(self, disease: str, severity: float, held: Held | None, one: str) -> tuple:
        """Fill the tab when it is first seen: what is on the first tab, beside what it is likest to."""
        if one:
            return (gr.skip(),) * 4
        mine = self._known(disease) or self.pipeline.profile(asked.FIRST_DISEASE).id
        return mine, severity, self._likest(mine, held), severity

    def _likest(self, disease: str, held: Held | None) -> str:
        ranking = held.result.report.to_dict()["ranking"] if held and held.result else ()
        likest = [entry["id"] for entry in ranking] + [self._known(name) for name in texts.COMPARE_SECOND]
        return next(one for one in likest if one != disease and self._known(one))

    def _known(self, disease: str) -> str:
        try:
            return self.pipeline.profile(disease).id
        except DiseaseFaceError:
            return ""

    def compare(self, held: Held | None, *values) -> Iterator[tuple]:
        """Draw both sides; yields the viewer, the table and the status."""
        if not values[0] or not values[3]:
            yield gr.skip(), gr.skip(), ""
            return
        yield gr.skip(), gr.skip(), presenters.working_html(texts.COMPARE_DRAWING)
        try:
            one, other = (self._draw(held, *side) for side in (values[:3], values[3:]))
        except DiseaseFaceError as error:
            yield gr.skip(), gr.skip(), presenters.notice_html(str(error))
            return
        names = (_name(one, other), _name(other, one))
        yield viewer.two(one, other, names), compare.differences_html(one, other, names), ""

    def people(self, held: Held | None, disease: str, severity: float, since: float) -> Iterator[tuple]:
        """Draw eight people with a disease, seeds from `since` on; yields the grid and the status."""
        if not disease:
            yield gr.skip(), presenters.notice_html(texts.NO_DISEASE)
            return
        drawn: list = []
        try:
            for seed in range(int(since), int(since) + PEOPLE):
                yield gr.skip(), presenters.working_html(texts.PATIENTS_DRAWING.format(len(drawn) + 1, PEOPLE))
                drawn.append(self._draw(held, disease, severity, "morph", presentation="sampled", seed=seed))
        except DiseaseFaceError as error:
            yield gr.skip(), presenters.notice_html(str(error))
            return
        yield compare.patients_html(drawn), ""

    def _draw(self, held: Held | None, disease: str, severity: float, engine: str, **changed) -> "Drawing":
        """Draw on the visitor's face, with age, sex, side and seed of the first tab; without one, on an example."""
        settings = (held.settings if held else asked.first(disease).settings()) | {"toward": "disease"}
        face = held.face if held else self.pipeline.look(str(examples()[0].path))
        return self.pipeline.draw(face, disease, severity / 100, **settings | {"engine": engine} | changed)

    @staticmethod
    def mild_and_marked(disease: str) -> tuple:
        """Set one disease at two severities."""
        return disease, MILD, disease, MARKED

    @staticmethod
    def next_people(since: int) -> int:
        """Go on to the next eight seeds."""
        return since + PEOPLE

    @staticmethod
    def take(disease: str, severity: float, asked_for: int, event: gr.EventData) -> tuple:
        """Take one of the people to the first tab."""
        room = gr.Tabs(selected="transform")
        return disease, severity, int(event.seed), "sampled", "disease", room, asked_for + 1


def _name(one: "Drawing", other: "Drawing") -> str:
    """Name a drawing by what tells it from the other one."""
    severity = f"{100 * one.request.severity:.0f} %"
    engine = "" if one.request.engine == other.request.engine else f", {texts.ENGINES[one.request.engine].lower()}"
    return f"{one.profile.name}, {severity}{engine}"


def add(pipeline: "Pipeline", search, transform: dict, room: gr.Tab) -> None:
    """Lay the tab out and wire it; `transform` are the parts of the first tab."""
    handlers = CompareHandlers(pipeline)
    with gr.Row(elem_id="comparing", equal_height=False):
        with gr.Column(elem_id="compare-sides", min_width=0):
            parts = _sides(pipeline, search)
        with gr.Column(elem_id="compare-shown", min_width=0):
            parts |= _shown()
    _wire(handlers, parts, transform, room)


def _sides(pipeline: "Pipeline", search) -> dict:
    engines, _ = offered(pipeline.refusals())
    parts: dict = {}
    for side, name in zip(SIDES, texts.COMPARE_SIDES, strict=True):
        with gr.Column(elem_classes="step", min_width=0):
            title(name)
            parts[side] = disease_box(f"compare-{side}", search, texts.DISEASE, texts.DISEASE_HINT)
            parts[f"{side}_severity"] = gr.Slider(
                0, 100, 70, step=1, label=texts.SEVERITY, buttons=[], elem_id=f"compare-{side}-severity"
            )
            parts[f"{side}_engine"] = gr.Radio(
                engines, value="morph", label=texts.ENGINE, visible=len(engines) > 1, elem_id=f"compare-{side}-engine"
            )
    parts["mild"] = gr.Button(texts.COMPARE_SEVERITIES, size="sm", elem_id="compare-mild")
    return parts


def _shown() -> dict:
    title(texts.COMPARE_TITLE, texts.COMPARE_HINT)
    parts = {"status": words("compare-status"), "viewer": viewer.viewer("compared", beside=True)}
    parts["differences"] = words("compare-differences")
    title(texts.PATIENTS_TITLE, texts.PATIENTS_HINT, name="patients-title")
    with gr.Row(elem_id="patients-asked"):
        parts["draw"] = gr.Button(texts.PATIENTS_DRAW, size="sm", min_width=0, elem_id="patients-draw")
        parts["next"] = gr.Button(texts.PATIENTS_NEXT, size="sm", min_width=0, elem_id="patients-next")
    parts["since"] = gr.State(0)
    parts["people_status"] = words("patients-status")
    parts["people"] = gr.HTML("", js_on_load=script("patients.js"), elem_id="patients")
    return parts


def _wire(handlers: CompareHandlers, parts: dict, transform: dict, room: gr.Tab) -> None:
    sides = [parts[f"{side}{what}"] for side in SIDES for what in ("", "_severity", "_engine")]
    both = [parts[name] for name in ("one", "one_severity", "other", "other_severity")]
    one, severity, held = parts["one"], parts["one_severity"], transform["held"]
    drawing = {"trigger_mode": "always_last", **QUIET, **ALONE}
    compared = {"inputs": [held, *sides], "outputs": [parts[name] for name in ("viewer", "differences", "status")]}
    seen = [transform[name] for name in ("disease", "severity", "held")]
    room.select(handlers.first, [*seen, one], both, **QUIET).success(handlers.compare, **compared, **drawing)
    parts["mild"].click(handlers.mild_and_marked, one, both, **QUIET).success(handlers.compare, **compared, **drawing)
    moved = [parts[f"{side}{what}"].input for side in SIDES for what in ("", "_engine")]
    gr.on([*moved, *(parts[f"{side}_severity"].release for side in SIDES)], handlers.compare, **compared, **drawing)
    people = {"inputs": [held, one, severity, parts["since"]], "outputs": [parts["people"], parts["people_status"]]}
    parts["draw"].click(handlers.people, **people, **drawing)
    turned = parts["next"].click(handlers.next_people, parts["since"], parts["since"], **QUIET)
    turned.success(handlers.people, **people, **drawing)
    taken = [transform[name] for name in ("disease", "severity", "seed", "presentation", "toward", "rooms", "go")]
    parts["people"].select(handlers.take, [one, severity, transform["go"]], taken, **QUIET)
