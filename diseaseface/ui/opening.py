"""What the page shows when it is opened: the first example, or what a link asks for."""

import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from diseaseface.errors import UnknownDisease
from diseaseface.ui import asked, links, presenters
from diseaseface.ui.examples import examples
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.held import Shown
from diseaseface.ui.shared import Shared
from diseaseface.ui.turns import Turns

_ALONE_S = 8.0  # that the first picture waits for somebody before it is scored for nobody


class Opening:
    """The page's first result, around the functions that draw."""

    def __init__(self, handlers: Handlers):
        self._handlers = handlers
        self._first: Shared[tuple[str, Shown]] = Shared(self._first_steps)
        self._seen = threading.Event()  # by somebody, the first picture

    def open(self, turns: Turns | None = None, request: gr.Request | None = None) -> Iterator[tuple]:
        """Show what the link asks for; without settings in it the first example, worked out once for all visitors.

        Yields the photo that is seen, with the last step; the settings that a link may set; and the outputs, until
        the visitor asks for something else.
        """
        told = links.read(dict(request.query_params)) if request is not None else {}
        photo, turns = told.get(links.FACE, str(examples()[0].path)), turns or Turns()
        steps = self._linked(photo, told) if told else self._first_seen()
        turns.opening = True
        try:
            yield from turns.newest(steps, _told(None, Shown.silent()), _told(None, Shown.idle()))
        finally:
            turns.opening = False
        yield photo, *_stay(_SETTINGS + len(Shown.names()))

    def warm(self) -> None:
        """Work out the first result before anybody asks for it."""
        for _ in self._first:
            pass

    def _first_seen(self) -> Generator[tuple, None, None]:
        for place, steps in enumerate(self._first):
            disease, news = steps[-1][0], {}
            for _, step in steps:
                news |= step.news()
            yield _told([disease, *_stay(_SETTINGS - 1)] if place == 0 else None, Shown(**news))
            if "picture" in news:
                self._seen.set()

    def _first_steps(self) -> Iterator[tuple[str, Shown]]:
        photo, disease = str(examples()[0].path), self._handlers.pipeline.profile(asked.FIRST_DISEASE).id
        for step in self._handlers.steps(photo, disease, asked.first(disease), None):
            yield disease, step
            if "picture" in step.news():  # indexes for the scores would take the time in which a browser opens the page
                self._seen.wait(_ALONE_S)

    def _linked(self, photo: str, told: dict) -> Generator[tuple, None, None]:
        settings = {"disease": asked.FIRST_DISEASE} | {name: told[name] for name in told if name != links.FACE}
        wanted = asked.first(**settings)
        disease, steps = wanted.disease, [Shown()]
        try:
            disease = self._handlers.pipeline.profile(wanted.disease).id
            steps = self._handlers.steps(photo, disease, replace(wanted, disease=disease), None)
        except UnknownDisease as error:
            steps = [Shown(disease_notice=presenters.notice_html(str(error)))]
        values: Iterable[Any] | None = vars(replace(wanted, disease=disease)).values()
        for step in self._handlers.in_words(steps):
            yield _told(values, step)
            values = None


_SETTINGS = len(links.known()) - 1  # beside the photo


def _told(settings: Iterable[Any] | None, step: Shown) -> tuple:
    return gr.skip(), *(_stay(_SETTINGS) if settings is None else settings), *step.values()


def _stay(count: int) -> list:
    return [gr.skip()] * count
