"""What a run says, line by line."""

import io
import re

from distillnet.cli.progress import Progress
from tests.hostile.corpus import TEXTS


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def say(stream: io.StringIO, *events: dict[str, object]) -> str:
    with Progress(stream) as progress:
        for event in events:
            progress(event)
    return stream.getvalue()


# An answer that needs no showing: three have been shown, or this one was paid for before.
CALL = {
    "call": "a",
    "lens": "irony",
    "role": "dog",
    "kept": True,
    "tokens": 10,
    "error": None,
    "text": "Bones are a kind of freedom.",
}
NEW = CALL | {"kept": False}


def test_without_a_terminal_there_are_only_whole_lines() -> None:
    said = say(
        io.StringIO(), {"stage": "plan", "round": 1, "cells": 2}, CALL, CALL | {"error": "down"}
    )
    first, last = said.splitlines()
    assert first == "round 1    2 cells planned"
    assert last == "interpret  2 of 2 answers, 2 from the ledger, 1 failed"


def test_a_terminal_gets_one_line_that_is_rewritten() -> None:
    said = say(Terminal(), {"stage": "plan", "round": 1, "cells": 3}, CALL, CALL)
    assert said.count("\n") == 1
    assert "\rinterpret  1 of 3 answers" in said
    assert said.endswith("\r")


def test_a_resumed_wave_knows_its_size() -> None:
    said = say(io.StringIO(), {"stage": "resume", "cells": 2}, CALL, CALL)
    assert "interpret  2 of 2 answers" in said


def test_answers_from_the_ledger_are_not_counted_as_speed() -> None:
    said = say(io.StringIO(), {"stage": "plan", "round": 1, "cells": 2}, CALL, CALL)
    assert said.splitlines()[-1] == "interpret  2 of 2 answers, 2 from the ledger"
    said = say(io.StringIO(), {"stage": "plan", "round": 1, "cells": 2}, CALL, NEW)
    assert re.search(r"2 of 2 answers, 1 from the ledger, \d+ tokens/s, 0 s left", said)


def test_the_first_three_new_answers_are_shown_as_they_come() -> None:
    long = NEW | {"text": "A bone is a wish.\x1b[2J " * 40}
    failed = NEW | {"error": "timeout", "text": ""}
    said = say(
        io.StringIO(), {"stage": "plan", "round": 1, "cells": 9}, CALL, failed, NEW, long, NEW, NEW
    )
    shown = [line for line in said.splitlines() if line.startswith("answer")]
    assert shown == [f"answer {n}   irony, by dog:" for n in (1, 2, 3)]
    assert said.count("Bones are a kind of freedom.") == 2
    lines = [line for line in said.splitlines() if "A bone is a wish." in line]
    assert len(lines) == 3 and lines[-1].endswith("…")
    assert all(len(line) < 80 for line in said.splitlines()) and "\x1b" not in said


def test_long_texts_and_line_breaks_stay_on_one_line_of_80() -> None:
    said = say(io.StringIO(), {"stage": "seed", "text": "a long\nseed " * 40})
    assert len(said.splitlines()) == 1
    assert len(said.rstrip("\n")) < 80


def test_no_text_steers_the_terminal() -> None:
    for text in TEXTS.values():
        said = say(Terminal(), {"stage": "seed", "text": text}, {"note": text})
        assert 1 <= len(said.splitlines()) <= 5  # a line of the seed, four at most of the note
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", said
        )


def test_wide_characters_take_two_columns() -> None:
    said = say(io.StringIO(), {"stage": "seed", "text": "字" * 100})
    assert said == f"seed       {'字' * 33}…\n"
