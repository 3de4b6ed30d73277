/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * verify_journal DIRECTORY: prove the journal of a directory and that the
 * tables are what it says; print its newest row's number. Reads only.
 */
#include <inttypes.h>
#include <stdio.h>

#include "directory.h"
#include "journal.h"

int
main(int argc, char **argv)
{
	struct directory *dir = NULL;
	struct journal_head head = { 0 };
	struct twr_error err = { "" };
	enum twr_status rc;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: verify_journal DIRECTORY\n");
		return 64;
	}
	rc = directory_open(argv[1], DIRECTORY_READ, &dir, &err);
	if (rc == TWR_OK)
		rc = directory_begin_read(dir, &err);
	if (rc == TWR_OK)
		rc = journal_verify(dir, &head, &err);
	directory_close(dir);
	if (rc != TWR_OK) {
		(void)fprintf(stderr, "verify_journal: %s\n", err.text);
		return 1;
	}
	(void)printf("%" PRIu64 "\n", head.seq);
	return 0;
}
