"""A person as geometry: skin, shirt, and what lies between the lips."""

from dataclasses import dataclass

import numpy as np

from diseaseface.benchmarks.mannequin import eyes, hair, shape, skin
from diseaseface.benchmarks.mannequin.person import Person


@dataclass(frozen=True, eq=False)
class Head:
    """A person's geometry."""

    vertices: np.ndarray
    canvas: skin.Canvas
    quads: np.ndarray
    eyes: list[eyes.Eye]
    levels: int


def build(person: Person, rng: np.random.Generator, levels: int = 3) -> Head:
    """Shape a person's head, subdivided `levels` times."""
    ancestry = {"caucasian": 1 / 3, "african": 1 / 3, "asian": 1 / 3}
    average = shape.vertices(sex=0.5, age=2 / 3, ancestry=ancestry, details={})
    vertices = shape.vertices(
        sex=person.sex,
        age=person.age,
        weight=person.weight,
        muscle=person.muscle,
        ancestry=person.ancestry,
        details=person.details,
    )
    fine = shape.head_topology(levels)
    points, quads = fine @ vertices, fine.quads
    canvas = skin.Canvas(points, fine @ average, shape.normals(points, quads), fine @ shape.base().uv)
    points = points + skin.wrinkles(canvas, person, rng)[:, None] * canvas.normals
    canvas = skin.Canvas(points, canvas.reference, shape.normals(points, quads), canvas.uv)
    return Head(vertices, canvas, quads, eyes.find(vertices), levels)


def dress(head: Head) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Return a plain shirt: points, quads, and at each vertex how far it lies "below" the collar, cm."""
    fine = shape.head_topology(head.levels)
    ref, points = head.canvas.reference, fine @ shape.relaxed(head.vertices, rounds=3)
    below = 56.9 + 0.22 * (7.0 - ref[:, 2]) - ref[:, 1]
    below += np.maximum(np.abs(ref[:, 0]) - 8.5, 0)  # shoulders are covered, however high
    offset = 0.26 + 0.14 * np.exp(-(((below - 0.6) / 0.6) ** 6)) + 0.5 * skin.step(below, 2.0, 6.0)
    points = points + offset[:, None] * shape.normals(points, fine.quads)
    return points, fine.quads[(below[fine.quads] > 0).any(axis=1)], {"below": below}


def surface_values(head: Head, person: Person, hairy: np.ndarray, rng) -> dict[str, np.ndarray]:
    """Return albedo, roughness and pore depth of every skin vertex."""
    canvas = head.canvas
    near_eye = np.min([np.linalg.norm(canvas.points - e.centre, axis=1) - e.radius_cm for e in head.eyes], axis=0)
    lids = skin.step(near_eye, 0.17, 0.05)
    albedo = skin.colour(canvas, person, lids, rng)
    shade = 0.95 if person.hair.style == "tied" else 0.8
    follicles = np.clip(shade * hairy + 0.35 * person.beard * skin.beard(canvas), 0, 0.95)
    follicles = np.maximum(follicles, 0.22 * skin.brow(canvas, 1.0))[:, None]
    albedo = albedo * (1 - follicles) + follicles * (0.25 * albedo + 0.5 * np.array(person.hair.colour))
    lips = skin.texture_mask("lips", canvas.uv, 2)
    shiny = skin.spot(canvas, 0, 70.5, 0.9, 2.2) + 0.8 * skin.spot(canvas, 0, 77.5, 3.0, 1.3)
    rough = 0.43 - 0.09 * person.oil * shiny - 0.10 * lips - 0.22 * lids
    pores = 0.55 + 0.6 * skin.spot(canvas, 1.8, 70.5, 1.8, 1.5) + 0.25 * person.wrinkles + 0.5 * lips
    pores = pores * (1 - lids) * (0.45 if person.age_years < 14 else 1.0)
    return {"albedo": albedo, "rough": rough, "pores": pores}


def mouth_seam(head: Head) -> hair.Strands:
    """Return a flesh-coloured cord behind the closed lips, so that no black gap shows between them."""
    canvas = head.canvas
    lips = (skin.texture_mask("lips", canvas.uv, 2) > 0.35) & (canvas.points[:, 2] > 0)
    at = np.linspace(-2.1, 2.1, 41)
    lower = lips & (canvas.normals[:, 1] > 0.93)
    near = [canvas.points[lower & (np.abs(canvas.reference[:, 0] - x) < 0.15)] for x in at]
    line = np.array([[n[:, 0].mean(), *n[:, 1:].max(axis=0)] if len(n) else [np.nan] * 3 for n in near])
    known = np.isfinite(line[:, 0])
    line = np.stack([np.interp(at, at[known], line[known, i]) for i in range(3)], axis=1)
    return hair.Strands((line - [0, 0, 0.05])[None], np.full((1, len(at)), 0.07), np.ones((1, 3)))
