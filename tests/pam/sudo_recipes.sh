#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The three recipes of sudo_twrbac(8), as they stand there: the page's commands
# are run, its lines become the host's sudoers and its rules the host's
# configuration; and the gate in PAM decides beside them.
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"
command -v sudo >/dev/null 2>&1 || cannot_run "sudo is not installed"
command -v visudo >/dev/null 2>&1 || cannot_run "visudo is not installed"
command -v setpriv >/dev/null 2>&1 || cannot_run "setpriv is not installed"
plugin_world

# The literal displays of one recipe, one line a line.
recipe() { # title
	awk -v title=".Ss $1" '
	    $0 == title { on = 1; next }
	    /^\.S[sh] / { on = 0 }
	    on && /^\.Bd -literal/ { literal = 1; next }
	    on && /^\.Ed/ { literal = 0 }
	    on && literal' "$TREE/pam_twrbac/sudo_twrbac.8" |
	    sed -e ':more' -e '/\\e$/{N;s/\\e\n */ /;b more' -e '}' >"$W/recipe"
	[ -s "$W/recipe" ] || fatal "sudo_twrbac(8) has no recipe \"$1\""
	grep '^# ' "$W/recipe" | sed 's/^# //' >"$W/recipe.commands"
	sed -n '/^rules/,/);$/p' "$W/recipe" >"$W/recipe.rules"
	grep -v '^# ' "$W/recipe" | sed '/^rules/,/);$/d' >"$W/recipe.sudoers"
}

follow() { # title: do what the recipe says
	recipe "$1"
	while read -r command; do
		# shellcheck disable=SC2086 # the recipes quote nothing
		as alice $command >"$W/out" 2>&1 </dev/null
		is "$1: $command" "$?" 0
	done <"$W/recipe.commands"
	{
		echo "Defaults !fqdn, !lecture, !authenticate, env_reset"
		sed "s|/usr/bin/systemctl|$W/bin/systemctl|" "$W/recipe.sudoers"
		echo "$OTHERS"
	} >/etc/sudoers
	chmod 0440 /etc/sudoers
	visudo -cq
	is "$1: visudo accepts the lines" "$?" 0
}

ask() { # login, command...: sets said, status, lines and gate
	log_mark
	asker=$1
	shift
	said=$(by "$asker" sudo -n "$@" 2>&1 </dev/null)
	status=$?
	lines=$(plugin_lines)
	gate=$(log_since)
}

refused() { # title
	if [ "$status" -ne 0 ]; then
		ok "$1"
	else
		echo "$said" | not_ok "$1"
	fi
}

make_acme
account erin 61006
alice user add erin@example.com --name Erin --login erin
write_conf
alice compile
service sudo tell
# shellcheck disable=SC2016 # the program's own words
printf '#!/bin/sh\necho "$1ed $2 as $(id -u)"\n' >"$W/bin/systemctl"
chmod 0755 "$W/bin/systemctl"
OTHERS='"%:hosts:operator" ALL = (root) /usr/bin/uname'
unit="$W/bin/systemctl restart sms-gw.service"

follow "Restart one service"
# shellcheck disable=SC2086 # a command and its arguments
ask erin $unit
is "a narrow role restarts its unit" "$said" "restarted sms-gw.service as 0"
has "and the gate let it into sudo" "$gate" "verdict=grant" \
    "demand=/twrbac/hosts/sudo/run role=hosts:sms-oncall@"
ask erin "$W/bin/systemctl" restart ssh.service
refused "a narrow role and another unit"
ask erin "$W/bin/systemctl" restart sms-gw.service --force
refused "a narrow role and one more argument"
ask erin /usr/bin/uname
refused "a narrow role and an operator's line"
ask bob /usr/bin/uname
is "an operator and his line" "$said" "$(uname)"
# shellcheck disable=SC2086
ask bob $unit
refused "an operator and the narrow role's line"

alice assignment remove erin acme/messaging/production hosts:sms-oncall
# shellcheck disable=SC2086
ask erin $unit
refused "on call no more"
follow "On call for four hours"
# shellcheck disable=SC2086
ask erin $unit
is "on call" "$said" "restarted sms-gw.service as 0"
end=$(printf '%s\n' "$lines" | sed 's/.* at=\([^ ]*\) .*/\1/')
left=$(($(date -u -d "$end" +%s) - $(date +%s)))
if [ "$left" -gt 14000 ] && [ "$left" -le 14400 ]; then
	ok "on call until four hours from now"
else
	echo "at=$end" | not_ok "on call until four hours from now"
fi

OTHERS=
recipe "Production only with two-factor"
sed '/^rules/,$d' "$CONF" >"$W/conf"
cat "$W/recipe.rules" >>"$W/conf"
cp "$W/conf" "$CONF"
alice user two-factor alice enrolled
alice compile
follow "Production only with two-factor"
ask erin /usr/bin/id
refused "with two-factor, another command"
alice user two-factor erin not-enrolled
ask erin /usr/bin/dmesg
refused "an operator of production without two-factor"
has "is a member of nothing" "$lines" "verdict=not-member" \
    "reason=two-factor-missing"
alice user two-factor erin enrolled
sed -i 's|/usr/bin/dmesg|/usr/bin/id|' /etc/sudoers
ask erin /usr/bin/id
has "an operator of production with two-factor" "$said" "uid=0("
# what PAM says where sudoers alone would have let somebody in
echo "bob ALL = (root) /usr/bin/id" >>/etc/sudoers
ask bob /usr/bin/id
refused "a login's own line without two-factor"
has "and the person is told why, in spite of sudo's silence" "$said" \
    "twrbac: access to " "two-factor"

# The shipped lines for sudo.
shipped=$(grep -v '^#' "$TREE/etc/pam.d/sudo")
has "the line shipped for sudo tells the refused" "$shipped " \
    "pam_twrbac.so " " tell "
{
	echo "auth required pam_permit.so"
	echo "$shipped" | sed "s|pam_twrbac.so|$MODULE|"
	echo "account required pam_permit.so"
	echo "session required pam_permit.so"
} >/etc/pam.d/sudo
ask bob /usr/bin/id
refused "with the shipped line, refused"
has "with the shipped line, told why" "$said" "twrbac: access to " "(ref "
finish
