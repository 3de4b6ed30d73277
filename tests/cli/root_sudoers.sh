#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What people see of sudoers print, install and check, in a mount namespace
# with an /etc/sudoers and an /etc/sudoers.d of its own. Screens are compared
# with tests/cli/golden/sudoers-*; TWR_GOLDEN=write makes them anew.
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
if ! [ -d /etc/sudoers.d ] || ! [ -f /etc/sudoers ] ||
    ! command -v visudo >/dev/null 2>&1; then
	echo "1..0 # SKIP sudo is not installed"
	exit 0
fi
if [ "${TWR_OWN_SUDOERS-}" != inside ]; then
	unshare -m --propagation private true 2>/dev/null || {
		echo "1..0 # SKIP mount namespaces are not allowed here"
		exit 0
	}
	TWR_OWN_SUDOERS=inside exec unshare -m --propagation private sh "$0"
fi
unset TWR_OWN_SUDOERS
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
mount -t tmpfs -o mode=0755 twrbac /etc/sudoers.d || exit 1
sudoers_main() { # lines
	printf '%s\n' "$@" "@includedir /etc/sudoers.d" >"$D/sudoers"
	chmod 0440 "$D/sudoers"
}
sudoers_main "root ALL = (ALL:ALL) ALL"
mount --bind "$D/sudoers" /etc/sudoers || exit 1
FILE=/etc/sudoers.d/twrbac

# Versions of sudo, and what warns of this host's pam.d.
screen() { # name, command...
	screen=$1
	shift
	own --utc "$@"
	for file in "$D/.out" "$D/.err"; do
		sed -e 's/ sudo=[^ ]* / sudo=VERSION /' \
		    -e '/^note: [0-9]* warnings\{0,1\} about the policy/d' \
		    -e '/^twrbac: warning: .*pam\.d/d' "$file" >"$D/.masked"
		cp "$D/.masked" "$file"
	done
	golden "sudoers-$screen"
}
must() {
	own --as-root "test suite" "$@"
	[ "$status" -eq 0 ] || not_ok "set up: $*" "$(show_run)"
}
rules() { # text
	sed '/^# sudo_rules begin/,$d' "$D/etc/twrbac.conf" >"$D/conf"
	printf '# sudo_rules begin\nsudo_rules = (\n%s\n);\n' "$1" >>"$D/conf"
	cat "$D/conf" >"$D/etc/twrbac.conf"
	own compile
	[ "$status" -eq 0 ] || not_ok "set up: compile" "$(show_run)"
}

# ---- nothing yet ----

cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$SHARE/roles.conf" \
    --conf-template "$D/template.conf"
exits "init" 0
screen 01-print-no-policy sudoers print
screen 02-install-no-policy sudoers install
screen 03-check-nothing sudoers check
must scope add acme/messaging --owner alice
must scope add acme/messaging/production
must user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
must assignment add bob acme hosts:admin
must user add eve@example.com --name Eve --login eve.f --uid 20003
must assignment add eve@example.com acme/messaging/production hosts:operator \
    --until 2031-01-01T00:00:00Z
own compile
screen 04-print-no-rules sudoers print
screen 05-remove-nothing sudoers install --remove

# ---- rules ----

rules '  { role = "hosts:operator"; comment = "the gateway";
    commands = ["/usr/bin/systemctl restart sms-gw.service",
        "/usr/bin/journalctl ^-u sms-[a-z]+$"]; },
  { permission = "/twrbac/hosts/sudo/admin"; scope = "acme/messaging";
    runas = "www-data"; nopasswd = true; commands = ["/usr/bin/id"]; }'
screen 06-print sudoers print
screen 07-print-tsv --tsv sudoers print
screen 08-install sudoers install
screen 09-install-again sudoers install
screen 10-check-good sudoers check
own --utc sudoers print
if [ "$out" = "$(cat "$FILE")" ]; then
	ok "print prints what install wrote"
else
	not_ok "print prints what install wrote" "$(diff "$FILE" "$D/.out")"
fi
must assignment remove bob acme hosts:admin
says "a write names who loses" "bob loses"
must assignment add bob acme hosts:admin

# ---- what is wrong with the file ----

echo "# mine" >>"$FILE"
screen 11-check-edited sudoers check
own sudoers install
cp "$FILE" "$D/ours"
echo "eve.f ALL = (ALL) ALL" >"$FILE"
screen 12-check-foreign sudoers check
screen 13-install-foreign sudoers install
own --as-root "test suite" user suspend eve@example.com
exits "a write beside a foreign file" 73
complains "says so" "was not made from this policy"
golden sudoers-14-write-foreign
screen 15-remove-foreign sudoers install --remove
rm "$FILE"
own sudoers install
rm "$FILE"
screen 16-check-missing sudoers check
own sudoers install
screen 17-remove sudoers install --remove

# ---- what people wrote ----

# shellcheck disable=SC2016 # sudoers
sudoers_main 'User_Alias OPS = "%:hosts:operator"' \
    'Cmnd_Alias SHELLS = /bin/sh, /bin/bash' \
    'root ALL = (ALL:ALL) ALL' \
    '%sudo ALL = (ALL:ALL) ALL' \
    'ALL, !OPS ALL = (root) /usr/bin/id' \
    'ALL, !"%:hosts:login" ALL = (root) /usr/bin/id' \
    'Defaults:OPS noexec, requiretty' \
    'OPS ALL = (root) ALL, !SHELLS' \
    '"%:hosts:operator" ALL = (root) NOEXEC: /usr/bin/vi' \
    '%:hosts\:operator ALL = (root) /usr/bin/id' \
    '"%:hosts:operater" ALL = (root) /usr/bin/id' \
    '"%:hosts:operator@acme/mesaging" ALL = (root) /usr/bin/id' \
    '"%:hosts:operator" ALL = (root) /usr/bin/systemctl restart sms-*'
screen 18-check-lines sudoers check
screen 19-check-lines-tsv --tsv sudoers check
exits "it is a failure" 1
sudoers_main 'Defaults group_plugin="sudo_twrbac.so"' \
    'Defaults:"%:hosts:operator" noexec'
screen 20-check-warning sudoers check
exits "a warning alone is none" 0
finish
