# convexcheck: two commands, `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo test nightly lint rocq proofs proofs-write benchmarks constraints clean
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

# The Python that makes .venv: 3.11 where there is one, else any newer one. Override with `make PYTHON=...`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && exit; done; echo python3)

VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
EXTRAS := dev,peers
PIP := -m pip --disable-pip-version-check
say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## why is logistic regression convex and a multilayer perceptron not?
	@$(RUN)/convexcheck demo

test: lint rocq ## linter, strict types, then every test except the nightly ones
	$(call say,tests)
	@$(RUN)/python -m pytest -n 2

nightly: lint rocq ## everything, long campaigns included
	$(call say,tests and long campaigns)
	@$(RUN)/python -m pytest -n 2 -m "nightly or not nightly"

# Without it the tests of proof scripts are skipped by name; with CI=true they fail.
ROCQ := coq libcoq-coquelicot libcoq-interval
rocq: ## install Rocq (Debian packages) where that can be done without asking
	@command -v coqc >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  printf '\n== installing %s\n' "$(ROCQ)"; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $(ROCQ); } >/dev/null || true; fi; \
	command -v coqc >/dev/null || echo "Rocq is not installed, so no proof script is checked. Debian: apt-get install" \
	  "$(ROCQ); elsewhere: opam install coq.8.16.1 coq-coquelicot coq-interval"

proofs: $(STAMP) rocq ## check the library of proofs from nothing, then the gallery: certificates and scripts
	$(call say,proofs)
	@rm -rf out/rocq && mkdir -p out/rocq && cp proofs/rocq/*.v proofs/rocq/_CoqProject out/rocq
	@command -v coq_makefile >/dev/null || { echo "The proofs need Rocq, and coq_makefile is not there. Debian: apt-get install" \
	  "$(ROCQ); elsewhere: opam install coq.8.16.1 coq-coquelicot coq-interval"; exit 1; }
	@cd out/rocq && coq_makefile -f _CoqProject -o Makefile.coq && $(MAKE) -f Makefile.coq -j 2
	@$(RUN)/python -m proofs check

lint: $(STAMP) ## ruff and mypy
	$(call say,ruff)
	@$(RUN)/ruff check .
	$(call say,mypy)
	@$(RUN)/mypy

proofs-write: $(STAMP) ## ask for the claims of the gallery again, and write proofs/
	@$(RUN)/python -m proofs write

benchmarks: $(STAMP) ## measure search and check, write the results
	@$(RUN)/python -m benchmarks

# One environment for all targets, made when missing and brought up to date when a pin or a dependency changed.
# PIP_CONSTRAINT also pins what the build of the package itself uses.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "convexcheck needs Python 3.11 or newer, but $(PYTHON) is not. Try: make PYTHON=/path/to/python3.11"; exit 1; }
	$(call say,installing into $(VENV) - the first time takes some minutes)
	@$(RUN)/python $(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@PIP_CONSTRAINT=constraints.txt $(RUN)/python $(PIP) install -qq --prefer-binary -e '.[$(EXTRAS)]'
	@touch $@

constraints: ## resolve all dependencies afresh and write constraints.txt
	$(call say,resolving)
	@rm -rf .venv-resolve && $(PYTHON) -m venv .venv-resolve
	@.venv-resolve/bin/python $(PIP) install -qq --prefer-binary --upgrade setuptools hatchling editables '.[$(EXTRAS)]'
	@.venv-resolve/bin/python $(PIP) list --format=freeze --exclude pip --exclude convexcheck | LC_ALL=C sort -f > constraints.txt
	@rm -rf .venv-resolve
	@echo "constraints.txt: $$(wc -l < constraints.txt) packages"

clean: ## remove outputs, caches and build artefacts (.venv stays)
	@rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .venv-resolve *.egg-info
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
