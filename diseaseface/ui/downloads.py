"""What the page lets a visitor take away: the same files as on the command line, made when they are asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from diseaseface import marks, pictures
from diseaseface.settings import STAGES
from diseaseface.takeaway import bundle
from diseaseface.takeaway.document import encode_pdf
from diseaseface.takeaway.table import encode_csv
from diseaseface.ui import presenters, texts, viewer
from diseaseface.ui.held import Held
from diseaseface.ui.lanes import Lanes

if TYPE_CHECKING:
    from diseaseface.pipeline import Drawing, Pipeline

FRAME_SIDE_PX = 560
KINDS = tuple(texts.TAKE)


class Downloads:
    """A function for each kind of file, each from what a visitor's session holds to a path."""

    def __init__(self, pipeline: "Pipeline", lanes: Lanes):
        self.pipeline, self.lanes = pipeline, lanes

    def picture(self, held: Held | None) -> str:
        """Return a PNG with its report inside."""
        return _file(held, ".png", pictures.encode_png(_ready(held).picture, _told(held), mark=True))

    def strip(self, held: Held | None) -> str:
        """Return the course side by side with captions, as PNG."""
        told = _told(held)
        return _file(held, "-course.png", bundle.strip(self._stages(held), told))

    def gif(self, held: Held | None, progress=gr.Progress()) -> str:  # noqa: B008 - Gradio's way
        """Return the course as a GIF."""
        return _file(held, ".gif", pictures.encode_gif(self._frames(held, progress), _told(held)))

    def mp4(self, held: Held | None, progress=gr.Progress()) -> str:  # noqa: B008
        """Return the course as a film."""
        return _file(held, ".mp4", pictures.encode_mp4(self._frames(held, progress), _told(held)))

    def pdf(self, held: Held | None) -> str:
        """Return a report of one page."""
        told, before = _told(held), bundle.head(held.face, held.face.image)
        after = bundle.head(held.face, _ready(held).picture)
        return _file(held, ".pdf", encode_pdf(before, after, told, self._stages(held)))

    def table(self, held: Held | None) -> str:
        """Return the signs as CSV."""
        return _file(held, ".csv", encode_csv(_told(held)))

    def report(self, held: Held | None) -> str:
        """Return the report as JSON."""
        return _file(held, ".json", bundle.encode_json(_told(held)))

    def everything(self, held: Held | None, progress=gr.Progress()) -> str:  # noqa: B008
        """Return all of these as one ZIP."""
        result, told = _ready(held), _told(held)
        course = [drawing.rendering.picture for drawing in self._course(held, progress)]
        return _file(held, ".zip", bundle.zipped(bundle.files(held.face, result.picture, told, course)))

    def _stages(self, held: Held) -> list[tuple[np.ndarray, str]]:
        drawn = held.stages or tuple(self._drawn(held, STAGES))
        return [(viewer.head(one), presenters.stage_caption(one.request.severity)) for one in drawn]

    def _frames(self, held: Held | None, progress) -> list[np.ndarray]:
        _ready(held)
        course = self._course(held, progress)
        return [marks.stamped(pictures.shrunk(viewer.head(drawing), FRAME_SIDE_PX)) for drawing in course]

    def _course(self, held: Held, progress) -> Iterator["Drawing"]:
        return progress.tqdm(self._drawn(held, bundle.FRAMES), total=bundle.FRAMES, desc=texts.COURSE)

    def _drawn(self, held: Held, stages: int) -> Iterator["Drawing"]:
        with self.lanes.turn(held.settings["engine"]):
            yield from self.pipeline.draw_strip(held.face, held.disease, stages, **held.settings)


def _ready(held: Held | None):
    if held is None or held.result is None:
        raise gr.Error(texts.NOTHING_TO_TAKE, print_exception=False)
    return held.result


def _told(held: Held | None) -> dict:
    return _ready(held).report.to_dict()


def _file(held: Held | None, ending: str, data: bytes) -> str:
    return save_bytes_to_cache(data, bundle.file_name(_told(held)) + ending, get_upload_folder())
