"""How well a face fits a disease, and how far along it is, with what is measured sign by sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from diseaseface.edits import Change
from diseaseface.evaluation.atlas import full_moves
from diseaseface.evaluation.courses import stage_log_odds
from diseaseface.evaluation.gains import Reading, measure_names, read_apart
from diseaseface.evaluation.ranking import Departure
from diseaseface.evaluation.readings import ALIGNED, ALONE, RETAKEN
from diseaseface.evaluation.report import NOT_AVAILABLE, NOT_MEASURABLE, Score
from diseaseface.evaluation.severity import Estimate, course_of, estimate, likeliest, match
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.knowledge.profiles import Profile

# Of what a sign alone does to another's measure: less where it stands beside that one, and not as much on each face.
_BESIDE, _UNSURE = 0.7, 0.8
# Of a sign's full amount: by what readings of rendered heads of known geometry err beyond those of drawn pictures.
_UNDRAWN = 0.05
# By how much a picture shows all signs of a change less or more: the least at which nine in ten intervals hold the
# truth on 96 pictures of tuning heads whose signs were read apart; aligned pictures, on which gains rest, need none
# there, and have the least that was tried for people whom no gain has seen.
_SHARED = {ALIGNED: 0.05, RETAKEN: 0.15}
_COMPARED = {ALIGNED: "photo before", RETAKEN: "photo before", ALONE: "healthy faces"}
_NO_PROFILE = "No disease was named to compare with."
_NOTHING_READ = "None of the disease's signs can be measured in this picture."
_NO_CHANGE = "Nothing measurable has changed."


@dataclass(frozen=True)
class Row:
    """One sign: the change that stands for it, what was found of it, and the SD of healthy faces in its unit."""

    change: Change
    found: Reading
    sd: float


def key(change: Change) -> tuple[str, str | None]:
    """Return what tells a change from others of one face: attribute and side."""
    return change.attribute.name, change.side


def profile_match(profile: Profile | None, side: str | None, rows: Sequence[Row], mode: str) -> Score:
    """Score how well what is measured of a profile's signs points its way."""
    if profile is None:
        return Score.missing(NOT_AVAILABLE, _NO_PROFILE, measured_share=None)
    seen = _telling(rows, mode)
    share = sum(_weights(seen)) / max(sum(_weights(rows)), 0.01)
    if not seen:
        return Score.missing(NOT_MEASURABLE, _NOTHING_READ, measured_share=0.0)
    asked = _course(profile, side, seen, mode)[-1] / [row.sd for row in seen]
    value = match(asked, [_beyond_noise(row) / row.sd for row in seen], _weights(seen))
    if value is None:
        return Score.missing(NOT_MEASURABLE, _NO_CHANGE, measured_share=share)
    return Score(value, more={"measured_share": share})


def severity(profile: Profile | None, side: str | None, rows: Sequence[Row], departed: Departure) -> Score:
    """Score how far along its course a disease is, from the change where there is one, else against healthy faces."""
    if profile is None:
        return _severity(None, departed.mode, NOT_AVAILABLE, _NO_PROFILE)
    if departed.mode == ALONE:
        return severity_by_measures(profile, side, departed)
    found = _from_before(profile, side, rows, departed.mode)
    return _severity(found, departed.mode) if found else severity_by_measures(profile, side, departed)


def severity_by_measures(profile: Profile, side: str | None, departed: Departure) -> Score:
    """Score the severity by all measures that a disease moves, its own signs' among them or not."""
    course = course_of(profile, side)
    if not course.changes:
        return _severity(None, departed.mode)
    full = full_moves(course.changes, departed.measures, departed.mode)
    if not full.any():
        return _severity(None, departed.mode)
    amounts = np.array([change.amount for change in course.changes])
    shares = course.amounts / amounts
    odds = stage_log_odds(departed, shares, full) if departed.mode == ALONE else departed.log_odds(shares @ full)
    return _severity(likeliest(odds), departed.mode)


def _severity(found: Estimate | None, mode: str, status: str = NOT_MEASURABLE, reason: str = _NOTHING_READ) -> Score:
    more = {"low": None, "high": None, "standard_error": None, "compared_with": _COMPARED[mode]}
    if found is None:
        return Score.missing(status, reason, **more)
    return Score(found.value, more=more | {"low": found.low, "high": found.high, "standard_error": found.error})


def _from_before(profile: Profile, side: str | None, rows: Sequence[Row], mode: str) -> Estimate | None:
    """Severity from the change, sign by sign; None where none can be measured."""
    seen = _telling(rows, mode)
    if not seen:
        return None
    course = _course(profile, side, seen, mode)
    full = {key(change): change.amount for change in course_of(profile, side).changes}
    alone = [full[key(row.change)] for row in seen]
    read, spread = (np.array([getattr(row.found, name) for row in seen]) for name in ("value", "spread"))
    still = np.sqrt(np.maximum(np.array([row.found.noise for row in seen]) ** 2 - (spread * read) ** 2, 0.0))
    noise = np.hypot(still, [_UNDRAWN * row.change.pole.full for row in seen])
    spread = np.hypot(spread, _UNSURE * (course[-1] - alone) / np.maximum(np.abs(course[-1]), 1e-9))
    return estimate(course, read, noise, _weights(seen), spread, _SHARED[mode])


def _course(profile: Profile, side: str | None, rows: Sequence[Row], mode: str) -> np.ndarray:
    """Return what is read of each row's sign over the course (stages, rows), in its unit."""
    course = course_of(profile, side)
    amounts = np.array([[change.amount] for change in course.changes])
    keys = [key(change) for change in course.changes]
    names = [measure_names(row.change.attribute, row.change.side) for row in rows]
    # All measures at once: signs of geometry are told by theirs not to disturb each other.
    measures = tuple(dict.fromkeys((*MEASURES, *chain.from_iterable(names))))
    moved = full_moves(course.changes, measures, mode) / amounts
    seen = np.zeros((len(keys), len(rows)))
    for column, (row, own) in enumerate(zip(rows, names, strict=True)):
        others = _BESIDE * moved[:, [measures.index(name) for name in own]].mean(axis=1) / row.found.gain
        seen[:, column] = np.where([one == key(row.change) for one in keys], 1.0, others)
    return course.amounts @ seen


def _telling(rows: Sequence[Row], mode: str) -> list[Row]:
    """Return what is measured and tells of the disease: outlines and open mouths do not, which hair, clothes and
    neighbouring signs move too."""
    measured = (row for row in rows if row.found.value is not None and row.sd > 0)
    return [row for row in measured if not read_apart(mode, row.change.attribute)]


def _weights(rows: Sequence[Row]) -> list[float]:
    return [max(row.change.sign.weight if row.change.sign else 1.0, 0.01) for row in rows]


def _beyond_noise(row: Row) -> float:
    """What is measured, or zero where it may as well be the reader's noise."""
    return row.found.value if abs(row.found.value) > 0.25 * row.found.noise else 0.0
