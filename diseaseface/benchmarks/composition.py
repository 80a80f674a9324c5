"""Whether many signs at once stay a face: random profiles at severity 1.

Draws 5 to 30 attributes at random, each in a random direction and on a random side where it takes one, at its
full amount, over all photos in turn. Counts exceptions, folds and pixels changed outside person and ring; gives
the share of signs drawn in full, the identity distance, and the time of one picture, once what is done once per
photo is done.
"""

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from diseaseface.benchmarks.photos import add_faces_option, photos, resized
from diseaseface.edits import SIDES, Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.shape import LEAST_JACOBIAN
from diseaseface.evaluation.integrity import unchanged_outside
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import Attribute, attributes

SIGNS = (5, 30)
SIZE_PX = 512
SIDED_SHARE = 0.3  # of the changes of attributes that may take one side


@dataclass
class Samples:
    """What was seen over all draws."""

    times_ms: list[float] = field(default_factory=list)
    jacobians: list[float] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)
    outside: int = 0
    errors: Counter = field(default_factory=Counter)
    drawn: Counter = field(default_factory=Counter)
    asked: Counter = field(default_factory=Counter)


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark composition", description=__doc__)
    add_faces_option(parser, 20)
    parser.add_argument("--draws", type=int, default=1000, help="random profiles (default 1000)")
    parser.add_argument("--size", type=int, default=SIZE_PX, help=f"long side of the photos (default {SIZE_PX})")
    parser.add_argument("--identity-every", type=int, default=10, help="draws between identities (default 10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = [look(resized(photo, options.size)) for _, photo in photos(options.faces, options.most)]
    table = measure(faces, options.draws, options.seed, options.identity_every)
    print(json.dumps(table, indent=1) if options.json else _text(table))
    return 0


def measure(faces: Sequence[Face], draws: int, seed: int, identity_every: int = 0) -> dict:
    """Draw random profiles over the faces in turn; `identity_every` 0 leaves identity out."""
    rng = np.random.default_rng(seed)
    catalogue = [attribute for attribute in attributes().values() if attribute.engine == "morph"]
    seen = Samples()
    for face, numbers in zip(faces, np.array_split(np.arange(draws), len(faces)), strict=True):
        engine = MorphEngine()
        for number in numbers:
            edit = random_edit(rng, catalogue)
            _draw(seen, engine, face, edit, int(number), identity_every and number % identity_every == 0)
    return _table(seen, len(faces), draws)


def random_edit(rng: np.random.Generator, catalogue: Sequence[Attribute]) -> list[Change]:
    """Return 5 to 30 different attributes at their full amounts."""
    count = min(int(rng.integers(SIGNS[0], SIGNS[1] + 1)), len(catalogue))
    picked = rng.choice(len(catalogue), count, replace=False)
    return [_change(rng, catalogue[number]) for number in picked]


def _change(rng, attribute):
    poles = [pole for pole in (attribute.positive, attribute.negative) if pole]
    pole = poles[int(rng.integers(len(poles)))]
    one = attribute.sided and rng.random() < SIDED_SHARE
    return Change(attribute, pole.full, SIDES[int(rng.integers(2))] if one else None)


def _draw(seen: Samples, engine, face, edit, number, with_identity):
    try:
        engine.render(face, edit, seed=number)
        start = time.perf_counter()
        done = engine.render(face, edit, seed=number)
        seen.times_ms.append(1000.0 * (time.perf_counter() - start))
    except Exception as error:  # the benchmark counts what must not happen
        seen.errors[f"{type(error).__name__}: {error}"] += 1
        return
    seen.jacobians.append(done.least_jacobian)
    outside = unchanged_outside(face, done.picture)
    seen.outside += outside is not None and outside < 1.0
    for applied in done.applied:
        name = applied.change.attribute.name
        seen.asked[name] += 1
        seen.drawn[name] += applied.amount is not None and abs(applied.amount) >= 0.9 * abs(applied.change.amount)
    if with_identity:
        from diseaseface.faces.identity import compare

        seen.distances.append(compare(face, look(done.picture)).value)


def _table(seen: Samples, faces: int, draws: int) -> dict:
    shares = {name: seen.drawn[name] / count for name, count in seen.asked.items()}
    return {
        "faces": faces,
        "draws": draws,
        "exceptions": dict(seen.errors),
        "folded": int(sum(j < LEAST_JACOBIAN for j in seen.jacobians)),
        "least_jacobian": round(min(seen.jacobians, default=1.0), 3),
        "changed_outside": seen.outside,
        "picture_ms": _percentiles(seen.times_ms),
        "identity": _percentiles(seen.distances, 3),
        "drawn_in_full": round(sum(seen.drawn.values()) / max(sum(seen.asked.values()), 1), 3),
        "least_drawn": dict(sorted(((n, round(s, 2)) for n, s in shares.items()), key=lambda item: item[1])[:12]),
    }


def _percentiles(values, digits=1):
    if not values:
        return None
    return {name: round(float(np.percentile(values, p)), digits) for name, p in (("median", 50), ("p95", 95))}


def _text(table: dict) -> str:
    return "\n".join(f"{name:16s} {value}" for name, value in table.items())
