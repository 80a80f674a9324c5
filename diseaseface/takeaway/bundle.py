"""Everything of one result, as files and as one ZIP."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np

from diseaseface import marks, pictures
from diseaseface.evaluation import words
from diseaseface.faces import framing
from diseaseface.faces.face import Face
from diseaseface.takeaway.document import encode_pdf
from diseaseface.takeaway.table import encode_csv

FRAMES = 13  # of a course: every third is a stage of the strip
_STAGE_EVERY = 3
_FRAME_PX = 560
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes
_PACKED_ALREADY = (".png", ".gif", ".mp4", ".pdf")


def files(
    face: Face, picture: np.ndarray, report: Mapping, course: Sequence[np.ndarray], *, mark: bool = True
) -> dict[str, bytes]:
    """Return every file of a result by its name.

    Parameters
    ----------
    face : Face
        The photo, analysed.
    picture : uint8 array of shape (H, W, 3)
    report : mapping
        As `Report.to_dict`.
    course : sequence of uint8 arrays of shape (H, W, 3)
        `FRAMES` pictures from severity 0 to 1.
    mark : bool
        Whether drawn pictures carry the visible mark.
    """
    name, heads = file_name(report), [head(face, one) for one in course]
    stages = [
        (one, words.stage_caption(place / (len(heads) - 1))) for place, one in enumerate(heads) if is_stage(place)
    ]
    frames = [marks.in_file(pictures.shrunk(one, _FRAME_PX), mark) for one in heads]
    return {
        f"{name}.png": pictures.encode_png(picture, report, mark=mark),
        f"{name}-course.png": strip(stages, report, mark=mark),
        f"{name}.gif": pictures.encode_gif(frames, report),
        f"{name}.mp4": pictures.encode_mp4(frames, report),
        f"{name}.pdf": encode_pdf(head(face, face.image), head(face, picture), report, stages, mark=mark),
        f"{name}.json": encode_json(report),
        f"{name}.csv": encode_csv(report),
    }


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """Return files as one ZIP; the same files give the same bytes."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w") as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED_ALREADY) else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return room.getvalue()


def strip(stages: Sequence[tuple[np.ndarray, str]], report: Mapping, *, mark: bool = True) -> bytes:
    """Return stages with their captions side by side as a PNG with the report inside."""
    photo, *drawn = (picture for picture, _ in stages)
    shown = [photo, *(marks.in_file(one, mark) for one in drawn)]
    return pictures.encode_png(pictures.sheet(shown, [caption for _, caption in stages]), dict(report))


def encode_json(report: Mapping) -> bytes:
    """Return a report as JSON, without timings, so that the same request gives the same bytes."""
    kept = {name: value for name, value in report.items() if name != "timings_ms"}
    return (json.dumps(kept, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def file_name(report: Mapping) -> str:
    """Return a name for files, from disease and severity alone: never from a photo's name."""
    disease = (report.get("disease") or {}).get("name") or "picture"
    name = f"{disease} {report.get('severity') or 0.0:.2f}".lower().replace(" ", "-")
    return "diseaseface-" + "".join(letter for letter in name if letter.isalnum() or letter in "-.")[:120]


def is_stage(place: int) -> bool:
    """Tell whether a frame of a course is a stage of the strip, too."""
    return place % _STAGE_EVERY == 0


def head(face: Face, picture: np.ndarray) -> np.ndarray:
    """Cut a square around the head out of a picture of this face."""
    return framing.crop(picture, framing.head(face))
