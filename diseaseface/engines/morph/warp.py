"""From a forward displacement field to the pixels: inverse, fold check, one resampling."""

from collections.abc import Iterator

import cv2
import numpy as np

from diseaseface.faces.chart import Chart

_ROUNDS = 8
_BAND = 32  # rows that are worked on together
_STILL_PX = 0.02  # a pixel that moves less keeps its bytes


def jacobian(chart: Chart, forward_px: np.ndarray) -> np.ndarray:
    """Return the determinant of the map p -> p + forward_px(p) on the nodes, (h, w, 2) to (h, w)."""
    step = chart.step_px
    across = np.gradient(forward_px, step, axis=1)
    down = np.gradient(forward_px, step, axis=0)
    return (1 + across[..., 0]) * (1 + down[..., 1]) - across[..., 1] * down[..., 0]


def inverse(chart: Chart, forward_px: np.ndarray) -> np.ndarray:
    """Invert a displacement field on the chart's nodes.

    Parameters
    ----------
    forward_px : float32 array of shape (h, w, 2)
        Where each node of the photo goes, relative to itself.

    Returns
    -------
    float32 array of shape (h, w, 2)
        From where each node of the result comes, relative to itself: the fixed point of
        ``b(q) = -f(q + b(q))`` (Chen et al. 2008).
    """
    step = chart.step_px
    height, width = forward_px.shape[:2]
    nodes = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
    forward = np.ascontiguousarray(forward_px, np.float32)
    backward = -forward
    for _ in range(_ROUNDS):
        places = nodes + backward / step
        backward = -cv2.remap(forward, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return backward


def reach(chart: Chart, forward_px: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return the part of the chart's box, (x0, y0, x1, y1) pixels, in which anything moves."""
    moves = cv2.max(np.abs(forward_px[..., 0]), np.abs(forward_px[..., 1]))
    return around(chart, moves > _STILL_PX / 4, moves.max())


def around(chart: Chart, marked: np.ndarray, pad_px: float = 0.0) -> tuple[int, int, int, int] | None:
    """Return the window, (x0, y0, x1, y1) pixels of the chart's box, that surely holds what is between marked nodes.

    `marked` is bool (h, w) on the nodes; None where none is. The window may stick out of the box.
    """
    rows, columns = np.nonzero(marked)
    if not len(rows):
        return None
    pad = pad_px + 2 * chart.step_px
    low = chart.nodes_px[rows.min(), columns.min()] - chart.box[:2] - pad
    high = chart.nodes_px[rows.max(), columns.max()] - chart.box[:2] + pad
    return (*np.floor(low).astype(int), *np.ceil(high).astype(int))


def source_map(
    chart: Chart, forward_px: np.ndarray, window: tuple[int, int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return where each pixel of a window of the chart's box comes from.

    Returns
    -------
    places : float32 array of shape (h, w, 2)
        (x, y) in pixels of the box.
    moved : bool array of shape (h, w)
        Pixels that come from elsewhere than their own place.
    """
    x0, y0, x1, y1 = window
    offsets = chart.to_pixels(inverse(chart, forward_px), window)
    moved = cv2.inRange(offsets, (-_STILL_PX,) * 4, (_STILL_PX,) * 4) == 0
    offsets[..., 0] += np.arange(x0, x1, dtype=np.float32)
    offsets[..., 1] += np.arange(y0, y1, dtype=np.float32)[:, None]
    return offsets, moved


def resample(image: np.ndarray, places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Look `image` (H, W, 3) up at `places` (h, w, 2) with a cubic kernel; zero far from what is `wanted` (h, w)."""
    drawn = np.zeros((*wanted.shape, 3), np.float32)
    for part in bands(wanted):
        drawn[part] = cv2.remap(image, places[part], None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return drawn


def bands(marked: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Cover all marked pixels, bool (h, w), by windows of a few rows each, in what a processor keeps at hand."""
    for top in range(0, len(marked), _BAND):
        columns = np.flatnonzero(marked[top : top + _BAND].any(axis=0))
        if len(columns):
            yield np.s_[top : top + _BAND, columns[0] : columns[-1] + 1]
