#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real sshd and the real tool: who may log in, who may not, and that a
# twrbac.conf that is broken, edited or gone neither delays a revocation nor
# slips into force.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"

make_acme
write_conf
alice compile
prepare_ssh
service twrbac-prod-sshd break_glass=root
service twrbac-dev-sshd break_glass=root
start_sshd twrbac-prod-sshd
prod=$port
start_sshd twrbac-dev-sshd
dev=$port

# title, login, port, parts of the log line
lets_in() {
	title=$1 login=$2 at=$3
	shift 3
	log_mark
	ssh_as "$login" "$at" id -un
	is "$title: $login gets in" "$ssh_status $ssh_out" "0 $login"
	line=$(log_since)
	has "$title: in the log" "$line" verdict=grant "login=$login " "$@"
	is "$title: one line" "$(printf '%s\n' "$line" | wc -l)" 1
}

keeps_out() {
	title=$1 login=$2 at=$3
	shift 3
	log_mark
	ssh_as "$login" "$at" id -un
	is "$title: $login stays out" "$ssh_status $ssh_out" "255 "
	has "$title: $login is told why" "$ssh_err" "twrbac: access to " "(ref "
	line=$(log_since)
	has "$title: in the log" "$line" verdict=deny "login=$login " "$@"
	is "$title: one line" "$(printf '%s\n' "$line" | wc -l)" 1
}

# title, exit status, command
does() {
	title=$1 want=$2
	shift 2
	as alice twrbac "$@" >"$W/tmp/said" 2>&1
	does_status=$?
	said=$(cat "$W/tmp/said")
	if [ $does_status -eq "$want" ]; then
		ok "$title"
	else
		printf 'exit status %s, not %s\n%s\n' "$does_status" "$want" \
		    "$said" | not_ok "$title"
	fi
}

edited="was edited since it was accepted"

# ---- who may ----

lets_in "hosts:operator includes hosts:login" bob "$prod" \
    role=hosts:operator@acme/messaging/production
lets_in "the Owner has hosts:admin" alice "$prod" role=hosts:admin@acme
keeps_out "no role here" sam "$prod" reason=role-missing
lets_in "a role at dev holds at dev" dora "$dev" scope=acme/messaging/dev
keeps_out "a role at dev does not hold in production" dora "$prod" \
    reason=role-missing
keeps_out "a role in production does not hold at dev" bob "$dev" \
    reason=role-missing
has "it is PAM that refuses, not the key" "$(cat "$LOG")" \
    "Access denied for user bob by PAM account configuration"

# ---- a broken twrbac.conf delays nothing ----

echo 'rules = ( { services = ["twrbac-prod-sshd"' >"$CONF"
does "conf broken: a role is removed" 0 \
    assignment remove bob acme/messaging/production hosts:operator
has "conf broken: the command says so" "$said" "$edited" "bob loses"
keeps_out "conf broken" bob "$prod" reason=role-removed conf=edited
does "conf broken: compile refuses" 65 compile
has "conf broken: with file and line" "$said" "$CONF:"
lets_in "conf broken: the good policy stays" alice "$prod"

# ---- an edited one does not slip into force ----

write_conf
sed -i 's/twrbac-prod-sshd"\]; any_role = \["hosts:login"/&, "general:support"/' \
    "$CONF"
grep -q general:support "$CONF" || fatal "the edit did not take"
keeps_out "conf edited, before any write" sam "$prod" reason=role-missing \
    conf=edited
does "conf edited: another write" 0 \
    assignment add bob acme/messaging/production hosts:login
has "conf edited: the command says so" "$said" "$edited"
keeps_out "conf edited, after another write" sam "$prod" \
    reason=role-missing conf=edited
lets_in "conf edited: the other write counts" bob "$prod"

# ---- nor does a missing one ----

mv "$CONF" "$CONF.away"
does "conf missing: a role is removed" 0 \
    assignment remove dora acme/messaging/dev hosts:login
has "conf missing: the command says so" "$said" "$edited"
keeps_out "conf missing" dora "$dev" reason=role-removed conf=edited
does "conf missing: compile refuses" 65 compile
does "conf missing: a user is suspended" 0 user suspend bob
keeps_out "conf missing" bob "$prod" reason=user-suspended
does "conf missing: and let in again" 0 user activate bob
lets_in "conf missing" bob "$prod"

# ---- compile, and only compile, takes the edit ----

mv "$CONF.away" "$CONF"
does "compile takes the edit" 0 compile
has "compile says who gains" "$said" "sam gains"
lets_in "compiled" sam "$prod" role=general:support
lacks "compiled: the log no longer says edited" "$line" conf=edited

# ---- no policy ----

mv "$STATE/policy.cdb" "$STATE/away"
keeps_out "no policy" bob "$prod" reason=policy-missing
mv "$STATE/away" "$STATE/policy.cdb"
chmod 0666 "$STATE/policy.cdb"
keeps_out "a policy that anybody could have written" bob "$prod" \
    reason=policy-unsafe
chmod 0640 "$STATE/policy.cdb"
lets_in "the policy is back" bob "$prod"
log_mark
ssh_as sam "$prod" true
ssh_status_before=$ssh_status
as alice twrbac user suspend sam >/dev/null 2>&1
ssh -F none -N -o BatchMode=yes -p "$prod" -l sam -i "$W/ssh/sam" \
    -o UserKnownHostsFile="$W/ssh/known_hosts" -o IdentitiesOnly=yes \
    -o ConnectTimeout=10 127.0.0.1 >/dev/null 2>&1 </dev/null
is "without a command (ssh -N) one is refused too" \
    "$ssh_status_before $?" "0 255"
finish
