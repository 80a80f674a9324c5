"""How the readings of single pictures answer to signs, calibrated once on faces that no test uses."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.errors import CatalogueError

FILE = "data/responses.json"
# Read for how far they are from the middle, to whichever side: sides would cancel over people.
UNSIDED = frozenset({"mouth_corner_asymmetry_left", "mouth_shift_left", "nasal_deviation_left", "chin_deviation_left"})


def size_of(name: str, departure: float) -> float:
    """Return a departure from the mean, without its side where a measure's sign tells only the side."""
    return abs(departure) if name in UNSIDED else departure


@cache
def _text() -> str:
    return files("diseaseface").joinpath(FILE).read_text(encoding="utf-8")


@cache
def responses() -> Mapping[str, Mapping[str, float]]:
    """Return sign, such as "nose_width+", to measure to change of its reading for a unit of the sign."""
    return parse(_text())


@cache
def together() -> tuple[tuple[str, ...], np.ndarray]:
    """Return how little the responses of several signs add up.

    Returns
    -------
    measures : tuple of str
    covariance : float64 array of shape (measures, measures)
        Of what their sum misses, in SD of healthy faces squared, where the squares of all signs' shares of their
        full amounts add up to 1.
    """
    return parse_together(_text())


def parse(text: str) -> Mapping[str, Mapping[str, float]]:
    """Read responses from JSON text."""
    try:
        table = json.loads(text)["response"]
        return {sign: {name: float(value) for name, value in moved.items()} for sign, moved in table.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogueError(f"responses.json is malformed: {error}") from error


def parse_together(text: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Read what sums of responses miss from JSON text."""
    try:
        table = json.loads(text)["together"]
        names, covariance = tuple(table["measures"]), np.array(table["covariance"], float)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"responses.json is malformed: {error}") from error
    if covariance.shape != (len(names), len(names)):
        raise CatalogueError(f"responses.json is malformed: {len(names)} measures, a covariance of {covariance.shape}.")
    return names, covariance
