"""Sheets to look through: every curated disease, or every attribute, over faces and severities.

With --overview, one sheet a face instead: the photo and each disease at severity 1.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
from PIL import Image

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import add_faces_option, photos
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.fields import takes_one_side
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.pictures import sheet

_COLUMNS = 7  # of an overview
# What a tile shows, (left, bottom, right, top) in canonical centimetres: the head, or the part that a sign is in.
_HEAD_CM = (-10.5, -12.5, 10.5, 10.5)
_TILES_CM = {
    "eyes": (-7.0, 0.0, 7.0, 6.2),
    "brows": (-7.5, 1.0, 7.5, 8.0),
    "nose": (-5.5, -5.5, 5.5, 5.0),
    "mouth": (-5.5, -9.5, 5.5, -0.5),
    "skin": (-8.0, -10.0, 8.0, 9.0),
    "head": (-13.5, -14.0, 13.5, 16.0),
    "ears": (-12.5, -9.0, 12.5, 8.0),
    "hair": (-13.5, -10.0, 13.5, 16.0),
    "neck": (-13.5, -18.0, 13.5, 6.0),
}


@dataclass(frozen=True, eq=False)
class Subject:
    """What one sheet shows.

    Attributes
    ----------
    file, title, group : str
    plan : function
        From a severity to the edit.
    tile_cm : (left, bottom, right, top)
        What of the face its tiles show.
    """

    file: str
    title: str
    group: str
    plan: Callable[[float], Sequence[Change]]
    tile_cm: tuple[float, float, float, float] = _HEAD_CM


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
    engine, faces = MorphEngine(), [face for _, face in named]
    made = list(_subjects(options.only))
    for subject in made:
        drawn = _sheet(engine, faces, subject, options.severities, options.width)
        Image.fromarray(drawn).save(options.out / subject.file, quality=85)
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


def _subjects(only) -> Iterator[Subject]:
    """Yield each disease and each direction of each attribute that the morph engine draws, or those asked for."""
    diseases = knowledge.load()
    chosen = diseases.curated() if only is None else [diseases.find(n) for n in only if n not in attributes()]
    for profile in chosen:
        file = f"{profile.id.replace(':', '-')}.jpg"
        yield Subject(file, profile.name, "Diseases", lambda s, profile=profile: edits.plan(profile, s, seed=1))
    for attribute in attributes().values():
        if attribute.engine == "morph" and (only is None or attribute.name in only):
            yield from _directions(attribute)


def _directions(attribute: Attribute) -> Iterator[Subject]:
    side = "left" if takes_one_side(attribute.name) else None
    tile = _TILES_CM.get(attribute.region, _HEAD_CM)
    for mark, pole in (("+", attribute.positive), ("-", attribute.negative)):
        if pole:
            plan = partial(_changes, attribute, pole.full, side)
            yield Subject(f"{attribute.name}{mark}.jpg", pole.label, attribute.region.capitalize(), plan, tile)


def _changes(attribute, full, side, severity):
    return [Change(attribute, severity * full, side)]


def _sheet(engine: MorphEngine, faces: Sequence[Face], subject: Subject, severities, width) -> np.ndarray:
    rows = []
    for face in faces:
        drawn = [engine.render(face, subject.plan(severity), seed=1).picture for severity in severities]
        rows.append([portrait(picture, face, width, subject.tile_cm) for picture in drawn])
    plain = [np.hstack(row) for row in rows[:-1]]
    last = sheet(rows[-1], [f"{severity:.0%}" for severity in severities])
    return np.vstack([*(np.pad(row, ((0, 0), (0, last.shape[1] - row.shape[1]), (0, 0))) for row in plain), last])


def portrait(picture: np.ndarray, face: Face, width: int, tile_cm=_HEAD_CM) -> np.ndarray:
    """Cut a part of the head out of a picture, upright, uint8 (h, width, 3)."""
    left, bottom, right, top = tile_cm
    height = round(width * (top - bottom) / (right - left))
    source = face.pose.to_px(np.array([[left, top, 0], [right, top, 0], [left, bottom, 0]])).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    shrink = np.linalg.norm(source[1] - source[0]) / width
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.42 * shrink) if shrink > 1.3 else picture
    matrix = cv2.getAffineTransform(source, target)
    return cv2.warpAffine(blurred, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def _index(made: Sequence[Subject]) -> str:
    """A page that lists the sheets by group and loads a sheet when it is opened."""
    groups = dict.fromkeys(subject.group for subject in made)
    parts = [f"<h2>{group}</h2>\n" + "\n".join(_item(s) for s in made if s.group == group) for group in groups]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>DiseaseFace gallery</title>'
        "<style>body{font:16px system-ui;margin:2rem}img{max-width:100%}summary{cursor:pointer;padding:.2rem 0}</style>"
        "<h1>Synthetic pictures, drawn by the morph engine</h1>\n"
        "<p>A row is a face, a column a severity. For education and research; no diagnostic device.</p>\n"
        + "\n".join(parts)
    )


def _item(subject: Subject) -> str:
    title = escape(subject.title)
    picture = f'<img loading="lazy" src="{quote(subject.file)}" alt="{title}, severity rising from left to right">'
    return f"<details><summary>{title}</summary>{picture}</details>"
