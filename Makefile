# Everything is done with the virtual environment in .venv; nothing needs to be activated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Every installation is held to the versions in the lock.
export PIP_CONSTRAINT := requirements.lock
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A file stays with one worker: its tests share an engine. The longest come first.
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
EXTRAS := engine,board,dev
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test check quick fmt bench lock clean

help:
	@echo 'make install   the virtual environment, with pinned packages'
	@echo 'make run       install, then run zdraw: bot, engine and board'
	@echo 'make test      every test that needs no GPU'
	@echo 'make check     format, lint, types, import contracts'
	@echo 'make quick     the tests of units and contracts'
	@echo 'make fmt       rewrite the code in the common format'
	@echo 'make bench     the figures in docs/benchmarks.md'
	@echo 'make lock      resolve anew and rewrite requirements.lock'

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'zdraw needs Python 3.11 or newer; say which: make PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	    || { echo 'Python lacks ensurepip; on Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'Installing into $(VENV) (the first time takes minutes)'
	@$(BIN)/python -m pip install -qq -e '.[$(EXTRAS)]'
	@touch $@

run: install
	@$(BIN)/zdraw run

test: install
	@$(PYTEST)

check: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

quick: install
	@$(PYTEST) tests/unit tests/contract

fmt: install
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .

bench: install
	@$(BIN)/python -m bench.overhead
	@$(BIN)/python -m bench.kill_storm --jobs 100 --kills 40
	@$(BIN)/python -m bench.obedience
	@$(BIN)/python -m bench.grammar
	@$(BIN)/python -m bench.fairness
	@$(BIN)/python -m bench.programs
	@$(BIN)/python -m bench.eta
	@$(BIN)/python -m bench.engine
	@$(BIN)/python -m bench.words
	@$(BIN)/python -m bench.store

lock:
	@$(PYTHON) -m venv --clear build/lock
	@PIP_CONSTRAINT= build/lock/bin/python -m pip install -qq --upgrade setuptools '.[$(EXTRAS)]'
	@{ sed -n '/^#/p; / ; /p' requirements.lock; build/lock/bin/python -m pip freeze --all \
	    --exclude zdraw --exclude pip | sed 's/+.*//'; } > build/requirements.lock
	@mv build/requirements.lock requirements.lock

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
