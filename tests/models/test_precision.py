from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from distillnet.models import precision
from distillnet.models.precision import fastest_precision
from distillnet.models.weights import Precision


@pytest.fixture
def faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Precision], Precision]]:
    """The choice of a new process, on a CPU to which the given precision seems the faster one."""
    monkeypatch.setattr(precision, "device", lambda: "cpu")
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))

    def choose(name: Precision) -> Precision:
        seconds = {torch.bfloat16: 2.0, torch.float32: 2.0, getattr(torch, name): 1.0}
        monkeypatch.setattr(precision, "_product_seconds", seconds.__getitem__)
        fastest_precision.cache_clear()
        return fastest_precision()

    yield choose
    fastest_precision.cache_clear()


@pytest.mark.parametrize("name", ["bfloat16", "float32"])
def test_the_faster_of_the_two_is_chosen_and_the_choice_kept(
    name: Precision, faster: Callable[[Precision], Precision], monkeypatch: pytest.MonkeyPatch
) -> None:
    other: Precision = "float32" if name == "bfloat16" else "bfloat16"
    assert faster(name) == faster(other) == name
    monkeypatch.setattr(torch, "__version__", "99.0")
    assert faster(other) == other  # another torch may be faster in another one


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[1]", b'{"a": "float8"}', b"[" * 100_000])
def test_a_choice_that_cannot_be_read_is_made_again(
    content: bytes, faster: Callable[[Precision], Precision], tmp_path: Path
) -> None:
    file = tmp_path / "cache" / "precision.json"
    file.parent.mkdir()
    file.write_bytes(content)
    assert faster("float32") == faster("bfloat16") == "float32"


def test_where_nothing_can_be_kept_each_process_measures(
    faster: Callable[[Precision], Precision], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("no folder")
    assert [faster("float32"), faster("bfloat16")] == ["float32", "bfloat16"]
