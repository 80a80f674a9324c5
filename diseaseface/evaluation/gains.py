"""How each reading answers to each sign, calibrated once on faces that no test uses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.edits import Change
from diseaseface.errors import CatalogueError
from diseaseface.evaluation.readings import ALIGNED, ALONE, Readings
from diseaseface.faces.anthropometry import measures_for
from diseaseface.knowledge.catalogue import Attribute

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
    """

    gain: float
    noise: float
    spread: float
    n: int


@dataclass(frozen=True)
class Gains:
    """All that was calibrated.

    Attributes
    ----------
    own : mapping of mode to mapping of sign to Gain
        A sign is an attribute and a direction: "nose_width+".
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
    """

    value: float | None
    noise: float = float("inf")
    gain: float = 1.0
    reason: str | None = None


@cache
def gains() -> Gains:
    """Return the shipped calibration."""
    return parse(files("diseaseface").joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Gains:
    """Read a calibration from JSON text."""
    try:
        table = json.loads(text)
        own = {mode: {sign: Gain(**gain) for sign, gain in signs.items()} for mode, signs in table["own"].items()}
        return Gains(own, table["response"], table["still"], table["departure"])
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"gains.json is malformed: {error}") from error


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
    known = gains().own.get(ALIGNED if readings.mode == ALONE else readings.mode, {})
    gain = known.get(sign_name(attribute.name, direction))
    if gain is None:
        return Reading(None, reason="This sign has no calibration: it could not be read reliably, or was not tried.")
    # A face's own difference from others is seen whole: only the sense of the gain counts.
    slope = float(np.sign(gain.gain)) if readings.mode == ALONE else gain.gain
    amount = value / slope
    return Reading(amount, float(np.hypot(readings.blur * gain.noise, gain.spread * amount)), slope)


def expected(changes: Sequence[Change]) -> list[dict[str, float]]:
    """Return by how much each of several changes, drawn together, moves every measure.

    Signs share the face: an epicanthal fold hides the inner canthus, and with it a part of the
    fissure. Only signs of geometry do not disturb each other's own measures, because an engine
    solves them together; on their own they would.
    """
    own = [set(measures_for(change.attribute.measure, change.side)) for change in changes]
    moved = [_moved(change) for change in changes]
    for number, moves in enumerate(moved):
        if own[number]:
            others = set().union(*(own[:number] + own[number + 1 :])) - own[number]
            for name in others & moves.keys():
                moves[name] = 0.0
    return moved


def _moved(change):
    unit = gains().response.get(sign_name(change.attribute.name, change.amount), {})
    other = change.side == "right"
    return {_mirrored(name) if other else name: value * change.amount for name, value in unit.items()}


def _mirrored(name: str) -> str:
    for side, other in (("_left", "_right"), ("_right", "_left")):
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name


def _unseen(mode: str) -> str:
    if mode == ALIGNED:
        return "The place of this sign is hidden, burnt out, or too small in this photo to be read."
    return "This sign can only be read against a photo from before that lies on this picture, or its place is hidden."
