#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real sudo, by every way to call it and every setting of sudoers that
# changes what PAM is asked: which of them call the account phase, and what
# the refused one sees. See the table in pam_twrbac(8).
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"

account granted 61011
account none 61012
account stranger 61013
account root 0
with_password granted none root
policy plain
gate sudo
gate sudo-i sudo
echo secret >"$W/secret"
chmod 0600 "$W/secret"

sudoers() { # a line of defaults, tag
	rm -rf /etc/sudoers.d
	printf '%s\n' "Defaults !fqdn, !lecture, env_reset" "$1" \
	    "ALL ALL = (ALL) ${2-NOPASSWD:} ALL" >/etc/sudoers
	chmod 0440 /etc/sudoers
}

# $1 runs sudo with the other arguments; sets said, status and line.
ask() {
	log_mark
	asker=$1
	shift
	said=$(printf '%s\n' "$PASSWORD" | SUDO_EDITOR=/bin/cat \
	    by "$asker" sudo "$@" 2>&1)
	status=$?
	line=$(log_since)
}

# title, service, words that only who gets in sees, arguments of sudo
both() {
	title=$1 service=$2 inside=$3
	shift 3
	ask granted "$@"
	is "$title: who may" "$status" 0
	has "$title: who may: gets it" "$said" "$inside"
	has "$title: who may: in the log" "$line" \
	    "verdict=grant reason=granted service=$service login=granted "
	ask none "$@"
	is "$title: who may not" "$status" 1
	lacks "$title: who may not: does not get it" "$said" "$inside"
	has "$title: who may not: in the log" "$line" \
	    "verdict=deny reason=role-missing service=$service login=none "
	is "$title: who may not: one line" \
	    "$(printf '%s\n' "$line" | wc -l)" 1
}

refused_words() { # title
	has "$1: the words" "$said" "twrbac: access to " \
	    "you do not hold hosts:login here (ref " \
	    "sudo: PAM account management error: Permission denied"
}

# ---- ways to call it ----

sudoers ""
both "sudo -n" sudo "uid=0(" -n id
refused_words "sudo -n"
has "sudo -n: adds that a password is required, which is not so" "$said" \
    "sudo: a password is required"
both "sudo" sudo "uid=0(" id
refused_words "sudo"
both "sudo -u" sudo "uid=61013(" -u stranger id
both "sudo -u #uid" sudo "uid=61013(" -u "#61013" id
both "sudo -s" sudo "uid=0(" -s id
both "sudo -i" sudo-i "uid=0(" -i id
refused_words "sudo -i"
both "sudo -e" sudo secret -e "$W/secret"
refused_words "sudo -e"
both "sudo -l" sudo "may run the following commands" -l
refused_words "sudo -l"
both "sudo -l command" sudo /id -l id
both "sudo -l -U another" sudo "User stranger may run" -l -U stranger
ask granted -v
is "sudo -v: who may" "$status $said" "0 "
ask none -v
is "sudo -v: who may not" "$status" 1
refused_words "sudo -v"
for way in -k -K -V; do
	ask none $way
	is "sudo $way asks nobody" "$status $line" "0 "
done

# ---- with a password ----

sudoers "" ""
both "a password" sudo "uid=0(" -S -k -p "" id
refused_words "a password"
ask none -S -k -p "" id
lacks "who may not: the right password is not asked for again" "$said" \
    "try again"
sudoers "Defaults timestamp_type=global" ""
ask granted -S -p "" -v
cp /etc/pam.d/sudo "$W/tmp/sudo.pam"
stack sudo tell
sed -i 's/^auth.*/auth required pam_deny.so/' /etc/pam.d/sudo
ask granted -n id
has "a timestamp that holds: no password" "$said" "uid=0("
make_policy "$STATE/policy.cdb" stale
ask granted -n id
lacks "a timestamp that holds does not hold against the policy" "$said" uid=
has "a timestamp that holds: refused all the same" "$line" \
    "verdict=deny reason=policy-stale service=sudo login=granted "
policy plain
cp "$W/tmp/sudo.pam" /etc/pam.d/sudo

# ---- settings that change what PAM is told ----

for setting in targetpw rootpw runaspw; do
	sudoers "Defaults $setting"
	both "$setting" sudo "uid=0(" id
	sudoers "Defaults $setting" ""
	both "$setting, with the password of root" sudo "uid=0(" -S -k -p "" id
done
sudoers "Defaults rootpw"
both "rootpw and -l" sudo "may run the following commands" -l

sudoers "Defaults pam_service=gate"
cp /etc/pam.d/sudo /etc/pam.d/gate
both "pam_service=" gate "uid=0(" id
sudoers "Defaults pam_service=gate, targetpw"
ask granted id
is "pam_service= with targetpw: nobody said whom to judge" "$status" 1
has "pam_service= with targetpw: in the log" "$line" \
    "verdict=deny reason=no-invoker service=gate "
sudoers "Defaults pam_service=unlisted"
cp /etc/pam.d/sudo /etc/pam.d/unlisted
ask granted id
has "pam_service= without a rule" "$line" "verdict=deny reason=no-rule "
has "pam_service= without a rule: the words" "$said" \
    "this host has no rule for this service"
sudoers "Defaults pam_login_service=gate"
both "pam_login_service=" gate "uid=0(" -i id
sudoers "Defaults pam_askpass_service=gate"
ask granted -A id
case $said in
*"unknown defaults"*)
	skip "this sudo does not know it" "pam_askpass_service="
	;;
*) both "pam_askpass_service=" gate "uid=0(" -A id ;;
esac

# ---- what switches the module off: root's choice, to be known ----

sudoers "Defaults !pam_acct_mgmt"
ask none id
has "!pam_acct_mgmt switches it off" "$said" "uid=0("
is "!pam_acct_mgmt: nobody is asked" "$line" ""
sudoers "Defaults:none !pam_acct_mgmt"
ask none id
has "!pam_acct_mgmt for one login alone" "$said" "uid=0("
sudoers "Defaults pam_service=no-such-file"
printf '%s\n' "auth required pam_permit.so" "account required pam_permit.so" \
    "session required pam_permit.so" >/etc/pam.d/other
ask none id
has "a service without a file is pam.d/other's" "$said" "uid=0("
is "a service without a file: nobody is asked" "$line" ""
gate other sudo
ask none id
lacks "our line in pam.d/other covers it" "$said" uid=
has "our line in pam.d/other: in the log" "$line" \
    "verdict=deny reason=no-rule service=no-such-file "

# ---- without tell ----

sudoers ""
sed -i '/pam_twrbac/s/ tell//' /etc/pam.d/sudo
ask none id
is "without tell: sudo's own words alone" "$said" \
    "sudo: PAM account management error: Permission denied
sudo: a password is required"
policy missing
ask none id
has "no policy: sudo's own words" "$said" \
    "Authentication service cannot retrieve authentication info"
policy plain
ask stranger id
has "a login that nobody mapped: sudo's own words" "$said" \
    "User not known to the underlying authentication module"
finish
