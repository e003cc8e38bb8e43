"""General text mixed into a training, so that what the base knows is not forgotten for it."""

import re
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.training.dataset import Example, encode_plain, split

SHIPPED = Path(__file__).with_name("replay.txt")
"""Plain prose in English and Russian; the measure of forgetting reads another text."""
_MOST_BYTES = 4 * 2**20
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def replay_file(settings: Training) -> Path | None:
    """The text that ``settings`` ask for; None where nothing is replayed.

    Raises UsageError where there is no such file.
    """
    if not settings.replay:
        return None
    file = settings.replay_text.expanduser() if settings.replay_text else SHIPPED
    if not file.is_file():
        raise UsageError(f"no file {str(file)!r} to replay: give a text, or replay 0")
    return file


def load_replay(file: Path | None, tokenizer: Any, *, max_tokens: int) -> list[Example]:
    """The text's paragraphs, which blank lines divide, as plain texts to be learned.

    Of a long file the first 4 MiB are read. Raises UsageError where there is no text in it.
    """
    if file is None:
        return []
    with file.open("rb") as stream:
        text = stream.read(_MOST_BYTES).decode("utf-8", "replace")
    paragraphs = [p.strip() for p in _BLANK_LINE.split(text.replace("\r\n", "\n")) if p.strip()]
    if not paragraphs:
        raise UsageError(f"{str(file)!r} holds no text to replay: give another, or replay 0")
    return [
        window
        for paragraph in paragraphs
        for window in split(encode_plain(tokenizer, paragraph), max_tokens)
    ]
