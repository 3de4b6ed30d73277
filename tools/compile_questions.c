/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "compile_impl.h"

/* The rule as if it were for scope: that one and all above it. */
static enum twr_status
move_rule(struct build *b, int64_t id, struct twr_rule *rule,
    struct twr_error *err)
{
	struct scope sc;
	enum twr_status rc;

	for (rule->n_chain = 0; id != 0 && rule->n_chain < TWR_CHAIN_MAX;
	     id = sc.parent_id) {
		if ((rc = directory_scope_get(b->dir, id, &sc, err)) != TWR_OK)
			return rc;
		rule->chain[rule->n_chain].scope = (uint32_t)sc.id;
		rule->chain[rule->n_chain++].status = sc.status;
	}
	return TWR_OK;
}

static enum twr_status
answer(struct build *b, const struct judge *jg, struct compile_question *qu,
    struct twr_error *err)
{
	struct twr_view view;
	struct twr_request req = { .service = qu->service,
		.user = qu->login,
		.invoker = qu->login,
		.now = b->opt->now,
		.local_uid = accounts_uid(&b->accounts, qu->login) };
	struct twr_decision d;
	enum twr_status rc = TWR_OK;

	memset(&view, 0, sizeof(view));
	if ((rc = twr_view_load_meta(&jg->rd, &view, err)) != TWR_OK)
		return rc;
	if (!twr_service_has_invoker(qu->service))
		req.invoker = NULL;
	else
		req.user = "root";
	twr_view_load(&jg->rd, qu->service, req.user, req.invoker, &view);
	if (qu->scope_id != 0 && view.rule_status == TWR_OK)
		rc = move_rule(b, qu->scope_id, &view.rule, err);
	if (rc == TWR_OK) {
		d = twr_decide(&view, &req, NULL);
		qu->passes = d.verdict == TWR_GRANT ||
		    d.verdict == TWR_EXEMPT || d.permissive;
		(void)snprintf(qu->reason, sizeof(qu->reason), "%s",
		    twr_reason_word(d.reason));
	}
	twr_view_free(&view);
	return rc;
}

enum twr_status
build_answer(struct build *b, const struct judge *new_policy,
    struct twr_error *err)
{
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < b->opt->n_questions; i++)
		rc = answer(b, new_policy, &b->opt->questions[i], err);
	return rc;
}
