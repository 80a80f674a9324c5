"""Signs of the eyeball: drawn on its parts, which are then put together again between the lids.

The iris turns with the eyeball about a centre that lies 13.5 mm behind the cornea. Its rim, 3 mm behind
the cornea, travels further than the reflections of lights, which stand at the centre of the cornea's
curvature (7.8 mm): so they keep to the light's side, by 12 degrees a millimetre, as in Hirschberg's test
(Barry and Backes 1997, Invest Ophthalmol Vis Sci 38:2597).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import irissigns, whitesigns
from diseaseface.engines.morph.appearance import takes_away
from diseaseface.engines.morph.eyeball import inside_iris, ramp
from diseaseface.engines.morph.eyeparts import Parts, take_apart
from diseaseface.engines.morph.eyes import Eye
from diseaseface.faces.anthropometry import IRIS_ARM_MM, MM_PER_CANONICAL_CM

_GLINT_ARM_MM = 5.7  # from the centre of rotation
_SHUT = "The eye is closed."
_OUTSIDE = "The eye is not wholly inside the photo."
_NOT_UNDONE = "Not taken away: the photo does not show what this eye would look like without it."
_CORNER = "Limited: the iris would leave the opening of the lids."
_BEGUN_CM = 0.03  # a smaller turn blends with the photo, so that none begins with a jump
_LEAST_SHOWN = 0.45  # of the iris's radius that stays inside the canthi
_GEOMETRIC = ("strabismus", "vertical_strabismus", "corneal_size")


@dataclass(frozen=True, eq=False)
class Drawn:
    """An eye with its signs.

    Attributes
    ----------
    eye : Eye
        With the iris where it has come to stand; of `Eye.near`'s patch.
    patch : float32 array of shape (h, w, 3)
        The picture on the eye's patch, linear light.
    iris : float32 array of shape (h, w, 3) or None
        The whole iris, where the lids hide it, too; None where the lids are shut.
    applied : dict of change id to (amount or None, reason or None)
    """

    eye: Eye
    patch: np.ndarray
    iris: np.ndarray | None
    applied: dict[int, tuple[float | None, str | None]] = field(default_factory=dict)

    def on(self, whole: Eye) -> tuple[Eye, np.ndarray | None]:
        """Return the eye and its iris on the larger patch of `whole`."""
        eye = replace(whole, iris_uv=self.eye.iris_uv, iris_cm=self.eye.iris_cm)
        if self.iris is None:
            return eye, None
        iris = np.zeros((*whole.u_cm.shape, 3), np.float32)
        x, y = np.subtract(self.eye.box[:2], whole.box[:2])
        iris[y : y + self.iris.shape[0], x : x + self.iris.shape[1]] = self.iris
        return eye, iris


def draw(eye: Eye, patch: np.ndarray, changes: Sequence[Change], seed: int, photo: np.ndarray | None = None) -> Drawn:
    """Draw signs of one eyeball.

    Parameters
    ----------
    eye : Eye
    patch : float32 array of shape (h, w, 3)
        The picture on the eye's patch, linear light; not written to.
    changes : sequence of Change
        Of this eye, in any order.
    photo : float32 array of shape (h, w, 3) or None
        The patch before anything was painted; None where nothing was.
    """
    parts = _apart(eye, patch, photo)
    if parts is None:
        return Drawn(eye, patch, None, {id(change): (None, _SHUT) for change in changes})
    ordered = sorted(changes, key=lambda change: (change.attribute.name, change.amount))
    turn, applied = _turned(parts, ordered)
    disc = irissigns.lay(parts, *turn.placed(parts))
    disc, done = irissigns.draw(disc, parts, ordered, seed)
    applied |= done
    whole = _together(parts, turn, disc)
    whole, done = whitesigns.draw(parts, disc, whole, ordered, seed)
    moved = replace(eye, iris_uv=turn.placed(parts)[:2], iris_cm=turn.placed(parts)[2])
    return Drawn(moved, whole, disc.content, applied | done)


def _apart(eye, patch, photo):
    """The parts of an eye; those of the photo are kept, for what is drawn without paint around it."""
    if photo is not None and not np.array_equal(patch, photo):
        return take_apart(eye, patch, photo)
    known = eye.kept.get("parts")
    if known is None or not np.array_equal(known.patch, patch):
        known = eye.kept["parts"] = take_apart(eye, patch.copy())
    return known


@dataclass(frozen=True, eq=False)
class Both:
    """Both eyes with their signs: side to Drawn, where there is any sign, and what was applied."""

    eyes: dict[str, Drawn]
    applied: tuple[Applied, ...]


def draw_both(
    eyes: Mapping[str, Eye | None], linear: np.ndarray, photo: np.ndarray, changes: Sequence[Change], seed: int
) -> Both:
    """Draw the signs of both eyeballs.

    Parameters
    ----------
    eyes : mapping of side to Eye or None
    linear : float32 array over the chart's box, shape (H, W, 3)
        Linear light with what other signs have painted; not written to.
    photo : float32 array over the chart's box, shape (H, W, 3)
        Linear light of the photo itself.
    changes : sequence of Change
        Signs of the eyeball. Such that take a sign away are left out: what a healthy eye of this
        person looks like, the photo does not show.
    """
    wanted = [change for change in changes if not takes_away(change)]
    drawn = {}
    for side, eye in eyes.items():
        own = [change for change in wanted if side in change.sides]
        if own and eye is not None:
            x0, y0, x1, y1 = eye.near.box
            before = None if photo is linear else photo[y0:y1, x0:x1]
            drawn[side] = draw(eye.near, linear[y0:y1, x0:x1], own, seed, before)
    return Both(drawn, tuple(_applied(change, wanted, drawn) for change in changes))


def _applied(change, wanted, drawn):
    if change not in wanted:
        return Applied(change, 0.0, _NOT_UNDONE)
    found = [drawn[side].applied[id(change)] for side in change.sides if side in drawn]
    amounts = [amount for amount, _ in found if amount is not None]
    reason = next((reason for _, reason in found if reason), None)
    if not amounts:
        return Applied(change, None, reason or _OUTSIDE)
    return Applied(change, float(np.mean(amounts)), reason)


@dataclass(frozen=True)
class _Turn:
    """How an eyeball has turned: sines of the angles outwards and upwards; and the iris's growth."""

    out: float = 0.0
    up: float = 0.0
    growth: float = 1.0

    @property
    def still(self) -> bool:
        return self == _Turn()

    def travel_cm(self, iris_cm):
        """How far any place of the iris has moved."""
        return float(np.hypot(self.out, self.up)) * IRIS_ARM_MM / MM_PER_CANONICAL_CM + abs(self.growth - 1) * iris_cm

    def placed(self, parts):
        """Centre (u, v) and radius of the iris, canonical centimetres, and its shortening along u and v."""
        arm = IRIS_ARM_MM / MM_PER_CANONICAL_CM
        u, v = parts.eye.iris_uv
        squeeze = float(np.sqrt(1 - self.out**2)), float(np.sqrt(1 - self.up**2))
        return u + arm * self.out, v + arm * self.up, parts.eye.iris_cm * self.growth, squeeze


def _turned(parts, changes):
    eye, applied = parts.eye, {}
    asked = dict.fromkeys(_GEOMETRIC, 0.0)
    for change in changes:
        if change.attribute.name in asked:
            asked[change.attribute.name] += change.amount
            applied[id(change)] = change.amount, None
    nasal, up = np.radians(asked["strabismus"]), np.radians(asked["vertical_strabismus"])
    growth = 1.0 + asked["corneal_size"] / (2 * MM_PER_CANONICAL_CM * eye.iris_cm)
    arm = IRIS_ARM_MM / MM_PER_CANONICAL_CM
    room = eye.half_cm - _LEAST_SHOWN * eye.iris_cm
    sine = float(np.clip(-np.sin(nasal), (-room - eye.iris_uv[0]) / arm, (room - eye.iris_uv[0]) / arm))
    share = sine / -np.sin(nasal) if nasal else 1.0
    if share < 0.98:
        for change in changes:
            if change.attribute.name == "strabismus":
                applied[id(change)] = change.amount * share, _CORNER
    return _Turn(sine if nasal else 0.0, float(np.sin(up)), growth), applied


def _together(parts: Parts, turn: _Turn, disc: irissigns.Disc) -> np.ndarray:
    """Put the eyeball together again; where nothing was drawn the picture stays as it is."""
    limbus = inside_iris(disc.radius * disc.iris_cm, disc.iris_cm)
    if turn.still:
        added = (disc.content - parts.iris) * (limbus * parts.bare)[..., None]
        return (parts.patch + added).astype(np.float32)
    old = parts.radius_cm / parts.eye.iris_cm
    own = ramp(old, 1.08, 1.26)
    white = parts.white + (parts.patch - parts.white) * own[..., None]
    made = white + (disc.content - white) * limbus[..., None] + _glint(parts, turn)
    begun = min(1.0, turn.travel_cm(parts.eye.iris_cm) / _BEGUN_CM)
    zone = np.maximum(1.0 - own, ramp(1.14 - disc.radius, 0.0, 0.1)) * (begun * parts.bare)
    return (parts.patch + (made - parts.patch) * zone[..., None]).astype(np.float32)


def _glint(parts, turn):
    """The corneal reflections, which travel less than the iris."""
    arm = _GLINT_ARM_MM / MM_PER_CANONICAL_CM
    shift = arm * (turn.out * parts.eye.out_px + turn.up * parts.eye.up_px)
    matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    return cv2.warpAffine(parts.glint, matrix, parts.glint.shape[1::-1], flags=cv2.INTER_LINEAR)
