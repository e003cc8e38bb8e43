"""The critic over a real ledger of cells, calls, scenes and their angles."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from distillnet import load_roles
from distillnet.agents import coverage_critic
from distillnet.agents.assessment import Assessment
from distillnet.agents.census import Census
from distillnet.agents.coverage_critic import assess, decide
from distillnet.agents.planner import Cast, Tried
from distillnet.config import Settings, load_settings
from distillnet.memory.ledger import Ledger
from distillnet.records import Attempt, Call, Cell, Fact, Gap, Scene
from distillnet.tools.lenses import PROPOSED, load_forms, load_lenses
from distillnet.tools.seeds import parse_seed

CATALOGUE = load_lenses()
LENSES = [CATALOGUE[name] for name in ("irony", "umwelt", "syllogism", "koan")]
ROLES = {name: role for name, role in load_roles().items() if name in ("child", "dog", "judge")}
FACTS = [
    Fact(statement="Freedom is the recognition of necessity.", false=(), passage=0, author="rules"),
    Fact(statement="Water boils on a mountain at 90 degrees.", false=(), passage=0, author="rules"),
]
BOTH = ((0, "forward"), (0, "reverse"), (1, "forward"), (1, "reverse"))


class Bench:
    """A ledger that is filled scene by scene, and the critic that looks at it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.tried: Counter[str] = Counter()
        self.facts: list[Fact] = []
        self.lenses = list(LENSES)
        self.roles = ROLES

    def add(self, lens: str, *, angle: int | None = None, tokens: int = 100, **changes: Any) -> str:
        """A judged answer; with an ``angle`` an accepted one."""
        id = f"s{len(self.ledger.cells()):03}"
        round = changes.get("round", 1)
        cell: dict[str, Any] = {
            "id": id,
            "round": round,
            "lens": lens,
            "role": "child",
            "form": "letter",
            "passage": 0,
            "attempt": 0,
            "reason": "",
            "prompt_hash": "h",
        }
        self.ledger.add_cells([Cell(**cell)])
        call = Call(
            cell=id,
            raw="text",
            finish_reason="stop",
            input_tokens=0,
            output_tokens=tokens,
            token_limit=1000,
            seconds=0.1,
        )
        number = self.ledger.begin_attempt(id, input_tokens=0, output_tokens=tokens, usd=None)
        spent = Attempt(
            number=number,
            cell=id,
            outcome="ok",
            input_tokens=0,
            output_tokens=tokens,
            usd=None,
            seconds=0.1,
        )
        self.ledger.record_call(call, prompt="p", attempt=spent)
        scene: dict[str, Any] = {
            "seed": "s",
            "family": "f",
            "faithfulness": "literal",
            "depth": 0,
            "parent": None,
            "language": "en",
            "text": f"Text of {id}.",
            "self_test": None,
            "tags": (),
            "model": "m",
            "verdict": "off_topic" if angle is None else "accepted",
            "nearest": None,
            "gates": {},
        }
        del cell["reason"]
        self.ledger.record_scenes([(Scene(**(cell | scene | changes)), None)])
        if angle is not None:
            self.ledger.record_angles([(id, angle, None, 1.0)])
        return id

    def assess(self, *, round: int = 1, tried: Tried | None = None, **changes: Any) -> Assessment:
        cast = Cast(
            seed=parse_seed("Freedom is the recognition of necessity."),
            language="en",
            lenses=CATALOGUE,
            roles=self.roles,
            forms=load_forms(),
            model="m",
            parameters={},
            facts=self.facts,
            text_of=self.ledger.text,
        )
        asked = Counter(lens.name for lens in self.lenses) if tried is None else tried
        return coverage_critic.assess(
            Census(self.ledger, round), cast, self.lenses, wanting(**changes), asked
        )


def wanting(**changes: Any) -> Settings:
    coverage = {"facts": 0.0, "own_angle": True} | changes.pop("coverage", {})
    return load_settings(coverage=coverage, **changes)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    yield Bench(ledger)
    ledger.close()


def cover(bench: Bench, **changes: Any) -> None:
    """Every lens shows an angle of its own."""
    for number, lens in enumerate(LENSES):
        bench.add(lens.name, angle=number, **changes)


def named(gaps: list[Gap]) -> list[str]:
    return [gap.lens for gap in gaps]


# ---- lenses and roles ----------------------------------------------------------------------------


def test_lenses_without_an_accepted_scene_are_the_gaps(bench: Bench) -> None:
    bench.add("irony", angle=0)
    bench.add("umwelt")
    bench.add("koan", angle=1)
    found = bench.assess()
    assert (found.planned, found.covered, found.share) == (4, 2, 0.5)
    assert found.missing == ["umwelt", "syllogism"]
    assert named(found.gaps) == ["umwelt", "syllogism"]
    assert all(gap.kind == "lens" and gap.lens in gap.reason for gap in found.gaps)


def test_a_family_that_has_nothing_is_named(bench: Bench) -> None:
    bench.lenses = [CATALOGUE[name] for name in ("irony", "metaphor", "koan")]
    bench.add("irony", angle=0)
    metaphor, koan = bench.assess().gaps
    assert "family" not in metaphor.reason
    assert koan.reason.endswith("nor through any other lens of the family cultural")


def test_an_empty_store_has_every_gap(bench: Bench) -> None:
    found = bench.assess()
    assert (found.covered, found.angles, found.good_turing, found.chao1) == (0, 0, 0, 0)
    assert (found.gain, found.pages) == (None, 0)
    assert named(found.gaps) == [lens.name for lens in LENSES]


def test_a_lens_is_given_up_after_three_cells(bench: Bench) -> None:
    tried = {"irony": 3, "umwelt": 2, "syllogism": 1, "koan": 3}
    assert named(bench.assess(tried=tried).gaps) == ["umwelt", "syllogism"]


def test_a_lens_that_only_repeats_an_earlier_one_is_a_gap_and_not_covered(bench: Bench) -> None:
    for lens in LENSES:
        bench.add(lens.name, angle=0)
    found = bench.assess()
    assert (found.covered, found.missing, found.angles) == (1, [], 1)
    assert found.repeating == {lens.name: ["irony"] for lens in LENSES[1:]}
    assert [(gap.kind, gap.lens) for gap in found.gaps] == [("lens", x.name) for x in LENSES[1:]]
    assert found.gaps[0].reason == "the scenes of umwelt only repeat what irony showed"
    assert stop(found) is None
    # One scene of its own is enough, whatever its others say.
    bench.add("koan", angle=1, round=2)
    bench.add("umwelt", angle=0, round=2)
    found = bench.assess(round=2, tried={"umwelt": 3, "syllogism": 2, "koan": 2})
    assert (found.covered, named(found.gaps)) == (2, ["syllogism"])
    tried = dict.fromkeys((lens.name for lens in LENSES), 3)
    assert stop(bench.assess(round=2, tried=tried)) == "dried_up"
    any_scene = {"own_angle": False}
    found = bench.assess(coverage=any_scene)
    assert (found.covered, found.repeating, found.gaps) == (4, {}, [])
    assert stop(found, coverage=any_scene) == "satisfied"


def test_a_reason_names_one_of_the_lenses_that_were_repeated(bench: Bench) -> None:
    for lens, angle in (("irony", 0), ("koan", 1), ("umwelt", 1), ("umwelt", 0)):
        bench.add(lens, angle=angle)
    (gap,) = [gap for gap in bench.assess().gaps if gap.lens == "umwelt"]
    assert gap.reason == "the scenes of umwelt only repeat what irony and 1 more showed"


def test_a_role_is_asked_through_a_lens_that_is_not_asked_again_anyway(bench: Bench) -> None:
    bench.lenses = list(CATALOGUE.values())[:6]
    for number, lens in enumerate(bench.lenses):
        bench.add(lens.name, angle=max(1, number), role=("child", "judge")[number % 2])
    gaps = {gap.kind: gap.lens for gap in bench.assess().gaps}
    assert gaps["lens"] == bench.lenses[1].name != gaps["role"]


def test_what_later_rounds_made_is_not_seen(bench: Bench) -> None:
    bench.add("irony", angle=0, round=1)
    bench.add("umwelt", angle=1, round=2)
    assert bench.assess(round=1).missing == ["umwelt", "syllogism", "koan"]
    assert bench.assess(round=2).missing == ["syllogism", "koan"]


def test_a_role_that_was_never_asked_is_a_gap_where_there_are_lenses_enough(bench: Bench) -> None:
    bench.lenses = list(CATALOGUE.values())[:6]
    for number, lens in enumerate(bench.lenses):
        bench.add(lens.name, angle=number, role=("child", "judge")[number % 2])
    (gap,) = bench.assess().gaps
    assert (gap.kind, gap.role) == ("role", "dog")
    bench.lenses = bench.lenses[:5]
    assert bench.assess().gaps == []


def test_a_lens_of_the_critic_s_own_must_have_been_tried(bench: Bench) -> None:
    own = LENSES[0].model_copy(update={"name": "keel", "family": PROPOSED})
    cover(bench)
    tried = dict.fromkeys(map(lambda lens: lens.name, LENSES), 1)
    bench.lenses.append(own)
    found = bench.assess(tried=tried, coverage={"lenses": 0.5})
    (gap,) = found.gaps
    assert (gap.kind, gap.lens) == ("beyond", "keel") and "proposed" in gap.reason
    assert stop(found, coverage={"lenses": 0.5}) is None
    found = bench.assess(tried=tried | {"keel": 1}, coverage={"lenses": 0.5})
    assert stop(found, coverage={"lenses": 0.5}) == "satisfied"


# ---- facts ---------------------------------------------------------------------------------------


def test_each_direction_of_a_fact_that_nobody_tells_is_a_gap(bench: Bench) -> None:
    bench.facts = FACTS
    cover(bench)
    teller = bench.add("irony", angle=0, tells=((0, "forward"),))
    both = bench.add("koan", angle=0, tells=((1, "forward"), (1, "reverse")))
    bench.add("koan", tells=((0, "reverse"),))  # rejected
    found = bench.assess(coverage={"facts": 1.0})
    assert found.told == {
        (0, "forward"): [teller],
        (0, "reverse"): (),
        (1, "forward"): [both],
        (1, "reverse"): [both],
    }
    assert found.told_share == 0.75
    (gap,) = found.gaps
    assert (gap.kind, gap.fact, gap.direction) == ("fact", 0, "reverse")
    assert CATALOGUE[gap.lens].faithfulness == "literal"
    assert gap.reason == 'no scene tells in reverse: "Freedom is the recognition of necessity."'


def test_a_reverse_scene_is_planned_even_where_the_target_is_reached(bench: Bench) -> None:
    bench.facts = FACTS[:1]
    cover(bench, tells=((0, "forward"),))
    half = {"facts": 0.5}
    found = bench.assess(coverage=half)
    assert found.told_share == 0.5 and found.untried == 1
    assert stop(found, coverage=half) is None
    tried = Counter(lens.name for lens in LENSES) + Counter({"fact 0 reverse": 1})
    found = bench.assess(tried=tried, coverage=half)
    assert [gap.direction for gap in found.gaps] == ["reverse"]
    assert stop(found, coverage=half) == "satisfied"


def test_another_attempt_at_a_fact_takes_another_lens_and_the_fourth_is_not_made(
    bench: Bench,
) -> None:
    bench.facts = FACTS[:1]
    bench.lenses = list(CATALOGUE.values())
    wanted = {"facts": 1.0}
    asked = Counter({lens.name: 3 for lens in bench.lenses})
    names = set()
    for attempt in range(3):
        tried = asked + Counter({"fact 0 reverse": attempt, "fact 0 forward": 3})
        (gap,) = (g for g in bench.assess(tried=tried, coverage=wanted).gaps if g.kind == "fact")
        names.add(gap.lens)
    assert len(names) == 3
    tried = asked + Counter({"fact 0 reverse": 3, "fact 0 forward": 3})
    assert not [g for g in bench.assess(tried=tried, coverage=wanted).gaps if g.kind == "fact"]


def test_a_fact_without_two_halves_is_not_sought_in_reverse_nor_counted(bench: Bench) -> None:
    bench.facts = [Fact(statement="Necessity!", false=(), passage=0, author="model")]
    cover(bench)
    found = bench.assess(coverage={"facts": 1.0})
    (gap,) = [gap for gap in found.gaps if gap.kind == "fact"]
    assert gap.direction == "forward"
    assert (list(found.told), found.told_share, found.untried) == ([(0, "forward")], 0.0, 1)
    bench.add("koan", angle=9, round=2, tells=((0, "forward"),))
    found = bench.assess(round=2, coverage={"facts": 1.0})
    assert (found.told_share, found.untried) == (1.0, 0)
    stopped, reason = decide(found, wanting(coverage={"facts": 1.0}), rounds=2, cap=None)
    assert stopped == "satisfied" and "1 of 1 directions" in reason


def test_facts_that_are_not_wanted_are_counted_and_not_sought(bench: Bench) -> None:
    bench.facts = FACTS
    cover(bench)
    found = bench.assess(coverage={"facts": 0.0})
    assert found.told_share == 0 and found.untried == 0 and found.gaps == []
    assert stop(found) == "satisfied"


# ---- angles, pages and depth ---------------------------------------------------------------------


def test_only_angles_that_no_earlier_round_saw_are_new(bench: Bench) -> None:
    for lens, angle, round in (("irony", 0, 1), ("umwelt", 0, 2), ("koan", 1, 2)):
        bench.add(lens, angle=angle, round=round)
    first, second, third = (bench.assess(round=round) for round in (1, 2, 3))
    assert (first.angles, first.new_angles) == (1, 1)
    assert (second.angles, second.new_angles) == (2, 1)
    assert (third.angles, third.new_angles) == (2, 0)
    assert second.good_turing == pytest.approx(1 - 1 / 3)


def full(bench: Bench, *, rich: str = "irony") -> None:
    """All lenses covered; only ``rich`` goes on to bring what nobody else brings."""
    for turn in range(6):
        for number, lens in enumerate(LENSES):
            bench.add(lens.name, angle=10 + turn if lens.name == rich else number)


def test_more_angles_are_sought_where_most_are_expected(bench: Bench) -> None:
    full(bench, rich="koan")
    assert bench.assess().gaps == []
    found = bench.assess(coverage={"good_turing": 0.95})
    assert {gap.kind for gap in found.gaps} == {"angle"} and len(found.gaps) == 2
    assert Counter(named(found.gaps)).most_common(1)[0][0] == "koan"
    assert "Good-Turing coverage 0.75 below 0.95" in found.gaps[0].reason
    assert "new angles expected per 1,000 tokens" in found.gaps[0].reason
    assert all(gap.role in ROLES for gap in found.gaps)


def test_angles_are_sought_beside_other_gaps_while_good_turing_is_low(bench: Bench) -> None:
    """A fact that nobody tells stays a gap for rounds: the target must not wait for it."""
    bench.facts = FACTS[:1]
    cover(bench)
    wanted = {"facts": 0.5, "good_turing": 0.8}
    found = bench.assess(coverage=wanted)
    assert Counter(gap.kind for gap in found.gaps) == {"fact": 2, "angle": 2}
    cover(bench)
    found = bench.assess(coverage=wanted)
    assert found.good_turing == 1 and {gap.kind for gap in found.gaps} == {"fact"}


def test_missing_pages_ask_for_cells_and_the_more_was_made_for_more_of_them(bench: Bench) -> None:
    cover(bench, tokens=500)
    found = bench.assess(pages=1)
    assert found.pages == 1 and found.gaps == []
    found = bench.assess(pages=1.5)
    assert len(found.gaps) == 2 and "1.0 of 1.5 pages" in found.gaps[0].reason
    assert stop(found, pages=3, coverage={"min_gain": 0}) is None
    assert len(bench.assess(pages=100_000).gaps) == 4
    for _ in range(16):
        bench.add("irony", angle=0)
    assert len(bench.assess(pages=100_000).gaps) == 10


def test_a_depth_is_reached_from_scenes_that_opened_an_angle(bench: Bench) -> None:
    opened = [bench.add(lens.name, angle=n) for n, lens in enumerate(LENSES[:2])]
    repeats = [bench.add(lens.name, angle=0) for lens in LENSES[2:]]
    given_up = dict.fromkeys((lens.name for lens in LENSES), 3)
    found = bench.assess(depth=2, tried=given_up)
    assert found.deeper and stop(found, depth=2) is None
    assert [(gap.depth, gap.parent) for gap in found.gaps] == [(1, id) for id in opened]
    assert not {gap.parent for gap in found.gaps} & set(repeats)
    deeper = bench.add("irony", angle=7, depth=1, parent=opened[0], round=2)
    found = bench.assess(depth=2, round=2, tried=given_up)
    assert [(gap.depth, gap.parent) for gap in found.gaps] == [(2, deeper)]
    bench.add("irony", angle=8, depth=2, parent=deeper, round=3)
    found = bench.assess(depth=2, round=3, tried=given_up)
    assert not found.deeper and found.gaps == []
    assert bench.assess(depth=1, round=1).gaps == bench.assess(depth=2, round=1).gaps


def test_where_no_scene_is_left_to_deepen_cells_look_at_the_seed(bench: Bench) -> None:
    opened = [bench.add(lens.name, angle=n) for n, lens in enumerate(LENSES[:3])]
    bench.add(LENSES[3].name, angle=0)
    # Deeper ones find most, but only one scene is left to go deeper from.
    for n, parent in enumerate(opened[:2]):
        for lens in LENSES:
            bench.add(lens.name, angle=10 + 4 * n + LENSES.index(lens), depth=1, parent=parent)
    found = bench.assess(depth=1, pages=100_000)
    depths = Counter(gap.depth for gap in found.gaps)
    assert depths[1] == 1 and depths.total() == len(bench.assess(pages=100_000).gaps)
    assert [gap.parent for gap in found.gaps if gap.depth] == opened[2:]


def test_without_an_angle_there_is_nothing_to_deepen(bench: Bench) -> None:
    bench.add("irony")
    assert not bench.assess(depth=1).deeper


# ---- when to stop --------------------------------------------------------------------------------

CAP = "the cap of 40 requests is reached"


def stop(
    found: Assessment, *, rounds: int = 1, cap: str | None = None, **changes: Any
) -> str | None:
    why, sentence = coverage_critic.decide(found, wanting(**changes), rounds=rounds, cap=cap)
    assert f"{found.covered} of {found.planned} lenses covered" in sentence
    assert (CAP in sentence) == (why == "budget" and cap is not None)
    return why


def seen(**changes: Any) -> Assessment:
    whole: dict[str, Any] = {
        "planned": 4,
        "missing": ["umwelt", "koan"],
        "repeating": {},
        "facts": 0,
        "told": {},
        "untried": 0,
        "angles": 2,
        "new_angles": 2,
        "gain": 0.5,
        "good_turing": 0.5,
        "chao1": 3.0,
        "chao1_interval": (2.0, 8.0),
        "pages": 0.0,
        "deeper": False,
        "gaps": [Gap(kind="lens", lens="koan", reason="")],
    }
    return Assessment(**(whole | changes))


def test_it_is_satisfied_at_the_target_even_with_the_budget_used_up() -> None:
    assert stop(seen(missing=[]), cap=CAP, rounds=3) == "satisfied"
    assert stop(seen(missing=["koan"]), coverage={"lenses": 0.75}) == "satisfied"
    assert stop(seen(missing=["koan"]), coverage={"lenses": 0.76}) is None


def test_all_targets_count() -> None:
    assert stop(seen(missing=[]), coverage={"good_turing": 0.8}) is None
    assert stop(seen(missing=[]), pages=1) is None
    half = dict(zip(BOTH, (["a"], (), ["b"], ()), strict=True))
    assert stop(seen(missing=[], facts=2, told=half), coverage={"facts": 0.6}) is None
    assert stop(seen(missing=[], facts=2, told=half), coverage={"facts": 0.5}) == "satisfied"
    assert stop(seen(missing=[], deeper=True)) is None
    assert stop(seen(missing=[], untried=1)) is None


def test_it_says_when_the_gain_dries_up() -> None:
    assert stop(seen(gain=0.09)) == "dried_up"
    assert stop(seen(gain=0.10)) is None
    assert stop(seen(gain=None)) is None
    assert stop(seen(gain=0.0), coverage={"min_gain": 0.0}) is None


def test_it_gives_up_where_nothing_is_accepted_any_more(bench: Bench) -> None:
    wanted = {"coverage": {"min_gain": 0.0}, "pages": 9}
    assert stop(seen(silent_rounds=2), **wanted) is None
    assert stop(seen(silent_rounds=3), **wanted) == "dried_up"
    for round in range(1, 4):
        bench.add("irony", round=round, verdict="failed")
        assert bench.assess(round=round).silent_rounds == round
    bench.add("irony", angle=0, round=4)
    assert bench.assess(round=4).silent_rounds == 0


def test_a_dry_run_still_tries_what_was_never_tried(bench: Bench) -> None:
    bench.facts = FACTS[:1]
    for _ in range(12):
        bench.add("irony", angle=0, tells=((0, "forward"),))
    found = bench.assess(coverage={"facts": 0.5})
    assert found.gain is not None and found.gain < 0.1 and found.missing
    (gap,) = found.gaps
    assert (gap.fact, gap.direction) == (0, "reverse")
    assert stop(found, coverage={"facts": 0.5}) is None
    tried = Counter(lens.name for lens in LENSES) + Counter({"fact 0 reverse": 1})
    found = bench.assess(tried=tried, coverage={"facts": 0.5})
    assert stop(found, coverage={"facts": 0.5}) == "dried_up"


def test_it_says_when_nothing_is_left_to_try() -> None:
    assert stop(seen(gaps=[])) == "dried_up"


def test_it_says_when_a_cap_or_the_rounds_are_used_up() -> None:
    assert stop(seen(), cap=CAP) == "budget"
    assert stop(seen(gain=0.0), cap=CAP) == "budget"
    assert stop(seen(), rounds=2) is None
    assert stop(seen(), rounds=3) == "budget"
    assert stop(seen(), rounds=3, pages=1) is None


def test_gain_is_that_of_the_last_ten_calls_that_sought_an_angle(bench: Bench) -> None:
    for angle in range(20):
        bench.add("irony", angle=angle)
    assert bench.assess().gain == 1.0
    for _ in range(5):
        bench.add("irony", angle=0, round=2)
        bench.add("irony", angle=0, round=2, fact=0)
    assert bench.assess(round=2).gain == pytest.approx(20 / 25)  # five say too little
    for _ in range(5):
        bench.add("irony", angle=0, round=3)
    assert bench.assess(round=3).gain == 0.0


# ---- would a broken critic be noticed? -----------------------------------------------------------


def examined(bench: Bench) -> None:
    """What no critic may get wrong."""
    bench.facts = FACTS[:1]
    for _ in range(3):
        bench.add("irony", angle=0, tells=((0, "forward"),))
    bench.add("koan", angle=0)
    wanted: dict[str, Any] = {"coverage": {"facts": 1.0, "good_turing": 1.0}}
    found = bench.assess(**wanted)
    assert (found.missing, found.repeating) == (["umwelt", "syllogism"], {"koan": ["irony"]})
    assert {"umwelt", "syllogism", "koan"} <= set(named(found.gaps))
    assert [gap.direction for gap in found.gaps if gap.kind == "fact"] == ["reverse"]
    assert stop(found, **wanted) is None
    for _ in range(14):
        bench.add("umwelt", angle=1, round=2)
        bench.add("koan", angle=2, round=2)
        bench.add("syllogism", angle=3, round=2, tells=((0, "reverse"),))
    found = bench.assess(round=2, **wanted)
    assert (found.missing, found.repeating, found.gaps) == ([], {}, [])
    assert stop(found, **wanted) == "satisfied"
    bench.add("irony", angle=4, round=3)
    found = bench.assess(round=3, **wanted)
    assert found.good_turing < 1 and {gap.kind for gap in found.gaps} == {"angle"}
    assert stop(found, **wanted) == "dried_up"


def test_the_critic_passes_its_examination(bench: Bench) -> None:
    examined(bench)


def always_covered(*given: Any) -> Assessment:
    found = assess(*given)
    good = {"missing": [], "repeating": {}, "untried": 0, "gaps": [], "good_turing": 1.0}
    for field, value in good.items():
        object.__setattr__(found, field, value)
    object.__setattr__(found, "told", {pair: ["any"] for pair in found.told})
    return found


def without(kind: str) -> Callable[..., Assessment]:
    def blind(*given: Any) -> Assessment:
        found = assess(*given)
        found.gaps[:] = [gap for gap in found.gaps if gap.kind != kind]
        return found

    return blind


def says(verdict: str | None, *, instead_of: str | None) -> Callable[..., tuple[Any, str]]:
    def stubborn(*given: Any, **more: Any) -> tuple[Any, str]:
        why, sentence = decide(*given, **more)
        return (verdict if why == instead_of else why), sentence

    return stubborn


@pytest.mark.parametrize(
    ("function", "broken"),
    [
        ("assess", always_covered),
        ("assess", without("lens")),
        ("assess", without("fact")),
        ("assess", without("angle")),
        ("decide", says("satisfied", instead_of=None)),
        ("decide", says(None, instead_of="satisfied")),
        ("decide", says(None, instead_of="dried_up")),
        ("decide", says("budget", instead_of="dried_up")),
    ],
)
def test_a_broken_critic_fails_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, function: str, broken: Any
) -> None:
    monkeypatch.setattr(coverage_critic, function, broken)
    with pytest.raises(AssertionError):
        examined(bench)
