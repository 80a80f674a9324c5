"""How quick the knowledge is: building and loading the index, and a search at every key pressed."""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from diseaseface.knowledge import graph, ontology, store
from diseaseface.knowledge.index import Diseases

# Names as people type them, right and wrong.
TYPED = (
    "down syndrome",
    "cornelia de lange",
    "noonan sindrome",
    "hutchinson gilford progerya",
    "beta thalassaemia",
    "williams beuren",
    "OMIM:190685",
    "orphanet 870",
)
_TIMES = 3


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark knowledge", description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = measure()
    print(json.dumps(found, indent=1) if options.json else "\n".join(f"{name:<34}{found[name]}" for name in found))
    return 0


def measure() -> dict[str, object]:
    """Return times in milliseconds, the shortest of three where one is repeated, and counts."""
    with tempfile.TemporaryDirectory() as room:
        built, _ = _timed(lambda: store.load(Path(room)), 1)
        loaded, kept = _timed(lambda: store.load(Path(room)))
    diseases = Diseases(kept)
    listed, matches = _timed(diseases.all, 1)
    first, _ = _timed(lambda: diseases.search("a"), 1)
    keys = [_timed(lambda part=part: diseases.search(part))[0] for part in _prefixes()]
    graphed, _ = _timed(graph.load, 1)
    return {
        "release": diseases.release,
        "annotations": diseases.annotated,
        "files": str(ontology.folder().name),
        "diseases listed": len(matches),
        "diseases with three visible signs": sum(match.signs >= 3 for match in matches),
        "index built and kept, ms": built,
        "index loaded, ms": loaded,
        "list of all, ms": listed,
        "first search, ms": first,
        "search a key, median ms": round(float(np.median(keys)), 1),
        "search a key, slowest ms": max(keys),
        "graph, ms": graphed,
    }


def _prefixes() -> list[str]:
    return [name[:stop] for name in TYPED for stop in range(1, len(name) + 1)]


def _timed(what: Callable, times: int = _TIMES) -> tuple[float, object]:
    spent, made = [], None
    for _ in range(times):
        start = time.perf_counter()
        made = what()
        spent.append(1000 * (time.perf_counter() - start))
    return round(min(spent), 1), made
