#!/bin/sh
# Makes a virtual environment: tools/ensure_python.sh DIRECTORY
# Takes Python 3.11 or newer ($PYTHON, if set), and lets apt bring what is missing when it may.
set -eu
directory=$1

fail() { echo "$*" >&2; exit 1; }

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if usable "$python"; then return 0; fi
    done
    return 1
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install() {
    echo "Installing $* with apt-get"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

if ! find_python; then
    may_install || fail "Seaway needs Python 3.11 or newer: install it, or say where it is with PYTHON=..."
    install python3 python3-venv
    find_python || fail "Seaway needs Python 3.11 or newer; this distribution's own is older: say where one is with PYTHON=..."
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    may_install || fail "This Python cannot make virtual environments: install $package (as root: apt-get install $package)."
    install "$package"
fi

# Not --clear: an environment that is there is brought up to date, not taken from who uses it.
"$python" -m venv "$directory"
