"""Tokens per second of EmbeddedChat against raw batched ``generate``, in one run.

    python benchmarks/embedded.py [--requests 64] [--tokens 96] [--repeats 3]

Both decode the same prompts to the same length. Raw ``generate`` is greedy and gets them as one
ready batch; EmbeddedChat gets single concurrent requests, gathers them, samples each row from its
own stream and hands the answers back one by one. The goal is a ratio >= 0.9.
"""

import argparse
import asyncio
import statistics
import time
from typing import Any

import torch

from distillnet.models.embedded import EmbeddedChat

_TOPICS = [
    "rain",
    "bread",
    "iron",
    "the",
    "sea",
    "a",
    "bridge",
    "wolves",
    "a",
    "clock",
    "salt",
    "grass",
    "a",
    "market",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()

    chat = EmbeddedChat(max_tokens=arguments.tokens, batch_size=arguments.requests)
    prompts = [
        f"Tell a long story about {_TOPICS[i % len(_TOPICS)]}, number {i}, without an end."
        for i in range(arguments.requests)
    ]
    asyncio.run(_embedded(chat, prompts[:1]))  # loads the model and chooses the threads
    assert chat._loaded is not None
    ratios = []
    for repeat in range(arguments.repeats):
        raw = _raw(*chat._loaded, prompts, arguments.tokens)
        own = asyncio.run(_embedded(chat, prompts))
        ratios.append(own / raw)
        print(
            f"run {repeat + 1}: raw {raw:.0f} tok/s, EmbeddedChat {own:.0f} tok/s, "
            f"ratio {own / raw:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f} ({arguments.requests} requests)")


async def _embedded(chat: EmbeddedChat, prompts: list[str]) -> float:
    start = time.perf_counter()
    answers = await asyncio.gather(*(chat.ainvoke(p, seed=i) for i, p in enumerate(prompts)))
    tokens = sum(answer.usage_metadata["output_tokens"] for answer in answers)
    return tokens / (time.perf_counter() - start)


def _raw(model: Any, tokenizer: Any, prompts: list[str], limit: int) -> float:
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": p}], tokenize=False, add_generation_prompt=True
        )
        for p in prompts
    ]
    inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    inputs = inputs.to(model.device)
    start = time.perf_counter()
    with torch.inference_mode():
        output = model.generate(
            **inputs, max_new_tokens=limit, do_sample=False, repetition_penalty=1.05
        )
    new = output[:, inputs.input_ids.shape[1] :]
    tokens = 0
    for row in new.tolist():
        end = tokenizer.eos_token_id
        tokens += row.index(end) + 1 if end in row else len(row)
    return tokens / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
