"""What native libraries print to stderr, kept off it, so that an error of the command line stays one line."""

import contextlib
import os
import threading
from collections.abc import Iterator

_STDERR = 2


class _Switch:
    """Turns the process's file descriptor 2 away while any thread is inside: first in, last out."""

    def __init__(self):
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = -1

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._saved = os.dup(_STDERR)
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), _STDERR)
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                os.dup2(self._saved, _STDERR)
                os.close(self._saved)


_switch = _Switch()


@contextlib.contextmanager
def quiet_native_output() -> Iterator[None]:
    """Send what native libraries print to stderr nowhere; threads may be inside together."""
    _switch.enter()
    try:
        yield
    finally:
        _switch.leave()
