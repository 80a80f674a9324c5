"""Marks of a synthetic picture: one for machines, in the metadata, and one for eyes, in a corner."""

import uuid
from collections.abc import Mapping
from functools import cache
from html import escape

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diseaseface.settings import VERSION

WORD = "synthetic"
TOLD = "visible_mark"
"""Name in a report of the box of the visible mark: left, top, right, bottom in pixels."""
STATEMENT = "Synthetic picture, drawn by software on a photo. For education and research; no diagnostic device."

Box = tuple[int, int, int, int]

_NEWSCODES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# A photo with drawn parts is a composite with synthetic elements; only a diffusion model is a trained one.
# "Algorithmically enhanced" would promise that what the photo shows has stayed the same.
_SOURCE_TYPES = {"diffusion": "compositeWithTrainedAlgorithmicMedia"}
_USUAL_TYPE = "compositeSynthetic"
_XMP_BOX = uuid.UUID("be7acfcb-97a9-42e8-9c71-999491e3afac")  # XMP specification, part 3, MPEG-4
_SIZE_SHARE, _LEAST_PX = 0.030, 9  # of the picture's short side; below nine pixels nobody can read it
_INK, _RIM, _STRENGTH = (255, 255, 255), (0, 0, 0), 0.8


def source_type(report: Mapping | None) -> str:
    """Return the IPTC digital source type, as a URI, of a picture with this report."""
    engine = (report or {}).get("engine")
    return _NEWSCODES + _SOURCE_TYPES.get(engine if isinstance(engine, str) else "", _USUAL_TYPE)


def xmp(report: Mapping | None) -> str:
    """Return the XMP description of a synthetic picture, without the packet around it."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'Iptc4xmpExt:DigitalSourceType="{source_type(report)}" xmp:CreatorTool="DiseaseFace {VERSION}">'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(STATEMENT)}</rdf:li></rdf:Alt>'
        "</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def packet(report: Mapping | None) -> str:
    """Return the XMP of a synthetic picture as a packet, ready for a file."""
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{xmp(report)}<?xpacket end="w"?>'


def in_gif(data: bytes, report: Mapping | None) -> bytes:
    """Return a GIF with the XMP in it, as an application extension before the file's end."""
    trailer = bytes([1, *range(255, -1, -1), 0])  # readers that take the text for blocks fall out at its end
    return data[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet(report).encode() + trailer + data[-1:]


def in_mp4(data: bytes, report: Mapping | None) -> bytes:
    """Return an MP4 with the XMP in it, as a box of its own at the end."""
    body = _XMP_BOX.bytes + packet(report).encode()
    return data + (8 + len(body)).to_bytes(4, "big") + b"uuid" + body


def stamped(picture: np.ndarray) -> np.ndarray:
    """Return a copy of a picture, uint8 (H, W, 3), with the visible mark in its lower right corner."""
    left, top, right, bottom = box_of(picture.shape)
    strokes, letters = _drawn(*picture.shape[:2])
    marked = picture.copy()
    place = marked[top:bottom, left:right].astype(np.float32)
    for cover, colour in ((strokes, _RIM), (letters, _INK)):
        place += _STRENGTH * cover[..., None] * (np.float32(colour) - place)
    marked[top:bottom, left:right] = np.rint(place).astype(np.uint8)
    return marked


def in_file(picture: np.ndarray, mark: bool) -> np.ndarray:
    """Return a picture as its file shows it: with the visible mark where that is wanted."""
    return stamped(picture) if mark else picture


def box_of(shape: tuple[int, ...]) -> Box:
    """Return the box of the visible mark in a picture of this shape."""
    height, width = shape[:2]
    tall, wide = _drawn(height, width)[0].shape
    gap = _gap(height, width)
    right, bottom = width - gap, height - gap
    return max(0, right - wide), max(0, bottom - tall), right, bottom


def box_in(report: Mapping | None) -> Box | None:
    """Return the box of the visible mark as the report inside a picture tells it; None where there is none."""
    told = (report or {}).get(TOLD)
    whole = isinstance(told, list) and len(told) == 4 and all(type(side) is int and side >= 0 for side in told)
    return tuple(told) if whole else None


def _size(height: int, width: int) -> int:
    return max(_LEAST_PX, round(_SIZE_SHARE * min(height, width)))


def _gap(height: int, width: int) -> int:
    return max(1, _size(height, width) // 2)


@cache
def _drawn(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the rim and the letters of the mark cover each pixel of its box, 0 to 1."""
    size = _size(height, width)
    font, rim = ImageFont.load_default(size), max(1, size // 10)
    left, top, right, bottom = font.getbbox(WORD, stroke_width=rim)
    gap = _gap(height, width)
    box = min(int(right - left) + 1, width - gap), min(int(bottom - top) + 1, height - gap)

    def cover(stroke: int) -> np.ndarray:
        layer = Image.new("L", box, 0)
        ImageDraw.Draw(layer).text((rim - left, rim - top), WORD, 255, font, stroke_width=stroke)
        return np.asarray(layer, np.float32) / 255.0

    return cover(rim), cover(0)
