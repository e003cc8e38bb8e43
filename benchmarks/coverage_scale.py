"""What a round costs when a seed has 1,000, 10,000 or 100,000 scenes already.

    python benchmarks/coverage_scale.py [--scenes 1000,10000,100000] [--round 100] [--json FILE]
    python benchmarks/coverage_scale.py --store 1000000 [--seeds 1000]
    python benchmarks/coverage_scale.py --checkpoint 250,500,1000

The first form fills a run's ledger, vector store and labels with synthetic scenes (random unit
vectors around 500 centres, texts of random words), opens it as a run does, and takes one round of
new answers through what the graph does with them: gates, vector store, angles, critic. Each size
is a process of its own, so that its peak memory is its own. The second form fills one vector store
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

from distillnet.agents.planner import first_gaps, plan_cells, tried_after
from distillnet.config import load_settings
from distillnet.graphs.cleaning import judge_wave
from distillnet.graphs.context import Context, open_context
from distillnet.graphs.criticism import keep_angles, place_scenes, review
from distillnet.graphs.state import State
from distillnet.memory.ledger import Ledger
from distillnet.memory.store import SceneStore
from distillnet.records import Attempt, Call, Cell, Scene
from distillnet.testing import ScriptedServer
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.lenses import lens_order, load_lenses
from distillnet.tools.seeds import parse_seed

SEED = "Freedom is the recognition of necessity."
_DIMENSIONS = 512
_ANGLES = 500
_ROLES = ("child", "dog", "judge", "poet", "critic", "monk", "engineer", "historian")
_WORDS = [
    f"{a}{b}{c}"
    for a in ("ba", "ko", "mi", "tru", "sel")
    for b in "lnrst"
    for c in ("ed", "o", "y")
]
_PART = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--scenes", default="1000,10000,100000")
    parser.add_argument("--round", type=int, default=100)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--store", type=int)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--checkpoint")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, given.round)))
    elif given.store:
        print(fill_store(given.store, given.seeds))
    elif given.checkpoint:
        for scenes in map(int, given.checkpoint.split(",")):
            print(weigh_checkpoint(scenes))
    else:
        rows = [_in_a_process(n, given.round) for n in map(int, given.scenes.split(","))]
        if given.json:
            given.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
        print(table(rows, given.round))


def _in_a_process(scenes: int, round: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", str(scenes), "--round", str(round)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


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


def measure(scenes: int, size: int) -> dict[str, float]:
    """One round of ``size`` answers on top of ``scenes``: seconds of its parts, bytes, memory."""
    took: dict[str, float] = {"scenes": scenes}

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
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "run")
        directory.mkdir()
        _fill(directory, seed.id, scenes)
        took["ledger"] = _size(directory / "ledger.sqlite") / scenes
        took["chroma"] = _size(directory / "chroma") / scenes
        with open_context(directory, settings) as context:
            context.ledger.write_fact("seed", seed.model_dump(mode="json"))
            round = 1 + scenes // size
            with timed("opening"):
                work = context.work()
                work.census.advance(round - 1)
            cells = plan_cells(work.cast, first_gaps(context.planned[:size]), {}, round=round)
            _answer(context, cells)
            ids = [cell.id for cell in cells]
            state = State(
                seed=seed.id, round=round, tried=tried_after({}, 9 * first_gaps(context.planned))
            )
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


def _fill(directory: Path, seed_id: str, scenes: int) -> None:
    """A run that has made ``scenes`` accepted scenes, written as the run itself writes them."""
    ledger, store = Ledger(directory / "ledger.sqlite"), SceneStore(directory / "chroma", seed_id)
    ledger.write_fact("angle_rule", "same_angle")
    ledger.select("PRAGMA synchronous=OFF")
    rng, random_vectors = random.Random(5), np.random.default_rng(5)
    centres = random_vectors.normal(size=(_ANGLES, _DIMENSIONS))
    lenses = [lens.name for lens in lens_order(load_lenses())]
    for start in range(0, scenes, _PART):
        numbers = range(start, min(start + _PART, scenes))
        vectors = centres[[n % _ANGLES for n in numbers]]
        vectors = vectors + random_vectors.normal(size=vectors.shape)
        unit = np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None], np.float32)
        made = [_scene(number, rng, lenses, seed_id) for number in numbers]
        ledger.add_cells([_cell(scene) for scene in made])
        ledger.record_scenes(zip(made, unit, strict=True))
        ledger.record_angles(
            (scene.id, n % _ANGLES, None, 0.0) for n, scene in zip(numbers, made, strict=True)
        )
        for scene in made:
            _record_call(ledger, scene.id, scene.text)
        store.upsert(made, unit)
    ledger.close()
    store.close()


def _scene(number: int, rng: random.Random, lenses: list[str], seed_id: str) -> Scene:
    return Scene(
        id=f"{number:016x}",
        seed=seed_id,
        lens=lenses[number % len(lenses)],
        family="rhetorical",
        role=_ROLES[number % len(_ROLES)],
        form="letter",
        faithfulness="figurative",
        depth=0,
        parent=None,
        passage=0,
        language="en",
        text=_text(rng),
        self_test=None,
        tags=("doubt", "time"),
        model="openai:none",
        prompt_hash="0" * 16,
        round=1 + number // 100,
        attempt=0,
        verdict="accepted",
        nearest=None,
        gates={"words": 100.0, "loop": 0.0, "language": 1.0, "echo": 0.0, "topic": 0.4},
    )


def _text(rng: random.Random) -> str:
    return "Freedom and necessity: " + " ".join(rng.choices(_WORDS, k=100)) + "."


def _cell(scene: Scene) -> Cell:
    shared = scene.model_dump(include=set(Cell.model_fields) & set(Scene.model_fields))
    return Cell(**shared, reason="benchmark")


def _record_call(ledger: Ledger, id: str, text: str) -> None:
    number = ledger.begin_attempt(id, input_tokens=150, output_tokens=130, usd=None)
    call = Call(
        cell=id,
        raw=text,
        finish_reason="stop",
        input_tokens=150,
        output_tokens=130,
        token_limit=1024,
        seconds=1.0,
    )
    attempt = Attempt(
        number=number,
        cell=id,
        outcome="ok",
        input_tokens=150,
        output_tokens=130,
        usd=None,
        seconds=1.0,
    )
    ledger.record_call(call, prompt="Read this text: " + SEED * 10, attempt=attempt)


def _answer(context: Context, cells: list[Cell]) -> None:
    rng = random.Random(6)
    context.ledger.add_cells(cells)
    known = KnownAngles(2_000, subject="Freedom, the recognition of necessity")
    for cell in cells:
        _record_call(context.ledger, cell.id, known(f"{cell.id} {rng.random()}"))


def fill_store(scenes: int, seeds: int) -> str:
    """One store with the scenes of many seeds."""
    each, rng = scenes // seeds, np.random.default_rng(7)
    words = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chroma")
        start = time.perf_counter()
        for number in range(seeds):
            vectors = rng.normal(size=(each, _DIMENSIONS)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1)[:, None]
            store = SceneStore(path, f"{number:05}")
            store.upsert([_scene(i, words, ["irony"], "s") for i in range(each)], vectors)
            store.close()
        filled = time.perf_counter() - start
        start = time.perf_counter()
        store = SceneStore(path, f"{seeds // 2:05}")
        found = store.vectors([f"{i:016x}" for i in range(each)])
        opened = time.perf_counter() - start
        store.close()
        assert found.shape == (each, _DIMENSIONS)
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
