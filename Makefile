# What this machine lacks is installed by scripts/setup into .tools/ and, by rustup, into the home folder.
export PATH := $(CURDIR)/.tools/bin:$(HOME)/.cargo/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run build test bench soak fuzz lint dist check-others

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

run: ## install what is missing, build, and open Carillon
	@scripts/setup run
	@$(MAKE) --no-print-directory build
	target/release/carillon

build: ## the release app at target/release/carillon and target/release/carillon-window
	@scripts/ui build
	cargo build --locked --release -p carillon-resident -p carillon-window

test: ## install what the tests need, and run all of them
	@scripts/setup test
	@scripts/ui test
	@scripts/ui build
	@scripts/test

bench: ## measure, write target/bench/report.json, print a table
	@scripts/setup test
	@scripts/setup dist
	@$(MAKE) --no-print-directory build
	@scripts/bench

soak: ## hours of messages while links, servers and Carillon fail; see scripts/soak --help
	@scripts/setup test
	@scripts/soak $(SOAK)

SECONDS ?= 600
SEED ?= $(shell date +%s)
fuzz: ## look for XML that two readers read differently: SECONDS=600 SEED=1
	cargo run --locked --release -p carillon-xml --example fuzz -- $(SECONDS) $(SEED)

lint: ## rustfmt, clippy, svelte-check, cargo-deny
	@scripts/setup lint
	@scripts/ui check
	@scripts/ui build
	@scripts/lint

dist: ## a .deb and an .rpm in target/dist
	@scripts/setup dist
	@$(MAKE) --no-print-directory build
	@scripts/dist

check-others: ## type-check for Windows and macOS on this machine
	@scripts/setup others
	@scripts/check-others
