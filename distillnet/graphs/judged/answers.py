"""What a student answers to open requests: made on this machine, and kept in a ledger."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from distillnet.memory.ledger import Ledger
from distillnet.models.precision import fastest_precision
from distillnet.models.spec import EMBEDDED_SAMPLING
from distillnet.records import OnEvent
from distillnet.tools.text import clean
from distillnet.training.dataset import file_hash, prompt_text
from distillnet.training.kept_answers import weights_stamp
from distillnet.training.scoring import load_student

MOST_BYTES = 4_000
"""Of an answer; 320 tokens of prose are about 1,400 in English and 2,200 in Russian."""
_BATCH = 32
# Sampled, as one uses a model: greedily, or without the penalty, small models go in circles, and
# the more so the longer they were taught to answer. Each request has its own seed, the same for
# both sides; in float32 its answer is the same whatever else is asked.
_SAMPLING = dict(EMBEDDED_SAMPLING)


@dataclass(frozen=True)
class Side:
    """A student, or without ``adapter`` the untrained base; ``name`` is what to call it."""

    name: str
    base: Path
    adapter: Path | None

    @cached_property
    def fingerprint(self) -> str:
        """Of all that shapes its answers: weights, adapter and decoding."""
        taught = self.adapter and file_hash(self.adapter / "adapter_model.safetensors")
        shaped = [weights_stamp(self.base), taught, _SAMPLING, MOST_BYTES, fastest_precision()]
        return hashlib.sha256(json.dumps(shaped).encode()).hexdigest()[:16]


def kept_answers(ledger: Ledger, side: Side) -> dict[str, str]:
    """By request, what ``side`` answered before."""
    return dict(ledger.fact(_name(side)) or {})


def answer_all(ledger: Ledger, side: Side, prompts: Sequence[str], emit: OnEvent) -> dict[str, str]:
    """By request, the answers of ``side``; those that are not in the ledger are made, and kept.

    Each batch is kept as it is done. Raises UsageError for a model that cannot be loaded or has no
    chat template.
    """
    answers = kept_answers(ledger, side)
    if missing := [prompt for prompt in prompts if prompt not in answers]:
        emit({"note": f"{side.name}: {len(missing)} requests to answer"})
        for batch in _generated(side, missing):
            answers |= batch
            ledger.write_fact(_name(side), answers)
            emit({"evaluate": sum(prompt in answers for prompt in prompts), "of": len(prompts)})
    return {prompt: answers[prompt] for prompt in prompts}


def _generated(side: Side, prompts: Sequence[str]) -> Iterator[dict[str, str]]:
    """The answers by request, a batch at a time: a step costs about the same for one as for all."""
    import torch

    from distillnet.models.sampling import RowSampler

    model, tokenizer = load_student(side.base, side.adapter)
    for begin in range(0, len(prompts), _BATCH):
        batch = prompts[begin : begin + _BATCH]
        texts = [prompt_text(tokenizer, [{"role": "user", "content": asked}]) for asked in batch]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = inputs.to(model.device)
        length = inputs.input_ids.shape[1]
        sampler = RowSampler(
            list(map(_seed, batch)),
            temperature=_SAMPLING["temperature"],
            top_p=_SAMPLING["top_p"],
            prompt_length=length,
            end=set(),
            on_end=lambda row, tokens: None,
        )
        with torch.inference_mode():
            output = model.generate(
                **inputs,
                max_new_tokens=int(_SAMPLING["max_tokens"]),
                do_sample=False,
                repetition_penalty=_SAMPLING["repetition_penalty"],
                logits_processor=[sampler],
                pad_token_id=tokenizer.pad_token_id,
            )
        said = tokenizer.batch_decode(output[:, length:], skip_special_tokens=True)
        yield {asked: _bounded(clean(text)) for asked, text in zip(batch, said, strict=True)}


def _seed(prompt: str) -> int:
    return int.from_bytes(hashlib.sha256(prompt.encode("utf-8", "replace")).digest()[:7])


def _bounded(text: str) -> str:
    return text.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def _name(side: Side) -> str:
    return f"answers {side.fingerprint}"
