# Everything is brought by the lock file; uv itself by the first line that needs it.
.DEFAULT_GOAL := help
.PHONY: help setup demo test browser test-browser test-servers lint format bench docs clean

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := .venv/bin/

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.stamp ## Make the environment from the lock file

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.stamp: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	$(UV) sync --locked --quiet
	@touch $@

demo: setup ## The whole service on invented results, with a playground to try it in, until Ctrl-C
	$(RUN)python -m console.demo

lint: setup ## Style, types and import directions
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports --no-cache

test: lint ## Everything that must hold before a change lands
	$(RUN)pytest -n 2 --cov --cov-report=term-missing:skip-covered $(PYTEST)

browser: setup
	$(UV) sync --locked --quiet --group browser

CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser)

test-browser: browser ## The playground in chromium; PICTURES=docs/pictures keeps screenshots
	@test -n "$(CHROMIUM)" || { echo "Install chromium first: apt-get install chromium" >&2; exit 1; }
	CHROMIUM=$(CHROMIUM) $(RUN)pytest tests/browser $(PYTEST)

test-servers: setup ## Mail with Postfix's test programs, Dovecot and swaks, which apt-get brings
	@tests/mail_programs/install
	MAIL_PROGRAMS=1 $(RUN)pytest tests/mail_programs $(PYTEST)

format: setup ## Format the code and rebuild the language catalogues
	$(RUN)ruff check --fix-only --quiet . || true
	$(RUN)ruff format --quiet .
	$(RUN)python -m core.languages

bench: setup ## Print speed as ratios; BENCH="ingest --records 1000000" for one at full size
	$(UV) sync --locked --quiet --group bench
	$(RUN)python -m bench $(BENCH)

docs: setup ## Rebuild the reference pages and the letters' pictures, and the site in build/site
	$(RUN)python -m console.reference docs
ifneq ($(CHROMIUM),)
	$(UV) sync --locked --quiet --group browser
	CHROMIUM=$(CHROMIUM) PICTURES=docs/pictures $(RUN)pytest -q tests/browser/test_letters.py -k pictures
else
	@echo "Without chromium the pictures in docs/letters.md stay as they are."
endif
	$(RUN)python -m console.site build/pages
	$(UV) sync --locked --quiet --group docs
	$(RUN)zensical build --strict
	$(RUN)pytest -q tests/test_site.py $(PYTEST)

clean: ## Remove what was made here, but not your data in var/
	rm -rf build .venv .uv .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
