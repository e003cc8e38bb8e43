"""A directed graph as one small SVG that needs no script, font, style sheet or network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from distillnet.page.text import inert

Edge = tuple[str, str, bool]
# An edge and which of its ends: 0 the source, 1 the target.
End = tuple[Edge, Literal[0, 1]]

_ENDS = {"__start__": "start", "__end__": "end"}
_STYLE = """
.graph { --paper: #f7f8f5; --sheet: #ffffff; --ink: #17201e; --soft: #56615d; --line: #b9c1bb;
  font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { .graph {
  --paper: #121719; --sheet: #1a2124; --ink: #e5eae6; --soft: #9eaaa5; --line: #4b575b; } }
.graph .paper { fill: var(--paper); }
.graph .node rect { fill: var(--sheet); stroke: var(--line); }
.graph .node text { fill: var(--ink); text-anchor: middle; dominant-baseline: central; }
.graph .end rect { fill: var(--soft); stroke: none; }
.graph .end text { fill: var(--paper); font-size: 12px; }
.graph .edge { fill: none; stroke: var(--soft); stroke-width: 1.4; }
.graph .conditional { stroke-dasharray: 5 4; }
.graph marker path { fill: var(--soft); }
"""
# Lengths are in user units, which are CSS pixels at the natural size.
_ROW, _HEIGHT, _END_HEIGHT = 58, 34, 24
_LETTER, _MARGIN, _LANE, _RADIUS = 8.5, 16, 22, 12


@dataclass(frozen=True)
class _Box:
    """A node around x = 0; ``ports`` are the ends of edges at its sides, from the top down."""

    name: str
    row: int
    width: float
    ports: dict[int, list[End]]

    @property
    def middle(self) -> float:
        return _MARGIN + _HEIGHT / 2 + self.row * _ROW

    @property
    def height(self) -> float:
        return _END_HEIGHT if self.name in _ENDS else _HEIGHT

    def port(self, end: End, side: int) -> tuple[float, float]:
        """Where the end of an edge touches the left (-1) or right (1) side."""
        ports = self.ports[side]
        share = (ports.index(end) + 1) / (len(ports) + 1)
        return side * self.width / 2, self.middle + self.height * (share - 0.5)


def graph_svg(nodes: Sequence[str], edges: Sequence[Edge], *, title: str) -> str:
    """The graph from top to bottom, one node a row.

    ``edges`` are (source, target, conditional?) between two of ``nodes``; conditional ones are
    dashed. Rows follow the longest path that leads to a node, edges back left out. An edge to the
    next row is straight; one further down runs along the right, one back up along the left, in
    lanes of their own, so that no edge crosses a node.
    """
    edges = list(dict.fromkeys(edges))
    rows = _rows(nodes, edges)
    steps = [e for e in edges if rows[e[1]] - rows[e[0]] == 1]
    right = _lanes((e for e in edges if rows[e[1]] - rows[e[0]] > 1), rows)
    left = _lanes((e for e in edges if rows[e[1]] <= rows[e[0]]), rows)
    width = max((_LETTER * len(name) + 28 for name in nodes if name not in _ENDS), default=0.0)
    width = max(width, 96.0)
    boxes = {
        name: _Box(
            name,
            rows[name],
            _LETTER * len(_ENDS[name]) + 22 if name in _ENDS else width,
            {-1: _ports(name, left, rows), 1: _ports(name, right, rows)},
        )
        for name in nodes
    }
    paths = [(edge, _straight(boxes[edge[0]], boxes[edge[1]])) for edge in steps]
    for side, lanes in ((-1, left), (1, right)):
        for edge, lane in lanes.items():
            x = side * (width / 2 + _LANE * (lane + 1))
            start = boxes[edge[0]].port((edge, 0), side)
            end = boxes[edge[1]].port((edge, 1), side)
            paths.append((edge, _around(start, end, x, side)))
    west, east = (
        width / 2 + _LANE * (max(lanes.values(), default=-1) + 1) + _MARGIN
        for lanes in (left, right)
    )
    height = 2 * _MARGIN + _HEIGHT + _ROW * (len(nodes) - 1)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" '
        f'width="{west + east:g}" height="{height:g}" '
        f'viewBox="{-west:g} 0 {west + east:g} {height:g}">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n"
        '<defs><marker id="graph-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 0L8 4L0 8Z"/></marker></defs>\n'
        f'<rect class="paper" x="{-west:g}" width="{west + east:g}" height="{height:g}"/>\n'
    )
    lines = (
        f'<path class="edge{" conditional" if conditional else ""}" d="{path}" '
        'marker-end="url(#graph-arrow)"/>'
        for (_, _, conditional), path in paths
    )
    return head + "\n".join([*lines, *map(_drawn, boxes.values())]) + "\n</svg>\n"


def _rows(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The row of each node: by the longest path to it, then as given; the end comes last."""
    targets: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target, _ in edges:
        targets[source].append(target)
    open_: set[str] = set()
    done: list[str] = []
    forward: list[tuple[str, str]] = []

    def visit(name: str) -> None:
        open_.add(name)
        for target in targets[name]:
            if target in open_:
                continue
            forward.append((name, target))
            if target not in done:
                visit(target)
        open_.remove(name)
        done.append(name)

    for name in nodes:
        if name not in done:
            visit(name)
    depth = dict.fromkeys(nodes, 0)
    for name in reversed(done):
        for source, target in forward:
            if source == name:
                depth[target] = max(depth[target], depth[name] + 1)
    order = sorted(nodes, key=lambda name: (name == "__end__", depth[name], nodes.index(name)))
    return {name: row for row, name in enumerate(order)}


def _lanes(edges: Iterable[Edge], rows: dict[str, int]) -> dict[Edge, int]:
    """The lane of each edge, 0 next to the nodes; short edges run inside longer ones."""
    spans = {edge: sorted((rows[edge[0]], rows[edge[1]])) for edge in edges}
    lanes: dict[Edge, int] = {}
    for edge in sorted(spans, key=lambda edge: (spans[edge][1] - spans[edge][0], spans[edge])):
        first, last = spans[edge]
        beside = (
            lane
            for other, lane in lanes.items()
            if spans[other][0] <= last and first <= spans[other][1]
        )
        lanes[edge] = max(beside, default=-1) + 1
    return lanes


def _ports(name: str, lanes: dict[Edge, int], rows: dict[str, int]) -> list[End]:
    """The ends of edges at one side of a node, in the order in which they do not cross there.

    Edges from above stand above those from below, and of each the inner lanes nearest to the
    row that they come from.
    """
    above: list[End] = []
    below: list[End] = []
    for edge in lanes:
        source, target, _ = edge
        if source == name:
            (above if rows[target] < rows[name] else below).append((edge, 0))
        if target == name:
            (above if rows[source] < rows[name] else below).append((edge, 1))
    above.sort(key=lambda end: lanes[end[0]])
    below.sort(key=lambda end: -lanes[end[0]])
    return above + below


def _straight(source: _Box, target: _Box) -> str:
    return f"M0 {source.middle + source.height / 2:g}V{target.middle - target.height / 2:g}"


def _around(start: tuple[float, float], end: tuple[float, float], x: float, side: int) -> str:
    """From the side of one box along x to the same side of another, with rounded corners."""
    (x0, y0), (x1, y1) = start, end
    down = 1 if y1 > y0 else -1
    r = min(_RADIUS, abs(y1 - y0) / 2)
    return (
        f"M{x0:g} {y0:g}H{x - side * r:g}Q{x:g} {y0:g} {x:g} {y0 + down * r:g}"
        f"V{y1 - down * r:g}Q{x:g} {y1:g} {x - side * r:g} {y1:g}H{x1:g}"
    )


def _drawn(box: _Box) -> str:
    kind = "node end" if box.name in _ENDS else "node"
    radius = box.height / 2 if box.name in _ENDS else 5
    return (
        f'<g class="{kind}"><rect x="{-box.width / 2:g}" y="{box.middle - box.height / 2:g}" '
        f'width="{box.width:g}" height="{box.height:g}" rx="{radius:g}"/>'
        f'<text y="{box.middle:g}">{_text(_ENDS.get(box.name, box.name))}</text></g>'
    )


def _text(text: str) -> str:
    return escape(str(inert(text)))
