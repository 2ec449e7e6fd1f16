#!/bin/sh
# Makes the virtual environment, or says in one line what is missing. Usage: make-venv.sh PYTHON FOLDER
set -eu
python=$1 folder=$2
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Lightbox needs Python 3.11 or newer: install it, or name it with 'make PYTHON=/path/to/python3.11 …'." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    echo "This Python has no venv module: run 'sudo apt-get install python3-venv', then make again." >&2
    exit 1
  fi
fi
"$python" -m venv "$folder"
