#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The programs beside the great ones: which of them ask the account phase and
# so reach us, which never do. The table in pam_twrbac(8) is proven here.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"
for program in runuser setpriv su python3; do
	command -v $program >/dev/null 2>&1 ||
		cannot_run "$program is not installed"
done

account granted 61011
account none 61012
account stranger 61013
account root 0
with_password granted none root
policy plain

# Sets said, status and line.
run_as() { # login, command...
	who=$1
	shift
	log_mark
	case $who in
	root) said=$("$@" 2>&1 </dev/null) ;;
	*) said=$(by "$who" "$@" 2>&1 </dev/null) ;;
	esac
	status=$?
	line=$(log_since)
}

# ---- su on a terminal, with a password ----

gate su
gate su-l su
at_terminal() { # login, arguments of su
	who=$1
	shift
	log_mark
	said=$(on_terminal "assword: " "$PASSWORD" -- setpriv \
	    --reuid "$(uid_of "$who")" --regid "$(uid_of "$who")" \
	    --clear-groups su "$@")
	line=$(log_since)
}
for dash in "" -; do
	# shellcheck disable=SC2086 # an argument, or none
	at_terminal granted $dash none -c "id -un"
	has "su $dash: who may" "$said" none
	has "su $dash: who may: in the log" "$line" \
	    "verdict=grant reason=granted service=su${dash:+-l} login=granted "
	# shellcheck disable=SC2086
	at_terminal none $dash granted -c "id -u"
	has "su $dash: who may not: is told, then su says so too" "$said" \
	    "twrbac: access to " "you do not hold hosts:login here (ref " \
	    "su: Permission denied"
	lacks "su $dash: who may not: does not get it" "$said" 61011
done
policy missing
at_terminal none root -c "id -u"
has "su, no policy: the words" "$said" "twrbac: access to " \
    "su: Authentication service cannot retrieve authentication info"
policy plain
at_terminal stranger granted -c "id -u"
has "su, a login that nobody mapped: the words" "$said" \
    "your login is not known here" \
    "su: User not known to the underlying authentication module"

# ---- runuser never asks ----

for service in runuser runuser-l; do
	# it would be refused
	stack $service
done
run_as root runuser -u none -- id -un
is "runuser -u: runs" "$said" none
is "runuser -u: asks nobody" "$line" ""
run_as root runuser none -c "id -un"
is "runuser: runs" "$said" none
is "runuser: asks nobody" "$line" ""
run_as root runuser -l none -c "id -un"
is "runuser -l: runs" "$said" none
is "runuser -l: asks nobody" "$line" ""
run_as none runuser -u granted -- id
lacks "runuser: is for root alone" "$said" uid=

# ---- chsh, chfn: they ask, as whoever calls ----

for program in chsh chfn; do
	case $program in
	chsh) set -- chsh -s /bin/sh ;;
	chfn) set -- chfn -r 1 ;;
	esac
	if ! command -v $program >/dev/null 2>&1 ||
	    [ ! -f /etc/pam.d/$program ]; then
		skip "$program is not installed with PAM here" "$program"
		continue
	fi
	gate $program login
	run_as root "$@" none
	is "$program: root: refused, as it has no rule here" "$status" 1
	has "$program: root: in the log" "$line" \
	    "verdict=deny reason=no-rule service=$program login=root "
	policy soft-all
	run_as root "$@" none
	is "$program: root: let in while permissive" "$status" 0
	policy plain
done

# ---- passwd asks for the password alone ----

if [ -f /etc/pam.d/passwd ]; then
	{
		echo "$GATE"
		cat /etc/pam.d/passwd
	} >"$W/tmp/passwd.pam"
	cp "$W/tmp/passwd.pam" /etc/pam.d/passwd
	log_mark
	said=$(on_terminal "urrent.*: " "$PASSWORD" "ew.*: " one-thing \
	    "etype.*: " another-thing -- setpriv --reuid 61012 \
	    --regid 61012 --clear-groups passwd)
	has "passwd: it ran" "$said" "password unchanged"
	is "passwd: asks nobody" "$(log_since)" ""
else
	skip "passwd is not installed with PAM here" passwd
fi

# ---- systemd --user ----

# What user@.service asks through, with the vendor's own stack: everyone is
# exempt in the twrbac.conf that is shipped, for a session that was granted
# needs it.
if [ -f /etc/pam.d/systemd-user ] || [ -f /usr/lib/pam.d/systemd-user ]; then
	gate systemd-user login
	for login in granted none stranger; do
		log_mark
		has "systemd-user: $login: exempt, and the host's stack agrees" \
		    "$(pam_client systemd-user $login)" PAM_SUCCESS
		has "systemd-user: $login: in the log" "$(log_since)" \
		    "verdict=exempt reason=exempt service=systemd-user "
	done
	policy missing
	has "systemd-user: no policy" "$(pam_client systemd-user none)" \
	    PAM_AUTHINFO_UNAVAIL
	policy plain
else
	skip "this host has no pam.d/systemd-user" "systemd-user"
fi
skip "it is process 1 that starts user@.service, and a second one would set \
the kernel's limits for the whole machine" "systemd-user: the real user@.service"
finish
