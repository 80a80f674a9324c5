"""From a profile to words and HTML; pure functions."""

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import OLDEST, Profile, Sign, Undrawn
from diseaseface.ui import texts
from diseaseface.ui.presenters import NOT_STATED, cells_html, evidence_html, frequency

COLUMNS = texts.PROFILE_COLUMNS


def head_html(profile: Profile, twins: Sequence[str], conflicts: Sequence[str], misfits: Sequence[str]) -> str:
    """Return the name of a disease, its other ids and names, and what to know of it."""
    names = ", ".join(profile.synonyms[:6])
    ids = "".join(f"<code>{escape(one)}</code>" for one in (profile.id, *twins[:6]))
    parts = [f"<h3>{escape(profile.name)} <span>{ids}</span></h3>"]
    parts += [f"<p class='synonyms'>{escape(names)}</p>"] if names else []
    parts += [f"<p>{escape(profile.note)}</p>"] if profile.note else []
    parts += [f"<p class='forms'>{escape(forms_in_words(profile))}</p>"] if profile.forms else []
    parts += [f"<p class='conflict'>{escape(said)}</p>" for said in (*misfits, *conflicts)]
    count = {"drawn": len(profile.signs), "undrawn": len(profile.undrawn), "share": profile.drawable}
    return "".join(parts) + f"<p class='count'>{texts.PROFILE_COUNT.format(**count)}</p>"


def forms_in_words(profile: Profile) -> str:
    """Return which forms a disease has, how many people have each, and who says so."""
    told = "; ".join(f"{form.name}, {form.share:.0%} ({form.reference})" for form in profile.forms)
    return texts.PROFILE_FORMS.format(told)


def signs_html(profile: Profile, on: Sequence[bool]) -> str:
    """Return the table of signs with its switches; `on` says which signs the typical presentation has."""
    head = "".join(f"<th scope='col'>{name}</th>" for name in COLUMNS)
    rows = "".join(_row(place, sign, on[place]) for place, sign in enumerate(profile.signs))
    rows += "".join(_undrawn_row(sign) for sign in profile.undrawn)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(place: int, sign: Sign, on: bool) -> str:
    pole = attributes()[sign.attribute].pole(sign.direction)
    label = escape(pole.label) + (f", {texts.PROFILE_SIDE.format(sign.side)}" if sign.side else "")
    ids = " ".join(escape(one) for one in pole.hpo[:2])
    checked = " checked" if on else ""
    often = f"{100 * sign.weight:.0f}" if sign.known else ""
    cells = (
        f"<input type='checkbox' data-what='on'{checked} aria-label='{texts.PROFILE_DRAW.format(label)}'>",
        f"{label} <small>{ids}</small>",
        f"<input type='number' min='0' max='100' value='{often}' placeholder='?' data-what='weight' "
        f"aria-label='{texts.PROFILE_OFTEN.format(label)}'><small>%</small> {_bar(sign)}",
        _onset(sign),
        f"<input type='range' min='0' max='150' step='5' value='{100 * sign.magnitude:.0f}' data-what='magnitude' "
        f"aria-label='{texts.PROFILE_STRENGTH.format(label)}'><output>{100 * sign.magnitude:.0f} %</output>",
        evidence_html([asdict(line) for line in sign.evidence]),
    )
    return f"<tr data-sign='{place}' data-hpo='{' '.join(pole.hpo)}'>{cells_html(COLUMNS, cells)}</tr>"


def _undrawn_row(sign: Undrawn) -> str:
    label = f"{escape(sign.label)} <small>{escape(sign.hpo)}</small>"
    cells = (
        "",
        label,
        f"{100 * sign.weight:.0f}<small> %</small>",
        "",
        texts.PROFILE_UNDRAWN,
        f"<span>{escape(sign.reason)}</span>",
    )
    return f"<tr class='undrawn-sign' data-hpo='{escape(sign.hpo)}'>{cells_html(COLUMNS, cells)}</tr>"


def _bar(sign: Sign) -> str:
    if not sign.known:
        return NOT_STATED
    return f"<meter min='0' max='1' value='{sign.weight:.2f}' title='{frequency(sign.weight)}'></meter>"


def _onset(sign: Sign) -> str:
    """Return from which age a sign is seen, and over which severities it comes."""
    begin, end = sign.onset or attributes()[sign.attribute].onset
    return f"{_ages(sign)}<br><small>{texts.PROFILE_ONSET.format(100 * begin, 100 * end)}</small>"


def _ages(sign: Sign) -> str:
    if sign.ages is None:
        return f"<small>{texts.PROFILE_AGE_UNKNOWN}</small>"
    first = _years(sign.from_age)
    return first if sign.until_age >= OLDEST else texts.PROFILE_AGES.format(first, sign.until_age)


def _years(age: float) -> str:
    if not age:
        return texts.PROFILE_BIRTH
    return texts.PROFILE_MONTHS.format(round(12 * age)) if age < 1 else texts.PROFILE_YEARS.format(age)


def compared_html(one: Profile, other: Profile) -> str:
    """Return two diseases side by side: what they share, where they go opposite ways, and what only one has."""
    left, right = _by_sign(one), _by_sign(other)
    shared = [key for key in left if key in right]
    opposite = [key for key in left if key not in right and _turned(key) in right]
    only = [key for key in left if key not in right and key not in opposite]
    rest = [key for key in right if key not in left and _turned(key) not in opposite]
    pairs = [key for first in opposite for key in (first, _turned(first))]
    rows = "".join(_pair(key, left.get(key), right.get(key), key in pairs) for key in (*shared, *pairs, *only, *rest))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in (texts.COMPARE_SIGN, one.name, other.name))
    said = texts.PROFILE_COMPARED.format(len(shared), len(opposite), len(only), len(rest))
    return f"<p>{said}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _turned(key: tuple[str, int]) -> tuple[str, int]:
    return key[0], -key[1]


def _by_sign(profile: Profile) -> dict[tuple[str, int], Sign]:
    return {(sign.attribute, sign.direction): sign for sign in profile.signs}


def _pair(key: tuple[str, int], one: Sign | None, other: Sign | None, opposite: bool) -> str:
    label = escape(attributes()[key[0]].pole(key[1]).label)
    label += f" <small>{texts.PROFILE_OPPOSITE}</small>" if opposite else ""
    return f"<tr><th scope='row'>{label}</th><td>{_often(one)}</td><td>{_often(other)}</td></tr>"


def _often(sign: Sign | None) -> str:
    if sign is None:
        return "<small>–</small>"
    return f"{100 * sign.weight:.0f} % {_bar(sign)}" if sign.known else f"{texts.PROFILE_HAS} {NOT_STATED}"
