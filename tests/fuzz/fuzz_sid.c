/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is what somebody typed as a SID. */
#include "fuzz.h"
#include "model.h"
#include "text.h"

/* The same question, asked in another way. */
static bool
looks_like_sid(const char *text)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return strlen(text) == TWR_SID_LEN && strspn(text, capitals) >= 2 &&
	    strspn(text + 2, "0123456789abcdef") == TWR_SID_LEN - 2;
}

static void
check_event_id(const uint8_t *data, size_t size)
{
	char buf[TWR_EVENT_LEN];

	if (size < 5)
		return;
	memset(buf, 'x', sizeof(buf));
	twr_event_id(data, buf);
	PROMISE(strlen(buf) == TWR_EVENT_LEN - 1);
	PROMISE(strspn(buf, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") ==
	    TWR_EVENT_LEN - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const prefixes[] = { "OR", "AC", "US", "IX", "IY" };
	char *text = fuzz_string(data, size);
	bool valid = looks_like_sid(text);
	size_t i;

	PROMISE(twr_sid_valid(text, NULL) == valid);
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		PROMISE(twr_sid_valid(text, prefixes[i]) ==
		    (valid && strncmp(text, prefixes[i], 2) == 0));
	check_event_id(data, size);
	free(text);
	return 0;
}
