#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The table of features in twrbac(8), row by row: its command is run and does
# what the row says. A row without a test fails, and so does a test without a
# row, and one that does not run the row's command.
# shellcheck disable=SC2317 # the rows' names call most of what is here
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

# Run as root with a reason; what was run is kept for the row's check.
run() {
	printf '%s\n' "$*" >>"$D/ran"
	own --as-root "test suite" "$@"
}

must() {
	run "$@"
	[ "$status" -eq 0 ] || not_ok "$feature: $*" "$(show_run)"
}

refuses() { # words of the refusal, command...
	words=$1
	shift
	run "$@"
	if [ "$status" -ne 0 ]; then
		complains "$feature: refused with the way to do it" "$words"
	else
		not_ok "$feature: must be refused" "$(show_run)"
	fi
}

compiles() {
	own compile
	[ "$status" -eq 0 ] || not_ok "$feature: compile" "$(show_run)"
}

check() { # login, service
	printf 'check\n' >>"$D/ran"
	own check "$@"
}

# ---- an organization ----

feature="set up"
cp "$SHARE/twrbac.conf" "$D/template.conf"
chmod 644 "$D/template.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$SHARE/roles.conf" \
    --conf-template "$D/template.conf"
exits "init" 0
alone=$(own status 2>&1 >/dev/null; cat "$D/.err")
must scope add acme/messaging --owner alice
must scope add acme/messaging/production
must scope add acme/messaging/qa
must user add bob@example.com --name "Robert Roe" --login bob --uid 20002 \
    --organization-role administrator
must user add carol@example.com --name Carol --login carol --uid 20003
must assignment add bob acme/messaging/production hosts:operator
must assignment add carol acme/messaging/qa hosts:login
must user show bob --json
bob_sid=$(sed -n 's/.*"sid": "\(US[0-9a-f]*\)".*/\1/p' "$D/.out" | head -n 1)
own compile
exits "compile" 0

# ---- one function for each row ----

all_assignments_in_one_view() {
	must assignment list
	says "$feature: of everybody" carol@example.com
	says "$feature: everywhere" acme/messaging/production
}

_found() { # text, what is found, what is not
	must assignment list "$1"
	says "$feature: finds it" "$2"
	if contains "$out" "$3"; then
		not_ok "$feature: and nothing else" "$(show_run)"
	else
		ok "$feature: and nothing else"
	fi
}
search_by_user_name() {
	_found "robert r" bob@example.com carol@
}
search_by_e_mail() {
	_found CAROL@EXAMPLE carol@example.com bob@
}
search_by_sid() {
	_found "$bob_sid" bob@example.com carol@
}
search_by_role_name() {
	_found hosts:operator bob@example.com carol@
}
search_by_scope_name() {
	_found messaging/qa carol@example.com bob@
}

one_user_in_detail() {
	must user show bob
	says "$feature: the name" "Robert Roe"
	says "$feature: each assignment" hosts:operator
}

adding_the_scope_then_the_roles() {
	must assignment add carol acme/messaging/qa messaging:logs-viewer
	must assignment list carol
	says "$feature" messaging:logs-viewer
	refuses "general:" assignment add carol acme/messaging/qa \
	    general:developer
}

several_roles_in_several_scopes() {
	must assignment add carol acme/messaging/production hosts:login \
	    hosts:operator
	must assignment list carol --tsv
	rows=$(grep -c '	acme/messaging/\(production\|qa\)' "$D/.out")
	if [ "$rows" -ge 4 ]; then ok "$feature"; else
		not_ok "$feature" "$(show_run)"
	fi
}

taking_a_role_away() {
	must assignment remove carol acme/messaging/production hosts:operator
	must assignment list hosts:operator
	if contains "$out" carol; then
		not_ok "$feature" "$(show_run)"
	else
		ok "$feature"
	fi
}

limit_of_built_in_roles_for_each_user() {
	must setting set role_limit 1
	refuses "limit" assignment add carol acme/messaging/production \
	    messaging:logs-viewer
	must setting set role_limit 25
	must assignment add carol acme/messaging/production \
	    messaging:logs-viewer
	must assignment remove carol acme/messaging/production \
	    messaging:logs-viewer
}

the_roles_by_product_group() {
	must role list
	says "$feature" messaging:logs-viewer
	must role list --json
	json "$feature: with descriptions" \
	    'all(x["group"] and x["description"] for x in r)'
}

the_permissions_of_a_role() {
	must role show hosts:operator
	says "$feature" /twrbac/hosts/sudo/run
}

none_of_general_and_organization_roles() {
	for role in general:developer organization:administrator; do
		must role show "$role" --json
		json "$feature: $role" 'not r[0]["permissions"]'
	done
}

only_an_owner_or_administrator_may() {
	printf 'assignment list\n' >>"$D/ran"
	if [ "$(cat /proc/self/loginuid 2>/dev/null ||
	    echo 4294967295)" != 4294967295 ]; then
		skip "$feature" "the kernel knows who logged in here"
		return
	fi
	own assignment list
	exits "$feature" 77
	complains "$feature: says who" \
	    "Organization Owner or Administrator may do this"
}

organization_roles_are_protected() {
	refuses "user set-organization-role" assignment remove bob acme \
	    organization:administrator
	must user set-organization-role bob standard-user
	must user set-organization-role bob administrator
}

the_account_s_owner_is_protected() {
	refuses "account transfer-owner" assignment remove alice \
	    acme/messaging general:owner
	must account transfer-owner acme/messaging bob
	must assignment list general:owner
	says "$feature: moved" bob@example.com
	must account transfer-owner acme/messaging alice
}

the_organization_owner_hands_over() {
	must organization transfer-owner bob
	must user show bob --json
	json "$feature" 'r[0]["organization_role"] == "organization:owner"'
	must organization transfer-owner alice
}

the_type_owner() {
	must scope add acme/types --owner bob
	must assignment list general:owner
	says "$feature" acme/types
}
_type_of() { # role
	must assignment add carol acme/messaging "$1"
	must assignment list "$1"
	says "$feature" carol@example.com
	must assignment remove carol acme/messaging "$1"
}
the_type_administrator() {
	_type_of general:administrator
}
the_type_billing_manager() {
	_type_of general:billing-manager
}
the_type_developer() {
	_type_of general:developer
}
the_type_support() {
	_type_of general:support
}

billing_only_for_accounting() {
	cp -p "$D/etc/twrbac.conf" "$D/etc/plain.conf"
	sed -i 's|^rules = (|&\n  { services = ["finance"]; any_role = ["general:billing-manager"]; scope = "acme/messaging"; },|' \
	    "$D/etc/twrbac.conf"
	compiles
	must user add fin@example.com --login fin --uid 20009
	must assignment add fin acme/messaging general:billing-manager
	check fin finance
	exits "$feature: the accounts" 0
	check fin sshd
	exits "$feature: and nothing else" 1
	cp -p "$D/etc/plain.conf" "$D/etc/twrbac.conf"
	compiles
}

a_second_administrator() {
	must user add dan@example.com --login dan --uid 20010 \
	    --organization-role administrator
	own status
	if contains "$err" "single administrator"; then
		not_ok "$feature" "$(show_run)"
	else
		ok "$feature"
	fi
}

a_tenant_of_one_person() {
	printf 'status\n' >>"$D/ran"
	if contains "$alone" administrator; then
		ok "$feature: status warns"
	else
		not_ok "$feature: status warns" "$alone"
	fi
}

accounts_for_production_qa_dev() {
	must scope add acme/voice --owner alice
	for name in production qa dev; do
		must scope add "acme/voice/$name"
	done
	must scope list
	for name in production qa dev; do
		says "$feature: $name" "acme/voice/$name"
	done
}

inviting_a_user() {
	must user add erin@example.com --name Erin --login erin --uid 20011
	must user list
	says "$feature" erin@example.com
}

_state_of_erin() { # verb, state
	must user "$1" erin
	must user show erin --json
	json "$feature" "r[0]['status'] == '$2'"
}
suspending_a_user() {
	_state_of_erin suspend suspended
	must user activate erin
}
deactivating_a_user() {
	_state_of_erin deactivate inactive
}

removing_a_user() {
	refuses "--yes" user remove erin
	must user remove erin --yes
	must user list
	if contains "$out" erin; then
		not_ok "$feature" "$(show_run)"
	else
		ok "$feature"
	fi
}

two_factor_authentication() {
	cp -p "$D/etc/twrbac.conf" "$D/etc/plain.conf"
	must assignment add carol acme/messaging/production hosts:login
	sed -i 's|^rules = (|&\n  { services = ["vault"]; any_role = ["hosts:login"]; two_factor = true; },|' \
	    "$D/etc/twrbac.conf"
	compiles
	check carol vault
	says "$feature: demanded" two-factor-missing
	must user two-factor carol enrolled
	check carol vault
	exits "$feature: enrolled" 0
	cp -p "$D/etc/plain.conf" "$D/etc/twrbac.conf"
	compiles
}

no_secret_in_any_file() {
	printf 'status\n' >>"$D/ran"
	if grep -aliE 'passwords?[^-]*=|auth_token|api_key|private key' \
	    "$D/state/policy.cdb" "$D/etc/twrbac.conf"; then
		not_ok "$feature: host" "these words stand in one of them"
	else
		ok "$feature: host"
	fi
	if ! command -v python3 >/dev/null 2>&1; then
		skip "$feature: directory" "python3 is not installed"
		return
	fi
	# a row's hash, a role's name, what hides mistyped names in the log
	columns=$(python3 -c 'import sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = "
	"\"table\"").fetchall():
	for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,)):
		print(table, row[0])' "$D/state/directory.db")
	if [ -n "$columns" ] && ! printf '%s\n' "$columns" |
	    grep -iE 'pass|secret|token|hash|salt|key' |
	    grep -vE '^(journal hash|role key|host_state log_key)$'; then
		ok "$feature: directory"
	else
		not_ok "$feature: directory" "$columns"
	fi
}

usage_and_expenses_roll_up() {
	must scope list --tree
	says "$feature: people and assignments do" acme
	must scope list --tree --json
	json "$feature: from subaccounts up" 'len(r) > 3'
}

# ---- the rows ----

# "feature|command" of each row: ".It FEATURE Ta Cm words ...".
sed -n '/^\.Sh FEATURES/,/^\.Sh FILES/p' "$TREE/tools/twrbac.8" |
    sed -n 's/^\.It \(.*\) Ta Cm \(.*\)$/\1|\2/p' |
    sed -e 's/ Ar [A-Z]*//' -e 's/ Fl -/ --/' >"$D/rows"
rows=$(wc -l <"$D/rows")
if [ "$rows" -ge 30 ]; then ok "twrbac(8) has a table of features"; else
	not_ok "twrbac(8) has a table of features" "$rows rows"
fi
# "The type Owner" becomes the_type_owner.
function_of() {
	printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z]\{1,\}/_/g'
}

while IFS='|' read -r feature command <&3; do
	name=$(function_of "$feature")
	printf '%s\n' "$name" >>"$D/named"
	if ! command -v "$name" >/dev/null 2>&1; then
		not_ok "$feature" "no function $name tests this row"
		continue
	fi
	: >"$D/ran"
	$name
	if grep -q "^$command\( \|$\)" "$D/ran"; then
		ok "$feature: by twrbac $command"
	else
		not_ok "$feature: by twrbac $command" "ran: $(cat "$D/ran")"
	fi
done 3<"$D/rows"
sed -n '/^# ---- one function/,/^# ---- the rows/s/^\([a-z][a-z_]*\)() {.*/\1/p' \
    "$0" >"$D/tests"
if lost=$(grep -vxFf "$D/named" "$D/tests"); then
	not_ok "each test has its row" "$lost"
else
	ok "each test has its row"
fi
finish
