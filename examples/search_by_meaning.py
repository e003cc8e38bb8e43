"""Ask a run's vector store a question and see through which lens the nearest scenes look.

python examples/search_by_meaning.py RUN_DIRECTORY "What is given up here?"
"""

import sys
from pathlib import Path

import chromadb

from distillnet.memory.embed import open_embedder
from distillnet.tools.export import read_jsonl


def main(directory: Path, question: str) -> None:
    scenes = {row["id"]: row for row in read_jsonl(directory / "scenes.jsonl")}
    client = chromadb.PersistentClient(str(directory / "chroma"))
    (collection,) = client.list_collections()
    found = collection.query(query_embeddings=open_embedder("use")([question]), n_results=3)
    for id, distance in zip(found["ids"][0], found["distances"][0], strict=True):
        scene = scenes[id]
        print(f"{1 - distance:.2f}  {scene['lens']} / {scene['role']}: {scene['text'][:100]}...")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
