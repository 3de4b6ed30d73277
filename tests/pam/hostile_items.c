/* SPDX-License-Identifier: BSD-2-Clause */

/* PAM items: set, empty, absent, refused; in every combination. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const services[] = { "gate", "open", "root-only", "su",
	"sudo", "unlisted" };
static const char *const users[] = { NULL, "", "granted", "none", "root",
	"nobody-knows" };
static const char *const rusers[] = { NULL, "", "granted", "none", "root" };
static const char *const texts[] = { NULL, "", "x" };
static const int flag_sets[] = { 0, PAM_SILENT, PAM_DISALLOW_NULL_AUTHTOK, ~0 };
#define NONE NULL

static const struct pam_conv deaf = { NULL, NULL };

struct tally {
	unsigned asked, wrong_code, wrong_words, wrong_lines;
};

static void
show(const char *what, const struct ask *a, int got, int want)
{
	seen("%s: service %s user %s ruser %s rhost %s tty %s flags %x conv "
	     "%s: %d, not %d",
	    what, a->service, a->user != NULL ? a->user : "NULL",
	    a->ruser != NULL ? a->ruser : "NULL",
	    a->rhost != NULL ? a->rhost : "NULL",
	    a->tty != NULL ? a->tty : "NULL", (unsigned)a->flags,
	    a->conv != NULL ? "NULL" : "there", got, want);
}

static void
check_one(struct ask *a, struct tally *t)
{
	static char line[LINE_ROOM];
	int want = expected_code(a->service, a->user, a->ruser), got;
	unsigned said = 0, words;
	size_t lines = 0;

	a->said = &said;
	got = ask(a);
	t->asked++;
	if (got != want) {
		t->wrong_code++;
		show("code", a, got, want);
	}
	words = want != PAM_SUCCESS && a->conv == NULL &&
		((unsigned)a->flags & PAM_SILENT) == 0 ?
	    1 :
	    0;
	a->said = NULL;
	if (said != words) {
		t->wrong_words++;
		show("messages", a, (int)said, (int)words);
	}
	while (hear(line) > 0)
		lines++;
	if (lines != 1) {
		t->wrong_lines++;
		show("log lines", a, (int)lines, 1);
	}
}

/* All that may be set around one service, user and invoker. */
static void
check_around(struct ask *a, struct tally *t)
{
	size_t host, tty, flags, conv;

	for (host = 0; host < COUNT(texts); host++)
		for (tty = 0; tty < COUNT(texts); tty++)
			for (flags = 0; flags < COUNT(flag_sets); flags++)
				for (conv = 0; conv < 2; conv++) {
					a->rhost = texts[host];
					a->tty = texts[tty];
					a->flags = flag_sets[flags];
					a->conv = conv == 0 ? NONE : &deaf;
					check_one(a, t);
				}
}

int
hostile_items(int argc, char **argv)
{
	struct tally t = { 0 };
	struct ask a = { 0 };
	size_t s, u, r;

	(void)argc;
	(void)argv;
	if (!listen_alone())
		return 1;
	for (s = 0; s < COUNT(services); s++)
		for (u = 0; u < COUNT(users); u++)
			for (r = 0; r < COUNT(rusers); r++) {
				a.service = services[s];
				a.user = users[u];
				a.ruser = rusers[r];
				check_around(&a, &t);
			}
	listen_no_more();
	(void)tap(t.wrong_code == 0, "%u combinations of items: the right code",
	    t.asked);
	(void)tap(t.wrong_words == 0, "%u combinations: said once or never",
	    t.asked);
	return tap(t.wrong_lines == 0, "%u combinations: one log line each",
	    t.asked);
}

/*
 * ---- the module without libpam in front of it: items that libpam itself
 * would not let be NULL, and a pam_get_item() that fails ----
 */

enum how {
	AS_IT_IS,
	IS_NULL,
	FAILS, /* and leaves the pointer alone */
	FAILS_AND_LIES, /* and sets it to where nothing is */
	HOWS
};

static const int raw_items[] = { PAM_SERVICE, PAM_USER, PAM_RUSER, PAM_RHOST,
	PAM_TTY, PAM_CONV };
static enum how raw_how = AS_IT_IS;
static unsigned raw_set; /* one bit for each of raw_items */

/* Stands before libpam's for the module. */
__attribute__((visibility("default"))) int pam_get_item(const pam_handle_t
							    *pamh,
    int type, const void **item);

int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static int (*real)(const pam_handle_t *, int, const void **);
	unsigned i;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pam_get_item");
	for (i = 0; i < COUNT(raw_items); i++)
		if (raw_items[i] == type && (raw_set & 1U << i) != 0)
			break;
	if (i == COUNT(raw_items) || raw_how == AS_IT_IS)
		return real(pamh, type, item);
	if (raw_how == IS_NULL)
		*item = NULL;
	if (raw_how == FAILS_AND_LIES)
		*item = (const void *)8;
	return raw_how == IS_NULL ? PAM_SUCCESS : PAM_BAD_ITEM;
}

struct raw {
	int (*acct_mgmt)(pam_handle_t *, int, int, const char **);
	const char *service;
};

/* Exit status: how many combinations went wrong. */
static int
check_raw(const void *arg)
{
	const struct raw *rw = arg;
	struct ask a = { .service = rw->service,
		.user = "granted",
		.ruser = "granted",
		.rhost = "h",
		.tty = "t" };
	pam_handle_t *pamh = ask_begin(&a);
	int wrong = 0, want, got, flags;

	if (pamh == NULL)
		return 99;
	for (raw_set = 0; raw_set < 1U << COUNT(raw_items); raw_set++)
		for (flags = 0; flags < 2; flags++) {
			/* without a service nothing is ruled */
			want = expected_code((raw_set & 1) ? NULL : rw->service,
			    (raw_set & 2) ? NULL : "granted",
			    (raw_set & 4) ? NULL : "granted");
			got = rw->acct_mgmt(pamh, flags ? PAM_SILENT : 0, 0,
			    NULL);
			if (want == PAM_SUCCESS &&
			    strcmp(rw->service, "open") == 0)
				want = PAM_IGNORE;
			/* not set and not known are two things */
			if (raw_how != IS_NULL && (raw_set & 7) != 0)
				want = PAM_AUTHINFO_UNAVAIL;
			if (got == want)
				continue;
			wrong++;
			seen("%s, items %x, how %d: %d, not %d", rw->service,
			    raw_set, (int)raw_how, got, want);
		}
	raw_how = AS_IT_IS;
	(void)pam_end(pamh, PAM_SUCCESS);
	(void)fflush(stdout);
	return wrong;
}

int
hostile_raw(int argc, char **argv)
{
	static const char *const asked[] = { "gate", "sudo", "open" };
	static const char *const names[HOWS] = { "as they are", "NULL",
		"refused", "refused with a wild pointer" };
	void *module = dlopen(MODULE_PATH, RTLD_NOW);
	struct raw rw = { NULL, NULL };
	size_t i;
	int got, how;

	(void)argc;
	(void)argv;
	if (module == NULL)
		return tap(false, "dlopen %s: %s", MODULE_PATH, dlerror());
	*(void **)&rw.acct_mgmt = dlsym(module, "pam_sm_acct_mgmt");
	for (how = IS_NULL; how < HOWS; how++)
		for (i = 0; i < COUNT(asked); i++) {
			raw_how = (enum how)how;
			rw.service = asked[i];
			got = in_child(check_raw, &rw);
			(void)tap(got == 0,
			    "%s: 64 sets of items that are %s: %d wrong",
			    asked[i], names[how], got);
		}
	raw_how = AS_IT_IS;
	(void)dlclose(module);
	return 0;
}
