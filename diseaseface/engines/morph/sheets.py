"""Sheets: pictures of a part of the face that lie over the photo and ride on the warp."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class Sheet:
    """Content on a patch of the chart's box, in the photo's own frame.

    Attributes
    ----------
    box : (x0, y0, x1, y1)
        Pixels of the chart's box.
    offset_px : float32 array of shape (h, w, 2)
        Where the picture under the sheet comes from, relative to itself.
    codes : float32 array of shape (h, w, 3)
        What lies on top, sRGB codes 0 to 255.
    alpha : float32 array of shape (h, w)
        How much it covers, 0 to 1.
    """

    box: tuple[int, int, int, int]
    offset_px: np.ndarray
    codes: np.ndarray
    alpha: np.ndarray

    @property
    def touched(self) -> np.ndarray:
        """Bool array of shape (h, w): pixels that the sheet changes."""
        across, down = np.abs(self.offset_px[..., 0]), np.abs(self.offset_px[..., 1])
        return (np.maximum(across, down) > 0.02) | (self.alpha > 0.002)


def slide(places: np.ndarray, sheets: Sequence[Sheet]) -> np.ndarray:
    """Follow each place, float32 (h, w, 2), through the offsets of the sheets."""
    slid = places.copy() if sheets else places
    for sheet in sheets:
        window, at_x, at_y = _window(sheet.box, places)
        slid[window] += cv2.remap(sheet.offset_px, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return slid


def lay_over(drawn: np.ndarray, sheet: Sheet, places: np.ndarray) -> None:
    """Put a sheet onto `drawn`, sRGB codes (h, w, 3), looked up at `places`; changes `drawn`."""
    window, at_x, at_y = _window(sheet.box, places)
    alpha = cv2.remap(sheet.alpha, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    codes = cv2.remap(sheet.codes, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    drawn[window] += (codes - drawn[window]) * alpha[..., None]


def _window(box, places):
    """The part of the result that looks into a patch, and where in the patch it looks."""
    x0, y0, x1, y1 = box
    inside = cv2.inRange(places, (x0, y0, 0, 0), (x1, y1, 0, 0))
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return np.s_[:0, :0], *(np.zeros((0, 0), np.float32),) * 2
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    near = places[window]
    return window, np.ascontiguousarray(near[..., 0] - x0), np.ascontiguousarray(near[..., 1] - y0)
