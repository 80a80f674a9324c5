"""Readings of rendered heads whose millimetres, degrees and albedo are known: the engine that draws signs has no part.

Parametric heads (package anny) are rendered (package mitsuba) on demand into --out, and never again where they lie
there, so that a broken run goes on where it stopped. `signs`: every sign that a mesh can carry, at four levels,
against what is read. `diseases`: eight kinds, at a severity known from the mesh, read with and without the photo
before. `healthy`: how many are told they depart, by thirds of skin tone. Tuning heads may be looked at while the
reader is made; test heads are other people.

Norms are of one camera: the shipped ones are of photos, and rendered heads are none. Single pictures of test heads are
therefore read twice, by the shipped norms and by norms of tuning heads as they are, as a laboratory would make its own.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from diseaseface import Pipeline, __version__, knowledge
from diseaseface.benchmarks import headshares, headtables, norms
from diseaseface.benchmarks.headreadings import Reader, kinds_of
from diseaseface.benchmarks.mannequin import population, shots
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.evaluation.norms import parse

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
    parser.add_argument("--gains", type=Path, help="a gains.json to write what tuning heads say of gains into")
    parser.add_argument("--singles", type=Path, help="a single.json to write what tuning heads read alone show into")
    parser.add_argument("--norms", type=Path, help="a norms.json of other heads, to read single pictures by too; "
                        "default: made of tuning heads, for test heads")  # fmt: skip
    parser.add_argument("--norms-of", type=int, default=60, help="so many tuning heads, 0 for none (default 60)")
    parser.add_argument("--processes", type=int, default=1, help="people read side by side (default 1)")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the tables")
    options = parser.parse_args(arguments)
    if (options.gains or options.singles) and options.kind != "tuning":
        parser.error("gains and shares come from tuning heads alone: test heads would be tested by themselves")
    found = measure(options)
    if options.cards and "signs" in found:
        headtables.into_cards(options.cards, found["signs"])
    if options.gains and "signs" in found:
        headtables.into_gains(options.gains, found["signs"])
    if options.singles and "diseases" in found:
        headshares.into_singles(options.singles, found["diseases"])
    print(json.dumps(found, indent=1) if options.json else headtables.in_words(found))
    return 0


def measure(options) -> dict:
    """Return the results of the parts asked for, by name."""
    found = {"version": __version__, "kind": options.kind, "people": options.count}
    if options.kind == "test" and "diseases" in options.part and options.norms is None and options.norms_of:
        options.norms = _norms_of_tuning_heads(options)
    for part in options.part:
        jobs = [(part, number, options) for number in range(options.count)]
        rows = []
        for done, own in enumerate(side_by_side(_on_person, jobs, options.processes), 1):
            rows += own
            print(f"{part}: {done} of {len(jobs)} people", end="\r", file=sys.stderr, flush=True)
        found[part] = headtables.TABLES[part](rows)
    return found


def _norms_of_tuning_heads(options) -> Path:
    """Write the norms of tuning heads as they are beside their pictures."""
    heads = shots.rendered(shots.plain("tuning", range(options.norms_of)), options.out, options.samples)
    read = []
    for one in norms.read_photos(picture for _, picture, _ in heads):
        read.append(one)
        print(f"norms: {len(read)} of {options.norms_of} heads", end="\r", file=sys.stderr, flush=True)
    table = norms.summarise(read, "rendered tuning heads", knowledge.load())
    path = options.out / "norms.json"
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return path


_loaded: list[Pipeline] = []


def _on_person(job) -> list[dict]:
    """Render what is missing of one person's pictures and read them all."""
    part, number, options = job
    if not _loaded:
        _loaded.append(Pipeline.load())
    kinds = kinds_of(_loaded[0])
    planned = {
        "signs": lambda: shots.of_signs(options.kind, [number], options.only),
        "diseases": lambda: shots.of_diseases(options.kind, [number], {k.id: k.amounts for k in kinds}),
        "healthy": list,
    }
    own = parse(options.norms.read_text(encoding="utf-8")) if options.norms else None
    reader, asked = Reader(_loaded[0], kinds, own), shots.plain(options.kind, [number]) + planned[part]()
    for shot, picture, truth in shots.rendered(asked, options.out, options.samples):
        reader.read(part, shot, picture, truth)
    return reader.rows
