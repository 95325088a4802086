# The chores, each a line that a person could type. `make grade` and `make test` need only Python 3.11+, git and make:
# they make .venv and install into it what is locked in requirements/. A second run installs nothing again.

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
SOLUTION := $(lastword $(sort $(wildcard solutions/[0-9]*)))
JOBS ?= 6
SHARE ?= 1/1

ONLY_BONUS := import json; steps = [step for stage in json.load(open("report/report.json"))["stages"] \
	for step in stage["steps"]]; raise SystemExit(any(one["outcome"] == "fail" and not one["bonus"] for one in steps))

export UV_COMPILE_BYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_CUSTOM_COMPILE_COMMAND := make lock
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

.PHONY: help setup load grade test check lock notebooks lab bench matrix repeat quick record recording wheel clean

help: ## list the chores
	@sed -n 's/^\([a-z]*\):.*## /  make \1 - /p' Makefile

setup: $(VENV)/has-learner ## install what a learner needs, and say how to get `kit` in any folder
	@$(BIN)/python -m grader.system.reach

load: $(VENV)/has-load ## install what stage 4 needs besides: Locust, py-spy, SnakeViz
	@echo 'Locust, py-spy and SnakeViz are installed. Try kit load reads in your project.'

grade: $(VENV)/has-load ## grade the reference solution through everything; writes report/report.json
	@$(BIN)/kit grade $(SOLUTION) --report report; status=$$?; \
	if [ $$status = 4 ]; then echo '  Nothing failed, but something is unclear or was not checked; see above.'; exit 0; fi; \
	if [ $$status = 1 ] && $(BIN)/python -c '$(ONLY_BONUS)'; then \
		echo '  Only a bonus step failed: it asks for predictions of your own, which no solution can have.'; exit 0; fi; \
	exit $$status

test: $(VENV)/has-dev ## run every test, on a fresh machine too
	@$(BIN)/python -m tests.packages
	@$(BIN)/python -m pytest -q -n $(JOBS) --maxschedchunk 1

fuzz: $(VENV)/has-fuzz ## fuzz the reference solution against the description of its API; never scored
	@$(BIN)/kit fuzz --project $(SOLUTION)

check: $(VENV)/has-dev ## lint, types, and which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

quick: $(VENV)/has-dev ## test what the changed files touch
	@$(BIN)/python -m tests.quick

record: $(VENV)/has-dev ## record anew what a learner reads about one mistake: make record CASE=1.7/no-commit
	@$(BIN)/python -m tests.said '$(CASE)'

recording: $(VENV)/has-dev ## record anew the first ten minutes that the README shows
	@$(BIN)/python -m tests.recording

matrix: $(VENV)/has-dev ## every mistake and variant through every step that could notice it; in parts with SHARE=1/6
	$(BIN)/python -m tests.matrix matrix --jobs $(JOBS) --share $(SHARE)

repeat: $(VENV)/has-dev ## each mistake's step and each variant many times; BUSY=1 beside a busy core
	$(BIN)/python -m tests.matrix repeat --jobs $(JOBS) --share $(SHARE)

notebooks: $(VENV)/has-notebooks ## run every notebook anew, and write its outputs and pictures; one of them with N=2
	$(BIN)/python -m notebooks.render $(N)

lab: $(VENV)/has-notebooks ## open the notebooks in a browser
	@cd notebooks && ../$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root)

bench: $(VENV)/has-bench ## how long a verdict takes, and what scaling brought, as ratios in one run
	$(BIN)/python -m benchmarks.verdict
	$(BIN)/python -m benchmarks.scaling

wheel: $(UV) ## build dist/*.whl: the kit with the whole course, for uv tool install or pip install
	@rm -rf dist && $(UV) build --quiet --wheel --no-build-isolation --out-dir dist .
	@ls dist/*.whl

lock: $(UV) ## renew requirements/ from pyproject.toml
	$(BIN)/python -m tests.lock

clean: ## remove what the chores made
	rm -rf $(VENV) report dist .mypy_cache .ruff_cache

define install
	@echo 'Installing what is locked in requirements/$(1).txt ...'
	@rm -f $(VENV)/has-*
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/$(1).txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@$(BIN)/python -m compileall -q grader exercises solutions
	@touch $(foreach group,$(2),$(VENV)/has-$(group))
endef

$(VENV)/has-learner: requirements/learner.txt pyproject.toml | $(UV)
	$(call install,learner,learner)

$(VENV)/has-load: requirements/load.txt pyproject.toml | $(UV)
	$(call install,load,load learner)

# The projects that tests grade run in an environment of their own, with what a learner has; one of them uses Bolt besides.
$(VENV)/has-dev: requirements/dev.txt requirements/load.txt pyproject.toml | $(UV)
	$(call install,dev,load learner)
	@$(UV) venv --quiet --clear --python $(BIN)/python $(VENV)/projects
	@$(UV) pip sync --quiet --require-hashes --python $(VENV)/projects/bin/python requirements/load.txt
	@awk '/^slack-bolt==/ {of_it = 1} of_it; of_it && !/\\$$/ {exit}' requirements/dev.txt | \
		$(UV) pip install --quiet --no-deps --require-hashes --python $(VENV)/projects/bin/python -r -
	@touch $@

$(VENV)/has-notebooks: requirements/notebooks.txt pyproject.toml | $(VENV)/has-learner
	@echo 'Installing what is locked in requirements/notebooks.txt ...'
	@$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r requirements/notebooks.txt
	@touch $@

$(VENV)/has-fuzz: requirements/fuzz.txt pyproject.toml | $(VENV)/has-learner
	@echo 'Installing what is locked in requirements/fuzz.txt ...'
	@$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r requirements/fuzz.txt
	@touch $@

$(VENV)/has-bench: requirements/bench.txt pyproject.toml | $(VENV)/has-load
	@echo 'Installing what is locked in requirements/bench.txt ...'
	@$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r requirements/bench.txt
	@touch $@

$(UV):
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or later is needed, and none was found; name one: make PYTHON=...'; exit 3; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'No virtual environment can be made. On Debian or Ubuntu, type: sudo apt install python3-venv'; exit 3; }
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/setup.txt
