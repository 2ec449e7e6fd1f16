#!/bin/sh
# Sees that PostgreSQL and Redis are there for the tests of several servers: installs Debian's packages when allowed;
# else those tests are skipped and say so.
set -eu
missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="postgresql"
command -v redis-server >/dev/null || missing="$missing redis-server"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  sudo=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo="sudo"
else
  echo "Without $missing the tests of several server processes are skipped: 'sudo apt-get install $missing'."
  exit 0
fi
echo "installing $missing from Debian's packages"
# shellcheck disable=SC2086
{ $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null; } ||
  echo "They could not be installed; the tests of several server processes are skipped."
