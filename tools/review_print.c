/* SPDX-License-Identifier: BSD-2-Clause */
#include "review.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "journal.h"

/* ---- for programs ---- */

static const struct out_column columns[] = {
	{ "section", NULL, OUT_TEXT },
	{ "login", NULL, OUT_TEXT },
	{ "email", NULL, OUT_TEXT },
	{ "user", NULL, OUT_TEXT },
	{ "status", NULL, OUT_TEXT },
	{ "kind", NULL, OUT_TEXT },
	{ "services", NULL, OUT_LIST },
	{ "role", NULL, OUT_TEXT },
	{ "scope", NULL, OUT_TEXT },
	{ "since", NULL, OUT_TIME },
	{ "given_by", NULL, OUT_TEXT },
	{ "until", NULL, OUT_TIME },
	{ "assignment", NULL, OUT_SID },
	{ "text", NULL, OUT_TEXT },
	{ "seq", NULL, OUT_NUMBER },
	{ "hash", NULL, OUT_TEXT },
};

static void
print_row(const struct review_row *row, struct out *out)
{
	out_text(out, review_section_word(row->section));
	out_text(out, row->login);
	out_text(out, row->email);
	out_text(out, row->name);
	out_text(out, row->status);
	out_text(out, row->kind);
	out_text(out, row->services);
	out_text(out, row->role);
	out_text(out, row->scope);
	out_number(out, row->since);
	out_text(out, row->given_by);
	out_number(out, row->until);
	out_text(out, row->sid);
	out_text(out, row->text);
	out_number(out, 0);
	out_text(out, NULL);
}

static void
print_head(const struct review *rv, struct out *out)
{
	char hash[2 * TWR_HASH_LEN + 1];
	size_t i;

	journal_hash_text(rv->head.hash, hash);
	for (i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		if (strcmp(columns[i].key, "section") == 0)
			out_text(out, review_section_word(REVIEW_JOURNAL));
		else if (strcmp(columns[i].key, "since") == 0)
			out_number(out, rv->head.at);
		else if (strcmp(columns[i].key, "seq") == 0)
			out_number(out, (int64_t)rv->head.seq);
		else if (strcmp(columns[i].key, "hash") == 0)
			out_text(out, hash);
		else if (columns[i].kind == OUT_TIME)
			out_number(out, TWR_NEVER);
		else
			out_text(out, NULL);
	}
}

/* ---- for people ---- */

/* "a\nb\n" as "a, b" in lines of at most OUT_WIDTH columns, indented. */
static void
print_services(struct out *out, const char *items, int indent)
{
	char line[OUT_WIDTH + 1] = "";
	const char *p = items, *end;
	size_t len = 0, n, room = (size_t)(OUT_WIDTH - indent);

	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		n = (size_t)(end - p);
		if (len > 0 && len + n + 3 > room) {
			out_line(out, "%*s%s,", indent, "", line);
			len = 0;
		}
		snprintf(line + len, sizeof(line) - len, "%s%.*s",
		    len > 0 ? ", " : "", (int)n, p);
		len = strlen(line);
	}
	if (len > 0)
		out_line(out, "%*s%s", indent, "", line);
}

static void
when_text(int64_t at, bool utc, char buf[CLOCK_TEXT_LEN])
{
	clock_format(at, utc, buf);
}

/* Since when, by whom, until when: one line of what is known. */
static void
print_window(const struct review_row *row, struct out *out, int indent)
{
	char since[CLOCK_TEXT_LEN], until[CLOCK_TEXT_LEN];
	bool begins = row->since != TWR_ALWAYS, ends = row->until != TWR_NEVER;

	when_text(row->since, out->utc, since);
	when_text(row->until, out->utc, until);
	out_line(out, "%*s%s%s%s%s%s%s%s", indent, "", begins ? "since " : "",
	    begins ? since : "", row->given_by != NULL ? ", given by " : "",
	    row->given_by != NULL ? row->given_by : "", begins ? ", " : "",
	    ends ? "until " : "no end", ends ? until : "");
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void
print_access(const struct review_row *row, const struct review_row *before,
    struct out *out)
{
	if (before == NULL || before->section != row->section ||
	    strcmp(or_empty(before->login), or_empty(row->login)) != 0)
		out_line(out, "  %s: %s, %s%s", or_empty(row->login),
		    row->email != NULL ? row->email : or_empty(row->name),
		    or_empty(row->status),
		    row->kind != NULL && strcmp(row->kind, "service") == 0 ?
			", a service" :
			"");
	if (row->role != NULL) {
		out_line(out, "      %s at %s%s%s%s", row->role, row->scope,
		    row->text != NULL ? " (" : "", or_empty(row->text),
		    row->text != NULL ? ")" : "");
		print_window(row, out, 10);
	} else if (row->text != NULL) {
		out_line(out, "      %s", row->text);
	}
	if (row->services != NULL)
		print_services(out, row->services, 10);
}

static void
print_sudo(const struct review_row *row, const struct review_row *before,
    struct out *out)
{
	const char *p = or_empty(row->services), *end;

	if (before == NULL || before->section != row->section ||
	    strcmp(or_empty(before->login), or_empty(row->login)) != 0)
		out_line(out, "  %s: %s", or_empty(row->login),
		    row->email != NULL ? row->email : or_empty(row->name));
	out_line(out, "      %s%s%s", row->role,
	    row->scope != NULL ? " at " : "", or_empty(row->scope));
	if (row->until != TWR_NEVER)
		print_window(row, out, 10);
	for (; (end = strchr(p, '\n')) != NULL; p = end + 1)
		out_line(out, "          %.*s", (int)(end - p), p);
}

static void
print_ending(const struct review_row *row, struct out *out)
{
	char until[CLOCK_TEXT_LEN];

	when_text(row->until, out->utc, until);
	out_line(out, "  %s  %s: %s at %s", until, or_empty(row->email),
	    row->role, row->scope);
}

static void
print_user(const struct review_row *row, struct out *out)
{
	out_line(out, "  %s%s%s, %s", or_empty(row->login),
	    row->login != NULL ? ": " : "", or_empty(row->email),
	    or_empty(row->status));
}

static void
print_one(const struct review_row *row, const struct review_row *before,
    struct out *out)
{
	switch (row->section) {
	case REVIEW_ACCESS:
		print_access(row, before, out);
		break;
	case REVIEW_EXEMPT:
		out_line(out, "  %s",
		    row->login != NULL ? row->login : or_empty(row->text));
		if (row->services != NULL)
			print_services(out, row->services, 10);
		break;
	case REVIEW_SUDO:
		print_sudo(row, before, out);
		break;
	case REVIEW_ENDS_SOON:
		print_ending(row, out);
		break;
	case REVIEW_NO_LOGIN:
	case REVIEW_INACTIVE:
	case REVIEW_SERVICE:
		print_user(row, out);
		break;
	case REVIEW_WARNING:
	case REVIEW_JOURNAL:
	case REVIEW_SECTION_COUNT:
		out_line(out, "  %s", or_empty(row->text));
		break;
	}
}

static void
print_people(const struct review *rv, struct out *out)
{
	char hash[2 * TWR_HASH_LEN + 1], when[CLOCK_TEXT_LEN];
	const struct review_row *row, *before = NULL;
	size_t i;

	when_text(rv->at, out->utc, when);
	out_line(out, "Access review of %s%s%s on %s, %s, by policy %" PRIu64,
	    rv->organization.name, rv->about != NULL ? ": " : "",
	    or_empty(rv->about), rv->host, when, rv->serial);
	for (i = 0; i < rv->n; i++) {
		row = &rv->rows[i];
		if (before == NULL || before->section != row->section) {
			out_line(out, "%s", "");
			out_line(out,
			    "%s:", review_section_title(row->section));
		}
		print_one(row, before, out);
		before = row;
	}
	journal_hash_text(rv->head.hash, hash);
	when_text(rv->head.at, out->utc, when);
	out_line(out, "%s", "");
	out_line(out, "Journal: row %" PRIu64 " of %s", rv->head.seq, when);
	out_line(out, "  %s", hash);
}

void
review_print(const struct review *rv, struct out *out)
{
	size_t i;

	if (out->format == OUT_PEOPLE) {
		print_people(rv, out);
		return;
	}
	out_table(out, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; i < rv->n; i++)
		print_row(&rv->rows[i], out);
	print_head(rv, out);
}
