"""How each reading answers to each sign, calibrated once on faces that no test uses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.evaluation.cards import tone_spread
from diseaseface.evaluation.readings import ALIGNED, ALONE, APART, RETAKEN, Readings
from diseaseface.evaluation.responses import responses
from diseaseface.evaluation.singles import singles
from diseaseface.faces.anthropometry import MEASURES, measures_for
from diseaseface.knowledge.catalogue import Attribute, attributes

_APART = 0.2  # of a gain: by how much sources differ from each other, over the signs that both know
_ENOUGH, _SHOWN = 2, 0.1  # heads, and share of the drawn gain below which they say that a sign is not seen
_LEAST_ORDER = 0.9  # rank correlation of what is read with what is there, mean over heads: of four levels, two may swap
_HEARD = (-0.6, 0.6)  # of a drawn gain: a source that differs by more only makes it less sure
CONTRADICTED = "On rendered heads of known geometry what is read of this sign does not follow how much there is."
_MOST_APART = 0.25  # spread of what is read in each picture by itself: the crown lies under hair that masks cut anyhow
FILE = "data/gains.json"
# Attributes that lower their own measure.
LOWERS = frozenset({"eyebrow_loss", "skin_tightening", "total_alopecia", "alopecia_patches", "frontal_balding"})


@dataclass(frozen=True)
class Gain:
    """How a sign is read by its own measure.

    Attributes
    ----------
    gain : float
        Reading for each unit that is there; negative where the sign lowers the reading.
    noise : float
        Standard deviation of what is read, in the sign's unit, apart from its amount.
    spread : float
        Standard deviation that grows with the amount, as a share of it.
    n : int
        Pictures it was calibrated on.
    of_drawn : float or None
        The gain of drawn signs alone; None where `gain` is that.
    contradicted : bool
        Whether rendered heads that have the sign are read as if they had none, or in no order.
    """

    gain: float
    noise: float
    spread: float
    n: int
    of_drawn: float | None = None
    contradicted: bool = False

    @property
    def drawn(self) -> float:
        """The gain of drawn signs alone."""
        return self.gain if self.of_drawn is None else self.of_drawn


@dataclass(frozen=True)
class RenderedGain:
    """How a sign is read on rendered heads of known geometry, in pictures that lie on each other; `benchmark heads`.

    Attributes
    ----------
    gain : float
        Reading for each unit that is there, mean over heads.
    spread : float
        Standard deviation over heads, as a share of the gain of drawn signs.
    n : int
        Heads.
    order : float
        Rank correlation with the true size within a head, mean over heads.
    """

    gain: float
    spread: float
    n: int
    order: float = 1.0


@dataclass(frozen=True)
class Gains:
    """All that was calibrated.

    Attributes
    ----------
    own : mapping of mode to mapping of sign to Gain
        A sign is an attribute and a direction: "nose_width+". Of aligned pictures, what signs drawn by this product's
        engine and what rendered heads say, together.
    response : mapping of sign to mapping of measure to float
        By how much each measure moves for a unit of the sign, in aligned pictures; signs
        share the face, so most move more than one measure.
    still : mapping of mode to mapping of measure to float
        Standard deviation of a measure's reading when nothing has changed.
    departure : mapping of mode to float
        Departure that 95 of 100 pairs without any change stay below.
    """

    own: Mapping[str, Mapping[str, Gain]]
    response: Mapping[str, Mapping[str, float]]
    still: Mapping[str, Mapping[str, float]]
    departure: Mapping[str, float]


@dataclass(frozen=True)
class Reading:
    """One sign as measured, in its unit, or why it is not.

    Attributes
    ----------
    value : float or None
    noise : float
        Standard deviation of the value; infinite without one.
    gain : float
        What the raw reading was divided by.
    reason : str or None
    spread : float
        The part of the noise that grows with the amount, as a share of it.
    """

    value: float | None
    noise: float = float("inf")
    gain: float = 1.0
    reason: str | None = None
    spread: float = 0.0


@cache
def gains() -> Gains:
    """Return the shipped calibration."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Gains:
    """Read a calibration from JSON text."""
    try:
        table = json.loads(text)
        own = {mode: {sign: Gain(**gain) for sign, gain in signs.items()} for mode, signs in table["own"].items()}
        for sign, row in table.get("heads", {}).items():
            if sign in own[ALIGNED]:
                own[ALIGNED][sign] = together(own[ALIGNED][sign], RenderedGain(**row))
        still = table["still"]
        for measure in APART & still.get(RETAKEN, {}).keys():
            still[ALIGNED][measure] = still[RETAKEN][measure]
        return Gains(own, table["response"], still, table["departure"])
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"gains.json is malformed: {error}") from error


def together(drawn: Gain, rendered: RenderedGain) -> Gain:
    """Return the gain of a sign by two sources that know its amount, each by its precision.

    Neither is a person: drawn signs move pixels as the reader expects, rendered ones are smooth as no skin is. How far
    sources differ is part of how unsure each is, and of how unsure the gain on a real face is.
    """
    apart = (rendered.gain - drawn.gain) / drawn.gain
    heard = drawn.gain * (1.0 + float(np.clip(apart, *_HEARD)))
    precision = [1.0 / (_APART**2 + spread**2 / max(n, 1)) for spread, n in
                 ((drawn.spread, drawn.n), (rendered.spread, rendered.n))]  # fmt: skip
    gain = float(np.average([drawn.gain, heard], weights=precision))
    unsure = abs(apart) * drawn.gain / abs(gain) / np.sqrt(2.0)
    scale = abs(drawn.gain / gain)
    spread = float(np.hypot(drawn.spread, unsure))
    unseen = rendered.gain / drawn.gain < _SHOWN or rendered.order < _LEAST_ORDER
    contradicted = rendered.n >= _ENOUGH and unseen
    return Gain(gain, drawn.noise * scale, spread, drawn.n + rendered.n, drawn.gain, contradicted)


def response(sign: str, measure: str, mode: str) -> float:
    """Return by how much a measure moves for a unit of a sign, as pictures are read in a mode; 0 where unknown.

    Of drawn pictures that are read apart there are two tables with errors of their own, and the mean of both is
    nearer: the share that shows of what is tracked, and what single pictures of some signs read.
    """
    tracked, read = gains().response.get(sign, {}).get(measure, 0.0), responses().get(sign)
    if mode == ALIGNED:
        return tracked if read is None or measure not in APART else read.get(measure, 0.0)
    shown = tracked * singles().of(measure).share
    drawn = shown if read is None or not _tried(sign, measure) else 0.5 * (shown + read.get(measure, 0.0))
    return singles().heard(measure) * drawn


def _tried(sign: str, measure: str) -> bool:
    """Whether the table of single pictures holds what a sign does to a measure: signs of shape only to points."""
    attribute = attributes().get(sign[:-1])
    return measure in MEASURES or attribute is None or not measures_for(attribute.measure)


def sign_name(attribute: str, direction: float) -> str:
    """Return the name of a sign in the calibration: "nose_width+" or "nose_width-"."""
    return attribute + ("+" if direction > 0 else "-")


def measure_names(attribute: Attribute, side: str | None) -> tuple[str, ...]:
    """Return the measures that read an attribute on a side; for side None, both sides."""
    return measures_for(attribute.measure, side) or ((attribute.measure,) if attribute.measure else ())


def raw_value(readings: Readings, attribute: Attribute, side: str | None) -> float | None:
    """Return the reading of an attribute before calibration, mean over the sides asked."""
    values = [readings.values.get(name) for name in measure_names(attribute, side)]
    return float(np.mean(values)) if values and None not in values else None


def reading(readings: Readings, attribute: Attribute, side: str | None, direction: float) -> Reading:
    """Return a sign as measured, calibrated for the way it was read."""
    if not attribute.measure:
        return Reading(None, reason=attribute.unreadable)
    value = raw_value(readings, attribute, side)
    if value is None:
        return Reading(None, reason=_unseen(readings.mode))
    gain = _calibration(readings.mode, attribute, direction)
    if gain is None:
        return Reading(None, reason="This sign has no calibration: it could not be read reliably, or was not tried.")
    if gain.contradicted and readings.mode == ALIGNED:
        return Reading(None, reason=CONTRADICTED)
    # A face's own difference from others is seen whole: only the sense of the gain counts.
    slope = float(np.sign(gain.gain)) if readings.mode == ALONE else gain.gain
    amount = value / slope
    spread = np.hypot(gain.spread, tone_spread(attribute.measure, sign_name(attribute.name, direction)))
    return Reading(amount, float(np.hypot(readings.blur * gain.noise, spread * amount)), slope, spread=float(spread))


def drawn_for(attribute: Attribute, direction: float) -> float:
    """Return how much of a sign is drawn for a unit that is read of it between pictures that lie on each other.

    What is read is meant for real faces, and so by rendered heads as well; drawn signs alone answer a little otherwise.
    """
    gain = _calibration(ALIGNED, attribute, direction)
    return gain.gain / gain.drawn if gain else 1.0


def read_apart(mode: str, attribute: Attribute) -> bool:
    """Tell whether a sign is read in each picture by itself, though both lie on each other."""
    return mode == ALIGNED and bool(APART.intersection(measure_names(attribute, None)))


def _calibration(mode: str, attribute: Attribute, direction: float) -> Gain | None:
    """Return the gain by which a sign is told; None where there is none, or none that is sure enough."""
    apart = read_apart(mode, attribute)
    way = RETAKEN if apart else ALIGNED if mode == ALONE else mode
    found = gains().own.get(way, {}).get(sign_name(attribute.name, direction))
    return None if apart and found and found.spread > _MOST_APART else found


def mirrored(name: str) -> str:
    """Return the measure of the other side; the same one where it has no side."""
    for side, other in (("_left", "_right"), ("_right", "_left")):
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name


def _unseen(mode: str) -> str:
    if mode == ALIGNED:
        return "The place of this sign is hidden, burnt out, or too small in this photo to be read."
    return "This sign can only be read against a photo from before that lies on this picture, or its place is hidden."
