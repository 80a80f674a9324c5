"""What is known of diseases and their signs."""

from diseaseface.knowledge.index import Diseases, Match

__all__ = ["Diseases", "Match", "load"]


def load() -> Diseases:
    """Return the diseases; cheap, nothing is read before the first question."""
    return Diseases()
