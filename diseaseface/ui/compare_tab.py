"""The Compare tab: two drawings of the face side by side, and eight people with one disease."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import gradio as gr

from diseaseface.errors import DiseaseFaceError
from diseaseface.knowledge.profiles import Profile
from diseaseface.ui import asked, compare, presenters, texts, viewer
from diseaseface.ui.engines import offered
from diseaseface.ui.examples import examples
from diseaseface.ui.held import Held
from diseaseface.ui.lanes import Lanes
from diseaseface.ui.parts import disease_box, remembered, script, title, words, working_line
from diseaseface.ui.progress import doing, idle, retold, told_by_steps
from diseaseface.ui.transform_wiring import ENGINE, QUIET, made_idle
from diseaseface.ui.turns import Turns
from diseaseface.ui.workbench import meant

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline

SIDES = ("one", "other")
PEOPLE = 8
MILD, MARKED = 35, 100


class CompareHandlers:
    """The tab's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline", lanes: Lanes):
        self.pipeline, self.lanes = pipeline, lanes

    def first(self, disease: str, severity: float, held: Held | None, own: Profile | None, one: str) -> tuple:
        """Fill the tab when it is first seen: what is on the first tab, beside what it is likest to."""
        if one:
            return (gr.skip(),) * 4
        theirs = own is not None and own.id == disease
        mine = disease if theirs else self._known(disease) or self.pipeline.profile(asked.FIRST_DISEASE).id
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

    def compare(
        self, turns: Turns, held: Held | None, own: Profile | None, opened: Profile | None, *values
    ) -> Iterator[tuple]:
        """Draw both sides; yields the viewer, the table, the status and its stop button, until others are asked for.

        `own` is the visitor's profile on the first tab, `opened` the one taken over from the Profiles tab.
        """
        yield from turns.newest(self._both(held, own, opened, *values), (gr.skip(),) * 4, (*(gr.skip(),) * 2, *idle()))

    def _both(
        self, held: Held | None, own: Profile | None, opened: Profile | None, *values
    ) -> Generator[tuple, None, None]:
        if not values[0] or not values[3]:
            yield gr.skip(), gr.skip(), *idle()
            return
        yield gr.skip(), gr.skip(), *doing(texts.COMPARE_DRAWING)
        try:
            first, second = meant(values[0], own, opened), meant(values[3], own, opened)
            one = yield from retold(self._draw(held, first, *values[1:3]), _beside)
            other = yield from retold(self._draw(held, second, *values[4:]), _beside)
        except DiseaseFaceError as error:
            yield gr.skip(), gr.skip(), *idle(presenters.notice_html(str(error)))
            return
        names = (_name(one, other), _name(other, one))
        yield viewer.two(one, other, names), compare.differences_html(one, other, names), *idle()

    def people(
        self,
        held: Held | None,
        own: Profile | None,
        opened: Profile | None,
        disease: str,
        severity: float,
        since: float,
    ) -> Iterator[tuple]:
        """Draw eight people with a disease, seeds from `since` on; yields the grid, the status and its stop button."""
        if not disease:
            yield gr.skip(), *idle(presenters.notice_html(texts.NO_DISEASE))
            return
        drawn: list[Drawing] = []
        try:
            profile = meant(disease, own, opened)
            for seed in range(int(since), int(since) + PEOPLE):
                yield gr.skip(), *doing(texts.PATIENTS_DRAWING.format(len(drawn) + 1, PEOPLE))
                drawing = self._draw(held, profile, severity, "morph", presentation="sampled", seed=seed)
                drawn.append((yield from retold(drawing, lambda said: (gr.skip(), *doing(said)))))
        except DiseaseFaceError as error:
            yield gr.skip(), *idle(presenters.notice_html(str(error)))
            return
        yield compare.patients_html(drawn), *idle()

    def _draw(
        self, held: Held | None, disease: str | Profile, severity: float, engine: str, **changed
    ) -> Generator[str, None, "Drawing"]:
        """Draw on the visitor's face, with age, sex, side and seed of the first tab; without one, on an example.

        Yields what is being done: each drawing waits in the line of its engine, so that eight people never
        keep another visitor from it for longer than one.
        """
        settings = (held.settings if held else asked.first("").settings()) | {"toward": "disease"}
        face = held.face if held else self.pipeline.look(str(examples()[0].path))
        settings |= {"engine": engine} | changed
        work = told_by_steps(engine, lambda told: self.pipeline.draw(face, disease, severity / 100, **settings, **told))
        return (yield from self.lanes.in_turn(engine, work, texts.IN_LINE.format))

    @staticmethod
    def mild_and_marked(disease: str) -> tuple:
        """Set one disease at two severities."""
        return disease, MILD, disease, MARKED

    @staticmethod
    def next_people(since: int) -> int:
        """Go on to the next eight seeds."""
        return since + PEOPLE

    @staticmethod
    def take(
        disease: str, severity: float, own: Profile | None, opened: Profile | None, asked_for: int, event: gr.EventData
    ) -> tuple:
        """Take one of the people to the first tab, with the profile where it is the visitor's own."""
        room = gr.Tabs(selected="transform")
        own = next((one for one in (own, opened) if one is not None and one.id == disease), None)
        return disease, severity, int(event.seed), "sampled", "disease", own, room, asked_for + 1


def _beside(said: str) -> tuple:
    return gr.skip(), gr.skip(), *doing(said)


def _name(one: "Drawing", other: "Drawing") -> str:
    """Name a drawing by what tells it from the other one."""
    severity = f"{100 * one.request.severity:.0f}\N{NO-BREAK SPACE}%"
    engine = "" if one.request.engine == other.request.engine else f", {texts.ENGINES[one.request.engine].lower()}"
    return f"{one.profile.name}, {severity}{engine}"


def add(pipeline: "Pipeline", lanes: Lanes, search, transform: dict, room: gr.Tab) -> dict:
    """Lay the tab out, wire it and return its parts; `transform` are the parts of the first tab."""
    handlers = CompareHandlers(pipeline, lanes)
    with gr.Row(elem_id="comparing", equal_height=False):
        with gr.Column(elem_id="compare-sides", min_width=0):
            parts = _sides(pipeline, search)
        with gr.Column(elem_id="compare-shown", min_width=0):
            parts |= _shown()
    _wire(handlers, parts, transform, room)
    return parts


def _sides(pipeline: "Pipeline", search) -> dict:
    engines, _ = offered(pipeline.refusals())
    parts: dict = {"opened": remembered(), "turns": gr.State(Turns())}
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
    parts["take"] = gr.Button(texts.COMPARE_OPEN, size="sm", elem_id="compare-open")
    return parts


def _shown() -> dict:
    title(texts.COMPARE_TITLE, texts.COMPARE_HINT)
    parts = working_line("compare") | {"viewer": viewer.viewer("compared", beside=True)}
    parts["differences"] = words("compare-differences")
    title(texts.PATIENTS_TITLE, texts.PATIENTS_HINT, name="patients-title")
    with gr.Row(elem_id="patients-asked"):
        parts["draw"] = gr.Button(texts.PATIENTS_DRAW, size="sm", min_width=0, elem_id="patients-draw")
        parts["next"] = gr.Button(texts.PATIENTS_NEXT, size="sm", min_width=0, elem_id="patients-next")
        parts |= {f"people_{name}": part for name, part in working_line("patients").items()}
    parts["since"] = gr.State(0)
    parts["people"] = gr.HTML("", js_on_load=script("patients.js"), elem_id="patients")
    return parts


def _wire(handlers: CompareHandlers, parts: dict, transform: dict, room: gr.Tab) -> None:
    sides = [parts[f"{side}{what}"] for side in SIDES for what in ("", "_severity", "_engine")]
    both = [parts[name] for name in ("one", "one_severity", "other", "other_severity")]
    one, severity = parts["one"], parts["one_severity"]
    known = [transform["held"], transform["own"], parts["opened"]]
    drawing = {"trigger_mode": "always_last", **QUIET, **ENGINE}
    shown = [parts[name] for name in ("viewer", "differences", "status", "stop")]
    compared = {"fn": handlers.compare, "inputs": [parts["turns"], *known, *sides], "outputs": shown, **drawing}
    seen = [transform[name] for name in ("disease", "severity", "held", "own")]
    opened = room.select(handlers.first, [*seen, one], both, **QUIET).success(**compared)
    mild = parts["mild"].click(handlers.mild_and_marked, one, both, **QUIET).success(**compared)
    moved = [parts[f"{side}{what}"].input for side in SIDES for what in ("", "_engine")]
    changed = gr.on([*moved, *(parts[f"{side}_severity"].release for side in SIDES)], **compared)
    made_idle(parts["status"], parts["stop"], [opened, mild, changed])
    parts["compared"] = compared
    _wire_people(handlers, parts, known, drawing)
    taken = [
        transform[name] for name in ("disease", "severity", "seed", "presentation", "toward", "own", "rooms", "go")
    ]
    parts["people"].select(handlers.take, [one, severity, *known[1:], transform["go"]], taken, **QUIET)


def _wire_people(handlers: CompareHandlers, parts: dict, known: list[gr.State], drawing: dict) -> None:
    asked_for = [*known, parts["one"], parts["one_severity"], parts["since"]]
    shown = [parts[name] for name in ("people", "people_status", "people_stop")]
    drawn = parts["draw"].click(handlers.people, asked_for, shown, **drawing)
    turned = parts["next"].click(handlers.next_people, parts["since"], parts["since"], **QUIET)
    others = turned.success(handlers.people, asked_for, shown, **drawing)
    made_idle(parts["people_status"], parts["people_stop"], [drawn, others])
