# Two commands matter: `make demo` runs the platform, `make test` proves it. Both do all their own set-up.
.DEFAULT_GOAL := help
PYTHON ?= python3
RUN := .venv/bin/python
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help demo test loop check setup setup-tests types locks unit

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: setup ## Run the whole platform on this machine
	@exec $(RUN) -m engine.demo.stack demo

test: setup-tests ## Lint, types, architecture rules, unit, flow and browser tests
	@$(MAKE) --no-print-directory check
	@cd annotator_ui && npm run --silent test
	@$(RUN) -m pytest

loop: setup ## One whole turn of the wheel with simulated annotators, on the CPU and the small checkpoint
	@FLYWHEEL_SEED_PHOTOS=none FLYWHEEL_SEED_CHECKPOINT=$(or $(FLYWHEEL_SEED_CHECKPOINT),small) $(RUN) -m engine.demo.stack --data-folder var/loop --free-ports run -- $(RUN) manage.py run_loop $(LOOP_ARGS)

check: ## Lint, types, import rules, migrations, generated types
	@$(RUN) -m tests.architecture.check

types: setup ## Write the page's TypeScript types from the API
	@$(RUN) -m tests.architecture.check --write-types

locks: setup ## Write the lock files anew from pyproject.toml
	@$(RUN) -m tests.architecture.locks

unit: setup-tests ## The tests without the browser and the slow ones
	@$(RUN) -m pytest -m "not browser and not slow"

setup:
	@$(PYTHON) engine/demo/bootstrap.py

setup-tests:
	@$(PYTHON) engine/demo/bootstrap.py --with-tests
