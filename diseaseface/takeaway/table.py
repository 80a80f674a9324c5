"""The signs of a report as a table in CSV."""

import csv
import io
from collections.abc import Mapping

COLUMNS = (
    "label", "hpo", "side", "unit", "weight", "baseline", "asked", "applied", "measured", "noise", "z", "status",
    "reason", "evidence", "name", "direction",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def encode_csv(report: Mapping) -> bytes:
    """Return the signs of a report, a line each, as CSV in UTF-8 with a byte order mark, for spreadsheets' sake.

    Numbers have a decimal point; a value that is not there is empty. Text that a spreadsheet would take for a
    formula gets an apostrophe.
    """
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows([_cell(sign, name) for name in COLUMNS] for sign in report["attributes"])
    return file.getvalue().encode("utf-8-sig")


def _cell(sign: Mapping, name: str) -> object:
    value = sign.get(name)
    if name == "hpo":
        value = " ".join(value)
    elif name == "evidence":
        value = "; ".join(", ".join(filter(None, (e["source"], e["reference"], e["detail"]))) for e in value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else value
