"""Counts of tokens before a model counts them."""

from pathlib import Path

import pytest

from distillnet.tools.tokens import chat_tokens, estimated_tokens

GREETING = "Привет, меня зовут GPT-4o. Я — новая языковая модель, приятно познакомиться!"


def test_an_estimate_holds_what_known_tokenizers_count() -> None:
    fewest, most = estimated_tokens(len(GREETING), "ru")
    assert fewest <= 23 and most >= 39
    # A million words of English, by cl100k_base and o200k_base.
    fewest, most = estimated_tokens(6_086_598, "en")
    assert fewest <= 1_389_685 and most >= 1_402_529


def test_russian_has_more_tokens_than_english_of_the_same_length() -> None:
    assert estimated_tokens(1_000, "ru") > estimated_tokens(1_000, "en")


def test_without_the_tokenizer_nothing_is_counted(tmp_path: Path) -> None:
    assert chat_tokens([[("user", "Hello.")]], tmp_path / "tokenizer.json") is None


def test_a_conversation_is_counted_with_the_marks_of_its_turns(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    conversations = [[("system", "one two")], [("system", "one"), ("user", "two three four")]]
    # <|im_start|>system, one, two<|im_end|>, <|im_start|>assistant ...
    assert chat_tokens(conversations, tmp_path / "tokenizer.json") == [4, 7]


@pytest.mark.slow
def test_the_embedded_models_own_template_gives_the_same_count() -> None:
    from transformers import AutoTokenizer

    from distillnet.models.weights import model_folder

    folder = model_folder("embedded")
    messages = [("system", "You are a poet."), ("user", "Read this text, then write.")]
    ids = AutoTokenizer.from_pretrained(folder, local_files_only=True).apply_chat_template(
        [{"role": role, "content": text} for role, text in messages],
        add_generation_prompt=True,
        return_dict=True,
    )["input_ids"]
    assert chat_tokens([messages], folder / "tokenizer.json") == [len(ids)]
