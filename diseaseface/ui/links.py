"""Links that open the page with settings: made from them, and read; a photo is never part of one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from urllib.parse import urlencode

from diseaseface.errors import RequestError
from diseaseface.ui.asked import FIRST, Asked, ages
from diseaseface.ui.examples import examples

FACE = "face"
_MOST_LETTERS = 200
_ONE_OF = {
    "sex": ("female", "male"),
    "side": ("left", "right"),
    "presentation": ("typical", "sampled"),
    "toward": ("disease", "healthy"),
    "engine": ("morph", "diffusion"),
}


def query(asked: Asked, photo: str | None = None) -> str:
    """Return the query of a link to these settings, and to the photo where it is one of the examples."""
    told = {
        name: value for name, value in asdict(asked).items() if name in ("disease", "severity") or value != FIRST[name]
    }
    known = {str(one.path): one.path.name for one in examples()}
    if photo in known and photo != str(examples()[0].path):
        told[FACE] = known[photo]
    told = {name: f"{value:g}" if isinstance(value, float | int) else value for name, value in told.items()}
    return "?" + urlencode({name: value for name, value in told.items() if value not in (None, "")})


def read(told: Mapping[str, str]) -> dict:
    """Return the settings in a link's query that make sense, by the name of the page's component."""
    read_one = {name: _choice(choices) for name, choices in _ONE_OF.items()}
    read_one |= {"disease": _words, "severity": _between(0, 100), "seed": _seed, "age": _age, FACE: _face}
    found = {name: read_one[name](str(told[name])[:_MOST_LETTERS]) for name in read_one if name in told}
    return {name: value for name, value in found.items() if value is not None}


def known() -> list[str]:
    """Return what a link may set."""
    return [FACE, *(one.name for one in fields(Asked))]


def _words(text: str) -> str | None:
    return text.strip() or None


def _choice(choices: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda text: text if text in choices else None


def _between(least: float, most: float) -> Callable[[str], float | None]:
    def read_number(text: str) -> float | None:
        try:
            return min(max(float(text), least), most) if float(text) == float(text) else None
        except ValueError:
            return None

    return read_number


def _seed(text: str) -> int | None:
    number = _between(0, 2**31 - 1)(text)
    return None if number is None else int(number)


def _age(text: str) -> str | None:
    try:
        return text if ages(text)["age"] is not None else None
    except RequestError:
        return None


def _face(text: str) -> str | None:
    return next((str(one.path) for one in examples() if one.path.name == Path(text).name), None)
