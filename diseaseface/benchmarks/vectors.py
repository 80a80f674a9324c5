"""Builds the shipped sentence vectors: names of visible signs, names of diseases.

Run again whenever HPO's release, the aliases or the reading of terms change; a test notices.
"""

import time
from argparse import ArgumentParser
from collections.abc import Sequence

from diseaseface.knowledge import inference, vectors


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark vectors", description=__doc__)
    parser.add_argument("--write", action="store_true", help="build the files anew; about three minutes")
    options = parser.parse_args(arguments)
    if options.write:
        _write()
    names, diseases = vectors.load(), inference.load_names()
    print(
        f"{vectors.path().name}: {_megabytes(vectors.path())} MB, {len(names.texts)} names of "
        f"{len(set(names.terms))} terms, HPO {names.release}, {names.model}"
    )
    print(
        f"{inference.names_path().name}: {_megabytes(inference.names_path())} MB, {len(diseases.ids)} names of "
        f"diseases, HPO {diseases.release}, {diseases.model}"
    )
    return 0


def _write() -> None:
    for build, write, path in (
        (lambda: vectors.build(vectors.load()), vectors.write, vectors.path()),
        (inference.build_names, inference.write_names, inference.names_path()),
    ):
        begin = time.perf_counter()
        write(build(), path)
        print(f"{path.name} written in {time.perf_counter() - begin:.0f} s")


def _megabytes(path) -> float:
    return round(path.stat().st_size / 1e6, 2)
