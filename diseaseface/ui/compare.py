"""Two drawings of one face side by side, and eight people with one disease: what differs, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from diseaseface.evaluation.words import amount
from diseaseface.faces import framing
from diseaseface.ui import texts, viewer, views
from diseaseface.ui.presenters import looking

if TYPE_CHECKING:
    from diseaseface.engines.base import Applied
    from diseaseface.pipeline import Drawing

SAME = 0.05  # of a marked change: what differs by less is the same to the eye; set by eye
CARD_PX = 300
MOST_NAMED = 6
MOST_ROWS = 12  # of signs that differ at once; the others are folded

Key = tuple[str, str | None]
"""An attribute's name and the side of the face."""


def drawn(drawing: "Drawing") -> dict[Key, "Applied"]:
    """Return what was drawn of a drawing, by attribute and side, most marked first."""
    told = {(one.change.attribute.name, one.change.side): one for one in drawing.rendering.applied if one.amount}
    return dict(sorted(told.items(), key=lambda item: -share(item[1])))


def share(one: "Applied | None") -> float:
    """Return how much of its marked change was drawn; negative in the attribute's other direction."""
    if one is None or not one.amount:
        return 0.0
    return replace(one.change, amount=one.amount).share * (1 if one.amount > 0 else -1)


def differences(one: "Drawing", other: "Drawing") -> tuple[list[Key], list[Key]]:
    """Return the signs that differ between two drawings, most first, and those that are the same."""
    mine, yours = drawn(one), drawn(other)
    gap = {key: abs(share(mine.get(key)) - share(yours.get(key))) for key in {**mine, **yours}}
    ordered = sorted(gap, key=lambda key: (-gap[key], key[0], key[1] or ""))
    return [key for key in ordered if gap[key] >= SAME], [key for key in ordered if gap[key] < SAME]


def differences_html(one: "Drawing", other: "Drawing", names: tuple[str, str]) -> str:
    """Return a table of the signs that differ; choosing one looks closer."""
    mine, yours = drawn(one), drawn(other)
    differ, same = differences(one, other)
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in (texts.COMPARE_SIGN, *names))
    rows = [_row(mine.get(key), yours.get(key)) for key in differ]
    first, more = "".join(rows[:MOST_ROWS]), _folded(rows[MOST_ROWS:])
    table = f"<table data-viewer='compared'><thead><tr>{head}</tr></thead><tbody>{first}</tbody></table>{more}"
    told = texts.COMPARE_DIFFER.format(len(differ), len(same)) if differ else texts.COMPARE_SAME
    alike = ", ".join(label(mine.get(key) or yours[key]) for key in same)
    both = f"<p class='alike'>{escape(texts.COMPARE_ALIKE.format(alike))}</p>" if same and differ else ""
    return f"<p class='told'>{escape(told)}</p>{table if differ else ''}{both}"


def _folded(rows: Sequence[str]) -> str:
    """Return what is beyond the first rows of the table, to be opened."""
    if not rows:
        return ""
    more = texts.COMPARE_MORE.format(len(rows))
    table = f"<table data-viewer='compared'><tbody>{''.join(rows)}</tbody></table>"
    return f"<details><summary>{more}</summary>{table}</details>"


def _row(mine: "Applied | None", yours: "Applied | None") -> str:
    named = " / ".join(dict.fromkeys(label(one) for one in (mine, yours) if one))  # two names where the ways differ
    sign = {"name": (mine or yours).change.attribute.name, "label": named}
    cells = "".join(f"<td>{_amount(applied)}</td>" for applied in (mine, yours))
    return f"<tr><th scope='row'><button type='button' {looking(sign)}>{escape(named)}</button></th>{cells}</tr>"


def _amount(one: "Applied | None") -> str:
    if one is None:
        return f"<span class='none'>{escape(texts.COMPARE_NONE)}</span>"
    width = min(abs(share(one)), 1.2) / 1.2
    told = escape(amount(one.amount, one.change.attribute.unit))
    return f"<span class='length'><i style='width:{100 * width:.0f}%'></i></span>{told}"


def label(one: "Applied") -> str:
    """Name what was drawn, with the side where it has one."""
    direction = 1 if (one.amount or 0.0) > 0 else -1
    side = f", {one.change.side}" if one.change.side else ""
    return one.change.attribute.pole(direction).label + side


def patients_html(people: Sequence["Drawing"]) -> str:
    """Return a grid of people with one disease, each with the signs that not all of them have."""
    shown = [drawn(one) for one in people]
    shared = set.intersection(*(set(signs) for signs in shown)) if shown else set()
    common = ", ".join(label(shown[0][key]) for key in shown[0] if key in shared) if shown else ""
    told = f"<p class='told'>{escape(texts.PATIENTS_SHARE.format(common))}</p>" if common else ""
    cards = "".join(_card(one, signs, shared) for one, signs in zip(people, shown, strict=True))
    return f"{told}<ul class='patients'>{cards}</ul>"


def _card(one: "Drawing", signs: Mapping[Key, "Applied"], shared: set[Key]) -> str:
    own = [label(applied) for key, applied in signs.items() if key not in shared]
    more = texts.PATIENTS_MORE.format(len(own) - MOST_NAMED) if len(own) > MOST_NAMED else ""
    words = escape(", ".join(own[:MOST_NAMED]) + more or texts.PATIENTS_ONLY_SHARED)
    seed = one.request.seed
    title = escape(texts.PATIENTS_TAKE.format(seed + 1, seed), quote=True)
    near = framing.crop(one.rendering.picture, views.box_of(one.face, "face"))
    picture = viewer.data_url(near, CARD_PX)
    return (
        f"<li><button type='button' data-seed='{seed}' title='{title}' aria-label='{title}'>"
        f"<img src='{picture}' alt='{escape(viewer.alt(one), quote=True)}'></button>"
        f"<p><b>{escape(texts.PATIENTS_NUMBER.format(seed + 1))}</b> {words}</p></li>"
    )
