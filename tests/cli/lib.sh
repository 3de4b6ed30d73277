# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the suites of the tool share. Sourced first:
#
#	. "$(dirname "$0")/lib.sh"
#
# Each check prints one TAP line. $D is a scratch folder that is removed at
# the end; $out and $err hold what the last run printed.

LC_ALL=C TZ=UTC0
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ PATH
unset SUDO_UID SUDO_GID SUDO_USER SUDO_COMMAND NO_COLOR CDPATH ENV

TREE=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
TWRBAC=${TWR_BUILD:-$TREE/build}/twrbac
[ -x "$TWRBAC" ] || {
	echo "$TWRBAC is not built; run make" >&2
	exit 1
}

# Under /run root's files pass the rules for folders; anybody may use /tmp.
if [ "$(id -u)" -eq 0 ] && [ -d /run ]; then
	D=$(mktemp -d /run/twrbac-cli.XXXXXX) || exit 1
else
	D=$(mktemp -d "${TMPDIR:-/tmp}/twrbac-cli.XXXXXX") || exit 1
fi
chmod 755 "$D"
# The tool reads only what is safe from others all the way down; a checkout may
# lie anywhere.
SHARE=$D/share
cp -r "$TREE/etc" "$SHARE" && chmod -R go-w "$SHARE" || exit 1
[ "$(id -u)" -ne 0 ] || chown -R 0:0 "$SHARE"
trap 'rm -rf "$D"' EXIT
trap 'exit 130' INT TERM PIPE

count=0 bad=0

ok() { # name
	count=$((count + 1))
	echo "ok - $1"
}

not_ok() { # name, why
	count=$((count + 1)) bad=$((bad + 1))
	echo "not ok - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

skip() { # name, reason
	count=$((count + 1))
	echo "ok - $1 # SKIP $2"
}

# Run the tool; fills $status, $out and $err.
twrbac() {
	status=0
	"$TWRBAC" "$@" >"$D/.out" 2>"$D/.err" </dev/null || status=$?
	out=$(cat "$D/.out") err=$(cat "$D/.err")
}

# The same with a directory, configuration and policy of our own.
own() {
	twrbac --directory "$D/state/directory.db" --config \
	    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" "$@"
}

show_run() {
	printf 'exit status %s\n---- stdout\n%s\n---- stderr\n%s\n' \
	    "$status" "$out" "$err"
}

exits() { # name, wanted status
	if [ "$status" -eq "$2" ]; then ok "$1"; else
		not_ok "$1" "wanted exit status $2; $(show_run)"
	fi
}

contains() { # text, part
	case $1 in
	*"$2"*) return 0 ;;
	esac
	return 1
}

says() { # name, part of stdout
	if contains "$out" "$2"; then ok "$1"; else
		not_ok "$1" "stdout lacks: $2; $(show_run)"
	fi
}

complains() { # name, part of stderr
	if contains "$err" "$2"; then ok "$1"; else
		not_ok "$1" "stderr lacks: $2; $(show_run)"
	fi
}

silent() { # name: nothing on stdout
	if [ -z "$out" ]; then ok "$1"; else
		not_ok "$1" "stdout is not empty; $(show_run)"
	fi
}

# $1: name, $2: a Python expression over j, the JSON that was printed.
json() {
	if ! command -v python3 >/dev/null 2>&1; then
		skip "$1" "python3 is not installed"
	elif why=$(python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
r = j["rows"]
assert j["twrbac"] == 1
assert eval("(" + sys.argv[2] + ")"), j' "$D/.out" "$2" 2>&1); then ok "$1"; else
		not_ok "$1" "$why; $(show_run)"
	fi
}

# What differs from run to run, in words that do not.
steady() {
	sed -e "s|$D|DIR|g" -e "s/ on $(uname -n),/ on HOST,/" \
	    -e "s/Host $(uname -n),/Host HOST,/" \
	    -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9]T[0-9:]\{8\}Z/TIME/g' \
	    -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]/YYYY-MM-DD hh:mm/g' \
	    -e 's/\([A-Z][A-Z]\)[0-9a-f]\{32\}/\1SID/g' \
	    -e 's/\([A-Z][A-Z]\)[0-9a-f]\{8\}\.\./\1SID/g' \
	    -e 's/[0-9a-f]\{64\}/HASH/g' -e 's/login:[^ ,<	]\{1,\}/login:WHO/g' \
	    -e 's/as-root ([^)]*)/as-root/g' | widths
}

# Who is at this terminal is in every row: where the kernel knows, columns
# are as wide as his name.
widths() {
	if [ "$(cat /proc/self/loginuid 2>/dev/null)" = 4294967295 ]; then
		cat
	else
		tr -s ' '
	fi
}

# What the last run printed is what tests/cli/golden/$1 shows. With
# TWR_GOLDEN=write the file is made anew, to be read before it is committed.
golden() { # name of the file
	{
		steady <"$D/.out"
		sed 's/^/stderr: /' "$D/.err" | steady
		echo "exit status $status"
	} >"$D/.steady" 2>&1
	if [ "${TWR_GOLDEN-}" = write ]; then
		cp "$D/.steady" "$TREE/tests/cli/golden/$1"
	fi
	widths <"$TREE/tests/cli/golden/$1" >"$D/.golden"
	if why=$(diff "$D/.golden" "$D/.steady" 2>&1); then
		ok "golden: $1"
	else
		not_ok "golden: $1" "$why"
	fi
}

# The last line of a suite.
finish() {
	echo "1..$count"
	[ "$bad" -eq 0 ]
	exit
}
