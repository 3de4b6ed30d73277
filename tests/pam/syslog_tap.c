/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A system log for tests: writes each datagram that comes in at a socket as
 * one line to a file, priority and all.
 *
 *	syslog_tap SOCKET FILE		listen until killed
 *	syslog_tap --mark SOCKET TEXT	send TEXT, for a test to wait for
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_LEN 8192

static int
complain(const char *what, const char *name)
{
	fprintf(stderr, "syslog_tap: %s %s: %s\n", what, name, strerror(errno));
	return 1;
}

static int
open_socket(const char *path, struct sockaddr_un *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(addr->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr->sun_path, path, strlen(path));
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int
send_mark(const char *path, const char *text)
{
	struct sockaddr_un addr;
	int fd = open_socket(path, &addr);

	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    send(fd, text, strlen(text), 0) == -1)
		return complain("send to", path);
	(void)close(fd);
	return 0;
}

/* One write for each line, so that readers never see half of one. */
static int
copy_line(int in, int out)
{
	char line[LINE_MAX_LEN + 1];
	ssize_t n, i;

	if ((n = recv(in, line, LINE_MAX_LEN, 0)) == -1)
		return errno == EINTR ? 0 : -1;
	while (n > 0 && (line[n - 1] == '\0' || line[n - 1] == '\n'))
		n--;
	for (i = 0; i < n; i++)
		if (line[i] == '\n' || line[i] == '\0')
			line[i] = '?';
	line[n] = '\n';
	return write(out, line, (size_t)n + 1) == n + 1 ? 0 : -1;
}

static int
listen_at(const char *path, const char *file)
{
	struct sockaddr_un addr;
	int in, out;

	out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (out == -1)
		return complain("open", file);
	if ((in = open_socket(path, &addr)) == -1 ||
	    bind(in, (const struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    chmod(path, 0666) == -1)
		return complain("listen at", path);
	while (copy_line(in, out) == 0)
		continue;
	return complain("copy to", file);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--mark") == 0)
		return send_mark(argv[2], argv[3]);
	if (argc == 3)
		return listen_at(argv[1], argv[2]);
	fprintf(stderr,
	    "usage: syslog_tap SOCKET FILE\n"
	    "       syslog_tap --mark SOCKET TEXT\n");
	return 64;
}
