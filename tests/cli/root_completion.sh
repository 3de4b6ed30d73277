#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the shells complete: each real shell loads its script and is asked.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP only root can read a directory; run it with sudo"
	exit 0
}

as_root() {
	own --as-root "test suite" "$@"
}

own init acme --owner alice@example.com --login alice --uid 20001 \
    --roles "$SHARE/roles.conf" --conf-template "$SHARE/twrbac.conf"
exits "init" 0
as_root scope add acme/web --owner alice
as_root user add bob@example.com --login bob --uid 20002
as_root scope add "acme/night shift" --owner alice
as_root assignment add bob acme/web hosts:login
own compile --lock-out-ok
exits "compile" 0

for shell in bash zsh fish; do
	twrbac completion "$shell"
	exits "completion $shell" 0
	cp "$D/.out" "$D/script.$shell"
done
twrbac completion tcsh
exits "completion of another shell is a usage error" 64
complains "and names those that there are" "bash, zsh and fish"
if command -v shellcheck >/dev/null 2>&1; then
	if why=$(shellcheck -s bash "$D/script.bash"); then
		ok "shellcheck has nothing to say about bash's"
	else
		not_ok "shellcheck has nothing to say about bash's" "$why"
	fi
else
	skip "shellcheck of the script" "shellcheck is not installed"
fi

# ---- the question that all scripts ask ----

asked() { # wanted candidates in one line, words
	want=$1
	shift
	twrbac help --complete -- --directory "$D/state/directory.db" "$@"
	got=$(printf '%s\n' "$out" | tr '\n' ' ')
	if [ "$status" -eq 0 ] && [ -z "$err" ] && [ "$got" = "$want " ]; then
		ok "completes: $*"
	else
		not_ok "completes: $*" "wanted \"$want \"; $(show_run)"
	fi
}

asked "user" us
asked "show" user sh
asked "suspend" user --quiet su
asked "show suspend set-email set-organization-role" user s
asked "alice@example.com alice" user show al
asked "alice@example.com" user show ALICE@
asked "bob" check b
asked "sshd sudo sudo-i su su-l" check bob s
asked "acme/night shift" assignment add bob acme/n
asked "hosts:admin hosts:login hosts:operator" assignment add bob acme hosts:
asked "hosts:login" assignment add bob acme hosts:admin hosts:l
asked "administrator" user set-organization-role bob a
asked "--organization-role=" user add x@example.com --o
asked "--organization-role=none" user add x --organization-role=n
asked "none" user add x --organization-role n
asked "--owner=bob@example.com --owner=bob" scope add acme/x --owner=b
asked "bob@example.com bob" scope add acme/x --owner b
asked "bash" completion b
asked "all account assignment apply" help a
asked "" user show "' OR 1=1 --"
asked "" user show bob x
asked "" nonsense x
asked "" user show "$(printf '\377\033')"
twrbac help --complete -- --directory /nonexistent/directory.db user show b
exits "without a directory there are no names, and no complaint" 0
silent "none at all"
twrbac help --complete -- user show --directory ""
exits "a path is the shell's to complete" 0
if command -v setpriv >/dev/null 2>&1; then
	cp "$TWRBAC" "$D/anybody"
	out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$D/anybody" \
	    help --complete -- --directory "$D/state/directory.db" user show b)
	if [ -z "$out" ]; then ok "names are for who may read them"; else
		not_ok "names are for who may read them" "$out"
	fi
	out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$D/anybody" \
	    help --complete -- user sh)
	if [ "$out" = show ]; then ok "words are for everybody"; else
		not_ok "words are for everybody" "$out"
	fi
else
	skip "names are for who may read them" "setpriv is not installed"
fi

# ---- the shells ----

db="--directory $D/state/directory.db"

# $1: name, $2: what is wanted, $3: what the shell said
same() {
	if [ "$2" = "$3" ]; then ok "$1"; else
		not_ok "$1" "wanted \"$2\", got \"$3\""
	fi
}

# The words as readline has them: split at : = @ too.
in_bash() { # wanted, words
	want=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	got=$(TWRBAC_COMPLETE=$TWRBAC bash --norc -c '. "$1" && shift &&
		COMP_WORDBREAKS=$'"' \\t\\n\"\\'@><=;|&(:'"' COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1)) && _twrbac && echo "${COMPREPLY[*]}"' \
	    bash "$D/script.bash" twrbac "$@" 2>&1)
	same "bash: $*" "$want" "$got"
}

if command -v bash >/dev/null 2>&1; then
	# shellcheck disable=SC2016
	same "bash: it is twrbac's" "complete -o bashdefault -o default -F \
_twrbac twrbac" "$(bash --norc -c '. "$1" && complete -p twrbac' bash \
	    "$D/script.bash")"
	in_bash "user" us
	in_bash "show" user sh
	# shellcheck disable=SC2086 # two words
	in_bash "alice@example.com alice" $db user show al
	# shellcheck disable=SC2086
	in_bash "example.com" $db user show alice @ ex
	# shellcheck disable=SC2086
	in_bash "example.com" $db user show alice @
	# shellcheck disable=SC2086
	in_bash "admin login operator" $db assignment add bob acme hosts :
	# shellcheck disable=SC2086
	in_bash "login" $db assignment add bob acme hosts : l
	# shellcheck disable=SC2086
	in_bash "bob@example.com bob" $db scope add acme/x --owner = b
	# shellcheck disable=SC2086
	in_bash 'acme/night\ shift' $db assignment add bob acme/n
	in_bash "--organization-role=" user add x --o
	in_bash ""  nonsense x
else
	skip "bash" "bash is not installed"
fi

in_zsh() { # wanted, words
	want=$1
	shift
	# compadd works inside the line editor only: show what it is given
	# shellcheck disable=SC2016
	got=$(TWRBAC_COMPLETE=$TWRBAC zsh -f -c 'compdef() { }
		_files() { print files }
		compadd() { while [[ $1 != -- ]]; do shift; done; shift
			print -r -- "$*" }
		. "$1" && shift
		words=("$@") CURRENT=$#
		_twrbac' zsh "$D/script.zsh" twrbac "$@" 2>&1)
	same "zsh: $*" "$want" "$got"
}

if command -v zsh >/dev/null 2>&1; then
	in_zsh "user" us
	# shellcheck disable=SC2086
	in_zsh "alice@example.com alice" $db user show al
	# shellcheck disable=SC2086
	in_zsh "hosts:login" $db assignment add bob acme hosts:l
	# shellcheck disable=SC2086
	in_zsh "acme/night shift" $db assignment add bob acme/n
	in_zsh "--organization-role=" user add x --o
	in_zsh "files" import users "fi"
	mkdir "$D/fpath"
	cp "$D/script.zsh" "$D/fpath/_twrbac"
	# shellcheck disable=SC2016
	same "zsh: compinit finds it" "_twrbac" "$(zsh -f -c 'fpath=("$1" $fpath)
		autoload -U compinit && compinit -D -u && print $_comps[twrbac]' \
	    zsh "$D/fpath" 2>&1)"
else
	skip "zsh" "zsh is not installed"
fi

in_fish() { # wanted, line
	got=$(HOME=$D TWRBAC_COMPLETE=$TWRBAC fish -N -c "source $D/script.fish
		complete -C '$2'" 2>&1 | cut -f 1 | tr '\n' ' ')
	same "fish: $2" "$1" "${got% }"
}

if command -v fish >/dev/null 2>&1; then
	in_fish "user" "twrbac us"
	in_fish "alice alice@example.com" "twrbac $db user show al"
	in_fish "hosts:login" "twrbac $db assignment add bob acme hosts:l"
	in_fish "--organization-role=" "twrbac user add x --o"
else
	skip "fish" "fish is not installed"
fi

# ---- installed where the shells look ----

if [ -f "$TREE/Makefile" ] && command -v make >/dev/null 2>&1; then
	for f in twrbac:bash _twrbac:zsh twrbac.fish:fish; do
		if cmp -s "${TWR_BUILD:-$TREE/build}/completion/${f%:*}" \
		    "$D/script.${f#*:}"; then
			ok "make writes ${f%:*}"
		else
			not_ok "make writes ${f%:*}" "it differs from twrbac's"
		fi
	done
fi
finish
