#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The life of the packages on a Debian 12 of their own, with the real dpkg,
# apt, pam-auth-update, common-account and sshd: installed and set up by the
# README's commands, enforced, upgraded, removed, purged, without libpam-sss and
# beside it; and in between all that can happen on the way. After each step: who
# gets in. TWR_DEBS names a folder with packages that were built before,
# old/ and new/.
# shellcheck disable=SC2086,SC2317 # NAMES are three words; must calls functions
# shellcheck source=tests/packaging/support.sh
. "$(dirname "$0")/support.sh"

# ---- outside: an older and a newer version ----

if [ -z "${TWR_DEBIAN_PHASE-}" ]; then
	need_root dpkg-buildpackage dh
	HAND=$(mktemp -d) || exit 1
	trap 'rm -rf "$HAND"' EXIT
	cp "$TREE/README.md" "$HAND/"
	if [ -n "${TWR_DEBS-}" ]; then
		cp -r "$TWR_DEBS/." "$HAND/"
	else
		DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)"
		DEB_BUILD_PROFILES=nocheck
		export DEB_BUILD_OPTIONS DEB_BUILD_PROFILES
		mkdir "$HAND/tmp"
		tree=$(unpack_sources "$HAND/tmp") || exit 1
		build_packages "$tree" "$HAND/old"
		make_newer "$tree" 99.0.0
		build_packages "$tree" "$HAND/new"
		rm -rf "$HAND/tmp"
	fi
fi
enter_debian "$0"

# ---- inside ----

COMMON=/etc/pam.d/common-account
BACKUPS=/var/backups
LINE="account	[success=ok ignore=ignore default=die]	pam_twrbac.so break_glass=root permissive_unconfigured"
NAMES="libpam-twrbac twrbac sudo-twrbac"

debs() { # old|new, package...
	debs_of=$1
	shift
	for deb; do
		echo "$HAND/$debs_of/$deb"_[0-9]*.deb
	done
}

apt() { # words of apt-get
	apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends \
	    "$@" >"$W/tmp/apt" 2>&1
}

must() {
	"$@" && return
	cat "$W/tmp/apt" >&2
	fatal "this must succeed: $*"
}

install_them() { # old|new, package...
	# shellcheck disable=SC2046 # file names without blanks
	must apt install $(debs "$@")
}

# All of pam.d, in one number.
pam_d() {
	(cd /etc/pam.d && sha256sum -- * | sha256sum)
}

lets_in() { # title, login, parts of the log line; none: not a word
	title=$1 login=$2
	shift 2
	log_mark
	ssh_as "$login" "$port" id -un
	is "$title: $login gets in" "$ssh_status $ssh_out" "0 $login"
	if [ $# -gt 0 ]; then
		has "$title: $login in the log" "$(log_since)" "$@"
	else
		is "$title: the gate is not asked about $login" \
		    "$(log_since)" ""
	fi
}

keeps_out() { # title, login, parts of the log line
	title=$1 login=$2
	shift 2
	log_mark
	ssh_as "$login" "$port" id -un
	is "$title: $login stays out" "$ssh_status $ssh_out" "255 "
	has "$title: $login is told" "$ssh_err" "twrbac: access to " "(ref "
	has "$title: $login in the log" "$(log_since)" "$@"
}

gate_is_up() { # title
	lets_in "$1" bob verdict=grant
	keeps_out "$1" dora verdict=deny reason=role-missing
}

gate_is_down() { # title
	lets_in "$1" bob
	lets_in "$1" dora
}

first_account_line() {
	grep '^[^#]' "$COMMON" | head -n 1
}

# A command of the README's three, as alice types it; the answers that setup
# would ask for are added.
run_readme() { # part of the command, more words
	readme_line=$(sed -n '/three commands/,/^From source/s/^    //p' \
	    "$HAND/README.md" | grep -F -- "$1")
	shift
	[ -n "$readme_line" ] || fatal "README.md has no such command"
	(cd "$W/checkout" && by alice sh -c "$readme_line $*" \
	    >"$W/tmp/apt" 2>&1 </dev/null)
}

# The organization, its people, this host's demands, and the gate before all
# services; permissive, then in force.
set_up() { # title
	must run_readme "twrbac setup" acme --owner alice@example.com \
	    --login alice --administrator bob@example.com \
	    --administrator-login bob --host-scope acme/messaging/production
	has "$1: who would be refused" "$(cat "$W/tmp/apt")" dora \
	    login-unmapped "policy 1 in force"
	is "$1: the line stands first, permissive" \
	    "$(first_account_line | sed 's/=[0-9-]*T.*/=TIME/')" \
	    "$LINE permissive_until=TIME"
	must alice user add dora@example.com --name Dora --login dora
	lets_in "$1, permissive" bob verdict=grant
	lets_in "$1, permissive" dora verdict=would-deny reason=role-missing \
	    by=argument
	must alice setup --enforce
	is "$1: the line stands first, enforcing" "$(first_account_line)" \
	    "$LINE"
	is "$1: doctor has no failure" "$(twrbac doctor --tsv 2>&1 |
	    grep '^failure')" ""
}

# From nothing to nothing.
life() { # title
	must run_readme "apt install"
	gate_is_down "$1: installed"
	set_up "$1: set up"
	gate_is_up "$1: set up"
	install_them new libpam-twrbac twrbac
	has "$1: upgraded" "$(twrbac version)" 99.0.0
	gate_is_up "$1: upgraded"
	must apt remove libpam-twrbac twrbac
	gate_is_down "$1: removed"
	must apt purge libpam-twrbac twrbac
	gate_is_down "$1: purged"
	lacks "$1: purged: nothing names the module" "$(cat /etc/pam.d/*)" \
	    pam_twrbac
	rm -rf "$BACKUPS"/twrbac-*
}

make_cast
prepare_ssh
start_sshd sshd
before=$(pam_d)
cp "$COMMON" "$W/common.plain"
gate_is_down "before"

# ---- from nothing to nothing, without libpam-sss and beside it ----

mkdir -p "$W/checkout/build"
ln -s "$HAND/old" "$W/checkout/build/deb"
chmod 0755 "$W/checkout"
echo 'alice ALL = NOPASSWD: ALL' >/etc/sudoers.d/alice
printf '%s\n' 'APT::Get::Assume-Yes "true";' \
    'APT::Install-Recommends "false";' >/etc/apt/apt.conf.d/99test
life "alone"
is "alone: pam.d is as before" "$(pam_d)" "$before"
must apt install libpam-sss
has "sss: its line is there" "$(cat "$COMMON")" pam_localuser.so pam_sss.so
beside=$(pam_d)
life "beside sss"
is "beside sss: pam.d is as before" "$(pam_d)" "$beside"
must apt purge libpam-sss
lacks "without sss again" "$(cat "$COMMON")" pam_sss pam_localuser
before=$(pam_d)
cp "$COMMON" "$W/common.plain"

# ---- installed: nothing changes ----

install_them old $NAMES
is "installed: nothing in pam.d changes" "$(pam_d)" "$before"
has "installed: the module is where libpam looks" \
    "$(dpkg -L libpam-twrbac)" \
    "$(dirname "$(dpkg -L libpam-modules | grep pam_permit.so)")/pam_twrbac.so"
is "installed: the folder is root's" \
    "$(stat -c '%U %a' /var/lib/twrbac)" "root 755"
is "installed: marked as not configured" "$(ls /var/lib/twrbac)" unconfigured
gate_is_down "installed"

# ---- enabled without a policy: nobody is shut out ----

must pam-auth-update --enable twrbac
is "enabled: the line stands first" "$(first_account_line)" "$LINE"
is "enabled: the rest is as it was" \
    "$(grep -v pam_twrbac "$COMMON")" "$(cat "$W/common.plain")"
lets_in "enabled, not configured" dora verdict=would-deny \
    reason=policy-missing by=unconfigured
log_mark
is "enabled, not configured: sudo" \
    "$(by alice sudo -n id -un 2>&1)" root
has "enabled, not configured: sudo in the log" "$(log_since)" \
    service=sudo verdict=would-deny

# ---- set up ----

set_up "set up after it was enabled"
is "set up: the mark is gone" \
    "$(ls /var/lib/twrbac/unconfigured 2>/dev/null)" ""
gate_is_up "set up"
is "set up: sudo for an administrator" "$(by alice sudo -n id -un 2>&1)" root
mv /var/lib/twrbac/policy.cdb "$W/policy.cdb"
keeps_out "a policy that is lost is missed" bob reason=policy-missing
mv "$W/policy.cdb" /var/lib/twrbac/policy.cdb

# ---- each of our codes through the real common-account ----

account granted 61011
account none 61012
account nobody-knows 61013
account expired-granted 61014

# A service of ours: the policy of make_policy knows only its own names.
printf '%s\n' "auth required pam_permit.so" "@include common-account" |
	tee /etc/pam.d/gate /etc/pam.d/open >/etc/pam.d/gate-cron

# What comes out of pam_unix alone, with an account in each condition.
condition() { # login, good|password-expired|account-expired
	case $2 in
	good) chage -E -1 -d 2026-01-01 "$1" ;;
	password-expired) chage -E -1 -d 0 "$1" ;;
	account-expired) chage -E 1 -d 2026-01-01 "$1" ;;
	esac
}

code() { # options, service, login
	pam_client "$@" 2>&1 | sed -n 's/^code=[0-9]* //p'
}

# state of the policy, service, login, what the gate says; then what comes of it
# with a good account, an expired password, an expired account.
row() {
	code_is "$1" "$2" "$3" good "$4" "$5"
	code_is "$1" "$2" "$3" password-expired "$4" "$6"
	code_is "$1" "$2" "$3" account-expired "$4" "$7"
	condition "$3" good
}

code_is() { # state, service, login, condition, the gate's code, what comes
	policy "$1"
	condition "$3" "$4"
	is "$stack: $5 with policy $1, $4" "$(code "$2" "$3")" "$6"
}

final() { # state, login, the gate's code: nothing after it changes that
	row "$1" gate "$2" "$3" "$3" "$3" "$3"
}

every_code() { # title
	stack=$1
	mv /var/lib/twrbac "$W/twrbac.kept"
	row plain gate granted PAM_SUCCESS PAM_SUCCESS PAM_NEW_AUTHTOK_REQD \
	    "$unix_expired"
	row plain open none PAM_IGNORE PAM_SUCCESS PAM_NEW_AUTHTOK_REQD \
	    "$unix_expired"
	row unconfigured gate none PAM_SUCCESS PAM_SUCCESS \
	    PAM_NEW_AUTHTOK_REQD "$unix_expired"
	final plain none PAM_PERM_DENIED
	final plain nobody-knows PAM_USER_UNKNOWN
	for state in missing owner text too-new stale; do
		final $state granted PAM_AUTHINFO_UNAVAIL
	done
	sed -i '/pam_twrbac/s/$/ nonsense/' "$COMMON"
	final plain granted PAM_SERVICE_ERR
	sed -i '/pam_twrbac/s/ nonsense$//' "$COMMON"
	policy plain
	for when in good password-expired; do
		condition granted $when
		is "$stack: out of memory, $when" \
		    "$(code --fail-malloc 1 gate granted)" PAM_BUF_ERR
	done
	condition granted good
	rm -rf /var/lib/twrbac
	mv "$W/twrbac.kept" /var/lib/twrbac
}

# pam_unix says so, and pam_deny, which comes next, has the last word
condition granted account-expired
pam-auth-update --disable twrbac
unix_expired=$(code gate granted)
pam-auth-update --enable twrbac
condition granted good
every_code "alone"

# ---- beside libpam-sss, whose "sufficient" ends the stack for local users ----

sed -i '/pam_twrbac/s/$/ tell/' "$COMMON"
must apt install libpam-sss
has "sss: its line is there" "$(cat "$COMMON")" pam_localuser.so pam_sss.so
is "sss: ours stays first, with the argument that was added" \
    "$(first_account_line)" "$LINE tell"
gate_is_up "sss"
every_code "beside sss"

# ---- upgraded ----

sum=$(pam_d)
install_them new $NAMES
has "upgraded" "$(twrbac version)" 99.0.0
is "upgraded: nothing in pam.d changes" "$(pam_d)" "$sum"
is "upgraded: no mark" "$(ls /var/lib/twrbac/unconfigured 2>/dev/null)" ""
gate_is_up "upgraded"
must pam-auth-update --disable twrbac
sum=$(pam_d)
# shellcheck disable=SC2046
dpkg -i $(debs old libpam-twrbac) >"$W/tmp/apt" 2>&1 &&
    dpkg -i $(debs new libpam-twrbac) >>"$W/tmp/apt" 2>&1
is "switched off: another upgrade" "$?" 0
is "switched off, an upgrade does not switch it on" "$(pam_d)" "$sum"
gate_is_down "switched off"
must pam-auth-update --enable twrbac
gate_is_up "switched on again"

# ---- removal that would shut people out does not happen ----

sed -i '0,/^@include common-account/s//account requisite pam_twrbac.so\n&/' \
    /etc/pam.d/sudo
apt remove libpam-twrbac
is "a line of one's own: not removed" "$?" 100
has "a line of one's own: is named, and the cure" "$(cat "$W/tmp/apt")" \
    /etc/pam.d/sudo "sed -i.saved"
is "a line of one's own: the module is there" \
    "$(dpkg-query -W -f '${db:Status-Status}' libpam-twrbac)" installed
is "a line of one's own: sudo goes on" "$(by alice sudo -n id -un 2>&1)" root
sed -i '/pam_twrbac\.so/d' /etc/pam.d/sudo

must pam-auth-update --enable twrbac
sed -i "s/^account.*pam_unix.so.*/account required pam_warn.so\n&/" "$COMMON"
apt remove libpam-twrbac
is "common-account edited by hand: not removed" "$?" 100
has "common-account edited by hand: is named" "$(cat "$W/tmp/apt")" \
    "$COMMON"
gate_is_up "common-account edited by hand"
sed -i '/pam_warn/d' "$COMMON"

# ---- removed: ungated, and everything is kept ----

must apt remove $NAMES
lacks "removed: nothing names the module" "$(cat /etc/pam.d/*)" pam_twrbac
is "removed: the module is gone" \
    "$(find / -xdev -name pam_twrbac.so | head -n 1)" ""
gate_is_down "removed"
has "removed: everything is kept" "$(ls /var/lib/twrbac /etc/twrbac)" \
    directory.db policy.cdb twrbac.conf

# ---- installed again ----

sum=$(pam_d)
install_them new $NAMES
is "installed again: not enabled" "$(pam_d)" "$sum"
is "installed again: not marked, there is an organization" \
    "$(ls /var/lib/twrbac/unconfigured 2>/dev/null)" ""
gate_is_down "installed again"
must pam-auth-update --enable twrbac
gate_is_up "installed again and enabled"

# ---- the sudo plugin, while sudoers names it ----

echo 'Defaults group_plugin="sudo_twrbac.so"' >/etc/sudoers.d/roles
apt remove sudo-twrbac
is "sudo-twrbac in use: not removed" "$?" 100
has "sudo-twrbac in use: is named" "$(cat "$W/tmp/apt")" /etc/sudoers.d/roles
rm /etc/sudoers.d/roles

# ---- the tool purged, the module there: the policy goes on ----

must apt purge twrbac
gate_is_up "the tool is purged"
is "the tool is purged: no directory is left" \
    "$(ls /var/lib/twrbac/directory.db* /etc/twrbac 2>/dev/null)" ""
backup=$(echo "$BACKUPS"/twrbac-*)
is "the tool is purged: the backup is root's alone" \
    "$(stat -c '%U %a' "$backup")" "root 700"
has "the tool is purged: the backup has all" "$(ls "$backup")" \
    directory.db twrbac.conf

# ---- purged ----

must apt purge libpam-twrbac sudo-twrbac
gate_is_down "purged"
is "purged: nothing is left" "$(ls -d /var/lib/twrbac /etc/twrbac \
    /usr/share/pam-configs/twrbac 2>/dev/null)" ""
lacks "purged: nor in pam-auth-update's books" \
    "$(cat /var/lib/pam/seen /var/lib/pam/account)" twrbac

# ---- the backup is the organization ----

install_them new twrbac
mkdir -m 0755 /var/lib/twrbac
cp -p "$backup"/directory.db* /var/lib/twrbac/
has "the backup can be taken back" "$(as alice twrbac journal verify 2>&1;
    as alice twrbac user list 2>&1)" bob@example.com dora@example.com
must apt purge twrbac
is "purged again: a second backup beside the first" \
    "$(find "$BACKUPS" -maxdepth 1 -name 'twrbac-*' | wc -l)" 2

# ---- what Debian's own test machinery would run ----

install_them new $NAMES
if sh "$TREE/packaging/debian/tests/life" >"$W/tmp/life" 2>&1; then
	ok "autopkgtest: life"
else
	not_ok "autopkgtest: life" <"$W/tmp/life"
fi

finish
