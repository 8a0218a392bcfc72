# make demo | make test | make check | make bench      PYTHON=python3.12 chooses another interpreter (3.11 or newer)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# Keep compiled bytecode: without it, importing the web application costs three times the CPU time in every process.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test check check-types check-others bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    226 simulated municipalities and the live wall (make demo ARGS=\"--port 8060\")"
	@echo "make test    every test, with a real engine and a real browser"
	@echo "make check   lint, types, layers, rules, docs"
	@echo "make bench   measurements against peers, as JSON"

demo: $(VENV)/.run
# at a terminal the demo is its own foreground job, so that Ctrl-C ends it cleanly and not make under it
	@if [ -t 0 ]; then bash -mc '"$$@"' demo $(BIN)/secmon demo $(ARGS); else exec $(BIN)/secmon demo $(ARGS); fi

test: $(VENV)/.dev
	@tools/debian.sh
ifeq ($(ARGS),)
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=20 -m "not browser or waits"
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20 -m "browser and not waits" tests/browser
else
	$(BIN)/pytest $(ARGS)
endif

# the type checker takes more than half of the time: the others run beside it
check: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-others

check-types:
	$(BIN)/mypy

check-others:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/secmon rules check > /dev/null
	$(BIN)/python tools/check_docs.py

bench: $(VENV)/.dev
	$(BIN)/python bench/ingest.py --json
	$(BIN)/python bench/round.py --json

# what the program needs; installed from the lock, hash by hash
$(VENV)/.run: requirements.lock pyproject.toml $(VENV)/.base
	@if [ -f $(VENV)/.dev ]; then touch $@; else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e . && touch $@; fi

# what the tests need on top of it
$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.run

$(VENV)/.base:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "secmon needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1): try make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "'$(PYTHON) -m venv' failed: on Debian and Ubuntu install python3-venv first" >&2; exit 1; }
	@echo "Installing into $(VENV) (once) ..."
	@touch $@

lock: $(VENV)/.dev
	$(BIN)/uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
