#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Help, usage and version: where they go, how large they are, that the table
# of commands is in all of them.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

fits() { # name, lines, columns
	lines=$(wc -l <"$D/.out")
	wide=$(awk -v w="$3" 'length($0) > w' "$D/.out")
	if [ "$lines" -le "$2" ] && [ -z "$wide" ]; then ok "$1"; else
		not_ok "$1" "$lines lines; too wide: $wide"
	fi
}

twrbac --help
exits "--help exits 0" 0
says "--help shows the daily commands" "assignment add USER SCOPE ROLE..."
fits "--help fits a terminal" 24 80
daily=$out

twrbac help
if [ "$out" = "$daily" ]; then ok "help is --help"; else
	not_ok "help is --help" "$out"
fi

twrbac help all
exits "help all exits 0" 0
fits "help all is at most 80 columns wide" 1000 80
says "help all tells the exit status" "77 not permitted"

twrbac version
exits "version exits 0" 0
says "version names itself" "twrbac "
version=$out
twrbac --version
if [ "$out" = "$version" ]; then ok "--version is version"; else
	not_ok "--version is version" "$out"
fi
twrbac version --json
json "version prints JSON" 'j["command"] == "version" and r[0]["version"]'

twrbac help --complete
exits "help --complete exits 0" 0
cp "$D/.out" "$D/words"
while IFS='	' read -r command options; do
	# shellcheck disable=SC2086 # its words
	twrbac $command --help
	exits "$command --help exits 0" 0
	says "$command --help shows its usage" "usage: twrbac $command"
	says "$command --help has an example" "Example:
  twrbac $command"
	fits "$command --help is at most 80 columns wide" 60 80
	for option in $options; do
		contains "$out" "${option%=}" && continue
		not_ok "$command --help tells of $option" "$out"
	done
	page=$out
	# shellcheck disable=SC2086
	twrbac help $command
	if [ "$out" = "$page" ]; then ok "help $command is the same"; else
		not_ok "help $command is the same" "$out"
	fi
	twrbac help all
	says "help all has $command" "  $command"
done <"$D/words"
commands=$(wc -l <"$D/words")
if [ "$commands" -ge 20 ]; then ok "the words of every command"; else
	not_ok "the words of every command" "$commands lines"
fi

twrbac user --help
exits "user --help exits 0" 0
says "user --help lists its commands" "user suspend USER"

usage() { # what stderr says, arguments
	want=$1
	shift
	twrbac "$@"
	line=$(printf '%s' "$*" | tr '\n' '?')
	exits "usage: $line: exits 64" 64
	silent "usage: $line: prints nothing on stdout"
	complains "usage: $line: says why" "$want"
}

usage 'no command; "twrbac --help"'
usage 'did you mean "assignment"?' asignment
usage 'did you mean "user suspend"?' user suspnd bob
usage 'user what? One of: add' user
usage 'did you mean --reason?' assignment add a b c --reson x
usage '--owner is no option of "user list"' user list --owner bob
usage '--no-compile is no option of "compile"' compile --no-compile
usage '--as-root is no option of "check"' check a b --as-root x
usage '--json and --tsv exclude each other' user list --json --tsv
usage 'too few arguments; usage: twrbac check LOGIN SERVICE' check bob
usage 'too many arguments; usage: twrbac status' status now
usage '--for needs a value: --for DURATION' assignment add a b c --for
usage '--utc takes no value' status --utc=yes
usage 'is given twice' status --utc --utc
usage 'unknown command "no?such"' 'no
such'
usage 'unknown command' help nosuch
usage 'too many arguments' help user add more

if [ -w /dev/full ]; then
	status=0
	"$TWRBAC" --help >/dev/full 2>"$D/.err" || status=$?
	err=$(cat "$D/.err")
	exits "a full disk is exit 73" 73
	complains "a full disk is told" "standard output"
fi
status=0
"$TWRBAC" version >&- 2>/dev/null <&- || status=$?
exits "closed descriptors do no harm" 0

if [ "$(id -u)" -ne 0 ]; then
	twrbac user list
	exits "an organization command needs root" 77
	complains "and says so" "run it with sudo"
fi
finish
