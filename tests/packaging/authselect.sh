#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command of packaging/rpm/AUTHSELECT.md on stacks as RHEL 9 has them, drawn
# as authselect does with and without the feature, then by the real libpam: who
# is refused and who gets in. authselect itself is not here.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/../pam/support.sh"
enter_world "$0" "$@"
PROFILE=$W/profile

account granted 61011
account none 61012
account ended 61013
account stranger 61099
account root 0
policy plain

# Ours, in the form of RHEL 9's profile "sssd".
template() {
	cat >"$1" <<-'STACK'
	auth        required                                     pam_env.so
	auth        required                                     pam_faildelay.so delay=2000000
	auth        required                                     pam_faillock.so preauth silent {include if "with-faillock"}
	auth        sufficient                                   pam_unix.so {if not "without-nullok":nullok}
	auth        required                                     pam_deny.so

	account     required                                     pam_access.so {include if "with-pamaccess"}
	account     required                                     pam_faillock.so {include if "with-faillock"}
	account     required                                     pam_unix.so
	account     sufficient                                   pam_localuser.so {exclude if "with-files-access-provider"}
	account     sufficient                                   pam_usertype.so issystem
	account     [default=bad success=ok user_unknown=ignore] pam_sss.so
	account     required                                     pam_permit.so

	password    required                                     pam_deny.so

	session     required                                     pam_limits.so
	session     required                                     pam_unix.so
	STACK
}

profile() {
	rm -rf "$PROFILE"
	mkdir "$PROFILE"
	template "$PROFILE/system-auth"
	template "$PROFILE/password-auth"
}

# Step 3, as it is written there.
insert_line() {
	sed -n 's/^ *\(sed -i .*\)$/\1/p' "$TREE/packaging/rpm/AUTHSELECT.md" \
	    >"$W/tmp/step"
	is "AUTHSELECT.md has one command that edits" \
	    "$(wc -l <"$W/tmp/step")" 1
	(cd "$PROFILE" && sh "$W/tmp/step") || fatal "the command failed"
}

# pam.d as authselect would write it, with one feature or none.
draw() { # feature
	for file in system-auth password-auth; do
		sed -e "s/ *{include if \"$1\"}\$//" \
		    -e '/{include if "[^"]*"}$/d' -e 's/ *{exclude if "[^"]*"}$//' \
		    -e 's/{if not "[^"]*":\([a-z]*\)}/\1/' \
		    -e "s|pam_twrbac.so|$MODULE|" \
		    "$PROFILE/$file" >"/etc/pam.d/$file"
	done
	# as RHEL's openssh-server, sudo and su bring them
	printf '%s\n' "account required pam_sepermit.so" \
	    "account required pam_nologin.so" \
	    "account include password-auth" >/etc/pam.d/gate
	echo "account include system-auth" >/etc/pam.d/sudo
	printf '%s\n' \
	    "account sufficient pam_succeed_if.so uid = 0 use_uid quiet" \
	    "account include system-auth" >/etc/pam.d/su
}

# The test: what a service answers to a login.
answers() { # name, result, pam_client's words...
	answer_name=$1 answer_want=$2
	shift 2
	is "$answer_name" "$(pam_client "$@" 2>&1 | sed -n 's/^code=[0-9]* //p')" \
	    "$answer_want"
}

profile
insert_line
for file in system-auth password-auth; do
	has "$file: the line comes first in the account phase, with its feature" \
	    "$(grep -m 1 '^-*account' "$PROFILE/$file")" pam_twrbac.so \
	    'default=die' '{include if "with-twrbac"}'
	is "$file: nothing else changed" "$(grep -v pam_twrbac \
	    "$PROFILE/$file" | cksum)" "$(template "$W/tmp/plain" &&
	    cksum <"$W/tmp/plain")"
done

draw with-twrbac
log_mark
answers "ssh: with the role" PAM_SUCCESS gate granted
answers "ssh: without it" PAM_PERM_DENIED gate none
answers "ssh: the role has ended" PAM_PERM_DENIED gate ended
answers "ssh: a local login that is nobody's" PAM_USER_UNKNOWN gate stranger
answers "sudo: with the role" PAM_SUCCESS --ruser granted sudo root
answers "sudo: without it" PAM_PERM_DENIED --ruser none sudo root
is "each was decided once" "$(log_since | wc -l)" 6
answers "su: root's own line is before us" PAM_SUCCESS --ruser root su none
sed -i 's/^granted:\([^:]*\):[0-9]*:/granted:\1:0:/' /etc/shadow
answers "an expired password is still asked for" PAM_NEW_AUTHTOK_REQD gate \
    granted
answers "an expired password opens no door" PAM_PERM_DENIED gate none
policy missing
answers "no policy: refused" PAM_AUTHINFO_UNAVAIL gate none
policy plain

draw with-nothing
lacks "without the feature the line is not there" \
    "$(cat /etc/pam.d/system-auth /etc/pam.d/password-auth)" twrbac
answers "without the feature: as before" PAM_SUCCESS gate none

# why the line must come first
profile
for file in system-auth password-auth; do
	sed -i '/pam_localuser/a account [success=ok ignore=ignore default=die] pam_twrbac.so' \
	    "$PROFILE/$file"
done
draw with-twrbac
answers "behind pam_localuser.so the line is not reached" PAM_SUCCESS gate none

finish
