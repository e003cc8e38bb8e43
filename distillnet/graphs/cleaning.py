"""From raw answers to judged scenes."""

from collections import Counter
from collections.abc import Sequence

from distillnet.agents.examiner import leaks
from distillnet.agents.prompts import mark_of
from distillnet.graphs.context import Context, Work
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
    exam = [Item.model_validate(item) for item in ledger.fact("exam") or []]
    accepted = work.accepted
    accepted.look_ahead(vectors)
    judged: list[tuple[Scene, Vectors | None]] = []
    try:
        for (cell, call), text, vector in zip(open_cells, texts, vectors, strict=True):
            prompt = ledger.prompt(cell.id) or ""
            result = judge_answer(context, cell, call, text, vector, prompt, accepted)
            if result.verdict == "accepted" and leaks(exam, text):
                result.verdict = "leak"
            scene = _scene(work, cell, text, result)
            if scene.verdict == "accepted":
                accepted.add(cell.id, text, vector)
            judged.append((scene, None if call.error else vector))
        judged = _with_self_tests(context, judged)
        ledger.record_scenes(judged)
    except BaseException:
        # What was compared with must not differ from what the ledger has.
        context.remember_anew()
        raise
    return Counter(scene.verdict for scene, _ in judged)


def judge_answer(
    context: Context,
    cell: Cell | PlannedCell,
    call: Call,
    text: str,
    vector: Vectors,
    prompt: str,
    accepted: Accepted,
) -> Judged:
    """The gates' verdict on ``text``, the cleaned answer to ``prompt`` with ``vector`` (d,)."""
    work = context.work()
    cast = work.cast
    return judge(
        call,
        text,
        vector,
        language=cast.language,
        prompt=prompt,
        mark=mark_of(prompt),
        passage=cast.seed.passages[cell.passage].text,
        passage_vector=work.passages[cell.passage],
        accepted=accepted,
        gates=gates_for(
            context.settings.gates,
            cast.lenses[cell.lens].faithfulness,
            max_drift=context.settings.coverage.max_drift if cell.depth else None,
        ),
    )


def _scene(work: Work, cell: Cell, text: str, judged: Judged) -> Scene:
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
        self_test=None,
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


def _with_self_tests(
    context: Context, judged: Sequence[tuple[Scene, Vectors | None]]
) -> list[tuple[Scene, Vectors | None]]:
    """The accepted ones with the lens's question about the subject and an answer to it.

    The answer is the sentence closest to the passage: extractive, so that it holds for any model.
    A scene of one sentence answers with itself.
    """
    work = context.work()
    cast = work.cast
    said = {
        scene.id: sentences(scene.text) or [scene.text]
        for scene, _ in judged
        if scene.verdict == "accepted"
    }
    # All at once, which is several times faster.
    several = [sentence for found in said.values() if len(found) > 1 for sentence in found]
    vectors = iter(context.embed(several))
    done = []
    for scene, vector in judged:
        if found := said.get(scene.id):
            passage = work.passages[scene.passage]
            answer = found[0]
            if len(found) > 1:
                near = [float(next(vectors) @ passage) for _ in found]
                answer = found[near.index(max(near))]
            subject = subject_line(cast.seed, cast.seed.passages[scene.passage].text, cast.language)
            test = SelfTest(
                question=f"{cast.lenses[scene.lens].question.in_(cast.language)}\n\n{subject}",
                answer=answer,
            )
            scene = scene.model_copy(update={"self_test": test})
        done.append((scene, vector))
    return done
