# The doors to everything a developer does here; each is a script in scripts/ that works on its own.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help build run test services faults fuzz differential check bench format tsan clean

help: ## show this list
	@echo "Integration: an integration engine in Swift. Start with: make run"
	@echo
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

build: ## build the release executable: .build/release/integration
	@scripts/setup run
	@scripts/build release

run: ## run the order-sync example on 20,000 sample orders (ORDERS=N for another number)
	@scripts/run $(ORDERS)

test: ## build once and run every test
	@scripts/test

services: ## real servers for flows and tests on 127.0.0.1, until Ctrl-C
	@scripts/services

faults: ## 1,200 kills and other faults, all to no effect (make test does 60)
	@scripts/faults $(KILLS) $(SEED)

fuzz: ## feed the parsers with made-up inputs (SECONDS=30 for each)
	@scripts/fuzz $(SECONDS)

differential: ## compare the languages with reference libraries (COUNT=2000 random cases of each)
	@scripts/differential $(COUNT)

check: ## format, sizes, words, layering, that everything builds, docs and examples
	@scripts/check

bench: ## measure speed and memory beside the yardsticks, the languages too, and instructions per message
	@Benchmarks/run

format: ## format every Swift file in place
	@scripts/format

tsan: ## run the inner unit tests under Thread Sanitizer
	@scripts/tsan

clean: ## remove everything that was built or generated
	@rm -rf .build .build-* .venv-bench .venv-differential Benchmarks/.build Benchmarks/results
	@echo "removed .build, .build-*, .venv-*, Benchmarks/.build and Benchmarks/results"
