"""What a round costs when a seed has 1,000, 10,000 or 100,000 scenes already.

    python -m benchmarks.coverage_scale [--scenes 1000,10000,100000] [--round 100] [--json FILE]
    python -m benchmarks.coverage_scale --store 1000000 [--seeds 1000]
    python -m benchmarks.coverage_scale --checkpoint 250,500,1000

The first form fills a run's ledger, vector store and labels with synthetic scenes, opens it as a
run does, and takes one round of new answers through what the graph does with them: gates, vector
store, angles, critic. Filling and measuring are processes of their own, so that the peak memory is
that of the round. The second form fills one vector store
with the scenes of many seeds. The third makes real runs against a scripted server and weighs the
checkpoint file. Times are wall seconds.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_up_run import DIMENSIONS, SEED, answer, made_up_scene
from distillnet.agents.planner import first_gaps, plan_cells, tried_after
from distillnet.config import load_settings
from distillnet.graphs.cleaning import judge_wave
from distillnet.graphs.context import open_context
from distillnet.graphs.criticism import keep_angles, place_scenes, review
from distillnet.graphs.state import State
from distillnet.memory.store import SceneStore
from distillnet.testing import ScriptedServer
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.seeds import parse_seed


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--scenes", default="1000,10000,100000")
    parser.add_argument("--round", type=int, default=100)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--store", type=int)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--checkpoint")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.round)))
    elif given.store:
        print(fill_store(given.store, given.seeds))
    elif given.checkpoint:
        for scenes in map(int, given.checkpoint.split(",")):
            print(weigh_checkpoint(scenes))
    else:
        rows = [filled_and_measured(n, given.round) for n in map(int, given.scenes.split(","))]
        if given.json:
            given.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
        print(table(rows, given.round))


def filled_and_measured(scenes: int, round: int) -> dict[str, float]:
    """Each in a process."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "run")
        in_a_process("benchmarks.made_up_run", run, scenes)
        sizes = {
            "scenes": scenes,
            "ledger": _size(run / "ledger.sqlite") / scenes,
            "chroma": _size(run / "chroma") / scenes,
        }
        said = in_a_process("benchmarks.coverage_scale", "--measure", run, "--round", round)
    measured: dict[str, float] = json.loads(said.splitlines()[-1])
    return sizes | measured


def in_a_process(module: str, *arguments: object) -> str:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    root = Path(__file__).parents[1]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def table(rows: list[dict[str, float]], round: int) -> str:
    names = {
        "opening": "opening the run, s",
        "gates": f"gates on {round} answers, s",
        "store": "vector store, s",
        "angles": "angles, s",
        "critic": "critic, s",
        "round": "one round, s",
        "ledger": "ledger, bytes a scene",
        "chroma": "Chroma, bytes a scene",
        "memory": "peak memory, MB",
    }
    lines = [f"{'scenes':<28}" + "".join(f"{int(row['scenes']):>12,}" for row in rows)]
    for name, title in names.items():
        digits = 0 if name in ("ledger", "chroma", "memory") else 2
        lines.append(f"{title:<28}" + "".join(f"{row[name]:>12,.{digits}f}" for row in rows))
    return "\n".join(lines)


def measure(directory: Path, size: int) -> dict[str, float]:
    """One round of ``size`` answers in a filled run: seconds of its parts, MB of memory."""
    took: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        took[name] = time.perf_counter() - start

    settings = load_settings(
        model="openai:none",
        base_url="http://127.0.0.1:1/v1",
        lenses=100,
        train=False,
        coverage={"good_turing": 1.0},
    )
    seed = parse_seed(SEED)
    with open_context(directory, settings) as context:
        context.ledger.write_fact("seed", seed.model_dump(mode="json"))
        round = 1 + context.ledger.last_place() // size
        with timed("opening"):
            work = context.work()
            work.census.advance(round - 1)
        cells = plan_cells(work.cast, first_gaps(context.planned[:size]), {}, round=round)
        answer(context, cells)
        ids = [cell.id for cell in cells]
        tried = tried_after({}, 9 * first_gaps(context.planned))
        state = State(seed=seed.id, round=round, tried=tried)
        with timed("gates"):
            verdicts = judge_wave(context, ids)
        with timed("store"):
            work.store.add(*context.ledger.accepted_of(ids))
        with timed("angles"):
            keep_angles(context, place_scenes(context))
        with timed("critic"):
            record = review(context, state)
    assert verdicts["accepted"] > 0.9 * size, verdicts
    assert record["gaps"], "the critic was to seek more angles"
    took["round"] = sum(took[name] for name in ("gates", "store", "angles", "critic"))
    took["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took


def fill_store(scenes: int, seeds: int) -> str:
    """One store with the scenes of many seeds."""
    each, rng = scenes // seeds, np.random.default_rng(7)
    words = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chroma")
        start = time.perf_counter()
        for number in range(seeds):
            vectors = rng.normal(size=(each, DIMENSIONS)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1)[:, None]
            store = SceneStore(path, f"{number:05}")
            store.upsert([made_up_scene(i, words, ["irony"], "s") for i in range(each)], vectors)
            store.close()
        filled = time.perf_counter() - start
        start = time.perf_counter()
        store = SceneStore(path, f"{seeds // 2:05}")
        found = store.vectors([f"{i:016x}" for i in range(each)])
        opened = time.perf_counter() - start
        store.close()
        assert found.shape == (each, DIMENSIONS)
        size, memory = _size(path), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{scenes:,} scenes of {seeds:,} seeds in one store: filled in {filled:,.0f} s "
        f"({scenes / filled:,.0f} a second), {size / scenes:,.0f} bytes a scene; "
        f"one seed opened and read in {opened:.2f} s; peak memory {memory:,.0f} MB"
    )


def weigh_checkpoint(scenes: int) -> str:
    """A real run that grows to about ``scenes`` scenes."""
    from distillnet import distill

    known = KnownAngles(5_000, subject="Freedom, the recognition of necessity")
    with tempfile.TemporaryDirectory() as folder, ScriptedServer(known.sample) as server:
        run = distill(
            SEED,
            out=Path(folder, "run"),
            model="openai:scripted",
            base_url=server.base_url,
            train=False,
            lenses=100,
            pages=scenes * 64 / 2_000,
            coverage={"min_gain": 0.0},
        )
        made, rounds = len(run.scenes), run.coverage["rounds"]
        checkpoint = _size(run.directory / "checkpoint.sqlite") / made
        ledger = _size(run.directory / "ledger.sqlite") / made
    return (
        f"{made:,} scenes in {rounds} rounds: checkpoint {checkpoint:,.0f} bytes a scene, "
        f"ledger {ledger:,.0f}"
    )


def _size(path: Path) -> int:
    files: Any = [path] if path.is_file() else (p for p in path.rglob("*") if p.is_file())
    return sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    main()
