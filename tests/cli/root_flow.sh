#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The first fifteen minutes with the tool, line by line, then what must be
# refused. Everything lies in a folder of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

# As root without a mapped login, which is journalled.
as_root() {
	own --as-root "test suite" "$@"
}

# ---- nothing there yet ----

own user list
exits "no directory: not found" 1
complains "no directory: says what makes one" 'twrbac init'
own check bob sshd
exits "no policy: refused" 1
says "no policy: says so" "policy-missing"

# ---- init ----

begin() {
	own init "$@" --roles "$SHARE/roles.conf" \
	    --conf-template "$D/template.conf"
}
cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"

begin acme --owner alice@example.com
exits "init without a login is a usage error" 64
begin "ac/me" --owner alice@example.com --login alice
exits "init refuses a slash in the name" 1
begin acme --owner alice --login alice
exits "init refuses what is no e-mail" 1
if [ -e "$D/state/directory.db" ] || [ -e "$D/etc/twrbac.conf" ]; then
	not_ok "a refused init leaves nothing" "$(find "$D")"
else
	ok "a refused init leaves nothing"
fi
begin acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production
exits "init" 0
says "init says what comes next" "no policy yet: run twrbac compile"
modes=$(stat -c '%a %n' "$D/state" "$D/state/directory.db" \
    "$D/etc/twrbac.conf" | sed "s|$D/||" | tr '\n' ' ')
wanted="711 state 600 state/directory.db 644 etc/twrbac.conf "
if [ "$modes" = "$wanted" ]; then ok "init's files have their modes"; else
	not_ok "init's files have their modes" "$modes"
fi
if grep -q '"acme/messaging/production"' "$D/etc/twrbac.conf" &&
    ! grep -q '@[a-z]*@' "$D/etc/twrbac.conf"; then
	ok "init fills in the template"
else
	not_ok "init fills in the template" "$(cat "$D/etc/twrbac.conf")"
fi
begin acme --owner alice@example.com --login alice
exits "init never changes a directory" 1

# ---- who may act ----

own user list
exits "root that is nobody may not read the organization" 77
complains "and learns of --as-root" "--as-root"
own status
exits "but may see the host's status" 0
says "status before the first compile" "none yet: run twrbac compile"
complains "status warns of a single administrator" "administrator"

# ---- the flow ----

as_root scope add acme/messaging --owner alice
exits "scope add: an account" 0
says "a write before the first compile says so" "no policy yet"
as_root scope add acme/messaging/production
exits "scope add: a subaccount" 0
as_root scope add acme/nowhere/production
exits "scope add: an unknown parent" 1
as_root user add bob@example.com --name "Bob" --login bob --uid 20002 \
    --organization-role administrator
exits "user add" 0

own compile
exits "compile" 0
says "compile names the policy" "policy 1 in force"
own compile
exits "compile again" 0
says "compile again changes nobody" "policy 2 in force: no login's access"

own check bob sshd
exits "check: refused" 1
says "check: why" "role-missing"
says "check: what would help" "hosts:login"

as_root assignment add bob acme/messaging/production hosts:operator \
    --for 4h --reason INC-123
exits "assignment add" 0
says "assignment add says who gains what" "policy 3 in force: bob gains"
as_root assignment list bob
exits "assignment list" 0
says "assignment list finds a login" "hosts:operator"
as_root assignment list bob --json
json "assignment list --json" \
    'any(x["role"] == "hosts:operator" and x["reason"] == "INC-123" for x in r)'
own check bob sshd
exits "check: granted" 0
says "check: granted" "granted: bob may use sshd"
own check bob sudo
exits "check sudo: granted" 0
own check bob sshd --json
json "check --json" 'r[0]["verdict"] == "granted" and r[0]["explanation"]'
own check bob sshd --at "$(date -u -d '+1 day' '+%Y-%m-%d %H:%M')"
exits "check --at: after the end" 1
says "check --at: role-ended" "role-ended"
own check bob sshd --at 2020-01-01
exits "check --at: nothing is known of a time before init" 1
complains "check --at: with a sentence" "its journal begins"
own check nobody-we-know sshd
exits "check: an unmapped login" 1
says "check: login-unmapped" "login-unmapped"
own check root login
exits "check: root is exempt at the console" 0
says "check: exempt" "exempt"

as_root assignment add bob acme/messaging/production hosts:operator \
    hosts:admin nosuch:role
exits "assignment add: all or nothing" 1
as_root assignment list hosts:admin --tsv
case $out in
*bob@*) not_ok "nothing of a refused change stays" "$out" ;;
*) ok "nothing of a refused change stays" ;;
esac
as_root assignment remove bob acme/messaging/production hosts:operator
exits "assignment remove" 0
says "assignment remove says who loses what" "bob loses"
own check bob sshd
exits "check: refused again" 1
says "check: role-removed" "role-removed"
as_root assignment remove bob acme/messaging/production hosts:operator
exits "assignment remove: nothing there" 1
as_root assignment list no-such-text
exits "assignment list: nothing found" 1

# ---- suspend, activate, logins, roles ----

as_root assignment add bob acme/messaging hosts:login
own check bob sshd
exits "a role above reaches the host" 0
as_root user suspend bob
exits "user suspend" 0
says "user suspend says who loses what" "bob loses"
own check bob sshd
says "check: user-suspended" "user-suspended"
as_root user suspend bob
exits "user suspend twice" 0
says "user suspend twice changes nothing" "nothing changed"
as_root user activate bob
exits "user activate" 0
as_root user suspend alice
exits "who alone could repair the host cannot be suspended" 1
complains "and it says why" "nobody could repair this host"
as_root assignment add bob acme hosts:admin
as_root user suspend alice
exits "with two who can, one may be suspended" 0
as_root user suspend bob
exits "the last administrator cannot" 1
as_root user activate alice@example.com
as_root assignment remove bob acme hosts:admin
exits "an assignment is removed at its scope" 0
as_root login map bob bob-adm --uid 20003
exits "login map" 0
own check bob-adm sshd
exits "a second login is judged as its user" 0
as_root login unmap bob-adm
exits "login unmap" 0
own check bob-adm sshd
says "an unmapped login is refused" "login-unmapped"
as_root login list --all --json
json "login list --all has the tombstone" \
    'any(x["login"] == "bob-adm" and x["unmapped_at"] for x in r)'
as_root user set-organization-role bob standard-user
exits "user set-organization-role" 0
as_root user set-organization-role bob administrator
as_root user show nobody-we-know
exits "user show: unknown" 1
complains "user show: unknown, with the cure" "no such user"
as_root user show bob --json
json "user show --json" 'r[0]["logins"] == ["bob"] and r[0]["kind"] == "person"'
as_root role show hosts:operator
exits "role show" 0
says "role show: permissions" "/twrbac/hosts/sudo/run"
as_root role show hosts:oprator
exits "role show: unknown" 1
complains "role show: did you mean" "hosts:operator"

for list in "scope list" "user list" "login list" "role list" \
    "assignment list" "status"; do
	case $list in
	status) run=own ;;
	*) run=as_root ;;
	esac
	# shellcheck disable=SC2086 # two words
	$run $list
	exits "$list" 0
	# shellcheck disable=SC2086
	$run $list --json
	json "$list --json" 'len(r) > 0 and j["command"] == "'"$list"'"'
	# shellcheck disable=SC2086
	$run $list --tsv
	fields=$(awk -F'\t' '{ print NF }' "$D/.out" | sort -u | wc -l)
	if [ "$fields" -eq 1 ]; then ok "$list --tsv is a table"; else
		not_ok "$list --tsv is a table" "$(show_run)"
	fi
done

# ---- the accepted configuration ----

echo 'nonsense = ;' >>"$D/etc/twrbac.conf"
own compile
exits "compile refuses a broken twrbac.conf" 65
complains "and names file and line" "$D/etc/twrbac.conf:"
as_root assignment add bob acme hosts:admin
exits "a broken twrbac.conf delays no other write" 0
says "and the write is in force" "in force"
complains "and says that it was edited" "was edited since it was accepted"
own status
says "status says so too" "edited since it was accepted"
rm "$D/etc/twrbac.conf"
own compile
exits "compile refuses a missing twrbac.conf" 65
complains "and names the pattern for one" "share/twrbac/twrbac.conf"
as_root assignment remove bob acme hosts:admin
exits "nor does a missing one" 0
begin_text=$(sed -e 's/@organization@/acme/g' \
    -e 's|@scope@|acme/messaging/production|' "$D/template.conf")
printf '%s\n' "$begin_text" >"$D/etc/twrbac.conf"
chmod 644 "$D/etc/twrbac.conf"
own compile
exits "a mended one compiles" 0

# ---- --no-compile, interrupted writes, locks ----

as_root assignment add bob acme hosts:admin --no-compile
exits "--no-compile" 0
says "--no-compile says what is to be done" "run twrbac compile"
own status
says "status: changes are pending" "changes are pending"
own compile
says "compile takes them up" "bob gains"

: >"$D/state/policy.new"
mv "$D/state/policy.cdb" "$D/state/lost"
as_root user add carol@example.com
exits "a write after an interrupted one" 0
complains "heals it first and says so" "compiled anew"
if [ -e "$D/state/policy.new" ]; then
	not_ok "leftovers are removed" "$(ls -l "$D/state")"
else
	ok "leftovers are removed"
fi
# a policy that is older than the directory: what a crash before the rename
# leaves; a command of the host heals it as well
cp -p "$D/state/policy.cdb" "$D/state/older"
as_root user add erin@example.com
mv "$D/state/older" "$D/state/policy.cdb"
own check bob sshd
complains "check heals it first and says so" "compiled anew"
own status
says "and the policy is in force" "in force"
# ---- a role of one resource opens no host ----

as_root assignment add bob acme billing:group-admin
exits "it needs its resource" 1
complains "and says how" "--resource TYPE:ID"
as_root assignment add bob acme billing:group-admin --resource nothing
exits "which has a form" 64
as_root assignment add bob acme billing:group-admin \
    --resource billing_group:main
exits "with it the role is given" 0
says "and opens nothing" "no login's access changed"

# ---- one directory, one policy, one place ----

in_force=$(cksum <"$D/state/policy.cdb")
cp -p "$D/state/policy.cdb" "$D/state/copy.cdb"
cp -p "$D/etc/twrbac.conf" "$D/etc/try.conf"
echo 'contact = "try@example.com";' >>"$D/etc/try.conf"
try() { # words of a command, on another policy
	twrbac --directory "$D/state/directory.db" --config \
	    "$D/etc/try.conf" --policy "$D/state/copy.cdb" "$@"
}
try compile
exits "a second policy is refused" 1
complains "and the way to try a configuration named" "--dry-run"
twrbac --directory "$D/state/directory.db" --config "$D/etc/try.conf" \
    --policy "$D/state/policy.cdb" compile --dry-run
exits "a dry run" 0
says "a dry run says what would be" "would come into force"
twrbac --directory "$D/state/directory.db" --config "$D/etc/twrbac.conf" \
    --policy "$D/state/policy.prev.cdb" check bob sshd
try check bob sshd
if [ "$(cksum <"$D/state/policy.cdb")" = "$in_force" ] &&
    cmp -s "$D/state/policy.cdb" "$D/state/copy.cdb"; then
	ok "none of these changed a policy"
else
	not_ok "none of these changed a policy" "$(ls -l "$D/state")"
fi
own status
says "nor what is accepted" "$D/etc/twrbac.conf"
twrbac --directory "$D/state/directory.db" --config "$D/etc/twrbac.conf" \
    --policy "$D/state/directory.db" compile --adopt-path
exits "a policy has its name" 64
complains "which ends in .cdb" ".cdb"
twrbac --directory "$D/other.db" --config "$D/etc/other.conf" --policy \
    "$D/state/policy.cdb" init other --owner eve@example.com --login eve \
    --roles "$SHARE/roles.conf" --conf-template "$D/template.conf"
twrbac --directory "$D/other.db" --config "$D/etc/other.conf" --policy \
    "$D/state/policy.cdb" compile --lock-out-ok
exits "another organization's policy stays" 1
complains "and is named" "is the policy of organization acme"
echo 'secret' >"$D/etc/secret"
twrbac --directory "$D/third.db" --config "$D/etc/third.conf" --policy \
    "$D/third.cdb" init third --owner eve@example.com --login eve --roles \
    "$SHARE/roles.conf" --conf-template "$D/etc/secret"
exits "what is no configuration is not copied" 65
if [ -e "$D/etc/third.conf" ]; then
	not_ok "nothing is written" "$(cat "$D/etc/third.conf")"
else
	ok "nothing is written"
fi

if command -v flock >/dev/null 2>&1; then
	# one process, so that killing it frees the lock
	sh -c 'exec 9<>"$1" && flock 9 && exec sleep 60' sh \
	    "$D/state/lock" &
	holder=$!
	sleep 1
	as_root user add dave@example.com
	exits "a second writer is told to wait" 75
	kill "$holder" 2>/dev/null
	wait "$holder" 2>/dev/null
else
	skip "a second writer is told to wait" "flock is not installed"
fi

# ---- hostile arguments ----

esc=$(printf '\033')
nl='
'
long=$(printf '%04000d' 0 | tr 0 x)
as_root user add "eve@example.com" --name "a${nl}b"
exits "a line break in a name" 1
as_root user add "e${esc}[2Jve@example.com"
exits "an escape sequence in an e-mail" 1
if grep -q "$esc" "$D/.out" "$D/.err"; then
	not_ok "no escape sequence comes back" "$(od -c "$D/.err")"
else
	ok "no escape sequence comes back"
fi
for login in 007 a/b a:b "a${nl}b" "$long" "$(printf 'a\001')"; do
	as_root login map bob "$login" --uid 20009
	exits "login map refuses $(printf %.12s "$login" | tr -d '\n\001')" 1
done
as_root login map bob --uid 20009 -- -rf
exits "login map refuses a leading minus" 1
as_root login map bob toor --uid 0
exits "login map refuses uid 0" 1
as_root login map bob daemon2 --uid 7
exits "login map refuses a system uid" 1
as_root login map bob toor --uid 4294967296
exits "login map refuses a uid beyond all" 64
as_root assignment add bob acme "hosts:login'; DROP TABLE user; --"
exits "SQL in a role is a name" 1
as_root assignment add bob acme hosts:login --for 4h --until 2030-01-01
exits "two ends are a usage error" 64
as_root assignment add bob acme hosts:login --for 99999999999w
exits "an endless duration is a usage error" 64
as_root assignment add bob acme hosts:login --until 2020-01-01
exits "an end in the past is refused" 1
as_root assignment list "%"
exits "a pattern is text" 1
own check "$long" sshd
exits "check: a long login" 1
own check bob ../sshd
exits "check: a path is no service" 64
twrbac user list --directory relative.db
exits "a relative path is a usage error" 64
ln -s "$D/state/directory.db" "$D/state/link.db"
twrbac user list --as-root test --directory "$D/state/link.db"
exits "a symbolic link is no directory" 65
chmod 666 "$D/state/directory.db"
as_root user list
exits "a directory that others can write is refused" 65
chmod 600 "$D/state/directory.db"
as_root user list
exits "and usable again" 0
finish
