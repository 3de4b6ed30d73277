# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the demo and the suites beside it share: a world of their own, the
# people in it, a system log, real ssh servers. Sourced as the first thing:
#
#	. "$(dirname "$0")/support.sh"
#	enter_world "$0" "$@"
#
# The world is a mount and process namespace. /etc is a copy; /run, /dev,
# /var/lib and /var/log are new; so nothing that happens in it reaches the
# machine, and all of it, files and processes, ends with its first process.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CDPATH ENV SSH_AUTH_SOCK SUDO_UID SUDO_GID SUDO_USER SUDO_COMMAND

W=/run/world # everything of ours, inside the world only
LOG=$W/syslog
STATE=/var/lib/twrbac
CONF=/etc/twrbac/twrbac.conf
MODULE=$W/bin/pam_twrbac.so
TREE=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
TWR_BUILD=${TWR_BUILD:-$TREE/build}
HELPERS=$TWR_BUILD/tests/pam
# shellcheck source=tests/pam/under.sh
[ -z "${TWR_UNDER-}" ] || . "$TREE/tests/pam/under.sh"

# ---- the world ----

# Cannot run here at all: a skip for a suite, a failure for the demo.
cannot_run() {
	if [ "${world_must-}" = yes ]; then
		echo "cannot run here: $*" >&2
		exit 1
	fi
	echo "1..0 # SKIP $*"
	exit 0
}

fatal() {
	echo "$*" >&2
	exit 1
}

# Run this script again inside a new world; returns only there.
enter_world() { # script, arguments
	if [ "${TWR_WORLD-}" = inside ]; then
		unset TWR_WORLD
		make_world
		return
	fi
	[ "$(id -u)" -eq 0 ] || cannot_run "only root can make namespaces;" \
	    "run it with sudo"
	for helper in pam_client syslog_tap make_policy private_mounts; do
		[ -x "$HELPERS/$helper" ] ||
			fatal "$HELPERS/$helper is not built; run make programs"
	done
	unshare -m -p -f --propagation unchanged true 2>/dev/null ||
		cannot_run "mount and process namespaces are not allowed here" \
		    "(unshare -m -p failed)"
	# The first process of the world dies with unshare, whatever happens,
	# and takes all others with it.
	TWR_WORLD=inside unshare -m -p -f --kill-child --propagation unchanged \
	    "$HELPERS/private_mounts" sh "$@" &
	world=$!
	trap 'leave_world 129' HUP
	trap 'leave_world 130' INT
	trap 'leave_world 143' TERM
	wait "$world"
	exit $?
}

leave_world() { # exit status
	trap '' HUP INT TERM
	kill -KILL "$world" 2>/dev/null
	wait "$world" 2>/dev/null
	exit "$1"
}

own_mount() { # folder
	mount -t tmpfs -o mode=0755,nosuid twrbac "$1" ||
		fatal "cannot mount a tmpfs on $1 inside the namespace"
}

# A /dev of our own, so that /dev/log can be ours whether or not the machine
# has one.
make_dev() {
	own_mount "$W/dev"
	for node in null zero full random urandom tty console; do
		[ -c "/dev/$node" ] || continue
		: >"$W/dev/$node"
		mount --bind "/dev/$node" "$W/dev/$node"
	done
	mkdir "$W/dev/pts" "$W/dev/shm"
	# terminals of its own too: a ptmx finds only the pts beside it
	mount -t devpts -o newinstance,mode=0620,gid=5,ptmxmode=0666 devpts \
	    "$W/dev/pts" 2>/dev/null || mount --rbind /dev/pts "$W/dev/pts" ||
		fatal "cannot mount a devpts inside the namespace"
	ln -s pts/ptmx "$W/dev/ptmx"
	ln -s /proc/self/fd "$W/dev/fd"
	ln -s fd/0 "$W/dev/stdin"
	ln -s fd/1 "$W/dev/stdout"
	ln -s fd/2 "$W/dev/stderr"
	mount --move "$W/dev" /dev || fatal "cannot put a private /dev in place"
}

make_world() {
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	umask 022
	# people of the world must be able to enter their homes
	case $(stat -c %A /) in
	*x | *t) ;;
	*) cannot_run "/ is closed to everybody but root; chmod 0755 /" ;;
	esac
	mount -t proc proc /proc || fatal "cannot mount /proc in the namespace"
	own_mount /run
	mkdir -p "$W/bin" "$W/dev" "$W/home" "$W/tmp" /run/sshd /run/lock
	chmod 0755 "$W"
	cp -a /etc "$W/etc" 2>/dev/null
	[ -d "$W/etc/pam.d" ] || fatal "/etc/pam.d could not be copied"
	mount --bind "$W/etc" /etc || fatal "cannot put a private /etc in place"
	rm -rf /etc/twrbac /etc/nologin
	mkdir -m 0755 /etc/twrbac
	own_mount /var/lib
	own_mount /var/log
	make_dev
	# What was built now is what is tested, whoever builds meanwhile.
	cp "$TWR_BUILD/pam_twrbac.so" "$HELPERS"/pam_client \
	    "$HELPERS"/syslog_tap "$HELPERS"/make_policy "$W/bin/" ||
		fatal "$TWR_BUILD holds no complete build; run make programs"
	[ ! -x "$TWR_BUILD/twrbac" ] || cp "$TWR_BUILD/twrbac" "$W/bin/"
	# The tool reads only what belongs to root; a checkout may not.
	cp -r "$TREE/etc" "$W/share"
	chown -R 0:0 "$W/share"
	PATH=$W/bin:$PATH
	HOME=$W/home TMPDIR=$W/tmp
	export HOME TMPDIR
	cd "$W/tmp" || exit 1
	[ -z "${TWR_UNDER-}" ] || enter_under
	listen
}

# ---- the system log ----

listen() {
	syslog_tap /dev/log "$LOG" &
	wait_until 50 test -S /dev/log || fatal "the log listener did not start"
}

# Wait up to $1 tenths of a second for a command to succeed.
wait_until() {
	tries=$1
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# Everything that was sent before has arrived when this returns.
log_wait() {
	mark=mark-$(od -An -N8 -tx1 /dev/urandom | tr -d ' ')
	syslog_tap --mark /dev/log "$mark"
	wait_until 50 grep -q "$mark" "$LOG" || fatal "the log listener is gone"
}

# From here on counts for log_since.
log_mark() {
	log_wait
	log_from=$(($(wc -l <"$LOG") + 1))
}

# The lines of pam_twrbac since the last log_mark, "<priority>date text", that
# contain each argument.
log_since() {
	log_wait
	tail -n "+$log_from" "$LOG" | grep 'pam_twrbac(' |
	    while IFS= read -r line; do
		for want; do
			case $line in
			*"$want"*) ;;
			*) continue 2 ;;
			esac
		done
		printf '%s\n' "$line"
	done
}

# ---- people ----

account() { # login, uid
	sed -i -e "/^$1:/d" -e "/^[^:]*:[^:]*:$2:/d" /etc/passwd
	sed -i "/^$1:/d" /etc/shadow
	sed -i -e "/^$1:/d" -e "/^[^:]*:[^:]*:$2:/d" /etc/group
	mkdir -p "$W/home/$1/.ssh"
	# In front: the first line with a name or uid counts.
	sed -i "1i$1:x:$2:$2:$1:$W/home/$1:/bin/sh" /etc/passwd
	# "*": no password fits, but the account is not locked.
	echo "$1:*:19000:0:99999:7:::" >>/etc/shadow
	echo "$1:x:$2:" >>/etc/group
	chown -R "$2:$2" "$W/home/$1"
	chmod 0700 "$W/home/$1/.ssh"
}

uid_of() { # login
	sed -n "s/^$1:[^:]*:\\([0-9]*\\):.*/\\1/p" /etc/passwd | head -n 1
}

# Run a command as somebody else, all ids given up.
by() { # login, command...
	by_uid=$(uid_of "$1")
	shift
	setpriv --reuid "$by_uid" --regid "$by_uid" --clear-groups "$@"
}

# twrbac as the administrator $1, as sudo would start it. Where the machine
# knows who logged in (the kernel's login uid), the tool asks that one to be
# an administrator too; inside the world nobody logged in.
as() { # login, command...
	who=$1
	shift
	SUDO_USER=$who SUDO_UID=$(uid_of "$who") SUDO_GID=$(uid_of "$who") "$@"
}

forget_login_uid() {
	[ -r /proc/self/loginuid ] || return 0
	[ "$(cat /proc/self/loginuid)" = 4294967295 ] && return 0
	# dash's own process: children inherit it
	echo 4294967295 2>/dev/null >"/proc/$$/loginuid" || true
}

# The uid that alice has: an unused one, or the one that the kernel says
# logged in here and does not let us forget.
owner_uid() {
	forget_login_uid
	known=$(cat /proc/self/loginuid 2>/dev/null || echo 4294967295)
	case $known in
	4294967295) echo 61001 ;;
	0) cannot_run "root itself logged in on this console, and the kernel" \
	    "keeps that; log in as yourself and use sudo" ;;
	*) echo "$known" ;;
	esac
}

# alice and bob administrate, dora develops, fin does the accounts, sam
# supports.
make_cast() {
	uid=$(owner_uid) || exit
	case $uid in
	*[!0-9]*) echo "$uid"; exit 0 ;; # the skip line
	esac
	account alice "$uid"
	account bob 61002
	account dora 61003
	account fin 61004
	account sam 61005
}

# ---- the organization ----

# acme with its people, as the real tool makes it: alice owns the
# organization, bob administrates and may operate production, dora may log in
# at dev only, fin does the accounts of messaging, sam supports it. olga owns
# the account: an Owner's role includes the others, so it must be somebody who
# has no login here if only fin is to be admitted as the billing manager.
make_acme() {
	make_cast
	alice init acme --owner alice@example.com --login alice \
	    --roles "$W/share/roles.conf" \
	    --conf-template "$W/share/twrbac.conf"
	alice user add olga@example.com --name Olga
	alice scope add acme/messaging --owner olga@example.com
	alice scope add acme/messaging/production
	alice scope add acme/messaging/qa
	alice scope add acme/messaging/dev
	alice user add bob@example.com --name Bob --login bob \
	    --organization-role administrator
	alice user add dora@example.com --name Dora --login dora
	alice user add fin@example.com --name Fin --login fin
	alice user add sam@example.com --name Sam --login sam
	alice assignment add bob acme/messaging/production hosts:operator
	alice assignment add dora acme/messaging/dev hosts:login
	alice assignment add dora acme/messaging general:developer
	alice assignment add fin acme/messaging general:billing-manager
	alice assignment add sam acme/messaging general:support
}

alice() { # words of a twrbac command, which must succeed
	run as alice twrbac "$@" || fatal "this must succeed: twrbac $*"
}

# What this host demands. Two ssh servers stand for two hosts: one in
# production, one at dev.
write_conf() {
	cat >"$CONF" <<-'RULES'
	organization = "acme";
	scope        = "acme/messaging/production";
	contact      = "ops@example.com";
	rules = (
	  { services = ["twrbac-prod-sshd"]; any_role = ["hosts:login"]; },
	  { services = ["twrbac-dev-sshd"];  any_role = ["hosts:login"];
	    scope = "acme/messaging/dev"; },
	  { services = ["finance"]; any_role = ["general:billing-manager"];
	    scope = "acme/messaging"; },
	  { services = ["sudo", "sudo-i"];
	    any_permission = ["/twrbac/hosts/sudo/run"]; },
	  { services = ["su", "su-l"];
	    all_permissions = ["/twrbac/hosts/sudo/run",
	                       "/twrbac/hosts/sudo/admin"]; }
	);
	exempt = (
	  { logins = ["root"]; services = ["su", "su-l"]; }
	);
	RULES
	chmod 0644 "$CONF"
}

# How a command of make_acme is run; the demo shows it instead.
run() {
	"$@" >"$W/tmp/run.out" 2>&1 && return
	run_status=$?
	cat "$W/tmp/run.out" >&2
	return $run_status
}

# ---- PAM ----

GATE="account [success=ok ignore=ignore default=die] $MODULE"

# What the host's own services do after our line, read from the host.
account_rest() {
	for name in common-account system-account password-auth base-account; do
		[ -r "/etc/pam.d/$name" ] || continue
		case $name in
		common-account) echo "@include $name" ;;
		*) echo "account include $name" ;;
		esac
		return
	done
	echo "account required pam_unix.so"
}

# A service whose account stack is the shipped line and the host's own rest.
service() { # name, module arguments
	svc=$1
	shift
	{
		echo "auth required pam_permit.so"
		echo "$GATE $*"
		account_rest
		echo "session required pam_permit.so"
	} >"/etc/pam.d/$svc"
}

# A service with the shipped line and nothing that has an opinion after it:
# what comes out is what the module said.
stack() { # name, module arguments
	svc=$1
	shift
	printf '%s\n' "auth required pam_permit.so" "$GATE $*" \
	    "account required pam_permit.so" >"/etc/pam.d/$svc"
}

# Put policy.cdb, made without the tool, into the state $1.
policy() {
	rm -rf "$STATE"
	mkdir -m 0755 "$STATE"
	cdb=$STATE/policy.cdb
	case $1 in
	missing) ;;
	plain | stale | too-new | future | soft-all | soft-all-ended)
		make_policy "$cdb" "$1"
		;;
	unconfirmed)
		make_policy "$STATE/policy.prev.cdb" plain
		make_policy "$cdb" "$1"
		;;
	unconfirmed-alone) make_policy "$cdb" unconfirmed ;;
	unconfigured) : >"$STATE/unconfigured" ;;
	unconfigured-writable) (umask 0 && : >"$STATE/unconfigured") ;;
	unconfigured-owner) : >"$STATE/unconfigured" &&
		chown 61012 "$STATE/unconfigured" ;;
	unconfigured-link) ln -s /dev/null "$STATE/unconfigured" ;;
	unconfigured-corrupt) : >"$STATE/unconfigured" && : >"$cdb" ;;
	unconfigured-plain) : >"$STATE/unconfigured" && make_policy "$cdb" ;;
	unconfigured-beside-link)
		: >"$STATE/unconfigured"
		make_policy "$STATE/real.cdb"
		ln -s real.cdb "$cdb"
		;;
	no-folder) rmdir "$STATE" ;;
	folder-is-file) rmdir "$STATE" && : >"$STATE" ;;
	link)
		make_policy "$STATE/real.cdb"
		ln -s real.cdb "$cdb"
		;;
	folder-link)
		rmdir "$STATE"
		mkdir -p /var/lib/elsewhere
		make_policy /var/lib/elsewhere/policy.cdb
		ln -s elsewhere "$STATE"
		;;
	is-folder) mkdir "$cdb" ;;
	is-fifo) mkfifo -m 0600 "$cdb" ;;
	owner) make_policy "$cdb" && chown 61012 "$cdb" ;;
	writable) make_policy "$cdb" && chmod 0660 "$cdb" ;;
	folder-writable) make_policy "$cdb" && chmod 0777 "$STATE" ;;
	folder-sticky) make_policy "$cdb" && chmod 1777 "$STATE" ;;
	empty) : >"$cdb" ;;
	truncated)
		make_policy "$STATE/whole"
		head -c 3000 "$STATE/whole" >"$cdb"
		;;
	text) yes "not a policy" | head -n 1000 >"$cdb" ;;
	flipped) # the first letter of the organization's name, in M
		make_policy "$STATE/whole"
		LC_ALL=C sed 's/OR0123456789abcdef/OR1123456789abcdef/' \
		    "$STATE/whole" >"$cdb"
		;;
	*) fatal "policy: no state is called $1" ;;
	esac || fatal "policy: cannot make the state $1"
}

# ---- sudo by role ----

# Where this sudo looks for plugins, with ours among them; on copies.
plugin_world() {
	[ -e "$TWR_BUILD/sudo_twrbac.so" ] || cannot_run "sudo_twrbac.so is" \
	    "not built: no <sudo_plugin.h>; install the package sudo"
	for PLUGINS in /usr/libexec/sudo /usr/lib/sudo /usr/lib64/sudo \
	    /usr/local/libexec/sudo ""; do
		[ -e "$PLUGINS/sudoers.so" ] && break
	done
	[ -n "$PLUGINS" ] || cannot_run "sudo's folder of plugins is unknown"
	cp -a "$PLUGINS" "$W/sudo"
	cp "$TWR_BUILD/sudo_twrbac.so" "$W/sudo/"
	chown -R 0:0 "$W/sudo"
	mount --bind "$W/sudo" "$PLUGINS" ||
		fatal "cannot put a private $PLUGINS in place"
	GROUP_PLUGIN=sudo_twrbac.so
	rm -rf /etc/sudoers.d
}

sudoers() { # lines behind the defaults
	printf '%s\n' "Defaults !fqdn, !lecture, !authenticate, env_reset" \
	    "Defaults group_plugin=\"$GROUP_PLUGIN\"" "$@" >/etc/sudoers
	chmod 0440 /etc/sudoers
}

# The plugin's lines since the last log_mark.
plugin_lines() {
	log_wait
	tail -n "+$log_from" "$LOG" | grep ' sudo_twrbac: '
}

# ---- ssh ----

# Everything an ssh server needs but its configuration.
prepare_ssh() {
	command -v sshd >/dev/null 2>&1 || cannot_run "no sshd is installed"
	command -v ssh >/dev/null 2>&1 || cannot_run "no ssh is installed"
	mkdir -p "$W/ssh/keys"
	ssh-keygen -q -t ed25519 -N '' -C host -f "$W/ssh/host_key"
	for login in alice bob dora fin sam; do
		ssh-keygen -q -t ed25519 -N '' -C "$login" -f "$W/ssh/$login"
		cp "$W/ssh/$login.pub" "$W/ssh/keys/$login"
	done
	# sshd drops its privileges to this account; without it, it stops.
	grep -q '^sshd:' /etc/passwd ||
		echo 'sshd:x:61022:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
}

# A suite may set ssh_more, lines in front, where the first of a kind counts.
sshd_config() { # port, pid file
	cat <<-CONFIG
	${ssh_more-}
	ListenAddress 127.0.0.1
	Port $1
	HostKey $W/ssh/host_key
	PidFile $2
	UsePAM yes
	LogLevel INFO
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PubkeyAuthentication yes
	AuthorizedKeysFile $W/ssh/keys/%u
	StrictModes yes
	PrintMotd no
	UseDNS no
	CONFIG
}

# A number to try as a port: 20000 to 59999.
some_port() {
	echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
}

# Start an ssh server whose PAM service is $1: sshd takes the name from its
# own program's name (from 9.8 on, from its configuration). Sets port.
start_sshd() { # service
	sshd_name=$1
	cp "$(command -v sshd)" "$W/bin/$sshd_name"
	pid_file=$W/ssh/$sshd_name.pid
	for attempt in 1 2 3 4 5 6 7 8; do
		port=$(some_port)
		sshd_config "$port" "$pid_file" >"$W/ssh/$sshd_name.conf"
		if sshd -G -f "$W/ssh/$sshd_name.conf" 2>/dev/null |
		    grep -qi '^pamservicename'; then
			echo "PAMServiceName $sshd_name" \
			    >>"$W/ssh/$sshd_name.conf"
		fi
		rm -f "$pid_file"
		"$W/bin/$sshd_name" -f "$W/ssh/$sshd_name.conf" \
		    2>"$W/ssh/$sshd_name.err" || continue
		wait_until 20 test -s "$pid_file" || continue
		echo "[127.0.0.1]:$port $(cat "$W/ssh/host_key.pub")" \
		    >>"$W/ssh/known_hosts"
		return 0
	done
	cat "$W/ssh/$sshd_name.err" >&2
	fatal "sshd as $sshd_name did not start in $attempt attempts"
}

# Log in for real. Output, the client's messages and the exit status are in
# ssh_out, ssh_err and ssh_status.
ssh_as() { # login, port, command...
	who=$1
	to=$2
	shift 2
	ssh -F none -T -p "$to" -l "$who" -i "$W/ssh/$who" \
	    -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=10 \
	    -o StrictHostKeyChecking=yes -o LogLevel=INFO \
	    -o UserKnownHostsFile="$W/ssh/known_hosts" \
	    127.0.0.1 "$@" >"$W/ssh/out" 2>"$W/ssh/err" </dev/null
	# shellcheck disable=SC2034 # read by the scripts
	ssh_status=$? ssh_out=$(cat "$W/ssh/out") \
	    ssh_err=$(tr -d '\r' <"$W/ssh/err")
}

# ---- TAP ----

tests=0
failures=0

ok() {
	tests=$((tests + 1))
	echo "ok - $*"
}

not_ok() { # name; what was seen comes on stdin
	tests=$((tests + 1))
	failures=$((failures + 1))
	sed 's/^/# /'
	echo "not ok - $*"
}

skip() { # reason, name
	why=$1
	shift
	tests=$((tests + 1))
	echo "ok - $* # SKIP $why"
}

# The test $1: is $2 equal to $3?
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		printf 'expected: %s\nseen:     %s\n' "$3" "$2" | not_ok "$1"
	fi
}

# The test $1: does $2 contain each of the other arguments?
has() {
	test_name=$1
	has_in=$2
	shift 2
	for has_what; do
		case $has_in in
		*"$has_what"*) ;;
		*)
			printf 'expected to find: %s\nin: %s\n' "$has_what" "$has_in" |
				not_ok "$test_name"
			return 1
			;;
		esac
	done
	ok "$test_name"
}

# The test $1: does $2 contain none of the other arguments?
lacks() {
	test_name=$1
	has_in=$2
	shift 2
	for has_what; do
		case $has_in in
		*"$has_what"*)
			printf 'not expected: %s\nin: %s\n' "$has_what" "$has_in" |
				not_ok "$test_name"
			return 1
			;;
		esac
	done
	ok "$test_name"
}

finish() {
	[ -z "${TWR_UNDER-}" ] || leave_under
	echo "1..$tests"
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}
