/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "text.h"

#define GATE "account [success=ok ignore=ignore default=die] " DOCTOR_MODULE

/* All that the module may refuse with. */
static const int refusals[] = { STACK_PERM_DENIED, STACK_USER_UNKNOWN,
	STACK_AUTHINFO_UNAVAIL, STACK_SERVICE_ERR, STACK_BUF_ERR };
#define N_REFUSALS (sizeof(refusals) / sizeof(*refusals))

static const char *const persons[][2] = {
	[PERSON_LOCAL] = { "a local user",
	    "a local user whose password "
	    "expired" },
	[PERSON_SYSTEM] = { "a system account",
	    "a system account whose "
	    "password expired" },
	[PERSON_REMOTE] = { "a user of a name service",
	    "a user of a name service whose password expired" },
};

/* One service under examination. */
struct exam {
	struct doctor *d;
	const struct doctor_service *sv;
	const struct stack *st;
	const struct stack_line *ours; /* the first */
	unsigned *answers;
	bool missing; /* libpam finds no such module */
	bool too_many; /* some walk was cut off: ways were not looked at */
	struct twr_error *err;
};

/* How a line reads: its file and number, and what it says. */
#define LINE_SHOWN 256
static const char *
show(const struct stack_line *line, char buf[LINE_SHOWN])
{
	struct twr_line ln;

	twr_line_init(&ln, buf, LINE_SHOWN);
	twr_line_addf(&ln, "%s:%u", line->file, line->line);
	if (line->module[0] != '\0')
		twr_line_addf(&ln, " (%s %s)", line->control, line->module);
	return buf;
}

/* Walk with the module answering code to that person. */
static enum twr_status
walk(struct exam *ex, enum doctor_person person, bool expired, int code,
    struct doctor_ways *ret)
{
	const struct stack *st = ex->st;
	char path[4096];
	enum twr_status rc;
	size_t i;

	for (i = 0; i < st->n; i++) {
		if (stack_is_module(&st->lines[i], DOCTOR_MODULE))
			ex->answers[i] = 1u
			    << (ex->missing ? STACK_MODULE_UNKNOWN : code);
		else
			ex->answers[i] = doctor_answers(&st->lines[i], person,
			    expired,
			    !doctor_find_module(ex->d, st->lines[i].module,
				path));
	}
	rc = doctor_walk(st, ex->answers, ret, ex->err);
	ex->too_many = ex->too_many || ret->too_many;
	return rc;
}

/* Does anybody get in past the module, and by which line? */
static enum twr_status
check_reached(struct exam *ex)
{
	struct twr_line who;
	struct doctor_ways ways;
	char text[512], at[LINE_SHOWN], own[LINE_SHOWN];
	size_t blame = ex->st->n;
	unsigned i;
	enum twr_status rc;

	twr_line_init(&who, text, sizeof(text));
	for (i = 0; i < 2 * PERSON_COUNT; i++) {
		/* if he gets in whole, it does not count that he expired */
		rc = walk(ex, i % PERSON_COUNT, i >= PERSON_COUNT,
		    STACK_PERM_DENIED, &ways);
		if (rc != TWR_OK)
			return rc;
		if (!ways.unasked || (blame < ex->st->n && i >= PERSON_COUNT))
			continue;
		twr_line_addf(&who, "%s%s", who.len > 0 ? ", " : "",
		    persons[i % PERSON_COUNT][i >= PERSON_COUNT]);
		blame = ways.blame;
	}
	if (who.len == 0)
		return TWR_OK;
	if (blame < ex->st->n) {
		doctor_add(ex->d, DOCTOR_UNREACHED, ex->sv->name,
		    "%s gets in without being judged: %s ends the stack "
		    "before %s",
		    text, show(&ex->st->lines[blame], at), show(ex->ours, own));
		doctor_cure(ex->d, "put the line \"%s\" before %s:%u", GATE,
		    ex->st->lines[blame].file, ex->st->lines[blame].line);
	} else {
		doctor_add(ex->d, DOCTOR_UNREACHED, ex->sv->name,
		    "%s gets in without being judged: %s is not come to", text,
		    show(ex->ours, own));
		doctor_cure(ex->d, "put the line \"%s\" first", GATE);
	}
	return TWR_OK;
}

/* Which refusals of ours let somebody in? */
static enum twr_status
check_refusals(struct exam *ex)
{
	struct twr_line codes;
	struct doctor_ways ways;
	char text[512], at[LINE_SHOWN];
	unsigned i, k;
	bool lost;
	enum twr_status rc;

	twr_line_init(&codes, text, sizeof(text));
	for (k = 0; k < N_REFUSALS; k++) {
		lost = false;
		for (i = 0; i < 2 * PERSON_COUNT && !lost; i++) {
			rc = walk(ex, i % PERSON_COUNT, i >= PERSON_COUNT,
			    refusals[k], &ways);
			if (rc != TWR_OK)
				return rc;
			lost = ways.admitted;
		}
		if (lost)
			twr_line_addf(&codes, "%s%s", codes.len > 0 ? ", " : "",
			    stack_code_word(refusals[k]));
	}
	if (codes.len == 0)
		return TWR_OK;
	doctor_add(ex->d, DOCTOR_REFUSAL_LOST, ex->sv->name,
	    "a refusal of %s does not hold (%s)", show(ex->ours, at),
	    ex->missing ? "module_unknown" : text);
	doctor_cure(ex->d, "write the line as \"%s\"", GATE);
	return TWR_OK;
}

/* Does anybody at all get in when the module answers code? */
static enum twr_status
admits(struct exam *ex, int code, bool *ret)
{
	struct doctor_ways local = { 0 }, remote = { 0 };
	enum twr_status rc;

	rc = walk(ex, PERSON_LOCAL, false, code, &local);
	if (rc == TWR_OK)
		rc = walk(ex, PERSON_REMOTE, false, code, &remote);
	*ret = rc == TWR_OK &&
	    (local.admitted || remote.admitted || local.unasked ||
		remote.unasked);
	return rc;
}

static enum twr_status
check_entry(struct exam *ex)
{
	char at[LINE_SHOWN];
	bool granted, exempt;
	enum twr_status rc;

	if (ex->missing)
		return TWR_OK;
	if ((rc = admits(ex, STACK_SUCCESS, &granted)) != TWR_OK ||
	    (rc = admits(ex, STACK_IGNORE, &exempt)) != TWR_OK)
		return rc;
	if (!granted) {
		doctor_add(ex->d, DOCTOR_LOCKS_OUT, ex->sv->name,
		    "no way through the stack with %s ends in success",
		    show(ex->ours, at));
		doctor_cure(ex->d,
		    "write the line as \"%s\", without a jump, and see that "
		    "what it includes is there",
		    GATE);
	} else if (!exempt) {
		doctor_add(ex->d, DOCTOR_NOTHING_FOLLOWS, ex->sv->name,
		    "no module that can succeed stands beside %s",
		    show(ex->ours, at));
		doctor_cure(ex->d,
		    "put \"account required pam_unix.so\", or the line that "
		    "includes the host's own account stack, after it");
	}
	return TWR_OK;
}

static enum twr_status
check_times(struct exam *ex)
{
	const struct stack_line *line;
	struct twr_line where;
	struct doctor_ways ways;
	char text[1024], at[LINE_SHOWN];
	size_t i;
	enum twr_status rc;

	rc = walk(ex, PERSON_LOCAL, false, STACK_SUCCESS, &ways);
	if (rc != TWR_OK)
		return rc;
	if (ways.asked < 2)
		return TWR_OK;
	twr_line_init(&where, text, sizeof(text));
	for (i = 0; i < ex->st->n; i++) {
		line = &ex->st->lines[i];
		if (stack_is_module(line, DOCTOR_MODULE))
			twr_line_addf(&where, "%s%s",
			    where.len > 0 ? " and " : "", show(line, at));
	}
	doctor_add(ex->d, DOCTOR_ASKED_TWICE, ex->sv->name,
	    "the module is asked %u times: %s", ways.asked, text);
	doctor_cure(ex->d, "keep one of the lines, the first that is reached");
	return TWR_OK;
}

/* After all walks: a refusal may lead through lines that no grant meets. */
static void
check_complete(struct exam *ex)
{
	if (!ex->too_many)
		return;
	doctor_add(ex->d, DOCTOR_TOO_COMPLEX, ex->sv->name,
	    "the stack has more than a thousand states");
	doctor_cure(ex->d, "put the line \"%s\" first", GATE);
}

static void
check_skipped(struct exam *ex)
{
	size_t i = (size_t)(ex->ours - ex->st->lines);
	int action = ex->ours->actions[STACK_SUCCESS];
	char at[LINE_SHOWN];

	if ((action != STACK_DO_DONE && action <= 0) || i + 1 >= ex->st->n ||
	    ex->st->lines[i + 1].level < ex->ours->level)
		return;
	doctor_add(ex->d, DOCTOR_CHECKS_SKIPPED, ex->sv->name,
	    "a grant of %s goes past %s:%u", show(ex->ours, at),
	    ex->st->lines[i + 1].file, ex->st->lines[i + 1].line);
	doctor_cure(ex->d, "write the line as \"%s\"", GATE);
}

static void
check_reading(struct exam *ex)
{
	const struct stack_line *line;
	size_t i;

	for (i = 0; i < ex->st->n; i++) {
		line = &ex->st->lines[i];
		if (line->problem == NULL)
			continue;
		doctor_add(ex->d, DOCTOR_BAD_LINE, ex->sv->name, "%s:%u: %s",
		    line->file, line->line, line->problem);
		doctor_cure(ex->d, "correct the line; see pam.d(5)");
	}
	if (ex->st->long_line == 0)
		return;
	doctor_add(ex->d, DOCTOR_LONG_LINE, ex->sv->name,
	    "%s:%u has more than %d bytes", ex->st->long_file,
	    ex->st->long_line, STACK_LINE_MOST);
	doctor_cure(ex->d, "make the line shorter");
}

static enum twr_status
examine_service(struct doctor *d, const struct doctor_service *sv,
    struct twr_error *err)
{
	struct exam ex = { .d = d, .sv = sv, .st = &sv->stack, .err = err };
	char path[4096];
	size_t i;
	enum twr_status rc;

	check_reading(&ex);
	for (i = sv->stack.n; i-- > 0;) {
		if (stack_is_module(&sv->stack.lines[i], DOCTOR_MODULE))
			ex.ours = &sv->stack.lines[i];
	}
	if (ex.ours == NULL)
		return TWR_OK;
	ex.missing = !doctor_find_module(d, ex.ours->module, path);
	ex.answers = calloc(sv->stack.n, sizeof(*ex.answers));
	if (ex.answers == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	if ((rc = check_reached(&ex)) == TWR_OK &&
	    (rc = check_refusals(&ex)) == TWR_OK &&
	    (rc = check_entry(&ex)) == TWR_OK)
		rc = check_times(&ex);
	check_complete(&ex);
	check_skipped(&ex);
	free(ex.answers);
	return rc;
}

/* Services by which people come in, or become somebody else. */
static bool
is_door(const char *name)
{
	static const char *const doors[] = { "sshd", "login", "remote", "sudo",
		"sudo-i", "su", "su-l", "doas", "cron", "crond", "atd",
		"gdm-password", "lightdm", "sddm", "xdm", "cockpit",
		"xrdp-sesman", "vsftpd", "proftpd", "other" };
	size_t i;

	for (i = 0; i < sizeof(doors) / sizeof(*doors); i++) {
		if (strcmp(name, doors[i]) == 0)
			return true;
	}
	return false;
}

/* Does it let nobody in at all, as "other" should? */
static bool
is_closed(const struct stack *st)
{
	size_t i;

	for (i = 0; i < st->n; i++) {
		if (stack_is_module(&st->lines[i], "pam_deny.so"))
			return true;
	}
	return st->n == 0;
}

static void
check_ungated(struct doctor *d, const struct doctor_service *sv)
{
	if (sv->wanted)
		doctor_add(d, DOCTOR_UNGATED, sv->name,
		    "no account line of the service names " DOCTOR_MODULE);
	else if (is_door(sv->name) && !is_closed(&sv->stack))
		doctor_add(d, DOCTOR_SIDE_DOOR, sv->name,
		    "no account line of the service names " DOCTOR_MODULE);
	else
		return;
	doctor_cure(d, "put \"%s\" before the first account line of %s/%s%s",
	    GATE, d->s->paths.pamd, sv->stack.from_other ? "other" : sv->name,
	    sv->wanted ? "" : ", and a rule for the service into twrbac.conf");
}

/* Everybody is refused: grave where people come in. */
static void
say_broken(struct doctor *d, const struct doctor_service *sv)
{
	bool grave = sv->gated || sv->wanted || is_door(sv->name);

	doctor_add(d, grave ? DOCTOR_STACK_BROKEN : DOCTOR_BAD_LINE, sv->name,
	    "%s", sv->stack.broken);
	doctor_cure(d, "correct the file; see pam.d(5)");
}

enum twr_status
doctor_check_pam(struct doctor *d, struct twr_error *err)
{
	const struct doctor_service *sv;
	enum twr_status rc = TWR_OK;
	size_t i;

	if (d->n_gated == 0) {
		doctor_add(d, DOCTOR_NO_GATE, d->s->paths.pamd,
		    "no service reaches " DOCTOR_MODULE);
		doctor_cure(d,
		    "put \"%s\" before the first account line of "
		    "/etc/pam.d/sshd; see pam_twrbac(8)",
		    GATE);
		return TWR_OK;
	}
	for (i = 0; rc == TWR_OK && i < d->n_services; i++) {
		sv = &d->services[i];
		if (sv->stack.broken[0] != '\0') {
			say_broken(d, sv);
		} else if (sv->gated) {
			rc = examine_service(d, sv, err);
		} else if (sv->status == TWR_OK) {
			check_ungated(d, sv);
		}
	}
	return rc;
}
