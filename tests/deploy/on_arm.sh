#!/bin/bash
# The installer and the visit on aarch64, emulated by qemu, beside this machine: the same decisions, the same bits of the front end.
#   on_arm.sh [FOLDER]    FOLDER (default build/on-arm) keeps the Debian and the wheels for the next time
# Needs root, a network, .venv (make setup) and ../shared/boards/arm64_chroot.sh. Half an hour the first time.
# The interpreter is LiteRT 2.1.0: 2.3.0 runs on boards but ends with a segmentation fault under qemu-user.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(realpath -m "${1:-$repository/build/on-arm}")
python=${PYTHON:-$repository/.venv/bin/python}
export ARCH=arm64 SUITE=bookworm ROOT=$folder/root
chroot_script=$repository/../shared/boards/arm64_chroot.sh
inside() { bash "$chroot_script" run env -u PYTHONPATH -u PIP_FIND_LINKS "$@"; }

mkdir -p "$folder/wheels"
[ -e "$ROOT/etc/os-release" ] || bash "$chroot_script" make
cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
platforms=$(for tag in 2014 _2_17 _2_26 _2_27 _2_28 _2_31 _2_34; do printf -- '--platform manylinux%s_aarch64 ' $tag; done)
# Resolved here, without emulation. PyAudio and python-speech-features have no wheels for it.
# shellcheck disable=SC2086
[ -e "$folder/wheels/.done" ] || {
    "$python" -m pip download -q -d "$folder/wheels" --only-binary=:all: --python-version 311 --implementation cp $platforms \
        numpy scipy soxr soundfile sqlite-utils cryptography pydantic tomlkit platformdirs click rich ai-edge-litert==2.1.0 cysystemd \
        'setuptools>=77' wheel pytest
    "$python" -m pip download -q -d "$folder/wheels" --no-deps --no-binary=:all: pyaudio
    "$python" -m pip wheel -q -w "$folder/wheels" --no-deps python-speech-features==0.6
    touch "$folder/wheels/.done"
}
rm -rf "$ROOT/root/source" && mkdir -p "$ROOT/root/source" "$ROOT/wheels"
cp "$folder"/wheels/* "$ROOT/wheels/"
tar -C "$repository" --exclude=__pycache__ -cf - deploy edgevoice models tests pyproject.toml README.md | tar -C "$ROOT/root/source" -xf -

mode=$(if [ -L "$ROOT/opt/edgevoice/current" ]; then echo --upgrade; fi) # a link that leads nowhere from out here
# shellcheck disable=SC2086
inside sh /root/source/deploy/install.sh $mode --wheels /wheels
inside rm -rf /tmp/visit
inside /opt/edgevoice/current/bin/edgevoice --config /dev/null --json --data /tmp/visit visit --fast >"$folder/arm.json"
inside /opt/edgevoice/current/bin/python -m pip install -q --no-index --find-links /wheels pytest
inside env --chdir=/root/source /opt/edgevoice/current/bin/python -m pytest -q --noconftest -p no:cacheprovider tests/listening/test_golden.py

here=$(mktemp -d)
(cd "$repository" && "$python" -m edgevoice --config /dev/null --json --data "$here" visit --fast) >"$folder/here.json"
rm -rf "$here"
"$python" - "$folder/arm.json" "$folder/here.json" <<'PYTHON'
import json
import sys
from pathlib import Path

arm, here = ([json.loads(line) for line in Path(name).read_text().splitlines()] for name in sys.argv[1:])
arm, here = ([record for record in records if "decision" in record] for records in (arm, here))
keys = ("start_s", "end_s", "decision", "speaker", "net_speech_s", "snr_db", "clipped")
told = [[{key: record[key] for key in keys} for record in records] for records in (arm, here)]
assert told[0] == told[1], "the decisions differ"
apart = max(abs(a["llr"] - b["llr"]) for a, b in zip(arm, here) if a["llr"] is not None)
print(f"aarch64 and this machine: {len(arm)} utterances with the same decision, speaker, times, SNR; LLRs at most {apart:.4f} apart")
PYTHON
