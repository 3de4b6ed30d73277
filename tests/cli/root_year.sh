#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An administrator's year: set-up, joining, moving between teams, on call for
# four hours and longer, a contractor who leaves, the quarterly review, and
# the audit of a day that is long past. What each command says is compared
# with tests/cli/golden/year-*; TWR_GOLDEN=write makes them anew. (The
# contractor's open session is ended in tests/pam/remains.sh.)
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

# People's times too, in the same width; rows' numbers, which begin after the
# catalogue's; what warns of this host's pam.d.
mask() {
	for file in "$D/.out" "$D/.err"; do
		sed -e '/^note: [0-9]* warnings\{0,1\} about the policy/d' \
		    -e '/^twrbac: warning: .*pam\.d/d' \
		    -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]/YYYY-MM-DD hh:mm/g' \
		    -e 's/YYYY-MM-DD hh:mm:[0-9][0-9]/YYYY-MM-DD hh:mm/g' \
		    -e 's/[0-9-]\{10\}T[0-9:]\{8\}+00:00/TIME/g' \
		    -e 's/^\([0-9]*\)  *YYYY/NN   YYYY/' \
		    -e 's/\(row  *\)[0-9]\{1,\}/\1NN/' \
		    "$file" >"$D/.masked"
		cp "$D/.masked" "$file"
	done
}

# One command of the story and its screen. The first word names the golden.
tell() { # name, command...
	screen=$1
	shift
	own --as-root "test suite" --utc "$@"
	mask
	golden "year-$screen"
}

# The same for commands that root runs as such.
tell_host() {
	screen=$1
	shift
	own --utc "$@"
	mask
	golden "year-$screen"
}

# Commands that the story needs, and that say nothing worth keeping.
must() {
	own --as-root "test suite" "$@"
	[ "$status" -eq 0 ] || not_ok "set up: $*" "$(show_run)"
}

# A moment with nothing in the same second, neither before nor after it.
moment() {
	next_second
	date -u '+%Y-%m-%dT%H:%M:%SZ'
	next_second
}

next_second() {
	begun=$(date +%s)
	while [ "$(date +%s)" -eq "$begun" ]; do
		sleep 0.05
	done
}

# ---- January: set-up ----

cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$SHARE/roles.conf" \
    --conf-template "$D/template.conf"
exits "January: init" 0
tell_host 01-alone status
must scope add acme/messaging --owner alice
for name in production qa dev; do
	must scope add acme/messaging/$name
done
must scope add acme/voice --owner alice
must scope add acme/voice/production
must user add bob@example.com --name "Bob" --login bob --uid 20002 \
    --organization-role administrator
must assignment add bob acme hosts:admin
tell_host 02-compile compile
tell 03-scopes scope list --tree

# ---- February: Carol and Dave join ----

tell 04-join user add carol@example.com --name "Carol" --login carol \
    --uid 20003
tell 05-first-roles assignment add carol acme/messaging/production \
    hosts:login messaging:logs-viewer --reason "joins the messaging team"
must user add dave@example.com --name "Dave" --login dave --uid 20004
must assignment add dave acme/voice/production hosts:operator
tell_host 06-may check carol sshd
tell_host 07-may-not check dave sshd

# ---- April: Carol moves to voice ----

tell 08-leaves-team assignment remove carol acme/messaging/production \
    hosts:login
tell 09-logs-too assignment remove carol acme/messaging/production \
    messaging:logs-viewer
tell 10-new-team assignment add carol acme/voice/production hosts:login \
    --reason "moves to voice"
tell 11-moved user show carol

# ---- May: Dave is on call for four hours, and longer ----

tell 12-on-call assignment add dave acme/messaging/production hosts:operator \
    --for 4h --reason INC-4711
tell_host 13-on-call-may check dave sudo
tell 14-longer assignment add dave acme/messaging/production hosts:operator \
    --for 8h --reason "INC-4711 goes on"
tell 15-ending assignment list --ending 1d
audited=$(moment)
tell_host 16-afterwards check dave sudo --at "$(date -u -d '+9 hours' \
    '+%Y-%m-%dT%H:%M:%SZ')"
must assignment remove dave acme/messaging/production hosts:operator

# ---- July: a contractor comes and goes ----

must user add eve@contractor.example --name "Eve" --login eve --uid 20005
must assignment add eve@contractor.example acme/messaging hosts:login \
    --for 90d --reason "contract 7"
tell 17-suspended user suspend eve@contractor.example --end-sessions
tell 18-left user deactivate eve@contractor.example
tell_host 19-stays-out check eve sshd
tell 20-nothing-left remains eve

# ---- September: the quarterly review ----

tell 21-review review
tell 22-who-can who-can sshd
tell 23-users user list
tell 24-journal-holds journal verify

# ---- December: the audit of a day in May ----

tell_host 25-then-might check dave sudo --at "$audited"
tell 26-then-held assignment list dave --at "$audited"
tell 27-who-could-then who-can sudo --at "$audited"
tell 28-who-gave-it journal list --subject dave
tell_host 29-now check dave sudo
finish
