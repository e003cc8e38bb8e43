import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.graphs.distill import build_distill_graph
from distillnet.page.graph import Edge, graph_svg

SVG = "{http://www.w3.org/2000/svg}"
ENDS = {"start": "__start__", "end": "__end__"}


@dataclass(frozen=True)
class Box:
    name: str
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float, slack: float = 0.01) -> bool:
        return (
            self.left - slack <= x <= self.right + slack
            and self.top - slack <= y <= self.bottom + slack
        )


def drawing(nodes: list[str], edges: list[Edge]) -> ElementTree.Element:
    return ElementTree.fromstring(graph_svg(nodes, edges, title="A graph"))


def boxes(svg: ElementTree.Element) -> list[Box]:
    """From the top down."""
    found = []
    for group in svg.iter(f"{SVG}g"):
        rect, text = group[0], group[1].text or ""
        x, y, width, height = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
        found.append(Box(ENDS.get(text, text), x, y, x + width, y + height))
    return sorted(found, key=lambda box: box.top)


def corners(path: str) -> list[tuple[float, float]]:
    """The points that a path of M, H, V and Q goes through; a Q through its control point."""
    points: list[tuple[float, float]] = []
    for letter, numbers in re.findall(r"([MHVQ])([^MHVQ]*)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "H":
            points.append((values[0], points[-1][1]))
        elif letter == "V":
            points.append((points[-1][0], values[0]))
        else:
            points += zip(values[::2], values[1::2], strict=True)
    return points


def lines(svg: ElementTree.Element) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    for path in svg.iter(f"{SVG}path"):
        kinds = path.get("class", "").split()
        if "edge" in kinds:
            assert path.attrib["marker-end"] == "url(#graph-arrow)"
            yield corners(path.attrib["d"]), "conditional" in kinds


def drawn_edges(svg: ElementTree.Element) -> dict[Edge, list[tuple[float, float]]]:
    """What the picture says: the edge between the boxes that each line touches."""
    found = {}
    for points, dashed in lines(svg):
        (source,) = (box.name for box in boxes(svg) if box.holds(*points[0]))
        (target,) = (box.name for box in boxes(svg) if box.holds(*points[-1]))
        found[source, target, dashed] = points
    return found


def check_nothing_overlaps(svg: ElementTree.Element) -> None:
    left, top, width, height = map(float, svg.attrib["viewBox"].split())
    placed = boxes(svg)
    for upper, lower in pairwise(placed):
        assert upper.bottom + 15 <= lower.top
    for points, _ in lines(svg):
        assert all(left < x < left + width and top < y < top + height for x, y in points)
        for (x0, y0), (x1, y1) in pairwise(points):
            for step in range(1, 40):
                x, y = x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40
                assert not any(box.holds(x, y, slack=-0.5) for box in placed)


def distill_graph() -> tuple[list[str], list[Edge]]:
    graph = build_distill_graph().get_graph()
    return list(graph.nodes), [(e.source, e.target, e.conditional) for e in graph.edges]


def test_the_distill_graph_is_drawn_as_it_is() -> None:
    nodes, edges = distill_graph()
    svg = drawing(nodes, edges)
    check_nothing_overlaps(svg)
    names = "seed examine plan interpret clean store coverage export train evaluate report"
    assert [box.name for box in boxes(svg)] == ["__start__", *names.split(), "__end__"]
    drawn = drawn_edges(svg)
    assert drawn.keys() == set(edges)

    def sides(wanted: int) -> set[tuple[str, str]]:
        """Edges whose line runs straight (0), along the left (-1) or along the right (1)."""
        middle = {edge: sum(x for x, _ in line) / len(line) for edge, line in drawn.items()}
        return {edge[:2] for edge, x in middle.items() if (x > 0) - (x < 0) == wanted}

    assert sides(-1) == {("store", "interpret"), ("coverage", "plan"), ("evaluate", "plan")}
    assert sides(1) == {("plan", "coverage"), ("export", "report")}
    assert len(sides(0)) == len(edges) - 5


def test_edges_side_by_side_keep_apart() -> None:
    svg = drawing(*distill_graph())
    lanes = [line for line, _ in lines(svg) if len({x for x, _ in line}) > 1]
    left = sorted((line for line in lanes if line[0][0] < 0), key=len_of_span)
    reach = [min(x for x, _ in line) for line in left]
    assert len(reach) == 3
    assert all(outer < inner - 10 for inner, outer in itertools.pairwise(reach))


def len_of_span(line: list[tuple[float, float]]) -> float:
    return abs(line[0][1] - line[-1][1])


def test_it_is_one_small_picture_that_needs_nothing() -> None:
    text = graph_svg(*distill_graph(), title="What happens")
    svg = ElementTree.fromstring(text)
    assert len(text) < 6000
    assert svg.attrib["role"] == "img"
    assert svg[0].tag == f"{SVG}title"
    assert svg[0].text == "What happens"
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"https?:[^\"']*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|href|@import|\bon\w+=", text)
    assert set(re.findall(r"url\((.*?)\)", text)) == {"#graph-arrow"}


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "a\"b'c&d", "\u202eabc\x00\x1b[0m"]
)
def test_names_and_title_are_inert(hostile: str) -> None:
    text = graph_svg([hostile, "b"], [(hostile, "b", False)], title=hostile)
    assert "<script" not in text
    assert not set("\u202e\x00\x1b") & set(text)
    assert len(list(lines(ElementTree.fromstring(text)))) == 1


def test_long_names_fit_into_their_boxes() -> None:
    name = "a_node_whose_name_is_rather_long"
    box = boxes(drawing([name], []))[0]
    assert box.right - box.left > 8 * len(name)


def test_no_nodes_is_an_empty_picture() -> None:
    assert boxes(drawing([], [])) == []


NAMES = ["__start__", "a", "b", "c", "d", "e", "__end__"]
# As in LangGraph, nothing enters the start or leaves the end.
edge_lists = st.lists(
    st.tuples(st.sampled_from(NAMES[:-1]), st.sampled_from(NAMES[1:]), st.booleans()),
    max_size=14,
    unique_by=lambda edge: edge[:2],
)


@given(edge_lists)
def test_any_graph_is_drawn_as_it_is_and_nothing_overlaps(edges: list[Edge]) -> None:
    svg = drawing(NAMES, edges)
    check_nothing_overlaps(svg)
    assert drawn_edges(svg).keys() == set(edges)
    assert [box.name for box in boxes(svg)][-1] == "__end__"


@given(edge_lists)
def test_without_cycles_every_edge_leads_down(edges: list[Edge]) -> None:
    acyclic = [edge for edge in edges if NAMES.index(edge[0]) < NAMES.index(edge[1])]
    rows = [box.name for box in boxes(drawing(NAMES[::-1], acyclic))]
    assert all(rows.index(source) < rows.index(target) for source, target, _ in acyclic)
