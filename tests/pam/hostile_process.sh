#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A process that is as hostile to a module as it can be: every PAM item set,
# empty, NULL and refused; limits of nearly nothing; standard descriptors
# closed; environments that want to be read; conversations that fail and lie.
# Each time the module decides rightly or refuses, says one line, and leaves
# the process as it was.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/hostile.sh
. "$(dirname "$0")/hostile.sh"
enter_world "$0" "$@"
hostile_world

part items
part raw
part descriptors
part limits
part stack
part conversation

# ---- a message catalogue of libc's, as a translator or an enemy makes it ----

mkdir -p "$W/tmp/catalogues/xx/LC_MESSAGES"
make_catalogue >"$W/tmp/catalogues/xx/LC_MESSAGES/libc.mo"
part environment "$W/tmp/catalogues"

# ---- the process is the same, whatever the module met ----

for state in plain missing no-folder link owner folder-writable is-fifo \
    empty truncated flipped too-new stale future unconfirmed; do
	policy "$state"
	for login in granted none nobody-knows; do
		part state gate "$login"
	done
done
policy plain
part state sudo root granted
part state sudo root none
part state gate-cron daemon1
part state gate-bad granted
part state gate-debug none
part state gate-missing-glass granted

# ---- no log, and a log that does not listen ----

mv /dev/log /dev/log.aside
has "no system log: granted" "$(pam_client gate granted)" PAM_SUCCESS
has "no system log: refused" "$(pam_client gate none)" PAM_PERM_DENIED
: >/dev/log
has "a file for a log: refused" "$(pam_client gate none)" PAM_PERM_DENIED
is "a file for a log: nothing is written to it" "$(cat /dev/log)" ""
rm /dev/log
mv /dev/log.aside /dev/log
finish
