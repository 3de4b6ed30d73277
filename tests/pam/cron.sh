#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real cron: it asks before each job, and skips the job of a refused login
# without a word to anybody, so a window that ends stops jobs. Jobs are
# @reboot ones, which cron runs when it starts, through the same code as all
# others; so nobody waits for the minute.
# shellcheck disable=SC2317 # wait_until calls functions by their names
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"
command -v crontab >/dev/null 2>&1 || cannot_run "cron is not installed"
cron=$(command -v cron || command -v crond) || cannot_run "cron is not installed"
case $("$cron" -V 2>&1) in
*cronie* | *busybox* | *dcron*) cannot_run "this cron is not Debian's" ;;
esac

account granted 61011
account none 61012
account ended 61013
account removed 61014
account later 61015
account suspended 61017
account stranger 61099
account daemon1 901
own_mount /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
rm -rf /etc/cron.d /etc/crontab
mkdir /etc/cron.d

job() { # login
	echo "@reboot id -un >$JOBS/$1 2>&1" >"$W/tmp/tab"
	crontab -u "$1" "$W/tmp/tab"
}

# Start cron, see each job's login judged, and stop it.
run_cron() { # logins that have a job
	forget_jobs
	rm -f /run/crond.reboot
	log_mark
	"$cron" -f -L 15 >"$W/tmp/cron.out" 2>&1 </dev/null &
	cron_pid=$!
	for login; do
		wait_until 100 log_has "verdict=" " login=$login " ||
			fatal "cron never asked for $login"
	done
	# a job that runs says so when it is done
	wait_until 100 all_done
	kill "$cron_pid"
	wait "$cron_pid" 2>/dev/null
	lines=$(log_since) all=$(log_all)
}

log_has() {
	[ -n "$(log_since "$@")" ]
}

# Every job whose login was let in has left its file.
all_done() {
	log_since | sed -n 's/.*verdict=\([a-z-]*\) .* login=\([^ ]*\) .*/\1 \2/p' |
	    while read -r verdict login; do
		[ "$verdict" = deny ] || [ -s "$JOBS/$login" ] || exit 1
	done
}

runs() { # login, verdict and reason
	ran "$1" "$1"
	has "$1: in the log" "$(log_since "login=$1 ")" "<86>" \
	    "$2 service=cron login=$1 "
}

skipped() { # login, reason
	did_not_run "$1" "$1"
	has "$1: in the log" "$(log_since "login=$1 ")" "<85>" \
	    "verdict=deny reason=$2 service=cron login=$1 "
}

gate cron
policy plain
log_mark
(cd / && echo '# nothing' | by none crontab -) ||
	fatal "none cannot hand in a crontab"
is "handing in a crontab asks nobody" "$(log_since)" ""
everyone="granted none ended removed later suspended stranger root daemon1"
for login in $everyone; do
	job "$login"
done
# shellcheck disable=SC2086 # one word each
run_cron $everyone
runs granted "verdict=grant reason=granted"
runs root "verdict=exempt reason=exempt"
runs daemon1 "verdict=exempt reason=exempt"
skipped none role-missing
skipped ended role-ended
skipped later role-not-yet
skipped removed role-removed
skipped suspended user-suspended
skipped stranger login-unmapped
is "each job is asked for once" "$(printf '%s\n' "$lines" | wc -l)" 9
has "cron itself only logs the words of PAM" "$all" "Permission denied" \
    "User not known to the underlying authentication module"
lacks "nobody is told: cron asks PAM for silence" "$(cat "$W/tmp/cron.out")" \
    "twrbac:"
lacks "cron does not log the job that it skipped" "$all" "(none) CMD"
has "cron logs the job that it runs" "$all" "(granted) CMD"

# a crontab of the system names the login itself
for login in $everyone; do
	crontab -u "$login" -r
done
for login in granted none; do
	echo "@reboot $login id -un >$JOBS/$login 2>&1"
done >/etc/cron.d/site
run_cron granted none
runs granted "verdict=grant reason=granted"
skipped none role-missing
rm /etc/cron.d/site

# no policy: system jobs stop too, but for break-glass logins
policy missing
for login in granted daemon1 root; do
	job "$login"
done
run_cron granted daemon1 root
did_not_run "no policy: granted" granted
did_not_run "no policy: a system account" daemon1
ran "no policy: root, by break-glass" root
has "no policy: root, by break-glass: in the log" \
    "$(log_since "login=root ")" "<81>" "verdict=break-glass "
finish
