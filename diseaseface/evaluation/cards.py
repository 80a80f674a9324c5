"""How far each measure can be trusted: its validity card, computed by `benchmark measures` and shipped with n."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from statistics import fmean, stdev

from diseaseface.errors import CatalogueError

FILE = "data/validity.json"

LEAST_RELIABILITY = 0.5  # of a reading taken again: below it noise outweighs what faces differ by
LEAST_FOLLOWING = 0.7  # rank correlation with the true size within a head, other signs beside it: half is order
LEAST_AGREEMENT = 0.4  # intraclass correlation with landmarks placed by hand: "poor" below (Cicchetti 1994)


@dataclass(frozen=True)
class HandAgreement:
    """Automatic against hand-placed landmarks.

    Attributes
    ----------
    icc : float
        Intraclass correlation, two-way mixed, consistency, single measures (McGraw & Wong 1996, ICC(C,1)).
    icc_absolute : float
        The same for absolute agreement, ICC(A,1): a fixed difference of definitions counts against it.
    bias : float
        Mean of automatic minus hand, in the unit.
    low, high : float
        95 % limits of agreement (Bland & Altman 1986).
    n : int
        Faces.
    """

    icc: float
    icc_absolute: float
    bias: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class HeadGain:
    """Single readings against the true size, within rendered heads of known geometry; see `benchmark heads`.

    Attributes
    ----------
    spearman : float
        Rank correlation, mean over heads.
    low, high : float
        Its 95 % interval over heads.
    gain : float
        Reading for each unit that is there.
    monotone : float
        Share of steps from level to level that are read in the right direction.
    n : int
        Heads.
    """

    spearman: float
    low: float
    high: float
    gain: float
    monotone: float
    n: int


@dataclass(frozen=True)
class ToneSlopes:
    """How a sign of colour is read with a photo before on rendered heads of three thirds of skin tone.

    Attributes
    ----------
    light, dark : float
        Reading for each unit that the albedo has, mean over the heads of a third.
    middle : float or None
        None where no head of that third was tried.
    difference : float
        By how much the darkest third differs from the lightest, as a share of the latter.
    n : int
        Heads of all thirds.
    """

    light: float
    dark: float
    difference: float
    n: int
    middle: float | None = None

    @property
    def spread(self) -> float:
        """Standard deviation of the slopes over the thirds, as a share of their mean."""
        slopes = [slope for slope in (self.light, self.middle, self.dark) if slope is not None]
        return stdev(slopes) / abs(fmean(slopes))


@dataclass(frozen=True)
class Card:
    """The validity card of one measure.

    Attributes
    ----------
    sd : float
        Standard deviation over healthy faces.
    n : int
        Faces that `sd` is of.
    retest : float or None
        Standard deviation of a reading that is taken again under small changes of tilt, size, light and file.
    retest_n : int
        Pairs.
    smile : float or None
        Mean change from a neutral to a smiling face, in standard deviations.
    smile_n : int
        Pairs.
    tone : float or None
        Correlation with the individual typology angle over faces (Spearman); None below 20 faces.
    hand : HandAgreement or None
        None where nobody placed the points by hand.
    heads : HeadGain or None
        None where no mesh knows the true size.
    tones : mapping of sign to ToneSlopes
        Of signs of colour, "malar_erythema+" and so on.
    """

    sd: float
    n: int
    retest: float | None = None
    retest_n: int = 0
    smile: float | None = None
    smile_n: int = 0
    tone: float | None = None
    hand: HandAgreement | None = None
    heads: HeadGain | None = None
    tones: Mapping[str, ToneSlopes] = field(default_factory=dict)

    @property
    def reliability(self) -> float | None:
        """Share of the variance of single readings that is not retest noise, 0 to 1."""
        if self.retest is None or self.sd <= 0:
            return None
        return max(0.0, 1.0 - self.retest**2 / (2.0 * self.sd**2))

    @property
    def failing(self) -> str | None:
        """Why the measure cannot be relied on; None where its card holds."""
        if self.reliability is None:
            return "How well this can be read has not been tested."
        if self.reliability < LEAST_RELIABILITY:
            return "Small changes of light, size or tilt move this reading more than healthy faces differ."
        if self.hand is not None and self.hand.icc < LEAST_AGREEMENT:
            return "The automatic landmarks follow hand-placed ones too poorly here."
        if self.heads is not None and self.heads.high < LEAST_FOLLOWING:
            return "On rendered heads of known geometry this reading does not follow the true size."
        return None


@cache
def cards() -> Mapping[str, Card]:
    """Return the shipped cards by measure."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, Card]:
    """Read cards from JSON text; raise CatalogueError where they are malformed."""
    try:
        table = json.loads(text)["measures"]
        return {name: _card(dict(row)) for name, row in table.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"validity.json is malformed: {error}") from error


def tone_spread(measure: str, sign: str) -> float:
    """Return how far a sign's slope differs between skin tones, as a share; 0 for signs that no tone was tried for."""
    card = cards().get(measure)
    return card.tones[sign].spread if card is not None and sign in card.tones else 0.0


def _card(row: dict) -> Card:
    hand, heads = row.pop("hand", None), row.pop("heads", None)
    tones = {sign: ToneSlopes(**slopes) for sign, slopes in row.pop("tones", {}).items()}
    return Card(**row, hand=hand and HandAgreement(**hand), heads=heads and HeadGain(**heads), tones=tones)
