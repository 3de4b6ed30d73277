# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034,SC2317 # for the suites that source it
# Hosts as distributions make them: pam.d trees, and a folder of modules of our
# own. Sourced after support.sh, in the world.

# ---- the host ----

# In their stacks where the shipped line belongs; empty: hosts without it.
GATE="account [success=ok ignore=ignore default=die] pam_twrbac.so"

# Where libpam looks for modules, a copy that is ours. Modules of directory
# services are stood in for by one that says yes.
make_modules() {
	for SECURITY in /lib/*/security /lib64/security /usr/lib/security; do
		[ -e "$SECURITY/pam_unix.so" ] && break
	done
	[ -e "$SECURITY/pam_unix.so" ] || cannot_run "no pam_unix.so is found"
	[ -e "$SECURITY/pam_debug.so" ] || cannot_run "no pam_debug.so is there"
	cp -a "$SECURITY" "$W/security"
	[ ! -d /usr/lib/pam.d ] || own_mount /usr/lib/pam.d
	mount --bind "$W/security" "$SECURITY" ||
		fatal "cannot put a private $SECURITY in place"
	cp "$MODULE" "$SECURITY/pam_twrbac.so"
	for name in pam_sss pam_ldap pam_systemd_home; do
		cp "$SECURITY/pam_debug.so" "$SECURITY/$name.so"
	done
}

pamd() { # service, text on stdin
	cat >"/etc/pam.d/$1"
}

others() { # the same account line for each service that people come in by
	for name in login sudo sudo-i su su-l cron atd; do
		printf 'auth required pam_permit.so\n%s\n' "$1" | pamd "$name"
	done
}

new_pamd() {
	rm -rf /etc/pam.d
	mkdir -m 0755 /etc/pam.d
	printf '%s\n' "auth required pam_deny.so" "account required pam_deny.so" |
		pamd other
}

# As pam-auth-update writes it.
debian() { # lines between ours and pam_unix, lines after
	new_pamd
	printf '%s\n' "auth [success=1 default=ignore] pam_unix.so nullok" \
	    "auth requisite pam_deny.so" "auth required pam_permit.so" |
		pamd common-auth
	{
		echo "# here are the per-package modules (the \"Primary\" block)"
		[ -z "$GATE" ] ||
			printf '%s\t\\\n\tbreak_glass=root\n' "$GATE"
		[ -z "${1-}" ] || printf '%s\n' "$1"
		cat <<-'STACK'
		account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
		# here's the fallback if no module succeeds
		account	requisite			pam_deny.so
		account	required			pam_permit.so
		STACK
		[ -z "${2-}" ] || printf '%s\n' "$2"
	} | pamd common-account
	pamd sshd <<-'STACK'
	@include common-auth
	# Disallow non-root logins when /etc/nologin exists.
	account    required     pam_nologin.so
	@include common-account
	session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close
	STACK
	others "@include common-account"
}

debian_plain() { debian; }
debian_sss() {
	debian "" "account	sufficient			pam_localuser.so
account	[default=bad success=ok user_unknown=ignore]	pam_sss.so"
}
debian_ldap() {
	debian "" \
	    "account	[success=ok new_authtok_reqd=done ignore=ignore user_unknown=ignore authinfo_unavail=ignore default=bad]	pam_ldap.so minimum_uid=1000"
}

# As authselect's sssd profile has it, with our line first.
rhel() {
	new_pamd
	for name in system-auth password-auth; do
		pamd "$name" <<-STACK
		auth        required      pam_env.so
		auth        sufficient    pam_unix.so nullok
		auth        required      pam_deny.so

		${GATE:+$GATE break_glass=root}
		account     required      pam_unix.so
		account     sufficient    pam_localuser.so
		account     sufficient    pam_usertype.so issystem
		account     [default=bad success=ok user_unknown=ignore] pam_sss.so
		account     required      pam_permit.so

		-session    optional      pam_systemd.so
		session     required      pam_unix.so
		STACK
	done
	pamd sshd <<-'STACK'
	#%PAM-1.0
	auth       substack     password-auth
	account    required     pam_sepermit.so
	account    required     pam_nologin.so
	account    include      password-auth
	session    include      password-auth
	STACK
	others "account    include      system-auth"
	pamd su <<-'STACK'
	#%PAM-1.0
	auth		sufficient	pam_rootok.so
	account		sufficient	pam_succeed_if.so uid = 0 use_uid quiet
	account		include		system-auth
	STACK
}

alpine() {
	new_pamd
	pamd base-account <<-STACK
	# basic PAM configuration for Alpine.
	${GATE:+$GATE break_glass=root}
	account	required	pam_nologin.so
	account	required	pam_unix.so
	STACK
	printf 'auth required pam_unix.so nullok\n' | pamd base-auth
	printf 'auth include base-auth\naccount include base-account\n' |
		pamd sshd
	others "account include base-account"
}

minimal() {
	new_pamd
	printf '%s\n' "auth required pam_unix.so" "$GATE" \
	    "account required pam_unix.so" | pamd sshd
}
