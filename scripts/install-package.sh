#!/bin/sh
# Installs ecohub into its virtual environment: install-package.sh <python of the environment> <what>
# Prints to stderr only.
set -eu
exec 1>&2

python=$1
what=$2

printf 'set-up: installing ecohub and what it needs (a minute or two the first time)\n'
if "$python" -m pip install --quiet --disable-pip-version-check --no-input --editable "$what"; then
    exit 0
fi
printf 'set-up: pip could not install it; its last lines say why. Most often:\n'
printf '    no network, or a proxy that pip does not know (set HTTPS_PROXY)\n'
printf '    no space left (df -h .; about 300 MB are needed)\n'
printf '    a 32-bit system, for which some packages are built here: sudo apt install build-essential python3-dev\n'
exit 1
