#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The source archive and the Debian packages: the same byte for byte from
# wherever and whenever they are built, lintian has nothing to say but what is
# overridden with a reason, and each file is where it belongs.
# shellcheck source=tests/packaging/support.sh
. "$(dirname "$0")/support.sh"
for tool in dpkg-buildpackage dh lintian; do
	command -v "$tool" >/dev/null 2>&1 ||
		cannot_run "$tool is not installed"
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# ---- make dist ----

dist() { # tree, out
	(cd "$1" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s \
	    B="$2" dist) >/dev/null || fatal "make dist in $1 failed"
}

version=$(sed -n 's/^VERSION *:= *//p' "$TREE/Makefile")
name=twrbac-$version.tar.gz
dist "$TREE" "$tmp/d1"
mkdir "$tmp/elsewhere"
tar -C "$tmp/elsewhere" -xf "$tmp/d1/$name"
tree=$tmp/elsewhere/twrbac-$version
is "make dist: has one folder, of the version" "$(ls "$tmp/elsewhere")" \
    "twrbac-$version"
# with other modes, in another place, zone and language, and without git
find "$tree" -type f -exec touch -d 2001-02-03 {} +
chmod -R g+w "$tree"
epoch=$(tar -tvf "$tmp/d1/$name" --utc --full-time |
	awk 'NR == 1 { print $4, $5 }')
SOURCE_DATE_EPOCH=$(date -u +%s -d "$epoch")
export SOURCE_DATE_EPOCH
(umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 dist "$tree" "$tmp/d2")
unset SOURCE_DATE_EPOCH
if cmp "$tmp/d1/$name" "$tmp/d2/$name" >"$tmp/cmp" 2>&1; then
	ok "make dist: out of its own archive comes the same archive"
else
	not_ok "make dist: out of its own archive comes the same archive" \
	    <"$tmp/cmp"
fi
is "make dist: every file is root's, and of one time" \
    "$(tar -tvf "$tmp/d1/$name" --numeric-owner --utc --full-time |
	awk '{ print $2, $4, $5 }' | sort -u | wc -l)" 1
lacks "make dist: holds nothing that was built" \
    "$(tar -tf "$tmp/d1/$name")" /build/ .o

# ---- two builds ----

cp -r "$tree" "$tmp/b c" # a blank, another length
rm -rf "$tmp/d1" "$tmp/d2"
(umask 022 && build_packages "$tree" "$tmp/one") || exit 1
# whichever second and zone it is, whoever may read what is made
# one that sorts otherwise, such as "a_b" and "ab"
mkdir "$tmp/locale"
localedef -i de_DE -f UTF-8 "$tmp/locale/de_DE.UTF-8" 2>"$tmp/localedef" || {
	skip "localedef knows no German: install the package locales" \
	    "a build in another language"
	rmdir "$tmp/locale" # and the system's own languages count
}
(umask 077 && TZ=Pacific/Apia LC_ALL=de_DE.UTF-8 LOCPATH=$tmp/locale \
    HOME=/nonexistent TMPDIR=/var/tmp && export TZ LC_ALL LOCPATH HOME \
    TMPDIR && build_packages "$tmp/b c" "$tmp/two" || exit 1) || exit 1

n=0
for deb in "$tmp/one"/*.deb; do
	n=$((n + 1))
	base=${deb##*/}
	if cmp "$deb" "$tmp/two/$base" >"$tmp/cmp" 2>&1; then
		ok "reproducible: $base"
	else
		if command -v diffoscope >/dev/null 2>&1; then
			diffoscope "$deb" "$tmp/two/$base" | head -n 40
		fi >>"$tmp/cmp"
		not_ok "reproducible: $base" <"$tmp/cmp"
	fi
done
is "there are three packages and their symbols" "$n" 6
for part in "twrbac_$version.orig.tar.gz" "twrbac_$version-"*.debian.tar.xz; do
	for file in "$tmp/one"/$part; do
		is "reproducible: ${file##*/}" "$(sha256sum <"$file")" \
		    "$(sha256sum <"$tmp/two/${file##*/}")"
	done
done

# ---- what they are ----

one=$tmp/one
(cd "$one" && lintian --allow-root --fail-on error,warning \
    --tag-display-limit 0 ./*.changes) >"$tmp/lintian" 2>&1
lintian_status=$?
is "lintian: no error, no warning" "$lintian_status $(grep -c '^[EW]:' \
    "$tmp/lintian")" "0 0"
[ $lintian_status -eq 0 ] || sed 's/^/# /' "$tmp/lintian"
for file in "$TREE"/packaging/debian/*.lintian-overrides; do
	is "overrides have a reason: ${file##*/}" \
	    "$(head -c 2 "$file")" "# "
done

# package, then its files: all of them, but for what every package has
holds() {
	package=$1
	shift
	printf '%s\n' "$@" | sort >"$tmp/want"
	dpkg-deb -c "$one"/"${package}"_*.deb |
	    awk '$1 ~ /^-/ { print $1, $2, $NF }' |
	    sed -n "s|root/root \./||; /usr.share.doc/!p" | sort >"$tmp/seen"
	if diff "$tmp/want" "$tmp/seen" >"$tmp/diff"; then
		ok "$package holds what it should, root's, with the right modes"
	else
		not_ok "$package holds what it should, root's, with the right modes" \
		    <"$tmp/diff"
	fi
}

f=-rw-r--r--
x=-rwxr-xr-x
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
holds libpam-twrbac \
    "$f usr/lib/$multiarch/security/pam_twrbac.so" \
    "$f usr/lib/tmpfiles.d/libpam-twrbac.conf" \
    "$f usr/share/lintian/overrides/libpam-twrbac" \
    "$f usr/share/man/man8/pam_twrbac.8.gz" \
    "$f usr/share/pam-configs/twrbac"
holds sudo-twrbac \
    "$x usr/libexec/sudo/sudo_twrbac.so" \
    "$f usr/share/lintian/overrides/sudo-twrbac" \
    "$f usr/share/man/man8/sudo_twrbac.8.gz"
holds twrbac \
    "$x usr/sbin/twrbac" \
    "$f usr/share/bash-completion/completions/twrbac" \
    "$f usr/share/fish/vendor_completions.d/twrbac.fish" \
    "$f usr/share/lintian/overrides/twrbac" \
    "$f usr/share/man/man5/twrbac-json.5.gz" \
    "$f usr/share/man/man5/twrbac.conf.5.gz" \
    "$f usr/share/man/man7/twrbac-security.7.gz" \
    "$f usr/share/man/man8/twrbac.8.gz" \
    "$f usr/share/twrbac/roles.conf" \
    "$f usr/share/twrbac/twrbac.conf" \
    "$f usr/share/zsh/site-functions/_twrbac"
for package in libpam-twrbac twrbac sudo-twrbac; do
	is "$package has no conffiles" "$(dpkg-deb -I \
	    "$one/$package"_*.deb conffiles 2>/dev/null)" ""
done
lacks "the module needs libpam and libc alone" \
    "$(dpkg-deb -f "$one"/libpam-twrbac_*.deb Depends)" sqlite config ssl \
    jansson
is "one version: Makefile and Debian's changelog" \
    "$(dpkg-parsechangelog -l "$TREE/packaging/debian/changelog" -S Version |
	sed 's/-[^-]*$//')" "$version"

# ---- two versions that differ are noticed ----

sed -i 's/^VERSION *:=.*/VERSION := 9.9.9/' "$tree/Makefile"
said=$(cd "$tree" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s \
    B="$tmp/b9" deb 2>&1)
has "a changelog of another version: make deb refuses" "$said" \
    "changelog says $version-" "9.9.9"

finish
