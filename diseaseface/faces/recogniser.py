"""dlib's face recogniser in a process of its own.

The package keeps Python's lock while its network runs: a tenth of a second in which no other thread does anything. A
page would stand still for that long with every picture it scores.
"""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import numpy as np

CHIP_PX, NUMBERS = 150, 128
_CHIP_BYTES = CHIP_PX * CHIP_PX * 3


class Recogniser:
    """Describes faces in another process, which ends with this one.

    Parameters
    ----------
    model : Path
        dlib_face_recognition_resnet_model_v1.dat.
    """

    def __init__(self, model: Path):
        # As a file, not as a module: its package brings libraries that are of no use there. -P: nor do its neighbours.
        self._command = [sys.executable, "-P", __file__, str(model)]
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the process where none is running; OSError where that cannot be done."""
        with self._one_at_a_time:
            self._started()

    def describe(self, chip: np.ndarray) -> np.ndarray:
        """Return the float64 (128,) of a face's chip, uint8 (150, 150, 3); OSError where the process has ended."""
        with self._one_at_a_time:
            process = self._started()
            process.stdin.write(np.ascontiguousarray(chip).tobytes())
            process.stdin.flush()
            told = process.stdout.read(8 * NUMBERS)
        if len(told) < 8 * NUMBERS:
            raise BrokenPipeError("The process that describes faces has ended.")
        return np.frombuffer(told, np.float64).copy()

    def _started(self) -> subprocess.Popen:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process


def answer(model: str, asked: BinaryIO, told: BinaryIO) -> None:
    """Describe chip after chip until no more come."""
    import dlib

    network = dlib.face_recognition_model_v1(model)
    while len(chip := asked.read(_CHIP_BYTES)) == _CHIP_BYTES:
        pixels = np.frombuffer(chip, np.uint8).reshape(CHIP_PX, CHIP_PX, 3)
        told.write(np.array(network.compute_face_descriptor(pixels)).tobytes())
        told.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the page ends what is asked, and with it this process
    answer(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
