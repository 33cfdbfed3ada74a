#!/usr/bin/env bash
# Prints the figures beside PostgreSQL, the ratios to bare tools, what the history costs, how long pages
# take, what a node does beside a load, and what the fold costs for each shape of a log, as tables.
# HABEAS_BENCH_EVENTS sets how many events both take (200,000 and 1,000,000 where it does not say).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --locked --quiet -p tests --bench figures
cargo bench --locked --quiet -p tests --bench ratios
cargo bench --locked --quiet -p tests --bench history
cargo bench --locked --quiet -p tests --bench pages
# The daemon as it is run, as a process of its own.
cargo build --release --locked --quiet -p server -p cli
cargo bench --locked --quiet -p tests --bench load
# The fold keeps its memory from step to step; so does the bench from run to run.
MIMALLOC_PURGE_DELAY=-1 cargo bench --locked --quiet -p answers --bench shapes
