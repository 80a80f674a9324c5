"""Pictures as files: PNG that carries its report, captioned strips, animations."""

import io
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diseaseface import marks
from diseaseface.provenance import signed

REPORT_KEY = "diseaseface"
_XMP_KEY = "XML:com.adobe.xmp"
_SCHEMA = "diseaseface.report/"
_LONGEST = 500  # characters of a name
_HEADER_END = 33  # PNG signature and IHDR chunk, bytes
_CAPTION_SHARE = 0.075  # of a stage's height
_INK, _PAPER = (31, 41, 51), (255, 255, 255)


def encode_png(picture: np.ndarray, report: dict | None = None, *, mark: bool = False) -> bytes:
    """Encode a picture, with its report and the metadata of a synthetic picture inside.

    Parameters
    ----------
    picture : uint8 array of shape (H, W, 3)
        RGB.
    report : dict, optional
        As `Report.to_dict`; timings are left out, so that the same request gives the same bytes.
    mark : bool
        Whether the file's pixels get the visible mark; the report then tells its place.
    """
    if mark:
        picture, report = marks.stamped(picture), {**(report or {}), marks.TOLD: list(marks.box_of(picture.shape))}
    fast = [cv2.IMWRITE_PNG_COMPRESSION, 2]
    data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), fast)[1].tobytes()
    if report is None:
        return data
    kept = {name: value for name, value in report.items() if name != "timings_ms"}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    chunks = _text_chunk(REPORT_KEY, text) + _text_chunk(_XMP_KEY, marks.packet(report))
    return signed(data[:_HEADER_END] + chunks + data[_HEADER_END:], "image/png", report)


def _text_chunk(key: str, text: str) -> bytes:
    body = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def read_report(photo) -> dict | None:
    """Return the report inside a picture that this product drew, else None.

    `photo` is a path, the bytes of a file, or a PIL image; arrays carry no report.
    """
    if isinstance(photo, Image.Image):
        return _report_of(photo)
    if not isinstance(photo, str | os.PathLike | bytes):
        return None
    try:
        with Image.open(io.BytesIO(photo) if isinstance(photo, bytes) else photo) as image:
            return _report_of(image)
    except Exception:  # Pillow's plugins raise many kinds on damaged files
        return None  # whoever reads the photo itself says what is wrong with it


def _report_of(image: Image.Image) -> dict | None:
    try:
        report = json.loads(image.info.get(REPORT_KEY, ""))
    except (TypeError, ValueError, RecursionError):
        return None
    known = isinstance(report, dict) and str(report.get("schema", "")).startswith(_SCHEMA)
    return report if known and all(sound(report.get(name)) for name, sound in _SOUND.items()) else None


def _names_a_disease(value: object) -> bool:
    told = [value.get(name) for name in ("id", "name")] if isinstance(value, dict) else []
    return value is None or (len(told) == 2 and all(isinstance(text, str) and len(text) <= _LONGEST for text in told))


def _is_share(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and 0.0 <= value <= 1.0)


def _is_seed(value: object) -> bool:
    return value is None or (type(value) is int and 0 <= value < 2**63)


def _is_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value is None or (isinstance(value, str) and value in words)


# A report in a picture is whatever its maker wrote there: what is used again has to be of its kind.
_SOUND = {
    "disease": _names_a_disease,
    "severity": _is_share,
    "seed": _is_seed,
    "side": _is_of("left", "right"),
    "presentation": _is_of("typical", "sampled"),
    "toward": _is_of("disease", "healthy"),
}


def sheet(pictures: Sequence[np.ndarray], captions: Sequence[str]) -> np.ndarray:
    """Set pictures of one shape side by side, each with its caption below, uint8 RGB."""
    height, width = pictures[0].shape[:2]
    band, gap = max(18, round(height * _CAPTION_SHARE)), max(2, width // 100)
    step = width + gap
    page = Image.new("RGB", (step * len(pictures) - gap, height + band), _PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(round(band * 0.55))
    for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        page.paste(Image.fromarray(picture), (place * step, 0))
        pen.text((place * step + width / 2, height + band / 2), caption, _INK, font, anchor="mm")
    return np.asarray(page)


def shrunk(picture: np.ndarray, longest_px: int) -> np.ndarray:
    """Bring a picture to at most `longest_px` on its long side."""
    height, width = picture.shape[:2]
    scale = longest_px / max(height, width)
    if scale >= 1.0:
        return picture
    return cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)


def encode_gif(frames: Sequence[np.ndarray], report: dict | None = None, *, per_second: float = 12) -> bytes:
    """Encode frames as a GIF that plays there and back without end and says that it is synthetic."""
    palette = Image.fromarray(np.hstack([frames[0], frames[-1]])).quantize(255, dither=Image.Dither.NONE)
    loop = [Image.fromarray(f).quantize(palette=palette) for f in there_and_back(frames)]
    file = io.BytesIO()
    settings = {"duration": round(1000 / per_second), "loop": 0, "comment": marks.STATEMENT}
    loop[0].save(file, "GIF", save_all=True, append_images=loop[1:], **settings)
    return signed(marks.in_gif(file.getvalue(), report), "image/gif", report)


def encode_mp4(frames: Sequence[np.ndarray], report: dict | None = None, *, per_second: float = 12) -> bytes:
    """Encode frames, there and back, as H.264 that browsers play and that says that it is synthetic.

    Odd sizes lose one row or column.
    """
    from imageio_ffmpeg import write_frames

    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "course.mp4"
        writer = write_frames(
            str(path), (width, height), fps=per_second, macro_block_size=2, quality=8, ffmpeg_log_level="error",
            output_params=["-metadata", f"comment={marks.STATEMENT}", "-movflags", "use_metadata_tags+faststart"],
        )  # fmt: skip
        writer.send(None)
        for frame in there_and_back(frames):
            writer.send(np.ascontiguousarray(frame[:height, :width]))
        writer.close()
        return signed(marks.in_mp4(path.read_bytes(), report), "video/mp4", report)


def there_and_back(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the frames followed by the inner ones in reverse, so that they loop without a jump."""
    return [*frames, *list(frames)[-2:0:-1]]


def write(path: str | os.PathLike, data: bytes) -> None:
    """Write a file whole or not at all."""
    path = Path(path)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(unfinished, 0o666 & ~_umask())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
