"""Long work of the page: told step by step, and stopped between two steps when nobody waits any more."""

import queue
import threading
from collections.abc import Callable, Generator

from diseaseface.engines.base import OnStep


class Stopped(Exception):
    """Nobody waits for the work any more."""


def watched(work: Callable[[OnStep], object]) -> Generator[tuple[int, int], None, object]:
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
