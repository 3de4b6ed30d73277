/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A log that anybody may have written to: text, or the journal daemon's
 * export format. What is taken for a line of the module's is one to the byte:
 * written anew from what was read, it is the same.
 */
#include "fuzz.h"
#include "logsource.h"
#include "text.h"

static void
write_anew(const struct logread *lr, char *buf, size_t size)
{
	struct twr_line ln;
	int i;

	twr_line_init(&ln, buf, size);
	for (i = 0; i < TWR_LOG_KEYS; i++) {
		const char *word = twr_log_word((enum twr_log_key)i);

		if (i == TWR_LOG_ERROR && lr->value[i] != NULL)
			twr_line_text(&ln, word, lr->value[i], size);
		else if (i < (int)TWR_LOG_FIXED || lr->value[i] != NULL)
			twr_line_key(&ln, word, lr->value[i], size);
	}
	PROMISE(!ln.full);
}

static enum twr_status
check_entry(void *ctx, const struct log_entry *entry, bool *enough,
    struct twr_error *err)
{
	struct logread *copy = malloc(sizeof(*copy));
	char anew[2 * TWR_LOGLINE_MAX];
	const char *p;

	(void)ctx;
	(void)err;
	PROMISE(copy != NULL);
	PROMISE(strlen(entry->raw) < TWR_LOGLINE_MAX);
	for (p = entry->raw; *p != '\0'; p++)
		PROMISE(*p >= 0x20 && *p < 0x7f);
	logread_copy(copy, entry->line);
	PROMISE(strlen(copy->value[TWR_LOG_EVENT]) == TWR_EVENT_LEN - 1);
	write_anew(copy, anew, sizeof(anew));
	PROMISE(strcmp(entry->raw, anew) == 0);
	PROMISE(entry->host != NULL && entry->program != NULL);
	free(copy);
	*enough = false;
	return TWR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_scan ls = { .now = 1790000000, .fn = check_entry };
	struct twr_error err = { "" };
	FILE *fp;

	if (size == 0 || (fp = fmemopen(NULL, size, "w+")) == NULL)
		return 0;
	PROMISE(fwrite(data, 1, size, fp) == size);
	rewind(fp);
	if (log_scan_stream(&ls, fp, "fuzz", &err) != TWR_OK)
		fuzz_check_error(err.text, sizeof(err.text));
	if (ls.n_bad > 0)
		fuzz_check_error(ls.bad.text, sizeof(ls.bad.text));
	(void)fclose(fp);
	return 0;
}
