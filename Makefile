# Two commands are enough: `make demo` to see it, `make test` to prove it. `make` alone lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
SEED ?= 2026
CHROMIUM ?= /usr/bin/chromium
export PATH := $(CURDIR)/$(BIN):$(PATH)
export CHROMIUM
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# in parts that run side by side, the longest first
PYTHON_TESTS := unit-http unit-wire unit-rest unit-simulator
JOURNEYS := e2e-a-to-m e2e-n-to-z
$(PYTHON_TESTS) $(JOURNEYS): export TMPDIR = $(shell sh tests/memory-disk.sh)

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check check-iods fix unit $(PYTHON_TESTS) coverage js e2e $(JOURNEYS) interop bench bench-session bench-simulator bench-viewer bench-worklist docs looks soak lock clean

help:  ## list what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.run-ready  ## make .venv with lightbox and lightbox-sim in it

demo: setup .demo/studies/.made-$(SEED)  ## synthetic studies, the server, and a session to open in two browsers
	@$(BIN)/lightbox demo --root .demo/data --studies .demo/studies --port $(PORT)

run: setup  ## start the server on the demo's data without importing
	@$(BIN)/lightbox serve --root .demo/data --port $(PORT)

test: check js  ## every check and every test, browser journeys included
	@sh tests/need-servers.sh
	@sh e2e/need-chromium.sh
	coverage erase
	@$(MAKE) --no-print-directory -j3 $(JOURNEYS) $(PYTHON_TESTS)
	@$(MAKE) --no-print-directory coverage
	@echo "all checks and tests passed"

check: $(VENV)/.dev-ready  ## lint, formatting, types, arrows
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-cache
	npx --no-install tsc -p tsconfig.json

fix: $(VENV)/.dev-ready  ## let the tools mend formatting and simple lint
	ruff check --fix .
	ruff format .

unit: $(VENV)/.dev-ready  ## Python tests without a browser, with branch coverage
	@sh tests/need-servers.sh
	coverage erase
	@$(MAKE) --no-print-directory -j2 $(PYTHON_TESTS)
	@$(MAKE) --no-print-directory coverage

unit-http:
	coverage run -m pytest tests/http

unit-wire:
	coverage run -m pytest tests/conformance tests/several

unit-rest:
	coverage run -m pytest tests --ignore=tests/http --ignore=tests/conformance --ignore=tests/several --ignore=tests/unit/simulator

unit-simulator:
	coverage run -m pytest tests/unit/simulator

coverage:
	coverage combine -q
	coverage report --format=total | sed 's/^/branch coverage in per cent: /'

js: $(VENV)/.dev-ready  ## tests of the pure browser modules
	node --test "tests/js/**/*.test.js"

e2e: $(VENV)/.dev-ready  ## browser journeys in Chromium against a real server
	@sh e2e/need-chromium.sh
	@$(MAKE) --no-print-directory $(JOURNEYS)

e2e-a-to-m:
	pytest e2e/journeys/test_[a-m]*.py

e2e-n-to-z:
	pytest e2e/journeys/test_[n-z]*.py

interop: $(VENV)/.dev-ready  ## OHIF from npm shows images from this server; writes its screenshots
	@sh e2e/need-chromium.sh
	@sh e2e/interop/get-ohif.sh
	pytest e2e/interop

bench: $(VENV)/.dev-ready  ## measure, and write docs/reference/performance.md and performance-pictures.md
	@sh e2e/need-chromium.sh
	python -m bench
	python -m bench.pictures

soak: $(VENV)/.dev-ready  ## hours of kill -9 (SOAK_HOURS=1) and, as root, tens of power cuts, under concurrent storing
	pytest -s e2e/soak

check-iods: $(VENV)/.dev-ready  ## every IOD in every transfer syntax before dciodvfy and dcentvfy
	python -m bench.iods

bench-simulator: $(VENV)/.dev-ready  ## measure how fast studies are made, encoded and sent
	python -m bench.simulator

bench-session: $(VENV)/.dev-ready  ## measure sessions of 2 to 100 people with real clients, and write docs/reference/performance-sessions.md
	python -m bench.session --out

bench-viewer: $(VENV)/.dev-ready  ## measure the viewer with OHIF beside it, and write docs/reference/performance-viewer.md
	@sh e2e/need-chromium.sh
	@sh e2e/interop/get-ohif.sh
	python -m bench.viewer

bench-worklist: $(VENV)/.dev-ready  ## measure the worklist over 100,000 studies, and write docs/reference/performance-worklist.md
	@sh e2e/need-chromium.sh
	python -m bench.worklist --out

looks: $(VENV)/.dev-ready  ## make the screenshots of the docs anew
	@sh e2e/need-chromium.sh
	pytest e2e/looks

docs: $(VENV)/.dev-ready  ## write the generated reference pages anew
	python -m docs.generate

lock: $(VENV)/.dev-ready  ## pin every dependency with its hashes anew (needs pip-tools)
	$(eval COMPILE := CUSTOM_COMPILE_COMMAND="make lock" pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --strip-extras)
	$(COMPILE) --extra setup -o requirements/run.txt pyproject.toml
	$(COMPILE) --extra setup --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

clean:  ## remove what the targets above have made
	rm -rf $(VENV) .demo .interop node_modules dist .coverage*

$(BIN)/python:
	@sh requirements/make-venv.sh "$(PYTHON)" $(VENV)

$(VENV)/.run-ready: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements/dev.txt package-lock.json
	$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	npm ci --silent --no-audit --no-fund
	@touch $@

.demo/studies/.made-$(SEED): | setup
	@rm -rf .demo/studies
	$(BIN)/lightbox-sim make --out .demo/studies --seed $(SEED) --profile demo
	@touch $@
