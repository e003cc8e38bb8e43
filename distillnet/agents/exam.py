"""The whole exam on a seed: recall first, then what else is examined."""

from collections.abc import Sequence

from distillnet.agents.exam_probes import most_probes, write_probes
from distillnet.agents.examiner import write_items
from distillnet.config import Exam
from distillnet.records import Fact, Item, Lens, Seed


def write_exam(
    seed: Seed,
    facts: Sequence[Fact],
    framings: Sequence[Lens],
    settings: Exam,
    *,
    random_seed: int,
) -> list[Item]:
    """Items on the ``facts`` of the seed; ``framings`` are lenses held out from training."""
    recall = write_items(seed, facts, framings, settings, random_seed=random_seed)
    return [*recall, *write_probes(seed, facts, recall, settings, random_seed=random_seed)]


def most_items(settings: Exam) -> int:
    """The most items that ``write_exam`` writes."""
    return settings.max_items + most_probes(settings)
