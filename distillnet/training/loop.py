"""The loop that trains: learn a step, look, save, tell.

It may be killed at any moment: the resume file carries on from the last save.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from distillnet.config import Training
from distillnet.errors import DistillNetError, UsageError
from distillnet.models.weights import Precision
from distillnet.records import OnEvent
from distillnet.training.dataset import Dataset
from distillnet.training.parallel import add_up, own_part, rank
from distillnet.training.resume import Run, restore, save
from distillnet.training.rows import packed, packing_here, packs, padded
from distillnet.training.schedule import Batch, Schedule, Step, learned, repacked

_RESUME_SECONDS = 20
_CLIP_NORM = 1.0
OnLook = Callable[[float], None]
"""Called with the share of the steps done, while the model is in evaluation mode."""


@dataclass(frozen=True)
class Progress:
    """Where training stands: ``tokens`` learned so far, ``loss`` of the last step in nats."""

    step: int
    steps: int
    tokens: int
    loss: float
    tokens_per_second: float
    seconds_left: float


OnProgress = Callable[[Progress], None]


def as_events(emit: OnEvent) -> OnProgress:
    """Progress as the events of a run."""
    return lambda progress: emit({"train": asdict(progress)})


@dataclass(frozen=True)
class ResumeFile:
    """Where an interrupted training is kept, and the ``fingerprint`` of what is trained."""

    path: Path
    fingerprint: str

    def computed_in(self, precision: Precision) -> str:
        """The fingerprint in the file: two halves in two precisions would be no one's student."""
        return f"{self.fingerprint} {precision}"


def kept_precision(resume: ResumeFile) -> Precision | None:
    """What the training that is carried on was computed in; None where there is none."""
    import torch

    if not resume.path.is_file():
        return None
    saved = torch.load(resume.path, map_location="cpu", weights_only=True, mmap=True)
    choices: tuple[Precision, ...] = get_args(Precision)
    return next((p for p in choices if saved["fingerprint"] == resume.computed_in(p)), None)


def begin(model: Any, settings: Training, *, steps: int, precision: Precision) -> Run:
    """A training of ``model``'s trainable parameters, at its first step.

    Raises UsageError for rows that ``packs`` refuses.
    """
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()  # of an earlier training in this process
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

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    row_tokens = settings.batch_tokens if packs(model, packing_here(settings)) else None
    return Run(model.train(), optimizer, schedule, precision, row_tokens)


def asked_for(settings: Training, dataset: Dataset, plan: Schedule) -> tuple[int, int]:
    """(tokens, steps) of the training that ``settings`` ask for; the plan's, where they do not."""
    tokens = settings.tokens or settings.epochs * dataset.tokens + plan.replayed
    return tokens, settings.steps or len(plan.steps)


def learn(
    run: Run,
    steps: Sequence[Step],
    *,
    asked: tuple[int, int],
    pad: int,
    resume: ResumeFile,
    looks: Sequence[float] = (),
    on_look: OnLook | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Learns the ``steps`` that the resume file does not hold already.

    After each share of the steps in ``looks`` the training is saved, and ``on_look`` called first.

    Raises UsageError where the loss is no number any more, and DistillNetError unless just as many
    tokens were learned, in just as many steps, as were ``asked`` for (see ``asked_for``).
    """
    tokens = asked[0]
    fingerprint = resume.computed_in(run.precision)
    restore(run, resume.path, fingerprint)
    look_at = [(max(1, round(share * len(steps))), share) for share in looks]
    earlier, started = run.seconds, time.monotonic()
    saved = started
    for step in steps[run.step :]:
        loss, count = _learn_step(run, step, pad)
        run.loss.append((run.step + 1, run.tokens + count, loss))
        now = time.monotonic()
        run.seconds = earlier + now - started
        if rank():
            continue
        due = [share for at, share in look_at if at == run.step]
        if on_look and due:
            run.model.eval()
            for share in due:
                on_look(share)
            run.model.train()
            started += time.monotonic() - now
        if due or now - saved > _RESUME_SECONDS:
            save(run, resume.path, fingerprint)
            saved = now
        if on_progress:
            speed = run.tokens / run.seconds
            left = (tokens - run.tokens) / speed
            on_progress(Progress(run.step, len(steps), run.tokens, loss, speed, left))
    if (run.tokens, run.step) != asked:
        raise DistillNetError(
            f"learned {run.tokens} tokens in {run.step} steps instead of {tokens} in {asked[1]}: "
            "report this"
        )


def _learn_step(run: Run, step: Step, pad: int) -> tuple[float, int]:
    """One optimizer step: (mean loss in nats per token, tokens learned)."""
    import torch

    count = sum(learned(example) for batch in step for example in batch)
    total = 0.0
    own = own_part(step)
    for batch in repacked(own, run.row_tokens) if run.row_tokens else own:
        loss = _loss(run, batch, pad) / count
        torch.autograd.backward(loss)
        total += loss.item()
    total = add_up(run.parameters.values(), total)
    if not math.isfinite(total):
        raise UsageError(f"the loss became {total} at step {run.step + 1}: lower the learning rate")
    torch.nn.utils.clip_grad_norm_(run.parameters.values(), _CLIP_NORM)
    run.optimizer.step()
    run.schedule.step()
    run.optimizer.zero_grad()
    return total, count


def _loss(run: Run, batch: Batch, pad: int) -> Any:
    """Sum of the losses of the learned tokens in nats, a scalar tensor."""
    import torch
    from peft.helpers import disable_input_dtype_casting

    rows = packed(batch) if run.row_tokens else padded(batch, pad)
    inputs, learns = rows.to(run.model.device)
    predicts = learns.roll(-1, dims=1)  # position i predicts token i + 1
    with ExitStack() as computing:
        if run.precision == "bfloat16":
            # What is trained is float32, so that small updates are not rounded away.
            computing.enter_context(torch.autocast(run.model.device.type, dtype=torch.bfloat16))
            computing.enter_context(disable_input_dtype_casting(run.model))
        # The output layer is the largest of a small model: only what is learned passes through it.
        logits = run.model(**inputs, logits_to_keep=predicts, use_cache=False).logits
    labels = inputs["input_ids"][learns]
    return torch.nn.functional.cross_entropy(logits.float(), labels, reduction="sum")
