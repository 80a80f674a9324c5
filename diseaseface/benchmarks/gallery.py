"""Sheets to look through: every curated disease, or every attribute, over faces and severities.

With --overview, one sheet a face instead: the photo and each disease at severity 1.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import add_faces_option, photos
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.pictures import sheet

_COLUMNS = 7  # of an overview
_HALF_WIDTH_CM, _UP_CM, _DOWN_CM = 10.5, 10.5, 12.5  # of a tile around the face's centre


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark gallery", description=__doc__)
    add_faces_option(parser, 4)
    parser.add_argument("--out", type=Path, required=True, help="folder for the sheets and index.html")
    parser.add_argument("--width", type=int, default=260, help="pixels of a tile (default 260)")
    parser.add_argument("--severities", type=float, nargs="+", default=[0.0, 1 / 3, 2 / 3, 1.0])
    parser.add_argument("--only", nargs="+", help="attributes or disease ids or names; default: all")
    parser.add_argument("--overview", action="store_true", help="one sheet a face, all diseases at severity 1")
    options = parser.parse_args(arguments)
    named = [(name, look(photo)) for name, photo in photos(options.faces, options.most)]
    options.out.mkdir(parents=True, exist_ok=True)
    if options.overview:
        return _overviews(named, options)
    faces = [face for _, face in named]
    made = {}
    for name, title, plan in _subjects(options.only):
        drawn = _sheet(faces, plan, options.severities, options.width)
        made[title] = f"{name}.jpg"
        Image.fromarray(drawn).save(options.out / made[title], quality=88)
    (options.out / "index.html").write_text(_index(made), encoding="utf-8")
    print(json.dumps({"sheets": len(made), "faces": len(faces)}))
    return 0


def _overviews(named, options) -> int:
    diseases = knowledge.load()
    profiles = diseases.curated() if options.only is None else [diseases.find(name) for name in options.only]
    for name, face in named:
        engine = MorphEngine()
        tiles = [portrait(face.image, face, options.width)]
        for profile in profiles:
            picture = engine.render(face, edits.plan(profile, 1.0, seed=1), seed=1).picture
            tiles.append(portrait(picture, face, options.width))
        captions = ["Photo", *(profile.name for profile in profiles)]
        Image.fromarray(_grid(tiles, captions)).save(options.out / f"{name.replace('/', '-')}.jpg", quality=85)
    print(json.dumps({"sheets": len(named), "diseases": len(profiles)}))
    return 0


def _grid(tiles, captions):
    missing = -len(tiles) % _COLUMNS
    tiles = [*tiles, *[np.full_like(tiles[0], 255)] * missing]
    captions = [*captions, *[""] * missing]
    rows = range(0, len(tiles), _COLUMNS)
    return np.vstack([sheet(tiles[at : at + _COLUMNS], captions[at : at + _COLUMNS]) for at in rows])


def _subjects(only):
    """Yield (file name, title, function from severity to edit) for each disease and attribute asked for."""
    diseases = knowledge.load()
    chosen = diseases.curated() if only is None else [diseases.find(n) for n in only if n not in attributes()]
    for profile in chosen:
        name = profile.id.replace(":", "-")
        yield name, profile.name, lambda s, profile=profile: edits.plan(profile, s, seed=1)
    for attribute in attributes().values():
        if only is not None and attribute.name not in only:
            continue
        for direction in (1, -1):
            pole = attribute.positive if direction > 0 else attribute.negative
            if pole:
                name = f"{attribute.name}{'+' if direction > 0 else '-'}"
                yield name, pole.label, lambda s, a=attribute, p=pole: [Change(a, s * p.full, _side(a))]


def _side(attribute):
    return "left" if attribute.name == "facial_weakness" else None


def _sheet(faces: Sequence[Face], plan, severities, width) -> np.ndarray:
    engine = MorphEngine()
    rows = []
    for face in faces:
        drawn = [engine.render(face, plan(severity), seed=1).picture for severity in severities]
        rows.append(np.hstack([portrait(picture, face, width) for picture in drawn]))
    return np.vstack(rows)


def portrait(picture: np.ndarray, face: Face, width: int) -> np.ndarray:
    """Cut the head out of a picture, upright, uint8 (h, width, 3)."""
    height = round(width * (_UP_CM + _DOWN_CM) / (2 * _HALF_WIDTH_CM))
    corners = np.array([[-_HALF_WIDTH_CM, _UP_CM, 0], [_HALF_WIDTH_CM, _UP_CM, 0], [-_HALF_WIDTH_CM, -_DOWN_CM, 0]])
    source = face.pose.to_px(corners).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    shrink = np.linalg.norm(source[1] - source[0]) / width
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.42 * shrink) if shrink > 1.3 else picture
    matrix = cv2.getAffineTransform(source, target)
    return cv2.warpAffine(blurred, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def _index(made: dict[str, str]) -> str:
    items = "\n".join(
        f'<h2>{title}</h2><img loading="lazy" src="{name}" alt="{title}">' for title, name in made.items()
    )
    return (
        '<!doctype html><meta charset="utf-8"><title>DiseaseFace gallery</title>'
        "<style>body{font:16px system-ui;margin:2rem}img{max-width:100%}</style>"
        "<h1>Synthetic pictures, drawn by the morph engine</h1>\n" + items
    )
