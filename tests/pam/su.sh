#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The real su: whoever asks is judged, not whom he wants to be; root is exempt
# because the policy says so; without an invoker nobody gets in.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v su >/dev/null 2>&1 || cannot_run "su is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"

account granted 61011
account none 61012
account stranger 61013
policy plain
service su ""
service su-l ""

# $1 runs su with the other arguments; sets said, status and line.
ask() {
	log_mark
	asker=$1
	shift
	said=$(by "$asker" su "$@" 2>&1 </dev/null)
	status=$?
	line=$(log_since)
}

outcome() { # title, 0 or refused, verdict and reason
	case $2,$status in
	0,0) ok "$1: runs" ;;
	refused,0) echo "$said" | not_ok "$1: does not run" ;;
	refused,*) ok "$1: does not run" ;;
	*) echo "$status $said" | not_ok "$1: runs" ;;
	esac
	has "$1: in the log" "$line" "$3"
	is "$1: one line" "$(printf '%s\n' "$line" | wc -l)" 1
}

ask granted none -c id
outcome "who may" 0 "verdict=grant reason=granted service=su login=granted "
has "who may: as the target" "$said" "uid=61012("
has "the target is told" "$line" "target=none"
ask none granted -c id
outcome "who may not, to one who may" refused \
    "verdict=deny reason=role-missing service=su login=none "
has "who may not: is told why" "$said" "twrbac: access to " "(ref "
ask none none -c id
outcome "who may not, to himself" refused "verdict=deny reason=role-missing"
ask none root -c id
outcome "who may not, to root" refused "verdict=deny reason=role-missing"
ask stranger granted -c id
outcome "a login that nobody mapped" refused \
    "verdict=deny reason=login-unmapped service=su login=stranger "
ask granted - none -c id
outcome "su -" 0 "verdict=grant reason=granted service=su-l login=granted "
ask none - granted -c id
outcome "su - of who may not" refused "reason=role-missing service=su-l "

log_mark
said=$(su none -c id 2>&1 </dev/null)
status=$? line=$(log_since)
outcome "root is exempt" 0 "verdict=exempt reason=exempt"
has "root is exempt: as the target" "$said" "uid=61012("

# A program that does not say who asks: as if su had lost its PAM_RUSER.
log_mark
said=$(pam_client su granted)
status=1 line=$(log_since)
has "without PAM_RUSER" "$said" PAM_PERM_DENIED
outcome "without PAM_RUSER" refused "verdict=deny reason=no-invoker"
# and one that lies: the kernel's real uid is asked
log_mark
said=$(pam_client --real-uid 61012 --ruser granted su root)
status=1 line=$(log_since)
has "PAM_RUSER is not the real uid" "$said" PAM_PERM_DENIED
outcome "PAM_RUSER is not the real uid" refused \
    "verdict=deny reason=invoker-mismatch"
finish
