"""A run that grows in its directory asks only for what is missing."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from distillnet import Run, diff, distill, plan
from distillnet.errors import ConfigError, UsageError
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.testing.traffic import Answer
from distillnet.tools.lenses import load_lenses, split_lenses
from tests.conftest import PHRASE, SUBJECT

LENSES = split_lenses(load_lenses(), 6)[0]
JUDGE = (
    "Who signs a contract gives up a hundred other contracts. The court asks only whether the "
    "clause was read; necessity begins at the signature, and liberty was the pen in the hand."
)
LENS = """\
- name: keel
  title: {{en: Keel, ru: Киль}}
  question:
    en: {question}
    ru: Скажи, что держит это в равновесии.
  origin: a test
  reveals: what holds it upright
  form: lecture
  faithfulness: figurative
  tags: [sense]
"""
ROLE = """\
from distillnet import Role


class Lighthouse(Role):
    name = "lighthouse"
    stance = "You are a lighthouse. {stance}"
"""


def write_lens(folder: Path, question: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "nautical.yaml").write_text(LENS.format(question=question), encoding="utf-8")


def write_role(file: Path, stance: str) -> str:
    file.write_text(ROLE.format(stance=stance), encoding="utf-8")
    return str(file)


def grown(
    server: ScriptedServer, directory: Path, *, seed: str = PHRASE, **settings: Any
) -> tuple[Run, list[str]]:
    """The run, and the prompts that were asked for it."""
    before = server.requests
    run = distill(
        seed,
        out=directory,
        **{"model": "openai:scripted", "base_url": server.base_url, "train": False} | settings,
    )
    return run, list((server.requests - before).elements())


def of_scenes(prompts: list[str]) -> list[str]:
    """Without those of the examiner."""
    return [prompt for prompt in prompts if "Answer in one paragraph" in prompt]


def place(prompt: str) -> int:
    return next(i for i, lens in enumerate(LENSES) if lens.question.en in prompt)


def test_a_reworded_lens_is_asked_anew_and_no_other(server: ScriptedServer, tmp_path: Path) -> None:
    write_lens(tmp_path / "lenses", "Say what keeps this upright.")
    chosen = {"lenses": 6, "lens_folders": (tmp_path / "lenses",)}
    first, asked = grown(server, tmp_path / "run", **chosen)
    assert len(of_scenes(asked)) == 6

    write_lens(tmp_path / "lenses", "Say what would make this capsize.")
    second, asked = grown(server, tmp_path / "run", **chosen)
    assert len(asked) == 1 and "would make this capsize" in asked[0]
    kept = {scene.id for scene in first.scenes}
    assert [s.lens for s in second.scenes if s.id not in kept] == ["keel"]
    assert kept <= {scene.id for scene in second.scenes}


def last_stances(server: ScriptedServer, count: int) -> list[str]:
    return [body["messages"][0]["content"] for body in server.bodies[-count:]]


def test_a_changed_role_file_asks_that_role_alone(server: ScriptedServer, tmp_path: Path) -> None:
    file = write_role(tmp_path / "mine.py", "You speak of distance.")
    chosen = {"lenses": 6, "roles": (file, "dog")}
    first, _ = grown(server, tmp_path / "run", **chosen)
    own = sum(scene.role == "lighthouse" for scene in first.scenes)
    assert 0 < own < 6

    write_role(tmp_path / "mine.py", "You speak of weather.")
    second, asked = grown(server, tmp_path / "run", **chosen)
    assert len(asked) == own
    assert all("speak of weather" in stance for stance in last_stances(server, own))
    assert {scene.id for scene in first.scenes} <= {scene.id for scene in second.scenes}


def test_more_lenses_ask_for_the_new_ones_alone(server: ScriptedServer, tmp_path: Path) -> None:
    first, _ = grown(server, tmp_path / "run", lenses=4)
    second, asked = grown(server, tmp_path / "run", lenses=6)
    assert len(asked) == 2
    assert all(
        lens.question.en in prompt
        for lens, prompt in zip(LENSES[4:], sorted(asked, key=place), strict=True)
    )
    assert [s.id for s in second.scenes][:4] == [s.id for s in first.scenes]
    assert second.coverage["lenses"]["covered"] == 6


def answer(prompt: str) -> str:
    """One lens shows an angle of its own."""
    return JUDGE if LENSES[0].question.en in prompt else varied_prose(prompt, subject=SUBJECT)


def test_a_higher_target_asks_for_a_further_round_alone(tmp_path: Path) -> None:
    higher = {"good_turing": 1.0, "min_gain": 0.0}
    with ScriptedServer(answer) as server:
        first, _ = grown(server, tmp_path / "run", lenses=4)
        assert first.coverage["rounds"] == 1
        assert first.coverage["angles"]["good_turing"] == 0.75
        second, asked = grown(server, tmp_path / "run", lenses=4, max_rounds=2, coverage=higher)
    assert second.coverage["rounds"] == 2
    assert len(asked) == second.coverage["history"][1]["calls"] > 0
    assert {scene.id for scene in first.scenes} <= {scene.id for scene in second.scenes}


def test_what_grew_is_what_diff_says(server: ScriptedServer, tmp_path: Path) -> None:
    write_lens(tmp_path / "lenses", "Say what keeps this upright.")
    chosen = {"lenses": 6, "lens_folders": (tmp_path / "lenses",)}
    grown(server, tmp_path / "run", **chosen)
    shutil.copytree(tmp_path / "run", tmp_path / "before")
    write_lens(tmp_path / "lenses", "Say what would make this capsize.")
    grown(server, tmp_path / "run", **chosen)
    found = diff(tmp_path / "before", tmp_path / "run")
    assert (found.seed, found.settings, found.only_in_a) == (None, (), ())
    assert [(w.kind, w.name) for w in found.wordings] == [("lens", "keel")]
    (twin,) = found.twins
    assert (twin.lens, twin.differs) == ("keel", "prompt")
    assert found.only_in_b == (twin.b,)


def refusing(question: str) -> Answer:
    """A teacher that refuses one lens, however often it is asked."""

    def answer(prompt: str) -> str:
        if question in prompt:
            return "I'm sorry, but as an AI language model I cannot write about that."
        return varied_prose(prompt, subject=SUBJECT)

    return answer


TWO_ROUNDS = {"max_rounds": 2, "coverage": {"lenses": 1.0, "min_gain": 0.0}}


def test_more_lenses_keep_the_second_round(tmp_path: Path) -> None:
    refused = LENSES[0].question.en
    with ScriptedServer(refusing(refused)) as server:
        _, asked = grown(server, tmp_path / "run", lenses=4, **TWO_ROUNDS)
        assert sum(refused in prompt for prompt in of_scenes(asked)) == 2
        _, asked = grown(server, tmp_path / "run", lenses=6, **TWO_ROUNDS)
    assert sorted(map(place, asked)) == [4, 5]


def test_a_reworded_lens_leaves_the_second_round_of_the_others(tmp_path: Path) -> None:
    book = " ".join(f"{SUBJECT} of {n}." for n in range(1000))
    refused = LENSES[0].question.en
    write_lens(tmp_path / "lenses", "Say what keeps this upright.")
    chosen = TWO_ROUNDS | {"lenses": 6, "lens_folders": (tmp_path / "lenses",), "seed": book}
    with ScriptedServer(refusing(refused)) as server:
        _, asked = grown(server, tmp_path / "run", **chosen)
        assert sum(refused in prompt for prompt in of_scenes(asked)) == 2
        write_lens(tmp_path / "lenses", "Say what would make this capsize.")
        _, asked = grown(server, tmp_path / "run", **chosen)
    assert [prompt for prompt in asked if "would make this capsize" not in prompt] == []


def test_a_role_that_joins_is_alone_asked(server: ScriptedServer, tmp_path: Path) -> None:
    file = write_role(tmp_path / "mine.py", "You speak of distance.")
    first, _ = grown(server, tmp_path / "run", lenses=6, roles=("dog", "judge"))
    second, asked = grown(server, tmp_path / "run", lenses=6, roles=("dog", "judge", file))
    assert 0 < len(asked) < 6
    assert all("a lighthouse" in stance for stance in last_stances(server, len(asked)))
    assert {scene.id for scene in first.scenes} <= {scene.id for scene in second.scenes}


def test_a_larger_count_keeps_the_lenses_of_a_smaller_one() -> None:
    few, many = ({lens.name for lens in split_lenses(load_lenses(), n)[0]} for n in (6, 12))
    assert few <= many


def test_a_larger_count_keeps_the_cells_of_the_lenses_that_both_have() -> None:
    few, many = (
        {cell.lens: cell.id for cell in plan(PHRASE, lenses=n, train=False).cells} for n in (16, 32)
    )
    assert {lens: many[lens] for lens in few if lens in many} == {
        lens: id for lens, id in few.items() if lens in many
    }


PASSAGES = [
    f"Lamp {name} stands on its own rock and burns {colour} from dusk to dawn. " * 9
    for name, colour in (("Orvel", "blue"), ("Tarn", "red"), ("Esk", "green"), ("Una", "white"))
]


def test_a_reworded_passage_of_the_seed_is_asked_anew_and_no_other(
    server: ScriptedServer, tmp_path: Path
) -> None:
    chosen = {"lenses": 8, "max_rounds": 1}
    seed = "\n\n".join(PASSAGES)
    first, asked = grown(server, tmp_path / "run", seed=seed, **chosen)
    assert len(first.seed.passages) == 4 and len(asked) == 8

    reworded = seed.replace("burns green", "shines green")
    again, asked = grown(server, tmp_path / "new", seed=reworded, reuse=tmp_path / "run", **chosen)
    assert len(asked) == 2 and all("shines green" in prompt for prompt in asked)
    assert again.coverage["spent"]["calls"] == 2 and len(again.scenes) == 8
    kept = {scene.id for scene in first.scenes} & {scene.id for scene in again.scenes}
    assert len(kept) == 6
    assert {scene.seed for scene in again.scenes} == {again.seed.id} != {first.seed.id}
    assert len(diff(tmp_path / "run", tmp_path / "new").in_both) == 6

    # It has them now: the earlier run may go.
    shutil.rmtree(tmp_path / "run")
    done, asked = grown(server, tmp_path / "new", seed=reworded, **chosen)
    assert not asked and [s.id for s in done.scenes] == [s.id for s in again.scenes]


def test_what_is_reused_must_be_a_run(server: ScriptedServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run in"):
        plan(PHRASE, reuse=tmp_path)
    grown(server, tmp_path / "run", lenses=2)
    with pytest.raises(ConfigError, match=r"--reuse .* to keep what is said"):
        grown(server, tmp_path / "run", seed="Necessity is the mother of invention.", lenses=2)
