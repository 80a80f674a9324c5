"""From a profile to words and HTML; pure functions."""

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from diseaseface.edits import typical_signs, without_conflicts
from diseaseface.knowledge import strengths
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.graph import Neighbourhood
from diseaseface.knowledge.profiles import OLDEST, Profile, Sign, Undrawn
from diseaseface.ui import texts
from diseaseface.ui.presenters import NOT_STATED, cells_html, evidence_html, frequency, unfold

COLUMNS = texts.PROFILE_COLUMNS
MOST_LINES = 8  # of a column of two diseases at once


def head_html(profile: Profile, twins: Sequence[str], conflicts: Sequence[str], misfits: Sequence[str]) -> str:
    """Return the name of a disease, its other ids and names, and what to know of it."""
    names = ", ".join(profile.synonyms[:6])
    ids = "".join(f"<code>{escape(one)}</code>" for one in (profile.id, *twins[:6]))
    parts = [f"<h3>{escape(profile.name)} <span>{ids}</span></h3>"]
    parts += [f"<p class='synonyms'>{escape(names)}</p>"] if names else []
    parts += [f"<p>{escape(profile.note)}</p>"] if profile.note else []
    parts += [f"<p class='forms'>{escape(forms_in_words(profile))}</p>"] if profile.forms else []
    parts += [f"<p class='conflict'>{escape(said)}</p>" for said in (*misfits, *conflicts)]
    weaker = strengths.count_weakened(_together(profile))
    parts += [f"<p class='together'>{texts.PROFILE_TOGETHER.format(weaker)}</p>"] if weaker else []
    drawn = sum(attributes()[sign.attribute].engine == "morph" for sign in profile.signs)
    count = {"drawn": drawn, "undrawn": len(profile.signs) + len(profile.undrawn) - drawn, "share": profile.drawable}
    return "".join(parts) + f"<p class='count'>{texts.PROFILE_COUNT.format(**count)}</p>"


def _together(profile: Profile) -> list[Sign]:
    """Return the signs of the typical presentation as strong as they are on one face."""
    return strengths.together(without_conflicts(typical_signs(profile.signs)))


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
        f"{label} <small>{ids}</small>{unfold(pole.label)}",
        f"<input type='number' min='0' max='100' value='{often}' placeholder='?' data-what='weight' "
        f"aria-label='{texts.PROFILE_OFTEN.format(label)}'><small>%</small> {_bar(sign)}",
        _onset(sign),
        f"<input type='range' min='0' max='150' step='5' value='{100 * sign.magnitude:.0f}' data-what='magnitude' "
        f"aria-label='{texts.PROFILE_STRENGTH.format(label)}'><output>{100 * sign.magnitude:.0f} %</output>",
        evidence_html([asdict(line) for line in sign.evidence]),
    )
    return f"<tr data-sign='{place}' data-hpo='{' '.join(pole.hpo)}'>{cells_html(COLUMNS, cells)}</tr>"


def _undrawn_row(sign: Undrawn) -> str:
    label = f"{escape(sign.label)} <small>{escape(sign.hpo)}</small>{unfold(sign.label)}"
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
    return f"<small>{_ages(sign)}<br>{texts.PROFILE_ONSET.format(100 * begin, 100 * end)}</small>"


def _ages(sign: Sign) -> str:
    if sign.ages is None:
        return texts.PROFILE_AGE_UNKNOWN
    first = _years(sign.from_age)
    return first if sign.until_age >= OLDEST else texts.PROFILE_AGES.format(first, sign.until_age)


def _years(age: float) -> str:
    if not age:
        return texts.PROFILE_BIRTH
    return texts.PROFILE_MONTHS.format(round(12 * age)) if age < 1 else texts.PROFILE_YEARS.format(age)


def key_html() -> str:
    """Return what the marks of the graph stand for."""
    marks = "".join(f"<span><i class='mark-{kind}'></i>{word}</span>" for kind, word in texts.GRAPH_KEY.items())
    return f"<p class='graph-key'>{marks}</p>"


def near_html(around: Neighbourhood) -> str:
    """Return what the graph shows in words: the nearest diseases as buttons with the signs they share, and the genes.

    A phone is too narrow for the graph, and not everybody can point at it.
    """
    alike = {edge.other: edge.weight for edge in around.edges if edge.one == around.nodes[0].id}
    near = [node for node in around.nodes[1:] if node.kind == "disease" and node.id in alike]
    items = "".join(
        f"<li><button type='button' data-id='{escape(node.id, quote=True)}'>{escape(node.label)}</button> "
        f"<small>{texts.GRAPH_ALIKE.format(alike[node.id])}{escape(_shared(around, node.id))}</small></li>"
        for node in sorted(near, key=lambda node: -alike[node.id])
    )
    genes = ", ".join(node.label for node in around.nodes if node.kind == "gene")
    named = f"<p>{escape(texts.GRAPH_GENES.format(genes))}</p>" if genes else ""
    return named + (f"<h3>{texts.GRAPH_NEAREST}</h3><ul>{items}</ul>" if items else "")


def _shared(around: Neighbourhood, disease: str) -> str:
    """Name, after a colon, the signs that a near disease has of those shown; nothing where it has none of them."""
    labels = {node.id: node.label.lower() for node in around.nodes}
    shared = [labels[edge.other] for edge in around.edges if edge.one == disease]
    return f": {', '.join(shared)}" if shared else ""


def compared_html(one: Profile, other: Profile) -> str:
    """Return two diseases side by side: what both show, the same or opposite ways, and what only one of them shows."""
    left, right = _by_sign(one), _by_sign(other)
    shared = [key for key in left if key in right]
    opposite = [key for key in left if key not in right and _turned(key) in right]
    only = [key for key in left if key not in right and key not in opposite]
    rest = [key for key in right if key not in left and _turned(key) not in opposite]
    both = [_line(_label(key), left[key], right[key]) for key in shared]
    both += [_line(_opposite(key), left[key], right[_turned(key)]) for key in opposite]
    columns = (
        _column(texts.PROFILE_BOTH, (one.name, other.name), both),
        _column(texts.PROFILE_ONLY.format(one.name), (COLUMNS[2],), [_line(_label(k), left[k]) for k in only]),
        _column(texts.PROFILE_ONLY.format(other.name), (COLUMNS[2],), [_line(_label(k), right[k]) for k in rest]),
    )
    said = texts.PROFILE_COMPARED.format(len(shared), len(opposite), len(only), len(rest))
    return f"<p>{said}</p><div class='columns'>{''.join(columns)}</div>"


def _turned(key: tuple[str, int]) -> tuple[str, int]:
    return key[0], -key[1]


def _by_sign(profile: Profile) -> dict[tuple[str, int], Sign]:
    return {(sign.attribute, sign.direction): sign for sign in profile.signs}


def _label(key: tuple[str, int]) -> str:
    return escape(attributes()[key[0]].pole(key[1]).label)


def _opposite(key: tuple[str, int]) -> str:
    return f"{_label(key)} / {_label(_turned(key))} <small>{texts.PROFILE_OPPOSITE}</small>"


def _column(heading: str, names: Sequence[str], lines: Sequence[str]) -> str:
    """Return a heading with its count and the signs below it, those beyond MOST_LINES folded away."""
    if not lines:
        return ""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in (texts.COMPARE_SIGN, *names))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines[:MOST_LINES])}</tbody></table>"
    more = lines[MOST_LINES:]
    folded = f"<table><tbody>{''.join(more)}</tbody></table>"
    summary = f"<summary>{texts.PROFILE_MORE.format(len(more))}</summary>"
    rest = f"<details>{summary}{folded}</details>" if more else ""
    return f"<section><h4>{escape(heading)} <small>{len(lines)}</small></h4>{table}{rest}</section>"


def _line(label: str, *signs: Sign) -> str:
    return f"<tr><th scope='row'>{label}</th>{''.join(f'<td>{_often(sign)}</td>' for sign in signs)}</tr>"


def _often(sign: Sign) -> str:
    return f"{100 * sign.weight:.0f} % {_bar(sign)}" if sign.known else f"<small>{texts.PROFILE_NOT_STATED}</small>"
