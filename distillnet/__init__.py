"""DistillNet: one seed, reinterpreted by role agents through many lenses, taught to a student.

Names load on first use, so that importing the package loads neither torch nor chromadb.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distillnet.agents.registry import load_roles
    from distillnet.agents.role import Role
    from distillnet.api import (
        adistill,
        adopt_lens,
        as_retriever,
        coverage,
        diff,
        distill,
        estimate,
        evaluate,
        explain,
        export_dataset,
        judge,
        plan,
        race,
        report,
        resume,
        search,
        tournament,
        train,
    )
    from distillnet.config import Settings
    from distillnet.errors import DistillNetError
    from distillnet.graphs.context import open_context
    from distillnet.graphs.distill import build_distill_graph
    from distillnet.graphs.forecast import Plan
    from distillnet.graphs.running import Run
    from distillnet.records import Lens, Scene, Seed
    from distillnet.tools.lenses import load_lenses
    from distillnet.tools.seeds import parse_seed

_HOMES = {
    "DistillNetError": "errors",
    "Lens": "records",
    "Plan": "graphs.forecast",
    "Role": "agents.role",
    "Run": "graphs.running",
    "Scene": "records",
    "Seed": "records",
    "Settings": "config",
    "adistill": "api",
    "adopt_lens": "api",
    "as_retriever": "api",
    "build_distill_graph": "graphs.distill",
    "coverage": "api",
    "diff": "api",
    "distill": "api",
    "estimate": "api",
    "evaluate": "api",
    "explain": "api",
    "export_dataset": "api",
    "judge": "api",
    "load_lenses": "tools.lenses",
    "load_roles": "agents.registry",
    "open_context": "graphs.context",
    "parse_seed": "tools.seeds",
    "plan": "api",
    "race": "api",
    "report": "api",
    "resume": "api",
    "search": "api",
    "tournament": "api",
    "train": "api",
}

__all__ = [
    "DistillNetError",
    "Lens",
    "Plan",
    "Role",
    "Run",
    "Scene",
    "Seed",
    "Settings",
    "adistill",
    "adopt_lens",
    "as_retriever",
    "build_distill_graph",
    "coverage",
    "diff",
    "distill",
    "estimate",
    "evaluate",
    "explain",
    "export_dataset",
    "judge",
    "load_lenses",
    "load_roles",
    "open_context",
    "parse_seed",
    "plan",
    "race",
    "report",
    "resume",
    "search",
    "tournament",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"distillnet.{_HOMES[name]}"), name)
