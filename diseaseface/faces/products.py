"""Products of matrices by one thread each.

A sum in another order is another one in its last bits, and a warp or a threshold makes pixels of that: with as many
threads as the machine has cores, the same request would give other pictures on other machines. The matrices here are
small besides: threads that share one cost more than they bring, and requests wait for each other's.
"""

import cv2  # noqa: F401  it brings a library of its own, which has to be there to be limited
import scipy.linalg  # noqa: F401  and so does this
from threadpoolctl import threadpool_limits


def by_one_thread() -> None:
    """Let numpy, scipy and OpenCV multiply by one thread in this process from now on."""
    threadpool_limits(1, user_api="blas")
