# Everything a person does with a checkout. `make run` and `make test` need Python >= 3.11 and PyPI, nothing else.
PYTHON ?= python3
UV_VERSION = 0.13.8
VENV = .venv
BIN = $(VENV)/bin
UV = UV_SYSTEM_CERTS=1 UV_NO_PROGRESS=1 $(BIN)/uv --quiet
MEMBERS = contracts libs/accuracy libs/audit libs/bus libs/config libs/identity libs/ledger libs/packs libs/rca libs/runtime \
	libs/telemetry services/api services/gateway services/intake services/notifier services/planner \
	services/tracestore services/verifier services/worker cli
PACK ?= packs/pool-exhausted
LOCK = $(UV) export --quiet --no-header --no-emit-workspace --no-annotate --format requirements.txt

.PHONY: help install install-dev run up test mutate lock check contracts bench bench-doors bench-gateway bench-accuracy bench-security chaos fuzz crash-points pack format clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(f"Inquest needs Python 3.11 or newer; this is {sys.version.split()[0]}. Set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.installed: $(BIN)/uv requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(MEMBERS))
	@echo "installing into $(VENV) …"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --python $(BIN)/python --no-deps $(addprefix -e ,$(MEMBERS))
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock libs/testkit/pyproject.toml testbed/pyproject.toml
	@echo "installing test and check tools into $(VENV) …"
	@$(UV) pip install --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(UV) pip install --python $(BIN)/python --no-deps -e libs/testkit -e testbed
	@touch $@

install: $(VENV)/.installed ## set up .venv with everything `make run` needs

install-dev: $(VENV)/.installed-dev ## the same, with what tests and checks need

run: install ## take a signed page about a recorded incident to its cause
	@$(BIN)/inquest investigate $(PACK)

up: install ## start the whole system and stay up
	@$(BIN)/inquest up

SELECT ?= not slow
COVER ?=

test: install-dev ## run the test suite
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "$(SELECT)" $(COVER)

mutate: install-dev ## break failure, verification and gate paths on purpose; the tests must notice
	@$(BIN)/python -m scripts.mutate

lock: $(BIN)/uv ## resolve again; uv.lock carries index addresses and stays uncommitted
	@$(UV) lock
	@$(LOCK) --no-dev > requirements.lock
	@$(LOCK) --all-groups > requirements-dev.lock

check: install-dev ## format, lint, types, architecture, generated documents
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary $(addsuffix /src,$(MEMBERS) libs/testkit testbed) scripts
	@$(BIN)/lint-imports --no-cache > .import-linter.log || (cat .import-linter.log; exit 1)
	@$(BIN)/python -m scripts.contracts check
	@$(BIN)/python -m scripts.house
	@echo "check passed"

contracts: install-dev ## generate schemas, AsyncAPI, proto and tables again
	@$(BIN)/python -m scripts.contracts generate

bench: install-dev ## measure; prints one JSON object last
	@$(BIN)/python -m scripts.bench

bench-doors: install-dev ## measure the webhooks and a storm of alerts; SEED=… repeats a storm
	@$(BIN)/python -m scripts.bench_doors $(if $(SEED),--seed $(SEED))

bench-security: install-dev ## what durability and security cost at the door, each alone and together
	@$(BIN)/python -m scripts.bench_security

chaos: install-dev ## kill, pause, cut, fill, jump while N investigations run; SEED=… SECONDS=… NODES=3 REPORT=file; prints one JSON object last
	@$(BIN)/python -m scripts.chaos $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) \
		$(if $(NODES),--nodes $(NODES)) $(if $(REPORT),--report $(REPORT))

fuzz: install-dev ## N hostile inputs over HTTP, gRPC and the bus; SEED=… repeats them; prints one JSON object last
	@$(BIN)/python -m scripts.fuzz $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED))

crash-points: install-dev ## die once at every crash point of every service; SEED=… the order
	@VOLLEYS=all SEED=$(SEED) $(BIN)/python -m pytest -n 2 tests/integration/crash/test_crash_points.py

bench-gateway: install-dev ## what the gateway adds to a call, how polite it is in a storm, redaction; one JSON object last
	@$(BIN)/python -m scripts.bench_gateway

bench-accuracy: install ## how often the true cause is named; writes the table in docs/accuracy.md
	@$(BIN)/inquest bench accuracy packs $(wildcard ../shared/data/packs) --engine --baselines --scale --leave-one-out --markdown docs/accuracy.md

pack: install-dev ## record the bundled incident anew
	@$(BIN)/inquest-testbed record pool-exhausted packs/pool-exhausted

format: install-dev ## format and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

clean: ## remove what make created
	@rm -rf $(VENV) out var
