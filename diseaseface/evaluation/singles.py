"""How readings of single pictures follow what is there, beside what tracking sees between two."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from diseaseface.errors import CatalogueError

FILE = "data/single.json"


@dataclass(frozen=True)
class SingleReading:
    """How a measure that is read from one picture follows a change.

    Attributes
    ----------
    share : float
        Of the change that tracking sees between two pictures: what finds the points of a face draws them towards
        the usual face.
    noise : float
        Standard deviation of the difference from that, in the measure's unit of departures.
    n : int
        Pictures.
    """

    share: float = 0.0
    noise: float = 0.0
    n: int = 0


@dataclass(frozen=True)
class RenderedShare:
    """What single pictures of rendered heads of known geometry show of a measure's moves; `benchmark heads`.

    Attributes
    ----------
    share : float
        Of the moves that drawn pictures let expect.
    n : int
        Pictures.
    """

    share: float = 1.0
    n: int = 0


@dataclass(frozen=True)
class Singles:
    """How readings of single pictures follow what is drawn.

    Attributes
    ----------
    spread : float
        Of the moves predicted measure by measure, what whole presentations show, by the weights of healthy faces:
        standard deviation over pictures.
    measures : mapping of measure to SingleReading
    heads : mapping of measure to RenderedShare
    """

    spread: float
    measures: Mapping[str, SingleReading]
    heads: Mapping[str, RenderedShare] = field(default_factory=dict)

    def of(self, measure: str) -> SingleReading:
        """Return how a measure follows; one that nobody tried follows nothing."""
        return self.measures.get(measure, SingleReading())

    def heard(self, measure: str) -> float:
        """Return by how much a measure's moves are taken less or more than drawn pictures let expect.

        Neither drawn pictures nor rendered heads are people: the mean of both is nearer.
        """
        return 0.5 * (1.0 + self.heads.get(measure, RenderedShare()).share)


@cache
def singles() -> Singles:
    """Return the shipped table of `benchmark singles`, with what `benchmark heads` adds to it."""
    try:
        table = json.loads(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))
        measures = {name: SingleReading(**row) for name, row in table["measures"].items()}
        heads = {name: RenderedShare(**row) for name, row in table["heads"].items()}
        return Singles(table["spread"], measures, heads)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"single.json is malformed: {error}") from error
