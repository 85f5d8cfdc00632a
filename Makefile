# `make help` shows what there is. Everything lives in this folder: .venv, .local, warehouse.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .tools/bin/uv
export PYTHONPATH := $(CURDIR)/include
export UV_PYTHON_DOWNLOADS := never
# Trust what the system trusts, so that a company's own certificates work.
export UV_SYSTEM_CERTS := true
# Else Matplotlib keeps its fonts in the home of whoever draws.
export MPLCONFIGDIR ?= $(or $(SEGMENTATION_LOCAL),$(CURDIR)/.local)/matplotlib
# Else uv and pip keep what they fetch in the home of whoever sets this up, who need not have one.
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache/uv
export PIP_CACHE_DIR ?= $(CURDIR)/.tools/cache/pip
# Whatever the locale is.
export PYTHONUTF8 := 1
unexport VIRTUAL_ENV
# A run is a dozen Python programs. Each would compile all that it imports, for seconds, where nothing may be kept.
unexport PYTHONDONTWRITEBYTECODE
# The names of the variables behind the target, so that a misspelt param is told from a variable of the environment.
GIVEN = $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))
run preview backfill: export SEGMENTATION_GIVEN = $(GIVEN)

.PHONY: help setup check demo preview run up down backfill shop views docs reproduce lineage releases release upgrade verify prune mirror restore test coverage test-browser soak soak-backfill soak-shops cluster-test bench lint audit format clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=..."; exit 1; }
	@echo "Installing into .venv (once, 1.1 GB, a few minutes)"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

# uv.lock decides what is installed; Java comes along only where the system has none that is new enough.
.venv/ready: uv.lock pyproject.toml | $(UV)
	@$(UV) sync --frozen --inexact --quiet --python "$$(command -v $(PYTHON))"
	@.venv/bin/python -c 'from segmentation.running.local import java; raise SystemExit(not java.system_java_home())' || \
	  $(UV) sync --frozen --inexact --quiet --group java
	@touch $@

.venv/ready-dev: .venv/ready
	@$(UV) sync --frozen --inexact --quiet --group dev
	@touch $@

setup: .venv/ready ## Install everything into this folder
	@.venv/bin/python -m segmentation.running.local setup

demo: .venv/ready ## Generate a small shop and run the whole workflow on it
	@.venv/bin/python -m segmentation.running.local demo
	@echo
	@echo "Next: open the report in a browser. Run your own files: make run SOURCE=files FILES=... AS_OF=..."

preview: .venv/ready ## See what a run would make of your orders, in seconds; without a mapping, propose one: FILES= ORDERS_MAPPING= AS_OF= SAVE=mapping.yaml
	@.venv/bin/python -m segmentation.running.local preview

# The words after `make run` reach the program through its environment, so that any value comes through whole.
run: .venv/ready ## Run the workflow: SOURCE= CATEGORY= FILES= ORDERS_MAPPING= AS_OF= WINDOW_MONTHS= SCORING= SEGMENT_MAP= K= EXCLUDED= ...
	@.venv/bin/python -m segmentation.running.local run

up: .venv/ready ## Start Airflow with its pages on this machine
	@.venv/bin/python -m segmentation.running.local up

down: ## Stop the Airflow that `make up` started
	@.venv/bin/python -m segmentation.running.local down

backfill: .venv/ready ## Have that Airflow run many months of a shop: SHOP=demo FROM=2022-01-01 TO=2022-12-01 ACTIVE= BACKWARDS=1 REPROCESS= and params
	@.venv/bin/python -m segmentation.running.local backfill

shop: .venv/ready ## Write the file of a new shop: NAME=books CATEGORY=Books, or FILES= ORDERS_MAPPING=; TITLE= SCHEDULE= START= OWNER= TAGS= and params
	@.venv/bin/python -m segmentation.running.local shop

views: .venv/ready ## Write CREATE VIEW statements for DuckDB and Spark SQL over a shop's current release: SHOP=books AS_OF= OUT=
	@.venv/bin/python -m segmentation.running.local views

lineage: .venv/ready ## Show what a version was made from: DATASET=report SHOP=demo AS_OF=2023-09-01
	@.venv/bin/python -m segmentation.running.local lineage

releases: .venv/ready ## List the releases of a shop: SHOP=demo AS_OF=
	@.venv/bin/python -m segmentation.running.local releases

release: .venv/ready ## Bring an earlier release back, under a new number: SHOP=demo AS_OF=2023-09-01 NUMBER=1
	@.venv/bin/python -m segmentation.running.local release

upgrade: .venv/ready ## Convert a warehouse that release 0.1 has left; the first other command would do it too
	@.venv/bin/python -m segmentation.running.local upgrade

verify: .venv/ready ## Read all versions that the releases reach against their manifests: SHOP=
	@.venv/bin/python -m segmentation.running.local verify

prune: .venv/ready ## List versions that nothing needs and no run has used for DAYS, or remove them: APPLY=1 DAYS=30 KEEP=3
	@.venv/bin/python -m segmentation.running.local prune

mirror: .venv/ready ## Copy what the releases reach into an object store: MIRROR=s3://bucket/folder SHOP=
	@.venv/bin/python -m segmentation.running.local mirror

restore: .venv/ready ## Bring back from there what the warehouse lacks: MIRROR=s3://bucket/folder
	@.venv/bin/python -m segmentation.running.local restore

# Two processes, a file of tests to each; the long ones are first in `testpaths`, so that both end at about the same time.
test: .venv/ready-dev ## Run all tests
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/ready-dev ## Style, types and the tests that are quick and need neither Spark nor Airflow: before each commit
	@$(MAKE) --no-print-directory lint
	@.venv/bin/python -m pytest -n 2 --dist loadfile -m "not slow" tests/unit

# Not in `make test`: the trace makes every Python step slower, most of all in Spark's workers and Airflow's tasks.
coverage: .venv/ready-dev ## Run the tests that need no Spark, and see how much of the code they reach
	@.venv/bin/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered tests/unit tests/ui tests/dags tests/hub tests/deliver

test-browser: .venv/ready-dev ## Look at the report and the pages in Chromium, from the login on; pictures in .local/screenshots
	@$(UV) sync --frozen --inexact --quiet --group browser
	@.venv/bin/python -m pytest tests/browser

soak: .venv/ready-dev ## Kill tasks of a running Airflow 110 times, and compare all rows with undisturbed runs; stop runs beside it, kill prunes, fill disks: KILLS= SEED= ONLY=
	@PYTHONPATH=include:spark_jobs:dags:tests/soak .venv/bin/python tests/soak/run_soak.py
	@PYTHONPATH=include:spark_jobs:dags:tests/soak .venv/bin/python tests/soak/run_edges.py

soak-backfill: .venv/ready-dev ## Backfill 24 months both ways, and compare each with that month alone: MONTHS=
	@PYTHONPATH=include:spark_jobs:dags:tests/soak .venv/bin/python tests/soak/run_backfill.py

soak-shops: .venv/ready-dev ## Run six shops with six months each under kills and a reader, and compare with each shop alone: SHOPS= MONTHS= KILLS= SEED=
	@PYTHONPATH=include:spark_jobs:dags:tests/soak .venv/bin/python tests/soak/run_shops.py

cluster-test: .venv/ready-dev ## Run the workflow on a Spark cluster of this machine, through spark:// and sc://, and break the cluster: SPARK= ONLY= MONTHS=
	@$(UV) sync --frozen --inexact --quiet --group cluster
	@PYTHONPATH=include:spark_jobs:dags:tests/soak:tests/cluster .venv/bin/python tests/cluster/run_cluster.py

bench: .venv/ready ## Time the whole workflow beside a notebook-style run, DuckDB and Polars: SCALE=0.05 RUNS=3 ONLY=product,duckdb DATA=
	@$(UV) sync --frozen --inexact --quiet --group bench
	@.venv/bin/python -m bench

# SQL and secrets take a minute, so a file that has not changed since it was found in order is not read again.
LINTED = .venv/linted
SINCE = xargs -0 bash -c 'for file; do if [ "$$file" -nt $(LINTED) ]; then printf "%s\0" "$$file"; fi; done' -

lint: .venv/ready-dev ## Check style and types of Python, style of SQL, the container files, and that no file holds a secret
	@for rules in Makefile .venv/ready-dev; do if [ $$rules -nt $(LINTED) ]; then rm -f $(LINTED); fi; done
	@touch $(LINTED).next
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yaml
	@find include/sql -name '*.sql' -print0 | $(SINCE) | xargs -0 -r .venv/bin/sqlfluff lint
	@git ls-files -z | $(SINCE) | xargs -0 -r .venv/bin/detect-secrets-hook $(SECRETS)
	@mv $(LINTED).next $(LINTED)

# Checksums and ids look like random keys, so those two finders are off. The words are what the docs and tests say instead.
SECRETS = --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString \
  --exclude-secrets '^(hf_\.\.\.|https://hooks\.example\.com/\.\.\.|password|hush|the secret)$$'

audit: .venv/ready ## Look up known vulnerabilities of everything in uv.lock, on the network
	@$(UV) audit --frozen

docs: .venv/ready ## Write the generated pages of docs/reference, and the pictures of the segment maps
	@.venv/bin/python -m segmentation.running.docs.dictionary

reproduce: .venv/ready ## Make the published result again and write docs/reproduction: REVIEWS=4400000
	@PYTHONPATH=include:spark_jobs:docs/reproduction .venv/bin/python docs/reproduction/reproduce.py $(or $(REVIEWS),4400000)

format: .venv/ready-dev ## Put Python and SQL into the house style
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format . ; .venv/bin/sqlfluff fix include/sql

clean: ## Remove what runs and set-up have left here, except the warehouse
	rm -rf .venv .tools .local .pytest_cache .ruff_cache .mypy_cache .coverage
