"""Where on the face a sign lies: soft areas in canonical centimetres, read from pigments.toml."""

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.errors import CatalogueError

_PLACE = frozenset({"at", "reach", "tilt_deg", "weight"})
_LINE = frozenset({"from", "to", "reach", "weight"})
_HALF = float(np.log(2.0))


@cache
def recipes() -> dict[str, dict]:
    """Read pigments.toml, refusing malformed areas by name."""
    tables = tomllib.loads((files("diseaseface") / "data" / "pigments.toml").read_text(encoding="utf-8"))
    for name, area in tables["areas"].items():
        for shape in area["blobs"] + area["spares"]:
            if frozenset(shape) not in (_PLACE, _LINE):
                raise CatalogueError(f"pigments.toml [areas.{name}] has a malformed shape: {shape}")
    return tables


def area(name: str, x_cm: np.ndarray, y_cm: np.ndarray) -> np.ndarray:
    """Evaluate an area of pigments.toml at canonical positions, float32, 0 to 1, both sides alike."""
    recipe, aside = recipes()["areas"][name], np.abs(x_cm)
    left_out = np.full(x_cm.shape, 1.0 - recipe["base"], np.float32)
    for blob in recipe["blobs"]:
        left_out *= 1.0 - _height(blob, aside, y_cm)
    height = 1.0 - left_out
    for spare in recipe["spares"]:
        height *= 1.0 - _height(spare, aside, y_cm)
    return height.astype(np.float32)


def _height(shape, x, y):
    squared = _line(shape, x, y) if "from" in shape else _ellipse(shape, x, y)
    return shape["weight"] * np.exp(-_HALF * squared**1.08)


def _ellipse(shape, x, y):
    (cx, cy), (rx, ry), turn = shape["at"], shape["reach"], np.radians(shape["tilt_deg"])
    along = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
    across = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
    return (along / rx) ** 2 + (across / ry) ** 2


def _line(shape, x, y):
    (x0, y0), (x1, y1) = shape["from"], shape["to"]
    dx, dy = x1 - x0, y1 - y0
    share = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    return ((x - x0 - share * dx) ** 2 + (y - y0 - share * dy) ** 2) / shape["reach"] ** 2


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise smoothly from zero at `low` to one at `high`."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
