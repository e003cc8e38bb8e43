"""Rows of ``train.jsonl`` become token sequences: conversations and plain texts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from distillnet.config import Mixture
from distillnet.errors import ConfigError, UsageError

Message = dict[str, str]


class Example(NamedTuple):
    """``tokens`` that fit into one window; those from ``start`` (> 0) on are learned."""

    tokens: list[int]
    start: int


class Dataset(NamedTuple):
    """``tokens`` counts what one reading of all rows teaches; ``teachers`` counts their authors."""

    examples: list[Example]
    rows: int
    tokens: int
    sha256: str
    teachers: dict[str, int]


def load_dataset(
    path: Path, tokenizer: Any, *, max_tokens: int, mixture: Mixture = "answers"
) -> Dataset:
    """Reads one JSON object a line, a conversation or a plain text.

    Of ``{"messages": [..., {"role": "assistant", "content": ...}]}`` the assistant's part is
    learned, of ``{"text": ...}`` every token after the first. With the mixture ``both`` what the
    assistant says is learned once more as a plain text. Of the other keys only ``model``, the
    teacher's name, is looked at. Rows longer than ``max_tokens`` become several examples (see
    ``split``).

    Raises UsageError where there is no file or no row, ConfigError naming the line that is wrong.
    """
    digest = file_hash(path)
    examples: list[Example] = []
    teachers: Counter[str] = Counter()
    rows = tokens = 0
    for content, teacher in read_rows(path):
        if isinstance(content, str):
            encoded = [encode_plain(tokenizer, content)]
        else:
            encoded = [encode(tokenizer, content)]
            if mixture == "both" and (answer := content[-1]["content"]).strip():
                encoded.append(encode_plain(tokenizer, answer))
        for row in encoded:
            examples += split(row, max_tokens)
            tokens += len(row.tokens) - row.start
        rows += 1
        teachers[teacher] += 1
    if not rows:
        raise UsageError(f"{str(path)!r} has no rows: there is nothing to train on")
    return Dataset(examples, rows, tokens, digest, dict(sorted(teachers.items())))


def file_hash(path: Path) -> str:
    """SHA-256 in hexadecimal; UsageError where there is no such file."""
    if not path.is_file():
        raise UsageError(f"no file {str(path)!r}: export the data set first")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_rows(path: Path) -> Iterator[tuple[str | list[Message], str]]:
    """(plain text or conversation, teacher) of each row; ConfigError naming the line in error."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                content = _content(row)
                teacher = row.get("model")
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise ConfigError(
                    f"{str(path)!r}, line {number}: a row is an object with 'messages', of which "
                    "the last, and no other, is the assistant's, or with a 'text': export the "
                    "data set again"
                ) from None
            yield content, str(teacher or "unknown")


def _content(row: dict[str, Any]) -> str | list[Message]:
    """What a row tells; ValueError, KeyError or TypeError where it tells nothing."""
    if "messages" not in row:
        text = row["text"]
        if not isinstance(text, str) or not text.strip():
            raise ValueError
        return text
    messages = [{"role": m["role"], "content": m["content"]} for m in row["messages"]]
    if not _is_conversation(messages):
        raise ValueError
    return messages


def _is_conversation(messages: list[Message]) -> bool:
    roles = [m["role"] for m in messages]
    return (
        len(roles) > 1
        and all(role in ("system", "user") for role in roles[:-1])
        and roles[-1] == "assistant"
        and all(isinstance(m["content"], str) for m in messages)
    )


def encode(tokenizer: Any, messages: Sequence[Message]) -> Example:
    """A conversation as the base's chat template writes it, up to the assistant's end of turn.

    What is learned is told by position, never by token: SmolLM2 pads with its end-of-turn token.
    """
    prompt = prompt_text(tokenizer, messages[:-1])
    whole = _render(tokenizer, messages, add_generation_prompt=False).rstrip()
    if not whole.startswith(prompt):
        raise UsageError(
            f"the chat template of {tokenizer.name_or_path!r} rewrites the prompt once it is "
            "answered: choose another base model"
        )
    tokens = encode_text(tokenizer, whole)
    return Example(tokens, common_prefix([encode_text(tokenizer, prompt), tokens]))


def encode_plain(tokenizer: Any, text: str) -> Example:
    """A text as it stands, without the chat template, and the end-of-text token after it."""
    return Example([*encode_text(tokenizer, plain(tokenizer, text)), tokenizer.eos_token_id], 1)


def prompt_text(tokenizer: Any, messages: Sequence[Message]) -> str:
    """The conversation so far, ending where the assistant is to speak."""
    return _render(tokenizer, messages, add_generation_prompt=True)


def plain(tokenizer: Any, text: str) -> str:
    """``text`` without lone surrogates, and with its control tokens (``<|im_end|>``) defused.

    Texts come from strangers: one that could end its own turn would rewrite the conversation.
    """
    for token in tokenizer.added_tokens_decoder.values():
        if token.special:
            text = text.replace(token.content, f"{token.content[0]} {token.content[1:]}")
    return text.encode("utf-8", "replace").decode("utf-8")


def encode_text(tokenizer: Any, text: str) -> list[int]:
    """Tokens of a text that is already rendered, without any that the tokenizer would add."""
    tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return tokens


def common_prefix(sequences: Sequence[Sequence[int]]) -> int:
    """How many tokens all the sequences begin with in common."""
    columns = zip(*sequences, strict=False)
    same = (len(set(column)) == 1 for column in columns)
    return next((i for i, equal in enumerate(same) if not equal), min(map(len, sequences)))


def _render(tokenizer: Any, messages: Sequence[Message], *, add_generation_prompt: bool) -> str:
    if tokenizer.chat_template is None:
        raise UsageError(
            f"{tokenizer.name_or_path!r} has no chat template: choose an instruction-tuned model"
        )
    messages = [{**m, "content": plain(tokenizer, m["content"])} for m in messages]
    text: str = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=add_generation_prompt
    )
    return text


def split(row: Example, max_tokens: int) -> list[Example]:
    """``row`` in windows of at most ``max_tokens`` tokens; each target is in exactly one of them.

    A window after the first begins with up to half a window of what came before, as context.
    """
    if len(row.tokens) <= max_tokens:
        return [row]
    windows = []
    done = row.start
    while done < len(row.tokens):
        begin = max(0, done - max_tokens // 2)
        windows.append(Example(row.tokens[begin : begin + max_tokens], done - begin))
        done = begin + max_tokens
    return windows
