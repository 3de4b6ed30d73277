#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The SELinux policy module: it compiles, and with Debian's own policy it makes
# one whole policy, in a store of its own; sesearch then says who may do what in
# it, and matchpathcon's file how files are labelled. It is not loaded: that
# takes a kernel that enforces.
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"
want_tools checkmodule:checkpolicy semodule_package:semodule-utils \
    semodule:policycoreutils sesearch:setools gawk:gawk m4:m4 dpkg-deb:dpkg
[ -e /usr/share/selinux/devel/Makefile ] ||
	cannot_run "selinux-policy-dev is not installed"

cp -r "$TREE/packaging/selinux" "$tmp/module"
said=$(make -C "$tmp/module" -f /usr/share/selinux/devel/Makefile \
    NAME=default twrbac.pp 2>&1)
if [ -s "$tmp/module/twrbac.pp" ]; then
	ok "the module compiles"
else
	echo "$said" | not_ok "the module compiles"
	finish
fi
is "without a warning" "$(echo "$said" | grep -i -e warning -e error)" ""

# The policy of Debian, fetched and unpacked, never installed.
fetched=$TWR_BUILD/packages/selinux
if [ ! -e "$fetched/.complete" ]; then
	command -v apt-get >/dev/null 2>&1 || cannot_run "no apt-get: Debian's" \
	    "selinux-policy-default is what the module is tried with"
	mkdir -p "$tmp/deb"
	chmod 0755 "$tmp"
	(cd "$tmp/deb" && apt-get -q download selinux-policy-default) \
	    >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		fatal "selinux-policy-default could not be fetched"
	}
	rm -rf "$fetched"
	dpkg-deb -x "$tmp/deb"/*.deb "$fetched"
	: >"$fetched/.complete"
fi

# All of its modules: they need each other.
mkdir -p "$tmp/root/etc/selinux" "$tmp/root/var/lib/selinux"
cp -a "$fetched/etc/selinux/." "$tmp/root/etc/selinux/"
if semodule -p "$tmp/root" -s default -n -i \
    "$fetched/usr/share/selinux/default"/*.pp.bz2 "$tmp/module/twrbac.pp" \
    >"$tmp/log" 2>&1; then
	ok "with Debian's policy it makes a whole one"
else
	not_ok "with Debian's policy it makes a whole one" <"$tmp/log"
	finish
fi
policy=$(echo "$tmp/root/etc/selinux/default/policy"/policy.*)

may() { # domain, type, class, permission
	sesearch -A -s "$1" -t "$2" -c "$3" -p "$4" "$policy" 2>/dev/null |
		grep -q '^allow' && echo yes || echo no
}

# domain: reads the policy, reads the directory, writes the policy
while read -r domain reads directory writes; do
	is "$domain: reads the policy" \
	    "$(may "$domain" twrbac_policy_t file read)" "$reads"
	is "$domain: reads the directory" \
	    "$(may "$domain" twrbac_directory_t file read)" "$directory"
	is "$domain: writes the policy" \
	    "$(may "$domain" twrbac_policy_t file write)" "$writes"
done <<'END'
sshd_t          yes no  no
local_login_t   yes no  no
remote_login_t  yes no  no
crond_t         yes no  no
staff_sudo_t    yes no  no
staff_su_t      yes no  no
policykit_auth_t yes no no
httpd_t         no  no  no
user_t          no  no  no
unconfined_t    yes yes yes
sysadm_t        yes yes yes
END
is "sshd_t: sees whether twrbac.conf was edited" \
    "$(may sshd_t twrbac_conf_t file getattr)" yes
is "sshd_t: reads no twrbac.conf" "$(may sshd_t twrbac_conf_t file read)" no
is "a directory gets its type by name" "$(sesearch -T -s unconfined_t \
    -t twrbac_policy_t -c file "$policy" 2>/dev/null |
	sed -n 's/.*:file \(.*\);/\1/p' | sort | paste -s -d ,)" \
    "$(for name in directory.db directory.db-journal directory.db-shm \
	directory.db-wal; do
	echo "twrbac_directory_t $name"
done | paste -s -d ,)"

# ---- labels ----

contexts=$tmp/root/etc/selinux/default/contexts/files/file_contexts
while read -r path want; do
	is "the label of $path" "$(matchpathcon -n -f "$contexts" \
	    -m file "$path" 2>/dev/null | cut -d : -f 3)" "$want"
done <<'END'
/var/lib/twrbac/policy.cdb twrbac_policy_t
/var/lib/twrbac/policy.prev.cdb twrbac_policy_t
/var/lib/twrbac/policy.new twrbac_policy_t
/var/lib/twrbac/lock twrbac_policy_t
/var/lib/twrbac/unconfigured twrbac_policy_t
/var/lib/twrbac/directory.db twrbac_directory_t
/var/lib/twrbac/directory.db-wal twrbac_directory_t
/etc/twrbac/twrbac.conf twrbac_conf_t
END

finish
