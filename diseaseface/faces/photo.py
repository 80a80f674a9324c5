"""Reading a photo: any common format, turned upright, as RGB of a bounded size."""

import contextlib
import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from diseaseface.errors import PhotoError
from diseaseface.faces import fileformats
from diseaseface.faces.stderr import quiet_native_output

MOST_PIXELS = 40_000_000
LONGEST_SIDE_PX = 1600
SHORTEST_SIDE_PX = 64
_ORIENTATION = 0x0112  # EXIF tag
_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "F")
_CLEAR = ("RGBA", "LA", "PA", "RGBa", "La")
_MOST_PASSES = 100  # of a JPEG's decoder; cameras and programs make up to ten, and each goes over all pixels
_PASS = b"\xff\xda"

# Photos are refused at 40 megapixels, far below Pillow's own limit, and before they are decoded.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # on broken notes beside the picture


def read(photo) -> np.ndarray:
    """Read a photo.

    Parameters
    ----------
    photo : str, Path, bytes, binary file, PIL image or uint8 array
        Arrays have shape (H, W), (H, W, 3) RGB or (H, W, 4) RGBA. Of an animation, the first
        frame is read; transparency is laid on white; embedded colour profiles are converted.

    Returns
    -------
    uint8 array of shape (H, W, 3)
        sRGB, upright, at most 1,600 px on the long side; always a copy.

    Raises
    ------
    PhotoError
        When it cannot be read, or has too many or too few pixels.
    """
    if isinstance(photo, np.ndarray):
        image = _from_array(photo)
    elif isinstance(photo, Image.Image):
        image = photo
    else:
        image = _open(photo)
    _refuse_by_size(*image.size)
    try:
        pixels = np.array(_upright_rgb(image))
    except PhotoError:
        raise
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise PhotoError("The photo is damaged and cannot be decoded; save it again as JPEG or PNG.") from error
    if min(pixels.shape[:2]) < SHORTEST_SIDE_PX:
        raise PhotoError(
            f"The photo is only {pixels.shape[1]} x {pixels.shape[0]} px at the size it is analysed in; "
            "use one that is larger and not so narrow."
        )
    return pixels


def _from_array(array: np.ndarray) -> Image.Image:
    layout = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if array.dtype != np.uint8 or not layout or 0 in array.shape:
        raise PhotoError(
            "A photo given as an array must be uint8 of shape (height, width, 3), "
            f"but this one is {array.dtype} of shape {array.shape}."
        )
    return Image.fromarray(np.ascontiguousarray(array))


def _open(photo) -> Image.Image:
    if isinstance(photo, (bytes, bytearray, memoryview)):
        photo = io.BytesIO(bytes(photo))
    elif isinstance(photo, (str, os.PathLike)):
        photo = _existing(photo)
    elif not hasattr(photo, "read"):
        raise PhotoError(f"A photo must be a path, bytes, a file, a PIL image or an array, not {type(photo).__name__}.")
    try:
        return Image.open(photo, formats=fileformats.READ)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise PhotoError(fileformats.refusal(_head(photo))) from error


def _existing(path: str | os.PathLike) -> Path:
    with contextlib.suppress(OSError):  # of a name longer than the system takes
        if Path(path).is_file():
            return Path(path)
    raise PhotoError(f"There is no photo at {str(path)[:200]!r}; check the path.")


def _head(photo) -> bytes:
    """Return the first bytes of a file or path, none where they cannot be read."""
    with contextlib.suppress(Exception):
        if isinstance(photo, Path):
            with photo.open("rb") as file:
                return file.read(fileformats.HEAD)
        photo.seek(0)
        return bytes(photo.read(fileformats.HEAD))
    return b""


def _refuse_by_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels(f" of {width} x {height} px")
    if min(width, height) < SHORTEST_SIDE_PX:
        raise PhotoError(f"The photo of {width} x {height} px is too small; use one of at least 256 x 256 px.")


def _too_many_pixels(size: str = "") -> PhotoError:
    return PhotoError(f"The photo{size} is larger than 40 megapixels; make it smaller first.")


def _upright_rgb(image: Image.Image) -> Image.Image:
    image = _decoded(image)
    orientation = _orientation(image)  # only now: some decoders turn the picture themselves
    profile = image.info.get("icc_profile")
    image = _to_srgb(_flattened(_shrunk(_plain(image))), profile)
    if orientation == 1:
        return image
    image.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(image)


def _decoded(image: Image.Image) -> Image.Image:
    """Decode, JPEG and JPEG 2000 at the smallest of their own scales that is still twice what is needed."""
    if image.format in ("JPEG", "MPO"):
        _refuse_by_passes(image)
        image.draft(None, tuple(_shrunk_size(*image.size, 2 * LONGEST_SIDE_PX)))
    elif image.format == "JPEG2000" and max(image.size) >= 4 * LONGEST_SIDE_PX:
        image.reduce = 1
    with quiet_native_output() if image.format == "TIFF" else contextlib.nullcontext():
        image.load()
    return image


def _refuse_by_passes(image: Image.Image) -> None:
    """Refuse a JPEG of so many passes that decoding it would take minutes."""
    file = getattr(image, "fp", None)
    if file is None:  # decoded already
        return
    place = file.tell()
    file.seek(0)
    passes = file.read().count(_PASS)
    file.seek(place)
    if passes > _MOST_PASSES:
        raise PhotoError(f"This JPEG is stored in {passes} passes, as no camera does; save it again as JPEG or PNG.")


def _orientation(image: Image.Image) -> int:
    with contextlib.suppress(Exception):  # a malformed EXIF block does not spoil the picture
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _plain(image: Image.Image) -> Image.Image:
    """Bring palettes, 1 bit and rare modes to ones that can be shrunk."""
    if "transparency" in image.info and image.mode not in _CLEAR:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK", "LAB", *_DEEP_GREY, *_CLEAR):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _flattened(image: Image.Image) -> Image.Image:
    """Bring deep grey and transparent pictures to 8-bit L and RGB; small by now, so that this takes little memory."""
    if image.mode in _DEEP_GREY:
        return _eight_bit(image)
    if image.mode not in _CLEAR:
        return image
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale deep grey to 8 bit: from 1.0, 255 or 65,535, the first that holds the brightest."""
    grey = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0)
    brightest = max(grey.max(), 1e-9)
    tops = (1.0, 255.0, 65535.0) if image.mode == "F" else (65535.0,)
    top = next((top for top in tops if brightest <= top), brightest)
    return Image.fromarray(np.clip(grey * (255.0 / top) + 0.5, 0, 255).astype(np.uint8))


def _shrunk(image: Image.Image) -> Image.Image:
    size = _shrunk_size(*image.size, LONGEST_SIDE_PX)
    if size == image.size:
        return image
    if image.mode in _DEEP_GREY:  # no overshoot, which would be taken for the brightest
        return image.resize(size, Image.Resampling.BILINEAR)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _shrunk_size(width: int, height: int, longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
            source = ImageCms.getOpenProfile(io.BytesIO(profile))
            if "srgb" not in ImageCms.getProfileDescription(source).lower():
                return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image.convert("RGB")
