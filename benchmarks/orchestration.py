"""What the graph adds to the network: 1,000 cells, 64 at once, a server with 200 ms latency.

    python benchmarks/orchestration.py [--cells 1000] [--concurrency 64] [--latency 0.2]
                                       [--repeats 3] [--json]

A scripted server (a process of its own on loopback) answers every prompt after the latency. The
same prompts are sent by a bare aiohttp client, by LangChain's ``abatch`` over its OpenAI client,
and by the interpret stage as a run has it: LangGraph ``Send`` tasks, SQLite checkpoint
(durability "sync"), every request and answer committed to the ledger. Ideal is the number of
rounds of the server times its latency. The goal is a ratio to bare aiohttp <= 1.5.
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
os.environ.setdefault("LANGSMITH_TRACING", "false")

import aiohttp
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from distillnet.config import load_settings
from distillnet.graphs import nodes, routing
from distillnet.graphs.context import Context, open_context
from distillnet.graphs.state import Input, State, Update
from distillnet.records import Cell, Gap
from distillnet.tools.seeds import parse_seed

_SEED = "Freedom is the recognition of necessity."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", dest="as_json")
    arguments = parser.parse_args()

    ideal = math.ceil(arguments.cells / arguments.concurrency) * arguments.latency
    command = [sys.executable, "-m", "distillnet.testing", "--delay", str(arguments.latency)]
    server = subprocess.Popen([*command, "--port", "0", "--subject", _SEED], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["base_url"]
        rows = asyncio.run(_repeated(url, arguments))
    finally:
        server.terminate()
        server.wait()
    median = {
        name: [statistics.median(column) for column in zip(*measured, strict=True)]
        for name, measured in rows.items()
    }
    bare = median["bare aiohttp"][0]
    table = [
        {
            "client": name,
            "wall_s": round(wall, 2),
            "wall_to_ideal": round(wall / ideal, 2),
            "wall_to_bare": round(wall / bare, 2),
            "cpu_s": round(cpu, 2),
        }
        for name, (wall, cpu) in median.items()
    ]
    if arguments.as_json:
        print(json.dumps({"ideal_s": ideal, "rows": table}))
        return
    print(
        f"{arguments.cells} cells, {arguments.concurrency} at once, {arguments.latency:g} s "
        f"latency, median of {arguments.repeats}; ideal {ideal:.1f} s"
    )
    print(f"{'':<24}{'wall s':>8}{'/ideal':>8}{'/bare':>8}{'CPU s':>8}")
    for row in table:
        print(
            f"{row['client']:<24}{row['wall_s']:>8.2f}{row['wall_to_ideal']:>8.2f}"
            f"{row['wall_to_bare']:>8.2f}{row['cpu_s']:>8.2f}"
        )


async def _repeated(
    url: str, arguments: argparse.Namespace
) -> dict[str, list[tuple[float, float]]]:
    rows: dict[str, list[tuple[float, float]]] = {}
    for _ in range(arguments.repeats):
        for name, measured in (await _all(url, arguments)).items():
            rows.setdefault(name, []).append(measured)
    return rows


async def _all(url: str, arguments: argparse.Namespace) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            model="openai:scripted",
            base_url=url,
            lenses=100,
            concurrency=arguments.concurrency,
            train=False,
        )
        with open_context(Path(folder, "run"), settings) as context:
            context.ledger.write_fact("seed", parse_seed(_SEED).model_dump(mode="json"))
            cells = _cells(context, arguments.cells)
            context.ledger.add_cells(cells)
            cast = context.work().cast
            prompts = [cast.messages(cell) for cell in cells]
            bare = await _timed(lambda: _bare(url, prompts, arguments.concurrency))
            lang_chain = await _timed(lambda: _abatch(url, prompts, arguments.concurrency))
            graph = await _timed(lambda: _graph(context, cells, Path(folder, "checkpoint.sqlite")))
            assert context.ledger.spent().calls == len(cells)
            assert set(context.ledger.outcomes()) == {"ok"}
            await context.teacher.aclose()
    return {"bare aiohttp": bare, "LangChain abatch": lang_chain, "interpret stage": graph}


async def _timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(wall seconds, CPU seconds of this process)."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _cells(context: Context, number: int) -> list[Cell]:
    """Distinct cells of a real plan: every lens with one role after another."""
    cast = context.work().cast
    cells = []
    for i in range(number):
        lens = context.planned[i % len(context.planned)]
        attempt = i // len(context.planned)
        role = list(cast.roles)[attempt % len(cast.roles)]
        gap = Gap(lens=lens.name, reason="benchmark")
        cells.append(cast.cell(gap, round=1, role=role, form=lens.form, passage=0, attempt=attempt))
    return cells


async def _bare(url: str, prompts: list[Any], concurrency: int) -> None:
    slots = asyncio.Semaphore(concurrency)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(messages: Any) -> str:
            request = {
                "model": "scripted",
                "messages": [{"role": role, "content": text} for role, text in messages],
            }
            async with slots, session.post(f"{url}/chat/completions", json=request) as response:
                answer = await response.json()
                return str(answer["choices"][0]["message"]["content"])

        await asyncio.gather(*(one(messages) for messages in prompts))


async def _abatch(url: str, prompts: list[Any], concurrency: int) -> None:
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model="scripted", base_url=url, api_key="none", max_retries=0)
    await chat.abatch(prompts, config={"max_concurrency": concurrency})


async def _graph(context: Context, cells: list[Cell], checkpoint: Path) -> None:
    """The interpret node of a run, wave by wave, without the judging between the waves."""

    async def plan(state: State, runtime: Runtime[Context]) -> Update:
        return {"round": 1, "pending": [cell.id for cell in cells]}

    async def next_wave(state: State, runtime: Runtime[Context]) -> Update:
        return {"pending": state.pending[routing.WAVE :]}

    graph = StateGraph(State, context_schema=Context, input_schema=Input)
    graph.add_node("plan", plan)
    graph.add_node("interpret", nodes.interpret)
    graph.add_node("next", next_wave)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", routing.next_wave, ["interpret"])
    graph.add_edge("interpret", "next")
    graph.add_conditional_edges(
        "next", lambda state: routing.next_wave(state) or END, ["interpret", END]
    )
    async with AsyncSqliteSaver.from_conn_string(str(checkpoint)) as saver:
        config = {"configurable": {"thread_id": "benchmark"}, "recursion_limit": 100}
        stream = graph.compile(checkpointer=saver).astream(
            Input(seed="benchmark"),
            config,
            context=context,
            stream_mode="custom",
            durability="sync",
        )
        async for _ in stream:
            pass


if __name__ == "__main__":
    main()
