"""What one appearance sign puts on the canvas."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.engines.morph.canvas import Canvas


@dataclass(frozen=True, eq=False)
class Ink:
    """Pigment on the canvas: linear light is multiplied by exp(-strength * field * pigment).

    Attributes
    ----------
    pigment : three floats
        Optical density of red, green and blue, natural logarithm.
    field : float32 array of shape (h, w)
    strength : float
        Negative takes pigment away.
    on_skin : bool
        Whether the composition keeps it to bare skin; else `field` does so itself.
    """

    pigment: tuple[float, float, float]
    field: np.ndarray
    strength: float
    on_skin: bool = True


@dataclass(frozen=True, eq=False)
class Layer:
    """One sign, independent of all others; arrays of shape (h, w) cover the canvas or its `part`.

    Attributes
    ----------
    applied : float or None
        What was drawn, in the attribute's unit, from the fields themselves; None where the sign is left out.
    reason : str or None
        Why it is less than asked.
    inks : tuple of Ink
    content : (float32 (h, w, 3), float32 (h, w)) or None
        Linear light that takes the place of what is there, and how much; it counts as bare skin.
    height_cm : float32 array of shape (h, w) or None
        Bumps, to be lit.
    shine : float32 array of shape (h, w) or None
        White light to add, as a share of the skin's usual brightness.
    part : (slice, slice)
        Rows and columns of the canvas that the inks and the content cover.
    over : bool
        The content is laid over what all inks have made, and takes none.
    through_hairs : bool
        Inks colour the skin that is seen between single hairs, too.
    backwards : bool
        Inks, bumps and shine are there already and are to be taken away again.
    """

    applied: float | None
    reason: str | None = None
    inks: tuple[Ink, ...] = ()
    content: tuple[np.ndarray, np.ndarray] | None = None
    height_cm: np.ndarray | None = None
    shine: np.ndarray | None = None
    part: tuple[slice, slice] = (slice(None), slice(None))
    over: bool = False
    through_hairs: bool = False
    backwards: bool = False


def through(light: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Return linear light (h, w) after pigment of a density (h, w).

    Light loses a factor in added pigment. Where pigment is taken away it gains one, but less the
    brighter it is, so that white stays the limit and no highlight is clipped.
    """
    gain = cv2.exp(cv2.multiply(density, -1.0))
    if cv2.minMaxLoc(density)[0] < 0.0:
        value, more = np.clip(light, 0.0, 1.0), np.maximum(gain, 1.0)
        for power in (value, more, value, more):
            cv2.multiply(power, power, dst=power)
        more -= 1.0
        more *= value
        more += 1.0
        gain /= cv2.sqrt(cv2.sqrt(more))
    return cv2.multiply(light, gain)


def before(light: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Return the linear light (h, w) that `through` turns into `light`: pigment taken out of the picture."""
    gain = cv2.exp(cv2.multiply(density, -1.0))
    if cv2.minMaxLoc(density)[0] < 0.0:
        value, more = np.clip(light, 0.0, 1.0) ** 4, np.maximum(gain, 1.0) ** 4
        gain *= cv2.sqrt(cv2.sqrt((more - (more - 1.0) * value) / more))
    return np.minimum(light / np.maximum(gain, 1e-6), np.maximum(light, 1.0))


def usual_light(canvas: Canvas) -> float:
    """Return the linear light of the face's skin that shine is a share of."""

    def make():
        bare = canvas.inside > 0.5
        return float(np.median(canvas.planes[1][bare])) if bare.any() else 0.0

    return canvas.keep(("usual light",), make)


def with_shine(light: np.ndarray, shine: np.ndarray) -> np.ndarray:
    """Add white light (h, w) to linear light; white stays the limit."""
    return light + shine * np.clip(1.0 - light, 0.0, 1.0)


def without_shine(light: np.ndarray, shine: np.ndarray) -> np.ndarray:
    """Take away what `with_shine` adds."""
    return np.maximum((light - shine) / np.maximum(1.0 - shine, 0.5), 0.0)
