#!/bin/sh
# The drivers on rpi-lgpio and a real gpiochip: a whole emulated board boots, its door is killed -9 in the middle of a pulse,
# its button is pressed. Prints what was seen, a line each (PROBE ...). Run as root:
#
#   tests/hardware/on_board/run.sh [WORK]
#
# WORK (default /tmp/edgevoice-board) keeps the board for the next time; the first time takes long. A minute to boot where the
# machine has nothing else to do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../../.." && pwd)
board=$repository/../shared/boards/board.sh
export W="${1:-/tmp/edgevoice-board}" ARCH=amd64 IMG_SIZE=1500M
overlay=$W/overlay

[ -e "$W/kernel-amd64-bookworm/initrd" ] || bash "$board" prepare

rm -rf "$overlay"
mkdir -p "$overlay/opt/probe/edgevoice/hardware" "$overlay/etc/systemd/system/multi-user.target.wants" "$W/wheels"
# Only what needs no NumPy: the board has none.
cp "$repository/edgevoice/__init__.py" "$repository/edgevoice/errors.py" "$overlay/opt/probe/edgevoice/"
cp "$repository"/edgevoice/hardware/*.py "$overlay/opt/probe/edgevoice/hardware/"
cp "$here"/*.py "$here/settings.toml" "$overlay/opt/probe/"
python3 -m pip download -q --no-deps --only-binary=:all: --python-version 311 --platform manylinux_2_34_x86_64 \
    -d "$W/wheels" lgpio==0.2.2.0 rpi-lgpio==0.6
for wheel in "$W"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$overlay/opt/probe"; done
cp "$here/probe.service" "$overlay/etc/systemd/system/"
ln -s ../probe.service "$overlay/etc/systemd/system/multi-user.target.wants/probe.service"

bash "$board" image "$overlay"
bash "$board" boot "PROBE ended" 900 || true
grep -a -o "PROBE.*" "$W/serial.log"
