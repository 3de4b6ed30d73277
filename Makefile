# SPDX-License-Identifier: BSD-2-Clause
#
# make             the module, the tool and, where sudo's header is, the group
#                  plugin: build/pam_twrbac.so, twrbac, sudo_twrbac.so
# make check       unit tests, corpus replays, tool tests; as anyone
# make check-root  the real programs: sshd, sudo, su, cron; as root
# make check-all   both and lint, counted together
# make prove       check-all and all of the following, one sum; as root
# make analyze     gcc's and clang's static analysis and cppcheck
# make clang       built with clang: unit tests, replays
# make musl        built for musl: the module, the core and their tests
# make valgrind    the module and the core under memcheck
# make asan        all suites under the address and undefined sanitizers
# make demo        a role opens a door and its end closes it; as root
# make lint        what scripts can prove of the tree: layers, exports, form
# make fuzz        every fuzzer for TIME seconds (60), with clang
# make coverage    how much of pam_twrbac/ the tests and the corpora reach
# make mutants     small slips in FILES (the decision), which tests must kill
# make bench       the measurements
# make install     into PREFIX, PAMDIR and SUDODIR, below DESTDIR; never /etc
# make uninstall   removes what install put there
# make dist        the sources: build/twrbac-VERSION.tar.gz, reproducible
# make deb         Debian packages: build/deb/
# make check-packages  builds, installs, upgrades, removes them; as root
# make clean       removes build/
#
# V=1 shows each command; WERROR=1 (and CI=true) makes warnings errors.
# Sources are found by their names; a new file needs no line here.

VERSION       := 0.1.0

PREFIX        ?= /usr/local
SYSCONFDIR    ?= /etc
LOCALSTATEDIR ?= /var
SBINDIR       ?= $(PREFIX)/sbin
MANDIR        ?= $(PREFIX)/share/man
B             := build
TIME          := 60
V             := 0

CFLAGS        ?= -O2 -g
INSTALL       ?= install
PKG_CONFIG    ?= pkg-config
FUZZ_CC       ?= clang

# How a rule says what it does: in full (V=1), not at all (-s), or briefly.
quiet         := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
MAKEFLAGS     += --no-builtin-rules
say            = $(if $(filter 1,$(V)),,@$(if $(quiet),, \
		 printf '  %-5s %s\n' $(1) $@ &&))

# ---- the machine ----

# Where libpam looks for modules: the folder that already holds some.
multiarch := $(shell $(CC) -print-multiarch 2>/dev/null)
pam_libdir := $(shell $(PKG_CONFIG) --variable=libdir pam 2>/dev/null)
PAMDIR ?= $(patsubst %/,%,$(dir $(firstword $(foreach d, \
	$(pam_libdir) /lib/$(multiarch) /usr/lib/$(multiarch) \
	/usr/lib64 /lib64 /usr/lib /lib, \
	$(wildcard $(d)/security/pam_permit.so $(d)/security/pam_unix.so)) \
	/lib/security/none)))

# Where sudo looks for plugins: the folder that holds its own. Its header comes
# with the sudo package; SUDO_PLUGIN=no builds without.
SUDODIR ?= $(patsubst %/,%,$(dir $(firstword $(foreach d,/usr/libexec/sudo \
	/usr/lib/sudo /usr/lib/$(multiarch)/sudo /usr/lib64/sudo \
	/usr/local/libexec/sudo,$(wildcard $(d)/sudoers.so)) \
	/usr/libexec/sudo/none)))
SUDO_PLUGIN ?= $(shell echo '\#include <sudo_plugin.h>' | \
	$(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 && echo yes || echo no)

# The linker's words for a library, or the third argument without pkg-config.
libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null || echo $(2))

TOOL_LIBS  := $(call libs,sqlite3,-lsqlite3) \
	      $(call libs,libconfig,-lconfig) \
	      $(call libs,jansson,-ljansson) $(call libs,libcrypto,-lcrypto)
# tinycdb: what one of us and it wrote, the other must read
CHECK_LIBS := $(call libs,check,-lcheck -lm -lpthread) \
	      $(call libs,libcdb,-lcdb)

# ---- flags ----

# Flags that the compiler does not know are dropped, never an error.
cc-ok = $(shell echo 'int x;' | $(CC) -O2 -Werror $(1) -x c -c - \
	-o /dev/null 2>/dev/null && echo '$(1)')

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wformat=2 \
	-Wwrite-strings -Wundef -Wvla -Wswitch-enum -Wnull-dereference
ifneq ($(filter true 1,$(CI) $(WERROR)),)
WARN += -Werror
endif

HARDEN := $(foreach f,-fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -mbranch-protection=standard \
	-ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr \
	-fno-strict-overflow -fno-strict-aliasing \
	-fno-delete-null-pointer-checks,$(call cc-ok,$(f)))
# Sanitizers see less through fortified calls, and cannot link with defs.
ifdef SAN
# Nor do they see what these two make defined behaviour.
HARDEN := $(filter-out -fno-strict-overflow -fno-delete-null-pointer-checks, \
	$(HARDEN))
HARDEN += -fsanitize=$(SAN) -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
LINK := $(CC) $(CFLAGS) -fsanitize=$(SAN:fuzzer-no-link,%=%)
else ifdef COVERAGE
# Unoptimized, so that lines and branches are those of the source.
HARDEN := --coverage -O0 -U_FORTIFY_SOURCE
LINK := $(CC) $(CFLAGS) --coverage
else
# Last: packagers' CPPFLAGS name a level too.
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(if \
	$(call cc-ok,-ftrivial-auto-var-init=zero),3,2)
LINK := $(CC) $(CFLAGS) -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs \
	-Wl,--as-needed
endif

DEFS := -D_GNU_SOURCE -DTWR_VERSION='"$(VERSION)"' \
	-DTWR_STATE_DIR='"$(LOCALSTATEDIR)/lib/twrbac"' \
	-DTWR_CONF='"$(SYSCONFDIR)/twrbac/twrbac.conf"' \
	-DTWR_DATADIR='"$(PREFIX)/share/twrbac"'
# -iquote, not -I: a header of ours can never hide one of the system's.
COMPILE := $(CC) -std=c17 $(DEFS) -iquote pam_twrbac -iquote tools \
	-iquote tests/unit -fPIC -fvisibility=hidden -MMD -MP $(WARN) \
	$(HARDEN) $(CPPFLAGS) $(CFLAGS) $(FORTIFY)

# ---- what is made of what ----

# Sorted: wildcard's own order is the locale's, and the linker's follows it.
pam_src   := $(sort $(wildcard pam_twrbac/pam_*.c))
entry_src := pam_twrbac/sudo_twrbac.c
sudo_src  := $(sort $(filter-out $(entry_src), \
	     $(wildcard pam_twrbac/sudo_*.c)))
core_src  := $(sort $(filter-out $(pam_src) $(sudo_src) $(entry_src), \
	     $(wildcard pam_twrbac/*.c)))
ifneq ($(SUDO_PLUGIN),yes)
entry_src :=
endif
tool_src  := $(sort $(wildcard tools/*.c))
unit_src  := $(filter-out $(if $(entry_src),,%/check_sudo_twrbac.c), \
	     $(wildcard tests/unit/check_*.c))
help_src  := $(wildcard tests/unit/support*.c)
fuzz_src  := $(wildcard tests/fuzz/fuzz_*.c)
# parts of one program
pamt_part := $(wildcard tests/pam/hostile_*.c)
pamt_src  := $(filter-out $(pamt_part) %/preload_asan.c, \
	     $(wildcard tests/pam/*.c))
bench_src := $(wildcard tests/bench/*.c)
next_src  := tests/upgrade/next.c
all_src   := $(pam_src) $(core_src) $(sudo_src) $(entry_src) $(tool_src) \
	     $(unit_src) $(help_src) $(fuzz_src) $(pamt_src) $(pamt_part) \
	     $(bench_src) $(next_src) \
	     tests/fuzz/replay_main.c $(wildcard tests/unit/faults*.c)

obj        = $(patsubst %.c,$(B)/o/%.o,$(1))
units     := $(unit_src:tests/unit/%.c=$(B)/tests/%)
replays   := $(fuzz_src:tests/fuzz/fuzz_%.c=$(B)/tests/replay_%)
fuzzers   := $(fuzz_src:tests/fuzz/%.c=$(B)/tests/%)
pam_tests := $(pamt_src:tests/pam/%.c=$(B)/tests/pam/%)
benches   := $(bench_src:tests/bench/%.c=$(B)/bench/%)
# Scripts that others source or run are no suites themselves.
no_suite  := %/demo.sh %/lib.sh %/support.sh %/host.sh %/hostile.sh %/under.sh \
	     %/stacks.sh
cli_sh    := $(filter-out $(no_suite) tests/cli/root_%, \
	     $(wildcard tests/cli/*.sh))
root_sh   := $(filter-out $(no_suite),$(wildcard tests/pam/*.sh) \
	     $(wildcard tests/cli/root_*.sh))

module := $(B)/pam_twrbac.so
plugin := $(if $(entry_src),$(B)/sudo_twrbac.so)
tool   := $(B)/twrbac
# All but main, as an archive: a test takes what it names and no more.
archive := $(B)/twrbac.a
# The tool writes its own; where it cannot run here, give TWRBAC one that can.
completions := $(B)/completion/twrbac $(B)/completion/_twrbac \
	       $(B)/completion/twrbac.fish
TWRBAC ?= $(if $(filter /%,$(B)),,./)$(tool)
# What scripts get to know: the folder built into, relative and absolute.
tests_env  := B="$(B)" CC="$(CC)" \
	      TWR_BUILD="$(if $(filter /%,$(B)),,$(CURDIR)/)$(B)"
# How many suites at a time: they wait as much as they work.
JOBS       ?= $(shell nproc 2>/dev/null || echo 2)
run_suites := $(tests_env) ./.ci/run-suites -j $(JOBS)
# Proofs that are targets of their own. Those that a checkout has not are not
# missed; a new one is hooked in by its name.
proofs := check-packages analyze clang musl valgrind asan coverage mutants
proofs := $(foreach p,$(proofs),$(if $(shell grep '^$(p):' \
	  $(firstword $(MAKEFILE_LIST))),make:$(p)))

.PHONY: all objects programs check check-root check-all prove demo lint \
	analyze clang clang-check musl valgrind asan asan-check mutants \
	fuzz fuzz-run coverage coverage-run bench install uninstall \
	dist deb check-packages clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(module) $(tool) $(plugin) $(completions)
ifeq ($(plugin),)
	@echo "sudo_twrbac.so is not built: no <sudo_plugin.h>; install the" \
	    "package sudo (sudo-devel, sudo-dev) to have it" >&2
endif

$(module): $(call obj,$(pam_src) $(core_src)) pam_twrbac/pam_twrbac.map \
    $(B)/sources
	$(call say,LINK)$(LINK) -shared -Wl,--version-script=pam_twrbac/pam_twrbac.map \
	    $(LDFLAGS) -o $@ $(filter %.o,$^) -lpam

$(B)/sudo_twrbac.so: $(call obj,$(entry_src) $(sudo_src) $(core_src)) \
    pam_twrbac/sudo_twrbac.map $(B)/sources
	$(call say,LINK)$(LINK) -shared -Wl,--version-script=pam_twrbac/sudo_twrbac.map \
	    $(LDFLAGS) -o $@ $(filter %.o,$^)

# The tool reads the names of groups in sudoers as the plugin does.
$(tool): $(call obj,$(core_src) pam_twrbac/sudo_group.c $(tool_src)) \
    $(B)/sources
	$(call say,LINK)$(LINK) -pie $(LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(TOOL_LIBS)

$(B)/completion/twrbac: shell := bash
$(B)/completion/_twrbac: shell := zsh
$(B)/completion/twrbac.fish: shell := fish
$(completions): $(tool)
	@mkdir -p $(@D)
	$(call say,SH)$(TWRBAC) completion $(shell) >$@

$(archive): $(call obj,$(pam_src) $(core_src) $(sudo_src) \
    $(filter-out tools/main.c,$(tool_src))) $(B)/sources
	@rm -f $@
	$(call say,AR)$(AR) crs $@ $(filter %.o,$^)

link_test = $(call say,LINK)mkdir -p $(@D) && \
	    $(LINK) $(1) $(LDFLAGS) $(addprefix -Wl$(comma)--wrap=,$(wraps)) \
	    -o $@ $(filter %.o,$^) $(filter %.a,$^)
comma := ,
# Functions that a test replaces: a call of X is one of its __wrap_X.
wraps :=
$(B)/tests/replay_passwd $(B)/tests/fuzz_passwd: wraps := twr_safe_open
$(B)/tests/check_organization: wraps := read __read_chk
# Calls that fail on purpose, see tests/unit/faults.h.
libc_wraps := malloc calloc realloc reallocarray strdup strndup free asprintf \
	      __asprintf_chk vasprintf __vasprintf_chk open_memstream fopen \
	      fdopen fflush open __open_2 openat __openat_2 memfd_create close \
	      fcntl flock read __read_chk pread __pread_chk write pwrite fsync \
	      fstat stat lstat fstatat fchmod fchown rename renameat link linkat \
	      unlink unlinkat getrandom clock_gettime
$(B)/tests/check_faults_module: wraps := $(libc_wraps) getuid pam_get_item \
	pam_syslog syslog __syslog_chk
$(B)/tests/check_faults_tool: wraps := $(libc_wraps) main geteuid syslog \
	__syslog_chk sqlite3_step sqlite3_bind_int64 sqlite3_bind_null \
	sqlite3_bind_text sqlite3_bind_blob64 sqlite3_exec sqlite3_backup_step \
	sqlite3_prepare_v2 sqlite3_prepare_v3 sqlite3_open_v2 \
	sqlite3_errmsg
$(B)/tests/check_faults_tool: $(B)/o/tests/unit/faults_sqlite.o \
    $(B)/o/tools/main.o
$(B)/tests/check_sudo_twrbac: wraps := clock_gettime syslog __syslog_chk \
	twr_judgement_open
$(B)/tests/check_sudo_twrbac: $(call obj,$(entry_src))
$(B)/tests/check_session_sudoers: wraps := calloc compiled_is_in_force \
	compiled_path compiled_serial accounts_load judge_open \
	sudoers_grants_open sudoers_grants_of sudoers_grants_narrow \
	sudoers_body sudoers_state_read sudoers_version sudoers_put \
	sudoers_take_out out_warn out_complain directory_journal_head \
	directory_commit session_build follow_write compile_serial_in_force \
	compile_publish
$(B)/tests/check_sudoers_scan: wraps := $(libc_wraps)

$(units): $(B)/tests/%: $(B)/o/tests/unit/%.o $(call obj,$(help_src)) \
    $(archive)
	$(call link_test,-pie) $(CHECK_LIBS) $(TOOL_LIBS) -lpam

$(filter %/check_faults_module %/check_faults_tool %/check_sudoers_scan, \
    $(units)): \
    $(B)/o/tests/unit/faults.o

$(replays): $(B)/tests/replay_%: $(B)/o/tests/fuzz/fuzz_%.o \
    $(B)/o/tests/fuzz/replay_main.o $(archive)
	$(call link_test,-pie) $(CHECK_LIBS) $(TOOL_LIBS) -lpam

$(fuzzers): $(B)/tests/%: $(B)/o/tests/fuzz/%.o $(archive)
	$(call link_test,-fsanitize=fuzzer) $(CHECK_LIBS) $(TOOL_LIBS) -lpam

# Worlds and the naive decision are those of the unit tests.
$(B)/tests/replay_differential $(B)/tests/fuzz_differential: \
    $(call obj,$(help_src))

$(pam_tests): $(B)/tests/pam/%: $(B)/o/tests/pam/%.o $(archive)
	$(call link_test,-pie) $(TOOL_LIBS) -lpam -ldl -lm -pthread
$(B)/tests/pam/pam_hostile: $(call obj,$(pamt_part))

# The tool of a release to come: all of today's, and a schema that is newer.
next := $(B)/tests/upgrade/twrbac-next
$(next): wraps := directory_schema
$(next): $(call obj,$(next_src) tools/main.c) $(archive)
	$(call link_test,-pie) $(TOOL_LIBS)

$(benches): $(B)/bench/%: $(B)/o/tests/bench/%.o $(archive)
	$(call link_test,-pie) $(TOOL_LIBS) -lpam -ldl

# What a privileged process runs may not even name certain functions.
banned :=
$(B)/o/pam_twrbac/%.o: banned := -include pam_twrbac/banned.h
# It stands in front of malloc, which a sanitizer's code must not do.
plain :=
$(B)/o/tests/pam/pam_client.o: plain := $(if $(SAN),-fno-sanitize=all)
$(B)/o/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) $(banned) $(plain) -c -o $@ $<

# Rewritten only when they change, so that objects follow their flags and
# programs the list of files they are made of.
$(B)/flags: export STAMP = $(COMPILE) $(LINK)
$(B)/sources: export STAMP = $(all_src)
$(B)/flags $(B)/sources: FORCE
	@mkdir -p $(@D)
	@echo "$$STAMP" | cmp -s - $@ || echo "$$STAMP" >$@

-include $(patsubst %.o,%.d,$(call obj,$(all_src)))

# ---- proofs ----

# Compiled only: where .ci/lint looks for warnings.
objects: $(call obj,$(wildcard $(all_src)))

programs: all $(units) $(replays) $(pam_tests) $(next)

check: programs
	@$(run_suites) $(units) $(replays) $(cli_sh)

check-root: programs
	@$(run_suites) --root $(root_sh)

check-all: programs
	@$(run_suites) --root $(units) $(replays) $(cli_sh) $(root_sh) .ci/lint

demo: all $(pam_tests)
	@$(tests_env) ./tests/pam/demo.sh

lint: all
	@$(run_suites) .ci/lint

# Each mutant of FILES is compiled as here and linked with these objects;
# SAMPLE=N takes each N-th, DEEP=1 tries the long suites on survivors too.
FILES  := pam_twrbac/decision.c pam_twrbac/policy_reader.c \
	  pam_twrbac/pam_verdict.c
SAMPLE := 1
mutants: export TWR_MUTANTS = $(FILES)
mutants: export TWR_SUITE_SECONDS = 3600
mutants: export TWR_SAMPLE = $(SAMPLE)
mutants: export TWR_DEEP = $(DEEP)
mutants: export MUTANT_COMPILE = $(filter-out ccache -MMD -MP $(WARN),$(COMPILE))
mutants: export MUTANT_LINK = $(filter-out ccache,$(LINK)) $(LDFLAGS)
mutants: export MUTANT_LIBS = $(CHECK_LIBS) $(TOOL_LIBS) -lpam
mutants: $(archive) $(call obj,$(unit_src) $(help_src) $(fuzz_src) \
    tests/fuzz/replay_main.c)
	@$(run_suites) tests/mutation/selftest tests/mutation/run

# All proofs, one sum. Each of the latter has a build of its own.
prove: programs
	@$(run_suites) --root $(units) $(replays) $(cli_sh) $(root_sh) \
	    .ci/lint $(proofs)

analyze: all
	@$(slow) $(run_suites) .ci/analyze

musl:
	@$(run_suites) .ci/musl

# Where a suite has done it in full, another compiler's build samples calls.
fewer := TWR_FAULTS=3
clang:
	@$(MAKE) B=$(B)/clang CC=clang WERROR=1 clang-check
clang-check: $(units) $(replays) $(module) $(tool)
	@$(fewer) $(run_suites) --as clang $(units) $(replays)

slow := TWR_SUITE_SECONDS=1800
valgrind: programs
	@$(slow) TWR_UNDER=valgrind $(run_suites) --as valgrind .ci/valgrind \
	    $(if $(root),tests/pam/outcomes.sh tests/pam/module_hygiene.sh)

# What starts real programs wants root.
root := $(filter 0,$(shell id -u))
asan:
	@$(MAKE) B=$(B)/asan SAN=address,undefined asan-check
# Of the real programs' suites those that a sanitizer can run: it maps terabytes,
# so that limits of memory mean nothing; thousands of processes that each begin
# with it take half an hour; login(1) and pam_unix's helper do not start with it.
# The others meet valgrind or the fuzzers.
asan_root := $(filter-out %/root_names.sh,$(filter tests/cli/%,$(root_sh))) \
	     $(patsubst %,tests/pam/%.sh,actor at cron doctor locked_out \
	     module_hygiene outcomes setup setup_profile sshd sshd_methods su \
	     sudo sudo_recipes sudo_role sudoers why)
asan-check: programs $(B)/tests/pam/preload_asan.so
	@$(slow) $(fewer) TWR_UNDER=asan $(run_suites) --as asan $(units) $(replays) \
	    $(cli_sh) $(if $(root),$(asan_root))
$(B)/tests/pam/preload_asan.so: tests/pam/preload_asan.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(WARN) -fPIC -fvisibility=hidden -shared -o $@ $<

fuzz:
	@$(MAKE) B=$(B)/fuzz CC=$(FUZZ_CC) \
	    SAN=fuzzer-no-link,address,undefined fuzz-run
fuzz-run: $(fuzzers)
	@./.ci/run-fuzzers $(B) $(TIME) $(fuzzers)

# What runs the module's code: the suites named for its files, some that go
# across them, and all corpora. Other suites spend their time in the tool.
covering := $(patsubst pam_twrbac/%.c,$(B)/tests/check_%, \
	    $(wildcard pam_twrbac/*.c)) $(addprefix $(B)/tests/check_,oracle \
	    damage policy_writer faults_module)
coverage:
	@$(MAKE) B=$(B)/coverage CFLAGS="-g" COVERAGE=1 coverage-run
coverage-run: $(filter $(covering),$(units)) $(replays)
	@find $(B)/o -name '*.gcda' -exec rm -f {} +
	@$(run_suites) $^ .ci/coverage

bench: programs $(benches)
	@$(tests_env) ./tests/bench/run

# ---- installing ----

man_src   := $(filter-out $(if $(plugin),,%/sudo_twrbac.8), \
	     $(wildcard pam_twrbac/*.8 tools/*.[578]))
man_files := $(foreach m,$(man_src),$(MANDIR)/man$(subst .,,$(suffix \
	     $(m)))/$(notdir $(m)))
data_src  := $(wildcard etc/roles.conf etc/twrbac.conf)
doc_src   := $(wildcard etc/pam.d/*)
datadir   := $(PREFIX)/share/twrbac
docdir    := $(PREFIX)/share/doc/twrbac
put        = $(INSTALL) -D -m 0644 $(1) "$(DESTDIR)$(2)"

completion_dirs := bash-completion/completions zsh/site-functions \
		   fish/vendor_completions.d
completion_files := $(foreach d,$(completion_dirs),$(PREFIX)/share/$(d)/$(if \
	$(findstring bash,$(d)),twrbac,$(if $(findstring \
	zsh,$(d)),_twrbac,twrbac.fish)))

# The module is renamed into place: a login meets the old one or the new one.
install: all
	$(INSTALL) -D -m 0755 $(tool) "$(DESTDIR)$(SBINDIR)/twrbac"
	@set -e; $(foreach f,$(data_src), \
	    $(call put,$(f),$(datadir)/$(notdir $(f)));) \
	$(foreach f,$(doc_src), \
	    $(call put,$(f),$(docdir)/pam.d/$(notdir $(f)));) \
	$(foreach f,$(man_src),$(call put,$(f),$(filter \
	    %/$(notdir $(f)),$(man_files)));) \
	$(foreach f,$(completions),$(call put,$(f),$(filter \
	    %/$(notdir $(f)),$(completion_files)));)
	$(call put,$(module),$(PAMDIR)/.pam_twrbac.so.new)
	mv -f "$(DESTDIR)$(PAMDIR)/.pam_twrbac.so.new" \
	    "$(DESTDIR)$(PAMDIR)/pam_twrbac.so"
ifneq ($(plugin),)
	$(call put,$(plugin),$(SUDODIR)/.sudo_twrbac.so.new)
	mv -f "$(DESTDIR)$(SUDODIR)/.sudo_twrbac.so.new" \
	    "$(DESTDIR)$(SUDODIR)/sudo_twrbac.so"
endif

uninstall:
	@if grep -qs 'pam_twrbac\.so' "$(DESTDIR)$(SYSCONFDIR)"/pam.d/*; then \
		echo "$(SYSCONFDIR)/pam.d still names pam_twrbac.so; without" \
		    "the module every such login is refused: run twrbac" \
		    "setup --remove first" >&2; exit 1; fi
	@if grep -qs 'sudo_twrbac\.so' "$(DESTDIR)$(SYSCONFDIR)/sudoers" \
	    "$(DESTDIR)$(SYSCONFDIR)"/sudoers.d/*; then \
		echo "$(SYSCONFDIR)/sudoers still names sudo_twrbac.so; take" \
		    "the line out with visudo first" >&2; exit 1; fi
	rm -f "$(DESTDIR)$(PAMDIR)/pam_twrbac.so" \
	    "$(DESTDIR)$(SUDODIR)/sudo_twrbac.so" \
	    "$(DESTDIR)$(SBINDIR)/twrbac" \
	    $(foreach f,$(man_files),"$(DESTDIR)$(f)") \
	    $(foreach f,$(completion_files),"$(DESTDIR)$(f)") \
	    $(foreach f,$(data_src),"$(DESTDIR)$(datadir)/$(notdir $(f))") \
	    $(foreach f,$(doc_src),"$(DESTDIR)$(docdir)/pam.d/$(notdir $(f))")
	-rmdir "$(DESTDIR)$(datadir)" "$(DESTDIR)$(docdir)/pam.d" \
	    "$(DESTDIR)$(docdir)" 2>/dev/null

# ---- packages ----

dist:
	$(call say,DIST)./packaging/dist $(VERSION) $(B)/twrbac-$(VERSION).tar.gz

deb: dist
	$(call say,DEB)./packaging/deb $(VERSION) \
	    $(B)/twrbac-$(VERSION).tar.gz $(B)/deb

pack_sh := $(filter-out $(no_suite),$(wildcard tests/packaging/*.sh))
# the longest first
pack_sh := $(sort $(filter %/debian_life.sh,$(pack_sh))) \
	   $(sort $(filter-out %/debian_life.sh,$(pack_sh)))
check-packages: programs
	@$(run_suites) --root $(pack_sh)

clean:
	rm -rf $(B)
