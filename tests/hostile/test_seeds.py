"""Whatever is given as a seed becomes a clean seed or one sentence that names the cure."""

import io
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from distillnet.errors import SeedError
from distillnet.records import Seed
from distillnet.tools.seeds import parse_seed, run_name
from distillnet.tools.text import words
from tests.hostile.corpus import FILES, LARGE, NAMES, STEERING, TEXTS

READABLE = ("bom.txt", "utf16.txt", "utf16be.txt", "surrogate.json")
ANYTHING = st.text(st.characters()) | st.lists(
    st.sampled_from([*TEXTS.values(), *NAMES, "word", "\n", "\x1b", "\ud800", "{", "Q:", "A:"])
).map("".join)
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)


def assert_clean(seed: Seed) -> None:
    for text in (seed.statement, seed.source, seed.question or "", seed.answer or ""):
        text.encode()
        assert not INVISIBLE.search(text)
        assert unicodedata.is_normalized("NFC", text)
    assert words(seed.statement)


def assert_portable(name: str) -> None:
    """A file name on Linux, macOS and Windows that is not read as an option or a hidden file."""
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", name)
    assert len(name.encode()) <= 120
    assert unicodedata.is_normalized("NFC", name)
    assert not re.fullmatch("con|prn|aux|nul|com.|lpt.", name)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_text_is_a_clean_seed(text: str) -> None:
    for seed in (parse_seed(text), parse_seed("-", stdin=io.StringIO(text))):
        assert_clean(seed)
        assert_portable(run_name(seed))


@examples(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_text_is_a_clean_seed_or_a_seed_error(text: str) -> None:
    for stdin in (None, io.StringIO(text)):
        try:
            seed = parse_seed("-" if stdin else text, stdin=stdin)
        except SeedError as error:
            assert str(error)
        else:
            assert_clean(seed)
            assert_portable(run_name(seed))


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_a_clean_seed_or_a_seed_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    if name in READABLE:
        assert_clean(parse_seed(path))
    else:
        with pytest.raises(SeedError):
            parse_seed(str(path))
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_bytes_after_a_byte_order_mark_are_read_as_text(tmp_path: Path) -> None:
    for name in READABLE[:3]:
        (tmp_path / name).write_bytes(FILES[name])
        assert parse_seed(tmp_path / name).source == "Свобода"


@pytest.mark.parametrize("build", LARGE.values(), ids=LARGE)
def test_a_large_text_is_read_in_a_time_that_grows_with_its_length(
    build: Callable[[], str],
) -> None:
    seed = parse_seed("-", stdin=io.StringIO(build()))
    assert_clean(seed)
    for text in (seed.statement, seed.question or "", *(p.text for p in seed.passages)):
        assert len(text) < 10_000


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leaves_the_folder_of_runs(name: str) -> None:
    seed = parse_seed(f"Word {name}.", language="en").model_copy(
        update={"statement": name, "question": None}
    )
    for hostile in (seed, seed.model_copy(update={"id": name}), seed.model_copy(update={"id": ""})):
        assert_portable(run_name(hostile))
        assert Path("runs", run_name(hostile)).resolve().parent == Path("runs").resolve()
    Path("runs", run_name(seed)).mkdir(parents=True)


def test_a_run_is_named_by_the_first_words_and_the_id() -> None:
    seed = parse_seed("Why, Mr. Antidisestablishmentarianism, is_it so? Because.")
    assert run_name(seed) == f"why-mr-antidisestablishment-is-it-{seed.id[:6]}"
    pair = parse_seed("Q: Что такое свобода? A: Воля.")
    assert run_name(pair) == f"что-такое-свобода-{pair.id[:6]}"


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING)
def test_what_is_invisible_changes_no_seed(text: str) -> None:
    assert parse_seed(text).id == parse_seed(f"\ufeff\u200b{text}\u202e").id
