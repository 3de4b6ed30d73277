#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The README's "I am locked out": each command there is run as it stands, after
# the accident that it is for, and then the real libpam lets people in again.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
# shellcheck source=tests/pam/stacks.sh
. "$TREE/tests/pam/stacks.sh"
GATE=''
make_modules
make_cast
rm -f /etc/ssh/sshd_config.d/* # what sshd says here is not the question
printf 'UsePAM yes\n' >/etc/ssh/sshd_config
if command -v sshd >/dev/null 2>&1; then
	ssh-keygen -q -A
	prepare_ssh
fi

outcome() { # service, login
	pam_client "$1" "$2" 2>&1 | sed -n 's/^code=[0-9]* \([A-Z_]*\).*/\1/p'
}

# Nobody but alice may come in by ssh, and she has just lost it.
accident() {
	rm -rf "$STATE" /etc/twrbac/*
	debian_sss
	rm -rf "$W/before"
	cp -a /etc/pam.d "$W/before"
	as alice twrbac setup acme --owner alice@example.com --login alice \
	    --administrator bob@example.com --administrator-login bob \
	    --services sshd,login --enforce --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf" >"$W/tmp/setup" 2>&1 ||
		fatal "setup: $(cat "$W/tmp/setup")"
	sed -i 's/\["hosts:login"\]; },/["general:support"]; },/' "$CONF"
	twrbac compile --lock-out-ok >"$W/tmp/compile" 2>&1 ||
		fatal "compile: $(cat "$W/tmp/compile")"
	is "an accident: alice is refused" "$(outcome sshd alice)" \
	    PAM_PERM_DENIED
}

# The README's commands that contain a text, without what is said of them.
from_readme() { # text
	sed -n '/^## I am locked out/,/^## Who/s/^       \([a-z].*\)/\1/p' \
	    "$TREE/README.md" | sed 's/  *# .*//' | grep -F -- "$1"
}

# Run them as root on the console does: no sudo, no terminal, few variables.
run_readme() { # text, words before each command
	from_readme "$1" >"$W/tmp/commands"
	[ -s "$W/tmp/commands" ] || echo "$1" |
		not_ok "the README has this command"
	env -i PATH="$PATH" sh -e "$W/tmp/commands" >"$W/tmp/said" 2>&1 \
	    </dev/null
	run_status=$?
	said=$(cat "$W/tmp/said")
}

restored() { # name
	if why=$(diff -r "$W/before" /etc/pam.d 2>&1); then
		ok "$1: every byte of pam.d is as before"
	else
		printf '%s\n' "$why" | not_ok "$1: every byte of pam.d"
	fi
	is "$1: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS
}

# ---- 1: root on the console ----

accident
is "root on the console, by exemption" "$(outcome login root)" PAM_SUCCESS
mv "$STATE/policy.cdb" "$W/policy"
log_mark
is "root on the console, without a policy" "$(outcome login root)" PAM_SUCCESS
has "and that is an alert" "$(log_since)" verdict=break-glass
is "nobody else without a policy" "$(outcome login bob)" PAM_AUTHINFO_UNAVAIL
mv "$W/policy" "$STATE/policy.cdb"
run_readme "twrbac check alice sshd"
has "check says why" "$said" "refused" "needs" "general:support"
run_readme "twrbac setup --permissive 1d"
is "setup --permissive: exit status" "$run_status" 0
is "setup --permissive: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS
mv "$STATE/policy.cdb" "$W/policy"
is "setup --permissive: without a policy, too" "$(outcome sshd alice)" \
    PAM_SUCCESS
mv "$W/policy" "$STATE/policy.cdb"
accident
mv "$STATE/policy.cdb" "$W/policy"
run_readme "twrbac setup --permissive 1d"
is "setup --permissive when there is no policy" "$(outcome sshd alice)" \
    PAM_SUCCESS
accident
from_readme "twrbac setup --remove" | head -n 1 >"$W/tmp/one"
env -i PATH="$PATH" sh -e "$W/tmp/one" >/dev/null 2>&1 </dev/null
is "setup --remove: exit status" "$?" 0
restored "setup --remove"

# ---- 2: a change that waits ----

accident
sed -i 's/"general:support"/"hosts:login"/' "$CONF"
twrbac compile >/dev/null 2>&1
is "mended: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS
sed -i 's/"hosts:login"/"general:support"/' "$CONF"
twrbac compile --lock-out-ok --confirm 1h >/dev/null 2>&1
is "changed with --confirm: alice is refused" "$(outcome sshd alice)" \
    PAM_PERM_DENIED
run_readme "twrbac revert"
is "revert: exit status" "$run_status" 0
is "revert: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS

# ---- 3: by hand ----

accident
run_readme "permissive_until="
is "by hand: exit status" "$run_status" 0
is "by hand: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS
run_readme "permissive_until="
is "by hand, twice: alice gets in" "$(outcome sshd alice)" PAM_SUCCESS
rm -rf "$STATE"
is "by hand, without a policy: alice gets in" "$(outcome sshd alice)" \
    PAM_SUCCESS

# ---- 4: rescue ----

accident
rm -rf "$STATE" "$SECURITY/pam_twrbac.so"
is "the module is gone: alice is refused" "$(outcome sshd alice)" \
    PAM_MODULE_UNKNOWN
from_readme "twrbac setup --remove" | tail -n 1 >"$W/tmp/one"
env -i PATH="$PATH" sh -e "$W/tmp/one" >/dev/null 2>&1 </dev/null
restored "rescue shell"
cp "$MODULE" "$SECURITY/pam_twrbac.so"
accident
mkdir -p "$W/mnt"
if mount --rbind / "$W/mnt" 2>/dev/null; then
	env -i PATH="$PATH" chroot "$W/mnt" twrbac setup --remove \
	    >"$W/tmp/said" 2>&1 </dev/null
	is "from a rescue system: exit status" "$?" 0
	umount -l "$W/mnt"
	restored "from a rescue system"
else
	skip "/ cannot be mounted a second time here" "from a rescue system"
fi
accident
run_readme "sed -i '/pam_twrbac/d'"
restored "without the tool"

# Every command of the section was run above.
from_readme "" | grep -v -e '^mount -o remount' >"$W/tmp/all"
is "the section has no command that was not run" \
    "$(grep -v -c -e 'twrbac check alice sshd' -e 'setup --permissive 1d' \
	-e 'setup --remove' -e 'twrbac revert' -e 'permissive_until=' \
	-e "'/pam_twrbac/d'" "$W/tmp/all")" 0
finish
