"""Papules, nodules and telangiectasia: lesions at random sites that stay where they are as more appear."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import maps, noise
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.engines.morph.vessels import draw_vessels

_PUS = (-0.30, -0.62, -0.34)
_TRIES = 4000
_LEAST_RADIUS_PX = 1.4  # smaller dots read as noise
_TOO_FEW = "There is room for only {} on the bare skin of this face."


@dataclass(frozen=True)
class Kind:
    """How one kind of lesion looks; lengths in canonical centimetres, set by eye.

    Attributes
    ----------
    radius_cm : (float, float)
        Smallest and largest of full-grown lesions.
    gap : float
        Least distance of two centres, in sums of their radii.
    height : float
        Of the dome, as a share of its radius.
    flush, halo : float
        Haemoglobin on the lesion, and around it.
    copper : float
        Melanin on the lesion.
    pustules : float
        Share that carries a pale tip.
    most : int
        Sites to look for.
    growing : float
        Number of later lesions after which one is full-grown.
    """

    radius_cm: tuple[float, float]
    gap: float
    height: float
    flush: float
    halo: float
    copper: float
    pustules: float
    most: int
    growing: float


_KINDS = {
    "papules": Kind((0.11, 0.25), 1.4, 0.36, 0.50, 0.20, 0.0, 0.28, 48, 14.0),
    "nodules": Kind((0.28, 0.78), 0.74, 0.37, 0.24, 0.07, 0.12, 0.0, 42, 10.0),
}


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw lesions; `change.amount` counts them, or is a share of the cheeks for vessels."""
    name, amount = change.attribute.name, change.amount
    if amount <= 0:
        return Layer(0.0)
    if name == "telangiectasia":
        return draw_vessels(canvas, amount, seed)
    return _draw_bumps(canvas, name, _KINDS[name], amount, seed)


def _draw_bumps(canvas, name, kind, amount, seed):
    sites = canvas.keep((name, seed), lambda: _find_sites(canvas, name, kind, seed))
    applied = min(amount, float(len(sites)))
    reason = None if applied >= amount else _TOO_FEW.format(f"{len(sites)} {name}")
    height, red, tip = (np.zeros(canvas.shape, np.float32) for _ in range(3))
    for born, site in enumerate(sites[: int(np.ceil(applied))]):
        size = (0.55 + 0.45 * min(1.0, (amount - born) / kind.growing)) * min(1.0, amount - born)
        _add_bump(canvas, kind, site, size, height, red, tip)
    pigments = maps.recipes()["pigments"]
    inks = [Ink(tuple(pigments["haemoglobin"]), red, 1.0), Ink(_PUS, tip, 1.0)]
    if kind.copper:
        inks.append(Ink(tuple(pigments["melanin"]), red, kind.copper / kind.flush))
    return Layer(applied, reason, tuple(inks[: 1 + bool(kind.pustules)] + inks[2:]), height_cm=height)


@dataclass(frozen=True, eq=False)
class _Site:
    """Centre in the window, pixels and canonical; radius; outline; whether it carries pus; strength."""

    at_px: np.ndarray
    at_cm: np.ndarray
    radius_cm: float
    outline: np.ndarray
    pus: bool
    vigour: float


def _find_sites(canvas, name, kind, seed):
    """Throw darts where the sign likes to be; keep those on bare skin and clear of each other."""
    random = noise.stream(seed, name)
    darts = random.uniform((-9.0, -9.5), (9.0, 8.5), (_TRIES, 2))
    wanted = random.uniform(size=_TRIES) < maps.area(name, darts[:, 0], darts[:, 1])
    radii = kind.radius_cm[0] + (kind.radius_cm[1] - kind.radius_cm[0]) * random.beta(1.3, 2.4, _TRIES)
    shapes, pus = random.uniform(-1.0, 1.0, (_TRIES, 6)), random.uniform(size=_TRIES) < kind.pustules
    vigour = random.uniform(0.65, 1.2, _TRIES)
    chosen = np.flatnonzero(wanted)
    places = canvas.to_px(darts[chosen])
    reach = cv2.erode(canvas.skin, np.ones((3, 3), np.uint8), iterations=max(1, int(0.05 * canvas.px_per_cm)))
    bare = _look_up(reach, places) > 0.85
    sites: list[_Site] = []
    taken = np.full((kind.most, 3), np.inf)  # centres and radii so far
    for k, at_px in zip(chosen[bare], places[bare], strict=True):
        if len(sites) == kind.most:
            break
        apart = np.hypot(taken[:, 0] - darts[k, 0], taken[:, 1] - darts[k, 1])
        if (apart[: len(sites)] > kind.gap * (taken[: len(sites), 2] + radii[k])).all():
            taken[len(sites)] = *darts[k], radii[k]
            sites.append(_Site(at_px, darts[k], radii[k], shapes[k], bool(pus[k]), vigour[k]))
    return sites


def _look_up(mask, places):
    columns, rows = places[:, 0].astype(np.float32), places[:, 1].astype(np.float32)
    return cv2.remap(mask, columns[:, None], rows[:, None], cv2.INTER_LINEAR, borderValue=0)[:, 0]


def _add_bump(canvas, kind, site, size, height, red, tip):
    """Add one lesion to the fields; a taller neighbour keeps its height."""
    radius = max(site.radius_cm * size, _LEAST_RADIUS_PX / canvas.px_per_cm * min(1.0, 3.0 * size))
    if radius <= 0.0:
        return
    strength = site.vigour * size * (site.radius_cm * size / radius) ** 0.5
    reach = int(np.ceil(2.8 * radius * canvas.px_per_cm)) + 2
    column, row = np.round(site.at_px).astype(int)
    rows = slice(max(0, row - reach), min(canvas.shape[0], row + reach + 1))
    columns = slice(max(0, column - reach), min(canvas.shape[1], column + reach + 1))
    part = (rows, columns)
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return
    dx, dy = canvas.x_cm[part] - np.float32(site.at_cm[0]), canvas.y_cm[part] - np.float32(site.at_cm[1])
    distance = np.hypot(dx, dy) / np.float32(radius * _outline(site.outline, dx, dy))
    squared = distance * distance
    dome = np.maximum(1.0 - squared, 0.0) ** 1.5
    np.maximum(height[part], np.float32(kind.height * radius * strength) * dome, out=height[part])
    body = np.exp(-(squared**1.6))
    flush = kind.flush * body + kind.halo * np.exp(-squared / 4.0)
    np.maximum(red[part], np.float32(strength) * flush, out=red[part])
    if site.pus and kind.pustules:
        core = np.exp(-((squared * 3.6) ** 1.4))
        np.maximum(tip[part], np.float32(strength * maps.smoothstep(size, 0.6, 1.0)) * core, out=tip[part])


def _outline(shape, dx, dy):
    """Radius by direction, about one: no lesion is a circle."""
    around = dx + 1j * dy
    around /= np.maximum(np.abs(around), 1e-6)
    twice = around * around
    wave = 0.14 * shape[0] * np.exp(3j * shape[1]) * twice
    wave += 0.09 * shape[2] * np.exp(3j * shape[3]) * twice * around
    wave += 0.05 * shape[4] * np.exp(3j * shape[5]) * twice * twice * around
    return 1.0 + wave.real
