"""What is prepared for a face once and kept while it lives: counted in bytes, and let go of where memory is short."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from diseaseface.faces.face import Face

Made = TypeVar("Made")
_OURS = __name__.partition(".")[0]
_kinds: "WeakSet[PerFace]" = WeakSet()


class PerFace(Generic[Made]):
    """Things made for faces, one each; it goes with its face, or is let go of and made anew when asked for."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Face, Made] = WeakKeyDictionary()
        _kinds.add(self)

    def of(self, face: Face, make: Callable[[Face], Made]) -> Made:
        """Return what `make` gives for a face."""
        made = self._made.get(face)
        if made is None:
            made = self._made[face] = make(face)
        return made

    def kept(self, face: Face) -> Made | None:
        """Return what is there for a face."""
        return self._made.get(face)

    def let_go(self, face: Face) -> None:
        """Keep nothing for a face any more."""
        self._made.pop(face, None)


def let_go(face: Face) -> None:
    """Let go of all that is prepared for a face."""
    for kind in list(_kinds):
        kind.let_go(face)


def bytes_prepared(face: Face) -> int:
    """Return how many bytes are prepared for a face, beside the face itself."""
    return bytes_of(*(kind.kept(face) for kind in list(_kinds)))


def bytes_of(*things: object) -> int:
    """Return the bytes of the arrays in records, mappings and sequences, each array once."""
    sizes: dict[int, int] = {}
    seen: set[int] = set()
    left = list(things)
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            whole = _whole(one)
            sizes[id(whole)] = whole.nbytes
        else:
            left += _parts(one)
    return sum(sizes.values())


def _whole(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _parts(one: object) -> list:
    """Return what is in a thing; others may be adding to it meanwhile."""
    if isinstance(one, Mapping):
        return list(one.values())
    if isinstance(one, list | tuple):
        return list(one)
    ours = type(one).__module__.partition(".")[0] == _OURS  # no proxy, which would be the face itself
    return list(vars(one).values()) if ours and hasattr(one, "__dict__") else []
