"""The LangGraph graph itself, with a context of one's own and its events as they come.

python examples/graph_by_hand.py OUT_DIRECTORY "A seed."
"""

import asyncio
import sys
from pathlib import Path

from distillnet import Settings, build_distill_graph, open_context


async def main(directory: Path, seed: str) -> None:
    settings = Settings(lenses=5, roles=("dog", "judge"), train=False, max_rounds=1)
    with open_context(directory, settings) as context:
        graph = build_distill_graph()
        async for event in graph.astream({"seed": seed}, context=context, stream_mode="custom"):
            print(event)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
