"""The plot of the graph around a disease: signs on a ring, genes inside, the nearest diseases outside."""

from collections.abc import Callable, Mapping, Sequence
from math import atan2, cos, hypot, pi, sin

from diseaseface.knowledge.graph import Neighbourhood, Node
from diseaseface.ui import texts

SIGN_RING, GENE_RING, DISEASE_RING = 1.0, 0.48, 1.72
HEIGHT_PX, STRETCH = 470, 1.9  # the rings are wide, since labels stand beside them
INK, ACCENT, QUIET = "#5b6b7a", "#0b6b7f", "#b8c2cc"
_MARKS = {"disease": ("square", 13), "sign": ("circle", 10), "gene": ("diamond", 9), "center": ("square", 18)}

Point = tuple[float, float]


def graph_figure(around: Neighbourhood, drawn: Callable[[str], bool]):
    """Return a plotly figure; each point carries its kind and id for clicks.

    Parameters
    ----------
    around : Neighbourhood
        The disease in the middle first.
    drawn : callable
        Whether the sign of an HPO id can be drawn.
    """
    import plotly.graph_objects as go

    places = laid_out(around)
    figure = go.Figure([*_lines(go, around, places), *_points(go, around, places, drawn)])
    figure.update_layout(**_frame(around.nodes[0].label))
    return figure


def laid_out(around: Neighbourhood) -> dict[str, Point]:
    """Return where each node lies; a near disease stands by the signs it shares, no two at one place."""
    center, *others = around.nodes
    by_kind = {kind: [node for node in others if node.kind == kind] for kind in ("sign", "gene", "disease")}
    places = {center.id: (0.0, 0.0)}
    places |= _ring(by_kind["sign"], SIGN_RING)
    places |= _ring(by_kind["gene"], GENE_RING, start=pi / max(1, len(by_kind["gene"])))
    wanted = {node.id: _towards(node, around, places) for node in by_kind["disease"]}
    ordered = sorted(by_kind["disease"], key=lambda node: wanted[node.id])
    start = wanted[ordered[0].id] if ordered else 0.0
    return places | _ring(ordered, DISEASE_RING, start)


def _ring(nodes: Sequence[Node], radius: float, start: float = pi / 2) -> dict[str, Point]:
    step = 2 * pi / max(1, len(nodes))
    return {
        node.id: (STRETCH * radius * cos(start + place * step), radius * sin(start + place * step))
        for place, node in enumerate(nodes)
    }


def _towards(node: Node, around: Neighbourhood, places: Mapping[str, Point]) -> float:
    """Return the angle of the mean place of the signs that a disease shares."""
    shared = [places[edge.other] for edge in around.edges if edge.one == node.id and edge.other in places]
    x, y = (sum(part) for part in zip(*shared, strict=True)) if shared else (0.0, 0.0)
    return atan2(y, x / STRETCH) % (2 * pi) if hypot(x, y) > 1e-9 else 0.0


def _lines(go, around: Neighbourhood, places: Mapping[str, Point]):
    center = around.nodes[0].id
    near = {edge.other for edge in around.edges if edge.one == center}
    own = [edge for edge in around.edges if edge.one == center and _kind(around, edge.other) != "disease"]
    shared = [edge for edge in around.edges if edge.one != center and edge.one in near]
    for edges, colour, width in ((shared, QUIET, 0.8), (own, ACCENT, 1.2)):
        x, y = [], []
        for edge in edges:
            x += [places[edge.one][0], places[edge.other][0], None]
            y += [places[edge.one][1], places[edge.other][1], None]
        yield go.Scatter(
            x=x,
            y=y,
            mode="lines",
            hoverinfo="skip",
            opacity=0.6,
            line={"color": colour, "width": width},
        )


def _kind(around: Neighbourhood, key: str) -> str:
    return next(node.kind for node in around.nodes if node.id == key)


def _points(go, around: Neighbourhood, places: Mapping[str, Point], drawn: Callable[[str], bool]):
    near = {edge.other: edge.weight for edge in around.edges if edge.one == around.nodes[0].id}
    groups: dict[str, list[Node]] = {name: [] for name in texts.GRAPH_KEY}
    for place, node in enumerate(around.nodes):
        groups[_group(node, place, drawn)].append(node)
    for name, nodes in groups.items():
        if nodes:
            yield _scatter(go, name, nodes, places, near)


def _group(node: Node, place: int, drawn: Callable[[str], bool]) -> str:
    if place == 0:
        return "center"
    return ("drawn" if drawn(node.id) else "undrawn") if node.kind == "sign" else node.kind


def _scatter(go, name: str, nodes: Sequence[Node], places: Mapping[str, Point], near: Mapping[str, float]):
    symbol, size = _MARKS["center" if name == "center" else nodes[0].kind]
    colour = {"center": ACCENT, "drawn": ACCENT, "gene": QUIET}.get(name, "white" if name == "undrawn" else INK)
    return go.Scatter(
        x=[places[node.id][0] for node in nodes],
        y=[places[node.id][1] for node in nodes],
        mode="markers" if name == "center" else "markers+text",
        name=texts.GRAPH_KEY[name],
        text=[_short(node.label) for node in nodes],
        textposition=[_beside(places[node.id]) for node in nodes],
        textfont={"size": 11.5, "color": INK},
        customdata=[[node.kind, node.id] for node in nodes],
        hovertext=[_told(node, near) for node in nodes],
        hoverinfo="text",
        cliponaxis=False,
        marker={"symbol": symbol, "size": size, "color": colour, "line": {"color": INK, "width": 1.2}},
    )


def _beside(place: Point) -> str:
    """Return on which side of its mark a label stands: away from the middle."""
    x, y = place
    if abs(x) < 0.18 * max(hypot(x, y), 1e-9):
        return "top center" if y >= 0 else "bottom center"
    return "middle right" if x > 0 else "middle left"


def _told(node: Node, near: Mapping[str, float]) -> str:
    if node.kind != "disease" or node.id not in near:
        return f"<b>{node.label}</b><br>{node.id if node.kind != 'gene' else 'gene'}"
    return f"<b>{node.label}</b><br>{node.id}<br>{texts.GRAPH_NEAR.format(near[node.id])}"


def _short(text: str, most: int = 25) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _frame(name: str) -> dict:
    axis = {"visible": False, "fixedrange": True, "zeroline": False}
    return {
        "height": HEIGHT_PX,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "IBM Plex Sans, system-ui, sans-serif", "size": 12, "color": INK},
        "showlegend": False,
        "dragmode": False,
        "xaxis": axis | {"range": [-5.0, 5.0]},
        "yaxis": axis | {"range": [-2.05, 2.05]},
        "annotations": [
            {"x": 0, "y": -0.17, "text": f"<b>{_short(name, 40)}</b>", "showarrow": False, "bgcolor": "white"}
        ],
    }
