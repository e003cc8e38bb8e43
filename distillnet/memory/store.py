"""The vector store: Chroma, a few collections a seed, rebuilt from the ledger where they differ."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, cast

import numpy as np

from distillnet.memory.embed import Vectors
from distillnet.memory.ledger import Ledger
from distillnet.records import Scene

_BATCH = 5_000
# Chroma flushes its HNSW index to disk every so many rows, and a process killed during the flush
# can leave the collection unreadable. Never flushing costs a few seconds when 10,000 are reopened.
_NEVER_FLUSH = 1_000_000
# As it is never flushed, every write reads all of its collection's log again: 14 ms of CPU for each
# 1,000 rows. So a seed has several collections of so many rows.
_ROWS = 10_000
# Looked at when a scene enters the index: half the time of Chroma's 100, and the same recall (0.98
# of the 10 nearest among 30,000).
_CANDIDATES = 40


class SceneStore:
    """Accepted scenes of one seed, by meaning."""

    def __init__(self, path: Path, seed_id: str) -> None:
        import chromadb
        from chromadb.api.client import Client
        from chromadb.config import Settings

        self._path = path
        _blank(path)
        client = chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))
        self._client = cast(Client, client)
        self._seed_id = seed_id
        self._collections: list[Any] = []
        self._number: dict[str, int] = {}
        """In which of the collections each scene is."""
        try:
            self._open_collection()
            known = {collection.name for collection in self._client.list_collections()}
            while self._name(len(self._collections)) in known:
                self._open_collection()
        except BaseException:
            self._client.close()
            raise

    def _open_collection(self) -> None:
        """The next one, which is made if need be."""
        number = len(self._collections)
        opened = self._client.get_or_create_collection(
            self._name(number),
            embedding_function=None,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "sync_threshold": _NEVER_FLUSH,
                    "ef_construction": _CANDIDATES,
                }
            },
        )
        self._collections.append(opened)
        self._number.update(dict.fromkeys(opened.get(include=[])["ids"], number))

    def _name(self, number: int) -> str:
        return f"seed-{self._seed_id}" + (f"-{number + 1}" if number else "")

    def _parts(self, numbers: Sequence[int]) -> Iterator[tuple[Any, list[int]]]:
        """(a collection, places in ``numbers`` that name it), not too many at once."""
        for number in sorted(set(numbers)):
            while number >= len(self._collections):
                self._open_collection()
            places = [place for place, other in enumerate(numbers) if other == number]
            for start in range(0, len(places), _BATCH):
                yield self._collections[number], places[start : start + _BATCH]

    @property
    def ids(self) -> list[str]:
        return list(self._number)

    def close(self) -> None:
        """Lets go of the files; Chroma would keep them open for the life of the process."""
        self._client.close()
        _blank(self._path)

    def upsert(self, scenes: Sequence[Scene], vectors: Vectors) -> None:
        """Adds or replaces scenes by id; ``vectors`` is (n, d)."""
        new = count(len(self._number))
        numbers = [
            next(new) // _ROWS if (known := self._number.get(scene.id)) is None else known
            for scene in scenes
        ]
        for collection, places in self._parts(numbers):
            part = [scenes[place] for place in places]
            collection.upsert(
                ids=[scene.id for scene in part],
                embeddings=vectors[places],
                metadatas=[
                    {
                        "lens": scene.lens,
                        "family": scene.family,
                        "role": scene.role,
                        "form": scene.form,
                        "faithfulness": scene.faithfulness,
                        "round": scene.round,
                    }
                    for scene in part
                ],
            )
            self._number.update((scenes[place].id, numbers[place]) for place in places)
        _blank(self._path)

    def add(self, scenes: Sequence[Scene], vectors: Vectors) -> None:
        """Adds those that are not there yet; ``vectors`` is (n, d)."""
        new = [i for i, scene in enumerate(scenes) if scene.id not in self._number]
        if new:
            self.upsert([scenes[i] for i in new], vectors[new])

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """(n, d) vectors in the order of ``ids``. Raises LookupError when one is not there."""
        if missing := [id for id in ids if id not in self._number]:
            raise LookupError(f"{len(missing)} scenes are not in the vector store: {missing[0]}")
        found: dict[str, Any] = {}
        for collection, places in self._parts([self._number[id] for id in ids]):
            got = collection.get(ids=[ids[place] for place in places], include=["embeddings"])
            found.update(zip(got["ids"], np.asarray(got["embeddings"], np.float32), strict=True))
        return np.stack([found[id] for id in ids]) if ids else np.zeros((0, 0), np.float32)

    def match_ledger(self, ledger: Ledger) -> int:
        """Brings the collections to what the ledger says; returns how many rows that changed."""
        accepted = ledger.accepted_ids()
        missing = [id for id in accepted if id not in self._number]
        for start in range(0, len(missing), _BATCH):
            self.upsert(*ledger.accepted_of(missing[start : start + _BATCH]))
        stale = sorted(self._number.keys() - set(accepted))
        for collection, places in self._parts([self._number[id] for id in stale]):
            collection.delete(ids=[stale[place] for place in places])
        for id in stale:
            del self._number[id]
        return len(missing) + len(stale)


def _blank(path: Path) -> None:
    """Fills the files of the index with zeros.

    Chroma writes them when it makes the index, as they were allocated: with whatever the process's
    memory held before, a key among it. As the index is never flushed, nothing of ours is in them.
    """
    for name in ("data_level0.bin", "length.bin"):
        for file in path.glob(f"*/{name}"):
            with file.open("r+b") as opened:
                opened.write(bytes(file.stat().st_size))


def open_store(path: Path, seed_id: str, ledger: Ledger) -> tuple[SceneStore, str | None]:
    """(the store, in agreement with the ledger; a sentence when it had to be mended, else None).

    A directory that Chroma cannot read is renamed away, not deleted, and built again.
    """
    existed = path.exists()
    try:
        store, changed = _open(path, seed_id, ledger)
        note = f"{changed} scenes of the vector store mended from the ledger"
        return store, note if changed else None
    except Exception as error:
        if not existed:
            raise
        from chromadb.api.shared_system_client import SharedSystemClient

        # A client that failed to start stays in Chroma's cache and would be handed out again.
        SharedSystemClient.clear_system_cache()
        broken = path.with_name(f"{path.name}.broken")
        while broken.exists():
            broken = broken.with_name(f"{broken.name}-")
        path.rename(broken)
        store, changed = _open(path, seed_id, ledger)
        return store, (
            f"the vector store could not be read ({type(error).__name__}): moved to {broken.name}, "
            f"{changed} scenes rebuilt from the ledger"
        )


def _open(path: Path, seed_id: str, ledger: Ledger) -> tuple[SceneStore, int]:
    store = SceneStore(path, seed_id)
    try:
        return store, store.match_ledger(ledger)
    except BaseException:
        store.close()
        raise
