#!/bin/sh
# The golden vectors on aarch64, emulated by qemu: on_arm.sh [CHROOT_SCRIPT]
# CHROOT_SCRIPT makes an arm64 Debian and runs commands in it: `make`, `wheels SPEC...`, `run CMD...`, in the folder ROOT.
# Needs root, Debian and a network; the first time takes 4 minutes on an idle machine. Nothing outside ROOT is changed,
# but for the packages that CHROOT_SCRIPT installs (mmdebstrap, arch-test, qemu-user-static).
set -eu
repository=$(cd "$(dirname "$0")/../.." && pwd)
script=$(realpath "${1:-$repository/../shared/boards/arm64_chroot.sh}")
export ARCH=arm64 ROOT="${ROOT:-$repository/build/arm64}"

[ -r "$script" ] || { echo "on_arm: error: $script was not found; name a script that makes an arm64 chroot" >&2; exit 1; }
[ -e "$ROOT/etc/os-release" ] || bash "$script" make
[ -d "$ROOT/opt/site/numpy" ] || bash "$script" wheels numpy pytest

rm -rf "$ROOT/opt/edgevoice"
mkdir -p "$ROOT/opt/edgevoice"
tar -C "$repository" --exclude=__pycache__ -cf - edgevoice tests pyproject.toml | tar -C "$ROOT/opt/edgevoice" -xf -

# Without conftest.py, which imports the whole device: the front end needs NumPy alone.
bash "$script" run sh -c 'cd /opt/edgevoice && export OPENBLAS_NUM_THREADS=1 &&
    python3 -c "import platform, numpy; print(platform.machine(), platform.python_version(), numpy.__version__)" &&
    python3 -m pytest --noconftest -p no:cacheprovider tests/listening/test_golden.py'
