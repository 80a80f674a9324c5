"""From the page's values to the pipeline and back; no arithmetic on pictures."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from diseaseface import pictures
from diseaseface.errors import DiseaseFaceError, FaceError, PhotoError, RequestError, UnknownDisease
from diseaseface.faces.face import Face
from diseaseface.knowledge.profiles import Profile
from diseaseface.settings import STAGES
from diseaseface.ui import figures, presenters, texts, views
from diseaseface.ui.examples import examples
from diseaseface.ui.progress import watched

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline, Result

FIRST_DISEASE, FIRST_SEVERITY = "Down syndrome", 70
FIRST_SETTINGS = {
    "seed": 0,
    "age": None,
    "photo_age": None,
    "side": "left",
    "presentation": "typical",
    "toward": "disease",
    "engine": "morph",
}
MOST_SUGGESTIONS = 12
FRAMES, FRAME_SIDE_PX = 13, 560  # of an animation


@dataclass(frozen=True, eq=False)
class Held:
    """What one visitor's session remembers: the analysed photo and the last result."""

    photo: str
    face: Face
    settings: dict
    disease: str | Profile
    severity: float
    drawing: "Drawing"
    result: "Result | None" = None
    stages: tuple["Drawing", ...] = ()

    def answers(self, photo: str, disease: str, severity: float, settings: dict) -> bool:
        """Whether just this was asked for, and all of it is drawn."""
        asked = (self.photo, self.disease, self.severity, self.settings)
        return bool(self.stages) and asked == (photo, disease, severity, settings)


@dataclass(frozen=True, eq=False)
class Shown:
    """New values of the page's outputs, in the order of the layout; what is not given stays."""

    picture: Any = field(default_factory=gr.skip)
    caption: Any = field(default_factory=gr.skip)
    warnings: Any = field(default_factory=gr.skip)
    scores: Any = field(default_factory=gr.skip)
    plot: Any = field(default_factory=gr.skip)
    strip: Any = field(default_factory=gr.skip)
    signs: Any = field(default_factory=gr.skip)
    photo_notice: Any = ""
    disease_notice: Any = ""
    notice: Any = ""
    status: Any = ""
    stop: Any = field(default_factory=lambda: gr.update(visible=False))
    held: Any = field(default_factory=gr.skip)

    def values(self) -> tuple:
        """Return the values in order, with pictures placed where the page can fetch them."""
        return tuple(_placed(getattr(self, one.name)) for one in fields(self))


def working(status: str, **news) -> Shown:
    """Return news while more is on its way."""
    return Shown(status=f'<p class="working" role="status">{status}</p>', stop=gr.update(visible=True), **news)


class Handlers:
    """The page's functions around a ready pipeline."""

    def __init__(self, pipeline: "Pipeline"):
        self.pipeline = pipeline
        self._opening: tuple[str, str, Shown] | None = None
        self._opening_lock = threading.Lock()

    def opening(self) -> tuple:
        """Return the first example's photo, disease and result; worked out once for all visitors."""
        with self._opening_lock:
            if self._opening is None:
                self._opening = self._first_result()
        photo, disease, shown = self._opening
        return photo, disease, *shown.values()

    def _first_result(self) -> tuple[str, str, Shown]:
        photo = str(examples()[0].path)
        disease = self.pipeline.profile(FIRST_DISEASE)
        shown = Shown()
        for step in self._steps(photo, disease.id, FIRST_SEVERITY, FIRST_SETTINGS, None):
            news = {one.name: getattr(step, one.name) for one in fields(step)}
            shown = replace(shown, **{name: new for name, new in news.items() if new != gr.skip()})
        return photo, disease.id, shown

    def search(self, text: str) -> list[dict]:
        """Suggest diseases for what has been typed so far."""
        matches = self.pipeline.diseases.search(str(text)[:200], most=MOST_SUGGESTIONS)
        return [presenters.disease_option(match) for match in matches]

    def show(
        self, photo, disease, severity, seed, age, side, presentation, toward, view, held, own: Profile | None = None,
        engine: str = "morph",
    ) -> Iterator[tuple]:  # fmt: skip
        """Draw, then score, then draw the course; each as soon as it is there."""
        try:
            settings = {
                "seed": int(seed or 0),
                **_ages(age),
                "side": side or None,
                "presentation": presentation,
                "toward": toward,
                "engine": engine,
            }
            chosen = own if own is not None and own.id == disease else disease
            for step in self._steps(photo, chosen, severity, settings, held, view):
                yield step.values()
        except (PhotoError, FaceError) as error:
            yield Shown(photo_notice=presenters.notice_html(str(error))).values()
        except UnknownDisease as error:
            yield Shown(disease_notice=presenters.notice_html(str(error))).values()
        except DiseaseFaceError as error:
            yield Shown(notice=presenters.notice_html(str(error))).values()

    def _steps(
        self, photo, disease, severity, settings: dict, held: Held | None, view: str = views.HEAD
    ) -> Iterator[Shown]:
        if not photo:
            yield Shown(photo_notice=presenters.notice_html(texts.NO_PHOTO))
            return
        if not disease:
            yield Shown(disease_notice=presenters.notice_html(texts.NO_DISEASE))
            return
        if held and held.answers(photo, disease, severity, settings):  # values set by us come back as changes
            yield Shown()
            return
        yield working(texts.READING_FACE)
        face = held.face if held and held.photo == photo else self.pipeline.look(photo)
        # A picture of our own carries its settings, which the way back needs.
        source = photo if settings.get("toward") == "healthy" and pictures.read_report(photo) else face
        drawing = yield from _by_steps(
            settings, lambda told: self.pipeline.draw(source, disease, severity / 100, **settings, **told)
        )
        held = Held(photo, face, settings, disease, severity, drawing)
        yield working(
            texts.SCORING,
            picture=_pair(face, drawing.rendering.picture, view),
            caption=presenters.caption_html(_told(drawing)),
            held=held,
        )

        result = self.pipeline.judge(drawing)
        report = result.report.to_dict()
        held = replace(held, result=result)
        yield working(
            texts.COURSE,
            scores=presenters.scores_html(report),
            plot=figures.signs_figure(report),
            warnings=presenters.warnings_html(report["warnings"]),
            held=held,
        )

        stages = yield from _by_steps(
            settings, lambda told: tuple(self.pipeline.draw_strip(face, disease, STAGES, **settings, **told))
        )
        yield Shown(
            strip=[(pictures.encode_png(_head(stage)), _caption(stage)) for stage in stages],
            signs=presenters.signs_html(report, drawing.profile, presenters.course_of(stages)),
            held=replace(held, stages=stages),
        )

    @staticmethod
    def outputs() -> list[str]:
        """Return the names of what `show` gives back, in order."""
        return [one.name for one in fields(Shown)]

    @staticmethod
    def another_seed(seed: float | None) -> int:
        """Return the next seed: chance that can be told to somebody else."""
        return int(seed or 0) + 1

    @staticmethod
    def stopped() -> tuple:
        """Take the progress line away."""
        return "", gr.update(visible=False)

    @staticmethod
    def take_example(event: gr.EventData) -> str:
        """Return the path of the example that was chosen."""
        name = event.name
        return next(str(one.path) for one in examples() if one.path.name == name)

    @staticmethod
    def look_closer(view: str, held: Held | None) -> Any:
        """Show another part of the picture that is there."""
        return gr.skip() if held is None else _placed(_pair(held.face, held.drawing.rendering.picture, view))

    @staticmethod
    def recognise(photo: str | None) -> str:
        """Say so where a photo is a picture drawn here before."""
        report = pictures.read_report(photo) if photo else None
        disease, severity = (report or {}).get("disease"), (report or {}).get("severity")
        if not isinstance(disease, dict) or not isinstance(severity, int | float):
            return ""
        return presenters.note_html(texts.OWN_PICTURE.format(name=disease.get("name"), severity=100 * severity))

    def take_picture(self, held: Held | None) -> str:
        """Return a PNG file with its report inside."""
        result = _ready(held)
        return _file(held, ".png", pictures.encode_png(result.picture, result.report.to_dict()))

    def take_report(self, held: Held | None) -> str:
        """Return the report as a JSON file."""
        report = _ready(held).report.to_dict()
        return _file(held, ".json", json.dumps(report, ensure_ascii=False, indent=2).encode("utf-8"))

    def take_strip(self, held: Held | None) -> str:
        """Return the course side by side with captions, as PNG."""
        report = _ready(held).report.to_dict()
        stages = held.stages or tuple(self._course(held, STAGES))
        sheet = pictures.sheet([_head(one) for one in stages], [_caption(one) for one in stages])
        return _file(held, "-course.png", pictures.encode_png(sheet, report))

    def take_gif(self, held: Held | None, progress=gr.Progress()) -> str:  # noqa: B008 - Gradio's way
        """Return the course as a GIF."""
        return _file(held, ".gif", pictures.encode_gif(self._frames(held, progress)))

    def take_mp4(self, held: Held | None, progress=gr.Progress()) -> str:  # noqa: B008
        """Return the course as a film."""
        return _file(held, ".mp4", pictures.encode_mp4(self._frames(held, progress)))

    def _frames(self, held: Held | None, progress) -> list:
        _ready(held)
        course = progress.tqdm(self._course(held, FRAMES), total=FRAMES, desc=texts.COURSE)
        return [pictures.shrunk(_head(drawing), FRAME_SIDE_PX) for drawing in course]

    def _course(self, held: Held, stages: int) -> Iterator["Drawing"]:
        return self.pipeline.draw_strip(held.face, held.disease, stages, **held.settings)


def _ages(text: str | None) -> dict[str, float | None]:
    """Read "30", the age to show, or "30 > 60", the age in the photo and the age to show."""
    parts = [part.strip().replace(",", ".") for part in (text or "").replace("→", ">").split(">")]
    try:
        years = [float(part) for part in parts if part or len(parts) > 1]
    except ValueError:
        years = [0.0] * 3
    if len(years) > 2:
        raise RequestError(
            "The age is a number of years, such as 8 or 0.5, or two, such as 30 > 60; or leave it empty."
        )
    return {"age": years[-1] if years else None, "photo_age": years[0] if len(years) == 2 else None}


def _by_steps(settings: dict, work: Callable[[dict], Any]) -> Generator[Shown, None, Any]:
    """Do work and return what it gives; a diffusion model's steps are told, and end when nobody waits."""
    if settings["engine"] == "morph":
        return work({})
    with closing(watched(lambda on_step: work({"on_step": on_step}))) as steps:
        while True:
            try:
                done, total = next(steps)
            except StopIteration as end:
                return end.value
            yield working(texts.STEP.format(done, total))


def _pair(face: Face, picture: np.ndarray, view: str) -> tuple[bytes, bytes]:
    box = views.box_of(face, view)
    return tuple(pictures.encode_png(views.crop(one, box)) for one in (face.image, picture))


def _head(drawing: "Drawing") -> np.ndarray:
    return views.crop(drawing.rendering.picture, views.box_of(drawing.face, views.HEAD))


def _ready(held: Held | None) -> "Result":
    if held is None or held.result is None:
        raise gr.Error(texts.NOTHING_TO_TAKE, print_exception=False)
    return held.result


def _told(drawing: "Drawing") -> dict:
    disease = {"id": drawing.profile.id, "name": drawing.profile.name}
    return {"disease": disease, "severity": drawing.request.severity, "toward": drawing.request.toward}


def _caption(stage: "Drawing") -> str:
    return presenters.stage_caption(stage.request.severity)


def _placed(value: Any) -> Any:
    """Put PNG bytes, alone or inside lists and tuples, where Gradio serves and later deletes them."""
    if isinstance(value, bytes):
        return save_bytes_to_cache(value, "picture.png", get_upload_folder())
    if isinstance(value, list | tuple):
        return type(value)(_placed(part) for part in value)
    return value


def _file(held: Held, ending: str, data: bytes) -> str:
    told = held.result.report.to_dict()
    name = f"{told['disease']['name']} {told['severity']:.2f}".lower().replace(" ", "-")
    kept = "".join(letter for letter in name if letter.isalnum() or letter in "-.")
    return save_bytes_to_cache(data, Path(f"diseaseface-{kept}{ending}").name, get_upload_folder())
