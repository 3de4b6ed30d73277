#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real login on a terminal, with the lines, the twrbac.conf and the roles
# that are shipped: who gets in, what the refused one sees, and that the
# console never closes for root, whatever has become of the policy.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"
command -v login >/dev/null 2>&1 || cannot_run "login is not installed"
command -v python3 >/dev/null 2>&1 || cannot_run "python3 is not installed"
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"

make_acme
sed -i 's|^scope .*|scope = "acme/messaging/production";|' "$CONF"
alice compile
account root 0
account stranger 61099
with_password root bob fin stranger
rm -f /etc/securetty
gate login

# Log in with the right password; sets said, status and line.
on_console() { # login
	log_mark
	said=$(on_terminal "login: " "$1" "assword: " "$PASSWORD" \
	    '[$#] $' "id -un >$W/tmp/in; exit" -- login)
	inside=$(cat "$W/tmp/in" 2>/dev/null)
	rm -f "$W/tmp/in"
	line=$(log_since)
}
chmod 1777 "$W/tmp"

on_console bob
is "who may gets in" "$inside" bob
has "who may: in the log" "$line" \
    "verdict=grant reason=granted service=login login=bob "
lacks "who may: is told nothing" "$said" twrbac:
on_console fin
is "who may not stays out" "$inside" ""
has "who may not: is told, then login says so too" "$said" \
    "twrbac: access to " "you do not hold hosts:login here" "(ref " \
    "Permission denied"
has "who may not: in the log" "$line" \
    "verdict=deny reason=role-missing service=login login=fin "
on_console stranger
is "a login that nobody mapped stays out" "$inside" ""
has "a login that nobody mapped: is told" "$said" \
    "your login is not known here" \
    "User not known to the underlying authentication module"
on_console root
is "root is exempt by the shipped twrbac.conf" "$inside" root
has "root is exempt: in the log" "$line" "verdict=exempt " "login=root "
log_mark
said=$(on_terminal "assword: " wrong "login: " x "assword: " x -- \
    timeout 1 login bob)
is "a wrong password never reaches the module" "$(log_since)" ""

# ---- root and the console ----

for state in missing no-folder folder-is-file link folder-link owner writable \
    folder-writable folder-sticky is-folder is-fifo empty truncated text \
    flipped unconfirmed-alone too-new stale; do
	policy $state
	on_console root
	is "policy $state: the console is open for root" "$inside" root
	has "policy $state: and the log cries" "$line" "<81>" \
	    "verdict=break-glass reason=policy-" "login=root "
done
on_console bob
is "policy $state: and for nobody else" "$inside" ""
has "policy $state: who may otherwise is told" "$said" "twrbac: access to " \
    "Authentication service cannot retrieve authentication info"
policy plain
on_console root
has "a policy that can be used exempts root again" "$line" "verdict=exempt "
finish
