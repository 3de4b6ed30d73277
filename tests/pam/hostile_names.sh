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
stack gate-glass break_glass=root,granted
part names "$NAMES" missing
policy plain

# ---- accounts with such names, and real programs ----

# Everything that can stand in a line of /etc/passwd: no colon, no newline.
# A uid of its own, and the name, for each.
ugly_accounts() {
	number=0 uid=62000
	# shellcheck disable=SC2094 # it is read twice, not written
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

# All that was asked since log_mark: how many lines, how many of a login that
# nobody mapped; and what is wrong with them: a grant, a byte that is not
# printable, an endless line.
look_at_lines() {
	log_since >"$W/tmp/lines"
	lines=$(grep -c ' verdict=' "$W/tmp/lines")
	unmapped=$(grep -c 'verdict=deny reason=login-unmapped ' \
	    "$W/tmp/lines")
	strange=$(grep '[^ -~]\|verdict=grant\|verdict=exempt' "$W/tmp/lines"
		awk 'length > 1000' "$W/tmp/lines")
}

at_least() { # number, wanted, name
	if [ "$1" -ge "$2" ]; then
		ok "at least $2 $3: $1"
	else
		echo "$1" | not_ok "at least $2 $3"
	fi
}

service sudo tell
service su ""
rm -rf /etc/sudoers.d
printf '%s\n' "Defaults !fqdn, !lecture, env_reset" \
    "ALL ALL = (ALL) NOPASSWD: ALL" >/etc/sudoers
chmod 0440 /etc/sudoers
ugly_accounts
tried=0 bad=''
log_mark
# together: su takes its time after each refusal
while read -r uid number; do
	tried=$((tried + 2))
	as_ugly() {
		setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@" \
		    >/dev/null 2>&1 </dev/null
	}
	as_ugly sudo -n id && bad="$bad $number sudo;"
	{ as_ugly su granted -c id && : >"$W/tmp/su.$number"; } &
	ugly_su="${ugly_su-} $!"
done <"$W/tmp/ugly"
# shellcheck disable=SC2086 # numbers
wait $ugly_su
for file in "$W/tmp"/su.*; do
	[ ! -e "$file" ] || bad="$bad $file;"
done
look_at_lines
is "accounts with ugly names ask sudo and su $tried times: all refused" \
    "$bad" ""
is "their lines are printable and refuse" "$strange" ""
# where the C library finds no such account, sudo does not ask and su names
# nobody
at_least "$unmapped" 60 "times the name itself was judged"
if [ "$lines" -le "$tried" ]; then
	ok "one line each at most: $lines"
else
	echo "$lines" | not_ok "one line each at most"
fi

# Who may not use sudo wants to be one of them, and some who are nobody.
bad=''
log_mark
for number in 1 9 20 40 60 80 100 120 140 160 180 200 220 240 260 280 300; do
	said=$(by none pam_hostile exec "$NAMES" "$number" \
	    sudo -n -u '{}' id 2>&1 </dev/null) && bad="$bad $number: $said;"
done
look_at_lines
is "sudo -u with ugly targets by who may not: refused" "$bad" ""
is "sudo -u: the lines are printable and refuse" "$strange" ""

# ---- sshd, by public key: the name is the client's to choose ----

if command -v sshd >/dev/null 2>&1; then
	prepare_ssh >/dev/null 2>&1
	service gate ""
	start_sshd gate
	cp "$W/ssh/alice.pub" "$W/ssh/anybody"
	sed -i "s|^AuthorizedKeysFile.*|AuthorizedKeysFile $W/ssh/anybody|" \
	    "$W/ssh/gate.conf"
	log_mark
	listens_again() {
		# shellcheck disable=SC2317 # wait_until calls it
		tail -n "+$log_from" "$LOG" | grep -q "Server listening"
	}
	kill -HUP "$(cat "$W/ssh/gate.pid")"
	wait_until 50 listens_again
	try_ssh() { # login
		ssh -F none -T -p "$port" -l "$1" -i "$W/ssh/alice" \
		    -o IdentitiesOnly=yes -o BatchMode=yes \
		    -o ConnectTimeout=10 -o StrictHostKeyChecking=no \
		    -o UserKnownHostsFile=/dev/null 127.0.0.1 id \
		    2>&1 </dev/null
	}
	has "sshd: who is granted gets in with that key" "$(try_ssh granted)" \
	    "uid=61011("
	bad='' tried=0
	log_mark
	while read -r uid number; do
		[ $((uid % 6)) -eq 0 ] || continue
		tried=$((tried + 1))
		{ try_ssh "$(cat "$W/tmp/ugly.$uid")" >/dev/null &&
			: >"$W/tmp/ssh.$number"; } &
		ugly_ssh="${ugly_ssh-} $!"
	done <"$W/tmp/ugly"
	# shellcheck disable=SC2086 # numbers
	wait $ugly_ssh
	for file in "$W/tmp"/ssh.*; do
		[ ! -e "$file" ] || bad="$bad $file;"
	done
	look_at_lines
	is "sshd: none of $tried ugly logins gets in" "$bad" ""
	is "sshd: the lines are printable and refuse" "$strange" ""
	at_least "$unmapped" 3 "logins came as far as the module"
else
	skip "no sshd is installed" "sshd with ugly logins"
fi
finish
