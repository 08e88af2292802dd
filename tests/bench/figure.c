/* SPDX-License-Identifier: Apache-2.0 */
/* figure: see figure.h. */
#include "tests/bench/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return x < y ? -1 : x > y;
}

double figure_median(double *values, size_t len)
{
	qsort(values, len, sizeof(*values), by_value);
	return values[len / 2];
}

bool figure_report(const char *name, double value, double target)
{
	bool ok = value <= target;
	printf("%s %.2f %.2f %s\n", name, value, target, ok ? "ok" : "short");
	(void)fflush(stdout);
	return ok;
}

static char locale[] = "LC_ALL=C";
static char path[] = "PATH=/usr/bin:/bin";
char *figure_environment[] = {locale, path, NULL};

static int64_t now_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t figure_bare_starts(char *const argv[], int count, int in_flight)
{
	posix_spawn_file_actions_t actions;
	int started = 0;
	int64_t took = -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int64_t begin = now_ns();
	for (int done = 0; done < count; done++) {
		for (; started < count && started - done < in_flight; started++) {
			pid_t pid;
			errno = posix_spawn(&pid, argv[0], &actions, NULL, argv,
					    figure_environment);
			if (errno)
				goto free_actions;
		}
		int status;
		if (waitpid(-1, &status, 0) < 0 || status != 0)
			goto free_actions;
	}
	took = now_ns() - begin;
free_actions:
	posix_spawn_file_actions_destroy(&actions);
	return took;
}
