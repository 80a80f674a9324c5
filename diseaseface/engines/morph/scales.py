"""Scale: dry and loose flakes of the horny layer, as cells that lift at one edge, whiten and crack."""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import cv2
import numpy as np
from scipy.spatial import KDTree

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, lighting, maps, noise, plane
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer, usual_light
from diseaseface.errors import CatalogueError

_FIELDS = {"cell", "lift_cm", "loose", "white", "crack", "gap", "brown"}
_CRACK = (0.8, 1.05, 1.1)
_GREY = (1.0, 1.0, 1.0)
_WHITEST = 0.3  # light of scale on skin that reflects none, next to that of white paper
_SIGNS = {
    "dry_skin": ("fine", "dry_skin"),
    "ichthyosis": ("plates", "all_but_lids"),
    "dermal_atrophy": ("crepe", "all_but_lids"),
}
_FLUSH = {"dry_skin": 0.13, "ichthyosis": 0.1, "dermal_atrophy": 0.05}  # haemoglobin under the scale, at full amount
_SOFT = 0.5
_JOINED = 0.4
_PATTERNS = 3  # different layouts; a seed picks one
_MOST_WHITE = 1.15  # times the usual light of the skin
_LEAST_SEEN = 0.3
_HIDDEN = "No bare skin of the face is visible."


@dataclass(frozen=True, eq=False)
class Flakes:
    """A layer of scale: uint8 arrays of the plane (rows, columns), or float32 arrays of a canvas (h, w).

    Attributes
    ----------
    relief : array
        Height as a share of the highest on the plane, 0 to 255; the optical density of its shading on a canvas.
    white : array
        How much white light the flakes throw back: 0 to 255 on the plane, a share of the skin's on a canvas.
    crack : array
        How deep in a crack a place lies, 0 to 255 or 0 to 1.
    body : array
        How far a flake has come loose, 0 to 255 or 0 to 1.
    """

    relief: np.ndarray
    white: np.ndarray
    crack: np.ndarray
    body: np.ndarray


@cache
def kinds() -> dict[str, dict]:
    """Read scales.toml, refusing malformed kinds by name."""
    tables = tomllib.loads((files("diseaseface") / "data" / "scales.toml").read_text(encoding="utf-8"))
    for name, kind in tables.items():
        if kind.keys() != _FIELDS:
            raise CatalogueError(f"scales.toml [{name}] must have exactly {sorted(_FIELDS)}.")
    return tables


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw scale all over the face: the driest parts first."""
    name = change.attribute.name
    kind, area = _SIGNS[name]
    share = change.amount / change.attribute.positive.full
    where = canvas.keep((name, seed, "where"), lambda: _where(canvas, name, area, seed))
    if float((where * canvas.skin).sum()) < 20.0:
        return Layer(0.0, _HIDDEN)
    covered = maps.smoothstep(where, 1.0 - share, 1.0 + _SOFT - 0.8 * share).astype(np.float32)
    inks, shine = layer_of(canvas, kind, covered, seed)
    red = Ink(tuple(maps.recipes()["pigments"]["haemoglobin"]), covered, _FLUSH[name])
    return Layer(change.amount, inks=(*inks, red), shine=shine)


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take scale away, as far as flakes are seen where they would be drawn."""
    layer = draw(canvas, change, seed)
    if not layer.inks:
        return layer
    return healing.undone(layer, _seen(canvas, layer), _LEAST_SEEN)


def layer_of(canvas: Canvas, name: str, where: np.ndarray, seed: int) -> tuple[tuple[Ink, ...], np.ndarray]:
    """Return the inks and the white light of a kind of scale.

    Parameters
    ----------
    name : str
        A kind of scales.toml.
    where : float32 array of shape (h, w)
        How much scale there is, 0 to 1.
    """
    kind = kinds()[name]
    flakes = canvas.keep(("flakes", name, seed), lambda: _on_canvas(canvas, name, seed))
    shade = flakes.relief * where
    crack = flakes.crack * where
    inks = [Ink(_GREY, shade, 1.0), Ink(_CRACK, crack, kind["crack"])]
    if kind["brown"]:
        inks.append(Ink(tuple(maps.recipes()["pigments"]["melanin"]), flakes.body * where, kind["brown"]))
    return tuple(inks), flakes.white * where * canvas.skin


def _seen(canvas, layer):
    """How much of the fine contrast of a drawn layer the picture shows, about zero to one."""
    drawn = sum(ink.field * np.float32(ink.strength * ink.pigment[1]) for ink in layer.inks)
    if layer.shine is not None:
        drawn = drawn - np.log1p(layer.shine)
    seen, known = -healing.log_light(canvas.planes[1]), np.maximum(canvas.skin, 1e-3)
    bands = [a - masked_blur(a, known, 0.25 * canvas.px_per_cm) for a in (seen, drawn)]
    # A face found anew lies a fraction of a pixel aside: blurred a little, the flakes still meet.
    bands = [cv2.GaussianBlur(np.clip(a, -0.4, 0.4), (0, 0), max(0.8, 0.04 * canvas.px_per_cm)) for a in bands]
    return healing.slope(*bands, canvas.inside * (np.abs(drawn) > 0.01))


def _where(canvas, name, area, seed):
    """Where skin dries first, 0 to 1."""
    uneven = canvas.noise(seed, name, 1.6, 1.6)
    where = canvas.area(area) * np.clip(0.78 + 0.16 * uneven, 0.0, None)
    bare = where[canvas.inside > 0.5]
    return (where / max(float(np.percentile(bare, 97)), 1e-3) if len(bare) else where).astype(np.float32)


def _on_canvas(canvas, name, seed):
    kind, flakes = kinds()[name], _flakes(name, seed % _PATTERNS)
    relief, white, crack, body = (
        plane.on_canvas(canvas, field.astype(np.float32)) / np.float32(255.0)
        for field in (flakes.relief, flakes.white, flakes.crack, flakes.body)
    )
    usual = max(usual_light(canvas), 1e-3)
    whitest = min(max(1.2 * usual, _WHITEST + 0.5 * usual) / usual - 0.6, _MOST_WHITE)
    shade = np.clip(lighting.slope_density(canvas, np.float32(kind["lift_cm"]) * relief), -0.5, 0.5)
    return Flakes(shade, np.float32(kind["white"] * whitest) * white, crack, body)


@lru_cache(maxsize=16)
def _flakes(name, pattern):
    kind = kinds()[name]
    random = noise.stream(pattern, "scale " + name)
    centres, cells, edge = _cells(kind["cell"], random)
    count, reach = len(centres), 0.5 * kind["cell"] * plane.PX_PER_CM
    turn, loose = random.uniform(0, 2 * np.pi, count), random.uniform(size=count) < kind["loose"]
    vigour = (loose * random.uniform(0.35, 1.0, count)).astype(np.float32)
    lean = (np.stack([np.cos(turn), np.sin(turn)], axis=-1) / reach).astype(np.float32)
    y, x = np.mgrid[: plane.SIZE[0], : plane.SIZE[1]].astype(np.float32)
    away = (lean * centres).sum(axis=-1)
    tilt = np.clip(0.5 + 0.5 * (x * lean[cells, 0] + y * lean[cells, 1] - away[cells]), 0.0, 1.0)
    inner = 1.0 - np.exp(-((edge / (1.3 * kind["gap"])) ** 2))
    body = vigour[cells] * inner
    relief, white = body * (0.3 + 0.7 * tilt), body * (0.3 + 0.7 * tilt**1.5)
    crack = np.exp(-((edge / kind["gap"]) ** 2)) * np.clip(0.7 + 0.3 * _uneven(random, 0.5), 0.2, 1.0)
    # No border is straight: the whole layer is drawn a little askew.
    askew = [0.28 * reach * _uneven(random, 0.6 * kind["cell"]) for _ in range(2)]
    return Flakes(*(
        cv2.remap((255.0 * field).astype(np.uint8), x + askew[0], y + askew[1], cv2.INTER_LINEAR)
        for field in (relief, white, crack, body)
    ))  # fmt: skip


def _uneven(random, size_cm):
    """Smooth noise on the plane, float32, of about unit height."""
    coarse = (np.array(plane.SIZE) / (size_cm * plane.PX_PER_CM)).astype(int) + 2
    field = cv2.GaussianBlur(random.standard_normal(coarse).astype(np.float32), (0, 0), 0.7) * 2.4
    return cv2.resize(field, plane.SIZE[::-1], interpolation=cv2.INTER_CUBIC)


def _grown(at, cells, count, random):
    """Some cells grow together with a neighbour, so that flakes differ in size: each cell's new number."""
    near = KDTree(at).query(at, k=2)[1][:, 1]
    joined = np.where(random.uniform(size=len(at)) < _JOINED, cells[near], cells)
    numbers = np.arange(count)
    numbers[cells] = joined
    return numbers


def _cells(size_cm, random):
    """Centres (n, 2) px, the cell of each pixel, and its distance from the cell's border, cm."""
    rows, columns = plane.SIZE
    step = size_cm * plane.PX_PER_CM
    at = np.stack(np.meshgrid(np.arange(0, columns, step), np.arange(0, rows, step)), axis=-1).reshape(-1, 2)
    at = at + random.uniform(-0.55, 0.55, at.shape) * step
    at = np.clip(np.round(at), 0, (columns - 1, rows - 1)).astype(int)
    free = np.full(plane.SIZE, 255, np.uint8)
    free[at[:, 1], at[:, 0]] = 0
    _, labels = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    centres = np.zeros((labels.max() + 1, 2), np.float32)
    down, across = np.nonzero(free == 0)
    centres[labels[down, across]] = np.stack([across, down], axis=-1)
    labels = _grown(at, labels[at[:, 1], at[:, 0]], len(centres), random)[labels]
    border = np.zeros(plane.SIZE, bool)
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    border[1:] |= labels[1:] != labels[:-1]
    edge = cv2.distanceTransform(np.where(border, 0, 255).astype(np.uint8), cv2.DIST_L2, 5) / plane.PX_PER_CM
    return centres, labels, edge
