"""How far readings can be trusted, on faces that neither calibration nor norms have seen.

Draws diseases on the photos of `--faces` and reads them back with the photo before and without: severity and its
interval, the right disease among all, and healthy faces that are told they depart, neutral and smiling. Engine and
reader share one catalogue, so figures of drawn pictures say that they agree, not that either is right about people.
What the best reader of single photos would reach is told beside it: the same diseases, in readings made by the norms.
Norms must not hold these faces: make them with `benchmark norms --leave-out` and name them with `--norms`.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import copies, photos
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation import norms as shipped
from diseaseface.evaluation.atlas import full_moves, rows_of, shares
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.norms import Norms, from_norm
from diseaseface.evaluation.ranking import Departure, atlas_of, departure, judge, log_odds
from diseaseface.evaluation.readings import TONE, read_alone, read_change
from diseaseface.evaluation.report import Score
from diseaseface.evaluation.scores import severity_by_measures
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import Profile

MARKED = 0.7
BEFORE, SINGLE = "with a photo before", "one photo alone"
_BY_EVIDENCE = ", by signs alone"
_MADE = "one photo, if its readings were made by the norms"
_MADE_OF_EACH = 8
_FIRST = 10
_BOOTSTRAPS = 2000
_CATALOGUE = "Drawn by the product's own engine: engine and reader share one catalogue."


@dataclass
class Found:
    """What was read on some faces.

    Attributes
    ----------
    severities : list of (how, true, value, low, high); value None where it was not measurable
    ranks : list of (how, group, rank among all); how says where it is by what is measured alone
    departs : list of (expression, skin tone angle, whether it departs)
    moves : list of (copy, change of the severity in stated errors)
    """

    severities: list = field(default_factory=list)
    ranks: list = field(default_factory=list)
    departs: list = field(default_factory=list)
    moves: list = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Take in what was read on another face."""
        for name in ("severities", "ranks", "departs", "moves"):
            getattr(self, name).extend(getattr(other, name))


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark reading", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="folder of healthy, neutral, held-out faces")
    parser.add_argument("--smiling", type=Path, help="folder of the same people smiling, under the same file names")
    parser.add_argument("--norms", type=Path, help="norms.json made without these faces; default: the shipped one")
    parser.add_argument("--most", type=int, default=18, help="photos taken, evenly spread (default 18)")
    parser.add_argument("--diseases", type=int, default=2, help="curated and of all, drawn on each (default 2 and 2)")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    table = measure(
        options.faces, options.most, options.diseases, options.smiling, options.norms, options.processes
    )  # fmt: skip
    print(json.dumps(table, indent=1) if options.json else summary(table))
    return 0


def measure(
    folder: Path, most: int, each: int, smiling: Path | None = None, norms: Path | None = None, processes: int = 1
) -> dict:
    """Return the table over the faces of a folder."""
    jobs = []
    for number, (name, photo) in enumerate(photos(folder, most)):
        smile = next(smiling.glob(f"{Path(name).name}.*"), None) if smiling else None
        jobs.append((number, photo, smile, norms, each))
    found = Found()
    for one in side_by_side(_on_photo, jobs, processes):
        found.add(one)
    return tabulate(found, len(jobs))


def _on_photo(job) -> Found:
    number, photo, smile, norms, each = job
    known = shipped.parse(norms.read_text(encoding="utf-8")) if norms else shipped.norms()
    reader, found = Reader(known, _diseases()), Found()
    try:
        face = look(photo)
        found.departs.append(("neutral", *reader.healthy(face)))
        if smile is not None:
            found.departs.append(("smiling", *reader.healthy(look(smile))))
        for group, profile, severity in _cases(reader.diseases, number, each):
            _read_case(found, reader, face, group, profile, severity)
    except DiseaseFaceError:
        pass  # a photo that is refused cannot be read; what was read so far stands
    return found


_loaded: list[Diseases] = []


def _diseases() -> Diseases:
    """Diseases and their atlas, made once in a process."""
    if not _loaded:
        _loaded.append(knowledge.load())
    return _loaded[0]


def _cases(diseases: Diseases, number: int, each: int) -> Iterator[tuple[str, Profile, float]]:
    """Yield curated diseases and others, each at a marked severity and at any."""
    random = np.random.default_rng(number)
    groups = {"curated": diseases.curated(), "of all": diseases.profiles()}
    for group, profiles in groups.items():
        for at in random.choice(len(profiles), each, replace=False):
            for severity in (MARKED, round(float(random.uniform()), 2)):
                yield group, profiles[at], severity


@dataclass(frozen=True, eq=False)
class Reader:
    """Norms and diseases to read by."""

    known: Norms
    diseases: Diseases

    def single(self, face: Face) -> Departure:
        """Return how far one photo departs from healthy."""
        return departure(from_norm(read_alone(face), self.known), known=self.known)

    def healthy(self, face: Face) -> tuple[float, bool]:
        """Return the skin tone angle, degrees, and whether the face is told that it departs."""
        departs, _ = judge(self.single(face), self.diseases, self.known)
        return read_alone(face).values[TONE] or 0.0, departs

    def rank(self, departed: Departure, profile: Profile, *, often: bool = True) -> float:
        """Return the place of a disease among all, ties shared; with `often` how often each is met counts too."""
        atlas = atlas_of(self.diseases, departed.mode)
        odds = log_odds(departed, atlas) + (atlas.prior if often else 0.0)
        own = max(odds[at] for at, row in enumerate(atlas.rows) if profile.id in row.ids)
        return float(1 + (odds > own).sum() + 0.5 * ((odds == own).sum() - 1))


def _read_case(found: Found, reader: Reader, face: Face, group: str, profile: Profile, severity: float) -> None:
    drawn = MorphEngine().render(face, edits.plan(profile, severity, seed=1), seed=1)
    after = look(drawn.picture)
    alone = reader.single(after)
    readings = {
        BEFORE: (evaluate(after, profile=profile, before=face, identity=False).scores["severity"],
                 departure(read_change(face, after))),
        SINGLE: (severity_by_measures(profile, None, alone), alone),
    }  # fmt: skip
    for how, (score, _) in readings.items():
        found.severities.append((how, severity, score.value, score.more["low"], score.more["high"]))
    if severity != MARKED:
        return
    departures = [(how, departed) for how, (_, departed) in readings.items()]
    departures += [(_MADE, made) for made in made_by_norms(alone, profile, severity, _MADE_OF_EACH)]
    for how, departed in departures:
        found.ranks.append((how, group, reader.rank(departed, profile)))
        found.ranks.append((how + _BY_EVIDENCE, group, reader.rank(departed, profile, often=False)))
    if group == "curated":
        found.moves += list(_moves(reader, after, profile, readings[SINGLE][0]))


def made_by_norms(seen: Departure, profile: Profile, severity: float, count: int) -> Iterator[Departure]:
    """Yield departures as the norms expect them of people with a disease, in the measures that one photo shows.

    Nobody who reads these measures by these norms can rank better than by their own likelihood, which is how the
    product ranks: its share among the first ten is the best that single photos allow.
    """
    random = np.random.default_rng(0)
    lower = np.linalg.cholesky(seen.covariance)
    changes = rows_of([profile])[0].changes
    moves = (shares(changes, (severity,)) @ full_moves(changes, seen.measures, seen.mode))[0]
    for _ in range(count):
        tail = np.sqrt(seen.freedom / random.chisquare(seen.freedom)) if np.isfinite(seen.freedom) else 1.0
        person = tail * lower @ random.standard_normal(len(moves))
        yield replace(seen, values=person + (1.0 + seen.spread * random.standard_normal()) * moves)


def _moves(reader: Reader, face: Face, profile: Profile, score: Score) -> Iterator[tuple[str, float]]:
    """Yield how far the severity of a copy of the photo lies from the photo's, in its stated standard error."""
    for name, copy in copies(face.image):
        again = severity_by_measures(profile, None, reader.single(look(copy)))
        if score.value is not None and again.value is not None:
            yield name, abs(again.value - score.value) / score.more["standard_error"]


def tabulate(found: Found, faces: int) -> dict:
    """Return errors, coverage, ranks, departures and stability as plain values."""
    return {
        "note": _CATALOGUE,
        "faces": faces,
        "severity": {how: _severity([s[1:] for s in found.severities if s[0] == how]) for how in (BEFORE, SINGLE)},
        "disease": {
            f"{how}, {group}": _first([rank for h, g, rank in found.ranks if (h, g) == (how, group)])
            for how in (one + told for one in (BEFORE, SINGLE, _MADE) for told in ("", _BY_EVIDENCE))
            for group in ("curated", "of all")
        },
        "healthy": {
            name: _departing([d[1:] for d in found.departs if d[0] == name]) for name in ("neutral", "smiling")
        },
        "stability": _stable([moved for _, moved in found.moves]),
    }


def _severity(rows: Sequence[tuple]) -> dict:
    told = np.array([row for row in rows if row[1] is not None], dtype=float).reshape(-1, 4)
    true, value, low, high = told.T
    inside = (low - 0.005 <= true) & (true <= high + 0.005)  # the grid's own step
    return {
        "error": round(float(np.abs(value - true).mean()), 3) if len(told) else None,
        "coverage": round(float(inside.mean()), 3) if len(told) else None,
        "width": round(float((high - low).mean()), 3) if len(told) else None,
        "unanswered": round(1.0 - len(told) / max(len(rows), 1), 3),
        "n": len(rows),
    }


def _first(ranks: Sequence[float]) -> dict:
    within = [rank <= _FIRST for rank in ranks]
    return {"first_ten": _share(within), "median": float(np.median(ranks)) if ranks else None, "n": len(ranks)}


def _share(flags: Sequence[bool]) -> float | None:
    return round(float(np.mean(flags)), 3) if len(flags) else None


def _departing(rows: Sequence[tuple[float, bool]]) -> dict:
    """Share that is told it departs; lightest third of skin minus darkest, with its bootstrapped 95 % interval."""
    table = {"share": _share([departs for _, departs in rows]), "n": len(rows)}
    if len(rows) < 6:
        return table
    ordered = np.array([departs for _, departs in sorted(rows)], dtype=float)
    dark, light = (third for at, third in enumerate(np.array_split(ordered, 3)) if at != 1)
    random = np.random.default_rng(0)
    draws = [light[random.integers(len(light), size=len(light))].mean()
             - dark[random.integers(len(dark), size=len(dark))].mean() for _ in range(_BOOTSTRAPS)]  # fmt: skip
    low, high = np.percentile(draws, (2.5, 97.5))
    return table | {
        "light_minus_dark": round(float(light.mean() - dark.mean()), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
    }


def _stable(moved: Sequence[float]) -> dict:
    return {"beyond_error": _share([one > 1.0 for one in moved]), "n": len(moved)}


def summary(table: Mapping) -> str:
    """Return the table as lines of text."""
    lines = [f"{table['faces']} faces. {table['note']}"]
    for how, row in table["severity"].items():
        lines.append(f"severity, {how:<22}error {row['error']}  90 % interval holds {row['coverage']}  width "
                     f"{row['width']}  unanswered {row['unanswered']}  n {row['n']}")  # fmt: skip
    for how, row in table["disease"].items():
        lines.append(f"right disease, {how:<75}first ten {row['first_ten']}  median {row['median']}  n {row['n']}")
    for name, row in table["healthy"].items():
        apart = f"  light minus dark third {row['light_minus_dark']} {row['interval']}" if "interval" in row else ""
        lines.append(f"healthy faces that depart, {name:<10}{row['share']}  n {row['n']}{apart}")
    lines.append(
        f"copies that move beyond their error {table['stability']['beyond_error']}  n {table['stability']['n']}"
    )
    return "\n".join(lines)
