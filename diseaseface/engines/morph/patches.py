"""Pale patches: vitiligo and hypopigmented macules, as the level sets of a field that stays fixed."""

from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import healing, maps
from diseaseface.engines.morph.canvas import Canvas, masked_blur, spread
from diseaseface.engines.morph.layers import Ink, Layer, before, through

_WHITE = {"vitiligo", "piebald_patch"}  # wholly without pigment
_CHANNELS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
# Skin without melanin is light, pinkish white; set by eye.
_WHITE_SKIN = np.array([1.10, 0.975, 0.90], np.float32)
_OWN_CHROMA = 0.5
_RIM_MELANIN, _RIM_CM = 0.10, 0.3
_MACULE_MELANIN = -0.40
_BORDER_CM = 0.8  # how far from a border its contrast is read
_LEAST_SEEN = 0.42  # share of the contrast of drawn patches that has to be seen
_UNSURE_CM, _NEAR_CM, _ROUNDS = 0.15, 0.4, 3
_LEVELS, _SAMPLES = 40, 20_000
_HIDDEN = "No bare skin of the face is visible."


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw patches over a share of the skin of the face, per cent."""
    name, amount = change.attribute.name, change.amount
    patch = cover(canvas, name, amount, seed)
    if patch is None:
        return Layer(0.0, _HIDDEN)
    if name in _WHITE:
        lift = canvas.keep(("white skin",), lambda: _white_gain(canvas, canvas.smooth_colour(0.5)))
        return Layer(share_covered(canvas, patch), inks=_white(canvas, patch, lift))
    return Layer(share_covered(canvas, patch), inks=_pale(canvas, patch))


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the patches that `change` would draw out of the picture, as far as skin is lighter there."""
    name, amount = change.attribute.name, change.amount
    patch = cover(canvas, name, amount, seed)
    if patch is None:
        return Layer(0.0, _HIDDEN)
    inks = _whitened(canvas, patch) if name in _WHITE else _pale(canvas, patch)
    if _seen(canvas, inks) < _LEAST_SEEN:
        return Layer(0.0, healing.NOT_THERE)
    return Layer(share_covered(canvas, patch), inks=inks, backwards=True)


def cover(canvas: Canvas, name: str, amount: float, seed: int) -> np.ndarray | None:
    """Return soft patches over `amount` per cent of the face, float32 (h, w), 0 to 1; None without skin for them.

    `name` is one of the patches of pigments.toml.
    """
    recipe = maps.recipes()["patches"][name]
    found = canvas.keep((name, seed), lambda: _field(canvas, name, recipe, seed))
    if found is None:
        return None
    height, steepness, (shares, levels) = found
    level = np.interp(amount / 100.0, shares, levels)
    return _inside(height - np.float32(level), steepness, recipe["seep"])


def share_covered(canvas: Canvas, patch: np.ndarray) -> float:
    """Return how much of the bare skin of the face a patch covers, per cent."""
    return 100.0 * float((patch * canvas.inside).sum() / canvas.inside.sum())


def _around(canvas, patch):
    """Colour of the skin around patches, spread over them, float32 (h, w, 3)."""
    scale = min(1.0, 10.0 / canvas.px_per_cm)
    size = (max(8, round(canvas.shape[1] * scale)), max(8, round(canvas.shape[0] * scale)))
    width = 2 * max(1, round(_UNSURE_CM * canvas.px_per_cm)) + 1
    known = canvas.skin**2 * (1.0 - cv2.dilate(patch, np.ones((width, width), np.uint8)))
    small = [cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (*(p * known for p in canvas.planes), known)]
    filled = spread(cv2.merge(small[:3]), small[3])
    filled = cv2.GaussianBlur(filled, (0, 0), 0.5 * canvas.px_per_cm * scale)
    return cv2.resize(filled, canvas.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _whitened(canvas, patch):
    """The inks that made these patches: skin is guessed until whitening it would give the picture."""
    colour = _around(canvas, patch)
    lift = _white_gain(canvas, colour)
    patch = _matte(canvas, patch, colour[..., 1], lift[1])
    for _ in range(_ROUNDS):
        planes = tuple(before(p, -patch * gain * canvas.skin) for p, gain in zip(canvas.planes, lift, strict=True))
        guess = replace(canvas, planes=planes, _kept={})
        lift = _white_gain(guess, guess.smooth_colour(0.5))
    return _white(canvas, patch, lift)


def _matte(canvas, patch, skin, lift):
    """Let the picture itself say where the borders of patches run: a face found anew lies a little aside.

    `skin` and `lift`, (h, w), are the green light of the skin around and the log gain of a patch.
    """
    width = 2 * max(1, round(_UNSURE_CM * canvas.px_per_cm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    inner, outer = cv2.erode(patch, disc), 1.0 - cv2.dilate(patch, disc)
    light = cv2.GaussianBlur(healing.log_light(canvas.planes[1]), (0, 0), max(0.6, 0.025 * canvas.px_per_cm))
    near = _NEAR_CM * canvas.px_per_cm
    below = masked_blur(light, np.maximum(outer * canvas.skin, 1e-4), near)
    expected = healing.log_light(through(skin, -lift)) - healing.log_light(skin)
    known = np.clip(8.0 * cv2.GaussianBlur(inner * canvas.skin, (0, 0), near), 0.0, 1.0)
    rise = masked_blur(light, np.maximum(inner * canvas.skin, 1e-4), near) - below
    rise = known * rise + (1.0 - known) * expected
    share = np.clip((light - below) / np.maximum(rise, 0.05), 0.0, 1.0)
    unsure = (1.0 - inner) * (1.0 - outer) * maps.smoothstep(rise, 0.12, 0.4)
    return patch + unsure * (share - patch)


def _seen(canvas, inks):
    """How much of the inks' lightening is seen at the borders of patches, about zero to one.

    Mostly by colour: shade looks like a patch in brightness, but has none.
    """
    drawn = [sum(ink.field * np.float32(ink.strength * ink.pigment[k]) for ink in inks) for k in range(3)]
    seen = [-healing.log_light(plane) for plane in canvas.planes]
    wide, known = _BORDER_CM * canvas.px_per_cm, np.maximum(canvas.skin, 1e-3)
    blur, weight = max(0.8, 0.06 * canvas.px_per_cm), canvas.inside * (canvas.skin > 0.9)

    def share(values, expected):
        bands = [a - masked_blur(a, known, wide) for a in (values, expected)]
        bands = [cv2.GaussianBlur(np.clip(a, -1.0, 1.0), (0, 0), blur) for a in bands]
        return healing.slope(*bands, weight)

    return 0.25 * share(seen[1], drawn[1]) + 0.75 * share(seen[2] - seen[0], drawn[2] - drawn[0])


def _inside(height, steepness, seep):
    """Rise from zero to one across the border; a part `seep` of it over a border four times as wide."""
    sharp = np.clip(height * steepness + 0.5, 0.0, 1.0)
    sharp *= sharp * (3.0 - 2.0 * sharp)
    if not seep:
        return sharp
    wide = np.clip(height * steepness * 0.25 + 0.5, 0.0, 1.0)
    return sharp * np.float32(1.0 - seep) + wide * np.float32(seep)


def _field(canvas, name, recipe, seed):
    """The field, the steepness that gives its level sets one softness, and its levels by area."""
    inside = canvas.inside
    if inside.sum() < 50:
        return None
    height = canvas.area(recipe["area"]) * np.float32(recipe["pull"])
    shape = (recipe["grain_cm"], recipe["roughness"])
    both = canvas.noise(seed, name, *shape, alike=True, smooth=True)
    each = canvas.noise(seed, name + " each", *shape, smooth=True)
    alike = recipe["alike"]
    height = height + alike**0.5 * both + (1.0 - alike) ** 0.5 * each
    slope = np.hypot(cv2.Sobel(height, cv2.CV_32F, 1, 0), cv2.Sobel(height, cv2.CV_32F, 0, 1)) / 8.0
    slope = cv2.GaussianBlur(slope, (0, 0), max(1.0, 0.1 * canvas.px_per_cm))
    border_px = max(1.5, recipe["border_cm"] * canvas.px_per_cm)
    steepness = 1.0 / (border_px * np.maximum(slope, 0.35 * np.median(slope[inside > 0.5])))
    return height, steepness, _levels(height, steepness, inside, recipe["seep"])


def _levels(height, steepness, inside, seep):
    """Shares of the face that patches cover, 0 ... 1, and the levels at which they do."""
    step = max(1, int(np.sqrt(inside.sum() / _SAMPLES)))
    height, steepness, weight = (a[::step, ::step] for a in (height, steepness, inside))
    known = weight > 0.02
    height, steepness, weight = height[known], steepness[known], weight[known]
    levels = np.quantile(height, 1.0 - np.linspace(0.0, 1.0, _LEVELS) ** 1.6).astype(np.float32)
    levels[0] += 2.0 / float(steepness.min())
    shares = [float((weight * _inside(height - level, steepness, seep)).sum()) for level in levels]
    return np.maximum.accumulate(shares) / weight.sum(), levels


def _white(canvas, patch, lift):
    """Inks that bring the skin in a patch to white skin, light and pores kept, and a darker rim."""
    inks = [Ink(c, patch * gain, -1.0) for c, gain in zip(_CHANNELS, lift, strict=True)]
    around = cv2.GaussianBlur(patch, (0, 0), _RIM_CM * canvas.px_per_cm)
    rim = around * (1.0 - patch)
    melanin = tuple(maps.recipes()["pigments"]["melanin"])
    return (*inks, Ink(melanin, rim, 2.0 * _RIM_MELANIN))


def _white_gain(canvas, colour):
    """Log gain of each channel from the local colour of the skin (h, w, 3) to white skin in the same light."""
    colour = np.maximum(colour, 1e-3)
    light = colour @ _LUMINANCE
    usual = np.median(colour[canvas.inside > 0.5], axis=0)
    usual_light = float(usual @ _LUMINANCE)
    goal = max(min(0.62, 0.30 + 0.62 * usual_light), 1.12 * usual_light)
    chroma = _OWN_CHROMA * usual / usual_light + (1 - _OWN_CHROMA) * _WHITE_SKIN
    shaded = goal * (light / usual_light) ** 0.8
    gains = []
    for k in range(3):
        gain = cv2.log(shaded * chroma[k]) - cv2.log(np.ascontiguousarray(colour[..., k]))
        gains.append((gain * canvas.matte).astype(np.float32))
    return gains


def _pale(canvas, patch):
    melanin = tuple(maps.recipes()["pigments"]["melanin"])
    return (Ink(melanin, patch * canvas.matte, _MACULE_MELANIN),)
