#!/bin/sh
# Makes the virtual environment: make-venv.sh <python> <folder>
# Debian refuses pip outside one, and without its package python3-venv it cannot make one with pip inside:
# then pip is put in from outside, or the package is installed where that is allowed. Prints to stderr only.
set -eu
exec 1>&2

wanted=${1:-python3}
venv=${2:-.venv}

say() { printf 'set-up: %s\n' "$*"; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for name in "$wanted" python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

with_ensurepip() { "$python" -m venv --clear "$venv" >"$log" 2>&1; }

with_pip_of_the_system() {
    "$python" -m venv --clear --without-pip "$venv" >"$log" 2>&1 || return 1
    for pip in "$python -m pip" pip3 pip; do
        # `--python` needs pip 22.3; Debian 12 has 23.0.
        if $pip --python "$venv/bin/python" install --quiet pip >>"$log" 2>&1; then return; fi
    done
    return 1
}

with_package_of_debian() {
    [ "${ECOHUB_APT:-yes}" = yes ] && command -v apt-get >/dev/null && as_root true 2>/dev/null || return 1
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "installing python$version-venv with apt"
    for package in "python$version-venv" python3-venv; do
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$package" >>"$log" 2>&1 ||
            { as_root apt-get update -qq >>"$log" 2>&1 &&
                as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$package" >>"$log" 2>&1; }; then
            with_ensurepip && return
        fi
    done
    return 1
}

if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
    say "$venv is here and is no virtual environment; move it away, then run make again"
    exit 1
fi

python=$(find_python) || {
    say "ecohub needs Python 3.11 or newer, and $wanted is $("$wanted" --version 2>&1 || true)"
    say "install one (Debian 12 and Raspberry Pi OS 12 have it: sudo apt install python3),"
    say "or name one: make demo PYTHON=/path/to/python3.12"
    exit 1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say "making $venv with $("$python" --version) ($python)"
if with_ensurepip || with_pip_of_the_system || with_package_of_debian; then
    exit 0
fi
tail -n 5 "$log"
rm -rf "$venv"
say "no virtual environment could be made; on Debian and Raspberry Pi OS this mends it:"
say "    sudo apt install python3-venv python3-pip"
exit 1
