#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Users who leave, scopes that close, Owners who hand over, roles of one's own:
# each with what goes with it, what is asked, and what is refused.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --roles "$D/roles.conf" --conf-template "$D/template.conf" \
    --host-scope acme/messaging/production
as_root scope add acme/messaging --owner alice
as_root scope add acme/messaging/production
as_root scope add acme/messaging/qa
as_root user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
as_root user add carol@example.com --login carol --uid 20003
as_root assignment add carol acme/messaging/production hosts:login
as_root assignment add carol acme/messaging/qa hosts:admin
own compile
exits "a policy to lose something in" 0

# ---- removing a user ----

as_root user remove carol
exits "user remove without a yes is refused" 1
complains "it says what would go" \
    "carol@example.com loses hosts:login at acme/messaging/production"
complains "and how to say yes" "--yes"
own check carol sshd
exits "and nothing has changed" 0
as_root user remove carol --yes
exits "user remove --yes" 0
says "it says what went" "login carol is refused from then on"
says "and who loses what" "carol loses sshd"
own check carol sshd
says "the login is a tombstone" "login-unmapped"
as_root user show carol@example.com
exits "the address is nobody's" 1
as_root user list --all --json
sid=$(sed -n 's/.*"sid": "\(US[0-9a-f]*\)".*/\1/p' "$D/.out" | sed -n 3p)
json "user list --all has who was removed" \
    'any(x["status"] == "removed" and x["removed_at"] for x in r)'
as_root user show "$sid" --all --json
exits "the SID still leads to the history" 0
json "with all that was held" '(sorted(x["role"] for x in j["assignments"]) ==
["hosts:admin", "hosts:login", "organization:standard-user"])'
as_root user activate "$sid"
exits "nobody comes back" 1
as_root user add carol@example.com --login carol --uid 20003
exits "the address is free for somebody new" 0
complains "with a word on the login's past" "was somebody's until"
own check carol sshd
exits "who gets nothing back" 1

# ---- who cannot go ----

as_root user remove alice --yes
exits "the Organization Owner cannot be removed" 1
complains "but hand over" "organization transfer-owner"
as_root user deactivate alice
exits "nor deactivated" 1
as_root assignment add bob acme hosts:admin
as_root user suspend alice
exits "while there is another administrator, one may be suspended" 0
for way in "user remove bob --yes" "user deactivate bob" "user suspend bob" \
    "login unmap bob" "user set-organization-role bob none"; do
	# shellcheck disable=SC2086 # words
	as_root $way
	exits "the last administrator: $way" 1
done
as_root user activate alice@example.com

# ---- names, addresses, two-factor ----

as_root user rename bob "Robert Example"
exits "user rename" 0
as_root user set-email bob Robert@example.com
exits "user set-email" 0
as_root user set-email bob carol@example.com
exits "user set-email: taken" 1
as_root user two-factor bob enrolled
says "user two-factor" "enrolled"
as_root user two-factor bob enroled
exits "user two-factor: unknown state" 64
complains "user two-factor: did you mean" 'did you mean "enrolled"?'
as_root user deactivate carol
exits "user deactivate" 0
as_root assignment add carol acme hosts:login
exits "nothing new for the inactive" 1
as_root user activate carol

# ---- Owners ----

as_root organization transfer-owner robert@example.com
exits "organization transfer-owner" 0
as_root organization show --json
json "one Owner; the former one administrates" '(r[0]["owner"] ==
"Robert@example.com" and r[0]["administrators"] == ["alice@example.com"])'
as_root account transfer-owner acme/messaging bob
exits "account transfer-owner" 0
as_root assignment list --scope acme/messaging --role general:owner --json
json "one Owner of the account" '([x["email"] for x in r] ==
["Robert@example.com"])'
as_root account transfer-owner acme/messaging/qa bob
exits "a subaccount has none" 1
as_root user remove alice --yes
exits "who owns nothing any more may go" 0
own check alice sudo
exits "and is out" 1

# ---- scopes ----

as_root scope suspend acme/messaging/qa
exits "scope suspend" 0
as_root scope suspend acme
exits "the organization is never suspended" 1
as_root scope suspend acme/messaging
exits "nor a scope without which nobody could repair this host" 1
as_root scope close acme/messaging/production --yes
exits "nor closed what twrbac.conf names" 1
complains "with file and line" "$D/etc/twrbac.conf:"
as_root scope close acme/messaging --yes
exits "nor what is above it" 1
as_root assignment add carol acme/messaging/qa hosts:login
as_root scope close acme/messaging/qa
exits "scope close without a yes is refused" 1
complains "it says what would go" "carol@example.com loses hosts:login"
as_root scope close acme/messaging/qa --yes
exits "scope close" 0
as_root assignment add carol acme/messaging/qa hosts:login
exits "nothing is given in a closed scope" 1
as_root scope activate acme/messaging/qa
exits "scope activate" 0
as_root assignment list --scope acme/messaging/qa
exits "brings nothing back" 1
as_root scope rename acme/messaging/qa quality
exits "scope rename" 0
as_root assignment add carol acme/messaging/qa hosts:login
exits "the former path still leads there" 0
complains "with a note" "is called acme/messaging/quality now"

# ---- roles of one's own ----

as_root role define custom:deployer --includes hosts:login --name Deployer \
    --description "Rolls out releases" --permissions /acme/deploy/run
exits "role define" 0
complains "a new permission is noted" "no other role carries"
as_root assignment add carol acme/messaging/production custom:deployer
says "what it includes counts" "carol gains sshd"
as_root role change custom:deployer --includes hosts:operator
says "what is changed has effect" "carol gains sudo"
as_root role show hosts:login --json
json "role show knows who holds it by way of another" \
    'any(x["via"] == "custom:deployer" for x in j["holders"])'
as_root role delete custom:deployer
exits "role delete: held" 1
complains "by whom" "carol@example.com at acme/messaging/production"
as_root assignment remove carol acme/messaging/production custom:deployer
sed -i 's/\["hosts:login"\]/["hosts:login", "custom:deployer"]/' \
    "$D/etc/twrbac.conf"
own compile
exits "rules may name it" 0
as_root role delete custom:deployer
exits "role delete: named" 1
complains "where" "$D/etc/twrbac.conf:"
cp "$D/template.conf" "$D/etc/twrbac.conf"
sed -i -e 's/@organization@/acme/' \
    -e 's|@scope@|acme/messaging/production|' "$D/etc/twrbac.conf"
own compile
as_root role delete custom:deployer
exits "role delete" 0
own check carol sshd
exits "what is deleted opens nothing" 1
as_root role delete hosts:login
exits "shipped roles stay" 1

# ---- the catalogue ----

as_root role import "$D/roles.conf"
exits "role import: nothing new" 0
says "says so" "already"
sed 's/name = "Host Login"/name = "Host Entry"/' "$D/roles.conf" \
    >"$D/newer.conf"
as_root role import "$D/newer.conf"
exits "role import without a yes is refused" 1
complains "it shows the plan" "changed  hosts:login: name"
as_root role import "$D/newer.conf" --yes
exits "role import --yes" 0
as_root role show hosts:login
says "has the new name" "Host Entry"
as_root role import "$D/nowhere.conf"
exits "role import: no file" 1
echo 'roles = ( { key = "a:b"; } );' >"$D/broken.conf"
as_root role import "$D/broken.conf"
exits "role import: a broken one" 65
complains "with file and line" "$D/broken.conf:1"

# ---- what can be given, filters, settings ----

as_root assignment add carol acme/messaging hosts:logn
exits "a role that is none" 1
complains "did you mean" 'did you mean "hosts:login"?'
complains "and what there is" "Hosts: hosts:admin, hosts:login"
as_root assignment add carol acme general:developer
exits "a role at the wrong kind of scope" 1
complains "and what fits" "roles that can be given at acme (organization)"
as_root assignment add carol acme
exits "no role at all is a usage error" 64
as_root assignment add carol acme/messaging hosts:login --for 2d
as_root assignment list --ending 3d --json
json "--ending" '[x["role"] for x in r] == ["hosts:login"]'
as_root assignment list --ending 1d
exits "--ending: none" 1
as_root assignment list --type bult-in
exits "--type: unknown" 64
as_root assignment list --all --effective
exits "--all and --effective exclude each other" 64
as_root assignment list carol --effective --role hosts:login --json
json "--effective: every scope where it holds" '(sorted(x["scope"] for x in r) ==
["acme/messaging", "acme/messaging/production", "acme/messaging/quality",
"acme/messaging/quality"])'
as_root setting set role_limit 2
exits "setting set" 0
as_root assignment add carol acme/messaging studio:viewer studio:admin \
    voice:intelligence-viewer
exits "the limit holds for one command" 1
as_root assignment list carol --type built-in
exits "and nothing of it stays" 1
as_root setting set role_limit 0
exits "setting set: out of range" 1
as_root setting set role_limt 5
complains "setting set: did you mean" '"role_limit"'
as_root setting list --json
json "setting list" 'r[0]["value"] == 2 and r[0]["default"] == 25'

# ---- hostile names ----

as_root role define "custom:x'; DROP TABLE user; --"
exits "SQL in a key is no key" 1
as_root user rename bob "$(printf 'a\033[2Jb')"
exits "an escape sequence is no name" 1
as_root role define custom:long --description "$(printf '%05000d' 0)"
exits "what is too long is refused" 1
as_root scope rename acme/messaging/quality a/b
exits "a slash is no name" 1

# ---- asked on a terminal ----

if command -v python3 >/dev/null 2>&1; then
	answer() { # what is typed, command...
		python3 -c 'import os, pty, sys
typed = sys.argv[1].encode() + b"\n"
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
out = b""
sent = False
while True:
    try:
        got = os.read(fd, 65536)
    except OSError:
        break
    if not got:
        break
    out += got
    if b"[y/N]" in out and not sent:
        os.write(fd, typed)
        sent = True
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$1" "$TWRBAC" \
		    --directory "$D/state/directory.db" --config \
		    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" \
		    --as-root test user remove carol >"$D/.out" 2>"$D/.err"
		status=$? out=$(cat "$D/.out") err=$(cat "$D/.err")
	}
	answer n
	exits "no is no" 1
	says "the question says what goes" "carol@example.com is removed"
	answer ""
	exits "nothing is no" 1
	answer yes
	exits "yes is yes" 0
	as_root user show carol@example.com
	exits "and done" 1
else
	skip "asked on a terminal" "python3 is not installed"
fi
if command -v sqlite3 >/dev/null 2>&1; then
	rows=$(sqlite3 "$D/state/directory.db" \
	    "SELECT count(DISTINCT event) FROM journal")
	if [ "$rows" -ge 20 ]; then ok "every change is in the journal"; else
		not_ok "every change is in the journal" "$rows kinds"
	fi
else
	skip "every change is in the journal" "sqlite3 is not installed"
fi
finish
