"""The accuracies of distillnet, for the tasks that lie beside a copy of this file.

It stands alone: the harness calls it where distillnet need not be installed.
"""

from collections.abc import Sequence
from typing import Any


def accuracies(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """Whether one item is right, as 0 or 1: ``acc`` by the sums, ``acc_norm`` per character.

    ``results`` hold a log-likelihood in nats for each of ``doc["choices"]``. One more choice than
    options is the line break alone, with which the others begin: it counts for none of them.
    """
    sums = [float(total) for total, _ in results]
    if len(sums) > len(doc["options"]):
        line_break = sums.pop()
        sums = [total - line_break for total in sums]
    per_character = [
        total / max(1, len(option)) for total, option in zip(sums, doc["options"], strict=True)
    ]
    return {
        name: float(scores.index(max(scores)) == doc["correct"])
        for name, scores in (("acc", sums), ("acc_norm", per_character))
    }
