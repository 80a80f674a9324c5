"""Lines in front of the engines: a slow engine never holds up a quick one, and everybody knows their place."""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from diseaseface.errors import RequestError
from diseaseface.settings import WAITING_MOST
from diseaseface.ui import texts

News, Made = TypeVar("News"), TypeVar("Made")


_TOLD_EVERY_S, _A_PLACE_S = 2.0, 0.3  # so often whoever waits is told their place, and by so much rarer for each before
READING = "reading"  # the line for reading pictures back, which takes far longer than drawing them


class Lanes:
    """One line for each engine, and one for reading pictures back; first come, first served.

    `limits` tells how many requests each engine works on at the same time; an unknown engine has one. Pictures of the
    morph engine take the places of readings: they are quick, and what one looks at comes first.
    """

    def __init__(self, limits: Mapping[str, int], most: int = WAITING_MOST):
        self._limits, self._most = dict(limits), most
        self._lines: dict[str, list[Ticket]] = {}
        self._moved = threading.Condition()

    def join(self, engine: str) -> "Ticket":
        """Go to the end of a line; RequestError where it is too long."""
        with self._moved:
            line = self._lines.setdefault(engine, [])
            if len(line) - self._limit(engine) >= self._most:
                raise RequestError(texts.BUSY.format(len(line)))
            ticket = Ticket(self, engine)
            line.append(ticket)
            return ticket

    @contextmanager
    def turn(self, engine: str):
        """Wait until it is one's turn, and leave the line in the end."""
        ticket = self.join(engine)
        try:
            while ticket.place(within=1.0):
                pass
            yield
        finally:
            ticket.leave()

    def in_turn(
        self, engine: str, steps: Generator[News, None, Made], tell: Callable[[int], News]
    ) -> Generator[News, None, Made]:
        """Take `steps` when it is one's turn and return their result; until then `tell` how many come before."""
        ticket = self.join(engine)
        try:
            before = 0
            while before := ticket.place(within=_TOLD_EVERY_S + _A_PLACE_S * before):
                yield tell(before)
            return (yield from steps)
        finally:
            ticket.leave()

    def waiting(self) -> dict[str, int]:
        """Return how many wait in each line, those at work not counted."""
        with self._moved:
            return {name: max(0, len(line) - self._limit(name)) for name, line in self._lines.items()}

    def _ahead(self, engine: str) -> int:
        """Return how many in another line go first."""
        return len(self._lines.get("morph", ())) if engine == READING else 0

    def _limit(self, engine: str) -> int:
        return self._limits.get(engine, 1)


class Ticket:
    """A place in a line."""

    def __init__(self, lanes: Lanes, engine: str):
        self._lanes, self._engine = lanes, engine

    def place(self, *, within: float) -> int:
        """Return how many come before, 0 when it is one's turn; wait up to `within` seconds for that."""
        moved = self._lanes._moved
        with moved:
            moved.wait_for(lambda: not self._before(), within)
            return self._before()

    def leave(self) -> None:
        """Give the place away; to do so twice is no harm."""
        with self._lanes._moved:
            line = self._lanes._lines[self._engine]
            if self in line:
                line.remove(self)
            self._lanes._moved.notify_all()

    def _before(self) -> int:
        ahead = self._lanes._lines[self._engine].index(self) + self._lanes._ahead(self._engine)
        return max(0, ahead - self._lanes._limit(self._engine) + 1)
