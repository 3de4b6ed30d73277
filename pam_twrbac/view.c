/* SPDX-License-Identifier: BSD-2-Clause */
#include "view.h"

#include <stdlib.h>
#include <string.h>

/*
 * The decoder: one cursor over one value, one getter for each type of the
 * field lists. A getter that fails sets .bad and yields zero; the caller
 * looks once, at the end.
 */
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

static uint64_t
get_le(struct cursor *c, size_t len)
{
	const uint8_t *p = take(c, len);
	uint64_t v = 0;

	while (p != NULL && len-- > 0)
		v = v << 8 | p[len];
	return v;
}

/* Written so that compilers make one load of it. */
static uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
get_u32(struct cursor *c, uint32_t *ret)
{
	const uint8_t *p = take(c, 4);

	*ret = p != NULL ? load32(p) : 0;
}

static void
get_u64(struct cursor *c, uint64_t *ret)
{
	const uint8_t *p = take(c, 8);

	*ret = p != NULL ? load32(p) | (uint64_t)load32(p + 4) << 32 : 0;
}

static void
get_i64(struct cursor *c, int64_t *ret)
{
	uint64_t v;

	get_u64(c, &v);
	*ret = (int64_t)v;
}

static unsigned
get_enum(struct cursor *c, unsigned least, unsigned most)
{
	unsigned v = (unsigned)get_le(c, 1);

	if (v < least || v > most) {
		c->bad = true;
		return least;
	}
	return v;
}

static void
get_flag(struct cursor *c, bool *ret)
{
	*ret = get_enum(c, 0, 1) == 1;
}

static void
get_bytes(struct cursor *c, uint8_t *ret, size_t len)
{
	const uint8_t *p = take(c, len);

	if (p != NULL)
		memcpy(ret, p, len);
	else
		memset(ret, 0, len);
}

static void
get_id(struct cursor *c, uint8_t (*ret)[TWR_ID_LEN])
{
	get_bytes(c, *ret, TWR_ID_LEN);
}

static void
get_hash(struct cursor *c, uint8_t (*ret)[TWR_HASH_LEN])
{
	get_bytes(c, *ret, TWR_HASH_LEN);
}

static void
get_str(struct cursor *c, const char **ret)
{
	size_t len = (size_t)get_le(c, 2);
	const uint8_t *p = take(c, len + 1);

	*ret = "";
	if (p == NULL)
		return;
	if (memchr(p, '\0', len + 1) != p + len)
		c->bad = true;
	else
		*ret = (const char *)p;
}

/* A count of members that take at least min_len bytes each. */
static size_t
get_count(struct cursor *c, size_t min_len)
{
	size_t n = (size_t)get_le(c, 4);

	if (n > c->left / min_len) {
		c->bad = true;
		return 0;
	}
	return n;
}

#define GET_FIELD(type, member) get_##type(c, &GET_INTO->member);
#define GET_ENUM(member, least, most) \
	GET_INTO->member = get_enum(c, least, most);

/* The cursor is done when it read everything and nothing was wrong. */
static bool
is_done(const struct cursor *c)
{
	return !c->bad && c->left == 0;
}

/* Memory that lives as long as the view. NULL: none, or it owns too much. */
static void *
own(struct twr_view *view, void *mem)
{
	if (view->n_owned == sizeof(view->owned) / sizeof(*view->owned)) {
		free(mem);
		return NULL;
	}
	view->owned[view->n_owned++] = mem;
	return mem;
}

/* n zeroed members, in the view itself while there is room. */
static void *
own_array(struct twr_view *view, size_t n, size_t size)
{
	const size_t unit = sizeof(view->room[0]);
	size_t left = sizeof(view->room) / unit - view->room_used;
	void *mem = view->room + view->room_used;

	if (n > left * unit / size)
		return own(view, calloc(n, size));
	view->room_used += (n * size + unit - 1) / unit;
	return mem; /* twr_view_free() zeroed it */
}

static enum twr_status
bad_record(struct twr_error *err, const char *what)
{
	return twr_fail(err, TWR_ECORRUPT,
	    "policy: damaged: the %s cannot be decoded", what);
}

/* Fetch a record, which the view then owns. Keys of one letter: name NULL. */
static enum twr_status
fetch(const struct twr_reader *rd, char kind, const char *name,
    struct twr_view *view, struct cursor *c, struct twr_error *err)
{
	uint8_t key[TWR_KEY_MAX], *value = NULL;
	size_t len = name == NULL ? 0 : strlen(name);
	enum twr_status rc;

	if (len > sizeof(key) - 1)
		return TWR_ENOENT;
	key[0] = (uint8_t)kind;
	if (len > 0)
		memcpy(key + 1, name, len);
	memset(c, 0, sizeof(*c));
	rc = twr_reader_get(rd, key, len + 1, &value, &c->left, err);
	if (rc == TWR_OK && (c->p = own(view, value)) == NULL)
		rc = twr_fail(err, TWR_ENOMEM, "policy: too many records");
	return rc;
}

static enum twr_status
decode_services(struct cursor *c, struct twr_view *view, struct twr_error *err)
{
	struct twr_service *services;
	size_t i, n = get_count(c, TWR_SERVICE_MIN_LEN);

	if ((services = own_array(view, n, sizeof(*services))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	for (i = 0; i < n && !c->bad; i++) {
#define GET_INTO (&services[i])
		TWR_SERVICE_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	}
	view->meta.services = services;
	view->meta.n_services = n;
	return TWR_OK;
}

enum twr_status
twr_view_load_meta(const struct twr_reader *rd, struct twr_view *view,
    struct twr_error *err)
{
	struct twr_meta *m = &view->meta;
	struct cursor cursor, peek, *c = &cursor;
	uint32_t version;
	enum twr_status rc;

	rc = fetch(rd, TWR_KEY_META, NULL, view, c, err);
	if (rc == TWR_ENOENT)
		return bad_record(err, "meta record is missing or");
	if (rc != TWR_OK)
		return rc;
	if (get_le(c, 4) != TWR_FORMAT_MAGIC)
		return bad_record(err, "meta record");
	peek = *c;
	get_u32(&peek, &version);
	if (version > TWR_FORMAT_VERSION)
		return twr_fail(err, TWR_ETOONEW,
		    "policy: format %lu is newer than this build knows (%u); "
		    "upgrade the module",
		    (unsigned long)version, (unsigned)TWR_FORMAT_VERSION);
#define GET_INTO m
	TWR_META_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	if (!c->bad && (rc = decode_services(c, view, err)) != TWR_OK)
		return rc;
	if (!is_done(c) || m->version != TWR_FORMAT_VERSION)
		return bad_record(err, "meta record");
	if (m->file_len != rd->size)
		return twr_fail(err, TWR_ECORRUPT,
		    "policy: damaged: %lu bytes long instead of %llu",
		    (unsigned long)rd->size, (unsigned long long)m->file_len);
	return TWR_OK;
}

static enum twr_status
load_exemptions(const struct twr_reader *rd, struct twr_view *view)
{
	struct twr_error *err = &view->error;
	struct cursor cursor, *c = &cursor;
	struct twr_exemption *entries;
	const char **names;
	size_t i, n;
	enum twr_status rc;

	rc = fetch(rd, TWR_KEY_EXEMPT, NULL, view, c, err);
	if (rc == TWR_ENOENT)
		return bad_record(err, "exemptions are missing or");
	if (rc != TWR_OK)
		return rc;
	n = get_count(c, TWR_EXEMPTION_MIN_LEN);
	if ((entries = own_array(view, n, sizeof(*entries))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	for (i = 0; i < n && !c->bad; i++) {
#define GET_INTO (&entries[i])
		TWR_EXEMPTION_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	}
	view->exempt.entries = entries;
	view->exempt.n_entries = n;
	n = get_count(c, TWR_STRING_MIN_LEN);
	if ((names = own_array(view, n, sizeof(*names))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	for (i = 0; i < n && !c->bad; i++)
		get_str(c, &names[i]);
	view->exempt.mapped_system = names;
	view->exempt.n_mapped_system = n;
	return is_done(c) ? TWR_OK : bad_record(err, "list of exemptions");
}

/* n demands, with all their role numbers in one array. */
static enum twr_status
decode_demands(struct cursor *c, size_t n, struct twr_view *view)
{
	struct twr_demand *demands;
	uint32_t *roles;
	size_t i, k, used = 0;
	size_t room = c->left / sizeof(*roles);

	demands = own_array(view, n, sizeof(*demands));
	roles = own_array(view, room, sizeof(*roles));
	if (demands == NULL || roles == NULL)
		return twr_fail(&view->error, TWR_ENOMEM,
		    "policy: out of memory");
	for (i = 0; i < n && !c->bad; i++) {
#define GET_INTO (&demands[i])
		TWR_DEMAND_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
		demands[i].roles = roles + used;
		demands[i].n_roles = get_count(c, sizeof(*roles));
		for (k = 0; k < demands[i].n_roles; k++)
			get_u32(c, &roles[used++]);
		if (demands[i].n_roles == 0)
			c->bad = true;
	}
	view->rule.demands = demands;
	view->rule.n_demands = n;
	return TWR_OK;
}

static bool
decode_chain(struct cursor *c, struct twr_chain_link chain[TWR_CHAIN_MAX],
    size_t *ret)
{
	size_t i, n = get_count(c, 5);

	if (n == 0 || n > TWR_CHAIN_MAX)
		return false;
	for (i = 0; i < n; i++) {
#define GET_INTO (&chain[i])
		TWR_LINK_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	}
	*ret = n;
	return !c->bad;
}

static enum twr_status
load_rule(const struct twr_reader *rd, const char *service,
    struct twr_view *view)
{
	struct twr_rule *r = &view->rule;
	struct cursor cursor, *c = &cursor;
	enum twr_status rc;

	rc = fetch(rd, TWR_KEY_RULE, service, view, c, &view->error);
	if (rc == TWR_ENOENT)
		return bad_record(&view->error, "rule is missing or");
	if (rc != TWR_OK)
		return rc;
#define GET_INTO r
	TWR_RULE_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	if (!decode_chain(c, r->chain, &r->n_chain))
		return bad_record(&view->error, "scope chain of a rule");
	rc = decode_demands(c, get_count(c, TWR_DEMAND_MIN_LEN), view);
	if (rc != TWR_OK)
		return rc;
	/* a rule that demands nothing would grant to everybody */
	if (!is_done(c) || r->n_demands == 0)
		return bad_record(&view->error, "rule");
	return TWR_OK;
}

static enum twr_status
load_login(const struct twr_reader *rd, const char *name, struct twr_view *view)
{
	struct twr_login *l = &view->login;
	struct cursor cursor, *c = &cursor;
	struct twr_holding *holdings;
	size_t i, n;
	enum twr_status rc;

	rc = fetch(rd, TWR_KEY_LOGIN, name, view, c, &view->error);
	if (rc != TWR_OK)
		return rc;
#define GET_INTO l
	TWR_LOGIN_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	n = get_count(c, TWR_HOLDING_LEN);
	if ((holdings = own_array(view, n, sizeof(*holdings))) == NULL)
		return twr_fail(&view->error, TWR_ENOMEM,
		    "policy: out of memory");
	for (i = 0; i < n && !c->bad; i++) {
#define GET_INTO (&holdings[i])
		TWR_HOLDING_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	}
	l->holdings = holdings;
	l->n_holdings = n;
	return is_done(c) ? TWR_OK : bad_record(&view->error, "login");
}

bool
twr_service_has_invoker(const char *service)
{
	static const char *const family[] = { "su", "su-l", "sudo", "sudo-i",
		"doas" };
	size_t i;

	for (i = 0; i < sizeof(family) / sizeof(family[0]); i++)
		if (strcmp(service, family[i]) == 0)
			return true;
	return false;
}

static const struct twr_service *
find_service(const struct twr_meta *meta, const char *name)
{
	size_t i;

	for (i = 0; i < meta->n_services; i++)
		if (strcmp(meta->services[i].name, name) == 0)
			return &meta->services[i];
	return NULL;
}

/*
 * Who answers for a service: its own entry, and that of "other" when it has
 * no rule of its own. Returns the one whose rule judges it, or NULL.
 */
static const struct twr_service *
find_judge(const struct twr_meta *meta, const char *name,
    const struct twr_service **own, const struct twr_service **other)
{
	*own = find_service(meta, name);
	*other = NULL;
	if (*own != NULL && (*own)->has_rule)
		return *own;
	*other = find_service(meta, "other");
	return *other != NULL && (*other)->has_rule ? *other : NULL;
}

static bool
is_set(const char *item)
{
	return item != NULL && item[0] != '\0';
}

struct twr_subject
twr_subject_choose(const struct twr_meta *meta, const char *service,
    const char *user, const char *invoker)
{
	const struct twr_service *own, *other;
	const struct twr_service *s = find_judge(meta, service, &own, &other);
	struct twr_subject sub = { NULL, TWR_REASON_NONE, false };

	if (!is_set(user)) {
		sub.problem = TWR_REASON_NO_USER;
		return sub;
	}
	/* what "other" says is not meant for programs that switch users */
	if (s != NULL && s->subject != TWR_SUBJECT_BY_SERVICE &&
	    (s == own || !twr_service_has_invoker(service)))
		sub.invoker = s->subject == TWR_SUBJECT_INVOKER;
	else if (twr_service_has_invoker(service))
		sub.invoker = true;
	else if (is_set(invoker) && strcmp(invoker, user) != 0)
		sub.problem = TWR_REASON_NO_INVOKER;

	if (sub.invoker && !is_set(invoker))
		sub.problem = TWR_REASON_NO_INVOKER;
	if (sub.problem == TWR_REASON_NONE)
		sub.login = sub.invoker ? invoker : user;
	return sub;
}

void
twr_view_load(const struct twr_reader *rd, const char *service,
    const char *user, const char *invoker, struct twr_view *view)
{
	if (service == NULL)
		service = "";
	view->subject = twr_subject_choose(&view->meta, service, user, invoker);
	view->login_status = TWR_ENOENT;
	view->exempt_status = load_exemptions(rd, view);
	twr_view_load_rule(rd, service, view);
	if (view->subject.login != NULL)
		view->login_status = load_login(rd, view->subject.login, view);
	/* half-decoded parts are nobody's evidence */
	if (view->exempt_status != TWR_OK)
		memset(&view->exempt, 0, sizeof(view->exempt));
	if (view->login_status != TWR_OK)
		memset(&view->login, 0, sizeof(view->login));
}

void
twr_view_free(struct twr_view *view)
{
	while (view->n_owned > 0)
		free(view->owned[--view->n_owned]);
	memset(view, 0, sizeof(*view));
}

/* Fetch what a role question names; kind is TWR_NAME_ROLE or _SCOPE. */
static enum twr_status
fetch_asked(const struct twr_reader *rd, char kind, const char *name,
    struct twr_view *view, struct cursor *c)
{
	char key[TWR_KEY_MAX];
	size_t len = strlen(name);
	enum twr_status rc;

	if (len == 0 || len > TWR_ASKED_MAX)
		return TWR_ENOENT;
	key[0] = kind;
	memcpy(key + 1, name, len + 1);
	rc = fetch(rd, TWR_KEY_ASKED, key, view, c, &view->error);
	if (rc != TWR_ENOENT)
		return rc;
	/* not there; or is nothing of the kind there? */
	rc = fetch(rd, TWR_KEY_ASKED, NULL, view, c, &view->error);
	if (rc == TWR_ENOENT)
		return twr_fail(&view->error, TWR_ESTALE,
		    "policy: compiled by a twrbac that did not know sudo by "
		    "role; run twrbac compile");
	return rc == TWR_OK ? TWR_ENOENT : rc;
}

static enum twr_status
load_role_set(const struct twr_reader *rd, const char *role,
    struct twr_view *view)
{
	struct cursor cursor, *c = &cursor;
	enum twr_status rc;

	rc = fetch_asked(rd, TWR_NAME_ROLE, role, view, c);
	if (rc == TWR_OK)
		rc = decode_demands(c, 1, view);
	if (rc != TWR_OK)
		return rc;
	return is_done(c) ? TWR_OK : bad_record(&view->error, "role");
}

static enum twr_status
load_place(const struct twr_reader *rd, const char *scope,
    struct twr_view *view)
{
	struct twr_place place = { .path = "" };
	struct cursor cursor, *c = &cursor;
	enum twr_status rc;

	rc = fetch_asked(rd, TWR_NAME_SCOPE, scope, view, c);
	if (rc != TWR_OK)
		return rc;
#define GET_INTO (&place)
	TWR_PLACE_FIELDS(GET_FIELD, GET_ENUM)
#undef GET_INTO
	if (!decode_chain(c, place.chain, &place.n_chain) || !is_done(c))
		return bad_record(&view->error, "scope");
	view->rule.scope_path = place.path;
	memcpy(view->rule.chain, place.chain, sizeof(place.chain));
	view->rule.n_chain = place.n_chain;
	return TWR_OK;
}

void
twr_view_load_rule(const struct twr_reader *rd, const char *service,
    struct twr_view *view)
{
	view->judge = find_judge(&view->meta, service, &view->service,
	    &view->other);
	view->rule_status = TWR_ENOENT;
	if (view->judge != NULL)
		view->rule_status = load_rule(rd, view->judge->name, view);
	/* half-decoded parts are nobody's evidence */
	if (view->rule_status != TWR_OK)
		memset(&view->rule, 0, sizeof(view->rule));
}

void
twr_view_load_role(const struct twr_reader *rd,
    const struct twr_role_question *question, struct twr_view *view)
{
	view->asks_role = true;
	view->exempt_status = TWR_ENOENT;
	view->role_status = view->scope_status = TWR_OK;
	/* what the rule itself demands is not the question */
	view->rule.demands = NULL;
	view->rule.n_demands = 0;
	if (view->rule_status != TWR_OK)
		return;
	view->role_status = load_role_set(rd, question->role, view);
	if (question->scope != NULL)
		view->scope_status = load_place(rd, question->scope, view);
	if (view->role_status != TWR_OK) {
		view->rule.demands = NULL;
		view->rule.n_demands = 0;
	}
	if (view->scope_status != TWR_OK)
		view->rule.n_chain = 0;
}

void
twr_view_load_login(const struct twr_reader *rd, const char *login,
    struct twr_view *view)
{
	memset(&view->subject, 0, sizeof(view->subject));
	view->login_status = TWR_ENOENT;
	if (is_set(login)) {
		view->subject.login = login;
		view->login_status = load_login(rd, login, view);
	} else {
		view->subject.problem = TWR_REASON_NO_USER;
	}
	if (view->login_status != TWR_OK)
		memset(&view->login, 0, sizeof(view->login));
}

enum twr_status
twr_name_of(const struct twr_reader *rd, char kind, uint32_t number, char **ret)
{
	uint8_t key[6] = { TWR_KEY_NAME, (uint8_t)kind, (uint8_t)number,
		(uint8_t)(number >> 8), (uint8_t)(number >> 16),
		(uint8_t)(number >> 24) };
	struct cursor cursor, *c = &cursor;
	const char *name;
	uint8_t *value;
	enum twr_status rc;

	memset(c, 0, sizeof(*c));
	rc = twr_reader_get(rd, key, sizeof(key), &value, &c->left, NULL);
	if (rc != TWR_OK)
		return rc;
	c->p = value;
	get_str(c, &name);
	if (!is_done(c)) {
		free(value);
		return TWR_ECORRUPT;
	}
	/* the value's own buffer becomes the string */
	memmove(value, name, strlen(name) + 1);
	*ret = (char *)value;
	return TWR_OK;
}
