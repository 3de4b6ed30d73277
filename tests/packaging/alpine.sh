#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The APKBUILD, without abuild, which Debian does not have: busybox's own shell
# and dash run its functions as abuild does; each file is where it belongs on
# Alpine. Then musl: every source of the product compiles with it, and every
# function that is called is one of musl's or of a library that Alpine has.
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"
ALPINE=$TREE/packaging/alpine

# ---- the recipe ----

# What abuild gives to a recipe, as far as this one asks; then its functions.
write_runner() {
	cat >"$tmp/runner" <<-'RUNNER'
	set -eu
	builddir=$1 pkgdir=$2/twrbac packages=$2
	. "$3"
	cd "$builddir"
	# abuild's: move out of the package into the subpackage
	amove() {
		for moved; do
			mkdir -p "$subpkgdir/$(dirname "$moved")"
			mv "$pkgdir/$moved" "$subpkgdir/$moved"
			rmdir -p "$pkgdir/$(dirname "$moved")" 2>/dev/null || :
		done
	}
	build
	package
	for sub in $subpackages; do
		case $sub in
		*:*) ;;
		*) continue ;; # abuild knows by the name what to move
		esac
		subpkgdir=$packages/${sub%%:*}
		mkdir -p "$subpkgdir"
		${sub#*:}
	done
	echo "$pkgver"
	RUNNER
}

run_recipe() { # shell and its words
	rm -rf "$tmp/src" "$tmp/out"
	mkdir "$tmp/src" "$tmp/out"
	tar -C "$tmp/src" -xf "$archive"
	recipe_version=$("$@" "$tmp/runner" "$tmp/src/twrbac-$version" \
	    "$tmp/out" "$ALPINE/APKBUILD" 2>"$tmp/log" | tail -n 1)
}

check_recipe() { # name of the shell, shell and its words
	shell=$1
	shift
	run_recipe "$@"
	if [ "$recipe_version" != "$version" ]; then
		cut -c 1-200 "$tmp/log" |
			not_ok "$shell: the recipe builds the Makefile's version"
		return
	fi
	ok "$shell: the recipe builds the Makefile's version"
	holds "$shell: pam-twrbac" "$tmp/out/pam-twrbac" <<-'END'
	644 lib/security/pam_twrbac.so
	755 var/lib/twrbac/
	END
	holds "$shell: sudo-twrbac" "$tmp/out/sudo-twrbac" <<-'END'
	644 usr/lib/sudo/sudo_twrbac.so
	END
	holds "$shell: the rest" "$tmp/out/twrbac" <<-'END'
	755 usr/sbin/twrbac
	644 usr/share/bash-completion/completions/twrbac
	644 usr/share/doc/twrbac/pam.d/cron
	644 usr/share/doc/twrbac/pam.d/login
	644 usr/share/doc/twrbac/pam.d/sshd
	644 usr/share/doc/twrbac/pam.d/su
	644 usr/share/doc/twrbac/pam.d/sudo
	644 usr/share/fish/completions/twrbac.fish
	644 usr/share/man/man5/twrbac-json.5
	644 usr/share/man/man5/twrbac.conf.5
	644 usr/share/man/man7/twrbac-security.7
	644 usr/share/man/man8/pam_twrbac.8
	644 usr/share/man/man8/sudo_twrbac.8
	644 usr/share/man/man8/twrbac.8
	644 usr/share/twrbac/roles.conf
	644 usr/share/twrbac/twrbac.conf
	644 usr/share/zsh/site-functions/_twrbac
	END
}

# The warning before removal, in a root with nothing but busybox.
check_warning() {
	make_root
	# shellcheck disable=SC2016 # for the shell that reads the recipe
	is "the recipe brings every script that it names" \
	    "$(cd "$ALPINE" && sh -c '. ./APKBUILD
		for name in $install; do
			printf "%s\n" $source | grep -qx "$name" ||
				echo "$name is not in source"
			[ -x "$name" ] || echo "$name cannot be run"
		done' 2>&1)" ""
	cp "$ALPINE/pam-twrbac.pre-deinstall" "$root/tmp/script"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	is "before removal: silent where pam.d does not name it" "$? $said" "0 "
	echo "account required pam_twrbac.so" >>"$root/etc/pam.d/sshd"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	refuses "before removal, with a line in pam.d" "$?" "$said" \
	    /etc/pam.d/sshd "Take its line out"

	cp "$ALPINE/twrbac.pre-deinstall" "$root/tmp/script"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	is "before removal: silent without a file in sudoers.d" "$? $said" "0 "
	write_sudoers
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	refuses "before removal, with its file in sudoers.d" "$?" "$said" \
	    /etc/sudoers.d/twrbac "twrbac sudoers install --remove"
	echo "# somebody else's" >"$root/etc/sudoers.d/twrbac"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	is "before removal: silent where the file is another's" "$? $said" "0 "

	cp "$ALPINE/sudo-twrbac.pre-deinstall" "$root/tmp/script"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	is "before removal: silent where sudoers does not name it" \
	    "$? $said" "0 "
	echo 'Defaults group_plugin="sudo_twrbac.so"' >"$root/etc/sudoers"
	said=$(chroot "$root" /bin/sh /tmp/script 2>&1)
	refuses "before removal, with a line in sudoers" "$?" "$said" \
	    /etc/sudoers visudo
}

# ---- musl ----

# Headers of the libraries and the kernel, without those of glibc.
musl_headers() {
	include=$tmp/include
	mkdir "$include"
	arch=/usr/include/$(gcc -print-multiarch)
	for name in security linux asm asm-generic libconfig.h sqlite3.h \
	    jansson.h jansson_config.h sudo_plugin.h openssl; do
		for from in "/usr/include/$name" "$arch/$name"; do
			[ ! -e "$from" ] || cp -rL "$from" "$include/"
		done
	done
}

# What objects ask of others, but for the libraries' names.
asked_of_libc() {
	nm -u "$@" | awk '$1 == "U" { print $2 }' | sort -u |
		grep -v -e '^sqlite3_' -e '^json_' -e '^config_' -e '^pam_' \
		    -e '^EVP_' -e '^_GLOBAL_OFFSET_TABLE_$'
}

check_musl() {
	musl_headers
	rm -rf "$tmp/src"
	mkdir "$tmp/src"
	tar -C "$tmp/src" -xf "$archive"
	cd "$tmp/src/twrbac-$version" || exit 1
	# shellcheck disable=SC2046 # names without blanks
	set -- $(printf '%s\n' pam_twrbac/*.c tools/*.c |
	    sed "s|^\(.*\)\.c\$|$tmp/musl/o/\1.o|")
	# names that musl has not are not there: an error, not a guess
	if MAKEFLAGS='' make -s -k -j"$(nproc)" B="$tmp/musl" \
	    CC="${TWR_MUSL_CC:-musl-gcc}" CFLAGS="-O0" \
	    CPPFLAGS="-isystem $include -Werror=implicit-function-declaration" \
	    "$@" >"$tmp/log" 2>&1; then
		ok "every source compiles with musl"
	else
		grep -E 'error' "$tmp/log" | cut -c 1-200 |
			not_ok "every source compiles with musl"
		return
	fi
	nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u \
	    >"$tmp/ours"
	for library in libc.a libssp_nonshared.a; do
		file=$(musl-gcc -print-file-name=$library)
		[ ! -e "$file" ] || nm --defined-only "$file" 2>/dev/null
	done | awk 'NF == 3 { print $3 }' | sort -u >"$tmp/theirs"
	is "every function that is called is there" \
	    "$(asked_of_libc "$@" | sort | comm -23 - "$tmp/ours" |
		comm -23 - "$tmp/theirs")" ""
}

want_tools busybox:busybox dash:dash musl-gcc:musl-tools nm:binutils
[ "$(id -u)" -eq 0 ] || cannot_run "only root can make a root folder"
make_archive
share_build
write_runner
check_recipe busybox busybox sh
check_recipe dash dash
check_warning
check_musl
finish
