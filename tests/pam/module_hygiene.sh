#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module leaves the process that called it as it found it: descriptors,
# signals, umask, working folder, ids, limits, locale, environment. And each
# decision is one line in the log, in whatever surroundings it is made.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"

account granted 61011
account none 61012

# The check is made twice in one process, the state compared around the
# second: two calls, two lines.
same() { # state of the policy, module arguments, options and login
	title="policy $1${2:+, $2}: $3"
	policy "$1"
	stack gate "$2"
	login=${3##* }
	log_mark
	# shellcheck disable=SC2086 # options are words
	said=$(pam_client --hygiene ${3%"$login"} gate "$login" 2>&1)
	has "the process is the same; $title" "$said" "state: unchanged"
	is "one line each for two decisions; $title" \
	    "$(log_since verdict= | wc -l)" 2
}

same plain "" granted
same plain "" none
same plain "" nobody-knows
same plain "" "--no-user x"
same plain "" "--silent none"
same plain "" "--no-conv none"
same plain "" "--rhost h --tty t --ruser granted granted"
same plain tell "--silent none"
same plain nonsense granted
same missing "" granted
same missing break_glass=granted granted
same no-folder "" granted
same link "" granted
same folder-link "" granted
same owner "" granted
same folder-writable "" granted
same is-folder "" granted
same is-fifo "" granted
same empty "" granted
same truncated "" granted
same text "" granted
same flipped "" granted
same too-new "" granted
same stale "" granted
same future "" granted
same unconfirmed "" none
same plain "" "--uid 61011 granted"
same plain "" "--real-uid 61012 --ruser granted root"

# Every change of one bit in the file: never a grant for one who is refused,
# never a changed process. Each hundredth byte, each of its bits in turn.
policy plain
stack gate ""
cp "$STATE/policy.cdb" "$W/tmp/good"
size=$(wc -c <"$W/tmp/good")
position=0 flips=0 bad=''
while [ "$position" -lt "$size" ]; do
	bit=$((1 << position / 97 % 8))
	byte=$(od -An -tu1 -j "$position" -N 1 "$W/tmp/good")
	octal=$(printf '%03o' $((byte ^ bit)))
	{
		head -c "$position" "$W/tmp/good"
		# shellcheck disable=SC2059 # the byte is an escape
		printf "\\$octal"
		tail -c +$((position + 2)) "$W/tmp/good"
	} >"$STATE/policy.cdb"
	said=$(pam_client --hygiene gate none 2>&1)
	case $said in
	*PAM_SUCCESS* | *PAM_IGNORE* | *CHANGED*)
		bad="$bad byte $position bit $bit: $said;"
		;;
	esac
	flips=$((flips + 1))
	position=$((position + 97))
done
is "$flips flipped bits: refused stays refused" "$bad" ""
if [ "$flips" -ge 20 ]; then
	ok "at least 20 flips were tried"
else
	echo "$flips" | not_ok "at least 20 flips were tried"
fi

# ---- surroundings ----

policy plain
stack gate ""
is "standard descriptors closed: refused" \
    "$(pam_client gate none 2>&- <&- | tail -n 1)" "code=6 PAM_PERM_DENIED"
pam_client gate granted >&- 2>&- <&-
is "all standard descriptors closed: granted" $? 0
has "an empty environment" \
    "$(env -i "$W/bin/pam_client" gate granted)" PAM_SUCCESS
has "a hostile environment" "$(env TZ=/etc/shadow LC_ALL=xx_YY LANG=xx \
    LANGUAGE=xx TMPDIR=/nowhere SQLITE_TMPDIR=/nowhere \
    TWR_POLICY=/dev/null MALLOC_TRACE=/nowhere pam_client gate none)" \
    PAM_PERM_DENIED
log_mark
(cd / && umask 777 && pam_client gate none >/dev/null)
is "umask 777 in /: one line" "$(log_since verdict=deny | wc -l)" 1
mkdir "$W/tmp/gone"
has "a working folder that is gone" "$(cd "$W/tmp/gone" &&
	rmdir "$W/tmp/gone" && pam_client gate granted)" PAM_SUCCESS
has "a file size limit of 0" "$( (ulimit -f 0
	pam_client gate none) 2>&1)" PAM_PERM_DENIED
long=$(printf '%0300d' 0 | tr 0 a)
lacks "a login of 300 bytes is refused" "$(pam_client gate "$long" 2>&1)" \
    PAM_SUCCESS
for login in '%s%s%n' '-n' 007 'user@dom' 'DOM\user' 'granted ' GRANTED \
    '../granted' "$(printf 'gran\001ted')"; do
	log_mark
	lacks "the login \"$login\" is refused" \
	    "$(pam_client gate "$login" 2>&1)" PAM_SUCCESS
	is "the login \"$login\": one line" "$(log_since verdict=deny |
	    wc -l)" 1
done
finish
