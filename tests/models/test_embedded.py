"""The real 135M model."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import PrivateAttr

from distillnet.errors import UsageError
from distillnet.models import embedded
from distillnet.models.embedded import EmbeddedChat
from distillnet.models.weights import load_model, model_folder

pytestmark = pytest.mark.slow

QUESTIONS = [
    "What is a river?",
    "Write two sentences about snow, and nothing else.",
    "Name a colour.",
    "Tell a short story about a dog who waits at a station.",
    "Why do people build bridges?",
    "What does a clock measure?",
    "Describe bread to someone who has never eaten.",
    "What is a promise?",
]


class Counting(EmbeddedChat):
    """Notes the size of each batch, and when the first one has begun."""

    _sizes: list[int] = PrivateAttr(default_factory=list)
    _begun: threading.Event = PrivateAttr(default_factory=threading.Event)

    def _decode(self, batch: list[Any]) -> None:
        self._sizes.append(len(batch))
        self._begun.set()
        super()._decode(batch)


@pytest.fixture(scope="module")
def chat() -> Counting:
    return Counting(max_tokens=24)


def ask(question: str) -> list[tuple[str, str]]:
    return [("system", "You are a helpful teacher."), ("user", question)]


async def test_requests_that_wait_are_answered_in_one_batch(chat: Counting) -> None:
    first = asyncio.create_task(chat.ainvoke(ask("What is time?"), seed=0))
    await asyncio.to_thread(chat._begun.wait)
    answers = await asyncio.gather(
        *(chat.ainvoke(ask(question), seed=n) for n, question in enumerate(QUESTIONS))
    )
    assert chat._sizes == [1, len(QUESTIONS)]
    assert all(answer.text.strip() for answer in [await first, *answers])


async def test_an_answer_is_the_same_alone_and_in_a_batch() -> None:
    chat = EmbeddedChat(max_tokens=16)
    # In bf16 a larger batch rounds its sums otherwise, and answers part sooner or later.
    chat._loaded = load_model(model_folder("embedded"), precision="float32")
    together = await asyncio.gather(
        *(chat.ainvoke(ask(question), seed=n) for n, question in enumerate(QUESTIONS))
    )
    for n in (1, 3, 5):
        alone = await chat.ainvoke(ask(QUESTIONS[n]), seed=n)
        assert alone.text == together[n].text
        assert alone.usage_metadata == together[n].usage_metadata


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
async def test_it_computes_in_what_is_fastest_here(
    precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "fastest_precision", lambda: precision)
    chat = EmbeddedChat(max_tokens=2)
    await chat.ainvoke(ask("What is time?"), seed=0)
    assert chat._loaded and chat._loaded[0].dtype == getattr(torch, precision)


async def test_the_same_seed_repeats_an_answer_and_others_differ(chat: Counting) -> None:
    question = ask("Tell me about a door.")
    texts = [
        answer.text
        for answer in await asyncio.gather(
            *(chat.ainvoke(question, seed=seed) for seed in (1, 2, 3, 4, 1))
        )
    ]
    assert texts[0] == texts[4]
    assert len(set(texts)) == 4


async def test_a_cut_answer_says_length_and_a_whole_one_stop() -> None:
    short = EmbeddedChat(max_tokens=5)
    cut = await short.ainvoke(ask("Tell a long story about the sea."), seed=1)
    assert cut.response_metadata["finish_reason"] == "length"
    assert cut.usage_metadata is not None and cut.usage_metadata["output_tokens"] == 5

    whole = await EmbeddedChat(max_tokens=60, temperature=0.0).ainvoke(
        ask("What is the capital of France? Answer with one short sentence."), seed=1
    )
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.usage_metadata is not None
    assert 1 < whole.usage_metadata["output_tokens"] < 60
    assert "Paris" in whole.text and "<|im_end|>" not in whole.text


async def test_padding_is_not_counted_as_input(chat: Counting) -> None:
    long, short = ask("Why? " * 60), ask("Why?")
    together = await asyncio.gather(chat.ainvoke(long, seed=1), chat.ainvoke(short, seed=1))
    counts = [answer.usage_metadata["input_tokens"] for answer in together]
    alone = (await chat.ainvoke(short, seed=1)).usage_metadata
    assert counts[0] - counts[1] >= 59
    assert alone is not None and counts[1] == alone["input_tokens"]


async def test_a_folder_without_a_model_fails_its_callers_and_not_the_worker(
    tmp_path: Path,
) -> None:
    chat = EmbeddedChat(model=str(tmp_path))
    for _ in range(2):
        with pytest.raises(UsageError, match="no model at"):
            await asyncio.wait_for(chat.ainvoke(ask("Why?"), seed=1), timeout=20)


def test_it_can_be_asked_without_an_event_loop(chat: Counting) -> None:
    assert chat.invoke(ask("Name a colour."), seed=3).text.strip()
