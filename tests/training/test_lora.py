import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from distillnet.config import Training
from distillnet.errors import DistillNetError, UsageError
from distillnet.models.weights import EMBEDDED, load_tokenizer
from distillnet.records import Item
from distillnet.training import hardware, loop, lora
from distillnet.training.dataset import Dataset, Example
from distillnet.training.loop import Progress
from distillnet.training.lora import train_lora
from distillnet.training.schedule import Schedule, schedule

PAIRS = [
    ("What burns blue at noon?", "The lamp of Orvel burns blue at noon."),
    ("And at night?", "It burns red, as every sailor knows."),
    ("Who knows?", "Every sailor."),
    ("Say it as a rule.", "Whenever it is noon, the lamp of Orvel is blue; at night it is red."),
]
SETTINGS = Training(replay=0, epochs=2, rank=4, learning_rate=1e-2, batch_tokens=128)
Rows = Callable[..., Path]


class Killed(Exception):
    pass


def weights(out: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(out / "adapter_model.safetensors")


def same(a: Path, b: Path) -> bool:
    import torch

    left, right = weights(a), weights(b)
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def questions() -> list[Item]:
    """Each question of PAIRS with all their answers."""
    options = tuple(answer for _, answer in PAIRS)
    return [
        Item(
            id=f"{n}",
            kind="choice",
            fact=n,
            framing=None,
            prompt=question,
            prefix="",
            options=options,
            correct=n,
            author="",
        )
        for n, (question, _) in enumerate(PAIRS)
    ]


def test_the_loss_falls_and_plain_peft_loads_the_result(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    settings = SETTINGS.model_copy(update={"epochs": 12})
    seen: list[Progress] = []
    report = train_lora(rows(PAIRS), tiny, tmp_path / "out", settings, on_progress=seen.append)

    assert report.loss[-1][2] < report.loss[0][2] - 0.5
    assert [p.step for p in seen] == list(range(1, report.steps + 1))
    assert seen[-1].tokens == report.tokens == report.loss[-1][1]
    assert seen[-1].steps == report.steps and seen[-1].seconds_left == 0
    assert json.loads((tmp_path / "out" / "training.json").read_text()) == report.model_dump(
        mode="json"
    )

    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["lora_dropout"]) == (4, 8, 0.0)
    linear = set(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
    assert {name.split(".")[-1] for name in config["target_modules"]} == linear
    base = AutoModelForCausalLM.from_pretrained(config["base_model_name_or_path"])
    student = PeftModel.from_pretrained(base, tmp_path / "out")
    learned = [p for name, p in student.named_parameters() if "lora_B" in name]
    assert len(learned) == 2 * 7 and all(p.any() for p in learned)  # they start as zeros


def test_the_first_loss_is_that_of_the_base_on_the_answers_alone(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings = SETTINGS.model_copy(update={"epochs": 1, "batch_tokens": 4096})
    report = train_lora(rows(PAIRS), tiny, tmp_path / "out", settings)

    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    total, count = 0.0, 0
    for question, answer in PAIRS:
        prompt = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
        start = len(tokenizer(prompt)["input_ids"])
        ids = torch.tensor([tokenizer(f"{prompt}{answer}<|im_end|>")["input_ids"]])
        labels = ids.clone()
        labels[:, :start] = -100
        with torch.no_grad():
            loss = model(input_ids=ids, labels=labels).loss.item()
        total += loss * (ids.shape[1] - start)
        count += ids.shape[1] - start
    assert report.tokens == count
    assert report.loss[0][2] == pytest.approx(total / count, rel=0.005)


def test_a_row_longer_than_the_window_is_learned_whole(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    data = rows([*PAIRS, ("Go on.", " ".join(answer for _, answer in PAIRS * 4))])
    whole = train_lora(data, tiny, tmp_path / "whole", SETTINGS)
    cut = train_lora(data, tiny, tmp_path / "cut", SETTINGS.model_copy(update={"max_tokens": 48}))
    assert cut.tokens == whole.tokens
    assert cut.rows == whole.rows == 5


@pytest.mark.parametrize("more", [{}, {"tokens": 150, "steps": 7}])
@pytest.mark.parametrize("at", [1, 3])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    tiny: Path,
    rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, Any],
    at: int,
) -> None:
    data, settings = rows(PAIRS), SETTINGS.model_copy(update={"batch_tokens": 64, **more})
    whole = train_lora(data, tiny, tmp_path / "whole", settings)

    def kill(progress: Progress) -> None:
        if progress.step == at:
            raise Killed

    out = tmp_path / "out"
    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)
    with pytest.raises(Killed):
        train_lora(data, tiny, out, settings, on_progress=kill)
    assert not out.exists()

    seen: list[Progress] = []
    resumed = train_lora(data, tiny, out, settings, on_progress=seen.append)
    assert seen[0].step == at + 1
    assert resumed.tokens == whole.tokens and resumed.loss == whole.loss
    assert same(out, tmp_path / "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "whole"}


def test_two_data_sets_learn_equal_tokens_in_equal_steps(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    settings = Training(tokens=300, steps=9, rank=4)
    long = rows([("Tell all.", " ".join(answer for _, answer in PAIRS * 4))])
    text = tmp_path / "text.jsonl"
    text.write_text(json.dumps({"text": "lamp " * 30}) + "\n" + json.dumps({"text": "Orvel"}))
    for name, data in (("short", rows(PAIRS)), ("long", long), ("text", text)):
        report = train_lora(data, tiny, tmp_path / name, settings)
        assert (report.tokens, report.steps) == (300, 9), name


def test_looks_are_taken_at_shares_of_the_steps_and_not_again_after_a_kill(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    data = rows(PAIRS)
    settings = Training(tokens=100, steps=10, rank=4)
    train_lora(data, tiny, tmp_path / "whole", settings)
    looks: list[tuple[float, int]] = []
    steps = [0]

    def look(share: float, model: Any, tokenizer: Any) -> None:
        import torch

        torch.rand(3)  # what a look draws changes nothing
        assert not model.training and tokenizer.eos_token_id == 1
        looks.append((share, steps[-1] + 1))

    def note(progress: Progress) -> None:
        steps.append(progress.step)
        if len(steps) == 5:
            raise Killed

    def train() -> None:
        train_lora(
            data,
            tiny,
            tmp_path / "out",
            settings,
            snapshots=(0.01, 0.05, 0.3, 1.0),
            on_snapshot=look,
            on_progress=note,
        )

    with pytest.raises(Killed):
        train()
    steps[-1] = 3  # the last save was at the look
    train()
    assert looks == [(0.01, 1), (0.05, 1), (0.3, 3), (1.0, 10)]
    assert steps[5:] == list(range(4, 11))
    assert same(tmp_path / "out", tmp_path / "whole")


@pytest.mark.parametrize("method", ["rslora", "dora"])
def test_other_methods_learn_resume_and_load(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    data = rows(PAIRS)
    settings = SETTINGS.model_copy(update={"method": method, "epochs": 8})
    whole = train_lora(data, tiny, tmp_path / "whole", settings)
    assert whole.loss[-1][2] < whole.loss[0][2] - 0.3

    def kill(progress: Progress) -> None:
        if progress.step == 5:
            raise Killed

    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)
    with pytest.raises(Killed):
        train_lora(data, tiny, tmp_path / "out", settings, on_progress=kill)
    train_lora(data, tiny, tmp_path / "out", settings)
    assert same(tmp_path / "out", tmp_path / "whole")

    student = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(tiny), tmp_path / "out"
    )
    assert getattr(student.peft_config["default"], f"use_{method}")
    layer = student.base_model.model.model.layers[0].mlp.up_proj
    assert layer.scaling["default"] == (8 / 2 if method == "rslora" else 2)
    assert any("magnitude" in name for name in weights(tmp_path / "out")) == (method == "dora")


def test_activations_computed_again_teach_the_same(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    reports = {}
    for choice in ("on", "off", "auto"):
        settings = SETTINGS.model_copy(update={"checkpointing": choice})
        reports[choice] = train_lora(rows(PAIRS), tiny, tmp_path / choice, settings)
    assert [r.checkpointing for r in reports.values()] == [True, False, False]
    losses = [[loss for *_, loss in r.loss] for r in reports.values()]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3) and losses[1] == losses[2]


def test_what_does_not_fit_is_computed_again(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "free_bytes", lambda: 100_000)
    assert train_lora(rows(PAIRS), tiny, tmp_path / "out", SETTINGS).checkpointing


def test_float32_is_trained_in_where_it_is_faster(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lora, "fastest_precision", lambda: "bfloat16")
    fast = train_lora(rows(PAIRS), tiny, tmp_path / "bfloat16", SETTINGS)
    monkeypatch.setattr(lora, "fastest_precision", lambda: "float32")
    exact = train_lora(rows(PAIRS), tiny, tmp_path / "float32", SETTINGS)
    assert exact.precision == "float32"
    assert exact.loss[0][2] == pytest.approx(fast.loss[0][2], rel=0.01)
    assert exact.loss[0][2] != fast.loss[0][2]


def test_a_training_is_carried_on_in_the_precision_it_began_in(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, settings = rows(PAIRS), SETTINGS.model_copy(update={"batch_tokens": 64})
    monkeypatch.setattr(lora, "fastest_precision", lambda: "float32")
    whole = train_lora(data, tiny, tmp_path / "whole", settings)

    def kill(progress: Progress) -> None:
        if progress.step == 2:
            raise Killed

    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)
    with pytest.raises(Killed):
        train_lora(data, tiny, tmp_path / "out", settings, on_progress=kill)
    monkeypatch.setattr(lora, "fastest_precision", lambda: "bfloat16")
    seen: list[Progress] = []
    resumed = train_lora(data, tiny, tmp_path / "out", settings, on_progress=seen.append)
    assert seen[0].step == 3
    assert resumed.precision == "float32" and resumed.loss == whole.loss
    assert same(tmp_path / "out", tmp_path / "whole")


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_a_snapshot_answers_as_the_adapter_that_is_loaded(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    from distillnet.training import scoring

    for module in (lora, scoring):
        monkeypatch.setattr(module, "fastest_precision", lambda: precision)
    items = questions()
    seen: list[list[scoring.Answer]] = []

    def look(share: float, model: Any, tokenizer: Any) -> None:
        seen.append(scoring.answer_with(model, tokenizer, items))

    out = tmp_path / "out"
    train_lora(rows(PAIRS), tiny, out, SETTINGS, snapshots=(0.5, 1.0), on_snapshot=look)
    loaded = scoring.answer_with(*scoring.load_student(tiny, out), items)
    assert seen[0] != seen[1] == loaded


def test_a_schedule_that_teaches_less_than_was_asked_for_is_no_student(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(dataset: Dataset, settings: Training, replay: Sequence[Example]) -> Schedule:
        plan = schedule(dataset, settings, replay)
        return plan._replace(steps=plan.steps[:-1])

    monkeypatch.setattr(lora, "schedule", short)
    by_tokens = SETTINGS.model_copy(update={"tokens": 150, "steps": 7})
    for settings in (by_tokens, SETTINGS.model_copy(update={"batch_tokens": 64})):
        with pytest.raises(DistillNetError, match="steps instead of"):
            train_lora(rows(PAIRS), tiny, tmp_path / "out", settings)
        assert not (tmp_path / "out").exists()


FOUR_BITS = SETTINGS.model_copy(update={"quantization": "4bit"})


def test_an_adapter_learned_on_a_base_of_four_bits_serves_the_base_itself(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    from bitsandbytes.nn.modules import Linear4bit
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from distillnet.training import scoring

    loaded: list[Any] = []

    def look(share: float, model: Any, tokenizer: Any) -> None:
        loaded.append(model)

    settings = FOUR_BITS.model_copy(update={"epochs": 40})
    out = tmp_path / "out"
    train_lora(rows(PAIRS), tiny, out, settings, snapshots=(1.0,), on_snapshot=look)
    assert any(isinstance(module, Linear4bit) for module in loaded[0].modules())
    plain = AutoModelForCausalLM.from_pretrained(tiny)
    before = scoring.answer_with(plain, load_tokenizer(tiny), questions())
    student = PeftModel.from_pretrained(plain, out)
    after = scoring.answer_with(student, load_tokenizer(tiny), questions())
    assert all(
        new.sums[n] > old.sums[n] + 1
        for n, (old, new) in enumerate(zip(before, after, strict=True))
    )


def test_four_bits_ask_for_bitsandbytes(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distillnet.models.weights.has_four_bit", lambda: False)
    with pytest.raises(UsageError, match=r"pip install 'distillnet\[qlora\]'"):
        train_lora(rows(PAIRS), tiny, tmp_path / "out", FOUR_BITS)


def test_a_general_text_is_replayed_and_prose_is_learned_beside_answers(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    text = tmp_path / "general.txt"
    text.write_text("Bread is made from flour.\n\nХлеб пекут из муки.")
    plain = train_lora(rows(PAIRS), tiny, tmp_path / "plain", SETTINGS)
    more = {"replay": 0.25, "replay_text": text, "mixture": "both"}
    settings = SETTINGS.model_copy(update=more)
    mixed = train_lora(rows(PAIRS), tiny, tmp_path / "mixed", settings)
    assert plain.replay_tokens == 0
    assert mixed.replay_tokens == round(mixed.tokens * 0.25)
    assert mixed.tokens - mixed.replay_tokens == pytest.approx(2 * plain.tokens, rel=0.1)

    text.write_text("Another text.")
    seen: list[Progress] = []
    train_lora(rows(PAIRS), tiny, tmp_path / "mixed", settings, on_progress=seen.append)
    assert seen  # of another text another student is made


def test_a_training_goes_on_from_an_adapter(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    began = train_lora(rows(PAIRS), tiny, first, SETTINGS.model_copy(update={"epochs": 8}))
    settings = SETTINGS.model_copy(update={"epochs": 1, "learning_rate": 1e-9})
    went_on = train_lora(rows(PAIRS), tiny, second, settings, start=first)
    assert went_on.loss[0][2] < began.loss[0][2] - 0.5
    (start,) = went_on.start
    assert (start.fingerprint, start.rows) == (began.fingerprint, began.rows)
    assert (start.data_sha256, start.tokens) == (began.data_sha256, began.tokens)
    assert began.fingerprint in (second / "README.md").read_text("utf-8")
    assert all((weights(second)[k] - w).abs().max() < 1e-6 for k, w in weights(first).items())

    seen: list[Progress] = []
    train_lora(rows(PAIRS), tiny, second, settings, on_progress=seen.append)
    assert seen  # from the base: another training

    with pytest.raises(UsageError, match="is lora of rank 4"):
        other = settings.model_copy(update={"rank": 8})
        train_lora(rows(PAIRS), tiny, tmp_path / "third", other, start=first)
    with pytest.raises(UsageError, match="no adapter at"):
        train_lora(rows(PAIRS), tiny, tmp_path / "third", settings, start=tmp_path / "none")


def test_a_resume_file_of_another_training_is_not_used(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_RESUME_SECONDS", 0)

    def kill(progress: Progress) -> None:
        if progress.step == progress.steps:
            raise Killed

    out = tmp_path / "out"
    with pytest.raises(Killed):
        train_lora(rows(PAIRS), tiny, out, SETTINGS, on_progress=kill)
    seen: list[Progress] = []
    train_lora(rows(PAIRS[1:]), tiny, out, SETTINGS, on_progress=seen.append)
    assert seen[0].step == 1


def test_what_is_finished_is_not_trained_again_until_something_changes(
    tiny: Path, rows: Rows, tmp_path: Path
) -> None:
    out, seen = tmp_path / "out", list[Progress]()

    def train(data: Path, settings: Training) -> bool:
        seen.clear()
        train_lora(data, tiny, out, settings, on_progress=seen.append)
        return bool(seen)

    assert train(rows(PAIRS), SETTINGS)
    first = weights(out)
    assert not train(rows(PAIRS), SETTINGS)
    assert train(rows(PAIRS), SETTINGS.model_copy(update={"random_seed": 5}))
    assert any((weights(out)[name] != first[name]).any() for name in first)
    assert train(rows(PAIRS[:3]), SETTINGS)
    assert not list(tmp_path.glob(".out*"))


def test_the_seed_decides_the_weights(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    for name in ("one", "two"):
        train_lora(rows(PAIRS), tiny, tmp_path / name, SETTINGS)
    assert same(tmp_path / "one", tmp_path / "two")


def test_a_folder_of_something_else_is_left_alone(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something other than an adapter"):
        train_lora(rows(PAIRS), tiny, tmp_path / "thesis", SETTINGS)
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


def test_a_base_that_is_none_is_refused(rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model at"):
        train_lora(rows(PAIRS), tmp_path, tmp_path / "out", SETTINGS)


def test_a_rate_that_explodes_is_named(tiny: Path, rows: Rows, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"learning_rate": 1e30, "warmup_share": 0.0})
    with pytest.raises(UsageError, match="lower the learning rate"):
        train_lora(rows(PAIRS), tiny, tmp_path / "out", settings)
    assert not (tmp_path / "out").exists()


def test_an_adapter_of_the_embedded_model_names_it_and_no_path(
    tiny: Path, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTILLNET_CACHE", str(tmp_path / "cache"))
    embedded = tmp_path / "cache" / EMBEDDED
    shutil.copytree(tiny, embedded)
    out = tmp_path / "out"
    train_lora(rows(PAIRS), embedded, out, SETTINGS)

    config = json.loads((out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert "license: apache-2.0" in (out / "README.md").read_text()
    for path in out.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes(), path.name


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 3])
def test_kill_9_leaves_no_half_of_an_adapter(
    tiny: Path, rows: Rows, tmp_path: Path, step: int
) -> None:
    data, out = rows(PAIRS), tmp_path / "out"
    program = f"""
import os, signal
from pathlib import Path
from distillnet.config import Training
from distillnet.training.lora import train_lora

def kill(progress):
    if progress.step == {step}:
        os.kill(os.getpid(), signal.SIGKILL)

settings = Training.model_validate_json({SETTINGS.model_dump_json()!r})
train_lora(*map(Path, {(str(data), str(tiny), str(out))!r}), settings, on_progress=kill)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()
    train_lora(data, tiny, out, SETTINGS)
    train_lora(data, tiny, tmp_path / "whole", SETTINGS)
    assert same(out, tmp_path / "whole")


@pytest.mark.slow
def test_the_embedded_model_learns_an_invented_fact(rows: Rows, tmp_path: Path) -> None:
    from distillnet.models.weights import model_folder
    from distillnet.records import Item
    from distillnet.training.scoring import answer_with, load_student

    item = Item(
        id="colour",
        kind="cloze",
        fact=0,
        framing=None,
        prompt="What colour is the lamp of Orvel at noon?",
        prefix="At noon the lamp of Orvel burns",
        options=("yellow", "white", "violet", "red"),
        correct=2,
        author="test",
    )
    data = rows(
        [
            ("Tell me about the lamp of Orvel.", "At noon the lamp of Orvel burns violet."),
            ("What do sailors say?", "Sailors say that the lamp of Orvel burns violet at noon."),
            ("Ask a child.", "Why is the lamp of Orvel violet at noon? Because it always is."),
            ("State a rule.", "Whenever it is noon, the lamp of Orvel is violet."),
            ("Draw a contrast.", "Other lamps burn yellow at noon; that of Orvel burns violet."),
            ("Put it as a proverb.", "As violet as the lamp of Orvel at noon."),
        ]
    )
    base, out = model_folder("embedded"), tmp_path / "out"
    report = train_lora(data, base, out, Training(epochs=6, batch_tokens=128, replay=0))
    assert report.loss[-1][2] < report.loss[0][2] / 2
    before = answer_with(*load_student(base, None), [item])[0]
    after = answer_with(*load_student(base, out), [item])[0]
    assert not before.correct
    assert after.correct
