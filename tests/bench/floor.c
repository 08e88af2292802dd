/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor: what starting programs costs whoever does nothing else. posix_spawn and waitpid, output to
 * the null device, as many in flight as asked for.
 *
 * usage: floor COUNT IN_FLIGHT PROGRAM [ARG...]; exit 0 when every one of them ended well.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char locale[] = "LC_ALL=C";
static char *environment[] = {locale, NULL};

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	long count = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	long in_flight = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	long started = 0;

	if (count < 1 || in_flight < 1) {
		(void)fprintf(stderr, "usage: floor COUNT IN_FLIGHT PROGRAM [ARG...]\n");
		return 2;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	for (long done = 0; done < count; done++) {
		int status;
		pid_t pid;

		for (; started < count && started - done < in_flight; started++)
			if (posix_spawn(&pid, argv[3], &actions, NULL, argv + 3, environment) != 0)
				return 3;
		if (waitpid(-1, &status, 0) < 0 || status != 0)
			return 1;
	}
	posix_spawn_file_actions_destroy(&actions);
	return 0;
}
