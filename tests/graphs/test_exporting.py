"""The data set that is made of a run: its rows, its two sides, its card, its refusals."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from distillnet import DistillNetError, export_dataset, open_context
from distillnet.errors import UnknownName, UsageError
from distillnet.graphs.run_file import read_run
from distillnet.records import Scene
from distillnet.tools.concreteness import concreteness
from distillnet.tools.curriculum import curriculum_levels, curriculum_order, difficulty
from distillnet.tools.export import read_jsonl
from tests.graphs.exported_run import scenes_in, write_exported_run

SCENES = scenes_in("en")
# Eight angles of two scenes; the last eight scenes have no label.
ANGLES = {scene.id: number // 2 for number, scene in enumerate(SCENES[:16])}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_exported_run(tmp_path / "run", SCENES, ANGLES)


def ids(path: Path) -> list[str]:
    return [row["id"] for row in read_jsonl(path)]


def test_a_row_holds_the_conversation_and_what_is_known_of_its_scene(run: Path) -> None:
    export_dataset(run, test_share=0)
    scene, row = SCENES[1], read_jsonl(run / "export" / "train.jsonl")[1]
    assert row == {
        "messages": [
            {"role": "user", "content": "1?"},
            {"role": "assistant", "content": scene.text},
        ],
        "id": scene.id,
        "lens": scene.lens,
        "family": scene.family,
        "role": scene.role,
        "faithfulness": "figurative",
        "depth": 1,
        "contradicts": [0, 2],
        "model": "embedded",
        "angle": 0,
        "difficulty": round(difficulty(scene.text, "en"), 1),
        "concreteness": round(concreteness(scene.text, "en"), 3),
    }


def test_without_a_test_share_all_rows_are_in_the_planned_order(run: Path) -> None:
    done = export_dataset(run, test_share=0)
    assert ids(run / "export" / "train.jsonl") == [scene.id for scene in SCENES]
    assert done.test is None and done.levels == ()
    assert not (run / "export" / "test.jsonl").exists()


def test_no_angle_stands_in_both_files(run: Path) -> None:
    done = export_dataset(run, test_share=0.25)
    sides = [ids(run / "export" / name) for name in ("train.jsonl", "test.jsonl")]
    assert sorted(sides[0] + sides[1]) == [scene.id for scene in SCENES]
    train, test = ({ANGLES[id] for id in side if id in ANGLES} for side in sides)
    assert not train & test
    assert len(sides[1]) == 6
    assert done.test and (done.train.rows, done.test.rows) == (18, 6)
    assert done.train.angles + done.test.angles == 16
    assert done.without_angle == 8


def test_a_curriculum_orders_both_files_and_tells_its_levels(run: Path) -> None:
    done = export_dataset(run, order="curriculum", test_share=0.25)
    by_id = {scene.id: scene for scene in SCENES}
    for name in ("train.jsonl", "test.jsonl"):
        found = ids(run / "export" / name)
        assert found == [s.id for s in curriculum_order([s for s in SCENES if s.id in found])]
    train = [by_id[id] for id in ids(run / "export" / "train.jsonl")]
    levels = curriculum_levels(sorted(train, key=SCENES.index))
    assert [level.rows for level in done.levels] == [len(level) for level in levels]
    assert done.levels[0].concreteness > done.levels[-1].concreteness + 0.2
    assert done.levels[0].difficulty < done.levels[-1].difficulty - 20
    assert export_dataset(run, order="curriculum", test_share=0.25) == done


def test_fiction_is_kept_marked_or_left_out(run: Path) -> None:
    def exported(fiction: Any) -> tuple[list[dict[str, Any]], int, int]:
        done = export_dataset(run, fiction=fiction, test_share=0)
        return read_jsonl(run / "export" / "train.jsonl"), done.marked, done.left_out

    kept, *counts = exported("keep")
    assert counts == [0, 0]
    marked, *counts = exported("prefix")
    assert counts == [16, 0]
    for before, after in zip(kept, marked, strict=True):
        said = after["messages"][0]["content"] != before["messages"][0]["content"]
        assert said == (before["faithfulness"] != "literal")
    left, *counts = exported("leave-out")
    assert counts == [0, 9]
    assert [row["id"] for row in left] == [
        s.id for s in SCENES if s.faithfulness != "fictional" and s.id != SCENES[1].id
    ]


@pytest.mark.parametrize(
    ("format", "keys"),
    [
        ("prompt-completion", {"prompt", "completion"}),
        ("sharegpt", {"conversations"}),
        ("alpaca", {"instruction", "input", "output"}),
    ],
)
def test_every_format_keeps_the_same_envelope(run: Path, format: Any, keys: set[str]) -> None:
    export_dataset(run, test_share=0)
    messages = read_jsonl(run / "export" / "train.jsonl")[0]
    export_dataset(run, format=format, test_share=0)
    row = read_jsonl(run / "export" / "train.jsonl")[0]
    assert row.keys() - keys == messages.keys() - {"messages"}
    assert keys < row.keys()


def test_the_card_is_true_and_its_header_is_read_by_hubs(run: Path) -> None:
    done = export_dataset(run, order="curriculum", fiction="prefix")
    folder = run / "export"
    card = (folder / "README.md").read_text(encoding="utf-8")
    header = yaml.safe_load(card.split("---\n")[1])
    (config,) = header["configs"]
    assert [file["path"] for file in config["data_files"]] == ["train.jsonl", "test.jsonl"]
    assert header["language"] == ["en"]
    for file in done.files:
        digest = hashlib.sha256((folder / file.name).read_bytes()).hexdigest()
        assert f"| `{file.name}` | {file.rows} | {file.angles} | `{digest}` |" in card
        assert len(read_jsonl(folder / file.name)) == file.rows
    assert "`embedded` (24 rows)" in card and "Apache" in card
    assert "16 marked, 0 left out" in card


def test_the_terms_are_those_of_the_teacher(tmp_path: Path) -> None:
    run = write_exported_run(tmp_path / "run", SCENES, {}, model="openai:gpt-5-mini")
    done = export_dataset(run)
    assert done.terms and done.terms.allowed == "conditions"
    assert done.terms.source in (run / "export" / "README.md").read_text(encoding="utf-8")


def test_the_terms_are_those_of_the_place_where_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_exported_run(tmp_path / "run", SCENES, {}, model="openai:gpt-5-mini")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert export_dataset(run).terms is None
    card = (run / "export" / "README.md").read_text(encoding="utf-8")
    assert "| may its answers train a model? | unknown |" in card


def test_the_names_in_a_card_stay_inside_it(tmp_path: Path) -> None:
    name = "`<script>|\n# all yours\x1b[31m"
    scenes = [scene.model_copy(update={"model": name}) for scene in SCENES]
    run = write_exported_run(tmp_path / "run", scenes, {})
    export_dataset(run)
    card = (run / "export" / "README.md").read_text(encoding="utf-8")
    assert "`'<script>/ # all yours` (24 rows) |\n" in card
    assert [line for line in card.splitlines() if line.startswith("# ")] == [
        "# Written by 'distillnet export', which replaces it.",
        "# 24 interpretations of one seed",
    ]


def test_a_russian_run_is_marked_in_russian(tmp_path: Path) -> None:
    run = write_exported_run(tmp_path / "run", scenes_in("ru"), {})
    done = export_dataset(run, order="curriculum", fiction="prefix", test_share=0)
    rows = read_jsonl(run / "export" / "train.jsonl")
    said = [row["messages"][0]["content"] for row in rows if row["faithfulness"] == "fictional"]
    assert said and all(text.startswith("(Вымысел: ") for text in said)
    assert done.levels[0].concreteness > done.levels[-1].concreteness + 0.2


def test_a_new_export_replaces_the_one_before(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    assert export_dataset(run, out=out, test_share=0.25).test is not None
    assert export_dataset(run, out=out, test_share=0).test is None
    assert {path.name for path in out.iterdir()} == {"README.md", "train.jsonl"}
    assert len(ids(out / "train.jsonl")) == 24
    assert not (run / "export").exists()


def test_what_a_cut_off_export_left_in_the_run_is_replaced(run: Path) -> None:
    (run / "export").mkdir()
    (run / "export" / "test.jsonl").write_text('{"id": "old"}\n')
    assert export_dataset(run, test_share=0).train.rows == 24
    assert not (run / "export" / "test.jsonl").exists()


@pytest.mark.parametrize("name", ["train.jsonl", "test.jsonl", "README.md"])
def test_files_of_others_are_left_alone(run: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(UsageError, match=f"holds a {re.escape(name)} that no export made"):
        export_dataset(run, out=tmp_path / "out")
    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_one_angle_alone_is_not_split(tmp_path: Path) -> None:
    run = write_exported_run(tmp_path / "run", SCENES, dict.fromkeys(ANGLES, 0))
    run_of_one = write_exported_run(
        tmp_path / "one", SCENES, dict.fromkeys([scene.id for scene in SCENES], 0)
    )
    assert export_dataset(run_of_one).test is None
    done = export_dataset(run)
    assert done.test and not set(ids(run / "export" / "test.jsonl")) & set(ANGLES)


@pytest.mark.parametrize("share", [-0.1, 0.51, float("nan"), float("inf")])
def test_a_share_that_is_none_is_refused(run: Path, share: float) -> None:
    with pytest.raises(UsageError, match=r"test share .*: give 0 to 0\.5"):
        export_dataset(run, test_share=share)
    assert not (run / "export").exists()


def test_an_unknown_choice_suggests_one(run: Path) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"order": "curiculum"}, "no order 'curiculum'. Did you mean 'curriculum'"),
        ({"fiction": "leaveout"}, "Did you mean 'leave-out'"),
        ({"format": "share-gpt"}, "Did you mean 'sharegpt'"),
    ]
    for arguments, said in wrong:
        with pytest.raises(UnknownName, match=re.escape(said)):
            export_dataset(run, **arguments)


def fictional(scene: Scene) -> Scene:
    return scene.model_copy(update={"faithfulness": "fictional"})


def test_what_cannot_be_exported_says_why(tmp_path: Path, run: Path) -> None:
    refused: list[tuple[Path, dict[str, Any], str]] = [
        (tmp_path / "nowhere", {}, "no run in"),
        (write_exported_run(tmp_path / "empty", [], {}), {}, "no scene is accepted yet"),
        (
            write_exported_run(tmp_path / "tales", [fictional(s) for s in SCENES], {}),
            {"fiction": "leave-out"},
            "'--fiction prefix' keeps them",
        ),
        (run, {"out": run / "run.yaml"}, "cannot write to .*: give another folder by --out"),
        (run, {"out": run / "run.yaml" / "below"}, "cannot write to"),
        (run, {"out": tmp_path / ("long" * 100)}, "cannot write to"),
    ]
    for directory, arguments, said in refused:
        with pytest.raises(DistillNetError, match=said) as caught:
            export_dataset(directory, **arguments)
        assert caught.value.exit_code == 2
    (run / "ledger.sqlite").unlink()
    with pytest.raises(UsageError, match="no ledger yet"):
        export_dataset(run)


def test_an_export_needs_no_lock_and_touches_nothing_else(run: Path) -> None:
    def contents() -> dict[Path, int]:
        files = (path for path in run.rglob("*") if (run / "export") not in (path, *path.parents))
        return {path: path.stat().st_mtime_ns for path in files}

    before = contents()
    export_dataset(run)
    assert contents().keys() == before.keys()
    assert {p: t for p, t in contents().items() if p != run} == {
        p: t for p, t in before.items() if p != run
    }
    with open_context(run, read_run(run)[0]):
        assert export_dataset(run).train.rows == 21
