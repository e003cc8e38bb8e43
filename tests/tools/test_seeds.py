import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.errors import SeedError
from distillnet.records import Seed
from distillnet.tools.passages import PASSAGE_WORDS
from distillnet.tools.seeds import parse_seed
from distillnet.tools.text import words

PHRASE = "Freedom is the recognition of necessity."
QUESTION = "Why does water boil sooner on a mountain?"
ANSWER = "Because the air pressure is lower there."


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def assert_whole(seed: Seed) -> None:
    """The passages are stretches of the source, in order, and hold all but whitespace."""
    for i, passage in enumerate(seed.passages):
        assert passage.index == i
        assert seed.source[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text != ""
    kept = "".join("".join(p.text.split()) for p in seed.passages)
    assert kept == "".join(seed.source.split())


def test_a_phrase_is_its_own_statement_and_one_passage() -> None:
    seed = parse_seed(f"  {PHRASE}\n")
    assert (seed.statement, seed.source, seed.question) == (PHRASE, PHRASE, None)
    assert [p.text for p in seed.passages] == [PHRASE]
    assert (seed.language, seed.origin) == ("en", "phrase")


def test_a_question_and_its_answer_without_labels_stay_a_phrase() -> None:
    assert parse_seed("Why? Because it is so.").question is None


@pytest.mark.parametrize(
    "text",
    [
        f"Q: {QUESTION} A: {ANSWER}",
        f"Question: {QUESTION}\nAnswer: {ANSWER}",
        json.dumps({"question": QUESTION, "answer": ANSWER}),
        json.dumps({"instruction": "Make 100 views", "input": f"Q: {QUESTION} A: '{ANSWER}'"}),
    ],
)
def test_labelled_pairs_become_question_and_answer(text: str) -> None:
    seed = parse_seed(text)
    assert (seed.question, seed.answer, seed.statement) == (QUESTION, ANSWER, ANSWER)
    assert seed.passages[0].text == f"{QUESTION} {ANSWER}"


def test_a_pair_without_full_stops_reads_naturally() -> None:
    seed = parse_seed("Вопрос: что такое свобода Ответ: внутренняя необходимость")
    assert seed.source == "что такое свобода? внутренняя необходимость."
    assert seed.language == "ru"


def test_a_list_of_pairs_is_a_text() -> None:
    seed = parse_seed("Q: one? A: two.\nQ: three? A: four.")
    assert seed.question is None
    assert "three" in seed.source


def test_the_instruction_is_no_part_of_the_idea(tmp_path: Path) -> None:
    given_ = {
        "instruction": "Разложи этот ответ на 100 разных смысловых трактовок",
        "input": "Ответ: 'Свобода — это внутренняя необходимость.'",
    }
    path = written(tmp_path, "distill_input.json", json.dumps(given_))
    seed = parse_seed(path)
    assert seed.source == seed.answer == "Свобода — это внутренняя необходимость."
    assert seed.question is None
    assert seed.origin == str(path)
    alone = written(tmp_path, "alone.json", json.dumps({"instruction": PHRASE, "input": ""}))
    assert parse_seed(alone).source == PHRASE


def test_standard_input_is_read_by_dash() -> None:
    assert parse_seed("-", stdin=io.StringIO(PHRASE)).origin == "stdin"
    piped = io.TextIOWrapper(io.BytesIO("Свобода".encode("cp1251")), encoding="utf-8")
    assert parse_seed(None, stdin=piped).source == "Свобода"


@pytest.mark.parametrize(
    "encoded",
    [
        "Свобода — это".encode("utf-8-sig"),
        "Свобода — это".encode("utf-16"),
        "Свобода — это".encode("cp1251"),
    ],
)
def test_marked_unicode_and_russian_windows_files_are_read(tmp_path: Path, encoded: bytes) -> None:
    assert parse_seed(written(tmp_path, "a.txt", encoded)).source == "Свобода — это"


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("empty.txt", "", "no words"),
        ("dots.txt", "... !!! —", "no words"),
        ("nul.txt", b"a\x00b", "save it as UTF-8"),
        ("bytes.txt", bytes(range(128, 256)), "save it as UTF-8"),
        ("french.txt", "liberté égalité fraternité".encode("latin-1"), "save it as UTF-8"),
        ("book.pdf", b"%PDF", "save its text as .txt"),
        ("book.rst", "text", "save its text as .txt"),
        ("bad.json", '{"statement":\n "a" "b"}', "line 2, column 6"),
        ("deep.json", "[" * 100_000, "give one object"),
        ("list.json", "[1, 2]", '{"statement": "..."}'),
        ("other.json", '{"statement": 1}', '{"statement": "..."}'),
        ("more.json", '{"statement": "a", "output": "b"}', '{"statement": "..."}'),
    ],
)
def test_files_that_are_no_seed_name_the_cure(
    tmp_path: Path, name: str, content: str | bytes, cure: str
) -> None:
    with pytest.raises(SeedError) as error:
        parse_seed(str(written(tmp_path, name, content)))
    assert cure in str(error.value)
    assert error.value.exit_code == 2


def test_a_file_over_20_mb_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(SeedError, match="larger than 20 MB"):
        parse_seed(path)


def test_a_directory_and_a_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="is a directory"):
        parse_seed(str(tmp_path))
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SeedError, match="not a regular file"):
        parse_seed(tmp_path / "pipe.txt")


@pytest.mark.parametrize("missing", ["my notes.txt", "books/war.epub", "a/b.rst", "no\0.md"])
def test_what_looks_like_a_path_must_exist(missing: str) -> None:
    with pytest.raises(SeedError, match="no file"):
        parse_seed(missing)


@pytest.mark.parametrize("phrase", ["and/or is a false choice", "I read notes.txt.", "3.5 / 7.1"])
def test_a_phrase_with_a_slash_or_a_dot_is_a_phrase(phrase: str) -> None:
    assert parse_seed(phrase).source == phrase


def test_a_long_text_is_cut_at_paragraphs_then_sentences_then_words() -> None:
    paragraph = " ".join(f"Sentence {i} has exactly six words." for i in range(10))
    endless = " ".join(f"word{i}" for i in range(400))
    seed = parse_seed("\n\n".join(["The Title", *[paragraph] * 6, endless]))
    assert_whole(seed)
    assert seed.statement == "The Title"
    assert all(len(words(p.text)) <= PASSAGE_WORDS for p in seed.passages)
    whole = [p for p in seed.passages if "Sentence" in p.text]
    assert all(p.text.endswith("words.") for p in whole[:-1])


def test_the_statement_of_a_long_text_without_title_is_its_first_sentences() -> None:
    sentence = "This sentence of the long text has ten words here."
    seed = parse_seed(" ".join([sentence] * 30))
    assert seed.statement == " ".join([sentence] * 4)


def test_front_matter_gives_no_statement_but_is_kept() -> None:
    seed = parse_seed("---\ntags: x\n---\n\n# Idea\n\n" + "Some words here. " * 60)
    assert seed.statement == "Idea"
    assert "tags: x" in seed.source


def test_the_id_follows_the_content_and_not_the_origin(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", PHRASE + "\r\n")
    assert parse_seed(path).id == parse_seed(PHRASE).id
    assert parse_seed(path).id != parse_seed(f"Q: What? A: {PHRASE}").id


@given(st.text(st.characters()), st.booleans())
def test_any_text_is_a_whole_seed_or_a_seed_error(text: str, piped: bool) -> None:
    try:
        seed = parse_seed("-" if piped else text, stdin=io.StringIO(text))
    except SeedError:
        return
    assert_whole(seed)
    assert words(seed.statement)


@given(st.lists(st.sampled_from(["word", "Слово.", "\n\n", "x" * 300, "...", "A: b"]), min_size=1))
def test_long_texts_of_any_make_are_whole(parts: list[str]) -> None:
    seed = parse_seed("-", stdin=io.StringIO("Begin " + " ".join(parts * 40)))
    assert_whole(seed)
