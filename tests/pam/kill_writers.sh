#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Writers that die and writers that meet. Each writing command is killed
# before every system call that writes, once for each; after each death the
# policy in force is the old or the new one, whole; the directory is sound;
# the next command heals and says so; and the command can be given again. Two
# writers at once lose nothing.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
for program in strace sqlite3; do
	command -v $program >/dev/null 2>&1 ||
		cannot_run "$program is not installed"
done
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"
strace -qq -o /dev/null true 2>/dev/null ||
	cannot_run "strace may not trace here"

GATE_SERVICE=twrbac-prod-sshd
WRITES=write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync
WRITES=$WRITES,rename,renameat,renameat2,link,linkat,unlink,unlinkat,symlink
WRITES=$WRITES,mkdir,mkdirat,rmdir,fchmod,chmod,fchmodat,fchown,chown,fchownat
WRITES=$WRITES,openat,open,creat,exit_group
# What this machine's kernel does not have, strace does not know.
set_of() {
	known=
	for call in $(echo "$WRITES" | tr , ' '); do
		strace -qq -o /dev/null -e "trace=$call" true 2>/dev/null &&
			known=$known${known:+,}$call
	done
	echo "$known"
}
CALLS=$(set_of)

make_acme
write_conf
alice compile
stack "$GATE_SERVICE" ""
SAVED=$W/saved
mkdir "$SAVED"

save() {
	rm -rf "${SAVED:?}"/*
	cp -a "$STATE" "$SAVED/state"
	cp -a /etc/twrbac "$SAVED/etc"
}

restore() {
	rm -rf "$STATE" /etc/twrbac/*
	[ ! -d "$SAVED/state" ] || cp -a "$SAVED/state" "$STATE"
	[ ! -d "$SAVED/etc" ] || cp -a "$SAVED/etc/." /etc/twrbac/
}

# The module's word on login $1: granted, refused, or what went wrong.
verdict() {
	case $(pam_client "$GATE_SERVICE" "$1") in
	*PAM_SUCCESS*) echo granted ;;
	*PAM_PERM_DENIED* | *PAM_USER_UNKNOWN*) echo refused ;;
	*PAM_AUTHINFO_UNAVAIL*) echo "no usable policy" ;;
	*) echo "an unexpected answer" ;;
	esac
}

# Looks at a copy: opening a killed writer's file would mend it.
directory_is_sound() {
	rm -rf "$W/tmp/copy"
	mkdir "$W/tmp/copy"
	cp "$STATE"/directory.db* "$W/tmp/copy/" 2>/dev/null || return 0
	[ -e "$W/tmp/copy/directory.db" ] || return 0
	[ "$(sqlite3 "$W/tmp/copy/directory.db" 'PRAGMA integrity_check' \
	    2>&1)" = ok ]
}

leftovers() {
	find "$STATE" -name '*.new*' -o -name '*.tmp*' 2>/dev/null
}

# The calls of one run in their order: "name index", index counting the calls
# of that name. Only what writes: opening counts when it creates.
kill_points() { # command
	restore
	as alice strace -f -qq -o "$W/tmp/trace" -e "trace=$CALLS" "$@" \
	    >/dev/null 2>&1 || return 1
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(\(.*\)/\1 \2/p' "$W/tmp/trace" |
	    awk '{
		n[$1]++
		if ($1 ~ /^open/ && $0 !~ /O_CREAT/)
			next
		print $1, n[$1]
	}'
}

# Run the command, killed before its $2nd call of $1. Output in $W/tmp/said.
killed_at() { # call, index, command
	call=$1 index=$2
	shift 2
	as alice strace -f -qq -o /dev/null -e "trace=$call" \
	    -e "inject=$call:signal=SIGKILL:when=$index" "$@" \
	    >"$W/tmp/said" 2>&1
	# strace dies of the signal that its program died of
	if [ $? -eq 137 ]; then
		deaths=$((deaths + 1))
	fi
}

complain() {
	echo "killed before $call $index: $*" >>"$W/tmp/wrong"
}

# After a death: nothing is broken, nothing reported is lost.
inspect() { # login, verdict before, verdict after
	now=$(verdict "$1")
	case $now in
	"$2") olds=$((olds + 1)) ;;
	"$3") news=$((news + 1)) ;;
	*) complain "$1 is met by $now, neither $2 nor $3" ;;
	esac
	if grep -q ' in force: ' "$W/tmp/said" && [ "$now" != "$3" ]; then
		complain "the command had reported; $1 is $now"
	fi
	directory_is_sound || complain "PRAGMA integrity_check is not ok"
}

# The next command, about something else, puts things in order and says so.
heal() { # login
	left=$(leftovers)
	before=$(verdict "$1")
	as alice twrbac user add probe@example.com --name Probe \
	    >"$W/tmp/healed" 2>&1 ||
		complain "the next command fails: $(cat "$W/tmp/healed")"
	[ -z "$(leftovers)" ] || complain "leftovers stay: $(leftovers)"
	if [ -n "$left" ] || [ "$(verdict "$1")" != "$before" ]; then
		grep -q interrupted "$W/tmp/healed" ||
			complain "healed without a word: $(cat "$W/tmp/healed")"
		healed=$((healed + 1))
	fi
}

# The same again brings about what it was to bring about.
repeat() { # login, verdict after, command
	again_login=$1 again_want=$2
	shift 2
	as alice "$@" >"$W/tmp/again" 2>&1
	again_now=$(verdict "$again_login")
	[ "$again_now" = "$again_want" ] || complain "given again:" \
	    "$again_login is $again_now: $(cat "$W/tmp/again")"
}

# title, login, verdict before and after, command
kill_everywhere() {
	title=$1 login=$2 old=$3 new=$4
	shift 4
	save
	kill_points "$@" >"$W/tmp/points"
	begin_deaths
	while read -r point_call point_index; do
		restore
		killed_at "$point_call" "$point_index" "$@"
		inspect "$login" "$old" "$new"
		heal "$login"
		repeat "$login" "$new" "$@"
	done <"$W/tmp/points"
	restore
	echo "# $title: after $olds deaths the old policy was in force, after" \
	    "$news the new one; $healed times the next command healed"
	if [ "$olds" -gt 0 ] && [ "$news" -gt 0 ]; then
		ok "$title: both sides of the rename were met"
	else
		echo "old $olds, new $news" |
			not_ok "$title: both sides of the rename were met"
	fi
	report
}

begin_deaths() {
	points=$(wc -l <"$W/tmp/points")
	deaths=0 healed=0 olds=0 news=0
	: >"$W/tmp/wrong"
}

report() {
	if [ "$deaths" -ge 20 ]; then
		ok "$title: killed at $deaths of $points writing system calls"
	else
		not_ok "$title: killed at 20 system calls or more" \
		    <"$W/tmp/points"
	fi
	if [ "$((points - deaths))" -le "$((points / 20))" ]; then
		ok "$title: nearly every point was met again"
	else
		echo "$deaths of $points" |
			not_ok "$title: nearly every point was met again"
	fi
	if [ -s "$W/tmp/wrong" ]; then
		head -n 40 "$W/tmp/wrong" |
			not_ok "$title: whole, sound and healed after each"
	else
		ok "$title: whole, sound and healed after each"
	fi
}

# ---- commands that change what is in force ----

kill_everywhere "assignment add" sam refused granted \
    twrbac assignment add sam acme/messaging/production hosts:login
kill_everywhere "assignment remove" bob granted refused \
    twrbac assignment remove bob acme/messaging/production hosts:operator
kill_everywhere "user suspend" bob granted refused twrbac user suspend bob
sed -i 's/twrbac-prod-sshd"\]; any_role = \["hosts:login"/&, "general:support"/' \
    "$CONF"
kill_everywhere "compile" sam refused granted twrbac compile

# ---- init: nothing, or all of it ----

inspect_init() {
	directory_is_sound || complain "PRAGMA integrity_check is not ok"
	# Given again it either makes the organization or finds it made.
	as alice "$@" >"$W/tmp/again" 2>&1
	as alice twrbac user list >"$W/tmp/list" 2>&1 ||
		complain "no directory after a second init:" \
		    "$(cat "$W/tmp/again" "$W/tmp/list")"
	grep -q alice@example.com "$W/tmp/list" ||
		complain "an organization without its Owner"
	cp "$SAVED/conf" "$CONF"
	as alice twrbac compile >"$W/tmp/again" 2>&1 ||
		complain "no policy can be made: $(cat "$W/tmp/again")"
	[ "$(verdict alice)" = granted ] ||
		complain "the Owner is $(verdict alice)"
}

kill_init() { # command
	title=init
	rm -rf "${SAVED:?}"/*
	sed -e '/finance/,/scope/d' -e 's/,* *"general:support"//' \
	    -e '/twrbac-dev/,/scope/d' \
	    -e 's,acme/messaging/production,acme,' "$CONF" >"$SAVED/conf"
	kill_points "$@" >"$W/tmp/points" ||
		fatal "init does not run: $("$@" 2>&1)"
	begin_deaths
	while read -r point_call point_index; do
		restore
		killed_at "$point_call" "$point_index" "$@"
		inspect_init "$@"
	done <"$W/tmp/points"
	report
}

kill_init twrbac init acme --owner alice@example.com --login alice \
    --roles "$W/share/roles.conf" --conf-template "$W/share/twrbac.conf"

# ---- writers that meet ----

rm -rf "$STATE" /etc/twrbac/*
make_acme
write_conf
alice compile

# One of them: gives somebody a role; done, or busy and nothing done.
writer() { # number
	as alice twrbac user add "w$1@example.com" --name "Writer $1" \
	    >"$W/tmp/writer.$1" 2>&1
	echo $? >"$W/tmp/writer.$1.status"
}

# Reads as fast as it can until the file stop appears.
reader() {
	reads=0
	while [ ! -e "$W/tmp/stop" ]; do
		reads=$((reads + 1))
		case $(verdict bob) in
		granted) ;;
		*) echo "read $reads: $(verdict bob)" >>"$W/tmp/misread" ;;
		esac
	done
	echo "$reads" >"$W/tmp/reads"
}

: >"$W/tmp/misread"
reader &
reader_pid=$!
round=0 bad='' busy=0
while [ $round -lt 12 ]; do
	round=$((round + 1))
	writer "$round-a" &
	first=$!
	writer "$round-b" &
	wait $first $!
	for which in a b; do
		status=$(cat "$W/tmp/writer.$round-$which.status")
		listed=$(as alice twrbac user list --tsv 2>/dev/null |
			grep -c "w$round-$which@example.com")
		case $status,$listed in
		0,1) ;;
		75,0) busy=$((busy + 1)) ;;
		*) bad="$bad $round-$which: status $status, listed $listed:
$(cat "$W/tmp/writer.$round-$which");" ;;
		esac
	done
done
: >"$W/tmp/stop"
wait $reader_pid
is "24 writers, two at a time: done, or busy and nothing done" "$bad" ""
echo "# $busy of them were told that another one is writing"
if [ "$busy" -lt 24 ]; then
	ok "of two that meet one at least gets through"
else
	echo "all busy" | not_ok "of two that meet one at least gets through"
fi
is "a reader beside them never misses: $(cat "$W/tmp/reads") reads" \
    "$(cat "$W/tmp/misread")" ""

# One that holds the lock for long: busy, said so, nothing done.
if command -v flock >/dev/null 2>&1; then
	flock "$STATE/lock" sleep 60 &
	holder=$!
	wait_until 50 sh -c "! flock -n '$STATE/lock' true"
	writer late
	kill "$holder"
	is "the lock is held for long: exit status 75" \
	    "$(cat "$W/tmp/writer.late.status")" 75
	has "the lock is held for long: said so" \
	    "$(cat "$W/tmp/writer.late")" "another twrbac command" "try again"
	lacks "the lock is held for long: nothing is done" \
	    "$(as alice twrbac user list --tsv)" wlate@example.com
	is "a reader needs no lock" "$(verdict bob)" granted
else
	skip "flock is not installed" "the lock is held for long"
fi
directory_is_sound
is "the directory is sound" $? 0
is "no leftovers" "$(leftovers)" ""
finish
