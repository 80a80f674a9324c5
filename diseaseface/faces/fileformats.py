"""Which files are read as photos, and what the others are, by their first bytes."""

READ = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000", "PPM")
"""Pillow's names. The rest of what it opens is left alone: one format runs another program, others nest pictures."""

HEAD = 1024  # bytes that tell what a file is
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_HEADS = (
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\1\0", "icon"),
    (b"PK\3\4", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1a\x45\xdf\xa3", "film"),
    (b"OggS", "film"),
)
PHONE = "on an iPhone, Settings, Camera, Formats, Most Compatible takes JPEG from the start"


def refusal(head: bytes) -> str:
    """Return one sentence on a file that cannot be read, from its first bytes: what it is, and what to do."""
    kind = _kind(head[:HEAD])
    if kind is None:
        return "This file cannot be read as a picture; use JPEG, PNG, WebP, TIFF or another common format."
    more = f" ({PHONE})" if kind == "HEIC" else ""
    article = "an" if kind[0] in "aeiou" else "a"
    return f"This is {article} {kind} file, which is not read here; save the photo as JPEG or PNG{more}."


def _kind(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return "HEIC" if head[8:12] in _HEIC else None if head[8:11] == b"avi" else "film"
    if b"<svg" in head.lower():
        return "SVG"
    return next((kind for start, kind in _HEADS if head.startswith(start)), None)
