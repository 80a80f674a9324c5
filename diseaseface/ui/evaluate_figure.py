"""The plot of signs in standard deviations of healthy faces: a row a sign."""

from collections.abc import Mapping, Sequence

from diseaseface.evaluation.words import amount
from diseaseface.ui import texts

ROW_PX, FRAME_PX, MOST_ROWS, MOST_SD = 30, 60, 18, 8.0
USUAL_SD = 1.96  # 95 of 100 healthy faces lie within
# The page's style sheet gives these their colours in both themes.
INK, ACCENT, QUIET = "#5b6b7a", "#0b6b7f", "#b8c2cc"


def signs_figure(report: Mapping):
    """Return a plotly figure of a report's signs: those of its disease in its order, else the most departed.

    What cannot be read has its row with a cross in the middle and its reason; without a disease it is left out.
    """
    import plotly.graph_objects as go

    signs = chosen(report)
    rows = list(range(len(signs)))
    read = [sign["z"] is not None for sign in signs]
    figure = go.Figure([_points(go, signs, rows, read), _unread(go, signs, rows, read)])
    figure.update_layout(**_frame(signs))
    return figure


def chosen(report: Mapping) -> list[Mapping]:
    """Return the signs that get a row."""
    signs = list(report["attributes"])
    if not report["disease"]:
        # A sign that lies the other way, such as skin less blue than usual, is none.
        known = [sign for sign in signs if sign["z"] is not None and sign["z"] * sign["direction"] > 0]
        signs = sorted(known, key=lambda sign: -abs(sign["z"]))
        signs = [sign for place, sign in enumerate(signs) if sign["z"] not in [one["z"] for one in signs[:place]]]
    return signs[:MOST_ROWS]


def error_sd(sign: Mapping) -> float:
    """Return the reader's standard deviation of a sign's z; 0 where it cannot be told."""
    if not sign["measured"] or not sign["z"] or sign.get("noise") is None:
        return 0.0
    return abs(sign["noise"] * sign["z"] / sign["measured"])


def _points(go, signs: Sequence[Mapping], rows: Sequence[int], read: Sequence[bool]):
    at = [row for row in rows if read[row]]
    return go.Scatter(
        x=[_within(signs[row]["z"]) for row in at],
        y=at,
        mode="markers",
        name="read",
        error_x={
            "array": [min(error_sd(signs[row]), MOST_SD) for row in at],
            "thickness": 1.5,
            "width": 0,
            "color": INK,
        },
        marker={
            "color": [ACCENT if abs(signs[row]["z"]) > USUAL_SD else "white" for row in at],
            "size": 10,
            "line": {"color": ACCENT, "width": 2},
        },
        hovertext=[_told(signs[row]) for row in at],
        hoverinfo="text",
        cliponaxis=False,
    )


def _unread(go, signs: Sequence[Mapping], rows: Sequence[int], read: Sequence[bool]):
    at = [row for row in rows if not read[row]]
    return go.Scatter(
        x=[0.0] * len(at),
        y=at,
        mode="markers",
        name=texts.NOT_READ,
        marker={"symbol": "x-thin", "size": 9, "line": {"color": QUIET, "width": 2}},
        hovertext=[_told(signs[row]) for row in at],
        hoverinfo="text",
    )


def _within(z: float) -> float:
    return min(max(z, -MOST_SD), MOST_SD)


def _told(sign: Mapping) -> str:
    name = f"<b>{sign['label']}{_side(sign)}</b><br>"
    if sign["z"] is None:
        return name + (sign.get("reason") or texts.NOT_READ)
    return f"{name}{amount(sign['measured'], sign['unit'])}, {sign['z']:+.1f} SD"


def _side(sign: Mapping) -> str:
    return f", {sign['side']}" if sign.get("side") else ""


def _frame(signs: Sequence[Mapping]) -> dict:
    most = max([3.0, *(abs(_within(sign["z"])) + 0.6 for sign in signs if sign["z"] is not None)])
    band = {"type": "rect", "xref": "x", "yref": "paper", "x0": -USUAL_SD, "x1": USUAL_SD, "y0": 0, "y1": 1}
    return {
        "height": FRAME_PX + ROW_PX * max(1, len(signs)),
        "margin": {"l": 0, "r": 0, "t": 4, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 12, "color": INK},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"align": "left"},
        "shapes": [{**band, "layer": "below", "fillcolor": QUIET, "opacity": 0.25, "line": {"width": 0}}],
        "xaxis": {
            "domain": [0.46, 0.86],
            "range": [-most, most],
            "dtick": 2,
            "tickangle": 0,
            "zeroline": True,
            "zerolinewidth": 1,
            "fixedrange": True,
        },
        "yaxis": {"visible": False, "range": [len(signs) - 0.4, -0.6], "fixedrange": True},
        "annotations": [note for row, sign in enumerate(signs) for note in _notes(row, sign)],
    }


def _notes(row: int, sign: Mapping) -> list[dict]:
    common = {"y": row, "xref": "paper", "showarrow": False, "yanchor": "middle"}
    value = f"{sign['z']:+.1f}".replace("-", "−") if sign["z"] is not None else texts.NOT_READ
    return [
        {**common, "x": 0, "xanchor": "left", "text": _short(sign["label"] + _side(sign), 34), "name": "label"},
        {**common, "x": 1, "xanchor": "right", "text": value, "opacity": 1.0 if sign["z"] is not None else 0.6},
    ]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
