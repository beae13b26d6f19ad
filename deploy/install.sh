#!/bin/sh
# Makes a Raspberry Pi OS or Debian (12 or newer) serve a door, and can be run again at any time:
#   sudo deploy/install.sh              install; what is there already stays
#        deploy/install.sh --dry-run    say what would be done (also with the options below); needs no root
#   sudo deploy/install.sh --upgrade    put this checkout's edgevoice in the place of the old one; people and settings stay
#   sudo deploy/install.sh --remove     take the program away; people and settings stay
#   sudo deploy/install.sh --remove --purge    and forget them
# --new-model: upgrade also where the new edgevoice knows voices by another model, and everybody has to enrol again.
# --wheels DIR: take Python's packages from this folder instead of the network.
# docs/install.md tells the whole way, from an empty SD card.
set -eu
export LC_ALL=C
umask 022 # the service has to execute what root installs

repository=$(cd "$(dirname "$0")/.." && pwd)
deploy=$repository/deploy
prefix=/opt/edgevoice
settings=/etc/edgevoice/edgevoice.toml
data=/var/lib/edgevoice
unit=/etc/systemd/system/edgevoice.service
rules=/etc/udev/rules.d/60-edgevoice.rules
user=edgevoice

dry_run='' mode=install purge='' new_model='' wheels='' changed='' release='' before='' was_active='' was_up='' interrupted=''

say() { printf 'edgevoice: %s\n' "$*"; }
fail() { printf 'edgevoice: error: %s\n' "$*" >&2; exit "${status:-1}"; }
usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }

# Runs a command, or says what it would run.
run() { if [ "$dry_run" ]; then printf '  would run: %s\n' "$*"; else "$@"; fi; }
systemd_runs() { [ -d /run/systemd/system ]; }
on_a_pi() { grep -qs 'Raspberry Pi' /proc/device-tree/model; }
# As the door's own user, who may not enter the folder that this runs in: what lies in $data is that user's, links too.
as_user() { (cd / && run runuser -u "$user" -- "$@"); }

# put FILE TO: copies it for everybody to read, unless it is there already; then it fails.
put() {
    if cmp -s "$1" "$2"; then return 1; fi
    say "writing $2"
    changed=1
    run install -D -m 0644 "$1" "$2"
}

arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --dry-run) dry_run=1 ;;
            --upgrade) mode=upgrade ;;
            --remove) mode=remove ;;
            --purge) purge=1 ;;
            --new-model) new_model=1 ;;
            --wheels) [ $# -gt 1 ] || status=2 fail "--wheels wants a folder"; wheels=$(realpath "$2"); shift ;;
            -h | --help) usage; exit 0 ;;
            *) usage >&2; status=2 fail "unknown option $1" ;;
        esac
        shift
    done
    [ -z "$purge" ] || [ "$mode" = remove ] || status=2 fail "--purge goes with --remove"
    [ -z "$new_model" ] || [ "$mode" = upgrade ] || status=2 fail "--new-model goes with --upgrade"
    [ -z "$wheels" ] || [ -d "$wheels" ] || fail "$wheels is no folder"
}

this_system() {
    [ "$dry_run" ] || [ "$(id -u)" = 0 ] || fail "this needs root: sudo $0 (or look first: $0 --dry-run)"
    # shellcheck source=/dev/null
    . /etc/os-release
    # Its relatives count their releases otherwise, and nothing was tried on them.
    case ${ID:-} in debian | raspbian) ;; *) fail "this is ${PRETTY_NAME:-unknown}; Debian or Raspberry Pi OS wanted" ;; esac
    [ "${VERSION_ID:-99}" -ge 12 ] || fail "this is ${PRETTY_NAME:-}; Debian or Raspberry Pi OS 12 (bookworm) or newer wanted"
    say "${PRETTY_NAME:-Debian}, $(uname -m)$(if on_a_pi; then printf ', %s' "$(tr -d '\0' </proc/device-tree/model)"; fi)"
}

packages() {
    wanted="python3 python3-venv python3-dev gcc libc6-dev portaudio19-dev alsa-utils"
    # Wheels of lgpio end with Python 3.12; those of cysystemd, and of soundfile with its library, are for 64-bit boards alone.
    if on_a_pi && [ "$(apt-cache policy python3 2>/dev/null | sed -n 's/ *Candidate: 3\.\([0-9]*\).*/\1/p')" -ge 13 ]; then wanted="$wanted swig"; fi
    case $(dpkg --print-architecture) in amd64 | arm64) ;; *) wanted="$wanted libsystemd-dev pkg-config libsndfile1" ;; esac
    missing=''
    for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
    done
    [ "$missing" ] || return 0
    say "installing from the distribution:$missing"
    run apt-get update -q
    # A list of words:
    # shellcheck disable=SC2086
    run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

account() {
    for group in audio gpio; do
        getent group "$group" >/dev/null || { say "making the group $group"; run groupadd --system "$group"; }
    done
    getent passwd "$user" >/dev/null || {
        say "making the user $user"
        run useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin "$user"
    }
    for group in audio gpio; do
        id -nG "$user" 2>/dev/null | tr ' ' '\n' | grep -qx "$group" || run usermod -a -G "$group" "$user"
    done
    [ -d "$data" ] || run install -d -m 0700 -o "$user" -g "$user" "$data"
    [ -d "${settings%/*}" ] || run install -d -m 0755 "${settings%/*}"
}

installed_version() { "$prefix/current/bin/edgevoice" --version 2>/dev/null || true; }

program() {
    if [ "$mode" = install ] && [ "$(installed_version)" ]; then
        say "$(installed_version) is installed already; another one: $0 --upgrade"
        return
    fi
    release=$prefix/releases/$(date -u +%Y%m%dT%H%M%SZ)
    extras=microphone,service
    if on_a_pi; then extras=$extras,pi; fi
    say "installing edgevoice[$extras] into $release (some minutes)"
    run install -d -m 0755 "$release"
    source=$repository
    if [ -z "$dry_run" ]; then # a build leaves its traces in the folder that it is built from
        source=$(mktemp -d)
        trap 'rm -rf "$release" "$source"' EXIT
        for part in pyproject.toml README.md edgevoice models; do cp -r "$repository/$part" "$source/"; done
    fi
    run python3 -m venv "$release"
    # PYPI=1: lgpio, where pip has to build it, brings its C library along.
    run env PYPI=1 "$release/bin/python" -m pip install -q --disable-pip-version-check \
        ${wheels:+--no-index} ${wheels:+--find-links="$wheels"} "${source}[$extras]" ||
        fail "pip could not install edgevoice[$extras]; see the lines above. Nothing was changed"
    say "trying it on the visit that it brings along"
    try_it || fail "the new edgevoice does not work here; see the lines above. Nothing was changed"
    reads_settings || fail "the new edgevoice refuses $settings; correct what the line above names. Nothing was changed"
    knows_the_people
    trap - EXIT
    [ "$dry_run" ] || rm -rf "$source"
}

# Known voices and strangers, as fast as it goes: models, interpreter and arithmetic of this very board.
try_it() {
    [ -z "$dry_run" ] || { run "$release/bin/edgevoice" --data TEMPORARY visit --fast; return; }
    try=$(mktemp -d)
    "$release/bin/edgevoice" --config /dev/null --data "$try" visit --fast >"$try/said" 2>&1 || { tail -n 20 "$try/said"; rm -rf "$try"; return 1; }
    tail -n 1 "$try/said"
    rm -rf "$try"
}

# An owner's settings may have what this release no longer knows.
reads_settings() {
    if [ "$dry_run" ] || [ ! -e "$settings" ]; then return 0; fi
    as_user "$release/bin/edgevoice" --config "$settings" config show >/dev/null
}

# A voiceprint says nothing to another model than its own.
knows_the_people() {
    if [ "$dry_run$new_model" ] || [ ! -f "$data/edgevoice.sqlite" ]; then return 0; fi
    known=$(model_of "$prefix/current") wanted=$(model_of "$release")
    [ -z "$known" ] || [ "$known" = "$wanted" ] ||
        fail "the new edgevoice knows voices by $wanted, the old one by $known: everybody would have to enrol again. Nothing was changed; where that is wanted: $0 --upgrade --new-model"
}

# model_of RELEASE: the name of its speaker model under the owner's settings; nothing where it cannot say.
model_of() {
    as_user "$1/bin/python" -c '
import sys
from pathlib import Path
from edgevoice import app
from edgevoice.config import load
print(app.xvector(load(Path(sys.argv[1])).settings).manifest.name)' "$settings" 2>/dev/null || true
}

# While a release is tried, $prefix/unproved names the one that served before. Where a power cut ended that, this finds it: with
# the copy of the people it is the way back, until the door serves.
half_done() {
    if [ "$dry_run" ] || [ ! -e "$prefix/unproved" ]; then return 0; fi
    before=$(cat "$prefix/unproved")
    if [ "$before" = "$(readlink "$prefix/current")" ]; then
        say "a return to $before was interrupted"
        if systemd_runs; then systemctl stop edgevoice; changed=1; fi
        if put_copy_back; then rm -f "$prefix/unproved"; fi
        before=''
    elif systemd_runs && [ "$(systemctl show -P ActiveState edgevoice)" = active ]; then
        before=''
        proved
    elif [ -d "$before" ]; then
        say "an upgrade was interrupted; what served before it: $before"
        interrupted=1 was_active=1
    else
        before=''
    fi
}

# The new release takes the place of the old one between two states of the service, with a copy of the people as they were.
change_over() {
    [ "$release" ] || return 0
    [ "$before" ] || before=$(readlink "$prefix/current" 2>/dev/null || true)
    run sync # or a power cut in the next half a minute would leave a release of empty files in the place of the old one
    if systemd_runs && [ -e "$unit" ]; then
        case $(systemctl show -P ActiveState edgevoice) in
            active) was_active=1 was_up=1 ;;
            activating | deactivating) was_up=1 ;; # it waits for its microphone, or has ended and is about to be tried again
        esac
        trap '' HUP INT TERM # a terminal that goes leaves no door standing still
        trap serve_again EXIT
        say "stopping the door" # also one that does not serve now and is about to be tried again
        run systemctl stop edgevoice
    fi
    if [ "$interrupted" ] && [ -d "$data/before-upgrade" ]; then
        say "the copy of the people in $data/before-upgrade stays: it is of $before"
    elif [ "$before" ] && [ -f "$data/edgevoice.sqlite" ]; then
        say "keeping a copy of the people in $data/before-upgrade"
        run rm -rf "$data/before-upgrade"
        copy_people || stay "the people could not be copied to $data/before-upgrade; see the lines above, and: ls -l $data$(not_readable)"
    fi
    if [ "$was_active" ] && [ -z "$dry_run" ]; then echo "$before" >"$prefix/unproved"; fi
    run sync
    run ln -sfn "$release" "$prefix/next"
    run mv -T "$prefix/next" "$prefix/current"
}

# Also where nothing can be said any more, which ends the script.
serve_again() { if [ "$was_up" ] && [ -z "$dry_run" ]; then systemctl start --no-block edgevoice || true; fi; }

copy_people() {
    as_user mkdir -m 0700 "$data/before-upgrade" &&
        as_user find "$data" -maxdepth 1 -type f -exec cp -p -P -t "$data/before-upgrade" {} +
}

# What a command of root's has left there for root alone: each file, whose it is, and what helps.
not_readable() {
    as_user find "$data" -maxdepth 1 -type f ! -readable -printf ". $user cannot read %p, which belongs to %u: chown $user: %p"
}

# stay WHY: the old release goes on as it was.
stay() {
    rm -rf "$data/before-upgrade" "$release"
    if [ "$was_up" ]; then systemctl start --no-block edgevoice || true; fi
    fail "edgevoice was not upgraded: $1"
}

settings_file() {
    if [ -e "$settings" ]; then say "$settings stays as it is"; return; fi
    say "writing $settings"
    [ -z "$dry_run" ] || return 0
    new=$(mktemp -d)
    "$prefix/current/bin/edgevoice" --config /dev/null config init "$new/edgevoice.toml" >/dev/null
    set_value "$new/edgevoice.toml" storage folder "$data"
    if on_a_pi; then
        set_value "$new/edgevoice.toml" lock driver gpio
        set_value "$new/edgevoice.toml" lights driver gpio
    else
        say "this is no Raspberry Pi: lock and lights are fakes that move nothing; see [lock] and [lights] there"
    fi
    install -m 0640 -o root -g "$user" "$new/edgevoice.toml" "$settings"
    rm -rf "$new"
    as_user "$prefix/current/bin/edgevoice" --config "$settings" config show >/dev/null ||
        fail "the settings that were just written are refused; please report it"
}

# set_value FILE SECTION KEY TEXT: takes the default out of its comment.
set_value() {
    sed -i "/^\[$2\]\$/,/^\[/ s|^#$3 = .*|$3 = \"$4\"|" "$1"
    grep -qx "$3 = \"$4\"" "$1" || fail "$1 has no $2.$3"
}

service() {
    if put "$deploy/60-edgevoice.rules" "$rules" && systemd_runs; then
        { run udevadm control --reload && run udevadm trigger --subsystem-match=gpio; } ||
            say "udev does not run here; it reads the rules at the next boot"
    fi
    put "$deploy/back-off.sh" "$prefix/back-off.sh" || true
    put "$deploy/edgevoice.service" "$unit" || true
    if [ -e "$unit.d/back-off.conf" ]; then run rm -f "$unit.d/back-off.conf"; fi # of an older edgevoice
    if ! command -v systemctl >/dev/null; then say "there is no systemd here: nothing will start the door"; return; fi
    if systemd_runs; then run systemctl daemon-reload; fi
    run systemctl enable -q edgevoice
}

start() {
    if ! systemd_runs; then say "systemd does not run here; the door starts at the next boot"; return; fi
    if [ "$changed$release" ]; then say "starting the door" && run systemctl stop edgevoice; fi
    # Longer than TimeoutStartSec; without a microphone the start waits on.
    if run timeout 100 systemctl start edgevoice; then proved; return; fi
    # One that waited for its microphone before, and does so now, works as well as it did.
    if [ "$was_up" ] && [ ! "$was_active" ] && [ "$(systemctl show -P SubState edgevoice)" != start ]; then was_active=1; fi
    [ "$before$was_active" = "${before}1" ] || fail "it hears nothing yet: journalctl -u edgevoice -e; it waits for its microphone, or is tried again and again"
    say "the new one does not start; the old one comes back"
    failed=$(readlink "$prefix/current")
    systemctl stop edgevoice || true
    ln -sfn "$before" "$prefix/next" && mv -T "$prefix/next" "$prefix/current"
    if put_copy_back; then rm -f "$prefix/unproved"; fi
    systemctl start --no-block edgevoice || true
    [ "$failed" = "$before" ] || rm -rf "$failed"
    fail "edgevoice was not upgraded: journalctl -u edgevoice -e says why"
}

# The copy holds whoever is removed from now on, under the key of today: it goes as soon as nothing needs it. One that this run
# did not make, and that no interrupted upgrade left, somebody may have been told to copy back by hand.
proved() {
    if [ -d "$data/before-upgrade" ] && [ "$release$(cat "$prefix/unproved" 2>/dev/null)" ]; then
        say "the copy in $data/before-upgrade goes: the door serves"
        run rm -rf "$data/before-upgrade"
    fi
    run rm -f "$prefix/unproved"
}

# Without a copy what is there stays: somebody was removed meanwhile, and the copy with them. It stays too where the database is
# still one that the old release knows: then it has whatever happened while the new one was tried.
put_copy_back() {
    [ -d "$data/before-upgrade" ] || return 0
    if known_to_both; then
        say "the people and what happened meanwhile stay: the new release did not change the database"
    elif ! exchange; then
        say "the people are in $data/before-upgrade and could not be put back whole: copy them from there by hand"
        return 1
    fi
    rm -rf "$data/before-upgrade"
}

known_to_both() {
    # shellcheck disable=SC2016 # Python's own
    as_user "$before/bin/python" -c '
import sqlite3, sys
versions = {sqlite3.connect(f"file:{path}/edgevoice.sqlite?mode=ro", uri=True).execute("pragma user_version").fetchone() for path in sys.argv[1:]}
sys.exit(len(versions) != 1)' "$data" "$data/before-upgrade" 2>/dev/null
}

# Nothing that is there goes before all of the copy lies beside it, on the disk; then the database takes the place of the other,
# whose log is none of its own.
exchange() {
    as_user rm -rf "$data/before-upgrade.back" &&
        as_user mkdir -m 0700 "$data/before-upgrade.back" &&
        as_user find "$data/before-upgrade" -type f -exec cp -p -P -t "$data/before-upgrade.back" {} + &&
        sync &&
        as_user find "$data" -maxdepth 1 -type f -name 'edgevoice.sqlite-*' -delete &&
        if [ -f "$data/before-upgrade.back/edgevoice.sqlite" ]; then as_user mv -f -T "$data/before-upgrade.back/edgevoice.sqlite" "$data/edgevoice.sqlite"; fi &&
        as_user find "$data/before-upgrade.back" -type f -exec mv -f -t "$data" {} + &&
        as_user rmdir "$data/before-upgrade.back"
}

# The new one and the one before it stay; which these are no date says, as the clock may be wrong.
tidy() {
    [ "$release" ] && [ -d "$prefix/releases" ] || return 0
    find "$prefix/releases" -mindepth 1 -maxdepth 1 -type d ! -path "$release" ! -path "$before" | while read -r old; do
        say "removing $old"
        run rm -rf "$old"
    done
}

hints() {
    say "microphones that ALSA knows:"
    arecord -l 2>/dev/null | grep '^card' || say "none; plug one in, or see $deploy/asound.conf"
    say "done. Next: sudo -u $user $prefix/current/bin/edgevoice --config $settings check"
    say "the journal: journalctl -u edgevoice -f; the settings: $settings; the wiring: $deploy/wiring.md"
}

remove() {
    if [ -e "$unit" ]; then
        if systemd_runs; then run systemctl stop edgevoice; fi
        if command -v systemctl >/dev/null; then run systemctl disable -q edgevoice; fi
    fi
    for file in "$unit" "$unit.d/back-off.conf" "$rules"; do
        if [ -e "$file" ]; then say "removing $file"; run rm -f "$file"; fi
    done
    if [ -d "$unit.d" ]; then run rmdir --ignore-fail-on-non-empty "$unit.d"; fi
    if [ -d "$prefix" ]; then say "removing $prefix"; run rm -rf "$prefix"; fi
    if systemd_runs; then run systemctl daemon-reload; fi
    if [ -z "$purge" ]; then
        say "the people stay in $data and the settings in ${settings%/*}; $0 --remove --purge forgets them"
        return
    fi
    say "forgetting people, events and settings"
    run rm -rf "$data" "${settings%/*}"
    if getent passwd "$user" >/dev/null; then run userdel "$user"; fi
}

arguments "$@"
this_system
if [ "$mode" = remove ]; then remove; exit 0; fi
if [ "$mode" = upgrade ] && [ -z "$dry_run" ] && [ ! -e "$prefix/current" ]; then mode=install; fi
packages
account
half_done
program
change_over
settings_file
service
start
tidy
hints
