"""What is told of a training that has ended."""

from distillnet.config import Training
from distillnet.models.weights import device
from distillnet.records import Record
from distillnet.training.dataset import Dataset
from distillnet.training.hardware import peak_memory_mib
from distillnet.training.resume import Run
from distillnet.training.schedule import Schedule


class Predecessor(Record):
    """A training that a student went on from; None is what an adapter of others does not tell."""

    fingerprint: str
    data_sha256: str | None = None
    rows: int | None = None
    tokens: int | None = None
    teachers: dict[str, int] | None = None


class TrainingReport(Record):
    """How a student was trained; the content of its ``training.json``.

    ``tokens`` counts the tokens learned, ``replay_tokens`` those of them that are of the general
    text, and ``tokens_per_second`` is of all of them; ``epochs`` is a fraction where a number of
    tokens was asked for. ``padding_share`` is the share of padding in what went through the model,
    ``padding_spared`` what it would be, were the rows not packed; None where they are not.
    ``loss`` holds, for each step, (step, tokens learned so far, mean loss of the step in nats per
    token). ``peak_memory_mib`` is the accelerator's, or on a CPU the whole process's. ``base`` is
    None for a model from scratch. ``start`` are the trainings that it went on from, the first one
    first; all else is of the last training alone.
    """

    fingerprint: str
    base: str | None
    data_sha256: str
    rows: int
    epochs: int | float
    steps: int
    tokens: int
    replay_tokens: int
    parameters: int
    padding_share: float
    seconds: float
    tokens_per_second: float
    device: str
    precision: str
    checkpointing: bool
    peak_memory_mib: int
    teachers: dict[str, int]
    loss: tuple[tuple[int, int, float], ...]
    padding_spared: float | None = None
    start: tuple[Predecessor, ...] = ()

    @property
    def lineage(self) -> tuple[Predecessor, ...]:
        """What a student that goes on from this one has behind it."""
        own = Predecessor.model_validate(self.model_dump(include=set(Predecessor.model_fields)))
        return (*self.start, own)


def training_report(
    run: Run,
    plan: Schedule,
    dataset: Dataset,
    settings: Training,
    *,
    base: str | None,
    fingerprint: str,
    start: tuple[Predecessor, ...] = (),
) -> TrainingReport:
    """What is to be told of a training that has ended."""
    taught = run.tokens - plan.replayed
    return TrainingReport(
        fingerprint=fingerprint,
        base=base,
        data_sha256=dataset.sha256,
        rows=dataset.rows,
        epochs=round(taught / dataset.tokens, 3) if settings.tokens else settings.epochs,
        steps=run.step,
        tokens=run.tokens,
        replay_tokens=plan.replayed,
        parameters=sum(p.numel() for p in run.parameters.values()),
        padding_share=0.0 if run.row_tokens else plan.padding_share,
        padding_spared=plan.padding_share if run.row_tokens else None,
        seconds=run.seconds,
        tokens_per_second=run.tokens / run.seconds,
        device=device(),
        precision=run.precision,
        checkpointing=run.model.is_activation_checkpointing,
        peak_memory_mib=peak_memory_mib(),
        teachers=dataset.teachers,
        loss=tuple(run.loss),
        start=start,
    )
