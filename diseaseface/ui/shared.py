"""Work that is done once, while all who wait for it are told of its steps as they come."""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Step = TypeVar("Step")


class Shared(Generic[Step]):
    """An iterator's steps for many; whoever comes later has those that are past at once.

    Parameters
    ----------
    work : callable
        Called once, in a thread of its own, so that nobody who leaves stops it for the others. What it raises is
        raised for all who wait, and whoever comes then has it tried anew.
    """

    def __init__(self, work: Callable[[], Iterator[Step]]):
        self._work, self._news = work, threading.Condition()
        self._steps: list[Step] = []
        self._running, self._done, self._error = False, False, None

    def __iter__(self) -> Iterator[list[Step]]:
        """Yield the steps since the last time, at least one."""
        self._start()
        told = 0
        while True:
            with self._news:
                self._news.wait_for(lambda told=told: len(self._steps) > told or not self._running)
                fresh, error = self._steps[told:], self._error
            if fresh:
                told += len(fresh)
                yield fresh
            elif error:
                raise error
            else:
                return

    def _start(self) -> None:
        with self._news:
            if self._running or self._done:
                return
            self._running, self._error, self._steps = True, None, []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        error = None
        try:
            for step in self._work():
                with self._news:
                    self._steps.append(step)
                    self._news.notify_all()
        except BaseException as raised:  # it is raised again where somebody waits
            error = raised
        with self._news:
            self._running, self._done, self._error = False, error is None, error
            self._news.notify_all()
