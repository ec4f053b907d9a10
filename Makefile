# The front door. Everything behind it is CMake, see CMakePresets.json.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
SOAK_STOPS ?= 100000
PRESET ?= release
# Further arguments for ctest, such as TESTS='-R executor'.
TESTS ?=
# Further arguments for cmake, such as CMAKE_ARGS=-DGORU_WASMTIME_ROOT=/opt/wasmtime.
CMAKE_ARGS ?=

build_dir = build/$(PRESET)
# What the build reads from the cache after it was configured: fetched again where the cache was cleared.
image_sources = $(shell sed -n 's/^\([a-z][a-z0-9.-]*\) .*/\1/p' third_party/versions.txt | grep -Ev '^(wasmtime.*|node|typescript|numpy|cython|.*-tests|bench-.*)$$')
configure = { [ -f $(build_dir)/build.ninja ] && [ -z '$(CMAKE_ARGS)' ]; } || cmake --preset $(PRESET) $(CMAKE_ARGS)

.PHONY: help
help: ## Show this
	@echo 'goru runs untrusted Python and JavaScript inside WebAssembly.'
	@echo
	@echo 'Start here:'
	@echo '  make demo           install what is missing, build, run the examples'
	@echo '  make test           install what is missing, build, run all tests'
	@echo '  build/release/goru  the program, after make build'
	@echo
	@echo 'All targets:'
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-12s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'Settings: PREFIX=$(PREFIX) JOBS=$(JOBS) PRESET=$(PRESET) FUZZ_SECONDS=$(FUZZ_SECONDS) SOAK_STOPS=$(SOAK_STOPS) TESTS= CMAKE_ARGS='
	@echo 'Downloads and images are kept in $${GORU_CACHE_DIR:-$${XDG_CACHE_HOME:-~/.cache}/goru}.'

.PHONY: setup
setup: ## Install from apt what a build needs and is missing
	@scripts/setup.sh build

.PHONY: configure
configure: setup
	@$(configure)
	@scripts/fetch.py $(image_sources) >/dev/null

.PHONY: build
build: configure ## Build the program, the library and the images (build/release)
	@cmake --build $(build_dir) -j $(JOBS) --target goru-app

.PHONY: native
native: build ## Compile the guests ahead of time, for --engine native (minutes)
	@cmake --build $(build_dir) -j $(JOBS) --target goru-native

.PHONY: data
data: build ## Build the image data, Python with numpy (minutes)
	@cmake --build $(build_dir) -j $(JOBS) --target goru-data

.PHONY: all
all: configure ## Build everything: also tests, benchmarks and examples
	@cmake --build $(build_dir) -j $(JOBS)

.PHONY: demo
demo: build ## Run the examples of the main job in both languages
	@cmake --build $(build_dir) -j $(JOBS) --target goru-examples
	@scripts/demo.sh $(build_dir)

.PHONY: test
test: all ## Build and run all tests
	@scripts/setup.sh test
	@ctest --preset $(PRESET) -j $(JOBS) $(TESTS)

.PHONY: test-data
test-data: data ## Build the image data, run its tests and numpy's own (minutes)
	@GORU=$(CURDIR)/$(build_dir)/bin/goru python3 -m pytest -q $(CURDIR)/tests/data -p no:cacheprovider
	@tests/data/numpy/run.py $(build_dir)/bin/goru "$$(scripts/fetch.py numpy 2>/dev/null | sed 's/^[^=]*=//')"

.PHONY: test-api
test-api: build ## Send requests made from its description to goru serve, with schemathesis (a minute)
	@tests/server/schemathesis/run.py $(build_dir)/bin/goru-serve $(build_dir)/schemathesis

.PHONY: test-cpython
test-cpython: build ## Run CPython's own regression tests inside the sandbox (minutes)
	@JOBS=$(JOBS) tests/cpython/run.py $(build_dir)/bin/goru \
	  "$$(scripts/fetch.py python-source 2>/dev/null | sed 's/^[^=]*=//')"

.PHONY: test-spec
test-spec: configure ## Run WebAssembly's specification tests on the engine native (minutes)
	@cmake --build $(build_dir) -j $(JOBS) --target module_runner goru-image
	@tests/spec/run.py --jobs $(JOBS) --runner $(build_dir)/bin/module_runner --seal $(build_dir)/bin/goru-image

.PHONY: test-mcp-conformance
test-mcp-conformance: build ## Run the Model Context Protocol's own conformance suite against goru serve
	@tests/mcp/conformance.py $(build_dir)/bin/goru-serve

.PHONY: test-asan
test-asan: ## Run all tests with AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) test PRESET=asan

.PHONY: test-tsan
test-tsan: ## Run all tests with ThreadSanitizer
	@$(MAKE) test PRESET=tsan

.PHONY: bench
bench: all ## Run the benchmarks
	@scripts/bench.sh $(build_dir)

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZ_SECONDS
	@scripts/setup.sh build fuzz
	@$(MAKE) all PRESET=fuzz
	@scripts/fuzz.sh build/fuzz $(FUZZ_SECONDS)

.PHONY: fuzz-engines
fuzz-engines: native ## Run random modules and programs on both engines, each FUZZ_SECONDS
	@cmake --build $(build_dir) -j $(JOBS) --target module_runner
	@tests/engines/fuzz.py modules --runner $(build_dir)/bin/module_runner --seal $(build_dir)/bin/goru-image \
	  --jobs $(JOBS) --seconds $(FUZZ_SECONDS) --keep $(build_dir)/different
	@tests/engines/fuzz.py programs --goru $(build_dir)/bin/goru --jobs $(JOBS) --seconds $(FUZZ_SECONDS) \
	  --keep $(build_dir)/different

.PHONY: soak
soak: native ## Stop runs at random moments, SOAK_STOPS times on each engine (an hour)
	@cmake --build $(build_dir) -j $(JOBS) --target soak_test
	@for engine in native wasmtime; do \
	  GORU_TEST_ENGINE=$$engine GORU_SOAK_STOPS=$(SOAK_STOPS) GORU_SOAK_SESSIONS=$(SOAK_STOPS) $(build_dir)/bin/soak_test || exit 1; \
	done

.PHONY: format
format: ## Format the C++ sources
	@scripts/setup.sh lint
	@scripts/lint.sh format

.PHONY: lint
lint: ## Check format and style
	@scripts/setup.sh build lint
	@$(configure)
	@scripts/lint.sh check $(build_dir)

.PHONY: config-docs
config-docs: build ## Write docs/config.schema.json and the tables of docs/
	@scripts/config_docs.py $(build_dir)/bin/goru

.PHONY: install
install: build ## Install to PREFIX
	@cmake --install $(build_dir) --prefix $(PREFIX)

.PHONY: package
package: build ## Make a Debian package (build/release/package)
	@cd $(build_dir) && cpack
	@echo "$(build_dir)/package:" && ls $(build_dir)/package/*.deb

.PHONY: test-package
test-package: build ## Make the Debian package and try it in a clean root, as root (minutes)
	@scripts/setup.sh build package
	@tests/package/try.py $(build_dir) $(build_dir)/package-test --root $(ROOT)

.PHONY: clean
clean: ## Remove build/ (the per-user cache stays)
	@rm -rf build
