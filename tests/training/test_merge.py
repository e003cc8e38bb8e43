import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet.config import Training
from distillnet.errors import DistillNetError, UsageError
from distillnet.training import merge
from distillnet.training.adapter import finished
from distillnet.training.lora import train_lora
from distillnet.training.merge import merge_adapter

PAIRS = [
    ("What burns blue at noon?", "The lamp of Orvel burns blue at noon."),
    ("And at night?", "It burns red, as every sailor knows."),
]


@pytest.fixture(scope="module", params=["lora", "rslora", "dora"])
def adapter(
    request: pytest.FixtureRequest,
    tiny: Path,
    rows: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    out = tmp_path_factory.mktemp("student") / "adapter"
    settings = Training(epochs=10, rank=4, learning_rate=1e-2, method=request.param, replay=0)
    train_lora(rows(PAIRS), tiny, out, settings)
    return out


def test_the_merged_model_says_what_base_and_adapter_say(
    tiny: Path, adapter: Path, tmp_path: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = merge_adapter(adapter, tiny, tmp_path / "models" / "merged")
    ids = AutoTokenizer.from_pretrained(out)("The lamp of Orvel", return_tensors="pt")["input_ids"]
    exact = {"dtype": torch.float32}
    base = AutoModelForCausalLM.from_pretrained(tiny, **exact)
    with torch.no_grad():
        before = base(ids).logits
        expected = PeftModel.from_pretrained(base, adapter)(ids).logits
        found = AutoModelForCausalLM.from_pretrained(out, **exact)(ids).logits
    assert (found - expected).abs().max() < 0.1 < 1 < (before - expected).abs().max()
    assert {path.name for path in out.parent.iterdir()} == {"merged"}


def test_the_card_is_the_models_own_and_its_lines_load_it(
    tiny: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    out = merge_adapter(adapter, tiny, tmp_path / "merged")
    card = (out / "README.md").read_text("utf-8")
    fields = yaml.safe_load(card.split("---\n")[1])
    assert (fields["library_name"], fields["base_model"]) == ("transformers", str(tiny))
    report = finished(adapter)
    assert report and report.fingerprint in card and report.data_sha256 in card
    assert "PeftModel" not in card and f"{report.tokens} tokens learned" in card

    monkeypatch.chdir(out)
    loaded: dict[str, Any] = {}
    exec(card.split("```python\n")[1].split("```")[0], loaded)
    weights = AutoModelForCausalLM.from_pretrained(out).state_dict()
    assert all(torch.equal(loaded["model"].state_dict()[k], w) for k, w in weights.items())
    assert loaded["tokenizer"]("The lamp")["input_ids"]


def test_an_adapter_without_a_report_is_merged_and_the_card_says_so(
    tiny: Path, adapter: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(adapter, theirs)
    (theirs / "training.json").unlink()
    out = merge_adapter(theirs, tiny, tmp_path / "merged")
    assert "| training | not known |" in (out / "README.md").read_text("utf-8")


def test_nothing_is_overwritten_and_nothing_is_merged_with_nothing(
    tiny: Path, adapter: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is there already"):
        merge_adapter(adapter, tiny, tmp_path)
    with pytest.raises(UsageError, match="no adapter"):
        merge_adapter(tmp_path, tiny, tmp_path / "out")
    with pytest.raises(UsageError, match="no model"):
        merge_adapter(adapter, tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    "other",
    [{"hidden_size": 64}, {"num_hidden_layers": 1}],
    ids=["wider", "fewer layers"],
)
def test_an_adapter_of_another_base_is_named(
    tiny: Path, adapter: Path, tmp_path: Path, other: dict[str, int]
) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    base = tmp_path / "base"
    shutil.copytree(tiny, base)
    config = AutoConfig.from_pretrained(tiny, **other)
    AutoModelForCausalLM.from_config(config).save_pretrained(base)
    with pytest.raises(UsageError, match="not of this base"):
        merge_adapter(adapter, base, tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"base"}


def test_a_folder_that_cannot_be_written_is_named(
    tiny: Path, adapter: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write to .*file.*give another --out"):
        merge_adapter(adapter, tiny, tmp_path / "file" / "out")


def test_an_adapter_that_is_damaged_is_named(tiny: Path, adapter: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(adapter, damaged)
    (damaged / "adapter_model.safetensors").write_bytes(b"x")
    with pytest.raises(UsageError, match="cannot be read"):
        merge_adapter(damaged, tiny, tmp_path / "out")


def test_a_model_that_predicts_something_else_is_not_left_behind(
    tiny: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "_MOST_NATS", 0.0)
    with pytest.raises(DistillNetError, match="nats from"):
        merge_adapter(adapter, tiny, tmp_path / "out")
    assert not list(tmp_path.iterdir())
