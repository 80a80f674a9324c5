"""Spectacles: frames are found by their lines below the eyes and across the nose."""

import cv2
import numpy as np

from diseaseface.faces.smoothing import step_between
from diseaseface.faces.upright import Upright

_LOWER_LIDS = (145, 374)
_INNER_CORNERS, _OUTER_CORNERS = (133, 362), (33, 263)
_BELOW_LID_CM = (0.75, 2.6)  # where the lower rim runs
_FRAME_WIDTH_CM = 0.5  # the thickest rim that is looked for
_LENS_CM = (2.9, 2.2)
_CONTRAST = (0.10, 0.22)  # of a rim, as a share of the lightness around it
_LEAST_RIM = 0.65


def find_spectacles(lab: np.ndarray, frame: Upright, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the frames, and frames with lenses, float32 (h, w); all zero unless both rims are sure.

    Parameters
    ----------
    lab : float32 array of shape (h, w, 3)
        CIE L*a*b* of the upright frame.
    frame : Upright
    points : float array of shape (478, 2)
        Landmarks in the frame, pixels.

    Notes
    -----
    Rimless and very thin frames are not found; limits set by eye.
    """
    lines = _lines(lab[..., 0], frame.px_per_cm)
    rims = [_rim(lines, points, eye, frame.px_per_cm) for eye in (0, 1)]
    none = np.zeros(lab.shape[:2], np.float32)
    if min(rims) < _LEAST_RIM:
        return none, none
    lenses, size = none.copy(), tuple(round(cm * frame.px_per_cm) for cm in _LENS_CM)
    for inner, outer in zip(_INNER_CORNERS, _OUTER_CORNERS, strict=True):
        centre = (points[inner] + points[outer]) / 2 + (0.0, 0.2 * frame.px_per_cm)
        cv2.ellipse(lenses, tuple(np.round(centre).astype(int).tolist()), size, 0, 0, 360, 1.0, -1)
    near = cv2.dilate(lenses, np.ones((round(2.0 * frame.px_per_cm) | 1,) * 2))
    rim = lines * near
    return rim, np.maximum(cv2.GaussianBlur(lenses, (0, 0), 0.2 * frame.px_per_cm), rim)


def _lines(light, px_per_cm):
    """Return how surely each pixel is on a dark line no thicker than a frame."""
    size = 2 * round(_FRAME_WIDTH_CM * px_per_cm / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    light = cv2.GaussianBlur(light, (0, 0), max(0.5, 0.04 * px_per_cm))
    closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, disc)
    return step_between((closed - light) / np.maximum(closed, 5.0), *_CONTRAST)


def _rim(lines, points, eye, px_per_cm):
    """Return the share of the columns below one eye that a line crosses."""
    inner, outer = points[_INNER_CORNERS[eye]], points[_OUTER_CORNERS[eye]]
    left, right = sorted((inner[0], outer[0]))
    top, bottom = (points[_LOWER_LIDS[eye], 1] + cm * px_per_cm for cm in _BELOW_LID_CM)
    strip = lines[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)]
    return float((strip.max(axis=0) > 0.5).mean()) if strip.size else 0.0
