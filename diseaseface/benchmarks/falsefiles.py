"""Files that are no photos or lie about themselves: other formats under any name, sizes that no memory holds."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from diseaseface.benchmarks.badfiles import PICTURE, PNG, REFUSED, Case, chunk, encoded


def cases(portrait: np.ndarray) -> list[Case]:
    """Return the false files around one portrait, uint8 RGB of shape (H, W, 3)."""
    return [*_sized(Image.fromarray(portrait)), *_foreign()]


def _sized(image) -> Iterator[Case]:
    for size in ((1, 1), (1, 5000), (5000, 1), (2, 2), (63, 63), (20, 3000)):
        yield Case(f"{size[0]} x {size[1]} px", lambda s=size: encoded(image.resize(s), "PNG"), REFUSED)
    for size in ((64, 64), (65, 1600), (1600, 65)):
        yield Case(f"{size[0]} x {size[1]} px", lambda s=size: encoded(image.resize(s), "PNG"), PICTURE)
    for side in (65_000, 2_000_000_000):
        yield Case(f"PNG that says {side} px", lambda s=side: _claiming(s), REFUSED)
    yield Case("GIF that says 65,535 px", lambda: b"GIF89a" + b"\xff" * 4 + encoded(image, "GIF")[10:], REFUSED)
    yield Case("BMP that says 2,000,000,000 px", lambda: _bmp_claiming(encoded(image, "BMP"), 2_000_000_000), REFUSED)
    yield Case("JPEG that says 65,500 px", lambda: _jpeg_claiming(encoded(image, "JPEG"), 65_500), REFUSED)
    yield Case("PPM that says a million px", lambda: b"P6 1000000 1000000 255\n" + bytes(99), REFUSED)
    yield Case("PNG of 900 megapixels in 110 kB", lambda: _flat_png(30_000, 30_000), REFUSED)


def _claiming(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def _bmp_claiming(data: bytes, side: int) -> bytes:
    return data[:18] + struct.pack("<ii", side, side) + data[26:]


def _jpeg_claiming(data: bytes, side: int) -> bytes:
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", side, side) + data[place + 4 :]


def _flat_png(width: int, height: int) -> bytes:
    """Return a PNG of one colour at 1 bit a pixel, without ever having its pixels in memory."""
    packer = zlib.compressobj(1)
    row = bytes(1 + width // 8)
    rows = b"".join(packer.compress(row * 100) for _ in range(height // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _foreign() -> Iterator[Case]:
    box = struct.pack(">I", 24) + b"ftyp"
    bomb = (
        "<!DOCTYPE svg [" + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(10)) + "]>"
    )
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='300'>"
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n%%EndComments\n(x) run showpage\n"
    found = {
        "HEIC": (".heic", box + b"heic\0\0\0\0mif1heic" + bytes(500)),
        "HEIC named .jpg": (".jpg", box + b"heic\0\0\0\0mif1heic" + bytes(500)),
        "JPEG XL": (".jxl", b"\xff\x0a" + bytes(500)),
        "JPEG XL in a box": (".jxl", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(500)),
        "SVG": (".svg", f"{svg}<circle r='90'/></svg>".encode()),
        "SVG with a script": (".svg", f"{svg}<script>alert(1)</script></svg>".encode()),
        "SVG bomb": (".svg", f"{bomb}{svg}&a9;</svg>".encode()),
        "icon": (".ico", b"\0\0\1\0\1\0" + bytes(500)),
        "PDF": (".pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF"),
        "PostScript": (".eps", postscript),
        "PostScript named .jpg": (".jpg", postscript),
        "film": (".mp4", box + b"isom\0\0\2\0isomiso2" + bytes(5000)),
        "ZIP": (".zip", b"PK\3\4" + bytes(500)),
        "gzip": (".gz", b"\x1f\x8b\x08" + bytes(500)),
        "program": (".jpg", b"\x7fELF" + bytes(500)),
        "Photoshop header": (".psd", b"8BPS\0\1" + bytes(500)),
        "camera raw": (".cr2", b"II*\0\x10\0\0\0CR\2\0" + bytes(500)),
        "HTML": (".jpg", b"<html><body>404 not found</body></html>"),
        "JSON": (".png", b'{"error": "not found"}'),
        "plain text": (".png", "A photo of a person. 写真 🙂".encode()),
        "zeros": (".jpg", bytes(10_000)),
        "random bytes": (".jpg", np.random.default_rng(0).bytes(50_000)),
        "WMF": (".wmf", b"\xd7\xcd\xc6\x9a" + bytes(500)),
        "FITS": (".fits", b"SIMPLE  =                    T".ljust(2880)),
        "HDF5": (".h5", b"\x89HDF\r\n\x1a\n" + bytes(500)),
        "link to a photo": (".jpg", b"https://example.org/photo.jpg"),
    }  # fmt: skip
    for name, (suffix, data) in found.items():
        yield Case(name, lambda d=data: d, REFUSED, suffix)
