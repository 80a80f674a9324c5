"""How the readings of single pictures answer to signs, calibrated once on faces that no test uses."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError

FILE = "data/responses.json"


@cache
def responses() -> Mapping[str, Mapping[str, float]]:
    """Return sign, such as "nose_width+", to measure to change of its reading for a unit of the sign."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, Mapping[str, float]]:
    """Read responses from JSON text."""
    try:
        table = json.loads(text)["response"]
        return {sign: {name: float(value) for name, value in moved.items()} for sign, moved in table.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogueError(f"responses.json is malformed: {error}") from error
