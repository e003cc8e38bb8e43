"""The student: LoRA on all linear layers of a causal language model (Hu et al. 2021).

Also rsLoRA (Kalajdzievski 2023), DoRA (Liu et al. 2024), and on a base of 4 bits QLoRA (Dettmers et
al. 2023). The output folder appears whole or not at all.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distillnet.config import Training
from distillnet.errors import UsageError
from distillnet.models.precision import fastest_precision
from distillnet.models.weights import Precision, device, load_model, load_tokenizer, model_folder
from distillnet.training.adapter import finished, lineage, publish, save_adapter
from distillnet.training.card import base_name, model_card
from distillnet.training.dataset import file_hash, load_dataset
from distillnet.training.hardware import fits
from distillnet.training.loop import (
    OnProgress,
    ResumeFile,
    asked_for,
    begin,
    kept_precision,
    learn,
)
from distillnet.training.parallel import join
from distillnet.training.replay import load_replay, replay_file
from distillnet.training.schedule import Schedule, schedule
from distillnet.training.training_report import TrainingReport, training_report

OnSnapshot = Callable[[float, Any, Any], None]
"""Called with (share of the steps done, model in evaluation mode, tokenizer).

The model answers as the adapter of that moment does when ``scoring.load_student`` reads it.
"""
_PLAIN_ATTENTION_TOKENS = 512
"""Up to this length plain attention trains 1.2 to 1.4 times as fast on a CPU as the fused kernel;
it keeps every attention weight, for which longer rows have no memory."""


def train_lora(
    data: Path,
    base: Path,
    out: Path,
    settings: Training,
    *,
    start: Path | None = None,
    snapshots: Sequence[float] = (),
    on_snapshot: OnSnapshot | None = None,
    on_progress: OnProgress | None = None,
) -> TrainingReport:
    """Trains on the rows of ``data`` (``train.jsonl``) and writes the adapter's folder ``out``.

    ``out`` gets ``adapter_model.safetensors``, ``adapter_config.json``, ``training.json`` and
    ``README.md``. Where it already holds the adapter of the same data, base and settings, nothing
    is trained; an interrupted training of the same is carried on. One process at a time per
    ``out``. ``start`` is an adapter to go on from, with a fresh optimizer.

    After each share of the steps in ``snapshots`` (0.3: three tenths) ``on_snapshot`` is called;
    a training that is carried on does not call it again for those that were passed when its
    resume file was written, nor does one that was finished before.

    Raises UsageError and ConfigError for a data set, base, ``start`` or ``out`` that cannot be
    used, and DistillNetError unless as many tokens were learned as ``settings`` ask for.
    """
    base = model_folder(str(base))
    fingerprint = _fingerprint(data, base, settings, start)
    resume = ResumeFile(out.with_name(f".{out.name}.resume"), fingerprint)
    if (report := finished(out)) and report.fingerprint == fingerprint:
        return report

    tokenizer = load_tokenizer(base)
    longest = settings.max_tokens
    dataset = load_dataset(data, tokenizer, max_tokens=longest, mixture=settings.mixture)
    replay = load_replay(replay_file(settings), tokenizer, max_tokens=longest)
    plan = schedule(dataset, settings, replay)

    join(device())
    precision = kept_precision(resume) or fastest_precision()
    model, attention = _student(base, start, settings, plan, precision)
    run = begin(model, settings, steps=len(plan.steps), precision=precision)

    def look(share: float) -> None:
        if on_snapshot:
            with _attending(model, attention):
                on_snapshot(share, model, tokenizer)

    learn(
        run,
        plan.steps,
        asked=asked_for(settings, dataset, plan),
        pad=tokenizer.pad_token_id,
        resume=resume,
        looks=snapshots,
        on_look=look,
        on_progress=on_progress,
    )
    name = base_name(base)
    report = training_report(
        run,
        plan,
        dataset,
        settings,
        base=name,
        fingerprint=fingerprint,
        start=lineage(start) if start else (),
    )
    publish(save_adapter(run.model, name), report, model_card(report, settings), out)
    resume.path.unlink(missing_ok=True)
    return report


def _fingerprint(data: Path, base: Path, settings: Training, start: Path | None) -> str:
    """Hash of all that decides what the adapter will be."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    digest.update(file_hash(data).encode())
    if replay := replay_file(settings):
        digest.update(file_hash(replay).encode())
    folders = [base, start] if start else [base]
    for path in (path for folder in folders for path in sorted(folder.glob("*"))):
        if path.suffix in (".json", ".jinja", ".model", ".safetensors", ".bin"):
            digest.update(f"{path.name} {file_hash(path)}".encode())
    return digest.hexdigest()


def _student(
    base: Path, start: Path | None, settings: Training, plan: Schedule, precision: Precision
) -> tuple[Any, str]:
    """(base with an adapter that is to be trained, attention that it was loaded with)."""
    import torch

    torch.manual_seed(settings.random_seed)
    quantized = settings.quantization == "4bit"
    loaded_in: Precision = "bfloat16" if quantized else precision
    model, _ = load_model(base, precision=loaded_in, quantized=quantized)
    attention = model.config._attn_implementation
    if device() == "cpu" and plan.longest <= _PLAIN_ATTENTION_TOKENS:
        model.set_attn_implementation("eager")
    student = _continued(model, start, settings) if start else _fresh(model, settings)
    keeps_less = settings.checkpointing == "on" or (
        settings.checkpointing == "auto" and not fits(student.train(), plan, precision)
    )
    if keeps_less:
        model.activation_checkpointing_enable()
    return student, attention


@contextmanager
def _attending(student: Any, attention: str) -> Iterator[None]:
    """With another attention for a while: in bfloat16 they round differently."""
    before = student.config._attn_implementation
    student.set_attn_implementation(attention)
    try:
        yield
    finally:
        student.set_attn_implementation(before)


def _fresh(model: Any, settings: Training) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank,
        # LoRA scales by alpha / rank, rsLoRA by alpha / sqrt(rank): both by 2 at rank 16.
        lora_alpha=8 if settings.method == "rslora" else 2 * settings.rank,
        use_rslora=settings.method == "rslora",
        use_dora=settings.method == "dora",
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _continued(model: Any, start: Path, settings: Training) -> Any:
    from peft import PeftModel

    if not (start / "adapter_config.json").is_file():
        raise UsageError(f"no adapter at {str(start)!r} to go on from")
    student = PeftModel.from_pretrained(model, start, is_trainable=True)
    config = student.peft_config["default"]
    method = "dora" if config.use_dora else "rslora" if config.use_rslora else "lora"
    if (method, config.r) != (settings.method, settings.rank):
        raise UsageError(
            f"the adapter at {str(start)!r} is {method} of rank {config.r}: go on with the same, "
            f"not with {settings.method} of rank {settings.rank}"
        )
    return student
