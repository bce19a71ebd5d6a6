# One small set of commands for everything. Works from a fresh Debian 12 with python3, python3-venv, make, git and npm.
#
#   make demo  [ARGS=--headless]      the story, end to end; the console in the browser unless headless
#   make check                        everything that must hold before a change lands
#   make bench [ONLY=name] [QUICK=1]  figures against a named peer, kept in bench/results/
#   make docs | mutants | fuzz | unlearn | wheel | web | outside | lock | setup | clean

PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
VENDOR := src/fairlead/door/static/vendor/LICENSES.txt
ONLY ?= $(patsubst bench/%.py,%,$(filter-out bench/__init__.py bench/figure.py bench/stores.py bench/sea.py,$(wildcard bench/*.py)))

.PHONY: help setup dev web browser postgres outside demo check test bench docs mutants fuzz unlearn wheel lock clean

help:
	@sed -n '3,6s/^# *//p' Makefile

# --- set-up: each step leaves a stamp, so that a second run takes seconds ---

setup: .venv/run.stamp
dev: .venv/dev.stamp
web: $(VENDOR)

.venv/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "python 3.11 or later is needed; set PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.lock pyproject.toml
	@echo "installing what requirements.lock names, by hash (about half a minute the first time)"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	@echo "installing what requirements-dev.lock adds"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENDOR): web/package-lock.json web/package.json web/build.mjs
	@command -v npm >/dev/null || { echo "npm is needed for the console's map (apt-get install npm); make demo ARGS=--headless does without" >&2; exit 1; }
	@echo "fetching the console's browser files, by hash"
	@npm ci --prefix web --ignore-scripts --no-audit --no-fund --loglevel=error
	@node web/build.mjs

# Tests that need a browser skip by name without one.
browser:
	@tools/browser.sh

# Tests of shared nodes skip by name without one.
postgres:
	@tools/postgres.sh

# Verifiers of others that the tests ask; what cannot be had is told, and its tests skip by name.
outside: dev
	@tools/outside.sh

# --- what people run ---

demo: setup $(if $(findstring --headless,$(ARGS)),,web)
	@$(BIN)/fairlead demo $(ARGS)

check: dev $(if $(shell command -v npm),web) browser postgres outside
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest --numprocesses 2 --dist loadfile

# The property tests again, with other seeds and many more examples.
fuzz: dev
	$(BIN)/pytest tests/laws tests/model tests/rooms/intake/nmea/test_fuzz.py --numprocesses 2 --hypothesis-profile=fuzz

unlearn: dev
	$(if $(FAIRLEAD_REPLACED),,FAIRLEAD_REPLACED=1000 )$(BIN)/pytest tests/laws/test_p5_*.py --numprocesses 2

mutants: dev
	$(BIN)/python -m tests.mutants $(ARGS)

bench: dev
	@for name in $(ONLY); do $(BIN)/python -m bench.$$name $(if $(QUICK),--quick); done

docs: dev
	@$(BIN)/python -m tools.print_docs $(ARGS)

wheel: dev web
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls -l dist

lock:
	@tools/lock.sh $(ARGS)

# A node folder is never removed here: it may hold receipts somebody needs.
clean:
	rm -rf .venv build dist site web/node_modules tests/outside/npm/node_modules $(dir $(VENDOR)) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
