"""Photos that benchmarks run over: a user's folder, or the one real face every install has."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from diseaseface.errors import PhotoError
from diseaseface.faces.photo import read

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_CROP, _SCALE, _QUALITY = 0.04, 0.8, 80


def add_faces_option(parser: ArgumentParser, most: int) -> None:
    """Add --faces and --most to a benchmark's options."""
    parser.add_argument("--faces", type=Path, help="folder of face photos, searched below; default: the astronaut")
    parser.add_argument("--most", type=int, default=most, help=f"photos taken, evenly spread (default {most})")


def photos(folder: Path | None, most: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, uint8 RGB photo) of at most `most` photos, evenly spread over the folder."""
    if folder is None:
        from skimage.data import astronaut

        yield "astronaut", astronaut()
        return
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise PhotoError(f"There are no photos below {folder}: give a folder of JPEG or PNG files.")
    picked = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    for index in picked:
        yield str(found[index].relative_to(folder).with_suffix("")), read(found[index])


def copies(image: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield a photo (H, W, 3) again by what was done to its file: cropped, scaled, compressed."""
    height, width = image.shape[:2]
    dy, dx = round(_CROP * height), round(_CROP * width)
    yield "cropped", np.ascontiguousarray(image[dy : height - dy, dx : width - dx])
    yield "scaled", cv2.resize(image, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    yield "compressed", np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def resized(photo: np.ndarray, longest_px: int) -> np.ndarray:
    """Bring a photo to `longest_px` on its long side, up or down."""
    scale = longest_px / max(photo.shape[:2])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(photo, None, fx=scale, fy=scale, interpolation=kind)
