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


@dataclass(frozen=True, eq=False)
class Look:
    """Where a result looks into a sheet.

    Attributes
    ----------
    window : (slice, slice)
        The part of the result.
    at_px : float32 array of shape (h, w, 2)
        (x, y) in the sheet's patch for each of its pixels.
    """

    window: tuple[slice, slice]
    at_px: np.ndarray


def slide(places: np.ndarray, sheets: Sequence[Sheet], looks: Sequence[Look | None]) -> np.ndarray:
    """Follow each place, float32 (h, w, 2), through the offsets of the sheets."""
    slid = places.copy() if sheets else places
    for sheet, into in zip(sheets, looks, strict=True):
        if into is None:
            continue
        slid[into.window] += cv2.remap(
            sheet.offset_px, into.at_px, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
    return slid


def lay_over(drawn: np.ndarray, sheet: Sheet, into: Look | None) -> None:
    """Put a sheet onto `drawn`, sRGB codes (h, w, 3); changes `drawn`."""
    if into is None:
        return
    alpha = cv2.remap(sheet.alpha, into.at_px, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    bounds = bounds_of(alpha > 0.0)
    if bounds is None:
        return
    x0, y0, x1, y1 = bounds
    alpha, at_px = alpha[y0:y1, x0:x1], np.ascontiguousarray(into.at_px[y0:y1, x0:x1])
    codes = cv2.remap(sheet.codes, at_px, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    under = drawn[into.window][y0:y1, x0:x1]
    under += (codes - under) * cv2.merge([alpha, alpha, alpha])


def bounds_of(marked: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return the smallest window, (x0, y0, x1, y1), that holds all marked pixels of (h, w); None without any."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if len(rows) else None


def look(box: tuple[int, int, int, int], places: np.ndarray) -> Look | None:
    """Find the part of the result, whose pixels come from `places` (h, w, 2), that looks into a patch, if any."""
    x0, y0, x1, y1 = box
    inside = cv2.inRange(places, (x0, y0, 0, 0), (x1, y1, 0, 0))
    bounds = bounds_of(inside)
    if bounds is None:
        return None
    window = np.s_[bounds[1] : bounds[3], bounds[0] : bounds[2]]
    return Look(window, places[window] - np.array([x0, y0], np.float32))
