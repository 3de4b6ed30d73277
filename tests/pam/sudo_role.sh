#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Roles as groups of sudoers, with the real sudo and sudo_twrbac.so: who is a
# member and who is not any more, what sudo -l, -i and -e make of it, hostile
# names, no policy; and that sudo's own group plugin answers alike.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v visudo >/dev/null 2>&1 || cannot_run "visudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"
# shellcheck source=tests/pam/host.sh
. "$TREE/tests/pam/host.sh"
plugin_world

plain_stack() { # nothing of ours decides in PAM
	for svc in sudo sudo-i; do
		printf '%s required pam_permit.so\n' auth account session \
		    >"/etc/pam.d/$svc"
	done
}

# $1 runs sudo with the other arguments; sets said, status and lines.
ask() {
	log_mark
	asker=$1
	shift
	said=$(by "$asker" sudo -n "$@" 2>&1 </dev/null)
	status=$?
	lines=$(plugin_lines)
}

runs() { # title
	if [ "$status" -eq 0 ]; then
		ok "$1: runs"
	else
		printf '%s\n%s\n' "$said" "$lines" | not_ok "$1: runs"
	fi
}

refused() { # title
	if [ "$status" -ne 0 ]; then
		ok "$1: refused"
	else
		printf '%s\n%s\n' "$said" "$lines" | not_ok "$1: refused"
	fi
	lacks "$1: nothing was run" "$said" uid=
}

count() { # text: lines in it
	[ -z "$1" ] && echo 0 && return
	printf '%s\n' "$1" | wc -l
}

make_acme
account erin 61006
alice user add erin@example.com --name Erin --login erin
write_conf
alice compile
plain_stack
ID=/usr/bin/id

# ---- who is a member ----

sudoers "\"%:hosts:operator\" ALL = (root) $ID"
visudo -cq
is "visudo accepts the quoted form" "$?" 0
ask bob $ID
runs "who holds the role"
has "who holds the role: as root" "$said" "uid=0("
has "who holds the role: in the log" "$lines" "<86>" " sudo: sudo_twrbac: " \
    "verdict=member reason=granted service=sudo login=bob user=US" \
    "scope=acme/messaging/production demand=hosts:operator " \
    "role=hosts:operator@acme/messaging/production "
is "who holds the role: one line" "$(count "$lines")" 1
ask bob /usr/bin/uname
refused "another command"
ask alice $ID
runs "a role that includes it, held above"
has "a role that includes it: in the log" "$lines" "role=hosts:admin@acme "
ask dora $ID
refused "the role's part only, elsewhere"
is "who lacks the role is no news" "$lines" ""
ask erin $ID
refused "no role at all"
sudoers "\"%:hosts:admin\" ALL = $ID"
ask bob $ID
refused "a role that includes ours is not ours"

sudoers "\"%:hosts:login@acme/messaging/dev\" ALL = $ID"
ask dora $ID
runs "the role in the scope that is asked for"
has "the scope that is asked for is in the log" "$lines" \
    "scope=acme/messaging/dev "
ask bob $ID
refused "the role in another scope"
ask alice $ID
runs "the role in the scope above"
dev=$(as alice twrbac scope list --tsv | awk -F'\t' \
    '/acme\/messaging\/dev/ { for (i = 1; i <= NF; i++)
    if ($i ~ /^AC/) print $i }')
sudoers "\"%:hosts:login@$dev\" ALL = $ID"
ask dora $ID
runs "the scope by its SID"
alice scope add "acme/Field Service"
alice assignment add erin "acme/Field Service" hosts:login
sudoers "\"%:hosts:login@acme/Field Service\" ALL = $ID"
ask erin $ID
runs "a scope with a blank in its name"

sudoers "alice ALL = (\"%:hosts:operator\") $ID"
ask alice -u bob $ID
runs "a role among the runas users: a target that holds it"
ask alice -u dora $ID
refused "a role among the runas users: one that does not"

# ---- not any more ----

sudoers "\"%:hosts:login\" ALL = $ID" "\"%:hosts:operator\" ALL = $ID" \
    "\"%:hosts:login@acme/messaging\" ALL = /usr/bin/uname"
alice assignment add erin acme/messaging/production hosts:operator
ask erin $ID
runs "a role that was given"
alice assignment remove erin acme/messaging/production hosts:operator
ask erin $ID
refused "the next command after the role was removed"
has "removed: in the log" "$lines" "<85>" \
    "verdict=not-member reason=role-removed" "login=erin " \
    "demand=hosts:operator "
alice assignment add erin acme/messaging/production hosts:operator \
    --until "$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)"
ask erin $ID
runs "a role that will end"
# shellcheck disable=SC2317 # wait_until calls it
ended() {
	ask erin "$ID"
	[ "$status" -ne 0 ]
}
wait_until 100 ended
refused "a role that ended"
has "ended: in the log" "$lines" "reason=role-ended" "login=erin "
alice user suspend bob
ask bob $ID
refused "a suspended user"
has "suspended: in the log" "$lines" "<85>" "reason=user-suspended"
is "suspended: one line for all groups" "$(count "$lines")" 1
alice user activate bob
ask bob $ID
runs "a user that is active again"
sed -i 's/^bob:x:61002:61002:/bob:x:61999:61999:/' /etc/passwd
ask bob $ID
refused "another account under the login's name"
has "another account: in the log" "$lines" "reason=invoker-mismatch"
sed -i 's/^bob:x:61999:61999:/bob:x:61002:61002:/' /etc/passwd
sudoers "\"%:hosts:login@acme/messaging/dev\" ALL = $ID"
alice scope suspend acme/messaging/dev
ask dora $ID
refused "a scope that is suspended"
has "a suspended scope: in the log" "$lines" "<83>" "reason=scope-unusable"
alice scope activate acme/messaging/dev

# ---- what else sudo is used for ----

shell=$(sed -n 's/^root:.*://p' /etc/passwd | head -n 1)
sudoers "\"%:hosts:operator\" ALL = (root) NOPASSWD: $ID, ${shell:-/bin/sh}" \
    "\"%:hosts:operator\" ALL = (root) PASSWD: /usr/bin/uname" \
    "\"%:hosts:operator\" ALL = (root) NOPASSWD: sudoedit /etc/twrbac.note"
sed -i s/!authenticate,// /etc/sudoers
ask bob $ID
runs "NOPASSWD"
ask bob /usr/bin/uname
refused "PASSWD without one"
has "PASSWD without one: is why" "$said" "a password is required"
ask bob -l
has "sudo -l lists what the role gives" "$said" "(root) NOPASSWD: $ID"
ask bob -l $ID
runs "sudo -l COMMAND"
log_mark
said=$(sudo -l -U bob 2>&1)
has "sudo -l -U: another's" "$said" "NOPASSWD: $ID"
has "sudo -l -U asks about the other" "$(plugin_lines)" "login=bob "
said=$(sudo -l -U dora 2>&1)
has "sudo -l -U of who lacks the role" "$said" "not allowed to run sudo"
ask bob -i $ID
runs "sudo -i"
ask dora -i $ID
refused "sudo -i of who lacks the role"
echo old >/etc/twrbac.note
# shellcheck disable=SC2016 # the editor's own words
printf '#!/bin/sh\necho new >"$1"\n' >"$W/bin/edit"
chmod 0755 "$W/bin/edit"
said=$(EDITOR=$W/bin/edit by bob sudo -n -e /etc/twrbac.note 2>&1)
is "sudo -e ($said)" "$(cat /etc/twrbac.note)" new
echo old >/etc/twrbac.note
said=$(EDITOR=$W/bin/edit by dora sudo -n -e /etc/twrbac.note 2>&1)
is "sudo -e of who lacks the role" "$(cat /etc/twrbac.note)" old

# One sudo that judges every command of a session.
sudoers "Defaults intercept" "\"%:hosts:operator\" ALL = ALL"
alice assignment add erin acme/messaging/production hosts:operator
(by erin sudo -n /bin/sh -c "$ID; : >$W/tmp/started
    while [ ! -e $W/tmp/go ]; do :; done; $ID -u; $ID -u" 2>&1 </dev/null) \
    >"$W/tmp/session" &
session=$!
chmod 1777 "$W/tmp"
wait_until 100 test -e "$W/tmp/started"
alice assignment remove erin acme/messaging/production hosts:operator

: >"$W/tmp/go"
wait "$session"
said=$(cat "$W/tmp/session")
has "intercept: the session began" "$said" "uid=0("
lacks "intercept: a role that is removed is not remembered" \
    "$(printf '%s' "$said" | tr '\n' '|')" "|0|"
chmod 0755 "$W/tmp"

# ---- a password is asked for meanwhile ----

# The answer of the plugin comes before the prompt, as sudo_twrbac(8) says.
printf '%s\n' 'auth required pam_unix.so' 'account required pam_permit.so' \
    'session required pam_permit.so' >/etc/pam.d/sudo
with_password erin
sudoers "\"%:hosts:operator\" ALL = $ID"
sed -i s/!authenticate,// /etc/sudoers
# shellcheck disable=SC2317 # wait_until calls it
asked() {
	grep -q ASK "$W/tmp/prompt"
}
at_prompt() { # what is done while sudo waits, then the password is given
	alice assignment add erin acme/messaging/production hosts:operator
	rm -f "$W/tmp/typed"
	mkfifo "$W/tmp/typed"
	: >"$W/tmp/prompt"
	log_mark
	by erin sudo -S -k -p ASK $ID <"$W/tmp/typed" >"$W/tmp/prompt" 2>&1 &
	waiting=$!
	exec 9>"$W/tmp/typed"
	wait_until 100 asked || not_ok "sudo asks for the password" \
	    <"$W/tmp/prompt"
	before=$(plugin_lines)
	"$@"
	echo "$PASSWORD" >&9
	exec 9>&-
	wait "$waiting"
	status=$?
	said=$(cat "$W/tmp/prompt") lines=$(plugin_lines)
}
# shellcheck disable=SC2317 # at_prompt calls it
take_away() {
	alice assignment remove erin acme/messaging/production hosts:operator
	remains=$(as alice twrbac remains erin 2>&1)
}
if [ "${TWR_UNDER-}" = asan ]; then
	skip "the sanitizer stands before crypt(3), which pam_unix then lacks" \
	    "a password is asked for meanwhile"
else
	at_prompt true
	runs "a password"
	has "a password: the plugin answered before the prompt" "$before" \
	    "verdict=member reason=granted service=sudo login=erin "
	at_prompt take_away
	runs "a role that is removed while the prompt waits: the answer stands"
	is "and it was not asked again" "$lines" "$before"
	has "twrbac remains lists who waits there" "$remains" "sudo"
fi
by erin sudo -S -k -p ASK $ID </dev/null >"$W/tmp/prompt" 2>&1
status=$? said=$(cat "$W/tmp/prompt") lines=
refused "the next one, before any prompt or behind it"
plain_stack

# ---- names ----

hostile() { # name, title, wanted in the log ("" none)
	sudoers "\"%:$1\" ALL = $ID" "alice ALL = $ID"
	visudo -cq >/dev/null 2>&1 || {
		skip "visudo refuses it" "a group that is $2"
		return
	}
	ask bob $ID
	refused "a group that is $2"
	if [ -n "$3" ]; then
		has "a group that is $2: in the log" "$lines" "$3"
	else
		is "a group that is $2: is no news" "$lines" ""
	fi
	ask alice $ID
	runs "beside a group that is $2, a login"
}
bad="<83>"
hostile 'hosts\:operator' "escaped" "has a backslash"
hostile 'operator' "a plain name" ""
hostile '#0' "a number" ""
hostile 'users@example.com' "a mail address" ""
hostile 'hosts:nobody' "an unknown role" "$bad"
has "an unknown role is named" "$(ask bob $ID; echo "$lines")" \
    reason=role-unknown "hosts:nobody"
hostile 'hosts:operator@acme/nowhere' "in an unknown scope" \
    reason=scope-unknown
hostile 'HOSTS:OPERATOR' "in capitals" "does not begin with the key"
hostile ' hosts:operator' "after a blank" "does not begin with the key"
hostile 'hosts:operator ' "before a blank" "does not begin with the key"
hostile 'hosts:operator@' "of no scope" "has no scope"
hostile 'hosts:operator@acme//x' "of an empty name" "has no scope"
hostile 'hosts:operator@acme/../acme' "of dots" reason=scope-unknown
hostile 'hosts:operator:more' "of three parts" "does not begin with the key"
hostile '%s%n:%n' "a format" "does not begin with the key"
hostile 'hosts:operator verdict=member' "a forged line" \
    'verdict\x3dmember'
hostile "hosts:$(printf %0300d 0)" "of 300 bytes" "does not begin with the key"
hostile "hosts:operator@$(printf %0300d 0)" "in a scope of 300 bytes" \
    "has no scope"
sudoers "Defaults always_query_group_plugin" "%nosuchgroup ALL = $ID"
ask bob $ID
refused "a Unix group that sudo asks for too"
is "a Unix group that sudo asks for too: is no news" "$lines" ""

# ---- 200 lines ----

seq 1 198 | sed "s|.*|\"%:hosts:admin\" ALL = /usr/bin/true &|" >"$W/many"
sudoers "\"%:hosts:operator\" ALL = $ID" "$(cat "$W/many")" \
    "\"%:hosts:login\" ALL = /usr/bin/uname"
if command -v strace >/dev/null 2>&1 &&
    strace -f -o "$W/trace" -e trace=openat,pread64 \
	sudo -n -l -U bob >/dev/null 2>&1; then
	is "200 role lines open the policy once" \
	    "$(grep -c '"policy.cdb"' "$W/trace")" 1
	reads=$(grep -c pread64 "$W/trace")
	if [ "$reads" -gt 200 ]; then
		ok "all of them were asked ($reads reads)"
	else
		echo "$reads reads" | not_ok "all of them were asked"
	fi
else
	skip "strace cannot run here" "200 role lines open the policy once"
fi
ask bob $ID
runs "the first of 200 lines"
is "200 lines: two of them are news" "$(count "$lines")" 2

# ---- sudo's own group plugin on the same groups ----

cp "$PLUGINS/group_file.so" "$W/bin/" 2>/dev/null
printf '%s\n' 'operators:x:70001:alice,bob' 'admins:x:70002:alice' \
    'developers:x:70003:olga,alice,dora' >"$W/groups"
alice assignment add alice acme/messaging general:developer
answers() { # group...
	for group; do
		sudoers "\"%:$group\" ALL = $ID"
		for who in alice bob dora fin sam erin root; do
			sudo -n -l -U "$who" $ID >/dev/null 2>&1
			echo "$who $?"
		done
	done
}
if [ -e "$W/bin/group_file.so" ]; then
	ours=$(answers hosts:operator hosts:admin \
	    general:developer@acme/messaging)
	GROUP_PLUGIN="group_file.so $W/groups"
	theirs=$(answers operators admins developers)
	GROUP_PLUGIN=sudo_twrbac.so
	is "sudo's own group plugin answers alike" "$ours" "$theirs"
	has "there are both answers" "$ours" "bob 0" "bob 1" "dora 0"
else
	skip "this sudo has no group_file.so" \
	    "sudo's own group plugin answers alike"
fi

# ---- arguments ----

GROUP_PLUGIN="sudo_twrbac.so polic=/x"
sudoers "\"%:hosts:operator\" ALL = $ID" "alice ALL = $ID"
ask bob $ID
refused "a wrong argument: nobody is a member"
has "a wrong argument is told" "$said" 'argument "polic=/x" of sudo_twrbac'
has "a wrong argument: in the log" "$lines" reason=bad-argument
ask alice $ID
runs "a wrong argument: the other lines hold"
GROUP_PLUGIN="sudo_twrbac.so policy=$STATE/policy.cdb debug"
sudoers "\"%:hosts:operator\" ALL = $ID"
ask bob $ID
runs "policy= and debug"
has "debug: each step" "$lines" "<87>" "step=login met=yes"
ask dora $ID
has "debug: every answer" "$lines" reason=role-missing
GROUP_PLUGIN=sudo_twrbac.so

# ---- no rule, no policy ----

sudoers "\"%:hosts:login\" ALL = $ID" "\"%:hosts:operator\" ALL = $ID" \
    "fin ALL = $ID"
sed -i 's/"sudo", "sudo-i"/"doas"/' "$CONF"
alice compile --lock-out-ok
ask bob $ID
refused "no rule for sudo"
has "no rule for sudo: an alert" "$lines" "<81>" reason=no-rule
is "no rule for sudo: one" "$(count "$lines")" 1
has "no rule for sudo: is an error of its own" "$lines" "verdict=not-member"

without() { # state, reason
	policy "$1"
	ask bob $ID
	refused "policy $1"
	has "policy $1: an alert" "$lines" "<81>" "reason=$2 "
	is "policy $1: one" "$(count "$lines")" 1
	ask fin $ID
	runs "policy $1: the other lines hold"
}
cp "$STATE/policy.cdb" "$W/good.cdb"
without missing policy-missing
without folder-link policy-missing
without link policy-missing
without owner policy-unsafe
without writable policy-unsafe
without folder-writable policy-unsafe
without truncated policy-corrupt
without text policy-corrupt
without flipped policy-corrupt
without is-fifo policy-unsafe
without too-new policy-too-new
without stale policy-stale
# a policy without role records: one that was compiled before there were any
without plain policy-stale
ask bob $ID
has "an older policy: the cure" "$lines" "run twrbac compile"

# Why the manual forbids to negate a role: nothing says "cannot tell".
policy missing
sudoers "ALL, !\"%:hosts:operator\" ALL = $ID"
ask bob $ID
is "a negated role grants when there is no policy: unsupported" "$status" 0
finish
