"""The student: LoRA on all linear layers of a causal language model (Hu et al. 2021).

One short loop: set up, train, save. It may be killed at any moment: a resume file beside the
output carries on from there, and the output folder appears whole or not at all.
"""

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import DistillNetError, UsageError
from distillnet.models.weights import device, load_model, model_folder
from distillnet.training.adapter import finished, publish
from distillnet.training.card import TrainingReport, base_name
from distillnet.training.dataset import Example, batches, file_hash, load_dataset
from distillnet.training.resume import Run, restore, save

_RESUME_SECONDS = 20
_CLIP_NORM = 1.0
_PLAIN_ATTENTION_TOKENS = 512
"""Up to this length plain attention trains 1.2 to 1.4 times as fast on a CPU as the fused kernel;
it keeps every attention weight, for which longer rows have no memory."""


@dataclass(frozen=True)
class Progress:
    """Where training stands: ``tokens`` learned so far, ``loss`` of the last step in nats."""

    step: int
    steps: int
    tokens: int
    loss: float
    tokens_per_second: float
    seconds_left: float


def train_lora(
    data: Path,
    base: Path,
    out: Path,
    settings: Training,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> TrainingReport:
    """Trains on the rows of ``data`` (``train.jsonl``) and writes the adapter's folder ``out``.

    ``out`` gets ``adapter_model.safetensors``, ``adapter_config.json``, ``training.json`` and
    ``README.md``. Where it already holds the adapter of the same data, base and settings, nothing
    is trained; an interrupted training of the same is carried on. One process at a time per
    ``out``.

    Raises UsageError and ConfigError for a data set, base or ``out`` that cannot be used, and
    DistillNetError unless every token of the data was learned once in every epoch.
    """
    base = model_folder(str(base))
    fingerprint = _fingerprint(data, base, settings)
    resume_file = out.with_name(f".{out.name}.resume")
    if (report := finished(out)) and report.fingerprint == fingerprint:
        return report

    model, tokenizer = load_model(base)
    dataset = load_dataset(data, tokenizer, max_tokens=settings.max_tokens)
    epochs = [
        batches(
            dataset.examples,
            batch_tokens=settings.batch_tokens,
            random_seed=settings.random_seed,
            epoch=epoch,
        )
        for epoch in range(settings.epochs)
    ]
    plan = [batch for epoch in epochs for batch in epoch]
    epoch_ends = set(accumulate(map(len, epochs)))
    longest = max(len(example.tokens) for example in dataset.examples)
    run = _set_up(model, settings, steps=len(plan), longest=longest)
    restore(run, resume_file, fingerprint)

    total = settings.epochs * dataset.tokens
    earlier, started = run.seconds, time.monotonic()
    saved = started
    for batch in plan[run.step :]:
        loss, learned = _learn(run, [dataset.examples[i] for i in batch], tokenizer.pad_token_id)
        run.loss.append((run.step + 1, run.tokens + learned, loss))
        now = time.monotonic()
        run.seconds = earlier + now - started
        if run.step in epoch_ends or now - saved > _RESUME_SECONDS:
            save(run, resume_file, fingerprint)
            saved = now
        if on_progress:
            speed = run.tokens / run.seconds
            left = (total - run.tokens) / speed
            on_progress(Progress(run.step, len(plan), run.tokens, loss, speed, left))

    if run.tokens != total:
        raise DistillNetError(
            f"learned {run.tokens} tokens instead of {total}: report this with {str(data)!r}"
        )
    report = TrainingReport(
        fingerprint=fingerprint,
        base=base_name(base),
        data_sha256=dataset.sha256,
        rows=dataset.rows,
        epochs=settings.epochs,
        steps=run.step,
        tokens=run.tokens,
        seconds=run.seconds,
        tokens_per_second=run.tokens / run.seconds,
        device=device(),
        peak_memory_mib=_peak_memory_mib(),
        teachers=dataset.teachers,
        loss=tuple(run.loss),
    )
    publish(run.model, report, settings, out)
    resume_file.unlink(missing_ok=True)
    return report


def _fingerprint(data: Path, base: Path, settings: Training) -> str:
    """Hash of all that decides what the adapter will be."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    digest.update(file_hash(data).encode())
    for path in sorted(base.iterdir()):
        if path.suffix in (".json", ".jinja", ".model", ".safetensors", ".bin"):
            digest.update(f"{path.name} {file_hash(path)}".encode())
    return digest.hexdigest()


def _set_up(model: Any, settings: Training, *, steps: int, longest: int) -> Run:
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.random_seed)
    if device() == "cpu" and longest <= _PLAIN_ATTENTION_TOKENS:
        model.set_attn_implementation("eager")
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(model, config).train()
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        lr=settings.learning_rate,
        weight_decay=0.0,
    )
    warmup = round(settings.warmup_share * steps)

    def rate(step: int) -> float:
        """Linear from 0 to 1, then half a cosine to 0 (Loshchilov & Hutter 2017)."""
        if step < warmup:
            return (step + 1) / (warmup + 1)
        return (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))) / 2

    return Run(model, optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate))


def _learn(run: Run, examples: Sequence[Example], pad: int) -> tuple[float, int]:
    """One optimizer step: (mean loss in nats per token, tokens learned)."""
    import torch
    from peft.helpers import disable_input_dtype_casting

    width = max(len(tokens) for tokens, _ in examples)
    ids = torch.tensor([tokens + [pad] * (width - len(tokens)) for tokens, _ in examples])
    ids = ids.to(run.model.device)
    # Position i predicts token i + 1. Padding is on the right, where causal attention does not
    # look, so no attention mask is needed.
    predicts = torch.zeros_like(ids, dtype=torch.bool)
    for row, (tokens, start) in enumerate(examples):
        predicts[row, start - 1 : len(tokens) - 1] = True
    labels = ids.roll(-1, dims=1)[predicts]
    # Adapters are float32, so that small updates are not rounded away, and computed in bfloat16.
    computed_in = torch.autocast(ids.device.type, dtype=torch.bfloat16)
    with computed_in, disable_input_dtype_casting(run.model):
        # The output layer is the largest of a small model: only what is learned passes through it.
        logits = run.model(input_ids=ids, logits_to_keep=predicts, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits.float(), labels)
    if not loss.isfinite():
        raise UsageError(
            f"the loss became {loss.item()} at step {run.step + 1}: lower the learning rate"
        )
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(run.parameters.values(), _CLIP_NORM)
    run.optimizer.step()
    run.schedule.step()
    run.optimizer.zero_grad()
    return loss.item(), len(labels)


def _peak_memory_mib() -> int:
    import resource
    import sys

    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() // 2**20
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit // 2**20
