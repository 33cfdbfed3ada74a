#!/usr/bin/env bash
# Runs every test; `make test` has installed what they need. The last line is the test runner's.
set -euo pipefail
cd "$(dirname "$0")/.."
export HABEAS_TOOLS="$PWD/.tools/bin"
cargo fmt --all --check
.tools/python/bin/typos
cargo clippy --workspace --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
cargo test --workspace --locked
