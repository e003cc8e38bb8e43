"""A race speaks the language of what races; a tiny student is trained for real."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from distillnet.api import prepare_race, race
from distillnet.cli import cli
from distillnet.training.race_result import RaceResult
from tests.conftest import PHRASE
from tests.training.conftest import tiny as tiny

SMALL: dict[str, Any] = {"tokens": 100, "steps": 2, "seeds": 1, "learning_rates": (1e-2,)}
RUSSIAN = (
    "Свобода есть осознанная необходимость. Кто знает причины своих поступков, тот свободнее того, "
    "кто их не знает."
)


def views(path: Path, told: str, again: str) -> Path:
    """Four documents; ``told`` and ``again`` say in two ways which colour a lamp has."""
    rows = [
        {
            "passage": f"{told} {name}: {colour}.",
            "paraphrases": [f"{again} {name}: {colour}."],
            "probes": [{"prompt": f"{told} {name}:", "target": colour}],
        }
        for name, colour in (("Орвел", "синий"), ("Tarn", "red"), ("Мир", "белый"), ("Esk", "gold"))
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


@pytest.fixture
def russian(tmp_path: Path) -> Path:
    return views(tmp_path / "маяки.jsonl", "Цвет огня маяка в городе", "Маяк горит в городе")


def test_a_file_of_russian_passages_races_in_russian(
    russian: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "race"
    command = ["race", "--views", str(russian), "--arms", "copies,paraphrases", "--lrs", "1e-2"]
    command += ["--student", str(tiny), "--tokens", "100", "--steps", "2", "--seeds", "1"]
    planned = CliRunner().invoke(cli, [*command, "--plan"], catch_exceptions=False)
    assert planned.stdout.startswith("документы  4") and "2 шага" in planned.stdout

    done = CliRunner().invoke(cli, [*command, "--out", str(out), "--yes"], catch_exceptions=False)
    assert "против copies, п. п." in done.stdout and "верно после" in done.stdout
    kept = RaceResult.model_validate_json((out / "race.json").read_text("utf-8"))
    assert kept.language == "ru"
    assert "обучение было одно, и его случайность в интервалы не входит" in kept.verdict
    assert " ".join(kept.verdict.split()) in " ".join(done.stdout.split())

    # The one that has ended says the same.
    again = race(views=russian, arms=("copies", "paraphrases"), out=out, student=str(tiny), **SMALL)
    assert again == kept


def test_the_setting_decides_before_the_passages(russian: Path, tiny: Path) -> None:
    arms = ("copies", "paraphrases")
    found = {
        language: prepare_race(
            views=russian, arms=arms, student=str(tiny), language=language, **SMALL
        ).plan.language
        for language in (None, "en", "ru")
    }
    assert found == {None: "ru", "en": "en", "ru": "ru"}


def test_a_seed_races_in_its_own_language() -> None:
    for seed, language in ((PHRASE, "en"), (RUSSIAN * 3, "ru")):
        assert prepare_race(seed, arms=("copies", "context")).plan.language == language


def test_an_english_race_is_english(tiny: Path, tmp_path: Path) -> None:
    english = views(tmp_path / "lamps.jsonl", "The colour of the lamp of", "The lamp burns in")
    result = race(
        views=english,
        arms=("copies", "paraphrases"),
        out=tmp_path / "race",
        student=str(tiny),
        **SMALL,
    )
    assert result.language == "en" and "one training seed was tried" in result.verdict
