/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_ARGUMENTS_H
#define TWR_ARGUMENTS_H

#include <stdbool.h>

/*
 * What may stand behind the module's name in pam.d. The module reads its own
 * line by this table, and doctor those of a host. A word that ends in "=" has
 * a value.
 */
#define TWR_ARGUMENTS(X) \
	X(POLICY, "policy=") \
	X(BREAK_GLASS, "break_glass=") \
	X(PERMISSIVE_UNTIL, "permissive_until=") \
	X(PERMISSIVE_UNCONFIGURED, "permissive_unconfigured") \
	X(TELL, "tell") \
	X(DEBUG, "debug")

enum twr_argument {
#define X(id, word) TWR_ARGUMENT_##id,
	TWR_ARGUMENTS(X)
#undef X
	TWR_ARGUMENT_COUNT /* unknown */
};

/*
 * Which argument is it? *ret is its value, "" where it has none. One that is
 * unknown or whose value is malformed is TWR_ARGUMENT_COUNT.
 */
enum twr_argument twr_argument_parse(const char *word, const char **ret);

#endif
