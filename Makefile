# Loa. `make help` lists the targets; README.md explains the two that matter: run and test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SEED ?= 1
N ?= 2000
SERVER ?= model
KILLS ?= 200
PHONES ?= 10000
CUTS ?= 100
PHONE_CUTS ?= 50
export PATH := $(CURDIR)/$(BIN):$(PATH)
export npm_config_omit_lockfile_registry_resolved := true
export npm_config_fund := false
export npm_config_audit := false
export npm_config_update_notifier := false

PWA_SOURCES := $(shell find pwa -path pwa/node_modules -prune -o -path pwa/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help run test setup check simulate reliability bench generate pictures system lint types tests tests-that-compute tests-that-wait pwa-tests clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run pwa/dist/.built ## install, build, load places, plan and demo data, serve on http://localhost:8000
	@$(BIN)/loa init
	@$(BIN)/loa demo
	@exec $(BIN)/loa serve --port $(PORT)

test: setup check tests pwa-tests ## everything: lint, types, Python tests, PWA tests, browser journeys

setup: $(VENV)/.dev pwa/node_modules/.installed system ## everything that run and test need, without running

check: lint types ## fast checks: format, lint, import order, types

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

# Two halves side by side, since the one computes while the other waits for a browser or for servers
# that were killed to come back. Both are run even where one has failed.
tests: $(VENV)/.dev pwa/dist/.built system
	@$(MAKE) --no-print-directory --keep-going -j2 -Otarget tests-that-compute tests-that-wait

tests-that-compute: $(VENV)/.dev
	$(BIN)/python -m pytest tests/server tests/simulation

tests-that-wait: $(VENV)/.dev pwa/dist/.built
	$(BIN)/python -m pytest tests --ignore=tests/server --ignore=tests/simulation

pwa-tests: pwa/node_modules/.installed
	npm --prefix pwa run lint
	npm --prefix pwa run check
	npm --prefix pwa run test

simulate: $(VENV)/.dev ## the sync simulator: make simulate SEED=1 N=100000 SERVER=model (or real)
	$(BIN)/python -O -m tests.simulation --seed $(SEED) --n $(N) --server $(SERVER)

reliability: $(VENV)/.dev pwa/dist/.built system ## kills and power cuts at length: make reliability KILLS=200 CUTS=100 PHONE_CUTS=50
	LOA_TEST_KILLS=$(KILLS) LOA_TEST_PHONES=$(PHONES) LOA_TEST_POWER_CUTS=$(CUTS) \
	  LOA_TEST_PHONE_POWER_CUTS=$(PHONE_CUTS) LOA_TEST_POWER_CUTS_REQUIRED=1 \
	  $(BIN)/python -m pytest -m reliability

bench: $(VENV)/.dev pwa/dist/.built system ## all benchmarks, as ratios to a floor of the same run
	for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py); done

pictures: $(VENV)/.dev pwa/dist/.built system ## screenshots of all screens over demo data, into docs/pictures
	$(BIN)/python -m tests.journeys.make_pictures

generate: $(VENV)/.dev ## the generated files: docs/openapi.json, docs/catalogue.md, docs/problems.md, types of the PWA
	$(BIN)/loa generate

# ---- what the above stand on

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Loa needs Python 3.11 or newer; say PYTHON=/path/to/python3.11 make …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

pwa/node_modules/.installed: pwa/package-lock.json pwa/package.json $(VENV)/.run
	npm --prefix pwa ci --no-progress --loglevel=error
	touch $@

pwa/dist/.built: pwa/node_modules/.installed $(PWA_SOURCES)
	npm --prefix pwa run build --silent
	touch $@

system: ## Debian's Chromium and PostgreSQL, for the tests
	@if command -v chromium >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium postgresql >/dev/null; \
	else echo "The tests need Chromium and PostgreSQL: apt-get install chromium postgresql"; exit 1; fi

clean: ## forget what was built (data in var/ stays)
	rm -rf $(VENV) pwa/node_modules pwa/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
