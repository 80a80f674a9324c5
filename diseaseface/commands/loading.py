"""The pipeline as a command asks for it."""

import sys
from argparse import Namespace

from diseaseface.pipeline import Pipeline


def load(options: Namespace) -> Pipeline:
    """Return the pipeline with the sources of knowledge that were asked for."""
    return Pipeline.load(
        primekg=options.primekg, inferred=options.inferred, language_model=options.language_model, progress=_bar
    )


def _bar(share: float) -> None:
    """Draw how much of kg.csv is read, on a terminal's one line."""
    end = "\n" if share >= 1 else ""
    print(f"\rPrimeKG [{'#' * round(24 * share):<24}] {share:4.0%}", end=end, file=sys.stderr, flush=True)
