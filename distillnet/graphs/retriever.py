"""The scenes of a run as a LangChain retriever."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from distillnet.graphs.searching import SceneSearch

# What a scene says of itself, in a document's metadata.
_SAID = ("id", "lens", "family", "role", "form", "faithfulness", "seed")


class SceneRetriever(BaseRetriever):
    """A document a scene, the nearest to the query first; LangChain adds the asynchronous calls.

    >>> retriever = distillnet.as_retriever("runs/freedom", lens="parable")  # doctest: +SKIP
    >>> (retriever | format_documents | prompt | model).invoke(question)  # doctest: +SKIP
    """

    scenes: SceneSearch
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [
            Document(
                id=match.scene.id,
                page_content=match.scene.text,
                metadata={
                    **{name: getattr(match.scene, name) for name in _SAID},
                    "score": match.score,
                },
            )
            for match in self.scenes.nearest(query, self.k)
        ]
