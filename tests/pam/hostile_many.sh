#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Many at once and many times: handles interleaved in one process, threads,
# ten thousand lives of a handle, and processes that decide while the real
# tool writes policy after policy. No wrong answer, no error, nothing grows.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/pam/hostile.sh
. "$(dirname "$0")/hostile.sh"
enter_world "$0" "$@"
hostile_world

part handles
part threads 64 40
# the cache of each thread counts as used; without it, figures are exact
GLIBC_TUNABLES=glibc.malloc.tcache_count=0
export GLIBC_TUNABLES
part cycles 10000
unset GLIBC_TUNABLES

# ---- a writer beside them ----

rm -rf "$STATE"
make_acme
write_conf
account flip 61006
alice user add flip@example.com --name Flip --login flip
alice compile
stack twrbac-prod-sshd ""

# What changes nothing for those who are tested, and what turns flip round.
write_on() {
	n=0
	while [ "$n" -lt 12 ]; do
		n=$((n + 1))
		case $((n % 4)) in
		0) set -- assignment add flip acme/messaging/production \
		    hosts:login ;;
		1) set -- user add "more$n@example.com" --login "more$n" \
		    --uid $((30000 + n)) ;;
		2) set -- assignment remove flip acme/messaging/production \
		    hosts:login ;;
		3) set -- compile ;;
		esac
		as alice twrbac "$@" >"$W/tmp/wrote" 2>&1 ||
			# the first removal finds nothing to remove
			[ "$n" -eq 2 ] || cat "$W/tmp/wrote" >>"$W/tmp/unwritten"
	done
	: >"$W/tmp/enough"
}
write_on &
writer=$!
log_mark
part swarm 64 10000 "$W/tmp/enough" twrbac-prod-sshd bob=0 dora=6 \
    flip=0,6 nobody-knows=10
decided=$(sed -n 's/^ok - 64 processes: \([0-9]*\) decisions.*/\1/p' \
    "$W/tmp/part")
wait "$writer"
is "the writer was never refused" "$(cat "$W/tmp/unwritten" 2>/dev/null)" ""
log_wait
tail -n "+$log_from" "$LOG" | grep 'pam_twrbac(twrbac-prod-sshd:account)' \
    >"$W/tmp/lines"
is "each decision is one line" "$(grep -c ' verdict=' "$W/tmp/lines")" \
    "$decided"
is "no line tells of an error" "$(grep ' error=\|policy-' "$W/tmp/lines" |
    head -n 3)" ""
finish
