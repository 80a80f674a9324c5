"""From signs to words, each with its weight and its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.places import Place

BASE = "photo of a person's face"
_MOST_WEIGHT = 1.5


@dataclass(frozen=True, eq=False)
class Concept:
    """One conditional noise prediction.

    Attributes
    ----------
    name : str
        What it stands for, for the report.
    pieces : tuple of (str, float)
        Words, each with its weight inside the prompt.
    weight : float
        How strongly the prediction counts, signed; a negative one is kept out.
    mask : float32 array of shape (H, W) or None
        Where it counts; None everywhere.
    profile : bool
        Whether the profile's tokens stand behind the words.
    """

    name: str
    pieces: tuple[tuple[str, float], ...]
    weight: float
    mask: np.ndarray | None = None
    profile: bool = False


def wording(change: Change) -> tuple[str, float]:
    """Return a sign's words and signed weight; what is to be taken away gets a negative one."""
    wanted = 1 if change.amount > 0 else -1
    sign = change.sign
    direction = sign.direction if sign is not None else wanted
    pole = change.attribute.toward(direction)
    if pole is None:
        direction, pole = -direction, change.attribute.positive or change.attribute.negative
    return pole.prompt, min(change.share, _MOST_WEIGHT) * (1.0 if direction == wanted else -1.0)


def compose(places: Sequence[Place], options: Options, adapted: bool) -> tuple[list[Concept], tuple]:
    """Return the concepts to predict, and the pieces of the prompt that is kept out everywhere.

    Composed, each sign has a prediction of its own that counts where the sign lies, beside one of the
    plain face that counts where none lies. Weighted, all signs share one prompt, in which each counts
    by its weight; signs to take away join what is kept out.
    """
    kept_out = ((options.negative, 1.0),) if options.has("words") and options.negative else ()
    if not options.has("words"):
        plain = Concept("profile", (), 1.0, None, True)
        return ([plain] if adapted else []), ()
    told = [(place, *wording(place.change)) for place in places]
    if options.words == "weighted":
        wanted = tuple((words, weight) for _, words, weight in told if weight > 0)
        unwanted = tuple((words, -weight) for _, words, weight in told if weight < 0)
        return [Concept("all signs", ((BASE, 1.0), *wanted), 1.0, None, adapted)], (*kept_out, *unwanted)
    concepts = [
        Concept(place.change.attribute.name, ((f"{BASE}, {words}", 1.0),), weight, place.mask)
        for place, words, weight in told
    ]
    if adapted:
        concepts.append(Concept("profile", ((BASE, 1.0),), 1.0, None, True))
    else:
        concepts.append(Concept("plain face", ((BASE, 1.0),), 1.0, _elsewhere(places)))
    return concepts, kept_out


def _elsewhere(places):
    if not places:
        return None
    return 1.0 - np.max([place.mask for place in places], axis=0)
