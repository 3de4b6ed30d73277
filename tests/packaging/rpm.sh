#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The spec: rpmbuild makes of the archive the packages it names; each file is
# where it belongs on Fedora and RHEL, with its mode; real rpm installs them into
# a root of their own, and refuses to remove the module while pam.d names it.
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"
SPEC=$TREE/packaging/rpm/twrbac.spec

build_rpms() {
	mkdir -p "$tmp/rpm/SOURCES" "$tmp/rpm/SPECS"
	cp "$archive" "$tmp/rpm/SOURCES/"
	cp "$SPEC" "$tmp/rpm/SPECS/"
	# What Debian's rpm and its SELinux macros lack; that which would act
	# does nothing.
	cat >"$tmp/macros" <<-MACROS
	%_sharedstatedir /var/lib
	%_docdir /usr/share/doc
	%_licensedir /usr/share/licenses
	%_defaultlicensedir /usr/share/licenses
	%debug_package %{nil}
	%_topdir $tmp/rpm
	%_dbpath $tmp/db
	%_tmppath $tmp
	%_buildhost localhost
	%optflags $CFLAGS
	%build_ldflags %{nil}
	%selinux_relabel_pre(s:) true relabel-pre
	%selinux_modules_install(s:p:) true modules-install %*
	%selinux_modules_uninstall(s:p:) true modules-uninstall %*
	%selinux_relabel_post(s:) true relabel-post
	MACROS
	rpm_macros="/usr/lib/rpm/macros:/usr/lib/rpm/platform/%{_target}/macros"
	rpm_macros="$rpm_macros:$tmp/macros"
	HOME=$tmp rpmbuild --macros "$rpm_macros" --nodeps --without check \
	    -ba "$tmp/rpm/SPECS/twrbac.spec" >"$tmp/log" 2>&1 || {
		tail -n 40 "$tmp/log" | cut -c 1-200 >&2
		fatal "rpmbuild failed, see above"
	}
}

rpms() { # words of rpm
	HOME=$tmp rpm --macros "$rpm_macros" "$@"
}

package() { # name; its file
	echo "$tmp/rpm/RPMS"/*/"$1-$version-"*.rpm
}

# package, then its files and folders: mode and path
lists() {
	name=$1
	rpms -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' \
	    "$(package "$name")" 2>/dev/null |
		grep -v -e '/usr/lib/\.build-id' -e '/usr/share/doc' \
		    -e '/usr/share/licenses' | sed 's/\.gz$//' | sort >"$tmp/seen"
	sort >"$tmp/want"
	if diff "$tmp/want" "$tmp/seen" >"$tmp/diff"; then
		ok "$name lists what it should, root's, with the right modes"
	else
		not_ok "$name lists what it should, root's, with the right modes" \
		    <"$tmp/diff"
	fi
}

check_lists() {
	lists pam_twrbac <<-'END'
	-rwxr-xr-x root:root /usr/lib64/security/pam_twrbac.so
	-rw-r--r-- root:root /usr/share/man/man8/pam_twrbac.8
	drwxr-xr-x root:root /var/lib/twrbac
	END
	lists sudo-twrbac <<-'END'
	-rwxr-xr-x root:root /usr/libexec/sudo/sudo_twrbac.so
	-rw-r--r-- root:root /usr/share/man/man8/sudo_twrbac.8
	END
	lists twrbac <<-'END'
	drwxr-xr-x root:root /etc/twrbac
	-rwxr-xr-x root:root /usr/sbin/twrbac
	-rw-r--r-- root:root /usr/share/bash-completion/completions/twrbac
	-rw-r--r-- root:root /usr/share/fish/vendor_completions.d/twrbac.fish
	-rw-r--r-- root:root /usr/share/man/man5/twrbac-json.5
	-rw-r--r-- root:root /usr/share/man/man5/twrbac.conf.5
	-rw-r--r-- root:root /usr/share/man/man7/twrbac-security.7
	-rw-r--r-- root:root /usr/share/man/man8/twrbac.8
	drwxr-xr-x root:root /usr/share/twrbac
	-rw-r--r-- root:root /usr/share/twrbac/roles.conf
	-rw-r--r-- root:root /usr/share/twrbac/twrbac.conf
	-rw-r--r-- root:root /usr/share/zsh/site-functions/_twrbac
	END
	lists twrbac-selinux <<-'END'
	-rw-r--r-- root:root /usr/share/selinux/devel/include/distributed/twrbac.if
	-rw-r--r-- root:root /usr/share/selinux/packages/targeted/twrbac.pp.bz2
	---------- root:root /var/lib/selinux/targeted/active/modules/200/twrbac
	END
}

# Whatever a scriptlet does, it may only read there.
check_scriptlets() {
	for name in twrbac pam_twrbac sudo-twrbac twrbac-selinux; do
		rpms -qp --scripts "$(package "$name")" 2>/dev/null
	done >"$tmp/scripts"
	# all lines that name pam.d or sudoers, without their blanks
	is "scriptlets only look into pam.d and sudoers" \
	    "$(grep -E 'pam\.d|pam\.conf|sudoers' "$tmp/scripts" |
		grep -vE '^[[:blank:]]*(files=\$\(|echo |"|grep -ls)' |
		grep -vE '^[[:blank:]]*(for file in /etc/pam|sudoers names)')" ""
	lacks "scriptlets know no program that writes there" \
	    "$(cat "$tmp/scripts")" "sed -i" "pam-auth-update" "tee " \
	    "authselect select" "authselect enable"
}

in_root() { # words of rpm
	said=$(rpms --force-debian --root "$root" \
	    --define "_dbpath /var/lib/rpm" "$@" 2>&1)
	status=$?
}

check_life() {
	make_root
	before=$(cat "$root"/etc/pam.d/*)
	in_root -i --nodeps "$(package twrbac)" "$(package pam_twrbac)" \
	    "$(package sudo-twrbac)" "$(package twrbac-selinux)"
	is "rpm installs all four packages" "$status $said" "0 "
	is "what it wrote is what it lists" "$(rpms --root "$root" \
	    --define "_dbpath /var/lib/rpm" -V --nodeps twrbac pam_twrbac \
	    sudo-twrbac 2>&1)" ""
	needs_only "the module needs libpam and libc alone" \
	    "$root/usr/lib64/security/pam_twrbac.so" "libc libpam"
	is "nothing in pam.d changed" "$(cat "$root"/etc/pam.d/*)" "$before"

	echo "account required pam_twrbac.so" >>"$root/etc/pam.d/sshd"
	in_root -e pam_twrbac
	refuses "rpm -e pam_twrbac with a line in pam.d" "$status" "$said" \
	    /etc/pam.d/sshd "Take its line out"
	is "the module is still there" \
	    "$(ls "$root/usr/lib64/security")" pam_twrbac.so
	in_root -U --nodeps --force "$(package pam_twrbac)"
	is "an upgrade asks nothing of pam.d" "$status $said" "0 "
	: >"$root/var/lib/twrbac/directory.db"
	sed -i 's/^\(account.*twrbac\)/#\1/' "$root/etc/pam.d/sshd"
	in_root -e --nodeps pam_twrbac
	is "rpm -e pam_twrbac with the line made a comment" "$status $said" "0 "

	echo 'Defaults group_plugin="sudo_twrbac.so"' >"$root/etc/sudoers"
	in_root -e sudo-twrbac
	refuses "rpm -e sudo-twrbac with a line in sudoers" "$status" "$said" \
	    /etc/sudoers visudo
	: >"$root/etc/sudoers"
	write_sudoers
	in_root -e --nodeps twrbac
	refuses "rpm -e twrbac with its file in sudoers.d" "$status" "$said" \
	    /etc/sudoers.d/twrbac "twrbac sudoers install --remove"
	is "the tool is still there" "$(ls "$root/usr/sbin")" twrbac
	in_root -U --nodeps --force "$(package twrbac)"
	is "an upgrade asks nothing of sudoers.d" "$status $said" "0 "
	echo "# somebody else's" >"$root/etc/sudoers.d/twrbac"
	in_root -e --nodeps sudo-twrbac twrbac twrbac-selinux
	is "the others are removed" "$status $said" "0 "
	is "the directory is kept" "$(ls "$root/var/lib/twrbac")" directory.db
}

want_tools rpmbuild:rpm busybox:busybox bzip2:bzip2 readelf:binutils
[ -e /usr/share/selinux/devel/Makefile ] ||
	cannot_run "selinux-policy-dev is not installed"
make_archive
share_build
is "one version: Makefile and spec" \
    "$(sed -n 's/^Version: *//p' "$SPEC")" "$version"
build_rpms
check_lists
check_scriptlets
check_life
finish
