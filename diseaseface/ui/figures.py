"""The plot of the signs: asked, applied and read back."""

from collections.abc import Mapping, Sequence

from diseaseface.knowledge.catalogue import attributes
from diseaseface.ui.presenters import amount, view_of

ROW_PX, FRAME_PX = 40, 58
BAR = 0.26  # of a row
LABEL_RISE = 0.36  # of a row, above the bar
MOST_ROWS = 16
# The page's style sheet gives these their colours in both themes; the order of the traces matters there.
INK, ACCENT, QUIET = "#5b6b7a", "#0b6b7f", "#b8c2cc"


def signs_figure(report: Mapping):
    """Return a plotly figure: a row a sign, 100 % being the marked change of that sign."""
    import plotly.graph_objects as go

    signs = list(report["attributes"])[:MOST_ROWS]
    rows = list(range(len(signs)))
    applied = [_applied(go, signs, rows, read) for read in (True, False)]
    figure = go.Figure([_asked(go, signs, rows), *applied, _measured(go, signs, rows)])
    figure.update_layout(**_frame(signs, rows))
    return figure


def share_of_marked(sign: Mapping, value: float | None) -> float | None:
    """Return a change of a sign in per cent of its marked change, positive towards the disease."""
    return None if value is None else 100.0 * value / _marked(sign)


def _marked(sign: Mapping) -> float:
    """Return the change of a sign that counts as 100 per cent; the other way round when it is taken away."""
    full = attributes()[sign["name"]].pole(sign["direction"]).full
    return -full if (sign["asked"] or 0.0) * full < 0 else full


def _asked(go, signs: Sequence[Mapping], rows: Sequence[int]):
    return go.Bar(
        x=[share_of_marked(sign, sign["asked"]) for sign in signs],
        y=rows,
        orientation="h",
        width=BAR,
        name="asked",
        marker={"color": "rgba(0,0,0,0)", "line": {"color": INK, "width": 1}},
        **_hover(signs),
    )


def _applied(go, signs: Sequence[Mapping], rows: Sequence[int], read: bool):
    shown = [sign["applied"] if (sign["status"] == "measured") is read else None for sign in signs]
    return go.Bar(
        x=[share_of_marked(sign, value) for sign, value in zip(signs, shown, strict=True)],
        y=rows,
        orientation="h",
        width=BAR,
        name="drawn" if read else "unread",
        showlegend=read or any(value is not None for value in shown),
        marker={"color": ACCENT if read else QUIET},
        **_hover(signs),
    )


def _measured(go, signs: Sequence[Mapping], rows: Sequence[int]):
    values = [share_of_marked(sign, sign["measured"]) for sign in signs]
    errors = [abs(share_of_marked(sign, sign.get("noise")) or 0.0) for sign in signs]
    return go.Scatter(
        x=values,
        y=rows,
        mode="markers",
        name="read back",
        error_x={"array": errors, "thickness": 1.5, "width": 0, "color": INK},
        marker={"color": "white", "size": 9, "line": {"color": INK, "width": 2}},
        **_hover(signs),
    )


def _hover(signs: Sequence[Mapping]) -> dict:
    return {
        "customdata": [[view_of(sign["name"])] for sign in signs],
        "hovertext": [_told(sign) for sign in signs],
        "hoverinfo": "text",
    }


def _told(sign: Mapping) -> str:
    parts = [f"{word} {amount(sign[key], sign['unit'])}" for word, key in (("asked", "asked"), ("drawn", "applied"))]
    if sign["status"] == "measured":
        z = f" (z {sign['z']:+.1f})" if sign.get("z") is not None else ""
        parts.append(f"read back {amount(sign['measured'], sign['unit'])}{z}")
    reason = f"<br>{sign['reason']}" if sign.get("reason") else ""
    return f"<b>{sign['label']}</b><br>{', '.join(parts)}{reason}"


def _frame(signs: Sequence[Mapping], rows: Sequence[int]) -> dict:
    return {
        "barmode": "overlay",
        "height": FRAME_PX + ROW_PX * max(1, len(rows)),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 46},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 12, "color": INK},
        "legend": {"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "itemclick": False},
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        "xaxis": {
            "ticksuffix": " %",
            "tickvals": [0, 50, 100],
            "range": _span(signs),
            "zeroline": True,
            "zerolinewidth": 1,
            "fixedrange": True,
        },
        "yaxis": {"visible": False, "range": [len(rows) - 0.4, -0.75], "fixedrange": True},
        "annotations": [note for row, sign in zip(rows, signs, strict=True) for note in _row_notes(row, sign)],
    }


def _span(signs: Sequence[Mapping]) -> list[float]:
    """Return the range of the axis: 0 to 110 per cent at least, a little more where marks lie outside."""
    values = [share_of_marked(sign, sign[key]) or 0.0 for sign in signs for key in ("asked", "applied", "measured")]
    least, most = min(values, default=0.0), max(values, default=0.0)
    return [least - 6.0 if least < 0 else -0.5, max(110.0, most + 6.0)]


def _row_notes(row: int, sign: Mapping) -> list[dict]:
    read = sign["status"] == "measured"
    value = amount(sign["measured"], sign["unit"]) if read else "not read"
    common = {"y": row - LABEL_RISE, "xref": "paper", "showarrow": False, "yanchor": "middle"}
    return [
        {**common, "x": 0, "xanchor": "left", "text": _short(sign["label"], 38), "name": "label"},
        {**common, "x": 1, "xanchor": "right", "text": value, "opacity": 1.0 if read else 0.6},
    ]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
