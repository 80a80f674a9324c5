"""The faces the page offers to start with: synthetic heads, and a portrait in the public domain."""

import base64
import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from diseaseface.ui import texts

ASSETS = Path(__file__).resolve().parents[2] / "assets"
_LIST = ASSETS / "examples" / "examples.json"
_THUMB_PX = 112


@dataclass(frozen=True)
class Example:
    """One face to start with: where it lies, what it shows, and whether it is a synthetic head."""

    path: Path
    label: str
    synthetic: bool

    def thumb(self) -> str:
        """Return a small square of the head as a data URL."""
        with Image.open(self.path) as image:
            picture = image.convert("RGB")
        side = min(picture.size) if self.synthetic else round(0.52 * min(picture.size))
        left, top = (picture.width - side) // 2, 0 if not self.synthetic else (picture.height - side) // 2
        small = picture.crop((left, top, left + side, top + side)).resize((_THUMB_PX, _THUMB_PX), Image.LANCZOS)
        file = io.BytesIO()
        small.save(file, "JPEG", quality=88)
        return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@cache
def examples() -> tuple[Example, ...]:
    """Return the synthetic heads that are there, then the astronaut."""
    return (*_heads(), _astronaut())


def _astronaut() -> Example:
    import skimage

    # Read as a file of the package: skimage.data would import half of scipy for it.
    path = Path(skimage.__file__).parent / "data" / "astronaut.png"
    return Example(path, texts.ASTRONAUT, False)


def _heads() -> list[Example]:
    if not _LIST.is_file():
        return []
    entries = json.loads(_LIST.read_text(encoding="utf-8"))
    return [Example(_LIST.parent / entry["file"], entry["label"], True) for entry in entries]


def is_example(photo: str) -> bool:
    """Tell whether a photo is one that the page offers."""
    return photo in {str(one.path) for one in examples()}
