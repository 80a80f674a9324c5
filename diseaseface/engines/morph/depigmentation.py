"""Skin that has lost its melanin all over, as in albinism: light comes back pinkish white, shadow and pores stay."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer

_CHANNELS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
# All set by eye. Colours are linear light over luminance.
_SKIN = np.array([1.36, 0.93, 0.76], np.float32)  # fair skin without tan
_OWN_COLOUR = 0.2  # share of the person's own colour that stays
_BLUR_CM, _DARKEST = 0.15, 0.05  # of the skin's colour; of its usual light
_LEAST_DULL = 50  # pixels without shine that tell a colour
# White skin scatters light into its shades, dark skin hardly: power of shading by light of the skin over its goal.
_SHADING = ((0.1, 0.9), (0.48, 0.9))
_ACROSS_CM, _LIDS_CM = 0.45, 0.3  # strands that lie across skin are no wider; nor are lids with their lashes
_LIMBUS_CM, _WET = 0.06, (1.2, 0.3)  # what lies between white and iris; log light over that of skin
_MOST_AT_LIDS, _HUE_AT_LIDS = 1.6, 0.5  # log gain, and share of what it does to hue: that of what is black is not known
_NO_STRAND = (0.8, 0.4)  # log light over that of skin: a wall, or shine
_HAIRLINE_CM = (5.0, 3.5)  # from there on down, what lies between skin is no hair of the scalp
_DARKEST_HAIR, _PALED = 2.5, 0.8  # log light of skin over hair on it; share of that which is its pigment
_HAIR_TINT = (1.0, 0.93, 0.78)
_WET_CM, _LIP_SHADING = 0.03, 0.7
_LIPS = (0.86, 0.60, 0.62)  # pale vermilion, as a share of the white skin's light
_HIDDEN = "No bare skin of the face is visible."
_UNKNOWN = "How dark the skin was before does not show in the picture."


def draw(canvas: Canvas, change: Change, _seed: int) -> Layer:
    """Take a share of the way from the person's skin to skin without melanin, per cent."""
    if canvas.inside.sum() < 50:
        return Layer(0.0, _HIDDEN)
    skin, lips = canvas.keep(("without melanin",), lambda: _gains(canvas))
    share = change.amount / 100.0
    gains = zip(_CHANNELS * 2, skin + lips, strict=True)
    return Layer(change.amount, inks=tuple(Ink(c, gain, -share, on_skin=False) for c, gain in gains))


def undo(_canvas: Canvas, _change: Change, _seed: int) -> Layer:
    """Change nothing: the melanin that is gone cannot be read from what is left."""
    return Layer(0.0, _UNKNOWN)


def _gains(canvas: Canvas) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Log gain of each channel, float32 (h, w), on skin and on the vermilion."""
    colour = np.maximum(canvas.smooth_colour(_BLUR_CM), 1e-3)
    skin = canvas.inside > 0.5
    dull = skin & (canvas.matte > 0.5)
    usual = np.median(colour[dull if dull.sum() >= _LEAST_DULL else skin], axis=0)
    usual_light = float(usual @ _LUMINANCE)
    own, shine = _apart(colour, usual / usual_light)
    goal = max(min(0.52, 0.42 + 0.25 * usual_light), 1.1 * usual_light)
    chroma = _OWN_COLOUR * usual / usual_light + (1.0 - _OWN_COLOUR) * _SKIN
    shading = np.interp(usual_light / goal, *_SHADING)
    shaded = goal * (np.maximum(own, _DARKEST * usual_light) / usual_light) ** np.float32(shading)
    lighter = cv2.log(np.maximum(canvas.planes[1], 1 / 512)) - cv2.log(np.ascontiguousarray(colour[..., 1]))
    lids = _by_disc(_eyes(canvas), cv2.MORPH_DILATE, _LIDS_CM, canvas)
    reach, hairs = _reach(canvas, lighter, lids), _hairs(canvas, colour)
    fairer = [cv2.log(shaded * c + shine) - cv2.log(np.ascontiguousarray(colour[..., k])) for k, c in enumerate(chroma)]
    margins, green = _lid_margins(canvas, lighter, lids), np.minimum(fairer[1], _MOST_AT_LIDS)
    edges = [green + _HUE_AT_LIDS * (gain - fairer[1]) for gain in fairer]
    gains = [(gain + hair) * reach for gain, hair in zip(fairer, hairs, strict=True)]
    gains = [gain + margins * (edge - gain) for gain, edge in zip(gains, edges, strict=True)]
    return [gain.astype(np.float32) for gain in gains], _lip_gain(canvas, goal * chroma)


def _reach(canvas: Canvas, lighter: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Skin, with beard, brows, stubble and strands that lie across it, but for lids and lips, float32 (h, w).

    `lighter` (h, w) is each pixel's log light over that of skin there, `lids` (h, w) are eyes and the lids around them.
    """
    bare = np.minimum(canvas.skin + canvas.beard + canvas.brows, 1.0)
    across = _by_disc(bare, cv2.MORPH_CLOSE, _ACROSS_CM, canvas) * _below_hairline(canvas) * _of("person", canvas)
    across *= maps.smoothstep(lighter, *_NO_STRAND)
    # Margins of lids are dark by their lashes and shade, and no colour of theirs is known.
    other = lids + canvas.lips + _of("mouth", canvas)
    return np.maximum(bare, across * (1.0 - np.minimum(other, 1.0))).astype(np.float32)


def _lid_margins(canvas: Canvas, lighter: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Return the dark edges of lids between skin and eye, (h, w); what is as light as the eye is wet, or the eye's."""
    lighter = cv2.GaussianBlur(lighter, (0, 0), max(0.8, _WET_CM * canvas.px_per_cm))
    margins = lids - _by_disc(_eyes(canvas), cv2.MORPH_CLOSE, _LIMBUS_CM, canvas)
    return margins * (1.0 - canvas.skin) * maps.smoothstep(lighter, *_WET)


def _of(region: str, canvas: Canvas) -> np.ndarray:
    """A region that canvases do not carry, (h, w)."""
    x0, y0, x1, y1 = canvas.face.chart.box
    return np.clip(getattr(canvas.face.regions, region)[y0:y1, x0:x1][canvas.window], 0.0, 1.0)


def _eyes(canvas: Canvas) -> np.ndarray:
    return np.minimum(canvas.sclera + canvas.iris, 1.0)


def _below_hairline(canvas: Canvas) -> np.ndarray:
    return maps.smoothstep(canvas.y_cm, *_HAIRLINE_CM)


def _by_disc(values: np.ndarray, operation: int, radius_cm: float, canvas: Canvas) -> np.ndarray:
    size = 2 * round(radius_cm * canvas.px_per_cm) + 1
    return cv2.morphologyEx(values, operation, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def _hairs(canvas: Canvas, colour: np.ndarray) -> list[np.ndarray]:
    """What makes dark hair on skin pale: log gain of each channel over that of the skin beneath, (h, w)."""
    gaps = (1.0 - canvas.skin) * (1.0 - canvas.brows - canvas.lips) * _below_hairline(canvas)
    gaps *= 1.0 - _by_disc(_eyes(canvas), cv2.MORPH_DILATE, _LIDS_CM, canvas)  # lashes are no strands
    where = np.clip(canvas.beard + gaps, 0.0, 1.0)
    gains = []
    for k, tint in enumerate(_HAIR_TINT):
        light = np.maximum(cv2.GaussianBlur(canvas.planes[k], (0, 0), 0.7), 1 / 512)
        hair = np.clip(cv2.log(np.ascontiguousarray(colour[..., k])) - cv2.log(light), 0.0, _DARKEST_HAIR) * where
        gains.append(_PALED * hair + np.float32(np.log(tint)) * np.minimum(hair, 1.0))
    return gains


def _apart(colour: np.ndarray, chroma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the light that comes from within the skin, as luminance, and the shine on it, float32 (h, w) each.

    Shine has the colour of the lamp, whatever the skin's pigment (Shafer 1985, Color Res Appl 10:210): a photo's white.
    """
    both = np.stack([chroma, np.ones(3)], axis=1)
    own, shine = np.moveaxis(colour @ np.linalg.pinv(both).T, -1, 0)
    shine = np.maximum(shine, 0.0)
    own = np.where(shine > 0.0, own, colour @ (chroma / (chroma @ chroma)))
    return own.astype(np.float32), shine.astype(np.float32)


def _lip_gain(canvas: Canvas, white: np.ndarray) -> list[np.ndarray]:
    """Bring the vermilion to pale lips on white skin, its wet shine kept; lips that are lighter already stay."""
    where = canvas.lips > 0.6
    if where.sum() < 20:
        return [np.zeros(canvas.shape, np.float32)] * 3
    now = np.maximum([float(np.median(plane[where])) for plane in canvas.planes], 1e-3)
    usual_light = float(now @ _LUMINANCE)
    light = np.maximum(cv2.GaussianBlur(cv2.merge(canvas.planes), (0, 0), max(0.6, _WET_CM * canvas.px_per_cm)), 1e-3)
    own, shine = _apart(light, now / usual_light)
    shade = (np.maximum(own, 0.1 * usual_light) / usual_light) ** np.float32(_LIP_SHADING)
    return [
        canvas.lips * np.maximum(cv2.log(shade * np.float32(max(share * goal, n)) + shine) - cv2.log(seen), 0.0)
        for share, goal, n, seen in zip(_LIPS, white, now, cv2.split(light), strict=True)
    ]
