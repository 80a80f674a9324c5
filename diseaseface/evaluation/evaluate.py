"""Reading a picture and judging it against a disease and against the photo before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation import integrity
from diseaseface.evaluation.gains import Reading, expected, measure_names, raw_value, reading
from diseaseface.evaluation.norms import from_norm, norms
from diseaseface.evaluation.ranking import departure, rank
from diseaseface.evaluation.readings import ALONE, ONLY_AGAINST_BEFORE, RELATIVE, Readings, read_alone, read_change
from diseaseface.evaluation.report import (
    NOT_AVAILABLE,
    NOT_MEASURABLE,
    Report,
    Score,
    SignReport,
)
from diseaseface.evaluation.severity import course_of, estimate, match
from diseaseface.faces.face import Face
from diseaseface.knowledge import ageing
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.settings import VERSION

_SETTINGS = ("severity", "seed", "engine", "toward", "presentation", "age", "photo_age", "sex", "side")
_UNSURE = 0.4  # of what other signs do to a measure: it differs from face to face
_NO_PROFILE = "No disease was named to compare with."
_NOTHING_READ = "None of the disease's signs can be measured in this picture."
_NO_CHANGE = "Nothing measurable has changed."
_NO_BEFORE = "There is no photo from before to compare with."


@dataclass(frozen=True)
class _Row:
    """One sign before and after judging."""

    change: Change
    found: Reading
    sd: float


def evaluate(
    face: Face,
    *,
    profile: Profile | None = None,
    before: Face | None = None,
    rendering: Rendering | None = None,
    request: object = None,
    diseases: object = None,
    aside: tuple[int, int, int, int] | None = None,
) -> Report:
    """Judge a picture from its pixels.

    Parameters
    ----------
    face : Face
        The picture to judge.
    profile : Profile or None
        The disease to compare with; without one, every measure is reported.
    before : Face or None
        The same person before; without one, the norms of healthy faces take its place.
    rendering : Rendering or None
        Tells what was asked and applied. What is measured never depends on it.
    request : object or None
        Settings to repeat in the report: severity, seed, engine, toward and so on.
    diseases : Diseases or None
        The curated diseases among which to rank; without, nothing is ranked.
    aside : (left, top, right, bottom) or None
        Box in pixels, of the visible mark, that is left out where the surroundings are compared.

    Returns
    -------
    Report
    """
    readings = read_change(before, face) if before else from_norm(read_alone(face))
    side = _weak_side(readings, profile)
    departed = departure(readings)
    applied = rendering.applied if rendering else ()
    rows = _rows(readings, profile, side, applied)
    judged = [row for row in rows if _typical(row, profile, side)]
    return Report(
        disease={"id": profile.id, "name": profile.name} if profile else None,
        settings={name: getattr(request, name, None) for name in _SETTINGS},
        signs=tuple(_sign_report(row, before or face, rendering) for row in rows),
        scores={
            "profile_match": _profile_match(profile, side, judged),
            "severity": _severity(profile, side, judged),
            "identity": _identity(before, face),
            "unchanged_outside": _unchanged(before, face, aside),
            "clipped": _clipped(before, face),
            "least_jacobian": _least_jacobian(rendering),
        },
        departs=departed.departs,
        ranking=rank(departed, diseases.curated(), side) if diseases is not None else (),
        reading=readings.mode,
        synthetic=True if rendering else None,
        warnings=(before or face).warnings,
        versions=_versions(diseases),
        engine_details=rendering.details if rendering else {},
    )


def _weak_side(readings: Readings, profile: Profile | None) -> str | None:
    """Side on which signs of one side are stronger, by the pixels; None where none has a side."""
    signs = [sign for sign in profile.signs if sign.side == "one"] if profile else []
    if not signs:
        return None
    strength = dict.fromkeys(("left", "right"), 0.0)
    for sign in signs:
        attribute = attributes()[sign.attribute]
        for side in strength:
            found = reading(readings, attribute, side, sign.direction)
            if found.value is not None:
                strength[side] += sign.weight * found.value / attribute.pole(sign.direction).full
    return max(strength, key=strength.get)


def _rows(readings: Readings, profile: Profile | None, side: str | None, applied: Sequence[Applied]) -> list[_Row]:
    """One row for each sign of the profile and each change drawn; without a profile, all there are."""
    changes = {_key(change): change for change in course_of(profile, side).changes} if profile else {}
    for done in applied:
        key = _key(done.change)
        if key not in changes:
            changes[key] = done.change
    if not profile and not applied:
        changes = {_key(change): change for change in _everything(readings)}
    return [_row(readings, change) for change in changes.values()]


def _key(change: Change) -> tuple[str, str | None]:
    return change.attribute.name, change.side


def _everything(readings: Readings) -> list[Change]:
    """Return every attribute in the direction in which it is measured, at its full amount."""
    found = []
    for attribute in attributes().values():
        value = raw_value(readings, attribute, None) if attribute.measure else None
        poles = [sign for sign, pole in ((1, attribute.positive), (-1, attribute.negative)) if pole]
        for sign in poles:
            amount = reading(readings, attribute, None, sign).value if value is not None else None
            if len(poles) == 1 or (amount or 0.0) * sign > 0 or (not amount and sign == 1):
                found.append(Change(attribute, attribute.pole(sign).full))
    return found


def _row(readings: Readings, change: Change) -> _Row:
    found = reading(readings, change.attribute, change.side, _direction(change))
    sds = [norms().sd.get(name) for name in measure_names(change.attribute, change.side)]
    if not sds or None in sds:
        return _Row(change, found, float("nan"))
    sd = float(np.mean(sds)) / abs(found.gain)
    if readings.mode == ALONE:  # how far healthy people differ is all that can be told from one picture
        found = replace(found, noise=float(np.hypot(found.noise, sd)))
    return _Row(change, found, sd)


def _direction(change: Change) -> int:
    """Return the direction of a change; of a sign taken away that has only one, that one."""
    toward = 1 if change.amount > 0 else -1
    poles = {1: change.attribute.positive, -1: change.attribute.negative}
    return toward if poles[toward] else -toward


def _typical(row: _Row, profile: Profile | None, side: str | None) -> bool:
    return profile is not None and _key(row.change) in {_key(c) for c in course_of(profile, side).changes}


def _sign_report(row: _Row, photo: Face, rendering: Rendering | None) -> SignReport:
    change, found = row.change, row.found
    pole = change.attribute.pole(_direction(change))
    done = next((a for a in rendering.applied if _key(a.change) == _key(change)), None) if rendering else None
    told = SignReport(
        name=change.attribute.name,
        label=pole.label,
        hpo=pole.hpo,
        unit=change.attribute.unit,
        direction=_direction(change),
        weight=change.sign.weight if change.sign else None,
        side=change.side,
        baseline=_baseline(photo, change),
        asked=(done.change.amount if done else 0.0) if rendering else None,
        applied=(done.amount if done else 0.0) if rendering else None,
        onset=(change.sign.onset if change.sign else None) or change.attribute.onset,
        ages=change.sign.ages if change.sign else None,
        aged=(done.change.aged if done else 0.0) if rendering else None,
        reason=done.reason if done else None,
        evidence=_sources(change, done),
    )
    if found.value is None:
        return replace(told, status=NOT_MEASURABLE, reason=_both(told.reason, found.reason))
    z = found.value / row.sd if row.sd > 0 else None
    return replace(told, measured=found.value, noise=found.noise, z=z)


def _sources(change: Change, done: Applied | None) -> tuple:
    told = change.sign.evidence if change.sign else ()
    return (*told, *ageing.evidence(change.attribute.name)) if done and done.change.aged else told


def _both(first: str | None, second: str | None) -> str | None:
    return " ".join(sentence for sentence in (first, second) if sentence) or None


def _baseline(photo: Face, change: Change) -> float | None:
    """Reading of the photo itself; None for measures that are changes by nature."""
    if not change.attribute.measure or change.attribute.measure in RELATIVE | ONLY_AGAINST_BEFORE:
        return None
    return raw_value(read_alone(photo), change.attribute, change.side)


def _measured(rows: Sequence[_Row]) -> list[_Row]:
    return [row for row in rows if row.found.value is not None and row.sd > 0]


def _weights(rows: Sequence[_Row]) -> list[float]:
    return [max(row.change.sign.weight if row.change.sign else 1.0, 0.01) for row in rows]


def _profile_match(profile: Profile | None, side: str | None, rows: Sequence[_Row]) -> Score:
    if profile is None:
        return Score.missing(NOT_AVAILABLE, _NO_PROFILE, measured_share=None)
    seen = _measured(rows)
    share = sum(_weights(seen)) / max(sum(_weights(rows)), 0.01)
    if not seen:
        return Score.missing(NOT_MEASURABLE, _NOTHING_READ, measured_share=0.0)
    asked = _course(profile, side, seen)[-1] / [row.sd for row in seen]
    value = match(asked, [_beyond_noise(row) / row.sd for row in seen], _weights(seen))
    if value is None:
        return Score.missing(NOT_MEASURABLE, _NO_CHANGE, measured_share=share)
    return Score(value, more={"measured_share": share})


def _beyond_noise(row: _Row) -> float:
    """What is measured, or zero where it may as well be the reader's noise."""
    return row.found.value if abs(row.found.value) > 0.25 * row.found.noise else 0.0


def _severity(profile: Profile | None, side: str | None, rows: Sequence[_Row]) -> Score:
    if profile is None:
        return Score.missing(NOT_AVAILABLE, _NO_PROFILE, low=None, high=None)
    seen = _measured(rows)
    if not seen:
        return Score.missing(NOT_MEASURABLE, _NOTHING_READ, low=None, high=None)
    course = _course(profile, side, seen)
    alone = [_own_amount(profile, side, row) for row in seen]
    noise = np.hypot([row.found.noise for row in seen], _UNSURE * (course[-1] - alone))
    found = estimate(course, [row.found.value for row in seen], noise, _weights(seen))
    return Score(found.value, more={"low": found.low, "high": found.high})


def _own_amount(profile: Profile, side: str | None, row: _Row) -> float:
    """Amount of a row's sign at severity 1."""
    return next(c.amount for c in course_of(profile, side).changes if _key(c) == _key(row.change))


def _course(profile: Profile, side: str | None, rows: Sequence[_Row]) -> np.ndarray:
    """Return what is read of each row's sign over the course (stages, rows), in its unit."""
    course = course_of(profile, side)
    seen = np.zeros((len(course.changes), len(rows)))
    for number, (change, moved) in enumerate(zip(course.changes, expected(course.changes), strict=True)):
        for column, row in enumerate(rows):
            names = measure_names(row.change.attribute, row.change.side)
            seen[number, column] = np.mean([moved.get(name, 0.0) for name in names]) / row.found.gain / change.amount
            if _key(change) == _key(row.change):
                seen[number, column] = 1.0
    return course.amounts @ seen


def _identity(before: Face | None, face: Face) -> Score:
    blank = {"unit": "distance", "model": None, "threshold": None}
    if before is None:
        return Score.missing(NOT_AVAILABLE, _NO_BEFORE, **blank)
    from diseaseface.faces.identity import compare

    try:
        found = compare(before, face)
    except DiseaseFaceError as error:
        return Score.missing(NOT_AVAILABLE, str(error), **blank)
    return Score(found.value, more={"unit": found.unit, "model": found.model, "threshold": found.threshold})


def _unchanged(before: Face | None, face: Face, aside: tuple[int, int, int, int] | None) -> Score:
    if before is None:
        return Score.missing(NOT_AVAILABLE, _NO_BEFORE)
    value = integrity.unchanged_outside(before, face.image, aside)
    if value is None:
        reason = "The two pictures differ in size, or the person fills them: there is no outside to compare."
        return Score.missing(NOT_MEASURABLE, reason)
    return Score(value)


def _clipped(before: Face | None, face: Face) -> Score:
    value = integrity.newly_clipped(before, face.image) if before else None
    reason = _NO_BEFORE if before is None else "The two pictures differ in size, or show no bare skin."
    return Score(value) if value is not None else Score.missing(NOT_AVAILABLE, reason)


def _least_jacobian(rendering: Rendering | None) -> Score:
    if rendering is None:
        return Score.missing(NOT_AVAILABLE, "Only the engine that drew a picture knows its warp.")
    return Score(float(rendering.least_jacobian))


def _versions(diseases: object) -> dict[str, str | None]:
    return {"diseaseface": VERSION, "hpo": getattr(diseases, "release", None)}
