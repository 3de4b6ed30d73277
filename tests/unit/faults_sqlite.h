/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_FAULTS_SQLITE_H
#define TWR_TEST_FAULTS_SQLITE_H

#include <stdbool.h>

/*
 * Put FAULT_SQL_MEMORY and FAULT_DISK under SQLite. Once, before it is used;
 * false: it does not let us.
 */
bool faults_under_sqlite(void);

#endif
