/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue.h"
#include "clock.h"
#include "config.h"
#include "journal.h"

#define STATE_MODE 0711 /* the policy may be readable to all: policy_mode */
#define CONF_MODE 0755

/* Make the folder that path lies in, unless it is there. */
static enum twr_status
make_folder(const char *path, mode_t mode, struct twr_error *err)
{
	char folder[PATH_MAX];
	size_t len = (size_t)(strrchr(path, '/') - path);

	if (len == 0)
		return TWR_OK;
	if (len >= sizeof(folder))
		return twr_fail(err, TWR_EINVAL, "%.60s...: too long a path",
		    path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	if (mkdir(folder, mode) == -1) {
		if (errno == EEXIST)
			return TWR_OK;
		return twr_fail(err, TWR_EWRITE,
		    "%s: %s; make the folder "
		    "that it lies in",
		    folder, strerror(errno));
	}
	/* mkdir() is subject to the umask, which is strict here */
	if (chmod(folder, mode) == -1)
		return twr_fail(err, TWR_EWRITE, "%s: %s", folder,
		    strerror(errno));
	return TWR_OK;
}

static enum twr_status
make_folders(const struct session *s, struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = make_folder(s->directory_path, STATE_MODE, err)) == TWR_OK)
		rc = make_folder(s->paths.policy, STATE_MODE, err);
	if (rc == TWR_OK)
		rc = make_folder(s->conf_path, CONF_MODE, err);
	return rc;
}

/* Inside a string of libconfig. */
static void
put_quoted(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
}

static void
fill_in(FILE *to, const char *pattern, const char *organization,
    const char *scope)
{
	static const char o[] = "@organization@", s[] = "@scope@";

	while (*pattern != '\0') {
		if (strncmp(pattern, o, sizeof(o) - 1) == 0) {
			put_quoted(to, organization);
			pattern += sizeof(o) - 1;
		} else if (strncmp(pattern, s, sizeof(s) - 1) == 0) {
			put_quoted(to, scope);
			pattern += sizeof(s) - 1;
		} else {
			fputc(*pattern++, to);
		}
	}
}

static enum twr_status
cannot_write(const char *path, int why, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, "%s: cannot be written: %s", path,
	    strerror(why));
}

/*
 * The filled-in pattern, which must be a configuration: what is no pattern
 * at all, a secret file for instance, is not copied to where all may read.
 */
static enum twr_status
make_conf(const char *pattern, const char *organization, const char *scope,
    char **ret, struct twr_error *err)
{
	struct config *cf = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *fp = open_memstream(&text, &len);
	struct twr_error why;

	if (fp == NULL)
		return twr_fail(err, TWR_ENOMEM, "init: out of memory");
	fill_in(fp, pattern, organization, scope);
	if (fclose(fp) != 0) {
		free(text);
		return twr_fail(err, TWR_ENOMEM, "init: out of memory");
	}
	if (config_parse(text, "pattern", clock_now(), NULL, &cf, &why) !=
	    TWR_OK) {
		free(text);
		return twr_fail(err, TWR_EDATA,
		    "the pattern of twrbac.conf is no configuration; name "
		    "another with --conf-template");
	}
	config_free(cf);
	*ret = text;
	return TWR_OK;
}

static bool
write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left > 0) {
		n = write(fd, text, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		left -= (size_t)n;
	}
	return true;
}

/* Write text to a file that must not exist; *made says whether it is ours. */
static enum twr_status
write_conf(const char *path, const char *pattern, const char *organization,
    const char *scope, bool *made, struct twr_error *err)
{
	char *text = NULL;
	enum twr_status rc;
	int fd;

	rc = make_conf(pattern, organization, scope, &text, err);
	if (rc != TWR_OK)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1) {
		if (errno != EEXIST) /* never over one */
			rc = cannot_write(path, errno, err);
		goto out;
	}
	*made = true;
	if (!write_all(fd, text) || fchmod(fd, 0644) == -1 || fsync(fd) == -1)
		rc = cannot_write(path, errno, err);
	if (close(fd) == -1 && rc == TWR_OK)
		rc = cannot_write(path, errno, err);
out:
	free(text);
	return rc;
}

/* It need not exist yet, but must be one line of text in twrbac.conf. */
static enum twr_status
check_host_scope(const char *path, struct twr_error *err)
{
	const char *p;

	for (p = path; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return twr_fail(err, TWR_EINVAL,
			    "--host-scope: holds "
			    "a control character; write a path such as "
			    "acme/messaging/production");
	return TWR_OK;
}

/* Everything that may be wrong is read before anything is made. */
struct inputs {
	struct catalogue *catalogue;
	struct config_file pattern;
	struct change_init init;
};

static enum twr_status
read_inputs(struct cli *cli, struct inputs *in, struct twr_error *err)
{
	const struct opts *opts = cli->opts;
	const char *roles = opts->value[OPT_ROLES];
	const char *pattern = opts->value[OPT_CONF_TEMPLATE];
	enum twr_status rc;

	if (opts->value[OPT_OWNER] == NULL || opts->value[OPT_LOGIN] == NULL)
		return twr_fail(err, TWR_EINVAL,
		    "init needs --owner EMAIL and "
		    "--login LOGIN: whoever repairs this must be able to get "
		    "in");
	rc = admin_check_scope_name(TWR_SCOPE_ORGANIZATION, cli->args[0], err);
	if (rc == TWR_OK && opts->value[OPT_HOST_SCOPE] != NULL)
		rc = check_host_scope(opts->value[OPT_HOST_SCOPE], err);
	if (rc == TWR_OK)
		rc = catalogue_load(roles ? roles : TWR_DATADIR "/roles.conf",
		    &in->catalogue, err);
	if (rc == TWR_OK && access(cli->session->conf_path, F_OK) != 0)
		rc = config_file_read(pattern ? pattern :
						TWR_DATADIR "/twrbac.conf",
		    cli->session->paths.owner, &in->pattern, err);
	if (rc != TWR_OK)
		return rc;
	in->init.catalogue = in->catalogue;
	in->init.owner_email = opts->value[OPT_OWNER];
	in->init.owner_name = opts->value[OPT_NAME];
	in->init.no_hosts_role = opts->value[OPT_NO_HOSTS_ROLE] != NULL;
	return cmd_login_facts(cli, opts->value[OPT_LOGIN], &in->init.login,
	    err);
}

static const struct out_column columns[] = {
	{ "organization", "organization", OUT_TEXT },
	{ "directory", "directory", OUT_TEXT },
	{ "configuration", "configuration", OUT_TEXT },
	{ "owner", "owner", OUT_TEXT },
	{ "login", "login", OUT_TEXT },
	{ "owner_sid", "owner's SID", OUT_SID },
};

static void
report(struct cli *cli, const struct user *owner, bool wrote_conf)
{
	struct session *s = cli->session;

	out_record(cli->out, columns, sizeof(columns) / sizeof(*columns));
	out_text(cli->out, cli->args[0]);
	out_text(cli->out, s->directory_path);
	out_text(cli->out, s->conf_path);
	out_text(cli->out, owner->email);
	out_text(cli->out, cli->opts->value[OPT_LOGIN]);
	out_text(cli->out, owner->sid);
	if (!wrote_conf)
		out_note(cli->out,
		    "%s was there already and is unchanged; see "
		    "that it fits %s",
		    s->conf_path, cli->args[0]);
	out_effect(cli->out, "no policy yet: run twrbac compile");
}

/* Fill the new directory and the configuration, then make both real. */
static enum twr_status
create(struct cli *cli, const struct inputs *in, bool *wrote_conf,
    struct user *owner, struct twr_error *err)
{
	struct session *s = cli->session;
	const char *scope = cli->opts->value[OPT_HOST_SCOPE];
	struct journal_head head = { 0 };
	enum twr_status rc;

	rc = directory_create(s->directory_path, cli->args[0], &s->dir, err);
	if (rc != TWR_OK)
		return rc;
	s->change.dir = s->dir;
	if ((rc = actor_attribute(s->dir, &s->facts, &s->actor, err)) !=
		TWR_OK ||
	    (rc = change_init_organization(&s->change, &in->init, owner,
		 err)) != TWR_OK)
		return rc;
	if (in->pattern.text != NULL)
		rc = write_conf(s->conf_path, in->pattern.text, cli->args[0],
		    scope ? scope : cli->args[0], wrote_conf, err);
	if (rc != TWR_OK ||
	    (rc = directory_journal_head(s->dir, &head, err)) != TWR_OK)
		return rc;
	if ((rc = directory_commit(s->dir, err)) == TWR_OK)
		journal_announce(s->directory_path, &head);
	return rc;
}

static const struct opt_help init_options[] = {
	{ OPT_OWNER, "e-mail of the organization's first Owner" },
	{ OPT_LOGIN, "his Unix login on this host" },
	{ OPT_NAME, "his name (the e-mail)" },
	{ OPT_UID, "the login's uid, when it has no account here" },
	{ OPT_ALLOW_ROOT, "let the login have uid 0" },
	{ OPT_ALLOW_SYSTEM, "let the login be a system account" },
	{ OPT_NO_HOSTS_ROLE, "do not give him hosts:admin" },
	{ OPT_HOST_SCOPE, "the scope this host lives in (the organization)" },
	{ OPT_ROLES, "the roles (" TWR_DATADIR "/roles.conf)" },
	{ OPT_CONF_TEMPLATE, "(" TWR_DATADIR "/twrbac.conf)" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_init_help = { init_options,
	"Makes the directory, its first Owner and, if absent, twrbac.conf. "
	"The Owner also gets hosts:admin: organization roles open no host.",
	"twrbac init acme --owner alice@example.com --login alice" };

enum twr_status
cmd_init(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;
	struct inputs in = { 0 };
	struct user owner = { 0 };
	bool wrote_conf = false;
	enum twr_status rc;

	/* asked again under the lock, by directory_create() */
	if (access(s->directory_path, F_OK) == 0) {
		rc = twr_fail(err, TWR_EREFUSED,
		    "%s: there is a directory "
		    "already; init never changes one",
		    s->directory_path);
		goto out;
	}
	if ((rc = read_inputs(cli, &in, err)) != TWR_OK ||
	    (rc = make_folders(s, err)) != TWR_OK ||
	    (rc = session_lock(s, err)) != TWR_OK)
		goto out;
	rc = create(cli, &in, &wrote_conf, &owner, err);
	if (rc != TWR_OK && wrote_conf)
		(void)unlink(s->conf_path);
	if (rc == TWR_OK)
		report(cli, &owner, wrote_conf);
out:
	config_file_free(&in.pattern);
	catalogue_free(in.catalogue);
	return rc;
}
