# Fresh clone to running home: `make demo`. Everything installs into .venv; nothing else on the machine changes,
# save mosquitto, which is installed by apt where root or a password-free sudo allows it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
PYTEST := -m pytest -n auto --dist loadgroup

.PHONY: demo run test check format clean broker

demo: $(VENV)/.installed broker
	@$(BIN)/ecohub demo $(ARGS)

run: $(VENV)/.installed broker
	@$(BIN)/ecohub run $(ARGS)

test: $(VENV)/.installed-dev broker
	@$(BIN)/python $(PYTEST) $(ARGS)

check: $(VENV)/.installed-dev broker
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python $(PYTEST) $(ARGS)

format: $(VENV)/.installed-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

broker:
	@sh scripts/install-broker.sh

$(VENV)/bin/python:
	@sh scripts/make-venv.sh $(PYTHON) $(VENV)

$(VENV)/.installed: pyproject.toml $(VENV)/bin/python
	@sh scripts/install-package.sh $(BIN)/python .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/bin/python
	@sh scripts/install-package.sh $(BIN)/python '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
