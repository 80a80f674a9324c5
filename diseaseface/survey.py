"""A set of photos read one by one: a row a photo, as a table and as CSV. A bad photo is a row with its reason."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.report import MEASURED
from diseaseface.evaluation.words import percent
from diseaseface.knowledge.profiles import Profile
from diseaseface.pictures import read_report
from diseaseface.pipeline import Pipeline

READ, REFUSED = "read", "refused"
_RANKED = 3
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets run cells of text that begin so


@dataclass(frozen=True, eq=False)
class Row:
    """One photo of a set.

    Attributes
    ----------
    photo : str
        Its name.
    report : mapping or None
        As `Report.to_dict`; None where the photo was refused.
    reason : str or None
        Why it was refused.
    drawn : mapping or None
        The report inside a picture that this product drew.
    """

    photo: str
    report: Mapping | None = None
    reason: str | None = None
    drawn: Mapping | None = None

    def to_dict(self) -> dict:
        """Return the photo's name with its report, or with why it was refused."""
        return {"photo": self.photo, **(self.report or {REFUSED: self.reason})}

    @property
    def ranked(self) -> list[str]:
        """Names of the diseases that it reads most like, best first."""
        return [one["name"] for one in self.report["ranking"][:_RANKED]] if self.report else []

    def score(self, name: str, part: str = "value") -> float | None:
        """Return a score of the report, or a part of it; None where it has none."""
        told = self.report["scores"].get(name) if self.report else None
        return told.get(part) if told and told["status"] == MEASURED else None


def survey(
    pipeline: Pipeline,
    photos: Iterable[str | Path],
    disease: str | Profile | None = None,
    *,
    folder: Path | None = None,
) -> Iterator[Row]:
    """Read photos in turn; yield each one's row as soon as it is there, named by its path in `folder`.

    What is wrong with one photo is its row's reason; what is wrong with the disease is raised before any.
    """
    profile = None if disease is None else pipeline.profile(disease)
    return (_row(pipeline, Path(photo), profile, folder) for photo in photos)


def _row(pipeline: Pipeline, photo: Path, profile: Profile | None, folder: Path | None) -> Row:
    drawn, name = read_report(photo), photo.name if folder is None else str(photo.relative_to(folder))
    try:
        return Row(name, pipeline.evaluate(photo, profile).to_dict(), drawn=drawn)
    except (DiseaseFaceError, OSError) as error:
        return Row(name, reason=" ".join(str(error).split()), drawn=drawn)


def summary(row: Row) -> dict[str, object]:
    """Return what a table shows of a row, by the names of its columns; None is an empty cell."""
    return {
        "photo": row.photo,
        "status": READ if row.report else REFUSED,
        "severity": _rounded(row.score("severity")),
        "severity_low": _rounded(row.score("severity", "low")),
        "severity_high": _rounded(row.score("severity", "high")),
        "profile_match": _rounded(row.score("profile_match")),
        "departs": row.report["departs"] if row.report else None,
        **{f"reads_like_{k + 1}": name for k, name in enumerate([*row.ranked, *[None] * _RANKED][:_RANKED])},
        "drawn_here_as": _drawn(row.drawn),
        "note": " ".join(row.report["warnings"]) if row.report else row.reason,
    }


def _drawn(report: Mapping | None) -> str | None:
    disease = (report or {}).get("disease")
    if not isinstance(disease, dict):
        return None
    severity = report.get("severity")
    return f"{disease.get('name')} {percent(severity)}" if isinstance(severity, int | float) else disease.get("name")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def details(row: Row) -> dict[str, float | None]:
    """Return the signs of the disease asked for, then every measure, as columns named with their unit."""
    if row.report is None:
        return {}
    asked = row.report["attributes"] if row.report["disease"] else []
    signs = {f"z: {sign['label']}{_side(sign)}": _rounded(sign["z"]) for sign in asked}
    return signs | {f"{one['name']} ({one['unit']})": one["value"] for one in row.report["measures"]}


def _side(sign: Mapping) -> str:
    return f", {sign['side']}" if sign.get("side") else ""


def to_csv(rows: Sequence[Row]) -> bytes:
    """Return the rows as CSV in UTF-8 with a mark that spreadsheets know it by: summaries, then details."""
    tables = [summary(row) | details(row) for row in rows]
    names = list(dict.fromkeys(name for table in tables for name in table))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in table.items()} for table in tables)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def in_words(rows: Sequence[Row]) -> list[str]:
    """Return the rows as lines of plain text, and a last one that counts."""
    wide = max((len(row.photo) for row in rows), default=0)
    lines = [f"{row.photo:<{wide}}  {_line(row)}" for row in rows]
    read = sum(row.report is not None for row in rows)
    return [*lines, f"{read} of {len(rows)} photos read, {len(rows) - read} refused."]


def _line(row: Row) -> str:
    if row.report is None:
        return f"refused: {row.reason}"
    value, low, high = (row.score("severity", part) for part in ("value", "low", "high"))
    severity = f"severity {percent(value)} ({percent(low)} to {percent(high)}), " if value is not None else ""
    like = ", ".join(row.ranked) if row.report["departs"] and row.ranked else "no departure from healthy"
    return f"{severity}{like}"
