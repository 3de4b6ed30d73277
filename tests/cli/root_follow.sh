#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One authority and hosts that follow it, as the README's recipe has it: three
# roots, each with a state folder and a configuration of its own. Then what a
# host refuses to take up, backups while others write, and restoring one.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}
# The tool on host $1, with the copy that was sent there.
on() { # host, words
	host=$1
	shift
	twrbac --directory "$D/$host/copy.db" --config "$D/$host/twrbac.conf" \
	    --policy "$D/$host/policy.cdb" "$@"
}
send() { # host: what rsync or a file module does, by rename
	install -m 0600 "$D/backup.db" "$D/$1/copy.db.new"
	mv "$D/$1/copy.db.new" "$D/$1/copy.db"
}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/messaging/production --roles "$D/roles.conf" \
    --conf-template "$D/template.conf"
as_root scope add acme/messaging --owner alice
as_root scope add acme/messaging/production
as_root scope add acme/messaging/qa
as_root user add bob@example.com --name Bob --login bob --uid 20002 \
    --organization-role administrator
as_root user add eve@example.com --login eve --uid 20003
as_root assignment add eve acme/messaging/qa hosts:login
as_root assignment add bob acme/messaging/production hosts:operator
own compile
exits "the authority compiles for itself" 0

# ---- backup ----

own backup backup.db
exits "backup wants an absolute path" 64
own backup "$D/state/directory.db"
exits "backup never writes over the directory" 1
complains "and says so" "is no copy that twrbac made"
own backup "$D/backup.db"
exits "backup" 0
says "backup names the head" "journal head"
modes=$(stat -c '%a %U' "$D/backup.db")
if [ "$modes" = "600 root" ]; then ok "its mode is 0600"; else
	not_ok "its mode is 0600" "$modes"
fi
if [ -e "$D/backup.db-wal" ] || [ -e "$D/backup.db-shm" ] ||
    [ -e "$D/backup.db.new" ]; then
	not_ok "it is one file" "$(ls "$D")"
else
	ok "it is one file"
fi
own backup "$D/backup.db"
exits "backup over a backup" 0
own backup "$D/no/such/folder/x.db"
exits "backup into nowhere" 73

# ---- three roots ----

for host in prod qa; do
	mkdir -m 0711 "$D/$host"
	case $host in
	prod) scope=acme/messaging/production ;;
	qa) scope=acme/messaging/qa ;;
	esac
	sed "s|^scope .*|scope = \"$scope\";|" "$D/etc/twrbac.conf" \
	    >"$D/$host/twrbac.conf"
	chmod 644 "$D/$host/twrbac.conf"
	send "$host"
	on $host compile
	exits "$host compiles from the copy" 0
	says "$host: a policy of its own" "policy 1 in force"
done
on prod check bob sshd
exits "bob may enter production" 0
on prod check eve sshd
exits "eve may not" 1
on qa check eve sshd
exits "eve may enter qa" 0
on qa check bob sshd
exits "bob may not" 1

# ---- what such a host does not do ----

sum=$(cksum <"$D/qa/copy.db")
on qa user add x@example.com --as-root t
exits "a host that follows writes nothing" 1
complains "and says where to" "change it on the authority"
on qa apply "$D/none.conf" --as-root t
exits "not by apply either" 1
on qa compile --confirm 5m
exits "nor has it --confirm" 64
on qa confirm
exits "nor confirm" 1
on qa user list --as-root t
exits "it reads the copy" 0
on qa who-can sshd --as-root t
exits "who-can asks the copy" 0
says "who-can: eve" "eve"
on qa journal verify --as-root t
exits "journal verify proves the copy" 0
on qa status
exits "status" 0
says "status names the copy" "follows "
says "status: in force" "in force"
on qa status --json
json "status --json" 'r[0]["follows"].endswith("/qa/copy.db") and r[0]["policy"] == "in-force"'
on qa compile
exits "compile again" 0
says "the serial is the host's own" "policy 2 in force: no login's access"
if [ "$sum" = "$(cksum <"$D/qa/copy.db")" ]; then
	ok "the copy is never written"
else
	not_ok "the copy is never written" "$(ls -l "$D/qa")"
fi
echo 'nonsense;' >>"$D/qa/twrbac.conf"
on qa compile
exits "a broken configuration of the host" 65
on qa check eve sshd
exits "leaves its policy" 0
on qa status
says "and status says that it was edited" "edited since it was accepted"
cp "$D/qa/twrbac.conf" "$D/qa/broken"
sed '$d' "$D/qa/broken" >"$D/qa/twrbac.conf"

# the remembered copy serves when there is no directory of its own
if [ ! -e /var/lib/twrbac/directory.db ]; then
	twrbac --policy "$D/qa/policy.cdb" --config "$D/qa/twrbac.conf" status
	exits "the copy is remembered" 0
	says "by status" "$D/qa/copy.db"
	twrbac --policy "$D/qa/policy.cdb" --config "$D/qa/twrbac.conf" \
	    user add x@example.com --as-root t
	exits "and by writes" 1
	complains "which say so" "this host follows OR"
fi

# ---- the next copy ----

cp -p "$D/backup.db" "$D/old.db"
as_root user suspend eve
as_root assignment add bob acme/messaging/qa hosts:login
own backup "$D/backup.db"
send qa
on qa status
says "status: something is pending" "changes are pending"
on qa compile
exits "the next copy" 0
says "who gains and who loses" "bob gains sshd"
on qa check eve sshd
exits "eve is out" 1

# ---- what is refused ----

refused() { # name, words
	on qa compile
	exits "$1" 1
	complains "$1: says why" "$2"
	on qa check bob sshd
	exits "$1: the policy stays" 0
}
cp -p "$D/qa/copy.db" "$D/newest.db"
cp -p "$D/old.db" "$D/qa/copy.db"
refused "an older copy" "is older"

mkdir -m 711 "$D/emca"
twrbac init emca --owner a@example.com --login a --uid 20009 \
    --directory "$D/emca/directory.db" --policy "$D/emca/policy.cdb" \
    --config "$D/emca/twrbac.conf" --roles "$D/roles.conf" \
    --conf-template "$D/template.conf"
twrbac backup "$D/emca.db" --directory "$D/emca/directory.db" \
    --policy "$D/emca/policy.cdb"
exits "another organization's backup" 0
cp -p "$D/emca.db" "$D/qa/copy.db"
on qa compile
if [ "$status" -ne 0 ]; then ok "is refused"; else
	not_ok "is refused" "$(show_run)"
fi

cp -p "$D/state/directory.db" "$D/fork.db" 2>/dev/null
mkdir -m 711 "$D/fork"
twrbac restore "$D/old.db" --directory "$D/fork/directory.db" \
    --policy "$D/fork/policy.cdb"
exits "restore elsewhere" 0
for n in 1 2 3 4 5 6 7 8; do
	twrbac user add "f$n@example.com" --as-root t --no-compile \
	    --directory "$D/fork/directory.db" --policy "$D/fork/policy.cdb"
done
for n in 1 2 3 4 5 6; do
	twrbac compile --directory "$D/fork/directory.db" --adopt-path \
	    --policy "$D/fork/policy.cdb" --config "$D/etc/twrbac.conf"
done
twrbac backup "$D/forked.db" --directory "$D/fork/directory.db" \
    --policy "$D/fork/policy.cdb"
cp -p "$D/forked.db" "$D/qa/copy.db"
refused "a history that forked" "does not continue"

cp -p "$D/newest.db" "$D/qa/copy.db"
chmod 666 "$D/qa/copy.db"
on qa compile
exits "a copy that others can write" 65
chmod 600 "$D/qa/copy.db"
own compile --confirm 1h
own backup "$D/pending.db"
cp -p "$D/pending.db" "$D/qa/copy.db"
refused "a copy of what waits to be confirmed" "waited to be confirmed"
own confirm
own backup "$D/backup.db"
send qa
on qa compile
exits "and what was confirmed is taken" 0
twrbac compile --directory "$D/qa/copy.db" --config "$D/etc/twrbac.conf" \
    --policy "$D/state/policy.cdb"
exits "an authority follows nobody" 1
complains "and says what to move" "a directory of its own"

# ---- backup while a writer writes ----

(
	n=0
	while [ ! -e "$D/enough" ]; do
		n=$((n + 1))
		"$TWRBAC" --directory "$D/state/directory.db" --config \
		    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" \
		    --as-root t user add "w$n@example.com" --no-compile \
		    >/dev/null 2>&1
	done
) &
writer=$!
for n in 1 2 3 4 5; do
	own backup "$D/busy.db"
	[ "$status" -eq 0 ] || break
	rm -rf "$D/proof"
	mkdir -m 711 "$D/proof"
	twrbac restore "$D/busy.db" --directory "$D/proof/directory.db" \
	    --policy "$D/proof/policy.cdb"
	[ "$status" -eq 0 ] || break
done
: >"$D/enough"
wait $writer
exits "backups under a writer are whole" 0

# ---- the recipe of restoring ----

own backup "$D/good.db" --json
head=$(sed -n 's/.*"journal_hash": "\([0-9a-f]*\)".*/\1/p' "$D/.out")
as_root user add late@example.com
own compile
serial=$(own status --json && printf '%s\n' "$out" |
    sed -n 's/.*"serial": \([0-9]*\).*/\1/p' | head -n 1)
# the disk lost it
mkdir "$D/lost"
mv "$D"/state/directory.db* "$D/lost/"
own status
exits "the directory is gone" 1
own check bob sshd
exits "the policy still decides" 0
own restore "$D/good.db"
exits "restore" 0
says "restore says what comes next" "run twrbac compile"
as_root journal verify --head "$head"
exits "journal verify --head" 0
own check bob sshd
exits "the policy still decides" 0
own compile
exits "compile" 0
own status --json
json "the serial went on" "r[0]['serial'] > ${serial:-0}"
own restore "$D/good.db"
exits "restore never writes over a directory" 1
head -c 20000 "$D/good.db" >"$D/cut.db"
chmod 600 "$D/cut.db"
own restore "$D/cut.db" --directory "$D/proof/x.db"
if [ "$status" -ne 0 ] && [ ! -e "$D/proof/x.db" ]; then
	ok "a cut backup is refused"
else
	not_ok "a cut backup is refused" "$(show_run)"
fi
finish
