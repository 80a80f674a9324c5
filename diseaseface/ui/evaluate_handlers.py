"""What the Evaluate tab does: reads photos, maps them, and lists sets of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from diseaseface import pictures, survey
from diseaseface.errors import DiseaseFaceError, FaceError, PhotoError
from diseaseface.ui import evaluate_words, presenters, texts
from diseaseface.ui.evaluate_figure import signs_figure
from diseaseface.ui.examples import examples, is_example
from diseaseface.ui.outputs import Outputs

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

PAIR, PAIR_DISEASE, PAIR_SEVERITY = "pair", "Down syndrome", 0.8
MOST_PHOTOS = 60
_SHOWN_PX = 1200  # longest side of the photo beside its maps


@dataclass(frozen=True, eq=False)
class Held:
    """What one visitor's session remembers: what was read last, and its pictures as PNG files."""

    asked: tuple
    views: dict[str, str]


@dataclass(frozen=True, eq=False)
class Shown(Outputs):
    """New values of the tab's outputs, in the order of their names; what is not given stays."""

    picture: Any = field(default_factory=gr.skip)
    scores: Any = field(default_factory=gr.skip)
    ranking: Any = field(default_factory=gr.skip)
    trust: Any = field(default_factory=gr.skip)
    plot: Any = field(default_factory=gr.skip)
    notes: Any = field(default_factory=gr.skip)
    status: Any = ""
    notice: Any = ""
    before_notice: Any = ""
    disease_notice: Any = ""
    held: Any = field(default_factory=gr.skip)


class EvaluateHandlers:
    """The tab's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline"):
        self.pipeline = pipeline

    @staticmethod
    def outputs() -> list[str]:
        """Return the names of what `read` gives back, in order."""
        return Shown.names()

    @staticmethod
    def first(photo: str | None, held: Held | None) -> Any:
        """Read the first example when the tab is seen for the first time."""
        return gr.skip() if photo or held else str(examples()[0].path)

    def take_example(self, event: gr.EventData) -> Iterator[tuple]:
        """Give the photo of the example that was chosen, the one before it for a pair, and what is being done."""
        if event.name != PAIR:
            yield next(str(one.path) for one in examples() if one.path.name == event.name), None, gr.skip()
            return
        yield gr.skip(), gr.skip(), presenters.working_html(texts.EVALUATE_PAIR_DRAWING)
        before = str(examples()[0].path)
        drawn = self.pipeline.transform(before, PAIR_DISEASE, PAIR_SEVERITY)
        yield _placed(pictures.encode_png(drawn.picture, drawn.report.to_dict()), "pair.png"), before, ""

    def read(self, photo, before, disease, consent: bool, view: str, held: Held | None) -> Iterator[tuple]:
        """Read a photo, alone or against an earlier one: the numbers first, then the map."""
        asked = (photo, before, disease)
        if not photo:
            yield Shown(notice=presenters.notice_html(texts.NO_PHOTO) if held else "").values()
            return
        if held and held.asked == asked:
            yield Shown().values()
            return
        if not consent and not all(_needs_none(one) for one in (photo, before) if one):
            yield Shown(notice=presenters.notice_html(texts.CONSENT_FIRST)).values()
            return
        try:
            for step in self._steps(photo, before, disease, view):
                yield step.values()
        except (PhotoError, FaceError) as error:
            yield _refused("notice", error)
        except DiseaseFaceError as error:
            yield _refused("disease_notice", error)

    def _steps(self, photo: str, before: str | None, disease: str | None, view: str) -> Iterator[Shown]:
        yield Shown(status=presenters.working_html(texts.EVALUATE_READING))
        face = self.pipeline.look(photo)
        try:
            earlier = self.pipeline.look(before) if before else None
        except (PhotoError, FaceError) as error:
            yield Shown(before_notice=presenters.notice_html(str(error)))
            return
        overall = self.pipeline.evaluate(face, None, earlier).to_dict()
        report = self.pipeline.evaluate(face, disease, earlier).to_dict() if disease else overall
        yield Shown(
            scores=evaluate_words.scores_html(report, earlier is not None),
            ranking=evaluate_words.ranking_html(overall),
            trust=evaluate_words.trust_html(overall),
            plot=signs_figure(report),
            status=presenters.working_html(texts.EVALUATE_MAPPING),
        )
        drawn = self.pipeline.symptom_map(face, disease or None, earlier)
        views = {
            "map": _placed(pictures.encode_png(drawn.overlay), "map.png"),
            "measurements": _placed(pictures.encode_png(drawn.measurements), "measurements.png"),
            "photo": _placed(pictures.encode_png(pictures.shrunk(face.image, _SHOWN_PX)), "photo.png"),
        }
        own = evaluate_words.own_html(pictures.read_report(photo))
        yield Shown(
            picture=views[view],
            notes=own + evaluate_words.notes_html(drawn.notes) + presenters.warnings_html(report["warnings"]),
            held=Held((photo, before, disease), views),
        )

    @staticmethod
    def turn(view: str, held: Held | None) -> Any:
        """Show the map, the measurements or the photo of what was read last."""
        return held.views[view] if held else gr.skip()

    def read_set(self, files: Sequence[str] | None, disease: str | None, consent: bool) -> Iterator[tuple]:
        """Read a set of photos; yield table, rows, CSV button, stop button and notice after each."""
        hidden = gr.update(visible=False)
        if refusal := _refusal(files, consent):
            yield gr.skip(), gr.skip(), gr.skip(), hidden, presenters.notice_html(refusal)
            return
        rows: list[survey.Row] = []
        working, total = gr.update(visible=True), len(files)
        yield evaluate_words.table_html(rows, total), (), hidden, working, ""
        try:
            for row in survey.survey(self.pipeline, files, disease or None):
                rows.append(row)
                yield evaluate_words.table_html(rows, total), tuple(rows), hidden, working, ""
        except DiseaseFaceError as error:
            yield gr.skip(), gr.skip(), hidden, hidden, presenters.notice_html(str(error))
            return
        yield evaluate_words.table_html(rows), tuple(rows), gr.update(visible=True), hidden, ""

    @staticmethod
    def stopped(rows: Sequence[survey.Row]) -> tuple:
        """Keep what was read of a set that is stopped."""
        return evaluate_words.table_html(rows), gr.update(visible=bool(rows)), gr.update(visible=False)

    @staticmethod
    def take_csv(rows: Sequence[survey.Row]) -> str:
        """Return the table as a CSV file."""
        return save_bytes_to_cache(survey.to_csv(rows), "diseaseface-set.csv", get_upload_folder())


def _needs_none(photo: str) -> bool:
    """Whether a photo is an example, or was drawn here: then there is nobody to ask."""
    return is_example(photo) or pictures.read_report(photo) is not None


def _refusal(files: Sequence[str] | None, consent: bool) -> str | None:
    if not files:
        return texts.EVALUATE_NO_SET
    if len(files) > MOST_PHOTOS:
        return texts.EVALUATE_TOO_MANY.format(most=MOST_PHOTOS)
    return None if consent else texts.CONSENT_FIRST


def _refused(where: str, error: Exception) -> tuple:
    return Shown(**{where: presenters.notice_html(str(error))}).values()


def _placed(data: bytes, name: str) -> str:
    return str(Path(save_bytes_to_cache(data, name, get_upload_folder())))
