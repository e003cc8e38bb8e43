"""The resume file of an interrupted training."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distillnet.models.weights import Precision


@dataclass
class Run:
    """All that changes while training.

    ``loss`` holds (step, tokens learned so far, loss) of each step done; ``seconds`` is the time
    they took, over all sessions. ``precision`` is what products are computed in; what is trained
    is float32. ``row_tokens``: at most so many in a packed row; None where rows are padded.
    """

    model: Any
    optimizer: Any
    schedule: Any
    precision: Precision
    row_tokens: int | None
    seconds: float = 0.0
    loss: list[tuple[int, int, float]] = field(default_factory=list)

    @property
    def step(self) -> int:
        return len(self.loss)

    @property
    def tokens(self) -> int:
        return self.loss[-1][1] if self.loss else 0

    @property
    def parameters(self) -> dict[str, Any]:
        """The tensors that are trained."""
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}


def save(run: Run, file: Path, fingerprint: str) -> None:
    """Writes the resume file; a kill leaves the one before or this one, never a half."""
    import torch

    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.tmp")
    with temporary.open("wb") as stream:
        torch.save(
            {
                "fingerprint": fingerprint,
                "parameters": run.parameters,
                "optimizer": run.optimizer.state_dict(),
                "schedule": run.schedule.state_dict(),
                "random": torch.get_rng_state(),
                "random_cuda": torch.cuda.get_rng_state_all(),
                "seconds": run.seconds,
                "loss": run.loss,
            },
            stream,
        )
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def restore(run: Run, file: Path, fingerprint: str) -> None:
    """Puts ``run`` where the resume file left it, if it is of the same training."""
    import torch

    if not file.is_file():
        return
    saved = torch.load(file, map_location="cpu", weights_only=True)
    if saved["fingerprint"] != fingerprint:
        return
    run.model.load_state_dict(saved["parameters"], strict=False)
    run.optimizer.load_state_dict(saved["optimizer"])
    run.schedule.load_state_dict(saved["schedule"])
    torch.set_rng_state(saved["random"])
    torch.cuda.set_rng_state_all(saved["random_cuda"])
    run.seconds = saved["seconds"]
    run.loss = saved["loss"]
