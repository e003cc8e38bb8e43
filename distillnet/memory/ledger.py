"""The ledger: one SQLite file that holds everything that was paid for, and is the only truth.

Chroma, the exports and the report can be deleted and made again from it. A call is committed
inline, before its node returns and before anything is parsed; a thread hop in between would leave
a window in which a killed process has paid for an answer that it does not have.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from distillnet.memory.database import Database
from distillnet.memory.embed import Vectors
from distillnet.records import Attempt, Call, Cell, Scene, Spent

SURE = 0.5
"""A scene repeats another's angle for the critic where that is likelier than not."""


class Ledger:
    """Opened for one run directory by one process; every writing method commits.

    Nodes may use it from worker threads, one at a time.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Raises what ``Database`` raises; ``read_only`` works on a copy in memory, as of now."""
        self._db = Database(path, read_only=read_only)

    @property
    def is_full(self) -> bool:
        """The disk was found full; answers in flight went into the room kept for them."""
        return self._db.is_full

    def close(self) -> None:
        self._db.close()

    def write_fact(self, name: str, value: Any) -> None:
        """Stores a JSON value under a name: the seed, the exam, the coverage."""
        self._db.execute(
            "INSERT INTO facts VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, _encodable(json.dumps(value, ensure_ascii=False))),
        )

    def fact(self, name: str) -> Any:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def add_cells(self, cells: Iterable[Cell]) -> None:
        """Adds those that are new, all or none, and gives each its place in the order.

        Scenes are judged in this order, whatever order their answers arrive in.
        """
        rows = [(cell.id, cell.model_dump_json()) for cell in cells]
        self._db.write("INSERT OR IGNORE INTO cells (id, cell) VALUES (?, ?)", rows)

    def cell(self, id: str) -> Cell:
        (text,) = self._db.execute("SELECT cell FROM cells WHERE id = ?", (id,)).fetchone()
        return Cell.model_validate_json(text)

    def cells(self) -> list[Cell]:
        """All planned cells, in their order."""
        rows = self._db.execute("SELECT cell FROM cells ORDER BY place")
        return [Cell.model_validate_json(text) for (text,) in rows]

    def last_place(self) -> int:
        """Of the cells in their order, from 1; 0 where there is none."""
        ((place,),) = self._db.execute("SELECT coalesce(max(place), 0) FROM cells")
        return int(place)

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
        error = None if call.error is None else _encodable(call.error)
        call = call.model_copy(update={"raw": _encodable(call.raw), "error": error})
        row = (call.cell, _encodable(prompt), call.model_dump_json(), error is not None)
        ended = [] if attempt is None else [(_END_ATTEMPT, _ending(attempt))]
        self._db.keep((_RECORD_CALL, row), *ended)

    def take_over(self, cell: str, earlier: "Ledger") -> bool:
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

    def record_scenes(self, scenes: Iterable[tuple[Scene, Vectors | None]]) -> None:
        """Stores judged scenes, whose cells are in the ledger, with their vectors; all or none."""
        rows = [
            (
                scene.verdict,
                scene.model_dump_json(),
                None if vector is None else np.asarray(vector, np.float32).tobytes(),
                scene.id,
            )
            for scene, vector in scenes
        ]
        self._db.write(
            "INSERT INTO scenes SELECT place, id, ?, ?, ? FROM cells WHERE id = ?"
            " ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict,"
            " scene = excluded.scene, embedding = excluded.embedding",
            rows,
        )

    def is_judged(self, cell: str) -> bool:
        """Whether the cell's answer has a verdict; a failed call is judged anew on each try."""
        row = self._db.execute(
            "SELECT 1 FROM scenes WHERE id = ? AND verdict <> 'failed'", (cell,)
        ).fetchone()
        return row is not None

    def text(self, id: str) -> str:
        """The text of a judged scene. Raises LookupError where there is none."""
        row = self._db.execute(
            "SELECT json_extract(scene, '$.text') FROM scenes WHERE id = ?", (id,)
        ).fetchone()
        if row is None:
            raise LookupError(f"no scene {id} in the ledger")
        return str(row[0])

    def accepted_of(self, ids: Sequence[str]) -> tuple[list[Scene], Vectors]:
        """(the accepted ones of ``ids``, in the order of their cells; their vectors (n, d))."""
        # The plus keeps SQLite from going through all accepted ones.
        rows = self._db.execute(
            "SELECT scene, embedding FROM scenes WHERE id IN (SELECT value FROM json_each(?))"
            " AND +verdict = 'accepted' ORDER BY place",
            (json.dumps(list(ids)),),
        ).fetchall()
        scenes = [Scene.model_validate_json(text) for text, _ in rows]
        vectors = [np.frombuffer(blob, np.float32) for _, blob in rows]
        return scenes, np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)

    def accepted_ids(self) -> list[str]:
        """All accepted scenes, in the order of their cells."""
        rows = self._db.execute("SELECT id FROM scenes WHERE verdict = 'accepted' ORDER BY place")
        return [id for (id,) in rows]

    def accepted_texts(self) -> tuple[list[str], list[str], Vectors]:
        """(ids, texts, vectors (n, d)) of all accepted scenes, in the order of their cells."""
        ids, texts = self.accepted_ids(), []
        vectors = np.zeros((0, 0), np.float32)
        rows = self._db.execute(
            "SELECT json_extract(scene, '$.text'), embedding FROM scenes"
            " WHERE verdict = 'accepted' ORDER BY place"
        )
        for place, (text, blob) in enumerate(rows):
            vector = np.frombuffer(blob, np.float32)
            if not place:
                vectors = np.empty((len(ids), len(vector)), np.float32)
            vectors[place] = vector
            texts.append(text)
        return ids, texts, vectors

    def record_angles(self, placed: Iterable[tuple[str, int, str | None, float]]) -> None:
        """Stores (scene, its angle, the scene nearest to it, how surely they make one point)."""
        self._db.write("INSERT OR REPLACE INTO angles VALUES (?, ?, ?, ?)", placed)

    def forget_angles(self) -> None:
        """Takes all labels back: they were given by another rule."""
        self._db.execute("DELETE FROM angles")

    def angles(self) -> dict[str, int]:
        """The angle that each accepted scene shows, in the order of the scenes."""
        rows = self._db.execute(
            "SELECT id, angle FROM angles JOIN scenes USING (id) WHERE verdict = 'accepted'"
            " ORDER BY place"
        )
        return dict(rows.fetchall())

    def unsure_angles(self) -> set[str]:
        """The scenes that were given an earlier one's angle though it is likelier that they differ.

        The threshold of one angle lies below one half, where counting errs least. (Scenes that
        opened an angle are among them.)
        """
        rows = self._db.execute("SELECT id FROM angles WHERE probability < ?", (SURE,))
        return {id for (id,) in rows}

    def of_largest_angles(self, count: int, round: int) -> list[str]:
        """The first scene of each of the ``count`` angles that most scenes up to ``round`` show."""
        rows = self._db.execute(
            "SELECT id, min(place) FROM scenes JOIN angles USING (id) WHERE round <= ?"
            " GROUP BY angle ORDER BY count(*) DESC, min(place) LIMIT ?",
            (round, count),
        )
        return [id for id, _ in rows]

    def without_angle(self) -> list[str]:
        """Accepted scenes that have no label yet, in their order."""
        rows = self._db.execute(
            "SELECT id FROM scenes WHERE verdict = 'accepted'"
            " AND id NOT IN (SELECT id FROM angles) ORDER BY place"
        )
        return [id for (id,) in rows]

    def verdicts(self) -> dict[str, int]:
        """How often each verdict fell."""
        rows = self._db.execute("SELECT verdict, count(*) FROM scenes GROUP BY verdict")
        return dict(rows.fetchall())

    def select(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a reading statement; see ``agents/census.py``."""
        return self._db.execute(statement, values).fetchall()

    def scenes(self, *, accepted: bool | None = None) -> list[Scene]:
        """Judged scenes in the order of their cells: all, or only (not) accepted ones."""
        rows = self._db.execute(f"SELECT scene FROM scenes {_where(accepted)} ORDER BY place")
        return [Scene.model_validate_json(text) for (text,) in rows]

    def vectors(self, *, accepted: bool | None = None) -> dict[str, Vectors]:
        """Vector by scene id, for the scenes that have one."""
        rows = self._db.execute(
            f"SELECT id, embedding FROM scenes {_where(accepted)} ORDER BY place"
        )
        return {id: np.frombuffer(blob, np.float32) for id, blob in rows if blob is not None}


_RECORD_CALL = (
    "INSERT INTO calls VALUES (?, ?, ?, ?) ON CONFLICT (cell) DO UPDATE SET"
    " call = excluded.call, failed = excluded.failed WHERE failed"
)
_END_ATTEMPT = (
    "UPDATE attempts SET outcome = ?, input_tokens = ?, output_tokens = ?, usd = ?, seconds = ?"
    " WHERE number = ?"
)


def _ending(attempt: Attempt) -> tuple[Any, ...]:
    return (
        attempt.outcome,
        attempt.input_tokens,
        attempt.output_tokens,
        attempt.usd,
        attempt.seconds,
        attempt.number,
    )


def _encodable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _where(accepted: bool | None) -> str:
    return {
        None: "",
        True: "WHERE verdict = 'accepted'",
        False: "WHERE verdict <> 'accepted'",
    }[accepted]
