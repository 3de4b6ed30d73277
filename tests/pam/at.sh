#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real at, batch and atd: atd asks when the job is due, not at when it is
# handed in, and the job of a login that is refused then is lost.
# shellcheck disable=SC2317 # wait_until calls functions by their names
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"
command -v at >/dev/null 2>&1 || cannot_run "at is not installed"
command -v atd >/dev/null 2>&1 || cannot_run "atd is not installed"
[ -d /var/spool/cron/atjobs ] || cannot_run "this at is not Debian's"

account granted 61011
account none 61012
account ended 61013
account stranger 61099
account root 0
owner=$(stat -c %U:%G /var/spool/cron/atjobs)
own_mount /var/spool/cron
mkdir -m 1770 /var/spool/cron/atjobs /var/spool/cron/atspool
: >/var/spool/cron/atjobs/.SEQ
chmod 0600 /var/spool/cron/atjobs/.SEQ
chown -R "$owner" /var/spool/cron/atjobs /var/spool/cron/atspool
rm -f /etc/at.allow
: >/etc/at.deny

job() { # login, command and its words
	who=$1
	shift
	case $who in
	root) set -- "$@" ;;
	*) set -- by "$who" "$@" ;;
	esac
	echo "id -un >$JOBS/$who 2>&1" |
		(cd / && HOME=/ "$@") >"$W/tmp/at.out" 2>&1 || {
		cat "$W/tmp/at.out" >&2
		fatal "$who cannot hand in a job"
	}
}

# One pass over the queue, as atrun did: every job that is due, once.
run_atd() {
	log_mark
	atd -s >"$W/tmp/atd.out" 2>&1 </dev/null
	wait_until 100 all_done
	lines=$(log_since) all=$(log_all)
}

# Every job has been judged, and each that was let in has left its file.
all_done() {
	! ls /var/spool/cron/atjobs/a* >/dev/null 2>&1 || return 1
	log_since | sed -n 's/.*verdict=\([a-z-]*\) .* login=\([^ ]*\) .*/\1 \2/p' |
	    while read -r verdict login; do
		[ "$verdict" = deny ] || [ -s "$JOBS/$login" ] || exit 1
	done || return 1
	[ "$(log_since | wc -l)" -ge "$handed_in" ]
}

gate atd cron
policy plain
forget_jobs
log_mark
for login in granted none ended stranger root; do
	job "$login" at now
done
handed_in=5
is "handing in a job asks nobody" "$(log_since)" ""
run_atd
ran "granted" granted
has "granted: in the log" "$(log_since login=granted)" \
    "verdict=grant reason=granted service=atd login=granted "
ran "root is exempt" root
has "root is exempt: in the log" "$(log_since login=root)" \
    "verdict=exempt reason=exempt service=atd "
for row in none:role-missing ended:role-ended stranger:login-unmapped; do
	login=${row%:*}
	did_not_run "$login" "$login"
	has "$login: in the log" "$(log_since "login=$login ")" \
	    "verdict=deny reason=${row#*:} service=atd login=$login "
done
is "each job is asked for once" "$(printf '%s\n' "$lines" | wc -l)" 5
has "atd itself only logs the words of PAM" "$all" "Permission denied"
lacks "nobody is told: atd asks PAM for silence" "$(cat "$W/tmp/atd.out")" \
    "twrbac:"

# The job of a refused login is lost: granting later does not bring it back.
stack atd "permissive_until=2099-01-01T00:00:00Z"
is "the refused job still lies there, as if it ran" \
    "$(by none atq | sed 's/.* \(=\) none$/\1/')" "="
handed_in=0
run_atd
did_not_run "a refused job, after its login was let in again" none
is "a refused job is not even asked for again" "$lines" ""

gate atd cron
forget_jobs
job granted batch
handed_in=1
log_mark
atd -f -l 1000 -b 1 >"$W/tmp/atd.out" 2>&1 </dev/null &
atd_pid=$!
wait_until 100 test -s "$JOBS/granted"
kill "$atd_pid"
wait "$atd_pid" 2>/dev/null
ran "batch, by the daemon" granted
has "batch, by the daemon: in the log" "$(log_since)" \
    "verdict=grant reason=granted service=atd login=granted "

policy missing
forget_jobs
job granted at now
job root at now
handed_in=2
run_atd
did_not_run "no policy: granted" granted
ran "no policy: root, by break-glass" root
has "no policy: root, by break-glass: in the log" \
    "$(log_since "login=root ")" "<81>" "verdict=break-glass "
finish
