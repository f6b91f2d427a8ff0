# `make run` and `make test` do everything on a fresh machine; README.md has the same in plain pip.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Compiled when imported: what no one imports is most of what comes along, and takes longer than to install it.
# It is then kept at the first import, whatever the environment says: else every process compiles it again.
unexport PYTHONDONTWRITEBYTECODE
PIP = $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt

.PHONY: run test check bench screenshots clean

run: $(VENV)/.run
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m evals bench

# Those of README.md and docs/guide.md; they need Debian's Chromium.
screenshots: $(VENV)/.dev
	$(BIN)/python docs/screenshots.py

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.pip pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

# In one go, with what the page needs: pip works everything out again at each call.
$(VENV)/.dev: $(VENV)/.pip pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	touch $(VENV)/.run $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
