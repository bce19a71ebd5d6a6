#!/usr/bin/env bash
# Writes the lock files anew: hashes, no download addresses, one file for Linux on x86_64 and aarch64, Python 3.11 and later.
#   make lock                 keep locked versions where they still fit
#   make lock ARGS=--upgrade  take the newest that fit
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-}
if [ -z "$uv" ]; then
  uv=$(command -v uv || true)
fi
if [ -z "$uv" ]; then
  python3 -m venv build/uv
  build/uv/bin/pip install --quiet uv
  uv=build/uv/bin/uv
fi

compile() {
  "$uv" pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --no-config --quiet "$@"
}
compile -o requirements.lock "${@}"
# The second lock may only add to the first.
compile --extra dev --constraint requirements.lock -o requirements-dev.lock "${@}"

if grep -nE '(https?|file|git\+[a-z]+)://|^ *--(index|extra-index|find-links)|@ ' requirements.lock requirements-dev.lock; then
  echo "a lock holds an address" >&2
  exit 1
fi
if command -v npm >/dev/null; then
  for folder in web tests/outside/npm; do
    npm --prefix "$folder" install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error "${@/--upgrade/--prefer-online}"
    node -e '
      const fs = require("fs"), path = process.argv[1], lock = JSON.parse(fs.readFileSync(path, "utf8"));
      for (const one of Object.values(lock.packages)) { delete one.funding; delete one.resolved; }
      fs.writeFileSync(path, JSON.stringify(lock, null, 2) + "\n");' "$folder/package-lock.json"
  done
fi
