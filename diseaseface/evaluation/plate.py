"""The measurements drawn on a photo: lines and angles, each with its value and its distance from healthy faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.overlay import DIM, INK, PAPER, head_box
from diseaseface.evaluation.places import Pair, middle
from diseaseface.evaluation.symptoms import Departure
from diseaseface.faces.face import Face

MOST_LABELS = 12
TALL_PX = 900  # of the drawn head
_FINE = 2  # drawn so much larger and brought down, for smooth lines
_TALL = _FINE * TALL_PX
_MARGIN = 0.40  # of that, on both sides, for the labels
# Blue, orange and near white of Wong (2011): larger and smaller are also told by the sign of the number.
LARGER, SMALLER, USUAL = (230, 159, 0), (86, 180, 233), (240, 242, 244)
_HALO = (16, 22, 28)
_UNITS = {"deg": "°", "%": " %", "% of iris": " % of iris"}
_LEAST_RUN_CM = 0.25  # a shorter line is drawn as its point


@dataclass(frozen=True, eq=False)
class _Label:
    """What stands in a margin: two lines of text, their colour, and where their line begins in the plate."""

    name: str
    value: str
    colour: tuple[int, int, int]
    anchor: tuple[float, float]


def draw(face: Face, found: Sequence[Departure], first: Sequence[str] = (), *, changes: bool = False) -> np.ndarray:
    """Return the head with its measurements, labels in the margins, uint8 RGB of shape (h, w, 3).

    Parameters
    ----------
    face : Face
    found : sequence of Departure
        Most departed first.
    first : sequence of str
        Measures that are drawn before any other, such as those of a disease's signs.
    changes : bool
        Whether the values are changes, which are written with their sign.
    """
    chosen = chosen_of(found, first)
    x0, y0, x1, y1 = head_box(face)
    scale = _TALL / (y1 - y0)
    head = face.image[y0:y1, x0:x1]
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    head = cv2.resize(np.ascontiguousarray(head), (round((x1 - x0) * scale), _TALL), interpolation=kind)
    margin = round(_MARGIN * _TALL)
    page = Image.new("RGB", (head.shape[1] + 2 * margin, _TALL), PAPER)
    page.paste(Image.fromarray(head), (margin, 0))

    def placed(points_px: np.ndarray) -> np.ndarray:
        return (points_px - (x0, y0)) * scale + (margin, 0)

    lines = [[placed(line) for line in lines_px(face, one)] for one in chosen]
    pen = ImageDraw.Draw(page)
    for one, drawn in zip(chosen, lines, strict=True):
        for line in drawn:
            _line(pen, line, _colour(one))
    labels = [_label(one, drawn, changes) for one, drawn in zip(chosen, lines, strict=True)]
    _write(pen, labels, margin, page.width)
    return np.asarray(page.reduce(_FINE))


def chosen_of(found: Sequence[Departure], first: Sequence[str] = ()) -> list[Departure]:
    """Return the measures that a plate shows: of two on the same line, the one that departs more."""
    with_lines = [one for one in found if one.place.pairs]
    ranked = sorted(with_lines, key=lambda one: (one.name not in first, -abs(one.z)))
    kept: dict[tuple, Departure] = {}
    for one in ranked:
        kept.setdefault((one.place.along + one.place.across, one.place.up, one.place.angles), one)
    return list(kept.values())[:MOST_LABELS]


def lines_px(face: Face, one: Departure) -> list[np.ndarray]:
    """Return the lines of a measure as float arrays (n, 2) of photo pixels, the measured one first in each pair."""
    cm = traced_points_cm(frame_of(face))
    marks = face.landmarks_px + face.pose.vectors_to_px(cm - face.points_cm)
    found: list[np.ndarray] = []
    for name in ("along", "angles", "across", "up"):
        for pair in getattr(one.place, name):
            found += _drawn(face, marks, cm, pair, name)
    return found


def _drawn(face: Face, marks: np.ndarray, cm: np.ndarray, pair: Pair, way: str) -> list[np.ndarray]:
    start, end = (middle(marks, group) for group in pair)
    run = middle(cm, pair[1]) - middle(cm, pair[0])
    if way == "along":
        return [np.array([start, end])]
    level = np.array([run[0], 0.0, 0.0]) if way != "up" else np.array([0.0, run[1], 0.0])
    turn = start + face.pose.vectors_to_px(level)
    if way == "angles":
        return [np.array([start, end]), np.array([start, turn])]
    foot = [np.array([turn, end])] if np.linalg.norm(end - turn) > _LEAST_RUN_CM * face.pose.px_per_cm else []
    return [np.array([start, turn]), *foot]


def _colour(one: Departure) -> tuple[int, int, int]:
    if not one.notable:
        return USUAL
    return LARGER if one.z > 0 else SMALLER


def _line(pen: ImageDraw.ImageDraw, line: np.ndarray, colour) -> None:
    """A line with its ends marked, light inside dark: it shows on any skin."""
    points = [tuple(point) for point in line]
    for shade, width in ((_HALO, 6 * _FINE), (colour, 3 * _FINE)):
        pen.line(points, shade, width)
        for x, y in points:
            r = _FINE + 0.75 * width
            pen.ellipse((x - r, y - r, x + r, y + r), shade)


def _label(one: Departure, drawn: Sequence[np.ndarray], change: bool) -> _Label:
    ends = np.concatenate(drawn)
    number = f"{one.value:+.1f}" if change else f"{one.value:.1f}"
    value = f"{number}{_UNITS.get(one.unit, f' {one.unit}')}   {one.z:+.1f} SD"
    outer = max(ends, key=lambda point: abs(point[0] - ends[:, 0].mean()))
    return _Label(one.place.label, value, _colour(one), tuple(outer))


def _write(pen: ImageDraw.ImageDraw, labels: Sequence[_Label], margin: int, width: int) -> None:
    """Share the labels between the margins, in order of height, without two on each other."""
    middle_x = width / 2
    ranked = sorted(labels, key=lambda label: label.anchor[0] - middle_x)
    half = min(max(sum(label.anchor[0] < middle_x for label in ranked), len(ranked) // 2 - 1), len(ranked) // 2 + 1)
    for side, group in (("left", ranked[:half]), ("right", ranked[half:])):
        _column(pen, sorted(group, key=lambda label: label.anchor[1]), side, margin, width)


def _column(pen: ImageDraw.ImageDraw, labels: Sequence[_Label], side: str, margin: int, width: int) -> None:
    font, small = (ImageFont.load_default(_FINE * size) for size in (19, 17))
    step, tall, edge = (_FINE * size for size in (58, 46, 8))
    tops = spaced([label.anchor[1] - tall / 2 for label in labels], step, edge, _TALL - tall - edge)
    for label, top in zip(labels, tops, strict=True):
        x, anchor = (margin - 2 * edge, "ra") if side == "left" else (width - margin + 2 * edge, "la")
        pen.text((x, top), label.name, INK, font, anchor=anchor)
        pen.text(
            (x, top + 24 * _FINE), label.value, label.colour if label.colour != USUAL else DIM, small, anchor=anchor
        )
        start = (x + (edge if side == "left" else -edge), top + tall / 2)
        for shade, thick in ((_HALO, 3 * _FINE), (label.colour, _FINE)):
            pen.line([start, label.anchor], shade, thick)


def spaced(wanted: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Return places in order, each at least `step` after the one before, near to where they are wanted."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + step if places else low))
    limit = high
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], limit)
        limit = places[number] - step
    return places
