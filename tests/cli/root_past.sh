#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The journal, the past, and the questions: journal list and verify, --at,
# who-can, review. Screens are compared with tests/cli/golden.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" --utc "$@"
}

must() {
	as_root "$@"
	[ "$status" -eq 0 ] || not_ok "set up: $*" "$(show_run)"
}

compiles() {
	own compile --utc
	[ "$status" -eq 0 ] || not_ok "set up: compile" "$(show_run)"
}

# A moment with nothing in the same second, neither before nor after it.
moment() {
	next_second
	date -u '+%Y-%m-%dT%H:%M:%SZ'
	next_second
}

next_second() {
	begun=$(date +%s)
	while [ "$(date +%s)" -eq "$begun" ]; do
		sleep 0.05
	done
}

# ---- an organization with a past ----

cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$SHARE/roles.conf" \
    --conf-template "$D/template.conf"
exits "init" 0
must scope add acme/messaging --owner alice
must scope add acme/messaging/production
must scope add acme/messaging/qa
must user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
no_policy=$(moment)
compiles
before=$(moment)
must assignment add bob acme/messaging/production hosts:operator \
    --until 2099-12-31T00:00:00Z --reason INC-123
must user add eve@example.com --login 'eve<b>&' --uid 20003 \
    --name '<script>alert("x")</script>'
must assignment add eve@example.com acme/messaging/qa hosts:login \
    --reason '<img src=http://example.com/x>'
must user add ci@example.com --service --login ci --uid 20004
must user add 'a&b@example.com' --name "O'Neil & <b>sons</b>"
held=$(moment)
must assignment remove bob acme/messaging/production hosts:operator --no-compile
pending=$(moment)
compiles
must user suspend 'eve<b>&'
sed 's/any_role = \["hosts:login"\]/any_role = ["hosts:admin"]/' \
    "$D/etc/twrbac.conf" >"$D/etc/new.conf"
chmod 644 "$D/etc/new.conf"
mv "$D/etc/new.conf" "$D/etc/twrbac.conf"
compiles
must assignment add bob acme hosts:login --for 7d

# ---- --at in the past ----

own check bob sshd --at "$before" --utc
golden check-before
own check bob sshd --at "$held" --utc
golden check-held
own check bob sshd --at "$held" --json
json "check --at: the rules, the policy and the clock of then" \
    'r[0]["verdict"] == "granted" and r[0]["at"] == "'"$held"'" and
    any("hosts:login" in x for x in r[0]["explanation"])'
own check bob sshd --at "$pending"
exits "check --at: what was stored, but not in force, counts for nothing" 0
complains "and is told of" "were stored by then, but not in force"
own check bob sshd --utc
golden check-now
own check bob sshd --json
json "check: who could give it" \
    'r[0]["can_change"] == ["alice@example.com", "bob@example.com"]'
own check bob sshd --at "$no_policy"
exits "check --at: before the first compile" 1
complains "and says that all were refused" "no policy had been compiled"
own check bob sshd --at 2001-01-01
exits "check --at: before the journal begins" 1
complains "and says when it does" "its journal begins 20"
own check 'eve<b>&' sshd --at "$held" --json
json "check --at: a login of then" 'r[0]["reason"] == "role-missing"'
own check alice sshd --at 2098-01-01
exits "check --at: the future" 0

as_root assignment list bob --at "$before" --json
json "assignment list --at: before" \
    'not any(x["role"].startswith("hosts:") for x in r)'
as_root assignment list bob --at "$held" --json
json "assignment list --at: held" \
    'any(x["role"] == "hosts:operator" and x["state"] == "in force"
    and x["reason"] == "INC-123" and x["removed_at"] is None for x in r)'
as_root assignment list bob --at "$pending" --json
json "assignment list --at: what was stored" \
    'not any(x["role"] == "hosts:operator" for x in r)'
as_root user show eve@example.com --at "$held" --json
json "user show --at: active then" 'r[0]["status"] == "active"'
as_root user show eve@example.com --json
json "user show: suspended now" 'r[0]["status"] == "suspended"'
as_root user show eve@example.com --at "$before"
exits "user show --at: nobody then" 1
as_root user show eve@example.com --at yesterday
exits "user show --at: no time" 64
own assignment list --at "$held"
exits "--at: only an administrator of today asks" 77

# ---- journal list ----

as_root journal list --subject bob --event role-assignment
golden journal-list
as_root journal list --subject bob@example.com --json
json "journal list --json: states before and after" \
    'any(x["event"] == "role-assignment.removed" and
    x["before"]["removed_at"] is None and x["after"]["removed_at"] > 0
    and x["before"]["sid"] == x["subject"] for x in r)'
json "journal list --subject: all that was done with bob" \
    'all("bob" in x["about"] for x in r) and len(r) == 6'
as_root journal list --event user.suspended --tsv
if [ "$(wc -l <"$D/.out")" -eq 2 ]; then ok "journal list --event"; else
	not_ok "journal list --event" "$(show_run)"
fi
as_root journal list --event user.suspendid
exits "journal list: an unknown event" 64
complains "journal list: did you mean" "user.suspended"
as_root journal list --since "$before" --until "$held" --event user --json
json "journal list --since --until" \
    '[x["about"] for x in r] ==
    ["eve@example.com", "ci@example.com", "a&b@example.com"]'
as_root journal list --subject acme/messaging/production --json
json "journal list: a scope, and what was given there" \
    'any(x["entity"] == "scope" for x in r) and
    any(x["entity"] == "assignment" for x in r)'
as_root journal list --actor nobody-we-know
exits "journal list: nothing found" 1
as_root journal list --actor "' OR 1=1 --"
exits "journal list: SQL is text" 1
as_root journal list --since never
exits "journal list: no time" 64

# ---- journal verify ----

as_root journal verify
golden journal-verify
as_root journal verify --json
json "journal verify --json" 'r[0]["verified"] == "holds" and r[0]["seq"] > 50'
as_root journal list --event policy.compiled --json
kept=$(sed -n 's/.*"hash": "\([0-9a-f]*\)".*/\1/p' "$D/.out" | head -n 1)
as_root journal verify --head "$kept"
exits "journal verify --head: a row's hash" 0
says "journal verify --head: says which" "is that of row"
as_root journal verify --head "$(echo "$kept" | tr a-f A-F)"
exits "journal verify --head: in capitals" 0
as_root journal verify --head "$(echo "$kept" | tr 0-9 1-90)"
exits "journal verify --head: no row's" 65
complains "journal verify --head: says what that means" "written anew"
for hash in 12 "${kept}0" "x${kept#?}"; do
	as_root journal verify --head "$hash"
	exits "journal verify --head: $(printf %.4s "$hash")... is no hash" 64
done

# $1: name, $2: SQL, done to a copy as who has the file in his hands does it
tamper() {
	cp "$D/state/directory.db" "$D/state/copy.db"
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for name, in db.execute("SELECT name FROM sqlite_master WHERE type =" +
    " \"trigger\"").fetchall():
	db.execute("DROP TRIGGER " + name)
db.executescript(sys.argv[2])
db.commit()' "$D/state/copy.db" "$2" || not_ok "$1: set up" "python3 failed"
	twrbac journal verify --as-root test --directory "$D/state/copy.db"
}
if command -v python3 >/dev/null 2>&1; then
	tamper copy "SELECT 1"
	exits "journal verify: a copy holds" 0
	tamper actor "UPDATE journal SET actor = 'mallory' WHERE seq = 55"
	exits "journal verify: a changed row" 65
	complains "and names it" "journal row 55 was altered"
	tamper row "DELETE FROM journal WHERE seq = 40"
	exits "journal verify: a row left out" 65
	complains "and names it" "journal row 40 is missing"
	tamper table "UPDATE user SET status = 1"
	exits "journal verify: a changed table" 65
	complains "and names the thing" "user US"
	tamper role "INSERT INTO role_permission SELECT id, '/x' FROM role
	    WHERE key = 'hosts:login'"
	exits "journal verify: a permission put in" 65
	# the newest rows undone, tables and all: no chain can tell
	last=$(as_root journal list --json && sed -n \
	    's/.*"hash": "\([0-9a-f]*\)".*/\1/p' "$D/.out" | tail -n 1)
	tamper end "DELETE FROM journal WHERE seq > 50;
	    DELETE FROM assignment WHERE sid NOT IN (SELECT subject FROM
	        journal WHERE entity = 'assignment');
	    DELETE FROM login WHERE name NOT IN (SELECT subject FROM journal
	        WHERE entity = 'login');
	    DELETE FROM user WHERE sid NOT IN (SELECT subject FROM journal
	        WHERE entity = 'user');
	    DELETE FROM scope WHERE sid NOT IN (SELECT subject FROM journal
	        WHERE entity = 'scope');
	    UPDATE host_state SET serial = 0, policy_digest = NULL,
	        text = NULL, digest = NULL"
	exits "journal verify: a shorter history holds by itself" 0
	twrbac journal verify --as-root test --head "$last" \
	    --directory "$D/state/copy.db"
	exits "journal verify --head: but not against a hash kept elsewhere" 65
	rm -f "$D/state/copy.db"
else
	skip "journal verify: tampering" "python3 is not installed"
fi

# ---- who-can ----

as_root who-can sshd
golden who-can
as_root who-can sudo --at "$held"
golden who-can-past
as_root who-can sshd --scope acme/messaging/qa --at "$held" --json
json "who-can --scope: as if the rule named it" \
    '[x["login"] for x in r] == ["alice", "eve<b>&"] and
    r[1]["by"] == ["hosts:login at acme/messaging/qa"]'
as_root who-can sshd --at "$held" --json
json "who-can: the rule's own scope" '[x["login"] for x in r] == ["alice", "bob"]
    and r[1]["until"] == "2099-12-31T00:00:00Z"'
as_root who-can sshd --at 2100-01-01 --json
json "who-can --at: the future" '[x["login"] for x in r] == ["alice"]'
as_root who-can sshd --scope acme/nowhere
exits "who-can --scope: no such scope" 1
as_root who-can cron
exits "who-can cron" 0
says "who-can: exempt logins" "root"
complains "who-can cron: jobs stop silently" "stop without a word"
as_root who-can atd
complains "who-can atd: jobs stop silently" "stop without a word"
as_root who-can sudo
if contains "$err" "stop without"; then
	not_ok "who-can sudo: there are no jobs to stop" "$(show_run)"
else
	ok "who-can sudo: there are no jobs to stop"
fi
as_root who-can ../sshd
exits "who-can: a path is no service" 64
as_root who-can systemd-user
complains "who-can: everyone is exempt" "everyone is exempt"
own who-can sshd
exits "who-can: for administrators" 77

# permissive: everybody else gets in too; and a service that nobody may use
cat >>"$D/etc/twrbac.conf" <<EOF
permissive = ( { services = ["vsftpd"];
    until = "$(date -u -d '+30 days' '+%Y-%m-%dT00:00:00Z')"; } );
EOF
compiles
as_root who-can vsftpd
exits "who-can: permissive" 0
says "who-can: who is let in for now" "would-deny"
complains "who-can: permissive is told of" "every other login is let in"
as_root review --json
json "review: warns of permissive services" \
    'any(x["section"] == "warning" and "vsftpd is permissive" in x["text"]
    for x in r)'
sed '/^permissive = ( { services = \["vsftpd"\]/,$d' "$D/etc/twrbac.conf" \
    >"$D/etc/new.conf"
chmod 644 "$D/etc/new.conf"
mv "$D/etc/new.conf" "$D/etc/twrbac.conf"
compiles

# ---- review ----

as_root review
golden review
as_root review --at "$held"
golden review-past
as_root review --tsv
golden review.tsv
as_root review --json
json "review --json: by which assignment, since when, by whom, until when" \
    'any(x["section"] == "access" and x["login"] == "alice" and
    "sshd" in x["services"] and x["role"] == "hosts:admin" and
    x["scope"] == "acme" and x["since"] and x["given_by"] and
    x["until"] is None and x["assignment"].startswith("IY") for x in r)'
json "review --json: the sections" \
    '{x["section"] for x in r} == {"access", "exempt", "ends-soon",
    "no-login", "inactive-login", "service-user", "journal"}'
json "review --json: the journal" \
    'r[-1]["section"] == "journal" and len(r[-1]["hash"]) == 64'
as_root review bob
exits "review USER" 0
says "review USER: he" "bob@example.com"
if contains "$out" "alice:"; then
	not_ok "review USER: nobody else" "$(show_run)"
else
	ok "review USER: nobody else"
fi
as_root review root --json
json "review LOGIN: one that only exemptions know" \
    'r[0]["section"] == "exempt" and "cron" in r[0]["services"]'
as_root review nobody-we-know
exits "review: nobody of that name" 1
as_root user suspend bob
as_root review --json
json "review: warns of a single administrator" \
    'any(x["section"] == "warning" and "administrator" in x["text"] for x in r)'
as_root user activate bob

as_root review --html "$D/report.html" --at "$held"
exits "review --html" 0
says "review --html: says where" "$D/report.html"
cp "$D/report.html" "$D/.out"
: >"$D/.err"
golden review.html
if [ "$(stat -c %a "$D/report.html")" = 600 ]; then
	ok "review --html: for root alone"
else
	not_ok "review --html: for root alone" "$(stat "$D/report.html")"
fi
if why=$(python3 -c 'import sys
from html.parser import HTMLParser
open_tags, seen = [], set()
class P(HTMLParser):
	def handle_starttag(self, tag, attrs):
		seen.add(tag)
		assert not any(k in ("src", "href", "onload", "onerror") for k, _
		    in attrs), attrs
		if tag not in ("meta",):
			open_tags.append(tag)
	def handle_endtag(self, tag):
		assert open_tags.pop() == tag, tag
text = open(sys.argv[1], encoding="utf-8").read()
P().feed(text)
assert not open_tags, open_tags
assert not seen & {"script", "img", "link", "b", "iframe", "object"}, seen
assert "default-src" in text and "@media print" in text
assert "eve&lt;b&gt;&amp;" in text and "O&#39;Neil &amp; &lt;b&gt;sons" in text
assert "url(" not in text and "@import" not in text' "$D/report.html" 2>&1)
then
	ok "review --html: a whole page, nothing from outside, names are text"
else
	not_ok "review --html: a whole page" "$why"
fi
as_root review --html "$D/report.html"
exits "review --html: never over a file" 1
ln -s "$D/nothing" "$D/link.html"
as_root review --html "$D/link.html"
exits "review --html: nor through a link" 1
as_root review --html "$D/no/such/folder.html"
exits "review --html: no such folder" 73
if [ -n "$(find "$D" -name '.twrbac-*')" ]; then
	not_ok "review --html: leaves nothing else" "$(ls -lA "$D")"
else
	ok "review --html: leaves nothing else"
fi
finish
