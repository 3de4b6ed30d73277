/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "journal.h"
#include "suggest.h"

/* ---- journal list ---- */

static const struct out_column list_columns[] = {
	{ "seq", "ROW", OUT_NUMBER },
	{ "at", "TIME", OUT_TIME },
	{ "actor", "ACTOR", OUT_TEXT },
	{ "how", NULL, OUT_TEXT },
	{ "reason", NULL, OUT_TEXT },
	{ "event", "EVENT", OUT_TEXT },
	{ "about", "ABOUT", OUT_WHOLE },
	{ "entity", NULL, OUT_TEXT },
	{ "subject", NULL, OUT_TEXT },
	{ "before", NULL, OUT_OBJECT },
	{ "after", NULL, OUT_OBJECT },
	{ "hash", NULL, OUT_TEXT },
};

static enum twr_status
list_one(void *ctx, const struct journal_row *row, struct twr_error *err)
{
	struct cli *cli = ctx;
	struct out *out = cli->out;
	char hash[2 * TWR_HASH_LEN + 1];
	/* people see none of these, so they are not kept for them */
	bool all = out->format != OUT_PEOPLE;

	(void)err;
	journal_hash_text(row->hash, hash);
	out_number(out, (int64_t)row->seq);
	out_number(out, row->at);
	out_text(out, row->actor);
	out_text(out, row->how);
	out_text(out, row->reason);
	out_text(out, row->event);
	out_text(out, row->about != NULL ? row->about : row->subject);
	out_text(out, row->entity);
	out_text(out, row->subject);
	out_text(out, all ? row->before : NULL);
	out_text(out, all ? row->after : NULL);
	out_text(out, all ? hash : NULL);
	return TWR_OK;
}

/* "user.suspended", or "user" for all that begin so. */
static enum twr_status
read_event(const char *text, struct journal_filter *f, struct twr_error *err)
{
	const char *word, *best;
	size_t len = strlen(text);
	struct suggestion sg;
	int i;

	suggest_init(&sg, text);
	for (i = 0; i < JOURNAL_EVENT_COUNT; i++) {
		word = journal_event_word((enum journal_event)i);
		if (strcmp(word, text) == 0) {
			f->event = word;
			return TWR_OK;
		}
		if (strncmp(word, text, len) == 0 && word[len] == '.') {
			f->noun = text;
			return TWR_OK;
		}
		suggest_offer(&sg, word);
	}
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--event \"%s\": no such event; did you mean \"%s\"?", text,
		    best);
	return twr_fail(err, TWR_EINVAL,
	    "--event \"%s\": no such event; write one as the list shows it, "
	    "such as role-assignment.created, or its first word",
	    text);
}

/*
 * The SID of what text names today: a scope's can be found no other way, and
 * a SID may be typed in either case. What is called so no more may still be
 * found by the journal itself.
 */
static enum twr_status
read_subject(struct directory *dir, const char *text, char sid[TWR_SID_LEN + 1],
    struct journal_filter *f, struct twr_error *err)
{
	struct scope sc;
	struct user us;
	enum twr_status rc;

	f->subject = text;
	if ((rc = directory_scope_find(dir, text, &sc, NULL, err)) == TWR_OK)
		memcpy(sid, sc.sid, sizeof(sc.sid));
	else if (rc == TWR_EREFUSED &&
	    (rc = directory_user_find(dir, text, &us, err)) == TWR_OK)
		memcpy(sid, us.sid, sizeof(us.sid));
	if (rc == TWR_OK)
		f->subject_sid = sid;
	return rc == TWR_EREFUSED ? TWR_OK : rc;
}

static enum twr_status
read_filter(struct cli *cli, char sid[TWR_SID_LEN + 1],
    struct journal_filter *f, struct twr_error *err)
{
	const char *const *value = cli->opts->value;
	enum twr_status rc = TWR_OK;

	*f = (struct journal_filter) { .actor = value[OPT_ACTOR],
		.since = TWR_ALWAYS,
		.until = TWR_NEVER };
	if (value[OPT_EVENT] != NULL)
		rc = read_event(value[OPT_EVENT], f, err);
	if (rc == TWR_OK && value[OPT_SINCE] != NULL)
		rc = clock_parse(value[OPT_SINCE], "--since", &f->since, err);
	if (rc == TWR_OK && value[OPT_UNTIL] != NULL)
		rc = clock_parse(value[OPT_UNTIL], "--until", &f->until, err);
	if (rc == TWR_OK && value[OPT_SUBJECT] != NULL)
		rc = read_subject(cli->session->dir, value[OPT_SUBJECT], sid, f,
		    err);
	return rc;
}

static const struct opt_help list_options[] = {
	{ OPT_ACTOR, "done by whom: part of an e-mail or login" },
	{ OPT_SUBJECT, "about what: user, login, scope, role or SID" },
	{ OPT_EVENT, "an event, or its first word: user, login, ..." },
	{ OPT_SINCE, "not before this time" },
	{ OPT_UNTIL, "before this time" }, { OPT_NONE, NULL }
};
const struct command_help cmd_journal_list_help = { list_options,
	"What was changed, when and by whom, the oldest first. --subject also "
	"finds what was done with it, such as a user's assignments. --json "
	"has each thing's whole state before and after. Nothing found is "
	"exit status 1.",
	"twrbac journal list --subject bob --since 2026-11-01" };

enum twr_status
cmd_journal_list(struct cli *cli, struct twr_error *err)
{
	char sid[TWR_SID_LEN + 1];
	struct journal_filter filter;
	enum twr_status rc;

	if ((rc = read_filter(cli, sid, &filter, err)) != TWR_OK)
		return rc;
	out_table(cli->out, list_columns,
	    sizeof(list_columns) / sizeof(*list_columns));
	rc = directory_find_journal(cli->session->dir, &filter, list_one, cli,
	    err);
	if (rc == TWR_OK && out_rows(cli->out) == 0) {
		cli->refused = true;
		out_note(cli->out, "no row of the journal is like that");
	}
	return rc;
}

/* ---- journal verify ---- */

static bool
read_digit(char c, uint8_t *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (uint8_t)(c - 'a' + 10);
	else if (c >= 'A' && c <= 'F')
		*ret = (uint8_t)(c - 'A' + 10);
	else
		return false;
	return true;
}

static enum twr_status
read_hash(const char *text, uint8_t ret[TWR_HASH_LEN], struct twr_error *err)
{
	uint8_t high, low;
	size_t i;

	for (i = 0; i < TWR_HASH_LEN; i++) {
		if (!read_digit(text[2 * i], &high) ||
		    !read_digit(text[2 * i + 1], &low))
			break;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	if (i == TWR_HASH_LEN && text[2 * i] == '\0')
		return TWR_OK;
	return twr_fail(err, TWR_EINVAL,
	    "--head \"%s\": not a hash; write the %d hex digits that review "
	    "or the system log showed",
	    text, 2 * TWR_HASH_LEN);
}

static enum twr_status
find_kept(struct cli *cli, struct journal_head *ret, struct twr_error *err)
{
	const char *text = cli->opts->value[OPT_HEAD];
	uint8_t hash[TWR_HASH_LEN];
	enum twr_status rc;

	if ((rc = read_hash(text, hash, err)) != TWR_OK ||
	    (rc = directory_journal_by_hash(cli->session->dir, hash, ret,
		 err)) != TWR_OK)
		return rc;
	if (ret->seq != 0)
		return TWR_OK;
	return twr_fail(err, TWR_EDATA,
	    "%s: no row has the hash %s: the journal was written anew since "
	    "it was noted, or is another directory's; compare with a backup",
	    directory_path(cli->session->dir), text);
}

static const struct out_column verify_columns[] = {
	{ "verified", "journal", OUT_TEXT },
	{ "seq", "newest row", OUT_NUMBER },
	{ "at", "of", OUT_TIME },
	{ "head", "its hash", OUT_TEXT },
	{ "kept_seq", NULL, OUT_NUMBER },
	{ "kept_at", NULL, OUT_TIME },
};

static const struct opt_help verify_options[] = {
	{ OPT_HEAD, "a hash that was kept elsewhere: must be a row's" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_journal_verify_help = { verify_options,
	"Proves that no row was changed, left out or moved, and that the rows "
	"yield the directory as it is. Who can write the file can rewrite all "
	"of it: so keep the hash elsewhere (each write sends it to the system "
	"log) and give it as --head. Exit status 65: it does not hold.",
	"twrbac journal verify --head "
	"$(cat head.kept)" };

enum twr_status
cmd_journal_verify(struct cli *cli, struct twr_error *err)
{
	bool asked = cli->opts->value[OPT_HEAD] != NULL;
	struct journal_head head, kept = { .at = TWR_NEVER };
	char hash[2 * TWR_HASH_LEN + 1], when[CLOCK_TEXT_LEN];
	uint8_t unused[TWR_HASH_LEN];
	enum twr_status rc;

	/* a slip of the pen is told before a long proof */
	if (asked &&
	    (rc = read_hash(cli->opts->value[OPT_HEAD], unused, err)) != TWR_OK)
		return rc;
	rc = journal_verify(cli->session->dir, &head, err);
	if (rc == TWR_OK && asked)
		rc = find_kept(cli, &kept, err);
	if (rc != TWR_OK)
		return rc;
	journal_hash_text(head.hash, hash);
	out_record(cli->out, verify_columns,
	    sizeof(verify_columns) / sizeof(*verify_columns));
	out_text(cli->out, "holds");
	out_number(cli->out, (int64_t)head.seq);
	out_number(cli->out, head.at);
	out_text(cli->out, hash);
	out_number(cli->out, (int64_t)kept.seq);
	out_number(cli->out, kept.at);
	if (!asked) {
		out_note(cli->out,
		    "keep the hash elsewhere; \"journal verify --head HASH\" "
		    "then proves that nothing up to here was rewritten");
		return TWR_OK;
	}
	clock_format(kept.at, cli->out->utc, when);
	out_line(cli->out,
	    "the hash given is that of row %" PRIu64 " of %s: nothing up to "
	    "it was rewritten",
	    kept.seq, when);
	return TWR_OK;
}
