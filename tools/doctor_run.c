/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor.h"
#include "program.h"

#define ANSWER_MOST (1024 * 1024)
#define ANSWER_MS 10000 /* of silence */

/* All that comes, or NULL when it is too much or too late. */
static char *
receive(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *text = malloc(ANSWER_MOST + 1);
	size_t got = 0;
	ssize_t n = 1;
	int ready;

	while (text != NULL && n != 0 && got < ANSWER_MOST) {
		ready = poll(&pfd, 1, ANSWER_MS);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready != 1)
			break;
		n = read(fd, text + got, ANSWER_MOST - got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	if (text == NULL || n != 0) {
		free(text);
		return NULL;
	}
	text[got] = '\0';
	return text;
}

char *
doctor_run(char *const argv[], bool *failed)
{
	struct program program;
	struct twr_error unused;
	char *text;

	*failed = true;
	if (program_start(argv, -1, &program, &unused) != TWR_OK)
		return NULL;
	text = receive(program.out);
	if (program_end(&program, text == NULL, &unused) != TWR_OK) {
		free(text);
		return NULL;
	}
	*failed = text == NULL;
	return text;
}
