from pathlib import Path
from typing import Any

import yaml

from distillnet.config import Training
from distillnet.models.weights import EMBEDDED, cache_folder
from distillnet.training.card import base_name, model_card
from distillnet.training.training_report import Predecessor, TrainingReport


def made(**changes: Any) -> TrainingReport:
    report = TrainingReport(
        fingerprint="f" * 64,
        base="models/own",
        data_sha256="d" * 64,
        rows=7,
        epochs=3,
        steps=9,
        tokens=2100,
        replay_tokens=210,
        parameters=12,
        padding_share=0.05,
        seconds=60.0,
        tokens_per_second=35.0,
        device="cpu",
        precision="bfloat16",
        checkpointing=False,
        peak_memory_mib=900,
        teachers={"embedded": 5, "openai:gpt": 2},
        loss=((1, 700, 3.5), (9, 2100, 1.25)),
    )
    return report.model_copy(update=changes)


def card(**changes: Any) -> str:
    return model_card(made(**changes), Training(rank=8))


def header(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return fields


def test_the_card_says_what_the_adapter_was_made_from() -> None:
    text = card()
    assert header(text)["base_model"] == "models/own"
    for stated in ("d" * 64, "2100", "rank 8", "`embedded` (5 rows)", "`openai:gpt` (2 rows)"):
        assert stated in text
    assert "3.500 -> 1.250" in text


def test_the_card_says_what_was_padding_and_what_packing_spared() -> None:
    assert "| padding | 5.0% of what went through the model |" in card()
    spared = card(padding_share=0.0, padding_spared=0.123)
    assert "| padding | none: rows were packed, which spared 12.3% |" in spared


def test_the_card_says_how_much_memory_it_took_and_whose() -> None:
    assert "| memory | 900 MiB at most, of the process |" in card()
    assert "| memory | 900 MiB at most, of the GPU |" in card(device="cuda")


def test_the_card_names_every_training_that_a_student_goes_on_from() -> None:
    assert "training 1" not in card() and "# A student of 7 texts" in card()
    first = made(fingerprint="a" * 64, data_sha256="b" * 64, rows=31, tokens=123)
    second = made(start=first.lineage, teachers={"x`\n\n# Owned": 1})
    text = card(start=second.lineage, rows=5)
    assert "# A student of 31, then 7, then 5 texts" in text
    rows = [line for line in text.splitlines() if line.startswith("| training ")]
    assert [row[:13] for row in rows] == [f"| training {n} " for n in (1, 2, 3)]
    assert all(told in rows[0] for told in ("31 rows", "123 tokens", "a" * 64, "b" * 64))
    assert all(told in rows[1] for told in ("7 rows", "2100 tokens", "f" * 64, "d" * 64))
    assert "\n# Owned" not in text

    stranger = card(start=(Predecessor(fingerprint="e" * 64),))
    assert "# A student of unknown, then 7 texts" in stranger
    assert f"an adapter whose training is not known, sha256 `{'e' * 64}`" in stranger


def test_a_licence_is_claimed_for_the_embedded_model_only() -> None:
    embedded = base_name(cache_folder() / EMBEDDED)
    assert header(card(base=embedded))["license"] == "apache-2.0"
    assert "license" not in header(card())
    assert base_name(Path("models/own")) == "models/own"


def test_a_text_of_ones_own_is_told_without_its_path() -> None:
    settings = Training(replay_text=Path("/home/anna/diary.txt"))
    text = model_card(made(), settings)
    assert "anna" not in text and "replay_text own" in text


def test_a_model_from_scratch_has_no_base() -> None:
    text = card(base=None)
    assert "base_model" not in header(text) and "library_name" not in header(text)
    code = text.split("```python\n")[1].split("```")[0]
    compile(code, "card", "exec")
    assert "peft" not in text and "rank" not in text and "epochs 3" in text


def test_a_path_with_a_quote_is_still_yaml() -> None:
    assert header(card(base='it\'s "mine"'))["base_model"] == 'it\'s "mine"'


def test_the_three_lines_of_python_are_python() -> None:
    code = card().split("```python\n")[1].split("```")[0]
    assert len(code.splitlines()) == 3
    compile(code, "card", "exec")


def test_a_teacher_name_cannot_break_out_of_its_place() -> None:
    hostile = "x` |\n\n# Owned\n<script>" + "y" * 500
    text = card(teachers={hostile: 1})
    assert "\n# Owned" not in text and "<script>" not in text and "y" * 100 not in text
