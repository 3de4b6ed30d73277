/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "stack.h"

#define BLANK " \t\n"
#define SPACE " \t\n\v\f\r"
#define UNSET (-6)

/* By number. libpam looks for them in this order. */
static const char *const codes[] = { "success", "open_err", "symbol_err",
	"service_err", "system_err", "buf_err", "perm_denied", "auth_err",
	"cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
	"new_authtok_reqd", "acct_expired", "session_err", "cred_unavail",
	"cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown",
	"bad_item", "conv_again", "incomplete", "default" };
#define N_CODES (sizeof(codes) / sizeof(*codes))
_Static_assert(N_CODES == STACK_CODES + 1, "one word for each result");

/* By number, without its sign. */
static const char *const actions_words[] = { "ignore", "ok", "done", "bad",
	"die", "reset" };
#define N_ACTIONS (sizeof(actions_words) / sizeof(*actions_words))

const char *
stack_code_word(int code)
{
	return code >= 0 && code < STACK_CODES ? codes[code] : "?";
}

/* The word that *at begins with, by number; n: none does. */
static size_t
take_word(const char **at, const char *const *words, size_t n)
{
	size_t i, len;

	for (i = 0; i < n; i++) {
		len = strlen(words[i]);
		if (strncmp(*at, words[i], len) == 0) {
			*at += len;
			break;
		}
	}
	return i;
}

static void
set_rest(int actions[STACK_CODES], int action)
{
	size_t i;

	for (i = 0; i < STACK_CODES; i++) {
		if (actions[i] == UNSET)
			actions[i] = action;
	}
}

/* "ok", or how many lines to jump over. 0 and nonsense are none. */
static bool
take_action(const char **at, int *ret)
{
	size_t i = take_word(at, actions_words, N_ACTIONS);
	int n = 0;

	if (i < N_ACTIONS) {
		*ret = -(int)i;
		return true;
	}
	for (; **at >= '0' && **at <= '9'; (*at)++)
		n = n > INT_MAX / 10 - 1 ? INT_MAX / 10 : n * 10 + **at - '0';
	*ret = n;
	return n > 0;
}

/* "success=ok default=die", as what stood between the brackets. */
static bool
parse_pairs(const char *at, int actions[STACK_CODES])
{
	size_t code;
	int action;

	for (at += strspn(at, SPACE); *at != '\0'; at += strspn(at, SPACE)) {
		if ((code = take_word(&at, codes, N_CODES)) == N_CODES)
			return false;
		at += strspn(at, SPACE);
		if (*at++ != '=')
			return false;
		at += strspn(at, SPACE);
		if (!take_action(&at, &action))
			return false;
		if (code < STACK_CODES)
			actions[code] = action;
		else
			set_rest(actions, action);
	}
	return true;
}

static const struct {
	const char *word;
	int success, rest;
} plain[] = {
	{ "required", STACK_DO_OK, STACK_DO_BAD },
	{ "requisite", STACK_DO_OK, STACK_DO_DIE },
	{ "optional", STACK_DO_OK, STACK_DO_IGNORE },
	{ "sufficient", STACK_DO_DONE, STACK_DO_IGNORE },
};

bool
stack_parse_control(const char *text, int actions[STACK_CODES])
{
	size_t i;

	for (i = 0; i < STACK_CODES; i++)
		actions[i] = UNSET;
	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (strcasecmp(text, plain[i].word) != 0)
			continue;
		actions[STACK_SUCCESS] = plain[i].success;
		actions[STACK_NEW_AUTHTOK_REQD] = plain[i].success;
		actions[STACK_IGNORE] = STACK_DO_IGNORE;
		set_rest(actions, plain[i].rest);
		return true;
	}
	if (parse_pairs(text, actions)) {
		set_rest(actions, STACK_DO_BAD);
		return true;
	}
	for (i = 0; i < STACK_CODES; i++)
		actions[i] = STACK_DO_BAD;
	return false;
}

/* Up to the first ']'; "\]" is one that stays. */
static char *
bracketed(char *from)
{
	char *to = from, *end;

	for (end = from; *end != '\0' && *end != ']'; end++) {
		if (end[0] == '\\' && end[1] == ']')
			end++;
		*to++ = *end;
	}
	if (to != end)
		*to = '\0';
	return end;
}

char *
stack_word(char **at)
{
	char *word, *end;

	if (*at == NULL)
		return NULL;
	word = *at + strspn(*at, BLANK);
	if (*word == '[')
		end = bracketed(++word);
	else if (*word == '\0')
		return *at = NULL;
	else
		end = word + strcspn(word, BLANK);
	if (*end != '\0')
		*end++ = '\0';
	*at = *end != '\0' ? end : NULL;
	return word;
}
