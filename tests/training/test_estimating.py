import json
from pathlib import Path
from typing import Any

import pytest

from distillnet.errors import MissingExtra, UnknownName, UsageError
from distillnet.models.teachers import price_of
from distillnet.tools.clock import Span
from distillnet.training.estimating import estimate_training
from distillnet.training.training_estimate import TrainingEstimate


def test_it_is_an_8b_on_the_card_of_the_note_where_nothing_is_said() -> None:
    found = estimate_training()
    assert (found.model, found.machine.title) == ("8B", "RTX PRO 6000 Blackwell")
    assert [row.pages for row in found.work] == [1, 10, 100, 1_000]
    assert found.measured is None


def test_time_and_tokens_grow_with_pages_views_and_epochs() -> None:
    once = estimate_training(pages=(10,), views=7).work[0]
    thrice = estimate_training(pages=(10,), views=7, epochs=3).work[0]
    assert (once.plain.tokens, once.viewed.tokens) == (20_000, 140_000)
    assert (thrice.plain.tokens, thrice.viewed.tokens) == (60_000, 420_000)
    for a, b in ((once.plain.lora, once.viewed.lora), (once.plain.qlora, once.viewed.qlora)):
        assert a and b and b.most == pytest.approx(7 * a.most)
    # What is read again is not written again.
    assert (once.input_tokens, once.output_tokens) == (70 * 2_130, 140_000)
    assert (thrice.input_tokens, thrice.output_tokens) == (70 * 2_130, 140_000)


def test_the_teachers_cost_what_the_table_says() -> None:
    names = ("openai:gpt-5.4-mini", "embedded", "nobody:knows")
    found = estimate_training(pages=(3,), views=5, teachers=names)
    price = price_of("openai:gpt-5.4-mini", base_url=None)
    assert price is not None
    assert found.work[0].usd == (price.usd(15 * 2_130, 30_000), 0, None)
    assert [t.as_of is None for t in found.teachers] == [False, False, True]


def test_what_does_not_fit_has_no_time() -> None:
    row = estimate_training(params="70B", pages=(1,)).work[0]
    assert row.plain.lora is None and row.plain.qlora is not None


def test_a_folder_needs_only_its_config(tiny: Path, tmp_path: Path) -> None:
    config = (tiny / "config.json").read_text(encoding="utf-8")
    (tmp_path / "config.json").write_text(config, encoding="utf-8")
    found = estimate_training(params=str(tmp_path), gpu="l4")
    assert found.shape.hidden == 32 and found.shape.layers == 2 and not found.shape.tied
    assert found.methods[0].tokens_per_second == Span(least=20_000, most=20_000)


def test_it_is_json_that_reads_back() -> None:
    found = estimate_training(params="7B", gpu="b200", pages=(1, 2))
    text = json.dumps(found.model_dump(mode="json"))
    assert TrainingEstimate.model_validate_json(text) == found


@pytest.mark.parametrize(
    "asked",
    [
        {"pages": ()},
        {"pages": (0,)},
        {"pages": (-1, 5)},
        {"pages": tuple(range(1, 30))},
        {"views": 0},
        {"epochs": 10**10},
        {"pages": (10**9,), "views": 10**9},
    ],
)
def test_numbers_out_of_range_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="give "):
        estimate_training(**asked)


def test_an_unknown_card_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'rtx-pro-6000'"):
        estimate_training(gpu="rtx-6000-pro")


def test_only_this_machine_can_be_measured() -> None:
    with pytest.raises(UsageError, match="without --gpu"):
        estimate_training(gpu="h100", measure=True)


def test_this_machine_needs_one_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="add --measure"):
        estimate_training(gpu="here")


def test_without_torch_the_install_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )
    with pytest.raises(MissingExtra, match=r"pip install 'distillnet\[train\]'"):
        estimate_training(gpu="here")
