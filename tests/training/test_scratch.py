import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from distillnet.config import Training
from distillnet.errors import MissingExtra, UsageError
from distillnet.training import loop
from distillnet.training.loop import Progress
from distillnet.training.merge import merge_adapter
from distillnet.training.scratch import new_tokenizer, shape, train_from_scratch

PAIRS = [
    ("What burns blue at noon?", "The lamp of Orvel burns blue at noon."),
    ("Что горит в полдень?", "В полдень горит синяя лампа Орвеля."),
]
SETTINGS = Training(epochs=60, learning_rate=1e-2, batch_tokens=256)
Rows = Callable[..., Path]


def test_the_new_model_is_whole_and_knows_its_texts(rows: Rows, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "out"
    report = train_from_scratch(rows(PAIRS), out, SETTINGS, parameters=200_000)
    assert report.base is None and report.replay_tokens == 0
    assert report.loss[-1][2] < 0.5 < 4 < report.loss[0][2]

    model = AutoModelForCausalLM.from_pretrained(out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert report.parameters == model.num_parameters()
    for question, answer in PAIRS:
        turn = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        said = model.generate(ids, max_new_tokens=60, do_sample=False)[0, ids.shape[1] :]
        assert tokenizer.decode(said) == f"{answer}<|im_end|>"


def test_it_is_resumed_and_not_made_again(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, settings = rows(PAIRS), SETTINGS.model_copy(update={"epochs": 4})
    whole = train_from_scratch(data, tmp_path / "whole", settings, parameters=200_000)

    def kill(progress: Progress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        train_from_scratch(data, out, settings, parameters=200_000, on_progress=kill)
    seen: list[Progress] = []
    for _ in range(2):
        again = train_from_scratch(data, out, settings, parameters=200_000, on_progress=seen.append)
        assert again.loss == whole.loss
    assert [p.step for p in seen] == list(range(3, whole.steps + 1))


def test_a_tokenizer_can_be_given(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"epochs": 1})
    out = tmp_path / "out"
    train_from_scratch(rows(PAIRS), out, settings, parameters=100_000, tokenizer=tiny)
    given = json.loads((tiny / "tokenizer.json").read_text())["model"]["vocab"]
    assert json.loads((out / "tokenizer.json").read_text())["model"]["vocab"] == given
    with pytest.raises(UsageError, match="no tokenizer"):
        train_from_scratch(rows(PAIRS), tmp_path / "other", settings, tokenizer=tmp_path)


def test_fewer_weights_than_the_smallest_model_has_are_refused(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for parameters in (-5, 0, 1000, 80_000):
        with pytest.raises(UsageError, match=r"has at least 85,376 weights"):
            train_from_scratch(rows(PAIRS), out, SETTINGS, parameters=parameters, tokenizer=tiny)
    assert not out.exists()


def test_without_torch_the_install_line_is_told(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )
    with pytest.raises(MissingExtra, match=r"pip install 'distillnet\[train\]'"):
        train_from_scratch(rows(PAIRS), tmp_path / "out", SETTINGS)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").touch()
    with pytest.raises(MissingExtra, match=r"pip install 'distillnet\[train\]'"):
        merge_adapter(adapter, tmp_path, tmp_path / "out")


def test_any_text_survives_the_new_tokenizer() -> None:
    tokenizer = new_tokenizer(iter(["The lamp of Orvel."]))
    for text in ("Лампа ☃ 灯", " two  spaces\n\ttab", "\x00"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


@pytest.mark.parametrize("parameters", [1_000_000, 5_000_000, 30_000_000, 120_000_000])
def test_the_shape_has_about_the_weights_asked_for(parameters: int) -> None:
    layers, width = shape(parameters, 4096)
    assert abs(4096 * width + 16 * layers * width**2 - parameters) < 0.15 * parameters
    assert 32 * layers <= width <= 128 * layers
