"""Distances and angles of a face, in real millimetres and degrees, from its pose-free points.

All are frontal projections: they use X and Y of the canonical frame, and leave depth out
because one photo does not show it. They are smooth functions of the points.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

# The canonical mesh is about 15 % larger than life: its iris measures 1.32 canonical cm where
# people have 11.5 mm, and its width of 15.3 cm stands for 133 mm. One factor serves every
# face, since points_cm has the size of the photo, and with it of the head, taken out.
MM_PER_CANONICAL_CM = 8.7

# The iris turns about a centre 13.5 mm behind the cornea, and stands 3 mm behind it.
IRIS_ARM_MM = 10.5

SIDES = ("left", "right")


@dataclass(frozen=True)
class Measure:
    """A reading of a face's geometry.

    Attributes
    ----------
    name : str
    unit : str
        "mm" (real millimetres on a head of mean size) or "deg".
    formula : str
        What is measured, with the landmark numbers of MediaPipe's mesh.
    source : str
        Whose definition it follows.
    compute : function
        From points_cm, float array of shape (..., 478, 3), to the readings, shape (...).
    """

    name: str
    unit: str
    formula: str
    source: str
    compute: Callable[[np.ndarray], np.ndarray]


def readings(points_cm: np.ndarray, names: Sequence[str] | None = None) -> dict[str, float]:
    """Return the measures of a face by name, all of them or those asked for.

    Parameters
    ----------
    points_cm : float array of shape (478, 3)
        Pose-free points in the canonical frame.
    """
    return {name: float(MEASURES[name].compute(points_cm)) for name in (names or MEASURES)}


def measures_for(measure: str, side: str | None = None) -> tuple[str, ...]:
    """Return the names in MEASURES that a measure of the catalogue stands for on a side.

    A measure of both sides is one name; a sided one is `measure_left`, `measure_right` or,
    for side None, both. Empty where the measure is not one of geometry.
    """
    if measure in MEASURES:
        return (measure,)
    names = tuple(f"{measure}_{one}" for one in ((side,) if side in SIDES else SIDES))
    return names if all(name in MEASURES for name in names) else ()


def _slant(points_cm: np.ndarray) -> np.ndarray:
    """Mean elevation of the outer over the inner canthus, degrees."""
    rise = points_cm[..., [263, 33], 1] - points_cm[..., [362, 133], 1]
    run = np.abs(points_cm[..., [263, 33], 0] - points_cm[..., [362, 133], 0])
    return np.degrees(np.arctan2(rise, run)).mean(axis=-1)


def _width(*pairs: tuple[int, int]) -> Callable[[np.ndarray], np.ndarray]:
    """Mean horizontal distance of (subject's right, subject's left) pairs, mm."""
    right, left = (list(side) for side in zip(*pairs, strict=True))
    return lambda points_cm: MM_PER_CANONICAL_CM * (points_cm[..., left, 0] - points_cm[..., right, 0]).mean(axis=-1)


def _height(upper: Sequence[int], lower: Sequence[int]) -> Callable[[np.ndarray], np.ndarray]:
    """Vertical distance of the means of two groups of points, mm; positive when `upper` is above."""
    upper, lower = list(upper), list(lower)
    return lambda points_cm: MM_PER_CANONICAL_CM * (_mean(points_cm, upper, 1) - _mean(points_cm, lower, 1))


def _sideways(points: Sequence[int], middle: Sequence[int], sense: float) -> Callable[[np.ndarray], np.ndarray]:
    """Horizontal distance of the mean of `points` from that of `middle`, mm; to the left for a sense of one."""
    points, middle = list(points), list(middle)
    scale = sense * MM_PER_CANONICAL_CM
    return lambda points_cm: scale * (_mean(points_cm, points, 0) - _mean(points_cm, middle, 0))


def _mean(points_cm, group, axis):
    if len(group) == 1:
        return points_cm[..., group[0], axis]
    return points_cm[..., group, axis].mean(axis=-1)


def _fissure_length(points_cm: np.ndarray) -> np.ndarray:
    """Mean distance of the canthi of an eye, along the fissure, mm."""
    canthi = points_cm[..., [263, 33], :2] - points_cm[..., [362, 133], :2]
    return MM_PER_CANONICAL_CM * np.hypot(canthi[..., 0], canthi[..., 1]).mean(axis=-1)


def _intercanthal_excess(points_cm: np.ndarray) -> np.ndarray:
    canthi = points_cm[..., 362, 0] - points_cm[..., 133, 0]
    return MM_PER_CANONICAL_CM * (canthi - (points_cm[..., 473, 0] - points_cm[..., 468, 0]))


def _deviation(points_cm: np.ndarray) -> np.ndarray:
    """Sum of the angles by which the irises stand towards the nose from the middle of their fissures, degrees.

    Looking to a side turns one eye in and the other out, which leaves the sum alone.
    """
    right = points_cm[..., 468, 0] - _mean(points_cm, [33, 133], 0)
    left = _mean(points_cm, [362, 263], 0) - points_cm[..., 473, 0]
    sines = MM_PER_CANONICAL_CM * np.array([right, left]) / IRIS_ARM_MM
    return np.degrees(np.arcsin(np.clip(sines, -1.0, 1.0))).sum(axis=0)


_FARKAS = "Farkas, Anthropometry of the Head and Face (1994)"
_MORPHOLOGY = "Elements of Morphology (Am J Med Genet A 149A, 2009)"

_TABLE = (
    ("palpebral_fissure_slant", "deg", "mean elevation of exocanthion over endocanthion (33-133, 263-362), "
     "positive for an outer canthus that lies higher", _FARKAS, _slant),
    ("interpupillary_distance", "mm", "between the iris centres (468-473)", _MORPHOLOGY, _width((468, 473))),
    ("intercanthal_excess", "mm", "inner canthal distance (133-362) minus interpupillary distance (468-473)",
     "Own: sets telecanthus apart from hypertelorism", _intercanthal_excess),
    ("palpebral_fissure_length", "mm", "mean of endocanthion to exocanthion (133-33, 362-263)", _FARKAS,
     _fissure_length),
    ("upper_lid_position_left", "mm", "upper lid margin above the iris centre (386-473)",
     "Margin reflex distance 1, with the iris centre for the light reflex", _height([386], [473])),
    ("upper_lid_position_right", "mm", "upper lid margin above the iris centre (159-468)",
     "Margin reflex distance 1, with the iris centre for the light reflex", _height([159], [468])),
    ("lower_lid_position_left", "mm", "lower lid margin below the iris centre (473-374)",
     "Margin reflex distance 2, with the iris centre for the light reflex", _height([473], [374])),
    ("lower_lid_position_right", "mm", "lower lid margin below the iris centre (468-145)",
     "Margin reflex distance 2, with the iris centre for the light reflex", _height([468], [145])),
    ("strabismus", "deg", "both iris centres towards the nose from the middle of their canthi (468 of 33-133, 473 "
     "of 362-263), as rotations of the eyes, summed", "Own: corneal light reflexes are too small for a photo of a "
     "face", _deviation),
    ("eyebrow_arch", "mm", "body of the brow (105, 52, 334, 282) above the mean of its ends (107, 55, 70, 46 and 336, "
     "285, 300, 276), vertical", "Own: height of the arch; none is published", _height([105, 52, 334, 282],
     [107, 55, 70, 46, 336, 285, 300, 276])),
    ("nasal_bridge_width", "mm", "width of the nasal root at the side walls (mean of 245-465 and 188-412)",
     _MORPHOLOGY, _width((245, 465), (188, 412))),
    ("nose_length", "mm", "nasion to subnasale, vertical (168-2)", _FARKAS, _height([168], [2])),
    ("nose_width", "mm", "alare to alare (129-358)", _FARKAS, _width((129, 358))),
    ("nasal_tip_width", "mm", "width of the nasal tip (mean of 220-440 and 237-457)", _MORPHOLOGY,
     _width((220, 440), (237, 457))),
    ("nasal_deviation_left", "mm", "pronasale (1) beside the middle of the alae (129, 358), to the subject's left",
     "Own: a tip that stands to one side", _sideways([1], [129, 358], 1.0)),
    ("nasal_deviation_right", "mm", "pronasale (1) beside the middle of the alae (129, 358), to the subject's right",
     "Own: a tip that stands to one side", _sideways([1], [129, 358], -1.0)),
    ("naris_width", "mm", "mean width of a nostril at its sill (98-97, 326-327)", _MORPHOLOGY,
     _width((98, 97), (326, 327))),
    ("nostril_show", "mm", "pronasale above subnasale, vertical (1-2)",
     "Own: anteverted nares lift the tip over the base", _height([1], [2])),
    ("columella_drop", "mm", "subnasale below the bases of the alae (98, 327 over 2), vertical", _MORPHOLOGY,
     _height([98, 327], [2])),
    ("columella_width", "mm", "width of the columella (mean of 141-370 and 242-462)", _FARKAS,
     _width((141, 370), (242, 462))),
    ("philtrum_length", "mm", "subnasale to labiale superius, vertical (2-0)", _FARKAS, _height([2], [0])),
    ("philtrum_width", "mm", "between the crests of the philtrum at the vermilion (37-267)", _FARKAS,
     _width((37, 267))),
    ("cupid_bow_depth", "mm", "crests of the cupid's bow above labiale superius (37, 267 over 0), vertical",
     _MORPHOLOGY, _height([37, 267], [0])),
    ("upper_lip_tent", "mm", "labiale superius above the sides of the upper vermilion (0 over 40, 270), vertical",
     "Own: a tented lip has its peak in the middle and straight sides", _height([0], [40, 270])),
    ("upper_vermilion_height", "mm", "labiale superius to stomion, vertical (0-13)", _FARKAS,
     _height([0], [13])),
    ("lower_vermilion_height", "mm", "stomion to labiale inferius, vertical (14-17)", _FARKAS,
     _height([14], [17])),
    ("mouth_width", "mm", "cheilion to cheilion, horizontal (61-291)", _FARKAS, _width((61, 291))),
    ("mouth_corner_height", "mm", "mean of the cheilia above stomion (61, 291 over 13, 14)",
     "Own: upturned corners of the mouth are positive", _height([61, 291], [13, 14])),
    ("mouth_gap", "mm", "between the free margins of the lips in the middle (13-14), vertical",
     "Interlabial gap at rest", _height([13], [14])),
    ("mouth_shift_left", "mm", "middle of the cheilia (61, 291) beside subnasale (2), to the subject's left",
     "Own: a mouth that is pulled to one side", _sideways([61, 291], [2], 1.0)),
    ("mouth_shift_right", "mm", "middle of the cheilia (61, 291) beside subnasale (2), to the subject's right",
     "Own: a mouth that is pulled to one side", _sideways([61, 291], [2], -1.0)),
    ("lower_face_height", "mm", "subnasale to gnathion, vertical (2-152)", _FARKAS, _height([2], [152])),
    ("face_height", "mm", "nasion to gnathion, vertical (168-152)", _FARKAS, _height([168], [152])),
    ("chin_height", "mm", "sublabiale to gnathion, vertical (18-152)", _FARKAS, _height([18], [152])),
    ("chin_width", "mm", "width of the chin's contour (mean of 176-400 and 149-378)",
     "Own: two widths of the contour beside gnathion", _width((176, 400), (149, 378))),
    ("jaw_width", "mm", "gonion to gonion (mean of 58-288 and 172-397)", _FARKAS,
     _width((58, 288), (172, 397))),
    ("face_width", "mm", "zygion to zygion (234-454)", _FARKAS, _width((234, 454))),
    ("cheek_width", "mm", "width of the face across the cheeks (mean of 132-361 and 177-401)",
     "Own: contour between zygion and gonion", _width((132, 361), (177, 401))),
    ("forehead_width", "mm", "width of the forehead at the temples (mean of 54-284 and 21-251)",
     "Own: contour above frontotemporale", _width((54, 284), (21, 251))),
    ("chin_deviation_left", "mm", "gnathion to the subject's left of the canthi (152 from 33, 133, 362, 263)",
     "Own: deviation of the chin in facial asymmetry", _sideways([152], [33, 133, 362, 263], 1.0)),
    ("chin_deviation_right", "mm", "gnathion to the subject's right of the canthi (152 from 33, 133, 362, 263)",
     "Own: deviation of the chin in facial asymmetry", _sideways([152], [33, 133, 362, 263], -1.0)),
    ("mouth_corner_asymmetry_left", "mm", "the subject's left cheilion below the right one (61-291)",
     "Own: drop of the corner in facial weakness of that side", _height([61], [291])),
    ("mouth_corner_asymmetry_right", "mm", "the subject's right cheilion below the left one (291-61)",
     "Own: drop of the corner in facial weakness of that side", _height([291], [61])),
)  # fmt: skip

MEASURES: dict[str, Measure] = {row[0]: Measure(*row) for row in _TABLE}
