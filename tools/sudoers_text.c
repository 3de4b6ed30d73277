/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "digest.h"
#include "sudo_command.h"

#define HEADER_WORD "# twrbac-sudoers 1 "
#define LAST_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* ---- names ---- */

const char *
sudoers_name_fault(const char *login)
{
	const char *p;

	if (*login == '\0' || strchr("%+#", *login) != NULL)
		return "begins with %, + or #, which sudo reads as a group, a "
		       "netgroup or a uid even in quotes; use the group "
		       "plugin, or rename the account";
	for (p = login; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "has a control character; rename the account";
		if (*p == '\\' && (p[1] == '\0' || p[1] == '"'))
			return "has a backslash before a quote or at its end, "
			       "which sudoers cannot say; use the group "
			       "plugin, or rename the account";
	}
	return NULL;
}

/* Words of sudoers' own grammar name somebody only in quotes. */
static bool
is_word_of_sudoers(const char *name)
{
	static const char *const words[] = { "sudoedit", "list", "sha224",
		"sha256", "sha384", "sha512" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return false;
}

static bool
is_plain(const char *name)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return ((*name >= 'a' && *name <= 'z') || *name == '_') &&
	    name[strspn(name, bytes)] == '\0' && !is_word_of_sudoers(name);
}

void
sudoers_write_name(FILE *to, const char *name)
{
	if (is_plain(name)) {
		fputs(name, to);
		return;
	}
	fputc('"', to);
	for (; *name != '\0'; name++) {
		if (*name == '"')
			fputc('\\', to);
		fputc(*name, to);
	}
	fputc('"', to);
}

/* Nothing in a comment may end its line or go on in the next. */
static void
write_comment(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ||
			    *text == '\\' ?
			'?' :
			*text,
		    to);
}

/* ---- lines ---- */

static void
write_time(FILE *to, const char *word, int64_t when)
{
	time_t t = (time_t)(when < 0 ? 0 :
		when > LAST_SECOND   ? LAST_SECOND :
				       when);
	struct tm tm = { 0 };
	char text[32] = "";

	(void)gmtime_r(&t, &tm);
	(void)strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	fprintf(to, "%s=%s ", word, text);
}

/* sudo's NOTAFTER is the last second that counts, our end the first not. */
static void
write_window(FILE *to, const struct sudoers_grant *g)
{
	if (g->from != TWR_ALWAYS)
		write_time(to, "NOTBEFORE", g->from);
	if (g->until != TWR_NEVER)
		write_time(to, "NOTAFTER", g->until - 1);
}

/* The window is said again for each command, whatever a sudo inherits. */
void
sudoers_write_line(FILE *to, const struct sudo_rule *rule,
    const struct sudoers_grant *g)
{
	size_t i;

	sudoers_write_name(to, g->login);
	fputs(" ALL = (", to);
	if (strcmp(rule->runas, "ALL") == 0)
		fputs("ALL", to);
	else
		sudoers_write_name(to, rule->runas);
	fputs(") ", to);
	for (i = 0; i < rule->n_commands; i++) {
		if (i > 0)
			fputs(", ", to);
		write_window(to, g);
		if (i == 0 && sudoers_grant_nopasswd(rule, g))
			fputs("NOPASSWD: ", to);
		sudo_command_write(to, rule->commands[i]);
	}
}

static void
write_rule_head(FILE *to, const struct sudo_rule *rule)
{
	fputs("\n# ", to);
	write_comment(to, rule->role);
	if (rule->scope_path[0] != '\0') {
		fputs(" at ", to);
		write_comment(to, rule->scope_path);
	}
	if (rule->comment[0] != '\0') {
		fputs(": ", to);
		write_comment(to, rule->comment);
	}
	fputc('\n', to);
}

static bool
is_misread(const struct sudoers_grant *g, const struct sudo_version *sv)
{
	return g->from != TWR_ALWAYS && g->until != TWR_NEVER &&
	    sudo_mixes_windows(sv);
}

static enum twr_status
finish(FILE *to, char **text, char **ret, struct twr_error *err)
{
	bool bad = ferror(to) != 0;

	if (fclose(to) != 0 || bad) {
		free(*text);
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	}
	*ret = *text;
	return TWR_OK;
}

enum twr_status
sudoers_body(const struct sudoers_grants *gr, const struct sudo_version *sv,
    char **ret, size_t *left_out, struct twr_error *err)
{
	const struct sudoers_grant *g;
	size_t i, len = 0, rule = SIZE_MAX;
	char *text = NULL;
	FILE *to = open_memstream(&text, &len);

	*left_out = 0;
	if (to == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	for (i = 0; i < gr->n; i++) {
		g = &gr->all[i];
		if (is_misread(g, sv)) {
			++*left_out;
			continue;
		}
		if (g->rule != rule)
			write_rule_head(to, &gr->rules.all[g->rule]);
		rule = g->rule;
		sudoers_write_line(to, &gr->rules.all[rule], g);
		fputc('\n', to);
	}
	return finish(to, &text, ret, err);
}

/* ---- what a sudo can do ---- */

static bool
is_at_least(const struct sudo_version *sv, unsigned a, unsigned b, unsigned c)
{
	const unsigned want[3] = { a, b, c };
	size_t i;

	for (i = 0; i < 3; i++)
		if (sv->number[i] != want[i])
			return sv->number[i] > want[i];
	return true;
}

static bool
read_numbers(const char *p, unsigned number[3])
{
	size_t i;

	for (i = 0; i < 3; i++) {
		if (*p < '0' || *p > '9')
			return i > 1;
		for (number[i] = 0; *p >= '0' && *p <= '9'; p++)
			if (number[i] < 100000)
				number[i] = number[i] * 10 +
				    (unsigned)(*p - '0');
		if (*p == '.')
			p++;
	}
	return true;
}

bool
sudo_version_parse(const char *line, struct sudo_version *ret)
{
	static const char ours[] = "visudo version ", rs[] = "visudo-rs ",
			  older[] = "visudo ";
	const char *p = line;

	memset(ret, 0, sizeof(*ret));
	if (strncmp(p, ours, sizeof(ours) - 1) == 0) {
		p += sizeof(ours) - 1;
	} else if (strncmp(p, rs, sizeof(rs) - 1) == 0) {
		p += sizeof(rs) - 1;
		ret->rs = true;
	} else if (strncmp(p, older, sizeof(older) - 1) == 0 &&
	    strstr(p, "-rs") != NULL) {
		p += sizeof(older) - 1;
		ret->rs = true;
	} else {
		return false;
	}
	if (!ret->rs && !read_numbers(p, ret->number))
		return false;
	snprintf(ret->text, sizeof(ret->text), "%.*s", (int)strcspn(p, " \r\n"),
	    p);
	ret->known = true;
	return true;
}

void
sudo_version_name(const struct sudo_version *sv,
    char ret[SUDO_VERSION_NAME_MAX])
{
	snprintf(ret, SUDO_VERSION_NAME_MAX, "%s%s", sv->rs ? "rs-" : "",
	    sv->known ? sv->text : "");
}

bool
sudo_knows_windows(const struct sudo_version *sv)
{
	return !sv->known || (!sv->rs && is_at_least(sv, 1, 8, 20));
}

bool
sudo_knows_regex(const struct sudo_version *sv)
{
	return !sv->known || (!sv->rs && is_at_least(sv, 1, 9, 10));
}

bool
sudo_mixes_windows(const struct sudo_version *sv)
{
	return sv->known && !sv->rs && is_at_least(sv, 1, 9, 15) &&
	    !is_at_least(sv, 1, 9, 18);
}

static bool
has_regex(const struct sudo_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->n_commands; i++)
		if (sudo_command_is_regex(rule->commands[i]))
			return true;
	return false;
}

enum twr_status
sudoers_check_version(const struct sudoers_grants *gr,
    const struct sudo_version *sv, struct twr_error *err)
{
	const char *name = sv->rs ? "sudo-rs" : "sudo";
	const struct sudoers_grant *g;
	size_t i;

	for (i = 0; i < gr->n; i++) {
		g = &gr->all[i];
		if (!sudo_knows_windows(sv) &&
		    (g->from != TWR_ALWAYS || g->until != TWR_NEVER))
			return twr_fail(err, TWR_EREFUSED,
			    "%s %s knows no NOTAFTER (sudo 1.8.20 and later), "
			    "so what %.64s holds for a while would never end; "
			    "use a later sudo, or assign roles without an end",
			    name, sv->text, g->login);
		if (!sudo_knows_regex(sv) && has_regex(&gr->rules.all[g->rule]))
			return twr_fail(err, TWR_EREFUSED,
			    "%s %s knows no regular expressions (sudo 1.9.10 "
			    "and later); name exact commands in line %u of "
			    "twrbac.conf",
			    name, sv->text,
			    (unsigned)gr->rules.all[g->rule].line);
	}
	return TWR_OK;
}

/* ---- the file ---- */

void
sudoers_header_make(uint64_t serial, const struct sudo_version *sv,
    const char *policy, struct sudoers_header *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->serial = serial;
	sudo_version_name(sv, ret->sudo);
	snprintf(ret->policy, sizeof(ret->policy), "%s", policy);
}

enum twr_status
sudoers_file_text(const struct sudoers_header *hd, const char *organization,
    const char *body, char **ret, struct twr_error *err)
{
	char digest[2 * TWR_HASH_LEN + 1];
	enum twr_status rc;
	char *text = NULL;
	size_t len = 0;
	FILE *to;

	rc = digest_hex(body, strlen(body), digest, err);
	if (rc != TWR_OK)
		return rc;
	if ((to = open_memstream(&text, &len)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	fputs("# Generated by twrbac from the roles of ", to);
	write_comment(to, organization);
	fputs(".\n"
	      "# Do not edit: the next change of the policy writes it anew.\n"
	      "# See sudo_rules in twrbac.conf(5) and \"twrbac sudoers "
	      "print\".\n",
	    to);
	fprintf(to, HEADER_WORD "serial=%" PRIu64 " digest=%s ", hd->serial,
	    digest);
	if (hd->sudo[0] != '\0') {
		fputs("sudo=", to);
		write_comment(to, hd->sudo);
		fputc(' ', to);
	}
	fputs("policy=", to);
	write_comment(to, hd->policy);
	fprintf(to, "\n%s", body);
	return finish(to, &text, ret, err);
}

/* The value of a word of the header, up to one of end. */
static bool
take(const char **at, const char *word, const char *end, char *buf, size_t size)
{
	size_t len = strlen(word), n;

	if (strncmp(*at, word, len) != 0)
		return false;
	n = strcspn(*at + len, end);
	if (n == 0 || n >= size || (*at)[len + n] == '\0')
		return false;
	memcpy(buf, *at + len, n);
	buf[n] = '\0';
	*at += len + n + 1;
	return true;
}

bool
sudoers_header_read(const char *text, struct sudoers_header *ret)
{
	const char *p = text;
	char number[24], *end;

	memset(ret, 0, sizeof(*ret));
	while (strncmp(p, HEADER_WORD, sizeof(HEADER_WORD) - 1) != 0) {
		if (*p != '#' || (p = strchr(p, '\n')) == NULL)
			return false;
		p++;
	}
	p += sizeof(HEADER_WORD) - 1;
	if (!take(&p, "serial=", " ", number, sizeof(number)) ||
	    !take(&p, "digest=", " ", ret->digest, sizeof(ret->digest)) ||
	    (strncmp(p, "sudo=", 5) == 0 &&
		!take(&p, "sudo=", " ", ret->sudo, sizeof(ret->sudo))) ||
	    !take(&p, "policy=", "\n", ret->policy, sizeof(ret->policy)) ||
	    number[strspn(number, "0123456789")] != '\0')
		return false;
	ret->serial = strtoull(number, &end, 10);
	ret->body = p;
	return true;
}
