"""From a report to words and HTML; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from diseaseface.evaluation.words import (
    NOT_READ,
    Score,
    amount,
    frequency,
    likeness,
    percent,
    ranking_sentence,
    score_sentences,
    scores,
    stage_caption,
)
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.ui import texts
from diseaseface.ui.views import HEAD, VIEWS

__all__ = ["NOT_READ", "likeness", "score_sentences", "stage_caption"]  # words that the page takes from here
NOT_STATED = f"<small>{texts.OFTEN_UNKNOWN}</small>"
COLUMNS = texts.SIGN_COLUMNS


def scores_html(report: Mapping) -> str:
    """Return the scores as a list with large figures, and what the face reads most like."""
    return scores_list(report, scores(report)) + f'<p class="ranking">{escape(ranking_sentence(report))}</p>'


def scores_list(report: Mapping, shown: Sequence[Score]) -> str:
    """Return some scores of a report as a list with large figures."""
    rows = "".join(
        f'<div class="score{"" if score.measured else " unread"}"><dt>{escape(score.title)}</dt>'
        f"<dd><b>{escape(score.figure)}</b>{_gauge(score, report)}<p>{escape(score.sentence)}</p></dd></div>"
        for score in shown
    )
    return f'<dl class="scores">{rows}</dl>'


def _gauge(score: Score, report: Mapping) -> str:
    """Draw the interval of the severity, its estimate, and what was asked, on a line from 0 to 1."""
    if score.name != "severity" or not score.measured:
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


def working_html(status: str) -> str:
    """Return what is being done."""
    return f'<p class="working" role="status">{status}</p>'


def note_html(sentence: str) -> str:
    """Return something worth knowing."""
    return f'<p class="note">{escape(sentence)}</p>'


def caption_html(report: Mapping, link: str = "") -> str:
    """Say what the picture shows; `link` is the query that opens the page with it."""
    way = "" if report.get("toward") != "healthy" else f", {texts.CAPTION_AWAY}"
    return (
        f"<p data-link='{escape(link, quote=True)}'><b>{escape(report['disease']['name'])}</b>{way}"
        f"<span>{texts.CAPTION.format(percent(report['severity']))}</span><span>{escape(report['disease']['id'])}</span></p>"
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
    data = cells_html(COLUMNS[1:], cells)
    button = f"<button type='button' {looking(sign)}>{escape(sign['label'])}{escape(side)}</button>"
    return f"<tr><th scope='row'>{button} <small>{ids}</small>{unfold(sign['label'] + side)}</th>{data}</tr>"


def unfold(label: str) -> str:
    """Return the button that opens a row where the page is too narrow for all of it; elsewhere it is not there."""
    said = escape(texts.SIGN_MORE.format(label), quote=True)
    return f"<button type='button' class='unfold' aria-expanded='false' aria-label='{said}'></button>"


def cells_html(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row's cells, HTML already, each with its column's name, which a narrow page puts before it."""
    named = zip(columns, cells, strict=True)
    return "".join(f"<td data-name='{escape(name, quote=True)}'>{cell}</td>" for name, cell in named)


def _seen(weight: float | None, known: bool) -> str:
    if weight is None or not known:
        return NOT_STATED
    return f"{frequency(weight)} <small>{percent(weight)}</small>"


def _read_back(sign: Mapping) -> str:
    if sign["status"] != "measured":
        reason = sign.get("reason") or texts.NOT_READ
        return f"<span class='brief'>{texts.NOT_READ}</span><small class='reason'>{escape(reason)}</small>"
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
        f"<small>{escape(sign.hpo)} · {percent(sign.weight)} · {escape(sign.reason)}</small></li>"
        for sign in profile.undrawn
    )
    count = len(profile.undrawn)
    title = texts.UNDRAWN_ONE if count == 1 else texts.UNDRAWN_MANY.format(count)
    return f"<details class='undrawn'><summary>{title}</summary><ul>{items}</ul></details>" if items else ""


def sparkline(course: Sequence[float]) -> str:
    """Draw the shares of a course, 0 to 1, as small bars."""
    step, high = 9, 20
    bars = "".join(
        f"<rect x='{i * step}' y='{high - h:.1f}' width='6' height='{h:.1f}' rx='1'/>"
        for i, h in ((i, 1.0 + (high - 1.0) * min(abs(share), 1.0)) for i, share in enumerate(course))
    )
    words = ", ".join(percent(share) for share in course)
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
    return known.region if known and known.region in VIEWS else HEAD


def looking(sign: Mapping) -> str:
    """Return what a button carries that looks closer at a sign."""
    return f"data-view='{view_of(sign['name'])}' data-label='{escape(sign['label'], quote=True)}'"
