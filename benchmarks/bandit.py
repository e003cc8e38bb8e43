"""Does choosing cells by expected new angles per token find more of them than taking turns?

    python benchmarks/bandit.py                        replays benchmarks/bandit_replay.jsonl
    python benchmarks/bandit.py --views PATH           replays sentences of ready interpretations
    python benchmarks/bandit.py --populations          populations with known rates
    python benchmarks/bandit.py --record RUN_DIR ...   writes bandit_replay.jsonl from runs

A policy chooses ``--batch`` arms (lens x role), each answers once, then it chooses again. All
begin with the same round of one call a lens, which does not count. Printed are new angles for
1,000 tokens after it, at several budgets: mean and 95 % interval over ``--shuffles`` orders of the
records or populations (with ``--views`` over passages), and the same for the difference to round
robin over lenses. Intervals of a replay say nothing of other seeds: its records are always the
same. The oracle knows what each arm would answer; in a population, each arm's rates.

bandit_replay.jsonl holds 600 calls of the embedded model, without the texts: "Freedom is the
recognition of necessity." (400) and "Why is the sky dark at night? Because the universe has an
age." (200), each by 100 lenses a round, every lens once more with another role of the planner's
(``distillnet run SEED --lenses 100 --no-train``, four and two rounds, with a critic that named all
lenses as gaps). Tokens are those read and written. Angles are average-linkage clusters of the
accepted texts by the package's judge, at its own threshold.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.bandit_policies import POLICIES, Policy
from benchmarks.bandit_records import Answer, read_records, read_views, record
from benchmarks.bandit_worlds import POPULATIONS, Population, Replay, World

RECORDS = Path(__file__).with_name("bandit_replay.jsonl")
Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--views", type=Path, metavar="PATH")
    source.add_argument("--populations", action="store_true")
    source.add_argument("--record", type=Path, nargs="+", metavar="RUN_DIR")
    parser.add_argument("--shuffles", type=int, default=40)
    parser.add_argument("--batch", type=int, help="arms chosen at once (50; with --views 5)")
    arguments = parser.parse_args()
    shuffles, batch = arguments.shuffles, arguments.batch
    if arguments.record:
        record(arguments.record, RECORDS)
    elif arguments.populations:
        budgets = [15_000, 30_000, 60_000, 120_000]
        for kind, what in POPULATIONS.items():
            print(f"{kind}: {what}")
            print(
                table(budgets, compare(partial(Population, kind), shuffles, budgets, batch or 50))
            )
    elif arguments.views:
        said = list(read_views(arguments.views).values())
        print(f"{len(said)} passages, {sum(map(len, said))} sentences")
        budgets = [250, 500, 1_000, 2_000]
        found = compare(lambda k: Replay(said[k], k), len(said), budgets, batch or 5)
        print(table(budgets, found))
    else:
        for seed, answers in read_records(RECORDS).items():
            print(f"{seed}: {describe(answers)}")
            later = 1 - len({answer.arm.lens for answer in answers}) / len(answers)
            spent = later * sum(answer.tokens for answer in answers)
            budgets = [round(share * spent / 1000) * 1000 for share in (0.1, 0.2, 0.4, 0.6)]
            found = compare(partial(Replay, answers), shuffles, budgets, batch or 50)
            print(table(budgets, found))


def compare(
    make: Callable[[int], World], plays: int, budgets: Sequence[int], batch: int
) -> dict[str, Floats]:
    """(plays, budgets) new angles for 1,000 tokens, by policy."""
    return {
        name: np.array([play(make(k), policy, budgets, batch, k) for k in range(plays)])
        * 1000
        / np.array(budgets)
        for name, policy in POLICIES.items()
    }


def play(
    world: World, policy: Policy, budgets: Sequence[int], batch: int, random_seed: int
) -> list[int]:
    """New angles after the first round of one call a lens, when each budget is spent."""
    rng = np.random.default_rng(random_seed)
    arms = world.arms()
    first = {arms[k].lens: arms[k] for k in rng.permutation(len(arms))}
    answers = [world.ask(arm) for _, arm in sorted(first.items())]
    seen = {answer.angle for answer in answers if answer.angle is not None}
    before, spent = len(seen), 0
    ends, found = [0], [0]
    while spent < budgets[-1]:
        chosen = policy(world, answers, batch, int(rng.integers(2**31)))
        if not chosen:
            break
        for arm in chosen:
            answer = world.ask(arm)
            answers.append(answer)
            spent += answer.tokens
            if answer.angle is not None:
                seen.add(answer.angle)
            ends.append(spent)
            found.append(len(seen) - before)
    return [found[int(np.searchsorted(ends, budget, side="right")) - 1] for budget in budgets]


def describe(answers: Sequence[Answer]) -> str:
    """Size of a recording, and by how much lenses and roles differ beyond what chance makes."""
    accepted = [answer.angle is not None for answer in answers]
    share, lines = np.mean(accepted), []
    for kind in ("lens", "role"):
        groups: dict[str, list[bool]] = defaultdict(list)
        for answer, ok in zip(answers, accepted, strict=True):
            groups[getattr(answer.arm, kind)].append(ok)
        chance = np.mean([share * (1 - share) / len(group) for group in groups.values()])
        beyond = max(0.0, np.var([np.mean(group) for group in groups.values()], ddof=1) - chance)
        lines.append(f"{kind} {beyond**0.5:.2f}")
    angles = len({answer.angle for answer in answers} - {None})
    return (
        f"{len(answers)} calls, {share:.0%} accepted, {angles} angles in {sum(accepted)} scenes; "
        f"accepted share varies beyond chance (standard deviation) by {', by '.join(lines)}"
    )


def table(budgets: Sequence[int], results: Mapping[str, Floats]) -> str:
    """Mean and half the 95 % interval of each policy, and of its difference to round robin."""
    rows = [f"  {'after tokens':<24}" + "".join(f"{budget:>16,}" for budget in budgets)]
    rows += [f"  {name:<24}{_cells(found, '>9.3f')}" for name, found in results.items()]
    base = results["round robin"]
    for name in ("fewest scenes", "random", "bandit"):
        rows.append(f"  {name + ' - round r.':<24}{_cells(results[name] - base, '>+9.3f')}")
    return "\n".join(rows) + "\n"


def _cells(found: Floats, form: str) -> str:
    half = 1.96 * found.std(0, ddof=1) / len(found) ** 0.5
    return "".join(f"{m:{form}} ±{h:.3f}" for m, h in zip(found.mean(0), half, strict=True))


if __name__ == "__main__":
    main()
