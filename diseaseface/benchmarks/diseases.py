"""Is every disease with three visible signs found, drawn and reported? Draws all of them on one head.

Each is found by its id, drawn at severity 1 at 256 px, and, with --report, read back from the picture and
reported. A table names each with its signs, the share of its visible weight that is drawn, and the time.
"""

import csv
import io
import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from diseaseface.faces.face import Face
from diseaseface.faces.photo import read
from diseaseface.pipeline import Pipeline
from diseaseface.ui.examples import examples

SIDE_PX = 256
LEAST_SIGNS = 3


@dataclass(frozen=True)
class Row:
    """One disease.

    Attributes
    ----------
    id, name : str
    signs, drawn : int
        Visible signs, and those of them that this picture shows.
    mass : float
        Share of the visible weight that the engine draws.
    changed : float
        Share of pixels that differ from the photo.
    ms : float
        To find and draw it.
    error : str
        "" for none.
    """

    id: str
    name: str
    signs: int
    drawn: int
    mass: float
    changed: float
    ms: float
    error: str


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark diseases", description=__doc__)
    parser.add_argument("--photo", type=Path, help="photo of a face; default: the first synthetic head")
    parser.add_argument("--every", type=int, default=1, help="only each Nth disease (default 1)")
    parser.add_argument("--report", action="store_true", help="read every picture back and report it, too")
    parser.add_argument("--out", type=Path, metavar="CSV", help="where to write the table")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    options = parser.parse_args(arguments)
    rows = list(measure(options.photo, options.every, options.report))
    if options.out:
        options.out.write_text(as_csv(rows), encoding="utf-8")
    print(json.dumps([asdict(row) for row in rows], indent=1) if options.json else summary(rows))
    return 0


def measure(photo: Path | None = None, every: int = 1, report: bool = False) -> Iterator[Row]:
    """Yield a row for each disease with at least three visible signs, of which one can be drawn."""
    pipeline = Pipeline.load()
    face = pipeline.look(small(read(photo or examples()[0].path)))
    wanted = [match for match in pipeline.diseases.all() if match.signs >= LEAST_SIGNS]
    for match in wanted[::every]:
        yield _row(pipeline, face, match, report)


def small(picture: np.ndarray) -> np.ndarray:
    """Bring a picture to 256 px on its long side."""
    scale = SIDE_PX / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _row(pipeline: Pipeline, face: Face, match, report: bool) -> Row:
    start = time.perf_counter()
    try:
        drawing = pipeline.draw(face, match.id, 1.0)
        spent = 1000 * (time.perf_counter() - start)
        if report:
            json.dumps(pipeline.judge(drawing).report.to_dict())
    except Exception as error:  # the very thing that is counted
        return Row(match.id, match.name, match.signs, 0, match.drawable, 0.0, 0.0, f"{type(error).__name__}: {error}")
    drawn = sum(bool(done.amount) for done in drawing.rendering.applied)
    changed = float((drawing.rendering.picture != face.image).any(axis=-1).mean())
    return Row(
        match.id, match.name, match.signs, drawn, round(match.drawable, 3), round(changed, 4), round(spent, 1), ""
    )


def as_csv(rows: Sequence[Row]) -> str:
    """Return the table as CSV."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(Row.__dataclass_fields__))
    table.writeheader()
    table.writerows(map(asdict, rows))
    return text.getvalue()


def summary(rows: Sequence[Row]) -> str:
    """Return what holds for all diseases as lines of text."""
    good = [row for row in rows if not row.error]
    still = [row for row in good if not row.changed]
    times = sorted(row.ms for row in good)
    lines = [
        f"{len(rows)} diseases with at least {LEAST_SIGNS} visible signs, {len(rows) - len(good)} errors",
        f"signs drawn: median {statistics.median(row.drawn for row in good):g} of "
        f"{statistics.median(row.signs for row in good):g} visible ones",
        f"mass drawn: median {statistics.median(row.mass for row in good):.0%}, "
        f"mean {statistics.fmean(row.mass for row in good):.0%}",
        f"time: median {statistics.median(times):.0f} ms, 95 of 100 below {times[int(0.95 * len(times))]:.0f} ms",
        f"pictures that do not differ from the photo: {len(still)}",
    ]
    lines += [f"  {row.id} {row.name}: its signs are left out on this photo" for row in still[:10]]
    return "\n".join([*lines, *(f"  {row.id} {row.name}: {row.error}" for row in rows if row.error)])
