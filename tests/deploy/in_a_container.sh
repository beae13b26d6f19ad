#!/bin/bash
# The service for real: a Debian booted in a container, our installer, a virtual microphone and a relay whose pin is a file; then the
# program is killed while the door is open, frozen, its microphone unplugged, muted, started without one, its settings and its database
# broken; at last it is upgraded, restored from a backup, and removed. Prints the journal, and fails where the door does.
#   in_a_container.sh [FOLDER]    FOLDER (default build/container) keeps the Debian for the next time; SUITE=bookworm: another Debian
# Needs root, a network, a kernel with cgroup v2, ../shared/boards/pulse_mic.sh, and from Debian:
#   mmdebstrap systemd-container pulseaudio pulseaudio-utils
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(realpath -m "${1:-$repository/build/container}")
root=$folder/root suite=${SUITE:-trixie}
visit=$repository/edgevoice/visit
export PULSE_MIC_DIR=$folder/microphone
microphone=$repository/../shared/boards/pulse_mic.sh
settings=/etc/edgevoice/edgevoice.toml data=/var/lib/edgevoice

say() { printf '\n== %s\n' "$*"; }
inside() { nsenter -t "$(pgrep -P "$nspawn" | head -n 1)" -m -u -i -p -n -C -- "$@"; }
ev() { inside runuser -u edgevoice -- /opt/edgevoice/current/bin/edgevoice --config $settings "$@"; }
install() { inside env PIP_CERT=/etc/ssl/certs/ca-certificates.crt sh /root/source/deploy/install.sh "$@" 2>&1 | grep -vE 'WARNING|^(Get|Selecting|Preparing|Unpacking|Setting up)'; }
fail() { echo "in_a_container: error: $*" >&2; exit 1; }
journal() { inside journalctl -u edgevoice --no-pager -o short-precise --since "$since" | grep -v PrivateNetwork; }
begin() { say "$*"; sleep 2; since=$(date '+%F %T'); }
expect() { for _ in $(seq "$2"); do if journal | grep -q "$1"; then return; fi; sleep 1; done; journal; fail "no '$1' within $2 s"; }
speak() { PULSE_SERVER=unix:$PULSE_MIC_DIR/native paplay "$visit/$1"; }
seconds() { date +%s.%N; }
within() { awk -v from="$1" -v to="$(seconds)" -v most="$2" 'BEGIN { printf "%.1f s\n", to - from; exit to - from > most }'; }
# Seconds between the starts of the program that failed.
waits() { journal_unix | awk '/edgevoice: error: / { if (last) printf "%.1f ", $1 - last; last = $1 } END { print "" }'; }
journal_unix() { inside journalctl -u edgevoice --no-pager -o short-unix --since "$since"; }
relay() { cat "$root$data/board/levels/17"; }
# The contact of the door: 0 closed, 1 open.
contact() { inside runuser -u edgevoice -- sh -c "mkdir -p $data/board/inputs && cd $data/board/inputs && echo $1 >moved && mv moved 5"; }
main() { inside systemctl show -P MainPID edgevoice; }
# No real microphone is silent to the last bit.
unmute() { while :; do speak room.flac 2>/dev/null || sleep 0.2; done & room=$!; }
mute() { kill "${room:?}"; wait "$room" 2>/dev/null || true; }
plug() { bash "$microphone" start >/dev/null; sed -i "s#$PULSE_MIC_DIR#/microphone#g" "$PULSE_MIC_DIR/asound.conf"; }
finish() { (mute) || true; kill "${nspawn:-0}" 2>/dev/null || true; wait "${nspawn:-0}" 2>/dev/null || true; bash "$microphone" stop || true; }

mkdir -p "$folder" "$PULSE_MIC_DIR"
if [ ! -e "$root/etc/os-release" ]; then
    say "a Debian ($suite)"
    mmdebstrap --quiet --variant=minbase --include=systemd,udev,dbus,python3,ca-certificates,libasound2-plugins "$suite" "$root" \
        "$(awk '/^URIs/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" # of this machine: it may know one more authority
cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
rm -rf "$root/var/lib/edgevoice" "$root/opt/edgevoice" "$root/etc/edgevoice" # of the last time: it knows the recordings again
rm -rf "$root/root/source" && mkdir -p "$root/root/source" "$root/microphone" "$root/etc/systemd/system/edgevoice.service.d"
tar -C "$repository" --exclude=__pycache__ -cf - deploy edgevoice models pyproject.toml README.md | tar -C "$root/root/source" -xf -
cat >"$root/etc/systemd/system/edgevoice.service.d/container.conf" <<'UNIT'
[Service]
Environment=ALSA_CONFIG_PATH=/microphone/asound.conf
BindPaths=/microphone
UNIT

trap finish EXIT
plug
unmute
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q --register=no --keep-unit -D "$root" --machine=edgevoice \
    --bind="$PULSE_MIC_DIR:/microphone" -b >"$folder/boot.log" 2>&1 </dev/null &
nspawn=$!
for _ in $(seq 60); do if inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; then break; fi; sleep 1; done

begin "the installer, twice"
install
install
sed -i '/^\[lock\]$/,/^\[/ s|^#driver = .*|driver = "gpio"|; /^\[gpio\]$/,/^\[/ s|^#simulated = .*|simulated = "/var/lib/edgevoice/board"|' "$root$settings"
sed -i '/^\[contacts\]$/,/^\[/ s|^#driver = .*|driver = "gpio"|; /^\[gpio\]$/,/^\[/ s|^#door_pin = .*|door_pin = 5|' "$root$settings"
contact 0
inside systemctl stop edgevoice
packages=$(inside sh -c 'ls -d /opt/edgevoice/current/lib/python3*/site-packages/edgevoice/visit')
ev enroll Ada "$packages"/ada-enrol-1.opus "$packages"/ada-enrol-2.opus "$packages"/ada-enrol-3.opus "$packages"/ada-enrol-4.opus

begin "start"
inside systemctl start edgevoice
journal
inside systemd-analyze security edgevoice --no-pager | tail -n 1

begin "Ada speaks; killed while the door is open"
speak ada-unlock-1.opus &
expect 'lock: open' 20
[ "$(relay)" = 1 ]
inside systemctl kill -s KILL --kill-whom=main edgevoice
sleep 1
[ "$(relay)" != 1 ] || fail "the relay is still on"
expect 'Started' 30
journal
tail -n 4 "$root$data/board/log"
inside journalctl -t edgevoice EDGEVOICE_DECISION=open -n 1 -o json --no-pager | tr ',' '\n' | grep EDGEVOICE

begin "frozen"
inside systemctl kill -s STOP --kill-whom=main edgevoice
expect 'Watchdog timeout' 45
expect 'Started' 30
journal

begin "the microphone unplugged for longer than the watchdog waits"
bash "$microphone" stop
expect 'Watchdog timeout' 45
journal

begin "started without one: the door is served for longer than a start may last"
expect 'was not found' 60
serves=$(main)
sleep 15 # the start gives leave to open the door for 10 s
contact 1
expect 'says: door-forced' 10
contact 0
sleep 80
[ "$(inside systemctl show -P ActiveState edgevoice)" = activating ] || fail "it does not wait"
[ "$(inside systemctl show -P StatusText edgevoice)" = "fault, lost: microphone" ] || fail "it does not say what for"
[ "$(main)" = "$serves" ] || fail "it was started again"
[ "$(journal | grep -c 'was shut after a fault')" = 1 ] || fail "the microphone was not told once"
journal

begin "frozen while it waits for its microphone: started again; then there is one"
inside systemctl kill -s STOP --kill-whom=main edgevoice
expect 'timed out' 45
expect 'was not found' 60
plug
expect 'Started' 60
journal

begin "muted: started again once, and waited for from then on"
inside systemctl stop edgevoice
sed -i '/^\[microphone\]$/,/^\[/ s|^#silence_seconds = .*|silence_seconds = 5.0|' "$root$settings"
inside systemctl start edgevoice
mute
expect 'Watchdog timeout' 60
since=$(date '+%F %T')
expect 'digital silence.*unmute it' 60
serves=$(main)
sleep 45
[ "$(inside systemctl show -P ActiveState edgevoice)" = activating ] || fail "it does not wait"
[ "$(main)" = "$serves" ] || fail "it was started again"
unmute
expect 'Started' 10
journal

begin "settings that are refused: tried again, ever more slowly"
inside systemctl stop edgevoice
echo '[no_such_section]' >>"$root$settings"
inside systemctl start edgevoice 2>/dev/null || true
expect 'waiting 30 s more' 120
echo "seconds from one failure to the next: $(waits)"
waits | awk '{ for (i = 1; i <= 4; i++) if ($i < 2 ^ i) exit 1 }'
from=$(seconds)
inside systemctl stop edgevoice
took=$(within "$from" 3)
echo "stopped in the middle of that wait: $took"

begin "mended in the middle of a wait: a restart does not wait for its end"
inside systemctl start edgevoice 2>/dev/null || true
expect 'waiting 14 s more' 60
sed -i '/^\[no_such_section\]$/d' "$root$settings"
sleep 1
since=$(date '+%F %T')
from=$(seconds)
inside systemctl restart edgevoice
took=$(within "$from" 13)
echo "it serves after $took"
journal
if journal | grep -q 'waiting'; then fail "it waited"; fi

begin "a clean stop leaves one file, and a damaged one is replaced by the last good backup"
ev backup
inside systemctl stop edgevoice
[ ! -e "$root$data/edgevoice.sqlite-wal" ] || fail "a write-ahead log was left"
head -c 40960 /dev/zero | tr '\0' '\377' | dd of="$root$data/edgevoice.sqlite" bs=4096 seek=1 conv=notrunc status=none
inside systemctl start edgevoice
journal | grep 'put in its place'
ev events --last 3
ev events --verify

begin "an upgrade while the door serves keeps people and settings"
people=$(ev --json speakers list)
cp "$root$settings" "$folder/settings"
install --upgrade
inside systemctl is-active edgevoice
[ "$(ev --json speakers list)" = "$people" ] || fail "the people are others"
cmp "$root$settings" "$folder/settings"
[ ! -e "$root$data/before-upgrade" ] || fail "a copy of the people was left"

begin "a backup taken away brings back who was removed"
inside systemctl stop edgevoice
inside runuser -u edgevoice -- sh -c "echo 'four words of nonsense' >$data/passphrase"
ev backup $data/house.backup --passphrase-file $data/passphrase
ev speakers remove Ada
ev speakers list
ev restore $data/house.backup --passphrase-file $data/passphrase
[ "$(ev --json speakers list)" = "$people" ] || fail "the people are others"

begin "the installer takes the program away, and then the people"
install --remove
for gone in /etc/systemd/system/edgevoice.service /opt/edgevoice; do if [ -e "$root$gone" ]; then fail "$gone is left"; fi; done
ls "$root$data/edgevoice.sqlite" "$root$settings"
install --remove --purge
left=$(find "$root/etc" "$root/opt" "$root/var/lib" "$root/run" -xdev -name '*edgevoice*' -not -path '*/edgevoice.service.d*')
[ -z "$left" ] || fail "left: $left"
say "the door survived"
