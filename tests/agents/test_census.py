"""Each count of the census against the same count in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distillnet.agents.census import _HELD, Census
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Call, Cell, Direction, Scene
from distillnet.tools.bandit import Arm, Tally

UNIT = np.eye(1, 4, dtype=np.float32)[0]


class Judged(NamedTuple):
    """A scene, what its requests and its answer took, and its angle if it was accepted."""

    scene: Scene
    requests: list[tuple[int, int]]
    tokens: int
    angle: int


def judged(number: int, drawn: dict[str, Any], earlier: int) -> Judged:
    parent = drawn["parent"]
    scene = Scene(
        id=f"s{number:02}",
        seed="seed",
        lens=drawn["lens"],
        family="rhetorical",
        role=drawn["role"],
        form="letter",
        faithfulness="literal",
        depth=drawn["depth"],
        parent=f"s{parent % earlier:02}" if parent is not None and earlier else None,
        passage=0,
        language="en",
        text="A scene.",
        self_test=None,
        tags=(),
        model="m",
        prompt_hash="h",
        round=drawn["round"],
        attempt=0,
        verdict=drawn["verdict"],
        nearest=None,
        gates={},
        fact=drawn["fact"],
        tells=tuple(drawn["tells"]) if drawn["verdict"] == "accepted" else (),
    )
    return Judged(scene, drawn["requests"], drawn["tokens"], drawn["angle"])


FEW = st.integers(0, 3)
DRAWN = st.fixed_dictionaries(
    {
        "lens": st.sampled_from(["irony", "koan", "ode"]),
        "role": st.sampled_from(["child", "dog"]),
        "depth": st.integers(0, 2),
        "round": st.integers(1, 4),
        "verdict": st.sampled_from(["accepted", "accepted", "repeat", "failed"]),
        "parent": st.none() | FEW,
        "fact": st.none() | FEW,
        "tells": st.lists(
            st.tuples(FEW, st.sampled_from(["forward", "reverse"])), unique=True, max_size=3
        ),
        "requests": st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=2),
        "tokens": st.integers(0, 300),
        "angle": st.integers(0, 5),
    }
)


class Plain:
    """The census of a list of scenes, round by round in the order of their cells."""

    def __init__(self, everything: list[Judged], round: int) -> None:
        in_order = sorted(everything, key=lambda entry: entry.scene.round)
        self.all = [entry for entry in in_order if entry.scene.round <= round]
        self.round = round
        self.accepted = [e for e in self.all if e.scene.verdict == "accepted"]
        self.groups: dict[int, list[Judged]] = defaultdict(list)
        for entry in self.accepted:
            self.groups[entry.angle].append(entry)
        self.openers = [group[0].scene for group in self.groups.values()]

    def gain(self, calls: int) -> float | None:
        made = found = 0
        for round in range(self.round, 0, -1):
            made += sum(e.scene.round == round and e.scene.fact is None for e in self.all)
            found += sum(s.round == round and s.fact is None for s in self.openers)
            if made >= calls:
                break
        return found / made if made >= calls else None

    def told(self) -> dict[tuple[int, Direction], list[str]]:
        found: dict[tuple[int, Direction], list[str]] = defaultdict(list)
        for entry in self.accepted:
            for pair in entry.scene.tells:
                found[pair].append(entry.scene.id)
        return dict(found)

    def tallies(self) -> dict[Arm, Tally]:
        opened = {scene.id for scene in self.openers}
        by_arm: dict[Arm, list[Judged]] = defaultdict(list)
        for entry in self.all:
            by_arm[Arm(entry.scene.lens, entry.scene.role, entry.scene.depth)].append(entry)
        return {
            arm: Tally(
                calls=len(entries),
                tokens=sum(sum(request) for e in entries for request in e.requests),
                accepted=sum(e.scene.verdict == "accepted" for e in entries),
                new_angles=sum(e.scene.id in opened for e in entries),
            )
            for arm, entries in by_arm.items()
        }

    def parents(self, depth: int, count: int) -> list[str]:
        used = {entry.scene.parent for entry in self.all}
        openers = [s.id for s in self.openers if s.depth == depth and s.id not in used]
        return openers[:count]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    opened = Ledger(tmp_path_factory.mktemp("census") / "ledger.sqlite")
    yield opened
    opened.close()


def fill(ledger: Ledger, entries: list[Judged]) -> None:
    """The ledger holds these scenes and no others."""
    for table in ("scenes", "cells", "calls", "attempts", "angles"):
        ledger.select(f"DELETE FROM {table}")
    fields = set(Cell.model_fields) - {"reason"}
    ledger.select("BEGIN")
    for scene, *_ in entries:
        cell = Cell.model_validate(scene.model_dump(include=fields) | {"reason": "missing"})
        ledger.select("INSERT INTO cells (id, cell) VALUES (?, ?)", cell.id, cell.model_dump_json())
    ledger.select("COMMIT")
    for scene, requests, tokens, _ in entries:
        for read, written in requests:
            number = ledger.begin_attempt(scene.id, input_tokens=0, output_tokens=0, usd=None)
            ended = Attempt(
                number=number,
                cell=scene.id,
                outcome="ok",
                input_tokens=read,
                output_tokens=written,
                usd=None,
                seconds=1.0,
            )
            ledger.end_attempt(ended)
        call = Call(
            cell=scene.id,
            raw="A scene.",
            finish_reason="stop",
            input_tokens=1,
            output_tokens=tokens,
            token_limit=320,
            seconds=1.0,
        )
        ledger.record_call(call, prompt="p")
    ledger.record_scenes([(entry.scene, UNIT) for entry in entries])
    ledger.record_angles(
        [(e.scene.id, e.angle, None, 0.5) for e in entries if e.scene.verdict == "accepted"]
    )


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(DRAWN, max_size=14),
    # Some rounds at once, some back.
    rounds=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    calls=st.integers(1, 12),
    depth=st.integers(0, 2),
    count=st.integers(0, 3),
)
def test_every_count_is_that_of_the_scenes_up_to_the_round(
    ledger: Ledger,
    drawn: list[dict[str, Any]],
    rounds: list[int],
    calls: int,
    depth: int,
    count: int,
) -> None:
    entries = [judged(number, values, number) for number, values in enumerate(drawn)]
    fill(ledger, entries)
    census = Census(ledger)
    for round in rounds:
        census.advance(round)
        plain = Plain(entries, round)

        assert census.by_lens == Counter(e.scene.lens for e in plain.accepted)
        assert census.asked == Counter(e.scene.role for e in plain.all)
        assert census.deepest == max((e.scene.depth for e in plain.all), default=0)
        assert census.gain(calls) == plain.gain(calls)
        assert census.verdicts == Counter(
            str(e.scene.verdict) for e in entries if e.scene.round == round
        )
        assert census.sizes == {angle: len(group) for angle, group in plain.groups.items()}
        first = (min(e.scene.round for e in group) for group in plain.groups.values())
        assert census.new_angles == sum(seen == round for seen in first)
        assert census.told == plain.told()
        assert census.tallies == plain.tallies()
        assert census.opened_by == {a: group[0].scene.lens for a, group in plain.groups.items()}
        for lens in ("irony", "koan", "ode"):
            shown = sorted({e.angle for e in plain.accepted if e.scene.lens == lens})
            by = [plain.groups[angle][0].scene.lens for angle in shown]
            assert census.repeats(lens) == ([] if lens in by else list(dict.fromkeys(by)))
        assert census.parents(depth, count) == plain.parents(depth, count)
        assert census.tokens == sum(e.tokens or len(e.scene.text) // 4 for e in plain.accepted)


def test_of_nothing_every_count_is_zero(ledger: Ledger) -> None:
    fill(ledger, [])
    census = Census(ledger, 1)
    assert (census.deepest, census.new_angles, census.tokens) == (0, 0, 0)
    assert census.gain(10) is None
    assert not (census.by_lens or census.sizes or census.told or census.tallies)


def test_a_round_costs_what_it_holds(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"verdict": "accepted", "lens": "irony", "role": "dog", "depth": 0, "angle": 0}
    plain |= {"parent": None, "fact": None, "tells": [], "requests": [], "tokens": 1}
    fill(ledger, [judged(n, plain | {"round": 1 + n // 10}, n) for n in range(12)])
    census, read = Census(ledger, 1), list[int]()
    select = ledger.select

    def counted(*arguments: Any) -> list[tuple[Any, ...]]:
        rows = select(*arguments)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(ledger, "select", counted)
    census.advance(2)
    census.advance(2)
    assert sum(read) == 2 and census.by_lens == {"irony": 12}


def test_tokens_of_later_rounds_are_counted_without_reading_the_earlier_ones(
    ledger: Ledger,
) -> None:
    (plan, *_) = ledger.select(f"EXPLAIN QUERY PLAN {_HELD}", 1, 1)
    assert "scenes_by_round" in plan[-1]
