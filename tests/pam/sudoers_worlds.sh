#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random worlds, the same on every machine: who may run what is the same by
# the decision, by the generated file and by the plugin, as the real sudo and
# cvtsudoers read them. Then a host that follows an authority: its file
# follows too.
# shellcheck disable=SC2015 # ok does not fail
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
for program in sudo visudo cvtsudoers setpriv python3; do
	command -v $program >/dev/null 2>&1 ||
		cannot_run "$program is not installed"
done
plugin_world
FILE=/etc/sudoers.d/twrbac
WORLDS=${TWR_WORLDS:-8}

make_acme
account erin 61006
alice user add erin@example.com --name Erin --login erin
for svc in sudo sudo-i; do
	printf '%s required pam_permit.so\n' auth account session \
	    >"/etc/pam.d/$svc"
done
mkdir -m 0755 /etc/sudoers.d
for name in one two three; do
	# shellcheck disable=SC2016 # for the script to expand
	printf '#!/bin/sh\necho ran %s as $(id -u)\n' $name >"$W/bin/$name"
	chmod 0755 "$W/bin/$name"
done

# ---- random numbers ----

seed=20261122
random() { # below: sets picked
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	picked=$((seed / 65536 % $1))
}

pick() { # words: sets picked
	random $#
	shift "$picked"
	picked=$1
}

LOGINS="alice bob dora fin sam erin"
random_person() {
	pick bob dora fin sam erin
	person=$picked
}

random_role() { # sets role
	pick hosts:login hosts:operator hosts:admin general:support \
	    general:developer
	role=$picked
}

random_scope() { # for an assignment of the role
	pick acme/messaging acme/messaging/production acme/messaging/dev \
	    acme/messaging/qa
	case $role in
	general:*) picked=acme/messaging ;;
	esac
	scope=$picked
}

# What is refused or changes nothing is no harm: worlds differ enough.
change_something() {
	random 8
	case $picked in
	0 | 1 | 2 | 3)
		random_person
		random_role
		random_scope
		pick "" "" "--until 2031-01-01T00:00:00Z" \
		    "--from 2030-01-01T00:00:00Z"
		# shellcheck disable=SC2086 # an option and its value
		as alice twrbac assignment add "$person" "$scope" "$role" \
		    $picked --no-compile
		;;
	4 | 5)
		random_person
		random_role
		random_scope
		as alice twrbac assignment remove "$person" "$scope" "$role" \
		    --no-compile
		;;
	6)
		random_person
		pick suspend activate activate
		as alice twrbac user "$picked" "$person@example.com" \
		    --no-compile
		;;
	7)
		pick suspend activate activate
		as alice twrbac scope "$picked" acme/messaging/dev --no-compile
		;;
	esac >/dev/null 2>&1 </dev/null
}

# Three rules, one for each command: in twrbac.conf, and as lines for the
# plugin.
make_rules() {
	rules='' lines=''
	for name in one two three; do
		random_role
		random_scope
		pick root root web
		runas=$picked
		rules="$rules  { role = \"$role\"; scope = \"$scope\";
    runas = \"$runas\"; commands = [\"$W/bin/$name\"]; },
"
		lines="$lines\"%:$role@$scope\" ALL = ($runas) $W/bin/$name \"\"
"
	done
	write_conf
	printf 'sudo_rules = (\n%s\n);\n' "${rules%,?}" >>"$CONF"
}
account web 61007

may() { # sets answers: a line for each login and command
	answers=
	for login in $LOGINS; do
		for name in one two three; do
			for target in root web; do
				sudo -n -l -U "$login" -u "$target" "$W/bin/$name" \
				    >/dev/null 2>&1 && answers="$answers
$login $target $name"
			done
		done
	done
}

cat >"$W/decided.py" <<'PY'
import json, sys
for login in sys.argv[2:]:
    for r in json.load(open(sys.argv[1] + login))["rows"]:
        for c in r["commands"]:
            print(login, c)
PY

cat >"$W/compare.py" <<'PY'
import json, sys
ours, theirs = set(), set()
for r in json.load(open(sys.argv[1]))["rows"]:
    for c in r["commands"]:
        ours.add((r["login"], r["runas"], c + ' ""'))
for s in json.load(open(sys.argv[2])).get("User_Specs", []):
    for u in s["User_List"]:
        for cs in s["Cmnd_Specs"]:
            for ru in cs["runasusers"]:
                for c in cs["Commands"]:
                    theirs.add((u["username"], ru["username"],
                        c["command"]))
print(sorted(ours ^ theirs))
PY

world() { # number
	for _ in 1 2 3 4 5 6 7 8; do change_something; done
	make_rules
	alice compile --lock-out-ok
	[ "$1" -gt 1 ] || alice sudoers install
	as alice twrbac sudoers print --json >"$W/print.json" 2>/dev/null
	cvtsudoers -f json "$FILE" >"$W/cvt.json" 2>/dev/null
	is "world $1: sudo reads the file as it is meant" \
	    "$(python3 "$W/compare.py" "$W/print.json" "$W/cvt.json")" "[]"
	for login in $LOGINS; do
		as alice twrbac check "$login" sudo --json \
		    >"$W/decided.$login" 2>/dev/null
	done
	# shellcheck disable=SC2086 # words
	decided=$(python3 "$W/decided.py" "$W/decided." $LOGINS |
	    sed "s|$W/bin/||" | sort)
	printf '%s\n' "Defaults !fqdn, !lecture, !authenticate" \
	    "@includedir /etc/sudoers.d" >/etc/sudoers
	chmod 0440 /etc/sudoers
	may
	by_file=$answers
	sudoers "$lines"
	may
	is "world $1: file and plugin say the same" "$by_file" "$answers"
	is "world $1: and so does the decision" \
	    "$(printf '%s\n' "$answers" | sed '1d; s/ \([a-z]*\) / (\1) /' | sort -u)" \
	    "$decided"
	members=$((members + $(printf '%s\n' "$answers" | grep -c .)))
}

members=0
n=0
while [ $n -lt "$WORLDS" ]; do
	n=$((n + 1))
	world $n
done
if [ "$members" -ge $((WORLDS * 3)) ] &&
    [ "$members" -le $((WORLDS * 15)) ]; then
	ok "some may and some may not ($members in $WORLDS worlds)"
else
	echo "$members in $WORLDS worlds" |
	    not_ok "some may and some may not"
fi

# ---- a host that follows ----

alice sudoers install --remove
alice scope activate acme/messaging/dev
for login in bob dora fin sam erin; do
	as alice twrbac user activate $login@example.com >/dev/null 2>&1
done
printf '%s\n' "Defaults !fqdn, !lecture, !authenticate" \
    "@includedir /etc/sudoers.d" >/etc/sudoers
H=$W/host
mkdir -m 0755 "$H"
on_host() { # words
	said=$(twrbac --directory "$H/copy.db" --config "$H/twrbac.conf" \
	    --policy "$H/policy.cdb" "$@" 2>&1 </dev/null)
	status=$?
}
send() {
	rm -f "$W/tmp/backup.db"
	alice backup "$W/tmp/backup.db"
	install -m 0600 "$W/tmp/backup.db" "$H/copy.db"
}
host_rules() { # command
	write_conf
	cat "$CONF" >"$H/twrbac.conf"
	printf 'sudo_rules = ( { role = "hosts:operator"; commands = ["%s"]; } );\n' \
	    "$1" >>"$H/twrbac.conf"
	chmod 0644 "$H/twrbac.conf"
}
may_run() { # login, command
	by "$1" sudo -n "$W/bin/$2" 2>&1 </dev/null
}
as alice twrbac assignment remove erin acme/messaging/production \
    hosts:operator >/dev/null 2>&1
as alice twrbac assignment remove erin acme/messaging hosts:operator \
    >/dev/null 2>&1
as alice twrbac assignment add erin acme/messaging/production hosts:operator \
    >/dev/null 2>&1
send
host_rules "$W/bin/one"
on_host compile --lock-out-ok
is "a host that follows compiles" "$status" 0
on_host sudoers install
is "and installs the file by its own policy ($said)" "$status" 0
has "its header names its policy" "$(cat "$FILE")" "policy=$H/policy.cdb"
is "who holds the role at the authority may" "$(may_run erin one)" \
    "ran one as 0"
lacks "by its own rules only" "$(may_run erin two)" "ran two"
alice assignment remove erin acme/messaging/production hosts:operator
is "until the copy comes, the file is as it was" "$(may_run erin one)" \
    "ran one as 0"
send
on_host compile --lock-out-ok
has "compile of the new copy says who loses" "$status $said" "0 " \
    "erin loses"
lacks "and what the authority took away is gone" "$(may_run erin one)" "ran one"
alice assignment add erin acme/messaging/production hosts:operator
send
host_rules "$W/bin/two"
on_host compile --lock-out-ok
is "given again, by a rule that the host changed" "$status $(may_run erin two)" \
    "0 ran two as 0"
on_host assignment remove erin acme/messaging/production hosts:operator
has "the host cannot change who holds what" "$said" "follows"
is "and the file is as it was" "$(may_run erin two)" "ran two as 0"
# another policy of this machine does not take the file over
alice compile --lock-out-ok
tw=$(as alice twrbac sudoers install 2>&1)
has "the file of one policy is not another's" "$tw" "was not made from this"
is "and stays" "$(may_run erin two)" "ran two as 0"
echo "erin ALL = (ALL) ALL" >"$FILE"
alice assignment remove erin acme/messaging/production hosts:operator
send
on_host compile --lock-out-ok
has "a foreign file is left, loudly, on a host that follows" \
    "$status $said" "73 " "was not made from this policy"
is "as it was" "$(cat "$FILE")" "erin ALL = (ALL) ALL"
rm "$FILE"
on_host compile --lock-out-ok
is "and ours comes back when it is gone" "$status" 0
lacks "without her" "$(cat "$FILE")" "erin "
finish
