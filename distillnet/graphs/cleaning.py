"""From raw answers to judged scenes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from distillnet.agents.examiner import leaks
from distillnet.agents.prompts import fence
from distillnet.graphs.context import Context, Work, accepted_scenes
from distillnet.graphs.forecast import PlannedCell
from distillnet.memory.embed import Vectors
from distillnet.records import Call, Cell, Item, Scene, SelfTest
from distillnet.tools.contradictions import contradiction
from distillnet.tools.gates import Accepted, Judged, gates_for, judge
from distillnet.tools.propositions import told
from distillnet.tools.subject import subject_line
from distillnet.tools.text import clean, sentences


def judge_wave(context: Context, ids: Sequence[str]) -> dict[str, int]:
    """Gives every answered cell of ``ids`` its verdict; returns how often each verdict fell.

    Verdicts fall in the order of ``ids``, because what counts as a repeat depends on what was
    accepted before. Judging a wave again changes nothing.
    """
    ledger, work = context.ledger, context.work()
    open_cells = [
        (ledger.cell(id), call)
        for id in ids
        if not ledger.is_judged(id) and (call := ledger.call(id)) is not None
    ]
    texts = [clean(call.raw) for _, call in open_cells]
    vectors = context.embed(texts)
    passages = context.embed([passage.text for passage in work.cast.seed.passages])
    exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
    accepted = work.accepted
    judged: list[tuple[Scene, Vectors | None]] = []
    try:
        for (cell, call), text, vector in zip(open_cells, texts, vectors, strict=True):
            prompt = ledger.prompt(cell.id) or ""
            result = judge_answer(context, cell, call, text, vector, prompt, passages, accepted)
            if result.verdict == "accepted" and leaks(exam, text):
                result.verdict = "leak"
            scene = _scene(context, work, cell, text, result, passages[cell.passage])
            if scene.verdict == "accepted":
                accepted.add(cell.id, text, vector)
            judged.append((scene, None if call.error else vector))
        ledger.record_scenes(judged)
    except BaseException:
        # What was compared with must not differ from what the ledger has.
        work.accepted = accepted_scenes(ledger)
        raise
    return Counter(scene.verdict for scene, _ in judged)


def judge_answer(
    context: Context,
    cell: Cell | PlannedCell,
    call: Call,
    text: str,
    vector: Vectors,
    prompt: str,
    passages: Vectors,
    accepted: Accepted,
) -> Judged:
    """The gates' verdict on ``text``, the cleaned answer to ``prompt``.

    ``vector`` (d,) is its embedding, ``passages`` (p, d) are those of the seed's passages.
    """
    cast = context.work().cast
    return judge(
        call,
        text,
        vector,
        language=cast.language,
        prompt=prompt,
        mark=fence(cast.seed.source),
        passage=cast.seed.passages[cell.passage].text,
        passage_vector=passages[cell.passage],
        accepted=accepted,
        gates=gates_for(
            context.settings.gates,
            cast.lenses[cell.lens].faithfulness,
            max_drift=context.settings.coverage.max_drift if cell.depth else None,
        ),
    )


def _scene(
    context: Context, work: Work, cell: Cell, text: str, judged: Judged, passage: Vectors
) -> Scene:
    cast = work.cast
    lens = cast.lenses[cell.lens]
    verdict = judged.verdict
    numbered = list(enumerate(cast.facts)) if verdict == "accepted" else []
    against = tuple(
        number
        for number, fact in numbered
        if contradiction(text, fact.statement, fact.false, cast.seed.language)
    )
    if against and lens.faithfulness == "literal":
        verdict = "unfaithful"
    return Scene(
        id=cell.id,
        seed=cast.seed.id,
        lens=lens.name,
        family=lens.family,
        role=cell.role,
        form=cell.form,
        faithfulness=lens.faithfulness,
        depth=cell.depth,
        parent=cell.parent,
        passage=cell.passage,
        language=cast.language,
        text=text,
        self_test=_self_test(context, work, cell, text, passage) if verdict == "accepted" else None,
        tags=(*lens.tags, cell.role, cell.form),
        model=cast.model,
        prompt_hash=cell.prompt_hash,
        round=cell.round,
        attempt=cell.attempt,
        verdict=verdict,
        nearest=judged.nearest,
        gates=judged.gates,
        fact=cell.fact,
        tells=tuple(
            (number, direction)
            for number, fact in numbered
            for direction in sorted(told(text, fact.statement, cast.seed.language))
            if number not in against
        ),
        contradicts=against,
    )


def _self_test(context: Context, work: Work, cell: Cell, text: str, passage: Vectors) -> SelfTest:
    """The lens's question about the subject; the answer is the sentence closest to the passage.

    Extractive, so that it holds for any model; a scene of one sentence answers with itself.
    """
    said = sentences(text) or [text]
    closest = int(np.argmax(context.embed(said) @ passage)) if len(said) > 1 else 0
    seed = work.cast.seed
    lens = work.cast.lenses[cell.lens]
    question = (
        f"{lens.question.in_(work.cast.language)}\n\n"
        f"{subject_line(seed, seed.passages[cell.passage].text, work.cast.language)}"
    )
    return SelfTest(question=question, answer=said[closest])
