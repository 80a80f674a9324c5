"""All measures of one face, or of the change between two pictures of it, read from pixels alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.evaluation import colour, hair, lesions, texture, wrinkles
from diseaseface.evaluation.contours import traced_lids_cm, traced_points_cm
from diseaseface.evaluation.field import told_changes
from diseaseface.evaluation.frame import PX_PER_CM, Frame, frame_of
from diseaseface.evaluation.margins import margin_shifts
from diseaseface.evaluation.skin import SKIN
from diseaseface.evaluation.tracking import Motion, moved_points_cm, track
from diseaseface.evaluation.views import View, view
from diseaseface.faces.anthropometry import MEASURES, readings
from diseaseface.faces.chart import ring_window
from diseaseface.faces.extents import EXTENTS, read_extents
from diseaseface.faces.face import NOBODY, Face
from diseaseface.faces.outline import outline_of

SURFACE = {**colour.READINGS, **texture.READINGS, **lesions.READINGS, **wrinkles.READINGS, **hair.READINGS}

# Read as a change in per cent of what was there.
RELATIVE = frozenset({"vault_height", "head_width", "skin_roughness", "eyebrow_density"})
# One picture alone cannot tell these from moles, beard shade, light and compression.
ONLY_AGAINST_BEFORE = frozenset(
    {
        "depigmented_area",
        "hair_cover",
        "hypopigmented_area",
        "dark_spot_count",
        "pale_spot_count",
        "pigmented_area",
        "inflamed_area",
    }
)

# Read in each picture by itself, even where both lie on each other: masks, and an opening that shows what was hidden.
APART = frozenset({*EXTENTS, "mouth_gap"})

_JAW = "jaw_width"
_UPPER_LIDS = ("upper_lid_position_left", "upper_lid_position_right")

ALIGNED, RETAKEN, ALONE = "aligned", "retaken", "alone"

TONE = "skin_typology_angle"  # tells which faces are like this one; no sign

_SAME_LEVELS = 6  # of 255; a JPEG copy of a picture stays within
_SAME_SHARE = 0.8  # a warp may move a little of what is close to the head
_LEAST_AGREEMENT = 0.35
# What drawn signs may do to the pose that is found.
_MOST_SHIFT_CM, _MOST_GROWTH, _MOST_TURN_DEG = 0.6, 0.07, 2.5
_LEAST_AROUND, _STRIDE = 100, 4
# Edges that no sign moves, clothes and what stands around: steps of so many levels stay within so many.
_EDGE_LEVELS, _SAME_EDGE_LEVELS, _SAME_EDGES, _LEAST_EDGES = 24, 10, 0.75, 100


@dataclass(frozen=True)
class Readings:
    """What pixels say, before any calibration.

    Attributes
    ----------
    mode : str
        ALIGNED, a change tracked between two pictures that lie on each other; RETAKEN, the
        difference of two separate readings; ALONE, one picture.
    values : mapping of measure to float or None
        None where the part of the face cannot be seen.
    blur : float
        How much less surely small faces are read, at least 1: the reading frame's scale over
        the photo's.
    smile : float
        How broadly the face smiles, 0 to 1; of a change, 0.
    """

    mode: str
    values: Mapping[str, float | None]
    blur: float = 1.0
    smile: float = 0.0


def read_alone(face: Face) -> Readings:
    """Read one face."""
    frame = frame_of(face)
    return Readings(ALONE, frame.keep(("alone",), lambda: _alone(face, frame)), _blur(face), smile_of(face))


def smile_of(face: Face) -> float:
    """Return how broadly a face smiles, 0 to 1."""
    return float(np.mean([face.blendshapes.get(f"mouthSmile{side}", 0.0) for side in ("Left", "Right")]))


def _alone(face, frame):
    seen = view(frame)
    surface = {name: read(seen, None) for name, (_, read) in SURFACE.items()} | {TONE: SKIN[TONE].read(seen)}
    return {**readings(traced_points_cm(frame)), **surface, **read_extents(outline_of(face))}


def read_change(before: Face, after: Face) -> Readings:
    """Read what has changed from one picture of a face to another."""
    frame = frame_of(before)
    if np.array_equal(before.image, after.image):
        return Readings(ALIGNED, dict.fromkeys((*MEASURES, *SURFACE, *EXTENTS), 0.0), _blur(before))
    if same_surroundings(before, after.image) and same_place(before, after):
        codes = frame.see(after.image)
        motion = track(frame, codes, frame.at(after.landmarks_px))
        if motion.agreement >= _LEAST_AGREEMENT:
            changes = _tracked(frame, codes, motion, _lids(before, after)) | _apart(before, after)
            return Readings(ALIGNED, changes | _narrowed(before, after, motion, changes), _blur(before))
    changes = _difference(read_alone(before).values, read_alone(after).values)
    return Readings(RETAKEN, changes, max(_blur(before), _blur(after)))


def _blur(face: Face) -> float:
    return max(1.0, PX_PER_CM / face.pose.px_per_cm)


def same_surroundings(before: Face, picture: np.ndarray) -> bool:
    """Tell whether a picture has the photo's size and shows the same around the person."""
    if picture.shape != before.image.shape:
        return False
    sparse = np.s_[::_STRIDE, ::_STRIDE]
    around = before.regions.person[sparse] <= NOBODY
    if around.sum() < _LEAST_AROUND:  # the person fills the photo; tracking decides
        return True
    was, now = (image[sparse][around].astype(int) for image in (before.image, picture))
    same = float((np.abs(was - now).max(axis=-1) <= _SAME_LEVELS).mean()) >= _SAME_SHARE
    return same and _same_edges(before, picture)


def _same_edges(before, picture):
    """Whether edges beyond the reach of any sign lie where they lay; a plain background would not tell."""
    rows, columns, was = frame_of(before).keep(("far edges",), lambda: _far_edges(before))
    if len(was) < _LEAST_EDGES:
        return True
    now = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[rows, columns]
    return float((cv2.absdiff(was, now) <= _SAME_EDGE_LEVELS).mean()) >= _SAME_EDGES


def _far_edges(face):
    """Rows, columns and grey levels of edges outside the ring, clothes included."""
    x0, y0, x1, y1 = face.chart.box
    beyond, place = np.ones(face.image.shape[:2], bool), face.pixels_cm
    beyond[y0:y1, x0:x1] = ring_window(place[..., 0], place[..., 1]) <= 0.0
    grey = cv2.cvtColor(face.image, cv2.COLOR_RGB2GRAY)
    steps = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(beyond & (steps > _EDGE_LEVELS))
    return rows, columns, grey[rows, columns]


def same_place(before: Face, after: Face) -> bool:
    """Tell whether the head lies where it lay; a plain background says nothing about that."""
    first, then = before.pose, after.pose
    shift_cm = np.linalg.norm(then.origin_px - first.origin_px) / first.px_per_cm
    growth = abs(np.log(then.px_per_cm / first.px_per_cm))
    return shift_cm < _MOST_SHIFT_CM and growth < _MOST_GROWTH and abs(then.roll_deg - first.roll_deg) < _MOST_TURN_DEG


def _lids(before, after):
    """How far each upper lid has moved, by the contours of both pictures, mm."""
    was, now = (readings(traced_lids_cm(frame_of(face)), _UPPER_LIDS) for face in (before, after))
    return {name: now[name] - was[name] for name in was}


def _narrowed(before, after, motion, changes):
    """How much narrower a jaw is, mm: beside it shows what it hid, where flow through grain finds nothing to follow, so
    that the edge traced in each picture tells the half of it."""
    if motion.calm is None or changes[_JAW] >= 0.0:
        return {}
    was, now = (readings(traced_points_cm(frame_of(face)), (_JAW,))[_JAW] for face in (before, after))
    return {_JAW: 0.5 * (changes[_JAW] + min(now - was, 0.0))}


def _tracked(frame: Frame, codes: np.ndarray, motion: Motion, lids: Mapping[str, float]) -> dict[str, float | None]:
    was, now = readings(frame.points_cm), readings(moved_points_cm(frame, motion))
    changes = {name: now[name] - was[name] for name in was}
    margins = {name: shift.amount_mm for name, shift in margin_shifts(frame, codes, motion, lids).items()}
    if motion.calm is not None:  # grain shakes what is matched and what is followed, each in its own way
        margins = {name: 0.5 * (amount + changes[name]) for name, amount in margins.items()}
        changes |= told_changes(frame, codes, motion.calm)
    changes |= margins
    first, then = view(frame), View(frame, motion.seen, motion.flow, codes)
    return changes | {name: read(then, first) for name, (_, read) in SURFACE.items()}


def _apart(before, after):
    was, now = (read_extents(outline_of(face)) | readings(face.points_cm, ("mouth_gap",)) for face in (before, after))
    return _difference(was, now)


def _difference(was, now):
    changes = {}
    for name in was:
        known = was[name] is not None and now[name] is not None and name not in ONLY_AGAINST_BEFORE
        changes[name] = departure(name, was[name], now[name]) if known else None
    return changes


def departure(name: str, usual: float, now: float) -> float:
    """Return the difference of two readings of a measure, in per cent where it is read so."""
    return 100.0 * (now / max(usual, 1e-2) - 1.0) if name in RELATIVE else now - usual
