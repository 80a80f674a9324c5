"""How every measure of a single picture answers to the signs that one shows, as `learn` needs it to tell them apart.

Draws each sign on each face at its full amount and reads both pictures as strangers' ones: what finds a face's
points draws them towards the usual face, so that a sign shows less of itself than is drawn, and moves what lies
beside it. Then draws signs of chance together, see `combinations`. Use faces that no test and no other benchmark uses.
Only numbers are written.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from diseaseface.benchmarks import combinations
from diseaseface.benchmarks.calibration import Sign, signs
from diseaseface.benchmarks.photos import photos, resized
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import sign_name
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ONLY_AGAINST_BEFORE, departure, read_alone
from diseaseface.evaluation.shapes import shape_drawn
from diseaseface.faces.anthropometry import measures_for
from diseaseface.faces.face import Face
from diseaseface.faces.look import look

LONGEST_PX = 768
_SURE = 2.0  # standard errors over the faces

Moved = dict[str, list[dict[str, float]]]


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark responses", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="folder of face photos, searched below")
    parser.add_argument("--most", type=int, default=10, help="photos taken, evenly spread (default 10)")
    parser.add_argument("--together", type=int, default=400, help="combinations of signs drawn (default 400)")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--out", type=Path, help="where to write responses.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON, as without --out")
    options = parser.parse_args(arguments)
    text = json.dumps(measure(options.faces, options.most, options.together, options.processes), indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(f"{options.out} is written." if options.out else text)
    return 0


def measure(folder: Path, most: int, count: int, processes: int = 1) -> dict:
    """Return the table of responses.json: sign to measure to change of the reading a unit of the sign, and more."""
    taken = [photo for _, photo in photos(folder, most)]
    rows: Moved = defaultdict(list)
    faces = 0
    for found in side_by_side(_on_photo, taken, processes):
        faces += bool(found)
        for name, moved in found.items():
            rows[name] += moved
    single = {name: mean_response(rows[name]) for name in rows}
    response, missed = _together(taken, single, count, processes)
    joint = {"combinations": count, "measures": combinations.measures(), "covariance": missed.round(5).tolist()}
    return {"faces": faces, "longest_px": LONGEST_PX, "response": response, "together": joint}


def _together(taken: Sequence[np.ndarray], single: combinations.Table, count: int, processes: int):
    """Return the responses that fit combinations too, and the covariance of what sums of them miss."""
    signs = combinations.movers(single)
    jobs = ((photo, at, len(taken), count, signs, LONGEST_PX) for at, photo in enumerate(taken))
    found = side_by_side(combinations.draws_on, jobs, processes)
    return combinations.fitted(single, [draw for draws in found for draw in draws])


def _on_photo(photo: np.ndarray) -> Moved:
    try:
        face = look(resized(photo, LONGEST_PX))
    except DiseaseFaceError:
        return {}  # a photo that is refused says nothing about reading
    before, engine = read_alone(face).values, MorphEngine()
    moved = {sign_name(sign[0].name, sign[1]): _moved(engine, face, before, sign) for sign in readable()}
    return {name: [found] for name, found in moved.items() if found}


def readable() -> list[Sign]:
    """Return the signs of the morph engine that a measure reads in a picture alone."""
    return [sign for sign in signs() if sign[0].measure and sign[0].measure not in ONLY_AGAINST_BEFORE]


def _moved(engine: MorphEngine, face: Face, before: Mapping, sign: Sign) -> dict[str, float]:
    """Return the change of each reading a unit of the sign; empty where it is not drawn or no face is seen then."""
    attribute, direction = sign
    side = "left" if attribute.measure == "mouth_corner_asymmetry" else None
    drawn = engine.render(face, [Change(attribute, attribute.pole(direction).full, side)])
    amount = drawn.applied[0].amount
    if not amount:
        return {}
    try:
        after = _read(face, drawn.picture, of_shape=bool(measures_for(attribute.measure, side)))
    except DiseaseFaceError:
        return {}
    both = [name for name in after if before[name] is not None and after[name] is not None]
    return {name: departure(name, before[name], after[name]) / amount for name in both}


def _read(face: Face, picture: np.ndarray, *, of_shape: bool) -> Mapping[str, float | None]:
    """Return the readings of a picture drawn from a face; for a sign of shape only those of the points."""
    if not of_shape:
        return read_alone(look(picture)).values
    return shape_drawn(face, picture)


def mean_response(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean response of each measure over faces, only of those that surely answer at all."""
    found = {}
    for name in sorted({name for row in rows for name in row}):
        values = np.array([row[name] for row in rows if name in row])
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        if abs(values.mean()) > _SURE * error and name in norms().sd:
            found[name] = float(f"{values.mean():.4g}")
    return found
