"""What is known of diseases and their signs."""

from collections.abc import Callable
from pathlib import Path

from diseaseface.knowledge.index import Diseases, Match
from diseaseface.knowledge.sources import InferredSource, PrimeKGSource

__all__ = ["Diseases", "Match", "load"]


def load(
    *, primekg: str | Path | None = None, inferred: bool = False, progress: Callable[[float], None] | None = None
) -> Diseases:
    """Return the diseases; cheap, nothing is read before the first question.

    With a kg.csv of PrimeKG, or with inferred signs, profiles are completed from them (see `sources`).
    """
    sources = [PrimeKGSource(Path(primekg), progress)] if primekg else []
    return Diseases(sources=[*sources, *([InferredSource()] if inferred else [])])
