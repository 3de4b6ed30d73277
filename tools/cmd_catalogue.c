/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

#include "catalogue.h"

#define CATALOGUE TWR_DATADIR "/roles.conf"

enum twr_status
cmd_catalogue_news(const struct cli *cli, int64_t *ret,
    char text[TWR_ERROR_MAX], struct twr_error *err)
{
	struct change_catalogue_news news = { 0 };
	struct change ch = cli->session->change;
	struct catalogue *cat = NULL;
	struct twr_error why;
	enum twr_status rc;

	*ret = 0;
	text[0] = '\0';
	ch.dir = cli->session->dir;
	/* who follows has the authority's roles; the past had its own */
	if (directory_is_copy(ch.dir) || cli->session->past)
		return TWR_OK;
	if ((rc = catalogue_load(CATALOGUE, &cat, &why)) == TWR_ENOENT)
		return TWR_OK;
	if (rc != TWR_OK) {
		(void)snprintf(text, TWR_ERROR_MAX, "%s", why.text);
		return TWR_OK;
	}
	rc = change_catalogue_compare(&ch, cat, &news, err);
	catalogue_free(cat);
	*ret = (int64_t)(news.added + news.changed + news.gone);
	if (rc == TWR_OK && *ret > 0)
		(void)snprintf(text, TWR_ERROR_MAX,
		    "differs from the package's (%zu added, %zu changed, %zu "
		    "gone): run twrbac role import " CATALOGUE,
		    news.added, news.changed, news.gone);
	return rc;
}
