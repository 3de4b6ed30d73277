#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The organization as a file: export, plan, apply, what is refused, and what
# overrides it. Everything lies in a folder of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}

# As an administrator with sudo: daemon, an account that every host has. The
# kernel's login uid, where it is set, would have to be his too.
as_daemon() {
	SUDO_UID=1 SUDO_GID=1 SUDO_USER=daemon
	export SUDO_UID SUDO_GID SUDO_USER
	own "$@"
	unset SUDO_UID SUDO_GID SUDO_USER
}

F=$D/acme.conf
same() { # name, file, file
	if cmp -s "$2" "$3"; then ok "$1"; else
		not_ok "$1" "$(diff "$2" "$3")"
	fi
}
proven() {
	as_root journal verify
	exits "$1" 0
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$D/roles.conf" \
    --conf-template "$D/template.conf"
exits "init" 0
as_root scope add acme/messaging --owner alice
as_root scope add acme/messaging/production
as_root user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
as_root user add eve@example.com --name 'Eve "E"' --login eve --uid 20003
as_root assignment add bob acme/messaging/production hosts:operator
as_root assignment add eve acme/messaging/production hosts:login --for 4h \
    --reason 'INC-1 "x"'

# ---- export ----

own export
exits "export needs an administrator" 77
as_root export "$F"
exits "export to a file" 0
mode=$(stat -c %a "$F")
if [ "$mode" = 600 ]; then ok "its mode is 0600"; else
	not_ok "its mode is 0600" "$mode"
fi
as_root export
exits "export to standard output" 0
printf '%s\n' "$out" >"$D/stdout.conf"
same "both are the same" "$F" "$D/stdout.conf"
as_root export "$D/template.conf"
exits "export never writes over something else" 1
complains "and says so" "is no export"
as_root export "$F"
exits "but over an export" 0
as_root export --json
exits "export has one form" 64

# ---- nothing changes ----

as_root plan "$F"
exits "plan before the first compile" 0
says "plan: no policy" "no policy is compiled"
own compile
exits "compile" 0
as_root plan "$F"
exits "plan of the export" 0
says "plan: nobody gains or loses" "nobody's access changes on this host"
says "plan: nothing" "nothing changed"
as_root apply "$F"
exits "apply of the export" 0
says "apply: nothing" "nothing changed"
as_root export "$D/again.conf"
same "the round trip is byte-equal" "$F" "$D/again.conf"
before=$(stat -c '%i %Y' "$D/state/policy.cdb")

# ---- a plan ----

edit() { # sed commands
	as_root export "$F"
	sed -i "$@" "$F"
	# the last member of a list has no comma
	awk 'NR > 1 { if ($0 == ");") sub(/,$/, "", last); print last }
	    { last = $0 } END { print last }' "$F" >"$F.tmp"
	cat "$F.tmp" >"$F"
}
edit -e 's/name = "Bob"/name = "Robert"/' -e '/user = "eve@/d' \
    -e 's/hosts:operator/hosts:admin/'
as_root plan "$F"
exits "plan" 0
golden="+ bob gains su, su-l
- eve loses sshd, cron, crond, atd, login, other
~ user bob@example.com: name Robert, was Bob
- assignment bob@example.com: hosts:operator at acme/messaging/production
- assignment eve@example.com: hosts:login at acme/messaging/production until TIME
+ assignment bob@example.com: hosts:admin at acme/messaging/production
planned only: nothing changed"
screen=$(printf '%s\n' "$out" | sed 's/until 2.*Z/until TIME/')
if [ "$screen" = "$golden" ]; then ok "the screen of plan"; else
	not_ok "the screen of plan" "$screen"
fi
as_root plan "$F" --json
json "plan --json" \
    'any(x["kind"] == "access" and x["what"] == "eve" and x["sign"] == "-" for x in r)'
as_root export "$D/now.conf"
same "plan writes nothing" "$D/again.conf" "$D/now.conf"
if [ "$before" = "$(stat -c '%i %Y' "$D/state/policy.cdb")" ]; then
	ok "and the policy in force is untouched"
else
	not_ok "and the policy in force is untouched" "$before"
fi
as_root apply "$F"
exits "apply" 0
says "apply says who gains and who loses" "bob gains su, su-l; eve loses sshd"
as_root plan "$F"
says "applied once, there is nothing more" "nothing changed"
proven "the journal has no gap"

# ---- errors name file and line ----

rejects() { # name, status, words, sed commands
	bad_name=$1 bad_status=$2 bad_words=$3
	shift 3
	edit "$@"
	as_root export "$D/before.conf"
	as_root apply "$F"
	exits "$bad_name" "$bad_status"
	complains "$bad_name: says why" "$bad_words"
	as_root export "$D/after.conf"
	same "$bad_name: nothing is changed" "$D/before.conf" "$D/after.conf"
}
rejects "an unknown role" 65 'did you mean "hosts:admin"?' \
    -e 's/hosts:admin/hosts:admni/'
rejects "an unknown key" 65 'did you mean "email"?' -e 's/email = "bob/emial = "bob/'
rejects "a missing comma" 65 "$F:" -e 's/\(.*sid.*\)},$/\1}/'
rejects "no list of users" 65 'no list "users"' -e '/^users/,/^);/d'
rejects "an unknown user" 65 "none of the users" -e 's/user = "bob@/user = "rob@/'
rejects "a second Owner" 1 "exactly one Organization Owner" \
    -e 's/"administrator"/"owner"/'
rejects "nobody administrates" 1 "active administrator with a login" \
    -e '/logins = ({ name = "alice"/d' -e '/logins = ({ name = "bob"/d' \
    -e '/email = "alice/s/$/ },/' -e '/email = "bob/s/$/ },/'
rejects "another organization" 65 "is of organization OR" \
    -e 's/sid = "OR[0-9a-f]*"/sid = "OR00000000000000000000000000000000"/'
rejects "root as a login" 65 "--allow-root" \
    -e 's/name = "eve"; uid = 20003/name = "root"; uid = 0/'
chmod 666 "$F"
as_root plan "$F"
exits "a file that others can write" 65
complains "says so" "chmod go-w"
as_root plan "$D/nothing.conf"
exits "a file that is not there" 1
head -c 100 /dev/zero >"$D/zero.conf"
as_root plan "$D/zero.conf"
exits "a file of NUL bytes" 65

# ---- tests in the file ----

tests() { # list members
	as_root export "$F"
	printf 'tests = ( %s );\n' "$1" >>"$F"
}
tests '{ login = "bob"; service = "sudo"; allow = true; },
  { login = "eve"; service = "sshd"; allow = false; },
  { login = "root"; service = "login"; allow = true; }'
as_root apply "$F"
exits "tests that hold" 0
tests '{ login = "eve"; service = "sshd"; allow = true; }'
as_root plan "$F"
exits "plan with a failing test" 0
says "plan tells" "! apply would refuse:"
as_root apply "$F"
exits "a failing test" 1
complains "names line and reason" "eve would be refused by sshd"
sed -i 's/"Robert"/"Rob"/' "$F"
as_root apply "$F" --tests-ok
exits "--tests-ok" 0
tests '{ login = "bob"; service = "sshd"; scope = "acme/messaging"; allow = false; },
  { login = "bob"; service = "sshd"; scope = "acme/messaging/production"; allow = true; }'
as_root apply "$F"
exits "a test in another scope" 0

# ---- too much would vanish ----

for n in 1 2 3 4 5 6 7 8; do
	as_root user add "u$n@example.com" --no-compile
	as_root assignment add "u$n@example.com" acme/messaging hosts:login \
	    --no-compile
done
edit -e '/user = "u[1-8]@/d'
as_root apply "$F"
exits "eight of ten" 1
complains "says the limit and the cure" "--max-removals 80"
as_root apply "$F" --max-removals 79
exits "79 percent are not enough" 1
as_root apply "$F" --max-removals eighty
exits "a word is no percentage" 64
as_root apply "$F" --max-removals 80
exits "80 percent are" 0

# ---- one's own access ----

as_root user add daemon@example.com --login daemon --allow-system \
    --organization-role administrator
as_root assignment add daemon acme hosts:admin
as_daemon assignment list
if [ "$status" -eq 77 ]; then
	skip "one's own loss" "$err"
else
	edit -e '/user = "daemon@/d'
	as_daemon plan "$F"
	says "plan tells of one's own loss" "you (daemon) would lose sudo"
	as_daemon apply "$F"
	exits "losing one's own sudo" 1
	complains "says so" "you (daemon) would lose sudo"
	as_daemon apply "$F" --own-loss-ok
	exits "--own-loss-ok" 0
	edit -e '/email = "daemon@/s/"administrator"/"standard-user"/'
	as_daemon apply "$F"
	exits "losing one's own administration" 1
	complains "says so, too" "your standing as an administrator"
	as_root apply "$F"
	exits "as root it is another's" 0
fi

# ---- killed in the middle, full disk ----

as_root export "$D/before.conf"
{
	sed '/^users = (/q' "$D/before.conf"
	n=0
	while [ $n -lt 3000 ]; do
		n=$((n + 1))
		echo "{ email = \"p$n@example.com\"; logins = ({ name = \"p$n\"; uid = $((30000 + n)); }); },"
	done
	sed '1,/^users = (/d' "$D/before.conf"
} >"$F"
"$TWRBAC" --directory "$D/state/directory.db" --config "$D/etc/twrbac.conf" \
    --policy "$D/state/policy.cdb" --as-root t apply "$F" >/dev/null 2>&1 &
pid=$!
sleep 0.2
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
as_root user list --tsv
people=$(printf '%s\n' "$out" | grep -c '^p[0-9]')
case $people in
0 | 3000) ok "apply that is killed: all or nothing ($people)" ;;
*) not_ok "apply that is killed: all or nothing" "$people" ;;
esac
proven "and the journal has no gap"
as_root apply "$F"
exits "and it can be repeated" 0
finish
