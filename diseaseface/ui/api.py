"""The named endpoints for programs: the same requests as on the command line and in Python, for gradio_client and MCP.

Their names, parameters and results stay as they are when the page changes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from diseaseface.errors import DiseaseFaceError
from diseaseface.knowledge import language
from diseaseface.results import strip_png
from diseaseface.settings import STAGES
from diseaseface.takeaway import bundle
from diseaseface.ui.lanes import READING, Lanes
from diseaseface.ui.room import touch

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

ENDPOINTS = ("transform", "strip", "bundle", "evaluate", "search_diseases", "profile", "describe")
SETTINGS = ("seed", "age", "photo_age", "sex", "side", "presentation", "toward", "engine")
MOST_FOUND, LONGEST_TEXT = 50, 2000


class Api:
    """The endpoints around a ready pipeline; a refusal reaches the caller as one sentence."""

    def __init__(self, pipeline: "Pipeline", lanes: Lanes):
        self.pipeline, self.lanes = pipeline, lanes

    def transform(
        self, photo: str, disease: str, severity: float = 0.7, seed: int = 0, age: float | None = None,
        photo_age: float | None = None, sex: str | None = None, side: str | None = None,
        presentation: str = "typical", toward: str = "disease", engine: str = "morph", mark: bool = True,
    ) -> tuple[str, dict]:  # fmt: skip
        """Show a disease on the face in a photo.

        Args:
            photo: a photo of one face from the front
            disease: id such as ORPHA:870, name or synonym
            severity: 0 the photo itself to 1 the marked end of what is published
            seed: chooses the details, and the signs of a sampled presentation
            age: years; signs not seen at this age are left out
            photo_age: years of the person in the photo; the face is aged from there to age
            sex: female or male, of the person, for a warning where it does not fit
            side: left or right, the person's own, for diseases that take one side
            presentation: typical, or sampled: each sign by its frequency
            toward: disease, or healthy to take the disease away
            engine: morph, or diffusion where its weights are
            mark: whether the picture's corner says that it is synthetic

        Returns:
            The picture as PNG with the report inside, and the report.
        """
        told = (seed, age, photo_age, sex, side, presentation, toward, engine)
        with self._work(engine, photo):
            result = self.pipeline.transform(photo, disease, severity, **_settings(told))
            return _file(f"{_name(result)}.png", result.png(mark=mark)), _report(result)

    def strip(
        self, photo: str, disease: str, stages: int = STAGES, seed: int = 0, age: float | None = None,
        photo_age: float | None = None, sex: str | None = None, side: str | None = None,
        presentation: str = "typical", toward: str = "disease", engine: str = "morph", mark: bool = True,
    ) -> tuple[str, list[dict]]:  # fmt: skip
        """Show the course of a disease: stages from nothing to marked, side by side.

        Args:
            photo: a photo of one face from the front
            disease: id such as ORPHA:870, name or synonym
            stages: how many, 2 to 25
            seed, age, photo_age, sex, side, presentation, toward, engine, mark: as for transform

        Returns:
            The stages as one PNG, and the report of each.
        """
        told = (seed, age, photo_age, sex, side, presentation, toward, engine)
        with self._work(engine, photo):
            results = self.pipeline.strip(photo, disease, int(stages), **_settings(told))
            reports = [_report(result) for result in results]
            return _file(f"{_name(results[-1])}-course.png", strip_png(results, mark=mark)), reports

    def bundle(
        self, photo: str, disease: str, severity: float = 0.7, seed: int = 0, age: float | None = None,
        photo_age: float | None = None, sex: str | None = None, side: str | None = None,
        presentation: str = "typical", toward: str = "disease", engine: str = "morph", mark: bool = True,
    ) -> str:  # fmt: skip
        """Show a disease on the face in a photo and return all there is of it as one ZIP.

        Args:
            photo: a photo of one face from the front
            disease: id such as ORPHA:870, name or synonym
            severity: 0 the photo itself to 1 the marked end of what is published
            seed, age, photo_age, sex, side, presentation, toward, engine, mark: as for transform

        Returns:
            A ZIP with the picture, the course as strip, GIF and film, and the report as PDF, JSON and CSV.
        """
        told = (seed, age, photo_age, sex, side, presentation, toward, engine)
        with self._work(engine, photo):
            result = self.pipeline.transform(photo, disease, severity, **_settings(told))
            return _file(f"{_name(result)}.zip", bundle.zipped(self.pipeline.files(result, mark=mark)))

    def evaluate(self, photo: str, disease: str | None = None, before: str | None = None) -> dict:
        """Read the signs of a face from a photo, real or drawn.

        Args:
            photo: a photo of one face from the front
            disease: id, name or synonym to compare with
            before: an earlier photo of the same person

        Returns:
            The report.
        """
        with self._work(READING, photo, before):
            return self.pipeline.evaluate(photo, disease or None, before or None).to_dict()

    def search_diseases(self, text: str, most: int = 12) -> list[dict]:
        """Find diseases that can be drawn, by name, synonym or id.

        Args:
            text: what to look for
            most: how many to return at most

        Returns:
            For each, id, name, synonyms, number of signs, and the share of them that can be drawn.
        """
        with _refusals():
            found = self.pipeline.diseases.search(text[:LONGEST_TEXT], most=max(1, min(int(most), MOST_FOUND)))
            return [match.to_dict() for match in found]

    def profile(self, disease: str) -> dict:
        """Tell what a disease does to a face, and who says so.

        Args:
            disease: id such as ORPHA:870, name or synonym

        Returns:
            The profile: signs with HPO ids, frequencies and evidence, and what is not drawn and why.
        """
        with _refusals():
            return self.pipeline.profile(disease[:LONGEST_TEXT]).to_dict()

    def describe(self, text: str) -> list[dict]:
        """Find the signs that a description in plain words names.

        Args:
            text: such as: puffy eyelids, yellow eyes and a drooping left mouth corner

        Returns:
            The signs, best first, with HPO id, attribute, direction, side, strength and score.
        """
        with _refusals():
            return [sign.to_dict() for sign in language.describe(text[:LONGEST_TEXT])]

    @contextmanager
    def _work(self, engine: str, *photos: str | None) -> Iterator[None]:
        """Wait in the engine's line; keep the photos meanwhile; tell refusals in words."""
        for photo in photos:
            touch(photo)
        with _refusals(), self.lanes.turn(engine if engine in (READING, *self.pipeline.engines) else "morph"):
            yield


def add(pipeline: "Pipeline", lanes: Lanes) -> None:
    """Put the endpoints into the page that is being built; they show nothing there."""
    api, shown = (
        Api(pipeline, lanes),
        {"api_visibility": "public", "concurrency_limit": None, "show_progress": "hidden"},
    )
    with gr.Column(visible=False):
        drawing = [_photo("photo"), gr.Textbox(label="disease"), gr.Slider(0, 1, 0.7, label="severity"), *_more()]
        course = [drawing[0], drawing[1], gr.Number(STAGES, precision=0, label="stages"), *drawing[3:]]
        read = [_photo("photo"), gr.Textbox(None, label="disease"), _photo("before")]
        text, most = gr.Textbox(label="text"), gr.Number(12, precision=0, label="most")
        picture, archive = gr.Image(label="picture", format="png"), gr.File(label="archive")
        report, reports = gr.JSON(label="report"), gr.JSON(label="reports")
        trigger = gr.Button()
    wired = {
        api.transform: (drawing, [picture, report]),
        api.strip: (course, [picture, reports]),
        api.bundle: (drawing, archive),
        api.evaluate: (read, report),
        api.search_diseases: ([text, most], reports),
        api.profile: (drawing[1], report),
        api.describe: (text, reports),
    }
    for endpoint, (inputs, outputs) in wired.items():
        trigger.click(endpoint, inputs, outputs, api_name=endpoint.__name__, **shown)


def _photo(name: str) -> gr.File:
    return gr.File(label=name, file_count="single", type="filepath")


def _more() -> list:
    """Return a component for each setting after the severity, in the order of `SETTINGS`, and for the mark."""
    return [
        gr.Number(0, precision=0, label="seed"),
        gr.Number(None, label="age"),
        gr.Number(None, label="photo_age"),
        gr.Dropdown(["female", "male"], value=None, label="sex"),
        gr.Dropdown(["left", "right"], value=None, label="side"),
        gr.Dropdown(["typical", "sampled"], value="typical", label="presentation"),
        gr.Dropdown(["disease", "healthy"], value="disease", label="toward"),
        gr.Dropdown(["morph", "diffusion"], value="morph", label="engine"),
        gr.Checkbox(True, label="mark"),
    ]


def _settings(values: tuple) -> dict[str, Any]:
    told = dict(zip(SETTINGS, values, strict=True))
    return told | {"seed": int(told["seed"] or 0), "sex": told["sex"] or None, "side": told["side"] or None}


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except DiseaseFaceError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _report(result) -> dict:
    return json.loads(bundle.encode_json(result.report.to_dict()))


def _name(result) -> str:
    return bundle.file_name(result.report.to_dict())


def _file(name: str, data: bytes) -> str:
    return save_bytes_to_cache(data, name, get_upload_folder())
