"""Eyeballs: a painted ball inside a clear, wet shell."""

from dataclasses import dataclass

import numpy as np

from diseaseface.benchmarks.mannequin import hair, shape, skin

IRIS_CM = 0.60
RINGS, SPOKES = 160, 192


@dataclass(frozen=True, eq=False)
class Eye:
    """One eye; side 1 is the subject's left. Centimetres."""

    side: int
    centre: np.ndarray
    radius_cm: float


@dataclass(frozen=True, eq=False)
class Ball:
    """A quad mesh with a colour at each vertex."""

    points: np.ndarray
    quads: np.ndarray
    colour: np.ndarray


def find(vertices: np.ndarray) -> list[Eye]:
    """Return the right and the left eye of a person's vertices."""
    eyes = []
    for side, name in ((-1, "helper-r-eye"), (1, "helper-l-eye")):
        ball = vertices[shape.group_vertices(name)]
        low, high = ball.min(axis=0), ball.max(axis=0)
        radius = (high - low)[:2].mean() / 2
        centre = (low + high) / 2
        centre[2] = high[2] - 0.06 - radius
        eyes.append(Eye(side, centre, float(radius)))
    return eyes


def _rings(coarse: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return polar angles (dense at the iris), azimuths and the quads between them; each `coarse`-th of both."""
    polar = np.concatenate([np.linspace(0.004, 0.55, 120), np.linspace(0.55, 2.4, RINGS - 119)[1:]])[::coarse]
    rings, spokes = len(polar), SPOKES // coarse
    azimuth = np.linspace(0, 2 * np.pi, spokes, endpoint=False)
    ring, spoke = np.meshgrid(np.arange(rings - 1), np.arange(spokes), indexing="ij")
    right = (spoke + 1) % spokes
    quads = np.stack(
        [
            ring * spokes + spoke,
            (ring + 1) * spokes + spoke,
            (ring + 1) * spokes + right,
            ring * spokes + right,
        ],
        axis=-1,
    )
    return polar, azimuth, quads.reshape(-1, 4)


def ball(eye: Eye, person, rng: np.random.Generator, coarse: int = 1) -> Ball:
    """Return the painted eyeball: sclera, iris a little behind it, pupil."""
    polar, azimuth, quads = _rings(coarse)
    t, a = (g.ravel() for g in np.meshgrid(polar, azimuth, indexing="ij"))
    out = np.stack([np.sin(t) * np.cos(a), np.sin(t) * np.sin(a), np.cos(t)], axis=1)
    off_axis = eye.radius_cm * np.sin(t)
    dip = np.where(t < 1.2, 0.07 * skin.step(off_axis, IRIS_CM * 1.02, IRIS_CM * 0.9), 0)
    points = eye.centre + eye.radius_cm * out - dip[:, None] * [0, 0, 1]
    return Ball(points, quads, _eye_colour(off_axis, t, a, out, person, rng))


def _eye_colour(r, t, a, out, person, rng) -> np.ndarray:
    """Return linear RGB of sclera, limbus, iris and pupil."""
    veins = skin.step(np.abs(skin.noise(out, 0.12, rng, 3)), 0.16, 0.0) * skin.step(r, 0.75, 1.2)
    corner = skin.step(r, 0.7, 1.35)[:, None]
    sclera = np.array([0.70, 0.66, 0.62]) * (1 - corner * [0.06, 0.22, 0.24])
    sclera = sclera * (1 - 0.28 * veins[:, None] * [0.15, 1, 0.9])
    fibres = skin.noise(np.stack([np.cos(a) * 5, np.sin(a) * 5, r * 1.5], axis=1), 0.35, rng, 3)
    ring = r / IRIS_CM
    shade = 0.85 + 0.28 * fibres + 0.45 * np.exp(-(((ring - 0.47) / 0.14) ** 2))
    iris = np.array(person.iris) * np.clip(shade, 0.25, 2.2)[:, None]
    iris = iris * (1 - 0.80 * skin.step(ring, 0.72, 0.98))[:, None]
    pupil = skin.step(ring, 0.31, 0.27)[:, None]
    iris = iris * (1 - pupil) + 0.002 * pupil
    edge = skin.step(ring, 0.95, 1.10)[:, None] * (t < 1.3)[:, None] + (t >= 1.3)[:, None]
    return np.clip(iris * (1 - edge) + sclera * edge, 0, 1)


def shell(eye: Eye) -> Ball:
    """Return the clear cover: cornea and tear film."""
    polar, azimuth, quads = _rings()
    t, a = (g.ravel() for g in np.meshgrid(polar, azimuth, indexing="ij"))
    out = np.stack([np.sin(t) * np.cos(a), np.sin(t) * np.sin(a), np.cos(t)], axis=1)
    off_axis = eye.radius_cm * np.sin(t)
    bulge = np.where(t < 1.2, 0.085 * np.clip(1 - (off_axis / (IRIS_CM * 1.12)) ** 2, 0, 1), 0)
    points = eye.centre + (eye.radius_cm + 0.012 + bulge)[:, None] * out
    return Ball(points, quads, np.ones_like(points))


def wet_line(vertices: np.ndarray, eye: Eye) -> hair.Strands:
    """Return the line of tears along the lower lid."""
    row = hair.lash_row(vertices, hair.LOWER_LASH_ROOTS, eye.side)
    at, fine = np.linspace(0, 1, len(row)), np.linspace(0, 1, 60)
    line = np.stack([np.interp(fine, at, row[:, i]) for i in range(3)], axis=1)
    line = eye.centre + (eye.radius_cm + 0.02) * hair.unit(line - eye.centre)
    return hair.Strands(line[None], np.full((1, 60), 0.035), np.ones((1, 3)))


def caruncle(vertices: np.ndarray, eye: Eye) -> np.ndarray:
    """Return the centre of the pink body in the inner corner of the eye."""
    upper = hair.lash_row(vertices, hair.UPPER_LASH_ROOTS, eye.side)[0]
    lower = hair.lash_row(vertices, hair.LOWER_LASH_ROOTS, eye.side)[0]
    return (0.6 * upper + 0.4 * lower) - np.array([0, 0, 0.10])
