"""What a run says while it works: one live line on a terminal, plain lines elsewhere."""

import os
import sys
import time
from types import TracebackType
from typing import Any, TextIO

from distillnet.cli.duration import duration
from distillnet.cli.folding import folded
from distillnet.tools.terminal import columns, fitted, terminal

_EVERY_SECONDS = 10.0
# How many of the first answers are shown as they come.
_SHOWN = 3
_WIDTH = 79
_LONGEST = 2_000  # of a text that may be a whole book


class Progress:
    """Prints a run's events to ``stream``; use as a context manager, call with each event.

    A finished stage is one line. Work in progress is a line that is rewritten on a terminal, and
    printed anew every ten seconds elsewhere or under NO_COLOR.
    """

    def __init__(self, stream: TextIO = sys.stderr, *, names_seed: bool = True) -> None:
        self._stream = stream
        self._names_seed = names_seed
        self._live = stream.isatty() and "NO_COLOR" not in os.environ
        self._drawn = 0
        self._last = 0.0
        self._cells = self._done = self._kept = self._tokens = self._failed = self._shown = 0
        self._start = time.monotonic()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._erase()

    def __call__(self, event: dict[str, Any]) -> None:
        if "note" in event:
            self._wrapped("note", event["note"])
        elif "call" in event:
            self._called(event)
        elif "train" in event:
            self._training(event["train"])
        elif "evaluate" in event:
            self._work("evaluate", f"{event['evaluate']} of {event['of']} items")
        else:
            self._stage(event)

    def _stage(self, event: dict[str, Any]) -> None:
        stage = event["stage"]
        if stage == "seed":
            if self._names_seed:
                self._line("seed", event["text"])
        elif stage == "examine" and "items" in event:
            facts = f"{event['facts']} fact{'' if event['facts'] == 1 else 's'}"
            self._line("examine", f"{event['items']} test items on {facts}, before any scene")
        elif stage in ("plan", "resume"):
            self._cells, self._done, self._kept = event["cells"], 0, 0
            self._tokens, self._failed = 0, 0
            self._start = time.monotonic()
            name = f"round {event['round']}" if stage == "plan" else "resume"
            kinds = event.get("gaps", {})
            # The first round is about lenses alone.
            why = f": {_listed(kinds)}" if event.get("round", 1) > 1 else ""
            self._line(name, f"{event['cells']} cells planned{why}")
        elif stage == "clean":
            verdicts = sorted(event["verdicts"].items(), key=lambda pair: -pair[1])
            self._line("clean", ", ".join(f"{n} {name}" for name, n in verdicts) or "nothing new")
        elif stage == "student" and "arm" in event:
            self._line(
                f"{event['number']} of {event['of']}",
                f"{event['arm']}, learning rate {event['learning_rate']:g}, seed {event['seed']}",
            )
        elif stage == "coverage":
            self._wrapped("coverage", event["reason"])
        else:
            self._line(stage, "...")

    def _called(self, event: dict[str, Any]) -> None:
        self._done += 1
        self._kept += event["kept"]
        self._failed += event["error"] is not None
        self._tokens += 0 if event["kept"] else event["tokens"]
        if not event["kept"] and not event["error"] and self._shown < _SHOWN:
            self._shown += 1
            self._sample(event)
        parts = [f"{self._done} of {self._cells} answers"]
        if self._kept:
            parts.append(f"{self._kept} from the ledger")
        if self._failed:
            parts.append(f"{self._failed} failed")
        seconds = max(1e-3, time.monotonic() - self._start)
        if asked := self._done - self._kept:
            parts.append(f"{self._tokens / seconds:.0f} tokens/s")
        # Answers of a batch end together, so the first few say nothing of the pace.
        if asked and self._done >= 0.2 * self._cells:
            rest = seconds / asked * (self._cells - self._done)
            parts.append(f"{duration(rest)} left")
        self._work("interpret", ", ".join(parts), last=self._done >= self._cells)

    def _wrapped(self, name: str, text: str, *, lines: int = 4) -> None:
        """On up to so many lines."""
        for line in folded(terminal(text[:_LONGEST]), _WIDTH - 11, most=lines):
            self._line(name, line)
            name = ""

    def _sample(self, event: dict[str, Any]) -> None:
        """The beginning of one of the first answers: what the run is paying for."""
        self._line(f"answer {self._shown}", f"{event['lens']}, by {event['role']}:")
        self._wrapped("", event["text"], lines=3)

    def _training(self, step: dict[str, Any]) -> None:
        self._work(
            "train",
            f"step {step['step']} of {step['steps']}, loss {step['loss']:.3f}, "
            f"{step['tokens_per_second']:.0f} tokens/s, {duration(step['seconds_left'])} left",
            last=step["step"] >= step["steps"],
        )

    def _work(self, name: str, text: str, *, last: bool = False) -> None:
        if last:
            self._line(name, text)
        elif self._live:
            line = _shaped(name, text)
            width = columns(line)
            self._stream.write(f"\r{line}{' ' * (self._drawn - width)}")
            self._stream.flush()
            self._drawn = width
        elif time.monotonic() - self._last >= _EVERY_SECONDS:
            self._line(name, text)

    def _line(self, name: str, text: str) -> None:
        self._erase()
        self._last = time.monotonic()
        print(_shaped(name, text), file=self._stream, flush=True)

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write(f"\r{' ' * self._drawn}\r")
            self._stream.flush()
            self._drawn = 0


def _listed(kinds: dict[str, int]) -> str:
    """The kinds of gaps that cells are to fill: "2 lenses, 1 fact"."""
    names = {"lens": ("lens", "lenses"), "beyond": ("lens of its own", "lenses of its own")}
    return ", ".join(
        f"{n} {names.get(kind, (kind, f'{kind}s'))[n > 1]}" for kind, n in kinds.items()
    )


def _shaped(name: str, text: str) -> str:
    return fitted(f"{name:<10} {terminal(text[:_LONGEST])}", _WIDTH)
