/* SPDX-License-Identifier: BSD-2-Clause */
#include "review.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "journal.h"

/*
 * Nothing from outside: no script, no font, no picture; the policy in the
 * head makes the browser hold to that even if a name could break out.
 */
static const char
    head[] = "<!DOCTYPE html>\n"
	     "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	     "<meta http-equiv=\"Content-Security-Policy\" "
	     "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	     "<meta name=\"viewport\" content=\"width=device-width\">\n"
	     "<meta name=\"referrer\" content=\"no-referrer\">\n";

static const char style[] =
    "<style>\n"
    "body { font: 14px/1.4 sans-serif; color: #111; background: #fff; "
    "margin: 2em auto; max-width: 72em; padding: 0 1em; }\n"
    "h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .3em .6em; "
    "border-bottom: 1px solid #bbb; overflow-wrap: anywhere; }\n"
    "th { border-bottom: 2px solid #333; }\n"
    "code { font-family: monospace; overflow-wrap: anywhere; }\n"
    ".warning { border-left: 4px solid #b00; padding: .3em .8em; "
    "margin: .4em 0; }\n"
    ".time { white-space: nowrap; }\n"
    "@media print { body { font-size: 9.5pt; margin: 0; max-width: none; } "
    "thead { display: table-header-group; } "
    "tr, .warning { break-inside: avoid; } h2 { break-after: avoid; } }\n"
    "@page { margin: 15mm; }\n"
    "</style>\n";

struct page {
	FILE *to;
	bool utc;
	bool failed; /* out of memory */
};

/* Control characters and what turns text around first, then markup. */
static void
text(struct page *pg, const char *raw)
{
	char *clean = out_escape(raw != NULL ? raw : "");
	const char *p;

	if (clean == NULL) {
		pg->failed = true;
		return;
	}
	for (p = clean; *p != '\0'; p++) {
		if (*p == '&')
			fputs("&amp;", pg->to);
		else if (*p == '<')
			fputs("&lt;", pg->to);
		else if (*p == '>')
			fputs("&gt;", pg->to);
		else if (*p == '"')
			fputs("&quot;", pg->to);
		else if (*p == '\'')
			fputs("&#39;", pg->to);
		else
			fputc(*p, pg->to);
	}
	free(clean);
}

static void
cell(struct page *pg, const char *raw)
{
	fputs("<td>", pg->to);
	text(pg, raw);
	fputs("</td>", pg->to);
}

/* The items of a list, on one line. */
static void
list_cell(struct page *pg, const char *items)
{
	char *joined = strdup(items != NULL ? items : ""), *p;
	size_t len;

	if (joined == NULL) {
		pg->failed = true;
		return;
	}
	if ((len = strlen(joined)) > 0)
		joined[len - 1] = '\0';
	fputs("<td>", pg->to);
	for (p = joined; p != NULL && *p != '\0';) {
		char *item = strsep(&p, "\n");

		text(pg, item);
		if (p != NULL)
			fputs(", ", pg->to);
	}
	fputs("</td>", pg->to);
	free(joined);
}

static void
time_cell(struct page *pg, int64_t at, const char *otherwise)
{
	char when[CLOCK_TEXT_LEN];

	fputs("<td class=\"time\">", pg->to);
	if (at == TWR_ALWAYS || at == TWR_NEVER) {
		text(pg, otherwise);
	} else {
		clock_format(at, pg->utc, when);
		text(pg, when);
	}
	fputs("</td>", pg->to);
}

/* ---- one section ---- */

#define ACCESS_TITLES \
	"Login|User|Status|May use|Role|Scope|Since|Given by|Until|Remark"

static const char *const titles[REVIEW_SECTION_COUNT] = {
	[REVIEW_ACCESS] = ACCESS_TITLES,
	[REVIEW_EXEMPT] = "Who|Services",
	[REVIEW_SUDO] = "Login|User|Commands|Role|Scope|From|Until",
	[REVIEW_ENDS_SOON] = "Until|User|Role|Scope|Given by",
	[REVIEW_NO_LOGIN] = "User|Name",
	[REVIEW_INACTIVE] = "Login|User|Status",
	[REVIEW_SERVICE] = "User|Name|Login|Status",
};

static void
begin_section(struct page *pg, enum review_section section)
{
	const char *p = titles[section];
	size_t len;

	fputs("<h2>", pg->to);
	text(pg, review_section_title(section));
	fputs("</h2>\n", pg->to);
	if (p == NULL)
		return;
	fputs("<table>\n<thead><tr>", pg->to);
	for (;; p += len + 1) {
		len = strcspn(p, "|");
		fprintf(pg->to, "<th>%.*s</th>", (int)len, p);
		if (p[len] == '\0')
			break;
	}
	fputs("</tr></thead>\n<tbody>\n", pg->to);
}

static void
end_section(struct page *pg, enum review_section section)
{
	if (titles[section] != NULL)
		fputs("</tbody>\n</table>\n", pg->to);
}

static void
access_cells(struct page *pg, const struct review_row *row)
{
	bool given = row->role != NULL;

	cell(pg, row->login);
	cell(pg, row->email != NULL ? row->email : row->name);
	cell(pg, row->status);
	list_cell(pg, row->services);
	cell(pg, row->role);
	cell(pg, row->scope);
	time_cell(pg, row->since, "");
	cell(pg, row->given_by);
	time_cell(pg, row->until, given ? "no end" : "");
	cell(pg, row->text);
}

static void
cells(struct page *pg, const struct review_row *row)
{
	switch (row->section) {
	case REVIEW_ACCESS:
		access_cells(pg, row);
		break;
	case REVIEW_EXEMPT:
		cell(pg, row->login != NULL ? row->login : row->text);
		list_cell(pg, row->services);
		break;
	case REVIEW_SUDO:
		cell(pg, row->login);
		cell(pg, row->email != NULL ? row->email : row->name);
		list_cell(pg, row->services);
		cell(pg, row->role);
		cell(pg, row->scope);
		time_cell(pg, row->since, "");
		time_cell(pg, row->until, "no end");
		break;
	case REVIEW_ENDS_SOON:
		time_cell(pg, row->until, "");
		cell(pg, row->email);
		cell(pg, row->role);
		cell(pg, row->scope);
		cell(pg, row->given_by);
		break;
	case REVIEW_NO_LOGIN:
		cell(pg, row->email);
		cell(pg, row->name);
		break;
	case REVIEW_INACTIVE:
		cell(pg, row->login);
		cell(pg, row->email);
		cell(pg, row->status);
		break;
	case REVIEW_SERVICE:
		cell(pg, row->email);
		cell(pg, row->name);
		cell(pg, row->login);
		cell(pg, row->status);
		break;
	case REVIEW_WARNING:
	case REVIEW_JOURNAL:
	case REVIEW_SECTION_COUNT:
		break;
	}
}

static void
print_row(struct page *pg, const struct review_row *row)
{
	if (titles[row->section] == NULL) {
		fputs("<p class=\"warning\">", pg->to);
		text(pg, row->text);
		fputs("</p>\n", pg->to);
		return;
	}
	fputs("<tr>", pg->to);
	cells(pg, row);
	fputs("</tr>\n", pg->to);
}

/* ---- the page ---- */

static void
print_head(struct page *pg, const struct review *rv)
{
	char when[CLOCK_TEXT_LEN];

	fputs(head, pg->to);
	fputs("<title>Access review of ", pg->to);
	text(pg, rv->organization.name);
	fputs("</title>\n", pg->to);
	fputs(style, pg->to);
	fputs("</head>\n<body>\n<h1>Access review of ", pg->to);
	text(pg, rv->organization.name);
	if (rv->about != NULL) {
		fputs(": ", pg->to);
		text(pg, rv->about);
	}
	clock_format(rv->at, pg->utc, when);
	fputs("</h1>\n<p>Host ", pg->to);
	text(pg, rv->host);
	fprintf(pg->to, ", as of %s, by policy %" PRIu64 ".</p>\n", when,
	    rv->serial);
}

static void
print_journal(struct page *pg, const struct review *rv)
{
	char hash[2 * TWR_HASH_LEN + 1], when[CLOCK_TEXT_LEN];

	journal_hash_text(rv->head.hash, hash);
	clock_format(rv->head.at, pg->utc, when);
	fprintf(pg->to,
	    "<h2>Journal</h2>\n<p>Row %" PRIu64 " of %s has the hash "
	    "<code>%s</code>. <code>twrbac journal verify --head</code> with "
	    "it proves later that nothing up to here was rewritten.</p>\n"
	    "</body>\n</html>\n",
	    rv->head.seq, when, hash);
}

enum twr_status
review_html(const struct review *rv, bool utc, FILE *to, struct twr_error *err)
{
	struct page pg = { to, utc, false };
	enum review_section section = REVIEW_SECTION_COUNT;
	size_t i;

	print_head(&pg, rv);
	for (i = 0; i < rv->n; i++) {
		if (section != rv->rows[i].section) {
			if (section != REVIEW_SECTION_COUNT)
				end_section(&pg, section);
			section = rv->rows[i].section;
			begin_section(&pg, section);
		}
		print_row(&pg, &rv->rows[i]);
	}
	if (section != REVIEW_SECTION_COUNT)
		end_section(&pg, section);
	print_journal(&pg, rv);
	return pg.failed ? twr_fail(err, TWR_ENOMEM, "out of memory") : TWR_OK;
}
