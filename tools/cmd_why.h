/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CMD_WHY_H
#define TWRBAC_CMD_WHY_H

/* What why has to say of each event that it found. */

#include "cmd.h"
#include "why.h"
#include "why_search.h"

/* Begin the report's table; then one call for each event. */
void cmd_why_begin(struct cli *cli);
/* not_in_journal: it was found elsewhere, although the journal was asked. */
void cmd_why_show(struct cli *cli, struct why_desk *desk,
    const struct why_wanted *wanted, const struct why_hit *hit,
    bool not_in_journal);

#endif
