/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is what somebody typed as a time or a duration. */
#include "clock.h"
#include "fuzz.h"
#include "model.h"
#include "text.h"

#define UNSET INT64_C(-77)
#define FIRST (INT64_C(-1) * 86400) /* 1970-01-01 with an offset of a day */
#define LAST INT64_C(253402387200) /* the end of 9999, likewise */

/* Written in UTC and read again, a moment stays the same. */
static void
check_round_trip(int64_t when)
{
	char buf[TWR_TIME_LEN], local[CLOCK_TEXT_LEN];
	int64_t again = UNSET;

	memset(buf, 'x', sizeof(buf));
	twr_time_format(when, buf);
	PROMISE(memchr(buf, '\0', sizeof(buf)) != NULL);
	if (when >= 0 && when < LAST - 86400) {
		PROMISE(twr_time_parse(buf, &again));
		PROMISE(again == when);
	}
	clock_format(when, false, local);
	PROMISE(memchr(local, '\0', sizeof(local)) != NULL);
}

/* When the input is that long, its first bytes are a time for formatting. */
static void
check_format(const uint8_t *data, size_t size)
{
	int64_t when;

	if (size < sizeof(when))
		return;
	memcpy(&when, data, sizeof(when));
	check_round_trip(when);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct twr_error err = { .text = "" };
	int64_t when = UNSET, local = UNSET, span = UNSET;

	if (twr_time_parse(text, &when)) {
		PROMISE(when >= FIRST && when < LAST);
		check_round_trip(when);
	} else {
		PROMISE(when == UNSET);
	}
	if (clock_parse(text, "--until", &local, &err) == TWR_OK)
		PROMISE(when == UNSET || local == when);
	else
		fuzz_check_error(err.text, sizeof(err.text));
	if (clock_parse_duration(text, "--for", &span, &err) == TWR_OK)
		PROMISE(span >= 60 && span <= INT64_C(36600) * 86400);
	else
		fuzz_check_error(err.text, sizeof(err.text));
	check_format(data, size);
	free(text);
	return 0;
}
