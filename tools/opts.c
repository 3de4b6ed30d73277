/* SPDX-License-Identifier: BSD-2-Clause */
#include "opts.h"

#include <stdint.h>
#include <string.h>

#include "suggest.h"

static const struct {
	const char *word;
	const char *value;
} known[OPT_COUNT] = {
#define X(id, text, name) [OPT_##id] = { text, name },
	OPTS(X)
#undef X
};

const char *
opt_word(enum opt opt)
{
	return known[opt].word;
}

const char *
opt_value_name(enum opt opt)
{
	return known[opt].value;
}

bool
opt_listed(enum opt opt, const struct opt_help *list)
{
	if (list == NULL)
		return false;
	for (; list->opt != OPT_NONE; list++)
		if (list->opt == opt)
			return true;
	return false;
}

static enum opt
find(const char *word, size_t len)
{
	int i;

	for (i = OPT_NONE + 1; i < OPT_COUNT; i++)
		if (strlen(known[i].word) == len &&
		    memcmp(known[i].word, word, len) == 0)
			return (enum opt)i;
	return OPT_NONE;
}

static enum twr_status
unknown(const char *arg, struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	char word[64];
	size_t len;
	int i;

	len = strcspn(arg + 2, "=");
	if (len >= sizeof(word))
		len = sizeof(word) - 1;
	memcpy(word, arg + 2, len);
	word[len] = '\0';
	suggest_init(&sg, word);
	for (i = OPT_NONE + 1; i < OPT_COUNT; i++)
		suggest_offer(&sg, known[i].word);
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "unknown option --%s; did you mean --%s?", word, best);
	return twr_fail(err, TWR_EINVAL,
	    "unknown option --%s; \"twrbac help all\" lists them", word);
}

/* arg is argv[*i] and starts with "--"; *i moves on over a value. */
static enum twr_status
take_option(int argc, char **argv, int *i, struct opts *ret,
    struct twr_error *err)
{
	const char *arg = argv[*i], *equals = strchr(arg, '=');
	size_t len = equals ? (size_t)(equals - arg - 2) : strlen(arg + 2);
	enum opt opt = find(arg + 2, len);
	const char *word = opt_word(opt), *value = word;

	if (opt == OPT_NONE)
		return unknown(arg, err);
	if (known[opt].value == NULL && equals != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--%s takes no value; write it alone", word);
	if (known[opt].value != NULL && equals != NULL) {
		value = equals + 1;
	} else if (known[opt].value != NULL) {
		if (*i + 1 >= argc)
			return twr_fail(err, TWR_EINVAL,
			    "--%s needs a value: --%s %s", word, word,
			    known[opt].value);
		value = argv[++*i];
	}
	if (*value == '\0')
		return twr_fail(err, TWR_EINVAL,
		    "--%s has an empty value; write --%s %s or leave it out",
		    word, word, known[opt].value);
	if (ret->value[opt] != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--%s is given twice; give it once", word);
	ret->value[opt] = value;
	return TWR_OK;
}

enum twr_status
opts_parse(int argc, char **argv, struct opts *ret, struct twr_error *err)
{
	bool only_words = false;
	enum twr_status rc;
	int i;

	memset(ret, 0, sizeof(*ret));
	if (argc < 1)
		return TWR_OK;
	ret->words = argv + 1;
	for (i = 1; i < argc; i++) {
		if (only_words || argv[i][0] != '-' || argv[i][1] == '\0') {
			ret->words[ret->n_words++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (strcmp(argv[i], "-h") == 0) {
			ret->value[OPT_HELP] = known[OPT_HELP].word;
		} else if (argv[i][1] != '-') {
			return twr_fail(err, TWR_EINVAL,
			    "unknown option %s; options are whole words such "
			    "as --help; put -- before a word that starts so",
			    argv[i]);
		} else {
			rc = take_option(argc, argv, &i, ret, err);
			if (rc != TWR_OK)
				return rc;
		}
	}
	return TWR_OK;
}

enum twr_status
opt_number(const char *text, const char *what, unsigned long max,
    unsigned long *ret, struct twr_error *err)
{
	unsigned long n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10ul, &n) ||
		    __builtin_add_overflow(n, (unsigned long)(*p - '0'), &n) ||
		    n > max)
			break;
	if (p == text || *p != '\0')
		return twr_fail(err, TWR_EINVAL,
		    "%s \"%s\": not a whole number from 0 to %lu", what, text,
		    max);
	*ret = n;
	return TWR_OK;
}
