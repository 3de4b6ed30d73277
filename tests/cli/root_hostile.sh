#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What nobody should do to it, and what machines do: text that wants to be
# SQL, bytes that are no text, a clock set back, file systems that are full
# or cannot be written, many writers at once, writers that are killed. Each
# time: a clear error, nothing lost, nothing half-written, and a journal that
# holds.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
# Mounts of ours are seen by nobody else, and end with us.
if [ "${TWR_HOSTILE-}" != inside ] &&
    unshare -m --propagation private true 2>/dev/null; then
	rm -rf "$D"
	TWR_HOSTILE=inside exec unshare -m --propagation private "$0" "$@"
fi
VERIFY=${TWR_BUILD:-$TREE/build}/tests/pam/verify_journal

as_root() {
	own --as-root "test suite" "$@"
}

# The journal's last number, or why it does not hold.
proven() {
	"$VERIFY" "$D/state/directory.db" 2>&1
}

holds() { # name
	seq=$(proven) && case $seq in
	*[!0-9]* | '') false ;;
	esac && ok "$1" && return
	not_ok "$1" "$seq"
}

count_rows() { # users | assignments
	as_root "$1" list --tsv
	wc -l <"$D/.out"
}

# Refused with a status, with words, and without any trace.
refused() { # name, wanted status, words, words of the command...
	name=$1 wanted=$2 words=$3
	shift 3
	before=$(proven)
	as_root "$@"
	after=$(proven)
	if [ "$status" -eq "$wanted" ] && contains "$err" "$words" &&
	    [ "$before" = "$after" ] && [ -n "$before" ]; then
		ok "$name"
	else
		not_ok "$name" "wanted $wanted and \"$words\"; journal was \
$before, is $after; $(show_run)"
	fi
	if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$D/.err"
	then
		not_ok "$name: prints no control character" "$(od -c "$D/.err")"
	fi
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/web --roles "$SHARE/roles.conf" \
    --conf-template "$SHARE/twrbac.conf"
exits "init" 0
as_root scope add acme/web --owner alice
as_root user add bob@example.com --login bob --uid 20002
own compile --lock-out-ok
exits "compile" 0
holds "the journal holds at the beginning"

# ---- SQL ----

n=0
# shellcheck disable=SC2016 # nothing is to be expanded
for text in "'; DROP TABLE user; --" '"; DELETE FROM journal; --' \
    "' OR '1'='1" "x' UNION SELECT log_key FROM host_state --" '%' '_' \
    "'||(SELECT hash FROM journal)||'" '$(reboot)' '`id`' '%n%s%x' '*' \
    '?1' ':a' '@a' "\\'; --"; do
	n=$((n + 1))
	refused "as role: $text" 1 "no such role" assignment add bob acme "$text"
	refused "as scope: $text" 1 "scope" scope add "acme/none/$text"
	refused "as user: $text" 1 "no such user" login map "$text" xyz
	as_root user add "sql$n@example.com" --name "$text"
	exits "as name: $text" 0
	as_root user list --tsv
	says "a name is a name: $text" "$(printf '%s' "$text" |
	    sed 's/\\/\\\\/g')"
	printf 'email,name\ncsv%d@example.com,"%s"\n' "$n" \
	    "$(printf '%s' "$text" | sed 's/"/""/g')" >"$D/one.csv"
	as_root import users "$D/one.csv"
	exits "imported: $text" 0
done
holds "the journal holds after all that SQL"

# ---- bytes ----

tab=$(printf '\t')
for bytes in '\001' '\033[2J' '\r' '\n' '\177' '\302\233' '\342\200\256' \
    '\377' '\300\257' '\355\240\200' '\364\220\200\200' 'a\303'; do
	shown=$(printf '%s' "$bytes" | tr '\134' /)
	# shellcheck disable=SC2059 # that is what they are for
	text=$(printf "x${bytes}y.")
	text=${text%.}
	refused "name with $shown" 1 "user name" user add z@example.com \
	    --name "$text"
	refused "reason with $shown" 1 "reason" assignment add bob acme \
	    hosts:login --reason "$text"
	refused "login with $shown" 1 "login" login map bob "$text"
	# shellcheck disable=SC2059
	printf "email,name\nz@example.com,\"x${bytes}y\"\n" >"$D/one.csv"
	as_root import users "$D/one.csv"
	case $status in
	1 | 65) ok "imported name with $shown is refused" ;;
	*) not_ok "imported name with $shown is refused" "$(show_run)" ;;
	esac
	complains "with file and line: $shown" "$D/one.csv:2: "
done
refused "a tab in a name" 1 "user name" user add z@example.com --name "a${tab}b"

# The longest argument that the kernel passes, and a megabyte of them.
long=$(head -c 131000 /dev/zero | tr '\0' x)
refused "a long role" 1 "no such role" assignment add bob acme "$long"
refused "a long scope" 1 "no such scope" assignment add bob "$long" hosts:login
refused "a long user" 1 "no such user" login map "$long" x
refused "a long login" 1 "login" login map bob "$long"
refused "a long name" 1 "longer than" user add z@example.com --name "$long"
refused "a long reason" 1 "longer than" assignment add bob acme hosts:login \
    --reason "$long"
refused "a long command" 64 "unknown command" "$long"
refused "a long option" 64 "unknown option" "--$long"
refused "a megabyte of roles" 1 "no such role" assignment add bob acme \
    hosts:login "$long" "$long" "$long" "$long" "$long" "$long" "$long" "$long"
as_root assignment list "$long"
exits "a long text is looked for" 1
own check "$long" sshd
exits "a long login is judged" 1

# ---- CSV ----

# The file is written first: a check at the end of a pipe would not count.
csv() { # name, wanted status, words, kind
	refused "$1" "$2" "$3" import "$4" "$D/file.csv"
}

printf 'email\na\000b@example.com\n' >"$D/file.csv"
csv "NUL in a file" 65 \
    "file.csv:2: a NUL byte" users
head -c 100000 /dev/urandom >"$D/file.csv"
csv "noise" 65 "file.csv" users
: >"$D/file.csv"
csv "an empty file" 65 "is empty" users
printf 'user,user,scope,role\nb,b,a,r\n' >"$D/file.csv"
csv "a column twice" 65 \
    'column "user": stands there twice' assignments
printf 'user,scope,role,password\n' >"$D/file.csv"
csv "an unknown column" 65 \
    "no such column" assignments
printf 'usr,scope,role\n' >"$D/file.csv"
csv "a mistyped column" 65 \
    'did you mean "user"?' assignments
printf 'user,scope\n' >"$D/file.csv"
csv "a missing column" 65 "lacks: role" assignments
printf 'user,scope,role\nbob,acme,"hosts:login\nbob,acme,hosts:admin\n' >"$D/file.csv"
csv "an open quote" 65 "file.csv:2: a double quote is opened" assignments
{
	printf 'email,name\nz@example.com,"'
	head -c 1048576 /dev/zero | tr '\0' x
	printf '"\n'
} >"$D/file.csv"
csv "a field of a megabyte" 65 "file.csv:2: a field is longer" users
{
	printf 'email,name\nz@example.com'
	head -c 1048576 /dev/zero | tr '\0' ,
	printf '\n'
} >"$D/file.csv"
csv "a million fields" 65 "file.csv:2: more than 64 columns" users
refused "an endless file" 65 "is this a CSV file?" import users /dev/zero
refused "a folder" 65 "is a folder" import users "$D"
refused "no file" 1 "No such file" import users "$D/none.csv"
awk 'BEGIN { print "user,scope,role"
	for (i = 0; i < 3000; i++) print "nobody" i ",acme,hosts:login" }' >"$D/file.csv"
csv "three thousand mistakes" 1 "3000 of 3000 rows refused" assignments
told=$(grep -c "file.csv:[0-9]*: " "$D/.err")
if [ "$told" -eq 20 ]; then ok "of which 20 are told"; else
	not_ok "of which 20 are told" "$told; $err"
fi
printf '\357\273\277email,name\r\n"q@example.com","Q ""the"" Q,\342\200\246"\r\n' \
    >"$D/file.csv"
as_root import users "$D/file.csv"
exits "a mark, CRLF, quotes and commas are well" 0
as_root user list --tsv
says "and the name is whole" "$(printf 'Q "the" Q,\342\200\246')"
printf 'organization = "acme";\000\n' >"$D/nul.conf"
chmod 644 "$D/nul.conf"
twrbac compile --directory "$D/state/directory.db" --policy \
    "$D/state/policy.cdb" --config "$D/nul.conf"
exits "NUL in twrbac.conf" 65
holds "the journal holds after all those files"

# ---- the last administrator ----

printf 'user,login\nbob@example.com,alice\n' >"$D/file.csv"
csv "import takes nobody's login" 1 "belongs to alice" logins
printf 'user,scope,role\nbob,acme,organization:owner\n' >"$D/file.csv"
csv "import makes no Owner" 1 "set-organization-role" assignments
printf 'email,organization_role\nalice@example.com,none\n' >"$D/file.csv"
csv "import takes no role from anybody" 1 "exists already" users

# ---- a clock that was set back: the journal's head lies in the future ----

if command -v python3 >/dev/null 2>&1; then
	mkdir "$D/aside"
	cp -p "$D/state/"* "$D/aside/"
	# the chain as journal.h describes it, by another hand
	why=$(python3 - "$D/state/directory.db" <<-'END' 2>&1
		import hashlib, sqlite3, struct, sys
		db = sqlite3.connect(sys.argv[1])
		seq, prev = db.execute("SELECT seq, hash FROM journal"
		    " ORDER BY seq DESC LIMIT 1").fetchone()
		subject, state = db.execute("SELECT subject, after FROM journal"
		    " WHERE entity = 'user' AND after IS NOT NULL"
		    " ORDER BY seq DESC LIMIT 1").fetchone()
		u64 = lambda n: struct.pack("<Q", n)
		field = lambda data: u64(len(data)) + data
		at = 4102444800  # 2100
		row = ("clock", "uid", None, "user", "user.activated", subject,
		    state, state)
		data = field(prev) + field(u64(seq + 1)) + field(u64(at))
		for text in row:
		    data += u64(2 ** 64 - 1) if text is None else \
		        field(text.encode())
		db.execute("INSERT INTO journal (seq, at, actor, how, reason,"
		    " entity, event, subject, before, after, hash)"
		    " VALUES (?,?,?,?,?,?,?,?,?,?,?)", (seq + 1, at) + row +
		    (hashlib.sha256(data).digest(),))
		db.commit()
		END
	)
	if [ -z "$why" ]; then ok "a journal whose head is of 2100"; else
		not_ok "a journal whose head is of 2100" "$why"
	fi
	holds "its chain holds, made by another hand"
	refused "a clock behind the journal" 1 "the clock says" user add \
	    y@example.com
	printf 'user,scope,role\nbob,acme/web,hosts:login\n' >"$D/file.csv"
csv "nor is anything imported" 1 "the clock says" assignments
	own compile --lock-out-ok
	exits "nor compiled" 1
	complains "nor compiled, and it says why" "the clock"
	own check bob sshd
	exits "but decisions go on" 1
	rm -f "$D/state/"*
	cp -p "$D/aside/"* "$D/state/"
	rm -rf "$D/aside"
else
	skip "a clock behind the journal" "python3 is not installed"
fi

# ---- many writers at once ----

before=$(count_rows user)
i=0
while [ "$i" -lt 8 ]; do
	i=$((i + 1))
	(
		done=0 k=0
		while [ "$k" -lt 5 ]; do
			k=$((k + 1))
			status=0
			"$TWRBAC" user add "many$i-$k@example.com" \
			    --as-root "test suite" --directory \
			    "$D/state/directory.db" --config \
			    "$D/etc/twrbac.conf" --policy \
			    "$D/state/policy.cdb" >/dev/null \
			    2>"$D/said.$i" || status=$?
			case $status in
			0) done=$((done + 1)) ;;
			75) ;;
			*) cat "$D/said.$i" >>"$D/strange" ;;
			esac
		done
		echo "$done" >"$D/done.$i"
	) &
done
wait
added=$(cat "$D"/done.* | awk '{ n += $1 } END { print n }')
after=$(count_rows user)
if [ ! -e "$D/strange" ] && [ "$added" -ge 1 ] &&
    [ "$after" -eq $((before + added)) ]; then
	ok "writers at once: done, or told to wait"
else
	not_ok "writers at once: done, or told to wait" \
	    "$added done, $before users before, $after after; \
besides: $(cat "$D/strange" 2>/dev/null)"
fi
holds "and the journal holds"

# ---- killed in the middle of an import ----

awk 'BEGIN { print "user,scope,role,until"
	for (i = 0; i < 20000; i++)
		printf "bob,acme%s,hosts:%s,%d-%02d-%02dT00:00:00Z\n",
		    i % 2 ? "/web" : "", i % 3 ? "login" : "operator",
		    2030 + i / 336 % 60, 1 + i / 28 % 12, 1 + i % 28
	}' | sort -u >"$D/sorted.csv"
# windows that end later and later, so that each adds one; header first
{
	echo "user,scope,role,until"
	grep -v '^user' "$D/sorted.csv" | sort -t, -k4,4
} >"$D/large.csv"
mkdir "$D/aside"
cp -p "$D/state/"* "$D/aside/"
none=$(count_rows assignment)
as_root import assignments "$D/large.csv"
exits "an import of many" 0
all=$(count_rows assignment)
if [ "$all" -gt $((none + 2000)) ]; then ok "it adds many"; else
	not_ok "it adds many" "$none before, $all after"
fi
holds "and the journal holds"
killed=0 finished=0 strange=
for delay in 0.02 0.05 0.08 0.12 0.16 0.2 0.25 0.3 0.35 0.4 0.5 0.6; do
	rm -f "$D/state/"*
	cp -p "$D/aside/"* "$D/state/"
	"$TWRBAC" import assignments "$D/large.csv" --as-root "test suite" \
	    --directory "$D/state/directory.db" --config "$D/etc/twrbac.conf" \
	    --policy "$D/state/policy.cdb" >/dev/null 2>&1 &
	writer=$!
	sleep "$delay"
	kill -KILL "$writer" 2>/dev/null
	wait "$writer" 2>/dev/null
	case $? in
	137) killed=$((killed + 1)) ;;
	0) finished=$((finished + 1)) ;;
	*) strange="$strange after $delay s: exit status $?;" ;;
	esac
	rows=$(count_rows assignment)
	[ "$rows" -eq "$none" ] || [ "$rows" -eq "$all" ] ||
		strange="$strange after $delay s: $rows rows;"
	seq=$(proven) || strange="$strange after $delay s: $seq;"
	own check bob sshd
	case $err in
	*corrupt* | *unsafe*) strange="$strange after $delay s: $err;" ;;
	esac
done
if [ -z "$strange" ] && [ "$killed" -gt 0 ]; then
	ok "killed $killed times in an import: all of it or nothing"
else
	not_ok "killed in an import: all of it or nothing" \
	    "killed $killed, finished $finished; $strange"
fi
as_root import assignments "$D/large.csv"
exits "and the file can be imported afterwards" 0
rows=$(count_rows assignment)
if [ "$rows" -eq "$all" ]; then ok "once"; else
	not_ok "once" "$rows rows, not $all"
fi
if [ -z "$(find "$D/state" -name '*.new' -o -name '*.tmp')" ]; then
	ok "nothing is left lying about"
else
	not_ok "nothing is left lying about" "$(ls -l "$D/state")"
fi
holds "and the journal holds"
rm -f "$D/state/"*
cp -p "$D/aside/"* "$D/state/"

# ---- file systems ----

if [ "${TWR_HOSTILE-}" = inside ] &&
    mount -t tmpfs -o mode=0700,size=64m twrbac "$D/state" 2>/dev/null; then
	trap 'umount "$D/state" 2>/dev/null; rm -rf "$D"' EXIT
	cp -p "$D/aside/"* "$D/state/"
	before=$(proven)
	mount -o remount,ro "$D/state"
	as_root user add ro@example.com
	exits "read-only: a write cannot be made" 73
	complains "read-only: it says why" "ead-only"
	as_root import assignments "$D/large.csv"
	exits "read-only: nor an import" 73
	own check alice sshd
	exits "read-only: decisions go on" 0
	mount -o remount,rw "$D/state"
	if [ "$(proven)" = "$before" ]; then
		ok "read-only: nothing was changed"
	else
		not_ok "read-only: nothing was changed" "$(proven)"
	fi
	as_root user add ro@example.com
	exits "writable again: it can" 0

	for spare in 16 64 256 1024 2048; do
		used=$(du -sk "$D/state" | cut -f 1)
		mount -o remount,size=$((used + spare))k "$D/state"
		before=$(proven)
		as_root import assignments "$D/large.csv"
		exits "full disk, $spare KiB left: exit status" 73
		complains "full disk, $spare KiB left: says so" "pace left"
		after=$(proven)
		if [ -n "$before" ] && [ "$before" = "$after" ]; then
			ok "full disk, $spare KiB left: nothing was changed"
		else
			not_ok "full disk, $spare KiB left: nothing was changed" \
			    "journal was $before, is $after"
		fi
		own check alice sshd
		exits "full disk, $spare KiB left: decisions go on" 0
	done
	mount -o remount,size=256m "$D/state"
	as_root import assignments "$D/large.csv"
	exits "room again: imported" 0
	rows=$(count_rows assignment)
	# one more is the organization role of ro@example.com
	if [ "$rows" -eq $((all + 1)) ]; then ok "room again: whole"; else
		not_ok "room again: whole" "$rows rows, not $all and one"
	fi
	holds "and the journal holds"
else
	skip "read-only and full file systems" "mounts are not allowed here"
fi
finish
