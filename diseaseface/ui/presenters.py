"""From a report to words and HTML; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.ui.views import HEAD, VIEW_OF_REGION

NOT_READ = "n/a"
NOT_STATED = "<small>how often is not stated</small>"
UNREAD = " None of the disease's signs can be read, so this says little of it."
UNIT_MARKS = {"deg": "°", "%": " %"}
# Up to these shares of the threshold distance, the words for how alike two faces are.
LIKENESS = (
    (0.5, "Very likely read as the same person"),
    (0.8, "Likely read as the same person"),
    (1.0, "Only just read as the same person"),
)
ANOTHER = "Read as another person"
COLUMNS = ("Sign", "Seen", "Course", "Drawn", "Read back", "Evidence")
FREQUENCIES = ((0.995, "in all"), (0.8, "very often"), (0.3, "often"), (0.05, "at times"), (0.0, "rarely"))


class Score(NamedTuple):
    """One score: its title, the figure to show large, a sentence, and whether it was measured."""

    title: str
    figure: str
    sentence: str
    measured: bool = True


def scores(report: Mapping) -> list[Score]:
    """Put the scores of a report into words, most asked for first."""
    told = report["scores"]
    words = {
        "severity": _severity,
        "profile_match": _profile_match,
        "identity": _identity,
        "unchanged_outside": _unchanged,
    }
    return [
        write(told[name], report) if told[name]["status"] == "measured" else _unread(name, told[name])
        for name, write in words.items()
        if name in told
    ]


def score_sentences(report: Mapping) -> list[str]:
    """Return the scores, the ranking and the warnings as plain lines."""
    lines = [f"{score.title}: {score.figure}. {score.sentence}" for score in scores(report)]
    return [*lines, ranking_sentence(report), *(f"Note: {w}" for w in report["warnings"])]


def _severity(score: Mapping, report: Mapping) -> Score:
    figure, asked = _percent(score["value"]), report.get("severity")
    span = f"most likely between {_percent(score['low'])} and {_percent(score['high'])}"
    if asked is None:
        sentence = f"The pixels say {figure}, {span}."
    elif report.get("toward") == "healthy":
        sentence = f"{_percent(asked)} was to be taken away. Against the picture before, {figure} is added, {span}."
    else:
        sentence = f"{_percent(asked)} was asked; {span} is read."
    return Score("Severity", figure, sentence)


def _profile_match(score: Mapping, report: Mapping) -> Score:
    name = report["disease"]["name"] if report.get("disease") else "the profile"
    way = f"away from {name}; −1 is best" if report.get("toward") == "healthy" else f"the way of {name}; 1 is best"
    share = score.get("measured_share")
    by = f" Judged by the {_percent(share)} of its weight that a photo shows." if share else ""
    figure = f"{score['value']:.2f}".replace("-", "−")
    return Score("Profile match", figure, f"How well what is read points {way}.{by}")


def _identity(score: Mapping, _report: Mapping) -> Score:
    return Score(
        "Same person",
        f"{score['value']:.2f}",
        f"{likeness(score)} by {score['model']}: {score['unit']} {score['value']:.2f}, "
        f"others begin at {score['threshold']:.2f}.",
    )


def likeness(score: Mapping) -> str:
    """Say how alike two faces are, from a distance (smaller is nearer) or a cosine."""
    distance, threshold = score["value"], score["threshold"]
    if score["unit"] == "cosine":
        distance, threshold = 1.0 - distance, 1.0 - threshold
    share = distance / max(threshold, 1e-9)
    return next((words for most, words in LIKENESS if share <= most), ANOTHER)


def _unchanged(score: Mapping, _report: Mapping) -> Score:
    whole = score["value"] >= 1.0
    sentence = (
        "Nothing outside the person changed." if whole else "of the pixels outside the person are as in the photo."
    )
    figure = f"{100 * score['value']:.0f} %" if whole else f"{100 * score['value']:.1f} %"
    return Score("Background", figure, sentence)


def _unread(name: str, score: Mapping) -> Score:
    titles = {
        "severity": "Severity",
        "profile_match": "Profile match",
        "identity": "Same person",
        "unchanged_outside": "Background",
    }
    return Score(titles[name], NOT_READ, score.get("reason") or "It could not be read.", False)


def ranking_sentence(report: Mapping) -> str:
    """Say which diseases the face reads most like, or that it reads like none."""
    names = [entry["name"] for entry in report.get("ranking", ())][:3]
    if not report.get("departs") or not names:
        return "What is read does not depart from healthy faces."
    signs = report["attributes"]
    unread = signs and all(sign["status"] != "measured" for sign in signs)
    return f"Reads most like {', then '.join(names)}.{UNREAD * bool(unread)}"


def scores_html(report: Mapping) -> str:
    """Return the scores as a list with large figures."""
    rows = "".join(
        f'<div class="score{"" if score.measured else " unread"}"><dt>{escape(score.title)}</dt>'
        f"<dd><b>{escape(score.figure)}</b>{_gauge(score, report)}<p>{escape(score.sentence)}</p></dd></div>"
        for score in scores(report)
    )
    return f'<dl class="scores">{rows}</dl><p class="ranking">{escape(ranking_sentence(report))}</p>'


def _gauge(score: Score, report: Mapping) -> str:
    """Draw the interval of the severity, its estimate, and what was asked, on a line from 0 to 1."""
    if score.title != "Severity" or not score.measured:
        return ""
    told, asked = report["scores"]["severity"], report.get("severity")
    low, high, value = (100 * min(max(told[name], 0.0), 1.0) for name in ("low", "high", "value"))
    tick = "" if asked is None else f'<i class="asked" style="left:{100 * asked:.0f}%"></i>'
    return (
        f'<span class="gauge" aria-hidden="true"><i class="span" style="left:{low:.0f}%;width:{high - low:.0f}%"></i>'
        f'{tick}<i class="dot" style="left:{value:.0f}%"></i></span>'
    )


def warnings_html(warnings: Sequence[str]) -> str:
    """Return the warnings as a list, or nothing."""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def notice_html(sentence: str) -> str:
    """Return a refusal to stand next to what caused it."""
    return f'<p class="notice" role="alert">{escape(sentence)}</p>' if sentence else ""


def note_html(sentence: str) -> str:
    """Return something worth knowing."""
    return f'<p class="note">{escape(sentence)}</p>'


def caption_html(report: Mapping) -> str:
    """Say what the picture shows."""
    way = "" if report.get("toward") != "healthy" else ", taken away"
    return (
        f"<p><b>{escape(report['disease']['name'])}</b>{way}"
        f"<span>severity {_percent(report['severity'])}</span><span>{escape(report['disease']['id'])}</span></p>"
    )


def signs_html(report: Mapping, profile: Profile, course: Mapping[str, Sequence[float]]) -> str:
    """Return the table of signs: how often, when in the course, how much, and who says so.

    `course` has, for an attribute, the drawn share of its full change at each stage, 0 to 1.
    """
    known = {sign.attribute: sign.known for sign in profile.signs}
    rows = "".join(
        _sign_row(sign, course.get(sign["name"], ()), known.get(sign["name"], True)) for sign in report["attributes"]
    )
    head = "".join(f"<th scope='col'>{name}</th>" for name in COLUMNS)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    note = f"<p class='profile-note'>{escape(profile.note)}</p>" if profile.note else ""
    return note + table + _undrawn(profile)


def _sign_row(sign: Mapping, course: Sequence[float], known: bool) -> str:
    side = f", {sign['side']}" if sign.get("side") else ""
    ids = " ".join(escape(hpo) for hpo in sign["hpo"][:1])
    cells = (
        _seen(sign["weight"], known),
        sparkline(course),
        amount(sign["applied"], sign["unit"]),
        _read_back(sign),
        evidence_html(sign["evidence"]),
    )
    data = "".join(f"<td data-name='{name}'>{cell}</td>" for name, cell in zip(COLUMNS[1:], cells, strict=True))
    name = f"<th scope='row'>{escape(sign['label'])}{escape(side)} <small>{ids}</small></th>"
    return f"<tr data-view='{view_of(sign['name'])}'>{name}{data}</tr>"


def _seen(weight: float | None, known: bool) -> str:
    if weight is None or not known:
        return NOT_STATED
    return f"{frequency(weight)} <small>{_percent(weight)}</small>"


def _read_back(sign: Mapping) -> str:
    if sign["status"] != "measured":
        return f"<small class='reason'>{escape(sign.get('reason') or 'not read')}</small>"
    z = f" <small>{sign['z']:+.1f} SD</small>".replace("-", "−") if sign.get("z") is not None else ""
    note = f"<small class='aside'>{escape(sign['reason'])}</small>" if sign.get("reason") else ""
    return amount(sign["measured"], sign["unit"]) + z + note


def evidence_html(evidence: Sequence[Mapping]) -> str:
    """Return who says so, a line for each source."""
    lines = (
        f"<span>{escape(one['source'])} <small>{escape(one['reference'])}"
        f"{' · ' + escape(one['detail']) if one['detail'] else ''}</small></span>"
        for one in evidence
    )
    return "".join(lines)


def _undrawn(profile: Profile) -> str:
    items = "".join(
        f"<li>{escape(sign.label)} "
        f"<small>{escape(sign.hpo)} · {_percent(sign.weight)} · {escape(sign.reason)}</small></li>"
        for sign in profile.undrawn
    )
    count = len(profile.undrawn)
    title = f"{count} visible sign{'s' * (count != 1)} not drawn, and why"
    return f"<details class='undrawn'><summary>{title}</summary><ul>{items}</ul></details>" if items else ""


def sparkline(course: Sequence[float]) -> str:
    """Draw the shares of a course, 0 to 1, as small bars."""
    step, high = 9, 20
    bars = "".join(
        f"<rect x='{i * step}' y='{high - h:.1f}' width='6' height='{h:.1f}' rx='1'/>"
        for i, h in ((i, 1.0 + (high - 1.0) * min(abs(share), 1.0)) for i, share in enumerate(course))
    )
    words = ", ".join(_percent(share) for share in course)
    size = f"width='{max(1, len(course)) * step}' height='{high}'"
    return f"<svg class='spark' {size} role='img' aria-label='{words}'>{bars}</svg>"


def course_of(stages: Sequence) -> dict[str, list[float]]:
    """Return, for each attribute, the drawn share of its full change at each stage of a strip."""
    course: dict[str, list[float]] = {}
    for place, stage in enumerate(stages):
        for applied in stage.rendering.applied:
            shares = course.setdefault(applied.change.attribute.name, [0.0] * len(stages))
            shares[place] = replace(applied.change, amount=applied.amount or 0.0).share
    return course


def frequency(weight: float) -> str:
    """Say in words how many people with the disease have a sign."""
    return next(words for least, words in FREQUENCIES if weight >= least)


def amount(value: float | None, unit: str) -> str:
    """Write a signed amount with its unit, as "+6.1°" or "−2 mm"."""
    if value is None:
        return "–"
    text = f"{value:+.1f}".replace("-", "−")
    return text + UNIT_MARKS.get(unit, f" {escape(unit)}")


def stage_caption(severity: float) -> str:
    """Name a stage of a strip."""
    return _percent(severity)


def disease_option(match) -> dict:
    """Return a search result as the page's list shows it."""
    return {
        "id": match.id,
        "name": match.name,
        "synonyms": list(match.synonyms),
        "signs": match.signs,
        "drawable": round(match.drawable, 2),
    }


def view_of(name: str) -> str:
    """Return the close view in which an attribute is seen best."""
    known = attributes().get(name)
    return VIEW_OF_REGION.get(known.region, HEAD) if known else HEAD


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
