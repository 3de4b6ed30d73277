#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Who may act, with the real sudo and the kernel's own login uid: each case of
# twrbac(8)'s "Who may run what", what it answers, and how the journal says
# that the actor was known.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"
command -v python3 >/dev/null 2>&1 || cannot_run "python3 is not installed"

make_acme
write_conf
alice compile
alice user add sue@example.com --login sue --uid 61006 \
    --organization-role administrator
alice user suspend sue
account sue 61006
account stranger 61007
alice_uid=$(uid_of alice)
# sudoers gives root to all of them: what they may do here is not its affair
cat >/etc/sudoers <<SUDOERS
Defaults !fqdn, !lecture, env_reset
Defaults secure_path="$W/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root, alice, bob, dora, sue, stranger ALL = (ALL) NOPASSWD: ALL
SUDOERS
chmod 0440 /etc/sudoers
for name in sudo sudo-i; do
	printf '%s\n' "auth required pam_permit.so" \
	    "account required pam_permit.so" "session required pam_permit.so" \
	    >/etc/pam.d/$name
done

# Whether login uids can be set here, and unset again.
# shellcheck disable=SC2016 # the inner shell's
loginuid_works=$(sh -c 'echo 61002 >/proc/self/loginuid &&
    cat /proc/self/loginuid' 2>/dev/null)
known=$(cat /proc/self/loginuid 2>/dev/null || echo none)

# The command line of a case, as it is run: login uid, then the way to it.
run_as() { # login uid or "-", way, login, command...
	wanted=$1 way=$2 login=$3
	shift 3
	case $way in
	sudo) set -- setpriv --reuid "$(uid_of "$login")" --regid \
	    "$(uid_of "$login")" --clear-groups sudo -n "$@" ;;
	sudo-twice) set -- setpriv --reuid "$(uid_of "$login")" --regid \
	    "$(uid_of "$login")" --clear-groups sudo -n sudo -n "$@" ;;
	forged) set -- env "SUDO_UID=$(uid_of "$login")" \
	    "SUDO_USER=$login" "$@" ;;
	root) ;;
	esac
	if [ "$wanted" = - ]; then
		"$@"
	else
		# shellcheck disable=SC2016 # the inner shell's
		sh -c 'echo "$0" >/proc/self/loginuid || exit 99; exec "$@"' \
		    "$wanted" "$@"
	fi
}

# How many rows the journal has, and who made the last one.
journal() {
	python3 -c 'import sqlite3
db = sqlite3.connect("file:/var/lib/twrbac/directory.db?mode=ro", uri=True)
print(*db.execute("SELECT count(*) FROM journal").fetchone())
print(*db.execute("SELECT how, actor, ifnull(reason, \"-\") FROM journal "
    "WHERE event NOT LIKE \"policy.%\" ORDER BY seq DESC LIMIT 1").fetchone(),
    sep="|")'
}

number=0
# title, login uid, way, login, options, exit status, then
#   what the journal has to say (how|actor|reason), or words of the refusal
acts() {
	title=$1 uid=$2
	if [ "$uid" != - ] && [ "$loginuid_works" != 61002 ]; then
		skip "the kernel keeps no login uid here" "$title"
		return
	fi
	if [ "$uid" = - ] && [ "$known" != none ] &&
	    [ "$known" != 4294967295 ]; then
		skip "uid $known logged in here, and the kernel keeps that" \
		    "$title"
		return
	fi
	number=$((number + 1))
	before=$(journal | sed -n 1p)
	# shellcheck disable=SC2086 # $5: options, none with a blank
	run_as "$uid" "$3" "$4" twrbac user add "u$number@example.com" $5 \
	    >"$W/tmp/said" 2>&1
	status=$?
	is "$title: exit status" "$status" "$6"
	if [ "$6" -eq 0 ]; then
		is "$title: in the journal" "$(journal | tail -n 1)" "$7"
	else
		has "$title: says why" "$(cat "$W/tmp/said")" "$7" --as-root
		is "$title: nothing was changed" "$(journal | sed -n 1p)" \
		    "$before"
	fi
}

# ---- no login uid: a container, a console of root's ----

acts "an administrator, by sudo" - sudo alice "" \
    0 "sudo|alice@example.com|-"
acts "another administrator, by sudo" - sudo bob "" \
    0 "sudo|bob@example.com|-"
acts "no administrator, by sudo" - sudo dora "" \
    77 "neither Organization Owner nor Administrator"
acts "a suspended administrator, by sudo" - sudo sue "" \
    77 "that user is not active"
acts "nobody we know, by sudo" - sudo stranger "" \
    77 "that login is not mapped"
acts "root alone" - root root "" 77 'you are "root"'
acts "root with a reason" - root root --as-root=on-call \
    0 "as-root|as-root|on-call"
acts "no administrator, with a reason" - sudo dora --as-root=why-not \
    0 "as-root|as-root (dora@example.com)|why-not"
acts "nobody we know, with a reason" - sudo stranger --as-root=why-not \
    0 "as-root|as-root (login:stranger)|why-not"
# sudo from root's shell names root, who is nobody
acts "sudo within sudo" - sudo-twice alice "" 77 'you are "root"'
# attribution, no proof: whoever is root can say so, and the manual says so
acts "SUDO_UID set by root by hand" - forged alice "" \
    0 "sudo|alice@example.com|-"
acts "SUDO_UID of no administrator set by hand" - forged dora "" \
    77 "neither"

# ---- the kernel knows who logged in ----

acts "login uid and sudo agree" "$alice_uid" sudo alice "" \
    0 "loginuid|alice@example.com|-"
acts "both differ, both administrators" "$alice_uid" sudo bob "" \
    0 "sudo|bob@example.com and alice@example.com|-"
acts "both differ, who logged in is none" 61003 sudo bob "" \
    77 'you are "dora" (uid 61003, by login uid)'
acts "both differ, who runs sudo is none" "$alice_uid" sudo dora "" \
    77 'you are "dora" (uid 61003, by SUDO_UID)'
acts "SUDO_UID forged by one who logged in" 61003 forged alice "" \
    77 'you are "dora" (uid 61003, by login uid)'
acts "the same with a reason: the journal has both" 61003 forged alice \
    --as-root=x 0 "as-root|as-root (alice@example.com and dora@example.com)|x"
acts "login uid alone, an administrator" "$alice_uid" root root "" \
    0 "loginuid|alice@example.com|-"
acts "login uid alone, no administrator" 61003 root root "" 77 "by login uid"
acts "login uid alone, a suspended one" 61006 root root "" 77 "not active"
acts "root itself logged in" 0 root root "" 77 'you are "root"'
acts "root itself logged in, with a reason" 0 root root --as-root=console \
    0 "as-root|as-root (login:root)|console"

# ---- not root at all ----

said=$(by alice twrbac user list 2>&1)
is "without root: exit status" "$?" 77
has "without root: says how" "$said" "needs root; run it with sudo"
# root's file, so nobody else can say that he is root
# shellcheck disable=SC2016 # the inner shell's
said=$(by dora sh -c 'SUDO_UID=$0 twrbac user list' "$alice_uid" 2>&1)
is "without root, SUDO_UID set: exit status" "$?" 77

# ---- what needs root only ----

for command in status compile "check bob sshd" "version"; do
	# shellcheck disable=SC2086 # the words of a command
	run_as - root root twrbac $command >"$W/tmp/said" 2>&1
	case $? in
	0 | 1) ok "root alone: $command" ;;
	*) not_ok "root alone: $command" <"$W/tmp/said" ;;
	esac
done
for bad in x -1 4294967295 "61001 "; do
	said=$(SUDO_UID=$bad twrbac user list 2>&1)
	is "SUDO_UID=$bad: exit status" "$?" 77
	has "SUDO_UID=$bad: is named" "$said" "SUDO_UID: is set, but is not"
done
finish
