"""Everything DistillNet raises on purpose.

DistillNetError                exit code 1   a bug or an unforeseen state
|-- UsageError                 exit code 2   the command or an argument is wrong
|   |-- SeedError                            the seed cannot be read
|   |-- UnknownName                          no such role, lens, model ...; suggests the nearest
|   `-- MissingExtra                         an optional dependency group is not installed
|-- TooManyFailures            exit code 3   the run finished, but too many calls failed
|-- BudgetReached              exit code 4   a hard cap stopped the run; everything paid for is kept
|-- ConfigError                exit code 5   settings, plan or run files are invalid or have changed
|-- RunLocked                  exit code 6   another process works in this run directory
|-- ModelAccessError           exit code 7   authentication or quota
|-- StorageError               exit code 1   the disk is full, read-only or locked
`-- Interrupted                exit code 130 stopped by the user; calls in flight were kept

The message of each is one sentence for the user that names the cure; the command line prints it
without a traceback and ends with the class's exit code.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class DistillNetError(Exception):
    """Root of the tree."""

    exit_code = 1


class UsageError(DistillNetError):
    exit_code = 2


class SeedError(UsageError):
    pass


class UnknownName(UsageError):
    """A name that is in no registry: ``no role 'philosofer'. Did you mean 'philosopher'?``"""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."
        super().__init__(f"no {kind} {name!r}. {hint}")


class MissingExtra(UsageError):
    """An optional dependency group is needed: the message is the exact install line."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the [{extra}] extra: pip install 'distillnet[{extra}]'")


class TooManyFailures(DistillNetError):
    exit_code = 3


class BudgetReached(DistillNetError):
    exit_code = 4


class ConfigError(DistillNetError):
    exit_code = 5


class RunLocked(DistillNetError):
    exit_code = 6


class ModelAccessError(DistillNetError):
    exit_code = 7


class StorageError(DistillNetError):
    exit_code = 1


class Interrupted(DistillNetError):
    exit_code = 130


def one_line(error: Exception) -> str:
    """An error that was not foreseen, in a result that names what has failed."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
