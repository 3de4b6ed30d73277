#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Commit-confirm: what waits, who decides when the time is over, confirm and
# revert. Deadlines are waited for as events: the tool says when they passed.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}
same() { # name, file, file
	if cmp -s "$2" "$3"; then ok "$1"; else
		not_ok "$1" "$(diff "$2" "$3")"
	fi
}
# Until the module's own judgement is by the policy before.
wait_passed() {
	tries=200
	while [ $tries -gt 0 ]; do
		own check eve sshd
		contains "$out" "nobody confirmed the newest" && return 0
		tries=$((tries - 1))
		sleep 0.1
	done
	not_ok "the time of --confirm passes" "$(show_run)"
}
export_to() { # file: without SIDs of assignments, which a revert makes anew
	as_root export
	printf '%s\n' "$out" | sed 's/ sid = "IY[0-9a-f]*";//' >"$1"
}
events() { # text: the events that the journal has, one a line
	if command -v sqlite3 >/dev/null 2>&1; then
		sqlite3 "$D/state/directory.db" \
		    'SELECT event FROM journal ORDER BY seq' | grep -c "^$1\$"
	else
		echo "$2"
	fi
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$D/roles.conf" \
    --conf-template "$D/template.conf"
as_root scope add acme/messaging --owner alice
as_root scope add acme/messaging/production
as_root user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
as_root user add eve@example.com --login eve --uid 20003
as_root assignment add eve acme/messaging/production hosts:login

# ---- there must be something to go back to ----

own compile --confirm 5m
exits "--confirm without a policy" 1
complains "says what is missing" "compile without --confirm first"
own confirm
exits "nothing to confirm" 1
own revert
exits "nothing to revert" 1
own compile
exits "compile" 0
for wrong in 0s 5 25h 2d -1s 99999999s x; do
	own compile --confirm "$wrong"
	exits "--confirm $wrong is a usage error" 64
done

# ---- while it waits ----

export_to "$D/before"
sed '/user = "eve@/d; s/\(hosts:admin.*}\),$/\1/' "$D/before" >"$D/less"
chmod 600 "$D/less"
as_root apply "$D/less" --confirm 1h
exits "apply --confirm" 0
says "it is in force" "policy 2 in force: eve loses sshd"
complains "and says how to keep it" "twrbac confirm"
own check eve sshd
says "the gate decides by the new policy" "role-removed"
as_root user add x@example.com
exits "another write is refused" 1
complains "with the cure" "run twrbac confirm"
as_root plan "$D/less"
exits "so is a plan" 1
own compile
exits "so is compile" 1
own status
says "status says so" "to be confirmed: run twrbac confirm"
own status --json
json "status --json" 'r[0]["policy"] == "unconfirmed" and r[0]["confirm_until"]'
own backup "$D/pending.db"
exits "a backup may be made" 0
cp -p "$D/state/policy.prev.cdb" "$D/prev"
own confirm
exits "confirm" 0
says "confirm: a policy without a deadline" "policy 3 in force"
own check eve sshd
says "confirm: the change stays" "role-removed"
if cmp -s "$D/prev" "$D/state/policy.prev.cdb"; then
	ok "an unconfirmed policy never becomes the previous one"
else
	not_ok "an unconfirmed policy never becomes the previous one" \
	    "$(ls -l "$D/state")"
fi
as_root user add x@example.com
exits "confirm: writes go on" 0

# ---- revert ----

as_root assignment add eve acme/messaging/production hosts:login
export_to "$D/before"
as_root apply "$D/less" --confirm 1h
exits "apply --confirm again" 0
own revert
exits "revert" 0
says "revert says who gains" "eve gains sshd"
own check eve sshd
exits "revert: as it was" 0
export_to "$D/after"
same "revert: every row is as it was" "$D/before" "$D/after"
own revert
exits "revert once only" 1
n=$(events confirm.reverted 1)
if [ "$n" = 1 ]; then ok "revert is journalled"; else
	not_ok "revert is journalled" "$n"
fi

# ---- nobody confirms in time ----

as_root apply "$D/less" --confirm 1s
exits "apply --confirm 1s" 0
wait_passed
exits "the gate decides by the policy before" 0
own status
says "status says so" "not confirmed in time"
own confirm
exits "confirm comes too late" 1
complains "and says what undoes it" "twrbac revert"
as_root user list
exits "reading goes on" 0
own check eve sshd
exits "and undoes nothing" 0
says "the gate still decides by it" "nobody confirmed the newest"
as_root user add y@example.com
exits "the first write after it" 0
complains "undoes it first and says so" "nobody confirmed policy"
own check eve sshd
exits "eve is in" 0
says "by the newest policy now" "      policy     "
if contains "$out" "nobody confirmed"; then
	not_ok "and that one is final" "$out"
else
	ok "and that one is final"
fi

as_root apply "$D/less" --confirm 1s
wait_passed
own revert
exits "revert after the time, too" 0
own check eve sshd
exits "revert: as it was" 0

# ---- the host's rules ----

export_to "$D/before"
cp "$D/etc/twrbac.conf" "$D/rules"
sed -i 's/any_role *= *\["hosts:login"\]/any_role = ["hosts:admin"]/' \
    "$D/etc/twrbac.conf"
own compile --confirm 1s
exits "compile --confirm 1s" 0
says "compile: eve loses" "eve loses"
wait_passed
exits "the rules before decide" 0
as_root user suspend x@example.com
exits "the next write" 0
own check eve sshd
exits "resolves the rules before" 0
complains "and tells of the edited file" "was edited since"
cp "$D/rules" "$D/etc/twrbac.conf"
own compile
exits "compile" 0

# ---- cut short, moved away ----

as_root apply "$D/less" --confirm 1h
mv "$D/state/policy.cdb" "$D/state/lost.cdb"
as_root user activate x@example.com
exits "a policy that waited and is gone" 0
complains "counts as not confirmed" "nobody confirmed policy"
own check eve sshd
exits "eve is in" 0

# ---- the proof ----

as_root journal verify
exits "journal verify holds after all that" 0
own status
exits "and status" 0
# restore proves the whole journal before it takes a copy up
own backup "$D/copy.db"
exits "backup" 0
mkdir -m 711 "$D/other"
twrbac restore "$D/copy.db" --directory "$D/other/directory.db" \
    --policy "$D/other/policy.cdb"
exits "so does its copy" 0
twrbac restore "$D/pending.db" --directory "$D/other/directory.db" \
    --policy "$D/other/policy.cdb"
exits "restore never writes over a directory" 1
finish
