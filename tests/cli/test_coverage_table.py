"""The table of families by roles: it fits, and no count is lost or misread."""

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.cli.coverage_table import table
from distillnet.tools.terminal import columns

ROLES = (
    *("agi_from_the_future", "child", "comedian", "critic", "dog", "economist", "engineer"),
    *("historian", "judge", "mathematician", "monk", "philosopher", "physician", "poet"),
    *("primitive_human", "teacher"),
)


_ROLE = st.from_regex("[a-z][a-z0-9_]{0,39}", fullmatch=True)


def drawn(counts: dict[str, dict[str, int]], *, shaded: bool = False) -> list[str]:
    return list(table(counts, {"logical": "логика"}, "all", shaded=shaded))


@pytest.mark.parametrize("shaded", [False, True])
def test_16_roles_stand_beside_each_other_in_79_columns(shaded: bool) -> None:
    row = {role: 60 for role in ROLES}
    lines = drawn({"ontological": row, "logical": row}, shaded=shaded)
    assert max(map(len, lines)) <= 79
    head, first, second = lines[:3]
    codes = head.split()
    assert codes[-1] == "all" and len(set(codes)) == 17
    assert first.startswith("ontological") and second.startswith("логика ")
    assert first.endswith(" 960")
    legend = " ".join(" ".join(lines[3:]).split())
    for code, role in zip(codes, ROLES, strict=False):
        assert f"{code} {role}" in legend


def test_nothing_accepted_and_nothing_planned_differ() -> None:
    _, logical, own = drawn({"logical": {"dog": 0, "judge": 7}, "own": {"judge": 1}})[:3]
    assert logical.split() == ["логика", "0", "7", "7"]
    assert own.split() == ["own", ".", "1", "1"]


def test_shades_are_darker_for_more_and_leave_the_digits() -> None:
    counts = {"f": {str(n): n for n in range(9)}}
    plain, shaded = drawn(counts)[1], drawn(counts, shaded=True)[1]
    assert plain.isascii()
    assert re.sub("[░▒▓█]", " ", shaded) == plain
    shades = re.findall(r"([ ░▒▓█])\d", shaded)[:9]
    assert shades == [" ", "░", "░", "▒", "▒", "▓", "▓", "█", "█"]


@examples(deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=14),
        st.dictionaries(_ROLE, st.integers(0, 10**6), min_size=1),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_any_table_fits_and_is_inert(counts: dict[str, dict[str, int]], shaded: bool) -> None:
    lines = list(table(counts, {}, "все", shaded=shaded))
    assert not {category(c) for line in lines for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert all(columns(line) <= 79 for line in lines)
    wanted = sorted(n for row in counts.values() for n in row.values() if n)
    for number in wanted:
        assert any(str(number) in line for line in lines)
