"""What healthy faces measure: writes the means, spreads and correlations that the scores compare with.

Photos should be neutral, frontal and of healthy adults; `--smiling` holds the same people smiling, under the same
file names. `--people` is a table (tab-separated, columns file, sex, age) that tells who they are. Limits are such
that 95 of 100 of these faces, each left out of the norms in turn, stay below; 97 for the log-odds. Only numbers are
written, no pictures.
"""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from scipy.special import gammaln
from scipy.stats import theilslopes

from diseaseface import knowledge
from diseaseface.benchmarks.photos import SUFFIXES
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation import norms as shipped
from diseaseface.evaluation import ranking
from diseaseface.evaluation.measurements import read_all
from diseaseface.evaluation.norms import Person
from diseaseface.evaluation.ranking import DOUBLES
from diseaseface.evaluation.readings import (
    ALONE,
    ONLY_AGAINST_BEFORE,
    RELATIVE,
    SURFACE,
    TONE,
    Readings,
    departure,
    read_alone,
)
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.extents import EXTENTS
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.index import Diseases

# Of correlations towards none. With less than the least, diseases drawn on calibration faces, by norms of others, rank
# lower: what they do to a face is known less well than how healthy faces spread.
_SHRINKAGES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_LEAST_FACES, _LEAST_GROUP = 20, 10
_BANDS = ((18.0, 30.0), (30.0, 60.0))  # years
_FREEDOM = (4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100)
_WITHIN, _SURELY_WITHIN = 95, 97  # per cent of healthy faces below a limit; the second leaves room for faces to come


@dataclass(frozen=True, eq=False)
class Reader:
    """One healthy person's photo, read.

    Attributes
    ----------
    values : mapping of measure to float or None
    readings : Readings
    person : Person
    smiling : Readings or None
        The same person's smiling photo.
    """

    values: Mapping[str, float | None]
    readings: Readings
    person: Person = field(default_factory=Person)
    smiling: Readings | None = None


@dataclass(frozen=True)
class Spread:
    """How healthy faces lie around their mean.

    Attributes
    ----------
    shrinkage : float
        Of correlations towards none: few faces tell them poorly.
    freedom : float
        Degrees of freedom of a t distribution.
    """

    shrinkage: float
    freedom: float


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark norms", description=__doc__)
    parser.add_argument("--faces", type=Path, nargs="+", required=True, help="folders of healthy, neutral faces")
    parser.add_argument("--smiling", type=Path, help="folder of the same people smiling")
    parser.add_argument("--people", type=Path, help="table of file, sex and age")
    parser.add_argument("--leave-out", type=Path, help="folder whose photos are left out, by their names")
    parser.add_argument("--source", default="", help="who took the photos, and their licence")
    parser.add_argument("--out", type=Path, help="where to write norms.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON, as without --out")
    options = parser.parse_args(arguments)
    people = read_people(options.people) if options.people else {}
    left = {path.stem for path in options.leave_out.iterdir()} if options.leave_out else set()
    read = list(read_faces(options.faces, options.smiling, people, left))
    table = summarise(read, options.source, knowledge.load())
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
        print(f"{table['n']} faces; 97 of 100 left out stay below log-odds of {table['log_odds']:.1f}.")
    else:
        print(text)
    return 0


def read_people(table: Path) -> dict[str, Person]:
    """Read who is in each photo, by the name of its file without folder and suffix."""
    with table.open(encoding="utf-8", newline="") as lines:
        return {Path(row["file"]).stem: _person(row) for row in csv.DictReader(lines, delimiter="\t")}


def _person(row: Mapping[str, str]) -> Person:
    age = row.get("age", "").strip()
    sex = row.get("sex", "").strip().lower()
    return Person(sex if sex in ("female", "male") else None, float(age) if age.isdigit() else None)


def read_faces(folders: Sequence[Path], smiling: Path | None, people, left: set[str] = frozenset()) -> Iterator[Reader]:
    """Read all faces of some folders."""
    paths = (path for folder in folders for path in sorted(folder.rglob("*")))
    photos = (path for path in paths if path.suffix.lower() in SUFFIXES and path.stem not in left)
    return read_photos(photos, smiling, people)


def read_photos(photos: Iterable[Path], smiling: Path | None = None, people=MappingProxyType({})) -> Iterator[Reader]:
    """Read photos of one face each; one that is refused says nothing about healthy faces."""
    for path in photos:
        try:
            face = look(path)
            smile = smiling / path.name if smiling else None
            there = smile is not None and smile.is_file()
            values, person = read_all(face), people.get(path.stem, Person())
            yield Reader(values, _readings(face), person, _readings(look(smile)) if there else None)
        except DiseaseFaceError:
            continue


def _readings(face: Face) -> Readings:
    """All measures of a face, those that no score compares too."""
    return replace(read_alone(face), values=read_all(face))


def summarise(read: Sequence[Reader], source: str, diseases: Diseases | None = None) -> dict:
    """Return the table of norms; without diseases to try, no limit to their log-odds is known."""
    if len(read) < _LEAST_FACES:
        raise DiseaseFaceError(f"Norms need at least {_LEAST_FACES} faces, and {len(read)} could be read.")
    joint = _joint(read, _centred(read))
    spread = likeliest_spread(joint)
    table = _described(read, spread)
    distances, _ = left_out(joint, spread.shrinkage)
    table |= {"n": len(read), "source": source, "departure": _limit(distances), "log_odds": float("inf")}
    if diseases is not None:
        odds = np.array([odds for _, odds in left_out_odds(read, diseases, spread)])
        table["log_odds"] = _limit(odds, _SURELY_WITHIN)
    return table


def _described(read: Sequence[Reader], spread: Spread) -> dict:
    table = _centred(read)
    names = list(table["mean"])
    off = _off(read, table["mean"])
    return {
        **table,
        "n": len(read),
        "source": "",
        "correlation": np.round(_correlation(_joint(read, table), spread.shrinkage), 4).tolist(),
        "shrinkage": spread.shrinkage,
        "freedom": spread.freedom,
        "smile": _smile(read, table["mean"], names),
        "groups": _groups([r.person for r in read], np.nan_to_num(off), names),
        "tone": _tone(off, names),
    }


def _centred(read: Sequence[Reader]) -> dict:
    """Means, spreads, and the measures that are compared together."""
    names = [name for name in read[0].values if sum(r.values[name] is not None for r in read) > 1]
    mean = {name: float(np.mean([r.values[name] for r in read if r.values[name] is not None])) for name in names}
    off = _off(read, mean)
    sd = dict(zip(names, np.nanstd(off, axis=0, ddof=1).tolist(), strict=True))
    seen = dict(zip(names, np.isfinite(off).mean(axis=0).tolist(), strict=True))
    usable = (n for n in (*MEASURES, *SURFACE, *EXTENTS) if n not in DOUBLES and n not in ONLY_AGAINST_BEFORE)
    jointly = [name for name in usable if seen.get(name, 0.0) > 0.5 and sd[name] > 0]
    return {"mean": _rounded(mean), "sd": _rounded(sd), "jointly": jointly, "departure": 0.0, "log_odds": 0.0}


def _off(read: Sequence[Reader], mean: Mapping[str, float]) -> np.ndarray:
    return np.array([[_departure(name, usual, r.values[name]) for name, usual in mean.items()] for r in read])


def _departure(name, usual, value):
    """Difference from the mean; where a face hides a measure, NaN."""
    if value is None:
        return np.nan
    return value - usual if name in ONLY_AGAINST_BEFORE and name not in RELATIVE else departure(name, usual, value)


def _joint(read: Sequence[Reader], table: Mapping) -> np.ndarray:
    """Departures (faces, joint measures); where a face hides one, none."""
    mean = table["mean"]
    rows = [[_departure(name, mean[name], r.values[name]) for name in table["jointly"]] for r in read]
    return np.nan_to_num(np.array(rows))


def _correlation(departures: np.ndarray, shrinkage: float) -> np.ndarray:
    return (1 - shrinkage) * np.corrcoef(departures.T) + shrinkage * np.eye(departures.shape[1])


def left_out(departures: np.ndarray, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """Return each face's Mahalanobis distance (n,) by the mean and the shrunk covariance of all others, and the
    logarithm of the square root of that covariance's determinant (n,)."""
    distances, sizes = [], []
    for one in range(len(departures)):
        others = np.delete(departures, one, axis=0)
        sd = np.maximum(others.std(axis=0, ddof=1), 1e-6)
        lower = np.linalg.cholesky(_correlation(others, shrinkage)) * sd[:, None]
        distances.append(np.linalg.norm(np.linalg.solve(lower, departures[one] - others.mean(axis=0))))
        sizes.append(np.log(np.diag(lower)).sum())
    return np.array(distances), np.array(sizes)


def likeliest_spread(departures: np.ndarray) -> Spread:
    """Return the spread that makes left-out faces likeliest, by a t distribution."""
    found = {}
    for shrinkage in _SHRINKAGES:
        distances, sizes = left_out(departures, shrinkage)
        for freedom in _FREEDOM:
            found[Spread(shrinkage, float(freedom))] = (
                _log_likelihood(distances, departures.shape[1], freedom) - sizes.mean()
            )
    return max(found, key=found.get)


def _log_likelihood(distances: np.ndarray, k: int, freedom: float) -> float:
    """Mean over faces, but for the determinant."""
    left = (freedom + k) / 2 * np.log1p(distances**2 / freedom)
    return float(np.mean(gammaln((freedom + k) / 2) - gammaln(freedom / 2) - k / 2 * np.log(freedom) - left))


def left_out_odds(read: Sequence[Reader], diseases: Diseases, spread: Spread) -> Iterator[tuple[bool, float]]:
    """Yield, for each photo, whether it smiles, and its log-odds of any disease by the norms of all others."""
    atlas = ranking.atlas_of(diseases, ALONE)
    for one, reader in enumerate(read):
        others = [other for number, other in enumerate(read) if number != one]
        known = shipped.parse(json.dumps(_described(others, spread)))
        for readings in filter(None, (reader.readings, reader.smiling)):
            departed = ranking.departure(shipped.from_norm(readings, known), known=known)
            yield readings is reader.smiling, ranking.any_disease(ranking.log_odds(departed, atlas), atlas)


def _limit(values: np.ndarray, within: float = _WITHIN) -> float:
    return round(float(np.percentile(values, within)), 3)


def _smile(read: Sequence[Reader], mean: Mapping[str, float], names: Sequence[str]) -> dict:
    """What a full smile adds to each measure, and its spread over people: regression through no smile."""
    pairs = [(r.readings, r.smiling) for r in read if r.smiling is not None]
    found = {}
    for name in names if len(pairs) >= _LEAST_GROUP else ():
        both = [(w.smile - n.smile, w.values.get(name), n.values.get(name)) for n, w in pairs]
        told = [(s, a, b) for s, a, b in both if a is not None and b is not None]
        if len(told) < _LEAST_GROUP:
            continue
        broad = np.array([s for s, _, _ in told])
        moved = np.array([departure(name, mean[name], a) - departure(name, mean[name], b) for _, a, b in told])
        weight = float(broad @ broad)
        slope = float(broad @ moved) / weight
        found[name] = [round(slope, 4), round(float(np.sqrt(((moved - slope * broad) ** 2).sum() / weight)), 4)]
    return found


def _tone(off: np.ndarray, names: Sequence[str]) -> dict:
    """What a degree of lighter skin adds to each measure (Theil and Sen), and how the rest grows on darker skin."""
    if TONE not in names:
        return {}
    tone = off[:, names.index(TONE)]
    return {name: _by_tone(tone, off[:, at]) for at, name in enumerate(names) if name != TONE}


def _by_tone(tone, departed):
    there = np.isfinite(tone) & np.isfinite(departed)
    if there.sum() < _LEAST_GROUP:
        return [0.0, 0.0]
    tone, departed = tone[there], departed[there]
    slope, intercept, *_ = theilslopes(departed, tone)
    rest = np.abs(departed - slope * tone - intercept)
    darker = tone.mean() - tone
    grows = float(darker @ rest / max(darker @ darker, 1e-9))
    error = rest.std() / max(np.linalg.norm(darker), 1e-9)
    usual = max(float(rest.mean()), 1e-9)
    return [round(float(slope), 5), round(max(grows - error, 0.0) / usual, 5)]


def _groups(people: Sequence[Person], off: np.ndarray, names: Sequence[str]) -> list[dict]:
    """Offsets of the sexes, and of age bands, where enough people are known to be of them."""
    wanted = [(sex, (0.0, 120.0)) for sex in ("female", "male")] + [(None, band) for band in _BANDS]
    found = []
    for sex, ages in wanted:
        group = shipped.Group(0, ages, sex, {})
        members = np.array([group.holds(person) for person in people])
        if members.sum() >= _LEAST_GROUP:
            offset = dict(zip(names, off[members].mean(axis=0).tolist(), strict=True))
            found.append({"n": int(members.sum()), "ages": list(ages), "sex": sex, "offset": _rounded(offset)})
    return found


def _rounded(table):
    return {name: round(value, 4) for name, value in table.items()}
