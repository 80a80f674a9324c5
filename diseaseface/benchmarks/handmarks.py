"""Landmarks placed by hand, in the measures' own numbering.

Files of WebMorph's 189-point template (DeBruine & Jones, Face Research Lab London Set), one a photo: a count, then
a line "x y" in pixels a point. Each point that stands for a landmark of MediaPipe's mesh is put in its place, so
that the same formula reads both; measures that need a point nobody placed are not compared.
"""

from pathlib import Path

import numpy as np

from diseaseface.errors import DiseaseFaceError
from diseaseface.faces.face import Face
from diseaseface.faces.mesh import Pose

POINTS = 189
# MediaPipe's landmark: the template's points that it is the mean of (the subject's right is the picture's left).
_PLACES: dict[int, tuple[int, ...]] = {
    33: (18,), 133: (22,), 362: (23,), 263: (27,),
    159: (20,), 145: (29,), 386: (25,), 374: (32,),
    468: (0,), 473: (1,),
    471: (4,), 469: (8,), 476: (12,), 474: (16,),
    105: (74,), 334: (79,), 55: (76,), 285: (77,),
    168: (50, 56), 129: (63,), 358: (68,), 2: (170, 172),
    61: (87,), 291: (93,), 0: (90,), 13: (96,), 14: (101,), 17: (106,),
    152: (129,), 148: (128,), 377: (130,), 149: (127,), 378: (131,), 172: (126,), 397: (132,), 58: (125,), 288: (133,),
    132: (111,), 361: (114,), 234: (110,), 454: (113,), 21: (135,), 251: (143,),
}  # fmt: skip
# Only the horizontal diameter of the iris was placed; lids hide the vertical one.
_COPIED = {470: 469, 472: 471, 475: 474, 477: 476}


def read(path: Path) -> np.ndarray:
    """Return the points of a template file, float array of shape (189, 2), pixels."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        points = np.array([[float(value) for value in line.split()] for line in lines[1 : POINTS + 1]])
    except (OSError, ValueError) as error:
        raise DiseaseFaceError(f"{path.name} is no file of landmarks: {error}") from error
    if lines[0].strip() != str(POINTS) or points.shape != (POINTS, 2):
        raise DiseaseFaceError(f"{path.name} must hold {POINTS} points; it holds {len(points)}.")
    return points


def in_face_frame(points_px: np.ndarray, face: Face) -> np.ndarray:
    """Return hand-placed points as `Face.points_cm` has them, float (478, 3), NaN where nobody placed one.

    Head pose and photo size are taken out by the face's own pose; the depth that a picture does not show is that of
    the automatic landmark. `points_px` must be of the photo that the face was found in.
    """
    placed = np.full((478, 3), np.nan)
    for mark, sources in _PLACES.items():
        placed[mark] = _lifted(points_px[list(sources)].mean(axis=0), face.points_cm[mark, 2], face.pose)
    for mark, source in _COPIED.items():
        placed[mark] = placed[source]
    return placed


def _lifted(point_px: np.ndarray, depth_cm: float, pose: Pose) -> np.ndarray:
    """Return the point of a depth that is seen at a place of the photo."""
    seen = (point_px - pose.origin_px) * (1.0, -1.0) / pose.px_per_cm
    flat = np.linalg.solve(pose.rotation[:2, :2], seen - pose.rotation[:2, 2] * depth_cm)
    return np.array([*flat, depth_cm])
