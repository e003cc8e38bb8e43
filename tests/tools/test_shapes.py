import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distillnet.errors import UsageError
from distillnet.tools.known_shapes import EMBEDDED_SHAPE, KNOWN, shape_of

LLAMA_8B: dict[str, Any] = {
    "hidden_size": 4_096,
    "intermediate_size": 14_336,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "tie_word_embeddings": False,
    "vocab_size": 128_256,
}


def folder(path: Path, config: Any) -> str:
    path.mkdir(exist_ok=True)
    text = config if isinstance(config, str) else json.dumps(config)
    (path / "config.json").write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("size", "parameters"),
    [
        # As the published checkpoints have them.
        ("135M", 134_515_008),
        ("360m", 361_821_120),
        ("1.24B", 1_235_814_400),
        ("3B", 3_212_749_824),
        ("8B", 8_030_261_248),
        ("70B", 70_553_706_496),
        ("405b", 405_853_388_800),
    ],
)
def test_known_sizes_have_the_published_numbers_of_parameters(size: str, parameters: int) -> None:
    shape = shape_of(size)
    assert shape in KNOWN and shape.parameters == parameters


@given(st.floats(0.14, 400))
def test_any_size_between_has_about_its_parameters(milliards: float) -> None:
    shape = shape_of(f"{milliards:.3f}B")
    assert shape.parameters == pytest.approx(round(milliards, 3) * 1e9, rel=0.12)


def test_larger_sizes_are_not_narrower() -> None:
    shapes = [shape_of(f"{size}M") for size in range(140, 9_900, 97)]
    for name in ("hidden", "parameters"):
        sizes = [getattr(shape, name) for shape in shapes]
        assert sizes == sorted(sizes)


def test_a_folder_is_read_without_its_weights(tmp_path: Path) -> None:
    shape = shape_of(folder(tmp_path / "llama", LLAMA_8B))
    assert shape.parameters == 8_030_261_248 and shape.like == "llama"
    assert shape.lora_parameters(16) == 41_943_040  # as peft counts "all-linear"
    sees = shape_of(folder(tmp_path / "sees", {"text_config": LLAMA_8B, "vision_config": {}}))
    assert sees.parameters == shape.parameters


def test_heads_may_be_wider_than_their_share(tmp_path: Path) -> None:
    shape = shape_of(folder(tmp_path, LLAMA_8B | {"head_dim": 256, "num_key_value_heads": None}))
    assert (shape.query, shape.key) == (8_192, 8_192)


def test_embedded_is_the_packaged_model() -> None:
    assert shape_of("embedded") is EMBEDDED_SHAPE


@pytest.mark.parametrize("size", ["100M", "1000B", "0B", "8", "8T", "-8B", "", "no/such/folder"])
def test_what_is_no_size_and_no_folder_is_refused_with_the_cure(size: str) -> None:
    with pytest.raises(UsageError, match="give a size"):
        shape_of(size)


@pytest.mark.parametrize(
    "config",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"hidden_size": 1' + "0" * 5_000 + "}",
        {},
        LLAMA_8B | {"hidden_size": "4096"},
        LLAMA_8B | {"hidden_size": True},
        LLAMA_8B | {"num_hidden_layers": 0},
        LLAMA_8B | {"vocab_size": 10**12},
        LLAMA_8B | {"num_attention_heads": "a", "head_dim": 10**15},
        LLAMA_8B | {"num_local_experts": 8},
        {"text_config": None},
        {"n_embd": 768},
    ],
)
def test_a_config_that_is_no_dense_decoder_is_refused_with_the_cure(
    tmp_path: Path, config: Any
) -> None:
    with pytest.raises(UsageError, match="give its size instead"):
        shape_of(folder(tmp_path, config))
