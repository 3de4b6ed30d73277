#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Upgrades and downgrades: a host as the first version left it (the files of
# tests/upgrade/1) under today's tool and under one of a later release, that
# knows schema 3 (tests/upgrade/next.c); killed midway, failing midway, refused;
# hosts that follow; the way back; and the catalogue of a new package.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v python3 >/dev/null 2>&1 || cannot_run "python3 is not installed"
[ -x "$TWR_BUILD/tests/upgrade/twrbac-next" ] ||
	fatal "$TWR_BUILD/tests/upgrade/twrbac-next is not built; run make programs"
cp "$TWR_BUILD/tests/upgrade/twrbac-next" "$W/bin/"
forget_login_uid
STORED=$TREE/tests/upgrade/1
DB=$STATE/directory.db
uid=61000
for login in ann bob eve liz may sam tom zoe old; do
	uid=$((uid + 1))
	account $login $uid
done

# SQL of a text into a new file.
load() { # text, file
	rm -f "$2" "$2-wal" "$2-shm"
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[2])
db.executescript(open(sys.argv[1]).read())
db.execute("PRAGMA journal_mode = WAL")
db.close()' "$1" "$2" && chmod 0600 "$2"
}
ask_sql() { # file, SQL
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print(*row, sep="|")' "$1" "$2"
}
schema_of() {
	ask_sql "$1" "PRAGMA user_version"
}

# The host as the first version left it.
first_version() {
	rm -rf "$STATE" /etc/twrbac
	mkdir -m 0755 "$STATE" /etc/twrbac
	load "$STORED/directory.sql" "$DB"
	base64 -d "$STORED/policy.cdb.base64" >"$STATE/policy.cdb"
	chmod 0640 "$STATE/policy.cdb"
	ask_sql "$DB" "SELECT text FROM host_state" | sed '$d' >"$CONF"
	chmod 0644 "$CONF"
}

# Run a tool as ann; fills $status and $said.
by_ann() { # tool, words
	status=0
	said=$(as ann "$@" 2>&1 </dev/null) || status=$?
}
does() { # name, wanted status; and parts of what it said
	if [ "$status" -ne "$2" ]; then
		printf 'exit status %s, wanted %s\n%s\n' "$status" "$2" "$said" |
			not_ok "$1"
		return
	fi
	does_name=$1
	shift 2
	has "$does_name" "$said" "$@"
}
copies() {
	find "$STATE" -name 'directory.db.schema*' | sort
}
dump() { # file
	python3 -c 'import sqlite3, sys
for line in sqlite3.connect(sys.argv[1]).iterdump():
    print(line)' "$1"
}

# ---- what the first version wrote, under today's tool ----

first_version
by_ann twrbac journal verify --head "$(cat "$STORED/journal.head")"
does "the first version's journal holds" 0 "holds"
by_ann twrbac status
does "its policy is in force" 0 "in force"
is "nothing was upgraded: there is one schema" "$(schema_of "$DB")" 1
by_ann twrbac check bob sshd
does "check decides by its policy" 0 granted
stack gate-sshd ""
by_ann twrbac user rename bob@example.com Robert
does "it is written to" 0 "policy 5 in force"
by_ann twrbac journal verify
does "and its journal goes on" 0

first_version
by_ann twrbac plan "$STORED/organization.conf"
does "its export changes nothing" 0
lacks "its export changes nothing: no line of it" "$said" "+ " "- "
by_ann twrbac apply "$STORED/organization.conf"
does "its export is applied" 0 "nothing changed"
as ann twrbac backup "$W/first.db" >/dev/null || fatal "backup failed"
mv "$STATE" "$W/moved"
mkdir -m 0755 "$STATE"
by_ann twrbac restore "$W/first.db"
does "a backup of it is restored" 0 "run twrbac compile"
by_ann twrbac compile
does "and compiled" 0 "in force"
by_ann twrbac check eve sshd
does "and decides" 0 granted

# ---- an upgrade ----

first_version
before=$(dump "$DB")
for words in "user list" "journal verify" "check bob sshd" "status" \
    "review" "who-can sshd" "export"; do
	# shellcheck disable=SC2086
	by_ann twrbac-next $words
	does "a newer tool, $words" 0
done
is "what reads has changed nothing" "$(dump "$DB")" "$before"
by_ann twrbac-next compile --dry-run
does "what plans is refused" 1 "schema 1" "run twrbac compile first"
by_ann twrbac-next plan "$STORED/organization.conf"
does "plan, too" 1 "schema 1" "run twrbac compile first"
by_ann twrbac-next backup "$W/second.db"
does "a backup is what the file is" 0
is "of the old schema" "$(schema_of "$W/second.db")" 1
status=0
said=$(as zoe twrbac-next user rename bob@example.com R 2>&1) || status=$?
does "who is no administrator upgrades nothing" 77
is "what was refused has changed nothing" "$(dump "$DB")" "$before"
is "and made no copy" "$(copies)" ""

by_ann twrbac-next user rename bob@example.com Robert
does "the next write upgrades" 0 "upgraded from schema 1 to 3" \
    "policy 5 in force"
copy=$(copies)
has "and names the copy" "$said" "it lies in $copy, from which twrbac restore"
is "the copy is root's alone" "$(stat -c '%a %u' "$copy")" "600 0"
is "the schema is the newest" "$(schema_of "$DB")" 3
is "what the steps put there is there" \
    "$(ask_sql "$DB" "SELECT count(*) FROM user WHERE team_id = 1")" 9
is "the upgrade is journalled, by whom and to what" "$(ask_sql "$DB" \
    "SELECT actor, after FROM journal WHERE event = 'directory.upgraded'")" \
    'ann@example.com|{"name":"schema","value":3}'
is "the copy is the directory as it was" \
    "$(dump "$copy")" "$before"
has "syslog has the upgrade's head" "$(cat "$LOG")" "$(ask_sql "$DB" \
    "SELECT lower(hex(hash)) FROM journal WHERE event =
    'directory.upgraded'")"
by_ann twrbac-next journal verify --head "$(cat "$STORED/journal.head")"
does "the first version's journal holds for ever" 0 "holds"
by_ann twrbac-next user rename bob@example.com Bob
does "once" 0
lacks "and not again" "$said" "upgraded"
by_ann twrbac-next revert
does "an upgrade is nothing to revert" 1 "nothing waits"

# ---- an older tool ----

for words in "user list" "user rename bob@example.com X" "compile" "status" \
    "backup $W/third.db"; do
	# shellcheck disable=SC2086
	by_ann twrbac $words
	does "an older tool, $words" 65 "schema 3" "newer twrbac" \
	    "restore the copy"
done

# ---- the way back, as the manual has it ----

by_ann twrbac-next user add late@example.com
sum=$(cksum <"$STATE/policy.cdb")
mkdir -m 0700 "$W/newer"
mv "$DB"* "$W/newer/"
mv "$W/newer/$(basename "$copy")" "$STATE/"
by_ann twrbac restore "$copy"
does "the older tool restores the copy" 0 "run twrbac compile"
is "meanwhile the policy stays" "$(cksum <"$STATE/policy.cdb")" "$sum"
by_ann twrbac compile
does "compiles" 0 "policy 8 in force"
by_ann twrbac user show bob@example.com
does "and is where it was" 0 "Bob Ø"
by_ann twrbac journal verify --head "$(cat "$STORED/journal.head")"
does "the journal says so" 0 "holds"

# ---- restoring an old copy with a newer tool ----

rm -rf "$STATE"
mkdir -m 0755 "$STATE"
by_ann twrbac-next restore "$W/first.db"
does "a newer tool restores an old copy" 0 "run twrbac compile"
is "of the newest schema" "$(schema_of "$DB")" 3
by_ann twrbac-next journal verify
does "and journals both" 0
is "the upgrade and the restore" "$(ask_sql "$DB" \
    "SELECT event FROM journal ORDER BY seq DESC LIMIT 2")" \
    "directory.restored
directory.upgraded"
by_ann twrbac-next compile
does "and compiles" 0 "in force"

# ---- one step and another, from copies of every schema ----

first_version
export TWR_NEXT=2
by_ann twrbac-next compile
does "from 1 to 2" 0 "upgraded from schema 1 to 2"
unset TWR_NEXT
by_ann twrbac-next compile
does "from 2 to 3" 0 "upgraded from schema 2 to 3"
is "each left its copy" "$(copies | sed 's/-[^-]*$//')" \
    "$DB.schema1
$DB.schema2"

# ---- steps that fail ----

for how in broken orphan; do
	first_version
	export TWR_NEXT=$how
	by_ann twrbac-next compile
	does "a step that is $how: refused" 65
	unset TWR_NEXT
	is "a step that is $how: nothing is changed" "$(dump "$DB")" "$before"
	is "a step that is $how: no copy stays" "$(copies)" ""
	by_ann twrbac user rename bob@example.com Robert
	does "a step that is $how: the older tool goes on" 0 "in force"
done

# The copy cannot be made: nothing begins.
first_version
mkdir "$W/full"
mount -t tmpfs -o size=256k,mode=0755 twrbac "$W/full"
cp -p "$DB" "$STATE/policy.cdb" "$W/full/"
dd if=/dev/zero of="$W/full/filler" bs=1k count=100 2>/dev/null
by_ann twrbac-next --directory "$W/full/directory.db" \
    --policy "$W/full/policy.cdb" compile --adopt-path
if [ "$status" -ne 0 ]; then ok "a full disk: refused"; else
	echo "$said" | not_ok "a full disk: refused"
fi
is "a full disk: no half of a copy" \
    "$(find "$W/full" -name '*.schema*' -o -name '*.new*')" ""
cp -p "$W/full"/directory.db* "$W/tmp/"
is "a full disk: of the old schema" "$(schema_of "$W/tmp/directory.db")" 1
umount "$W/full"

# ---- a change that waits to be confirmed ----

first_version
by_ann twrbac assignment remove bob acme/messaging/production hosts:operator
by_ann twrbac compile --confirm 1h
does "a change waits" 0
by_ann twrbac-next user rename bob@example.com Robert
does "nothing is upgraded meanwhile" 1 "waits to be confirmed" "confirm"
is "and nothing changed" "$(schema_of "$DB")$(copies)" 1
cp -a "$STATE" "$W/waits"
by_ann twrbac-next revert
does "revert does upgrade" 0 "upgraded from schema 1 to 3" "in force"
by_ann twrbac-next journal verify
does "and what it undid is journalled" 0
rm -rf "$STATE"
mv "$W/waits" "$STATE"
by_ann twrbac-next confirm
does "so does confirm" 0 "upgraded from schema 1 to 3"

# ---- killed ----

if strace -qq -o /dev/null true 2>/dev/null; then
	first_version
	cp -a "$STATE" "$W/clean"
	calls=write,pwrite64,ftruncate,fsync,fdatasync,rename,link,unlink
	as ann strace -f -qq -o "$W/tmp/trace" -e "trace=$calls" \
	    twrbac-next compile >/dev/null 2>&1
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$W/tmp/trace" |
	    awk '{ n[$1]++ }
		$1 !~ /write/ || n[$1] % 4 == 0 { print $1, n[$1] }' \
		>"$W/tmp/points" # most writes are pages of a copy
	deaths=0 olds=0 news=0 wrong=''
	while read -r call index; do
		rm -rf "$STATE"
		cp -a "$W/clean" "$STATE"
		as ann strace -f -qq -o /dev/null -e "trace=$call" \
		    -e "inject=$call:signal=SIGKILL:when=$index" \
		    twrbac-next compile >"$W/tmp/said" 2>&1 </dev/null
		[ $? -ne 137 ] || deaths=$((deaths + 1))
		rm -rf "$W/tmp/look"
		mkdir "$W/tmp/look"
		cp "$DB" "$W/tmp/look/"
		[ ! -e "$DB-wal" ] || cp "$DB-wal" "$W/tmp/look/"
		found=$(schema_of "$W/tmp/look/directory.db")
		case $found in
		1) olds=$((olds + 1)) ;;
		3) news=$((news + 1))
			[ -n "$(copies)" ] ||
				wrong="$wrong $call $index: no copy;" ;;
		*) wrong="$wrong $call $index: schema $found;" ;;
		esac
		if [ "$found" = 1 ]; then
			by_ann twrbac compile
		else
			by_ann twrbac-next compile
		fi
		[ "$status" -eq 0 ] || wrong="$wrong $call $index: $said;"
		by_ann twrbac-next compile
		[ "$status" -eq 0 ] || wrong="$wrong $call $index: $said;"
		by_ann twrbac-next journal verify
		[ "$status" -eq 0 ] || wrong="$wrong $call $index: $said;"
		left=$(find "$STATE" -name '*.new' -o -name '*.new-*')
		[ -z "$left" ] || wrong="$wrong $call $index: left $left;"
	done <"$W/tmp/points"
	echo "# killed $deaths times: $olds old, $news new"
	is "killed anywhere: the old schema or the new one, whole" "$wrong" ""
	if [ "$olds" -gt 5 ] && [ "$news" -gt 5 ]; then
		ok "killed before the commit and after it"
	else
		echo "$olds old, $news new" |
			not_ok "killed before the commit and after it"
	fi
	rm -rf "$W/clean"
else
	skip "strace may not trace here" \
	    "killed anywhere: the old schema or the new one, whole"
fi

# ---- hosts that follow ----

first_version
as ann twrbac backup "$W/one.db" >/dev/null
as ann twrbac-next compile >/dev/null 2>&1
as ann twrbac-next backup "$W/three.db" >/dev/null
mkdir -m 0755 "$W/host"
follows() { # tool, copy
	cp -p "$2" "$W/host/copy.db"
	status=0
	said=$("$1" compile --directory "$W/host/copy.db" --policy \
	    "$W/host/policy.cdb" --config "$CONF" 2>&1) || status=$?
}
follows twrbac-next "$W/one.db"
does "a newer host follows an older authority" 0 "policy 1 in force"
is "and leaves the copy as it is" "$(cksum <"$W/host/copy.db")" \
    "$(cksum <"$W/one.db")"
follows twrbac-next "$W/three.db"
does "the authority is upgraded: the host goes on" 0 "policy 2 in force"
follows twrbac "$W/three.db"
does "an older host refuses a newer authority" 65 "newer twrbac" \
    "upgrade twrbac here"
is "and its policy stays in force" "$(twrbac-next status --tsv --directory \
    "$W/host/copy.db" --policy "$W/host/policy.cdb" --config "$CONF" |
    grep -c in-force)" 1

# the authority goes back
mkdir -m 0755 "$W/back"
status=0
said=$(twrbac restore "$W/one.db" --directory "$W/back/directory.db" \
    --policy "$W/back/policy.cdb" 2>&1) || status=$?
twrbac backup "$W/back.db" --directory "$W/back/directory.db" \
    --policy "$W/back/policy.cdb" >/dev/null 2>&1
follows twrbac "$W/back.db"
does "the authority went back: a host that went on refuses that" 1 "is older"
rm "$W/host/follows"
follows twrbac "$W/back.db"
does "until it forgets what it took" 0 "in force"

# ---- a newer policy ----

rm -rf "$STATE"
mkdir -m 0755 "$STATE"
load "$STORED/directory.sql" "$DB"
make_policy "$STATE/policy.cdb" too-new
chmod 0640 "$STATE/policy.cdb"
stack gate-sshd "break_glass=root"
has "the module meets a newer policy" "$(pam_client gate-sshd ann)" \
    PAM_AUTHINFO_UNAVAIL
has "and says so" "$(cat "$LOG")" "policy-too-new"
by_ann twrbac check ann sshd
does "so does check" 1 policy-too-new
by_ann twrbac status
does "and status" 0 "newer than this build knows"
by_ann twrbac compile
does "compile does not write over it" 1 "newer twrbac" "move the file away"
mv "$STATE/policy.cdb" "$W/newer.cdb"
by_ann twrbac compile
does "and does, once that is moved away" 0 "in force"

# ---- the catalogue of a new package ----

first_version
NEW=$(twrbac help role import | sed -n 's|.* \(/.*/roles.conf\)$|\1|p')
own_mount "$(dirname "$(dirname "$NEW")")"
mkdir -m 0755 "$(dirname "$NEW")"
put() { # file
	cp "$1" "$NEW"
	chmod 0644 "$NEW"
}
put "$STORED/roles.conf"
by_ann twrbac status
lacks "the package's roles are the directory's: status says nothing" \
    "$said" "role import"
put "$TREE/etc/roles.conf"
by_ann twrbac status
does "the package's roles are newer: status says so" 0 \
    "differs from the package's" "1 gone" "run twrbac role import $NEW"
by_ann twrbac status --json
does "status --json" 0 '"catalogue_changes": '
by_ann twrbac doctor
has "so does doctor" "$said" catalogue-differs
before=$(dump "$DB")
by_ann twrbac role import "$NEW"
does "the plan" 1 "changed  hosts:operator: permissions (+1 -1):" \
    "-/twrbac/hosts/sudo/list" "+/twrbac/hosts/sudo/run" \
    "held by bob@example.com" "added    phone-numbers:" " more" \
    "gone     voice:greeter" "kept     studio:author" \
    "changed  studio:viewer: name" "on this host: bob gains sudo" \
    "add --yes"
is "a plan changes nothing" "$(dump "$DB")" "$before"
by_ann twrbac role import "$NEW" --dry-run
does "a dry run" 0 "held by bob@example.com" "policy 5 would come into force"
is "a dry run changes nothing" "$(dump "$DB")" "$before"
by_ann twrbac role import "$NEW" --yes
does "and is applied" 0 "policy 5 in force: bob gains sudo"
by_ann twrbac role show custom:deployer
does "roles of one's own stay" 0 "Brings out releases."
by_ann twrbac check sam sshd
does "and so does what they give" 0 granted
by_ann twrbac role show studio:author
does "a role that is gone but held stays" 0
by_ann twrbac role show voice:greeter
does "one that nobody holds goes" 1 "no such role"
by_ann twrbac status
lacks "then status says nothing more" "$said" "role import"
by_ann twrbac assignment remove bob acme/messaging studio:author
by_ann twrbac status
does "but when the last holder is gone" 0 "1 gone"
by_ann twrbac role import "$NEW" --yes
does "it goes with the next import" 0 "gone     studio:author"
sed 's/IX747772626163000000000000000000\(0b\)/IX747772626163000000000000000000ff/' \
    "$TREE/etc/roles.conf" >"$NEW"
by_ann twrbac role import "$NEW" --yes
does "a changed SID is refused" 1 "pairs key and SID otherwise"
by_ann twrbac journal verify
does "and the journal holds" 0
finish
