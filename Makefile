# Everything from a fresh clone with Python 3.11 or later and make: each target makes the environment it needs.
#   make demo        fit Newcomb's light times under four assumptions; picture in out/
#   make test        the test suite, but what is marked slow and the notebooks
#   make test-slow   what is marked slow: laws tried in depth, other processes
#   make test-extras the tests that need frameworks: torch, jax, numba, boosters, scikit-learn
#   make proofs      every claim of tests/prove and twenty mutants of each, under four hash seeds
#   make lint        ruff and mypy --strict
#   make notebooks   run the notebooks from top to bottom
#   make accuracy    everything against mpmath: families, links, wrappers, losses
#   make bench       speed
# Another interpreter: make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin

# Parallel tests and threaded BLAS would fight for the same cores.
export OMP_NUM_THREADS ?= 1
export MPLBACKEND ?= Agg

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-extras run-extras tiny proofs lint format notebooks accuracy bench build clean

help:
	@sed -n '1,11s/^# \{0,1\}//p' Makefile

demo: $(VENV)/run.stamp
	$(BIN)/likelihoodkit demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/test_notebooks.py -m "not slow"

test-slow: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/test_notebooks.py -m slow tests

test-extras:
	$(MAKE) VENV=$(VENV)-extras run-extras

run-extras: $(VENV)/extras.stamp
	$(BIN)/python -m pytest tests/extras

tiny: $(VENV)/tiny.stamp
	$(BIN)/python -m pytest tests/test_tiny.py

proofs: $(VENV)/dev.stamp
	cd tests && ../$(BIN)/python -m prove.report

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests/test_notebooks.py

accuracy: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.accuracy

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.speed

build: $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis

# One stamp per purpose, so that the demo does not wait for the tools of the tests.
$(VENV)/pip.stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; name it: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'  # the first that reads dependency groups
	@touch $@

$(VENV)/run.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable '.[plot,proof]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(VENV)/tiny.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable . --group tiny
	@touch $@

# The package index's newest torch brings several GB of CUDA along; the release the group names comes as a CPU build.
$(VENV)/extras.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable . --group extras
	@touch $@
