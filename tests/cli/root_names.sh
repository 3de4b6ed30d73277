#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The ugly names of tests/pam/names.txt, given to the tool: as login, user,
# service, role and e-mail. A name is mapped exactly or refused; check grants
# to those that were mapped and to no other; nothing crashes, and nothing that
# is printed carries a control character.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
HELPERS=${TWR_BUILD:-$TREE/build}/tests/pam
NAMES=$TREE/tests/pam/names.txt
[ -x "$HELPERS/pam_hostile" ] || {
	echo "$HELPERS/pam_hostile is not built; run make programs" >&2
	exit 1
}

as_root() {
	own --as-root "test suite" "$@"
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --host-scope acme/web --roles "$SHARE/roles.conf" \
    --conf-template "$SHARE/twrbac.conf"
exits "init" 0
as_root scope add acme/web --owner alice
as_root user add bob@example.com --login granted --uid 20002
as_root assignment add bob@example.com acme/web hosts:login
own compile --lock-out-ok
exits "compile" 0
own check granted sshd
exits "who is mapped is granted" 0

# C0 without tab and newline, DEL, C1, the marks that turn the direction, and
# bytes that UTF-8 does not have.
controls=$(printf '%b' '[\0001-\0010\0013-\0037\0177\0300\0301\0365-\0377]' \
    '\\|\0302[\0200-\0237]\\|\0342\0200[\0252-\0256]' \
    '\\|\0342\0201[\0246-\0251]')

# The tool with the name of that number for "{}"; what it says is kept.
ugly() { # number, words of a command
	ugly_number=$1
	shift
	"$HELPERS/pam_hostile" exec "$NAMES" "$ugly_number" "$TWRBAC" "$@" \
	    --directory "$D/state/directory.db" --config \
	    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" \
	    >"$D/said" 2>&1 </dev/null
	status=$?
	[ "$status" -lt 98 ] || return
	if LC_ALL=C grep -q "$controls" "$D/said"; then
		strange="$strange $ugly_number: $* prints controls;"
	fi
}

# Every name is asked for before anything is mapped, and everything that
# takes a name refuses it.
number=0 granted='' strange='' done='' asked=0
while [ $((number += 1)) ]; do
	if [ $((number % 3)) -ne 0 ]; then continue; fi
	ugly "$number" check '{}' sshd
	case $status in
	99) break ;;    # there are no more
	98) continue ;; # too long for the kernel
	1 | 64) ;;
	# --help is what it seems to be
	0) grep -q '^usage:' "$D/said" || granted="$granted $number" ;;
	*) strange="$strange $number: check exits $status;" ;;
	esac
	asked=$((asked + 1))
	[ $((number % 12)) -eq 0 ] || continue
	for words in "assignment add {} acme/web hosts:login" \
	    "assignment add bob@example.com {} hosts:login" \
	    "assignment add bob@example.com acme/web {}" "user suspend {}" \
	    "login unmap {}" "login map {} x"; do
		# shellcheck disable=SC2086 # words
		ugly "$number" $words --as-root test
		case $status in
		1 | 64) ;;
		*) done="$done $number: $words exits $status;" ;;
		esac
	done
	for words in "who-can {}" "user list {}"; do
		# shellcheck disable=SC2086 # words
		ugly "$number" $words --as-root test
		case $status in
		0 | 1 | 64) ;;
		*) strange="$strange $number: $words exits $status;" ;;
		esac
	done
done
at_least() { # number, wanted, name
	if [ "$1" -ge "$2" ]; then ok "$3: $1"; else
		not_ok "$3: $2 at least" "$1"
	fi
}
at_least "$asked" 120 "names asked for before they are mapped"
if [ -z "$granted" ]; then ok "check grants to none of them"; else
	not_ok "check grants to none of them" "$granted"
fi
if [ -z "$done" ]; then ok "nobody of that name: nothing is done"; else
	not_ok "nobody of that name: nothing is done" "$done"
fi

# Mapped to bob, who may get in, where the tool accepts the name.
number=0 mapped=' ' refused=0
while [ $((number += 1)) ]; do
	ugly "$number" login map bob@example.com '{}' --uid $((30000 + number)) \
	    --as-root test --no-compile
	case $status in
	0) mapped="$mapped$number " ;;
	1 | 64) refused=$((refused + 1)) ;;
	99) break ;;
	98) ;;
	*) strange="$strange $number: login map exits $status;" ;;
	esac
done
own compile --lock-out-ok
exits "what was mapped compiles" 0
# shellcheck disable=SC2086 # numbers
set -- $mapped
at_least $# 100 "names that a login may have are mapped"
at_least "$refused" 100 "names that no login may have are refused"
"$HELPERS/verify_journal" "$D/state/directory.db" >"$D/said" 2>&1
status=$?
exits "the journal holds" 0

number=0 wrong=''
while [ $((number += 1)) ]; do
	ugly "$number" check '{}' sshd
	case $mapped,$status in
	*,99) break ;;
	*" $number "*,0) ;;
	*" $number "*,*) wrong="$wrong $number is mapped and refused ($status);" ;;
	*,0) grep -q '^usage:' "$D/said" || wrong="$wrong $number is not mapped and granted;" ;;
	esac
done
if [ -z "$wrong" ]; then
	ok "check grants to those that were mapped and to no other"
else
	not_ok "check grants to those that were mapped and to no other" "$wrong"
fi
if [ -z "$strange" ]; then
	ok "no crash, no strange exit status, no control character"
else
	not_ok "no crash, no strange exit status, no control character" "$strange"
fi
finish
