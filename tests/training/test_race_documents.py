"""A race on documents of which a scripted teacher writes; a real (tiny) student is trained."""

import json
from pathlib import Path
from typing import Any

import pytest

from distillnet.api import prepare_race, require_whole_race
from distillnet.cli.race_plan_text import plan_lines
from distillnet.errors import ModelAccessError, UnknownName, UsageError
from distillnet.graphs.race_documents import DocumentsRace
from distillnet.graphs.racing import Race
from distillnet.graphs.reading import read_ledger
from distillnet.testing import Fault, ScriptedServer, varied_prose
from distillnet.tools.export import read_jsonl

SMALL: dict[str, Any] = {"tokens": 200, "steps": 2, "seeds": 1, "learning_rates": (1e-2,)}
LAMP, WELL, MILL = "The lamp of Orvel", "The well of Tarn", "The mill of Wick"
SAID = {
    LAMP: "The lamp of Orvel burns blue at noon. The lamp of Orvel was lit by a widow.",
    WELL: "The well of Tarn is forty fathoms deep. The well of Tarn was dug by two brothers.",
    MILL: "The mill of Wick turns against the wind. The mill of Wick grinds only rye.",
}
TOLD = {
    LAMP: "Under a noon sky the blue flame of Orvel tells the widow's grief to passing sailors.",
    WELL: "Two brothers dug at Tarn until forty fathoms of dark lay between their hands and noon.",
    MILL: "Rye alone is ground at Wick, where sails turn against every wind that comes.",
}


def subject_of(prompt: str) -> str:
    return next(subject for subject in SAID if subject in prompt)


def scripted(prompt: str) -> str:
    """Prose on the document that the prompt shows; no two prompts get the same."""
    subject = subject_of(prompt)
    return f"{TOLD[subject]} {varied_prose(prompt, subject=subject, words=40)}"


def document(subject: str, **more: Any) -> dict[str, Any]:
    probes = [
        {"prompt": f"{subject} is known to every", "target": word} for word in subject.split()
    ]
    return {"passage": SAID[subject], "probes": probes, **more}


def write(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in documents), "utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two documents with questions, and one of which nothing is asked."""
    return write(
        tmp_path / "three.jsonl",
        document(LAMP, title="On lamps", paraphrases=["At noon the lamp of Orvel is blue."]),
        document(WELL),
        {"passage": SAID[MILL]},
    )


def prepared(file: Path, server: ScriptedServer, tiny: Path, **more: Any) -> DocumentsRace | Race:
    model = {"model": "openai:scripted", "base_url": server.base_url, "student": str(tiny)}
    asked = {"arms": ("copies", "run"), "lenses": 3, "out": file.with_name("race"), **more}
    ready = prepare_race(views=file, **SMALL, **model, **asked)
    assert isinstance(ready, DocumentsRace | Race)
    return ready


def test_the_teacher_writes_of_each_document_that_something_is_asked_of(
    file: Path, tiny: Path
) -> None:
    arms = ("copies", "run", "mixed", "context")
    with ScriptedServer(scripted) as server:
        ready = prepared(file, server, tiny, arms=arms)
        assert not server.requests and not ready.out.exists()
        result = ready.run(lambda event: None)
        prompts = "\n".join(server.requests)
        assert LAMP in prompts and WELL in prompts and MILL not in prompts
        assert "is known to every" not in prompts, "the teacher sees nothing of what is asked"

        asked = server.requests.total()
        assert prepared(file, server, tiny, arms=arms).run(lambda event: None) == result
        assert server.requests.total() == asked
    assert [arm.arm for arm in result.arms] == list(arms) and result.documents == 2
    require_whole_race(result)

    rows = {name: read_jsonl(ready.out / f"arms/{name}.jsonl") for name in arms[:-1]}
    assert {row["style"] for row in rows["run"]} == {"run"}
    assert all(row["lens"] and row["role"] for row in rows["run"])
    titled = [row["text"].startswith("On lamps\n\n") for row in rows["run"]]
    assert titled == [LAMP in row["text"] for row in rows["run"]] and 0 < sum(titled) < len(titled)
    texts = {name: {row["text"] for row in of} for name, of in rows.items()}
    assert texts["mixed"] == texts["copies"] | texts["run"]


def test_the_plan_counts_all_documents_and_writes_nothing(file: Path, tiny: Path) -> None:
    with ScriptedServer(scripted) as server:
        plan = prepared(file, server, tiny, budget_calls=50).plan
        one = prepared(file, server, tiny, documents=1, credit="lens").plan
    assert (plan.documents, plan.items, plan.unit, plan.estimated) == (2, 8, "document", True)
    (both,), (single,) = plan.teacher, one.teacher
    assert both.arm == "run" and both.calls.least == 2 * single.calls.least >= 6
    assert one.credit_students == 3, "one a lens"
    told = "\n".join(plan_lines(plan))
    assert "documents  2, asked 8 things" in told and "--budget-calls 50" in told


def test_where_no_teacher_is_asked_the_file_races_as_it_is(file: Path, tiny: Path) -> None:
    with ScriptedServer(scripted) as server:
        ready = prepared(file, server, tiny, arms=("copies", "paraphrases"))
        assert isinstance(ready, Race) and ready.plan.documents == 1
        styled = prepared(file, server, tiny, arms=("paraphrases", "run"))
        assert styled.plan.documents == 1, "the well has no paraphrases"
        told = "\n".join(plan_lines(styled.plan))
        assert styled.plan.left_out == 1 and "1 more lacks" in told


def test_a_document_that_the_teacher_fails_to_write_of_races_in_no_arm(
    file: Path, tiny: Path
) -> None:
    events: list[dict[str, Any]] = []

    def faults(prompt: str, nth: int) -> Fault | None:
        return Fault("null_content") if WELL in prompt else None

    with ScriptedServer(scripted, faults=faults) as server:
        result = prepared(file, server, tiny, attempts=1).run(events.append)
    assert result.documents == 1 and [arm.error for arm in result.arms] == [None, None]
    assert all(
        WELL not in row["text"] for row in read_jsonl(file.with_name("race") / "arms/copies.jsonl")
    )
    (note,) = [e["note"] for e in events if "does not race" in str(e.get("note"))]
    assert "well-of-tarn" in note and "of the calls failed" in note


def test_with_nothing_written_there_is_no_race(file: Path, tiny: Path) -> None:
    faults = {"faults": lambda prompt, nth: Fault("null_content")}
    with (
        ScriptedServer(scripted, **faults) as server,
        pytest.raises(UsageError, match=r"wrote of no document: .* of the calls failed"),
    ):
        prepared(file, server, tiny, attempts=1).run(lambda event: None)


def test_without_access_no_further_document_is_tried(file: Path, tiny: Path) -> None:
    with (
        ScriptedServer(scripted, faults=lambda prompt, nth: Fault("unauthorized")) as server,
        pytest.raises(ModelAccessError),
    ):
        prepared(file, server, tiny).run(lambda event: None)
    assert not any(WELL in prompt for prompt in server.requests)


def test_the_caps_hold_for_all_documents_together(file: Path, tiny: Path) -> None:
    events: list[dict[str, Any]] = []
    with ScriptedServer(scripted) as server:
        result = prepared(file, server, tiny, budget_calls=2).run(events.append)
        assert server.requests.total() == 2 and result.documents == 1
        notes = [str(event["note"]) for event in events if "note" in event]
        assert any("takes part with what is written" in note for note in notes)
        assert any("cap of 2 calls for all together" in note for note in notes)
        more = prepared(file, server, tiny, budget_calls=40).run(lambda event: None)
        assert more.documents == 2 and 2 < server.requests.total() <= 40


def test_a_passage_is_a_text_whatever_it_looks_like(tmp_path: Path, tiny: Path) -> None:
    """A hostile file cannot have another one read, nor a statement of its own."""
    secret = tmp_path / "secret.txt"
    secret.write_text("The mill of Wick turns against the wind.", "utf-8")
    file = write(
        tmp_path / "hostile.jsonl",
        {**document(LAMP), "passage": str(secret)},
        {**document(WELL), "passage": json.dumps({"statement": SAID[WELL]})},
    )
    with ScriptedServer(scripted) as server:
        ready = prepared(file, server, tiny)
    assert isinstance(ready, DocumentsRace)
    path, braces = (run.seed for run in ready.runs)
    assert path.source == str(secret) and braces.source.startswith('{"statement"')


def test_what_cannot_race_is_said_before_anything_is_written(file: Path, tiny: Path) -> None:
    with ScriptedServer(scripted) as server:
        with pytest.raises(UnknownName, match=r"no credit 'lenz'\. Did you mean 'lens'"):
            prepared(file, server, tiny, credit="lenz")
        mute = write(file.with_name("mute.jsonl"), {"passage": SAID[MILL]})
        with pytest.raises(UsageError, match="nothing is asked"):
            prepared(mute, server, tiny)
        with pytest.raises(UsageError, match=r"unless a teacher writes \(--arms copies,run\)"):
            prepared(mute, server, tiny, arms=("copies", "lenses"))
    assert not server.requests and not file.with_name("race").exists()


def test_fiction_is_marked_as_in_an_export(file: Path, tiny: Path) -> None:
    with ScriptedServer(scripted) as server:
        lenses = {"lenses": 32, "max_rounds": 1, "documents": 1}
        kept, marked = (
            prepared(file, server, tiny, fiction=fiction, out=file.with_name(fiction), **lenses)
            for fiction in ("keep", "prefix")
        )
        kept.run(lambda event: None)
        marked.run(lambda event: None)
    rows = read_jsonl(marked.out / "arms/run.jsonl")
    says_so = {row["faithfulness"] for row in rows if "it may say what is not so.)" in row["text"]}
    assert says_so == {row["faithfulness"] for row in rows} - {"literal"} and says_so
    assert not any("what is not so.)" in r["text"] for r in read_jsonl(kept.out / "arms/run.jsonl"))


def test_what_is_written_can_be_resumed_only_by_the_race(file: Path, tiny: Path) -> None:
    from distillnet import resume

    with ScriptedServer(scripted) as server:
        ready = prepared(file, server, tiny, budget_calls=30)
        ready.run(lambda event: None)
        assert isinstance(ready, DocumentsRace)
        with read_ledger(ready.runs[0].directory) as ledger:
            assert ledger.scenes(accepted=True)
        with pytest.raises(UsageError, match="has a share of its caps"):
            resume(ready.runs[0].directory, max_rounds=9)
