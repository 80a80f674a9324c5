"""Groups of people, measured picture by picture and made comparable."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation import colour
from diseaseface.evaluation.gains import LOWERS, measure_names, sign_name
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ONLY_AGAINST_BEFORE, RELATIVE, read_alone
from diseaseface.evaluation.responses import responses
from diseaseface.faces import colorimetry
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge import learned
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.training.datasets import Pictures

OnPicture = Callable[[Path, str | None], None]

# How pictures were taken: what may differ between groups without any disease, and what it feigns.
CONDITIONS = {
    "smile": "smiling, which moves mouth, cheeks and lids",
    "mouth open": "how far the mouth is open",
    "turned": "how far heads are turned",
    "resolution": "how large faces are, which changes skin texture and small signs",
    "skin tone": "skin tone, by ancestry, light or camera",
}
_LEAST_SHOWN = 0.25  # SD of healthy faces
# Contrasts that no light of a photo moves; other colours are comparable in the same light only.
_WITHIN_A_FACE = frozenset({"malar_erythema", "centrofacial_erythema", "scleral_yellowness", "scleral_blueness"})
# One measure of each part: more of them would drown what few people tell in how people differ.
_PARTS = (
    "palpebral_fissure_slant", "interpupillary_distance", "intercanthal_excess", "palpebral_fissure_length",
    "upper_lid_position_left", "upper_lid_position_right", "lower_lid_position_left", "lower_lid_position_right",
    "nasal_bridge_width", "nose_length", "nose_width", "nasal_tip_width", "nostril_show", "philtrum_length",
    "upper_vermilion_height", "lower_vermilion_height", "mouth_width", "mouth_corner_height", "lower_face_height",
    "chin_width", "jaw_width", "cheek_width", "mouth_corner_asymmetry_left", "skin_roughness", *sorted(_WITHIN_A_FACE),
)  # fmt: skip
_TELLING = 0.8  # of Hedges g: Cohen's "large"
_DRAWS = 1000
_GLANCE_PX = 24
_KEPT_PX_PER_CM = 14.0  # of faces to draw on, as large as those that responses were measured on: some 45 MB each

# Chardon 1991, Int J Cosmet Sci 13:191: least individual typology angle in degrees.
TONES = ((55, "very light"), (41, "light"), (28, "intermediate"), (10, "tan"), (-30, "brown"), (-91, "dark"))


@dataclass(frozen=True, eq=False)
class Group:
    """What the pictures of one group say.

    Attributes
    ----------
    values : mapping of measure to float array of shape (people,)
        Readings of single pictures; NaN where a part is hidden.
    conditions : mapping of the names in CONDITIONS to float array of shape (people,)
    ages : tuple of float
        Years, of the people whose age is told.
    layout : str
    unread : tuple of (Path, str)
        Pictures that were passed over, and why.
    faces : tuple of Face
        Some of the people, evenly spread, on whom signs can be drawn.
    paths : tuple of Path
        The people's pictures, of groups that were read from files.
    glances : float32 array of shape (people, n), or None
        What the pictures look like at a glance, see `within`.
    """

    values: Mapping[str, np.ndarray]
    conditions: Mapping[str, np.ndarray]
    ages: tuple[float, ...] = ()
    layout: str = "a folder of pictures"
    unread: tuple[tuple[Path, str], ...] = ()
    faces: tuple[Face, ...] = ()
    paths: tuple[Path, ...] = ()
    glances: np.ndarray | None = None

    @property
    def size(self) -> int:
        """People read."""
        return len(next(iter(self.conditions.values()), ()))

    def of(self, people: Sequence[int]) -> "Group":
        """Return what the pictures of some of the people say, in the order given."""
        at = list(people)
        values, conditions = ({n: v[at] for n, v in part.items()} for part in (self.values, self.conditions))
        paths = tuple(self.paths[one] for one in at) if self.paths else ()
        glances = None if self.glances is None else self.glances[at]
        return replace(self, values=values, conditions=conditions, paths=paths, glances=glances)

    def told(self) -> str:
        """Say how many, how old and of which skin tones the people are."""
        ages = "ages not told"
        if self.ages:
            ages = f"aged {min(self.ages):g} to {max(self.ages):g}, median {np.median(self.ages):g} years"
            ages += f" (told of {len(self.ages)})" if len(self.ages) < self.size else ""
        tones = Counter(tone_name(angle) for angle in self.conditions["skin tone"] if np.isfinite(angle))
        shown = ", ".join(f"{count} {tone}" for tone, count in tones.most_common()) or "not readable"
        left = f"; {len(self.unread)} could not be read" if self.unread else ""
        return f"{self.size} pictures, {ages}; skin in the pictures: {shown}{left}"


def measure(pictures: Pictures, on_picture: OnPicture | None = None, keep: int = 0) -> Group:
    """Read every picture of a group; one that cannot be read is passed over with its reason.

    Of up to `keep` pictures, evenly spread, the faces are kept, for signs to be drawn on.
    """
    people, unread, faces, seen_at, kept = {}, [], [], [], {*pictures.spread(keep).paths}
    for path in pictures.paths:
        try:
            face = look(path)
            people[path] = read(face)
            seen_at.append(glance(face))
            faces += _small(face) if path in kept else []
        except DiseaseFaceError as error:
            unread.append((path, str(error)))
        if on_picture:
            on_picture(path, unread[-1][1] if unread and unread[-1][0] == path else None)
    ages = tuple(pictures.ages[path] for path in people if path in pictures.ages)
    found = gathered([*people.values()], ages, pictures.layout, tuple(unread), tuple(faces))
    return replace(found, paths=tuple(people), glances=np.array(seen_at))


def glance(face: Face) -> np.ndarray:
    """Return what a photo looks like at a glance: its size in pixels, and colours 0 to 255, float32 (2 + 3 n,)."""
    thumb = cv2.resize(face.image, (_GLANCE_PX, _GLANCE_PX), interpolation=cv2.INTER_AREA)
    return np.concatenate([face.image.shape[:2], thumb.ravel()]).astype(np.float32)


def _small(face: Face) -> list[Face]:
    """Return a face small and without what no sign reaches, to save memory; none where it is not found again."""
    x0, y0, x1, y1 = face.chart.box
    scale = min(1.0, _KEPT_PX_PER_CM / face.pose.px_per_cm)
    around = np.ascontiguousarray(face.image[y0:y1, x0:x1])
    try:
        return [look(cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))]
    except DiseaseFaceError:
        return []


def gathered(
    read: Sequence[tuple[dict, dict]], ages=(), layout: str = "a folder of pictures", unread=(), faces=()
) -> Group:
    """Put the readings and conditions of single pictures together."""
    values, conditions = ([one[part] for one in read] for part in (0, 1))
    return Group(_stacked(values), _stacked(conditions), ages, layout, unread, faces)


def _stacked(rows: Sequence[Mapping[str, float | None]]) -> dict[str, np.ndarray]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows], float) for name in names}


def read(face: Face) -> tuple[dict, dict]:
    """Return the readings of one picture, and how it was taken."""
    return dict(read_alone(face).values), conditions(face)


def conditions(face: Face) -> dict[str, float]:
    """Return how a picture was taken, by the names in CONDITIONS."""
    shapes = face.blendshapes
    return {
        "smile": 0.5 * (shapes["mouthSmileLeft"] + shapes["mouthSmileRight"]),
        "mouth open": shapes["jawOpen"],
        "turned": abs(face.pose.yaw_deg),
        "resolution": float(np.log2(face.pose.px_per_cm)),
        "skin tone": typology_angle(face),
    }


def typology_angle(face: Face) -> float:
    """Return the individual typology angle of the bare skin as pictured, degrees; NaN without skin."""
    skin = face.image[face.regions.skin > 0.8]
    if len(skin) < 100:
        return float("nan")
    light, _, yellow = colorimetry.lab(np.median(colorimetry.to_linear(skin), axis=0))
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))


def tone_name(angle: float) -> str:
    """Return the name of a typology angle."""
    return next(name for least, name in TONES if angle > least)


def amounts(group: Group, healthy: Group, same_light: bool = False) -> dict[str, np.ndarray]:
    """Return the readings of a group by attribute, in its unit and positive direction.

    What cannot be told from single pictures is left out, absolute colour unless the light was the same.
    """
    read = healthy.values.keys() & group.values.keys()
    usable = (attribute for attribute in attributes().values() if _comparable(attribute, same_light))
    found = (attribute for attribute in usable if read.issuperset(measure_names(attribute, None)))
    return {attribute.name: _amount(attribute, group, healthy) for attribute in found}


def readable(same_light: bool = False) -> list[Attribute]:
    """Return the attributes that single pictures show in a direction at least."""
    usable = (attribute for attribute in attributes().values() if _comparable(attribute, same_light))
    return [attribute for attribute in usable if any(shown > 0 for shown in seen(attribute))]


def _comparable(attribute: Attribute, same_light: bool) -> bool:
    measure = attribute.measure
    usable = same_light or measure not in absolute_colours()
    return bool(measure) and measure not in ONLY_AGAINST_BEFORE and usable


def absolute_colours() -> frozenset[str]:
    """Return the measures of colour that are comparable in the same light only."""
    return frozenset(colour.READINGS) - _WITHIN_A_FACE


def seen(attribute: Attribute) -> tuple[float, float]:
    """Return how much of a change each direction single pictures show, positive one first; NaN where they do not.

    A sign shows where its full amount moves its own reading its own way, by at least a quarter of a standard
    deviation of healthy faces; what it does to other measures adds to that.
    """
    up, down = (_own_response(attribute, direction) for direction in (1, -1))
    return up, down


def _own_response(attribute: Attribute, direction: int) -> float:
    pole = attribute.toward(direction)
    own = _response(attribute, direction) if pole else 0.0
    sd = float(np.mean([norms().sd.get(name, np.inf) for name in measure_names(attribute, None)]))
    return own if pole and own * abs(pole.full) >= _LEAST_SHOWN * sd else float("nan")


def _response(sign: Attribute, direction: int) -> float:
    """Return the change of an attribute's own reading a unit of it, as `amounts` gives them; 0 where none is known."""
    moved, names = responses().get(sign_name(sign.name, direction), {}), measure_names(sign, None)
    if sign.measure == "mouth_corner_asymmetry":  # read without its side; both sides of a face sink alike
        return abs(moved.get(names[0], 0.0))
    value = float(np.mean([moved.get(name, 0.0) for name in names]))
    return -value if sign.name in LOWERS else value


def _amount(attribute: Attribute, group: Group, healthy: Group) -> np.ndarray:
    names = measure_names(attribute, None)
    if attribute.measure == "mouth_corner_asymmetry":  # weakness takes either side: the sides would cancel
        return np.abs(group.values[names[0]])
    value = np.mean([group.values[name] for name in names], axis=0)
    if attribute.measure in RELATIVE:
        usual = np.nanmean(np.mean([healthy.values[name] for name in names], axis=0))
        value = 100.0 * (value / max(usual, 1e-2) - 1.0)
    return -value if attribute.name in LOWERS else value


def departs_more(one: Group, other: Group, seed: int = 0, same_people: bool = False) -> float:
    """Return how surely the mean face of the first group departs more from the norms than the other's, 0 to 1.

    Groups of the same people, in the same order, are resampled together: who is drawn is then no difference.
    """
    random = np.random.default_rng(seed)
    again = np.random.default_rng(seed) if same_people else random
    first, then = _mean_departures(one, random), _mean_departures(other, again)
    return float((first > then).mean())


def _mean_departures(group: Group, random: np.random.Generator) -> np.ndarray:
    """Return squared Mahalanobis distances of the means of resampled groups, freed of their own spread."""
    known = norms()
    at = [known.jointly.index(name) for name in _PARTS]
    precision = np.linalg.inv(known.covariance[np.ix_(at, at)])
    rows = np.nan_to_num(np.stack([group.values[n] - known.mean[n] for n in _PARTS], axis=1))
    relative = [at for at, name in enumerate(_PARTS) if name in RELATIVE]
    rows[:, relative] *= 100.0 / np.array([known.mean[_PARTS[at]] for at in relative])
    means = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), _DRAWS) @ rows / len(rows)
    spread = np.trace(precision @ np.cov(rows.T)) / len(rows)
    return np.einsum("di,ij,dj->d", means, precision, means) - 2 * spread


def differences(healthy: Group, diseased: Group) -> list[str]:
    """Say in which conditions the groups differ as much as a disease would make them."""
    found = []
    for name, words in CONDITIONS.items():
        one, other = (group.conditions[name][np.isfinite(group.conditions[name])] for group in (healthy, diseased))
        if min(len(one), len(other)) < 2 or learned.pooled_sd(one, other) < 1e-9:
            continue
        g = learned.hedges_g(one, other)
        if abs(g) > _TELLING:
            found.append(f"The groups differ in {words} ({g:+.1f} SD): some of what was learned may be that.")
    return found
