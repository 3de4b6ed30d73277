#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The README's first fifteen minutes, run line by line as alice with the real
# sudo: each command of its console blocks must print what the README shows.
# Times, SIDs, event ids and the host's name may differ.
#
#	readme.sh --print	print the blocks with what the commands say now
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/support.sh"
enter_world "$0" "$@"

command -v sudo >/dev/null || cannot_run "sudo is not installed"
command -v pamtester >/dev/null || cannot_run "pamtester is not installed"
account alice 4001
account bob 4002
echo 'Defaults secure_path="'"$W"'/bin:/usr/sbin:/usr/bin:/sbin:/bin"
alice ALL = (root) NOPASSWD: ALL' >/etc/sudoers
chmod 0440 /etc/sudoers
# what "make install" would have done
mkdir -p /etc/twrbac
line=$(sed -n 's/^    \(account .*pam_twrbac.so.*\)/\1/p' "$TREE/README.md")
[ -n "$line" ] || fatal "README.md has no line for pam.d"
echo "$line" | sed "s|pam_twrbac.so|$MODULE|" >/etc/pam.d/sshd
echo "account required pam_permit.so" >>/etc/pam.d/sshd
printf 'account required pam_permit.so\nauth required pam_permit.so\nsession required pam_permit.so\n' \
    >/etc/pam.d/sudo

# What differs from run to run, in words that do not.
steady() {
	sed -e "s/access to $(uname -n) /access to ops1 /" \
	    -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9][T ][0-9:]\{8\}[Z+0-9:]*/TIME/g' \
	    -e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]/TIME/g' \
	    -e 's/[0-9][0-9]:[0-9][0-9] UTC/TIME/g' \
	    -e 's/\([ (]\)\([A-Z][A-Z]\)[0-9a-f]\{32\}/\1\2SID/g' \
	    -e 's/\([A-Z][A-Z]\)[0-9a-f]\{8\}\.\./\1SID/g' \
	    -e 's/(ref [0-9A-Z]\{8\})/(ref EVENT)/' -e 's/ *$//'
}

# init takes these from where "make install" puts them
run_line() { # command
	case $1 in
	*"twrbac init"*) set -- "$1 --roles $W/share/roles.conf --conf-template $W/share/twrbac.conf" ;;
	esac
	su -s /bin/sh alice -c "PATH=$W/bin:$PATH TZ=UTC0 $1" 2>&1 </dev/null
}

show_host() {
	sed "s/access to $(uname -n) /access to ops1 /"
}

awk '/^```console$/ { on = 1; next } /^```$/ { if (on) print "%"; on = 0 }
    on' "$TREE/README.md" >"$W/tmp/blocks"
[ -s "$W/tmp/blocks" ] || fatal "README.md has no console block"

# One file for each command: its line, then what it is said to print.
awk -v dir="$W/tmp/line." '/^%$/ { next }
    /^\$ / { n++ } { print >sprintf("%s%03d", dir, n) }' "$W/tmp/blocks"
for file in "$W"/tmp/line.*; do
	command=$(sed -n '1s/^\$ //p' "$file")
	if [ "${1-}" = --print ]; then
		printf '$ %s\n' "$command"
		run_line "$command" | show_host
		continue
	fi
	sed 1d "$file" | steady >"$W/tmp/said"
	run_line "$command" | steady >"$W/tmp/got"
	if why=$(diff "$W/tmp/said" "$W/tmp/got"); then
		ok "README: $command"
	else
		not_ok "README: $command" "$why"
	fi
done
[ "${1-}" = --print ] || finish
