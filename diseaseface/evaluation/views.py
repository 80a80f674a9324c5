"""What colour and texture are read from: optical densities of one picture in a reading frame."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from diseaseface.evaluation.frame import PX_PER_CM, Frame
from diseaseface.faces.colorimetry import optical_density, to_linear

_DARKEST, _BRIGHTEST = 6.0, 250.0  # sRGB codes beyond which a channel no longer tells colour
_BARE = 0.6
_AROUND_CM = 0.9
_LOG_CODES = (100.0 * optical_density(to_linear(np.arange(256, dtype=np.uint8)))).astype(np.float32)


@dataclass(frozen=True, eq=False)
class View:
    """One picture in a reading frame.

    Attributes
    ----------
    frame : Frame
        Gives positions and masks: of the picture itself, or of the picture before it, in
        which case `codes` have been taken back to where their points were then.
    codes : float32 array of shape (h, w, 3)
        sRGB codes.
    moved : float32 array of shape (h, w, 2) or None
        How far, in frame pixels, the points have been taken back.
    untouched : float32 array of shape (h, w, 3) or None
        The codes as they were in the picture; None for `codes` themselves.
    """

    frame: Frame
    codes: np.ndarray
    moved: np.ndarray | None = None
    untouched: np.ndarray | None = None
    _kept: dict = field(default_factory=dict, repr=False)

    @cached_property
    def planes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Optical density times 100 of red, green and blue, float32 (h, w) each."""
        codes = np.clip(np.rint(self.codes), 0, 255).astype(np.uint8)
        return cv2.split(cv2.LUT(codes, _LOG_CODES))

    @cached_property
    def erythema(self) -> np.ndarray:
        """Erythema index, float32 (h, w)."""
        return self.planes[1] - self.planes[0]

    @cached_property
    def lab(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """CIE L*, a* and b*, float32 (h, w) each."""
        return cv2.split(cv2.cvtColor(self.codes / np.float32(255.0), cv2.COLOR_RGB2LAB))

    @cached_property
    def readable(self) -> np.ndarray:
        """Pixels whose colour is neither black nor burnt out, bool (h, w)."""
        planes = cv2.split(self.codes)
        darkest, brightest = (
            cv2.min(cv2.min(*planes[:2]), planes[2]),
            cv2.max(cv2.max(*planes[:2]), planes[2]),
        )
        return (darkest > _DARKEST) & (brightest < _BRIGHTEST)

    @cached_property
    def skin(self) -> np.ndarray:
        """Bare skin, bool (h, w)."""
        return self.frame.region("skin") > _BARE

    @cached_property
    def face_skin(self) -> np.ndarray:
        """Bare skin of the face itself, without ears and neck, bool (h, w)."""
        return self.skin & self.zone("face")

    @cached_property
    def inner_skin(self) -> np.ndarray:
        """Bare skin of the face, away from its edges, bool (h, w)."""
        return cv2.erode(self.face_skin.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0

    def zone(self, name: str) -> np.ndarray:
        """Return where a zone lies in the frame, bool (h, w)."""
        return self.frame.zone(name)

    @cached_property
    def green(self) -> tuple[np.ndarray, np.ndarray]:
        """Green light, and that of the bare skin around, linear float32 (h, w) each."""
        light = to_linear(np.clip(np.rint(self.codes[..., 1]), 0, 255).astype(np.uint8))
        return light, self.blurred(light, _AROUND_CM)

    def keep(self, key: tuple, make: Callable[[], np.ndarray]) -> np.ndarray:
        """Return what `make` gives, made only once for a key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def blurred(self, values: np.ndarray, sigma_cm: float) -> np.ndarray:
        """Blur values (h, w) on bare skin, with nothing from outside it."""
        weight = self.keep(("weight",), lambda: self.skin.astype(np.float32))
        below = self.frame.keep(("below", sigma_cm), lambda: _blurred_small(weight, sigma_cm))
        above = _blurred_small(values * weight, sigma_cm)
        return cv2.resize(above / np.maximum(below, 1e-3), values.shape[::-1], interpolation=cv2.INTER_LINEAR)


def view(frame: Frame) -> View:
    """See the frame's own picture."""
    return frame.keep(("view",), lambda: View(frame, frame.codes))


def _blurred_small(image, sigma_cm):
    """Blur (h, w) at about a third of the blur's own scale, where it costs little."""
    sigma = sigma_cm * PX_PER_CM
    step = max(1, int(sigma / 3.0))
    size = (max(2, image.shape[1] // step), max(2, image.shape[0] // step))
    small = cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), sigma / step)
