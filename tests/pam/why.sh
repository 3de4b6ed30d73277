#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A person is refused by the real sshd, the real sudo and its group plugin, and
# twrbac why explains it from the ref in the sentence, or the login: out of the
# system log's files, out of the journal daemon's, today and after everything
# has changed.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"

make_acme
write_conf
alice compile
prepare_ssh
service twrbac-prod-sshd break_glass=root
start_sshd twrbac-prod-sshd
prod=$port
service sudo tell break_glass=root
service sudo-i tell break_glass=root
stack broken nonsense
stack elsewhere policy=/var/lib/elsewhere/policy.cdb
stack open permissive_until=2099-01-01T00:00:00Z
stack glass break_glass=root
rm -rf /etc/sudoers.d
printf '%s\n' "Defaults !fqdn, !lecture, env_reset" \
    "ALL ALL = (ALL) NOPASSWD: ALL" >/etc/sudoers
chmod 0440 /etc/sudoers

# What rsyslog writes to auth.log, from what the world's log got: without the
# priority, with a host.
rsyslog() {
	log_wait
	sed -n "s/^<[0-9]*>\\(.\\{15\\} \\)\\(.*_twrbac[(:].*\\)/\\1$(uname -n) \\2/p" \
	    "$LOG"
}

ref_of() { # text with a sentence
	printf '%s\n' "$1" | sed -n 's/.*(ref \([0-9A-Z]*\)).*/\1/p' | head -n 1
}

# Sets said and status.
why() {
	said=$(twrbac why "$@" 2>&1)
	status=$?
}

explains() { # title, parts
	title=$1
	shift
	is "$title: shown" "$status" 0
	has "$title: explained" "$said" "$@"
}

# ---- ssh ----

ssh_as dora "$prod" id -un
ref=$(ref_of "$ssh_err")
is "dora is refused, with a ref" "$ssh_status ${#ref}" "255 8"
rsyslog >/var/log/auth.log
chmod 0640 /var/log/auth.log
why "$ref"
explains "a refusal of sshd" \
    "refused: dora could not use twrbac-prod-sshd: role-missing" \
    "event      $ref, 20" "found in   /var/log/auth.log line " \
    "by twrbac-prod-sshd[" "unauthenticated" "from       127.0.0.1" \
    "policy     1 of acme, compiled " "; in force" \
    "no  demand     role hosts:login: role-missing" \
    "today      the same answer: refused: role-missing" \
    "can give   alice@example.com, bob@example.com"
lacks "the line holds" "$said" BUT
why "$(echo "$ref" | tr '[:upper:]01' '[:lower:]ol')"
explains "as somebody wrote it down" "event      $ref, 20"

alice assignment add dora acme/messaging/production hosts:login --for 4h
ssh_as dora "$prod" id -un
is "given the role, dora gets in" "$ssh_status $ssh_out" "0 dora"
why "$ref"
explains "after the role was given" \
    "refused: dora could not use twrbac-prod-sshd: role-missing" \
    "the one before that in force" "role hosts:login: role-missing" \
    "today      another answer: granted"
lacks "after the role was given: still holds" "$said" BUT
alice user add new@example.com --name New --login new
sed 's/\["hosts:login"\]/["hosts:admin"]/' "$CONF" >"$CONF.new"
mv "$CONF.new" "$CONF"
alice compile
alice user suspend dora
why "$ref"
explains "after rules and organization changed" \
    "made anew from the journal" "role hosts:login: role-missing" \
    "yes user       Dora is active" \
    "today      another answer: refused: user-suspended"
lacks "after rules and organization changed: still holds" "$said" BUT
why "$ref" --json
has "as JSON" "$said" '"decided_by": "journal"' '"agrees": true' \
    '"differs": true' '"decided_reason": "role-missing"'

# ---- sudo ----

sudo_as() { # login
	said=$(by "$1" sudo -n id 2>&1 </dev/null)
	ref=$(ref_of "$said")
	rsyslog >/var/log/auth.log
}

sudo_as fin
why "$ref"
explains "a refusal of sudo" "refused: fin could not use sudo: role-missing" \
    "PAM_USER   " "by sudo" "today      the same answer" \
    "fin, who runs it (PAM_RUSER)"
lacks "a refusal of sudo: holds" "$said" BUT
why --last
explains "the last refusal" "event      $ref, "
why --login fin
explains "the last one of fin" "event      $ref, "
why --login dora 5
explains "those of dora" "could not use twrbac-prod-sshd: role-missing"
lacks "those of dora: not what was granted" "$said" "granted: "
why --login dora 5 --all
explains "all of dora's" "granted: dora could use twrbac-prod-sshd" \
    "refused: dora could not use"
why --login bob
is "nothing of bob's" "$status" 1
has "nothing of bob's: said so" "$said" "no refusal of bob in" \
    /var/log/auth.log "--all"

# ---- roles in sudoers ----

if [ -e "$TWR_BUILD/sudo_twrbac.so" ]; then
	cp /etc/sudoers "$W/sudoers.before"
	plugin_world
	sudoers '"%:hosts:operator" ALL = (root) /usr/bin/id' \
	    '"%:hosts:nobody@acme/messaging" ALL = (root) /usr/bin/id'
	alice assignment add alice acme/messaging/production hosts:operator
	alice assignment remove alice acme/messaging/production hosts:operator
	alice assignment remove bob acme/messaging/production hosts:operator
	by bob sudo -n /usr/bin/id >/dev/null 2>&1 </dev/null
	rsyslog >/var/log/auth.log
	why --login bob 9
	explains "no member any more" \
	    'not-member: bob was no member of "%:hosts:operator@acme/messaging/production" of sudoers: role-removed' \
	    "by sudo" "bob, whom sudo asks about" \
	    "no  demand     role hosts:operator: role-removed" \
	    "today      the same answer: not-member: role-removed" "can give "
	has "a role that nobody knows" "$said" \
	    'no member of "%:hosts:nobody@acme/messaging" of sudoers: role-unknown' \
	    "the policy knows none of this name" "twrbac role list"
	lacks "the plugin's lines hold" "$said" BUT
	alice assignment add bob acme/messaging/production hosts:operator
	by bob sudo -n /usr/bin/id >/dev/null 2>&1 </dev/null
	rsyslog >/var/log/auth.log
	why --login bob 9
	explains "given again: what was, and is" \
	    "no  demand     role hosts:operator: role-removed" \
	    "today      another answer: member"
	why --login bob --all 9
	explains "given again: a member" 'member: bob was a member of "%:hosts:operator@'
	lacks "given again: all hold" "$said" BUT
	member=$(sed -n 's/.*sudo_twrbac: \(event=.*verdict=not-member reason=role-removed .*login=bob .*\)/\1/p' \
	    /var/log/auth.log | tail -n 1)
	cp "$W/sudoers.before" /etc/sudoers
else
	member=
	skip "sudo_twrbac.so is not built" "roles in sudoers"
fi

# ---- what no policy decided ----

client() { # service, user
	pam_client "$@" >"$W/tmp/client.out" 2>&1
	rsyslog >/var/log/auth.log
}

client broken bob
why --last
explains "a bad argument" "could not use broken: bad-argument" \
    "has an argument that it does not know" "nonsense" \
    "decided    not again: the policy was not asked"
client elsewhere bob
why --last
explains "another policy" "policy-missing" "/var/lib/elsewhere" \
    "not again: there was no policy to ask" "twrbac compile makes one" \
    "today      another answer"
client open bob
why --last
explains "permissive_until" "would-deny: bob could use, for the time being," \
    "by permissive_until= in /etc/pam.d/open"
lacks "permissive_until: holds" "$said" BUT
client open "hunter2 is my password"
why --last
explains "a name that nobody has" "open: no-rule" "login      hidden" \
    "may be a password"
lacks "a name that nobody has: stays hidden" "$said" hunter2
lacks "a name that nobody has: holds" "$said" BUT
why --login "hunter2 is my password"
explains "a hidden name that is asked for" \
    "would-deny: hunter2 is my password could use"
why --login "hunter3"
is "another hidden name is not found" "$status" 1
sudo_as fin
rm "$STATE/policy.cdb"
client glass root
why --last
explains "break-glass" "break-glass: root was let into glass: policy-missing" \
    "by break_glass= in /etc/pam.d/glass"

# ---- other forms of files ----

why "$ref"
explains "for comparison" "$ref"
gzip -c /var/log/auth.log >/var/log/auth.log.2.gz
touch -d '2 days ago' /var/log/auth.log.2.gz
: >/var/log/auth.log
why "$ref"
explains "rotated and packed" "/var/log/auth.log.2.gz line "
mv /var/log/auth.log.2.gz /var/log/secure-20261115.gz
why "$ref"
explains "secure" "/var/log/secure-20261115.gz line "
rm /var/log/secure-20261115.gz
why "$ref"
is "nowhere" "$status" 1
has "nowhere: said so" "$said" "$ref: no such event in /var/log/auth.log" \
    "--log FILE"
rm /var/log/auth.log
why "$ref"
is "no log at all" "$status" 1
has "no log at all: said so" "$said" "this host has no journal"
rsyslog | sed 's/^.\{15\}/2026-11-21T10:00:00.5+00:00/' |
    grep "event=$ref " >"$W/iso"
why "$ref" --log - --utc <"$W/iso"
explains "standard input" "event      $ref, 2026-11-21T10:00:00Z" \
    "standard input line 1"

# ---- the journal daemon's files ----

prepare_journal() {
	remote=/lib/systemd/systemd-journal-remote
	[ -x "$remote" ] || remote=/usr$remote
	[ -x "$remote" ] || {
		why_not="systemd-journal-remote is not installed"
		return 1
	}
	command -v journalctl >/dev/null 2>&1 || {
		why_not="journalctl is not installed"
		return 1
	}
	id=0123456789abcdef0123456789abcdef
	echo $id >/etc/machine-id
	mkdir -p "/var/log/journal/$id"
}

# One entry of the export format. Every daemon's field can be chosen here: the
# real daemon takes none of those with "_" from a program.
entry() { # uid, message
	n=$((${n-0} + 1))
	printf '%s\n' "__CURSOR=c$n" \
	    "__REALTIME_TIMESTAMP=$(date +%s)00000$((n % 10))" \
	    "__MONOTONIC_TIMESTAMP=$((1000 + n))" \
	    "_BOOT_ID=11111111111111111111111111111111" \
	    "_MACHINE_ID=$id" "_HOSTNAME=$(uname -n)" "PRIORITY=5" \
	    "_UID=$1" "_TRANSPORT=syslog" "SYSLOG_FACILITY=10" \
	    "SYSLOG_IDENTIFIER=sshd" "_PID=17" "MESSAGE=$2" ""
}

if prepare_journal; then
	rsyslog >/var/log/auth.log
	log=$(grep "event=$ref " /var/log/auth.log | sed 's/.*pam_twrbac(/pam_twrbac(/')
	forged=$(echo "$log" | sed -e 's/login=fin/login=bob/' \
	    -e 's/user=US[0-9a-f]*/user=-/')
	{
		entry 0 "$log"
		entry 61004 "$forged"
		entry 0 "sshd says: $forged"
		# and what the refused one adds to hide it: the same, and others
		entry "$(id -u fin)" "$log"
		i=0
		while [ $((i += 1)) -le 25 ]; do
			entry "$(id -u fin)" "$(echo "$log" |
			    sed "s/serial=[0-9]*/serial=77$i/")"
		done
		# what sudo itself logs has the uid of who runs it
		[ -n "$member" ] && entry 61002 "sudo_twrbac: $member"
		[ -n "$member" ] && entry 61004 "sudo_twrbac: $(echo "$member" |
		    sed 's/event=......../event=00000001/')"
	} >"$W/export"
	"$remote" -o "/var/log/journal/$id/system.journal" - <"$W/export" \
	    >"$W/remote" 2>&1 || fatal "$(cat "$W/remote")"
	why "$ref"
	explains "the journal" "found in   the journal, by sshd[17], which ran as root" \
	    "refused: fin could not use sudo: role-missing" \
	    "today      the same answer"
	lacks "the journal: another's words of fin" "$said" "bob could"
	is "the journal: the true one comes first, once" \
	    "$(echo "$said" | grep 'found in' | grep -n 'ran as root')" \
	    "$(echo "$said" | grep -m 1 'found in' | sed 's/^/1:/')"
	has "the journal: others of this id are told" "$said" \
	    "also an event of this id" \
	    "which ran with the uid of fin, as sudo and su do; unauthenticated"
	why --login fin 2
	has "the journal: nothing that fin adds hides it" "$said" "ran as root"
	rm /var/log/auth.log
	why --login bob 9
	if [ -n "$member" ]; then
		explains "the journal: sudo's plugin" \
		    "no member of \"%:hosts:operator@acme/messaging/production\"" \
		    "which ran with the uid of bob, as sudo and su do; unauthenticated: bob can have made it up"
		lacks "the journal: another uid's word of him" "$said" 00000001
	else
		is "the journal: what another uid wrote is not there" "$status" 1
	fi
	lacks "the journal: nor in the module's name" "$said" "bob could"
	rsyslog | sed "s/event=$ref /event=00000000 /" >/var/log/auth.log
	why 00000000
	explains "a line that the journal lacks" \
	    "and the journal does not have it"
	rsyslog >/var/log/auth.log
	why "$ref" --json
	has "the journal: as JSON" "$said" '"authentic": true' \
	    '"found_in": "the journal"' "\"event\": \"$ref\""
	journalctl -o export _UID=0 >"$W/export" 2>/dev/null
	why "$ref" --log "$W/export"
	explains "journalctl -o export, kept in a file" unauthenticated \
	    "found in   $W/export"
	journalctl >"$W/short" 2>/dev/null
	why "$ref" --log "$W/short"
	explains "journalctl's own lines, in a file" "$W/short line "
	journalctl -o short-iso 2>/dev/null | grep -v serial=77 >"$W/short"
	why "$ref" --log "$W/short"
	explains "journalctl -o short-iso" "$W/short line "
	has "what another uid wrote stands in a file like any other" "$said" \
	    "also an event of this id" "do not trust the line"
	echo damaged >"/var/log/journal/$id/system.journal"
	why "$ref"
	explains "a damaged journal: the files are asked" \
	    "found in   /var/log/auth.log"
else
	skip "$why_not" "the journal daemon"
fi

# ---- who may ask ----

why_as=$(by fin twrbac why --last 2>&1)
is "nobody but root" $? 77
has "nobody but root: said so" "$why_as" "needs root"
finish
