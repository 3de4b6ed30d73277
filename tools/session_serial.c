/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "session_impl.h"

void
session_leave_past(struct session *s)
{
	directory_close(s->dir);
	s->dir = NULL;
	s->past = false;
}

enum twr_status
session_open_serial(struct session *s, uint64_t serial, struct twr_error *err)
{
	struct directory *past = NULL;
	struct journal_moment m;
	enum twr_status rc;

	session_leave_past(s);
	if ((rc = session_open_directory(s, DIRECTORY_READ, err)) != TWR_OK ||
	    (rc = directory_begin_read(s->dir, err)) != TWR_OK)
		goto out;
	if (directory_is_copy(s->dir)) {
		rc = twr_fail(err, TWR_EREFUSED,
		    "this host follows another, and keeps its own rules of "
		    "the newest two policies only; policy %" PRIu64
		    " is neither",
		    serial);
		goto out;
	}
	if ((rc = directory_compiled_as(s->dir, serial, &m, err)) != TWR_OK ||
	    (rc = directory_open_past(s->dir, m.seq, m.at, &past, err)) !=
		TWR_OK)
		goto out;
	directory_close(s->dir);
	s->dir = past;
	s->past = true;
	s->policy_at = m.policy_at;
out:
	if (rc != TWR_OK)
		session_leave_past(s);
	return rc;
}
