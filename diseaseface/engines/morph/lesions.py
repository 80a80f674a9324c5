"""Papules, nodules and telangiectasia: lesions at random sites that stay where they are as more appear."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, lighting, maps, noise
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.engines.morph.vessels import draw_vessels, undo_vessels

_PUS = (-0.30, -0.62, -0.34)
_TRIES = 4000
_LEAST_RADIUS_PX = 1.4  # smaller dots read as noise
_LEAST_MEAN, _LEAST_SHARE = 0.4, 0.2  # share of the drawn lesions that is seen, of all and of one
_ASIDE_CM = 0.1  # how far a face found anew lies beside itself
_BARE_SKIN, _UNSURE_SKIN = 0.85, 0.6  # share of skin at a site; lesions themselves may cost it some
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


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the lesions that `change` would draw out of the picture, each as far as it is there."""
    name, amount = change.attribute.name, change.amount
    if name == "telangiectasia":
        return undo_vessels(canvas, amount, seed)
    kind = _KINDS[name]
    sites = canvas.keep((name, seed, "undo"), lambda: _find_sites(canvas, name, kind, seed, _UNSURE_SKIN))
    sites = _grown(kind, sites, amount)
    found = _found(canvas, kind, sites)
    if not found:
        return Layer(0.0, healing.NOT_THERE)
    inks, height = _paint(canvas, kind, found)
    share = min(1.0, sum(min(1.0, site.size) for site in found) / sum(min(1.0, site.size) for site in sites))
    return Layer(amount * share, healing.reason(share), inks, height_cm=height, backwards=True)


def _draw_bumps(canvas, name, kind, amount, seed):
    sites = canvas.keep((name, seed), lambda: _find_sites(canvas, name, kind, seed))
    applied = min(amount, float(len(sites)))
    reason = None if applied >= amount else _TOO_FEW.format(f"{len(sites)} {name}")
    inks, height = _paint(canvas, kind, _grown(kind, sites, amount))
    return Layer(applied, reason, inks, height_cm=height)


def _grown(kind, sites, amount):
    """The first sites, so many as were asked, the last ones still small."""
    shown = sites[: int(np.ceil(amount))]
    sizes = [(0.55 + 0.45 * min(1.0, (amount - k) / kind.growing)) * min(1.0, amount - k) for k in range(len(shown))]
    return [replace(site, size=size) for site, size in zip(shown, sizes, strict=True)]


def _paint(canvas, kind, sites):
    """The inks of all lesions, and their height."""
    height, red, tip = _fields(canvas, kind, sites)
    pigments = maps.recipes()["pigments"]
    inks = [Ink(tuple(pigments["haemoglobin"]), red, 1.0)]
    if kind.pustules:
        inks.append(Ink(_PUS, tip, 1.0))
    if kind.copper:
        inks.append(Ink(tuple(pigments["melanin"]), red, kind.copper / kind.flush))
    return tuple(inks), height


def _fields(canvas, kind, sites):
    """Height, redness and pus of all lesions, float32 (h, w)."""
    fields = tuple(np.zeros(canvas.shape, np.float32) for _ in range(3))
    for site in sites:
        _add_bump(canvas, kind, site, *fields)
    return fields


def _found(canvas, kind, sites):
    """The sites that show their lesion, each where it lies."""
    inks, height = _paint(canvas, kind, sites)
    bump = lighting.bump_density(canvas, height)
    drawn = [sum(ink.field * np.float32(ink.strength * ink.pigment[k]) for ink in inks) + bump for k in range(2)]
    seen = [-healing.log_light(plane) for plane in canvas.planes[:2]]
    pairs = list(zip(seen, drawn, strict=True))
    wide = 1.5 * kind.radius_cm[1] * canvas.px_per_cm
    redder = [_band(canvas, both[1] - both[0], wide) for both in (seen, drawn)]
    pairs = [[_band(canvas, values, 0.5 * wide) for values in pair] for pair in pairs]
    shares = np.array([0.5 * (_share(canvas, s, *redder) + _share(canvas, s, *pairs[1])) for s in sites])
    # By chance a few sites look alike; a drawn picture shows most of them.
    if shares.mean() < _LEAST_MEAN:
        return []
    kept = [site for site, share in zip(sites, shares, strict=True) if share > _LEAST_SHARE]
    places = np.array([site.at_cm for site in kept])
    aside = np.array([_aside_cm(canvas, site, pairs) for site in kept])
    near = np.argsort(np.hypot(*(places[:, None] - places).transpose(2, 0, 1)), axis=1)[:, :5]
    return [replace(site, at_cm=site.at_cm + np.median(aside[k], axis=0)) for site, k in zip(kept, near, strict=True)]


def _band(canvas, values, sigma_px):
    """Values without what is broader than lesions."""
    return (values - masked_blur(values, np.maximum(canvas.skin, 1e-3), sigma_px)) * canvas.skin


def _share(canvas, site, seen, drawn):
    """How much of one lesion is seen, about zero to one."""
    part = _around(canvas, site, 1.8 * site.radius_cm)
    if not seen[part].size:
        return 0.0
    blur = max(0.8, 0.03 * canvas.px_per_cm)  # a face found anew lies a little aside
    seen, drawn = (cv2.GaussianBlur(np.ascontiguousarray(a[part]), (0, 0), blur) for a in (seen, drawn))
    return float(np.clip(healing.slope(seen, drawn, canvas.skin[part]), -1.0, 1.5))


def _aside_cm(canvas, site, pairs):
    """How far aside from where it would be drawn a lesion lies, canonical cm; `pairs` of (seen, drawn)."""
    rows, columns = _around(canvas, site, 1.5 * site.radius_cm)
    reach = max(1, round(_ASIDE_CM * canvas.px_per_cm))
    rows = slice(max(rows.start, reach), min(rows.stop, canvas.shape[0] - reach))
    columns = slice(max(columns.start, reach), min(columns.stop, canvas.shape[1] - reach))
    wider = tuple(slice(line.start - reach, line.stop + reach) for line in (rows, columns))
    if rows.stop - rows.start < 3 or columns.stop - columns.start < 3:
        return np.zeros(2)
    fits = sum(cv2.matchTemplate(seen[wider], drawn[rows, columns], cv2.TM_CCORR) for seen, drawn in pairs)
    row, column = np.unravel_index(np.argmax(fits), fits.shape)
    move = np.array([_peak(fits[row], column), _peak(fits[:, column], row)]) - reach
    return np.linalg.inv(canvas.px_per_cm * canvas.face.pose.rotation[:2, :2] * np.array([[1.0], [-1.0]])) @ move


def _peak(values, at):
    """Where a parabola through the highest of some values and its neighbours has its top."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, top, after = values[at - 1 : at + 2]
    return at + 0.5 * float(before - after) / min(float(before - 2.0 * top + after), -1e-6)


@dataclass(frozen=True, eq=False)
class _Site:
    """Centre in the window, pixels and canonical; radius; outline; whether it carries pus; strength; growth."""

    at_px: np.ndarray
    at_cm: np.ndarray
    radius_cm: float
    outline: np.ndarray
    pus: bool
    vigour: float
    size: float = 1.0


def _find_sites(canvas, name, kind, seed, least_skin=_BARE_SKIN):
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
    bare = _look_up(reach, places) > least_skin
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


def _around(canvas, site, reach_cm):
    """The part of the canvas within a reach of a site."""
    reach = int(np.ceil(reach_cm * canvas.px_per_cm)) + 2
    middle = np.round(site.at_px[::-1]).astype(int)
    return tuple(
        slice(max(0, at - reach), max(0, min(size, at + reach + 1)))
        for at, size in zip(middle.tolist(), canvas.shape, strict=True)
    )


def _add_bump(canvas, kind, site, height, red, tip):
    """Add one lesion to the fields; a taller neighbour keeps its height."""
    size = site.size
    radius = max(site.radius_cm * size, _LEAST_RADIUS_PX / canvas.px_per_cm * min(1.0, 3.0 * size))
    if radius <= 0.0:
        return
    strength = site.vigour * size * (site.radius_cm * size / radius) ** 0.5
    part = _around(canvas, site, 2.8 * radius)
    if not height[part].size:
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
