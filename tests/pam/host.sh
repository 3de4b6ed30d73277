# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the suites of real programs share: the host's own pam.d with the shipped
# lines in it, people with passwords, a terminal. Sourced after support.sh.

# shellcheck disable=SC2034 # read by the scripts
PASSWORD="open sesame"
# shellcheck disable=SC2016 # no variables: a hash of the password
PASSWORD_HASH='$6$rounds=1000$twrbac$PQpjGfwOU89oTDy/S73pDpFjrWGsuJhXJGMXciM3dpjom9UjwOVmV1FyeJqJa49F1CA/5SzeE2CcRWkPwulQR.'

# Give logins the password.
with_password() { # login...
	for with_login; do
		sed -i "s|^$with_login:[^:]*:|$with_login:$PASSWORD_HASH:|" \
		    /etc/shadow
	done
}

# The host's own stack of a service, with the line that is shipped for it (or
# for a service like it) where its comment says: before all of the account
# phase.
gate() { # service, service whose line to take, more arguments
	gate_file=/etc/pam.d/$1
	[ -f "$gate_file" ] || [ ! -f "/usr/lib/pam.d/$1" ] ||
		cp "/usr/lib/pam.d/$1" "$gate_file"
	[ -f "$gate_file" ] || cannot_run "this host has no pam.d/$1"
	gate_line=$(sed -n "s|pam_twrbac.so|$MODULE|p" \
	    "$TREE/etc/pam.d/${2:-$1}" | grep '^account')
	[ -n "$gate_line" ] || fatal "etc/pam.d/${2:-$1} has no line"
	awk -v line="$gate_line ${3-}" '
	/pam_twrbac/ { next }
	!done && /^(-?account|@include[ \t]+common-account)/ {
		print line
		done = 1
	}
	{ print }
	END { exit !done }' "$gate_file" >"$W/tmp/gate" ||
		cannot_run "this host's pam.d/$1 has no account phase"
	cat "$W/tmp/gate" >"$gate_file"
}

# Run a command on a terminal; answers come in pairs, pattern and text.
on_terminal() { # [pattern, answer]... -- command...
	python3 "$TREE/tests/pam/terminal.py" "$@" </dev/null 2>&1 |
		tr -d '\r'
}

# All lines of the log since the last log_mark, whoever wrote them.
log_all() {
	log_wait
	# shellcheck disable=SC2154 # set by log_mark
	tail -n "+$log_from" "$LOG"
}

# The file that a job writes; a job has run when it is there.
JOBS=$W/jobs
forget_jobs() {
	rm -rf "$JOBS"
	mkdir -m 1777 "$JOBS"
}

ran() { # title, login: has the login's job run, as that login?
	is "$1: runs" "$(cat "$JOBS/$2" 2>&1)" "$2"
}

did_not_run() { # title, login
	if [ -e "$JOBS/$2" ]; then
		not_ok "$1: does not run" <"$JOBS/$2"
	else
		ok "$1: does not run"
	fi
}
