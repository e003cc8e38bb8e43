"""What can be known to fail before a run begins."""

from pathlib import Path

from distillnet.agents.registry import load_roles
from distillnet.config import Settings
from distillnet.errors import UsageError
from distillnet.memory.embed import open_embedder
from distillnet.models.chat import open_teacher
from distillnet.models.spending import price_for
from distillnet.models.weights import require_torch
from distillnet.tools.lenses import load_lenses, split_lenses


def check_settings(settings: Settings) -> None:
    """Everything that can be known to fail before a directory is made.

    Raises UnknownName, ConfigError, UsageError (too many lenses, a student without a folder),
    MissingExtra or ModelAccessError.
    """
    load_roles(settings.roles)
    split_lenses(load_lenses(settings.lens_folders), settings.lenses, settings.only)
    if settings.batch and not settings.model.startswith("openai:"):
        raise UsageError(
            f"{settings.model!r} has no batch API here: give --model openai:NAME, or --no-batch"
        )
    open_teacher(settings)
    if settings.budget_usd is not None and price_for(settings) is None:
        raise UsageError(
            f"the price of {settings.model!r} is not known, so a budget in dollars cannot be kept: "
            "give --budget-tokens, or its price as DISTILLNET_PRICE__INPUT and "
            "DISTILLNET_PRICE__OUTPUT (dollars for a million tokens)"
        )
    open_embedder(settings.embeddings)
    if settings.train:
        require_torch("training the student (or give --no-train)")
        if settings.student != "embedded" and not Path(settings.student, "config.json").is_file():
            raise UsageError(
                f"no student at {settings.student!r}: give 'embedded' or a folder with "
                "config.json and weights"
            )
