"""Files that no camera meant to make, of every format that is read: damaged, mislabelled, turned, overloaded."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms

PICTURE, REFUSED, EITHER = "picture", "refused", "either"
SHARES = (0.0, 0.01, 0.1, 0.5, 0.9, 0.999)  # of a file that is left of it
DAMAGES = 5  # seeds of flipped bytes, a format
ORIENTATION = 0x0112  # EXIF tag
PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = {
    "jpeg": ("JPEG", {"quality": 90}),
    "progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {"quality": 90}),
    "tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "bmp": ("BMP", {}),
    "avif": ("AVIF", {"quality": 80}),
    "jp2": ("JPEG2000", {}),
    "ppm": ("PPM", {}),
}
_SWAPS = dict(zip(_KINDS, [*list(_KINDS)[1:], "jpg"], strict=True))
_UNDONE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One thing that somebody may hand over as a photo.

    Attributes
    ----------
    name : str
    make : callable
        Returns the bytes of a file, or an array.
    outcome : "picture", "refused" or "either"
        What it may lead to; a refusal is always one sentence.
    suffix : str
        Ending of the file's name.
    like : bool
        Whether the picture read from it is the portrait it was made from, upright.
    """

    name: str
    make: Callable[[], object]
    outcome: str = EITHER
    suffix: str = ".jpg"
    like: bool = False


def cases(portrait: np.ndarray) -> list[Case]:
    """Return the bad files around one portrait, uint8 RGB of shape (H, W, 3), small for speed."""
    image = Image.fromarray(portrait)
    parts = (_whole, _damaged, _modes, _turned, _with_exif, _with_much_told, _odd_jpegs, _animated)
    return [case for part in parts for case in part(image)]


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """Return the bytes of an image in one of Pillow's formats."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _as(image: Image.Image, name: str, **more) -> bytes:
    kind, options = _KINDS[name]
    return encoded(image, kind, **options, **more)


def _whole(image) -> Iterator[Case]:
    for name in _KINDS:
        yield Case(f"{name} named .{_SWAPS[name]}", lambda n=name: _as(image, n), PICTURE, f".{_SWAPS[name]}", True)
        yield Case(f"{name} without an ending", lambda n=name: _as(image, n), PICTURE, "", True)


def _damaged(image) -> Iterator[Case]:
    for name in _KINDS:
        for share in SHARES:
            outcome = REFUSED if share == 0.0 else EITHER
            yield Case(f"{name} cut at {share:.1%}", lambda n=name, s=share: _cut(_as(image, n), s), outcome)
        for seed in range(DAMAGES):
            yield Case(f"{name} damaged {seed}", lambda n=name, s=seed: _flipped(_as(image, n), s))


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(share * len(data))]


def _flipped(data: bytes, seed: int) -> bytes:
    """Change one byte in two hundred, and the more in the first hundred the higher the seed."""
    random = np.random.default_rng(seed)
    bytes_ = np.frombuffer(data, np.uint8).copy()
    bytes_[random.integers(len(bytes_), size=len(bytes_) // 200)] ^= 0x55
    bytes_[random.integers(min(100, len(bytes_)), size=seed)] ^= 0xFF
    return bytes_.tobytes()


def _modes(image) -> Iterator[Case]:
    modes = {
        "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
        "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I", "I;16", "F"),
        "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
        "WEBP": ("L", "LA", "P", "RGBA", "CMYK"),
        "GIF": ("1", "L", "LA", "P", "RGBA"),
        "JPEG2000": ("L", "LA", "RGB", "RGBA", "YCbCr"),
        "AVIF": ("L", "LA", "P", "RGBA"),
        "BMP": ("1", "L", "P", "RGB", "RGBA"),
    }
    coloured = ("RGB", "RGBA", "CMYK", "YCbCr", "LAB")
    for kind, these in modes.items():
        for mode in these:
            yield Case(
                f"{kind} of mode {mode}",
                lambda k=kind, m=mode: encoded(_in_mode(image, m), k),
                PICTURE,
                like=mode in coloured and kind != "GIF",
            )


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.applyTransform(image, ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    if mode in ("I", "I;16"):
        deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
        return Image.fromarray(deep) if mode == "I;16" else Image.fromarray(deep.astype(np.int32))
    if mode == "F":
        return Image.fromarray(np.asarray(image.convert("L"), np.float32) / 255)
    return image.convert("L").convert("LA") if mode == "LA" else image.convert(mode)


def _turned(image) -> Iterator[Case]:
    for kind in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF"):
        for orientation in range(1, 9):
            yield Case(
                f"{kind} turned {orientation}", lambda k=kind, o=orientation: _lying(image, k, o), PICTURE, "", True
            )


def _lying(image, kind: str, orientation: int) -> bytes:
    lying = image.transpose(_UNDONE[orientation]) if orientation in _UNDONE else image
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(lying, kind, exif=exif)


def _with_exif(image) -> Iterator[Case]:
    ring = (
        b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    )
    many = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 65535)
    far = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, ORIENTATION, 2, 2**31, 2**31)
    broken = {
        "of no bytes": b"", "cut": b"Exif\0\0II*\0", "of noise": b"Exif\0\0" + bytes(range(256)) * 40,
        "in a ring": ring, "of 65535 entries": many, "beyond its end": far, "of text": b"Exif\0\0" + b"turn me" * 99,
    }  # fmt: skip
    for word, block in broken.items():
        yield Case(f"EXIF {word}", lambda b=block: encoded(image, "JPEG", exif=b), PICTURE, like=True)
        yield Case(f"EXIF {word} in PNG", lambda b=block: encoded(image, "PNG", exif=b), PICTURE, like=True)
    for value in (0, 9, 255, 65535, (3, 6)):
        yield Case(f"orientation {value!r}", lambda v=value: _oriented(image, v), PICTURE)


def _oriented(image, value) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    exif[0x010E], exif[0x9286] = "description " * 500, b"\0" * 999
    return encoded(image, "JPEG", exif=exif)


def _with_much_told(image) -> Iterator[Case]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    comment = b"\xff\xfe" + struct.pack(">H", 65535) + b"c" * 65533
    jpeg, png = encoded(image, "JPEG"), encoded(image, "PNG")
    yield Case("JPEG with 20 MB of comments", lambda: jpeg[:2] + comment * 320 + jpeg[2:], PICTURE, like=True)
    yield Case("PNG with 2 MB of text", lambda: _with_chunk(png, b"tEXt", b"k\0" + b"t" * 2_000_000))
    yield Case("PNG with text that unpacks to 80 MB", lambda: _with_chunk(png, b"zTXt", b"k\0\0" + _packed(80_000_000)))
    yield Case("PNG with 3,000 texts", lambda: _with_chunk(png, b"tEXt", b"k\0" + b"t" * 90, times=3000))
    yield Case(
        "PNG with a profile that unpacks to 80 MB", lambda: _with_chunk(png, b"iCCP", b"k\0\0" + _packed(80_000_000))
    )
    for word, block in (
        ("cut", profile[:100]),
        ("of noise", profile[:128] + bytes(500)),
        ("of CMYK", _foreign_profile(profile)),
    ):
        yield Case(f"profile {word}", lambda b=block: encoded(image, "JPEG", icc_profile=b), PICTURE)
    yield Case(
        "profile of 1 MB", lambda: encoded(image, "JPEG", icc_profile=profile + b"x" * 1_000_000), PICTURE, like=True
    )


def _packed(size: int) -> bytes:
    return zlib.compress(bytes(size), 1)


def _foreign_profile(profile: bytes) -> bytes:
    return profile[:16] + b"CMYK" + profile[20:]


def _with_chunk(png: bytes, kind: bytes, body: bytes, times: int = 1) -> bytes:
    return png[:33] + chunk(kind, body) * times + png[33:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG, with its length and its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _odd_jpegs(image) -> Iterator[Case]:
    ways = (
        {"quality": 1}, {"quality": 100}, {"subsampling": "4:4:4"}, {"subsampling": "4:1:1"}, {"optimize": True},
        {"restart_marker_rows": 1}, {"progressive": True}, {"dpi": (1, 60000)},
    )  # fmt: skip
    for options in ways:
        like = "quality" not in options or options["quality"] > 1
        yield Case(f"JPEG {options}", lambda o=options: encoded(image, "JPEG", **o), PICTURE, like=like)
    plain, many = encoded(image, "JPEG"), encoded(image, "JPEG", progressive=True)
    yield Case("JPEG that says it is arithmetic", lambda: plain.replace(b"\xff\xc0", b"\xff\xc9", 1))
    yield Case("JPEG that says it is lossless", lambda: plain.replace(b"\xff\xc0", b"\xff\xc3", 1))
    yield Case("progressive JPEG of 2,000 scans", lambda: rescanned(many, 2_000), REFUSED)
    yield Case("JPEG behind a preface", lambda: b"\0" * 10 + plain, REFUSED)
    yield Case("JPEG before 5 MB of other things", lambda: plain + bytes(5_000_000), PICTURE, like=True)
    yield Case("two JPEGs in one", lambda: plain + plain, PICTURE, like=True)
    yield Case("JPEG without tables", lambda: plain.replace(b"\xff\xdb", b"\xff\xfe"))


def rescanned(progressive: bytes, times: int) -> bytes:
    """Repeat the last scan of a progressive JPEG: each is decoded over the whole picture again."""
    start = progressive.rindex(b"\xff\xda")
    return progressive[:start] + progressive[start:-2] * times + b"\xff\xd9"


def _animated(image) -> Iterator[Case]:
    other = image.transpose(Image.Transpose.ROTATE_180)
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "AVIF", "MPO"):
        for count in (2, 12):
            yield Case(
                f"{kind} of {count} pictures",
                lambda k=kind, c=count: _film(image, other, k, c),
                PICTURE,
                like=kind != "GIF",
            )
    still = Image.new("P", (64, 64))
    yield Case(
        "GIF of 1,000 pictures",
        lambda: encoded(image.quantize(64), "GIF", save_all=True, append_images=[still] * 999, optimize=False),
        PICTURE,
    )


def _film(image, other, kind: str, count: int) -> bytes:
    if kind == "GIF":
        image, other = image.quantize(64), other.quantize(64)
    return encoded(
        image,
        kind,
        save_all=True,
        append_images=[other] * (count - 1),
        **({"optimize": False} if kind == "GIF" else {}),
    )
