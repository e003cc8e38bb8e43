from pathlib import Path
from typing import Any

import pytest

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training.replay import SHIPPED, load_replay, replay_file


@pytest.fixture(scope="session")
def tokenizer(tiny: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny)


def test_paragraphs_become_plain_texts_that_fit(tokenizer: Any, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes("One two.\r\n \r\nТри\nчетыре.\n\n\n\xff".encode() + b"\xff\n")
    examples = load_replay(file, tokenizer, max_tokens=4096)
    texts = [tokenizer.decode(example.tokens) for example in examples]
    assert texts == ["One two.<|im_end|>", "Три\nчетыре.<|im_end|>", "ÿ\ufffd<|im_end|>"]
    assert all(example.start == 1 for example in examples)
    cut = load_replay(file, tokenizer, max_tokens=16)
    assert max(len(example.tokens) for example in cut) == 16


def test_the_shipped_text_is_of_both_languages_and_not_the_measure_of_forgetting() -> None:
    paragraphs = SHIPPED.read_text(encoding="utf-8").strip().split("\n\n")
    russian = [p for p in paragraphs if "а" in p]
    assert len(russian) >= 8 and len(paragraphs) - len(russian) >= 12
    measured = SHIPPED.with_name("general.txt").read_text(encoding="utf-8")
    assert not any(paragraph in measured for paragraph in paragraphs)


def test_what_is_replayed_is_the_text_given_the_shipped_one_or_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    with pytest.raises(UsageError, match="to replay: give a text"):
        replay_file(Training(replay_text=own))
    own.write_text("Mine.")
    assert replay_file(Training()) == SHIPPED
    assert replay_file(Training(replay=0)) is None
    assert replay_file(Training(replay_text=own)) == own


def test_no_text_is_named(tokenizer: Any, tmp_path: Path) -> None:
    assert load_replay(None, tokenizer, max_tokens=16) == []
    (tmp_path / "blank").write_text(" \n\n ")
    with pytest.raises(UsageError, match="holds no text"):
        load_replay(tmp_path / "blank", tokenizer, max_tokens=16)
