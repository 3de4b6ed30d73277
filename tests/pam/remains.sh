#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What stays behind when access is taken away, with real ssh sessions: what is
# listed, with which commands, and that --end-sessions ends it and nobody
# else's.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v twrbac >/dev/null || fatal "$TWR_BUILD/twrbac is not built; run make"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"

make_acme
write_conf
alice compile
alice assignment add dora acme/messaging/production hosts:login
prepare_ssh
service twrbac-prod-sshd break_glass=root
start_sshd twrbac-prod-sshd
own_mount /var/spool
mkdir -p /var/spool/cron/crontabs /var/spool/cron/atjobs \
    /var/lib/systemd/linger /run/sudo/ts /run/systemd/sessions
: >/run/utmp

# Terminals of the world's own, where the kernel lets it have them.
terminals=no
if mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts \
    /dev/pts 2>/dev/null; then
	umount /dev/ptmx 2>/dev/null
	rm -f /dev/ptmx
	ln -s pts/ptmx /dev/ptmx && terminals=yes
fi

# A session that stays: $1, a word that names it, more options of ssh.
stay() {
	who=$1 word=$2
	shift 2
	rm -f "$W/home/$who/$word"
	ssh -F none -p "$port" -l "$who" -i "$W/ssh/$who" "$@" \
	    -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=10 \
	    -o StrictHostKeyChecking=yes -o LogLevel=INFO \
	    -o UserKnownHostsFile="$W/ssh/known_hosts" 127.0.0.1 \
	    "echo in >$W/home/$who/$word; exec sleep 300" \
	    >"$W/tmp/$who.$word" 2>&1 </dev/null &
	client=$!
	wait_until 100 test -s "$W/home/$who/$word" || {
		cat "$W/tmp/$who.$word" >&2
		fatal "$who's session did not begin"
	}
}

lives() { # process
	[ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"
}

# shellcheck disable=SC2317 # wait_until calls it
gone() {
	! lives "$1"
}

is_alive() { # title, process
	if lives "$2"; then ok "$1"; else echo "process $2 is over" | not_ok "$1"; fi
}

is_gone() { # title, process
	if wait_until 50 gone "$2"; then ok "$1"; else
		ps -ef | not_ok "$1"
	fi
}

# title, exit status, who, command; sets said
does() {
	title=$1 want=$2 by_whom=$3
	shift 3
	TZ=UTC0 as "$by_whom" twrbac "$@" >"$W/tmp/said" 2>&1
	does_status=$?
	said=$(cat "$W/tmp/said")
	if [ $does_status -eq "$want" ]; then ok "$title"; else
		printf 'exit status %s, not %s\n%s\n' "$does_status" "$want" \
		    "$said" | not_ok "$title"
	fi
}

processes_of() { # login
	grep -l "^Uid:	$(uid_of "$1")	" /proc/[0-9]*/status 2>/dev/null |
	    cut -d / -f 3
}

# ---- nothing ----

does "nothing is left" 0 alice assignment remove dora \
    acme/messaging/production hosts:login
has "nothing is left: one line says so" "$said" "dora loses" \
    "nothing is left on this host of dora"
is "nothing is left: and only one" "$(printf '%s\n' "$said" | grep -c left)" 1
does "who loses nothing has nothing to show" 0 alice assignment remove dora \
    acme/messaging general:developer
lacks "who loses nothing has nothing to show" "$said" "on this host"
does "a command that gives" 0 alice assignment add dora \
    acme/messaging/production hosts:login
lacks "a command that gives: says nothing of it" "$said" "on this host"

# ---- a session, and all else ----

stay alice first
alice_client=$client
stay bob first
bob_client=$client
if [ "$terminals" = yes ]; then
	stay bob second -tt
else
	stay bob second
fi
bob_tty_client=$client
echo '* * * * * true' >/var/spool/cron/crontabs/bob
echo 'true' >/var/spool/cron/atjobs/a0002a01c8f3a1
echo 'true' >/var/spool/cron/atjobs/a0002b01c8f3a1
chown 61002 /var/spool/cron/atjobs/a0002a01c8f3a1
: >/var/lib/systemd/linger/bob
echo 'ssh-ed25519 AAAA bob' >"$W/home/bob/.ssh/authorized_keys"
mkfifo "$W/home/bob/.ssh/authorized_keys2"
: >/run/sudo/ts/61002
mkfifo /run/systemd/sessions/1.ref
printf 'UID=61002\nUSER=bob\nTTY=tty7\nCLASS=user\nREALTIME=1795219200000000\n' \
    >/run/systemd/sessions/c7

does "a role is removed" 0 alice assignment remove bob \
    acme/messaging/production hosts:operator
has "what is left" "$said" "bob loses" "what is left on this host of bob:" \
    "no terminal, ssh" "kill -HUP " "tty7" \
    "loginctl terminate-session c7" "sleep (" "pkill -KILL -U 61002" \
    "crontab -r -u bob" "1 in /var/spool/cron/atjobs" "atrm 42" \
    "loginctl disable-linger bob" \
    "runuser -u bob -- rm -f -- $W/home/bob/.ssh/authorized_keys" \
    "$W/home/bob/.ssh/authorized_keys2" "rm -f -- /run/sudo/ts/61002"
lacks "what is left: nothing of others" "$said" alice "atrm 42 43"
if [ "$terminals" = yes ]; then
	has "what is left: on a terminal" "$said" "pts/0, ssh from 127.0.0.1"
	is "what is left: one session is one, whoever tells of it" \
	    "$(printf '%s\n' "$said" | grep -c '^  session ')" 3
else
	skip "no terminals can be made here" "what is left: on a terminal"
fi
long=$(sed -n '/what is left/,$p' "$W/tmp/said" | awk 'length($0) > 100')
is "what is left: at most 100 columns" "$long" ""
ran=$(printf '%s\n' "$said" | sed -n 's/.*end it: \(kill -HUP [0-9]*\)$/\1/p' |
    head -n 1)
is_alive "nobody is thrown out unasked" "$bob_client"
is_alive "nor on a terminal" "$bob_tty_client"
$ran
if wait_until 50 gone "$bob_client" || wait_until 50 gone "$bob_tty_client"
then ok "the command that is shown ends a session"; else
	echo "$ran" | not_ok "the command that is shown ends a session"
fi
as alice twrbac remains bob --json >"$W/tmp/json" 2>/dev/null
is "as JSON" "$(python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
print(sorted({x["kind"] for x in j["rows"]}))' "$W/tmp/json" 2>&1)" \
    "['at jobs', 'crontab', 'linger', 'processes', 'session', 'ssh keys', 'sudo']"

# ---- ending ----

alice assignment add bob acme/messaging/production hosts:operator
stay bob third
bob_client=$client
# deaf to all that is polite, in a session of its own, and one that stands
by bob setsid sh -c 'trap "" HUP TERM INT; echo $$ >'"$W/home/bob/deaf"'
    while :; do sleep 1; done' >/dev/null 2>&1 </dev/null &
wait_until 50 test -s "$W/home/bob/deaf"
deaf=$(cat "$W/home/bob/deaf")
by bob sh -c 'kill -STOP $$' &
stopped=$!
by dora sleep 300 &
dora_sleep=$!
rm /run/systemd/sessions/c7
does "--end-sessions" 0 alice assignment remove bob \
    acme/messaging/production hosts:operator --end-sessions
has "--end-sessions: says what it did" "$said" "bob loses" ended \
    "crontab -r -u bob"
lacks "--end-sessions: nothing runs any more" "$said" "pkill" "kill -HUP"
is_gone "the ssh client's connection ends" "$bob_client"
wait "$bob_client"
is "the ssh client sees it" "$?" 255
is_gone "what is deaf ends" "$deaf"
is_gone "what stands ends" "$stopped"
is "no process of bob is left" "$(processes_of bob)" ""
is_alive "alice's session goes on" "$alice_client"
is_alive "dora's processes go on" "$dora_sleep"
has "the log has it" "$(grep 'sessions ended' "$LOG")" "login=bob" \
    "by=alice"
ssh_as bob "$port" true
is "bob does not get in again" "$ssh_status" 255

# ---- a contractor leaves with a session open ----

stay dora contract
does "a contractor leaves" 0 alice user suspend dora --end-sessions --utc
is_gone "a contractor leaves: the session ends" "$client"
is "a contractor leaves: the screen" "$(sed -n '/^policy/,$p' "$W/tmp/said" |
    sed -e 's/^policy [0-9]*/policy N/' -e 's/ended .* processes/ended N processes/')" \
    "policy N in force: dora loses twrbac-prod-sshd, twrbac-dev-sshd
ended; nothing is left on this host of dora:
  KIND   WHAT
dora
  ended N processes, and with them all sessions"
alice user activate dora

# ---- by every way that takes access away ----

for way in "user suspend dora" "user deactivate dora" "login unmap dora" \
    "assignment remove dora acme/messaging/production hosts:login"; do
	stay dora again
	# shellcheck disable=SC2086 # the words of a command
	does "$way" 0 alice $way --end-sessions
	is_gone "$way: the session ends" "$client"
	case $way in
	user*) alice user activate dora ;;
	login*) alice login map dora@example.com dora ;;
	*) alice assignment add dora acme/messaging/production hosts:login ;;
	esac
done
sed -i 's/any_role = \["hosts:login"\]/any_role = ["hosts:admin"]/' "$CONF"
stay dora again
does "a stricter rule" 0 alice compile --end-sessions
is_gone "a stricter rule: the session ends" "$client"
write_conf
alice compile
does "a command that comes too late" 0 alice user suspend sam --end-sessions
has "a command that comes too late: says so" "$said" "nothing was ended" \
    "twrbac remains"
stay dora again
does "remains LOGIN --end-sessions" 0 alice remains dora --end-sessions
is_gone "remains LOGIN --end-sessions" "$client"
does "a login that nobody mapped" 1 alice remains daemon --end-sessions
for switch in --no-compile --dry-run --confirm=5m; do
	case $switch in
	--dry-run | --confirm*) set -- compile ;;
	*) set -- user suspend dora ;;
	esac
	does "--end-sessions and $switch" 64 alice "$@" $switch --end-sessions
done

stay dora again
as alice twrbac assignment remove dora acme/messaging/production hosts:login \
    --json >"$W/tmp/json" 2>/dev/null
is "a write as JSON has it under a key of its own" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))
print([r["outcome"] for r in j["rows"]],
    sorted({(r["login"], r["kind"]) for r in j["remains"]}))' "$W/tmp/json" 2>&1)" \
    "['removed'] [('dora', 'processes'), ('dora', 'session')]"
alice assignment add dora acme/messaging/production hosts:login
kill "$client"

# ---- whose it is not ----

# two logins, one uid
sed -i "1adora2:x:61003:61003::$W/home/dora2:/bin/sh" /etc/passwd
by dora sleep 300 &
shared=$!
does "a shared uid" 1 alice user suspend dora --end-sessions
has "a shared uid: is named, and nothing is ended" "$said" \
    "dora2 has uid 61003 as well" "nothing of dora was ended"
is_alive "a shared uid: its processes go on" "$shared"
kill "$shared"
sed -i '/^dora2:/d' /etc/passwd
alice user activate dora

# what was begun from a session with sudo is another user's
cat >"$W/tmp/raise.py" <<'RAISE'
import os, sys, time
uid = int(sys.argv[1])
if os.fork() == 0:          # still root, as sudo's child is
    time.sleep(1)
    os.execlp("sleep", "sleep", "298")
os.setgid(uid)
os.setuid(uid)
time.sleep(300)
RAISE
python3 "$W/tmp/raise.py" 61003 >/dev/null 2>&1 &
parent=$!
wait_until 50 sh -c "ps -eo args | grep -q '^sleep 298'"
does "what sudo began" 0 alice user suspend dora
has "what sudo began: is told apart" "$said" raised \
    "begun by this login, run as another user"
root_sleep=$(ps -eo pid,args | awk '$2 == "sleep" && $3 == 298 { print $1 }')
has "what sudo began: with its end" "$said" "kill $root_sleep"
alice user activate dora
kill "$root_sleep" "$parent"

# a system account and root
account old 61010
sed -i 's/^old:x:61010:/old:x:210:/' /etc/passwd
alice login map fin@example.com old --allow-system
alice assignment add fin acme/messaging/production hosts:login
setpriv --reuid 210 --clear-groups sleep 300 &
daemon=$!
does "a system account" 1 alice login unmap old --end-sessions
has "a system account: is named" "$said" "old was ended: it is a system"
is_alive "a system account: its processes go on" "$daemon"
kill "$daemon"

stay dora last
does "user remove" 0 alice user remove dora --yes --end-sessions
is_gone "user remove: the session ends" "$client"

# ---- one's own session ----

alice assignment add bob acme/messaging/production hosts:admin
alice assignment add bob acme hosts:admin
as_uid=$(uid_of alice)
by alice sleep 299 &
alice_sleep=$!
cat >"$W/tmp/own.py" <<'OWN'
import os, subprocess, sys
uid = int(sys.argv[1])
# a shell of alice's with a root child, which runs the tool
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(r, 1)           # until the parent is alice
    sys.exit(subprocess.call(sys.argv[2:]))
os.setgid(uid)
os.setuid(uid)
os.write(w, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
OWN
TZ=UTC0 SUDO_UID=$as_uid python3 "$W/tmp/own.py" "$as_uid" "$W/bin/twrbac" \
    user suspend alice --end-sessions >"$W/tmp/said" 2>&1
is "one's own login" "$?" 1
said=$(cat "$W/tmp/said")
has "one's own login: the command lives to tell" "$said" "alice loses" \
    "1 process of alice is left: this command runs below; log out"
is_gone "one's own login: all else ends" "$alice_sleep"
is_gone "one's own login: the other session too" "$alice_client"
finish
