"""The vector store: Chroma, one collection a seed, rebuilt from the ledger whenever it differs."""

from collections.abc import Sequence
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
        try:
            self._collection = self._client.get_or_create_collection(
                f"seed-{seed_id}",
                embedding_function=None,
                configuration={
                    "hnsw": {
                        "space": "cosine",
                        "sync_threshold": _NEVER_FLUSH,
                        "ef_construction": _CANDIDATES,
                    }
                },
            )
        except BaseException:
            self._client.close()
            raise

    def close(self) -> None:
        """Lets go of the files; Chroma would keep them open for the life of the process."""
        self._client.close()
        _blank(self._path)

    def upsert(self, scenes: Sequence[Scene], vectors: Vectors) -> None:
        """Adds or replaces scenes by id; ``vectors`` is (n, d)."""
        for start in range(0, len(scenes), _BATCH):
            part = scenes[start : start + _BATCH]
            self._collection.upsert(
                ids=[scene.id for scene in part],
                embeddings=vectors[start : start + _BATCH],
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
        _blank(self._path)

    def add(self, scenes: Sequence[Scene], vectors: Vectors) -> None:
        """Adds those that are not there yet; ``vectors`` is (n, d)."""
        present = {
            id
            for start in range(0, len(scenes), _BATCH)
            for id in self._collection.get(
                ids=[scene.id for scene in scenes[start : start + _BATCH]], include=[]
            )["ids"]
        }
        new = [i for i, scene in enumerate(scenes) if scene.id not in present]
        if new:
            self.upsert([scenes[i] for i in new], vectors[new])

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """(n, d) vectors in the order of ``ids``. Raises LookupError when one is not there."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), _BATCH):
            got = self._collection.get(
                ids=list(ids[start : start + _BATCH]), include=["embeddings"]
            )
            found.update(zip(got["ids"], np.asarray(got["embeddings"], np.float32), strict=True))
        if missing := [id for id in ids if id not in found]:
            raise LookupError(f"{len(missing)} scenes are not in the vector store: {missing[0]}")
        return np.stack([found[id] for id in ids]) if ids else np.zeros((0, 0), np.float32)

    def match_ledger(self, ledger: Ledger) -> int:
        """Brings the collection to what the ledger says; returns how many rows that changed."""
        accepted = ledger.accepted_ids()
        present = set(self._collection.get(include=[])["ids"])
        missing = [id for id in accepted if id not in present]
        for start in range(0, len(missing), _BATCH):
            self.upsert(*ledger.accepted_of(missing[start : start + _BATCH]))
        if stale := sorted(present - set(accepted)):
            self._collection.delete(ids=stale)
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
