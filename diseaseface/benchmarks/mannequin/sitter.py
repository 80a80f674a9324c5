"""A person before the camera: painted and grown once, then reshaped, recoloured and turned for each picture."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from diseaseface.benchmarks.mannequin import eyes, hair, shape, skin, studio
from diseaseface.benchmarks.mannequin.head import Head, build, dress, mouth_seam, surface_values
from diseaseface.benchmarks.mannequin.person import Person
from diseaseface.benchmarks.mannequin.pigments import painted
from diseaseface.benchmarks.mannequin.population import Sitting

SIZE_PX = (384, 480)
_FRAME_CM = 27.0  # from top to bottom of the picture
_BELOW_EYES_CM, _NECK_BEHIND_CM = 1.6, 10.0
LEVELS = 2
"""Subdivisions: half a millimetre between vertices, less than a pixel of the pictures."""


@dataclass(frozen=True, eq=False)
class Sitter:
    """A painted head with its hair.

    Attributes
    ----------
    person : Person
    head : Head
        As it is without any sign.
    looks : dict of str to array
        Albedo and roughness of every skin vertex.
    relief_cm : float array of shape (V,)
        Height of the skin's fine relief along its normal.
    grown : dict of str to Strands
        Scalp hair, brows and beard, as they lie on the head without any sign.
    roots : dict of str to int array
        The skin vertex nearest to each strand's root.
    """

    person: Person
    head: Head
    looks: dict[str, np.ndarray]
    relief_cm: np.ndarray
    grown: dict[str, hair.Strands]
    roots: dict[str, np.ndarray]


def sit(person: Person) -> Sitter:
    """Paint a person and grow their hair."""
    rng = np.random.default_rng(person.seed)
    head = build(person, rng, LEVELS)
    hairy = skin.scalp(head.canvas, rng, person.hair.recession_cm)
    looks = surface_values(head, person, hairy, rng)
    grown = {
        "scalp": hair.scalp_hair(head.canvas, head.quads, hairy, person.hair, rng),
        "brows": hair.brows(head.canvas, head.quads, person, rng),
        "beard": hair.stubble(head.canvas, head.quads, person, rng),
    }
    smooth = shape.head_topology(LEVELS) @ head.vertices
    relief = ((head.canvas.points - smooth) * shape.normals(smooth, head.quads)).sum(axis=1)
    grown = {name: _simpler(strands) for name, strands in grown.items() if strands}
    tree = cKDTree(head.canvas.points)
    roots = {name: tree.query(strands.points[:, 0])[1] for name, strands in grown.items()}
    return Sitter(person, head, looks, relief, grown, roots)


def _simpler(strands: hair.Strands) -> hair.Strands:
    """Return strands with every other of their knots, six of the longest: what differs is less than a pixel."""
    kept = max(2, (strands.points.shape[1] - 1) // 5)
    return hair.Strands(strands.points[:, ::kept], strands.radius_cm[:, ::kept], strands.colour)


def reshaped(sitter: Sitter, moved_cm: np.ndarray) -> tuple[Head, dict[str, hair.Strands]]:
    """Return head and hair after the base mesh's vertices have moved by `moved_cm`, shape (V, 3)."""
    fine, was = shape.head_topology(LEVELS), sitter.head
    vertices = was.vertices + moved_cm
    points = fine @ vertices
    points = points + sitter.relief_cm[:, None] * shape.normals(points, fine.quads)
    canvas = replace(was.canvas, points=points, normals=shape.normals(points, fine.quads))
    shift = points - was.canvas.points
    grown = {
        name: replace(strands, points=strands.points + shift[sitter.roots[name]][:, None])
        for name, strands in sitter.grown.items()
    }
    return Head(vertices, canvas, was.quads, eyes.find(vertices), LEVELS), grown


def surfaces(sitter: Sitter, moved_cm, albedo: np.ndarray, sclera: np.ndarray) -> list[studio.Surface]:
    """Return all that the camera sees.

    Parameters
    ----------
    sitter : Sitter
    moved_cm : float array of shape (V, 3), or 0
        Displacement of the base mesh's vertices.
    albedo : float array of shape (vertices of the skin, 3)
        Linear RGB.
    sclera : float array of shape (3,)
        Factor on the white of the eyes.
    """
    head, grown = reshaped(sitter, moved_cm)
    person, rng = sitter.person, np.random.default_rng(sitter.person.seed + 1)
    shirt, shirt_quads, cut = dress(head)
    bare = head.quads[(cut["below"][head.quads] < 2.0).any(axis=1)]
    found = [
        studio.Surface(head.canvas.points, bare, albedo, sitter.looks["rough"], 0.4, head.canvas.normals),
        studio.Surface(shirt, shirt_quads, np.tile(person.shirt, (len(shirt), 1)), 0.9, 0.4),
    ]
    strands = [*grown.values(), hair.lashes(head.vertices, head.eyes, person, rng)]
    strands += [hair.lash_line(head.vertices, eye) for eye in head.eyes]
    flesh = 0.25 * skin.DERMIS * np.exp(-person.melanin * skin.MELANIN - 0.7 * skin.BLOOD)
    seam = mouth_seam(head)
    strands.append(replace(seam, colour=flesh[None]))
    camera = np.mean([eye.centre for eye in head.eyes], axis=0) + np.array([0, 0, studio.DISTANCE_CM])
    found += [studio.ribbons(one, camera) for one in strands]
    for eye in head.eyes:
        ball = eyes.ball(eye, person, rng, coarse=3)
        found.append(studio.Surface(ball.points, ball.quads, _tinted(ball, eye, sclera), 0.08, 0.5))
    return found


def _tinted(ball: eyes.Ball, eye: eyes.Eye, sclera: np.ndarray) -> np.ndarray:
    """Return the ball's colours with its white tinted."""
    out = (ball.points - eye.centre) / eye.radius_cm
    white = skin.step(eye.radius_cm * np.hypot(out[:, 0], out[:, 1]), 0.95 * eyes.IRIS_CM, 1.10 * eyes.IRIS_CM)
    white = np.where(out[:, 2] < 0.3, 1.0, white)[:, None]
    return ball.colour * (1 - white + white * sclera)


def photo(sitter: Sitter, sitting: Sitting, moved_cm, pigments: Mapping[str, float], *, samples: int) -> np.ndarray:
    """Take a photo of a person with signs of shape and of colour, uint8 of shape (480, 384, 3)."""
    albedo, sclera = painted(sitter.looks["albedo"], sitter.head.canvas, pigments)
    found = surfaces(sitter, moved_cm, albedo, sclera)
    middle = np.mean([eye.centre for eye in sitter.head.eyes], axis=0) - [0, _BELOW_EYES_CM, 0]
    turn = Rotation.from_euler("yxz", [sitting.yaw_deg, sitting.pitch_deg, sitting.roll_deg], degrees=True)
    turned = [_turned(one, turn.as_matrix(), middle - [0, 0, _NECK_BEHIND_CM]) for one in found]
    return studio.picture(
        turned, middle, sitting.light, size_px=SIZE_PX, frame_cm=_FRAME_CM, samples=samples, seed=sitting.seed
    )


def _turned(one: studio.Surface, rotation: np.ndarray, about: np.ndarray) -> studio.Surface:
    normals = None if one.normals is None else one.normals @ rotation.T
    return replace(one, points=(one.points - about) @ rotation.T + about, normals=normals)
