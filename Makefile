# The same commands that CI runs; each does its own set-up first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
TAURI := ui/node_modules/.bin/tauri
UI_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) ui/index.html ui/package-lock.json ui/vite.config.ts
ifeq ($(shell uname -s),Darwin)
BUNDLES := app,dmg
else
BUNDLES := deb
endif

.PHONY: help setup run test test-ui test-rust test-letta check bench bundle bindings dev icons

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Install what a fresh clone needs
	@scripts/setup.sh

ui/dist/index.html: $(UI_SOURCES)
	cd ui && npx --no-install vite build --logLevel warn

run: setup ui/dist/index.html ## Build and open the app
	cargo run --release -p sanctum-configurator

dev: setup ## Open the app with an interface that reloads itself
	mkdir -p ui/dist
	cd ui && (npx --no-install vite --port 1420 --strictPort & trap "kill $$!" EXIT; \
	  cd .. && $(TAURI) dev --no-dev-server-wait --config '{"build":{"devUrl":"http://localhost:1420"}}' -- --no-default-features)

test: setup ui/dist/index.html bundle ## Run every test
	scripts/home-guard.sh $(MAKE) --no-print-directory test-ui test-rust

test-ui:
	scripts/test-ui.sh

test-rust: ui/dist/index.html
	# In one go, so that nothing is built twice with other features.
	cargo build --workspace --bins --examples --tests
	scripts/test-rust.sh

target/letta/%/.installed: tests/letta/%.txt
	python3 -m venv target/letta/$*
	target/letta/$*/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	touch $@

test-letta: target/letta/server/.installed target/letta/code/.installed ## Try the client against the real Lettas from PyPI
	LETTA_SERVER=$(CURDIR)/target/letta/server/bin/letta cargo test -p sanctum-letta --test real -- --nocapture
	LETTA_CODE=$(CURDIR)/target/letta/code/bin/letta cargo test -p sanctum-letta --test code

check: setup ui/dist/index.html ## What CI runs besides the tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p sanctum-letta --test real --test code -- -D warnings
	cd ui && npm run --silent typecheck
	cargo test --workspace --test commands bindings

bindings: ## Write ui/src/bindings.ts from the commands
	mkdir -p ui/dist
	cargo run --quiet -p sanctum-configurator --example export_bindings

bench: setup ui/dist/index.html ## Measure the figures of the README
	cargo build --release -p sanctum-configurator -p sanctumctl --example empty_window
	cargo build --release -p sanctum-configurator -p sanctumctl --bins
	cargo run --release -p sanctum-tests --bin bench

bundle: setup ui/dist/index.html ## Make the app bundle of this machine
	cargo build --release -p sanctumctl
	$(TAURI) build --bundles $(BUNDLES) --ci

icons: ## Render all icons from icons/icon.svg
	rsvg-convert -w 1024 -h 1024 icons/icon.svg -o target/icon.png
	$(TAURI) icon target/icon.png -o target/icons
	cp target/icons/{32x32,128x128,128x128@2x,icon}.png target/icons/icon.icns icons/
