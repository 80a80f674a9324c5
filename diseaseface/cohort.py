"""Whole cohorts of drawn pictures: each with its report, a manifest, and a datasheet; any part can go on later.

A picture follows from the cohort's seed and its number alone, so several processes (`accelerate launch`,
`torchrun`, or a cluster that sets RANK and WORLD_SIZE) share the numbers without talking to each other.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diseaseface import pictures
from diseaseface.errors import DiseaseFaceError, EngineUnavailable, RequestError
from diseaseface.pipeline import Pipeline
from diseaseface.settings import VERSION

DATASHEET, REFUSED = "DATASHEET.md", "refused"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True)
class Cohort:
    """What is to be drawn.

    Attributes
    ----------
    photos : tuple of Path
    diseases : tuple of str
    count : int
        Pictures in all.
    severity : (float, float)
        Each picture's severity lies evenly between them.
    presentation, engine : str
    seed : int
    mark : bool
        Whether pictures carry the visible mark.
    """

    photos: tuple[Path, ...]
    diseases: tuple[str, ...]
    count: int
    severity: tuple[float, float] = (0.3, 1.0)
    presentation: str = "sampled"
    engine: str = "morph"
    seed: int = 0
    mark: bool = True

    def __post_init__(self) -> None:
        low, high = self.severity
        if not 0.0 <= low <= high <= 1.0:
            raise RequestError(f"Severities must rise from 0 to 1, not {low} to {high}.")
        if self.count < 1 or not self.photos or not self.diseases:
            raise RequestError("A cohort needs photos, diseases and a count of at least 1.")

    def request(self, number: int) -> dict:
        """Return the settings of one picture."""
        chance = np.random.default_rng((self.seed, number))
        return {
            "photo": self.photos[int(chance.integers(len(self.photos)))],
            "disease": self.diseases[int(chance.integers(len(self.diseases)))],
            "severity": round(float(chance.uniform(*self.severity)), 3),
            "seed": int(chance.integers(2**31)),
        }


def photos_in(folder: str | Path) -> tuple[Path, ...]:
    """Return the pictures below a folder, in order; RequestError where there are none."""
    found = tuple(sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES))
    if not found:
        raise RequestError(f"There are no photos below {folder}: give a folder of JPEG or PNG files.")
    return found


def share_of_this_process() -> tuple[int, int]:
    """Return the rank of this process and how many share the work, as launchers tell them."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def generate(pipeline: Pipeline, cohort: Cohort, folder: Path) -> Iterator[int]:
    """Draw this process's share of the pictures that are not there yet; yield each number when it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    rank, world = share_of_this_process()
    for number in range(rank, cohort.count, world):
        if draw_one(pipeline, cohort, folder, number):
            yield number
    write_datasheet(cohort, folder)


def generate_with_ray(load: Callable[[], Pipeline], cohort: Cohort, folder: Path, workers: int) -> int:
    """Draw the missing pictures with Ray Data on `workers` actors; return how many were drawn."""
    try:
        import ray.data
    except ImportError as error:
        raise EngineUnavailable(
            "Ray Data is not installed: run `pip install 'ray[data]'`, or leave --ray out."
        ) from error
    folder.mkdir(parents=True, exist_ok=True)

    class Painter:
        def __init__(self):
            self.pipeline = load()

        def __call__(self, row: dict) -> dict:
            return {"drawn": draw_one(self.pipeline, cohort, folder, int(row["item"]))}

    rows = ray.data.from_items(list(range(cohort.count))).map(Painter, compute=ray.data.ActorPoolStrategy(size=workers))
    drawn = sum(row["drawn"] for row in rows.iter_rows())
    write_datasheet(cohort, folder)
    return drawn


def draw_one(pipeline: Pipeline, cohort: Cohort, folder: Path, number: int) -> bool:
    """Draw one picture and its report unless they are there; return whether something was done.

    A photo that is refused leaves a note in place of the picture, and is not tried again.
    """
    told, picture = folder / f"{number:06d}.json", folder / f"{number:06d}.png"
    if told.is_file():
        return False
    request = cohort.request(number)
    settings = {"seed": request["seed"], "engine": cohort.engine, "presentation": cohort.presentation}
    try:
        result = pipeline.transform(request["photo"], request["disease"], request["severity"], **settings)
    except EngineUnavailable:
        raise
    except DiseaseFaceError as error:
        report = {REFUSED: str(error), "photo": request["photo"].name}
    else:
        report = {**result.report.to_dict(), "photo": request["photo"].name}
        pictures.write(picture, pictures.encode_png(result.picture, report, mark=cohort.mark))
    pictures.write(told, (json.dumps(report, ensure_ascii=False) + "\n").encode("utf-8"))  # last: it marks what is done
    return True


def write_datasheet(cohort: Cohort, folder: Path) -> None:
    """Write what a reader of the pictures has to know, from the reports that are there."""
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("[0-9]*.json"))]
    pictures.write(folder / DATASHEET, _datasheet(cohort, reports).encode("utf-8"))


def _datasheet(cohort: Cohort, reports: Sequence[dict]) -> str:
    drawn = [report for report in reports if REFUSED not in report]
    diseases = Counter(f"{report['disease']['name']} ({report['disease']['id']})" for report in drawn)
    rows = "\n".join(f"| {name} | {count} |" for name, count in sorted(diseases.items()))
    matches = [v for r in drawn if (v := r["scores"]["profile_match"]["value"]) is not None]
    match = f"{np.mean(matches):.2f} (of {len(matches)} pictures)" if matches else "not measurable"
    low, high = cohort.severity
    return f"""# Datasheet

**Every picture is synthetic**: drawn by DiseaseFace {VERSION}, engine {cohort.engine}, on photos of healthy people. No
picture shows a person with the disease it is named after.

- Pictures: {len(drawn)} of {cohort.count} asked; {len(reports) - len(drawn)} refused, each with its reason
- Photos drawn on: {len(cohort.photos)}; their consent and licence are the user's to know and to pass on
- Severity: evenly between {low:g} and {high:g}; presentation: {cohort.presentation}; seed: {cohort.seed}
- Mean profile match, read back from the pixels: {match}
- Visible mark in a corner: {"yes, its box is in each report inside a picture" if cohort.mark else "none"}
- Files: NUMBER.png with its report inside, NUMBER.json the same report; same seed, photos and version, same bytes

| Disease | Pictures |
|---|---|
{rows}

## Uses

Teaching, and testing software. Not for diagnosis, and not as the only training data of anything that meets patients:
signs come from published annotations and set amounts, so whoever learns from these pictures learns those. Ancestry,
age and light are those of the photos.
"""
