"""A run in which the critic misses facts, goes deeper, and proposes a lens of its own."""

import json
import re
from pathlib import Path
from typing import Any

from distillnet import Run, distill
from distillnet.records import Language
from distillnet.testing import ScriptedServer, varied_prose
from tests.cli.test_search import russian

SEEDS: dict[Language, str] = {
    "en": "Water boils at a lower temperature on a mountain because the air pressure is lower. "
    "Salt raises the boiling point of water. Steam scalds more than boiling water does.",
    "ru": "На горе вода кипит при более низкой температуре, потому что давление воздуха ниже. "
    "Соль повышает температуру кипения воды. Пар обжигает сильнее, чем кипящая вода.",
}
AGAINST: dict[Language, str] = {
    "en": "Salt lowers the boiling point of water.",
    "ru": "Соль понижает температуру кипения воды.",
}
PROPOSAL = {
    "name": "who-pays",
    "title": "Who pays",
    "question": "Who pays for this in the end, and was that person ever asked?",
    "form": "letter",
    "faithfulness": "figurative",
    "reveals": "The bill that reaches those who never took part.",
}
_TO_TELL = re.compile(r"(?:point of it|вот что)[^(]*\(text-\w+\): [\"«](.*?)[\"»] \(text-\w+\)")


def answer(prompt: str) -> str:
    """Tells the fact that is asked for, if it is not the last; proposes ``PROPOSAL``."""
    if "JSON" in prompt:
        return json.dumps(PROPOSAL)
    language: Language = "ru" if re.search("[а-яё]", prompt) else "en"
    if language == "ru":
        prose = russian(prompt).replace("Свобода и необходимость", "Вода кипит на горе")
    else:
        prose = varied_prose(prompt, subject="Water boils on a mountain")
    asked = _TO_TELL.search(prompt)
    if asked is None:
        return f"{prose} {AGAINST[language]}" if "letter" in prompt or "письм" in prompt else prose
    return prose if asked[1] in SEEDS[language].split(". ")[-1] else f"{asked[1]} {prose}"


def made(directory: Path, language: Language = "en", **settings: Any) -> Run:
    """Two rounds with six lenses and two roles; facts are sought."""
    chosen: dict[str, Any] = {
        "model": "openai:scripted",
        "lenses": 6,
        "roles": ("dog", "judge"),
        "max_rounds": 3,
        "depth": 1,
        "propose": 1,
        "train": False,
        "coverage": {"facts": 1.0, "good_turing": 0.9, "min_gain": 0.0},
    }
    with ScriptedServer(answer) as server:
        return distill(
            SEEDS[language], out=directory, base_url=server.base_url, **{**chosen, **settings}
        )
