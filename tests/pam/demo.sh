#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A role opens a door, and its end closes it: the real module behind real
# sshd, driven by the real tool, in a world of its own that leaves nothing
# behind. Every step is checked; the first that is not as it must be ends the
# demo with exit status 1.
# shellcheck disable=SC2034 # read by support.sh
world_must=yes
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"

steps=0

step() {
	steps=$((steps + 1))
	printf '\n%d. %s\n\n' "$steps" "$*"
}

indent() {
	sed 's/^/      /'
}

# Show the command as one would type it, run it, show what it says.
run() {
	case $1 in
	as) shown="sudo $(echo "$*" | sed 's/^as [a-z]* //')" ;;
	*) shown=$* ;;
	esac
	# where the build keeps its files is of no interest
	echo "$shown" | sed 's/ --roles [^ ]*//; s/ --conf-template [^ ]*//
		s/^/    $ /'
	"$@" >"$W/tmp/run.out" 2>&1
	run_status=$?
	indent <"$W/tmp/run.out"
	return $run_status
}

wrong() {
	printf '\nNOT AS IT MUST BE, in step %d\n  expected: %s\n  seen:     %s\n' \
	    "$steps" "$1" "$2" >&2
	exit 1
}

must_have() { # what it is, text, parts
	thing=$1 text=$2
	shift 2
	for part; do
		case $text in
		*"$part"*) ;;
		*) wrong "$thing with \"$part\"" "$text" ;;
		esac
	done
}

# $1 logs in at $2 (prod or dev) over real ssh and must be $3: granted or
# refused; further arguments must be in the log line.
login() {
	who=$1 where=$2 verdict=$3
	shift 3
	case $where in
	prod) to=$prod_port ;;
	dev) to=$dev_port ;;
	esac
	log_mark
	ssh_as "$who" "$to" echo "hello, I am \$(id -un)"
	echo "    \$ ssh $who@$where"
	printf '%s\n' "${ssh_err:+$ssh_err
}$ssh_out" | sed '/^$/d' | indent
	case $verdict in
	granted)
		[ "$ssh_status" -eq 0 ] ||
			wrong "ssh $who@$where to succeed" \
			    "exit status $ssh_status: $ssh_err"
		[ "$ssh_out" = "hello, I am $who" ] ||
			wrong "a session of $who" "$ssh_out"
		set -- verdict=grant "$@"
		;;
	refused)
		[ "$ssh_status" -ne 0 ] ||
			wrong "ssh $who@$where to be refused" "$ssh_out"
		must_have "the sentence for the refused" "$ssh_err" \
		    "twrbac: access to " " refused: " "(ref " \
		    "Contact ops@example.com"
		set -- verdict=deny "$@"
		;;
	esac
	line=$(log_since)
	echo "    in the system log:"
	printf '%s\n' "$line" | sed 's/^<[0-9]*>//' | fold -s -w 66 | indent
	must_have "one log line" "$line" "service=twrbac-$where-sshd " \
	    "login=$who " "$@"
	[ "$(printf '%s\n' "$line" | wc -l)" -eq 1 ] ||
		wrong "one log line" "$line"
}

# The real decision, explained; status 0 granted, 1 refused.
check() { # login, service, granted or refused, parts of the explanation
	want=$3
	who=$1 service=$2
	shift 3
	run twrbac check "$who" "$service"
	case $run_status,$want in
	0,granted | 1,refused) ;;
	*) wrong "twrbac check $who $service: $want" \
	    "exit status $run_status: $(cat "$W/tmp/run.out")" ;;
	esac
	must_have "an explanation" "$(cat "$W/tmp/run.out")" "$@"
}

command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"
command -v pamtester >/dev/null ||
	cannot_run "pamtester is not installed; tools/bootstrap installs it"

echo "Nothing below touches this machine: it happens in a namespace with its own
/etc, /run and /var/lib, and is gone when the last line is printed."

step "alice makes the organization acme: an account, three subaccounts," \
    "six people (olga owns the account messaging and has no Unix login)"
make_acme

step "What this host demands (two ssh servers stand for two hosts)"
write_conf
indent <"$CONF"
run as alice twrbac compile || wrong "a policy" "$(cat "$W/tmp/run.out")"
[ -f "$STATE/policy.cdb" ] || wrong "$STATE/policy.cdb" "no such file"

step "The line in pam.d, before what the host had there"
prepare_ssh
service twrbac-prod-sshd break_glass=root
service twrbac-dev-sshd break_glass=root
service finance break_glass=root
grep account /etc/pam.d/twrbac-prod-sshd | sed "s,$MODULE,pam_twrbac.so," |
	indent
start_sshd twrbac-prod-sshd
prod_port=$port
start_sshd twrbac-dev-sshd
dev_port=$port

step "bob holds hosts:operator in production, which includes hosts:login"
login bob prod granted reason=granted \
    role=hosts:operator@acme/messaging/production
check bob twrbac-prod-sshd granted hosts:operator

step "sam is in support: no role of his opens a host"
login sam prod refused reason=role-missing demand=hosts:login
check sam twrbac-prod-sshd refused hosts:login

step "bob's role is taken away: his key still fits, his next login does not"
run as alice twrbac assignment remove bob acme/messaging/production \
    hosts:operator || wrong "a removal" "$(cat "$W/tmp/run.out")"
must_have "the effect in one line" "$(cat "$W/tmp/run.out")" " in force: " \
    "bob loses"
login bob prod refused reason=role-removed \
    role=hosts:operator@acme/messaging/production

step "dora may log in at dev, and only there"
login dora dev granted reason=granted role=hosts:login@acme/messaging/dev \
    scope=acme/messaging/dev
login dora prod refused reason=role-missing scope=acme/messaging/production

step "The service finance admits the accountant and nobody else"
for who in fin alice bob dora sam; do
	log_mark
	said=$(pamtester finance "$who" acct_mgmt 2>&1)
	granted=$?
	echo "    \$ pamtester finance $who acct_mgmt"
	echo "$said" | indent
	line=$(log_since)
	case $who in
	fin)
		[ $granted -eq 0 ] || wrong "fin to be admitted" "$said"
		must_have "one log line" "$line" "verdict=grant " \
		    "role=general:billing-manager@acme/messaging"
		;;
	*)
		[ $granted -ne 0 ] || wrong "$who to be refused" "$said"
		must_have "one log line" "$line" \
		    "verdict=deny reason=role-missing "
		;;
	esac
done

cat <<'END'

Proven with the real sshd and pamtester: who holds the role gets in, who does not is refused and told why, and taking the role away closes the door at the next login.
END
