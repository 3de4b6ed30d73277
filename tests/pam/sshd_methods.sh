#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real sshd, by every way to log in that it has: key, certificate, password
# and keyboard-interactive. Each is granted and refused, and what the refused
# one sees, and when he does not, is what pam_twrbac(8) says.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/host.sh
. "$(dirname "$0")/host.sh"
enter_world "$0" "$@"

account alice 61021
account bob 61022
account dora 61023
account fin 61024
account sam 61025
account granted 61011
account none 61012
account stranger 61099
with_password granted none stranger
policy plain
# sshd takes its service's name from its own, and "gate" has a rule
cp /etc/pam.d/sshd /etc/pam.d/gate
gate gate sshd
prepare_ssh
ssh-keygen -q -t ed25519 -N '' -C ca -f "$W/ssh/ca"
for login in granted none stranger; do
	ssh-keygen -q -t ed25519 -N '' -C "$login" -f "$W/ssh/$login"
	cp "$W/ssh/$login.pub" "$W/ssh/keys/$login"
	ssh-keygen -q -t ed25519 -N '' -C "$login" -f "$W/ssh/cert-$login"
	ssh-keygen -q -s "$W/ssh/ca" -I "$login" -n "$login" -V +1h \
	    "$W/ssh/cert-$login.pub"
done
printf '#!/bin/sh\necho "%s"\n' "$PASSWORD" >"$W/ssh/askpass"
chmod 0755 "$W/ssh/askpass"
ssh_more="
PasswordAuthentication yes
KbdInteractiveAuthentication yes
TrustedUserCAKeys $W/ssh/ca.pub"
start_sshd gate

# Log in by one method at a client's LogLevel; sets said, status, line, all.
by_method() { # login, method, LogLevel
	login=$1
	set -- "$2" "$3"
	case $1 in
	certificate) set -- "$2" publickey -i "$W/ssh/cert-$login" ;;
	publickey) set -- "$2" publickey -i "$W/ssh/$login" ;;
	password) set -- "$2" "$1" -o NumberOfPasswordPrompts=1 ;;
	*) set -- "$2" "$1" ;;
	esac
	level=$1 method=$2
	shift 2
	log_mark
	said=$(SSH_ASKPASS=$W/ssh/askpass SSH_ASKPASS_REQUIRE=force \
	    setsid -w ssh -F none -T -p "$port" -l "$login" \
	    -o PreferredAuthentications="$method" -o IdentitiesOnly=yes \
	    -o LogLevel="$level" -o ConnectTimeout=10 "$@" \
	    -o UserKnownHostsFile="$W/ssh/known_hosts" \
	    127.0.0.1 id -un 2>&1 </dev/null)
	status=$?
	said=$(printf '%s\n' "$said" | tr -d '\r')
	line=$(log_since) all=$(log_all)
}

for way in publickey certificate password keyboard-interactive; do
	by_method granted $way INFO
	is "$way: who may gets in" "$status $said" "0 granted"
	has "$way: who may: in the log" "$line" \
	    "verdict=grant reason=granted service=gate login=granted "
	is "$way: who may: one line" "$(printf '%s\n' "$line" | wc -l)" 1
	by_method none $way INFO
	is "$way: who may not stays out" "$status" 255
	has "$way: who may not: is told" "$said" "twrbac: access to " \
	    "you do not hold hosts:login here (ref " \
	    "Contact ops@example.com" "Connection closed by 127.0.0.1"
	lacks "$way: who may not: is not asked again" "$said" \
	    "Permission denied"
	has "$way: who may not: in the log" "$line" \
	    "verdict=deny reason=role-missing service=gate login=none "
	is "$way: who may not: one line" "$(printf '%s\n' "$line" | wc -l)" 1
	# keyboard-interactive asks in a child, and sshd has no such line
	[ $way = keyboard-interactive ] || has \
	    "$way: who may not: sshd's own words" "$all" \
	    "Access denied for user none by PAM account configuration"
done
by_method none password INFO
has "the right password of who may not is logged as failed" "$all" \
    "Failed password for none "
by_method stranger certificate INFO
is "a certificate for a login that nobody mapped" "$status" 255
has "a certificate for a login that nobody mapped: is told" "$said" \
    "your login is not known here"

# sshd sends the sentence as a banner, which a quiet client hides.
for level in INFO VERBOSE; do
	by_method none publickey $level
	has "LogLevel $level: the sentence is shown" "$said" "twrbac: access to "
done
for level in ERROR FATAL QUIET; do
	by_method none publickey $level
	is "LogLevel $level: nothing is shown" "$status $said" "255 "
done
finish
