"""Students and scenes, judged by capable chat models."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distillnet.api.given import silent
from distillnet.config import load_settings
from distillnet.records import OnEvent

if TYPE_CHECKING:
    from distillnet.graphs.judged.result import JudgedResult
    from distillnet.graphs.judged.students import Judging


def prepare_judging(
    directory: str | Path,
    *,
    judges: Sequence[str],
    against: str | Path | None = None,
    base_url: str | None = None,
    limit: int = 24,
    out: str | Path | None = None,
    **settings: Any,
) -> "Judging":
    """What ``judge`` would do with the same arguments, with its plan; ``run`` of it judges.

    Opens no judge, needs no key, and writes nothing. ``settings`` are the caps and how a request
    is made (``budget_calls``, ``budget_usd``, ``timeout`` ...).
    """
    from distillnet.graphs.judged.students import prepare

    return prepare(
        Path(directory),
        judges,
        load_settings(**settings),
        against=None if against is None else Path(against),
        base_url=base_url,
        limit=limit,
        out=None if out is None else Path(out),
    )


def judge(
    directory: str | Path, *, on_event: OnEvent | None = None, **options: Any
) -> "JudgedResult":
    """Two or more capable models compare the student of a run with its base, or with another.

    ``judges`` are names like ``openai:gpt-5-mini``, all at ``base_url`` where it is given;
    ``against`` is the directory of another run. Both students answer up to ``limit`` open requests
    on the seed's facts, each judge sees each pair in both orders, and says of as many scenes
    through which lens they look. Kept in ``out`` (``judged`` in the run's directory): the same call
    again generates and asks nothing. Raises TooManyFailures where too many calls failed, after
    what came of the others was written.
    """
    ready = prepare_judging(directory, **options)
    result = ready.run(on_event or silent)
    ready.require_whole(result)
    return result
