"""The graph: one seed in, scenes, student, verdict and report out."""

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from distillnet.graphs import nodes, routing
from distillnet.graphs.context import Context
from distillnet.graphs.state import Input, State


def build_distill_graph(
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[State, Context, Input, State]:
    """The distill graph, compiled.

    ``await graph.ainvoke({"seed": "..."}, context=context)`` with a context of ``open_context``.
    Give ``durability="sync"`` with a checkpointer, and no ``max_concurrency``: the interpret node
    bounds itself, and LangGraph's bound makes finished calls run again after a kill.
    """
    graph = StateGraph(State, context_schema=Context, input_schema=Input)
    graph.add_node("seed", nodes.seed)
    graph.add_node("examine", nodes.examine)
    graph.add_node("plan", nodes.plan)
    graph.add_node("interpret", nodes.interpret)
    graph.add_node("clean", nodes.clean)
    graph.add_node("store", nodes.store)
    graph.add_node("coverage", nodes.coverage)
    graph.add_node("export", nodes.export)
    graph.add_node("train", nodes.train)
    graph.add_node("evaluate", nodes.evaluate)
    graph.add_node("report", nodes.report)

    graph.add_edge(START, "seed")
    graph.add_edge("seed", "examine")
    graph.add_edge("examine", "plan")
    graph.add_conditional_edges("plan", routing.after_plan, ["interpret", "coverage"])
    graph.add_edge("interpret", "clean")
    graph.add_edge("clean", "store")
    graph.add_conditional_edges("store", routing.after_store, ["interpret", "coverage"])
    graph.add_conditional_edges("coverage", routing.after_coverage)
    graph.add_conditional_edges("export", routing.after_export)
    graph.add_edge("train", "evaluate")
    graph.add_conditional_edges("evaluate", routing.after_evaluate)
    graph.add_edge("report", END)
    return graph.compile(checkpointer=checkpointer)
