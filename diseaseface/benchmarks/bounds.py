"""What bad input costs: every bad file and photo gives a picture or one sentence, in how long and in how much memory.

Files, false files, photos and bombs are made here around the astronaut. Seconds are of the processor, so that a
busy machine does not count; memory is the peak of this whole process, models included, while one input is worked on.
"""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from diseaseface.benchmarks import badfiles, badphotos, bombs, falsefiles, memory
from diseaseface.benchmarks.badfiles import EITHER, PICTURE, REFUSED, Case
from diseaseface.errors import DiseaseFaceError
from diseaseface.pipeline import Pipeline

MOST_SECONDS, MOST_MB = 10.0, 1000.0
SETS = ("files", "photos", "bombs")
DISEASE, SEVERITY = "Down syndrome", 0.7
_PORTRAIT = np.s_[:320, 60:380]  # of the astronaut


@dataclass(frozen=True)
class Outcome:
    """What one input led to.

    Attributes
    ----------
    name : str
    outcome : "picture", "refused" or "broken"
    sentence : str
        The refusal, or what broke.
    seconds : float
        Of the processor.
    peak_mb : float
        Of the process; NaN where the system does not tell.
    wanted : bool
        Whether the outcome is what this input may lead to, within the bounds.
    """

    name: str
    outcome: str
    sentence: str
    seconds: float
    peak_mb: float
    wanted: bool


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments; 1 where a bound is broken."""
    parser = ArgumentParser("benchmark bounds", description=__doc__)
    parser.add_argument("--only", choices=SETS, action="append", help="one kind of input; may be repeated")
    parser.add_argument("--quick", action="store_true", help="of the bombs, the heaviest alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = list(outcomes(Pipeline.load(), options.only or SETS, options.quick))
    print(json.dumps([asdict(one) for one in found], indent=1) if options.json else table(found))
    return int(any(not one.wanted for one in found))


def portrait() -> np.ndarray:
    """Return a real face, uint8 RGB of shape (320, 320, 3)."""
    from skimage.data import astronaut

    return np.ascontiguousarray(astronaut()[_PORTRAIT])


def outcomes(pipeline: Pipeline, sets: Sequence[str], quick: bool) -> Iterator[Outcome]:
    """Try every input of some sets."""
    face = pipeline.look(portrait())  # models load once
    for case in _cases(face, sets, quick):
        yield tried(pipeline, case)


def _cases(face, sets: Sequence[str], quick: bool) -> Iterator[Case]:
    if "files" in sets:
        yield from badfiles.cases(portrait())
        yield from falsefiles.cases(portrait())
    if "photos" in sets:
        yield from (Case(name, make, EITHER) for name, make in badphotos.photos(face).items())
    if "bombs" in sets:
        yield from (one for one in bombs.bombs(portrait()) if not quick or one.name in bombs.TYPICAL)


def tried(pipeline: Pipeline, case: Case) -> Outcome:
    """Draw on one input and say what came of it."""
    with tempfile.TemporaryDirectory() as room:
        photo = case.make()
        if isinstance(photo, bytes):
            path = Path(room) / f"photo{case.suffix}"
            path.write_bytes(photo)
            photo = path
        memory.forget_resident_peak()
        start = time.process_time()
        outcome, sentence = _outcome(lambda: pipeline.transform(photo, DISEASE, SEVERITY))
        seconds, peak = time.process_time() - start, memory.resident_peak_bytes() / 2**20
    right = outcome == case.outcome or (case.outcome == EITHER and outcome in (PICTURE, REFUSED))
    within = seconds <= MOST_SECONDS and not peak > MOST_MB
    return Outcome(case.name, outcome, sentence, round(seconds, 2), round(peak), right and within)


def _outcome(draw: Callable[[], object]) -> tuple[str, str]:
    try:
        draw()
    except DiseaseFaceError as error:
        return REFUSED, str(error)
    except Exception as error:  # whatever it is, it is what this looks for
        return "broken", f"{type(error).__name__}: {error}"
    return PICTURE, ""


def table(found: Sequence[Outcome]) -> str:
    """Say how many led to what, which took most, and which broke a bound."""
    count = {word: sum(one.outcome == word for one in found) for word in (PICTURE, REFUSED, "broken")}
    slowest, largest = (max(found, key=lambda one, by=by: getattr(one, by)) for by in ("seconds", "peak_mb"))
    lines = [
        f"{len(found)} inputs: {count[PICTURE]} gave a picture, {count[REFUSED]} a sentence, {count['broken']} broke.",
        f"Slowest: {slowest.name}, {slowest.seconds:.1f} s of the processor. "
        f"Largest: {largest.name}, {largest.peak_mb:.0f} MB.",
    ]
    return "\n".join([*lines, *(f"Not as it must be: {one}" for one in found if not one.wanted)])
