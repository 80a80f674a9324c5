"""The real page as a child process on this machine, with a folder of its own for what it keeps."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from diseaseface.errors import DiseaseFaceError

_ROOT = Path(__file__).parents[2]
_START_S = 180.0


class Server:
    """A page that this process starts, kills and starts again at one address.

    Parameters
    ----------
    folder : Path
        For its temporary files and its log.
    keep_minutes : float
        How long it keeps a visitor's files and faces after their last use.
    """

    def __init__(self, folder: Path, keep_minutes: float = 10.0):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url, self._folder = f"http://127.0.0.1:{self._port}/", folder
        self._files, self._log = folder / "files", folder / "page.log"
        self._files.mkdir(parents=True)
        self._keep_minutes = keep_minutes
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the page and wait until it is served."""
        settings = {
            "GRADIO_SERVER_PORT": str(self._port),
            "GRADIO_TEMP_DIR": str(self._files),
            "TMPDIR": str(self._files),
            "DISEASEFACE_KEEP_MINUTES": str(self._keep_minutes),
        }
        with self._log.open("a") as log:
            command = [sys.executable, "app.py"]
            self._process = subprocess.Popen(command, cwd=_ROOT, env=os.environ | settings, stdout=log, stderr=log)
        end = time.monotonic() + _START_S
        while not self._serves():
            if self._process.poll() is not None or time.monotonic() > end:
                raise DiseaseFaceError(f"The page did not start: {self._log.read_text()[-300:]}")
            time.sleep(0.2)

    def _serves(self) -> bool:
        try:
            return httpx.get(f"{self.url}config", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End the page at once, as the system does when memory is short."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask the page to end and wait for it."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def memory_mb(self) -> float:
        """Return the memory of the page and of the processes it started; NaN where the system does not tell."""
        try:
            return sum(map(_memory_mb, _with_children(self._process.pid)))
        except (OSError, StopIteration):
            return float("nan")

    def threads(self) -> int:
        """Return how many threads the page has; 0 where the system does not tell."""
        try:
            return len(list(Path(f"/proc/{self._process.pid}/task").iterdir()))
        except OSError:
            return 0

    def files(self) -> int:
        """Return how many files the page has on disk."""
        return sum(path.is_file() for path in self._files.rglob("*"))

    def errors(self) -> int:
        """Return how many tracebacks its log holds."""
        return self._log.read_text(errors="replace").count("Traceback")


def _with_children(process: int) -> list[int]:
    started = (path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children"))
    return [process, *(int(child) for children in started for child in children)]


def _memory_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
