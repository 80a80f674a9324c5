"""Whether a sign is drawn and read in the amount asked: asked, applied and measured over many faces.

Each measured sign alone, at shares of its full amount, on every photo: `applied` is what the engine accounts for,
`measured` what the calibrated reader finds in the pixels of picture and photo. Slopes are through zero, over what
was asked; the spread is the standard deviation of the faces' own slopes. Use faces that the gains were not
computed on. Only numbers are written.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from diseaseface import __version__
from diseaseface.benchmarks.calibration import signs, with_picture
from diseaseface.benchmarks.photos import add_faces_option, photos
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.fields import takes_one_side
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import reading, sign_name
from diseaseface.evaluation.readings import read_change
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

SHARES = (1 / 3, 2 / 3, 1.0)


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark dose", description=__doc__)
    add_faces_option(parser, 8)
    parser.add_argument("--only", nargs="+", help="attributes; default: all that a measure reads")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--out", type=Path, help="where to write dose.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args(arguments)
    table = measure(options.faces, options.most, options.only, options.processes)
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text if options.json else summary(table))
    return 0


def measure(folder: Path | None, most: int, only: Sequence[str] | None = None, processes: int = 1) -> dict:
    """Return the dose table over the faces of a folder, each sign alone."""
    rows, count = defaultdict(list), 0
    jobs = [(photo, only) for _, photo in photos(folder, most)]
    for found in side_by_side(_on_photo, jobs, processes):
        count += bool(found)
        for name, values in found.items():
            rows[name].append(values)
    return {
        "version": __version__,
        "faces": count,
        "shares": list(SHARES),
        "signs": {name: _row(name, found) for name, found in rows.items()},
    }


def _on_photo(job) -> dict[str, list]:
    photo, only = job
    try:
        face = look(photo)
    except DiseaseFaceError:
        return {}  # a photo that is refused has no face to dose
    return on_one(face, only)


def on_one(face: Face, only: Sequence[str] | None = None) -> dict[str, list]:
    """Return asked, applied and measured of each measured sign on one face, at each share."""
    engine = MorphEngine()
    chosen = [(a, d) for a, d in signs() if a.measure and (not only or a.name in only)]
    return {sign_name(a.name, d): _on_face(engine, face, a, d) for a, d in chosen}


def _on_face(engine, face, attribute, direction) -> list[tuple[float, float | None, float | None]]:
    """Asked, applied and measured at each share; None where a number is missing."""
    side = "left" if takes_one_side(attribute.name) else None
    found = []
    for share in SHARES:
        asked = share * attribute.pole(direction).full
        drawn = engine.render(face, [Change(attribute, asked, side)])
        read = reading(read_change(face, with_picture(face, drawn.picture)), attribute, side, direction)
        found.append((asked, drawn.applied[0].amount, read.value if drawn.applied[0].amount else None))
    return found


def _row(name: str, found: list) -> dict:
    attribute, direction = attributes()[name[:-1]], 1 if name[-1] == "+" else -1
    pole = attribute.pole(direction)
    table = np.array(found, dtype=float)  # faces, shares, (asked, applied, measured)
    return {
        "label": pole.label,
        "unit": attribute.unit,
        "full": pole.full,
        "source": pole.source,
        "applied": _column(table, 1),
        "measured": _column(table, 2),
    }


def _column(table: np.ndarray, which: int) -> dict | None:
    """Mean at each share, slope over asked and its spread over faces; None without a number."""
    seen = table[np.isfinite(table[..., which]).all(axis=1)]
    if not len(seen):
        return None
    asked, got = seen[..., 0], seen[..., which]
    slopes = (asked * got).sum(axis=1) / (asked**2).sum(axis=1)
    return {
        "mean": [round(float(value), 3) for value in got.mean(axis=0)],
        "slope": round(float((asked * got).sum() / (asked**2).sum()), 3),
        "spread": round(float(slopes.std()), 3),
        "n": len(seen),
    }


def summary(table: dict) -> str:
    """Return the table as lines of text."""
    lines = [
        f"{table['faces']} faces; slope ± spread over faces",
        f"{'sign':<34}{'full':>14}{'applied':>16}{'measured':>16}",
    ]
    for name, row in table["signs"].items():
        cells = [_cell(row[key]) for key in ("applied", "measured")]
        lines.append(f"{name:<34}{row['full']:>8g} {row['unit']:<5}{cells[0]:>16}{cells[1]:>16}")
    return "\n".join(lines)


def _cell(column: dict | None) -> str:
    return f"{column['slope']:.2f} ± {column['spread']:.2f}" if column else "none"
