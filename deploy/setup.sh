#!/bin/sh
# The environment: setup.sh FOLDER EXTRAS. Debian's packages are installed where root or sudo allows, else named.
set -eu
venv=$1
extras=$2
python=${PYTHON:-python3}

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# Succeeds if every package could be installed; asks for no password.
apt_install() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    say "installing $* from the distribution"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return
    $as_root apt-get update -q >/dev/null 2>&1 || return 1
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1
}

command -v "$python" >/dev/null || fail "$python was not found; install Python 3.10 or newer: sudo apt install python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "$("$python" --version) found, 3.10 or newer wanted; name another one: make setup PYTHON=python3.11"
"$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv ||
    fail "Python's venv is missing; run: sudo apt install python3-venv"

header() { "$python" -c 'import sysconfig; print(sysconfig.get_path("include"))'; }
can_build_pyaudio() {
    command -v cc >/dev/null && [ -f "$(header)/Python.h" ] &&
        { [ -f /usr/include/portaudio.h ] || [ -f /usr/local/include/portaudio.h ]; }
}
wanted="portaudio19-dev python3-dev gcc libc6-dev"
# A list of words:
# shellcheck disable=SC2086
if can_build_pyaudio || { apt_install $wanted && can_build_pyaudio; }; then
    extras="$extras,microphone"
else
    say "no microphone: PortAudio's headers are missing; run: sudo apt install $wanted; then: make setup -B"
fi
if grep -qs 'Raspberry Pi' /proc/device-tree/model; then extras="$extras,pi"; fi

# Without pip an earlier run was stopped while it made the environment.
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
say "installing edgevoice[$extras] into $venv (a few minutes the first time)"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -e ".[$extras]" ||
    fail "pip could not install edgevoice[$extras]; see the lines above; is there a way to the package index?"

# soundfile's wheels bring libsndfile along for 64-bit machines alone.
reads_sound() { "$venv/bin/python" -c 'import soundfile' 2>/dev/null; }
reads_sound || { apt_install libsndfile1 && reads_sound; } ||
    fail "libsndfile is missing, which reads sound files; run: sudo apt install libsndfile1; then: make setup -B"
say "done"
