#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What people see: screens against tests/cli/golden, times and SIDs masked.
#
#	root_screens.sh --write		take what is shown now as right
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
write=${1-}
golden=$TREE/tests/cli/golden

as_root() {
	own --as-root "test suite" "$@"
}

must() {
	as_root "$@"
	[ "$status" -eq 0 ] && return
	echo "Bail out! $* failed: $(show_run)"
	exit 1
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --roles "$D/roles.conf" --conf-template "$D/template.conf" \
    --host-scope acme/messaging/production
must scope add acme/messaging --owner alice
must scope add acme/messaging/production
must scope add acme/messaging/qa
must scope add acme/voice --owner alice
must user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
must login map bob operations-on-call --uid 20012
must user add carol@example.com --name "Carol Example" --login carol \
    --uid 20003
must user add robot@example.com --service --login robot --uid 20004
must assignment add bob acme/messaging/production hosts:operator --for 4h \
    --reason INC-123
must assignment add carol acme/messaging hosts:login messaging:logs-viewer
must assignment add carol acme/messaging/qa hosts:admin --from 2037-01-01 \
    --until 2037-02-01 --reason "next year's audit"
must assignment add robot acme/messaging/production hosts:login

# The same length as what they stand for, so that columns stay.
masked() {
	sed -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]/YYYY-MM-DD hh:mm/g' \
	    -e 's/\([A-Z][A-Z]\)[0-9a-f]\{32\}/\10123456789abcdef0123456789abcdef/g' \
	    -e 's/\([A-Z][A-Z]\)[0-9a-f]\{8\}\.\./\101234567../g' "$D/.out"
}

screen() { # name, command...
	name=$1
	shift
	as_root "$@"
	masked >"$D/$name"
	wide=$(awk 'length($0) > 100' "$D/$name")
	if [ -z "$wide" ]; then ok "$name: at most 100 columns"; else
		not_ok "$name: at most 100 columns" "$wide"
	fi
	if grep -q "$(printf '\033')" "$D/$name"; then
		not_ok "$name: no colour outside a terminal" "$(show_run)"
	else
		ok "$name: no colour outside a terminal"
	fi
	[ "$write" != --write ] || cp "$D/$name" "$golden/$name"
	if why=$(diff "$golden/$name" "$D/$name" 2>&1); then
		ok "$name: as it shall look"
	else
		not_ok "$name: as it shall look" "$why"
	fi
}

screen assignment-list assignment list
screen assignment-list-login assignment list on-call
screen assignment-list-effective assignment list --effective \
    --scope acme/messaging/production --group hosts
screen user-show user show bob
screen user-show-window user show carol
screen role-list role list
screen role-list-hosts role list --group hosts
screen role-show role show hosts:operator
screen scope-list-tree scope list --tree
screen organization-show organization show
screen setting-list setting list

# Names that nobody may cut stand whole, however long they are.
long=acme/a-very-long-account-name-of-which-no-letter-may-ever-be-left-out
must scope add "$long" --owner alice
must assignment add carol "$long" messaging:facebook-messenger-senders-viewer \
    --until 2037-01-01
screen assignment-list-long assignment list --scope "$long"

# The zone is the reader's.
TZ=CET-1CEST,M3.5.0,M10.5.0/3
export TZ
as_root assignment list --role hosts:admin
says "local times name their zone" "FROM (+01:00)"
as_root assignment list --role hosts:admin --utc
says "--utc says so" "FROM (UTC)"
must assignment add carol acme/voice hosts:admin --until 2037-07-01
as_root assignment list --role hosts:admin
says "times of two offsets each name theirs" "2037-07-01 00:00 +02:00"
as_root assignment list --role hosts:admin --json
json "JSON has UTC" \
    'any(x["not_after"] == "2037-06-30T22:00:00Z" for x in r)'

# Colour: on a terminal only, and never with NO_COLOR.
if command -v python3 >/dev/null 2>&1; then
	on_terminal() {
		python3 -c 'import os, pty, sys
got = []
def read(fd):
    got.append(os.read(fd, 65536))
    return got[-1]
sys.stdout = open(os.devnull, "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read))
os.write(2, b"".join(got))
sys.exit(code)' "$@" 2>&1
	}
	shown=$(on_terminal "$TWRBAC" --directory "$D/state/directory.db" \
	    --as-root test scope list </dev/null)
	if contains "$shown" "$(printf '\033[1m')"; then
		ok "titles are bold on a terminal"
	else
		not_ok "titles are bold on a terminal" "$shown"
	fi
	shown=$(NO_COLOR=1 on_terminal "$TWRBAC" --directory \
	    "$D/state/directory.db" --as-root test scope list </dev/null)
	if contains "$shown" acme && ! contains "$shown" "$(printf '\033')"; then
		ok "NO_COLOR is obeyed"
	else
		not_ok "NO_COLOR is obeyed" "$shown"
	fi
else
	skip "colour" "python3 is not installed"
fi
finish
