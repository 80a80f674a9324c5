"""The one folder for what visitors bring and take: swept while it is in use, gone when the process is.

The folder is locked for as long as its process lives, whatever way that ends. So the next process knows which
folders nobody owns any more, after a power cut or a kill, too, and removes them.
"""

import atexit
import os
import shutil
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows, where nobody's folders cannot be told apart and stay
    fcntl = None

PREFIX = "diseaseface-room-"
_LOCK = ".alive"
_held: list[object] = []  # open files: closing one would give its lock away


def open_room() -> Path:
    """Make this process's folder, let Gradio and temporary files use it, and remove nobody's folders.

    It lies in GRADIO_TEMP_DIR, else in the system's folder for temporary files, and is closed to other users.
    """
    parent = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(parent)
    room = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    _held.append(_locked(room / _LOCK))
    os.environ["GRADIO_TEMP_DIR"] = tempfile.tempdir = str(room)
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    return room


def remove_abandoned(parent: Path) -> list[Path]:
    """Remove the folders of processes that are gone; return them."""
    gone = [room for room in parent.glob(f"{PREFIX}*") if _abandoned(room)]
    for room in gone:
        shutil.rmtree(room, ignore_errors=True)
    return gone


def sweep(room: Path, seconds: float) -> None:
    """Remove files that were last written or touched over `seconds` ago, and folders that are empty by then."""
    latest = time.time() - seconds
    for path in sorted(room.rglob("*"), reverse=True):  # what is inside comes before its folder
        try:
            if path.is_dir():
                if path.stat().st_mtime < latest:
                    path.rmdir()
            elif path.name != _LOCK and path.stat().st_mtime < latest:
                path.unlink()
        except OSError:  # in use again, or gone already
            continue


def touch(path: str | os.PathLike | None) -> None:
    """Note that a visitor's file was used just now; nothing happens to files outside the room."""
    room = os.environ.get("GRADIO_TEMP_DIR")
    if path and room and Path(path).is_relative_to(room) and Path(path).is_file():
        os.utime(path)


def _locked(path: Path):
    file = path.open("w")
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def _abandoned(room: Path) -> bool:
    if fcntl is None:
        return False
    try:
        with (room / _LOCK).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:  # just made by another process, unless it is old
        return time.time() - room.stat().st_mtime > 60
    except OSError:
        return False
