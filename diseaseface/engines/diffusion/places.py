"""Where each sign lies on a photo, and how much noise it needs: the strength of every pixel."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.face import NOBODY, Face

_SEEN_CODES = 2  # a difference of the morph engine's picture that counts
_REACH_CM, _SOFT_CM = 0.35, 0.25


@dataclass(frozen=True, eq=False)
class Place:
    """One sign on one photo.

    Attributes
    ----------
    change : Change
    mask : float32 array of shape (H, W)
        0 to 1; exactly zero beyond the sign's reach and outside the person.
    level : float
        Noise level that the sign needs, 0 to 1; it fades to none with the sign.
    """

    change: Change
    mask: np.ndarray
    level: float


def find_places(face: Face, changes: Sequence[Change], morph: MorphEngine, seed: int) -> list[Place]:
    """Find the place of each change: where the morph engine's picture of it alone differs from the
    photo, else the part of the face that its attribute names."""
    person = _person(face)
    return [Place(change, person * _mask(face, change, morph, seed), _level(change)) for change in changes]


def strength(places: Sequence[Place], shape: tuple[int, int]) -> np.ndarray:
    """Return the noise level of every pixel, float32 (H, W): of all signs there, the neediest's."""
    return _most([place.level * place.mask for place in places], shape)


def union(places: Sequence[Place], shape: tuple[int, int]) -> np.ndarray:
    """Return where any sign lies, float32 (H, W)."""
    return _most([place.mask for place in places], shape)


def whole_person(face: Face) -> np.ndarray:
    """Return the person, float32 (H, W), exactly zero in the surroundings."""
    return _person(face)


def _most(masks, shape):
    most = np.zeros(shape, np.float32)
    for mask in masks:
        np.maximum(most, mask, out=most)
    return most


def _person(face):
    person = face.regions.person
    return np.where(person > NOBODY, person, 0.0).astype(np.float32)


def _level(change: Change) -> float:
    levels, attribute = _tables()["levels"], change.attribute
    kind = "content" if attribute.engine == "diffusion" else attribute.operator
    return levels.get(kind, levels["other"]) * min(change.share, 1.0) ** 0.5


def _mask(face, change, morph, seed):
    if change.attribute.engine == "morph":
        alone = morph.render(face, [change], seed=seed).picture
        red, green, blue = cv2.split(cv2.absdiff(alone, face.image))
        differs = cv2.max(cv2.max(red, green), blue) > _SEEN_CODES
        if differs.any():
            return _softened(differs, face.pose.px_per_cm)
    return _named(face, change)


def _softened(differs, px_per_cm):
    reach, soft = max(1, round(_REACH_CM * px_per_cm)), max(0.5, _SOFT_CM * px_per_cm)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = cv2.dilate(differs.astype(np.float32), disc)
    return cv2.GaussianBlur(grown, (0, 0), soft)


def _named(face, change):
    """The part of the face that an attribute names, on the side that the change takes."""
    place = face.pixels_cm
    x, y = place[..., 0], place[..., 1]
    inside = np.zeros(x.shape, np.float32)
    for cx, cy, half_width, half_height in _tables()["places"][change.attribute.region]:
        radius = np.hypot((np.abs(x) - cx) / half_width, (y - cy) / half_height)
        np.maximum(inside, np.clip(3.0 * (1.0 - radius), 0.0, 1.0), out=inside)
    if change.side:
        toward = x if change.side == "left" else -x
        inside *= np.clip(toward + 0.5, 0.0, 1.0)
    mask = np.zeros(face.image.shape[:2], np.float32)
    x0, y0, x1, y1 = face.chart.box
    mask[y0:y1, x0:x1] = inside
    return mask


@cache
def _tables() -> dict:
    return tomllib.loads(files("diseaseface").joinpath("data/diffusion.toml").read_text(encoding="utf-8"))
