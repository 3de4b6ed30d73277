# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the suites hostile_*.sh share. Sourced after support.sh.

# The people, the policy and the stacks that pam_hostile's commands know.
hostile_world() {
	cp "$HELPERS/pam_hostile" "$W/bin/" ||
		fatal "$HELPERS/pam_hostile is not built; run make programs"
	# libpam's audit message looks PAM_RHOST up, whatever is in it
	echo "hosts: files" >/etc/nsswitch.conf
	account granted 61011
	account none 61012
	account daemon1 901
	account system 902
	for name in gate gate-cron root-only open soft su sudo unlisted other; do
		stack "$name" ""
	done
	stack gate-debug debug
	stack gate-glass break_glass=root,granted,none,nobody-knows
	stack gate-bad "no-such-argument"
	stack gate-missing policy=/var/lib/nothing/policy.cdb
	stack gate-missing-glass \
	    "policy=/var/lib/nothing/policy.cdb break_glass=granted"
	echo "account required pam_permit.so" >/etc/pam.d/permit
	policy plain
}

# A message catalogue in which every reason that libc gives is a forgery.
make_catalogue() {
	python3 - <<-'END'
	import errno, os, struct, sys
	texts = sorted(os.strerror(e).encode() for e in errno.errorcode)
	# the empty message is the head
	pairs = [(b"", b"Content-Type: text/plain; charset=UTF-8\n")]
	pairs += [(t, b"OWNED verdict=grant") for t in sorted(set(texts))]
	n = len(pairs)
	at = 28 + 16 * n
	tables, blob = [b"", b""], b""
	for side in (0, 1):
	    for pair in pairs:
	        tables[side] += struct.pack("<II", len(pair[side]),
	            at + len(blob))
	        blob += pair[side] + b"\0"
	sys.stdout.buffer.write(struct.pack("<7I", 0x950412de, 0, n, 28,
	    28 + 8 * n, 0, 28 + 16 * n) + tables[0] + tables[1] + blob)
	END
}

# One command of pam_hostile: its TAP lines are ours.
part() { # words of the command
	pam_hostile "$@" >"$W/tmp/part" 2>&1
	part_status=$?
	cat "$W/tmp/part"
	tests=$((tests + $(grep -c '^ok\|^not ok' "$W/tmp/part")))
	failures=$((failures + $(grep -c '^not ok' "$W/tmp/part")))
	if [ "$part_status" -gt 1 ] || ! grep -q '^ok\|^not ok' "$W/tmp/part"
	then
		not_ok "pam_hostile $*: status $part_status" <"$W/tmp/part"
	fi
}
