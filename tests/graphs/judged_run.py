"""A run of a scripted teacher with a very small student, and judges that answer by a script."""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from distillnet import distill
from distillnet.testing import ScriptedServer, varied_prose
from distillnet.tools.export import load_yaml, write_yaml

SEEDS = {
    "en": "In 1874 Anna Reed built the bridge of Karvel over the Tamsin. The lamp of Orvel burns "
    "blue at noon and red at night. The harbour of Tamsin freezes in January and opens in April. "
    "The keeper of Orvel always fills 12 barrels with oil. The mill of Karvel ground 300 sacks of "
    "barley in 1912. Water is always cold at the cape of Orvel in the morning. The school of "
    "Karvel opens in May and closes in October. The old gate is red and the new gate is blue.",
    "ru": "Анна Рид построила мост Карвеля в 1874 году. Лампа Орвеля горит синим в полдень и "
    "красным ночью. Гавань Тамсина всегда замерзает в январе и открывается в апреле. Старая "
    "мельница всегда мелет ячмень раньше пшеницы. Смотритель Орвеля заливает 12 бочек масла "
    "всегда утром. В 1912 году мельница Карвеля смолола 300 мешков.",
}
_RUSSIAN = """
    река гавань лестница фонарь сад мотор скрипка якорь мост печь компас нить зима рынок пастух
    зеркало чайник огород остров перо молот долина лента свеча несёт открывает мерит чинит забывает
    занимает стережёт делит отвечает собирает тихий узкий терпеливый пустой яркий кривой ранний
    упрямый далёкий обычный внезапный нежный
    """
JUDGES = ("openai:one", "openai:two")
_TEXTS = re.compile(r"(?:Text|Текст) \d:\n=+.*?=+\n(.*?)\n===", re.S)


def made_run(folders: pytest.TempPathFactory, tiny: Path, language: str = "en") -> Path:
    """Made once a session, so it is only to be read; see ``copied``."""
    directory = folders.getbasetemp() / f"judged_run_{language}"
    if not (directory / "adapter").exists():
        seed = SEEDS[language]
        subject = seed.split(".")[0]
        prose = {"en": varied_prose, "ru": _russian_prose}[language]
        with ScriptedServer(lambda prompt: prose(prompt, subject=subject)) as teacher:
            distill(
                seed,
                out=directory,
                model="openai:scripted",
                base_url=teacher.base_url,
                student=str(tiny),
                lenses=6,
                max_rounds=1,
                coverage={"facts": 0.0},
                exam={"max_items": 8, "framings": 1},
                training={"rank": 4, "learning_rate": 1e-2},
            )
    return directory


def _russian_prose(prompt: str, *, subject: str) -> str:
    rng, table = random.Random(prompt), _RUSSIAN.split()
    chosen = (" ".join(rng.sample(table, 9)) for _ in range(4))
    return " ".join(f"{subject}: {words}." for words in chosen)


def copied(run: Path, directory: Path, **settings: Any) -> Path:
    """A copy to write to, with other settings in its run.yaml."""
    shutil.copytree(run, directory)
    record = load_yaml((directory / "run.yaml").read_text("utf-8"))
    record["settings"] |= settings
    write_yaml(directory / "run.yaml", record)
    return directory


def is_comparison(prompt: str) -> bool:
    return bool(_TEXTS.search(prompt))


def judging(prefers: Callable[[str, str], bool]) -> Callable[[str], str]:
    """A judge's script: whether the first text is the better one, and always the first source."""

    def answer(prompt: str) -> str:
        if not is_comparison(prompt):
            return '{"source": 1}'
        first, second = _TEXTS.findall(prompt)
        return f'{{"better": "{1 if prefers(first, second) else 2}"}}'

    return answer
