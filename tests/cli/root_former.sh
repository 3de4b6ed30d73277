#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A former name of a scope that the accepted configuration uses is nobody
# else's: no rule moves to another scope without an edit.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --roles "$SHARE/roles.conf" --conf-template "$D/template.conf" \
    --host-scope acme/former/prod
as_root scope add acme/former --owner alice
as_root scope add acme/former/prod
own compile
exits "a configuration names acme/former/prod" 0
as_root scope rename acme/former/prod production
exits "which is renamed" 0
as_root scope add acme/former/prod
exits "another may not take the name" 1
complains "and file and line are named" "twrbac.conf:"
as_root scope add acme/former/lab
as_root scope rename acme/former/lab prod
exits "nor by renaming" 1

own check alice sshd
exits "the host stays where it was" 0
says "under the new name" "acme/former/production"
finish
