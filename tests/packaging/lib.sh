# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the suites of the other distributions share: the archive of make dist, and
# one build of it that none has to repeat. Nothing is installed. Sourced as the
# first thing:
#
#	. "$(dirname "$0")/lib.sh"
#
# Sets $tmp (removed at the end), $version, $archive. Beside that there are ok,
# is, has of tests/pam/support.sh.

# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/../pam/support.sh"

want_tools() { # command:package...
	for pair; do
		command -v "${pair%:*}" >/dev/null 2>&1 ||
			cannot_run "${pair%:*} is not installed (Debian's" \
			    "package ${pair#*:})"
	done
}

make_archive() {
	version=$(sed -n 's/^VERSION *:= *//p' "$TREE/Makefile")
	(cd "$TREE" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s \
	    B="$tmp/dist" dist) >&2 || fatal "make dist failed"
	archive=$tmp/dist/twrbac-$version.tar.gz
}

# From here on make builds into a folder that belongs to this very archive, and
# in which all is compiled already: what a distribution's recipe compiles at home
# it finds done here. One suite at a time has that folder, to its end.
share_build() {
	mkdir -p "$TWR_BUILD/packages"
	exec 9>"$TWR_BUILD/packages/other.lock"
	flock 9 || fatal "$TWR_BUILD/packages/other.lock cannot be locked"
	unset MAKELEVEL MFLAGS MAKEOVERRIDES
	# fixed: a recipe with flags of its own would build all again
	CFLAGS="-O2 -g" CPPFLAGS="" LDFLAGS=""
	export CFLAGS CPPFLAGS LDFLAGS
	sum=$(sha256sum <"$archive" | cut -c 1-16)
	shared=$TWR_BUILD/packages/other-$sum
	[ -d "$shared" ] || rm -rf "$TWR_BUILD"/packages/other-*
	MAKEFLAGS="B=$shared"
	export MAKEFLAGS
	[ -e "$shared/.complete" ] && return
	mkdir -p "$shared"
	tar -C "$tmp" -xf "$archive"
	make -s -C "$tmp/twrbac-$version" -j"$(nproc)" PREFIX=/usr \
	    SYSCONFDIR=/etc LOCALSTATEDIR=/var SUDO_PLUGIN=yes all >&2 ||
		fatal "make all failed"
	rm -rf "$tmp/twrbac-$version"
	: >"$shared/.complete"
}

# The test: what is below a folder, "mode path" a line, folders ending in "/".
holds() { # name, folder; lines wanted on stdin
	sort >"$tmp/want"
	(cd "$2" && find . -mindepth 1 \( -type d -empty -printf '%m %P/\n' \) \
	    -o \( ! -type d -printf '%m %P\n' \)) | sort >"$tmp/seen"
	if diff "$tmp/want" "$tmp/seen" >"$tmp/diff"; then
		ok "$1"
	else
		not_ok "$1" <"$tmp/diff"
	fi
}

# The test: no file of a folder names the machine that built it.
names_no_builder() { # name, folder
	is "$1" "$(grep -rlF -e "$tmp" -e "$TREE" "$2" 2>/dev/null)" ""
}

# The test: an object needs these libraries and no others.
needs_only() { # name, file, libraries
	is "$1" "$(readelf -d "$2" | sed -n 's/.*NEEDED.*\[\(.*\)\.so.*/\1/p' |
	    sort | paste -s -d ' ')" "$3"
}

# The test: a script as such would say so.
refuses() { # name, status, output, words that must be said...
	refuse_name=$1
	is "$refuse_name: refused" "$2" 1
	refuse_said=$3
	shift 3
	has "$refuse_name: says what to do" "$refuse_said" "$@"
}

# A root with a shell and libc, nothing else.
make_root() {
	root=$tmp/root
	mkdir -p "$root/bin" "$root/etc/pam.d" "$root/dev" "$root/tmp"
	cp "$(command -v busybox)" "$root/bin/"
	for name in sh grep cat sed; do
		ln -s busybox "$root/bin/$name"
	done
	for lib in $(ldd "$root/bin/busybox" | grep -o '/[^ ]*'); do
		mkdir -p "$root/$(dirname "$lib")"
		cp -L "$lib" "$root/$lib"
	done
	echo root:x:0:0::/:/bin/sh >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	echo "account required pam_unix.so" >"$root/etc/pam.d/sshd"
}

# The file that "twrbac sudoers install" writes, as far as it is looked for.
write_sudoers() {
	mkdir -p "$root/etc/sudoers.d"
	printf '%s\n' "# twrbac-sudoers 1 of a policy" \
	    "alice ALL=(root) ALL" >"$root/etc/sudoers.d/twrbac"
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
