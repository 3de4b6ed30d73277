#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac why: which event, out of logs that may be anybody's; lines that are
# forged, another host's, of policies that are gone; every kind of decision.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}
must() {
	as_root "$@"
	[ "$status" -eq 0 ] || not_ok "set up: $*" "$(show_run)"
}
user_sid() { # e-mail
	as_root user show "$1" --json
	sed -n 's/.*"sid": "\(US[0-9a-f]*\)".*/\1/p' "$D/.out" | head -n 1
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/web --roles "$SHARE/roles.conf" \
    --conf-template "$SHARE/twrbac.conf"
exits "init" 0
must scope add acme/web --owner alice
must user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role none
own compile
must assignment add bob acme/web hosts:login
bob=$(user_sid bob@example.com)

# A line as the module writes it, the last words chosen.
line() { # id, verdict, reason, service, login, user, serial, more
	printf 'event=%s verdict=%s reason=%s service=%s login=%s user=%s ' \
	    "$1" "$2" "$3" "$4" "$5" "$6"
	printf 'target=- invoker=- scope=acme/web demand=- role=- at=- '
	printf 'rhost=192.0.2.7 tty=ssh serial=%s%s\n' "$7" "${8-}"
}
logged() { # host, line...
	host=$1
	shift
	printf '%s %s sshd[17]: pam_twrbac(sshd:account): %s\n' \
	    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$host" "$*"
}
here=$(uname -n)
LOGFILE=$D/auth.log
: >"$LOGFILE"
log() { # line
	logged "$here" "$@" >>"$LOGFILE"
}
why() {
	own why --utc --log "$LOGFILE" "$@"
}

# ---- the command line ----

own why
exits "which event?" 64
complains "which event: the ways" "or --last, or --login LOGIN"
own why bob
exits "no event id" 64
complains "no event id: where it stands" 'behind "ref" in the sentence'
own why 7Q2M4KXA --all
exits "--all without a list" 64
own why --last 0
exits "--last 0" 64
own why --last 101
exits "--last 101" 64
own why --last x
exits "--last x" 64
own why 7Q2M4KXA --log "$D/nowhere"
exits "no such log" 65
complains "no such log: named" "$D/nowhere"
why 7Q2M4KXA
exits "an empty log" 1
complains "an empty log: said" "7Q2M4KXA: no such event in $LOGFILE"

# ---- what holds ----

log "$(line AAAAAAAA deny role-missing sshd bob "$bob" 1)"
sed -i "s/ $here / /" "$LOGFILE" # a log that names no host
why AAAAAAAA
exits "a refusal" 0
golden why
why aaaa-aaa
exits "letters only" 64
why AAAAAAAA --json
json "JSON: what was, is and differs" 'r[0]["verdict"] == "deny" and
    r[0]["reason"] == "role-missing" and r[0]["decided_by"] == "before" and
    r[0]["decided"] == "refused" and r[0]["agrees"] and r[0]["differs"] and
    r[0]["today"] == "granted" and not r[0]["authentic"] and
    r[0]["login"] == "bob" and r[0]["rhost"] == "192.0.2.7" and
    r[0]["serial"] == 1 and r[0]["times"] == 1 and len(r) == 1'
why AAAAAAAA --tsv
says "TSV" "AAAAAAAA"
must user add eve@example.com --login eve --uid 20003
must user rename eve@example.com Eve
why AAAAAAAA
says "a policy that is gone" "1 of acme, compiled "
says "a policy that is gone: from the journal" "made anew from the journal"
if contains "$out$err" BUT; then
	not_ok "it holds" "$(show_run)"
else
	ok "it holds"
fi
log "$(line BBBBBBBB grant granted sshd bob "$bob" 2)"
why BBBBBBBB
says "a grant" "granted: bob could use sshd"
says "a grant: the same today" "today      the same answer: granted"
log "$(line CCCCCCCC exempt exempt login root - 2)"
why CCCCCCCC
says "an exemption" "exempt: root was not judged for login"
says "an exemption: which" "yes exemption"

# ---- what sudo's group plugin says ----

# A line of the plugin's: id, verdict, reason, login, serial, scope, demand,
# more words.
plugin() {
	printf '%s %s sudo: sudo_twrbac: ' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
	    "$here"
	printf 'event=%s verdict=%s reason=%s service=sudo login=%s user=- ' \
	    "$1" "$2" "$3" "$4"
	printf 'target=- invoker=- scope=%s demand=%s role=- at=- rhost=- ' \
	    "$6" "$7"
	printf 'tty=- serial=%s%s\n' "$5" "${8-}"
}
PLUGINLOG=$D/plugin.log
plugin_log() {
	plugin "$@" | sed "s/ $here / /" >>"$PLUGINLOG"
}
why_plugin() {
	own why --utc --log "$PLUGINLOG" "$@"
}
holds() { # title
	if contains "$out$err" BUT; then
		not_ok "$1: it holds" "$(show_run)"
	else
		ok "$1: it holds"
	fi
}
plugin_log S0000001 not-member role-missing bob 1 acme/web hosts:login
why_plugin S0000001
exits "no member" 0
holds "no member"
golden why_member
why_plugin S0000001 --json
json "no member, in JSON" 'r[0]["verdict"] == "not-member" and
    r[0]["decided"] == "not-member" and r[0]["decided_by"] == "journal" and
    r[0]["agrees"] and r[0]["differs"] and r[0]["demand"] == "hosts:login" and
    r[0]["scope"] == "acme/web" and r[0]["service"] == "sudo"'
plugin_log S0000002 member granted bob 2 acme/web hosts:login
why_plugin S0000002
says "a member" 'member: bob was a member of "%:hosts:login@acme/web" of sudoers'
holds "a member"
plugin_log S0000003 not-member login-unmapped eve 2 acme hosts:admin
why_plugin S0000003
says "in another scope, not mapped then" "no  login      eve is mapped to no user"
holds "in another scope, not mapped then"
plugin_log S0000004 not-member role-unknown bob 2 acme/web hosts:nobody
why_plugin S0000004
says "an unknown role" "no  role       the policy knows none of this name"
says "an unknown role: in words" "sudoers names a role"
holds "an unknown role"
plugin_log S0000005 not-member scope-unknown bob 2 acme/no hosts:login
why_plugin S0000005
says "an unknown scope" "no  scope      the policy knows none of this name"
holds "an unknown scope"
plugin_log S0000006 not-member invoker-mismatch bob 2 acme/web hosts:login
why_plugin S0000006
says "another uid" "another uid than was remembered"
holds "another uid"
plugin_log S0000007 not-member bad-argument bob 0 - - \
    ' error="the group \x22%:a\x5cb\x22 of sudoers has a backslash"'
why_plugin S0000007
says "a name with a backslash" 'the group "%:a\b" of sudoers has a backslash'
says "a name with a backslash: the cure" "twrbac sudoers check finds it"
if contains "$out" "today "; then
	not_ok "a name with a backslash: nothing to ask again" "$(show_run)"
else
	ok "a name with a backslash: nothing to ask again"
fi
plugin_log S0000008 not-member policy-missing bob 0 acme/web hosts:login
why_plugin S0000008
says "no policy" "twrbac compile makes one"
says "no policy: today" "today      another answer: "
plugin_log S0000009 member granted eve 2 acme/web hosts:login
why_plugin S0000009
says "forged" "BUT        policy 2 decides otherwise: not-member"
complains "forged: where another policy would be named" "(policy= in sudoers)"
plugin_log S000000A not-member role-missing bob 1 acme/a/slash hosts:login
why_plugin S000000A
says "a scope without a path" "knows no scope by the path acme/a/slash"
why_plugin --last
says "--last: a plugin's refusal" "event      S000000A"
why_plugin --login bob 2
says "--login: the newest of bob" "event      S000000A"
says "--login: the one before" "event      S0000008"
why_plugin --login bob --all 9
says "--all: members, too" "event      S0000002"
sed 's/sudo_twrbac: /pam_twrbac(sudo:account): /' "$PLUGINLOG" >"$D/mixed.log"
own why --log "$D/mixed.log" --last
exits "in the module's name" 1
complains "in the module's name: said" "no verdict of pam_twrbac"

# ---- what does not ----

log "$(line DDDDDDDD grant granted sshd eve "$(user_sid eve@example.com)" 3)"
why DDDDDDDD
exits "a forged grant is shown" 0
says "a forged grant" "BUT        policy 3 decides otherwise: refused"
complains "a forged grant, loudly" "the line is forged"
why DDDDDDDD --json
json "a forged grant, in JSON" 'not r[0]["agrees"] and
    r[0]["decided"] == "refused" and r[0]["decided_by"] == "before"'
log "$(line EEEEEEEE grant granted sshd bob US00000000000000000000000000000000 2)"
why EEEEEEEE
says "another user's SID" "BUT        policy 2 decides otherwise"
log "$(line FFFFFFFF deny role-missing sshd bob "$bob" 99)"
why FFFFFFFF
exits "a policy that never was" 0
says "a policy that never was: said" "not again: $D/state/directory.db: its journal knows of no policy 99"
logged other.example.com "$(line GGGGGGGG deny role-missing sshd bob "$bob" 1)" \
    >>"$LOGFILE"
why GGGGGGGG
says "another host's line" "another host's event; ask there"
if contains "$out" "today "; then
	not_ok "another host's line: no answer of ours" "$(show_run)"
else
	ok "another host's line: no answer of ours"
fi
logged "$here.example.com" "$(line HHHHHHHH deny role-missing sshd bob "$bob" 1)" \
    >>"$LOGFILE"
why HHHHHHHH
says "the long name of this host" "role hosts:login: role-missing"
log "$(line AAAAAAAA grant granted sshd bob "$bob" 2)"
why AAAAAAAA
says "one id, two lines: the one" "refused: bob could not use sshd"
says "one id, two lines: the other" "granted: bob could use sshd"
complains "one id, two lines: said" "also an event of this id"
log "$(line BBBBBBBB grant granted sshd bob "$bob" 2)"
why BBBBBBBB
says "the same line twice" "the same line, 2 times in all"
log "$(line JJJJJJJJ deny because sshd bob "$bob" 1)"
why JJJJJJJJ
exits "not as the module writes it" 1
complains "not as the module writes it: said" "1 line in the name of the module"
log "$(line KKKKKKKK deny login-unmapped sshd '\x1b[2J\x0a\xe2\x80\xaeyes' - 2)"
why KKKKKKKK
exits "a hostile name" 0
if tr -d '[:print:]\n' <"$D/.out" | grep -q .; then
	not_ok "a hostile name: nothing moves the cursor" "$(show_run)"
else
	ok "a hostile name: nothing moves the cursor"
fi
if grep -q '^yes' "$D/.out"; then
	not_ok "a hostile name: no line of its own" "$(show_run)"
else
	ok "a hostile name: no line of its own"
fi

# ---- what no policy decided, and flags ----

all_words() { # id, verdict, reason, more words of the line; part
	log "$(line "$1" "$2" "$3" sshd bob - 0 "$4")"
	why "$1"
	exits "$2 $3" 0
	says "$2 $3: in words" "$5"
}
all_words M0000000 deny policy-missing '' "twrbac compile makes one"
all_words M0000001 deny policy-unsafe '' "twrbac status names it"
all_words M0000002 deny policy-corrupt ' error="bad record"' "bad record"
all_words M0000003 deny policy-too-new '' "restart what still runs"
all_words M0000004 deny policy-unreadable '' "runs without root"
all_words M0000005 deny policy-stale '' "policy_max_age"
all_words M0000006 deny no-memory '' "no memory left"
all_words M0000007 deny bad-argument '' "does not know"
all_words M0000008 break-glass policy-missing ' by=argument' "by break_glass= in"
all_words M0000009 would-deny policy-missing ' by=argument' "by permissive_until= in"
all_words M000000A would-deny policy-missing ' by=unconfigured' \
    "by permissive_unconfigured, as long as there never was a policy here"
all_words M000000B would-deny role-missing ' by=conf' "by permissive in twrbac.conf"
log "$(line N0000000 deny role-missing sshd bob "$bob" 1 ' clock=behind conf=edited')"
why N0000000
says "clock=behind" "set the clock"
says "conf=edited" "which did not count"
says "both: still the policy's answer" "role hosts:login: role-missing"
log "$(line N0000001 deny invoker-mismatch sudo bob "$bob" 2 |
    sed 's/target=-/target=root/')"
why N0000001
says "invoker-mismatch" "another uid than this login"

# a change that nobody confirmed: the policy before it decides again
must assignment remove bob acme/web hosts:login
before=$(sed -n 's/^policy \([0-9]*\) in force.*/\1/p' "$D/.out")
own compile --confirm 1d
exits "compile --confirm" 0
log "$(line N0000002 deny role-removed sshd bob "$bob" "$before" ' policy=prev')"
why N0000002
says "policy=prev" "was not confirmed in time"
says "policy=prev: by which" "the one before that in force"
own revert
exits "revert" 0
why N0000002
says "policy=prev, later" "policy     $before of acme"
if contains "$out$err" BUT; then
	not_ok "policy=prev: holds" "$(show_run)"
else
	ok "policy=prev: holds"
fi

# ---- a host that follows ----

own backup "$D/copy.db"
mkdir -m 0711 "$D/host"
cp "$D/etc/twrbac.conf" "$D/host/"
on() {
	twrbac --directory "$D/copy.db" --config "$D/host/twrbac.conf" \
	    --policy "$D/host/policy.cdb" "$@"
}
on compile --lock-out-ok
exits "a host follows" 0
log "$(line P0000000 deny role-removed sshd bob "$bob" 1)"
on why P0000000 --log "$LOGFILE"
says "its own policy decides" "policy     1 of acme"
on compile --lock-out-ok
on compile --lock-out-ok
on why P0000000 --log "$LOGFILE"
says "one that is gone" "not again: this host follows another"
says "one that is gone: today's answer" "today      the same answer"

# ---- damage ----

echo nonsense >"$D/state/policy.cdb"
why --login bob
exits "a damaged policy" 0
says "a damaged policy: today" "policy-corrupt"
finish
