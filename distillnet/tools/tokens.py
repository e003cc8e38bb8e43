"""How many tokens a text has, before a model has counted them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from distillnet.records import Language

# Characters a token: with the tokenizers that make most of a text, and with those that make least.
# English: DeepSeek counts 0.3 tokens a character, Cohere 4.8 characters a token over Wikipedia.
# Russian: OpenAI's greeting of 76 characters ("Hello GPT-4o", 2024) has 39 tokens of cl100k_base
# and 23 of o200k_base.
CHARACTERS_A_TOKEN: dict[Language, tuple[float, float]] = {"en": (3.3, 4.8), "ru": (1.9, 3.3)}


def estimated_tokens(characters: int, language: Language) -> tuple[int, int]:
    """(fewest, most) tokens that tokenizers in use make of prose of so many characters."""
    short, long = CHARACTERS_A_TOKEN[language]
    return round(characters / long), round(characters / short)


def chat_tokens(
    conversations: Iterable[Sequence[tuple[str, str]]], tokenizer: Path
) -> list[int] | None:
    """Tokens of each conversation of (role, text) in ChatML, as the embedded model reads it.

    None where the file ``tokenizer`` or the package that reads it is not there.
    """
    if not tokenizer.is_file():
        return None
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    encode = Tokenizer.from_file(str(tokenizer)).encode
    return [len(encode(_chatml(messages)).ids) for messages in conversations]


def _chatml(messages: Sequence[tuple[str, str]]) -> str:
    turns = (f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages)
    return f"{''.join(turns)}<|im_start|>assistant\n"
