/* SPDX-License-Identifier: BSD-2-Clause */
#include "organization.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHUNK_SIZE (64u * 1024u)

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct org_arena {
	struct chunk *chunks;
};

static const char *const role_words[] = { "owner", "administrator",
	"standard-user", "billing-admin", "billing-viewer", "none" };

const char *
org_role_find(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(role_words) / sizeof(*role_words); i++)
		if (strcmp(role_words[i], word) == 0)
			return role_words[i];
	return NULL;
}

const char *
org_role_word(const char *key)
{
	const char *colon = strchr(key, ':');
	const char *word = org_role_find(colon != NULL ? colon + 1 : key);

	return word != NULL ? word : "none";
}

struct organization *
organization_new(void)
{
	struct organization *org = calloc(1, sizeof(*org));

	if (org == NULL)
		return NULL;
	org->sid = org->name = "";
	org->arena = calloc(1, sizeof(*org->arena));
	if (org->arena == NULL) {
		free(org);
		return NULL;
	}
	return org;
}

void
organization_free(struct organization *org)
{
	struct chunk *ch, *next;

	if (org == NULL)
		return;
	for (ch = org->arena->chunks; ch != NULL; ch = next) {
		next = ch->next;
		free(ch);
	}
	free(org->arena);
	free(org);
}

void *
org_get(struct organization *org, size_t n, size_t size)
{
	struct chunk *ch = org->arena->chunks;
	size_t want, room;
	char *ret;

	if (size != 0 && n > (SIZE_MAX / 2) / size)
		return NULL;
	want = (n * size + sizeof(max_align_t)) & ~(sizeof(max_align_t) - 1);
	if (ch == NULL || ch->size - ch->used < want) {
		room = want > CHUNK_SIZE ? want : CHUNK_SIZE;
		if ((ch = calloc(1, sizeof(*ch) + room)) == NULL)
			return NULL;
		ch->size = room;
		ch->next = org->arena->chunks;
		org->arena->chunks = ch;
	}
	ret = (char *)ch->data + ch->used;
	ch->used += want;
	return ret;
}

const char *
org_text(struct organization *org, const char *text)
{
	size_t len = strlen(text);
	char *ret;

	if (len == 0)
		return "";
	if ((ret = org_get(org, len + 1, 1)) != NULL)
		memcpy(ret, text, len + 1);
	return ret;
}

/* Room doubles: n is a power of two, or 0, when it is used up. */
void *
org_grow(struct organization *org, void *array, size_t n, size_t size)
{
	void *ret;

	if (n != 0 && (n & (n - 1)) != 0)
		return array;
	if (n > SIZE_MAX / 4)
		return NULL;
	ret = org_get(org, n == 0 ? 1 : 2 * n, size);
	if (ret != NULL && n != 0)
		memcpy(ret, array, n * size);
	return ret;
}

/* ---- order ---- */

static int
compare_scopes(const void *x, const void *y)
{
	const struct org_scope *a = x, *b = y;

	return strcmp(a->path, b->path);
}

static int
compare_roles(const void *x, const void *y)
{
	const struct org_role *a = x, *b = y;

	return strcmp(a->key, b->key);
}

static int
compare_users(const void *x, const void *y)
{
	const struct org_user *a = x, *b = y;
	int diff = strcasecmp(a->email, b->email);

	return diff != 0 ? diff : strcmp(a->email, b->email);
}

static int
compare_logins(const void *x, const void *y)
{
	const struct org_login *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static int
compare_times(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_assignments(const void *x, const void *y)
{
	const struct org_assignment *a = x, *b = y;
	int diff;

	if ((diff = strcasecmp(a->user, b->user)) != 0 ||
	    (diff = strcmp(a->scope, b->scope)) != 0 ||
	    (diff = strcmp(a->role, b->role)) != 0 ||
	    (diff = compare_times(a->from, b->from)) != 0 ||
	    (diff = compare_times(a->until, b->until)) != 0 ||
	    (diff = strcmp(a->resource_type, b->resource_type)) != 0 ||
	    (diff = strcmp(a->resource_id, b->resource_id)) != 0)
		return diff;
	return strcmp(a->sid, b->sid);
}

static void
sort(void *array, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	if (n > 1)
		qsort(array, n, size, compare);
}

void
organization_sort(struct organization *org)
{
	size_t i;

	sort(org->scopes, org->n_scopes, sizeof(*org->scopes), compare_scopes);
	sort(org->roles, org->n_roles, sizeof(*org->roles), compare_roles);
	sort(org->users, org->n_users, sizeof(*org->users), compare_users);
	for (i = 0; i < org->n_users; i++)
		sort(org->users[i].logins, org->users[i].n_logins,
		    sizeof(*org->users[i].logins), compare_logins);
	sort(org->assignments, org->n_assignments, sizeof(*org->assignments),
	    compare_assignments);
}

/* ---- finding ---- */

static void *
find(const void *key, void *array, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	return n == 0 ? NULL : bsearch(key, array, n, size, compare);
}

static int
compare_emails(const void *x, const void *y)
{
	return strcasecmp(x, ((const struct org_user *)y)->email);
}

struct org_user *
org_find_user(const struct organization *org, const char *email)
{
	return find(email, org->users, org->n_users, sizeof(*org->users),
	    compare_emails);
}

struct org_scope *
org_find_scope(const struct organization *org, const char *path)
{
	struct org_scope key = { .path = path };

	return find(&key, org->scopes, org->n_scopes, sizeof(key),
	    compare_scopes);
}

struct org_role *
org_find_role(const struct organization *org, const char *key)
{
	struct org_role wanted = { .key = key };

	return find(&wanted, org->roles, org->n_roles, sizeof(wanted),
	    compare_roles);
}
