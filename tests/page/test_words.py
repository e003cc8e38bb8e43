import re
from pathlib import Path
from string import Formatter
from typing import get_args

import distillnet.page
from distillnet.memory.cell_states import CellState
from distillnet.page.critic import KINDS
from distillnet.page.views import STATES
from distillnet.page.words import words
from distillnet.records import Direction, Faithfulness, GapKind, Stopped, Verdict


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_take_the_same_numbers() -> None:
    english, russian = words("en"), words("ru")
    differ = {key for key in english if fields(english[key]) != fields(russian[key])}
    # The critic's reasons are English; in Russian they are made of what a gap names.
    assert {key for key in differ if not key.startswith("gap_")} == set()
    named = {"lens", "role", "depth", "fact", "reason"}
    assert all(fields(english[key]) | fields(russian[key]) <= named for key in differ)
    assert not [key for key in differ if "reason" in fields(russian[key])]


def test_russian_words_are_cyrillic() -> None:
    assert [k for k, v in words("ru").items() if k != "none" and not re.search("[а-яё]", v)] == []


def test_every_literal_of_the_records_has_words() -> None:
    known = words("en")
    assert {f"stopped_{name}" for name in get_args(Stopped)} <= known.keys()
    assert set(get_args(Faithfulness)) <= known.keys()
    rejected = set(get_args(Verdict)) - {"accepted"}
    assert {f"{part}_{name}" for name in rejected for part in ("verdict", "why")} <= known.keys()


def test_every_state_of_a_cell_has_words_and_a_shade() -> None:
    assert set(STATES) == set(get_args(CellState))
    css = (Path(distillnet.page.__file__).parent / "report.css").read_text(encoding="utf-8")
    for state in STATES:
        assert state in words("en") and f".square.{state}::before" in css


def test_every_gap_has_words() -> None:
    kinds = set(get_args(GapKind))
    assert set(KINDS) == kinds
    known = words("en").keys()
    assert {f"gaps_{kind}" for kind in kinds} <= known
    assert {f"gap_{key}" for key in (kinds - {"fact"}) | {*get_args(Direction)}} <= known


def test_no_word_is_left_over() -> None:
    folder = Path(distillnet.page.__file__).parent
    used = "".join(
        (folder / name).read_text(encoding="utf-8")
        for name in ("report.html", "parts.html", "render.py", "critic.py", "views.py")
    )
    made = ("verdict_", "why_", "family_", "kind_", "stopped_", "gain_", "literal", "fi")
    listed = ("aim_", "gaps_", "gap_")
    named = [key for key in words("en") if not key.startswith((*made, *listed))]
    assert [key for key in named if not re.search(rf"\b{key}\b", used)] == []
