"""Requests and answers in the ledger: what was sent, what it cost, and what came back."""

from typing import Any

from distillnet.memory.database import Database
from distillnet.records import Attempt, Call, Spent

_RECORD_CALL = (
    "INSERT INTO calls VALUES (?, ?, ?, ?) ON CONFLICT (cell) DO UPDATE SET"
    " call = excluded.call, failed = excluded.failed WHERE failed"
)
_END_ATTEMPT = (
    "UPDATE attempts SET outcome = ?, input_tokens = ?, output_tokens = ?, usd = ?, seconds = ?"
    " WHERE number = ?"
)


class Calls:
    """The ledger's part that is paid for. A call is what one cell asks, an attempt one request."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin_attempt(
        self, cell: str, *, input_tokens: int, output_tokens: int, usd: float | None
    ) -> int:
        """Notes a request before it is sent, with the most it can cost; returns its number."""
        cursor = self._db.execute(
            "INSERT INTO attempts VALUES (NULL, ?, NULL, ?, ?, ?, 0)",
            (cell, input_tokens, output_tokens, usd),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def end_attempt(self, attempt: Attempt) -> None:
        """Notes how a request ended."""
        self._db.keep((_END_ATTEMPT, _ending(attempt)))

    def record_call(self, call: Call, *, prompt: str, attempt: Attempt | None = None) -> None:
        """Commits what a call brought and the end of the attempt that did, both or neither.

        A later success replaces a failure, never the reverse. Lone surrogates, which servers do
        send, become U+FFFD: neither JSON nor SQLite takes them.
        """
        error = None if call.error is None else encodable(call.error)
        call = call.model_copy(update={"raw": encodable(call.raw), "error": error})
        row = (call.cell, encodable(prompt), call.model_dump_json(), error is not None)
        ended = [] if attempt is None else [(_END_ATTEMPT, _ending(attempt))]
        self._db.keep((_RECORD_CALL, row), *ended)

    def take_over(self, cell: str, earlier: "Calls") -> bool:
        """Copies what another run's ledger has as the answer to the same call, which costs nothing.

        False where it has none.
        """
        call, prompt = earlier.call(cell), earlier.prompt(cell)
        if call is None or call.error is not None or prompt is None:
            return False
        self.record_call(call, prompt=prompt)
        return True

    def attempts(self, cell: str) -> list[Attempt]:
        """The requests made for a call, in their order."""
        rows = self._db.execute("SELECT * FROM attempts WHERE cell = ? ORDER BY number", (cell,))
        return [
            Attempt.model_validate(dict(zip(Attempt.model_fields, row, strict=True)))
            for row in rows
        ]

    def spent(self) -> Spent:
        """All requests so far; one that was in flight when the process died counts in full."""
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
            " coalesce(sum(usd), 0.0) FROM attempts"
        ).fetchone()
        return Spent.model_validate(dict(zip(Spent.model_fields, row, strict=True)))

    def outcomes(self) -> dict[str, int]:
        """How many requests ended how, by name; ``unknown`` for those cut off by a kill."""
        rows = self._db.execute(
            "SELECT coalesce(outcome, 'unknown'), count(*) FROM attempts GROUP BY 1 ORDER BY 1"
        )
        return dict(rows.fetchall())

    def call(self, cell: str) -> Call | None:
        row = self._db.execute("SELECT call FROM calls WHERE cell = ?", (cell,)).fetchone()
        return None if row is None else Call.model_validate_json(row[0])

    def has_answer(self, cell: str) -> bool:
        """Whether this call was made and answered, so that it need not be paid for again."""
        row = self._db.execute("SELECT 1 FROM calls WHERE cell = ? AND NOT failed", (cell,))
        return row.fetchone() is not None

    def prompt(self, cell: str) -> str | None:
        row = self._db.execute("SELECT prompt FROM calls WHERE cell = ?", (cell,)).fetchone()
        return None if row is None else str(row[0])

    def calls(self) -> list[Call]:
        rows = self._db.execute("SELECT call FROM calls")
        return [Call.model_validate_json(text) for (text,) in rows]


def _ending(attempt: Attempt) -> tuple[Any, ...]:
    return (
        attempt.outcome,
        attempt.input_tokens,
        attempt.output_tokens,
        attempt.usd,
        attempt.seconds,
        attempt.number,
    )


def encodable(text: str) -> str:
    """With U+FFFD for lone surrogates, and for pairs of them what they stand for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
