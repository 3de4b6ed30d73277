#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The AppArmor abstraction: apparmor_parser takes it, alone and in a profile, and
# what the module opens, as strace saw it in every state of the policy, is what
# the abstraction allows. It is not loaded: that takes a kernel that enforces.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/../pam/support.sh"
enter_world "$0" "$@"
ABSTRACTION=$TREE/packaging/apparmor/twrbac
for tool in apparmor_parser strace; do
	command -v $tool >/dev/null 2>&1 || cannot_run "$tool is not installed"
done
strace -o /dev/null true 2>/dev/null || cannot_run "ptrace is not allowed here"

# ---- the parser ----

mkdir -p /etc/apparmor.d/abstractions
cp "$ABSTRACTION" /etc/apparmor.d/abstractions/twrbac
parse() { # lines of a profile's body
	printf '%s\n' "abi <abi/3.0>," "include <tunables/global>" \
	    "profile proof /usr/bin/proof {" "$@" "}" >"$W/tmp/profile"
	apparmor_parser -Q --skip-kernel-load --skip-cache \
	    "$W/tmp/profile" >"$W/tmp/parsed" 2>&1 && echo taken && return
	cat "$W/tmp/parsed"
}
is "apparmor_parser takes it alone" \
    "$(parse "  include <abstractions/twrbac>")" taken
is "and beside those of a login program" "$(parse \
    "  include <abstractions/base>" "  include <abstractions/nameservice>" \
    "  include <abstractions/authentication>" \
    "  include <abstractions/twrbac>")" taken
sed -i 's/policy.cdb  *r,/policy.cdb/' /etc/apparmor.d/abstractions/twrbac
lacks "a damaged one is not taken" \
    "$(parse "  include <abstractions/twrbac>")" taken

# ---- what is opened ----

account granted 61011
account none 61012
account stranger 61099

# Files that one account check opens; O_PATH asks nothing of AppArmor, and the
# time zone, for the log's date, is in abstractions/base.
opened() { # service, login
	strace -f -y -e trace=open,openat,openat2 -o "$W/tmp/strace" \
	    pam_client "$@" >/dev/null 2>&1
	grep -v -e O_PATH -e ' = -1 ' "$W/tmp/strace" |
		sed -n 's/.* = [0-9]*<\(.*\)>$/\1/p'
}

printf '%s\n' "account required pam_permit.so" >/etc/pam.d/base
opened base none | sort -u >"$W/tmp/base"
for state in plain missing stale too-new unconfirmed unconfirmed-alone link \
    owner empty truncated unconfigured unconfigured-plain; do
	policy $state
	for arguments in "" break_glass=root permissive_unconfigured; do
		stack gate "$arguments"
		for login in granted none stranger root; do
			opened gate $login
		done
	done
done | sort -u | comm -13 "$W/tmp/base" - | grep -v -e "^$MODULE" \
    -e ^/etc/pam.d/ -e ^/usr/share/zoneinfo/ >"$W/tmp/opened"

# The abstraction's own rules, with its variables as the host's are.
sed -n 's/^  \([@/][^ ]*\)  *[a-z]*,.*/\1/p' "$ABSTRACTION" |
	sed -e 's|@{etc_ro}|/etc|' -e 's|@{PROC}|/proc|' |
	grep -v 'sudo_twrbac' | sort >"$W/tmp/allowed"
is "what the module opens is what is allowed, and no more" \
    "$(paste -s -d ' ' "$W/tmp/opened")" "$(paste -s -d ' ' "$W/tmp/allowed")"

finish
