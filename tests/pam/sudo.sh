#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real sudo: whoever asks is judged, not whom he wants to be, with and
# without targetpw; what the person sees; service sudo-i.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"

account granted 61011
account none 61012
account stranger 61013
policy plain
service sudo tell
service sudo-i tell

sudoers() { # a line of defaults
	rm -rf /etc/sudoers.d
	# fqdn would ask the name service for this host's name
	printf '%s\n' "Defaults !fqdn, !lecture, env_reset" "$1" \
	    "ALL ALL = (ALL) NOPASSWD: ALL" >/etc/sudoers
	chmod 0440 /etc/sudoers
}

# $1 runs sudo with the other arguments; sets said, status and line.
ask() {
	log_mark
	asker=$1
	shift
	said=$(by "$asker" sudo -n "$@" 2>&1 </dev/null)
	status=$?
	line=$(log_since)
}

granted() { # title
	is "$1: runs" "$status" 0
	has "$1: in the log" "$line" "verdict=grant reason=granted" \
	    "login=$asker "
	is "$1: one line" "$(printf '%s\n' "$line" | wc -l)" 1
}

refused() { # title, reason
	if [ "$status" -ne 0 ]; then
		ok "$1: does not run"
	else
		echo "$said" | not_ok "$1: does not run"
	fi
	has "$1: in the log" "$line" "verdict=deny reason=$2 "
	is "$1: one line" "$(printf '%s\n' "$line" | wc -l)" 1
	lacks "$1: nothing was run" "$said" uid=
}

sudoers ""
ask granted id
granted "who may"
has "who may: as root" "$said" "uid=0("
ask granted -u none id
granted "who may, as another"
has "who may, as another: as that one" "$said" "uid=61012("
ask none id
refused "who may not" role-missing
has "who may not: is told why in spite of sudo's PAM_SILENT" "$said" \
    "twrbac: access to " "you do not hold hosts:login here" "(ref "
ask none -u granted id
refused "who may not, as one who may" role-missing
ask stranger id
refused "a login that nobody mapped" login-unmapped
ask granted -i id
granted "sudo -i"
has "sudo -i is a service of its own" "$line" "service=sudo-i "
ask none -i id
refused "sudo -i of who may not" role-missing

# the target's password is asked for, so PAM_USER is the target
for defaults in targetpw rootpw runaspw; do
	sudoers "Defaults $defaults"
	ask granted id
	granted "$defaults, who may"
	has "$defaults: sudo gave PAM the target" "$line" "target=root "
	ask none id
	refused "$defaults, who may not" role-missing
	ask none -u granted id
	refused "$defaults, who may not, as one who may" role-missing
done

sudoers ""
service sudo ""
ask none id
refused "without tell" role-missing
lacks "without tell: sudo's wish for silence is granted" "$said" "(ref "
service sudo break_glass=granted
policy missing
ask granted id
is "no policy: break-glass lets the named one in" "$status" 0
has "no policy: break-glass is an alert" "$line" "<81>" verdict=break-glass
ask none id
refused "no policy: nobody else" policy-missing
# limits come from whoever calls; they must never open the door
policy plain
log_mark
said=$(by none sh -c 'ulimit -n 6; ulimit -f 0; exec sudo -n id' 2>&1)
lacks "hostile limits: who may not stays out" "$said" uid=0
finish
