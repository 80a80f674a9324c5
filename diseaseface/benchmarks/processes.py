"""Photos worked on side by side."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import cv2

Job = TypeVar("Job")
Found = TypeVar("Found")


def side_by_side(work: Callable[[Job], Found], jobs: Iterable[Job], processes: int) -> Iterator[Found]:
    """Yield what `work` makes of each job, in order; one process works here, more are started afresh.

    A copy of this process would hang in the first parallel loop of a library whose threads it has lost (OpenMP).
    """
    if processes == 1:
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        yield from pool.map(work, jobs)
