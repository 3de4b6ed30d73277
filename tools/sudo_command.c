/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_command.h"

#include <fnmatch.h>
#include <regex.h>
#include <string.h>

#define EDIT "sudoedit"

/* What follows the program and its blank; NULL: nothing does. */
static const char *
arguments_of(const char *text)
{
	const char *blank = strchr(text, ' ');

	return blank == NULL ? NULL : blank + 1;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* Bytes of a path that mean nothing to sudoers or to a shell's pattern. */
static bool
is_path_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("/._+-@%~", c) != NULL;
}

static bool
is_dots(const char *part, size_t len)
{
	return (len == 1 && part[0] == '.') ||
	    (len == 2 && part[0] == '.' && part[1] == '.');
}

static const char *
path_fault(const char *path, size_t len)
{
	size_t i, part;

	for (i = 0; i < len; i++)
		if (!is_path_byte(path[i]))
			return "the program's path has a character that "
			       "sudoers would read as something else; only "
			       "letters, digits and / . _ + - @ % ~ may be in "
			       "it, wildcards only in arguments";
	for (i = 0; i < len; i += part + 1) {
		part = strcspn(path + i + 1, "/ ");
		if (part == 0)
			return "the program's path has an empty part or ends "
			       "in a slash, which stands for all that is in a "
			       "folder; name one program";
		if (is_dots(path + i + 1, part))
			return "the program's path has . or .. in it; write "
			       "it without";
	}
	return NULL;
}

static bool
is_regex(const char *args)
{
	return args != NULL && args[0] == '^';
}

/* The end of the bracket expression that begins at p, or of the text. */
static const char *
skip_brackets(const char *p)
{
	const char *kind;

	p += p[1] == '^' ? 2 : 1;
	p += *p == ']';
	for (; *p != '\0' && *p != ']'; p++)
		if (*p == '[' && p[1] != '\0' && strchr(".:=", p[1]) != NULL) {
			kind = strchr(p + 2, p[1]);
			while (kind != NULL && kind[1] != ']')
				kind = strchr(kind + 1, p[1]);
			if (kind != NULL)
				p = kind + 1;
		}
	return p;
}

/*
 * ^a|b$ holds each side at one end only, and sudo takes the first $ for the
 * end of the command, whatever stands behind it.
 */
static const char *
loose_end(const char *args)
{
	const char *p;
	int depth = 0;

	for (p = args; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '$' && p[1] != '\0')
			return "a $ within the regular expression ends it for "
			       "sudo; write \\$ for the character";
		else if (*p == '[' && *(p = skip_brackets(p)) == '\0')
			break;
		else if (*p == '(' || *p == ')')
			depth += *p == '(' ? 1 : -1;
		else if (*p == '|' && depth <= 0)
			return "a | outside of ( ) leaves both its sides open "
			       "at one end; write ^(one|other)$";
	}
	return NULL;
}

static const char *
regex_fault(const char *args)
{
	size_t len = strlen(args);
	const char *fault = loose_end(args);
	regex_t re;

	if (fault != NULL)
		return fault;

	if (len < 2 || args[len - 1] != '$' || args[len - 2] == '\\')
		return "arguments that begin with ^ are a regular expression "
		       "and must end with $; write \\^ for the character";
	if (regcomp(&re, args, REG_EXTENDED | REG_NOSUB) != 0)
		return "the arguments are no regular expression (regex(7), "
		       "the extended kind)";
	regfree(&re);
	return NULL;
}

static const char *
escape_fault(const char *args)
{
	const char *p;

	for (p = args; *p != '\0'; p++) {
		if (*p != '\\')
			continue;
		if (*++p == '\0' || strchr("*?[]\\^", *p) == NULL)
			return "a backslash stands only before * ? [ ] ^ and "
			       "another backslash";
		if (*p == '^' && p - 1 != args)
			return "\\^ is for the first character of the "
			       "arguments; elsewhere write ^";
	}
	return NULL;
}

static const char *
arguments_fault(const char *args)
{
	size_t len = strlen(args);

	if (is_regex(args))
		return regex_fault(args);
	if (len == 0 || args[0] == ' ' || args[len - 1] == ' ' ||
	    strstr(args, "  ") != NULL)
		return "arguments are parted by one blank each, and none "
		       "stands at the end";
	if (strcmp(args, "\"\"") == 0)
		return "\"\" is not needed: a command without arguments runs "
		       "without any";
	return escape_fault(args);
}

const char *
sudo_command_fault(const char *text)
{
	const char *args = arguments_of(text), *fault;
	size_t len = args == NULL ? strlen(text) : (size_t)(args - text - 1);

	if (strlen(text) > SUDO_COMMAND_MAX)
		return "it has more than 1024 bytes";
	if (has_control(text))
		return "it has a control character";
	if (text[0] == '!')
		return "a command cannot be taken away with !, which is "
		       "passed by easily; name those that are allowed";
	if (sudo_command_is_all(text))
		return NULL;
	if (len == sizeof(EDIT) - 1 && memcmp(text, EDIT, len) == 0) {
		if (args == NULL)
			return "sudoedit alone is every file; name one, such "
			       "as sudoedit /etc/motd";
		if (args[0] != '/' && !is_regex(args))
			return "sudoedit takes the absolute path of a file";
		return arguments_fault(args);
	}
	if (text[0] != '/')
		return "it does not begin with the absolute path of a "
		       "program, such as /usr/bin/systemctl; besides there "
		       "are sudoedit and ALL";
	if ((fault = path_fault(text, len)) != NULL)
		return fault;
	if (len > sizeof(EDIT) &&
	    memcmp(text + len - sizeof(EDIT), "/" EDIT, sizeof(EDIT)) == 0)
		return "sudoedit is written without a path";
	return args == NULL ? NULL : arguments_fault(args);
}

bool
sudo_command_is_all(const char *text)
{
	return strcmp(text, "ALL") == 0;
}

bool
sudo_command_is_regex(const char *text)
{
	return is_regex(arguments_of(text));
}

/* A repetition of what matches a blank as well. */
static bool
regex_is_wide(const char *args)
{
	const char *p;

	for (p = args; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '.' && p[1] != '\0' &&
		    strchr("*+{", p[1]) != NULL)
			return true;
		else if (*p == '[' && p[1] == '^' && strchr(p, ']') != NULL &&
		    memchr(p, ' ', (size_t)(strchr(p, ']') - p)) == NULL)
			return true;
	}
	return false;
}

bool
sudo_command_is_wide(const char *text)
{
	const char *p = arguments_of(text);

	if (p == NULL)
		return false;
	if (is_regex(p))
		return regex_is_wide(p);
	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (strchr("*?[", *p) != NULL)
			return true;
	}
	return false;
}

/* sudo itself undoes one backslash before these, fnmatch() the others. */
static void
write_arguments(FILE *to, const char *args)
{
	const char *p;

	for (p = args; *p != '\0'; p++) {
		if (*p == '\\') {
			p++;
			fputs(*p == '\\' ? "\\\\\\" : "\\", to);
		} else if (strchr(",:=#", *p) != NULL) {
			fputc('\\', to);
		}
		fputc(*p, to);
	}
}

static void
write_regex(FILE *to, const char *args)
{
	const char *p;

	for (p = args; *p != '\0'; p++) {
		if (*p == '#')
			fputc('\\', to);
		fputc(*p, to);
		if (*p == '\\' && p[1] != '\0')
			fputc(*++p, to);
	}
}

void
sudo_command_write(FILE *to, const char *text)
{
	const char *args = arguments_of(text);

	if (sudo_command_is_all(text)) {
		fputs("ALL", to);
		return;
	}
	if (args == NULL) {
		fprintf(to, "%s \"\"", text);
		return;
	}
	fprintf(to, "%.*s", (int)(args - text), text);
	if (is_regex(args))
		write_regex(to, args);
	else
		write_arguments(to, args);
}

static bool
regex_matches(const char *args, const char *line)
{
	regex_t re;
	bool ret;

	if (regcomp(&re, args, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	ret = regexec(&re, line, 0, NULL, 0) == 0;
	regfree(&re);
	return ret;
}

bool
sudo_command_matches(const char *text, const char *line)
{
	const char *args = arguments_of(text), *given = arguments_of(line);
	size_t len = strcspn(text, " ");

	if (sudo_command_is_all(text))
		return true;
	if (len != strcspn(line, " ") || memcmp(text, line, len) != 0)
		return false;
	if (args == NULL)
		return given == NULL;
	if (given == NULL)
		given = "";
	return is_regex(args) ? regex_matches(args, given) :
				fnmatch(args, given, 0) == 0;
}
