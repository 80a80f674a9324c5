"""Proportions, heights and asymmetries of a face: what clinicians read beside the measures that signs are asked in.

Each is a frontal projection of the pose-free points, as in `anthropometry`. Ratios are in per cent and do not
depend on the size of the head; the distance of the eyes is set against the face and the iris, never against the
interpupillary distance. Left and right are the subject's own.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diseaseface.faces.anthropometry import MEASURES, MM_PER_CANONICAL_CM, Measure
from diseaseface.faces.mirror import mirrored_indices

_Read = Callable[[np.ndarray], float]

# Landmarks of MediaPipe's mesh: (subject's right, subject's left).
INNER_CANTHUS, OUTER_CANTHUS, PUPIL = (133, 362), (33, 263), (468, 473)
UPPER_LID, LOWER_LID, BROW = (159, 386), (145, 374), (105, 334)
ALARE, CHEILION, ZYGION, GONION = (129, 358), (61, 291), (234, 454), (172, 397)
TEMPLE, BROW_HEAD, CHIN_SIDE = (21, 251), (55, 285), (149, 378)
NASION, SUBNASALE, LABIALE_SUPERIUS, STOMION, LABIALE_INFERIUS, GNATHION = 168, 2, 0, 13, 17, 152
_IRIS = (((469, 471), (470, 472)), ((474, 476), (475, 477)))
_CHIN_ARC = (172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397)

_REGIONS = {
    "eyes": (33, 133, 159, 145, 158, 153, 160, 144),
    "brows": (70, 63, 105, 66, 107, 55),
    "nose": (129, 64, 98, 49, 115, 220),
    "mouth": (61, 40, 37, 84, 91, 181),
    "jaw": (234, 93, 132, 58, 172, 136, 150, 149, 176),
}


def _mm(one: int, other: int) -> _Read:
    """Distance of two points, mm."""
    return lambda p: float(MM_PER_CANONICAL_CM * np.hypot(*(p[one, :2] - p[other, :2])))


def _drop(upper: int, lower: int) -> _Read:
    """Height of one point over another, mm."""
    return lambda p: float(MM_PER_CANONICAL_CM * (p[upper, 1] - p[lower, 1]))


def _share(part: _Read, whole: _Read) -> _Read:
    """Per cent."""
    return lambda p: 100.0 * part(p) / max(whole(p), 1e-6)


def _of(name: str) -> _Read:
    return MEASURES[name].compute


def _rise(inner: int, outer: int) -> _Read:
    """Elevation of the outer over the inner point, degrees."""
    return lambda p: float(np.degrees(np.arctan2(p[outer, 1] - p[inner, 1], abs(p[outer, 0] - p[inner, 0]))))


def _iris_mm(points_cm: np.ndarray) -> float:
    across = [points_cm[one, :2] - points_cm[other, :2] for pair in _IRIS for one, other in pair]
    return float(MM_PER_CANONICAL_CM * np.linalg.norm(across, axis=1).mean())


def _mouth_tilt(points_cm: np.ndarray) -> float:
    rise, run = points_cm[CHEILION[1], :2][::-1] - points_cm[CHEILION[0], :2][::-1]
    return float(np.degrees(np.arctan2(rise, run)))


def _corner(which: int) -> _Read:
    return lambda p: float(MM_PER_CANONICAL_CM * (p[CHEILION[which], 1] - p[[13, 14], 1].mean()))


def _jaw_angle(points_cm: np.ndarray) -> float:
    """Mean angle of the contour at gonion, between ramus (132, 361) and chin (149, 378), degrees."""
    angles = []
    for ramus, gonion, chin in ((132, 172, 149), (361, 397, 378)):
        one, other = points_cm[ramus, :2] - points_cm[gonion, :2], points_cm[chin, :2] - points_cm[gonion, :2]
        cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return float(np.mean(angles))


def _chin_radius(points_cm: np.ndarray) -> float:
    """Radius of the circle that fits the lower contour best (Kåsa 1976), mm."""
    x, y = points_cm[list(_CHIN_ARC), :2].T
    if not np.isfinite(x).all():
        return float("nan")
    rows = np.column_stack([x, y, np.ones_like(x)])
    a, b, c = np.linalg.lstsq(rows, x**2 + y**2, rcond=None)[0]
    return float(MM_PER_CANONICAL_CM * np.sqrt(max(c + a * a / 4 + b * b / 4, 0.0)))


def _asymmetry(region: Sequence[int]) -> _Read:
    """Root mean square distance of a region's points from their mirror images, mm."""
    right = np.array(region)

    def compute(points_cm: np.ndarray) -> float:
        left = mirrored_indices()[right]
        off = points_cm[left, :2] * (-1.0, 1.0) - points_cm[right, :2]
        return float(MM_PER_CANONICAL_CM * np.sqrt((off**2).sum(axis=1).mean()))

    return compute


_FARKAS = "Farkas, Anthropometry of the Head and Face (1994)"
_OWN = "Own definition"
_face_width, _face_height = _mm(*ZYGION), _drop(NASION, GNATHION)
_intercanthal, _outercanthal = _mm(*INNER_CANTHUS), _mm(*OUTER_CANTHUS)


def _sides() -> list[tuple]:
    rows = []
    for k, side in enumerate(("right", "left")):
        lids, pupil = (UPPER_LID[k], LOWER_LID[k]), PUPIL[k]
        length, height = _mm(INNER_CANTHUS[k], OUTER_CANTHUS[k]), _drop(*lids)
        rows += [
            (f"fissure_length_{side}", "mm", "endocanthion to exocanthion", _FARKAS, length),
            (f"fissure_height_{side}", "mm", "upper to lower lid margin, vertical", _FARKAS, height),
            (f"fissure_index_{side}", "%", "height over length of the palpebral fissure", _FARKAS,
             _share(height, length)),
            (f"canthal_tilt_{side}", "deg", "elevation of exocanthion over endocanthion", _FARKAS,
             _rise(INNER_CANTHUS[k], OUTER_CANTHUS[k])),
            (f"mrd1_{side}", "% of iris", "upper lid margin above the iris centre over the iris diameter",
             "Margin reflex distance 1, with the iris centre for the light reflex",
             _share(_drop(UPPER_LID[k], pupil), _iris_mm)),
            (f"mrd2_{side}", "% of iris", "lower lid margin below the iris centre over the iris diameter",
             "Margin reflex distance 2, with the iris centre for the light reflex",
             _share(_drop(pupil, LOWER_LID[k]), _iris_mm)),
            (f"brow_height_{side}", "mm", "middle of the brow above the iris centre, vertical", _OWN,
             _drop(BROW[k], pupil)),
            (f"mouth_corner_height_{side}", "mm", "cheilion above stomion", _OWN, _corner(k)),
        ]  # fmt: skip
    return rows


_TABLE = (
    ("intercanthal_distance", "mm", "endocanthion to endocanthion (133-362)", _FARKAS, _intercanthal),
    ("outercanthal_distance", "mm", "exocanthion to exocanthion (33-263)", _FARKAS, _outercanthal),
    ("canthal_index", "%", "inner over outer canthal distance", _FARKAS, _share(_intercanthal, _outercanthal)),
    ("interpupillary_index", "%", "interpupillary distance over face width", _OWN,
     _share(_of("interpupillary_distance"), _face_width)),
    ("intercanthal_index", "%", "inner canthal distance over face width", _OWN, _share(_intercanthal, _face_width)),
    ("intercanthal_irises", "% of iris", "inner canthal distance over the iris diameter", _OWN,
     _share(_intercanthal, _iris_mm)),
    ("brow_gap", "mm", "between the heads of the brows (55-285)", _OWN, _mm(*BROW_HEAD)),
    ("nasal_index", "%", "width over length of the nose", _FARKAS, _share(_of("nose_width"), _of("nose_length"))),
    ("nose_face_index", "%", "nose width over face width", _FARKAS, _share(_of("nose_width"), _face_width)),
    ("nasal_root_index", "%", "width of the nasal root over nose width", _OWN,
     _share(_of("nasal_bridge_width"), _of("nose_width"))),
    ("nasal_tip_index", "%", "width of the nasal tip over nose width", _OWN,
     _share(_of("nasal_tip_width"), _of("nose_width"))),
    ("philtrum_index", "%", "philtrum over lower face height", _OWN,
     _share(_of("philtrum_length"), _of("lower_face_height"))),
    ("mouth_index", "%", "mouth width over face width", _FARKAS, _share(_of("mouth_width"), _face_width)),
    ("mouth_nose_index", "%", "mouth width over nose width", _OWN, _share(_of("mouth_width"), _of("nose_width"))),
    ("mouth_tilt", "deg", "elevation of the left over the right cheilion", _OWN, _mouth_tilt),
    ("vermilion_index", "%", "upper over lower vermilion height", _FARKAS,
     _share(_of("upper_vermilion_height"), _of("lower_vermilion_height"))),
    ("vermilion_height", "mm", "labiale superius to labiale inferius (0-17)", _FARKAS,
     _drop(LABIALE_SUPERIUS, LABIALE_INFERIUS)),
    ("chin_height_to_lip", "mm", "labiale inferius to gnathion, vertical (17-152)", _OWN,
     _drop(LABIALE_INFERIUS, GNATHION)),
    ("chin_index", "%", "chin height over lower face height", _OWN,
     _share(_drop(LABIALE_INFERIUS, GNATHION), _of("lower_face_height"))),
    ("bizygomatic_width", "mm", "width of the face's contour at the cheekbones (234-454)", _FARKAS, _face_width),
    ("nasion_gnathion_height", "mm", "nasion to gnathion, vertical (168-152)", _FARKAS, _face_height),
    ("facial_index", "%", "face height over face width", _FARKAS, _share(_face_height, _face_width)),
    ("upper_facial_index", "%", "nasion to stomion over face width", _FARKAS,
     _share(_drop(NASION, STOMION), _face_width)),
    ("lower_face_index", "%", "subnasale to gnathion over face height", _FARKAS,
     _share(_of("lower_face_height"), _face_height)),
    ("midface_index", "%", "eye line to subnasale over face height", _OWN,
     _share(lambda p: float(MM_PER_CANONICAL_CM * (p[list(PUPIL), 1].mean() - p[SUBNASALE, 1])), _face_height)),
    ("mandibular_index", "%", "jaw width over face width", _FARKAS, _share(_of("jaw_width"), _face_width)),
    ("chin_taper", "%", "chin width over jaw width", _OWN, _share(_of("chin_width"), _of("jaw_width"))),
    ("cheek_index", "%", "width across the cheeks over face width", _OWN, _share(_of("cheek_width"), _face_width)),
    ("temple_index", "%", "width at the temples (21-251) over face width", _OWN, _share(_mm(*TEMPLE), _face_width)),
    ("jaw_angle", "deg", "angle of the contour at gonion, mean of both sides", _OWN, _jaw_angle),
    ("chin_radius", "mm", "radius of the circle that fits the lower contour from gonion to gonion", _OWN,
     _chin_radius),
    *_sides(),
    *((f"{region}_asymmetry", "mm", f"root mean square distance of {len(points)} points from their mirror images",
       _OWN, _asymmetry(points)) for region, points in _REGIONS.items()),
)  # fmt: skip

PROPORTIONS: dict[str, Measure] = {row[0]: Measure(*row) for row in _TABLE}
