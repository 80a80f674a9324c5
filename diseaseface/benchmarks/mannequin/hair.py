"""Strands: scalp hair, brows, lashes and beard, grown from roots on the skin."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from diseaseface.benchmarks.mannequin import shape, skin

CROWN = np.array([1.0, 81.5, -2.5])
KNOTS = {"high": np.array([0.0, 85.6, -2.2]), "low": np.array([0.0, 75.0, -7.0])}
"""Where short hair parts and where long hair is tied, on the reference head."""
UPPER_LASH_ROOTS = (14763, 14762, 14761, 14760, 14743, 14742, 14744, 14745, 14746, 14747)
LOWER_LASH_ROOTS = (14759, 14758, 14757, 14756, 14755, 14754, 14753, 14752, 14751)
"""Vertices of MakeHuman's left lash strips on the lid's margin, inner to outer."""


@dataclass(frozen=True, eq=False)
class Strands:
    """S strands of K points.

    Attributes
    ----------
    points : float array of shape (S, K, 3)
        Centimetres.
    radius_cm : float array of shape (S, K)
    colour : float array of shape (S, 3)
        Linear RGB.
    """

    points: np.ndarray
    radius_cm: np.ndarray
    colour: np.ndarray


@dataclass(frozen=True, eq=False)
class Roots:
    """Where strands start: points, normals and reference points, each of shape (S, 3)."""

    points: np.ndarray
    normals: np.ndarray
    reference: np.ndarray


def scatter(canvas, quads: np.ndarray, density: np.ndarray, count: int, rng: np.random.Generator) -> Roots:
    """Draw `count` roots on the skin, as dense as `density` (one value a vertex) says."""
    corner = canvas.points[quads]
    area = np.linalg.norm(np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1]), axis=1)
    mass = np.cumsum(area * density[quads].mean(axis=1))
    chosen = quads[np.searchsorted(mass, rng.uniform(0, mass[-1], count))]
    u, v = rng.uniform(size=(2, count, 1))
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    points, normals, reference = (
        (values[chosen] * shares).sum(axis=1) for values in (canvas.points, canvas.normals, canvas.reference)
    )
    return Roots(points, unit(normals), reference)


def unit(v: np.ndarray) -> np.ndarray:
    """Return vectors of length one."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def along_surface(direction: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Return the part of `direction` in the surface, of length one."""
    return unit(direction - (direction * normals).sum(axis=-1, keepdims=True) * normals)


class Surface:
    """The skin, as something that strands lie on."""

    def __init__(self, canvas, where: np.ndarray):
        self.points, self.normals = canvas.points[where], canvas.normals[where]
        self.tree = cKDTree(self.points)

    def lift(self, points: np.ndarray, height_cm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Push points to at least `height_cm` above the skin; also return the normals there."""
        _, near = self.tree.query(points)
        normals = self.normals[near]
        above = ((points - self.points[near]) * normals).sum(axis=1)
        return points + np.maximum(height_cm - above, 0)[:, None] * normals, normals


def bare_head(canvas) -> np.ndarray:
    """Return which vertices scalp hair lies on: the head without its ears."""
    return (canvas.reference[:, 1] > 62) & (skin.texture_mask("ears", canvas.uv) < 0.1)


def off_the_ears(points: np.ndarray, canvas) -> np.ndarray:
    """Return the strands that come no nearer than 3 mm to an ear."""
    ears = cKDTree(canvas.points[skin.texture_mask("ears", canvas.uv) > 0.5])
    distance, _ = ears.query(points.reshape(-1, 3), distance_upper_bound=0.3)
    return points[np.isinf(distance).reshape(points.shape[:2]).all(axis=1)]


def clump(points: np.ndarray, guides: int, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Draw strands together towards their tips around `guides` of them."""
    chosen = rng.choice(len(points), guides, replace=False)
    _, near = cKDTree(points[chosen, 0]).query(points[:, 0])
    share = strength * np.linspace(0, 1, points.shape[1])[:, None] ** 1.3
    return points + share * (points[chosen][near] - points)


def strand_colours(hair, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return one colour a strand: the person's own, varied, and white ones."""
    own = np.array(hair.colour) * np.exp(0.25 * rng.standard_normal((count, 1)))
    white = np.array([0.50, 0.48, 0.45]) * np.exp(0.15 * rng.standard_normal((count, 1)))
    return np.where(rng.uniform(size=(count, 1)) < hair.grey, white, own)


def tapering(count: int, knots: int, root_cm: float, tip_cm: float) -> np.ndarray:
    """Return radii that fall from root to tip."""
    return np.tile(root_cm + (tip_cm - root_cm) * np.linspace(0, 1, knots) ** 2, (count, 1))


def cropped(canvas, quads, density, hair, rng) -> Strands:
    """Return short hair that flows from the crown."""
    roots = scatter(canvas, quads, density, hair.strands, rng)
    surface = Surface(canvas, bare_head(canvas))
    side = skin.step(roots.reference[:, 1], 80.5, 78.0)
    length = hair.length_cm * rng.uniform(0.75, 1.05, len(roots.points)) * (1 - 0.55 * side)
    sweep = 0.35 * skin.step(roots.reference[:, 1], 79, 81)[:, None] * np.array([1.0, 0, 0])
    swirl = 0.35 * skin.noise(roots.points, 2.5, rng)[:, None]
    flow = along_surface(unit(roots.points - placed(canvas, CROWN)) + sweep, roots.normals)
    flow = along_surface(flow + swirl * np.cross(roots.normals, flow), roots.normals)
    rise = (0.75 + 0.35 * skin.noise(roots.points, 1.2, rng)) * (1 - 0.45 * side)
    direction = unit(flow + np.clip(rise, 0.15, 1.6)[:, None] * roots.normals)
    direction = unit(direction + 0.18 * rng.standard_normal(direction.shape))
    knots = 3 if hair.length_cm < 0.8 else 7
    points = _walk(roots, direction, flow, length, knots, surface, bend=0.42)
    if hair.length_cm > 0.8:
        points = clump(points, len(points) // 40, 0.55, rng)
    return Strands(points, tapering(len(points), knots, 0.0055, 0.0025), strand_colours(hair, len(points), rng))


def _walk(roots, direction, flow, length_cm, knots, surface, bend) -> np.ndarray:
    """Follow strands that start along `direction` and lean into `flow` and down."""
    path, here = [roots.points], roots.points
    stride = (length_cm / (knots - 1))[:, None]
    for k in range(1, knots):
        here = here + stride * direction
        here, normals = surface.lift(here, np.full(len(here), 0.04))
        path.append(here)
        direction = unit(direction + bend * along_surface(flow - [0, 0.35, 0], normals) / np.sqrt(k))
    return np.stack(path, axis=1)


def tied(canvas, quads, density, hair, rng) -> Strands:
    """Return long hair combed back over the head to a knot behind it."""
    roots = scatter(canvas, quads, density, hair.strands, rng)
    surface = Surface(canvas, bare_head(canvas))
    knots = 22
    stride = hair.length_cm / knots
    height = 0.10 + 0.75 * rng.beta(1.2, 2.0, len(roots.points))
    knot = placed(canvas, KNOTS[hair.knot])
    here, normals, path = roots.points, roots.normals, [roots.points]
    wander = 0.22 * skin.noise(roots.points, 1.6, rng)[:, None]
    for k in range(1, knots):
        flow = along_surface(unit(knot - here), normals)
        flow = unit(flow + wander * np.cross(normals, flow) + 0.03 * rng.standard_normal(flow.shape))
        here, normals = surface.lift(here + stride * flow, height * min(1.0, k / 5))
        path.append(here)
    points = off_the_ears(clump(np.stack(path, axis=1), len(roots.points) // 30, 0.55, rng), canvas)
    points = np.concatenate([points, bun(knot, 4_000, knots, rng)])
    radius = tapering(len(points), knots, 0.0065, 0.0045) * np.interp(np.arange(knots), [0, 3], [0.45, 1])
    return Strands(points, radius, strand_colours(hair, len(points), rng))


def bun(centre: np.ndarray, count: int, knots: int, rng: np.random.Generator) -> np.ndarray:
    """Return strands wound round a ball."""
    axis = unit(rng.standard_normal((count, 3)) * [0.35, 1.0, 0.5])
    across = unit(np.cross(axis, rng.standard_normal((count, 3))))
    over = np.cross(axis, across)
    angle = (np.linspace(0, 2.6, knots) + rng.uniform(0, 2 * np.pi, (count, 1)))[..., None]
    latitude = rng.uniform(-1.1, 1.1, (count, 1, 1))
    circle = np.cos(angle) * across[:, None] + np.sin(angle) * over[:, None]
    sphere = np.cos(latitude) * circle + np.sin(latitude) * axis[:, None]
    return centre + rng.uniform(0.86, 1.0, (count, 1, 1)) * sphere * [2.7, 1.9, 2.7]


def placed(canvas, point: np.ndarray) -> np.ndarray:
    """Return where a point near the reference head lies near this head."""
    near = np.argmin(np.linalg.norm(canvas.reference - point, axis=1))
    return canvas.points[near] + point - canvas.reference[near]


def scalp_hair(canvas, quads, density, hair, rng) -> Strands | None:
    """Return scalp hair of the person's style, or None."""
    styles = {"cropped": cropped, "tied": tied}
    return styles[hair.style](canvas, quads, density, hair, rng) if hair.style in styles else None


def brows(canvas, quads, person, rng) -> Strands:
    """Return both brows: hairs rise near the nose, lie flat at the temple."""
    density = skin.brow(canvas, 0.85 + 0.15 * person.brow)
    roots = scatter(canvas, quads, density, int(1050 * person.brow), rng)
    x = np.abs(roots.reference[:, 0])
    above = roots.reference[:, 1] - np.interp(x, *skin.BROW_LINE.T)
    up = np.interp(x, [0.9, 1.6, 2.6, 4.5], [1.7, 0.75, 0.25, -0.25]) - 1.1 * above / 0.3 * (x > 1.4)
    side = np.sign(roots.points[:, 0])
    flow = np.stack([side, up, np.zeros_like(x)], axis=1) + 0.18 * rng.standard_normal((len(x), 3))
    flow = along_surface(unit(flow), roots.normals)
    direction = unit(flow + 0.30 * roots.normals)
    length = rng.uniform(0.45, 0.85, len(x)) * np.interp(x, [0.9, 2, 4, 5.3], [0.7, 1.0, 0.95, 0.6])
    surface = Surface(canvas, density > 0)
    points = _walk(roots, direction, flow, length, 5, surface, bend=0.35)
    darker = replace(person.hair, grey=0.45 * person.hair.grey)
    colour = strand_colours(darker, len(points), rng) * 0.8
    return Strands(points, tapering(len(points), 5, 0.0046, 0.0015), colour)


def stubble(canvas, quads, person, rng) -> Strands | None:
    """Return a short beard, or None."""
    if not person.beard:
        return None
    roots = scatter(canvas, quads, skin.beard(canvas), int(22_000 * person.beard), rng)
    flow = along_surface(np.array([0.0, -1.0, 0.1]) + 0.3 * rng.standard_normal(roots.points.shape), roots.normals)
    direction = unit(flow + 0.8 * roots.normals)
    length = person.beard_cm * rng.uniform(0.5, 1.2, len(roots.points))
    points = roots.points[:, None] + np.linspace(0, 1, 3)[:, None] * (length[:, None] * direction)[:, None]
    colour = strand_colours(person.hair, len(points), rng)
    return Strands(points, tapering(len(points), 3, 0.0045, 0.003), colour)


def lash_row(vertices: np.ndarray, row: tuple[int, ...], side: int) -> np.ndarray:
    """Return a lid margin's points, inner to outer; side 1 is the subject's left."""
    rest = shape.base().points
    mirrored = rest[list(row)] * [side, 1, 1]
    _, near = cKDTree(rest[14598:14898]).query(mirrored)
    return vertices[near + 14598]


def lashes(vertices: np.ndarray, eyes, person, rng) -> Strands:
    """Return the lashes of all four lids."""
    fans = []
    for eye in eyes:
        fans.append(_fan(lash_row(vertices, UPPER_LASH_ROOTS, eye.side), eye, 180, 0.62, 0.5, rng))
        fans.append(_fan(lash_row(vertices, LOWER_LASH_ROOTS, eye.side), eye, 75, 0.30, -0.3, rng))
    points = np.concatenate(fans)
    colour = np.tile(np.minimum(np.array(person.hair.colour) * 0.5, 0.03), (len(points), 1))
    return Strands(points, tapering(len(points), 6, 0.0065, 0.0012), colour)


def lash_line(vertices: np.ndarray, eye) -> Strands:
    """Return the dark line that dense lash roots draw along the upper lid."""
    row = lash_row(vertices, UPPER_LASH_ROOTS, eye.side)[1:]
    at, fine = np.linspace(0, 1, len(row)), np.linspace(0, 1, 40)
    line = np.stack([np.interp(fine, at, row[:, i]) for i in range(3)], axis=1)
    line = line + 0.015 * unit(line - eye.centre)
    radius = 0.020 * np.interp(fine, [0, 0.25, 0.9, 1], [0.3, 0.8, 1.0, 0.5])
    return Strands(line[None], radius[None], np.array([[0.012, 0.007, 0.005]]))


def _fan(row, eye, count, length_cm, curl, rng) -> np.ndarray:
    """Return lashes along a lid margin that curl up (or down)."""
    at = np.sort(rng.uniform(0.06, 1, count))
    knots = np.linspace(0, 1, len(row))
    roots = np.stack([np.interp(at, knots, row[:, i]) for i in range(3)], axis=1)
    out = unit(roots - eye.centre)
    roots = roots + 0.03 * out
    fan = eye.side * (at - 0.42)[:, None] * [1.1, 0, 0]
    forward = unit(out * [0.6, 0.3, 1] + fan + 0.12 * rng.standard_normal(roots.shape))
    length = length_cm * rng.uniform(0.65, 1.05, count) * np.interp(at, [0, 0.3, 0.8, 1], [0.45, 0.9, 1, 0.8])
    t = np.linspace(0, 1, 6)[None, :, None]
    bend = np.array([0, curl, 0]) * t**1.6
    return roots[:, None] + length[:, None, None] * (forward[:, None] * t * 0.9 + bend)
