#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# twrbac doctor: right set-ups have no finding, each wrong one is named, and
# what it says of a stack is what the real libpam does with it.
# shellcheck disable=SC2317 # the set-ups are called by their names
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
# shellcheck source=tests/pam/stacks.sh
. "$TREE/tests/pam/stacks.sh"

account_of() { # lines of sshd's account phase on stdin, in a Debian host
	debian_plain
	{
		echo "auth required pam_permit.so"
		cat
	} | pamd sshd
}

# ---- asking ----

doctor() { # options; sets said (TSV) and status
	status=0
	said=$(twrbac doctor --tsv "$@" 2>"$W/tmp/doctor.err") || status=$?
}

# What the doctor has against it, in one line.
findings() {
	printf '%s\n' "$said" | awk -F '\t' '$1 == "warning" || $1 == "failure" {
		printf "%s %s %s: %s\n", $1, $2, $3, $4 }'
}

outcome() { # service, login; what libpam makes of it
	pam_client "$1" "$2" 2>&1 | sed -n 's/^code=[0-9]* \([A-Z_]*\).*/\1/p'
}

right() { # set-up
	"$1"
	doctor
	is "$1: no finding" "$(findings)" ""
	is "$1: exit status" "$status" 0
	is "$1: libpam lets bob in" "$(outcome sshd bob)" PAM_SUCCESS
	is "$1: libpam refuses dora" "$(outcome sshd dora)" PAM_PERM_DENIED
}

# After a wrong set-up was made: finding, exit status, words of the row; then
# what libpam says to a login.
wrong() { # title, finding, status, words, login, result
	doctor
	row=$(printf '%s\n' "$said" | awk -F '\t' -v want="$2" '$2 == want')
	has "$1: $2" "$row" "$4"
	is "$1: exit status" "$status" "$3"
	[ -z "${5-}" ] ||
		is "$1: libpam says $6 to $5" "$(outcome sshd "$5")" "$6"
}

leak() { # title, finding, words: the refused dora gets in
	wrong "$1" "$2" 2 "$3" dora PAM_SUCCESS
}

locked() { # title, finding, words, result: not even bob gets in
	wrong "$1" "$2" 2 "$3" bob "$4"
}

# ---- the world ----

make_modules
make_acme
sed -i "/^root:/s/^root:[^:]*:/root:\$6\$salt\$hash:/" /etc/shadow
rm -f /etc/sudoers.d/* && echo 'root ALL=(ALL:ALL) ALL' >/etc/sudoers
chmod 0440 /etc/sudoers
if command -v sshd >/dev/null 2>&1; then
	ssh-keygen -q -A
	grep -q '^sshd:' /etc/passwd ||
		echo 'sshd:x:61022:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
	printf 'UsePAM yes\n' >/etc/ssh/sshd_config
fi
cat >"$CONF" <<-'RULES'
	scope = "acme/messaging/production";
	rules = (
	  { services = ["sshd", "login", "cron", "atd", "other"];
	    any_role = ["hosts:login"]; },
	  { services = ["sudo", "sudo-i", "su", "su-l"];
	    any_permission = ["/twrbac/hosts/sudo/run"]; }
	);
	exempt = ( { logins = ["root"]; services = ["sshd", "login"]; } );
RULES
chmod 0644 "$CONF"
twrbac compile >"$W/tmp/compile" 2>&1 ||
	fatal "compile: $(cat "$W/tmp/compile")"

# ---- six that are right ----

for name in debian_plain debian_sss debian_ldap rhel alpine minimal; do
	right "$name"
done

# ---- those that are wrong: stacks ----

debian_sss
printf '%s\n' "account required pam_unix.so" \
    "account sufficient pam_localuser.so" \
    "account [default=bad success=ok user_unknown=ignore] pam_sss.so" |
	pamd common-account
printf '%s\n' "@include common-account" "$GATE" | pamd sshd
leak "after an @include with a sufficient pam_localuser" unreached \
    "pam_localuser.so"

account_of <<-STACK
account [success=ok ignore=ignore perm_denied=ignore default=ignore] pam_twrbac.so
account required pam_unix.so
STACK
leak "default=ignore" refusal-lost "perm_denied"

account_of <<-STACK
account optional pam_twrbac.so
account required pam_unix.so
STACK
leak "optional" refusal-lost "optional"

account_of <<-STACK
account sufficient pam_twrbac.so
account required pam_unix.so
STACK
leak "sufficient" refusal-lost "sufficient"

account_of <<-STACK
account [auth_err=die default=ignore] pam_twrbac.so
account required pam_unix.so
STACK
leak "only one code is final" refusal-lost "user_unknown"

account_of <<-STACK
account [success=ok ignore=ignore user_unknown=ignore default=die] pam_twrbac.so
account required pam_unix.so
STACK
wrong "user_unknown is ignored" refusal-lost 2 "(user_unknown)" sam PAM_PERM_DENIED
account nobody1 61077
is "user_unknown is ignored: libpam lets one in whom nobody mapped" \
    "$(outcome sshd nobody1)" PAM_SUCCESS

account_of <<-STACK
account [success=1 default=ignore] pam_unix.so
$GATE
account required pam_permit.so
STACK
leak "a jump over the line" unreached "success=1"

account_of <<-STACK
account [success=ok perm_denied=1 ignore=ignore default=die] pam_twrbac.so
account requisite pam_deny.so
account required pam_permit.so
STACK
leak "a refusal that jumps over pam_deny" refusal-lost "perm_denied"

account_of <<-STACK
account [success=done new_authtok_reqd=done default=bad] pam_unix.so
$GATE
STACK
leak "done before the line" unreached "success=done"

account_of <<-STACK
account [success=ok new_authtok_reqd=done default=bad] pam_unix.so
$GATE
STACK
sed -i 's/^dora:.*/dora:*:0:0:99999:7:::/' /etc/shadow
wrong "an expired password before the line" unreached 2 "password expired" \
    dora PAM_NEW_AUTHTOK_REQD
sed -i 's/^dora:.*/dora:*:19000:0:99999:7:::/' /etc/shadow

account_of <<-STACK
$GATE
STACK
wrong "nothing follows" nothing-follows 2 "no module that can succeed" \
    root PAM_PERM_DENIED

account_of <<-STACK
account [success=1 default=die] pam_twrbac.so
account requisite pam_deny.so
STACK
locked "a jump out of the stack" locks-out "success=1" PAM_PERM_DENIED

account_of <<-STACK
$GATE
@include common-account
STACK
wrong "the line twice through an include" asked-twice 1 "common-account" \
    bob PAM_SUCCESS

account_of <<-STACK
account [success=done ignore=ignore default=die] pam_twrbac.so
account required pam_deny.so
STACK
wrong "a grant that ends the stack" checks-skipped 2 "goes past" bob PAM_SUCCESS

account_of <<-STACK
account sufficient pam_succeed_if.so uid < 1000 quiet
$GATE
account required pam_permit.so
STACK
wrong "system accounts before the line" unreached 2 "a system account" \
    daemon PAM_SUCCESS

account_of <<-STACK
account substack inner
$GATE
account required pam_permit.so
STACK
printf '%s\n' "account sufficient pam_permit.so" | pamd inner
doctor
lacks "a sufficient line in a substack ends that alone" "$(findings)" unreached
is "a sufficient line in a substack: libpam refuses dora" \
    "$(outcome sshd dora)" PAM_PERM_DENIED
sed -i s/substack/include/ /etc/pam.d/sshd
leak "the same with include" unreached "inner:1"

account_of <<-STACK
account required pam_unix.so
STACK
leak "a service with a rule and without the line" ungated "sshd"

account_of <<-STACK
$GATE
@include nowhere
STACK
locked "an @include that is not there" stack-broken "nowhere" PAM_ABORT

account_of <<-STACK
account [success=ok ignore=ignore default=dei] pam_twrbac.so
account required pam_unix.so
STACK
locked "a control with a typing mistake" bad-line "control" PAM_PERM_DENIED

account_of <<-STACK
$GATE brake_glass=root
account required pam_unix.so
STACK
locked "an unknown argument" bad-argument "brake_glass=root" PAM_SERVICE_ERR

account_of <<-STACK
$GATE break_glass=ghost permissive_until=2039-01-01T00:00:00Z
account required pam_unix.so
STACK
wrong "permissive by the line" permissive 1 "until 2039-01-01" dora PAM_SUCCESS
wrong "a break-glass login that is not there" break-glass-dead 1 "ghost"

for argument in break_glass= break_glass=root,,bob policy=relative.cdb \
    permissive_until=tomorrow tell=yes permissive_unconfigured=1; do
	account_of <<-STACK
	$GATE $argument
	account required pam_unix.so
	STACK
	locked "$argument" bad-argument "$argument" PAM_SERVICE_ERR
done

account_of <<-STACK
$GATE permissive_unconfigured
account required pam_unix.so
STACK
doctor
is "permissive_unconfigured beside a policy is no finding" "$(findings)" ""
: >"$STATE/unconfigured"
wrong "a mark beside a policy" unconfigured-mark 1 "$STATE/unconfigured" \
    dora PAM_PERM_DENIED
mkdir "$W/away"
mv "$STATE"/policy*.cdb "$W/away"
wrong "a host that never had a policy" permissive 2 \
    "permissive_unconfigured: until there is a policy" dora PAM_SUCCESS
lacks "a host that never had a policy: the mark is right there" "$said" \
    unconfigured-mark
echo nonsense >"$STATE/policy.prev.cdb"
wrong "a mark beside what was a policy" unconfigured-mark 2 \
    "$STATE/unconfigured" dora PAM_AUTHINFO_UNAVAIL
rm "$STATE/policy.prev.cdb"
ln -s "$W/away/policy.cdb" "$STATE/policy.cdb"
wrong "a mark beside a link" unconfigured-mark 2 "$STATE/unconfigured" \
    dora PAM_AUTHINFO_UNAVAIL
rm "$STATE/policy.cdb"
mv "$W/away"/* "$STATE/"
wrong "a mark beside a policy again" unconfigured-mark 1 "$STATE/unconfigured"
doctor --fix
is "--fix takes the mark away" "$(findings)" ""
is "--fix: the mark" "$(ls "$STATE/unconfigured" 2>/dev/null)" ""

account_of <<-STACK
$GATE policy=/var/lib/twrbac/other.cdb
account required pam_unix.so
STACK
wrong "a policy of its own" other-policy 1 "other.cdb" bob \
    PAM_AUTHINFO_UNAVAIL

account_of <<-STACK
# $(head -c 1100 /dev/zero | tr '\0' x)
$GATE
account required pam_unix.so
STACK
wrong "a long line" long-line 1 "1000 bytes" bob PAM_SUCCESS

many_states() { # before them, after them
	account_of <<-STACK
	$1
	account [default=ok] pam_exec.so true
	account substack one
	$2
	account required pam_unix.so
	STACK
	printf '%s\n' "account [default=bad] pam_exec.so true" \
	    "account substack two" \
	    "account [default=reset] pam_exec.so true" \
	    "account [default=bad] pam_exec.so true" | pamd one
	printf 'account optional pam_permit.so\n' | pamd two
	doctor
}
many_states "" "$GATE"
has "more states than are looked at are said" "$said" too-complex
many_states "account [success=done ignore=ignore default=ignore] pam_twrbac.so"
has "the same behind a refusal alone" "$said" too-complex

debian_plain
printf 'account required pam_unix.so\n' | pamd vsftpd
wrong "a door without a line" side-door 1 vsftpd
rm -f /etc/pam.d/vsftpd
doctor
has "break-glass is said" "$said" "$(printf 'break-glass\troot')"
has "a user without a login is said" "$said" "$(printf 'no-login\tolga@')"

new_pamd
printf 'account required pam_unix.so\n' | pamd sshd
leak "no line at all" no-gate "/etc/pam.d"

# ---- the module ----

debian_plain
mkdir -p "$W/elsewhere"
mv "$SECURITY/pam_twrbac.so" "$W/elsewhere/"
locked "the module is missing" module-missing "$SECURITY" PAM_MODULE_UNKNOWN
sed -i 's/^account \[.*pam_twrbac/-account optional pam_twrbac/' \
    /etc/pam.d/common-account
wrong "the module is missing and optional" refusal-lost 2 module_unknown \
    dora PAM_SUCCESS
debian_plain
mkdir -p /usr/local/lib/security 2>/dev/null &&
    mount -t tmpfs -o mode=0755 twrbac /usr/local/lib/security && {
	cp "$W/elsewhere/pam_twrbac.so" /usr/local/lib/security/
	locked "the module in the wrong folder" module-missing \
	    "/usr/local/lib/security/pam_twrbac.so" PAM_MODULE_UNKNOWN
	umount /usr/local/lib/security
}
echo "no module" >"$SECURITY/pam_twrbac.so"
locked "a module that cannot be loaded" module-broken "pam_twrbac.so" \
    PAM_MODULE_UNKNOWN
cp "$W/elsewhere/pam_twrbac.so" "$SECURITY/pam_twrbac.so"
chmod 0666 "$SECURITY/pam_twrbac.so"
wrong "a module that anybody can write" module-unsafe 2 "pam_twrbac.so" \
    bob PAM_SUCCESS
chmod 0644 "$SECURITY/pam_twrbac.so"

# ---- files and policy ----

debian_plain
chmod 0666 /etc/pam.d/sshd
wrong "a service that anybody can write" file-unsafe 2 /etc/pam.d/sshd
chmod 0644 /etc/pam.d/sshd

chmod 0666 "$STATE/policy.cdb"
locked "a policy that anybody can write" policy-unusable "policy.cdb" \
    PAM_AUTHINFO_UNAVAIL
chmod 0640 "$STATE/policy.cdb"

mv "$STATE/policy.cdb" "$W/policy"
locked "no policy" no-policy "policy.cdb" PAM_AUTHINFO_UNAVAIL
mv "$W/policy" "$STATE/policy.cdb"

cp -p "$STATE/policy.cdb" "$W/policy"
make_policy "$STATE/policy.cdb" stale
locked "a policy past its limit" policy-stale "its limit was" \
    PAM_AUTHINFO_UNAVAIL
has "another organization's policy" "$said" policy-foreign
cp -p "$W/policy" "$STATE/policy.cdb"

alice user add zoe@example.com --no-compile
wrong "changes without compile" policy-pending 1 "twrbac compile"
twrbac compile >/dev/null 2>&1
cp -p "$W/policy" "$STATE/policy.cdb"
wrong "an older policy" policy-behind 2 "serial"
doctor --fix
is "--fix compiles anew" "$(findings)" ""

echo '// one more' >>"$CONF"
twrbac compile --confirm 5m >/dev/null 2>&1
wrong "a change that waits" confirm-waits 1 "twrbac confirm"
twrbac revert >/dev/null 2>&1
twrbac compile --confirm 1s >/dev/null 2>&1
passed() {
	doctor
	printf '%s\n' "$said" | grep -q confirm-passed
}
if wait_until 100 passed; then
	ok "a change that was not confirmed: confirm-passed"
else
	findings | not_ok "a change that was not confirmed: confirm-passed"
fi
twrbac revert >/dev/null 2>&1
twrbac compile >/dev/null 2>&1
doctor
is "reverted, all is well again" "$(findings)" ""

chmod 0644 "$STATE/directory.db"
: >"$STATE/policy.new"
wrong "a directory that anybody can read" file-open 1 "0644"
wrong "a leftover" leftover 1 "policy.new"
doctor --fix
is "--fix mends both" "$(findings)" ""
is "--fix: the directory's mode" "$(stat -c %a "$STATE/directory.db")" 600
is "--fix: the leftover" "$(ls "$STATE/policy.new" 2>/dev/null)" ""

roles=$(twrbac help role import | sed -n 's|.* \(/.*/roles.conf\)$|\1|p')
own_mount "$(dirname "$(dirname "$roles")")"
mkdir -m 0755 "$(dirname "$roles")"
sed 's/name = "Host Login"/name = "Host Entry"/' "$TREE/etc/roles.conf" \
    >"$roles"
chmod 0644 "$roles"
wrong "a package with other roles" catalogue-differs 0 "1 changed"
umount "$(dirname "$(dirname "$roles")")"

echo '// more' >>"$CONF"
wrong "an edited configuration" conf-edited 1 "twrbac.conf"
twrbac compile >/dev/null 2>&1
doctor
is "compiled, all is well again" "$(findings)" ""

cp "$CONF" "$W/conf"
cat >>"$CONF" <<-'RULES'
	permissive = ( { services = ["sshd"]; until = "UNTIL"; } );
RULES
sed -i "s/UNTIL/$(date -u -d '+7 days' +%Y-%m-%dT00:00:00Z)/" "$CONF"
twrbac compile >"$W/tmp/compile" 2>&1 || cat "$W/tmp/compile"
wrong "a permissive service" permissive 1 sshd dora PAM_SUCCESS
cp "$W/conf" "$CONF"
twrbac compile >/dev/null 2>&1

# ---- sshd and sudo ----

if command -v sshd >/dev/null 2>&1; then
	printf 'UsePAM no\n' >/etc/ssh/sshd_config
	wrong "UsePAM no" sshd-usepam 2 "UsePAM is no"
	cat >/etc/ssh/sshd_config <<-'CONFIG'
	UsePAM yes
	AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys
	AuthorizedKeysCommandUser nobody
	CONFIG
	wrong "a program for keys" sshd-command 0 "sss_ssh_authorizedkeys"
	printf 'Nonsense yes\n' >/etc/ssh/sshd_config
	wrong "an sshd_config that sshd does not take" sshd-unknown 1 "sshd -T"
	printf 'UsePAM yes\n' >/etc/ssh/sshd_config
else
	skip "no sshd is installed" "UsePAM no"
fi
if command -v cvtsudoers >/dev/null 2>&1; then
	for text in 'Defaults !pam_acct_mgmt' 'Defaults:bob, dora !pam_acct_mgmt' \
	    'Defaults!/bin/ls env_reset, !pam_acct_mgmt'; do
		echo "$text" >/etc/sudoers.d/test
		chmod 0440 /etc/sudoers.d/test
		echo '@includedir /etc/sudoers.d' >/etc/sudoers
		wrong "$text" sudo-account 2 "pam_acct_mgmt"
	done
	printf 'account required pam_unix.so\n' | pamd mysudo
	echo 'Defaults pam_service = "mysudo", targetpw' >/etc/sudoers.d/test
	wrong "another service for sudo" ungated 2 mysudo
	wrong "the target's password" sudo-password 2 targetpw
	echo 'Defaults nonsense = = (' >/etc/sudoers.d/test
	wrong "sudoers that cannot be read" sudo-unknown 1 "visudo"
	{
		echo 'Defaults group_plugin="/usr/lib/sudo/sudo_twrbac.so"'
		echo '"%:hosts:login" ALL = /usr/bin/id a*'
		echo 'ALL, !"%:hosts:admin" ALL = /usr/bin/id'
	} >/etc/sudoers.d/test
	wrong "a negated role in sudoers" sudoers-wrong 2 negated
	wrong "a wildcard in sudoers" sudoers-wide 2 wildcard
	echo 'Defaults group_plugin="sudo_twrbac.so"' >/etc/sudoers.d/test
	doctor
	lacks "sudo's plugin, all uids known" "$said" uid-unknown
	alice user add una@example.com --name Una --login una
	wrong "a login without a uid, and sudo's plugin" uid-unknown 1 una
	echo 'Defaults group_plugin="group_file.so /etc/groups"' \
	    >/etc/sudoers.d/test
	doctor
	lacks "a login without a uid, and another plugin" "$said" uid-unknown
	rm -f /etc/sudoers.d/test
	doctor
	lacks "a login without a uid, and no plugin" "$said" uid-unknown
	alice login unmap una
	rm -f /etc/sudoers.d/test /etc/pam.d/mysudo
else
	skip "no sudo is installed" "!pam_acct_mgmt"
fi

# ---- people ----

sed -i '/^docker:/d' /etc/group
echo 'docker:x:61090:bob,stranger' >>/etc/group
sed -i '/^adm:/d' /etc/group
echo 'adm:x:4:sam' >>/etc/group
wrong "a group that is root" root-group 1 bob
has "a group that leads to root" "$said" "$(printf 'admin-group\tsam')"
lacks "a login that nobody mapped" "$said" stranger
sed -i '/^docker:/d' /etc/group

sed -i 's/^sam:x:61005:/sam:x:61055:/' /etc/passwd
wrong "a uid that drifted" uid-drift 1 61055
sed -i 's/^sam:x:61055:/sam:x:61005:/' /etc/passwd

alice user set-organization-role bob none
wrong "one administrator" one-administrator 1 "1 with a login"
alice user set-organization-role bob administrator

sed -i 's/logins = \["root"\]/logins = ["root", "sam"]/' "$CONF"
twrbac compile >/dev/null 2>&1
wrong "mapped and exempt" mapped-exempt 1 sam
cp "$W/conf" "$CONF"
twrbac compile >/dev/null 2>&1

# ---- others who ask ----

said=$(by dora twrbac doctor --tsv 2>&1)
has "not as root: it says what it could not read" "$said" unreadable

rm -rf "$STATE"
new_pamd
doctor
has "a host without anything" "$said" no-gate no-directory no-policy
is "a host without anything: exit status" "$status" 2
rm -rf /etc/pam.d
doctor
has "no pam.d at all" "$said" no-gate

# Every finding there is has its test here.
sed -n 's/^[[:blank:]]*X([A-Z_]*, "\([a-z-]*\)", [A-Z]*,.*/\1/p' \
    "$TREE/tools/doctor.h" >"$W/tmp/words"
while read -r word; do
	grep -qw -- "$word" "$TREE/tests/pam/doctor.sh" ||
		echo "add one" | not_ok "$word has a test in this suite"
done <"$W/tmp/words"
finish
