#!/usr/bin/env bash
# Prints the ratios to bare tools as a table. HABEAS_BENCH_EVENTS=1000000 for the full size.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --locked --quiet -p tests --bench ratios
