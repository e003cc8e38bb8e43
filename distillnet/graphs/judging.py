"""What the gates said of a scene, which facts it tells, and which scenes are like it."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from distillnet.agents.examiner import leaks
from distillnet.config import Settings
from distillnet.graphs.explanation import Angle, Gate, Judgement, Relative, Telling
from distillnet.memory.ledger import Ledger
from distillnet.records import Call, Direction, Fact, Item, Language, Scene
from distillnet.tools.gates import Check, checks, gates_for, overlap

_NEIGHBOURS = 5
_FIRST_CHARACTERS = 100


def judgement(
    scene: Scene,
    call: Call,
    scenes: dict[str, Scene],
    language: Language,
    settings: Settings,
    facts: list[Fact],
    ledger: Ledger,
) -> Judgement:
    """What the gates said of ``scene``, the answer of ``call``; ``scenes`` are all by their ids."""
    exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
    gates = tuple(_gates(scene, call, exam, language, settings))
    stopped_by = next((gate for gate in gates if gate.state == "stopped"), None)
    now = stopped_by.gives if stopped_by else "accepted"
    stop = stopped_by.name if stopped_by else None
    return Judgement(
        scene=scene,
        gates=gates,
        verdict_now=now if gates else scene.verdict,
        leaks=next(i.id for i in exam if leaks([i], scene.text)) if stop == "leak" else None,
        nearest=_relative(scenes[scene.nearest], scene.gates["cosine"]) if scene.nearest else None,
        overlaps=_overlapping(scene, scenes.values()) if stop == "overlap" else None,
        neighbours=tuple(_neighbours(scene.id, scenes, ledger)),
        tells=tuple(tellings(facts, scene.tells)),
        contradicts=tuple(
            told.statement for told in tellings(facts, ((n, "forward") for n in scene.contradicts))
        ),
        angle=_angle(scene.id, scenes, settings, ledger),
    )


def _gates(
    scene: Scene, call: Call, exam: list[Item], language: Language, settings: Settings
) -> Iterator[Gate]:
    """The gates in their order; none where there was no answer to judge."""
    if scene.verdict == "failed":
        return
    thresholds = gates_for(
        settings.gates,
        scene.faithfulness,
        max_drift=settings.coverage.max_drift if scene.depth else None,
    )
    leak = Check("leak", "gives away the exam", "leak", leaks(exam, scene.text))
    against = bool(scene.contradicts) and scene.faithfulness == "literal"
    faithful = Check("faithful", "contradicts the seed", "unfaithful", against)
    stopped = False
    for check in (*checks(call, scene.text, scene.gates, language, thresholds), leak, faithful):
        yield Gate(
            name=check.name,
            what=check.what,
            gives=check.gives,
            number=check.number,
            bound=check.bound,
            threshold=check.threshold,
            state="not asked" if stopped else "stopped" if check.objects else "passed",
        )
        stopped = stopped or check.objects


def _overlapping(scene: Scene, scenes: Iterable[Scene]) -> Relative:
    """The accepted scene whose overlap is the number that the gate measured."""
    shares = [
        (overlap(scene.text, other.text), other)
        for other in scenes
        if other.verdict == "accepted" and other.id != scene.id
    ]
    measured = scene.gates["overlap"]
    share, other = min(shares, key=lambda pair: abs(pair[0] - measured))
    return _relative(other, share)


def _neighbours(id: str, scenes: dict[str, Scene], ledger: Ledger) -> Iterator[Relative]:
    """The scenes, of any verdict, whose vectors have the largest cosine to this one's."""
    vectors = ledger.vectors()
    own = vectors.pop(id, None)
    if own is None or not vectors:
        return
    ids = list(vectors)
    cosines = np.stack(list(vectors.values())) @ own
    for place in np.argsort(-cosines, kind="stable")[:_NEIGHBOURS]:
        yield _relative(scenes[ids[place]], float(cosines[place]))


def _angle(id: str, scenes: dict[str, Scene], settings: Settings, ledger: Ledger) -> Angle | None:
    labels = ledger.angles()
    if id not in labels:
        return None
    ((nearest, likeness),) = ledger.select(
        "SELECT nearest, probability FROM angles WHERE id = ?", id
    )
    return Angle(
        number=labels[id],
        others=[*labels.values()].count(labels[id]) - 1,
        opened=labels.get(nearest) != labels[id],
        nearest=_relative(scenes[nearest], likeness) if nearest else None,
        measure="probability" if settings.embeddings == "use" else "cosine",
    )


def _relative(scene: Scene, likeness: float) -> Relative:
    return Relative(
        id=scene.id,
        lens=scene.lens,
        role=scene.role,
        verdict=scene.verdict,
        likeness=likeness,
        begins=beginning(scene.text),
    )


def tellings(facts: Sequence[Fact], told: Iterable[tuple[int, Direction]]) -> Iterator[Telling]:
    """In words; a fact that the run has no longer is left out."""
    for number, direction in told:
        if number < len(facts):
            yield Telling(fact=number, statement=facts[number].statement, direction=direction)


def beginning(text: str) -> str:
    """Its first words, on one line."""
    line = " ".join(text.split())
    if len(line) <= _FIRST_CHARACTERS:
        return line
    return f"{line[:_FIRST_CHARACTERS].rsplit(' ', 1)[0]} ..."
