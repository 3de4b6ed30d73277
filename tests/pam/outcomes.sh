#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every row of the table of outcomes in pam_twrbac(8), through libpam and the
# shipped line: the exact PAM code, the one log line, what the person is told,
# and what pamtester, a program that is not ours, makes of it.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"

account granted 61011
account none 61012
account daemon1 901
account system 902

# What pam_strerror(3) calls a result.
text_of() { # name of a result
	case $1 in
	PAM_SUCCESS) echo "account management done" ;;
	PAM_PERM_DENIED) echo "Permission denied" ;;
	PAM_USER_UNKNOWN) echo "User not known" ;;
	PAM_AUTHINFO_UNAVAIL) echo "cannot retrieve authentication info" ;;
	PAM_SERVICE_ERR) echo "Error in service module" ;;
	PAM_BUF_ERR) echo "Memory buffer error" ;;
	esac
}

# The log says how grave it is: authpriv is 80 in the number of each line.
priority_of() { # verdict, result
	case $1,$2 in
	grant,* | exempt,*) echo 86 ;; # info
	break-glass,*) echo 81 ;;      # alert
	*,PAM_PERM_DENIED | *,PAM_USER_UNKNOWN) echo 85 ;; # notice
	deny,*) echo 83 ;;             # err
	would-deny,*) echo 8 ;;        # notice or err, as the refusal would
	esac
}

# A second opinion, where pamtester can be told the same things.
ask_pamtester() { # name, result, service, login and options
	pt_name=$1 pt_result=$2 pt_service=$3
	shift 3
	command -v pamtester >/dev/null 2>&1 || return
	case $1 in
	--ruser) set -- -I "ruser=$2" "$pt_service" "$3" ;;
	-*) return ;;
	*) set -- "$pt_service" "$1" ;;
	esac
	has "$pt_name: pamtester" "$(pamtester "$@" acct_mgmt 2>&1)" \
	    "$(text_of "$pt_result")"
}

# state of the policy, service, module arguments, options and login: then the
# result, the verdict and the reason that must come of it.
row() {
	title="$7: $4 at $2, policy $1${3:+, $3}"
	policy "$1"
	stack "$2" "$3"
	log_mark
	# The client wants its options, then service and login.
	login=${4##* }
	# shellcheck disable=SC2086 # options are words
	said=$(pam_client ${4%"$login"} "$2" "$login" 2>&1)
	lines=$(log_since)
	has "$title: $5" "$said" "code=" " $5"
	has "$title: its log line" "$lines" "<$(priority_of "$6" "$5")" \
	    "verdict=$6 reason=$7 service=$2 "
	is "$title: one line" "$(printf '%s\n' "$lines" | wc -l)" 1
	case $5 in
	PAM_SUCCESS) lacks "$title: nothing is said" "$said" message: ;;
	*) has "$title: the person is told" "$said" \
	    "message: twrbac: access to " "(ref " ;;
	esac
	# shellcheck disable=SC2086
	ask_pamtester "$title" "$5" "$2" $4
}

# ---- a policy that can be used ----

#   policy      service     arguments  who         result           verdict reason
row plain       gate        ""         granted     PAM_SUCCESS      grant granted
row plain       gate        ""         none        PAM_PERM_DENIED  deny role-missing
row plain       gate        ""         ended       PAM_PERM_DENIED  deny role-ended
row plain       gate        ""         removed     PAM_PERM_DENIED  deny role-removed
row plain       gate        ""         later       PAM_PERM_DENIED  deny role-not-yet
row plain       gate        ""         inactive    PAM_PERM_DENIED  deny user-inactive
row plain       gate        ""         suspended   PAM_PERM_DENIED  deny user-suspended
row plain       gate-2fa    ""         granted     PAM_PERM_DENIED  deny two-factor-missing
row plain       gate-closed ""         granted     PAM_PERM_DENIED  deny scope-unusable
row plain       unlisted    ""         granted     PAM_PERM_DENIED  deny no-rule
row plain       gate        ""         tombstone   PAM_USER_UNKNOWN deny login-unmapped
row plain       gate        ""         nobody-knows PAM_USER_UNKNOWN deny login-unmapped
row plain       gate        ""         "--no-user x" PAM_USER_UNKNOWN deny no-user
row plain       sudo        ""         "--ruser granted root" PAM_SUCCESS grant granted
row plain       sudo        ""         "--ruser none root" PAM_PERM_DENIED deny role-missing
row plain       sudo        ""         root        PAM_PERM_DENIED  deny no-invoker
row plain       su          ""         granted     PAM_PERM_DENIED  deny no-invoker
row plain       unlisted    ""         "--ruser none granted" PAM_PERM_DENIED deny no-invoker
row plain       sudo        ""         "--real-uid 61011 --ruser granted root" PAM_SUCCESS grant granted
row plain       sudo        ""         "--real-uid 61012 --ruser granted root" PAM_PERM_DENIED deny invoker-mismatch
row future      gate        ""         granted     PAM_SUCCESS      grant granted
row unconfirmed gate        ""         granted     PAM_SUCCESS      grant granted
row unconfirmed gate        ""         none        PAM_PERM_DENIED  deny role-missing

# ---- exempt: ignored, and only with something behind it a success ----

row plain       open        ""         anybody     PAM_SUCCESS      exempt exempt
row plain       root-only   ""         root        PAM_SUCCESS      exempt exempt
row plain       root-only   ""         none        PAM_PERM_DENIED  deny role-missing
row plain       su          ""         "--ruser root granted" PAM_SUCCESS exempt exempt
row plain       gate-cron   ""         daemon1     PAM_SUCCESS      exempt exempt
row plain       gate-cron   ""         system      PAM_PERM_DENIED  deny user-inactive

policy plain
# libpam shows PAM_IGNORE to nobody, but only that code takes this jump
printf '%s\n' "account [ignore=1 default=die] $MODULE" \
    "account requisite pam_deny.so" "account required pam_permit.so" \
    >/etc/pam.d/open
has "exempt: the module itself says PAM_IGNORE" \
    "$(pam_client open anybody)" "PAM_SUCCESS"
echo "$GATE" >/etc/pam.d/open
has "exempt: alone in its stack it is refused" \
    "$(pam_client open anybody)" "PAM_PERM_DENIED"

# ---- no policy that can be used ----

for state in missing no-folder folder-is-file link folder-link; do
	row $state gate "" granted PAM_AUTHINFO_UNAVAIL deny policy-missing
done
for state in owner writable folder-writable folder-sticky is-folder is-fifo; do
	row $state gate "" granted PAM_AUTHINFO_UNAVAIL deny policy-unsafe
done
for state in empty truncated text flipped unconfirmed-alone; do
	row $state gate "" granted PAM_AUTHINFO_UNAVAIL deny policy-corrupt
done
row too-new gate "" granted PAM_AUTHINFO_UNAVAIL deny policy-too-new
row stale   gate "" granted PAM_AUTHINFO_UNAVAIL deny policy-stale
row plain   gate "" "--uid 61011 granted" PAM_AUTHINFO_UNAVAIL deny policy-unreadable

# ---- a host that was never configured, for a line that says so ----

new=permissive_unconfigured
row unconfigured gate $new none PAM_SUCCESS would-deny policy-missing
row unconfigured gate "break_glass=none $new" none PAM_SUCCESS break-glass policy-missing
row unconfigured sudo $new "--ruser none root" PAM_SUCCESS would-deny policy-missing
row unconfigured gate "" none PAM_AUTHINFO_UNAVAIL deny policy-missing
for state in missing unconfigured-writable unconfigured-owner \
    unconfigured-link unconfigured-beside-link; do
	row $state gate $new none PAM_AUTHINFO_UNAVAIL deny policy-missing
done
row unconfigured-corrupt gate $new none PAM_AUTHINFO_UNAVAIL deny policy-corrupt
row unconfigured-plain gate $new none PAM_PERM_DENIED deny role-missing
row unconfigured-plain gate $new granted PAM_SUCCESS grant granted
row unconfigured gate "$new $new" none PAM_SERVICE_ERR deny bad-argument

# ---- arguments ----

for argument in nonsense policy=relative.cdb policy= break_glass= \
    break_glass=root,,x permissive_until=tomorrow permissive_until= \
    permissive_until=2099-02-30T00:00:00Z permissive_until=2099-01-01 \
    permissive_until=4070908800 \
    "permissive_until=2099-01-01T00:00:00Z permissive_until=2001-01-01T00:00:00Z" \
    tell=yes "tell tell" debug=1 "break_glass=granted nonsense"; do
	row plain gate "$argument" granted PAM_SERVICE_ERR deny bad-argument
done
row missing gate "nonsense break_glass=granted" granted PAM_SERVICE_ERR deny bad-argument
row plain gate "nonsense permissive_until=2099-01-01T00:00:00Z" none PAM_SERVICE_ERR deny bad-argument
row missing gate policy=/var/lib/twrbac/none.cdb granted PAM_AUTHINFO_UNAVAIL deny policy-missing
row plain gate policy=/var/lib/twrbac/policy.cdb granted PAM_SUCCESS grant granted
row plain gate policy=/var/lib/../lib/twrbac/policy.cdb granted PAM_SERVICE_ERR deny bad-argument

# ---- break-glass: only without a usable policy, only who is named ----

glass=break_glass=root,granted
for state in missing no-folder folder-is-file link folder-link; do
	row $state gate $glass granted PAM_SUCCESS break-glass policy-missing
done
for state in owner writable folder-writable folder-sticky is-folder is-fifo; do
	row $state gate $glass root PAM_SUCCESS break-glass policy-unsafe
done
for state in empty truncated text flipped unconfirmed-alone; do
	row $state gate $glass root PAM_SUCCESS break-glass policy-corrupt
done
row too-new   gate $glass root PAM_SUCCESS break-glass policy-too-new
row stale     gate $glass root PAM_SUCCESS break-glass policy-stale
row missing   gate $glass none PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing   gate break_glass=grante granted PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing   gate break_glass=GRANTED granted PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing   gate break_glass=granted,root root PAM_SUCCESS break-glass policy-missing
row missing   gate $glass "--ruser granted root" PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing   gate $glass "--ruser root root" PAM_SUCCESS break-glass policy-missing
row missing   gate $glass "--no-user x" PAM_AUTHINFO_UNAVAIL deny policy-missing
row plain     gate break_glass=none none PAM_PERM_DENIED deny role-missing
row plain     gate $glass root PAM_USER_UNKNOWN deny login-unmapped
# the caller's own limits are no emergency
row plain gate $glass "--uid 61011 granted" PAM_AUTHINFO_UNAVAIL deny policy-unreadable
# judged is who asks, not who he wants to be
row missing sudo $glass "--ruser granted root" PAM_SUCCESS break-glass policy-missing
row missing sudo $glass "--ruser none root" PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing sudo $glass root PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing su $glass granted PAM_AUTHINFO_UNAVAIL deny policy-missing
row missing sudo $glass "--real-uid 61011 --ruser granted root" PAM_SUCCESS break-glass policy-missing
row missing sudo $glass "--real-uid 61012 --ruser root root" PAM_AUTHINFO_UNAVAIL deny policy-missing

# ---- permissive, by the configuration and by the argument ----

row plain soft       "" none PAM_SUCCESS would-deny role-missing
row plain soft       "" ended PAM_SUCCESS would-deny role-ended
row plain soft       "" nobody-knows PAM_SUCCESS would-deny login-unmapped
row plain soft       "" granted PAM_SUCCESS grant granted
row plain soft       "" "--no-user x" PAM_SUCCESS would-deny no-user
row plain soft       "" "--ruser none granted" PAM_SUCCESS would-deny no-invoker
row plain soft-ended "" none PAM_PERM_DENIED deny role-missing
# services = ["*"]: also one without a rule, and the exempt stay exempt
row soft-all unlisted "" none PAM_SUCCESS would-deny no-rule
row soft-all gate    "" none PAM_SUCCESS would-deny role-missing
row soft-all gate    "" granted PAM_SUCCESS grant granted
row soft-all open    "" none PAM_SUCCESS exempt exempt
row soft-all sudo    "" "--real-uid 61012 --ruser granted root" PAM_SUCCESS would-deny invoker-mismatch
row soft-all-ended unlisted "" none PAM_PERM_DENIED deny no-rule
row soft-all-ended gate "" none PAM_PERM_DENIED deny role-missing
# what makes it permissive stands in the policy, so it must be usable
for state in missing:missing owner:unsafe flipped:corrupt too-new:too-new stale:stale; do
	row ${state%:*} soft "" none PAM_AUTHINFO_UNAVAIL deny policy-${state#*:}
done
until=permissive_until=2099-01-01T00:00:00Z
past=permissive_until=2001-01-01T00:00:00Z
# one day from now; the variant "future" was compiled two days from now
tomorrow=permissive_until=$(date -u -d "@$(($(date +%s) + 86400))" \
    +%Y-%m-%dT%H:%M:%SZ)
row plain   gate $until none PAM_SUCCESS would-deny role-missing
row plain   gate $until nobody-knows PAM_SUCCESS would-deny login-unmapped
row plain   gate $until granted PAM_SUCCESS grant granted
row plain   gate $until "--no-user x" PAM_SUCCESS would-deny no-user
row missing gate $until none PAM_SUCCESS would-deny policy-missing
row owner   gate $until none PAM_SUCCESS would-deny policy-unsafe
row flipped gate $until none PAM_SUCCESS would-deny policy-corrupt
row too-new gate $until none PAM_SUCCESS would-deny policy-too-new
row stale   gate $until none PAM_SUCCESS would-deny policy-stale
row plain   gate $until "--uid 61011 granted" PAM_SUCCESS would-deny policy-unreadable
row plain   sudo $until root PAM_SUCCESS would-deny no-invoker
row plain   open $until none PAM_SUCCESS exempt exempt
row missing gate "$until $glass" granted PAM_SUCCESS break-glass policy-missing
row missing gate "$until $glass" none PAM_SUCCESS would-deny policy-missing
row plain   gate "$tomorrow" none PAM_SUCCESS would-deny role-missing
# a clock that runs behind revives nothing that had ended when it was compiled
row future  gate "$tomorrow" none PAM_PERM_DENIED deny role-missing
row future  gate $until none PAM_SUCCESS would-deny role-missing
row plain   soft-ended $until none PAM_SUCCESS would-deny role-missing
row plain   soft $past none PAM_SUCCESS would-deny role-missing
row plain   gate $past  none PAM_PERM_DENIED deny role-missing
row missing gate $past  none PAM_AUTHINFO_UNAVAIL deny policy-missing

# ---- what the lines carry beside the verdict ----

policy future
stack gate ""
log_mark
pam_client gate granted >/dev/null
has "a clock that runs behind is told" "$(log_since)" " clock=behind"
policy unconfirmed
log_mark
pam_client gate granted >/dev/null
has "the previous policy is told" "$(log_since)" " policy=prev"
policy missing
log_mark
pam_client gate granted >/dev/null
has "no policy: the line names the file" "$(log_since)" \
    "error=" "/var/lib/twrbac/policy.cdb"
policy plain
log_mark
pam_client --rhost 'a b"c' --tty "$(printf 'x\ny=z')" gate granted >/dev/null
lines=$(log_since)
is "a newline in PAM_TTY makes no second line" \
    "$(printf '%s\n' "$lines" | wc -l)" 1
lacks "a blank in PAM_RHOST makes no second word" "$lines" "rhost=a b"
log_mark
pam_client gate hunter2secret >/dev/null
lines=$(log_since)
has "a name that nobody knows is hashed" "$lines" " login=#"
lacks "a name that nobody knows is not shown" "$(tail -n 3 "$LOG")" hunter2
pam_client gate daemon1 >/dev/null
has "a name of the local accounts is shown" "$(log_since)" " login=daemon1 "
log_mark
stack gate debug
pam_client gate none >/dev/null
has "debug logs each step" "$(log_since)" "<87>" "step=rule met=yes"
is "debug adds no second decision" "$(log_since verdict= | wc -l)" 1

# ---- silence, tell, and no way to speak ----

stack gate ""
lacks "PAM_SILENT is obeyed" "$(pam_client --silent gate none)" message:
stack gate tell
has "tell speaks in spite of PAM_SILENT" "$(pam_client --silent gate none)" \
    "message: twrbac: access to " "PAM_PERM_DENIED"
lacks "tell says nothing to who is granted" \
    "$(pam_client --silent gate granted)" message:
has "no conversation function: granted" \
    "$(pam_client --no-conv gate granted)" PAM_SUCCESS
has "no conversation function: refused" \
    "$(pam_client --no-conv gate none)" PAM_PERM_DENIED
has "the sentence names reason and contact" "$(pam_client gate ended)" \
    "your role hosts:login ended" "Contact ops@example.com"

# ---- out of memory, at every allocation in turn ----

# Whatever allocation fails, the answer is the same or PAM_BUF_ERR.
out_of_memory() { # login, answer with enough memory
	stack gate "$glass"
	count=$(pam_client --fail-malloc 0 gate "$1" |
		sed -n 's/^allocations=//p')
	n=1 bad='' buf_err=0
	while [ "$n" -le "$count" ]; do
		seen=$(pam_client --fail-malloc "$n" gate "$1" 2>&1)
		case $seen in
		*PAM_BUF_ERR*) buf_err=$((buf_err + 1)) ;;
		*" $2"*) ;;
		*) bad="$bad $n: $seen;" ;;
		esac
		n=$((n + 1))
	done
	is "out of memory, $1: $count allocations" "$bad" ""
	if [ "$buf_err" -gt 0 ]; then
		ok "out of memory, $1: PAM_BUF_ERR $buf_err times"
	else
		echo "never PAM_BUF_ERR" | not_ok "out of memory, $1: PAM_BUF_ERR"
	fi
}
out_of_memory granted PAM_SUCCESS
out_of_memory none PAM_PERM_DENIED
out_of_memory nobody-knows PAM_USER_UNKNOWN
out_of_memory root PAM_USER_UNKNOWN

# ---- out of descriptors: refused, and break-glass does not help ----

stack gate "$glass"
for login in none root; do
	n=3 bad='' unreadable=0
	while [ "$n" -le 9 ]; do
		said=$(pam_client --nofile $n gate $login 2>&1)
		case $said in
		*PAM_SUCCESS* | *PAM_IGNORE*) bad="$bad $n: $said;" ;;
		*"could not read"*) unreadable=$((unreadable + 1)) ;;
		esac
		n=$((n + 1))
	done
	is "out of descriptors: $login stays refused" "$bad" ""
	lacks "out of descriptors: $login met it $unreadable times" \
	    " $unreadable " " 0 "
done

# ---- and back to the start: the table above is of this build ----

policy plain
has "a policy put back decides again" "$(pam_client gate granted)" PAM_SUCCESS
finish
