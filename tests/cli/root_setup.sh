#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac setup: what its command line refuses before anything is looked at or
# made. What it does to pam.d is tests/pam/setup.sh's, in a world of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may set up a host; run it with sudo"
	exit 0
}

nothing_made() { # name
	if [ -z "$(ls -A "$D/state" 2>/dev/null)" ]; then ok "$1: nothing made"
	else not_ok "$1: nothing made" "$(ls -A "$D/state")"; fi
}

wrong() { # name, exit status, part of stderr, words
	name=$1 want=$2 part=$3
	shift 3
	own setup "$@"
	exits "$name: exit status" "$want"
	complains "$name: what it says" "$part"
	silent "$name: no report"
	nothing_made "$name"
}

who="--owner alice@example.com --login alice"
# shellcheck disable=SC2086 # words
{
wrong "nothing said, nobody to ask" 64 "--services LIST"
wrong "no Owner" 64 "--owner EMAIL" acme --services login
wrong "no services" 64 "--services LIST" acme $who
wrong "no organization's name" 1 "a/b" a/b $who --services login
wrong "no e-mail" 1 "nobody" acme --owner nobody --login alice
wrong "root's login" 1 "root" acme --owner alice@example.com --login root
wrong "another person's option alone" 64 "--administrator EMAIL" \
    acme $who --administrator-login bob
wrong "no duration" 64 "--permissive" acme $who --permissive soon
wrong "over ninety days" 64 "90d at most" acme $who --permissive 91d
wrong "no end" 64 "--permissive" acme $who --permissive 1d --enforce
wrong "--remove and a name" 64 "--remove stands alone" acme --remove
wrong "two names" 64 "usage" acme beta
wrong "a path in the place of a service" 64 "no PAM service" acme $who \
    --services /etc/shadow
wrong "a service that is not here" 1 "no such file" acme $who \
    --services "twrbac-nowhere"
wrong "an unknown option" 64 "did you mean --remove" --remov
}
finish
