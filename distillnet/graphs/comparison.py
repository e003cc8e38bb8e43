"""The comparison of two runs, as a record."""

from typing import Any, Literal

from distillnet.records import Language, Record, Verdict


class Gain(Record):
    """Accuracy of student - base on the exam, as a share of 1, with its 95% interval."""

    mean: float
    ci95: tuple[float, float]


class Numbers(Record):
    """What a run counted and estimated.

    ``lenses_covered`` are those in force that the critic counts as covered.
    ``verdicts`` and requests with their tokens are of now; the critic's estimates are of the last
    round that ended, None before. ``usd`` is None where the price is unknown, ``gain`` where no
    student was examined.
    """

    lenses_covered: int
    verdicts: dict[Verdict, int]
    rounds: int
    stopped: str | None
    angles: int | None
    good_turing: float | None
    chao1: float | None
    chao1_ci95: tuple[float, float] | None
    requests: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    gain: Gain | None


class Side(Record):
    """One of the two runs; ``seed`` is the seed's id."""

    directory: str
    seed: str
    language: Language
    numbers: Numbers


class SeedChange(Record):
    """How two seeds differ.

    ``shared`` is the share of the key words of the one with fewer that the other has, too; from
    a half on it is the same seed ``reworded``. ``a`` and ``b`` are the stretches that differ, with
    some words around them; equal where only white space differs.
    """

    kind: Literal["reworded", "other"]
    shared: float
    a: str
    b: str


class SettingChange(Record):
    """A setting, with dots for sections, in A and in B."""

    name: str
    a: Any
    b: Any


class WeightChange(Record):
    """What ``axis.yaml`` weighs in A and in B, as ``role child``; None where it is not there."""

    name: str
    a: float | None
    b: float | None


class Wording(Record):
    """The question of a lens or the stance of a role, as each run was last asked with it."""

    kind: Literal["lens", "role"]
    name: str
    a: str
    b: str


class Twin(Record):
    """Two scenes of the same cell that were asked differently: ids in A and in B.

    What differs is the prompt, or, for the same prompt, the model or its parameters.
    """

    lens: str
    role: str
    form: str
    passage: int
    attempt: int
    a: str
    b: str
    differs: Literal["prompt", "model"]


class Rejudged(Record):
    """A scene of both runs with another verdict in each."""

    id: str
    lens: str
    role: str
    a: Verdict
    b: Verdict


class Comparison(Record):
    """Two runs, A and B. ``seed`` is None when it is the same in both.

    ``wordings`` compares lenses and roles that both runs have asked with, unless the runs are in
    different languages. ``only_in_a`` and ``only_in_b`` hold ids of judged scenes, ``in_both``
    those of the same prompt, model and parameters, ``retold`` those of them with different texts.
    ``twins`` pairs some of the others.
    """

    a: Side
    b: Side
    seed: SeedChange | None
    settings: tuple[SettingChange, ...]
    weights: tuple[WeightChange, ...]
    wordings: tuple[Wording, ...]
    covered_only_in_a: tuple[str, ...]
    covered_only_in_b: tuple[str, ...]
    in_both: tuple[str, ...]
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    twins: tuple[Twin, ...]
    rejudged: tuple[Rejudged, ...]
    retold: tuple[str, ...]
