"""The promise every engine keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from diseaseface.edits import Change, Edit
from diseaseface.faces.face import Face

# Told how many steps are done and how many there are; what it raises ends the work between two steps.
OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Applied:
    """What an engine did for one change: the amount drawn in the unit, or why not all of it.

    `amount` is None where the engine left the sign out; `reason` is then a sentence, and also
    where limits or fold safety took some of the amount away.
    """

    change: Change
    amount: float | None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Rendering:
    """A drawn picture.

    Attributes
    ----------
    picture : uint8 array of shape (H, W, 3)
        RGB, shape of the face's image.
    applied : tuple of Applied
        One for each change asked, in order.
    least_jacobian : float
        Smallest determinant of the warp; 1 without a warp, below 0 it would fold.
    landmarks_px : float array of shape (478, 2) or None
        Where the warp took the face's landmarks; None where nothing was drawn.
    details : mapping
        What a report tells of how this engine drew, plain values only.
    """

    picture: np.ndarray
    applied: tuple[Applied, ...]
    least_jacobian: float = 1.0
    landmarks_px: np.ndarray | None = None
    details: Mapping[str, object] = field(default_factory=dict)


class Engine(Protocol):
    """Anything that can draw changes on a face.

    The same inputs give the same pixels; an edit whose amounts are all zero gives the photo
    itself; the face and its arrays are never written to.
    """

    name: str
    exact: bool  # whether it draws just what is asked, so that nothing is gained by asking twice

    def refusal(self) -> str | None:
        """Say at once why this engine cannot draw here and what to do; None where it can."""

    def render(self, face: Face, edit: Edit, *, seed: int = 0, on_step: OnStep | None = None) -> Rendering:
        """Draw `edit` on `face`; raise EngineUnavailable where it cannot draw here."""
