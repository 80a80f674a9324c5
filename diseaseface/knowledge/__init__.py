"""What is known of diseases and their signs."""

from collections.abc import Callable
from pathlib import Path

from diseaseface.knowledge.index import Diseases, Match
from diseaseface.knowledge.proposals import ModelSource
from diseaseface.knowledge.sources import InferredSource, PrimeKGSource

__all__ = ["Diseases", "Match", "load"]


def load(
    *,
    primekg: str | Path | None = None,
    inferred: bool = False,
    language_model: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Diseases:
    """Return the diseases; cheap, nothing is read before the first question.

    With a kg.csv of PrimeKG, inferred signs or a language model, profiles are completed from them (see `sources`).
    """
    sources: list = [PrimeKGSource(Path(primekg), progress)] if primekg else []
    sources += [InferredSource()] if inferred else []
    return Diseases(sources=[*sources, *([ModelSource(language_model)] if language_model else [])])
