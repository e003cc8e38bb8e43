"""Learned tokens per second of our loop against plain TRL, on the same rows in one run.

    pip install trl
    python benchmarks/training.py [--rows 16] [--model embedded] [--repeats 1]

Both train LoRA of rank 16 on all linear layers, on the same rows with about as many rows a step,
each in a process of its own, one after another. "TRL, defaults" is SFTTrainer as it comes, which
recomputes activations; "TRL, tuned" keeps them, and holds the base in bfloat16, as ours does.
The first step of each is left out. On a machine that others use, processor time says more than the
clock. The goal is a ratio >= 1.0 against both.
"""

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from distillnet.config import Training
from distillnet.models.weights import load_tokenizer, model_folder, require_torch
from distillnet.testing import varied_prose
from distillnet.training.dataset import load_dataset
from distillnet.training.schedule import schedule

_BATCH_TOKENS = 640


class Timing(NamedTuple):
    """Learned tokens a second, by the clock and by processor time; MiB at the peak."""

    clock: float
    processor: float
    memory: int


class Stopwatch:
    """Notes the time at the end of each step, and how many tokens the steps learned."""

    def __init__(self) -> None:
        self.marks: list[tuple[float, float]] = []
        self.learned: list[int] = []

    def mark(self) -> None:
        self.marks.append((time.perf_counter(), time.process_time()))

    def timing(self) -> Timing:
        """Of all steps but the first."""
        from distillnet.training.hardware import peak_memory_mib

        tokens = sum(self.learned[1 : len(self.marks)])
        (clock, processor), (clock_end, processor_end) = self.marks[0], self.marks[-1]
        return Timing(
            tokens / (clock_end - clock), tokens / (processor_end - processor), peak_memory_mib()
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    require_torch("training")
    base = model_folder(arguments.model)
    contenders = {"ours": _ours, "TRL, defaults": _trl, "TRL, tuned": _trl_tuned}

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "train.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in _rows(arguments.rows)))
        print(
            f"{'':14} {'tok/s':>7} {'ratio':>6}   {'tok/CPU s':>9} {'ratio':>6}   {'peak MiB':>8}"
        )
        for _ in range(arguments.repeats):
            ours: Timing | None = None
            for name, train in contenders.items():
                timing = _alone(train, data, base)
                ours = ours or timing
                print(
                    f"{name:14} {timing.clock:7.0f} {ours.clock / timing.clock:6.2f}   "
                    f"{timing.processor:9.0f} {ours.processor / timing.processor:6.2f}   "
                    f"{timing.memory:8}"
                )


def _rows(count: int) -> list[dict[str, Any]]:
    rng = random.Random(17)
    return [
        {
            "messages": [
                {"role": "user", "content": f"Tell of number {i}."},
                {
                    "role": "assistant",
                    "content": varied_prose(f"{i}", subject="Trade", words=rng.randint(40, 140)),
                },
            ]
        }
        for i in range(count)
    ]


def _alone(train: Callable[[Path, Path], Timing], data: Path, base: Path) -> Timing:
    """What ``train`` measures in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(train, (data, base))


def _settings() -> Training:
    return Training(epochs=1, replay=0, batch_tokens=_BATCH_TOKENS)


def _ours(data: Path, base: Path) -> Timing:
    from distillnet.training.lora import train_lora

    watch = Stopwatch()
    report = train_lora(
        data, base, data.with_name("adapter"), _settings(), on_progress=lambda _: watch.mark()
    )
    done = [0, *(tokens for _, tokens, _ in report.loss)]
    watch.learned = [after - before for before, after in pairwise(done)]
    print(f"{report.rows} rows, {report.steps} steps, {report.padding_share:.1%} padding in ours")
    return watch.timing()


def _trl(data: Path, base: Path, **tuned: Any) -> Timing:
    import datasets
    import torch
    from peft import LoraConfig
    from transformers import PrinterCallback, TrainerCallback
    from transformers.utils import logging
    from trl import SFTConfig, SFTTrainer

    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    rows = [json.loads(line)["messages"] for line in data.open(encoding="utf-8")]
    tokenizer = load_tokenizer(base)
    whole = load_dataset(data, tokenizer, max_tokens=_settings().max_tokens)
    watch = Stopwatch()

    # mypy does not follow transformers, so its classes are Any.
    class Callback(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            watch.mark()

    trainer = SFTTrainer(
        model=str(base),
        args=SFTConfig(
            output_dir=str(data.with_name("trl")),
            use_cpu=not torch.cuda.is_available(),
            num_train_epochs=1,
            per_device_train_batch_size=-(-len(rows) // len(schedule(whole, _settings()).steps)),
            learning_rate=_settings().learning_rate,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **tuned,
        ),
        train_dataset=datasets.Dataset.from_list(
            [{"prompt": row[:-1], "completion": row[-1:]} for row in rows]
        ),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"),
        callbacks=[Callback()],
    )
    trainer.remove_callback(PrinterCallback)
    collate = trainer.data_collator

    def noting(examples: list[Any]) -> Any:
        batch = collate(examples)
        watch.learned.append(int((batch["labels"] != -100).sum()))
        return batch

    trainer.data_collator = noting
    trainer.train()
    return watch.timing()


def _trl_tuned(data: Path, base: Path) -> Timing:
    return _trl(data, base, gradient_checkpointing=False, model_init_kwargs={"dtype": "bfloat16"})


if __name__ == "__main__":
    main()
