#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a caller can do to su and sudo before they ask, and what else can go
# wrong while the policy is read: out of descriptors, of memory, no right, a
# read that fails. None of it counts as "no policy", so it lets in nobody, not
# even a break-glass login.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
for program in su sudo setpriv prlimit; do
	command -v $program >/dev/null 2>&1 ||
		cannot_run "$program is not installed"
done

account granted 61011
account none 61012
# both are break-glass logins: were there no policy, they would get in
service su break_glass=granted,none
service su-l break_glass=granted,none
service sudo "break_glass=granted,none tell"
rm -rf /etc/sudoers.d
printf '%s\n' "Defaults !fqdn, !lecture, env_reset" \
    "ALL ALL = (ALL) NOPASSWD: ALL" >/etc/sudoers
chmod 0440 /etc/sudoers

# Run a command as none, under a limit that he set himself.
under() { # limit of prlimit(1), command...
	limit=$1
	shift
	by none prlimit "$limit" "$@" 2>&1 </dev/null
}

# The reasons in the log since the mark, each once.
reasons() {
	log_since | sed 's/.* reason=\([^ ]*\) .*/\1/' | sort -u |
		paste -s -d ' '
}

verdicts() {
	log_since | sed 's/.* verdict=\([^ ]*\) .*/\1/' | sort -u |
		paste -s -d ' '
}

# Nobody may get in, whatever the limit. All at once: su waits a second before
# it tells the refused.
never() { # title, limits as options of prlimit
	title=$1
	shift
	log_mark
	rm -rf "$W/tmp/got"
	mkdir "$W/tmp/got"
	pids=
	for value; do
		under "$value" su granted -c "id -u" >"$W/tmp/got/su$value" &
		pids="$pids $!"
		under "$value" sudo -n id -u >"$W/tmp/got/sudo$value" &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # process ids; not the log's listener
	wait $pids
	is "$title: who may not stays out of su and sudo" \
	    "$(cd "$W/tmp/got" && grep -lxE '61011|0' ./*)" ""
	is "$title: refused is the only verdict" "$(verdicts)" deny
	lacks "$title: that is never no policy" "$(reasons)" policy-missing \
	    policy-unsafe policy-corrupt
}

policy plain
# sudo raises what its caller lowered; under su, libpam needs as many to read
# pam.d as the module, so only pam_client (outcomes.sh) makes it run out itself
never "descriptors" --nofile=3 --nofile=4 --nofile=5 --nofile=6 --nofile=7 \
    --nofile=8 --nofile=9 --nofile=10 --nofile=12 --nofile=16 --nofile=24
never "memory" --as=6000000 --as=7000000 --as=8000000 --as=9000000 \
    --as=10000000 --as=12000000 --as=16000000 --as=64000000 --data=0 \
    --data=100000 --stack=16384 --stack=65536 --stack=1048576 --memlock=0
never "the rest" --fsize=0 --fsize=1 --fsize=4096 --nproc=0 --nproc=1 \
    --cpu=1 --core=0 --sigpending=0 --msgqueue=0 --locks=0

is "with room enough who may gets in" \
    "$(by granted prlimit --nofile=64 su none -c 'id -u' 2>&1 </dev/null)" \
    61012
policy missing
log_mark
is "without a policy it would have opened" \
    "$(under --nofile=64 su granted -c 'id -u')" 61011
has "without a policy it would have opened: in the log" "$(log_since)" \
    "<81>" "verdict=break-glass reason=policy-missing "

# ---- each system call on the way to the policy fails, in each way ----

if ! command -v strace >/dev/null 2>&1; then
	skip "strace is not installed" "system calls that fail"
	finish
fi
if ! strace -o /dev/null true 2>/dev/null; then
	skip "tracing is not allowed here" "system calls that fail"
	finish
fi

policy plain
stack gate break_glass=granted,none
# Which calls of their kind are the module's: from the one that opens "/" as a
# path to the end of the decision, which closes the policy.
strace -o "$W/tmp/trace" -e trace=openat,fstat,newfstatat,pread64 \
    "$W/bin/pam_client" gate none >/dev/null 2>&1
calls=$(awk '{
	call = $1
	sub(/[(].*/, "", call)
	seen[call]++
	if (/openat\(AT_FDCWD, "\/", .*O_PATH/)
		inside = 1
	if (inside && call == "openat" && /boot_id|passwd|hosts|localtime/)
		next
	if (inside && (call != "openat" || !/AT_FDCWD, "\/[a-z]/))
		print call ":" seen[call]
	if (inside && call == "openat" && /policy.cdb/)
		opened = 1
}' "$W/tmp/trace")
has "the module's own calls are known" "$calls" openat: pread64:

# call, error: at each of the module's calls of that kind; sets inside, seen
fail_each() {
	inside=''
	log_mark
	for at in $calls; do
		[ "${at%:*}" = "$1" ] || continue
		got=$(strace -o /dev/null -e "trace=$1" \
		    -e "inject=$1:error=$2:when=${at#*:}" \
		    "$W/bin/pam_client" gate none 2>&1)
		case $got in
		*PAM_SUCCESS* | *PAM_IGNORE*) inside="$inside $at" ;;
		esac
	done
	seen=$(reasons)
}

case $calls in
*newfstatat:*) stat=newfstatat ;;
*) stat=fstat ;;
esac
for call in openat $stat pread64; do
	for error in EMFILE ENFILE ENOMEM EACCES EPERM EIO; do
		fail_each "$call" $error
		is "$call fails with $error: nobody gets in" "$inside" ""
		lacks "$call fails with $error: that is never no policy" \
		    "$seen" policy-missing policy-unsafe policy-corrupt
		has "$call fails with $error: the reason" "$seen" \
		    policy-unreadable
	done
done
# What does mean that there is no policy opens, at each step of the path.
for error in ENOENT ENOTDIR ELOOP; do
	fail_each openat $error
	is "openat fails with $error: that is no policy" "$seen" policy-missing
done
finish
