/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The first byte says how the rest, a CSV file, is cut into pieces. However
 * it is cut, the same rows come out; and what is well formed, written with
 * every field in quotes, is read again as it was.
 */
#include "csv.h"
#include "fuzz.h"

struct seen {
	uint64_t hash, last_line;
	size_t rows, wrong;
	FILE *again; /* NULL: do not write */
};

static void
mix(struct seen *se, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		se->hash = (se->hash ^ p[i]) * UINT64_C(0x100000001b3);
}

static void
write_field(FILE *to, const char *field, size_t i)
{
	fputs(i > 0 ? ",\"" : "\"", to);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			fputc('"', to);
		fputc(*field, to);
	}
	fputc('"', to);
}

static enum twr_status
take(void *ctx, const struct csv_row *row, struct twr_error *err)
{
	struct seen *se = ctx;
	size_t i;

	(void)err;
	PROMISE(row->n >= 1 && row->n <= CSV_COLUMNS_MAX);
	PROMISE(row->line > se->last_line);
	se->last_line = row->line;
	if (row->wrong != NULL) {
		se->wrong++;
		return TWR_OK;
	}
	se->rows++;
	mix(se, &row->n, sizeof(row->n));
	for (i = 0; i < row->n; i++) {
		PROMISE(strlen(row->fields[i]) <= CSV_FIELD_MAX);
		mix(se, row->fields[i], strlen(row->fields[i]) + 1);
		if (se->again != NULL)
			write_field(se->again, row->fields[i], i);
	}
	if (se->again != NULL)
		fputs("\r\n", se->again);
	return TWR_OK;
}

static void
parse(struct seen *se, const char *data, size_t size, size_t piece)
{
	struct twr_error err = { "" };
	struct csv *cv = NULL;
	size_t n;

	PROMISE(csv_begin(take, se, &cv, &err) == TWR_OK);
	for (; size > 0; data += n, size -= n) {
		n = size < piece ? size : piece;
		PROMISE(csv_feed(cv, data, n, &err) == TWR_OK);
	}
	PROMISE(csv_end(cv, &err) == TWR_OK);
	csv_free(cv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = { 0 }, cut = { 0 }, again = { 0 };
	const char *text = (const char *)data + 1;
	char *buf = NULL;
	size_t len = 0;

	if (size < 1)
		return 0;
	whole.again = open_memstream(&buf, &len);
	PROMISE(whole.again != NULL);
	parse(&whole, text, size - 1, SIZE_MAX);
	PROMISE(fclose(whole.again) == 0);
	parse(&cut, text, size - 1, 1u + data[0]);
	PROMISE(cut.hash == whole.hash && cut.rows == whole.rows &&
	    cut.wrong == whole.wrong && cut.last_line == whole.last_line);
	parse(&again, buf, len, SIZE_MAX);
	PROMISE(again.wrong == 0 && again.rows == whole.rows &&
	    again.hash == whole.hash);
	free(buf);
	return 0;
}
