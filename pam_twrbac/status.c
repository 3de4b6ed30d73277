/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"
#undef twr_fail /* what analysis knows it by */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum twr_status
twr_fail(struct twr_error *err, enum twr_status rc, const char *fmt, ...)
{
	va_list ap;
	char *p;

	if (err == NULL)
		return rc;
	va_start(ap, fmt);
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) < 0)
		err->text[0] = '\0';
	va_end(ap);
	for (p = err->text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return rc;
}

const char *
twr_errno_text(int e)
{
	static const struct {
		int code;
		const char *text;
	} texts[] = {
		{ EACCES, "Permission denied" },
		{ EPERM, "Operation not permitted" },
		{ ENOENT, "No such file or directory" },
		{ ENOTDIR, "Not a directory" },
		{ EISDIR, "Is a directory" },
		{ ELOOP, "Too many levels of symbolic links" },
		{ ENAMETOOLONG, "File name too long" },
		{ EMFILE, "Too many open files" },
		{ ENFILE, "Too many open files in system" },
		{ ENOMEM, "Cannot allocate memory" },
		{ EIO, "Input/output error" },
		{ EINTR, "Interrupted system call" },
		{ EAGAIN, "Resource temporarily unavailable" },
		{ EBADF, "Bad file descriptor" },
		{ EINVAL, "Invalid argument" },
		{ ENXIO, "No such device or address" },
		{ ENODEV, "No such device" },
		{ EBUSY, "Device or resource busy" },
		{ ETXTBSY, "Text file busy" },
		{ EOVERFLOW, "Value too large for defined data type" },
		{ ESTALE, "Stale file handle" },
		{ ENOSYS, "Function not implemented" },
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == e)
			return texts[i].text;
	return "Unexpected error";
}

const char *
twr_status_word(enum twr_status rc)
{
	switch (rc) {
	case TWR_OK:
		return "ok";
	case TWR_ENOENT:
		return "missing";
	case TWR_EUNREADABLE:
		return "unreadable";
	case TWR_EUNSAFE:
		return "unsafe";
	case TWR_ECORRUPT:
		return "corrupt";
	case TWR_ETOONEW:
		return "too-new";
	case TWR_ESTALE:
		return "stale";
	case TWR_ENOMEM:
		return "no-memory";
	case TWR_EINVAL:
		return "invalid";
	case TWR_EDATA:
		return "bad-data";
	case TWR_EREFUSED:
		return "refused";
	case TWR_EWRITE:
		return "cannot-write";
	case TWR_EBUSY:
		return "busy";
	case TWR_EPERM:
		return "not-permitted";
	}
	return "unknown";
}
