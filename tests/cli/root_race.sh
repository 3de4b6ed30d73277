#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two administrators at the same moment, as real processes: no rule breaks.
# 1,000 rounds over five rules; each round must end in one of the states that
# one after the other would have led to, and both must have won some rounds.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root may own a policy; run it with sudo"
	exit 0
}
rounds=${TWR_RACE_ROUNDS:-200}

cp "$SHARE/twrbac.conf" "$D/template.conf"
cp "$SHARE/roles.conf" "$D/roles.conf"
chmod 644 "$D/template.conf" "$D/roles.conf"
own init acme --owner alice@example.com --login alice --uid 20001 \
    --roles "$D/roles.conf" --conf-template "$D/template.conf"

# No rules of a host are accepted, so nothing is compiled: rounds are short.
quick() {
	"$TWRBAC" --directory "$D/state/directory.db" --config \
	    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" \
	    --as-root race --quiet "$@" >/dev/null 2>"$D/why.$$" </dev/null
}

must() {
	quick "$@" && return
	echo "Bail out! $* failed: $(cat "$D/why.$$")"
	exit 1
}

must user add bob@example.com --login bob --uid 20002 \
    --organization-role administrator
must user add carol@example.com --login carol --uid 20003
must setting set role_limit 1

racer() { # number, words
	number=$1
	shift
	code=0
	"$TWRBAC" --directory "$D/state/directory.db" --config \
	    "$D/etc/twrbac.conf" --policy "$D/state/policy.cdb" \
	    --as-root race --quiet "$@" >/dev/null 2>&1 </dev/null || code=$?
	echo "$code" >"$D/code.$number"
}

# Both at once; $codes is "first second". The words of the second come after
# a "--and".
race() {
	first='' both=''
	for word; do
		if [ "$word" = --and ]; then
			both=yes
		elif [ -z "$both" ]; then
			first="$first $word"
		else
			both="$both $word"
		fi
	done
	# which of them starts first must not decide
	if [ $((round % 2)) -eq 0 ]; then
		# shellcheck disable=SC2086 # words
		racer 1 $first &
		# shellcheck disable=SC2086
		racer 2 ${both#yes} &
	else
		# shellcheck disable=SC2086
		racer 2 ${both#yes} &
		# shellcheck disable=SC2086
		racer 1 $first &
	fi
	wait
	read -r code1 <"$D/code.1"
	read -r code2 <"$D/code.2"
	codes="$code1 $code2"
}

# Exactly one of two may win; counts who did.
one_wins() {
	case $codes in
	"0 1") firsts=$((firsts + 1)) ;;
	"1 0") seconds=$((seconds + 1)) ;;
	*) broken="$broken round $round: $codes;" ;;
	esac
}

begin() {
	round=0 firsts=0 seconds=0 broken=''
}

report() { # name
	if [ -z "$broken" ]; then ok "$1: $rounds rounds, never broken"; else
		not_ok "$1: $rounds rounds, never broken" "$broken"
	fi
	if [ "$firsts" -gt 0 ] && [ "$seconds" -gt 0 ]; then
		ok "$1: each was first at times"
	else
		not_ok "$1: each was first at times" "$firsts and $seconds"
	fi
}

begin
while [ $round -lt "$rounds" ]; do
	race assignment add carol acme studio:viewer --and \
	    assignment add carol acme studio:admin
	one_wins
	case $codes in
	"0 "*) must assignment remove carol acme studio:viewer ;;
	*) must assignment remove carol acme studio:admin ;;
	esac
	round=$((round + 1))
done
report "the limit of built-in roles"

begin
while [ $round -lt "$rounds" ]; do
	race user suspend alice --and user suspend bob
	one_wins
	case $codes in
	"0 "*) must user activate alice@example.com ;;
	*) must user activate bob@example.com ;;
	esac
	round=$((round + 1))
done
report "the last administrator"

begin
while [ $round -lt "$rounds" ]; do
	race login map bob shared --uid 20009 --and \
	    login map carol shared --uid 20009
	one_wins
	must login unmap shared
	round=$((round + 1))
done
report "a login of one user"

begin
while [ $round -lt "$rounds" ]; do
	race scope add "acme/s$round" --owner bob --and \
	    scope add "acme/s$round" --owner carol
	one_wins
	round=$((round + 1))
done
report "a name of one sibling"

# Handing over may follow handing over: both may win, and one Owner is left.
begin
while [ $round -lt "$rounds" ]; do
	race organization transfer-owner bob --and \
	    organization transfer-owner carol
	[ "$codes" = "0 0" ] || broken="$broken round $round: $codes;"
	own --as-root race organization show --tsv
	case $(sed -n 2p "$D/.out" | cut -f 5) in
	bob@example.com) firsts=$((firsts + 1)) ;;
	carol@example.com) seconds=$((seconds + 1)) ;;
	*) broken="$broken round $round: $(sed -n 2p "$D/.out");" ;;
	esac
	round=$((round + 1))
done
report "one Owner"
own --as-root race assignment list --role organization:owner --json
json "one Owner holds the role" 'len(r) == 1'
finish
