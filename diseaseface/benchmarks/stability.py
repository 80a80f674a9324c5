"""Whether scores hold still while only the file changes: each photo of `--faces` again, cropped, scaled, re-compressed.

Counts how often a score of the copy lies farther from the photo's than its stated error: every measure against the
retest error of its validity card, signs of curated diseases against their noise, severity against its standard error,
each without a photo before. An error is one standard deviation; its 95 % limit is 1.96 of them. A ranking states no
error, so that only verdicts are counted: whether the copy departs where the photo does, and which disease is first.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from diseaseface import knowledge
from diseaseface.benchmarks.photos import add_faces_option, copies, photos
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.measurements import measure_all
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.index import Diseases

LIMIT = 1.96
_MOST_NAMED = 8

Scores = dict[tuple[str, str], tuple[float, float]]
"""(kind, name) to (value, its stated error)."""


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark stability", description=__doc__)
    add_faces_option(parser, 30)
    parser.add_argument("--diseases", type=int, default=3, help="curated diseases read on each photo (default 3)")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args(arguments)
    table = measure(options.faces, options.most, options.diseases, options.processes)
    print(json.dumps(table, indent=1) if options.json else summary(table))
    return 0


def measure(folder: Path | None, most: int, each: int, processes: int = 1) -> dict:
    """Return the table over the faces of a folder."""
    jobs = [(number, photo, each) for number, (_, photo) in enumerate(photos(folder, most))]
    return tabulate([row for rows in side_by_side(_on_photo, jobs, processes) for row in rows])


_loaded: list[Diseases] = []


def _on_photo(job) -> list[dict]:
    number, photo, each = job
    if not _loaded:
        _loaded.append(knowledge.load())
    try:
        face = look(photo)
        first = scores(face, number, each)
        return [_compared(copy, first, scores(look(again), number, each)) for copy, again in copies(face.image)]
    except DiseaseFaceError:
        return []  # a photo that is refused has no score


def scores(face: Face, number: int, each: int) -> tuple[Scores, tuple[bool, str | None]]:
    """Return what one photo scores, and its verdict: whether it departs, and the first disease."""
    found: Scores = {
        ("measures", one.name): (one.value, one.error) for one in measure_all(face) if one.value is not None
    }
    curated = _loaded[0].curated()
    report = evaluate(face, diseases=_loaded[0], identity=False)
    for at in np.random.default_rng(number).choice(len(curated), min(each, len(curated)), replace=False):
        told = evaluate(face, profile=curated[at], identity=False)
        severity = told.scores["severity"]
        if severity.value is not None:
            found["severity", curated[at].id] = severity.value, severity.more["standard_error"]
        found |= {
            ("signs", f"{sign.name} {sign.side or ''}".strip()): (sign.measured, sign.noise)
            for sign in told.signs
            if sign.measured is not None
        }
    return found, (bool(report.departs), report.ranking[0].id if report.ranking else None)


def _compared(copy: str, first, again) -> dict:
    (was, verdict), (now, other) = first, again
    moved = [
        (kind, name, abs(now[kind, name][0] - value) / max(error, 1e-9))
        for (kind, name), (value, error) in was.items()
        if (kind, name) in now and error is not None
    ]
    lost = sum(key not in now for key in was)
    return {"copy": copy, "moved": moved, "lost": lost, "verdict_held": verdict[0] == other[0],
            "first": verdict[1] == other[1] if verdict[1] and other[1] else None}  # fmt: skip


def tabulate(rows: Sequence[Mapping]) -> dict:
    """Return by kind of score the share within its error and within its 95 % limit, and how verdicts held."""
    kinds = defaultdict(list)
    for row in rows:
        for kind, name, errors in row["moved"]:
            kinds[kind].append((row["copy"], name, errors))
    firsts = [row["first"] for row in rows if row["first"] is not None]
    return {
        "copies": len(rows),
        "kinds": {kind: _kind(moved) for kind, moved in kinds.items()},
        "lost": sum(row["lost"] for row in rows),
        "verdict_held": _share([row["verdict_held"] for row in rows]),
        "first_held": _share(firsts),
        "first_n": len(firsts),
    }


def _kind(moved) -> dict:
    by_name = defaultdict(list)
    for _, name, errors in moved:
        by_name[name].append(errors <= LIMIT)
    worst = sorted(by_name, key=lambda name: np.mean(by_name[name]))
    return {
        "n": len(moved),
        "within_error": _share([errors <= 1.0 for *_, errors in moved]),
        "within_limit": _share([errors <= LIMIT for *_, errors in moved]),
        "by_copy": {
            copy: _share([errors <= LIMIT for which, _, errors in moved if which == copy])
            for copy in sorted({which for which, *_ in moved})
        },
        "below_95": {name: _share(by_name[name]) for name in worst if np.mean(by_name[name]) < 0.95},
    }


def _share(flags: Sequence[bool]) -> float | None:
    return round(float(np.mean(flags)), 3) if len(flags) else None


def summary(table: Mapping) -> str:
    """Return the table as lines of text."""
    lines = [f"{table['copies']} copies; scores that could not be told again: {table['lost']}"]
    for kind, row in table["kinds"].items():
        by_copy = ", ".join(f"{copy} {share:.1%}" for copy, share in row["by_copy"].items())
        named = ", ".join(f"{name} {share:.0%}" for name, share in list(row["below_95"].items())[:_MOST_NAMED])
        lines.append(f"{kind:<10}within one error {row['within_error']:.1%}, within its 95 % limit "
                     f"{row['within_limit']:.1%} ({by_copy}), n {row['n']}; {len(row['below_95'])} below 95 %"
                     + (f": {named}" if named else ""))  # fmt: skip
    first = "" if table["first_held"] is None else f", the same disease first in {table['first_held']:.1%}"
    lines.append(f"verdict held in {table['verdict_held']:.1%}{first} (n {table['first_n']})")
    return "\n".join(lines)
