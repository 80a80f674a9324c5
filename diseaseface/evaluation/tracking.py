"""Following every point of a face from one picture into another of the same photo.

A landmark detector pulls an edited face back towards the faces it was trained on: of a slant
of 18 degrees it sees 4 or 5. Where two pictures are aligned, dense optical flow follows the
skin itself instead.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM, Frame

_DETAIL_CM = 0.5  # structures wider than this are light or pigment, and are taken out
_LEAST_CONTRAST = 0.03  # in log light; flatter skin than this is noise
_SMOOTH_PX = 0.7
_AGREEMENT_CM = 0.5
# Below it two pictures are two exposures, each with grain of its own; edits and JPEG copies of a photo stay above.
_SAME_GRAIN = 0.98
_GRAIN_PX = 2.4  # over which grain is evened out
# A part of the face is lost where so many points in a hundred agree less than so; what is found again is blended over
# so much, led by the points that lie so near, and far ones where there are none.
_PART_PERCENT, _PART_AGREEMENT, _BLEND_CM = 5, 0.8, 0.2
_SPREAD_CM, _SPREAD_LEAST = (0.35, 1.4), 1e-4
_RED, _GREEN = 0, 1


@dataclass(frozen=True, eq=False)
class Motion:
    """Where each pixel of a frame has gone.

    Attributes
    ----------
    flow : float32 array of shape (h, w, 2)
        Displacement in frame pixels, from the first picture to the second.
    seen : float32 array of shape (h, w, 3)
        The second picture, taken back to where its points were in the first.
    agreement : float
        Median correlation of the fine structure of both over the face; 1 the same, 0 unrelated.
    calm : float32 array of shape (h, w, 2) or None
        Between two exposures, displacement that their grain shakes less, in which points are followed; else None.
    led : float32 array of shape (h, w, 2) or None
        In one exposure of which flow loses a part, displacement in which points are followed; else None. Skin and hair
        are compared along `flow`: what is there no more is found nowhere.
    """

    flow: np.ndarray
    seen: np.ndarray
    agreement: float
    calm: np.ndarray | None = None
    led: np.ndarray | None = None


def track(frame: Frame, codes: np.ndarray, points: np.ndarray | None = None) -> Motion:
    """Follow the face into another picture.

    Parameters
    ----------
    frame : Frame
        Of the first picture.
    codes : float32 array of shape (h, w, 3)
        The second picture in the same frame.
    points : float array of shape (478, 2), or None
        The landmarks of the second picture in frame pixels, which tell where to look for what flow loses.

    Notes
    -----
    Dense inverse search (Kroeger et al., 2016), on the red channel, which haemoglobin and
    bilirubin leave alone, with local brightness and contrast taken out. Skin has more contrast in
    green, and what grain does at half the detail is another thing: between two exposures points
    are followed in the mean of both flows by green.
    """
    before, after = frame.keep(("structure",), lambda: structure(frame.codes)), structure(codes)
    flow = _flow(before, after)
    seen = taken_back(codes, flow)
    alike = _alike(before, structure(seen))
    agreement = float(np.median(_at_points(alike, frame)))
    if agreement < _SAME_GRAIN:
        return Motion(flow, seen, agreement, _through_grain(frame, codes))
    if points is None or not _lost(alike, frame):
        return Motion(flow, seen, agreement)
    led = _flow(before, after, start=_spread(frame, points - frame.points))
    better = _alike(before, structure(taken_back(codes, led))) > alike
    return Motion(flow, seen, agreement, led=_blended(flow, led, better))


def taken_back(codes: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return a picture (h, w, 3) taken back to where its points were before a displacement (h, w, 2)."""
    columns, rows = pixel_grid(flow.shape[:2])
    back_x, back_y = columns + flow[..., 0], rows + flow[..., 1]
    return cv2.remap(codes, back_x, back_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _lost(alike: np.ndarray, frame: Frame) -> bool:
    """Whether a part of the face is not found again: flow takes a mouth that goes far for another edge of it."""
    return bool(np.percentile(_at_points(alike, frame), _PART_PERCENT) < _PART_AGREEMENT)


def _blended(flow: np.ndarray, led: np.ndarray, better: np.ndarray) -> np.ndarray:
    """Return a displacement (h, w, 2) that gives way to one that is led, where that is better, bool (h, w)."""
    share = cv2.GaussianBlur(better.astype(np.float32), (0, 0), _BLEND_CM * PX_PER_CM)[..., None]
    return flow + share * (led - flow)


def _spread(frame: Frame, moved: np.ndarray) -> np.ndarray:
    """Return the displacements (478, 2) of points for each pixel of a frame, (h, w, 2), as near points have them."""
    at = np.clip(np.rint(frame.points).astype(int), 0, np.array(frame.shape[::-1]) - 1)
    values = np.zeros((*frame.shape, 3), np.float32)
    np.add.at(values, (at[:, 1], at[:, 0]), np.column_stack([moved, np.ones(len(moved))]).astype(np.float32))
    near, far = (cv2.GaussianBlur(values, (0, 0), width * PX_PER_CM) for width in _SPREAD_CM)
    near = near + _SPREAD_LEAST * far / np.maximum(far[..., 2:].max(), _SPREAD_LEAST)
    return np.ascontiguousarray(near[..., :2] / np.maximum(near[..., 2:], 1e-12))


def _through_grain(frame, codes):
    before = frame.keep(("structure", _GREEN), lambda: structure(frame.codes, _GREEN))
    after = structure(codes, _GREEN)
    flow = 0.5 * (_flow(before, after) + _flow(before, after, finest=1))
    return cv2.GaussianBlur(flow, (0, 0), _GRAIN_PX)


def moved_points_cm(frame: Frame, motion: Motion) -> np.ndarray:
    """Return the face's points (478, 3) in the canonical frame, moved as the picture has."""
    at = frame.points.astype(np.float32)
    flow = next(flow for flow in (motion.calm, motion.led, motion.flow) if flow is not None)
    moved = cv2.remap(flow, at[:, None, 0], at[:, None, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
    return frame.points_cm + frame.vectors_to_cm(moved)


def structure(codes: np.ndarray, channel: int = _RED) -> np.ndarray:
    """Return one channel (h, w) as uint8 with local brightness and contrast taken out."""
    light = np.log(np.clip(codes[..., channel], 0, 255) + 8.0)
    sigma = _DETAIL_CM * PX_PER_CM
    detail = light - cv2.GaussianBlur(light, (0, 0), sigma)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), sigma) + _LEAST_CONTRAST**2)
    return np.clip(128.0 + 50.0 * detail / contrast, 0, 255).astype(np.uint8)


def _flow(before, after, finest=0, start=None):
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(finest)
    return cv2.GaussianBlur(search.calc(before, after, start), (0, 0), _SMOOTH_PX)


def pixel_grid(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the rows of all pixels, two float32 arrays of that shape."""
    return np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))


def _alike(before, after):
    """Correlation of the fine structure of two pictures around each pixel, float32 (h, w)."""
    a, b = (image.astype(np.float32) - 128.0 for image in (before, after))
    sigma = _AGREEMENT_CM * PX_PER_CM
    both, one, other = (cv2.GaussianBlur(v, (0, 0), sigma) for v in (a * b, a * a, b * b))
    return both / np.sqrt(np.maximum(one * other, 1.0))


def _at_points(values, frame):
    at = np.clip(np.rint(frame.points).astype(int), 0, np.array(frame.shape[::-1]) - 1)
    return values[at[:, 1], at[:, 0]]
