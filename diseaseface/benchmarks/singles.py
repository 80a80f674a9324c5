"""How much of a change single pictures show: draws diseases, reads both pictures apart, and compares with tracking.

What finds the points of a face draws them towards the usual face, so that two pictures read apart differ by less than
tracking sees between them. How far whole presentations follow the shares of every other face comes from the faces in
between. Use faces that no test uses. Only numbers are written.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import photos, resized
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.atlas import full_moves
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ALIGNED, departure, read_alone, read_change
from diseaseface.evaluation.singles import singles
from diseaseface.faces.look import look

_LONGEST_PX = 768
_SURE = 2.0  # standard errors; a measure that shows less of a change shows nothing
_MOST_SHARE = 1.3
_LEAST_SIGNAL = 1.0  # squared standard deviations that a presentation must move a face by to tell how far it follows


@dataclass(frozen=True, eq=False)
class Pair:
    """One drawn picture against its photo.

    Attributes
    ----------
    face : int
    changes : tuple of Change
        As drawn.
    tracked, apart : mapping of measure to float or None
        Changes seen by tracking, and differences of the two single readings, in the units of departures.
    """

    face: int
    changes: tuple[Change, ...]
    tracked: Mapping[str, float | None]
    apart: Mapping[str, float | None]


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark singles", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="folder of face photos, searched below")
    parser.add_argument("--most", type=int, default=18, help="photos taken, evenly spread (default 18)")
    parser.add_argument("--pictures", type=int, default=14, help="diseases drawn on each (default 14)")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--out", type=Path, help="where to write single.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON, as without --out")
    options = parser.parse_args(arguments)
    jobs = [(number, photo, options.pictures) for number, (_, photo) in enumerate(photos(options.faces, options.most))]
    pairs = [pair for found in side_by_side(_on_photo, jobs, options.processes) for pair in found]
    table = tabulate(pairs) | {"heads": {name: asdict(row) for name, row in singles().heads.items()}}
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(summary(table) if options.out else text)
    return 0


def _on_photo(job) -> list[Pair]:
    number, photo, pictures = job
    random, diseases, engine = np.random.default_rng(number), knowledge.load(), MorphEngine()
    groups = (diseases.curated(), diseases.profiles())
    try:
        face = look(resized(photo, _LONGEST_PX))
    except DiseaseFaceError:
        return []  # a photo that is refused says nothing about reading
    found = []
    for step in range(pictures):
        group = groups[step % len(groups)]
        edit = edits.plan(group[random.integers(len(group))], float(random.uniform(0.3, 1.0)))
        found.append(_pair(number, engine, face, edit))
    return [pair for pair in found if pair]


def _pair(number, engine, face, edit) -> Pair | None:
    drawn = engine.render(face, edit)
    try:
        after = look(drawn.picture)
    except DiseaseFaceError:
        return None
    tracked = read_change(face, after)
    if tracked.mode != ALIGNED:
        return None
    return Pair(number, tuple(edit), tracked.values, apart(read_alone(face).values, read_alone(after).values))


def apart(was: Mapping[str, float | None], now: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return the differences of two single readings, in the units of departures."""
    both = {name: (was[name], now.get(name)) for name in was}
    return {name: None if None in pair else departure(name, *pair) for name, pair in both.items()}


def tabulate(pairs: Sequence[Pair]) -> dict:
    """Return the table of single.json."""
    even, odd = ([pair for pair in pairs if pair.face % 2 == rest] for rest in (0, 1))
    apart_from_them = _shares(even)
    followed = np.array([share for pair in odd if (share := _followed(pair, apart_from_them)) is not None])
    return {
        "pictures": len(pairs),
        "spread": round(float(np.std(followed)), 3),
        "measures": _shares(pairs),
    }


def _shares(pairs: Sequence[Pair]) -> dict[str, dict]:
    names = sorted({name for pair in pairs for name in pair.apart})
    rows = {name: _row(np.array([(p.tracked.get(name), p.apart[name]) for p in pairs], dtype=float)) for name in names}
    return {name: row for name, row in rows.items() if row}


def _followed(pair: Pair, measures: Mapping[str, dict]) -> float | None:
    """Slope of what is read on what is predicted, weighted as healthy faces are compared; None for too little."""
    known = norms()
    names = [name for name in known.jointly if name in measures and pair.apart.get(name) is not None]
    at = [known.jointly.index(name) for name in names]
    moved = full_moves(pair.changes, names, ALIGNED).sum(axis=0) * [measures[name]["share"] for name in names]
    weighed = np.linalg.solve(known.covariance[np.ix_(at, at)], moved)
    signal = float(weighed @ moved)
    return float(weighed @ [pair.apart[name] for name in names]) / signal if signal >= _LEAST_SIGNAL else None


def _row(both: np.ndarray) -> dict | None:
    tracked, single = both[np.isfinite(both).all(axis=1)].T
    if not tracked.any():
        return None
    slope = float(tracked @ single / (tracked @ tracked))
    error = float(np.sqrt(np.mean((single - slope * tracked) ** 2)) / np.linalg.norm(tracked))
    share = min(slope, _MOST_SHARE) if slope > _SURE * error else 0.0
    noise = float(np.sqrt(np.mean((single - share * tracked) ** 2)))
    return {"share": round(share, 3), "noise": round(noise, 4), "n": len(tracked)}


def summary(table: dict) -> str:
    """Return the table as lines of text."""
    was = singles().measures
    lines = [
        f"{table['pictures']} pictures; whole presentations follow by 1 ± {table['spread']}",
        f"{'measure':<32}{'share':>8}{'before':>8}{'noise':>9}{'n':>5}",
    ]
    for name, row in table["measures"].items():
        before = f"{was[name].share:.2f}" if name in was else "-"
        lines.append(f"{name:<32}{row['share']:8.2f}{before:>8}{row['noise']:9.3f}{row['n']:5d}")
    return "\n".join(lines)
