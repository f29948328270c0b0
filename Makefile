# `make run`, `make gallery` and `make test` set up everything they need, and say so. Outside this folder only missing packages of
# the system are installed: ExifTool, on Debian python3-venv, and a browser for the tests.

BIN = .venv/bin
STAMP = .venv/.installed
GALLERY_STAMP = .venv/.installed-for-gallery
TEST_STAMP = .venv/.installed-for-tests

# The first Python here that is new enough. The command itself is tried, because a pyenv shim may be there and not run.
FIND_PYTHON = \
	for python in $${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
		python=; \
	done

# install DEBIAN-PACKAGE HOMEBREW-FORMULA: one or the other, or a line that says what is missing.
INSTALL = \
	install() { \
		if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
			apt-get update -qq || true; \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$1"; \
		elif command -v apt-get >/dev/null 2>&1 && command -v sudo >/dev/null 2>&1; then \
			echo "Installing $$1 with sudo."; \
			sudo apt-get update -qq || true; \
			sudo apt-get install -y -qq --no-install-recommends "$$1"; \
		elif command -v brew >/dev/null 2>&1; then \
			brew install --quiet "$$2"; \
		else \
			echo "Missing: $$1 (the package's name on Debian). Install it, then run make again." >&2; return 1; \
		fi >&2; \
	}

# The browser in which the tests look at the gallery's pages. Without one they are skipped.
FIND_BROWSER = \
	for browser in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge \
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
			"/Applications/Chromium.app/Contents/MacOS/Chromium"; do \
		command -v "$$browser" >/dev/null 2>&1 && exit 0; \
	done

# Scripts in .venv name their folder, so one that has moved is made again.
NEW_ENVIRONMENT = \
	$(FIND_PYTHON); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1 || true)." >&2; \
		echo "Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || install python3-venv python; \
	echo "Setting up .venv with $$("$$python" --version)." >&2; \
	"$$python" -m venv --clear .venv

# $(call SET_UP,STAMP,PACKAGE,WHAT FOR): a stamp holds the folder in which it was made.
SET_UP = set -eu; $(INSTALL); \
	if ! command -v exiftool >/dev/null 2>&1 && ! grep -q '^exiftool *= *"..*"' config.toml; then \
		install libimage-exiftool-perl exiftool; \
	fi; \
	if [ "$$(cat $(1) 2>/dev/null)" = "$$(pwd)" ] && $(BIN)/python -c '' 2>/dev/null && \
		[ -z "$$(find pyproject.toml constraints.txt -newer $(1))" ]; then exit 0; fi; \
	if $(BIN)/python -c '' 2>/dev/null && ! grep -qvxF "$$(pwd)" .venv/.installed* 2>/dev/null; then :; else \
		$(NEW_ENVIRONMENT); \
	fi; \
	echo "Installing what is needed $(3) into .venv; this takes a minute or two, once." >&2; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(2)'; \
	$(BIN)/python -m compileall -q service; \
	pwd > $(1)

# How much of the pure stages their own tests run: a minute. Without the tests that draw thousands of
# inputs or measure how time grows, which run the same lines again and again. docs/dependencies.md
# says why not the whole suite.
COVERED_TESTS = tests/parse tests/normalize tests/tokens tests/resources tests/test_pipeline.py \
	--ignore=tests/parse/comfyui/test_any_graph.py --ignore=tests/parse/test_never_raises.py \
	-k 'not linear_time'
COVERED_ROOMS = service.parse,service.normalize,service.tokens,service.resources,service.records,service.pipeline
LEAST_COVERED = 95

.PHONY: run gallery test lint coverage bench bench-million accuracy soak clean ready ready-to-run ready-for-gallery ready-to-browse

run: ready-to-run
	@exec $(BIN)/aiimagepipe run

# The pages that show the images, at http://localhost:8011/. Beside `make run`, in another terminal.
gallery: ready-for-gallery
	@exec $(BIN)/aiimagepipe gallery --open

# A process to each core, and whole files to each process: what a file prepares is prepared once.
test: lint
	$(BIN)/python -m pytest -n logical --dist loadfile

lint: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

coverage: ready
	$(BIN)/coverage run --source=$(COVERED_ROOMS) -m pytest $(COVERED_TESTS)
	$(BIN)/coverage report --fail-under=$(LEAST_COVERED)

# A quarter of an hour. Prints one table, writes out/bench.json and docs/benchmarks.md, and fails where a goal is missed; other
# programs on the machine disturb it, so it is no test.
bench: ready
	$(BIN)/python tests/bench

# What questions cost at a million images: builds a database of 4 GB in a temporary folder first, which takes minutes.
bench-million: ready
	$(BIN)/python tests/bench/bench_million.py

# Measures the parsers on files of known truth beside this folder, keeps what was reached, and writes docs/generators.md.
accuracy: ready
	$(BIN)/python tests/accuracy

# An hour. Runs the service on a folder of its own with everything against it, and compares with what must be true; more
# is tested where it may mount. Then 500 kills of all commands that write.
soak: ready
	$(BIN)/python tests/soak --minutes 60
	$(BIN)/python tests/soak/kills.py --kills 500

# Removes what was installed or built. Input and out are yours and stay.
clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage dist build
	find service tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ExifTool, and a private environment with the pinned packages: what running needs, or also what the tests need. It is
# installed again only when pyproject.toml or constraints.txt has changed, or when the folder or its Python has moved.
ready-to-run:
	@$(call SET_UP,$(STAMP),.,to run)

ready-for-gallery:
	@$(call SET_UP,$(GALLERY_STAMP),.[gallery],to show the gallery)

ready-to-browse:
	@$(FIND_BROWSER); $(INSTALL); install chromium chromium || \
		echo "Without a browser (chromium) the tests of the gallery's pages are skipped." >&2

ready: ready-to-browse
	@$(call SET_UP,$(TEST_STAMP),.[dev],to run and test)
