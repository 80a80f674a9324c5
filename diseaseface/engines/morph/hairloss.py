"""Scalp hair lost: thinned all over, in round patches, or receding from the forehead."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from diseaseface.engines.morph import maps, noise, skull
from diseaseface.engines.morph.scalp import Scalp
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

# Share of a loss that is single hairs, too fine to be told apart, by the photo's pixels per canonical cm.
_FINE = ((6.0, 12.0), (0.9, 0.7))
_FRAY = 0.45  # how unevenly neighbouring strands go
_STEPS = 25
_OUT = 1.3  # level at which even the last strand is gone
_SHADE, _SHADE_CM = 0.34, 0.3  # of hair on the scalp beside it
# Hair that stands off the skull goes late, from its outer edge inwards: resistance at the edge, and more for each cm.
# Its front is narrow: a broad one is a grey veil before the wall.
_OFF_SKULL, _AT_EDGE, _INWARDS, _OFF_SOFT = (0.86, 1.0), 0.44, 0.13, 0.05
# It thins over a broad front, so that nothing looks cut; what lies near the skull's outline stays.
_HIDDEN_OFF, _HIDDEN_SOFT, _HIDDEN_ZONE = (0.3, 0.96), 1.6, (0.98, 0.86)
_HIDDEN_STAYS = np.float32(_OUT * (1.0 + _HIDDEN_SOFT))
_HIDDEN_LIMIT = 0.5  # of the hair, where what lies behind it would have to be made up
_FLYAWAY_CM = 2.2  # single hairs reach that far from a whole head of hair
_BESIDE_EARS_CM, _ABOVE_NECK_CM = (10.3, 10.9), (-5.0, -3.5)  # no ear is so far out, nor a shoulder so high
_GLOW_CM = 1.0
_UNLIKE_WALL = (0.03, 0.09)  # where they show, natural logarithm of light
_PATCHES, _TRIES = 4, 6000
_PATCH_CM = (1.0, 1.8)
_PATCH_ABOVE_CM = (0.7, 4.0)
# How deep hair recedes, over the depth at the temples, by distance from the midline in cm.
_RECESSION = ((0.0, 1.5, 4.2, 6.2, 7.6), (0.42, 0.5, 1.0, 0.75, 0.2))
_FRONT_CM = 1.5
_FRINGE_CM, _THICK_CM = 10.0, 15.1  # hairline and top of hair between which it lies close to the scalp
_HIDDEN = "Thick hair or a fringe hides the scalp where round patches would show."
_NO_MORE = "There is no more hair in these places."


@dataclass(frozen=True, eq=False)
class Loss:
    """A way of losing hair.

    Attributes
    ----------
    resistance : float32 array of shape (h, w)
        What goes late has much.
    soft : float or float32 array of shape (h, w)
        Width of the front, in resistance.
    zone : float32 array of shape (h, w)
        Where hair may go, 0 to 1.
    """

    resistance: np.ndarray
    soft: float | np.ndarray
    zone: np.ndarray

    @cached_property
    def front(self) -> tuple[np.ndarray, np.ndarray]:
        """How fast the level of loss rises along the way, and what is taken off it, float32."""
        soft = np.asarray(self.soft, np.float32)
        return (1.0 + soft) / soft, (self.resistance / soft).astype(np.float32)


def lost(head: Scalp, name: str, amount: float, seed: int) -> tuple[float | None, str | None, np.ndarray]:
    """Return the amount lost, why it is less than asked, and how much of each pixel's hair goes, (h, w).

    `amount` is a share of the hair, for receding hair a depth at the temples in millimetres; None is lost where the
    sign cannot be drawn.
    """
    keep = head.canvas.keep
    if name == "frontal_balding":
        return amount, None, _gone(head, _receding(head, amount, seed), _OUT)
    if name == "alopecia_patches" and not _close(head):
        return None, _HIDDEN, np.zeros(head.canvas.shape, np.float32)
    loss = keep((name, seed), lambda: _WAYS[name](head, seed))
    ends, shares = keep((name, seed, "course"), lambda: _course(head, loss))
    limit, reason = float(shares[-1]), _NO_MORE
    if name != "alopecia_patches" and head.hidden:
        limit, reason = min(limit, _HIDDEN_LIMIT), head.hidden
    alpha = _gone(head, loss, float(np.interp(min(amount, limit), shares, ends)))
    return (amount, None, alpha) if amount <= 1.02 * limit else (limit, reason, alpha)


def bare(head: Scalp, left: np.ndarray, tint: np.ndarray) -> np.ndarray:
    """Return the light behind lost hair, (h, w, 3): a scalp in the shade of the hair that is left (h, w)."""
    near = cv2.GaussianBlur(head.hair * left, (0, 0), max(0.8, _SHADE_CM * head.canvas.px_per_cm))
    light, skin = head.bare
    tinted = 1.0 + skin[..., None] * (tint - 1.0)  # the wall keeps its colour
    return light * (tinted * (1.0 - _SHADE * near * head.inside)[..., None])


def _gone(head, loss, end, few=np.s_[:, :]):
    """How much of the hair, or of a few pixels of it, is gone once loss has come to an end of the way, 0 to 1."""
    rate, start = loss.front
    level = np.float32(end) * rate - start
    np.clip(level, 0.0, _OUT, out=level)
    thinned = np.minimum(level, 1.0)
    strands = maps.smoothstep(level - head.strand[few] * np.float32(_OUT - _FRAY), 0.0, _FRAY)
    strands *= thinned  # what lies behind the first strands lost is not yet clear of others
    thinned *= np.float32(np.interp(head.canvas.px_per_cm, *_FINE))
    return (1.0 - (1.0 - thinned) * (1.0 - strands)) * loss.zone


def _course(head, loss):
    """Ends along the way, and the shares of the hair before the skull that are lost there, rising."""
    step = max(1, round(0.12 * head.canvas.px_per_cm))
    few = np.s_[::step, ::step]
    ends = np.linspace(0.0, _OUT, _STEPS)
    soft = loss.soft[few] if isinstance(loss.soft, np.ndarray) else loss.soft
    sparse = Loss(loss.resistance[few], soft, loss.zone[few])
    hair = (head.hair * maps.smoothstep(skull.radius(head.canvas), 1.0, 0.9) * (head.canvas.y_cm > 1.0))[few]
    total = max(float(hair.sum()), 1e-6)
    shares = [float((hair * _gone(head, sparse, end, few)).sum()) / total for end in ends]
    return ends, np.maximum.accumulate(np.array(shares) + 1e-9 * np.arange(_STEPS))


def _close(head):
    """Whether the hair lies close to the scalp, free of the forehead."""
    hair = head.hair > 0.5
    middle = hair & (np.abs(head.canvas.x_cm) < 3.0)
    if not middle.any():
        return False
    line = float(np.median((head.canvas.y_cm - head.line_cm)[middle]))
    top = float(np.percentile(head.canvas.y_cm[middle], 97))
    return line > _FRINGE_CM and top < _THICK_CM


def _thinning(head, seed):
    """All over; temples and crown first, what stands off the skull last."""
    x, y, above = np.abs(head.canvas.x_cm), head.canvas.y_cm, head.line_cm
    temples = maps.smoothstep(above, 3.2, 0.0) * maps.smoothstep(x, 1.5, 4.5)
    crown = maps.smoothstep(y, 9.0, 12.0)
    uneven = 0.06 * head.canvas.noise(seed, "thinning", 1.6)
    resistance = 0.35 * (1.0 - np.maximum(temples, 0.8 * crown)) + uneven
    off = maps.smoothstep(skull.radius(head.canvas), *(_HIDDEN_OFF if head.hidden else _OFF_SKULL))
    outer = _HIDDEN_STAYS if head.hidden else np.minimum(_AT_EDGE + _INWARDS * head.off_cm + 0.1 * uneven, _OUT)
    resistance = resistance + off * (outer - resistance)
    if head.hidden:
        zone = head.reach * maps.smoothstep(y, -2.0, 2.0) * maps.smoothstep(skull.radius(head.canvas), *_HIDDEN_ZONE)
        return Loss(resistance.astype(np.float32), _HIDDEN_SOFT, zone.astype(np.float32))
    beyond = np.maximum(_flyaway(head), _glow(head)) * off
    soft = (1.0 + off * (_OFF_SOFT - 1.0)).astype(np.float32)
    return Loss(resistance.astype(np.float32), soft, np.maximum(head.reach, beyond).astype(np.float32))


def _glow(head):
    """Where a lens and what sharpens a photo make the wall beside hair lighter or darker than it is, (h, w)."""
    canvas = head.canvas
    grown = skull.by_disc(head.hair, cv2.MORPH_DILATE, _GLOW_CM, canvas.px_per_cm)
    near = cv2.GaussianBlur(grown, (0, 0), 0.5 * _GLOW_CM * canvas.px_per_cm)
    return near * maps.smoothstep(canvas.y_cm, 2.0, 6.0) * (1.0 - np.maximum(canvas.skin, head.ears)) * head.in_ring


def _flyaway(head):
    """Where single hairs stand off from the head against the background, (h, w)."""
    canvas = head.canvas
    grown = skull.by_disc(head.hair, cv2.MORPH_DILATE, _FLYAWAY_CM, canvas.px_per_cm)
    near = cv2.GaussianBlur(grown, (0, 0), 0.2 * canvas.px_per_cm)
    aside = maps.smoothstep(np.abs(canvas.x_cm), *_BESIDE_EARS_CM) * maps.smoothstep(canvas.y_cm, *_ABOVE_NECK_CM)
    level = np.maximum(maps.smoothstep(canvas.y_cm, 2.0, 4.0), aside) * (1.0 - np.maximum(canvas.skin, head.ears))
    wall = np.maximum(head.background[..., 1], 1 / 512)
    other = maps.smoothstep(np.abs(cv2.log(np.maximum(canvas.planes[1], 1 / 512) / wall)), *_UNLIKE_WALL)
    strands = cv2.GaussianBlur(cv2.dilate(other, np.ones((5, 5), np.uint8)), (0, 0), 1.0)
    return near * level * strands * head.in_ring


def _receding(head, depth_mm, seed):
    """From the forehead back, deepest at the temples."""
    depth_cm = depth_mm / MM_PER_CANONICAL_CM
    x, canvas = np.abs(head.canvas.x_cm), head.canvas
    front = depth_cm * np.interp(x, *_RECESSION) + 0.25 * canvas.noise(seed, "receding", 1.2) * min(1.0, depth_cm)
    # Hair within the front has gone, over a width that thins out.
    level = (front - np.maximum(head.line_cm, 0.0)) / (_FRONT_CM * min(1.0, depth_cm))
    on_top = maps.smoothstep(canvas.y_cm, 4.0, 5.5) * maps.smoothstep(x, 7.8, 7.0)
    before = maps.smoothstep(skull.radius(canvas), 1.02, 0.9)
    resistance = _OUT * 2.0 - np.clip(level, 0.0, _OUT)
    return Loss(resistance.astype(np.float32), 1.0, (head.reach * on_top * before).astype(np.float32))


def _patchy(head, seed):
    """Round patches near the hairline, one after the other."""
    canvas, random = head.canvas, noise.stream(seed, "alopecia patches")
    inside = maps.smoothstep(skull.radius(canvas), 1.0, 0.88)
    full = cv2.GaussianBlur(inside * head.hair, (0, 0), 0.4 * canvas.px_per_cm)
    resistance = np.full(canvas.shape, 9.0, np.float32)
    chosen = []
    for _ in range(_TRIES):
        if len(chosen) == _PATCHES:
            break
        row, column = (int(random.integers(0, n)) for n in canvas.shape)
        place, radius = np.array([canvas.x_cm[row, column], canvas.y_cm[row, column]]), random.uniform(*_PATCH_CM)
        low, high = _PATCH_ABOVE_CM
        if full[row, column] < 0.7 or place[1] < 4.5 or not low < head.line_cm[row, column] < high:
            continue
        if any(np.hypot(*(place - other)) < radius + size + 0.9 for other, size in chosen):
            continue
        away = np.hypot(canvas.x_cm - place[0], canvas.y_cm - place[1]) / radius
        resistance = np.minimum(resistance, 0.9 * away + 0.12 * len(chosen))
        chosen.append((place, radius))
    resistance += 0.06 * canvas.noise(seed, "patch edges", 0.7)
    return Loss(resistance.astype(np.float32), 0.35, (head.reach * inside).astype(np.float32))


_WAYS = {"scalp_hair_density": _thinning, "total_alopecia": _thinning, "alopecia_patches": _patchy}
