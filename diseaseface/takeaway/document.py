"""One page of paper: the pictures, the scores, the signs with their evidence, and what to keep in mind."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from diseaseface import marks
from diseaseface.evaluation import words
from diseaseface.pictures import shrunk

if TYPE_CHECKING:
    from fpdf import FPDF

DISCLAIMER = (
    "Synthetic picture, drawn by software on a photo: it says nothing about the health of the person shown. For "
    "education and research. No diagnostic device: it must not be used to find, rule out or follow a disease in a "
    "person. Scores describe pictures, not people; profiles are averages of published reports, and people differ."
)
_LEFT, _TOP, _RIGHT, _BOTTOM = 14.0, 12.0, 196.0, 285.0  # mm on A4
_WIDE = _RIGHT - _LEFT
_PICTURE_MM, _PICTURE_PX, _STAGE_PX = 76.0, 720, 360
_GAP = 3.0
_INK, _MUTED, _LINE = 26, 107, 209  # grey, 0 to 255
_COLUMNS = (("Sign", 56.0), ("Seen", 23.0), ("Asked", 17.0), ("Drawn", 17.0), ("Read back", 25.0), ("Evidence", 44.0))
_ROW = 4.1
_NOTES_ROOM = 36.0  # mm kept at the foot for warnings, versions and the disclaimer
_NO_DATE = datetime(1980, 1, 1, tzinfo=UTC)
_FONTS = "templates/frontend/static/fonts/IBMPlexSans"  # of the package gradio, SIL Open Font License


def encode_pdf(
    before: np.ndarray,
    after: np.ndarray,
    report: Mapping,
    stages: Sequence[tuple[np.ndarray, str]] = (),
    *,
    mark: bool = True,
) -> bytes:
    """Return a report on one picture as a PDF of one A4 page.

    Parameters
    ----------
    before, after : uint8 arrays of shape (H, W, 3)
        The photo and the drawn picture, best cut to the head.
    report : mapping
        As `Report.to_dict`.
    stages : sequence of (picture, caption)
        The course, shown below the pictures; at most seven.
    mark : bool
        Whether drawn pictures carry the visible mark.
    """
    pdf = _page(report)
    _head(pdf, report)
    _pictures(pdf, before, after, mark)
    _scores(pdf, report, _LEFT + 2 * (_PICTURE_MM / 1.25) + 2 * _GAP)
    pdf.set_y(pdf.get_y() + _GAP)
    if stages:
        _course(pdf, stages[:7], mark)
    _signs(pdf, report)
    _foot(pdf, report)
    return bytes(pdf.output())


def _page(report: Mapping) -> "FPDF":
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margins(_LEFT, _TOP, 210.0 - _RIGHT)
    folder = Path(find_spec("gradio").origin).parent / _FONTS
    for style, name in (("", "Regular"), ("B", "Bold")):
        pdf.add_font("plex", style, str(folder / f"IBMPlexSans-{name}.woff2"))
    pdf.set_title(f"DiseaseFace: {_name(report)}")
    pdf.set_subject(marks.STATEMENT)
    pdf.set_creator("DiseaseFace")
    pdf.set_xmp_metadata(marks.xmp(report))
    pdf.set_creation_date(_NO_DATE)  # the same request gives the same bytes
    pdf.set_draw_color(_LINE)
    pdf.add_page()
    return pdf


def _head(pdf: "FPDF", report: Mapping) -> None:
    _write(pdf, 17, _name(report), bold=True, height=8)
    _write(pdf, 8.5, "  ·  ".join(_settings(report)), muted=True, height=5)
    pdf.line(_LEFT, pdf.get_y() + 1, _RIGHT, pdf.get_y() + 1)
    pdf.set_y(pdf.get_y() + 4)


def _settings(report: Mapping) -> list[str]:
    """Return what was asked, so that the picture can be drawn again."""
    told = [(report.get("disease") or {}).get("id", ""), f"severity {words.percent(report['severity'])}"]
    told += [f"{report['presentation']} presentation", f"seed {report['seed']}", f"engine {report['engine']}"]
    if report.get("toward") == "healthy":
        told.append("taken away")
    named = (("side", "side"), ("age", "age"), ("photo_age", "age in the photo"), ("sex", "sex"))
    return [*told, *(f"{label} {report[key]}" for key, label in named if report.get(key) is not None)]


def _pictures(pdf: "FPDF", before: np.ndarray, after: np.ndarray, mark: bool) -> None:
    side, top = _PICTURE_MM / 1.25, pdf.get_y()
    after = shrunk(after, _PICTURE_PX)
    shown = ((shrunk(before, _PICTURE_PX), "Photo"), (marks.in_file(after, mark), "Drawn, synthetic"))
    for place, (picture, caption) in enumerate(shown):
        _image(pdf, picture, _LEFT + place * (side + _GAP), top, side, caption)
    pdf.set_y(top + side + 5)


def _image(pdf: "FPDF", picture: np.ndarray, x: float, y: float, side: float, caption: str) -> None:
    """Put a picture into the middle of a square with its caption below."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=90)
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    pdf.image(file, x + (side - scale * width) / 2, y + (side - scale * height) / 2, scale * width, scale * height)
    pdf.set_xy(x + (side - scale * width) / 2 - pdf.c_margin, y + side + 0.6)
    _write(pdf, 7.5, caption, muted=True, height=3.6, width=side)


def _scores(pdf: "FPDF", report: Mapping, x: float) -> None:
    """Set the scores to the right of the pictures, without moving the pen's height."""
    below = pdf.get_y()
    pdf.set_y(_TOP + 17.5)
    for score in words.scores(report):
        pdf.set_x(x)
        _write(pdf, 7.5, score.title, muted=True, height=3.6, width=_RIGHT - x, keep_x=x)
        _write(pdf, 12, score.figure, bold=True, height=5, width=_RIGHT - x, keep_x=x)
        _paragraph(pdf, 7.2, score.sentence, x)
        pdf.set_y(pdf.get_y() + 1.4)
    _paragraph(pdf, 7.5, words.ranking_sentence(report), x)
    pdf.set_y(max(below, pdf.get_y()))


def _course(pdf: "FPDF", stages: Sequence[tuple[np.ndarray, str]], mark: bool) -> None:
    side, top = min(31.0, (_WIDE + _GAP) / len(stages) - _GAP), pdf.get_y()
    step = (_WIDE - side) / max(1, len(stages) - 1)
    for place, (picture, caption) in enumerate(stages):
        small = shrunk(picture, _STAGE_PX)
        drawn = marks.in_file(small, mark and place > 0)
        _image(pdf, drawn, _LEFT + place * step, top, side, caption)
    pdf.set_y(top + side + 6)


def _signs(pdf: "FPDF", report: Mapping) -> None:
    """Set the table of signs, as many as the page has room for, the most frequent first."""
    _row(pdf, [name for name, _ in _COLUMNS], muted=True)
    signs = sorted(report["attributes"], key=lambda sign: -(sign["weight"] or 0.0))
    room = int((_BOTTOM - _NOTES_ROOM - pdf.get_y()) / _ROW)
    shown = signs if len(signs) <= room else signs[: room - 1]
    for sign in shown:
        _row(pdf, _cells(sign))
    if len(shown) < len(signs):
        _write(pdf, 7, f"and {len(signs) - len(shown)} more, in the report as CSV or JSON", muted=True, height=_ROW)


def _cells(sign: Mapping) -> list[str]:
    side = f", {sign['side']}" if sign.get("side") else ""
    seen = f"{words.frequency(sign['weight'])}, {words.percent(sign['weight'])}" if sign["weight"] is not None else "–"
    read = "not read" if sign["status"] != "measured" else words.amount(sign["measured"], sign["unit"])
    if sign["status"] == "measured" and sign.get("z") is not None:
        read += f" ({sign['z']:+.1f} SD)".replace("-", "−")
    asked, drawn = (words.amount(sign[key], sign["unit"]) for key in ("asked", "applied"))
    who = ", ".join(dict.fromkeys(f"{one['source']} {one['reference']}" for one in sign["evidence"]))
    return [f"{sign['label']}{side}  {' '.join(sign['hpo'][:1])}", seen, asked, drawn, read, who]


def _row(pdf: "FPDF", cells: Sequence[str], *, muted: bool = False) -> None:
    _pen(pdf, 7, muted=muted)
    x = _LEFT
    for text, (_, width) in zip(cells, _COLUMNS, strict=True):
        pdf.set_x(x)
        pdf.cell(width, _ROW, _fitted(pdf, text, width - 1.5))
        x += width
    pdf.set_y(pdf.get_y() + _ROW)
    pdf.line(_LEFT, pdf.get_y(), _RIGHT, pdf.get_y())


def _foot(pdf: "FPDF", report: Mapping) -> None:
    pdf.set_y(_BOTTOM - _NOTES_ROOM + 2)
    notes = " ".join(report.get("warnings") or ())
    if notes:
        _paragraph(pdf, 7, _fitted(pdf, f"Notes: {notes}", 3 * _WIDE), _LEFT)
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items() if version)
    _paragraph(pdf, 7, f"Made with: {versions}. Signs and frequencies: Human Phenotype Ontology, and curated.", _LEFT)
    unread = [sign["label"] for sign in report["attributes"] if sign["status"] != "measured"]
    if unread:
        _paragraph(
            pdf, 7, _fitted(pdf, f"Not read back from a photo like this: {', '.join(unread)}.", 2 * _WIDE), _LEFT
        )
    pdf.set_y(max(pdf.get_y() + 1, _BOTTOM - 12))
    _pen(pdf, 7.5)
    pdf.multi_cell(_WIDE, 3.7, DISCLAIMER, border="T", align="L")


def _name(report: Mapping) -> str:
    return (report.get("disease") or {}).get("name") or "No disease named"


def _pen(pdf: "FPDF", size: float, *, bold: bool = False, muted: bool = False) -> None:
    pdf.set_font("plex", "B" if bold else "", size)
    pdf.set_text_color(_MUTED if muted else _INK)


def _write(
    pdf: "FPDF", size: float, text: str, *, height: float, bold: bool = False, muted: bool = False,
    width: float = _WIDE, keep_x: float = _LEFT,
) -> None:  # fmt: skip
    """Set one line, cut to its width, and go to the next."""
    _pen(pdf, size, bold=bold, muted=muted)
    pdf.cell(width, height, _fitted(pdf, text, width - 1.0))
    pdf.set_xy(keep_x, pdf.get_y() + height)


def _paragraph(pdf: "FPDF", size: float, text: str, x: float) -> None:
    _pen(pdf, size)
    pdf.set_x(x)
    pdf.multi_cell(_RIGHT - x, 0.46 * size, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _fitted(pdf: "FPDF", text: str, width: float) -> str:
    """Cut a text to a width in mm in the font that is set."""
    if pdf.get_string_width(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if pdf.get_string_width(text[:middle] + "…") <= width else (low, middle - 1)
    return text[:low].rstrip() + "…"
