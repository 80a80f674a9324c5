"""The shipped diseases, read once for all tests."""

from functools import cache

from diseaseface.knowledge import store
from diseaseface.knowledge.index import Diseases


@cache
def diseases() -> Diseases:
    """Return all diseases from an index built here, not from a cache of the user's."""
    return Diseases(store.build())
