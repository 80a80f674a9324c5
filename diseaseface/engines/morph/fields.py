"""Displacement fields in canonical centimetres, built from the recipes in fields.toml."""

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.knowledge.catalogue import attributes

EYE_CENTRE_CM = (3.18, 2.62)
_PUSH = {"at", "by", "reach"}


@cache
def recipes() -> dict[str, dict]:
    """Read fields.toml, refusing malformed primitives by name."""
    text = (files("diseaseface") / "data" / "fields.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    for name, table in tables.items():
        for primitive in table["positive"] + table.get("negative", []):
            if not primitive.get("eye") and primitive.keys() != _PUSH:
                raise CatalogueError(f"fields.toml [{name}] has a malformed primitive: {primitive}")
    return tables


def takes_one_side(name: str) -> bool:
    """Tell whether a sign makes the two sides of the face differ, so that it is drawn on one of them."""
    return attributes()[name].one_sided or recipes().get(name, {}).get("one_sided", False)


def unit_field(name: str, direction: int, x_cm: np.ndarray, y_cm: np.ndarray, side: str | None = None) -> np.ndarray:
    """Evaluate an attribute's recipe at canonical positions.

    Parameters
    ----------
    name : str
        Attribute with a recipe.
    direction : int
        +1 or -1; the result already moves in that direction.
    x_cm, y_cm : float arrays of one shape
        Canonical positions.
    side : "left", "right" or None
        The subject's own side; None for both.

    Returns
    -------
    float32 array of shape (\\*x_cm.shape, 3)
        Displacement in canonical centimetres for a strength of one.
    """
    recipe = recipes()[name]
    mirrored = direction < 0 and "negative" not in recipe
    primitives = recipe["negative"] if direction < 0 and "negative" in recipe else recipe["positive"]
    total = np.zeros((*x_cm.shape, 3), np.float32)
    side = side or ("left" if recipe.get("one_sided") else None)
    for primitive in primitives:
        for hand in _hands(primitive, side):
            field = _primitive(primitive, hand * x_cm, y_cm)
            field[..., 0] *= hand
            total += field
    total = _keep_irises_round(total, x_cm, y_cm)
    return -total if mirrored else total


def _hands(primitive, side):
    """+1 draws on the subject's left as written, -1 its mirror image on the right."""
    if side is not None:
        return (1,) if side == "left" else (-1,)
    return (1,) if "at" in primitive and primitive["at"][0] == 0 else (1, -1)


def _primitive(primitive, x, y):
    if primitive.get("eye"):
        return _eye(primitive, x, y)
    (px, py), (sx, sy) = primitive["at"], primitive["reach"]
    weight = np.exp(-0.5 * (((x - px) / sx) ** 2 + ((y - py) / sy) ** 2))
    return (weight[..., None] * np.array(primitive["by"])).astype(np.float32)


def _eye(primitive, x, y):
    """Move, turn or scale the eye as a whole, fading between `inner` and `outer`."""
    dx, dy = x - EYE_CENTRE_CM[0], y - EYE_CENTRE_CM[1]
    weight = _plateau(np.hypot(dx, dy * 1.15), primitive["inner"], primitive["outer"])
    by = np.array(primitive.get("by", (0.0, 0.0, 0.0)))
    kx, ky = primitive.get("scale", (0.0, 0.0))
    turn = np.radians(primitive.get("turn_deg", 0.0))
    move = np.stack([kx * dx - turn * dy, ky * dy + turn * dx, np.zeros_like(x)], axis=-1)
    return ((move + by) * weight[..., None]).astype(np.float32)


def _plateau(radius, inner, outer):
    fade = np.clip((outer - radius) / (outer - inner), 0.0, 1.0)
    return fade**3 * (fade * (6.0 * fade - 15.0) + 10.0)


def _keep_irises_round(field, x, y):
    """Replace the field inside each iris by its best similarity, so that no iris turns oval."""
    for hand in (1, -1):
        dx, dy = hand * x - EYE_CENTRE_CM[0], y - EYE_CENTRE_CM[1]
        weight = _plateau(np.hypot(dx, dy), 0.62, 1.15)
        inside = weight > 0
        core = weight[inside] * (weight[inside] > 0.2)
        if not core.sum():
            continue
        u, v = x[inside] - hand * EYE_CENTRE_CM[0], dy[inside]
        # Unknowns: shift (2), scale, turn. Least squares, weighted by the plateau.
        zero, one = np.zeros_like(u), np.ones_like(u)
        rows = np.stack([np.stack([one, zero, u, -v], -1), np.stack([zero, one, v, u], -1)])
        weighted = rows * core[None, :, None]
        moved = np.moveaxis(field[inside][:, :2], -1, 0)
        normal = np.einsum("kni,knj->ij", weighted, rows)
        right = np.einsum("kni,kn->i", weighted, moved)
        best = np.linalg.lstsq(normal, right, rcond=None)[0]
        rigid = np.moveaxis(rows @ best, 0, -1)
        blended = field[inside].copy()
        blended[:, :2] += (rigid - blended[:, :2]) * weight[inside, None]
        field[inside] = blended
    return field
