/* SPDX-License-Identifier: BSD-2-Clause */
#include "logline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "text.h"

#define NAME_SHOWN 256
#define WORD_SHOWN 128
#define PATH_SHOWN (3 * NAME_SHOWN)
#define ROLE_SHOWN 512 /* key@scope */
#define ERROR_SHOWN 400
#define SENTENCE_NAME 96 /* bytes of a name in the sentence */
#define SENTENCE_CONTACT 200

static const char *const words[TWR_LOG_KEYS] = {
#define X(id, word) [TWR_LOG_##id] = word,
	TWR_LOG_LINE(X)
#undef X
};

const char *
twr_log_word(enum twr_log_key key)
{
	return (unsigned)key < TWR_LOG_KEYS ? words[key] : "?";
}

static void
put(struct twr_line *ln, enum twr_log_key key, const char *value, size_t max)
{
	twr_line_key(ln, words[key], value, max);
}

void
twr_hidden_name(const uint8_t key[TWR_ID_LEN], const char *name,
    char buf[TWR_HIDDEN_LEN])
{
	static const char hex[] = "0123456789abcdef";
	uint64_t hash = twr_siphash(key, name, strlen(name));
	int i;

	buf[0] = '#';
	for (i = 1; i < TWR_HIDDEN_LEN - 1; i++, hash >>= 4)
		buf[i] = hex[hash & 15];
	buf[TWR_HIDDEN_LEN - 1] = '\0';
}

static void
add_name(struct twr_line *ln, enum twr_log_key key, const char *name,
    bool public, const struct twr_judgement *jd)
{
	char hidden[TWR_HIDDEN_LEN];

	if (name != NULL && name[0] != '\0' && !public) {
		/* without a policy there is no key: then nothing at all */
		if (jd->view.meta.version != 0)
			twr_hidden_name(jd->view.meta.log_key, name, hidden);
		else
			memcpy(hidden, "#", 2);
		name = hidden;
	}
	put(ln, key, name, NAME_SHOWN);
}

/* The assignment that decided, or NULL. */
static const struct twr_holding *
deciding_holding(const struct twr_judgement *jd)
{
	size_t i = jd->decision.holding;

	return i < jd->view.login.n_holdings ? &jd->view.login.holdings[i] :
					       NULL;
}

static const struct twr_demand *
deciding_demand(const struct twr_judgement *jd)
{
	size_t i = jd->decision.demand;

	return i < jd->view.rule.n_demands ? &jd->view.rule.demands[i] : NULL;
}

/* key@scope of an assignment; numbers where the names cannot be read. */
static void
format_role(const struct twr_judgement *jd, const struct twr_holding *h,
    char *buf, size_t size)
{
	struct twr_line ln;
	char *role = NULL, *scope = NULL;

	twr_line_init(&ln, buf, size);
	if (twr_name_of(&jd->reader, TWR_NAME_ROLE, h->role, &role) == TWR_OK)
		twr_line_add(&ln, role);
	else
		twr_line_addf(&ln, "role-%lu", (unsigned long)h->role);
	twr_line_add(&ln, "@");
	if (twr_name_of(&jd->reader, TWR_NAME_SCOPE, h->scope, &scope) ==
	    TWR_OK)
		twr_line_add(&ln, scope);
	else
		twr_line_addf(&ln, "scope-%lu", (unsigned long)h->scope);
	free(role);
	free(scope);
}

static int64_t
moment_of(enum twr_reason reason, const struct twr_holding *h)
{
	return reason == TWR_REASON_ROLE_NOT_YET ? h->not_before : h->not_after;
}

static void
add_evidence(struct twr_line *ln, const struct twr_report *rp)
{
	const struct twr_judgement *jd = rp->judgement;
	const struct twr_holding *h = deciding_holding(jd);
	const struct twr_demand *d = deciding_demand(jd);
	char role[4 * (TWR_NAME_MAX + 1)], at[TWR_TIME_LEN];

	put(ln, TWR_LOG_SCOPE, jd->view.rule.scope_path, PATH_SHOWN);
	put(ln, TWR_LOG_DEMAND, d != NULL ? d->label : NULL, WORD_SHOWN);
	if (h == NULL) {
		put(ln, TWR_LOG_ROLE, NULL, 0);
		put(ln, TWR_LOG_AT, NULL, 0);
		return;
	}
	format_role(jd, h, role, sizeof(role));
	put(ln, TWR_LOG_ROLE, role, ROLE_SHOWN);
	twr_time_format(moment_of(jd->decision.reason, h), at);
	put(ln, TWR_LOG_AT, at, sizeof(at));
}

static void
add_flags(struct twr_line *ln, const struct twr_report *rp)
{
	const struct twr_judgement *jd = rp->judgement;

	if (jd->prev)
		put(ln, TWR_LOG_POLICY, "prev", WORD_SHOWN);
	if (jd->clock_behind)
		put(ln, TWR_LOG_CLOCK, "behind", WORD_SHOWN);
	if (jd->conf_edited)
		put(ln, TWR_LOG_CONF, "edited", WORD_SHOWN);
	if (rp->by != NULL)
		put(ln, TWR_LOG_BY, rp->by, WORD_SHOWN);
	if (jd->error.text[0] != '\0')
		twr_line_text(ln, words[TWR_LOG_ERROR], jd->error.text,
		    ERROR_SHOWN);
}

void
twr_logline(const struct twr_report *rp, char buf[TWR_LOGLINE_MAX])
{
	const struct twr_judgement *jd = rp->judgement;
	const struct twr_request *req = &jd->request;
	bool by_invoker = jd->view.subject.invoker;
	char serial[24];
	struct twr_line ln;

	twr_line_init(&ln, buf, TWR_LOGLINE_MAX);
	put(&ln, TWR_LOG_EVENT, rp->event, WORD_SHOWN);
	put(&ln, TWR_LOG_VERDICT, rp->verdict, WORD_SHOWN);
	put(&ln, TWR_LOG_REASON, twr_reason_word(rp->reason), WORD_SHOWN);
	put(&ln, TWR_LOG_SERVICE, req->service, TWR_SERVICE_MAX);
	if (by_invoker)
		add_name(&ln, TWR_LOG_LOGIN, req->invoker, jd->invoker_public,
		    jd);
	else
		add_name(&ln, TWR_LOG_LOGIN, req->user, jd->user_public, jd);
	put(&ln, TWR_LOG_USER, jd->view.login.user_sid, WORD_SHOWN);
	add_name(&ln, TWR_LOG_TARGET, by_invoker ? req->user : NULL,
	    jd->user_public, jd);
	add_name(&ln, TWR_LOG_INVOKER, by_invoker ? NULL : req->invoker,
	    jd->invoker_public, jd);
	add_evidence(&ln, rp);
	put(&ln, TWR_LOG_RHOST, rp->rhost, WORD_SHOWN);
	put(&ln, TWR_LOG_TTY, rp->tty, WORD_SHOWN);
	(void)snprintf(serial, sizeof(serial), "%llu",
	    (unsigned long long)jd->view.meta.serial);
	put(&ln, TWR_LOG_SERIAL, serial, sizeof(serial));
	add_flags(&ln, rp);
}

/* "02:00 UTC" today, "2026-11-20 02:00 UTC" on another day. */
static void
add_moment(struct twr_line *ln, int64_t when, int64_t now)
{
	char at[TWR_TIME_LEN], today[TWR_TIME_LEN];

	twr_time_format(when, at);
	twr_time_format(now, today);
	if (strlen(at) != TWR_TIME_LEN - 1) {
		twr_line_add(ln, at);
		return;
	}
	at[10] = '\0';
	at[16] = '\0';
	if (strncmp(at, today, 10) != 0)
		twr_line_addf(ln, "%s ", at);
	twr_line_addf(ln, "%s UTC", at + 11);
}

/* A name, cut between two characters where it is too long. */
static void
add_short(struct twr_line *ln, const char *name, size_t max)
{
	size_t len = strnlen(name, max + 1);

	if (len <= max) {
		twr_line_add(ln, name);
		return;
	}
	len = max - 2;
	while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	twr_line_addf(ln, "%.*s..", (int)len, name);
}

static const char *
change_words(enum twr_reason reason)
{
	if (reason == TWR_REASON_ROLE_ENDED)
		return "ended";
	return reason == TWR_REASON_ROLE_REMOVED ? "was removed" : "begins";
}

static void
add_reason(struct twr_line *ln, const struct twr_report *rp)
{
	const struct twr_judgement *jd = rp->judgement;
	const struct twr_holding *h = deciding_holding(jd);
	const struct twr_demand *d = deciding_demand(jd);
	char *role = NULL;

	if (rp->reason == TWR_REASON_ROLE_MISSING && d != NULL) {
		twr_line_add(ln, "you do not hold ");
		add_short(ln, d->label, SENTENCE_NAME);
		twr_line_add(ln, " here");
	} else if (h != NULL &&
	    (rp->reason == TWR_REASON_ROLE_ENDED ||
		rp->reason == TWR_REASON_ROLE_REMOVED ||
		rp->reason == TWR_REASON_ROLE_NOT_YET) &&
	    twr_name_of(&jd->reader, TWR_NAME_ROLE, h->role, &role) == TWR_OK) {
		twr_line_add(ln, "your role ");
		add_short(ln, role, SENTENCE_NAME);
		twr_line_addf(ln, " %s ", change_words(rp->reason));
		add_moment(ln, moment_of(rp->reason, h), jd->request.now);
		free(role);
	} else {
		twr_line_add(ln, twr_reason_sentence(rp->reason));
	}
}

/* C0, DEL, and the first byte of a C1 control (U+0080 to U+009F). */
static bool
is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f ||
	    (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

void
twr_sentence(const struct twr_report *rp, char buf[TWR_SENTENCE_MAX])
{
	const struct twr_meta *meta = &rp->judgement->view.meta;
	struct twr_line ln;
	size_t i;

	twr_line_init(&ln, buf, TWR_SENTENCE_MAX);
	twr_line_add(&ln, "twrbac: access to ");
	add_short(&ln,
	    rp->host != NULL && rp->host[0] != '\0' ? rp->host : "this host",
	    SENTENCE_NAME);
	twr_line_add(&ln, " refused");
	if (meta->detail != TWR_DETAIL_NONE) {
		twr_line_add(&ln, ": ");
		add_reason(&ln, rp);
	}
	twr_line_addf(&ln, " (ref %s)", rp->event);
	if (meta->contact != NULL && meta->contact[0] != '\0') {
		twr_line_add(&ln, ". Contact ");
		add_short(&ln, meta->contact, SENTENCE_CONTACT);
	}
	for (i = 0; i < ln.len; i++)
		if (is_control((const unsigned char *)buf + i))
			buf[i] = '?';
}
