"""Skin that has lost its melanin all over, as in albinism: light comes back pinkish white, shadow and pores stay."""

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.layers import Ink, Layer

_CHANNELS = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
# All set by eye. Colours are linear light over luminance.
_SKIN = np.array([1.36, 0.93, 0.76], np.float32)  # fair skin without tan
_OWN_COLOUR = 0.2  # share of the person's own colour that stays
_BLUR_CM, _DARKEST = 0.15, 0.05  # of the skin's colour; of its usual light
_LEAST_DULL = 50  # pixels without shine that tell a colour
_SHADING = 0.62  # white skin scatters light into its shades, dark skin hardly
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
    goal = max(min(0.52, 0.37 + 0.4 * usual_light), 1.1 * usual_light)
    chroma = _OWN_COLOUR * usual / usual_light + (1.0 - _OWN_COLOUR) * _SKIN
    shaded = goal * (np.maximum(own, _DARKEST * usual_light) / usual_light) ** _SHADING
    reach = np.minimum(canvas.skin + canvas.beard, 1.0)  # a beard loses its pigment too
    gains = [
        ((cv2.log(shaded * c + shine) - cv2.log(np.ascontiguousarray(colour[..., k]))) * reach).astype(np.float32)
        for k, c in enumerate(chroma)
    ]
    return gains, _lip_gain(canvas, goal * chroma)


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
    """Bring the median of the vermilion to pale lips on white skin; lips that are lighter already stay."""
    where = canvas.lips > 0.6
    if where.sum() < 20:
        return [np.zeros(canvas.shape, np.float32)] * 3
    now = [max(float(np.median(plane[where])), 1e-3) for plane in canvas.planes]
    return [
        canvas.lips * np.float32(max(np.log(share * goal / own), 0.0))
        for share, goal, own in zip(_LIPS, white, now, strict=True)
    ]
