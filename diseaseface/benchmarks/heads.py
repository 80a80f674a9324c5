"""Readings of rendered heads whose millimetres, degrees and albedo are known: the engine that draws signs has no part.

Parametric heads (package anny) are rendered (package mitsuba) on demand into --out, and never again where they lie
there. `signs`: every sign that a mesh can carry, at four levels, against what is read. `diseases`: eight kinds, at a
severity known from the mesh, read with and without the photo before. `healthy`: how many are told they depart, by
thirds of skin tone. Tuning heads may be looked at while the reader is made; test heads are other people.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from diseaseface import Pipeline, __version__
from diseaseface.benchmarks import headtables
from diseaseface.benchmarks.headreadings import Reader, kinds_of
from diseaseface.benchmarks.mannequin import population, shots

PARTS = ("signs", "diseases", "healthy")


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark heads", description=__doc__)
    parser.add_argument("--kind", choices=sorted(population.FIRST_SEED), default="tuning")
    parser.add_argument("--count", type=int, default=3, help="people of each part; take a multiple of 3 (default 3)")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS, help="default: all three")
    parser.add_argument("--only", nargs="+", default=[], help="attributes of the part signs; default: all carried")
    parser.add_argument("--samples", type=int, default=shots.SAMPLES, help="rays a pixel (default %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/heads"), help="where pictures are kept (%(default)s)")
    parser.add_argument("--cards", type=Path, help="a validity.json to write the gain on heads into")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    options = parser.parse_args(arguments)
    found = measure(options)
    if options.cards and "signs" in found:
        headtables.into_cards(options.cards, found["signs"])
    print(json.dumps(found, indent=1) if options.json else headtables.in_words(found))
    return 0


def measure(options) -> dict:
    """Return the results of the parts asked for, by name."""
    pipeline, numbers = Pipeline.load(), range(options.count)
    kinds = kinds_of(pipeline)
    planned = {
        "signs": lambda: shots.of_signs(options.kind, numbers, options.only),
        "diseases": lambda: shots.of_diseases(options.kind, numbers, {k.id: k.amounts for k in kinds}),
        "healthy": list,
    }
    found = {"version": __version__, "kind": options.kind, "people": options.count}
    for part in options.part:
        reader = Reader(pipeline, kinds)
        asked = sorted(shots.plain(options.kind, numbers) + planned[part](), key=lambda shot: shot.number)
        for done, (shot, picture, truth) in enumerate(shots.rendered(asked, options.out, options.samples), 1):
            reader.read(part, shot, picture, truth)
            print(f"{part}: {done} of {len(asked)}", end="\r", file=sys.stderr, flush=True)
        found[part] = headtables.TABLES[part](reader.rows)
    return found
