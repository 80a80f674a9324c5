"""What commands write, and where: whole files or none."""

import json
from collections.abc import Mapping
from pathlib import Path

from diseaseface import pictures
from diseaseface.errors import RequestError


def require_room(*paths: str | None) -> None:
    """Refuse a path whose folder is not there, before any work."""
    for path in filter(None, paths):
        if not Path(path).resolve().parent.is_dir():
            raise RequestError(f"There is no folder {Path(path).parent}: make it first, or write elsewhere.")


def as_json(report: dict | list) -> bytes:
    """Return a report as the bytes of a JSON file."""
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def write(files: Mapping[str | None, bytes]) -> None:
    """Write files whole; what has no path was not asked for."""
    for path, data in files.items():
        if path is not None:
            pictures.write(path, data)
