"""From what was read of a photo to words and HTML; pure functions."""

from collections.abc import Mapping, Sequence
from html import escape

from diseaseface import survey
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ALIGNED, ALONE, RETAKEN
from diseaseface.evaluation.words import percent, scores
from diseaseface.ui import texts
from diseaseface.ui.presenters import cells_html, note_html, scores_list

MOST_RANKED, MOST_REASONS = 5, 4
_STRENGTHS = tuple(zip((3.0, 1.0, 0.0), texts.EVALUATE_STRENGTHS, strict=True))  # from these log odds on: 20, 2.7 to 1
_MODES = {ALONE: texts.EVALUATE_ALONE, ALIGNED: texts.EVALUATE_ALIGNED, RETAKEN: texts.EVALUATE_RETAKEN}
_COLUMNS = texts.EVALUATE_COLUMNS


def scores_html(report: Mapping, has_before: bool) -> str:
    """Return severity, profile match and, against a photo before, identity; what to choose where there is none."""
    wanted = {"severity", "profile_match"} if report["disease"] else set()
    wanted |= {"identity"} if has_before else set()
    shown = [one for one in scores(report) if one.name in wanted]
    hint = "" if report["disease"] else f"<p class='hint'>{escape(texts.EVALUATE_NO_DISEASE)}</p>"
    return scores_list(report, shown) + hint


def ranking_html(report: Mapping) -> str:
    """Return the diseases that a face reads most like, each with what speaks for and against it."""
    if not report["departs"]:
        return f"<p class='healthy'>{escape(texts.EVALUATE_HEALTHY)}</p>"
    items = "".join(_candidate(one) for one in report["ranking"][:MOST_RANKED])
    return f"<ol class='likeness'>{items}</ol>" if items else f"<p>{escape(texts.EVALUATE_UNLIKE)}</p>"


def _candidate(entry: Mapping) -> str:
    said = (
        (texts.EVALUATE_FOR, [_vote(vote) for vote in entry["speaks_for"][:MOST_REASONS]]),
        (texts.EVALUATE_AGAINST, [_vote(vote) for vote in entry["speaks_against"][:MOST_REASONS]]),
        (texts.EVALUATE_LOOKS_SAME, [one["name"] for one in entry["same_signs"][:MOST_REASONS]]),
    )
    lines = "".join(f"<p><b>{word}</b> {escape(', '.join(told))}</p>" for word, told in said if told)
    return f"<li><h3>{escape(entry['name'])} <code>{escape(entry['id'])}</code></h3>{lines}</li>"


def _vote(vote: Mapping) -> str:
    """Name a sign, and how much it says: its odds in words."""
    side = f", {vote['side']}" if vote.get("side") else ""
    strength = next(words for least, words in _STRENGTHS if abs(vote["log_odds"]) >= least)
    return f"{vote['label'][:1].lower()}{vote['label'][1:]}{side} ({strength})"


def trust_html(report: Mapping) -> str:
    """Say how a photo was read, and what could not be measured and why."""
    measures = report["measures"]
    read = [one for one in measures if one["status"] == "measured"]
    how = _MODES[report["reading"]].format(n=norms().n)
    count = texts.EVALUATE_COUNT.format(read=len(read), of=len(measures))
    return f"<p>{escape(how)}</p><p>{count}</p>{_unread(report['attributes'])}"


def _unread(signs: Sequence[Mapping]) -> str:
    reasons: dict[str, list[str]] = {}
    for sign in signs:
        if sign["status"] != "measured":
            reasons.setdefault(sign.get("reason") or texts.EVALUATE_NO_REASON, []).append(sign["label"])
    items = "".join(
        f"<li>{escape(reason)} <small>{escape(', '.join(labels))}</small></li>"
        for reason, labels in sorted(reasons.items(), key=lambda one: -len(one[1]))
    )
    count = sum(len(labels) for labels in reasons.values())
    return f"<details><summary>{texts.EVALUATE_UNREAD.format(count, len(signs))}</summary><ul>{items}</ul></details>"


def own_html(drawn: Mapping | None) -> str:
    """Say so where a picture was drawn here."""
    disease, severity = (drawn or {}).get("disease"), (drawn or {}).get("severity")
    if not isinstance(disease, dict) or not isinstance(severity, int | float):
        return ""
    return note_html(texts.EVALUATE_OWN.format(name=disease.get("name"), severity=100 * severity))


def notes_html(notes: Sequence[str]) -> str:
    """Return what to know of the map."""
    return "".join(f"<p class='map-note'>{escape(note)}</p>" for note in notes)


def table_html(rows: Sequence[survey.Row], total: int | None = None) -> str:
    """Return a table of a set; while it is read, `total` photos in all, with a progress bar."""
    head = "".join(f"<th scope='col'>{name}</th>" for name in _COLUMNS)
    body = "".join(_row(row) for row in rows)
    table = (
        f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>" if rows else ""
    )
    if total is None:
        read = sum(row.report is not None for row in rows)
        return f"<h2>{texts.EVALUATE_TABLE}</h2><p>{texts.EVALUATE_SET_DONE.format(read=read, of=len(rows))}</p>{table}"
    said = texts.EVALUATE_SET_READING.format(done=len(rows), of=total)
    bar = f"<progress max='{total}' value='{len(rows)}' aria-label='{said}'></progress>"
    return f"<h2>{texts.EVALUATE_TABLE}</h2><p class='bar' role='status'>{bar} {said}</p>{table}"


def _row(row: survey.Row) -> str:
    told = survey.summary(row)
    if row.report is None:
        cells = (told["photo"], "", "", told["note"])
    else:
        like = ", ".join(row.ranked) if told["departs"] and row.ranked else texts.EVALUATE_NO_DEPARTURE
        drawn = texts.EVALUATE_DRAWN_AS.format(told["drawn_here_as"]) if told["drawn_here_as"] else ""
        cells = (told["photo"], _severity(told), like, f"{drawn} {told['note']}".strip())
    kind = " class='refused-row'" if row.report is None else ""
    return f"<tr{kind}>{cells_html(_COLUMNS, [escape(str(cell)) for cell in cells])}</tr>"


def _severity(told: Mapping) -> str:
    if told["severity"] is None:
        return "–"
    return texts.EVALUATE_INTERVAL.format(
        *(percent(told[name]) for name in ("severity", "severity_low", "severity_high"))
    )
