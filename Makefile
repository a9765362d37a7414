# SPDX-License-Identifier: Apache-2.0
# The everyday commands. CMake presets (CMakePresets.json) do the work; `cmake --preset asan` and the others work as they are.
BUILD := build/release
JOBS ?= $(shell nproc)

# The two programs: build/release/scsilod and build/release/scsilo.
.PHONY: all
all: deps-build
	cmake --preset release --log-level=WARNING
	cmake --build $(BUILD) -j $(JOBS) --target scsilod scsilo

# Installs the Debian packages of one group where they are missing.
.PHONY: deps-%
deps-%:
	@tools/deps.sh $*

# The session of the 2008 README, from a fresh machine to a comparison of what was read back.
.PHONY: demo
demo: deps-demo all
	demo/readme-session.sh

# Unit tests, tools/tidy, end-to-end scripts and golden transcripts. Root and /dev/fuse are needed for the last two.
.PHONY: test
test: deps-build deps-test
	cmake --preset release -DSCSILO_TESTS=ON --log-level=WARNING
	cmake --build $(BUILD) -j $(JOBS)
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) $(CTEST_ARGS)

# Every benchmark, one after the other; the table for docs/performance.md is made from this output.
.PHONY: bench
bench: deps-build deps-test
	cmake --preset release --log-level=WARNING
	cmake --build $(BUILD) -j $(JOBS)
	cmake --build $(BUILD) -j $(JOBS) --target bench
	tools/bench $(BUILD)

.PHONY: lint
lint: deps-build deps-test deps-lint
	tools/lint

.PHONY: format
format: deps-lint
	tools/lint --fix-format

.PHONY: clean
clean:
	rm -rf build
