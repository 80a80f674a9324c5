"""Whose answer a visitor sees who has asked twice: the one to what was asked last."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TypeVar

Step = TypeVar("Step")


class Turns:
    """Counts what one visitor asks; kept with the visitor's state.

    Gradio lets events run at once where they come together or belong to different components, and what was asked last
    need not be answered last.
    """

    def __init__(self) -> None:
        self._asked, self._answered = 0, 0
        self.opening = False  # whether the page is being opened, and has no photo yet

    @property
    def several(self) -> bool:
        """Whether more than the opening was asked."""
        return self._asked > 1

    def newest(self, steps: Generator[Step, None, None], silent: Step, idle: Step) -> Iterator[Step]:
        """Pass the steps of an answer on until something newer is asked; the work stops then.

        Gradio tells the last step once more when an answer ends, so an answer that is overtaken ends with one that
        says nothing: `silent` while the newer one is at work, else `idle`, where nothing is being done.
        """
        self._asked = mine = self._asked + 1
        try:
            with closing(steps):
                for step in steps:
                    if mine != self._asked:
                        yield silent if self._answered < self._asked else idle
                        return
                    yield step
        finally:
            self._answered = max(self._answered, mine)
