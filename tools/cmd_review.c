/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include "new_file.h"
#include "review.h"

static enum twr_status
write_html(struct cli *cli, const struct review *rv, const char *path,
    struct twr_error *err)
{
	struct new_file nf;
	enum twr_status rc;

	if ((rc = new_file_begin(path, &nf, err)) == TWR_OK &&
	    (rc = review_html(rv, cli->out->utc, nf.to, err)) == TWR_OK)
		rc = new_file_finish(&nf, err);
	new_file_end(&nf);
	if (rc == TWR_OK)
		out_effect(cli->out, "%s: written, for root alone to read",
		    path);
	return rc;
}

static const struct opt_help review_options[] = {
	{ OPT_AT, "as it was, or as it will be if nothing is changed" },
	{ OPT_HTML, "write one page that prints well, to a new file" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_review_help = { review_options,
	"Each login of this host: whose it is, what it may use, by which "
	"assignment, since when, by whom, until when. Then exemptions, what "
	"ends within 30 days, users without a login, logins of users who are "
	"not active, service users, warnings, and the journal's newest hash.",
	"twrbac review --at 2026-09-30 --html q3.html" };

enum twr_status
cmd_review(struct cli *cli, struct twr_error *err)
{
	const char *html = cli->opts->value[OPT_HTML];
	struct review rv;
	enum twr_status rc;

	rc = review_gather(cli->session, cli->n_args > 0 ? cli->args[0] : NULL,
	    &rv, err);
	if (rc == TWR_OK && html != NULL)
		rc = write_html(cli, &rv, html, err);
	else if (rc == TWR_OK)
		review_print(&rv, cli->out);
	review_free(&rv);
	return rc;
}
