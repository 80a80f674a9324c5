"""What a visitor takes up on the Transform tab: an example, a file, another seed, a picture of this visit."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
from gradio.utils import get_upload_folder

from diseaseface import pictures
from diseaseface.errors import UnknownDisease
from diseaseface.ui import asked, presenters, texts, visit
from diseaseface.ui.asked import Asked
from diseaseface.ui.examples import examples
from diseaseface.ui.turns import Turns

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline


class Choices:
    """The tab's functions that set its values; whoever draws is told by them."""

    def __init__(self, pipeline: "Pipeline"):
        self.pipeline = pipeline

    @staticmethod
    def another_seed(seed: float | None, asked_for: int) -> tuple[int, int]:
        """Return the next seed, chance that can be told to somebody else, and ask for its picture."""
        return int(seed or 0) + 1, asked_for + 1

    @staticmethod
    def take_example(event: gr.EventData) -> str:
        """Return the path of the example that was chosen."""
        name = event.name
        return next(str(one.path) for one in examples() if one.path.name == name)

    def take_upload(self, event: gr.EventData) -> tuple:
        """Return the path of the file that was sent, of no other on this machine, and the settings of one of ours."""
        path = Path(str(event.path)).resolve()
        if not path.is_relative_to(Path(get_upload_folder()).resolve()):
            return gr.skip(), *[gr.skip()] * len(fields(Asked))
        told = asked.restored(pictures.read_report(path), self._known)
        return str(path), *(told.get(one.name, gr.skip()) for one in fields(Asked))

    def _known(self, disease: str) -> bool:
        try:
            return bool(self.pipeline.profile(disease))
        except UnknownDisease:
            return False

    @staticmethod
    def restore(past: tuple[visit.Entry, ...], asked_for: int, event: gr.EventData) -> tuple:
        """Return the settings of a picture of this visit, and ask for it; a photo that is deleted says so."""
        place, told = int(event.place), presenters.notice_html(texts.PHOTO_GONE)
        if not 0 <= place < len(past):  # who was away for long has a page that is remembered no more
            return *[gr.skip()] * (len(fields(Asked)) + 3), told
        entry = past[place]
        there = Path(entry.photo).is_file()
        news = (asked_for + 1, "") if there else (gr.skip(), told)
        return entry.photo if there else gr.skip(), *vars(entry.asked).values(), entry.own, *news

    def take_photo(self, photo: str | None, seen: str | None, asked_for: int) -> tuple:
        """Return what is said of a photo, the photo, and ask for its picture; the one `seen` has its picture already.

        The page tells more than once that a photo has changed, and also where it opened with it.
        """
        return (gr.skip(),) * 3 if photo == seen else (self.recognise(photo), photo, asked_for + 1)

    @staticmethod
    def take_first(photo: str | None, seen: str | None, asked_for: int, turns: Turns) -> tuple:
        """Return the photo that the page has opened with, and ask for a picture where the visitor was quicker.

        Whoever has chosen a photo meanwhile keeps it.
        """
        quicker = photo is not None or turns.several
        return seen if photo is None else gr.skip(), asked_for + 1 if quicker else gr.skip()

    @staticmethod
    def recognise(photo: str | None) -> str:
        """Say so where a photo is a picture drawn here before."""
        report = pictures.read_report(photo) if photo else None
        disease, severity = (report or {}).get("disease"), (report or {}).get("severity")
        if not isinstance(disease, dict) or not isinstance(severity, int | float):
            return ""
        return presenters.note_html(texts.OWN_PICTURE.format(name=disease.get("name"), severity=100 * severity))
