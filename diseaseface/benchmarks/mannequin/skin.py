"""The look of skin: pigment, blood and fine relief, painted at the vertices of a head.

Every mask is a function of the *reference* points: where the same vertex lies on an average
head. So one brow line or hairline fits every face.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from diseaseface.benchmarks.mannequin import shape

DERMIS = np.array([0.87, 0.72, 0.62])
"""Linear RGB of skin without pigment and blood; set by eye."""
MELANIN = np.array([0.42, 0.58, 0.74])
BLOOD = np.array([0.06, 0.78, 0.62])
HAIRLINE_Y = np.array([60, 64.5, 65.5, 69, 69.6, 71, 72, 74, 75.5, 77, 78, 79, 79.8, 80.4, 80.9])
HAIRLINE_Z = np.array([-9, -1, 1.8, 2.4, 6, 6.8, 7.1, 7.8, 9, 10.6, 11.3, 12, 12.5, 12.9, 30])
"""Scalp hair grows behind z (cm) at height y of the reference head."""
BROW_LINE = np.array([[0.95, 74.75], [1.6, 75.1], [2.6, 75.4], [3.6, 75.6], [4.4, 75.45], [5.2, 74.85]])


@dataclass(frozen=True, eq=False)
class Canvas:
    """What painting needs to know of a head's V vertices; centimetres, shape (V, 3)."""

    points: np.ndarray
    reference: np.ndarray
    normals: np.ndarray
    uv: np.ndarray


def noise(points: np.ndarray, size_cm: float, rng: np.random.Generator, octaves: int = 1) -> np.ndarray:
    """Return smooth noise of about unit spread at points, with features of `size_cm`."""
    total = np.zeros(len(points))
    for octave in range(octaves):
        grid = rng.standard_normal((32, 32, 32))
        places = (points / size_cm * 2**octave + rng.uniform(0, 32, 3)) % 32
        total += 0.6**octave * map_coordinates(grid, places.T, order=3, mode="grid-wrap")
    return total / np.sqrt(sum(0.36**o for o in range(octaves)) * 0.35)


def step(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 0 below `low`, 1 above `high`, smooth between (or the reverse)."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def spot(canvas: Canvas, x: float, y: float, across: float, along: float) -> np.ndarray:
    """Return a soft spot on both halves of the front of the face, 0 ... 1."""
    ref = canvas.reference
    u, v = (np.abs(ref[:, 0]) - x) / across, (ref[:, 1] - y) / along
    return np.exp(-0.5 * (u * u + v * v)) * step(ref[:, 2], 5, 8)


@cache
def _texture(name: str, blur_px: float) -> np.ndarray:
    image = Image.open(shape.data_folder() / "textures" / f"mpfb_{name}.jpg").convert("L")
    return gaussian_filter(np.asarray(image, dtype=float) / 255, blur_px)


def texture_mask(name: str, uv: np.ndarray, blur_px: float = 0) -> np.ndarray:
    """Return one of MakeHuman's masks at texture coordinates, 0 ... 1."""
    values = _texture(name, blur_px)
    rows = np.stack([(1 - uv[:, 1]) * (values.shape[0] - 1), uv[:, 0] * (values.shape[1] - 1)])
    return np.clip(map_coordinates(values, rows, order=1, mode="nearest"), 0, 1)


def scalp(canvas: Canvas, rng: np.random.Generator, recession_cm: float = 0.0) -> np.ndarray:
    """Return where scalp hair grows, 0 ... 1 with a soft, uneven hairline."""
    x, y, z = canvas.reference.T
    temple = np.exp(-(((np.abs(x) - 4.0) / 1.5) ** 2)) + 0.45 * np.exp(-((x / 2.0) ** 2))
    lower = y - recession_cm * temple * step(y, 75.5, 78)
    edge = np.interp(lower, HAIRLINE_Y, HAIRLINE_Z) + 0.13 * noise(canvas.reference, 0.7, rng, 3)
    ear = texture_mask("ears", canvas.uv) * step(y, 75.2, 74.4)
    return step(edge - z, -0.25, 0.75) * (1 - step(np.abs(x), 7.05, 7.3)) * (1 - ear)


def beard(canvas: Canvas) -> np.ndarray:
    """Return where a beard grows, 0 ... 1."""
    x, y, z = canvas.reference.T
    x = np.abs(x)
    top = np.interp(x, [0, 1.6, 2.6, 4.2, 5.6, 6.6], [69.3, 69.1, 67.4, 67.6, 69.6, 71.5])
    inside = step(top - y, -0.1, 0.7) * step(y, 61.2, 62.6) * step(z, 5.2, 6.6)
    bare = np.exp(-(((x - 1.1) / 0.55) ** 2 + ((y - 65.2) / 0.55) ** 2))
    philtrum = np.exp(-((x / 0.25) ** 2)) * step(y, 67.9, 68.2)
    return inside * (1 - 0.6 * bare) * (1 - 0.5 * philtrum)


def brow_distance(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:
    """Return (signed height above the brow's line in cm, |x| in cm) of every vertex."""
    x = np.abs(canvas.reference[:, 0])
    return canvas.reference[:, 1] - np.interp(x, *BROW_LINE.T), x


def brow(canvas: Canvas, thickness: float) -> np.ndarray:
    """Return where brow hair grows, 0 ... 1."""
    above, x = brow_distance(canvas)
    half = thickness * np.interp(x, [0.8, 1.2, 2.2, 3.8, 5.3], [0.24, 0.36, 0.36, 0.26, 0.07])
    ends = step(x, 0.75, 1.35) * (1 - step(x, 4.7, 5.4)) * step(canvas.reference[:, 2], 8, 9)
    return ends * (1 - step(np.abs(above) / half, 0.55, 1.15))


def colour(canvas: Canvas, person, lids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the skin's linear RGB albedo at the vertices.

    Parameters
    ----------
    canvas : Canvas
    person : people.Person
    lids : float array of shape (V,)
        1 at the lids' margins and inside, 0 on skin.
    rng : numpy random generator
    """
    melanin, blood = pigments(canvas, person, rng)
    lips = texture_mask("lips", canvas.uv, 2.0)
    dark = step(np.array(person.melanin), 1.0, 3.0)
    blood = blood + lips * (0.42 - 0.22 * dark + person.lip_colour) + 0.25 * lids
    melanin = melanin + lips * (0.12 - 0.16 * dark * melanin) - lids * (0.5 * melanin)
    depth = melanin[:, None] * MELANIN + blood[:, None] * BLOOD
    return DERMIS * np.exp(-depth)


def pigments(canvas: Canvas, person, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return melanin and blood of facial skin, in the units of their vectors."""
    p = canvas.points
    y = canvas.reference[:, 1]
    mottle = noise(p, 1.3, rng, 3)
    blood = person.blood * (1 + 0.06 * mottle + 0.06 * noise(p, 0.25, rng, 2))
    blood += person.flush * (
        0.20 * spot(canvas, 3.9, 70.2, 1.5, 1.2) * (1 + 0.25 * noise(p, 0.7, rng, 2))
        + 0.26 * spot(canvas, 0.0, 70.0, 0.8, 0.8)
        + 0.16 * spot(canvas, 1.5, 69.6, 0.5, 0.5)
        + 0.08 * spot(canvas, 0.0, 64.6, 1.4, 0.9)
        + 0.10 * spot(canvas, 3.0, 73.6, 1.3, 0.8)
        + 0.22 * texture_mask("ears", canvas.uv, 6)
        - 0.07 * spot(canvas, 0.0, 77.5, 4.0, 1.5)
    )
    melanin = person.melanin * (1 + 0.015 * noise(p, 2.5, rng, 2) + 0.02 * noise(p, 0.3, rng, 2))
    melanin += (0.10 + 0.035 * person.melanin) * person.shadows * spot(canvas, 2.8, 72.35, 1.1, 0.45)
    blood += 0.07 * person.shadows * spot(canvas, 2.6, 72.3, 1.0, 0.4)
    melanin += 0.08 * person.melanin * spot(canvas, 2.2, 66.9, 0.8, 0.8)
    melanin += 0.06 * person.melanin * step(y, 76, 79)
    melanin -= 0.06 * person.melanin * step(y, 63, 60)
    melanin += freckles(canvas, person, rng)
    return np.maximum(melanin, 0.02), np.maximum(blood, 0.02)


def freckles(canvas: Canvas, person, rng: np.random.Generator) -> np.ndarray:
    """Return the melanin of freckles (small, on nose and cheeks) and of age spots (larger, anywhere)."""
    where = spot(canvas, 2.6, 71.0, 2.2, 1.2) + 0.25
    small = step(noise(canvas.points, 0.17, rng), 1.2, 2.4) * where * person.freckles
    large = step(noise(canvas.points, 0.5, rng, 2), 1.7, 2.4) * person.age_spots
    mole = step(noise(canvas.points, 0.25, rng), 3.4, 3.6) * 0.8 * person.moles
    return small * 0.55 + large * 0.45 + mole


def wrinkles(canvas: Canvas, person, rng: np.random.Generator) -> np.ndarray:
    """Return how far each vertex moves along its normal, centimetres."""
    p, ref, age = canvas.points, canvas.reference, person.wrinkles
    x, y, _ = ref.T
    lumps = 0.006 * noise(p, 0.9, rng, 2) + 0.0025 * (1 + age) * noise(p, 0.3, rng, 2)
    wave = 0.22 * noise(ref * [0.5, 0.02, 0.3], 1.2, rng) + 0.10 * np.cos(x * 1.1)
    fade = 0.6 + 0.4 * noise(ref * [0.6, 1.0, 1.0], 1.4, rng)
    lines = np.zeros(len(p))
    for height, depth in ((76.5, 0.7), (77.3, 1.0), (78.15, 0.9), (79.0, 0.5)):
        lines += depth * groove(y - height - wave, 0.085) * np.exp(-((x / 4.2) ** 4))
    lines *= np.clip(fade, 0.1, 1.3)
    lines += crows_feet(canvas) + 0.8 * under_eye(canvas) + 1.3 * smile_fold(canvas)
    frown = groove(np.abs(x) - 0.72 - 0.12 * (y - 75.2), 0.07) * np.exp(-(((y - 75.3) / 0.7) ** 2))
    lines += 0.8 * frown * step(ref[:, 2], 9, 11)
    front = step(ref[:, 2], 7, 9) * step(y, 60, 62)
    return lumps * step(y, 50, 60) + 0.055 * age * lines * front


def groove(distance: np.ndarray, width: float) -> np.ndarray:
    """Return a groove with soft shoulders: -1 at its floor, a low swell beside it."""
    return 0.55 * np.exp(-((distance / (2.6 * width)) ** 2)) - 1.2 * np.exp(-((distance / width) ** 2))


def crows_feet(canvas: Canvas) -> np.ndarray:
    """Return grooves that fan out from the outer canthus."""
    u, v = np.abs(canvas.reference[:, 0]) - 4.0, canvas.reference[:, 1] - 73.4
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    fan = sum(groove(radius * (angle - a - 0.12 * radius), 0.06) for a in (-0.75, -0.38, -0.05, 0.28))
    return 0.8 * fan * step(radius, 0.55, 0.95) * (1 - step(radius, 1.3, 2.3))


def under_eye(canvas: Canvas) -> np.ndarray:
    """Return two curved creases below the lower lid."""
    u, v = (np.abs(canvas.reference[:, 0]) - 2.9) / 1.5, canvas.reference[:, 1] - 73.4
    arch = v + 0.85 * np.sqrt(np.maximum(1 - 0.55 * u * u, 0))
    both = groove(arch + 0.12, 0.06) + 0.7 * groove(arch + 0.42, 0.08)
    return both * (1 - step(np.abs(u), 0.75, 1.1))


def smile_fold(canvas: Canvas) -> np.ndarray:
    """Return the fold from the wing of the nose to beside the corner of the mouth."""
    x, y = np.abs(canvas.reference[:, 0]), canvas.reference[:, 1]
    line = np.interp(y, [65.8, 66.8, 68.2, 69.4, 70.3], [3.45, 3.2, 2.75, 2.3, 1.75])
    return groove(x - line, 0.17) * step(y, 65.9, 67.6) * (1 - step(y, 69.7, 70.4))
