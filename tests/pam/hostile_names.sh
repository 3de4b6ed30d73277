#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Ugly names (names.txt), everywhere a program can put one: as user, invoker,
# target, service, host and terminal. None opens a door that it was not
# mapped to, and each leaves one printable line of bounded length, in which a
# name that nobody knows is not to be read. Then the same through the real
# sudo, su and sshd, with accounts that bear such names.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/hostile.sh
. "$(dirname "$0")/hostile.sh"
enter_world "$0" "$@"
hostile_world
NAMES=$TREE/tests/pam/names.txt

part names "$NAMES" plain
policy missing
stack sudo break_glass=root,granted
part names "$NAMES" missing
policy plain

# ---- accounts with such names, and real programs ----

# Everything that can stand in a line of /etc/passwd: no colon, no newline.
# A uid of its own, and the name, for each.
ugly_accounts() {
	number=0 uid=62000
	while IFS= read -r escaped; do
		case $escaped in
		'# '* | '') continue ;;
		esac
		number=$((number + 1))
		case $escaped in
		*:* | *'\x0a'* | *'\x00'* | *'*'?*'}'*) continue ;;
		esac
		[ $((number % 5)) -eq 1 ] || continue
		uid=$((uid + 1))
		pam_hostile exec "$NAMES" "$number" printf '%s' '{}' \
		    >"$W/tmp/ugly.$uid"
		{
			cat "$W/tmp/ugly.$uid"
			echo ":x:$uid:$uid::/:/bin/sh"
		} >>/etc/passwd
		printf '%s %s\n' "$uid" "$number"
	done <"$NAMES" >"$W/tmp/ugly"
}

# What the log says of the last attempt: one line, printable, refused.
refused_line() { # words that it must have
	log_since >"$W/tmp/line"
	[ "$(wc -l <"$W/tmp/line")" -eq 1 ] || return 1
	[ "$(wc -c <"$W/tmp/line")" -le 1000 ] || return 1
	! grep -q '[^ -~]' "$W/tmp/line" || return 1
	for words; do
		grep -qF "$words" "$W/tmp/line" || return 1
	done
}

service sudo tell
service su ""
rm -rf /etc/sudoers.d
printf '%s\n' "Defaults !fqdn, !lecture, env_reset" \
    "ALL ALL = (ALL) NOPASSWD: ALL" >/etc/sudoers
chmod 0440 /etc/sudoers
ugly_accounts
tried=0 bad=''
while read -r uid number; do
	tried=$((tried + 1))
	for program in sudo su; do
		log_mark
		case $program in
		sudo) set -- sudo -n id ;;
		su) set -- su granted -c id ;;
		esac
		said=$(setpriv --reuid "$uid" --regid "$uid" --clear-groups \
		    "$@" 2>&1 </dev/null) &&
			bad="$bad $number $program runs: $said;"
		refused_line "verdict=deny reason=login-unmapped" \
		    "service=$program " ||
			bad="$bad $number $program: $(cat "$W/tmp/line");"
	done
done <"$W/tmp/ugly"
is "$tried accounts with ugly names ask sudo and su: refused, one line" \
    "$bad" ""
if [ "$tried" -ge 40 ]; then
	ok "at least 40 of them"
else
	echo "$tried" | not_ok "at least 40 of them"
fi

# Who may use sudo, wants to be one of them, and some who are nobody.
bad='' tried=0
for number in 1 9 20 40 60 80 100 120 140 160 180 200 220 240 260 280 300; do
	tried=$((tried + 1))
	log_mark
	said=$(by none pam_hostile exec "$NAMES" "$number" \
	    sudo -n -u '{}' id 2>&1 </dev/null) && bad="$bad $number: $said;"
	log_wait
	if tail -n "+$log_from" "$LOG" | grep 'pam_twrbac(' |
	    grep -q '[^ -~]\|verdict=grant'; then
		bad="$bad $number in the log;"
	fi
done
is "sudo -u with $tried ugly targets by who may not: refused" "$bad" ""

# ---- sshd, by public key: the name is the client's to choose ----

if command -v sshd >/dev/null 2>&1; then
	prepare_ssh >/dev/null 2>&1
	service gate ""
	start_sshd gate
	cp "$W/ssh/alice.pub" "$W/ssh/anybody"
	sed -i "s|^AuthorizedKeysFile.*|AuthorizedKeysFile $W/ssh/anybody|" \
	    "$W/ssh/gate.conf"
	kill -HUP "$(cat "$W/ssh/gate.pid")"
	wait_until 50 grep -q "Server listening" "$LOG"
	try_ssh() { # login
		ssh -F none -T -p "$port" -l "$1" -i "$W/ssh/alice" \
		    -o IdentitiesOnly=yes -o BatchMode=yes \
		    -o ConnectTimeout=10 -o StrictHostKeyChecking=no \
		    -o UserKnownHostsFile=/dev/null 127.0.0.1 id \
		    2>&1 </dev/null
	}
	has "sshd: who is granted gets in with that key" "$(try_ssh granted)" \
	    "uid=61011("
	bad='' tried=0 met=0
	while read -r uid number; do
		[ $((uid % 5)) -eq 0 ] || continue
		tried=$((tried + 1))
		log_mark
		said=$(try_ssh "$(cat "$W/tmp/ugly.$uid")") &&
			bad="$bad $number gets in: $said;"
		if refused_line "verdict=deny reason=login-unmapped"; then
			met=$((met + 1))
		elif [ -s "$W/tmp/line" ]; then
			bad="$bad $number: $(cat "$W/tmp/line");"
		fi
	done <"$W/tmp/ugly"
	is "sshd: $tried ugly logins, of which $met came as far as PAM" "$bad" ""
	if [ "$met" -ge 3 ]; then
		ok "sshd: at least 3 came as far as PAM"
	else
		echo "$met" | not_ok "sshd: at least 3 came as far as PAM"
	fi
else
	skip "no sshd is installed" "sshd with ugly logins"
fi
finish
