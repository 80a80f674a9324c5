"""What the Profiles tab does: opens, edits, compares, describes, imports and exports profiles."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from diseaseface.errors import DiseaseFaceError, UnknownDisease
from diseaseface.knowledge import graph as graphs
from diseaseface.knowledge import language, ontology, profile_file
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.knowledge.sources import conflicts
from diseaseface.ui import presenters, profile_words, texts
from diseaseface.ui.asked import FIRST_DISEASE
from diseaseface.ui.graph_figure import graph_figure
from diseaseface.ui.outputs import Outputs
from diseaseface.ui.workbench import OWN, Workbench

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

WHAT = {"on": 1.0, "weight": 0.01, "magnitude": 0.01}  # of what the page sends


@dataclass(frozen=True, eq=False)
class Open(Outputs):
    """New values of the tab's outputs, in the order of the layout; what is not given stays."""

    head: Any = field(default_factory=gr.skip)
    signs: Any = field(default_factory=gr.skip)
    graph: Any = field(default_factory=gr.skip)
    near: Any = field(default_factory=gr.skip)
    compared: Any = field(default_factory=gr.skip)
    notice: Any = ""
    changed: Any = field(default_factory=gr.skip)
    bench: Any = field(default_factory=gr.skip)
    one: Any = field(default_factory=gr.skip)


class ProfileHandlers:
    """The tab's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline"):
        self.diseases = pipeline.diseases

    @staticmethod
    def outputs() -> list[str]:
        """Return the names of what the handlers give back, in order."""
        return Open.names()

    def open(self, disease: str, other: str, bench: Workbench | None) -> Iterator[tuple]:
        """Open a disease by its id: the signs at once, then the graph."""
        if not disease:
            yield Open().values()
            return
        if bench and bench.profile.id == disease:  # its graph may still be missing: the first opening can be cut short
            yield self._surrounded(bench.profile).values()
            return
        try:
            opened = Workbench(self.diseases.find(disease))
            yield self._shown(opened, other).values()
            yield self._surrounded(opened.profile).values()
        except UnknownDisease as error:
            yield Open(notice=presenters.notice_html(str(error))).values()

    def first(self, disease: str, other: str, bench: Workbench | None) -> Iterator[tuple]:
        """Open the disease of the first tab when this one is seen for the first time."""
        if bench is not None or (disease or "").startswith(OWN):
            yield Open().values()
            return
        disease = disease or self.diseases.find(FIRST_DISEASE).id  # who is quick is here before the first tab is filled
        yield from _named(self.open(disease, other, None), disease)

    def follow(self, event: gr.EventData, other: str, bench: Workbench | None) -> Iterator[tuple]:
        """Open the disease that was chosen in the graph."""
        yield from _named(self.open(str(event.id), other, bench), str(event.id))

    def describe(self, words: str, other: str) -> Iterator[tuple]:
        """Open a profile of a description in plain words."""
        try:
            if not (words or "").strip():
                yield Open(notice=presenters.notice_html(texts.PROFILE_NO_WORDS)).values()
                return
            yield from self._own(language.profile_from(words, texts.PROFILE_DESCRIBED), other)
        except DiseaseFaceError as error:
            yield Open(notice=presenters.notice_html(str(error))).values()

    def import_file(self, path: str, other: str) -> Iterator[tuple]:
        """Open a profile from a visitor's JSON file."""
        try:
            yield from self._own(profile_file.read(path), other)
        except DiseaseFaceError as error:
            yield Open(notice=presenters.notice_html(str(error))).values()

    def _own(self, profile: Profile, other: str) -> Iterator[tuple]:
        opened = Workbench(profile)
        yield self._shown(opened, other, one=OWN + profile.name).values()
        yield self._surrounded(profile).values()

    def compare(self, other: str, bench: Workbench | None) -> str:
        """Return the open profile and another disease side by side."""
        if bench is None or not other:
            return ""
        try:
            return profile_words.compared_html(bench.made(), self.diseases.find(other))
        except UnknownDisease as error:
            return presenters.notice_html(str(error))

    def edit(self, event: gr.EventData, bench: Workbench | None) -> tuple:
        """Take one change of the table: its sign, what was changed, and to which per cent."""
        if bench is None:  # what is being opened must stay
            return gr.skip(), presenters.note_html(texts.PROFILE_NOTHING_OPEN)
        try:
            bench = bench.edited(int(event.place), str(event.what), WHAT[str(event.what)] * float(event.value))
        except (KeyError, TypeError, ValueError):  # a half-typed number
            return gr.skip(), gr.skip()
        return bench, presenters.note_html(texts.PROFILE_CHANGED.format(count=len(bench.edits)))

    @staticmethod
    def reset(bench: Workbench | None) -> tuple:
        """Take all changes back."""
        if bench is None:
            return gr.skip(), gr.skip(), presenters.note_html(texts.PROFILE_NOTHING_OPEN)
        opened = Workbench(bench.profile)
        return opened, profile_words.signs_html(opened.profile, opened.typical()), ""

    @staticmethod
    def export(bench: Workbench | None) -> str:
        """Return the open profile, with the changes, as a JSON file."""
        if bench is None:
            raise gr.Error(texts.PROFILE_NOTHING_OPEN, print_exception=False)
        made = bench.made()
        kept = "".join(c if c.isalnum() else "-" for c in made.name.lower()).strip("-")
        data = json.dumps(made.to_dict(), ensure_ascii=False, indent=1).encode("utf-8")
        return save_bytes_to_cache(data, f"profile-{kept}.json", get_upload_folder())

    def send(self, bench: Workbench | None, asked_for: int = 0) -> tuple:
        """Send the open profile to the first tab: by its id where it is the shipped one, else as the visitor's own."""
        if bench is None:
            raise gr.Error(texts.PROFILE_NOTHING_OPEN, print_exception=False)
        return *self.opened(bench), gr.Tabs(selected="transform"), asked_for + 1

    def hand_over(self, bench: Workbench | None) -> tuple[str, Profile | None]:
        """Return the open profile as `opened` does; where none is open, say what to do."""
        if bench is None:
            raise gr.Error(texts.COMPARE_NOTHING_OPEN, print_exception=False)
        return self.opened(bench)

    def opened(self, bench: Workbench) -> tuple[str, Profile | None]:
        """Return the id of the open profile, and the profile itself where it is the visitor's own."""
        if not bench.edits and self._knows(bench.profile):
            return bench.profile.id, None
        made = bench.made()
        own = replace(made, id=OWN + made.name)
        return own.id, own

    def _knows(self, profile: Profile) -> bool:
        try:
            return self.diseases.find(profile.id) == profile
        except UnknownDisease:
            return False

    def _shown(self, opened: Workbench, other: str, one: Any = None) -> Open:
        profile = opened.profile
        words = (conflicts(profile), self.diseases.people(profile.id).misfits())
        return Open(
            head=profile_words.head_html(profile, self.diseases.twins(profile.id), *words) + self._version(),
            signs=profile_words.signs_html(profile, opened.typical()),
            graph=None,
            near="",
            compared=self.compare(other, opened),
            notice="",
            changed="",
            bench=opened,
            one=gr.skip() if one is None else one,
        )

    def _version(self) -> str:
        told = (self.diseases.release, self.diseases.annotated, ontology.CITATION, ontology.LICENCE)
        return f"<p class='count'>{texts.PROFILE_RELEASE.format(*told)}</p>"

    def _surrounded(self, profile: Profile) -> Open:
        around = self._around(profile)
        return Open(graph=self._graph(profile, around), near=profile_words.near_html(around))

    def _graph(self, profile: Profile, around: graphs.Neighbourhood | None = None):
        return graph_figure(around or self._around(profile), _drawn)

    def _around(self, profile: Profile) -> graphs.Neighbourhood:
        graph, hpo = graphs.load(), self.diseases.in_hpo(profile.id)
        if hpo in graph.numbers:
            return graphs.around(graph, hpo)
        return graphs.around_terms(graph, graphs.Node(profile.id, profile.name, "disease"), _terms(profile))


def _terms(profile: Profile) -> list[str]:
    """Return the HPO ids that the signs of a profile stand for, the main one of each."""
    poles = (attributes()[sign.attribute].pole(sign.direction) for sign in profile.signs)
    return [*(pole.hpo[0] for pole in poles if pole.hpo), *(sign.hpo for sign in profile.undrawn if sign.hpo)]


def _drawn(hpo: str) -> bool:
    meaning = language.meaning_of(hpo)
    return bool(meaning and meaning.shares)


def _named(steps: Iterator[tuple], disease: str) -> Iterator[tuple]:
    """Put a disease into the search box with the first step alone: by the next, a visitor may have chosen another."""
    yield (*next(steps)[:-1], disease)
    yield from steps
