/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The first line of the input is flags, the others are what strangers can
 * choose: names, PAM items, texts of a policy. The log line is read back: no
 * value may forge a key, a word or a line.
 */
#include "fuzz.h"
#include "logline.h"
#include "text.h"

enum field {
	FLAGS,
	SERVICE,
	USER,
	INVOKER,
	RHOST,
	TTY,
	SCOPE,
	LABEL,
	SID,
	ERROR,
	HOST,
	CONTACT,
	FIELDS
};

static const char *const always[] = { "event", "verdict", "reason", "service",
	"login", "user", "target", "invoker", "scope", "demand", "role", "at",
	"rhost", "tty", "serial" };
static const char *const sometimes[] = { "policy", "clock", "conf", "by",
	"error" };
#define N_ALWAYS (sizeof(always) / sizeof(always[0]))
#define N_SOMETIMES (sizeof(sometimes) / sizeof(sometimes[0]))
#define N_KEYS (N_ALWAYS + N_SOMETIMES)

static const uint8_t log_key[TWR_ID_LEN] = { 1, 2, 3 };

/* Values as they stand in a line; NULL where the key is absent. */
struct parsed {
	char line[TWR_LOGLINE_MAX];
	const char *value[N_KEYS];
	size_t n;
	bool whole; /* nothing was cut off */
};

static const char *
key_name(size_t i)
{
	return i < N_ALWAYS ? always[i] : sometimes[i - N_ALWAYS];
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Undo the escapes of one value, in place; each must be one. */
static void
decode(char *value)
{
	char hex[3] = "", *from, *to = value;

	for (from = value; *from != '\0'; from++) {
		PROMISE(*from != '"' && *from != '=');
		PROMISE((unsigned char)*from >= 0x20 && *from < 0x7f);
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		PROMISE(from[1] == 'x' && is_hex(from[2]) && is_hex(from[3]));
		hex[0] = from[2];
		hex[1] = from[3];
		*to++ = (char)strtoul(hex, NULL, 16);
		from += 3;
	}
	*to = '\0';
}

/* The end of the value at p: a blank, or the quote that ends it. */
static char *
end_of_value(char *p)
{
	return *p == '"' ? strchr(p + 1, '"') : strchr(p, ' ');
}

/*
 * Take the line apart. Keys come in their order, the first ones all. Only
 * the last word may be cut, and only when the line is nearly full.
 */
static void
parse(const char *line, struct parsed *ret)
{
	char *p, *value, *end;
	size_t i = 0;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->line, line, strlen(line) + 1);
	for (p = ret->line; p != NULL; p = end) {
		if ((value = strchr(p, '=')) == NULL)
			break;
		*value++ = '\0';
		while (i < N_KEYS && strcmp(p, key_name(i)) != 0) {
			PROMISE(i >= N_ALWAYS);
			i++;
		}
		PROMISE(i < N_KEYS);
		ret->n++;
		end = end_of_value(value);
		if (*value == '"' && end != NULL) {
			value++;
			*end++ = '\0';
			PROMISE(*end == '\0' || *end == ' ');
			end = *end == '\0' ? NULL : end + 1;
		} else if (*value == '"') {
			break; /* cut */
		} else if (end != NULL) {
			*end++ = '\0';
		}
		decode(value);
		ret->value[i++] = value;
	}
	ret->whole = strlen(line) < TWR_LOGLINE_MAX - 64;
	PROMISE(p == NULL || !ret->whole);
	PROMISE(i >= N_ALWAYS || !ret->whole);
}

/* What stands in the line is what was given, as far as it is shown. */
static void
check_value(const struct parsed *pl, const char *key, const char *given)
{
	const char *shown = NULL;
	size_t i, len;

	for (i = 0; i < N_KEYS; i++)
		if (strcmp(key, key_name(i)) == 0)
			shown = pl->value[i];
	if (shown == NULL || (!pl->whole && i > 3))
		return;
	if (given == NULL || given[0] == '\0') {
		PROMISE(strcmp(shown, "-") == 0);
		return;
	}
	len = strlen(shown);
	if (strcmp(shown, given) == 0)
		return;
	PROMISE(len > 2 && strcmp(shown + len - 2, "..") == 0);
	PROMISE(strncmp(shown, given, len - 2) == 0);
	/* an escape takes four bytes, and none is cut */
	PROMISE(4 * (len - 2) + 3 >= TWR_SERVICE_MAX);
}

/*
 * A name is shown as it is, or as a hash that says nothing of it without the
 * policy's key, or not at all when there is no policy.
 */
static void
check_name(const struct parsed *pl, const char *key, const char *given,
    bool public, const struct twr_judgement *jd)
{
	char hidden[TWR_HIDDEN_LEN] = "#";

	if (given != NULL && given[0] != '\0' && !public) {
		if (jd->view.meta.version != 0) {
			twr_hidden_name(log_key, given, hidden);
			PROMISE(strlen(hidden) == TWR_HIDDEN_LEN - 1);
		}
		given = hidden;
	}
	check_value(pl, key, given);
}

static void
check_line(const struct twr_report *rp, const char *line)
{
	const struct twr_judgement *jd = rp->judgement;
	const struct twr_request *req = &jd->request;
	bool invoker = jd->view.subject.invoker;
	struct parsed pl;

	PROMISE(memchr(line, '\0', TWR_LOGLINE_MAX) != NULL);
	parse(line, &pl);
	check_value(&pl, "event", rp->event);
	check_value(&pl, "verdict", rp->verdict);
	check_value(&pl, "reason", twr_reason_word(rp->reason));
	check_value(&pl, "service", req->service);
	check_name(&pl, "login", invoker ? req->invoker : req->user,
	    invoker ? jd->invoker_public : jd->user_public, jd);
	check_value(&pl, "user", jd->view.login.user_sid);
	check_name(&pl, "target", invoker ? req->user : NULL, jd->user_public,
	    jd);
	check_name(&pl, "invoker", invoker ? NULL : req->invoker,
	    jd->invoker_public, jd);
	check_value(&pl, "scope", jd->view.rule.scope_path);
	check_value(&pl, "demand",
	    jd->decision.demand == 0 ? jd->view.rule.demands[0].label : NULL);
	check_value(&pl, "rhost", rp->rhost);
	check_value(&pl, "tty", rp->tty);
	check_value(&pl, "serial", "4711");
}

static void
check_sentence(const struct twr_report *rp)
{
	char text[TWR_SENTENCE_MAX];

	twr_sentence(rp, text);
	fuzz_check_error(text, sizeof(text));
	PROMISE(strncmp(text, "twrbac: access to ", 18) == 0);
	PROMISE(strstr(text, "(ref 7Q2M4KXA)") != NULL);
}

/* What the bits of the first line stand for. */
#define BY_INVOKER 1u
#define NO_DETAIL 2u
#define USER_PUBLIC 4u
#define INVOKER_PUBLIC 8u
#define PREV 16u
#define CLOCK_BEHIND 32u
#define CONF_EDITED 64u
#define NO_DEMAND 128u
#define NO_HOLDING 256u
#define BY_ARGUMENT 512u
#define NO_POLICY 1024u
#define REASON_SHIFT 11

static void
fill_judgement(struct twr_judgement *jd, const char *const *f, unsigned flags)
{
	jd->reader.fd = -1;
	jd->request = (struct twr_request) { .service = f[SERVICE],
		.user = f[USER],
		.invoker = f[INVOKER],
		.now = 1790000000 };
	jd->view.subject.invoker = (flags & BY_INVOKER) != 0;
	jd->view.login.user_sid = f[SID];
	jd->view.rule.scope_path = f[SCOPE];
	jd->view.meta.serial = 4711;
	jd->view.meta.version = (flags & NO_POLICY) != 0 ? 0 : 1;
	memcpy(jd->view.meta.log_key, log_key, sizeof(log_key));
	jd->view.meta.contact = f[CONTACT];
	jd->view.meta.detail = (flags & NO_DETAIL) != 0 ? TWR_DETAIL_NONE :
							  TWR_DETAIL_REASON;
	jd->user_public = (flags & USER_PUBLIC) != 0;
	jd->invoker_public = (flags & INVOKER_PUBLIC) != 0;
	jd->prev = (flags & PREV) != 0;
	jd->clock_behind = (flags & CLOCK_BEHIND) != 0;
	jd->conf_edited = (flags & CONF_EDITED) != 0;
	jd->decision.demand = (flags & NO_DEMAND) != 0 ? TWR_NOTHING : 0;
	jd->decision.holding = (flags & NO_HOLDING) != 0 ? TWR_NOTHING : 0;
	jd->decision.reason = (enum twr_reason)(flags >> REASON_SHIFT & 31) %
	    TWR_REASON_COUNT;
	if (f[ERROR] != NULL)
		(void)snprintf(jd->error.text, sizeof(jd->error.text), "%s",
		    f[ERROR]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *f[FIELDS] = { NULL };
	char *text = fuzz_string(data, size), line[TWR_LOGLINE_MAX];
	char host[65] = "";
	unsigned flags;
	const uint32_t role = 7;
	const struct twr_holding holding = { 7, 3, 0, 1790000000, 0 };
	struct twr_demand demand = { TWR_DEMAND_ROLE, "", &role, 1 };
	struct twr_judgement *jd = calloc(1, sizeof(*jd));
	struct twr_report rp = {
		.judgement = jd, .event = "7Q2M4KXA", .verdict = "deny"
	};

	PROMISE(jd != NULL);
	(void)fuzz_lines(text, f, FIELDS);
	flags = (unsigned)strtoul(f[FLAGS], NULL, 16);
	if (f[LABEL] != NULL)
		demand.label = f[LABEL];
	fill_judgement(jd, f, flags);
	jd->view.login.holdings = &holding;
	jd->view.login.n_holdings = 1;
	jd->view.rule.demands = &demand;
	jd->view.rule.n_demands = 1;
	rp.reason = jd->decision.reason;
	rp.by = (flags & BY_ARGUMENT) != 0 ? "argument" : NULL;
	rp.rhost = f[RHOST];
	rp.tty = f[TTY];
	if (f[HOST] != NULL) /* a host's name has at most 64 bytes */
		(void)snprintf(host, sizeof(host), "%s", f[HOST]);
	rp.host = host;

	memset(line, 'x', sizeof(line));
	twr_logline(&rp, line);
	check_line(&rp, line);
	check_sentence(&rp);
	free(jd);
	free(text);
	return 0;
}
