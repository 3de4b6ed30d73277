/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshot.h"

#include <string.h>

static char *
put(char *p, const char *text)
{
	size_t len = strlen(text);

	memcpy(p, text, len);
	return p + len;
}

static char *
put_number(char *p, int64_t value)
{
	char digits[20];
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t n = 0;

	if (value < 0)
		*p++ = '-';
	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

static char *
put_time(char *p, int64_t when)
{
	if (when == TWR_ALWAYS || when == TWR_NEVER)
		return put(p, "null");
	return put_number(p, when);
}

/* As SQLite's json_object() writes a text. */
static char *
put_text(char *p, const char *text)
{
	static const char names[32] = { ['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r' };
	unsigned char c;

	*p++ = '"';
	for (; (c = (unsigned char)*text) != '\0'; text++) {
		if (c == '"' || c == '\\') {
			*p++ = '\\';
			*p++ = (char)c;
		} else if (c >= 0x20) {
			*p++ = (char)c;
		} else if (names[c] != '\0') {
			*p++ = '\\';
			*p++ = names[c];
		} else {
			p = put(p, "\\u00");
			*p++ = (char)('0' + (c >> 4));
			*p++ = "0123456789abcdef"[c & 0xf];
		}
	}
	*p++ = '"';
	return p;
}

static char *
put_text_or_null(char *p, const char *text)
{
	return *text != '\0' ? put_text(p, text) : put(p, "null");
}

void
snapshot_assignment(const struct assignment *row,
    const struct snapshot_names *names, char buf[SNAPSHOT_MAX])
{
	bool removed = row->removed_at != TWR_NEVER;
	char *p = buf;

	p = put_number(put(p, "{\"created_at\":"), row->created_at);
	p = put_text(put(p, ",\"created_by\":"), row->created_by);
	p = put_number(put(p, ",\"id\":"), row->id);
	p = put_time(put(p, ",\"not_after\":"), row->not_after);
	p = put_time(put(p, ",\"not_before\":"), row->not_before);
	p = put_text(put(p, ",\"reason\":"), row->reason);
	p = put_time(put(p, ",\"removed_at\":"), row->removed_at);
	p = put(p, ",\"removed_by\":");
	p = removed ? put_text(p, row->removed_by) : put(p, "null");
	p = put(p, ",\"resource_id\":");
	p = put_text_or_null(p, row->resource_id);
	p = put(p, ",\"resource_type\":");
	p = put_text_or_null(p, row->resource_type);
	p = put_text(put(p, ",\"role\":"), names->role);
	p = put_number(put(p, ",\"role_id\":"), row->role_id);
	p = put_text(put(p, ",\"scope\":"), names->scope);
	p = put_number(put(p, ",\"scope_id\":"), row->scope_id);
	p = put_text(put(p, ",\"sid\":"), row->sid);
	p = put_text(put(p, ",\"user\":"), names->user);
	p = put_number(put(p, ",\"user_id\":"), row->user_id);
	(void)memcpy(p, "}", 2);
}
