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

from distillnet.memory.calls import Calls, encodable
from distillnet.memory.database import Database
from distillnet.memory.embed import Vectors
from distillnet.records import Cell, Scene

SURE = 0.5
"""A scene repeats another's angle for the critic where that is likelier than not."""


class Ledger(Calls):
    """Opened for one run directory by one process; every writing method commits.

    Nodes may use it from worker threads, one at a time.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Raises what ``Database`` raises; ``read_only`` works on a copy in memory, as of now."""
        super().__init__(Database(path, read_only=read_only))

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
            (name, encodable(json.dumps(value, ensure_ascii=False))),
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


def _where(accepted: bool | None) -> str:
    return {
        None: "",
        True: "WHERE verdict = 'accepted'",
        False: "WHERE verdict <> 'accepted'",
    }[accepted]
