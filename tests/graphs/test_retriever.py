"""A run as LangChain sees it."""

from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from distillnet import Run, as_retriever, distill, search
from distillnet.errors import UnknownName
from distillnet.testing import ScriptedServer, varied_prose
from tests.conftest import PHRASE, SUBJECT

QUESTION = "What is recognised?"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with ScriptedServer(lambda prompt: varied_prose(prompt, subject=SUBJECT)) as server:
        return distill(
            PHRASE,
            out=tmp_path_factory.mktemp("retrieved") / "run",
            model="openai:scripted",
            base_url=server.base_url,
            lenses=10,
            roles=("dog", "judge"),
            max_rounds=1,
            train=False,
        )


def test_documents_are_what_a_search_finds(run: Run) -> None:
    found = search(run.directory, QUESTION, k=3)
    documents = as_retriever(run, k=3).invoke(QUESTION)
    assert [(d.id, d.page_content) for d in documents] == [
        (m.scene.id, m.scene.text) for m in found
    ]
    scene = found[0].scene
    assert documents[0].metadata == {
        "id": scene.id,
        "lens": scene.lens,
        "family": scene.family,
        "role": scene.role,
        "form": scene.form,
        "faithfulness": scene.faithfulness,
        "seed": run.seed.id,
        "score": found[0].score,
    }


async def test_it_works_in_a_chain_in_turn_and_at_once(run: Run) -> None:
    def ids(documents: list[Document]) -> list[str | None]:
        return [document.id for document in documents]

    retriever = as_retriever(str(run.directory))
    assert isinstance(retriever, BaseRetriever)
    chain = retriever | ids
    wanted = [match.scene.id for match in search(run.directory, QUESTION)]
    assert len(wanted) == 5
    assert chain.invoke(QUESTION) == await chain.ainvoke(QUESTION) == wanted
    assert await chain.abatch([QUESTION] * 3) == [wanted] * 3


@pytest.mark.parametrize("field", ["lens", "role", "family", "form", "faithfulness"])
def test_it_filters(run: Run, field: str) -> None:
    name = getattr(run.scenes[0], field)
    documents = as_retriever(run, k=100, **{field: name}).invoke(QUESTION)
    wanted = {scene.id for scene in run.scenes if getattr(scene, field) == name}
    assert {document.id for document in documents} == wanted
    assert len(wanted) < len(run.scenes)


def test_a_mistaken_name_is_found_before_the_chain_runs(run: Run) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'judge'"):
        as_retriever(Path(run.directory), role="jugde")
