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
# Events of a request: several of them fill a bundle of the history, which has 256.
batch=100
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end EXIT
failed() { echo "drill failed: $1" >&2; exit 1; }
# until_position N: waits until more than N entries are acknowledged.
until_position() {
    local waits
    for waits in $(seq 300); do
        [ "$(last_acknowledged)" -le "$1" ] || return 0
        sleep 0.1
    done
    failed "no events come in any more"
}
# entries_of FILE: how many entries the backup holds, by what the command said.
entries_of() { grep -oE '^[0-9]+ entries' "$1" | cut -d' ' -f1; }
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
        seq $((number + 1)) $((number + batch)) | while read -r n; do
            printf '{"specversion":"1.0","id":"00000000-0000-4000-8000-%012d","source":"//north-desk.example/drill","type":"habeas.arrest.v1","subject":"north-desk:d%d","org":"north-desk","recordedtime":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":{"occurred":"2023-12-%02d","visibility":"public","persons":[{"id":"north-desk:d%d"}]}}\n' \
                "$n" "$n" "$((1 + n % 28))" "$n"
        done >"$work/batch"
        number=$((number + batch))
        curl -sf --max-time 20 -H "Authorization: Bearer $token" -H 'Content-Type: application/jsonl' \
            --data-binary "@$work/batch" "$first/v1/events" >>"$work/verdicts" || return 0
    done
}
last_acknowledged() {
    { grep -o '"position":[0-9]*' "$work/verdicts" 2>/dev/null || echo :0; } | cut -d: -f2 | sort -n | tail -1
}
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
backed_up=$(entries_of "$work/said")
sleep "$((seconds - half))"
# Two bundles more, so that the second backup has files to take.
until_position "$((backed_up + 600))"
"$bin/habeas" backup --data "$work/first" --to "$work/backup" 2>"$work/said"
said 'second backup, under load' "$(tail -1 "$work/said")"
[ "$(entries_of "$work/said")" -gt "$backed_up" ] || failed 'the second backup took nothing'
! grep -q '; 0 files of the history were new' "$work/said" || failed 'the second backup took no file of the history'
# What is lost with the machine, but for the second node.
until_position "$(entries_of "$work/said")"
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
! grep -q '^0 of them' "$work/said" || failed 'nothing came from the other node'
said 'repair' "$("$bin/habeasd" repair --data "$work/new" --tools "$tools" 2>>"$work/repair.log" | tail -1)"
start new up --data "$work/new" --tools "$tools"
figure "$address" "$acknowledged" >"$work/after"
cmp "$work/before" "$work/after"
said 'figures by month' 'equal to those of the second node before the loss'
curl -sf -X POST -H "Authorization: Bearer $(cat "$work/new/operator.token")" "$address/v1/log/checkpoint" >"$work/signed"
"$bin/habeas" --token "$(cat "$work/new/operator.token")" verify "$address" --policy "$work/policy" >"$work/verified"
said 'habeas verify, policy of before' "$(head -1 "$work/verified")"
echo 'drill passed'
