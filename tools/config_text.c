/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DEPTH_MAX 64 /* deeper nesting is not explained */
#define SHOWN_MAX 40 /* bytes of a word in a message */

enum token_type {
	TOKEN_END, /* of the text */
	TOKEN_WORD, /* a name, true, false */
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_MARK, /* one of = : ; , { } ( ) [ ] */
	TOKEN_OTHER, /* a byte that begins nothing */
	TOKEN_OPEN_STRING, /* the string or comment does not end */
	TOKEN_OPEN_COMMENT
};

struct token {
	enum token_type type;
	char mark; /* of TOKEN_MARK */
	const char *start;
	size_t len;
	unsigned line; /* where it begins */
};

struct lexer {
	const char *at;
	unsigned line;
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

static void
skip_line(struct lexer *lx)
{
	while (*lx->at != '\0' && *lx->at != '\n')
		lx->at++;
}

/* Returns false when the comment does not end. */
static bool
skip_comment(struct lexer *lx)
{
	for (lx->at += 2; *lx->at != '\0'; lx->at++) {
		if (lx->at[0] == '*' && lx->at[1] == '/') {
			lx->at += 2;
			return true;
		}
		if (*lx->at == '\n')
			lx->line++;
	}
	return false;
}

/* Returns false when a comment does not end; *line is where it began. */
static bool
skip_blank(struct lexer *lx, unsigned *line)
{
	for (;;) {
		const char *p = lx->at;

		if (*p == '\n') {
			lx->line++;
			lx->at++;
		} else if (*p == ' ' || *p == '\t' || *p == '\r' ||
		    *p == '\f' || *p == '\v') {
			lx->at++;
		} else if (*p == '#' || (p[0] == '/' && p[1] == '/')) {
			skip_line(lx);
		} else if (p[0] == '/' && p[1] == '*') {
			*line = lx->line;
			if (!skip_comment(lx))
				return false;
		} else {
			return true;
		}
	}
}

static void
lex_string(struct lexer *lx, struct token *tk)
{
	tk->type = TOKEN_OPEN_STRING;
	for (lx->at++; *lx->at != '\0'; lx->at++) {
		if (*lx->at == '"') {
			tk->type = TOKEN_STRING;
			lx->at++;
			break;
		}
		if (*lx->at == '\\' && lx->at[1] != '\0')
			lx->at++;
		if (*lx->at == '\n')
			lx->line++;
	}
}

static void
lex_number(struct lexer *lx)
{
	/* suffixes, hexadecimals and exponents: all that sticks to it */
	lx->at++;
	while (is_word(*lx->at) || *lx->at == '.')
		lx->at++;
}

static struct token
next_token(struct lexer *lx)
{
	struct token tk = { TOKEN_END, '\0', NULL, 0, 0 };
	unsigned opened = 0;

	if (!skip_blank(lx, &opened)) {
		tk.type = TOKEN_OPEN_COMMENT;
		tk.start = lx->at;
		tk.line = opened;
		return tk;
	}
	tk.start = lx->at;
	tk.line = lx->line;
	if (*lx->at == '\0')
		return tk;
	if (*lx->at == '"') {
		lex_string(lx, &tk);
	} else if (is_letter(*lx->at)) {
		tk.type = TOKEN_WORD;
		while (is_word(*lx->at))
			lx->at++;
	} else if (is_digit(*lx->at) || *lx->at == '-' || *lx->at == '+') {
		tk.type = TOKEN_NUMBER;
		lex_number(lx);
	} else {
		tk.mark = *lx->at++;
		tk.type = strchr("=:;,{}()[]", tk.mark) != NULL ? TOKEN_MARK :
								  TOKEN_OTHER;
	}
	tk.len = (size_t)(lx->at - tk.start);
	return tk;
}

static enum twr_status
check_string(const struct token *tk, const char *name, struct twr_error *err)
{
	size_t i;

	for (i = 1; i + 4 < tk->len; i++) {
		if (tk->start[i] != '\\')
			continue;
		i++;
		if (memcmp(tk->start + i, "x00", 3) != 0)
			continue;
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: a string holds a NUL byte (\\x00); remove it", name,
		    tk->line);
	}
	return TWR_OK;
}

static enum twr_status
check_token(const struct token *before, const struct token *tk,
    const char *name, struct twr_error *err)
{
	if (tk->type == TOKEN_OPEN_STRING)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: a string begins here and does not end; "
		    "add the closing '\"'",
		    name, tk->line);
	if (tk->type == TOKEN_OPEN_COMMENT)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: a comment begins here and does not end; "
		    "add the closing \"*/\"",
		    name, tk->line);
	if (tk->type == TOKEN_OTHER && tk->mark == '@')
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: \"@include\" is not allowed, since what is in "
		    "force is kept as one text; put its lines here",
		    name, tk->line);
	if (tk->type != TOKEN_STRING)
		return TWR_OK;
	if (before->type == TOKEN_STRING)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: two strings follow each other; put a comma "
		    "between them",
		    name, tk->line);
	return check_string(tk, name, err);
}

enum twr_status
config_text_check(const char *text, const char *name, struct twr_error *err)
{
	struct lexer lx = { text, 1 };
	struct token before = { TOKEN_END, '\0', text, 0, 1 }, tk;
	enum twr_status rc;

	do {
		tk = next_token(&lx);
		if ((rc = check_token(&before, &tk, name, err)) != TWR_OK)
			return rc;
		before = tk;
	} while (tk.type != TOKEN_END);
	return TWR_OK;
}

/* The brackets that are open, outermost first. */
struct nest {
	struct token open[DEPTH_MAX];
	size_t n;
};

static char
closing(char open)
{
	switch (open) {
	case '{':
		return '}';
	case '(':
		return ')';
	case '[':
		return ']';
	default:
		return '\0';
	}
}

static bool
is_closing(const struct token *tk)
{
	return tk->type == TOKEN_MARK && strchr("})]", tk->mark) != NULL;
}

static bool
is_opening(const struct token *tk)
{
	return tk->type == TOKEN_MARK && strchr("{([", tk->mark) != NULL;
}

static bool
is_mark(const struct token *tk, char mark)
{
	return tk->type == TOKEN_MARK && tk->mark == mark;
}

static int
shown(const struct token *tk)
{
	return tk->len > SHOWN_MAX ? SHOWN_MAX : (int)tk->len;
}

static bool
is_boolean(const struct token *tk)
{
	static const char *const words[] = { "true", "false" };
	size_t i, j;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < tk->len && words[i][j] != '\0'; j++) {
			if ((tk->start[j] | 0x20) != words[i][j])
				break;
		}
		if (j == tk->len && words[i][j] == '\0')
			return true;
	}
	return false;
}

/* A closing bracket against the one that it should close. */
static enum twr_status
explain_close(struct nest *ns, const struct token *before,
    const struct token *tk, const char *name, struct twr_error *err)
{
	const struct token *open;

	if (ns->n == 0)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: \"%c\" closes nothing; remove it", name, tk->line,
		    tk->mark);
	open = &ns->open[ns->n - 1];
	if (tk->mark != closing(open->mark))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: \"%c\" cannot close the \"%c\" of line %u; "
		    "write \"%c\" first",
		    name, tk->line, tk->mark, open->mark, open->line,
		    closing(open->mark));
	if (is_mark(before, ',') && tk->mark != '}')
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error: no comma before \"%c\"; remove it",
		    name, before->line, tk->mark);
	ns->n--;
	return TWR_OK;
}

static bool
is_value(const struct token *tk)
{
	return tk->type == TOKEN_STRING || tk->type == TOKEN_NUMBER ||
	    tk->type == TOKEN_WORD || is_opening(tk);
}

/* Inside ( ) and [ ]: values with commas between them. */
static enum twr_status
explain_in_list(const struct token *before, const struct token *tk,
    const char *name, struct twr_error *err)
{
	if (tk->type == TOKEN_WORD && !is_boolean(tk))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error at %.*s; text needs double quotes: "
		    "\"%.*s\"",
		    name, tk->line, shown(tk), tk->start, shown(tk), tk->start);
	if (is_mark(tk, ';') || is_mark(tk, '='))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error at \"%c\" inside a list; close the "
		    "list first, or use a comma",
		    name, tk->line, tk->mark);
	if (is_value(tk) && (is_value(before) || is_closing(before)) &&
	    !is_opening(before))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error: a comma is missing between two "
		    "entries; write one before %.*s",
		    name, tk->line, shown(tk), tk->start);
	return TWR_OK;
}

static bool
is_assign(const struct token *tk)
{
	return is_mark(tk, '=') || is_mark(tk, ':');
}

/* In a group or at the top: NAME = VALUE; */
static enum twr_status
explain_in_group(const struct token *before, const struct token *tk,
    const char *name, struct twr_error *err)
{
	if (is_assign(before) && tk->type == TOKEN_WORD && !is_boolean(tk))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error at %.*s; text needs double quotes: "
		    "\"%.*s\"",
		    name, tk->line, shown(tk), tk->start, shown(tk), tk->start);
	if (is_assign(before) &&
	    (tk->type == TOKEN_END || is_closing(tk) || is_mark(tk, ';') ||
		is_mark(tk, ',')))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error: no value after \"%c\"; write one",
		    name, before->line, before->mark);
	if (before->type == TOKEN_WORD && !is_boolean(before) && !is_assign(tk))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error: no \"=\" after %.*s; write "
		    "%.*s = ...",
		    name, before->line, shown(before), before->start,
		    shown(before), before->start);
	return TWR_OK;
}

static enum twr_status
explain_token(struct nest *ns, const struct token *before,
    const struct token *tk, const char *name, struct twr_error *err)
{
	bool list = ns->n > 0 && ns->open[ns->n - 1].mark != '{';
	enum twr_status rc;

	rc = list ? explain_in_list(before, tk, name, err) :
		    explain_in_group(before, tk, name, err);
	if (rc != TWR_OK)
		return rc;
	if (tk->type == TOKEN_OTHER)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: syntax error at \"%c\"; text needs double quotes, "
		    "a comment begins with #",
		    name, tk->line, tk->mark);
	if (tk->type == TOKEN_END && ns->n > 0)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: the \"%c\" opened here is never closed; "
		    "add \"%c\"",
		    name, ns->open[ns->n - 1].line, ns->open[ns->n - 1].mark,
		    closing(ns->open[ns->n - 1].mark));
	if (is_closing(tk))
		return explain_close(ns, before, tk, name, err);
	if (is_opening(tk) && ns->n < DEPTH_MAX)
		ns->open[ns->n++] = *tk;
	return TWR_OK;
}

/* Is word, a key at line, in the group that begins at lx a second time? */
static bool
is_repeated(struct lexer lx, const struct token *word)
{
	struct token tk = next_token(&lx), next;
	unsigned depth = 0;

	for (; tk.start < word->start && tk.type != TOKEN_END; tk = next) {
		next = next_token(&lx);
		if (is_opening(&tk))
			depth++;
		else if (is_closing(&tk) && depth > 0)
			depth--;
		else if (depth == 0 && tk.type == TOKEN_WORD &&
		    is_assign(&next) && tk.len == word->len &&
		    memcmp(tk.start, word->start, tk.len) == 0)
			return true;
	}
	return false;
}

/* The key on this line that its group has already. */
static bool
find_repeated(const char *text, unsigned line, struct token *ret)
{
	struct lexer lx = { text, 1 }, groups[DEPTH_MAX];
	size_t depth = 0;
	struct token tk;

	groups[0] = lx;
	for (tk = next_token(&lx); tk.type != TOKEN_END && tk.line <= line;
	     tk = next_token(&lx)) {
		if (is_opening(&tk) && ++depth < DEPTH_MAX)
			groups[depth] = lx;
		else if (is_closing(&tk) && depth > 0)
			depth--;
		if (depth >= DEPTH_MAX)
			return false;
		if (tk.line != line || tk.type != TOKEN_WORD ||
		    !is_repeated(groups[depth], &tk))
			continue;
		*ret = tk;
		return true;
	}
	return false;
}

enum twr_status
config_text_repeated(const char *text, const char *name, unsigned line,
    struct twr_error *err)
{
	struct token tk;

	if (!find_repeated(text, line, &tk))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: a key is given twice in one group; keep one", name,
		    line);
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: \"%.*s\" is given twice in one group; keep one", name, line,
	    shown(&tk), tk.start);
}

enum twr_status
config_text_explain(const char *text, const char *name, unsigned line,
    const char *what, struct twr_error *err)
{
	struct lexer lx = { text, 1 };
	struct token before = { TOKEN_MARK, ';', text, 0, 1 }, tk;
	struct nest ns;
	enum twr_status rc;

	ns.n = 0;
	do {
		tk = next_token(&lx);
		rc = explain_token(&ns, &before, &tk, name, err);
		if (rc != TWR_OK)
			return rc;
		if (ns.n == DEPTH_MAX)
			break;
		before = tk;
	} while (tk.type != TOKEN_END);
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: %s; see twrbac.conf(5) for how this line is written", name,
	    line, what);
}
