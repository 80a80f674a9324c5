"""Lesions and spots of lesions.toml: at random sites that stay where they are as more appear."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, kinds, lighting, maps, traces
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.kinds import Kind
from diseaseface.engines.morph.layers import Ink, Layer
from diseaseface.engines.morph.sites import LEAST_RADIUS_PX, UNSURE_SKIN, Ground, Site, find_sites, lay_ground, sizes
from diseaseface.engines.morph.vessels import draw_vessels, legs, undo_vessels

_TOO_FEW = "There is room for only {} on the bare skin of this face."
_NONE = "No bare skin of the face is visible where this sign lies."
_ASIDE, _SPOT = 0.34, 0.36  # of a highlight: its place and size, in radii


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw lesions; `change.amount` counts them, or is a share of the cheeks for vessels."""
    name, amount = change.attribute.name, change.amount
    if amount <= 0:
        return Layer(0.0)
    if name == "telangiectasia":
        return draw_vessels(canvas, amount, seed)
    kind = kinds.kinds()[name]
    sites = canvas.keep((name, seed), lambda: find_sites(canvas, name, kind, seed))
    if not sites:
        return Layer(0.0, _NONE)
    ground = canvas.keep((name, seed, "ground"), lambda: lay_ground(canvas, kind, sites))
    applied = min(amount, float(len(sites)))
    reason = None if applied >= amount else _TOO_FEW.format(f"{len(sites)} {change.attribute.unit}")
    return paint(canvas, kind, sites, sizes(kind, amount, len(sites)), ground, Layer(applied, reason))


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the lesions that `change` would draw out of the picture, each as far as it is there."""
    name, amount = change.attribute.name, change.amount
    if name == "telangiectasia":
        return undo_vessels(canvas, amount, seed)
    kind = kinds.kinds()[name]
    sites = canvas.keep((name, seed, "undo"), lambda: find_sites(canvas, name, kind, seed, UNSURE_SKIN))
    if not sites:
        return Layer(0.0, healing.NOT_THERE)
    grown = sizes(kind, amount, len(sites))
    drawn = paint(canvas, kind, sites, grown, lay_ground(canvas, kind, sites[: len(grown)]), Layer(0.0))
    kept, found = traces.find(canvas, kind, sites[: len(grown)], drawn)
    if not found:
        return Layer(0.0, healing.NOT_THERE)
    share = float(grown[kept].sum() / grown.sum())
    empty = Layer(amount * share, healing.reason(share), backwards=True)
    return paint(canvas, kind, found, grown[kept], lay_ground(canvas, kind, found), empty)


def paint(canvas: Canvas, kind: Kind, sites: Sequence[Site], size: np.ndarray, ground: Ground, onto: Layer) -> Layer:
    """Return `onto` with the inks, the height and the highlights of lesions, of the first sites that have a size."""
    sites, shown = sites[: len(size)], ground.site < len(size)
    ground = Ground(*(getattr(ground, field.name)[shown] for field in fields(Ground)))
    full = np.array([site.radius_cm for site in sites], np.float32)
    least = LEAST_RADIUS_PX / canvas.px_per_cm * np.minimum(1.0, 3.0 * size)
    radius = np.maximum(np.maximum(full * size, least), 1e-4)
    strength = np.array([site.vigour for site in sites], np.float32) * size * np.sqrt(full * size / radius)
    reach = radius[ground.site] * ground.outline
    depth = np.hypot(ground.dx_cm, ground.dy_cm) / reach
    inks = _inks(canvas, kind, sites, size, ground, depth, strength, radius * canvas.px_per_cm)
    if kind.legs_cm:
        inks.append(legs(canvas, sites, size, kind.legs_cm))
    height = shine = None
    if kind.height:
        inner = np.clip((depth - kind.flat) / (1.0 - kind.flat), 0.0, 1.0)
        dome = (1.0 - inner * inner) ** 1.5
        height = _field(canvas, ground, kind.height * (radius * strength)[ground.site] * dome)
    if kind.shine:
        spot = _highlight(canvas, ground, reach) ** 2
        shine = _field(canvas, ground, kind.shine * strength[ground.site] * np.exp(-spot)) * canvas.skin
    return replace(onto, inks=tuple(inks), height_cm=height, shine=shine)


def _inks(canvas, kind, sites, size, ground, depth, strength, radius_px):
    """One ink a colour; what a paint covers is taken from the colours below."""
    lots = np.array([site.lot for site in sites], np.float32)
    ripe = maps.smoothstep(size, 0.6, 1.0)
    values: dict[str, np.ndarray] = {}
    for stain in kind.stains:
        each = stain.strength * strength * ((lots >= stain.share[0]) & (lots < stain.share[1]))
        # A border is never sharper than a pixel.
        power = np.minimum(stain.power, np.maximum(2.0, 2.0 * radius_px * stain.reach))[ground.site]
        drawn = each[ground.site] * np.exp(-((np.abs(depth - stain.at) / stain.reach) ** power))
        if stain.grain:
            drawn = drawn * (1.0 + stain.grain * _grain(canvas).ravel()[ground.flat])
        if kinds.covers(stain.pigment):
            drawn = np.clip(drawn * ripe[ground.site], 0.0, 1.0)
            values = {name: below * (1.0 - drawn) for name, below in values.items()}
        values[stain.pigment] = values.get(stain.pigment, 0.0) + drawn
    on_skin = kind.on == ("skin",)
    where = None if on_skin else np.minimum(sum(getattr(canvas, name) for name in kind.on), 1.0)
    inks = []
    for name, value in values.items():
        field = _field(canvas, ground, value)
        inks.append(Ink(kinds.density(canvas, name), field if on_skin else field * where, 1.0, on_skin))
    return inks


def _grain(canvas):
    return canvas.keep(("grain",), lambda: np.clip(canvas.noise(0, "grain", 0.25, 1.0), -1.5, 1.5))


def _field(canvas, ground, values):
    field = np.zeros(canvas.shape, np.float32)
    field.ravel()[ground.flat] = values
    return field


def _highlight(canvas, ground, reach):
    """Distance from the highlight, which lies towards the light, in its own radii."""
    toward = lighting.light(canvas)
    aside_px = toward[:2] / max(float(np.linalg.norm(toward)), 0.1)
    x, y = canvas.face.pose.rotation[:2, :2].T @ (aside_px * (1.0, -1.0)) * _ASIDE
    return np.hypot(ground.dx_cm / reach - np.float32(x), ground.dy_cm / reach - np.float32(y)) / np.float32(_SPOT)
