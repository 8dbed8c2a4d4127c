# Seaway's tasks. `make` lists them. A machine with Debian or Ubuntu, Python 3.11 and make is enough.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
INSTALLED := .venv/.installed
FORMATTED := src tests tools benchmarks

# More words for the command underneath: make demo ARGS="--base-image nginx"
ARGS ?=

.PHONY: help demo test check static live golden shapes docs bench lock clean

help: ## List these tasks
	@awk -F ':.*## ' '/^[a-z.]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Cats, dogs and web through Service Connect, step by step (installs what is missing)
	@sh tools/ensure_docker.sh
	@$(BIN)/seaway demo $(ARGS)

test: $(INSTALLED) ## Every check and every test (installs and starts what is missing)
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory live

check: $(INSTALLED) ## Format, lint, types, walls between rooms, fast tests
	@$(MAKE) --no-print-directory static
	$(BIN)/pytest -n auto -m "not live and not browser" $(ARGS)

static: $(INSTALLED) ## Only what needs no test: format, lint, types, walls between rooms
	$(BIN)/ruff format --check $(FORMATTED)
	$(BIN)/ruff check $(FORMATTED)
	$(BIN)/mypy
	$(BIN)/lint-imports

live: $(INSTALLED) ## Tests with a real Docker Engine and a real Envoy, one at a time
	sh tools/ensure_docker.sh $(BIN)/pytest -m "live or browser" -rs $(ARGS)

golden: $(INSTALLED) ## Rewrite tests/golden from what the code makes now; then read the diff
	SEAWAY_GOLDEN=write $(BIN)/pytest tests/core/mesh $(ARGS)

shapes: $(INSTALLED) ## Rewrite src/seaway/aws/shapes from botocore's models
	$(BIN)/python tools/generate_shapes.py

docs: $(INSTALLED) ## Rewrite docs/operations.md from the operations there are
	$(BIN)/python tools/generate_operations.py

bench: $(INSTALLED) ## The benchmarks, each beside what it is compared to
	sh tools/ensure_docker.sh $(BIN)/python -m benchmarks $(ARGS)

.venv: $(INSTALLED) ## Install Seaway and its tools into .venv, as requirements.lock says

$(INSTALLED): requirements.lock pyproject.toml
	@sh tools/ensure_python.sh .venv
	@echo "Installing Seaway into .venv"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Takes minutes: every file of every package is hashed. Pins stay as they are; ARGS=--upgrade lifts them.
lock: ## Rewrite requirements.lock from pyproject.toml (minutes)
	@sh tools/ensure_python.sh .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --generate-hashes --allow-unsafe \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras \
		--extra test --build-deps-for editable $(ARGS) -o requirements.lock pyproject.toml

clean: ## Remove .venv and caches (Seaway's data stays)
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
