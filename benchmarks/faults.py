"""A run against a server that fails: is every failure counted under its name, is anything lost?

    python benchmarks/faults.py [--share 0.3] [--lenses 100] [--repeats 3]

A share of all requests fails, in every way that ``distillnet.testing`` can fail. Printed are the
faults that the server sent, what the ledger noted of them, and whether all invariants hold.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from distillnet import distill
from distillnet.testing import (
    CONTENT_FAULTS,
    TRANSPORT_FAULTS,
    ScriptedServer,
    broken_invariants,
    mixed_faults,
    varied_prose,
)

_SEED = "Freedom is the recognition of necessity."
_SUBJECT = "Freedom, recognition and necessity"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--lenses", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    sent: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    broken: list[str] = []
    requests = twice = covered = 0
    start = time.monotonic()
    for repeat in range(arguments.repeats):
        faults = mixed_faults(
            arguments.share,
            random_seed=repeat,
            names=(*TRANSPORT_FAULTS, *CONTENT_FAULTS),
            seconds=1.5,
        )
        with tempfile.TemporaryDirectory() as folder, ScriptedServer(_answer, faults=faults) as s:
            run = distill(
                _SEED,
                out=Path(folder, "run"),
                model="openai:scripted",
                base_url=s.base_url,
                lenses=arguments.lenses,
                train=False,
                idle_timeout=0.7,
                timeout=1.0,
            )
            sent += s.faults
            noted.update(run.coverage["requests"])
            verdicts.update(run.coverage["verdicts"])
            requests += s.requests.total()
            twice += sum(count - 1 for count in s.calls.values())
            covered += run.coverage["lenses"]["covered"]
            broken += broken_invariants(run.directory, s)
    print(
        f"{arguments.repeats} runs of {arguments.lenses} lenses, {requests} requests, "
        f"{sent.total()} failed ({sent.total() / requests:.0%}), {time.monotonic() - start:.0f} s"
    )
    for title, counts in (
        ("sent by the server", sent),
        ("requests in the ledger", noted),
        ("verdicts", verdicts),
    ):
        print(f"{title}:")
        for name, count in sorted(counts.items()):
            if count:
                print(f"  {name:<18}{count:>5}")
    print(f"lenses covered      {covered} of {arguments.repeats * arguments.lenses}")
    print(f"answers paid twice  {twice}")
    print(f"broken invariants   {len(broken)}")
    for sentence in broken:
        print(f"  {sentence}")
    sys.exit(bool(broken or twice))


def _answer(prompt: str) -> str:
    return varied_prose(prompt, subject=_SUBJECT)


if __name__ == "__main__":
    main()
