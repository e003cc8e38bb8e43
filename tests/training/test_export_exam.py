from pathlib import Path

import pytest

from distillnet.config import Settings, load_settings
from distillnet.errors import UsageError
from distillnet.graphs.export_exam import export_exam
from distillnet.graphs.run_file import write_run
from distillnet.memory.ledger import Ledger
from distillnet.tools.export import read_jsonl
from distillnet.tools.seeds import parse_seed
from tests.training.test_harness import AFTER_THE_TEMPLATE, ITEMS


@pytest.fixture
def settings(tiny: Path) -> Settings:
    return load_settings(student=str(tiny))


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Path:
    directory = tmp_path / "run"
    directory.mkdir()
    write_run(directory, settings, parse_seed("Freedom is the recognition of necessity."))
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.write_fact("exam", [i.model_dump(mode="json") for i in (*ITEMS, *AFTER_THE_TEMPLATE)])
    ledger.close()
    return directory


def test_a_folder_holds_the_exam_and_how_to_run_it(run: Path, settings: Settings) -> None:
    done = export_exam(run, settings, None)
    folder = run / "lm-eval"
    assert done.folder == str(folder) and done.adapter is None
    names = {task.name: task.items for task in done.tasks}
    assert names["distillnet_cloze"] == 5 and names["distillnet_general"] == 2 + 40
    assert "distillnet_wording" not in names, "one option is no choice"
    for name, items in names.items():
        assert len(read_jsonl(folder / f"{name}.jsonl")) == items
        assert (folder / f"{name}.yaml").is_file()
    card = (folder / "README.md").read_text()
    assert "--tasks distillnet --include_path ." in card and "`distillnet_cloze` | 5" in card
    assert str(run) not in card, "the folder may be given away"


def test_the_same_folder_may_be_written_again_but_no_strangers(
    run: Path, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert export_exam(run, settings, out) == export_exam(run, settings, out)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "README.md").write_text("Mine.")
    with pytest.raises(UsageError, match=r"README\.md that no export made"):
        export_exam(run, settings, tmp_path / "theirs")


def test_a_trained_adapter_is_named_and_the_file_with_its_answers(
    run: Path, settings: Settings
) -> None:
    assert "no student yet" in card_of(run, settings)
    student_in(run / "adapter")
    done = export_exam(run, settings, None)
    assert (done.adapter, done.items) == (str((run / "adapter").resolve()), "items.jsonl")
    card = card_of(run, settings)
    assert "`items.jsonl`" in card and "--precision float32" in card
    assert "first student" not in card

    student_in(run / "relearned" / "1" / "adapter")
    (run / "relearned" / "1" / "train.jsonl").write_text("{}")
    (run / "student_loop.json").write_text("[{}, {}]")  # nothing was taught in the second
    later = export_exam(run, settings, None)
    assert later.adapter == str((run / "relearned" / "1" / "adapter").resolve())
    assert later.items == "relearned/1/items.jsonl"
    card = card_of(run, settings)
    assert "`relearned/1/items.jsonl`" in card and "`relearned/1/adapter`" in card
    assert "the figures of the run's first student, `adapter`" in card


def student_in(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")


def card_of(run: Path, settings: Settings) -> str:
    return (Path(export_exam(run, settings, None).folder) / "README.md").read_text("utf-8")


def test_tasks_of_an_earlier_export_do_not_stay(
    run: Path, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "distillnet_mine.yaml").write_text("mine")
    export_exam(run, settings, out)
    assert (out / "distillnet_mine.yaml").is_file(), "a folder that no export had written to"
    stale = run / "lm-eval" / "distillnet_choice_answered.yaml"
    export_exam(run, settings, None)
    stale.write_text("tag: distillnet")
    export_exam(run, settings, None)
    assert not stale.exists() and (run / "lm-eval" / "distillnet_choice.yaml").is_file()


def test_a_run_without_an_exam_says_so(run: Path, settings: Settings) -> None:
    ledger = Ledger(run / "ledger.sqlite")
    ledger.write_fact("exam", [])
    ledger.close()
    with pytest.raises(UsageError, match="has no exam"):
        export_exam(run, settings, None)
