"""Reading a picture and judging it against a disease and against the photo before."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied, Rendering
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation import colour, integrity
from diseaseface.evaluation.gains import measure_names, raw_value, reading
from diseaseface.evaluation.norms import Person, from_norm, norms
from diseaseface.evaluation.ranking import Departure, departure, judge
from diseaseface.evaluation.readings import (
    ALONE,
    ONLY_AGAINST_BEFORE,
    RELATIVE,
    Readings,
    read_alone,
    read_change,
)
from diseaseface.evaluation.report import (
    NOT_AVAILABLE,
    NOT_MEASURABLE,
    Report,
    Score,
    SignReport,
)
from diseaseface.evaluation.scores import Row, key, profile_match, severity
from diseaseface.evaluation.severity import course_of
from diseaseface.faces.face import Face
from diseaseface.knowledge import ageing
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import Profile
from diseaseface.settings import VERSION

_SETTINGS = ("severity", "seed", "engine", "toward", "presentation", "age", "photo_age", "sex", "side")
_NO_COLOUR = (
    "Colour is left out of the comparison with healthy faces: few of those have skin this dark, and contrasts are "
    "larger on it. Shape, too, may differ from those faces without any disease. With a photo from before, changes of "
    "both are read."
)
_NO_BEFORE = "There is no photo from before to compare with."


def evaluate(
    face: Face,
    *,
    profile: Profile | None = None,
    before: Face | None = None,
    rendering: Rendering | None = None,
    request: object = None,
    diseases: Diseases | None = None,
    person: Person | None = None,
    aside: tuple[int, int, int, int] | None = None,
    identity: bool = True,
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
        All diseases, among which to rank; without, nothing is ranked.
    person : Person or None
        Whose face it is, as far as that is told; without a photo before, healthy people like it are the norm.
    aside : (left, top, right, bottom) or None
        Box in pixels, of the visible mark, that is left out where the surroundings are compared.

    Returns
    -------
    Report
    """
    readings = read_change(before, face) if before else from_norm(read_alone(face))
    side = _weak_side(readings, profile)
    person = person or Person()
    departed = departure(readings, person)
    departs, likely = judge(departed, diseases)
    applied = rendering.applied if rendering else ()
    rows = [row if departed.colour_told else _without_colour(row) for row in _rows(readings, profile, side, applied)]
    judged = [row for row in rows if _typical(row, profile, side)]
    return Report(
        disease={"id": profile.id, "name": profile.name} if profile else None,
        settings={name: getattr(request, name, None) for name in _SETTINGS},
        signs=tuple(_sign_report(row, before or face, rendering) for row in rows),
        scores={
            "profile_match": profile_match(profile, side, judged, readings.mode),
            "severity": severity(profile, side, judged, departed),
            "identity": _identity(before if identity else None, face),
            "unchanged_outside": _unchanged(before, face, aside),
            "clipped": _clipped(before, face),
            "least_jacobian": _least_jacobian(rendering),
        },
        departs=departs,
        ranking=likely,
        reading=readings.mode,
        synthetic=True if rendering else None,
        warnings=(*(before or face).warnings, *(_cautions(departed, person) if before is None else ())),
        versions=_versions(diseases),
        engine_details=rendering.details if rendering else {},
    )


def _cautions(departed: Departure, person: Person) -> tuple[str, ...]:
    return (*norms().cautions(person), *(() if departed.colour_told else (_NO_COLOUR,)))


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


def _rows(readings: Readings, profile: Profile | None, side: str | None, applied: Sequence[Applied]) -> list[Row]:
    """One row for each sign of the profile and each change drawn; without a profile, all there are."""
    changes = {key(change): change for change in course_of(profile, side).changes} if profile else {}
    for done in applied:
        if key(done.change) not in changes:
            changes[key(done.change)] = done.change
    if not profile and not applied:
        changes = {key(change): change for change in _everything(readings)}
    return [_row(readings, change) for change in changes.values()]


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


def _row(readings: Readings, change: Change) -> Row:
    found = reading(readings, change.attribute, change.side, _direction(change))
    sds = [norms().sd.get(name) for name in measure_names(change.attribute, change.side)]
    if not sds or None in sds:
        return Row(change, found, float("nan"))
    sd = float(np.mean(sds)) / abs(found.gain)
    if readings.mode == ALONE:  # how far healthy people differ is all that can be told from one picture
        found = replace(found, noise=float(np.hypot(found.noise, sd)))
    return Row(change, found, sd)


def _without_colour(row: Row) -> Row:
    """A colour that cannot be compared with healthy people's is not read."""
    if row.change.attribute.measure not in colour.READINGS:
        return row
    return replace(row, found=replace(row.found, value=None, reason=_NO_COLOUR))


def _direction(change: Change) -> int:
    """Return the direction of a change; of a sign taken away that has only one, that one."""
    toward = 1 if change.amount > 0 else -1
    poles = {1: change.attribute.positive, -1: change.attribute.negative}
    return toward if poles[toward] else -toward


def _typical(row: Row, profile: Profile | None, side: str | None) -> bool:
    return profile is not None and key(row.change) in {key(c) for c in course_of(profile, side).changes}


def _sign_report(row: Row, photo: Face, rendering: Rendering | None) -> SignReport:
    change, found = row.change, row.found
    pole = change.attribute.pole(_direction(change))
    done = next((a for a in rendering.applied if key(a.change) == key(change)), None) if rendering else None
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
