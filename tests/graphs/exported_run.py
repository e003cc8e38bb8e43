"""A run whose accepted scenes and their angles are known beforehand: written, not run."""

from pathlib import Path

from distillnet.config import load_settings
from distillnet.graphs.run_file import write_run
from distillnet.memory.ledger import Ledger
from distillnet.records import Cell, Faithfulness, Language, Scene, SelfTest
from distillnet.tools.seeds import parse_seed
from tests.tools.tellings import SEEN

LENSES = ("irony", "proof", "parable")
KINDS: tuple[Faithfulness, ...] = ("literal", "figurative", "fictional")
PHRASES = {
    "en": "Freedom is the recognition of necessity.",
    "ru": "Свобода есть осознанная необходимость.",
}


def scenes_in(language: Language, count: int = 24) -> list[Scene]:
    """Scenes by turns concrete and abstract, literal, figurative and fictional.

    The second contradicts two facts of the seed.
    """
    texts = [text for telling in SEEN if telling.language == language for text in telling[1:]]
    seed = parse_seed(PHRASES[language])
    return [
        Scene(
            id=f"{number:016x}",
            seed=seed.id,
            lens=LENSES[number // 2 % 3],
            family="logical",
            role="judge",
            form="letter",
            faithfulness=KINDS[number % 3],
            depth=number % 2,
            parent=None,
            passage=0,
            language=language,
            text=texts[number],
            self_test=SelfTest(question=f"{number}?", answer=texts[number]),
            tags=(),
            model="embedded",
            prompt_hash=str(number),
            round=1,
            attempt=0,
            verdict="accepted",
            nearest=None,
            gates={},
            contradicts=(0, 2) if number == 1 else (),
        )
        for number in range(count)
    ]


def write_exported_run(
    directory: Path, scenes: list[Scene], angles: dict[str, int], model: str = "embedded"
) -> Path:
    """``directory``, holding run.yaml and a ledger with ``scenes`` and their ``angles`` by id."""
    directory.mkdir(parents=True)
    language: Language = scenes[0].language if scenes else "en"
    write_run(directory, load_settings(model=model), parse_seed(PHRASES[language]))
    ledger = Ledger(directory / "ledger.sqlite")
    ledger.add_cells(
        Cell(
            id=scene.id,
            round=1,
            lens=scene.lens,
            role=scene.role,
            form=scene.form,
            passage=0,
            attempt=0,
            reason="planned",
            prompt_hash=scene.prompt_hash,
        )
        for scene in scenes
    )
    ledger.record_scenes((scene, None) for scene in scenes)
    ledger.record_angles((id, angle, None, 1.0) for id, angle in angles.items())
    ledger.close()
    return directory
