"""The graph of a run, drawn without a network."""

from distillnet.records import Record


class Drawing(Record):
    """The same graph as mermaid text and as an SVG document."""

    mermaid: str
    svg: str


def draw_graph() -> Drawing:
    """What is really compiled is drawn, so that drawing and run cannot disagree."""
    from distillnet.graphs.distill import build_distill_graph
    from distillnet.page.graph import graph_svg

    graph = build_distill_graph().get_graph()
    edges = [(edge.source, edge.target, edge.conditional) for edge in graph.edges]
    return Drawing(
        mermaid=graph.draw_mermaid(), svg=graph_svg(list(graph.nodes), edges, title="distillnet")
    )
