#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac setup: the line it writes is met by the real libpam and the real sshd;
# what it must not do it refuses; every byte comes back; and a kill at any
# system call leaves the old file or the new one, and no other.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
# shellcheck source=tests/pam/stacks.sh
. "$TREE/tests/pam/stacks.sh"

LINE="account [success=ok ignore=ignore default=die]	pam_twrbac.so break_glass=root"
MARK="# twrbac setup"
GATE='' # hosts before any set-up

make_modules
make_cast
if command -v sshd >/dev/null 2>&1; then
	ssh-keygen -q -A
	prepare_ssh
	printf 'UsePAM yes\n' >/etc/ssh/sshd_config
fi
rm -f /etc/sudoers.d/* && echo 'root ALL=(ALL:ALL) ALL' >/etc/sudoers
chmod 0440 /etc/sudoers
sed -i "/^root:/s/^root:[^:]*:/root:\$6\$salt\$hash:/" /etc/shadow

# ---- asking ----

# As alice, without a terminal. Output in said, status in status.
setup() {
	status=0
	said=$(as alice twrbac setup "$@" --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf" 2>&1 </dev/null) || status=$?
}

first() { # more options
	setup acme --owner alice@example.com --login alice "$@"
}

fresh() { # stacks
	rm -rf "$STATE" /etc/twrbac/*
	"$1"
	keep
}

keep() {
	rm -rf "$W/before"
	cp -a /etc/pam.d "$W/before"
}

unchanged() { # name: pam.d is as it was when it was kept
	if why=$(diff -r "$W/before" /etc/pam.d 2>&1); then
		ok "$1"
	else
		printf '%s\n' "$why" | not_ok "$1"
	fi
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

lines_of() { # service: what names the module there, the time replaced
	line_in "/etc/pam.d/$1"
}

line_in() { # file
	sed -n '/pam_twrbac/{s/=[0-9-]*T[0-9:]*Z/=TIME/;p;}' "$1"
}

# ---- what the command line lacks ----

fresh debian_sss
setup
refused "no terminal and nothing said" 64 "NAME" "--owner" "--login" "--services"
first
refused "no services" 64 "--services"
first --services nowhere
refused "a service that is not there" 1 "/etc/pam.d/nowhere" "no such file"
first --services common-account
refused "a part of other services" 64 "part of other services"
first --services ../../shadow
refused "no service's name" 64 "no PAM service"
first --services sshd --permissive 91d
refused "too long permissive" 64 "90d at most"
first --services sshd --permissive 1d --enforce
refused "permissive and enforcing" 64 "--permissive"
first --services sshd --remove
refused "--remove stands alone" 64 "--remove stands alone"
first --services sshd --administrator bob@example.com
refused "an administrator without a login" 64 "--administrator-login"
first --services sshd --administrator ALICE@example.com --administrator-login bob
refused "the Owner twice" 64 "the Owner himself"
first --services sshd --host-scope other/place
refused "a scope elsewhere" 64 "other/place" "acme/"
first --services sshd --host-scope acme/a/b/c
refused "a scope too deep" 64 "too many parts"
setup acme --owner alice --login alice --services sshd
refused "an e-mail that is none" 1 "alice"
is "nothing was made by all that" "$(ls -A "$STATE" /etc/twrbac 2>/dev/null)" \
    "/etc/twrbac:"
first --services sshd,sudo --dry-run
is "--dry-run: exit status" "$status" 0
has "--dry-run says what would be done" "$said" "/etc/pam.d/sshd: line inserted"
unchanged "--dry-run: pam.d is as it was"
is "--dry-run: no directory" "$(ls -A "$STATE" 2>/dev/null)" ""
status=0
said=$(by dora twrbac setup 2>&1) || status=$?
refused "not as root" 77 "needs root"

# ---- from nothing to a gate ----

fresh debian_sss
chmod 0640 /etc/pam.d/sshd
chgrp 4 /etc/pam.d/sshd
keep
first --administrator bob@example.com --administrator-login bob \
    --host-scope acme/messaging/production --services sshd,sudo
is "from nothing: exit status" "$status" 0
has "from nothing: what was done" "$said" "acme/messaging/production" \
    "policy 1 in force" "bob@example.com" "until "
is "the line of sshd" "$(lines_of sshd)" \
    "$LINE permissive_until=TIME $MARK"
is "the line of sudo tells" "$(lines_of sudo)" \
    "$LINE permissive_until=TIME tell $MARK"
is "sudo-i goes with sudo" "$(lines_of sudo-i)" "$(lines_of sudo)"
is "su was not chosen" "$(lines_of su)" ""
is "after the auth lines, before all of the account phase" \
    "$(sed -n '/pam_twrbac/=;/pam_nologin/=' /etc/pam.d/sshd | tr '\n' ' ')" \
    "3 4 "
is "owner and mode stay" "$(stat -c '%u:%g %a' /etc/pam.d/sshd)" "0:4 640"
is "no other file is in pam.d" "$(ls -A /etc/pam.d)" "$(ls -A "$W/before")"
is "nothing is left beside it" "$(find /etc -maxdepth 1 -name '.twrbac*')" ""
until=$(sed -n 's/.*permissive_until=\([^ ]*\).*/\1/p' /etc/pam.d/sshd)
is "for fourteen days" "$(($(date -d "$until" +%s) / 86400))" \
    "$(($(date -d '+14 days' +%s) / 86400))"
has "who would be refused" "$said" "dora      sshd" "login-unmapped"
is "alice administrates as herself" \
    "$(as alice twrbac journal list --tsv 2>/dev/null | grep -c as-root)" 0
keep
first --administrator bob@example.com --administrator-login bob \
    --host-scope acme/messaging/production --services sshd,sudo
is "the same again: exit status" "$status" 0
unchanged "the same again changes nothing"
if command -v python3 >/dev/null 2>&1; then
	as alice twrbac setup --json --utc >"$W/tmp/json" 2>/dev/null
	is "--json is as twrbac-json(5) says" \
	    "$("$TREE/tests/cli/json_shape.py" "$TREE/tools/twrbac-json.5" \
		setup "$W/tmp/json" 2>&1)" ""
fi
setup
is "what is there: exit status" "$status" 0
has "what is there" "$said" "permissive" "/etc/pam.d/sshd:3"
unchanged "looking changes nothing"
setup beta --services sshd
refused "another organization" 1 "holds the organization acme, not beta"

# ---- a second administrator who is there already ----

second() { # e-mail, login
	setup --administrator "$1" --administrator-login "$2"
}
people() {
	as alice twrbac user list --json 2>/dev/null | tr -d ' \n'
}
second alice@example.com dora
refused "the Owner is no second one" 64 "the Owner himself"
second bob@example.com alice
refused "somebody else's login" 1 "alice: is the login of alice@example.com" \
    "login unmap alice"
known=$(people)
second eve@example.com bob
refused "a new one with somebody's login" 1 "bob: is the login of bob@"
is "a new one with somebody's login: nobody is made" "$(people)" "$known"
as alice twrbac user add eve@example.com --name Eve >/dev/null 2>&1
as alice twrbac user suspend eve@example.com >/dev/null 2>&1
second eve@example.com dora
refused "one who is suspended" 1 "is suspended" "user activate eve@example.com"
as alice twrbac user activate eve@example.com >/dev/null 2>&1
second eve@example.com dora
is "a user without login and role: exit status" "$status" 0
has "a user without login and role: what was done" "$said" \
    "second administrator eve@example.com (login dora)"
has "a user without login and role gets both" \
    "$(as alice twrbac organization show 2>/dev/null | tr -s ' \n' ' ';
    as alice twrbac login list 2>/dev/null | tr -s ' ')" \
    "administrators bob@example.com eve@example.com" \
    "dora 61003 eve@example.com"
is "libpam: dora is granted then" "$(outcome sshd dora)" PAM_SUCCESS
second eve@example.com dora
is "the same again: exit status" "$status" 0
lacks "the same again says nothing" "$said" "second administrator"
as alice twrbac user remove eve@example.com --yes >/dev/null 2>&1
unchanged "all that leaves pam.d as it was"

is "libpam: dora is let in for now" "$(outcome sshd dora)" PAM_SUCCESS
if command -v sshd >/dev/null 2>&1; then
	start_sshd sshd
	log_mark
	ssh_as dora "$port" id -un
	is "ssh: dora gets in while it is permissive" "$ssh_out" dora
	has "ssh: the log says would-deny" "$(log_since)" \
	    verdict=would-deny by=argument
fi

# ---- enforcing ----

status=0
said=$(as dora twrbac setup --enforce 2>&1 </dev/null) || status=$?
refused "who would be locked out cannot enforce" 1 \
    "dora, who runs this, would be locked out" "twrbac check dora"
setup --enforce --dry-run
has "--enforce --dry-run" "$said" "dry run"
unchanged "--enforce --dry-run: pam.d is as it was"
setup --enforce
is "--enforce: exit status" "$status" 0
is "--enforce: the line" "$(lines_of sshd)" "$LINE $MARK"
is "--enforce: the line of sudo" "$(lines_of sudo)" "$LINE tell $MARK"
is "--enforce changes that line alone" \
    "$(diff "$W/before/sshd" /etc/pam.d/sshd | grep -c '^[<>]')" 2
is "libpam: dora is refused" "$(outcome sshd dora)" PAM_USER_UNKNOWN
is "libpam: bob is let in" "$(outcome sshd bob)" PAM_SUCCESS
if command -v sshd >/dev/null 2>&1; then
	log_mark
	ssh_as dora "$port" id -un
	is "ssh: dora is refused" "$ssh_out" ""
	has "ssh: and told so" "$ssh_err" "access to"
	has "ssh: the log says deny" "$(log_since)" verdict=deny
	ssh_as bob "$port" id -un
	is "ssh: bob gets in" "$ssh_out" bob
fi
keep
setup --enforce
unchanged "--enforce again changes nothing"
setup --permissive 2d --services sshd
is "back to permissive" "$(lines_of sshd)" "$LINE permissive_until=TIME $MARK"
is "the other one still enforces" "$(lines_of sudo)" "$LINE tell $MARK"
is "libpam: dora again" "$(outcome sshd dora)" PAM_SUCCESS
setup --services su,login,cron,atd --enforce
is "more, enforcing at once" "$(lines_of su-l)" "$LINE $MARK"
setup --enforce
said=$(twrbac doctor --tsv) || true
is "doctor has nothing against a host that setup made" \
    "$(printf '%s\n' "$said" | grep -E '^(warning|failure)')" ""

# ---- out again ----

setup --remove
is "--remove: exit status" "$status" 0
fresh_sum=$(debian_sss && chmod 0640 /etc/pam.d/sshd && sum_of() {
	(cd /etc/pam.d && cat ./*) | cksum
} && sum_of)
first --services sshd
setup --remove
is "--remove gives back every byte" "$(cd /etc/pam.d && cat ./* | cksum)" \
    "$fresh_sum"
is "--remove: no other file" "$(ls -A /etc/pam.d)" "$(ls -A "$W/before")"
setup --remove
is "--remove again: exit status" "$status" 0

# texts of all kinds come back
for text in 'account required pam_unix.so' \
    'auth required pam_permit.so\naccount required pam_unix.so # last' \
    'auth required pam_permit.so\r\naccount required pam_unix.so\r\n' \
    '\357\273\277# with a mark of its encoding\naccount required pam_unix.so\n' \
    '\n# a comment \\\n\n@include common-account\n' \
    'auth required \\\n pam_permit.so\naccount \\\n required pam_unix.so\n' \
    'session required pam_permit.so\n-account required pam_unix.so\n'; do
	fresh debian_plain
	# shellcheck disable=SC2059 # escapes are meant
	printf "$text" >/etc/pam.d/sshd
	keep
	first --services sshd --enforce
	case $text in
	*unix.so?r*)
		refused "as libpam reads it nobody gets in: $text" 1 \
		    "would not hold"
		continue
		;;
	esac
	is "libpam refuses dora with: $text" "$(outcome sshd dora)" \
	    PAM_USER_UNKNOWN
	is "libpam lets alice in with: $text" "$(outcome sshd alice)" PAM_SUCCESS
	setup --remove
	unchanged "every byte comes back: $text"
done

# without the module, the directory, the configuration
fresh debian_plain
first --services sshd,login
rm -rf "$STATE" /etc/twrbac/* "$SECURITY/pam_twrbac.so"
setup --remove
is "--remove when all else is gone: exit status" "$status" 0
unchanged "--remove when all else is gone"
cp "$MODULE" "$SECURITY/pam_twrbac.so"

# lines of others
fresh debian_plain
first --services sshd
echo "$LINE" >>/etc/pam.d/login
cp /etc/pam.d/sshd /etc/pam.d/sshd.dpkg-old
setup --remove
is "--remove leaves the line of others: exit status" "$status" 1
has "--remove says where it is" "$said" "/etc/pam.d/login still names"
is "--remove: the line of others" "$(lines_of login)" "$LINE"
is "--remove looks at copies, too" "$(lines_of sshd.dpkg-old)" ""

# attributes and access lists
fresh debian_plain
if command -v setfacl >/dev/null 2>&1 &&
    setfacl -m u:61002:r /etc/pam.d/sshd 2>/dev/null; then
	acl=$(getfacl -pn /etc/pam.d/sshd 2>/dev/null)
	first --services sshd
	is "an access list stays" "$(getfacl -pn /etc/pam.d/sshd 2>/dev/null)" \
	    "$acl"
	is "with an access list: the line" "$(lines_of sshd | wc -l)" 1
else
	skip "no setfacl, or no access lists here" "an access list stays"
fi

# ---- never twice ----

once() { # set-up, service, file that has the line
	fresh "$1"
	first --services "$2"
	is "$1: $2 is judged already: exit status" "$status" 0
	has "$1: $2 is judged already" "$said" "$3"
	unchanged "$1: $2: no second line"
}
GATE="account [success=ok ignore=ignore default=die] pam_twrbac.so"
once debian_sss sshd common-account:2
once rhel sudo system-auth:5
once alpine sshd base-account:2
once minimal sshd sshd:2
GATE=''

# shellcheck disable=SC2317 # once calls it by its name
nested() { # a service that includes another one, as sudo-i on RHEL
	debian_plain
	printf 'auth include sudo\naccount include sudo\n' | pamd sudo-i
}
fresh nested
first --services sudo
is "sudo-i includes sudo, which has it" "$(lines_of sudo-i)" ""
is "sudo has it once" "$(lines_of sudo | wc -l)" 1

# ---- as distributions have it ----

for name in rhel alpine; do
	fresh "$name"
	first --services sshd,sudo,su,login,cron,atd --enforce
	is "$name: exit status" "$status" 0
	is "$name: libpam refuses dora" "$(outcome sshd dora)" PAM_USER_UNKNOWN
	is "$name: libpam lets alice in" "$(outcome sshd alice)" PAM_SUCCESS
	said=$(twrbac doctor --tsv) || true
	is "$name: doctor has no failure" \
	    "$(printf '%s\n' "$said" | grep '^failure')" ""
	setup --remove
	unchanged "$name: every byte comes back"
done

# ---- what is refused ----

fresh debian_plain
mv "$SECURITY/pam_twrbac.so" "$W/module"
first --services sshd
refused "no module" 1 module-missing "$SECURITY"
is "no module: not even a directory" "$(ls -A "$STATE" 2>/dev/null)" ""
echo "no module" >"$SECURITY/pam_twrbac.so"
first --services sshd
refused "a module that cannot be loaded" 1 module-broken
cp "$W/module" "$SECURITY/pam_twrbac.so"
chmod 0666 "$SECURITY/pam_twrbac.so"
first --services sshd
refused "a module that anybody can write" 1 module-unsafe
chmod 0644 "$SECURITY/pam_twrbac.so"

if command -v sshd >/dev/null 2>&1; then
	printf 'UsePAM no\n' >/etc/ssh/sshd_config
	first --services sshd
	refused "UsePAM no" 1 sshd-usepam
	printf 'UsePAM yes\n' >/etc/ssh/sshd_config
fi

wrong_text() { # text, words...
	fresh debian_plain
	wrong=$1
	printf '%s\n' "$wrong" >/etc/pam.d/sshd
	keep
	shift
	first --services sshd
	refused "$wrong" 1 "$@"
}
wrong_text "@include nowhere" stack-broken
wrong_text "account required pam_deny.so" locks-out
wrong_text "account optional pam_nologin.so" nothing-follows
wrong_text "auth required pam_permit.so" "no account line"

fresh debian_plain
mkdir -p /etc/authselect
mv /etc/pam.d/sshd /etc/authselect/sshd
ln -s ../authselect/sshd /etc/pam.d/sshd
first --services sshd
has "a file of authselect's" "$said" "authselect" "custom profile"
is "a file of authselect's: exit status" "$status" 1
[ -L /etc/pam.d/sshd ] && ok "the link stays"
mv /etc/authselect/sshd /etc/sshd.pam
ln -sf ../sshd.pam /etc/pam.d/sshd
first --services sshd
has "a link" "$said" "symbolic link to ../sshd.pam"
fresh debian_plain
ln /etc/pam.d/sshd /etc/sshd.other
first --services sshd
has "a file with two names" "$said" "2 names"
rm /etc/sshd.other
chmod 0664 /etc/pam.d/sshd
first --services sshd
has "a file that a group can write" "$said" "/etc/pam.d/sshd"
is "a file that a group can write: exit status" "$status" 65

# everybody, and oneself
fresh debian_plain
first --services sshd
sed -i 's/\["hosts:login"\]/["general:support"]/' "$CONF"
twrbac compile --lock-out-ok >/dev/null 2>&1 || twrbac compile
keep
status=0
said=$(twrbac setup --enforce 2>&1 </dev/null) || status=$?
refused "root alone: everybody would be refused" 1 "would refuse everybody"
status=0
said=$(twrbac setup --services login --enforce 2>&1 </dev/null) || status=$?
refused "an exempt root is not somebody who gets in" 1 \
    "login would refuse everybody"
setup --enforce
refused "alice: she herself would be refused" 1 "alice, who runs this"
setup --enforce --lock-out-ok
is "unless it is meant so" "$(lines_of sshd)" "$LINE $MARK"

# a policy that waits to be confirmed may not be what decides tomorrow
fresh debian_plain
first --services sshd
echo '// more' >>"$CONF"
setup --services login --confirm 1h
is "--confirm: exit status" "$status" 0
has "--confirm: the edited configuration" "$said" "policy 2 in force" \
    "twrbac confirm"
keep
setup --enforce
refused "nothing is enforced while a policy waits" 1 confirm-waits
twrbac confirm >/dev/null 2>&1
setup --enforce
is "confirmed, it is" "$(lines_of sshd)" "$LINE $MARK"

# midway: the directory stands, the policy cannot be made
fresh debian_plain
cp "$W/share/twrbac.conf" "$W/share/bad.conf"
mkdir -p /etc/twrbac
echo 'nonsense = ;' >"$CONF"
first --services sshd
has "a step that fails" "$said" "$CONF" "same command again" \
    "no line of pam.d was changed"
unchanged "a step that fails: pam.d is as it was"
sed 's/@organization@/acme/; s/@scope@/acme/' "$W/share/twrbac.conf" >"$CONF"
first --services sshd
is "mended, it goes on" "$(lines_of sshd)" "$LINE permissive_until=TIME $MARK"

# root on the console, who is nobody's login
fresh debian_plain
status=0
said=$(twrbac setup acme --owner alice@example.com --login alice \
    --administrator bob@example.com --administrator-login bob \
    --host-scope acme/messaging --services sshd \
    --roles "$W/share/roles.conf" --conf-template "$W/share/twrbac.conf" \
    2>&1 </dev/null) || status=$?
is "root on the console: exit status" "$status" 0
has "root on the console: the journal says so" \
    "$(twrbac --as-root "test" journal list --tsv 2>&1)" as-root \
    "first set-up"

# ---- a person ----

dialogue() { # [pattern, answer]... -- more words
	as alice python3 "$TREE/tests/pam/terminal.py" "$@" 2>&1 </dev/null |
		tr -d '\r'
}
if command -v python3 >/dev/null 2>&1; then
	fresh debian_plain
	said=$(dialogue 'Name of.*: ' 'not/a name' 'Name of.*: ' acme \
	    'E-mail of its.*: ' nonsense 'E-mail of its.*: ' alice@example.com \
	    'login on this host \[alice\]: ' '' 'Scope.*\[acme\]: ' acme/web \
	    'second administrator.*: ' bob@example.com 'login.*: ' alice \
	    'login.*: ' ghost 'login.*: ' bob 'Services.*\[sshd\]: ' nowhere \
	    'Services.*: ' '' 'refusing for \[14d\]: ' 7x 'refusing.*: ' 7d \
	    'Go on.*: ' y -- twrbac setup --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf")
	has "a dialogue: wrong answers are said" "$said" "not/a name" \
	    "nonsense" "Owner's login" "ghost: this host has no such account" \
	    "nowhere: there is no such file"
	has "a dialogue: what is going to be done" "$said" \
	    "This is going to be done" "/etc/pam.d/sshd: line inserted"
	is "a dialogue: the line" "$(lines_of sshd)" \
	    "$LINE permissive_until=TIME $MARK"
	has "a dialogue: the administrators" \
	    "$(as alice twrbac user list 2>/dev/null)" bob@example.com alice
	said=$(dialogue 'Next.*: ' enforce 'Write the lines.*: ' n -- twrbac setup)
	has "asked what comes next: who is refused" "$said" "sshd dora"
	is "a no is a no" "$(lines_of sshd)" "$LINE permissive_until=TIME $MARK"
	said=$(dialogue 'Next.*: ' enforce 'Write the lines.*: ' y -- twrbac setup)
	is "a yes is a yes" "$(lines_of sshd)" "$LINE $MARK"

	fresh debian_plain
	said=$(dialogue 'Name of.*: ' acme 'E-mail of its.*: ' "$(printf '\003')" \
	    -- twrbac setup)
	unchanged "Ctrl-C: pam.d is as it was"
	is "Ctrl-C: no directory" "$(ls -A "$STATE" 2>/dev/null)" ""
	said=$(dialogue 'Name of.*: ' acme 'E-mail of its.*: ' "$(printf '\004')" \
	    -- twrbac setup)
	has "the end of the answers" "$said" "nothing was changed"
else
	skip "python3 is not installed" "a dialogue"
fi

# ---- killed at any system call ----

CALLS=''
for call in write openat fchown fchmod fsetxattr fsync rename renameat \
    renameat2 unlink unlinkat flock; do
	strace -qq -o /dev/null -e "trace=$call" true 2>/dev/null &&
		CALLS=$CALLS${CALLS:+,}$call
done

killing() { # title, words of setup; from what is kept
	title=$1
	shift
	rm -rf "$W/after"
	as alice strace -f -qq -o "$W/tmp/trace" -e "trace=$CALLS" \
	    twrbac setup "$@" >/dev/null 2>&1 </dev/null
	cp -a /etc/pam.d "$W/after"
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(\(.*\)/\1 \2/p' "$W/tmp/trace" | awk '{
		n[$1]++
		if ($1 == "openat" && $0 !~ /O_CREAT/)
			next
		print $1, n[$1]
	}' >"$W/tmp/points"
	deaths=0 olds=0 news=0
	: >"$W/tmp/wrong"
	while read -r call index; do
		rm -rf /etc/pam.d
		cp -a "$W/before" /etc/pam.d
		as alice strace -f -qq -o /dev/null -e "trace=$call" \
		    -e "inject=$call:signal=SIGKILL:when=$index" \
		    twrbac setup "$@" >/dev/null 2>&1 </dev/null
		[ $? -eq 137 ] && deaths=$((deaths + 1))
		[ "$(ls -A /etc/pam.d)" = "$(ls -A "$W/before")" ] ||
			echo "$call $index: $(ls -A /etc/pam.d)" >>"$W/tmp/wrong"
		if cmp -s /etc/pam.d/sshd "$W/before/sshd"; then
			olds=$((olds + 1))
		elif cmp -s /etc/pam.d/sshd "$W/after/sshd"; then
			news=$((news + 1))
		elif [ "$(lines_of sshd)" = "$(line_in "$W/after/sshd")" ]; then
			news=$((news + 1)) # but for the time
		else
			echo "$call $index: neither" >>"$W/tmp/wrong"
		fi
		as alice twrbac setup "$@" >"$W/tmp/again" 2>&1 </dev/null ||
			echo "$call $index: $(cat "$W/tmp/again")" >>"$W/tmp/wrong"
		[ "$(lines_of sshd)" = "$(line_in "$W/after/sshd")" ] ||
			echo "$call $index: not done in the end" >>"$W/tmp/wrong"
		[ -z "$(find /etc -maxdepth 1 -name '.twrbac*')" ] ||
			echo "$call $index: leftover" >>"$W/tmp/wrong"
	done <"$W/tmp/points"
	echo "# $title: killed $deaths times; $olds old, $news new"
	is "$title: the old file or the new one, and no other" \
	    "$(cat "$W/tmp/wrong")" ""
	if [ "$olds" -gt 3 ] && [ "$news" -gt 1 ] && [ "$deaths" -gt 8 ]; then
		ok "$title: killed on both sides of the rename"
	else
		not_ok "$title: killed on both sides" <"$W/tmp/points"
	fi
	rm -rf /etc/pam.d
	cp -a "$W/after" /etc/pam.d
	keep
}
if command -v strace >/dev/null 2>&1 &&
    strace -qq -o /dev/null true 2>/dev/null; then
	fresh debian_plain
	first --services login
	keep
	killing "insertion" --services sshd
	killing "enforcing" --enforce
	killing "removal" --remove
else
	skip "strace is not installed, or may not trace here" "killed"
fi
finish
