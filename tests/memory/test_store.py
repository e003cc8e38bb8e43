"""A real Chroma on disk, next to a real ledger."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distillnet.memory.embed import Vectors
from distillnet.memory.ledger import Ledger
from distillnet.memory.store import SceneStore, open_store
from tests.memory.conftest import MakeCell, MakeScene, make_scene

Reopen = Callable[[], tuple[SceneStore, str | None]]


def held(store: SceneStore) -> list[str]:
    found = sorted(id for one in store._collections for id in one.get(include=[])["ids"])
    assert found == sorted(store.ids)
    return found


def metadata(store: SceneStore, id: str) -> dict[str, Any]:
    (found,) = store._collections[0].get(ids=[id], include=["metadatas"])["metadatas"] or []
    return dict(found)


def unit_rows(n: int) -> Vectors:
    rows = np.random.default_rng(3).normal(size=(n, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def full(ledger: Ledger, cell: MakeCell, scene: MakeScene) -> Ledger:
    """A ledger with eight accepted scenes, one rejected and one failed."""
    names = [f"c{place}" for place in range(10)]
    verdicts = ["accepted"] * 8 + ["echo", "failed"]
    ledger.add_cells(cell(name) for name in names)
    scenes = [scene(name, verdict=verdict) for name, verdict in zip(names, verdicts, strict=True)]
    vectors = [*unit_rows(9), None]
    ledger.record_scenes(zip(scenes, vectors, strict=True))
    return ledger


@pytest.fixture
def reopen(tmp_path: Path, ledger: Ledger) -> Iterator[Reopen]:
    """Opens the store as a new run would: the last one closed first."""
    open_now: list[SceneStore] = []

    def run() -> tuple[SceneStore, str | None]:
        while open_now:
            open_now.pop().close()
        store, note = open_store(tmp_path / "chroma", "seed", ledger)
        open_now.append(store)
        return store, note

    yield run
    for store in open_now:
        store.close()


def test_the_store_holds_accepted_scenes_with_their_vectors(full: Ledger, reopen: Reopen) -> None:
    store, ids = reopen()[0], [f"c{place}" for place in range(8)]
    assert held(store) == ids
    np.testing.assert_allclose(store.vectors(ids), unit_rows(9)[:8], atol=1e-6)
    assert metadata(store, "c0") == {
        "lens": "irony",
        "family": "rhetorical",
        "role": "child",
        "form": "letter",
        "faithfulness": "fictional",
        "round": 1,
    }


def test_an_empty_store_holds_nothing(reopen: Reopen) -> None:
    store, note = reopen()
    assert (held(store), len(store.vectors([])), note) == ([], 0, None)


def test_a_scene_that_is_not_there_has_no_vector(reopen: Reopen, scene: MakeScene) -> None:
    store, _ = reopen()
    store.upsert([scene("a")], unit_rows(1))
    with pytest.raises(LookupError, match="2 scenes are not in the vector store: x"):
        store.vectors(["x", "a", "y"])


def test_vectors_stay_with_their_ids_whatever_the_order(reopen: Reopen, scene: MakeScene) -> None:
    store, rows = reopen()[0], unit_rows(3)
    store.upsert([scene("b"), scene("c"), scene("a")], rows)
    for ids, order in (("abc", [2, 0, 1]), ("cba", [1, 0, 2]), ("b", [0])):
        np.testing.assert_allclose(store.vectors(list(ids)), rows[order], atol=1e-6)


def test_an_upsert_replaces(reopen: Reopen, scene: MakeScene) -> None:
    store, rows = reopen()[0], unit_rows(2)
    store.upsert([scene("a")], rows[:1])
    store.upsert([scene("a", role="dog")], rows[1:])
    assert held(store) == ["a"] and metadata(store, "a")["role"] == "dog"
    np.testing.assert_allclose(store.vectors(["a"]), rows[1:], atol=1e-6)


def test_adding_leaves_what_is_there(reopen: Reopen, scene: MakeScene) -> None:
    store, rows = reopen()[0], unit_rows(3)
    store.upsert([scene("a")], rows[:1])
    for _ in range(2):
        store.add([scene("a", role="dog"), scene("b")], rows[1:])
        assert held(store) == ["a", "b"] and metadata(store, "a")["role"] == "child"
        np.testing.assert_allclose(store.vectors(["a", "b"]), rows[[0, 2]], atol=1e-6)
    store.add([], rows[:0])
    assert held(store) == ["a", "b"]


def test_what_is_more_than_a_batch_is_added_and_read(
    reopen: Reopen, scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.memory.store._BATCH", 3)
    store, rows, ids = reopen()[0], unit_rows(8), list("abcdefgh")
    store.upsert([scene(id) for id in ids[:4]], rows[:4])
    store.add([scene(id) for id in ids], rows)
    np.testing.assert_allclose(store.vectors(ids[::-1]), rows[::-1], atol=1e-6)


def test_a_seed_has_several_collections(
    full: Ledger, reopen: Reopen, scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.memory.store._ROWS", 3)
    store, _ = reopen()
    assert [len(one.get(include=[])["ids"]) for one in store._collections] == [3, 3, 2]
    rows, ids = unit_rows(9), [f"c{place}" for place in range(8)]
    np.testing.assert_allclose(store.vectors(ids[::-1]), rows[:8][::-1], atol=1e-6)
    store.upsert([scene("c1", role="dog")], rows[8:])
    store, note = reopen()
    assert note is None and held(store) == ids
    np.testing.assert_allclose(store.vectors(["c1"]), rows[8:], atol=1e-6)
    store.upsert([scene("stale"), scene("old")], rows[:2])
    assert len(store._collections) == 4
    store, note = reopen()
    assert note == "2 scenes of the vector store mended from the ledger" and held(store) == ids


def test_reopening_finds_all_and_says_nothing(full: Ledger, reopen: Reopen) -> None:
    reopen()
    store, note = reopen()
    assert note is None
    assert len(held(store)) == 8


def test_what_the_ledger_has_not_is_removed_and_what_it_has_is_added(
    full: Ledger, reopen: Reopen, scene: MakeScene, cell: MakeCell
) -> None:
    store, _ = reopen()
    store.upsert([scene("stale")], unit_rows(1))
    full.add_cells([cell("new")])
    full.record_scenes([(scene("new"), unit_rows(1)[0]), (scene("c0", verdict="repeat"), None)])
    store, note = reopen()
    assert note == "3 scenes of the vector store mended from the ledger"
    assert held(store) == [*(f"c{place}" for place in range(1, 8)), "new"]
    assert store.match_ledger(full) == 0


def test_a_deleted_store_is_built_again(full: Ledger, reopen: Reopen, tmp_path: Path) -> None:
    store, _ = reopen()
    store.close()
    shutil.rmtree(tmp_path / "chroma")
    store, note = open_store(tmp_path / "chroma", "seed", full)
    assert note == "8 scenes of the vector store mended from the ledger"
    assert len(held(store)) == 8 and (tmp_path / "chroma" / "chroma.sqlite3").exists()
    store.close()


def garble(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"garbage " * 1000)


def cut(folder: Path) -> None:
    data = (folder / "chroma.sqlite3").read_bytes()
    (folder / "chroma.sqlite3").write_bytes(data[: len(data) // 3])


def overwrite_pages(folder: Path) -> None:
    data = bytearray((folder / "chroma.sqlite3").read_bytes())
    data[12_288:81_920] = b"\xff" * (81_920 - 12_288)
    (folder / "chroma.sqlite3").write_bytes(data)


def replace_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


@pytest.mark.parametrize("damage", [garble, cut, overwrite_pages, replace_by_a_file])
def test_a_broken_store_is_moved_away_and_built_again(
    full: Ledger, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "chroma"
    for broken in ("chroma.broken", "chroma.broken-"):
        open_store(path, "seed", full)[0].close()
        damage(path)
        store, note = open_store(path, "seed", full)
        assert note is not None and f"moved to {broken}, 8 scenes rebuilt" in note
        assert len(held(store)) == 8
        assert (tmp_path / broken).exists()
        store.close()


def test_two_seeds_do_not_share_scenes(tmp_path: Path, scene: MakeScene) -> None:
    one, two = SceneStore(tmp_path / "chroma", "one"), SceneStore(tmp_path / "chroma", "two")
    one.upsert([scene("a")], unit_rows(1))
    assert (held(one), held(two)) == (["a"], [])
    one.close()
    assert held(two) == []
    two.close()


def test_no_stray_memory_is_left_in_the_files_of_the_index(tmp_path: Path) -> None:
    """Chroma writes its index files as they were allocated; a key could be in them."""
    secret = b"sk-stray-memory"
    vectors = np.eye(3, 512, dtype=np.float32)
    scenes = [make_scene(id) for id in "abc"]
    store = SceneStore(tmp_path / "chroma", "seed")
    store.upsert(scenes, vectors)
    store.close()
    files = [path for path in tmp_path.glob("chroma/*/*.bin") if path.stat().st_size > 200]
    assert {path.name for path in files} == {"data_level0.bin", "length.bin"}
    assert not any(any(path.read_bytes()) for path in files)
    for path in files:
        with path.open("r+b") as file:
            file.write(secret)
    store = SceneStore(tmp_path / "chroma", "seed")
    assert not any(secret in path.read_bytes() for path in files)
    # The index is made anew from Chroma's own log, as after every start.
    assert np.allclose(store.vectors(list("abc")), vectors)
    found = store._collections[0].query(query_embeddings=vectors[1:2], n_results=1)
    assert found["ids"] == [["b"]]
    store.close()
