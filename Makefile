# Shouwen on this machine. Needs git, make and Python 3.11 or newer with venv; everything else is installed below here.
#
#   make run            everything up, sample loaded; Ctrl-C ends it       DETACH=1 make run   returns when all is ready
#   make logs SERVICE=contracts        make demo JSON=1        settings: docs/operating.md
#
# Paths are relative throughout, so that the checkout may stand in a folder with spaces.
PYTHON ?= python3
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help install run stop reset status ports logs demo test check bench rules lock clean

help: ## these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

install: ## the environment in .venv, as requirements.lock says
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: Shouwen needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) deploy/local/bootstrap.py

run: install ## start everything, load the sample company, keep it alive (DETACH=1: in the background)
	@$(RUN) -m deploy.local run $(if $(DETACH),--detach)

stop: install ## end everything; data is kept
	@$(RUN) -m deploy.local stop

reset: install ## stop and delete the data; downloads are kept
	@$(RUN) -m deploy.local reset

status: install ## each process: pid, memory, readiness, lag (JSON=1: as JSON)
	@$(RUN) -m deploy.local status $(if $(JSON),--json)

ports: install ## which ports are used, and who holds them now
	@$(RUN) -m deploy.local ports

logs: install ## follow the logs (SERVICE=contracts: of one service)
	@$(RUN) -m deploy.local logs $(if $(SERVICE),--service $(SERVICE))

demo: install ## walk the main street once with a new customer (JSON=1: JSON lines)
	@$(RUN) -m deploy.sample demo $(if $(JSON),--json)

test: install ## every test, on servers of its own
	@$(RUN) -m tests

check: install ## format, lint, types, import rules, generated files
	@$(RUN) -m tests.check

bench: install ## how fast the street is, beside its floor
	@$(RUN) -m tests.bench

rules: install ## which rule of the regime is proved by which tests
	@$(RUN) -m tests.rules

lock: install ## resolve requirements.in anew into requirements.lock
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--upgrade requirements.in --output-file requirements.lock

clean: ## delete the environment and all caches; data is kept (see reset)
	@test ! -x $(RUN) || $(RUN) -m deploy.local stop
	@rm -rf .venv .venv.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
