"""What visitors bring and take is kept for minutes, and goes with the process, whatever way that ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from diseaseface.ui import room

OPEN = (
    "import sys, tempfile, time; from diseaseface.ui.room import open_room; room = open_room(); "
    "(room / 'photo.jpg').write_bytes(b'x'); print(room, tempfile.gettempdir(), flush=True); {then}"
)


def start(parent, then):
    """A process that opens a room in a folder, and then does what it is told."""
    env = {name: value for name, value in os.environ.items() if name != "GRADIO_TEMP_DIR"} | {"TMPDIR": str(parent)}
    command = [sys.executable, "-c", OPEN.format(then=then)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    place, temporary = process.stdout.readline().split()
    assert place == temporary, "temporary files lie in the room, too"
    return process, parent / place


@pytest.mark.parametrize("end", ["pass", "1 / 0", "sys.exit(3)"], ids=["end", "error", "exit"])
def test_a_room_is_gone_when_its_process_is(tmp_path, end):
    process, place = start(tmp_path, end)
    process.wait(30)
    assert not place.exists()
    assert list(tmp_path.iterdir()) == []


def test_the_room_of_a_killed_process_is_removed_by_the_next_and_that_of_a_living_one_is_not(tmp_path):
    killed, dead = start(tmp_path, "time.sleep(60)")
    living, alive = start(tmp_path, "time.sleep(60)")
    try:
        killed.kill()
        killed.wait(30)
        assert (dead / "photo.jpg").exists(), "nobody could clean up"
        process, own = start(tmp_path, "pass")
        process.wait(30)
        assert not dead.exists()
        assert not own.exists()
        assert (alive / "photo.jpg").exists()
    finally:
        living.send_signal(signal.SIGKILL)
        living.wait(30)


def test_a_room_is_closed_to_other_users(tmp_path):
    process, place = start(tmp_path, "time.sleep(60)")
    try:
        assert place.stat().st_mode & 0o077 == 0
    finally:
        process.kill()
        process.wait(30)


def test_a_sweep_removes_what_was_not_used_for_long_and_nothing_else(tmp_path):
    old, young = tmp_path / "a" / "old.jpg", tmp_path / "b" / "young.jpg"
    for path in (old, young, tmp_path / ".alive"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    long_ago = time.time() - 700
    for path in (old, old.parent, tmp_path / ".alive"):
        os.utime(path, (long_ago, long_ago))
    room.sweep(tmp_path, 600)
    assert not old.exists()
    assert young.exists()
    assert (tmp_path / ".alive").exists()
    os.utime(old.parent, (long_ago, long_ago))
    room.sweep(tmp_path, 600)
    assert not old.parent.exists()


def test_a_file_that_is_used_again_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    os.utime(photo, (0, 0))
    room.touch(photo)
    room.sweep(tmp_path, 600)
    assert photo.exists()


def test_only_files_in_the_room_are_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "room"))
    outside = tmp_path / "mine.jpg"
    outside.write_bytes(b"x")
    os.utime(outside, (0, 0))
    for path in (outside, None, "", tmp_path / "room" / "gone.jpg"):
        room.touch(path)
    assert outside.stat().st_mtime == 0


def test_temporary_files_are_where_they_were_for_whoever_opens_no_room():
    assert room.PREFIX not in tempfile.gettempdir()
