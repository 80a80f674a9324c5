"""Files as large as a photo may be, 40 megapixels, in every way that takes room: small to send, heavy to decode."""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from diseaseface.benchmarks.badfiles import PICTURE, REFUSED, Case, encoded, rescanned

WIDTH_PX, HEIGHT_PX = 8000, 5000  # the largest that is read
_PORTRAIT_PX = 3000
_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("F", "I", "I;16", "CMYK", "RGBA"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "BMP": ("RGB",),
    "GIF": ("P",),
    "JPEG2000": ("RGB",),
    "AVIF": ("RGB",),
}
_QUICK = {"PNG": {"compress_level": 1}, "AVIF": {"speed": 10}, "WEBP": {"method": 0}}
TYPICAL = ("PNG RGBA", "PNG I;16", "TIFF F", "JPEG of many passes")  # the heaviest, for a quick check


def bombs(portrait: np.ndarray) -> list[Case]:
    """Return the heavy files around one portrait, uint8 RGB of shape (H, W, 3)."""
    found = [
        Case(f"{kind} {mode}", _maker(portrait, kind, mode), PICTURE)
        for kind, modes in _MODES.items()
        for mode in modes
    ]
    heavy = Case(
        "PNG RGB of one clear colour", lambda: encoded(_canvas(portrait), "PNG", transparency=(3, 3, 3)), PICTURE
    )
    passes = Case("JPEG of many passes", lambda: _many_passes(portrait), REFUSED)
    return [*found, heavy, passes]


def _maker(portrait, kind: str, mode: str) -> Callable[[], bytes]:
    return lambda: encoded(_in_mode(_canvas(portrait), mode), kind, **_QUICK.get(kind, {}))


def _canvas(portrait) -> Image.Image:
    """Return the portrait on a plain ground of the most pixels."""
    size = (WIDTH_PX, HEIGHT_PX)
    canvas = Image.new("RGB", size, (120, 130, 140))
    large = cv2.resize(portrait, (_PORTRAIT_PX, _PORTRAIT_PX * portrait.shape[0] // portrait.shape[1]))
    canvas.paste(Image.fromarray(large), ((size[0] - large.shape[1]) // 2, (size[1] - large.shape[0]) // 2))
    return canvas


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode in ("F", "I", "I;16"):
        kind, times = {"F": (np.float32, 1), "I": (np.int32, 257), "I;16": (np.uint16, 257)}[mode]
        return Image.fromarray(np.asarray(image.convert("L")).astype(kind) * kind(times))
    return image.convert("L").convert("LA") if mode == "LA" else image.convert(mode)


def _many_passes(portrait) -> bytes:
    return rescanned(encoded(_canvas(portrait), "JPEG", progressive=True, quality=30), 400)
