/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_rule.h"

#include <stdlib.h>
#include <string.h>

#include "policy_format.h"
#include "sudo_command.h"

/* The mirror of policy_encode_sudo_rule(), for the tool alone. */
struct cursor {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static const uint8_t *
take(struct cursor *c, size_t len)
{
	const uint8_t *p = c->p;

	if (c->bad || len > c->left) {
		c->bad = true;
		return NULL;
	}
	c->p += len;
	c->left -= len;
	return p;
}

static void
get_u32(struct cursor *c, uint32_t *ret)
{
	const uint8_t *p = take(c, 4);

	*ret = p == NULL ? 0 :
			   (uint32_t)p[0] | (uint32_t)p[1] << 8 |
		(uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
get_flag(struct cursor *c, bool *ret)
{
	const uint8_t *p = take(c, 1);

	*ret = p != NULL && *p == 1;
	if (p != NULL && *p > 1)
		c->bad = true;
}

static void
get_str(struct cursor *c, const char **ret)
{
	const uint8_t *p = take(c, 2);
	size_t len = p == NULL ? 0 : (size_t)(p[0] | p[1] << 8);

	*ret = "";
	if ((p = take(c, len + 1)) == NULL)
		return;
	if (memchr(p, '\0', len + 1) != p + len)
		c->bad = true;
	else
		*ret = (const char *)p;
}

#define GET_FIELD(type, member) get_##type(c, &ru->member);
#define GET_ENUM(member, least, most)

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
}

static enum twr_status
damaged(size_t number, struct twr_error *err)
{
	return twr_fail(err, TWR_ECORRUPT,
	    "policy: sudo rule %zu is damaged; run twrbac compile", number);
}

/* commands takes what the rule's list is kept in. */
static enum twr_status
decode(struct cursor *c, size_t number, struct sudo_rule *ru,
    const char ***commands, struct twr_error *err)
{
	uint32_t n;
	size_t i;

	TWR_SUDO_FIELDS(GET_FIELD, GET_ENUM)
	get_u32(c, &n);
	if (c->bad || n == 0 || n > c->left / TWR_STRING_MIN_LEN)
		return damaged(number, err);
	if ((*commands = calloc(n, sizeof(**commands))) == NULL)
		return no_memory(err);
	for (i = 0; i < n; i++)
		get_str(c, &(*commands)[i]);
	if (c->bad || c->left != 0)
		return damaged(number, err);
	ru->commands = *commands;
	ru->n_commands = n;
	/* nothing is written into sudoers that was not looked at */
	for (i = 0; i < n; i++)
		if (sudo_command_fault(ru->commands[i]) != NULL)
			return damaged(number, err);
	return TWR_OK;
}

static bool
keep(struct sudo_rules *rules, void *memory)
{
	void **more = reallocarray(rules->owned, rules->n_owned + 1,
	    sizeof(*more));

	if (more == NULL)
		return false;
	rules->owned = more;
	more[rules->n_owned++] = memory;
	return true;
}

static struct sudo_rule *
add_rule(struct sudo_rules *rules)
{
	size_t room = rules->room * 2 + 16;
	struct sudo_rule *more;

	if (rules->n == rules->room) {
		more = reallocarray(rules->all, room, sizeof(*more));
		if (more == NULL)
			return NULL;
		rules->all = more;
		rules->room = room;
	}
	more = &rules->all[rules->n];
	memset(more, 0, sizeof(*more));
	return more;
}

/* TWR_ENOENT: there is no rule of this number. */
static enum twr_status
load_one(const struct twr_reader *rd, struct sudo_rules *rules,
    struct twr_error *err)
{
	const size_t number = rules->n;
	const uint8_t key[] = { TWR_KEY_SUDO, (uint8_t)number,
		(uint8_t)(number >> 8), (uint8_t)(number >> 16),
		(uint8_t)(number >> 24) };
	struct sudo_rule *ru = add_rule(rules);
	struct cursor cursor = { NULL, 0, false };
	const char **commands = NULL;
	uint8_t *value = NULL;
	enum twr_status rc;

	if (ru == NULL)
		return no_memory(err);
	rc = twr_reader_get(rd, key, sizeof(key), &value, &cursor.left, err);
	if (rc != TWR_OK)
		return rc;
	if (!keep(rules, value)) {
		free(value);
		return no_memory(err);
	}
	cursor.p = value;
	rc = decode(&cursor, number, ru, &commands, err);
	if (commands != NULL && !keep(rules, (void *)commands)) {
		free((void *)commands);
		return no_memory(err);
	}
	if (rc == TWR_OK)
		rules->n++;
	return rc;
}

enum twr_status
sudo_rules_load(const struct twr_reader *rd, struct sudo_rules *ret,
    struct twr_error *err)
{
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	do {
		rc = load_one(rd, ret, err);
	} while (rc == TWR_OK);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

void
sudo_rules_free(struct sudo_rules *rules)
{
	size_t i;

	for (i = 0; i < rules->n_owned; i++)
		free(rules->owned[i]);
	free(rules->owned);
	free(rules->all);
	memset(rules, 0, sizeof(*rules));
}
