#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac-json(5) says of every command that reads which keys it prints and
# what they hold: each is run, and its JSON compared with the page.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
command -v python3 >/dev/null 2>&1 || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
copies=0
page=$TREE/tools/twrbac-json.5

as_root() {
	own --as-root "test suite" "$@"
}

# How each command is run; those in other suites' care are run there.
sample() { # command; sets $run and its words
	case $1 in
	"scope list" | "user list" | "role list") set -- as_root "$@" ;;
	"login list" | "assignment list") set -- as_root "$@" --all ;;
	"user show") set -- as_root "$@" bob ;;
	"role show") set -- as_root "$@" hosts:operator ;;
	"journal list" | "journal verify" | review) set -- as_root "$@" ;;
	who-can) set -- as_root who-can sudo ;;
	check) set -- own check bob sshd ;;
	why) set -- own why --last 9 --log "$D/auth.log" ;;
	"organization show" | "setting list") set -- as_root "$@" ;;
	remains) set -- as_root remains nobody ;;
	backup) set -- own backup "$D/backup.$((copies += 1)).db" ;;
	status | doctor | version) set -- own "$@" ;;
	*) return 1 ;;
	esac
	run=$*
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/web --roles "$SHARE/roles.conf" \
    --conf-template "$SHARE/twrbac.conf"
exits "init" 0

# What the module logged: refused by no policy, and by one.
words="target=- invoker=- scope=- demand=- role=- at=- rhost=- tty=-"
cat >"$D/auth.log" <<END
event=AAAAAAAA verdict=deny reason=policy-missing service=sshd login=bob user=- $words serial=0
2026-11-21T10:00:00Z $(uname -n) sshd[1]: pam_twrbac(sshd:account): event=AAAAAAAB verdict=deny reason=login-unmapped service=sshd login=#0123abcd user=- $words serial=1 error="x"
END

# Nothing is null and no list empty that need not be, and the other way.
prove() { # when
	"$TREE/tests/cli/json_shape.py" "$page" >"$D/commands"
	while read -r command; do
		case $1,$command in
		*,"sudoers "*) continue ;; # by tests/pam/sudoers.sh, in a world
		"before a policy,who-can" | "before a policy,review")
			continue ;; # they say that there is none
		*,setup)
			continue ;; # rows are lines of pam.d: tests/pam/setup.sh
		esac
		if ! sample "$command"; then
			not_ok "$command is run by this suite" \
			    "the page describes it; add it to sample()"
			continue
		fi
		# shellcheck disable=SC2086 # words
		$run --json
		if why=$("$TREE/tests/cli/json_shape.py" "$page" "$command" \
		    "$D/.out" 2>&1); then
			ok "$command --json, $1"
		else
			not_ok "$command --json, $1" "$why; $(show_run)"
		fi
	done <"$D/commands"
}

as_root scope add acme/web --owner alice
as_root user add bob@example.com --name Bob --organization-role none
as_root login map bob@example.com bob --uid 20002
# somebody who leaves something behind
as_root login map bob nobody --allow-system
exits "an account of this host is mapped" 0
setpriv --reuid nobody --clear-groups sleep 300 &
sleeper=$!
trap 'kill $sleeper 2>/dev/null; rm -rf "$D"' EXIT
prove "before a policy"
own compile --lock-out-ok
exits "compile" 0
as_root login map bob bob2
as_root login unmap bob2
as_root assignment add bob acme/web hosts:login --for 4h --reason INC-1
as_root assignment add bob acme/web hosts:operator \
    --from 2039-01-01T00:00:00Z
as_root assignment remove bob acme/web hosts:operator
prove "with a policy"
cp "$D/state/policy.cdb" "$D/kept"
echo nonsense >"$D/state/policy.cdb"
run=own
own check bob sshd --json
if why=$("$TREE/tests/cli/json_shape.py" "$page" check "$D/.out" 2>&1); then
	ok "check --json of a broken policy"
else
	not_ok "check --json of a broken policy" "$why; $(show_run)"
fi

# Every command of the table that reads is on the page.
tr '\n' ' ' <"$TREE/tools/commands.def" | sed 's/CMD(/\
CMD(/g' | sed -n '/CMD_READ/s/^CMD("\([^"]*\)", *\(NULL\|"\([^"]*\)"\),.*/\1 \3/p' |
    sed 's/ $//' >"$D/reading"
[ "$(wc -l <"$D/reading")" -ge 8 ] || not_ok "commands.def is read" \
    "$(cat "$D/reading")"
while read -r command; do
	# it writes a file of another kind
	[ "$command" != export ] || continue
	if grep -qx "$command" "$D/commands"; then
		ok "twrbac-json(5) describes $command"
	else
		not_ok "twrbac-json(5) describes $command" \
		    "add .Ss $command to tools/twrbac-json.5, and sample()"
	fi
done <"$D/reading"
finish
