# make install   .venv with the locked packages        make demo    a day at the counter (ARGS=--once ends by itself)
# make test      everything CI asks for                 make lint    ruff, mypy, imports, directives
# make bench     memory, start-up and speed, measured   make lock    new lock files from pyproject.toml
# make faults    1,000 faults from a seed (ARGS="--seed 7")   make soak    for hours (ARGS="--hours 12")
# make cluster   three nodes, twenty kills, ten freezes (ARGS="--seed 7")
# make screenshots   every page of the desk, filled, into docs/screenshots (Chromium)
# The first Python that is there, runs (a pyenv shim may not) and is recent enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$p; break; }; done)
BIN := .venv/bin
ARGS ?=

.PHONY: pytest screenshots cluster faults faults-selftest soak install demo test contract lint bench lock servers clean

install: .venv/.runtime

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Guichet demande Python 3.11 ou plus récent : installez-le, ou make PYTHON=/chemin/vers/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Il manque le module venv de Python. Sous Debian : apt-get install python3-venv" >&2; exit 1; }

.venv/.runtime: requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.runtime

demo: .venv/.runtime
	@$(BIN)/python daemon.py demo $(ARGS)

servers:
	@sh tests/install-servers.sh

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python daemon.py check

# What is looked at and what is run do not need each other: side by side, and both must be good.
test: .venv/.dev servers
	@$(MAKE) --no-print-directory -j2 lint pytest
	@$(MAKE) --no-print-directory contract

# Two workers more than processors: a quarter of the tests' time is waiting for servers, processes and browsers.
pytest: .venv/.dev servers
	@rm -f .contract.jsonl
	GUICHET_CONTRACT_LOG=$(CURDIR)/.contract.jsonl $(BIN)/pytest -n $$(($$(nproc) + 2)) --dist worksteal $(ARGS)

# Every request that a vendor's stand-in saw during the tests, held against the vendor's own specification.
contract: .venv/.dev
	@$(BIN)/python -m tests.contract_check .contract.jsonl; status=$$?; rm -f .contract.jsonl; exit $$status

bench: .venv/.dev
	$(BIN)/python -m bench.road --idle 20 --alone 5
	$(BIN)/python -m bench.road --latency 120 --mails 2500 --alone 5 --no-floors
	$(BIN)/python -m bench.road --crm-limit 190 --mails 300 --malformed 1 --no-floors
	$(BIN)/python -m bench.road --kill 3 --mails 600 --no-floors
	$(BIN)/python -m bench.growth --messages 200000 --mailbox 20000
	$(BIN)/python -m bench.model_cost
	$(BIN)/python -m bench.explain

# Nothing lost, nothing twice: docs/faults.md.
faults: .venv/.dev servers
	@$(BIN)/python -m tests.faults $(ARGS)

# Five planted defects, each of which the suite must notice.
faults-selftest: .venv/.dev servers
	@$(BIN)/python -m tests.faults --selftest $(ARGS)

# Several machines: docs/scaling.md.
cluster: .venv/.dev servers
	@$(BIN)/python -m tests.faults.nodes $(ARGS)

soak: .venv/.dev servers
	@$(BIN)/python -m tests.faults --hours 8 $(ARGS)

screenshots: .venv/.dev
	@$(BIN)/python -m tests.screenshots

lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf .venv demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis
