# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What a world is run under; support.sh sources this when TWR_UNDER is set:
#
# asan      the module was built with the address sanitizer. Its runtime must be
#           the first library of any process that loads the module, so all
#           programs of the world preload it: /etc/ld.so.preload counts for
#           set-uid programs too. The world's own, of course.
# valgrind  pam_client runs under memcheck, which sees what the module does.
#
# Reports are files in $REPORTS; one is a failed test.

REPORTS=$W/reports

under_asan() {
	runtime=$(ldd "$MODULE" | sed -n 's/^.*libasan[^ ]* => \([^ ]*\).*/\1/p')
	[ -n "$runtime" ] || fatal "$MODULE is not built with -fsanitize=address"
	cp "$HELPERS/preload_asan.so" "$W/bin/"
	printf '%s\n' "$W/bin/preload_asan.so" "$runtime" >/etc/ld.so.preload
	grep -q libasan /proc/self/maps ||
		fatal "/etc/ld.so.preload does not preload $runtime"
}

under_valgrind() {
	command -v valgrind >/dev/null 2>&1 ||
		cannot_run "valgrind is not installed"
	mv "$W/bin/pam_client" "$W/bin/pam_client.plain"
	cat >"$W/bin/pam_client" <<-CLIENT
	#!/bin/sh
	# valgrind has its own malloc, keeps descriptors for itself and writes
	[ "\$(ulimit -f)" != 0 ] && [ -w "\${TMPDIR:-/tmp}" ] ||
		exec $W/bin/pam_client.plain "\$@"
	case " \$* " in
	*" --fail-malloc "* | *" --nofile "*)
		exec $W/bin/pam_client.plain "\$@"
		;;
	esac
	exec $(command -v valgrind) -q --error-exitcode=99 --leak-check=full \\
	    --errors-for-leak-kinds=definite,indirect,possible \\
	    --vgdb=no --log-file=$REPORTS/valgrind.%p \\
	    $W/bin/pam_client.plain "\$@"
	CLIENT
	chmod 0755 "$W/bin/pam_client"
}

enter_under() {
	mkdir -m 1777 "$REPORTS"
	"under_$TWR_UNDER"
}

# The last test of a suite: nothing was reported.
leave_under() {
	find "$REPORTS" -type f -size +0 -exec cat {} + >"$W/tmp/reports"
	if [ -s "$W/tmp/reports" ]; then
		head -n 200 "$W/tmp/reports" | not_ok "$TWR_UNDER reports nothing"
	else
		ok "$TWR_UNDER reports nothing"
	fi
}
