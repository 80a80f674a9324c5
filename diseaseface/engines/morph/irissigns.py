"""Signs of iris, pupil and cornea, on the disc of the iris."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import noise
from diseaseface.engines.morph.eyeball import ramp
from diseaseface.engines.morph.eyeparts import Parts

_PUPIL_RANGE = (0.16, 0.82)
_IRIS_MM = 11.7  # horizontal visible diameter
_UNSEEN = "The iris is too dark in this photo to tell the pupil from it."
_WIDEST = "The pupil is as wide or as narrow as it can be."
_LIGHT = "The iris is already as light as this sign makes it."
_DARK = "The iris is already as dark as this sign makes it."
_ALIKE = 0.12  # natural logarithm of light, in every channel


@dataclass(frozen=True, eq=False)
class Disc:
    """The iris in its own coordinates, on the eye's patch; arrays of shape (h, w).

    Attributes
    ----------
    out, up : float32 arrays
        Towards the outer canthus and upwards, in radii of the iris.
    radius : float32 array
        Distance from the centre, 1 at the limbus.
    iris_cm : float
    content : float32 array of shape (h, w, 3)
        Linear light of the iris, without reflections.
    pupil : float
        Radius of the pupil, in radii of the iris.
    """

    out: np.ndarray
    up: np.ndarray
    radius: np.ndarray
    iris_cm: float
    content: np.ndarray
    pupil: float

    @property
    def px(self) -> float:
        """Size of a pixel, in radii of the iris."""
        return float(np.abs(self.out[0, 1] - self.out[0, 0]) + np.abs(self.out[1, 0] - self.out[0, 0]))


def lay(parts: Parts, u_cm: float, v_cm: float, iris_cm: float, squeeze: tuple[float, float]) -> Disc:
    """Lay the iris of an eyeball at a place (u, v) of the eye's frame, with a radius, shortened along u and v."""
    eye = parts.eye
    out = ((eye.u_cm - u_cm) / (iris_cm * squeeze[0])).astype(np.float32)
    up = ((eye.v_cm - v_cm) / (iris_cm * squeeze[1])).astype(np.float32)
    disc = Disc(out, up, np.hypot(out, up), iris_cm, parts.iris, parts.pupil)
    if (u_cm, v_cm, iris_cm) == (*eye.iris_uv, eye.iris_cm):
        return disc
    return replace(disc, content=_looked_up(parts, out, up))


def _looked_up(parts, out, up):
    """The iris of the photo at places given in radii of it."""
    (u, v), size = parts.eye.iris_uv, parts.eye.iris_cm
    at = parts.eye.to_px(u + size * out, v + size * up).astype(np.float32)
    return cv2.remap(parts.iris, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def draw(disc: Disc, parts: Parts, changes: Sequence[Change], seed: int) -> tuple[Disc, dict]:
    """Draw all signs of iris and cornea in the order in which light meets them, from within."""
    applied = {}
    for name, sign in _SIGNS.items():
        for change in changes:
            if change.attribute.name == name:
                disc, amount, reason = sign(disc, parts, change, seed)
                applied[id(change)] = amount, reason
    return disc, applied


def _pupil_size(disc, parts, change, seed):
    if parts.eye.pupil is None:
        return disc, None, _UNSEEN
    wanted = disc.pupil + change.amount / _IRIS_MM
    reached = float(np.clip(wanted, *_PUPIL_RANGE))
    amount = (reached - disc.pupil) * _IRIS_MM
    reason = _WIDEST if abs(wanted - reached) > 0.02 else None
    return _with_pupil(disc, parts, reached), amount, reason


def _with_pupil(disc, parts, pupil, centre=(0.0, 0.0)):
    """Let the pupil be of another size or in another place; the iris gives way between it and the limbus."""
    away = ramp(1.0 - disc.radius, 0.0, 1.0 - pupil)
    out, up = disc.out - centre[0] * away, disc.up - centre[1] * away
    radius = np.hypot(out, up)
    inner = radius * (disc.pupil / pupil)
    outer = disc.pupil + (radius - pupil) * ((1.0 - disc.pupil) / (1.0 - pupil))
    source = np.where(radius < pupil, inner, np.where(radius < 1.0, outer, radius))
    share = source / np.maximum(radius, 1e-4)
    return replace(disc, content=_resampled(disc, share * out, share * up), pupil=pupil)


def _resampled(disc, out, up):
    """The content of a disc at other places of it, given in radii."""
    step_x = disc.out[0, 1] - disc.out[0, 0], disc.up[0, 1] - disc.up[0, 0]
    step_y = disc.out[1, 0] - disc.out[0, 0], disc.up[1, 0] - disc.up[0, 0]
    inverse = np.linalg.inv(np.array([step_x, step_y]).T)
    du, dv = out - disc.out[0, 0], up - disc.up[0, 0]
    x = inverse[0, 0] * du + inverse[0, 1] * dv
    y = inverse[1, 0] * du + inverse[1, 1] * dv
    return cv2.remap(
        disc.content, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _ectopia(disc, parts, change, seed):
    if parts.eye.pupil is None:
        return disc, None, _UNSEEN
    shift = min(change.amount / (_IRIS_MM / 2), 0.94 - disc.pupil)
    moved = _with_pupil(disc, parts, disc.pupil, (0.6 * shift, 0.8 * shift))
    return moved, shift * _IRIS_MM / 2, None


def _aniridia(disc, parts, change, seed):
    if parts.eye.pupil is None:
        return disc, None, _UNSEEN
    edge = disc.pupil + change.amount / 100.0 * (0.95 - disc.pupil)
    soft = max(0.05, 0.8 * disc.px)
    alpha = ramp(edge - disc.radius, -soft, soft) * min(1.0, change.amount / 10.0)
    return _blended(disc, _black(disc, parts), alpha), change.amount, None


def _coloboma(disc, parts, change, seed):
    """A keyhole: the pupil goes on downwards, a little towards the nose, as the optic fissure closes there."""
    if parts.eye.pupil is None:
        return disc, None, _UNSEEN
    lean = np.radians(12.0)
    along = -disc.up * np.cos(lean) - disc.out * np.sin(lean)
    across = disc.out * np.cos(lean) - disc.up * np.sin(lean)
    end = disc.pupil * 0.6 + (0.97 - disc.pupil * 0.6) * change.amount / 100.0
    width = min(disc.pupil, 0.4) * (0.85 - 0.3 * np.clip(along, 0.0, 1.0) ** 2)
    soft = max(0.05, 0.9 * disc.px)
    gap = ramp(width - np.abs(across), -soft, soft) * ramp(end - along, -soft, soft) * ramp(along, -0.05, 0.05)
    tip = ramp(end - np.hypot(across * 1.3, along), -soft, soft)
    return _blended(disc, _black(disc, parts), gap * tip), change.amount, None


def _black(disc, parts):
    """Linear light of the pupil, (3,), much darker than the iris even where a haze lies over both."""
    inside = disc.content[disc.radius < max(0.6 * disc.pupil, 1.2 * disc.px)]
    dark = np.percentile(inside, 15, axis=0) if len(inside) else np.full(3, 0.01)
    return np.minimum(dark, 0.32 * _usual(disc, parts))


def _blended(disc, colour, alpha):
    content = disc.content + (colour - disc.content) * alpha[..., None]
    return replace(disc, content=content.astype(np.float32))


def _colour(disc, parts, change, seed):
    """Less pigment: the stroma scatters blue. The person's own texture stays, and the pupil stays black."""
    light = change.amount < 0 or "darker" not in change.attribute.parameters
    usual, share = _usual(disc, parts), abs(change.amount) / 100.0
    target = np.array(change.attribute.parameters["lighter" if light else "darker"]) * parts.bright
    target *= max(1.0, usual.mean() / target.mean()) if light else min(1.0, usual.mean() / target.mean())
    if np.abs(np.log(target / usual)).max() < _ALIKE:
        return disc, 0.0, _LIGHT if light else _DARK
    texture = np.clip(disc.content.mean(axis=-1) / usual.mean(), 0.3, 2.2) ** (0.62 if light else 0.8)
    if light:
        texture = texture * _stroma(disc, seed)
    bare = np.log(np.maximum(target * texture[..., None], 1e-4))
    mixed = np.exp((1.0 - share) * np.log(np.maximum(disc.content, 1e-4)) + share * bare)
    soft = max(0.05, 0.5 * disc.px)
    alpha = ramp(disc.radius, disc.pupil - soft, disc.pupil + soft)[..., None]
    dimmed = disc.content if light else disc.content * np.minimum(1.0, (target / usual) ** share)
    made = dimmed + (mixed - dimmed) * alpha
    return replace(disc, content=made.astype(np.float32)), change.amount, None


def _usual(disc, parts):
    """Mean linear light of the visible iris between pupil and limbus, (3,)."""
    ring = (disc.radius > min(disc.pupil + 0.1, 0.7)) & (disc.radius < 0.92) & (parts.bare > 0.6)
    seen = disc.content[ring]
    return np.maximum(np.median(seen, axis=0) if len(seen) else np.full(3, 0.05), 2e-3)


def _stroma(disc, seed):
    """Radial fibres, a lighter collarette and a darker limbal ring, about 1, (h, w)."""
    fibres = _polar(disc, _fibres(seed))
    collarette = np.exp(-(((disc.radius - disc.pupil - 0.16) / 0.1) ** 2))
    rim = np.exp(-((np.maximum(1.0 - disc.radius, 0.0) / 0.11) ** 2))
    return np.exp(0.16 * fibres + 0.12 * collarette - 0.55 * rim)


@lru_cache(maxsize=8)
def _fibres(seed):
    """Noise on (angle, radius), float32 (12, 96), of unit variance: fine across, long along the radius."""
    tile = noise.stream(seed, "iris fibres").standard_normal((12, 96)).astype(np.float32)
    tile = cv2.GaussianBlur(np.hstack([tile, tile, tile]), (0, 0), 1.1, sigmaY=3.0)[:, 96:192]
    return (tile - tile.mean()) / tile.std()


def _polar(disc, tile):
    """Look a tile (radius, angle) up at each place of the disc; angles run from outside upwards."""
    rows, columns = tile.shape
    angle = np.arctan2(disc.up, disc.out) / (2 * np.pi) % 1.0 * columns
    wide = np.hstack([tile, tile[:, :1]])
    at = angle.astype(np.float32), np.clip(disc.radius * (rows - 1), 0, rows - 1).astype(np.float32)
    return cv2.remap(np.ascontiguousarray(wide), *at, cv2.INTER_LINEAR)


def _spots(disc, parts, change, seed):
    """Brushfield spots, pale, in a ring; Lisch nodules, tan, anywhere on the iris."""
    kind = change.attribute.parameters
    random = noise.stream(seed, change.attribute.name)
    most = round(change.attribute.positive.limit)
    angle = (np.arange(most) * 0.618034 % 1.0 + random.uniform(-0.03, 0.03, most)) * 2 * np.pi
    where = random.uniform(*kind["radius"], most)
    size = random.uniform(*kind["size"], most)
    alpha = np.zeros(disc.radius.shape, np.float32)
    for k in range(int(np.ceil(change.amount))):
        strength = min(1.0, change.amount - k)
        apart = np.hypot(disc.out - where[k] * np.cos(angle[k]), disc.up - where[k] * np.sin(angle[k]))
        np.maximum(alpha, strength * ramp(1.0 - apart / size[k], -0.4, 0.5), out=alpha)
    # Less of a contrast on a dark iris, whose pigment lies before them.
    colour = np.sqrt(np.array(kind["colour"]) * parts.bright * _usual(disc, parts))
    return _blended(disc, colour, kind["cover"] * alpha), change.amount, None


def _ring(disc, parts, change, seed):
    """A ring of the cornea, thickest above and below, where it begins: arcus, Kayser-Fleischer."""
    kind, share = change.attribute.parameters, change.amount / 100.0
    sine = disc.up / np.maximum(disc.radius, 1e-3)
    begun = np.clip(sine**2 * 1.2 + 2.2 * share - 1.15, 0.0, 1.0)
    inner = kind["outer"] - kind["width"] * (0.65 + 0.35 * sine**2)
    soft = kind["soft"] + 0.3 * disc.px
    band = ramp(disc.radius, inner - soft, inner + soft) * ramp(kind["outer"] - disc.radius, -soft, soft)
    uneven = 1.0 + 0.18 * _polar(disc, _fibres(seed))
    alpha = np.clip(kind["cover"] * share**0.5 * begun * band * uneven, 0.0, 1.0)
    return _blended(disc, np.array(kind["colour"]) * parts.bright, alpha), change.amount, None


def _opacity(disc, parts, change, seed):
    """A clouded cornea scatters white light over what lies behind it, and blurs that."""
    share = change.amount / 100.0
    blurred = cv2.GaussianBlur(disc.content, (0, 0), max(0.3, 0.12 * share / disc.px))
    cover = share * np.clip(0.95 + 0.3 * _cloud(disc, seed) - 0.25 * disc.radius**2, 0.2, 1.35)
    white = np.array(change.attribute.parameters["colour"]) * parts.bright
    content = blurred + (white - blurred) * cover[..., None]
    return replace(disc, content=content.astype(np.float32)), change.amount, None


def _cloud(disc, seed):
    """Smooth noise over the disc, of about unit variance, (h, w)."""
    tile = noise.stream(seed, "corneal cloud").standard_normal((7, 7)).astype(np.float32)
    at = (1.6 * disc.out + 3.0).astype(np.float32), (3.0 - 1.6 * disc.up).astype(np.float32)
    return cv2.remap(tile, *at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def _white_pupil(disc, parts, change, seed):
    share = change.amount / 100.0
    soft = max(0.05, 0.6 * disc.px)
    alpha = ramp(disc.pupil - disc.radius, -soft, soft) * share
    shaded = np.array(change.attribute.parameters["colour"]) * parts.bright
    uneven = (1.0 - 0.5 * (disc.radius / disc.pupil) ** 2 + 0.06 * _cloud(disc, seed)).clip(0.35, 1.15)
    return _blended(disc, shaded * uneven[..., None], alpha), change.amount, None


_SIGNS = {
    "pupil_size": _pupil_size,
    "ectopia_pupillae": _ectopia,
    "aniridia": _aniridia,
    "iris_pigmentation": _colour,
    "heterochromia": _colour,
    "iris_coloboma": _coloboma,
    "brushfield_spots": _spots,
    "lisch_nodules": _spots,
    "leukocoria": _white_pupil,
    "corneal_arcus": _ring,
    "kayser_fleischer_ring": _ring,
    "corneal_opacity": _opacity,
}
