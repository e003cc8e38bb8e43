"""A run with many made-up scenes, written as a run writes them.

    python -m benchmarks.made_up_run DIRECTORY SCENES

Random unit vectors around 500 centres, texts of random words.
"""

import random
import sys
from pathlib import Path

import numpy as np

from distillnet.graphs.context import Context
from distillnet.memory.ledger import Ledger
from distillnet.memory.store import SceneStore
from distillnet.records import Attempt, Call, Cell, Scene
from distillnet.testing.known_angles import KnownAngles
from distillnet.tools.lenses import lens_order, load_lenses
from distillnet.tools.seeds import parse_seed

SEED = "Freedom is the recognition of necessity."
DIMENSIONS = 512
_ANGLES = 500
_ROLES = ("child", "dog", "judge", "poet", "critic", "monk", "engineer", "historian")
_WORDS = [
    f"{a}{b}{c}"
    for a in ("ba", "ko", "mi", "tru", "sel")
    for b in "lnrst"
    for c in ("ed", "o", "y")
]
_PART = 5_000


def fill(directory: Path, scenes: int) -> None:
    """Makes ``directory``, a run that has so many accepted scenes."""
    directory.mkdir()
    seed_id = parse_seed(SEED).id
    ledger, store = Ledger(directory / "ledger.sqlite"), SceneStore(directory / "chroma", seed_id)
    ledger.write_fact("angle_rule", "same_angle 2")
    ledger.select("PRAGMA synchronous=OFF")
    rng, random_vectors = random.Random(5), np.random.default_rng(5)
    centres = random_vectors.normal(size=(_ANGLES, DIMENSIONS))
    lenses = [lens.name for lens in lens_order(load_lenses())]
    for start in range(0, scenes, _PART):
        numbers = range(start, min(start + _PART, scenes))
        vectors = centres[[n % _ANGLES for n in numbers]]
        vectors = vectors + random_vectors.normal(size=vectors.shape)
        unit = np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None], np.float32)
        made = [made_up_scene(number, rng, lenses, seed_id) for number in numbers]
        ledger.add_cells([_cell(scene) for scene in made])
        ledger.record_scenes(zip(made, unit, strict=True))
        ledger.record_angles(
            (scene.id, n % _ANGLES, None, 0.0) for n, scene in zip(numbers, made, strict=True)
        )
        for scene in made:
            record_call(ledger, scene.id, scene.text)
        store.upsert(made, unit)
    ledger.close()
    store.close()


def made_up_scene(number: int, rng: random.Random, lenses: list[str], seed_id: str) -> Scene:
    return Scene(
        id=f"{number:016x}",
        seed=seed_id,
        lens=lenses[number % len(lenses)],
        family="rhetorical",
        role=_ROLES[number % len(_ROLES)],
        form="letter",
        faithfulness="figurative",
        depth=0,
        parent=None,
        passage=0,
        language="en",
        text=_text(rng),
        self_test=None,
        tags=("doubt", "time"),
        model="openai:none",
        prompt_hash="0" * 16,
        round=1 + number // 100,
        attempt=0,
        verdict="accepted",
        nearest=None,
        gates={"words": 100.0, "loop": 0.0, "language": 1.0, "echo": 0.0, "topic": 0.4},
    )


def _text(rng: random.Random) -> str:
    return "Freedom and necessity: " + " ".join(rng.choices(_WORDS, k=100)) + "."


def _cell(scene: Scene) -> Cell:
    shared = scene.model_dump(include=set(Cell.model_fields) & set(Scene.model_fields))
    return Cell(**shared, reason="benchmark")


def record_call(ledger: Ledger, id: str, text: str) -> None:
    number = ledger.begin_attempt(id, input_tokens=150, output_tokens=130, usd=None)
    call = Call(
        cell=id,
        raw=text,
        finish_reason="stop",
        input_tokens=150,
        output_tokens=130,
        token_limit=1024,
        seconds=1.0,
    )
    attempt = Attempt(
        number=number,
        cell=id,
        outcome="ok",
        input_tokens=150,
        output_tokens=130,
        usd=None,
        seconds=1.0,
    )
    ledger.record_call(call, prompt="Read this text: " + SEED * 10, attempt=attempt)


def answer(context: Context, cells: list[Cell]) -> None:
    rng = random.Random(6)
    context.ledger.add_cells(cells)
    known = KnownAngles(2_000, subject="Freedom, the recognition of necessity")
    for cell in cells:
        record_call(context.ledger, cell.id, known(f"{cell.id} {rng.random()}"))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
