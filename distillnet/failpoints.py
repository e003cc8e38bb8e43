"""Named moments at which a test may end the process, as a power cut would.

``DISTILLNET_FAILPOINT=after_call_before_ledger:3`` kills it when that moment comes for the third
time. ``architecture/reliability.md`` lists them.
"""

import functools
import itertools
import os
import signal

VARIABLE = "DISTILLNET_FAILPOINT"
NAMES = (
    "after_reserve_before_call",
    "after_call_before_ledger",
    "after_ledger_before_checkpoint",
    "after_verdicts_before_store",
    "after_coverage_before_checkpoint",
    "during_export",
    "before_report",
)
# What only a run by batch passes.
BATCH_NAMES = (
    "after_upload_before_note",
    "after_note_before_batch",
    "after_batch_before_note",
    "after_download_before_ledger",
    "after_ledger_before_clear",
)


@functools.cache
def _wanted() -> tuple[str, int]:
    name, _, count = os.environ.get(VARIABLE, "").partition(":")
    return name, int(count or 1)


_passed = itertools.count(1)


def reach(name: str) -> None:
    """Ends the process here, without any clean-up, if it was told to."""
    wanted, count = _wanted()
    if name == wanted and next(_passed) == count:
        os.kill(os.getpid(), signal.SIGKILL)
