#!/usr/bin/env bash
# Loads all of pdx_jail through the main job and compares it with the publisher's daily counts.
#   deploy/pdx.sh FOLDER
# Prints events a second, memory, disk, and "N of N expected counts equal".
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1
if [ ! -d "$data" ]; then
    echo "SKIPPED: $data is not there, so pdx_jail was NOT loaded" >&2
    exit 0
fi
work=$(mktemp -d)
daemon=
end() {
    [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" || true; }
    rm -rf "$work"
}
trap end EXIT
mkfifo "$work/ready"
./target/release/habeasd up --data "$work/data" --listen 127.0.0.1:0 >"$work/ready" &
daemon=$!
read -r line <"$work/ready"
server=http://$(sed -E 's/.*http:\/\/([^ ]+) .*/\1/' <<<"$line")
token=$(cat "$work/data/operator.token")
start=$(date +%s%N)
HABEAS_TOKEN=$token ./target/release/habeas --server "$server" import \
    --mapping docs/examples/mappings/pdx_jail.toml --folder "$data"
last=$(python3 deploy/pdx_check.py "$server" "$data" --wait)
end_ns=$(date +%s%N)
awk -v n="$last" -v ns="$((end_ns - start))" \
    'BEGIN { printf "loaded and folded: %d events in %.1f s = %d events/s, end to end\n", n, ns / 1e9, n * 1e9 / ns }'
nats=$(pgrep -P "$daemon" -x nats-server)
awk '/VmHWM/ { sum += $2; printf "peak memory, %s: %d MiB\n", (NR > 0 && FILENAME ~ /'"$nats"'/ ? "nats-server" : "habeasd"), $2 / 1024 }
     END { printf "peak memory, both: %d MiB\n", sum / 1024 }' "/proc/$daemon/status" "/proc/$nats/status"
du -sm "$work/data/nats" "$work/data/views" | awk '{ printf "disk, %s: %d MiB\n", $2, $1 }' | sed "s|$work/data/||"
python3 deploy/pdx_check.py "$server" "$data"
