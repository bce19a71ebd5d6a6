#!/usr/bin/env bash
# Verifiers of others for tests/outside: from npm by a locked install, Go's sumdb packages from Debian, and openssl. What cannot be had
# is told, and its tests skip by name. An MQTT broker for the tests of streams comes along. Once this ran, the tests need no network.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/outside

# --- Debian's packages ---

wanted=()
mod=/usr/share/gocode/src/golang.org/x/mod
[ -e "$mod/go.mod" ] || wanted+=(golang-golang-x-mod-dev)
command -v openssl >/dev/null || wanted+=(openssl)
command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || wanted+=(mosquitto)
if [ "${#wanted[@]}" -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: their tests will skip (apt-get install ${wanted[*]})"
  else
    echo "installing ${wanted[*]} for the tests in tests/outside"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >build/apt-outside.log 2>&1; then
      tail -3 build/apt-outside.log
      echo "${wanted[*]} could not be installed: their tests will skip"
    fi
  fi
fi

# --- npm's ---

npm=tests/outside/npm
if ! command -v npm >/dev/null; then
  echo "no npm: the tests of @sigstore/verify will skip (apt-get install npm)"
elif [ ! -e "$npm/node_modules/.package-lock.json" ] || [ "$npm/package-lock.json" -nt "$npm/node_modules/.package-lock.json" ]; then
  echo "fetching @sigstore/verify, by hash"
  if ! npm ci --prefix "$npm" --ignore-scripts --no-audit --no-fund --loglevel=error >build/npm-outside.log 2>&1; then
    tail -3 build/npm-outside.log
    echo "@sigstore/verify could not be fetched: its tests will skip"
  else
    touch "$npm/node_modules/.package-lock.json"
  fi
fi

# --- Go's: our driver with Debian's source, by the toolchain that requirements-dev.lock pins; nothing is fetched ---

source=tests/outside/driver.go built=build/outside/driver
go=${GO:-$PWD/.venv/bin/go}
if [ -e "$mod/go.mod" ] && { [ ! -e "$built" ] || [ "$source" -nt "$built" ]; }; then
  if [ ! -x "$go" ]; then
    echo "no Go toolchain: the tests of Go's sumdb will skip (make dev)"
  else
    echo "compiling $source (about a quarter of a minute)"
    made=build/outside/go
    mkdir -p "$made"
    cp "$source" "$made/driver.go"
    printf 'module driver\n\ngo 1.21\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => %s\n' "$mod" >"$made/go.mod"
    if ! (
      cd "$made"
      export GO111MODULE=on GOFLAGS=-mod=mod GOPROXY=off GOSUMDB=off GOTOOLCHAIN=local GOENV=off GOTELEMETRY=off CGO_ENABLED=0
      export GOCACHE="$PWD/cache" GOPATH="$PWD/path"
      "$go" build -trimpath -o driver .
    ) >build/go-outside.log 2>&1; then
      tail -3 build/go-outside.log
      echo "$source could not be compiled: the tests of Go's sumdb will skip"
    else
      mv "$made/driver" "$built"
      rm -rf "$made"
    fi
  fi
fi
