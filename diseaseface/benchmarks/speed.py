"""How long the morph engine takes, over the curated diseases.

Medians of wall-clock time; machines are shared and noisy, so compare ratios within one run. Evaluation, the reading
of one photo once it is analysed and without identity, is the CPU time of the thread that asks: its wall-clock time
on an idle machine.
Where the package facetweak is installed, its warp of the same photos stands beside.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence

import numpy as np

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import add_faces_option, photos, resized
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.measurements import measure_all
from diseaseface.faces.landmarks import model_file
from diseaseface.faces.look import look
from diseaseface.faces.stderr import quiet_native_output

SIZES_PX = (512, 1024)
STAGES = 5
_EVALUATED = "Down syndrome"
REPEATS = 3


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark speed", description=__doc__)
    add_faces_option(parser, 4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = measure(options.faces, options.most)
    print(json.dumps(rows, indent=1) if options.json else table(rows))
    return 0


def measure(folder, most: int) -> list[dict]:
    """Time analysis, one picture, a strip and an evaluation at each size; one row a size, milliseconds."""
    known = knowledge.load()
    curated = known.curated()
    rows = []
    for size in SIZES_PX:
        samples: dict[str, list[float]] = {
            "analysis": [],
            "picture": [],
            "strip": [],
            "evaluation": [],
            "facetweak": [],
        }
        for _, photo in photos(folder, most):
            image = resized(photo, size)
            look(image)  # models load once
            samples["analysis"] += [_ms(lambda image=image: look(image)) for _ in range(REPEATS)]
            face = look(image)
            _time_diseases(face, curated, samples)
            _time_evaluation(image, known, samples)
            if (peer := _facetweak(image)) is not None:
                samples["facetweak"] += [_ms(peer) for _ in range(REPEATS)]
        rows.append({"size_px": size} | {name: _median(times) for name, times in samples.items()})
    return rows


def _time_diseases(face, curated, samples):
    engine = MorphEngine()
    for profile in curated:
        full = edits.plan(profile, 1.0, seed=1)
        engine.render(face, full, seed=1)  # what is done once per photo
        samples["picture"] += [_ms(lambda full=full: engine.render(face, full, seed=1)) for _ in range(REPEATS)]
        stages = [edits.plan(profile, s, seed=1) for s in np.linspace(0, 1, STAGES)]
        samples["strip"].append(_ms(lambda stages=stages: [engine.render(face, s, seed=1) for s in stages]))


def _time_evaluation(image, known, samples):
    """Read one analysed photo against one disease and all, without identity, in CPU time of this thread."""
    profile = known.find(_EVALUATED)
    for _ in range(REPEATS + 1):  # the first lays out all diseases, once in a process
        face = look(image)
        start = time.thread_time()
        evaluate(face, profile=profile, diseases=known)
        measure_all(face)
        samples["evaluation"].append(1000.0 * (time.thread_time() - start))
    del samples["evaluation"][-REPEATS - 1]


def _facetweak(image) -> Callable[[], object] | None:
    """All 23 adjustments of facetweak at half strength, faces found; None where it is not installed."""
    try:
        from facetweak import PARAMS, Adjustments, effects
        from facetweak.landmarks import MediaPipeBackend
    except ImportError:
        return None
    bgr = np.ascontiguousarray(image[..., ::-1])
    with quiet_native_output():
        face = MediaPipeBackend(model_path=str(model_file())).detect(bgr)[0]
    every = Adjustments(**dict.fromkeys(PARAMS, 0.5))
    return lambda: effects.apply(bgr, face.points, every)


def _ms(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000.0 * (time.perf_counter() - start)


def _median(times):
    return round(float(np.median(times)), 1) if times else None


def table(rows: list[dict]) -> str:
    """Lay the rows out for reading."""
    names = list(rows[0])
    lines = ["  ".join(f"{name:>10}" for name in names)]
    for row in rows:
        lines.append("  ".join(f"{'not installed' if row[n] is None else row[n]:>10}" for n in names))
    return "\n".join(lines)
