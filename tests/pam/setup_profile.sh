#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac setup --profile: the real pam-auth-update puts the package's profile
# into the real common-account, in a world of its own; setup says who would be
# refused, and for how long nobody is; it does not believe that it was done
# before it sees it, and every byte comes back.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"

BOOKS="/var/lib/pam /var/cache/debconf /usr/share/pam-configs"
TEMPLATES=/var/lib/dpkg/info/libpam-runtime.templates

# What the world hides and pam-auth-update wants.
if [ "${TWR_WORLD-}" != inside ]; then
	[ -x /usr/sbin/pam-auth-update ] ||
		cannot_run "pam-auth-update is Debian's (package libpam-runtime)"
	TWR_BOOKS=$(mktemp -d) || exit 1
	export TWR_BOOKS
	trap 'rm -rf "$TWR_BOOKS"' EXIT
	cp -a "$TEMPLATES" "$TWR_BOOKS/templates" 2>/dev/null
	cp -a /var/cache/debconf "$TWR_BOOKS/debconf" 2>/dev/null
fi
enter_world "$0" "$@"
# shellcheck source=tests/pam/stacks.sh
. "$TREE/tests/pam/stacks.sh"

PROFILE=/usr/share/pam-configs/twrbac
COMMON=/etc/pam.d/common-account
LINE="account	$(sed -n 's/^\t\(.*pam_twrbac.*\)/\1/p' \
    "$TREE/packaging/debian/pam-configs/twrbac")"

[ -e "$TWR_BOOKS/templates" ] || cannot_run "$TEMPLATES is not there"
make_modules
make_cast
cp /usr/share/pam-configs/unix "$W/unix"
for folder in $BOOKS; do
	mkdir -p "$folder"
	own_mount "$folder"
done
mkdir -p "$(dirname "$TEMPLATES")"
cp -a "$TWR_BOOKS/templates" "$TEMPLATES"
cp -a "$TWR_BOOKS/debconf/." /var/cache/debconf/
rm -f /etc/sudoers.d/* /etc/ssh/sshd_config.d/*
echo 'root ALL=(ALL:ALL) ALL' >/etc/sudoers
chmod 0440 /etc/sudoers
if command -v sshd >/dev/null 2>&1; then
	ssh-keygen -q -A
	printf 'UsePAM yes\n' >/etc/ssh/sshd_config
fi
sed -i "/^root:/s/^root:[^:]*:/root:\$6\$salt\$hash:/" /etc/shadow
cp -a /etc/pam.d "$W/pam.d" # the machine's: whatever includes common-account

# ---- a Debian that nobody has touched ----

books() { # words of pam-auth-update
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package "$@" \
	    >"$W/tmp/books" 2>&1 </dev/null
}

fresh() {
	rm -rf "$STATE" /etc/twrbac/* /etc/pam.d /var/lib/pam/*
	mkdir -m 0755 /etc/pam.d
	printf '%s\n' "auth required pam_deny.so" "account required pam_deny.so" |
		pamd other
	for name in sshd login sudo sudo-i su su-l cron chfn; do
		printf '%s\n' "@include common-auth" "@include common-account" |
			pamd "$name"
	done
	rm -f /usr/share/pam-configs/*
	cp "$W/unix" /usr/share/pam-configs/
	books --force
	[ -s "$COMMON" ] || fatal "pam-auth-update: $(cat "$W/tmp/books")"
	rm -f /etc/pam.d/*.pam-old
	cp "$TREE/packaging/debian/pam-configs/twrbac" "$PROFILE"
	keep
}

keep() {
	rm -rf "$W/before"
	cp -a /etc/pam.d "$W/before"
}

unchanged() { # name
	if why=$(diff -r "$W/before" /etc/pam.d 2>&1); then
		ok "$1"
	else
		printf '%s\n' "$why" | not_ok "$1"
	fi
}

setup() {
	status=0
	said=$(as alice twrbac setup "$@" --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf" 2>&1 </dev/null) || status=$?
}

first() { # more options
	setup acme --owner alice@example.com --login alice --profile "$@"
}

refused() { # name, exit status, words...
	refused_name=$1 refused_status=$2
	shift 2
	has "$refused_name" "$said" "$@"
	is "$refused_name: exit status" "$status" "$refused_status"
	unchanged "$refused_name: pam.d is as it was"
}

outcome() { # service, login
	pam_client "$1" "$2" 2>&1 | sed -n 's/^code=[0-9]* \([A-Z_]*\).*/\1/p'
}

first_line() { # of the account phase, the time replaced
	sed -n '/^[^#]/{s/=[0-9-]*T[0-9:]*Z/=TIME/;p;q;}' "$COMMON"
}

# ---- from nothing to a gate before all services ----

fresh
first --dry-run
is "--dry-run: exit status" "$status" 0
has "--dry-run says what would be done" "$said" \
    "$COMMON: profile enabled, permissive until"
unchanged "--dry-run: pam.d is as it was"
first --services sshd
refused "all services, and some" 64 "take one of them"
first --administrator bob@example.com --administrator-login bob
is "from nothing: exit status" "$status" 0
is "the line stands first, permissive" "$(first_line)" \
    "$LINE permissive_until=TIME"
is "the rest of common-account is as it was" \
    "$(grep -v pam_twrbac "$COMMON")" "$(cat "$W/before/common-account")"
is "no other file changes" "$(cd /etc/pam.d && cat ./[!c]* |
    cksum)" "$(cd "$W/before" && cat ./[!c]* | cksum)"
has "the report names services, and who would be refused" "$said" \
    "profile enabled" "chfn" "$COMMON:" "login-unmapped" \
    "until "
is "pam-auth-update has it in its books" \
    "$(grep -c "Module: twrbac" /var/lib/pam/account)" 1
is "libpam: dora is let in for now" "$(outcome sshd dora)" PAM_SUCCESS
keep
first
is "the same again: exit status" "$status" 0
unchanged "the same again changes nothing"
books
unchanged "the next pam-auth-update keeps the end"
setup
has "what is there" "$said" permissive "$COMMON:"
if command -v python3 >/dev/null 2>&1; then
	as alice twrbac setup --json --utc >"$W/tmp/json" 2>/dev/null
	is "--json is as twrbac-json(5) says" \
	    "$("$TREE/tests/cli/json_shape.py" "$TREE/tools/twrbac-json.5" \
		setup "$W/tmp/json" 2>&1)" ""
fi
setup --services sshd --enforce
has "one service by name: the line is not its own" "$said" "with --profile"
unchanged "one service by name: nothing changes"

# ---- enforcing, and back ----

status=0
said=$(as dora twrbac setup --enforce 2>&1 </dev/null) || status=$?
refused "who would be locked out cannot enforce" 1 \
    "dora, who runs this, would be locked out"
setup --enforce
is "--enforce: exit status" "$status" 0
is "--enforce: the line" "$(first_line)" "$LINE"
is "libpam: dora is refused" "$(outcome sshd dora)" PAM_USER_UNKNOWN
is "libpam: bob is let in" "$(outcome sshd bob)" PAM_SUCCESS
said=$(twrbac doctor --tsv) || true
is "doctor has nothing against it" \
    "$(printf '%s\n' "$said" | grep -E '^failure')" ""
sed -i '/pam_twrbac/s/$/ tell/' "$COMMON"
setup --permissive 1d
is "--permissive: beside what else was added" "$(first_line)" \
    "$LINE tell permissive_until=TIME"
is "libpam: dora again" "$(outcome sshd dora)" PAM_SUCCESS
books
setup --profile --enforce
is "--profile --enforce" "$(first_line)" "$LINE tell"
sed -i 's/\["hosts:login"\]/["general:support"]/' "$CONF"
twrbac compile --lock-out-ok >/dev/null 2>&1
setup --permissive 1d
keep
status=0
said=$(twrbac setup --enforce 2>&1 </dev/null) || status=$?
refused "root alone: everybody would be refused" 1 \
    "login would refuse everybody"

# ---- out again ----

setup --remove
refused "--remove alone names the profile" 1 "setup --remove --profile"
setup --remove --profile --dry-run
unchanged "--remove --profile --dry-run changes nothing"
has "--remove --profile --dry-run says so" "$said" "profile disabled"
setup --remove --profile
is "--remove --profile: exit status" "$status" 0
lacks "--remove --profile: out of pam.d" "$(cat /etc/pam.d/*)" pam_twrbac
is "libpam: nobody is judged" "$(outcome sshd dora)" PAM_SUCCESS
setup --remove --profile
is "--remove --profile again: exit status" "$status" 0
fresh
first --enforce
is "enforcing at once" "$(first_line)" "$LINE"
is "enforcing at once: dora" "$(outcome login dora)" PAM_USER_UNKNOWN
setup --remove --profile
unchanged "every byte of pam.d comes back"

# ---- what it does not believe ----

fresh
books --enable twrbac
first
is "enabled by hand before there was a policy: it becomes permissive" \
    "$status $(first_line)" "0 $LINE permissive_until=TIME"
fresh
mkdir -p /etc/twrbac
echo 'nonsense = ;' >"$CONF"
first
has "a step that fails: how it is left" "$said" "$CONF" \
    "the profile stands, permissive" "same command again"
is "a step that fails: the line" "$(first_line)" "$LINE permissive_until=TIME"
is "a step that fails: nobody is refused" "$(outcome sshd dora)" PAM_SUCCESS
rm "$CONF"
fresh
sed -i 's/^account.*pam_unix.so.*/account required pam_warn.so\n&/' "$COMMON"
keep
first
refused "edited by hand: pam-auth-update leaves it alone" 1 \
    "edited by hand" "--package --force" "same command again"
books --force
first
is "and the cure is one" "$status $(first_line)" \
    "0 $LINE permissive_until=TIME"
sed -i 's/^account.*pam_unix.so.*/account required pam_warn.so\n&/' "$COMMON"
keep
setup --remove --profile
refused "edited by hand: it stays in" 1 "sed -i.saved" "$COMMON"
fresh
printf '%s\n' "Name: Before all" "Default: no" "Priority: 70000" \
    "Account-Type: Primary" "Account:" "	sufficient pam_localuser.so" \
    >/usr/share/pam-configs/before
books --enable before
keep
first
refused "another profile in front of it" 1 "in front of all other"
lacks "another profile in front: ours is not left there" \
    "$(cat "$COMMON" /var/lib/pam/account)" twrbac

# ---- enabled by hand, and with the first policy it would begin to refuse ----

by_hand() { # the words of setup that made an organization; none: there is none
	fresh
	mkdir -p "$STATE"
	: >"$STATE/unconfigured"
	[ $# -eq 0 ] || as alice twrbac init acme --owner alice@example.com \
	    --login alice --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf" >/dev/null 2>&1
	books --enable twrbac
	is "by hand: nobody is refused yet" "$(outcome sshd dora)" PAM_SUCCESS
	keep
}

lets_in() { # name: a policy is in force, and still nobody is refused
	is "$1: the line" "$(first_line)" "$LINE permissive_until=TIME"
	is "$1: there is a policy" "$(ls "$STATE/policy.cdb")" \
	    "$STATE/policy.cdb"
	is "$1: nobody is refused" "$(outcome sshd dora)" PAM_SUCCESS
}

by_hand
setup acme --owner alice@example.com --login alice --services sshd
is "by hand, then --services: exit status" "$status" 0
has "by hand, then --services: it is told" "$said" "line made permissive"
lets_in "by hand, then --services"
by_hand
setup acme --owner alice@example.com --login alice --services sshd --dry-run
unchanged "by hand, then --services --dry-run: nothing changes"
setup acme --owner alice@example.com --login alice --services sshd \
    --permissive 1d
until=$(sed -n 's/.*permissive_until=\([^ ]*\).*/\1/p' "$COMMON")
is "by hand, then --permissive: until then" \
    "$(($(date -d "$until" +%s) / 86400))" \
    "$(($(date -d '+1 day' +%s) / 86400))"
by_hand
setup acme --owner alice@example.com --login alice --services sshd --enforce
has "by hand, --services --enforce: not that of all" "$said" "with --profile"
lets_in "by hand, --services --enforce"
by_hand init
setup --administrator bob@example.com --administrator-login bob
is "by hand, then an administrator: exit status" "$status" 0
lets_in "by hand, then an administrator"
by_hand
sed -i '/pam_twrbac/s/$/ permissive_until=2037-01-01T00:00:00Z/' "$COMMON"
keep
setup acme --owner alice@example.com --login alice --services sshd
is "by hand, with an end of its own: exit status" "$status" 0
unchanged "by hand, with an end of its own: it stays"
by_hand init
echo 'nonsense = ;' >>"$CONF"
setup --services sshd
has "by hand, no policy to be made" "$said" "the profile stands, permissive"
is "by hand, no policy to be made: nobody is refused" \
    "$(outcome sshd dora)" PAM_SUCCESS

# enforcing: not before it is known to hold
by_hand init
setup --enforce
is "by hand, then --enforce" "$status $(first_line)" "0 $LINE"
is "by hand, then --enforce: dora" "$(outcome sshd dora)" PAM_USER_UNKNOWN
by_hand init
status=0
said=$(as dora twrbac --as-root test setup --enforce 2>&1 </dev/null) ||
	status=$?
has "by hand, --enforce by who would be locked out" "$said" \
    "dora, who runs this, would be locked out" "the profile stands, permissive"
is "by hand, --enforce by who would be locked out: exit status" "$status" 1
lets_in "by hand, --enforce by who would be locked out"

# a copy that has no policy yet is told so before anything is written
by_hand init
as alice twrbac backup "$W/authority.db" >/dev/null 2>&1
setup --directory "$W/authority.db" --services sshd
refused "a copy without a policy" 1 "follows an authority" \
    "compile --directory FILE"

# what refuses since its policy is damaged goes on so
fresh
first --enforce
: >"$STATE/policy.cdb"
setup --services sshd
lacks "a damaged policy opens nothing" "$(first_line)" permissive_until

if command -v python3 >/dev/null 2>&1; then
	dialogue() { # [pattern, answer]... -- more words
		said=$(as alice python3 "$TREE/tests/pam/terminal.py" "$@" \
		    2>&1 </dev/null | tr -d '\r')
	}
	no_policy() { # name
		is "$1: no policy was made" \
		    "$(ls "$STATE/policy.cdb" 2>/dev/null)" ""
		unchanged "$1: pam.d is as it was"
		is "$1: nobody is refused" "$(outcome sshd dora)" PAM_SUCCESS
	}
	by_hand init
	dialogue 'Go on.*: ' n -- twrbac setup --profile
	has "by hand, asked: what is going to be done" "$said" \
	    "a policy is compiled" "$COMMON: line made permissive"
	has "by hand, asked: no" "$said" "no line of pam.d was changed"
	no_policy "by hand, asked: no"
	dialogue 'Go on.*: ' n -- twrbac setup --services sshd
	no_policy "by hand, --services, asked: no"
	dialogue 'Go on.*: ' n -- twrbac setup --enforce
	no_policy "by hand, --enforce, asked: no"
	dialogue 'Go on.*: ' n -- twrbac setup \
	    --administrator bob@example.com --administrator-login bob
	no_policy "by hand, an administrator, asked: no"
	lacks "by hand, asked: no: no administrator" \
	    "$(as alice twrbac user list 2>/dev/null)" bob@example.com
	dialogue 'Go on.*: ' y 'Write the lines.*: ' n -- twrbac setup --enforce
	has "by hand, --enforce, no in the end" "$said" "sshd dora" \
	    "nobody said yes; the profile stands, permissive"
	lets_in "by hand, --enforce, no in the end"
	by_hand init
	dialogue 'Go on.*: ' y -- twrbac setup --profile
	lets_in "by hand, asked: yes"
	by_hand init
	dialogue 'Go on.*: ' y 'Write the lines.*: ' y -- twrbac setup --enforce
	is "by hand, --enforce, yes and yes" "$(first_line)" "$LINE"
else
	skip "python3 is not installed" "by hand, asked"
fi

# ---- between the two writes ----

# What stands in the place of pam-auth-update: one that does more, or less.
stand_in() { # shell lines; "$@" is what it is told
	cp -a /usr/sbin/pam-auth-update "$W/real"
	printf '%s\n' '#!/bin/sh' "$@" >"$W/stand-in"
	chmod 0755 "$W/stand-in" "$W/real"
	mount --bind "$W/stand-in" /usr/sbin/pam-auth-update
}
fresh
printf '%s\n' "Name: Before all" "Default: no" "Priority: 70000" \
    "Account-Type: Primary" "Account:" "	sufficient pam_localuser.so" \
    >/usr/share/pam-configs/before
books --enable before
stand_in "[ \"\$1\" = --disable ] || exec $W/real \"\$@\""
first
umount /usr/sbin/pam-auth-update
is "not undone: exit status" "$status" 1
has "not undone: it is said, and the cure" "$said" "in front of all other" \
    "still stands in $COMMON and refuses" "sed -i.saved '/pam_twrbac/d' $COMMON"
sed -i.saved '/pam_twrbac/d' "$COMMON"
rm "$COMMON.saved"
lacks "not undone: the cure" "$(cat "$COMMON")" pam_twrbac

fresh
first
setup --remove --profile
stand_in "$W/real \"\$@\"; kill -KILL \$PPID"
first
umount /usr/sbin/pam-auth-update
is "killed between the two writes: exit status" "$status" 137
is "killed between the two writes: the line" "$(first_line)" "$LINE"
setup --permissive 14d
is "killed between the two writes: one command" "$status $(first_line)" \
    "0 $LINE permissive_until=TIME"
is "killed between the two writes: dora" "$(outcome sshd dora)" PAM_SUCCESS

# ---- what is refused before anything is made ----

made_nothing() {
	is "$1: nothing is made" "$(ls -A "$STATE" 2>/dev/null)" ""
}
fresh
rm "$PROFILE"
first
refused "no profile" 1 "$PROFILE" libpam-twrbac
made_nothing "no profile"
cp "$TREE/packaging/debian/pam-configs/twrbac" "$PROFILE"
first --policy "$W/policy.cdb"
refused "another policy" 1 "leave out --policy"
made_nothing "another policy"
mv "$SECURITY/pam_twrbac.so" "$W/module"
first
refused "no module" 1 module-missing
made_nothing "no module"
mv "$W/module" "$SECURITY/pam_twrbac.so"
: >"$W/plain"
mount --bind "$W/plain" /usr/sbin/pam-auth-update
first
refused "no pam-auth-update" 1 "no pam-auth-update" --services
made_nothing "no pam-auth-update"
umount /usr/sbin/pam-auth-update
setup acme --owner alice@example.com --login alice --services login
keep
first
refused "lines of setup are there already" 1 "/etc/pam.d/login" \
    "setup --remove first"

# ---- a person ----

if command -v python3 >/dev/null 2>&1; then
	fresh
	said=$(as alice python3 "$TREE/tests/pam/terminal.py" \
	    'Name of.*: ' acme 'E-mail of its.*: ' alice@example.com \
	    'login on this host \[alice\]: ' '' 'Scope.*\[acme\]: ' '' \
	    'second administrator.*: ' '' 'or all \[sshd\]: ' all \
	    'refusing for \[14d\]: ' 91d 'refusing for.*: ' 3650d \
	    'refusing for.*: ' '' 'Go on.*: ' y -- twrbac setup \
	    --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf" 2>&1 </dev/null)
	has "a dialogue: too long an answer" "$said" "permissive 91d: 90d at" \
	    "permissive 3650d: 90d at"
	has "a dialogue: all services" "$said" \
	    "$COMMON: profile enabled, permissive until"
	is "a dialogue: the line" "$(first_line)" "$LINE permissive_until=TIME"
else
	skip "python3 is not installed" "a dialogue"
fi
finish
