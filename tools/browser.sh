#!/usr/bin/env bash
# Chromium and one font for the browser tests: installed when this is root on Debian, otherwise those tests skip by name.
set -euo pipefail
if command -v chromium >/dev/null; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "no chromium: the browser tests will skip (apt-get install chromium fonts-dejavu-core)"
  exit 0
fi
mkdir -p build
echo "installing chromium for the browser tests"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >build/apt.log 2>&1; then
  tail -3 build/apt.log
  echo "chromium could not be installed: the browser tests will skip"
fi
