# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A Debian of its own for suites of packages: debootstrap makes it once, in
# BUILD/packages/bookworm (TWR_DEBIAN names another that is already there); a
# suite changes only an overlay in memory. Sourced as the first thing:
#
#	. "$(dirname "$0")/support.sh"
#	... outside: build packages into $HAND, a folder that goes along ...
#	enter_debian "$0"
#	... inside, as root of that Debian ...
#
# Beside that it has what tests/pam/support.sh has: ok, is, has, a system log,
# people, ssh. Inside, files and processes end with the suite.

# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/../pam/support.sh"

SUITE=bookworm
DEBIAN_PACKAGES=openssh-server,openssh-client,sudo,cron,procps,libconfig9,libjansson4,libsqlite3-0
DEBIAN_LATER="libpam-sss" # fetched, not installed
DEBIAN=${TWR_DEBIAN:-$TWR_BUILD/packages/$SUITE}
HAND=${TWR_HAND-}

need_root() {
	[ "$(id -u)" -eq 0 ] || cannot_run "only root can make a Debian;" \
	    "run it with sudo"
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 ||
			cannot_run "$tool is not installed"
	done
}

# The first mirror of Debian that this machine's apt knows, and its proxy.
find_mirror() {
	# shellcheck disable=SC2016 # fields that apt-get fills in
	mirror=$(apt-get indextargets \
	    --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 2>/dev/null |
	    awk -v suite="$SUITE" '$2 == "Debian" && $3 == suite {
		print $1; exit }')
	[ -n "$mirror" ] || cannot_run "apt knows no mirror of Debian $SUITE"
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	if [ -n "${proxy-}" ]; then
		http_proxy=$proxy
		export http_proxy
	fi
}

make_debian() {
	[ ! -e "$DEBIAN/.complete" ] || return 0
	need_root debootstrap
	find_mirror
	rm -rf --one-file-system "$DEBIAN"
	mkdir -p "$DEBIAN"
	debootstrap --variant=minbase --include="$DEBIAN_PACKAGES" "$SUITE" \
	    "$DEBIAN" "$mirror" >"$DEBIAN.log" 2>&1 || {
		tail -n 20 "$DEBIAN.log" >&2
		fatal "debootstrap failed; all it said is in $DEBIAN.log"
	}
	chmod 0755 "$DEBIAN"
	cp -L /etc/resolv.conf "$DEBIAN/etc/resolv.conf" 2>/dev/null
	# shellcheck disable=SC2086 # package names
	chroot "$DEBIAN" apt-get -q -y --no-install-recommends \
	    --download-only install $DEBIAN_LATER >>"$DEBIAN.log" 2>&1 || {
		tail -n 20 "$DEBIAN.log" >&2
		fatal "$DEBIAN_LATER could not be fetched"
	}
	: >"$DEBIAN/.complete"
}

# Run this script again inside; returns only there.
enter_debian() { # script
	case ${TWR_DEBIAN_PHASE-} in
	inside)
		be_inside
		return
		;;
	mounts) mount_debian "$1" ;;
	esac
	need_root unshare chroot
	make_debian
	unshare -m -p -f --propagation unchanged true 2>/dev/null ||
		cannot_run "mount and process namespaces are not allowed here" \
		    "(unshare -m -p failed)"
	TWR_HAND=$HAND TWR_DEBIAN_PHASE=mounts unshare -m -p -f --kill-child \
	    --propagation unchanged "$HELPERS/private_mounts" sh "$1" &
	world=$!
	trap 'leave_world 129' HUP
	trap 'leave_world 130' INT
	trap 'leave_world 143' TERM
	wait "$world"
	status=$?
	rm -rf "$HAND"
	exit $status
}

mount_debian() { # script
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	umask 022
	mount -t proc proc /proc || fatal "cannot mount /proc in the namespace"
	own_mount /mnt
	mkdir /mnt/upper /mnt/work /mnt/root
	mount -t overlay overlay -o \
	    "lowerdir=$DEBIAN,upperdir=/mnt/upper,workdir=/mnt/work" \
	    /mnt/root 2>/dev/null || cp -a "$DEBIAN/." /mnt/root ||
		fatal "$DEBIAN can neither be overlaid nor copied"
	root=/mnt/root
	mount -t proc proc "$root/proc"
	own_mount "$root/run"
	W=/run/world
	mkdir -p "$root$W/dev"
	W=$root$W
	make_dev # leaves it at /dev; ours is wanted there and in the root
	mount --rbind /dev "$root/dev"
	tree=$root/usr/src/twrbac
	mkdir -p "$tree/tests" "$tree/build/tests" "$root/hand"
	cp -r "$TREE/tests/pam" "$TREE/tests/packaging" "$tree/tests/"
	cp -r "$TREE/etc" "$TREE/packaging" "$tree/"
	cp -r "$HELPERS" "$tree/build/tests/"
	[ -z "$HAND" ] || cp -r "$HAND/." "$root/hand/"
	chown -R 0:0 "$tree" "$root/hand"
	exec env -i TWR_DEBIAN_PHASE=inside PATH="$PATH" TERM=dumb \
	    DEBIAN_FRONTEND=noninteractive HOME=/root chroot "$root" \
	    sh "/usr/src/twrbac/tests/packaging/$(basename "$1")"
}

# Nothing here starts services; a package that wants to is told no.
be_inside() {
	HAND=/hand
	mkdir -p "$W/bin" "$W/home" "$W/tmp" /run/sshd /run/lock
	chmod 0755 "$W"
	echo "127.0.0.1 localhost $(hostname)" >/etc/hosts
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 0755 /usr/sbin/policy-rc.d
	cp "$HELPERS"/pam_client "$HELPERS"/syslog_tap \
	    "$HELPERS"/make_policy "$W/bin/"
	PATH=$W/bin:$PATH
	TMPDIR=$W/tmp
	export TMPDIR
	cd "$W/tmp" || exit 1
	listen
}

# ---- packages ----

# Build the packages of a source tree into a folder.
build_packages() { # tree, folder, more variables of make...
	build_tree=$1 build_out=$2
	shift 2
	mkdir -p "$build_out"
	if ! (cd "$build_tree" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	    make -s B="$build_out/b" "$@" deb) >"$build_out/log" 2>&1; then
		tail -n 40 "$build_out/log" >&2
		fatal "make deb failed, see above"
	fi
	mv "$build_out/b/deb"/* "$build_out/"
}

# The sources as make dist packs them, unpacked below a folder; its path.
unpack_sources() { # folder
	(cd "$TREE" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	    make -s B="$1/dist" dist) >&2 || fatal "make dist failed"
	tar -C "$1" -xf "$1"/dist/twrbac-*.tar.gz
	rm -rf "$1/dist"
	echo "$1"/twrbac-*
}

# A later version of the tree: the Makefile and the changelog say so.
make_newer() { # tree, version
	sed -i "s/^VERSION *:=.*/VERSION := $2/" "$1/Makefile"
	{
		printf 'twrbac (%s-1) unstable; urgency=medium\n\n' "$2"
		printf '  * The next one.\n\n'
		printf ' -- %s  %s\n\n' \
		    "twrbac maintainers <maintainers@twrbac.example>" \
		    "Sun, 22 Nov 2026 12:00:00 +0000"
		cat "$1/packaging/debian/changelog"
	} >"$1/changelog.new"
	mv "$1/changelog.new" "$1/packaging/debian/changelog"
}
