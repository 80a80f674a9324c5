"""The plot of the signs: asked, drawn and read back, a row a sign; choosing a row looks closer."""

from collections.abc import Mapping, Sequence
from html import escape

from diseaseface.evaluation.words import amount
from diseaseface.knowledge.catalogue import attributes
from diseaseface.ui import texts
from diseaseface.ui.presenters import looking

MOST_ROWS = 14  # at once; the others are folded
_TICKS = (0, 50, 100)


def plot_html(report: Mapping) -> str:
    """Return the plot as HTML; 100 % is the marked change of a sign."""
    signs = report["attributes"]
    if not signs:
        return f"<p class='none'>{escape(texts.PLOT_EMPTY)}</p>"
    low, high = _span(signs)
    rows = [_row(sign, low, high) for sign in signs]
    more = len(rows) - MOST_ROWS
    folded = f"<details><summary>{texts.PLOT_MORE.format(more)}</summary><ul>{''.join(rows[MOST_ROWS:])}</ul></details>"
    rules = "".join(f"<i class='rule' style='left:{_at(tick, low, high):.1f}%'></i>" for tick in _TICKS)
    ticks = "".join(f"<span style='left:{_at(tick, low, high):.1f}%'>{tick} %</span>" for tick in _TICKS)
    key = "".join(f"<span><i class='{mark}'></i>{escape(word)}</span>" for mark, word in texts.PLOT_KEY)
    return (
        f"<div class='plot'><div class='rows'><div class='rules'>{rules}</div>"
        f"<ul>{''.join(rows[:MOST_ROWS])}</ul></div>"
        f"<div class='ticks' aria-hidden='true'>{ticks}</div>{folded if more > 0 else ''}"
        f"<p class='key' aria-hidden='true'>{key}</p></div>"
    )


def share_of_marked(sign: Mapping, value: float | None) -> float | None:
    """Return a change of a sign in per cent of its marked change, positive towards the disease."""
    return None if value is None else 100.0 * value / _marked(sign)


def _marked(sign: Mapping) -> float:
    """Return the change of a sign that counts as 100 per cent; the other way round when it is taken away."""
    full = attributes()[sign["name"]].pole(sign["direction"]).full
    return -full if (sign["asked"] or 0.0) * full < 0 else full


def _row(sign: Mapping, low: float, high: float) -> str:
    read = sign["status"] == "measured"
    value = amount(sign["measured"], sign["unit"]) if read else texts.NOT_READ
    side = f", {sign['side']}" if sign.get("side") else ""
    marks = _bar("asked", sign, sign["asked"], low, high)
    marks += _bar("drawn" if read else "unread", sign, sign["applied"], low, high)
    marks += _dot(sign, low, high) if read else ""
    return (
        f"<li><button type='button' {looking(sign)} aria-label='{escape(told(sign), quote=True)}' "
        f"title='{escape(told(sign), quote=True)}'><span class='name'>{escape(sign['label'] + side)}</span>"
        f"<span class='read{'' if read else ' no'}'>{escape(value)}</span>"
        f"<span class='track'>{marks}</span></button></li>"
    )


def _bar(kind: str, sign: Mapping, value: float | None, low: float, high: float) -> str:
    share = share_of_marked(sign, value)
    if share is None:
        return ""
    left, right = sorted((_at(0.0, low, high), _at(share, low, high)))
    return f"<i class='{kind}' style='left:{left:.1f}%;width:{right - left:.1f}%'></i>"


def _dot(sign: Mapping, low: float, high: float) -> str:
    value = share_of_marked(sign, sign["measured"])
    noise = abs(share_of_marked(sign, sign.get("noise")) or 0.0)
    left, right = _at(value - noise, low, high), _at(value + noise, low, high)
    error = f"<i class='error' style='left:{left:.1f}%;width:{right - left:.1f}%'></i>"
    return f"{error}<i class='dot' style='left:{_at(value, low, high):.1f}%'></i>"


def told(sign: Mapping) -> str:
    """Say a row in words."""
    parts = [
        f"{word} {amount(sign[key], sign['unit'])}"
        for word, key in zip(texts.PLOT_WORDS, ("asked", "applied"), strict=True)
    ]
    if sign["status"] == "measured":
        z = f" ({sign['z']:+.1f} SD)".replace("-", "−") if sign.get("z") is not None else ""
        parts.append(f"{texts.PLOT_READ} {amount(sign['measured'], sign['unit'])}{z}")
    reason = f". {sign['reason']}" if sign.get("reason") else "."
    return f"{sign['label']}: {', '.join(parts)}{reason}"


def _span(signs: Sequence[Mapping]) -> tuple[float, float]:
    """Return the ends of the axis: 0 to 105 per cent at least, more where marks lie outside, within reason."""
    values = [share_of_marked(sign, sign[key]) or 0.0 for sign in signs for key in ("asked", "applied", "measured")]
    return max(min(0.0, *values) - 1.0, -60.0), min(max(105.0, *values), 180.0)


def _at(share: float, low: float, high: float) -> float:
    return min(max(100.0 * (share - low) / (high - low), 0.0), 100.0)
