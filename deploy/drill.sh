#!/usr/bin/env bash
# The drill: a machine is lost, and its node comes back from its backup.
#   deploy/drill.sh [SECONDS]
# Two nodes follow one log while events are sent for SECONDS (6); the first, which has the log's key and the
# broker, is backed up twice meanwhile, then killed and its folder removed. It is restored from the backup under
# another folder, takes what came since from the second node, and must answer as the second node does, with
# every acknowledged event, and a history that the policy of before the loss believes.
# HABEAS_BIN names the folder of habeas and habeasd (target/release), HABEAS_TOOLS that of nats-server.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-6}
bin=${HABEAS_BIN:-target/release}
tools=${HABEAS_TOOLS:-.tools/bin}
work=$(mktemp -d)
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end EXIT
said() { printf '%-34s %s\n' "$1" "$2"; }

# start NAME COMMAND...: starts a node; $address and $pid are its own.
start() {
    local name=$1 line
    shift
    mkfifo "$work/$name.ready"
    "$bin/habeasd" "$@" --listen 127.0.0.1:0 >"$work/$name.ready" 2>"$work/$name.log" &
    pid=$!
    pids+=("$pid")
    read -r line <"$work/$name.ready" || { cat "$work/$name.log" >&2; exit 1; }
    address=http://$(sed -E 's/.*http:\/\/([^ ]+) .*/\1/' <<<"$line")
}

# Sends events until the file "stop" is there; each line of "verdicts" is one that was answered.
send() {
    local number=0
    while [ ! -e "$work/stop" ]; do
        for _ in $(seq 20); do
            number=$((number + 1))
            printf '{"specversion":"1.0","id":"00000000-0000-4000-8000-%012d","source":"//north-desk.example/drill","type":"habeas.arrest.v1","subject":"north-desk:d%d","org":"north-desk","recordedtime":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":{"occurred":"2023-12-%02d","visibility":"public","persons":[{"id":"north-desk:d%d"}]}}\n' \
                "$number" "$number" "$((1 + number % 28))" "$number"
        done | curl -sf --max-time 20 -H "Authorization: Bearer $token" -H 'Content-Type: application/jsonl' \
            --data-binary @- "$first/v1/events" >>"$work/verdicts" || return 0
    done
}
last_acknowledged() { grep -o '"position":[0-9]*' "$work/verdicts" | cut -d: -f2 | sort -n | tail -1; }
figure() { curl -sf "$1/v1/figures?measure=persons&kind=arrest&group_by=month&at=$2&min_position=$2"; }

start first up --data "$work/first" --tools "$tools"
first=$address first_pid=$pid
token=$(cat "$work/first/operator.token")
start second serve --nats "$(cat "$work/first/nats.url")" --data "$work/second"
second=$address
send &
sender=$!
pids+=("$sender")
half=$((seconds / 2))
sleep "$half"
"$bin/habeas" backup --data "$work/first" --to "$work/backup" --keys "$work/keys" 2>"$work/said"
said 'first backup, under load' "$(tail -1 "$work/said")"
sleep "$((seconds - half))"
"$bin/habeas" backup --data "$work/first" --to "$work/backup" 2>"$work/said"
said 'second backup, under load' "$(tail -1 "$work/said")"
curl -sf -X POST -H "Authorization: Bearer $token" "$first/v1/log/checkpoint" >"$work/signed"
curl -sf "$first/v1/log/policy" >"$work/policy"
touch "$work/stop"
wait "$sender"
acknowledged=$(last_acknowledged)
figure "$second" "$acknowledged" >"$work/before"
kill -9 "$first_pid"
wait "$first_pid" 2>/dev/null || true
rm -rf "$work/first"
said 'the machine is lost at position' "$acknowledged"

"$bin/habeas" --token "$(cat "$work/second/operator.token")" restore --from "$work/backup" --data "$work/new" \
    --keys "$work/keys" --tail-from "$second" --policy "$work/policy" 2>"$work/said"
said 'restored' "$(grep 'entries are restored' "$work/said")"
said 'from the second node' "$(grep 'from the other node' "$work/said")"
said 'repair' "$("$bin/habeasd" repair --data "$work/new" --tools "$tools" 2>>"$work/repair.log" | tail -1)"
start new up --data "$work/new" --tools "$tools"
figure "$address" "$acknowledged" >"$work/after"
cmp "$work/before" "$work/after"
said 'figures by month' 'equal to those of the second node before the loss'
curl -sf -X POST -H "Authorization: Bearer $(cat "$work/new/operator.token")" "$address/v1/log/checkpoint" >"$work/signed"
"$bin/habeas" --token "$(cat "$work/new/operator.token")" verify "$address" --policy "$work/policy" >"$work/verified"
said 'habeas verify, policy of before' "$(head -1 "$work/verified")"
echo 'drill passed'
