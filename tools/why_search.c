/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_search.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where the same event may stand again in a log that is read backwards. */
#define APART_MOST_S 86400

struct search {
	const struct why_wanted *wanted;
	struct why_found *found;
	struct log_scan scan;
	size_t begin; /* first hit of the source that is read now */
	bool backwards; /* the newest comes first */
};

static void
free_hit(struct why_hit *hit)
{
	if (hit == NULL)
		return;
	free(hit->raw);
	free(hit->host);
	free(hit->program);
	free(hit->source);
	free(hit->also.items);
	free(hit);
}

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

/* ---- what is wanted ---- */

static bool
is_login(const struct why_wanted *wanted, const char *logged)
{
	if (wanted->login == NULL)
		return true;
	if (logged == NULL)
		return false;
	return strcmp(logged, wanted->login) == 0 ||
	    (wanted->hidden[0] != '\0' && strcmp(logged, wanted->hidden) == 0);
}

/* Of its own login only; what it says may still be made up. */
static bool
may_say(const struct why_wanted *wanted, const struct log_entry *entry)
{
	const char *login = entry->line->value[TWR_LOG_LOGIN];

	if (entry->uid == TWR_UID_UNKNOWN)
		return true;
	return login != NULL && !logread_is_hidden(login) &&
	    wanted->uid_of != NULL &&
	    wanted->uid_of(wanted->ctx, login) == entry->uid;
}

static bool
is_wanted(const struct why_wanted *wanted, const struct logread *line)
{
	if (wanted->event != NULL)
		return strcmp(line->value[TWR_LOG_EVENT], wanted->event) == 0;
	if (!wanted->all &&
	    (line->verdict == LOGREAD_GRANT ||
		line->verdict == LOGREAD_EXEMPT ||
		line->verdict == LOGREAD_MEMBER))
		return false;
	return is_login(wanted, line->value[TWR_LOG_LOGIN]);
}

/* ---- what is kept ---- */

static char *
place_of(const struct log_entry *entry)
{
	char *ret = NULL;

	if (entry->number == 0)
		return strdup(entry->source);
	return asprintf(&ret, "%s line %" PRIu64, entry->source,
		   entry->number) < 0 ?
	    NULL :
	    ret;
}

static struct why_hit *
make_hit(const struct log_entry *entry)
{
	struct why_hit *hit = calloc(1, sizeof(*hit));

	if (hit == NULL)
		return NULL;
	logread_copy(&hit->line, entry->line);
	hit->at = entry->at;
	hit->trusted = entry->trusted;
	hit->uid = entry->uid;
	hit->times = 1;
	hit->raw = strdup(entry->raw);
	hit->host = strdup(entry->host != NULL ? entry->host : "");
	hit->program = strdup(entry->program != NULL ? entry->program : "");
	hit->source = place_of(entry);
	if (hit->raw == NULL || hit->host == NULL || hit->program == NULL ||
	    hit->source == NULL) {
		free_hit(hit);
		return NULL;
	}
	return hit;
}

/*
 * Is it the very same line again? Then it is counted; but what only a user says
 * is no second witness of what root's programs said, whichever came first.
 */
static bool
is_again(struct search *se, const struct log_entry *entry)
{
	struct why_found *fo = se->found;
	struct why_hit *hit;
	char *place;
	size_t i;

	for (i = 0; i < fo->n; i++) {
		hit = fo->hits[i];
		if (hit->trusted != entry->trusted ||
		    strcmp(hit->raw, entry->raw) != 0)
			continue;
		if (hit->times++ < 10 && (place = place_of(entry)) != NULL) {
			out_list_add(&hit->also, "%s", place);
			free(place);
		}
		return true;
	}
	return false;
}

/* The oldest of the source that is read now makes room for a newer one. */
static void
drop_oldest(struct search *se)
{
	struct why_found *fo = se->found;

	free_hit(fo->hits[se->begin]);
	memmove(&fo->hits[se->begin], &fo->hits[se->begin + 1],
	    (fo->n - se->begin - 1) * sizeof(*fo->hits));
	fo->n--;
}

/* How many are kept of those that are trusted, or of the others. */
static size_t
count_kept(const struct why_found *fo, bool trusted)
{
	size_t i, n = 0;

	for (i = 0; i < fo->n; i++)
		n += fo->hits[i]->trusted == trusted;
	return n;
}

/*
 * Read backwards, all that is wanted was seen, and copies of the last one no
 * longer follow. What users may have made up ends no search: it would hide
 * what root's programs said before.
 */
static bool
has_enough(const struct search *se, const struct log_entry *entry)
{
	const struct why_found *fo = se->found;
	const struct why_hit *last = NULL;
	size_t i;

	for (i = 0; i < fo->n; i++)
		if (fo->hits[i]->trusted)
			last = fo->hits[i];
	return se->backwards && last != NULL &&
	    (se->wanted->event != NULL ||
		count_kept(fo, true) == se->wanted->most) &&
	    last->at != TWR_ALWAYS && entry->at != TWR_ALWAYS &&
	    last->at - entry->at > APART_MOST_S;
}

static enum twr_status
take(void *ctx, const struct log_entry *entry, bool *enough,
    struct twr_error *err)
{
	struct search *se = ctx;
	struct why_found *fo = se->found;
	struct why_hit *hit;

	*enough = *enough || has_enough(se, entry);
	if (*enough || !is_wanted(se->wanted, entry->line) ||
	    !may_say(se->wanted, entry) || is_again(se, entry))
		return TWR_OK;
	if (count_kept(fo, entry->trusted) == se->wanted->most) {
		if (se->backwards || se->begin == fo->n)
			return TWR_OK;
		drop_oldest(se);
	}
	if ((hit = make_hit(entry)) == NULL)
		return no_memory(err);
	fo->hits[fo->n++] = hit;
	return TWR_OK;
}

static void
newest_first(struct search *se)
{
	struct why_found *fo = se->found;
	struct why_hit *hit;
	size_t a, b;

	for (a = se->begin, b = fo->n; a + 1 < b; a++) {
		hit = fo->hits[a];
		fo->hits[a] = fo->hits[--b];
		fo->hits[b] = hit;
	}
}

static bool
is_said_by_root(const struct why_found *fo, const char *raw)
{
	size_t i;

	for (i = 0; i < fo->n; i++)
		if (fo->hits[i]->trusted && strcmp(fo->hits[i]->raw, raw) == 0)
			return true;
	return false;
}

/*
 * A user's copy of what root's programs said adds nothing; of one event these
 * come first.
 */
static void
settle(struct search *se)
{
	struct why_found *fo = se->found;
	struct why_hit *hit;
	size_t i = 0, first = 0;

	while (i < fo->n) {
		hit = fo->hits[i];
		if (hit->trusted || !is_said_by_root(fo, hit->raw)) {
			i++;
			continue;
		}
		free_hit(hit);
		memmove(&fo->hits[i], &fo->hits[i + 1],
		    (--fo->n - i) * sizeof(*fo->hits));
	}
	for (i = 0; se->wanted->event != NULL && i < fo->n; i++) {
		hit = fo->hits[i];
		if (!hit->trusted)
			continue;
		memmove(&fo->hits[first + 1], &fo->hits[first],
		    (i - first) * sizeof(*fo->hits));
		fo->hits[first++] = hit;
	}
}

/* ---- where to look ---- */

static enum twr_status
note_place(struct why_found *fo, const char *name, struct twr_error *err)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s",
		fo->searched != NULL ? fo->searched : "",
		fo->searched != NULL ? ", " : "", name) < 0)
		return no_memory(err);
	free(fo->searched);
	fo->searched = longer;
	return TWR_OK;
}

static enum twr_status
search_file(struct search *se, const char *path, struct twr_error *err)
{
	enum twr_status rc = note_place(se->found, path, err);

	if (rc != TWR_OK)
		return rc;
	se->begin = se->found->n;
	if (strcmp(path, "-") == 0)
		rc = log_scan_stream(&se->scan, stdin, "standard input", err);
	else
		rc = log_scan_file(&se->scan, path, err);
	newest_first(se);
	return rc;
}

static enum twr_status
search_journal(struct search *se, struct twr_error *err)
{
	struct why_found *fo = se->found;
	enum twr_status rc;

	se->backwards = true;
	rc = log_scan_journal(&se->scan, &fo->journal);
	se->backwards = false;
	settle(se);
	if (rc == TWR_ENOMEM)
		return twr_fail(err, rc, "%s", fo->journal.text);
	if (rc == TWR_ENOENT)
		fo->journal.text[0] = '\0'; /* a host without one */
	fo->asked_journal = rc == TWR_OK;
	return rc == TWR_OK ? note_place(fo, "the journal", err) : TWR_OK;
}

/* The newest file that has any, and older ones while some are lacking. */
static enum twr_status
search_folder(struct search *se, const char *folder, struct twr_error *err)
{
	struct why_found *fo = se->found;
	char *files = NULL, *p, *end;
	enum twr_status rc = log_files(folder, &files, err);

	if (rc == TWR_ENOENT)
		return TWR_OK;
	for (p = files; rc == TWR_OK && p != NULL; p = end + 1) {
		if ((end = strchr(p, '\n')) == NULL)
			break;
		*end = '\0';
		if (fo->n > 0 &&
		    (se->wanted->event != NULL || fo->n == se->wanted->most))
			break;
		rc = search_file(se, p, err);
	}
	free(files);
	return rc;
}

enum twr_status
why_search(const struct why_wanted *wanted, const char *log, const char *folder,
    int64_t now, struct why_found *ret, struct twr_error *err)
{
	struct search se = { .wanted = wanted, .found = ret };
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	se.scan = (struct log_scan) { .now = now, .fn = take, .ctx = &se };
	if (log != NULL) {
		rc = search_file(&se, log, err);
	} else {
		rc = search_journal(&se, err);
		if (rc == TWR_OK && ret->n == 0)
			rc = search_folder(&se, folder, err);
	}
	ret->n_bad = se.scan.n_bad;
	ret->bad = se.scan.bad;
	return rc;
}

void
why_found_free(struct why_found *found)
{
	while (found->n > 0)
		free_hit(found->hits[--found->n]);
	free(found->searched);
	found->searched = NULL;
}
