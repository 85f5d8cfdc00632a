# `make help` shows what there is. Everything lives in this folder: .venv, .local, warehouse.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .tools/bin/uv
export PYTHONPATH := $(CURDIR)/include
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

DEMO_AS_OF := 2023-09-01

.PHONY: help setup demo run test lint format clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=..."; exit 1; }
	@echo "Installing into .venv (once)"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

# uv.lock decides what is installed; Java comes along only where the system has none that is new enough.
.venv/ready: uv.lock pyproject.toml | $(UV)
	@$(UV) sync --frozen --inexact --quiet --python "$$(command -v $(PYTHON))"
	@.venv/bin/python -c 'from segmentation.local import java; raise SystemExit(not java.system_java_home())' || \
	  $(UV) sync --frozen --inexact --quiet --group java
	@touch $@

.venv/ready-dev: .venv/ready
	@$(UV) sync --frozen --inexact --quiet --group dev
	@touch $@

setup: .venv/ready ## Install everything into this folder
	@.venv/bin/python -m segmentation.local setup

demo: .venv/ready ## Generate a small shop and run the whole workflow on it
	@.venv/bin/python -m segmentation.local run source=demo as_of=$(DEMO_AS_OF)
	@echo
	@echo "Next: open the report in a browser. Run your own files: make run SOURCE=files FILES=... AS_OF=..."

# NAME=value words of `make run` become the param of that name; FILES, EXCLUDED and the like are short forms.
RUN_PARAMS = source=$(SOURCE) category=$(CATEGORY) revision=$(REVISION) files_path=$(FILES) as_of=$(AS_OF) \
  window_months=$(WINDOW_MONTHS) scoring=$(SCORING) frozen_edges_from=$(FROZEN_EDGES_FROM) \
  frequency_edges=$(FREQUENCY_EDGES) segment_map=$(SEGMENT_MAP) k=$(K) k_min=$(K_MIN) k_max=$(K_MAX) \
  min_price=$(MIN_PRICE) excluded_categories=$(EXCLUDED) keep_unknown_category=$(KEEP_UNKNOWN_CATEGORY) \
  demo_reviews=$(DEMO_REVIEWS) force=$(FORCE)

run: .venv/ready ## Run the workflow: SOURCE= CATEGORY= FILES= AS_OF= WINDOW_MONTHS= SCORING= SEGMENT_MAP= K= EXCLUDED= ...
	@.venv/bin/python -m segmentation.local run $(RUN_PARAMS)

test: .venv/ready-dev ## Run all tests
	@.venv/bin/python -m pytest

lint: .venv/ready-dev ## Check Python and SQL style
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/sqlfluff lint --processes 2 include/sql

format: .venv/ready-dev ## Put Python and SQL into the house style
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format . ; .venv/bin/sqlfluff fix --processes 2 include/sql

clean: ## Remove what runs and set-up have left here, except the warehouse
	rm -rf .venv .tools .local .pytest_cache .ruff_cache
