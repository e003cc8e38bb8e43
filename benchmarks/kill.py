"""kill -9, over and over: what is lost, what is paid for twice, whether the result is the same.

    python benchmarks/kill.py [--kills 200] [--lenses 60] [--fault-share 0.1]

Runs of the whole graph (scripted teacher on loopback, which also fails) are killed and begun
again, until ``kills`` are done. The kills take turns: at a random time, shortly after a random
request, and at each of the named failpoints. Each run that reaches its end is checked against all
invariants and against an undisturbed run.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from distillnet import failpoints
from distillnet.testing import (
    ScriptedServer,
    broken_invariants,
    mixed_faults,
    paid_prompts,
    varied_prose,
)

SEED = "Freedom is the recognition of necessity."
_SUBJECT = "Freedom, recognition and necessity"
_CONCURRENCY = 8
_LATENCY = 0.05
# From the first imports to past the end of a run.
_LONGEST_LIFE = 6.0


@dataclass
class Tally:
    """What was counted over all kills."""

    kills: Counter[str] = field(default_factory=Counter)
    finished: int = 0
    requests: int = 0
    answers: int = 0
    lost: int = 0
    paid_twice: int = 0
    in_flight: int = 0
    broken: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def kill_many(
    folder: Path, *, kills: int, lenses: int, fault_share: float, random_seed: int = 5
) -> Tally:
    """Kills runs in ``folder`` until ``kills`` are done; see the module."""
    rng = random.Random(random_seed)
    tally = Tally()
    expected = _calm(folder / "calm", lenses)
    story = 0
    while tally.kills.total() < kills:
        story += 1
        out = folder / f"run-{story}"
        faults = mixed_faults(fault_share, random_seed=story, at_most=2, seconds=1.0)
        with ScriptedServer(_answer, delay=_LATENCY, faults=faults) as server:
            here = _one_story(server, out, lenses, kills, tally, rng)
            tally.finished += 1
            tally.requests += server.requests.total()
            tally.answers += server.calls.total()
            tally.faults += server.faults
            tally.in_flight += server.calls.total() - len(paid_prompts(out))
            tally.broken += broken_invariants(out, server, kills=here)
        if _scenes(out) != expected:
            tally.broken.append(f"{out.name}: the scenes differ from those of an undisturbed run")
    return tally


def _one_story(
    server: ScriptedServer, out: Path, lenses: int, kills: int, tally: Tally, rng: random.Random
) -> int:
    """Kills one run again and again until it ends by itself; returns how often."""
    here = 0
    while True:
        before = paid_prompts(out)
        asked = server.calls
        kind = _kind(tally.kills.total()) if tally.kills.total() < kills else "none"
        environment = os.environ | {"DISTILLNET_CONCURRENCY": str(_CONCURRENCY)}
        if kind in failpoints.NAMES:
            environment[failpoints.VARIABLE] = f"{kind}:{_count(kind, lenses, rng)}"
        process = subprocess.Popen(
            _command(server, out, lenses),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        killed = _kill(process, kind, server, lenses, rng)
        after = paid_prompts(out)
        tally.lost += len(before - after)
        tally.paid_twice += sum(server.calls[prompt] - asked[prompt] for prompt in before)
        if not killed:
            return here
        tally.kills[kind] += 1
        here += 1


def _kind(number: int) -> str:
    """Every other kill is at a failpoint, each in its turn."""
    if number % 2:
        return failpoints.NAMES[number // 2 % len(failpoints.NAMES)]
    return ("time", "request")[number // 2 % 2]


def _count(kind: str, lenses: int, rng: random.Random) -> int:
    """Which time a failpoint is reached kills: any request, or the first of the others."""
    return rng.randint(1, lenses // 2) if "call" in kind or "ledger" in kind else 1


def _kill(
    process: subprocess.Popen[bytes],
    kind: str,
    server: ScriptedServer,
    lenses: int,
    rng: random.Random,
) -> bool:
    """Whether the process was killed; False when it ended well before that."""
    if kind == "request":
        wanted = server.requests.total() + rng.randint(1, lenses // 2)
        while server.requests.total() < wanted and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 2 * _LATENCY))
    life = {"time": rng.uniform(0.3, _LONGEST_LIFE), "request": 0.0}.get(kind, 300.0)
    try:
        _, errors = process.communicate(timeout=life)
    except subprocess.TimeoutExpired:
        process.kill()  # does nothing to one that has just ended
        _, errors = process.communicate()
    if process.returncode == -signal.SIGKILL:
        return True
    assert process.returncode == 0, errors.decode()
    return False


def _calm(out: Path, lenses: int) -> list[tuple[str, str]]:
    with ScriptedServer(_answer) as server:
        done = subprocess.run(_command(server, out, lenses), check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        assert not broken_invariants(out, server)
    return _scenes(out)


def _answer(prompt: str) -> str:
    return varied_prose(prompt, subject=_SUBJECT)


def _command(server: ScriptedServer, out: Path, lenses: int) -> list[str]:
    return [
        *(sys.executable, "-c", "from distillnet.cli import main; main()", "run", SEED),
        *("--model", "openai:scripted", "--base-url", server.base_url, "--no-train"),
        *("--lenses", str(lenses), "--out", str(out)),
    ]


def _scenes(out: Path) -> list[tuple[str, str]]:
    """(lens, text) of the exported scenes; their ids depend on the server's port."""
    rows = map(json.loads, (out / "scenes.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["lens"], row["text"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--lenses", type=int, default=60)
    parser.add_argument("--fault-share", type=float, default=0.1)
    arguments = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_many(Path(folder), **vars(arguments))
    print(f"{tally.kills.total()} kills in {time.monotonic() - start:.0f} s:")
    for kind, count in sorted(tally.kills.items()):
        print(f"  {kind:<34}{count:>5}")
    print(f"runs brought to their end             {tally.finished:>5}")
    print(f"requests / complete answers           {tally.requests:>5} / {tally.answers}")
    print(f"faults sent                           {tally.faults.total():>5}")
    print(f"answers in the ledger that were lost  {tally.lost:>5}")
    print(f"  ... that were paid for twice        {tally.paid_twice:>5}")
    print(f"answers in flight at a kill           {tally.in_flight:>5}  (asked for again)")
    print(f"broken invariants                     {len(tally.broken):>5}")
    for sentence in tally.broken:
        print(f"  {sentence}")
    sys.exit(bool(tally.lost or tally.paid_twice or tally.broken))


if __name__ == "__main__":
    main()
