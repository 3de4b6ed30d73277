/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * replay_NAME FOLDER-OR-FILE...: run a fuzz target on stored inputs, without
 * libFuzzer. Each input runs in a process of its own, so that one that
 * crashes is counted and named. Prints check(3)'s line of counts.
 */
#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX (16u * 1024 * 1024)

static unsigned runs, failures, errors;

static int
run_input(FILE *file)
{
	uint8_t *data = malloc(INPUT_MAX);
	size_t len;

	if (data == NULL)
		return 2;
	len = fread(data, 1, INPUT_MAX, file);
	if (ferror(file) != 0)
		return 2;
	/* exactly as long as the input, so that sanitizers see an overrun */
	data = realloc(data, len > 0 ? len : 1);
	if (data == NULL)
		return 2;
	(void)LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 0;
}

/* True when path is an input that could be read, whatever came of it. */
static bool
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	int status = -1;
	pid_t pid;

	if (file == NULL) {
		perror(path);
		return false;
	}
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		exit(run_input(file));
	(void)fclose(file);
	if (pid == -1 || waitpid(pid, &status, 0) != pid) {
		perror("fork");
		return false;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		(void)fprintf(stderr, "%s: could not be read\n", path);
		return false;
	}
	(void)fprintf(stderr, "%s: failed (wait status %d)\n", path, status);
	failures++;
	return true;
}

static void
replay_folder(const char *path)
{
	struct dirent **names = NULL;
	char file[4096];
	int i, n = scandir(path, &names, NULL, alphasort);

	if (n == -1) {
		perror(path);
		errors++;
		return;
	}
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			(void)snprintf(file, sizeof(file), "%s/%s", path,
			    names[i]->d_name);
			runs++;
			errors += replay_file(file) ? 0 : 1;
		}
		free(names[i]);
	}
	free(names);
}

static void
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		replay_folder(path);
		return;
	}
	runs++;
	errors += replay_file(path) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	unsigned bad;
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	if (runs == 0)
		errors++; /* a target without inputs proves nothing */
	bad = failures + errors;
	(void)printf("%u%%: Checks: %u, Failures: %u, Errors: %u\n",
	    bad >= runs ? 0 : 100 * (runs - bad) / runs,
	    bad > runs ? bad : runs, failures, errors);
	return bad == 0 ? 0 : 1;
}
