#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Who is acting: the login behind sudo, root with a reason, nobody else.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
someone=nobody
uid=$(id -u "$someone" 2>/dev/null) || {
	echo "1..0 # SKIP there is no account $someone here"
	exit 0
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login "$someone" \
    --roles "$SHARE/roles.conf" --conf-template "$D/template.conf"
exits "init by whoever is root" 0

own user list
exits "root alone is no administrator" 77
own user list --as-root "looking"
exits "root with a reason may" 0
own compile
exits "compile needs root only" 0
own user add carol@example.com
exits "a change by root alone is refused" 77
own user list
complains "and leaves nothing" "--as-root"

loginuid=$(cat /proc/self/loginuid 2>/dev/null || echo 4294967295)
if [ "$loginuid" != 4294967295 ] && [ "$loginuid" != "$uid" ]; then
	skip "an administrator behind sudo" "the login uid is $loginuid"
else
	SUDO_UID=$uid
	export SUDO_UID
	own scope add acme/messaging
	exits "an administrator behind sudo may" 0
	own assignment list messaging --tsv
	says "an account's Owner is the actor" \
	    "alice@example.com	general:owner	acme/messaging"
	says "and so is who gave it" "	alice@example.com	"
	SUDO_UID=4294967296
	own user list
	exits "a SUDO_UID that is no uid is refused" 77
	SUDO_UID=0
	own user list
	exits "sudo by root is root" 77
	unset SUDO_UID
fi
finish
