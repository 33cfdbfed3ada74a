#!/usr/bin/env bash
# Three nats-servers that keep the log three times, and two nodes on it, on this machine.
#   deploy/cluster.sh run      runs them in data/cluster, until Ctrl-C
#   deploy/cluster.sh trial    kills and pauses each under load, in a folder of its own, and prints a table
# What follows goes to the program: --senders N, --pause-ms N, --rounds N, --bin FOLDER, --nats-server FILE, --data FOLDER.
# It needs Python with nats-py (`make` installs it into .tools/python) and openssl for the certificates.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v openssl >/dev/null || { echo 'openssl is not there, which makes the certificates' >&2; exit 1; }
exec .tools/python/bin/python -B deploy/cluster/trial.py "$@"
