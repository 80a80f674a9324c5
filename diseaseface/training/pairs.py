"""Pictures with the profile that they show: what an adapter is trained on."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diseaseface.edits import Change, plan
from diseaseface.engines.diffusion.crop import Crop
from diseaseface.engines.diffusion.prompts import BASE, wording
from diseaseface.engines.diffusion.tokens import profile_vector
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import LearningError
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile

_MOST_SIGNS = 6
_LEAST_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Pair:
    """One training example.

    Attributes
    ----------
    picture : uint8 array of shape (size, size, 3)
        The square around the face that the engine sees too.
    vector : float32 array of shape (2 n + AGE,)
        The profile and the age, as `profile_vector` writes it.
    text : str
    face : Face
        The photo that it comes from, which tells who the person is.
    """

    picture: np.ndarray
    vector: np.ndarray
    text: str
    face: Face


# Gives the pair of a number; the same number always gives the same pair.
Source = Callable[[int], Pair]


def told(changes: Sequence[Change]) -> str:
    """Return a prompt for all that is asked; what is taken away is left out."""
    words = (wording(change) for change in changes)
    return ", ".join([BASE, *(prompt for prompt, weight in words if weight > 0)])


def drawn_pairs(faces: Sequence[Face], size: int, names: Sequence[str], *, profiles: Sequence[Profile] = (),
                ages: Sequence[float | None] = (), seed: int = 0) -> Source:  # fmt: skip
    """Make pairs on the spot: healthy faces on which the morph engine draws.

    With profiles, one of them at a random severity; without, one to six signs at random. Every eighth
    pair is the photo itself with a profile without signs. `ages` are the people's years where told.
    """
    _require_faces(faces)
    engine = MorphEngine()

    def pair(number: int) -> Pair:
        chance = np.random.default_rng((seed, number))
        index = int(chance.integers(len(faces)))
        face, age = faces[index], ages[index] if ages else None
        changes = () if number % 8 == 7 else _changes(profiles, age, chance)
        drawing = engine.render(face, changes, seed=number)
        shown = [done.change for done in drawing.applied if done.amount]
        return _pair(face, drawing.picture, shown, size, names, age)

    return pair


def shown_pairs(faces: Sequence[Face], changes: Sequence[Sequence[Change]], size: int, names: Sequence[str], *,
                ages: Sequence[float | None] = (), seed: int = 0) -> Source:  # fmt: skip
    """Return pairs of photos that show their changes already, in an order by chance; `ages` where told."""
    _require_faces(faces)

    def pair(number: int) -> Pair:
        turn, place = divmod(number, len(faces))
        index = np.random.default_rng((seed, turn)).permutation(len(faces))[place]
        return _pair(faces[index], faces[index].image, changes[index], size, names, ages[index] if ages else None)

    return pair


def alternating(first: Source, second: Source) -> Source:
    """Take turns between two sources: every second example keeps what the model knew before."""
    return lambda number: (first, second)[number % 2](number // 2)


def typical_changes(profile: Profile, severity: float = 1.0) -> tuple[Change, ...]:
    """Return what a profile asks at a severity, for photos of people with the disease."""
    return plan(profile, severity)


def written_changes(photo: Path) -> tuple[Change, ...]:
    """Read what a photo shows from the report beside it, NAME.json, as the command line writes it.

    Raises LearningError where there is no report or it is none of ours.
    """
    beside = photo.with_suffix(".json")
    try:
        report, catalogue = json.loads(beside.read_text(encoding="utf-8")), attributes()
        known = [sign for sign in report["attributes"] if sign["name"] in catalogue and sign.get("applied")]
        age = report.get("photo_age") if report.get("age") is None else report["age"]
        return tuple(Change(catalogue[s["name"]], float(s["applied"]), s.get("side"), age=age) for s in known)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"{beside} is no report of a picture drawn here: {photo.name} cannot be used.") from error


def _changes(profiles, age, chance) -> tuple[Change, ...]:
    if len(profiles):
        profile, severity = profiles[int(chance.integers(len(profiles)))], float(chance.uniform(_LEAST_SHARE, 1.0))
        return plan(profile, severity, age=age)
    drawable = [attribute for attribute in attributes().values() if attribute.engine == "morph"]
    chosen = chance.choice(len(drawable), int(chance.integers(1, _MOST_SIGNS + 1)), replace=False)
    return tuple(_change(drawable[index], chance) for index in chosen)


def _change(attribute, chance) -> Change:
    poles = [pole for pole in (attribute.positive, attribute.negative) if pole]
    pole = poles[int(chance.integers(len(poles)))]
    side = (None, "left", "right")[int(chance.integers(3))] if attribute.sided else None
    return Change(attribute, pole.full * float(chance.uniform(_LEAST_SHARE, 1.0)), side)


def _pair(face, picture, changes, size, names, age):
    small = np.clip(Crop.around(face, size).cut(picture), 0, 255).astype(np.uint8)
    return Pair(small, profile_vector(changes, names, age), told(changes), face)


def _require_faces(faces) -> None:
    if not len(faces):
        raise LearningError("There is no face to train on: give a folder of face photos.")
