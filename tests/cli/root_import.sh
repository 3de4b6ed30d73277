#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Importing as an administrator does it: people, logins and roles from files.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
VERIFY=${TWR_BUILD:-$TREE/build}/tests/pam/verify_journal

as_root() {
	own --as-root "test suite" "$@"
}

# $1: name, $2: all that stdout is to be
prints() {
	if [ "$out" = "$2" ]; then ok "$1"; else
		not_ok "$1" "wanted: $2; $(show_run)"
	fi
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/web --roles "$SHARE/roles.conf" \
    --conf-template "$SHARE/twrbac.conf"
exits "init" 0
as_root scope add acme/web --owner alice
own compile --lock-out-ok
exits "compile" 0

# ---- users ----

printf '%s\r\n' 'email,name,login,two_factor' \
    'bob@example.com,"Bob ""B"" Jones, jr.",bob,enrolled' \
    'carol@example.com,Carol,,' >"$D/people.csv"
as_root import users "$D/people.csv" --dry-run
exits "import users --dry-run" 0
prints "says what it would do" "2 rows read: 2 users would be added, 0 unchanged
policy 2 would come into force: no login's access changed"
as_root user list --tsv
case $out in
*bob@*) not_ok "a dry run leaves nothing" "$out" ;;
*) ok "a dry run leaves nothing" ;;
esac
as_root import users "$D/people.csv"
exits "import users" 0
prints "says what it did" "2 rows read: 2 users added, 0 unchanged
policy 2 in force: no login's access changed"
complains "and counts logins without an account" \
    "1 login has no account on this host"
as_root import users "$D/people.csv"
prints "the same file again changes nothing" \
    "2 rows read: 0 users added, 2 unchanged
nothing changed"
as_root user show bob --json
json "the user is as the file says" \
    '(r[0]["name"], r[0]["logins"], r[0]["two_factor"]) == (
	"Bob \"B\" Jones, jr.", ["bob"], "enrolled")'

# ---- logins ----

printf 'login,user\ncarol,carol@example.com\nbob-adm,bob\n' |
    "$TWRBAC" import logins - --as-root "test suite" --tsv \
    --directory "$D/state/directory.db" --config "$D/etc/twrbac.conf" \
    --policy "$D/state/policy.cdb" >"$D/.out" 2>"$D/.err"
status=$? out=$(cat "$D/.out") err=$(cat "$D/.err")
exits "import logins from standard input" 0
prints "as a table" "rows	added	unchanged	dry_run
2	2	0	no"

# ---- assignments ----

cat >"$D/roles.csv" <<END
user,scope,role,until,reason
bob,acme/web,hosts:operator,,INC-1
carol@example.com,acme,hosts:login,2040-01-01T00:00:00Z,"on call, nights"
carol@example.com,acme,hosts:login,2039-01-01T00:00:00Z,inside the other
END
as_root import assignments "$D/roles.csv" --dry-run
says "a dry run says who would gain what" "would come into force: bob gains"
own check bob sshd
exits "and nobody has gained it" 1
as_root import assignments "$D/roles.csv"
exits "import assignments" 0
says "says what was added and what was not" \
    "3 rows read: 2 assignments added, 1 unchanged"
says "and compiles once, for all" "policy 4 in force: "
own check bob sshd
exits "the role opens the door" 0
as_root assignment list carol --json
json "window and reason are the file's" \
    'any(x["reason"] == "on call, nights" and
	x["not_after"] == "2040-01-01T00:00:00Z" for x in r)'
as_root import assignments "$D/roles.csv" --json
json "in JSON too" 'r == [{"rows": 3, "added": 0, "unchanged": 3,
	"dry_run": False}] and j["effect"] == "nothing changed"'
as_root import assignments "$D/roles.csv" --quiet
prints "--quiet: only results" "3 rows read: 0 assignments added, 3 unchanged"

cat >"$D/wrong.csv" <<END
user,scope,role
bob,acme/web,hosts:admin
bob,acme/wbe,hosts:login
nobody@example.com,acme,hosts:login
bob,acme,hosts:login,now
END
as_root import assignments "$D/wrong.csv"
exits "one wrong row: none is imported" 65
silent "and nothing is on stdout"
if [ "$err" = "twrbac: $D/wrong.csv:3: scope \"acme/wbe\": no such scope; did \
you mean \"acme/web\"?
twrbac: $D/wrong.csv:4: user \"nobody@example.com\": no such user; did you \
mean \"bob@example.com\"?
twrbac: $D/wrong.csv:5: has 4 fields, the header has 3; put fields that hold \
commas in double quotes
twrbac: $D/wrong.csv: 3 of 4 rows refused; nothing was imported: mend them \
and import the file again" ]; then
	ok "each with line, cause and cure"
else
	not_ok "each with line, cause and cure" "$err"
fi
as_root assignment list hosts:admin --tsv
case $out in
*bob@*) not_ok "nothing of a refused import stays" "$out" ;;
*) ok "nothing of a refused import stays" ;;
esac
as_root import people "$D/people.csv"
exits "import of something else is a usage error" 64

# ---- the bar: on a terminal only ----

awk 'BEGIN { print "email"
	for (i = 0; i < 3000; i++) print "user" i "@example.com" }' \
    >"$D/many.csv"
if command -v python3 >/dev/null 2>&1; then
	on_terminal() { # arguments; what the terminal shows is $out
		out=$(python3 -c 'import os, pty, sys
seen = bytearray()
def read(fd):
    data = os.read(fd, 4096)
    seen.extend(data)
    return b""
pty.STDIN_FILENO = os.open("/dev/null", os.O_RDONLY)
try:
    status = pty.spawn(sys.argv[1:], read, lambda fd: b"")
except OSError:
    status = 0
os.write(1, bytes(seen))
sys.exit(os.waitstatus_to_exitcode(status))' "$TWRBAC" "$@" --as-root test \
		    --directory "$D/state/directory.db" --config \
		    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" |
			tr '\r' '\n')
	}
	on_terminal import users "$D/many.csv" --dry-run
	says "a terminal sees how far it is" "reading [####"
	says "up to the end" "100 %"
	on_terminal import users "$D/many.csv" --dry-run --quiet
	case $out in
	*reading*) not_ok "but not with --quiet" "$out" ;;
	*) ok "but not with --quiet" ;;
	esac
else
	skip "the bar" "python3 is not installed"
fi
as_root import users "$D/many.csv"
exits "import of many users" 0
case $err in
*reading*) not_ok "a pipe sees no bar" "$err" ;;
*) ok "a pipe sees no bar" ;;
esac
if why=$("$VERIFY" "$D/state/directory.db" 2>&1); then
	ok "the journal holds"
else
	not_ok "the journal holds" "$why"
fi
finish
