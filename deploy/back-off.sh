#!/bin/sh
# The service is tried again for ever, ever more slowly: 2, 4, 8, 16, 32, then 60 s after each failure. RestartSec= is 2 of them.
#   back-off.sh wait     before each start: the rest of them
#   back-off.sh ended    after each end: one that somebody asked for begins the count anew, as a good run does
# systemd has RestartSteps= for this since 254; Debian 12 has 252. The count lies in the runtime directory, so that a boot and
# `systemctl stop` forget it. It waits before the start and not after the end: there `systemctl stop` would have to wait too.
set -eu
counted=${RUNTIME_DIRECTORY:?}/starts # failures in a row, and the second since the boot at which the last of these runs began
systemd_waits_s=2 longest_s=60 good_s=600

up_s() {
    read -r up _ </proc/uptime # the time of day may be set meanwhile
    echo "${up%.*}"
}

failures() {
    { read -r number began <"$counted"; } 2>/dev/null || number=none began=0
    case $number:$began in
        *[!0-9:]* | :* | *:) echo 0 ;; # the first start, or a file that is not ours
        *) if [ $(($(up_s) - began)) -ge $good_s ]; then echo 1; else echo $((number + 1)); fi ;;
    esac
}

# after NUMBER: how many seconds there shall be after so many failures.
after() {
    seconds=1 number=$1
    while [ "$number" -gt 0 ] && [ $seconds -lt $longest_s ]; do seconds=$((2 * seconds)) number=$((number - 1)); done
    if [ $seconds -lt $longest_s ]; then echo $seconds; else echo $longest_s; fi
}

case ${1:-} in
    wait)
        in_a_row=$(failures)
        rest=$(($(after "$in_a_row") - systemd_waits_s))
        if [ $rest -gt 0 ]; then
            echo "$in_a_row failures in a row: waiting $rest s more (systemctl restart edgevoice: at once)"
            sleep $rest
        fi
        echo "$in_a_row $(up_s)" >"$counted"
        ;;
    ended) if [ "${SERVICE_RESULT:-}" = success ]; then rm -f "$counted"; fi ;;
    *) echo "usage: $0 wait|ended" >&2 && exit 2 ;;
esac
