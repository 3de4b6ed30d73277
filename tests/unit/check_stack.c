/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the tool makes of a service's account stack, against the libpam of
 * this machine: thousands of random stacks with includes, substacks, jumps,
 * missing modules and typing mistakes, and the odd cases one by one.
 */
#include "stack.h"

#include <libgen.h>
#include <limits.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define STACKS 4000
#define SEED UINT64_C(20261121)

_Static_assert(STACK_SUCCESS == PAM_SUCCESS &&
	STACK_SERVICE_ERR == PAM_SERVICE_ERR &&
	STACK_SYSTEM_ERR == PAM_SYSTEM_ERR && STACK_BUF_ERR == PAM_BUF_ERR &&
	STACK_PERM_DENIED == PAM_PERM_DENIED &&
	STACK_AUTH_ERR == PAM_AUTH_ERR &&
	STACK_AUTHINFO_UNAVAIL == PAM_AUTHINFO_UNAVAIL &&
	STACK_USER_UNKNOWN == PAM_USER_UNKNOWN &&
	STACK_NEW_AUTHTOK_REQD == PAM_NEW_AUTHTOK_REQD &&
	STACK_ACCT_EXPIRED == PAM_ACCT_EXPIRED && STACK_IGNORE == PAM_IGNORE &&
	STACK_ABORT == PAM_ABORT &&
	STACK_AUTHTOK_EXPIRED == PAM_AUTHTOK_EXPIRED &&
	STACK_MODULE_UNKNOWN == PAM_MODULE_UNKNOWN &&
	STACK_INCOMPLETE == PAM_INCOMPLETE,
    "the tool's numbers are libpam's");

static char module[PATH_MAX]; /* our own, where it was built */

/*
 * Linux-PAM 1.5 loses what it has read of a stack that it then refuses; the
 * leak sanitizer is told that this is not ours.
 */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libpam.so\n";
}

/* ---- both sides ---- */

static int
talk(int n, const struct pam_message **msg, struct pam_response **resp,
    void *said)
{
	(void)msg;
	*(unsigned *)said += (unsigned)n;
	*resp = calloc((size_t)n, sizeof(**resp));
	return *resp != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

/* said: how often pam_debug was called; it says something each time. */
static int
ask_libpam(const char *service, unsigned *said)
{
	struct pam_conv conv = { talk, said };
	pam_handle_t *pamh = NULL;
	int rc;

	*said = 0;
	rc = pam_start_confdir(service, "nobody", &conv, support_folder(),
	    &pamh);
	if (rc != PAM_SUCCESS)
		return rc;
	rc = pam_acct_mgmt(pamh, 0);
	(void)pam_end(pamh, rc);
	return rc;
}

/* What the modules of these tests answer. */
static int
answer(const struct stack_line *line)
{
	const char *word = strstr(line->args, "acct=");
	int code;

	if (strcmp(line->module, "pam_permit.so") == 0)
		return STACK_SUCCESS;
	if (stack_is_module(line, "pam_deny.so"))
		return STACK_AUTH_ERR;
	if (stack_is_module(line, "pam_twrbac.so"))
		return strstr(line->args, "nonsense") != NULL ?
		    STACK_SERVICE_ERR :
		    STACK_AUTHINFO_UNAVAIL;
	if (!stack_is_module(line, "pam_debug.so") || line->module[0] == '/')
		return STACK_MODULE_UNKNOWN;
	if (word == NULL)
		return STACK_SUCCESS;
	word += strlen("acct=");
	for (code = 0; code < STACK_CODES; code++) {
		if (strlen(stack_code_word(code)) == strcspn(word, " ") &&
		    strncmp(word, stack_code_word(code), strcspn(word, " ")) ==
			0)
			return code;
	}
	return STACK_SUCCESS;
}

/* The tool's side; said as libpam's. */
static int
ask_tool(const char *service, unsigned *said)
{
	struct stack_places places = { .dirs = { support_folder() } };
	struct twr_error err;
	struct stack st;
	bool *reached;
	int *codes, ret = STACK_ABORT;
	size_t i;

	*said = 0;
	if (stack_load(&places, service, &st, &err) != TWR_OK ||
	    st.broken[0] != '\0') {
		stack_free(&st);
		return ret;
	}
	codes = calloc(st.n + 1, sizeof(*codes));
	reached = calloc(st.n + 1, sizeof(*reached));
	ck_assert(codes != NULL && reached != NULL);
	for (i = 0; i < st.n; i++)
		codes[i] = answer(&st.lines[i]);
	ret = stack_run(&st, codes, reached);
	for (i = 0; i < st.n; i++)
		*said += reached[i] &&
		    stack_is_module(&st.lines[i], "pam_debug.so") &&
		    st.lines[i].kind == STACK_MODULE;
	free(codes);
	free(reached);
	stack_free(&st);
	return ret;
}

static void
compare(const char *service, const char *text, const char *what)
{
	unsigned said, told;
	int theirs = ask_libpam(service, &said);
	int ours = ask_tool(service, &told);

	if (ours == theirs && told == said)
		return;
	ck_abort_msg("%s: libpam %s after %u, the tool %s after %u:\n%s", what,
	    stack_code_word(theirs), said, stack_code_word(ours), told, text);
}

/* A new file: to cut an old one off makes some file systems wait. */
static void
service(const char *name, const char *text)
{
	const char *path = support_path("%s", name);

	(void)unlink(path);
	support_write_text(path, text);
}

/* ---- the odd cases ---- */

static const char *const odd[] = {
	"account requ\\\nired pam_permit.so\n",
	"account\\\nrequired \\\n pam_permit.so\n",
	"account required pam_permit.so\naccount required \\",
	"account required pam_permit.so\naccount required \\\n",
	"account required pam_permit.so \\\n# remark\n\nfoo\n",
	"account required pam_permit.so \\ # remark\naccount required "
	"pam_deny.so\n",
	"account required pam_permit.so \\  \n account required pam_deny.so\n",
	"account required pam_permit.so",
	"bogus required pam_permit.so\naccount required pam_permit.so\n",
	"account include nowhere\naccount sufficient pam_permit.so\n",
	"account substack nowhere\naccount sufficient pam_permit.so\n",
	"@include nowhere\naccount required pam_permit.so\n",
	"-@include nowhere\naccount required pam_permit.so\n",
	"[account] [required] [pam_permit.so]\n",
	"auth required pam_permit.so\n",
	"",
	"account required .so\n",
	"account required pam_permit.so/\n",
	"account required pam_permit.so\r\n",
	"account\n",
	"account required\n",
	"ACCOUNT Required pam_permit.so\n",
	"-account required nothing.so\n",
	"-account optional nothing.so\naccount required pam_permit.so\n",
	"account [succes=ok] pam_permit.so\n",
	"account [success=okdefault=die] pam_permit.so\n",
	"account [success=ok default=okay] pam_permit.so\n",
	"account [default=die success=ok] pam_permit.so\n",
	"account [ success = ok ] pam_permit.so\n",
	"account [success=0] pam_permit.so\n",
	"account [success=99] pam_permit.so\naccount required pam_permit.so\n",
	"account [success=99999999999999999999] pam_permit.so\n",
	"account [] pam_permit.so\n",
	"account [default=ok\\] ] pam_permit.so\n",
	"account [success=ok",
	"account [success=1] pam_permit.so\naccount required pam_deny.so\n",
	"account [success=1 default=bad] pam_permit.so\n"
	"account required pam_deny.so\naccount required pam_permit.so\n",
	"account [default=ok] pam_debug.so acct=ignore\n",
	"account required pam_debug.so acct=ignore\n",
	"account required pam_debug.so acct=incomplete\n"
	"account required pam_permit.so\n",
	"account sufficient pam_debug.so acct=new_authtok_reqd\n"
	"account required pam_deny.so\n",
	"account required pam_deny.so\naccount sufficient pam_permit.so\n"
	"account required pam_debug.so acct=success\n",
	"account required pam_permit.so\n"
	"account [default=reset] pam_deny.so\n",
	"account required /nowhere/pam_permit.so\n",
};

START_TEST(an_odd_case_comes_out_as_with_libpam)
{
	service("other", "account required pam_debug.so acct=acct_expired\n");
	service("odd", odd[_i]);
	compare("odd", odd[_i], "odd case");
}
END_TEST

START_TEST(without_other_an_empty_service_is_refused)
{
	(void)unlink(support_path("other"));
	service("odd", "auth required pam_deny.so\n");
	compare("odd", "", "no account line and no other");
	compare("missing", "", "no file and no other");
	service("other", "@include nowhere\n");
	service("odd", "account required pam_permit.so\n");
	compare("odd", "", "other is broken");
}
END_TEST

START_TEST(every_result_comes_out_under_every_control)
{
	static const char *const controls[] = { "required", "requisite",
		"optional", "sufficient", "[default=ok]", "[default=done]",
		"[default=reset]", "[default=1]", "[default=ignore]",
		"[default=bad]", "[default=die]",
		"[success=ok ignore=ignore default=die]" };
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
		snprintf(text, sizeof(text),
		    "account optional pam_permit.so\n"
		    "account %s pam_debug.so acct=%s\n"
		    "account optional pam_debug.so\n"
		    "account [default=ok] pam_debug.so acct=user_unknown\n",
		    controls[i], stack_code_word(_i));
		service("one", text);
		compare("one", text, "one of each");
	}
}
END_TEST

/* ---- random stacks ---- */

struct text {
	char buf[4096];
	size_t len;
};

static void
add(struct text *tx, const char *word)
{
	size_t n = strlen(word);

	/* each ck_assert() is a write to its parent: too many of them here */
	if (tx->len + n >= sizeof(tx->buf))
		ck_abort();
	memcpy(tx->buf + tx->len, word, n + 1);
	tx->len += n;
}

static const char *
pick(struct support_random *rn, const char *const *words, unsigned n)
{
	return words[support_below(rn, n)];
}
#define PICK(rn, words) pick(rn, words, sizeof(words) / sizeof(*(words)))

static void
add_pairs(struct text *tx, struct support_random *rn)
{
	static const char *const actions[] = { "ignore", "ok", "done", "bad",
		"die", "reset", "1", "2", "3", "ok", "die", "okk", "11" };
	unsigned n = 1 + support_below(rn, 4);

	add(tx, "[");
	while (n-- > 0) {
		add(tx,
		    support_chance(rn, 30) ?
			"default" :
			stack_code_word(support_chance(rn, 50) ?
				STACK_SUCCESS :
				(int)support_below(rn, STACK_CODES)));
		add(tx, support_chance(rn, 95) ? "=" : " = ");
		/* now and then what is no action at all */
		add(tx,
		    support_chance(rn, 2) ?
			"0" :
			pick(rn, actions, support_chance(rn, 97) ? 11 : 13));
		add(tx, support_chance(rn, 90) ? " " : "");
	}
	add(tx, "]");
}

static void
add_module(struct text *tx, struct support_random *rn)
{
	static const char *const plain[] = { "pam_permit.so", "pam_deny.so",
		"pam_permit.so", "pam_nowhere.so" };

	if (support_chance(rn, 60)) {
		add(tx, "pam_debug.so auth=perm_denied acct=");
		add(tx,
		    stack_code_word(support_chance(rn, 40) ?
			    STACK_SUCCESS :
			    (int)support_below(rn, STACK_CODES)));
	} else if (support_chance(rn, 20)) {
		add(tx, module);
		add(tx,
		    support_chance(rn, 50) ? " policy=/nowhere/policy.cdb" :
					     " nonsense");
	} else {
		add(tx, pick(rn, plain, support_chance(rn, 95) ? 3 : 4));
	}
}

static void
add_line(struct text *tx, struct support_random *rn, unsigned depth)
{
	static const char *const types[] = { "account", "account", "account",
		"account", "account", "account", "account", "-account", "auth",
		"ACCOUNT", "[account]", "acount" };
	static const char *const blanks[] = { " ", " ", " ", "\t", "  ",
		" \\\n ", " \\\n# remark\n\t" };
	static const char *const controls[] = { "required", "required",
		"requisite", "optional", "sufficient", "Sufficient",
		"[required]" };
	static const char *const ends[] = { "\n", "\n", "\n", " # remark\n",
		"\n\n# remark \\\n", " \n", " \\\nword\n" };
	const char *type = PICK(rn, types);
	bool includes = support_chance(rn, 18);

	if (includes && support_chance(rn, 30)) {
		add(tx, "@include ");
	} else {
		add(tx, type);
		add(tx, PICK(rn, blanks));
		if (includes)
			add(tx,
			    support_chance(rn, 60) ? "substack " : "include ");
		else if (support_chance(rn, 45))
			add_pairs(tx, rn);
		else
			add(tx, PICK(rn, controls));
	}
	if (includes) {
		/* libpam 1.5 looks for others in /etc, whatever it was told */
		add(tx, support_path("part%u", depth + support_below(rn, 3)));
	} else {
		add(tx, PICK(rn, blanks));
		add_module(tx, rn);
	}
	add(tx, PICK(rn, ends));
}

static const struct text *
random_file(struct support_random *rn, const char *name, unsigned depth)
{
	static struct text tx;
	unsigned n = support_below(rn, 6) + (depth == 0);

	tx.len = 0;
	tx.buf[0] = '\0';
	while (n-- > 0)
		add_line(&tx, rn, depth);
	service(name, tx.buf);
	return &tx;
}

START_TEST(random_stacks_come_out_as_with_libpam)
{
	struct support_random rn = { SEED + (uint64_t)_i };
	const struct text *tx = NULL;
	char name[16], what[64];
	unsigned i, part;

	for (i = 0; i < STACKS / 4; i++) {
		/* part5 and part6 are never there */
		for (part = 0; part < 5; part++) {
			snprintf(name, sizeof(name), "part%u", part);
			(void)random_file(&rn, name, part + 1);
		}
		tx = random_file(&rn, "random", 0);
		snprintf(what, sizeof(what), "stack %u of seed %llu", i,
		    (unsigned long long)SEED + (unsigned)_i);
		compare("random", tx->buf, what);
	}
}
END_TEST

static void
find_module(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		n = 0;
	self[n] = '\0';
	snprintf(module, sizeof(module), "%.3000s/pam_twrbac.so",
	    dirname(dirname(self)));
}

int
main(void)
{
	static const int four[4], all_codes[STACK_CODES]; /* for their sizes */
	const struct support_test tests[] = {
		SUPPORT_ROWS(an_odd_case_comes_out_as_with_libpam, odd),
		SUPPORT_TEST(without_other_an_empty_service_is_refused),
		SUPPORT_ROWS(every_result_comes_out_under_every_control,
		    all_codes),
		SUPPORT_ROWS(random_stacks_come_out_as_with_libpam, four),
		SUPPORT_END,
	};

	find_module();
	printf("# %d random stacks from seed %llu on\n", STACKS,
	    (unsigned long long)SEED);
	return support_run_in_folder("stack", tests);
}
