#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The PKGBUILD: real makepkg makes its packages of the archive, each file is
# where it belongs on Arch; real pacman installs them into a root of their own,
# and keeps the module while pam.d names it.
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"
ARCH=$TREE/packaging/arch

# makepkg does not run as root.
as_builder() {
	setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$tmp/home" \
	    PATH="$PATH" "$@"
}

build_packages() {
	mkdir -p "$tmp/home" "$tmp/recipe"
	cp "$ARCH"/* "$archive" "$tmp/recipe/"
	sed -e "s|^CFLAGS=.*|CFLAGS=\"$CFLAGS\"|" -e '/^LDFLAGS=/d' \
	    -e '/^CPPFLAGS=/d' -e '/^MAKEFLAGS=/d' /etc/makepkg.conf \
	    >"$tmp/makepkg.conf"
	printf '%s\n' "OPTIONS=(strip docs !libtool !staticlibs emptydirs zipman" \
	    " !purge !debug)" "BUILDENV=(!distcc !color !ccache !check !sign)" \
	    "PKGEXT=.pkg.tar.gz" "CARCH=x86_64" "CHOST=x86_64-pc-linux-gnu" \
	    "MAKEFLAGS='B=$tmp/b'" "CPPFLAGS=" "LDFLAGS=" "DISTCC_HOSTS=" \
	    >>"$tmp/makepkg.conf"
	chmod 0755 "$tmp"
	# the builder may not get into the folder of the tree
	cp -a "$shared" "$tmp/b"
	chown -R 65534:65534 "$tmp/home" "$tmp/recipe" "$tmp/b"
	(cd "$tmp/recipe" && umask 022 && as_builder makepkg --nodeps --nocheck \
	    --config "$tmp/makepkg.conf" </dev/null) >"$tmp/log" 2>&1 || {
		tail -n 40 "$tmp/log" | cut -c 1-200 >&2
		fatal "makepkg failed, see above"
	}
}

package() { # name; its file
	echo "$tmp/recipe/$1-$version-1-x86_64.pkg.tar.gz"
}

unpack() { # name
	mkdir "$tmp/$1"
	tar -C "$tmp/$1" -xpf "$(package "$1")" --exclude='.[A-Z]*'
}

check_lists() {
	for name in twrbac pam_twrbac sudo_twrbac; do
		unpack "$name"
		is "$name: every file is root's" "$(tar --numeric-owner -tvf \
		    "$(package "$name")" | awk '{ print $2 }' | sort -u)" 0/0
	done
	holds "pam_twrbac holds what it should" "$tmp/pam_twrbac" <<-'END'
	644 usr/lib/security/pam_twrbac.so
	644 usr/share/doc/twrbac/pam.d/cron
	644 usr/share/doc/twrbac/pam.d/login
	644 usr/share/doc/twrbac/pam.d/sshd
	644 usr/share/doc/twrbac/pam.d/su
	644 usr/share/doc/twrbac/pam.d/sudo
	644 usr/share/libalpm/hooks/pam_twrbac.hook
	755 usr/share/libalpm/scripts/pam_twrbac.check
	644 usr/share/licenses/pam_twrbac/LICENSE
	644 usr/share/man/man8/pam_twrbac.8.gz
	755 var/lib/twrbac/
	END
	holds "sudo_twrbac holds what it should" "$tmp/sudo_twrbac" <<-'END'
	644 usr/lib/sudo/sudo_twrbac.so
	644 usr/share/libalpm/hooks/sudo_twrbac.hook
	755 usr/share/libalpm/scripts/sudo_twrbac.check
	644 usr/share/licenses/sudo_twrbac/LICENSE
	644 usr/share/man/man8/sudo_twrbac.8.gz
	END
	holds "twrbac holds what it should" "$tmp/twrbac" <<-'END'
	755 usr/bin/twrbac
	644 usr/share/bash-completion/completions/twrbac
	644 usr/share/fish/vendor_completions.d/twrbac.fish
	644 usr/share/libalpm/hooks/twrbac.hook
	755 usr/share/libalpm/scripts/twrbac.check
	644 usr/share/licenses/twrbac/LICENSE
	644 usr/share/man/man5/twrbac-json.5.gz
	644 usr/share/man/man5/twrbac.conf.5.gz
	644 usr/share/man/man7/twrbac-security.7.gz
	644 usr/share/man/man8/twrbac.8.gz
	644 usr/share/twrbac/roles.conf
	644 usr/share/twrbac/twrbac.conf
	644 usr/share/zsh/site-functions/_twrbac
	END
	needs_only "the module needs libpam and libc alone" \
	    "$tmp/pam_twrbac/usr/lib/security/pam_twrbac.so" "libc libpam"
}

in_root() { # words of pacman
	said=$(pacman --root "$root" --config "$tmp/pacman.conf" --noconfirm \
	    "$@" 2>&1 </dev/null)
	status=$?
}

check_life() {
	make_root
	mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg"
	printf '[options]\nArchitecture = x86_64\nSigLevel = Never\n%s\n' \
	    "HookDir = $root/etc/pacman.d/hooks" >"$tmp/pacman.conf"
	before=$(cat "$root"/etc/pam.d/*)
	in_root -U --nodeps --nodeps "$(package twrbac)" "$(package pam_twrbac)" \
	    "$(package sudo_twrbac)"
	is "pacman installs all three packages" "$status $(pacman --root \
	    "$root" -Qq | paste -s -d ' ')" "0 pam_twrbac sudo_twrbac twrbac"
	is "nothing in pam.d changed" "$(cat "$root"/etc/pam.d/*)" "$before"

	echo "account required pam_twrbac.so" >>"$root/etc/pam.d/sshd"
	in_root -R pam_twrbac
	refuses "pacman -R pam_twrbac with a line in pam.d" "$status" "$said" \
	    /etc/pam.d/sshd "Take its line out"
	is "the module is still there" \
	    "$(ls "$root/usr/lib/security")" pam_twrbac.so
	in_root -U --nodeps --nodeps "$(package pam_twrbac)"
	is "an upgrade asks nothing of pam.d" "$status" 0
	sed -i 's/^\(account.*twrbac\)/#\1/' "$root/etc/pam.d/sshd"
	echo 'Defaults group_plugin="sudo_twrbac.so"' >"$root/etc/sudoers"
	in_root -R sudo_twrbac
	refuses "pacman -R sudo_twrbac with a line in sudoers" "$status" \
	    "$said" /etc/sudoers visudo
	: >"$root/etc/sudoers"
	write_sudoers
	in_root -R twrbac
	refuses "pacman -R twrbac with its file in sudoers.d" "$status" \
	    "$said" /etc/sudoers.d/twrbac "twrbac sudoers install --remove"
	is "the tool is still there" "$(ls "$root/usr/bin")" twrbac
	in_root -U --nodeps --nodeps "$(package twrbac)"
	is "an upgrade asks nothing of sudoers.d" "$status" 0
	echo "# somebody else's" >"$root/etc/sudoers.d/twrbac"
	: >"$root/var/lib/twrbac/directory.db"
	in_root -R pam_twrbac sudo_twrbac twrbac
	is "with the lines taken out all are removed" "$status $(pacman \
	    --root "$root" -Qq)" "0 "
	is "the directory is kept" "$(ls "$root/var/lib/twrbac")" directory.db
}

want_tools makepkg:makepkg pacman:pacman-package-manager \
    bsdtar:libarchive-tools fakeroot:fakeroot busybox:busybox bash:bash
[ "$(id -u)" -eq 0 ] || cannot_run "pacman installs as root only"
is "the PKGBUILD is bash" "$(bash -n "$ARCH/PKGBUILD" 2>&1)" ""
make_archive
share_build
is "one version: Makefile and PKGBUILD" \
    "$(sed -n 's/^pkgver=//p' "$ARCH/PKGBUILD")" "$version"
build_packages
check_lists
check_life
finish
