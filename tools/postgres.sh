#!/usr/bin/env bash
# PostgreSQL for the tests of shared nodes: installed when this is root on Debian, otherwise those tests skip by name.
set -euo pipefail
if command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "no PostgreSQL: the tests of shared nodes will skip (apt-get install postgresql)"
  exit 0
fi
mkdir -p build
echo "installing PostgreSQL for the tests of shared nodes"
export DEBIAN_FRONTEND=noninteractive
# No cluster of the system's own: each test run makes one in a folder and takes it away again.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >build/apt-postgresql.log 2>&1; then
  tail -3 build/apt-postgresql.log
  echo "PostgreSQL could not be installed: the tests of shared nodes will skip"
fi
