#!/usr/bin/env bash
# Installs what tests of other people's clients need into the folder given: nats.js, and a sign-in provider
# (OpenID Connect). System packages are installed only by root; anyone else is told.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '\n%s\n\n' "$*" >&2; }
found() { command -v "$1" > /dev/null 2>&1; }

missing=()
found node || missing+=(nodejs)
found npm || missing+=(npm)
found curl || missing+=(curl)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && found apt-get; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    else
        say "NATS.JS AND THE SIGN-IN PROVIDER WILL NOT BE TESTED: that needs ${missing[*]} (Debian: apt-get install ${missing[*]}). Then run this again."
        exit 0
    fi
fi
mkdir -p "$target"
cp "$here/package.json" "$here/package-lock.json" "$target/"
npm ci --prefix "$target" --no-fund --no-audit --silent
touch "$target/.done"
