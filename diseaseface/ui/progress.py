"""Long work of the page: told step by step, and stopped between two steps when nobody waits any more."""

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, TypeVar

import gradio as gr

from diseaseface.engines.base import OnStep
from diseaseface.ui import presenters, texts

Step, News, Made = TypeVar("Step"), TypeVar("News"), TypeVar("Made")


def doing(said: str) -> tuple:
    """Return the new values of a line of progress and its stop button while something is being done."""
    return presenters.working_html(said), gr.update(visible=True)


def idle(said: str = "") -> tuple:
    """Return their new values when nothing is being done any more; `said` is HTML that stays."""
    return said, gr.update(visible=False)


def told_by_steps(engine: str, work: Callable[[dict], Made]) -> Generator[str, None, Made]:
    """Do work and return what it gives; a diffusion model's steps are told, and end when nobody waits.

    `work` is given the keywords with which the pipeline tells its steps; the morph engine is done at once.
    """
    if engine == "morph":
        return work({})
    steps = watched(lambda on_step: work({"on_step": on_step}))
    return (yield from retold(steps, lambda step: texts.STEP.format(*step)))


def retold(steps: Generator[Step, None, Made], tell: Callable[[Step], News]) -> Generator[News, None, Made]:
    """Yield each step in other words and return the result."""
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value
            yield tell(step)


class Stopped(Exception):
    """Nobody waits for the work any more."""


def watched(work: Callable[[OnStep], Made]) -> Generator[tuple[int, int], None, Any]:
    """Run `work` beside the page; yield (done, of how many) for each step, and return its result.

    What it raises is raised here. Closing the iterator, as Gradio does when an event is cancelled, makes
    the next step raise `Stopped` inside the work.
    """
    news: queue.SimpleQueue = queue.SimpleQueue()
    unwanted = threading.Event()

    def on_step(done: int, total: int) -> None:
        if unwanted.is_set():
            raise Stopped
        news.put(("step", (done, total)))

    def run() -> None:
        try:
            news.put(("done", work(on_step)))
        except BaseException as error:  # every error is raised again where somebody reads it
            news.put(("failed", error))

    threading.Thread(target=run, daemon=True).start()
    try:
        while True:
            kind, value = news.get()
            if kind == "failed":
                raise value
            if kind == "done":
                return value
            yield value
    finally:
        unwanted.set()
