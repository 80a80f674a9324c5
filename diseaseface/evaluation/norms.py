"""What healthy faces measure: means, spread, and how measures go together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.evaluation.readings import ALONE, ONLY_AGAINST_BEFORE, Readings, departure

FILE = "data/norms.json"


@dataclass(frozen=True, eq=False)
class Norms:
    """Readings of healthy faces.

    Attributes
    ----------
    n : int
        Faces.
    source : str
        Who took the photos, and their licence.
    mean, sd : mapping of measure to float
        Of single readings; the SD of a measure read in per cent is in per cent of the mean.
    jointly : tuple of str
        The measures that tell whether a face departs from healthy.
    precision : float array of shape (k, k)
        Inverse of their shrunk covariance.
    departure : float
        Mahalanobis distance that 95 of 100 healthy faces, each left out in turn, stay below.
    """

    n: int
    source: str
    mean: Mapping[str, float]
    sd: Mapping[str, float]
    jointly: tuple[str, ...]
    precision: np.ndarray
    departure: float


@cache
def norms() -> Norms:
    """Return the shipped norms."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Norms:
    """Read norms from JSON text."""
    try:
        table = json.loads(text)
        precision = np.array(table["precision"], float)
        return Norms(
            table["n"], table["source"], table["mean"], table["sd"], tuple(table["jointly"]), precision,
            table["departure"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"norms.json is malformed: {error}") from error


def from_norm(readings: Readings) -> Readings:
    """Return how far a face's single readings are from the mean of healthy faces."""
    mean = norms().mean
    values = {
        name: departure(name, mean[name], value)
        if value is not None and name in mean and name not in ONLY_AGAINST_BEFORE
        else None
        for name, value in readings.values.items()
    }
    return Readings(ALONE, values, readings.blur)
