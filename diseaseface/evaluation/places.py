"""Where on a face each measure is read: what a map colours, and the lines a photo is marked with."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.faces.zones import terms, zone

FILE = "data/places.toml"
SPREAD_CM = 0.55  # standard deviation of the spot around a point; set by eye
_SHORT_CM = 2.6  # a longer distance departs at its ends: nothing is said of the skin between
_SOFT_NODES = 1.2  # blur of a zone's edge, in nodes

Group = tuple[int, ...]
"""Landmarks whose middle is one point."""
Pair = tuple[Group, Group]


@dataclass(frozen=True)
class Place:
    """Where one measure is read.

    Attributes
    ----------
    label : str
        The measure's name in words.
    along, across, up : tuples of Pair
        Distances: between the points as they lie, level, and upright from the first point.
    angles : tuple of Pair
        Rise of the second point over the first, against the level.
    points : tuple of Group
        Points that are compared with others, without a distance.
    zones, masks : tuples of str
        Of `faces.zones`, and of a face's regions.
    level : bool
        Whether the light of a photo moves it, or all skin has it, so that one photo alone cannot place it.
    """

    label: str
    along: tuple[Pair, ...] = ()
    across: tuple[Pair, ...] = ()
    up: tuple[Pair, ...] = ()
    angles: tuple[Pair, ...] = ()
    points: tuple[Group, ...] = ()
    zones: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    level: bool = False

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs of points that a line joins."""
        return (*self.along, *self.across, *self.up, *self.angles)

    def weight(self, nodes_cm: np.ndarray, marks_cm: np.ndarray, skin: np.ndarray) -> np.ndarray:
        """Return how much of this measure shows at each node, float32 (h, w) from 0 to 1; masks are not in it.

        Parameters
        ----------
        nodes_cm : float array of shape (h, w, 2 or more)
            Canonical X and Y of the nodes.
        marks_cm : float array of shape (478, 2)
            The face's landmarks in the same coordinates.
        skin : float array of shape (h, w)
            How much of each node is bare skin: zones are read on nothing else.
        """
        x, y = nodes_cm[..., 0], nodes_cm[..., 1]
        found, at = np.zeros(x.shape, np.float32), terms(x, y)
        for name in self.zones:
            inside = (zone(name, at) * skin).astype(np.float32)
            found = np.maximum(found, cv2.GaussianBlur(inside, (0, 0), _SOFT_NODES))
        for one, other in _segments(self, marks_cm):
            found = np.maximum(found, np.exp(-0.5 * (_distance(x, y, one, other) / SPREAD_CM) ** 2))
        return found


def _segments(place: Place, marks_cm: np.ndarray):
    """Lines that show a measure: short distances whole, long ones as their two ends."""
    for group in place.points:
        at = middle(marks_cm, group)
        yield at, at
    for one, other in ([middle(marks_cm, group) for group in pair] for pair in place.pairs):
        if np.linalg.norm(one - other) <= _SHORT_CM:
            yield one, other
        else:
            yield one, one
            yield other, other


def middle(marks: np.ndarray, group: Sequence[int]) -> np.ndarray:
    """Return the mean (2,) of a group of landmarks (478, 2 or more)."""
    return marks[list(group), :2].mean(axis=0)


def _distance(x, y, one, other):
    """Distance of positions from a segment."""
    way = other - one
    length = float(way @ way)
    share = np.clip(((x - one[0]) * way[0] + (y - one[1]) * way[1]) / length, 0, 1) if length > 0 else 0.0
    return np.hypot(x - one[0] - share * way[0], y - one[1] - share * way[1])


@cache
def places() -> Mapping[str, Place]:
    """Return the shipped places by measure."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, Place]:
    """Read places from TOML text; raise CatalogueError where they are malformed."""
    known = {one.name for one in fields(Place)}
    found = {}
    for name, table in tomllib.loads(text).items():
        wrong = table.keys() - known
        if wrong or "label" not in table:
            raise CatalogueError(f"places.toml: [{name}] needs a label; it knows no {sorted(wrong)}")
        found[name] = Place(**{key: _frozen(value) for key, value in table.items()})
    return found


def _frozen(value):
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
