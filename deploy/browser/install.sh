#!/usr/bin/env bash
# Installs what the tests of the pages need into the folder given: playwright-core, axe-core and upng-js,
# and a Chromium where the machine has none. System packages are installed only by root; anyone else is told.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '\n%s\n\n' "$*" >&2; }
found() { command -v "$1" > /dev/null 2>&1; }

missing=()
found chromium || found chromium-browser || found google-chrome || missing+=(chromium)
found node || missing+=(nodejs)
found npm || missing+=(npm)
# Khmer and Arabic letters must be drawn, or the tests would look at boxes.
fc-list 2> /dev/null | grep -qi 'noto sans khmer' || missing+=(fonts-noto-core fontconfig)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && found apt-get; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    else
        say "THE PAGES WILL NOT BE TESTED: that needs ${missing[*]} (Debian: apt-get install ${missing[*]}). Then run this again."
        exit 0
    fi
fi
# Debian 12 has Node 18: the versions in package.json are chosen to run on it.
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)'; then
    say "THE PAGES WILL NOT BE TESTED: node is $(node --version), and must be 18 or newer. Then run this again."
    exit 0
fi
mkdir -p "$target"
cp "$here/package.json" "$here/package-lock.json" "$target/"
npm ci --prefix "$target" --no-fund --no-audit --silent
touch "$target/.done"
