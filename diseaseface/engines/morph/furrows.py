"""Furrows as relief: curves of creases.toml raised and sunk in canonical centimetres, the same for every face.

A furrow drawn as a dark line looks like a scratch. Here it is a narrow valley between two rolls of
skin, uneven along its length, and the photo's own light shades it.
"""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from scipy.interpolate import PchipInterpolator

from diseaseface.engines.morph import noise
from diseaseface.engines.morph.maps import smoothstep
from diseaseface.engines.morph.plane import LEFT_CM, PX_PER_CM, SIZE, TOP_CM
from diseaseface.errors import CatalogueError

_PATTERNS = 4  # different courses of the lines; a seed picks one
_DEPTH_CM = 0.06
_REACH = 2.6  # rolls
_PER_ROLL = 4.0
_LINE = {"through", "depth", "width", "roll", "sides", "broken", "wander", "fade"}


@dataclass(frozen=True, eq=False)
class Relief:
    """Furrows on the part of `plane` that has any, float32 arrays of one shape (rows, columns).

    Attributes
    ----------
    height_cm : float32 array
        At full amount.
    depth : float32 array
        How deep in a furrow a place lies, 0 to about 1.
    corner : (int, int)
        Row and column of the plane at which the part begins.
    """

    height_cm: np.ndarray
    depth: np.ndarray
    corner: tuple[int, int]


@cache
def recipes() -> dict[str, dict]:
    """Read creases.toml, refusing malformed lines by name."""
    tables = tomllib.loads((files("diseaseface") / "data" / "creases.toml").read_text(encoding="utf-8"))
    for name, table in tables.items():
        for line in table["lines"]:
            if line.keys() != _LINE:
                raise CatalogueError(f"creases.toml [{name}] has a malformed line: {line}")
    return tables


def relief(name: str, seed: int) -> Relief:
    """Return the furrows of a sign; seeds share a few patterns."""
    return _relief(name, seed % _PATTERNS)


@lru_cache(maxsize=48)
def _relief(name, pattern):
    recipe = recipes()[name]
    height, depth = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
    for number, line in enumerate(recipe["lines"]):
        for hand in _hands(line):
            _furrow(height, depth, line, hand, noise.stream(pattern, f"{name} {number} {hand}"))
    for number, line in enumerate(_fine_lines(recipe, noise.stream(pattern, name + " fine"))):
        _furrow(height, depth, line, 1, noise.stream(pattern, f"{name} fine {number}"))
    for number, pits in enumerate(recipe.get("pits", ())):
        for at, radius, vigour in _scattered(recipe["zones"], pits, noise.stream(pattern, f"{name} pits {number}")):
            _pit(height, depth, at, radius, vigour * pits["depth"], pits["sharp"])
    return _cut(height, depth)


def _cut(height, depth):
    """The part of the plane with furrows."""
    rows, columns = (np.flatnonzero((height != 0).any(axis=axis)) for axis in (1, 0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, depth = height[part].copy(), depth[part].copy()
    for field in (height, depth):
        field.setflags(write=False)
    return Relief(height, depth, (int(rows[0]), int(columns[0])))


def _hands(line):
    """+1 draws a line as written, -1 its mirror image."""
    across = [point[0] for point in line["through"]]
    return (1, -1) if min(across) * max(across) > 0 else (1,)


def _fine_lines(recipe, random):
    """Shallow short lines scattered over the zone, in its direction."""
    fine, own = recipe.get("fine"), recipe.get("own")
    if not fine:
        return
    for _ in range(fine["count"]):
        radius, turn = np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
        x, y, half_width, half_height = own["zone"]
        at = np.array([x + half_width * radius * np.cos(turn), y + half_height * radius * np.sin(turn)])
        angle = direction(own, *at) + random.normal(0.0, 0.16)
        half = 0.5 * random.uniform(*fine["length"]) * np.array([np.cos(angle), np.sin(angle)])
        if x > 0 and random.uniform() < 0.5:
            at, half = at * (-1, 1), half * (-1, 1)
        yield {
            "through": [at - half, at + half], "depth": fine["depth"] * random.uniform(0.4, 1.2),
            "width": fine["width"], "roll": 3.0 * fine["width"], "sides": [0.5, 0.5], "broken": 0.4,
            "wander": 0.03, "fade": [0.4, 0.4],
        }  # fmt: skip


def direction(own: dict, x_cm: np.ndarray, y_cm: np.ndarray) -> np.ndarray:
    """Return the angle in which lines run at canonical positions, radians; x counts from the midline."""
    if "rays" not in own:
        return np.full(np.shape(x_cm), np.radians(own["turn_deg"]), np.float32)
    return np.arctan2(y_cm - own["rays"][1], x_cm - own["rays"][0])


def _furrow(height, depth, line, hand, random):
    """Add one furrow to the relief, in place."""
    points = np.array(line["through"], float) * (hand, 1.0)
    start, chord = points[0], points[-1] - points[0]
    length = float(np.hypot(*chord))
    ahead = chord / length
    aside = np.array([-ahead[1], ahead[0]])
    part, x, y = _patch(points, _REACH * line["roll"])
    if not x.size:
        return
    along = (x - start[0]) * ahead[0] + (y - start[1]) * ahead[1]
    across = (x - start[0]) * aside[0] + (y - start[1]) * aside[1]
    places, course, slope = _course((points - start) @ ahead, (points - start) @ aside, line, random)
    strength, width = _unevenness(places, length, line, random)
    middle, lean, strength, width = (np.interp(along, places, row) for row in (course, slope, strength, width))
    distance = (across - middle) / np.sqrt(1.0 + lean * lean)
    valley = 1.0 / (1.0 + (distance / width) ** 2) ** 1.3
    left, right = line["sides"] if hand > 0 else line["sides"][::-1]
    roll, side = line["roll"], np.abs(distance)
    bulge = np.where(distance > 0, left, right) * (side / roll) ** 2 * np.exp(1.0 - (side / roll) ** 2)
    height[part] += (_DEPTH_CM * strength * (bulge - valley)).astype(np.float32)
    shade = 0.7 * valley + 0.3 * np.exp(-((1.8 * side / roll) ** 2))
    depth[part] = np.maximum(depth[part], (strength * shade).astype(np.float32))


def _scattered(zones, pits, random):
    """Places, radii and strengths of pits, in the zones (x, y, half width, half height) of both sides."""
    for _ in range(pits["count"]):
        x, y, half_width, half_height = zones[int(random.uniform() ** 2.2 * len(zones))]
        out, turn = np.sqrt(random.uniform()), random.uniform(0, 2 * np.pi)
        at = np.array([x + half_width * out * np.cos(turn), y + half_height * out * np.sin(turn)])
        yield at * (random.choice((-1, 1)), 1), random.uniform(*pits["radius"]), random.uniform(0.4, 1.1)


def _pit(height, depth, at, radius, strength, sharp):
    """Sink one pit into the relief, in place; sharp ones have a wall, others are shallow dents."""
    part, x, y = _patch(at[None], 2.0 * radius)
    if not x.size:
        return
    squared = ((x - at[0]) ** 2 + (y - at[1]) ** 2) / radius**2
    bowl = np.exp(-(squared ** (1.0 + sharp)))
    height[part] -= (_DEPTH_CM * strength * bowl).astype(np.float32)
    depth[part] = np.maximum(depth[part], (0.7 * sharp * strength * bowl).astype(np.float32))


def _patch(points, reach):
    """The part of the plane around points, and its positions, cm."""
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    columns = np.clip(np.array([low[0] - LEFT_CM, high[0] - LEFT_CM]) * PX_PER_CM, 0, SIZE[1]).astype(int)
    rows = np.clip(np.array([TOP_CM - high[1], TOP_CM - low[1]]) * PX_PER_CM, 0, SIZE[0]).astype(int)
    x = LEFT_CM + (np.arange(*columns) + 0.5) / PX_PER_CM
    y = TOP_CM - (np.arange(*rows) + 0.5) / PX_PER_CM
    return (slice(*rows), slice(*columns)), *np.meshgrid(x, y)


def _course(along, across, line, random):
    """Places along the chord, how far aside of it the furrow runs, and its slope."""
    places = np.linspace(along[0], along[-1], 96)
    smooth = PchipInterpolator(along, across)(places)
    smooth += line["wander"] * _waver(places, (_even(line, 0.35), _even(line, 1.4)), random)
    return places, smooth, np.gradient(smooth, places)


def _unevenness(places, length, line, random):
    """Depth and width along the furrow: it fades at its ends, and noise makes it uneven and breaks it."""
    first, last = line["fade"]
    ends = smoothstep(places / length, 0.0, first) * smoothstep(1.0 - places / length, 0.0, last)
    waver = _waver(places, (_even(line, 0.5), _even(line, 2.2)), random)
    depth = line["depth"] * ends * np.clip(1.0 - line["broken"] * (0.45 + 0.6 * waver), 0.0, 1.15)
    return depth, line["width"] * np.clip(1.0 + 0.2 * _waver(places, (0.6, 2.0), random), 0.5, 1.6)


def _even(line, wavelength):
    """No wave along a furrow is shorter than its rolls are broad: that would be a row of ribs."""
    return max(wavelength, _PER_ROLL * line["roll"])


def _waver(places, wavelengths, random):
    """A one-dimensional noise of about unit height."""
    lengths = np.exp(random.uniform(*np.log(wavelengths), 6))
    phases, weights = random.uniform(0, 2 * np.pi, 6), random.uniform(0.4, 1.0, 6)
    waves = weights[:, None] * np.sin(2 * np.pi * places[None, :] / lengths[:, None] + phases[:, None])
    return waves.sum(axis=0) / np.sqrt(0.5 * (weights**2).sum()) * 0.7
