/* SPDX-License-Identifier: BSD-2-Clause */
#include "out.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/*
 * Decode one UTF-8 character: its length in bytes, 0 when p does not begin
 * one (too long a form, surrogate, beyond U+10FFFF, cut short).
 */
static size_t
decode(const char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t len, i;
	uint32_t c;

	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	c = p[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

/* Characters that move, hide or reorder what stands around them. */
static bool
is_deceptive(uint32_t c)
{
	static const uint32_t ranges[][2] = { { 0x80, 0x9f }, { 0xad, 0xad },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff } };
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

char *
out_escape(const char *text)
{
	size_t left = strlen(text), room = 10 * left + 1, len, at = 0;
	char *ret;
	uint32_t c;

	if (left > SIZE_MAX / 16 || (ret = malloc(room)) == NULL)
		return NULL;
	while (*text != '\0') {
		len = decode(text, &c);
		if (len == 0) {
			c = (unsigned char)*text;
			at += (size_t)snprintf(ret + at, room - at, "\\x%02x",
			    c);
			len = 1;
		} else if (c < 0x20 || c == 0x7f) {
			at += (size_t)snprintf(ret + at, room - at, "\\x%02x",
			    c);
		} else if (is_deceptive(c)) {
			at += (size_t)snprintf(ret + at, room - at, "\\u{%x}",
			    c);
		} else {
			memcpy(ret + at, text, len);
			at += len;
		}
		text += len;
	}
	ret[at] = '\0';
	return ret;
}

/* Columns of one character; what the C library does not know counts 1. */
static size_t
width_of(uint32_t c)
{
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : (size_t)width;
}

size_t
out_width(const char *text)
{
	size_t width = 0, len;
	uint32_t c;

	for (; *text != '\0'; text += len) {
		if ((len = decode(text, &c)) == 0) {
			len = 1;
			c = '?';
		}
		width += width_of(c);
	}
	return width;
}

void
out_cut(char *text, size_t width)
{
	size_t used = 0, len, at = 0, w;
	uint32_t c;

	if (out_width(text) <= width)
		return;
	while (text[at] != '\0') {
		if ((len = decode(text + at, &c)) == 0) {
			len = 1;
			c = '?';
		}
		if (used + (w = width_of(c)) > width - 2)
			break;
		used += w;
		at += len;
	}
	/* What is cut off is at least two columns, so at least two bytes
	 * unless one wide character was left: that has three. */
	memcpy(text + at, "..", 3);
}
