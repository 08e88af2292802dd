/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_aot: the life of a compiled program: build information or startup line, then the app, then the
 * fatal envelope when it failed. Clauses: #aot-runtime-contract, fatal envelope invariants there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracles/reference/rt.h"

static bool is_on(const char *name)
{
	const char *value = getenv(name);
	return value && strcmp(value, "1") == 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* "PREFIX pid=N MIDDLE INFO\n" in one write where it fits, so that lines of processes do not mix.
 */
static void write_line(const char *prefix, const char *middle, const char *info)
{
	size_t size = strlen(prefix) + strlen(middle) + strlen(info) + 64;
	char *line = malloc(size);
	if (!line)
		return;
	int len = snprintf(line, size, "%s pid=%ld %s%s\n", prefix, (long)getpid(), middle, info);
	(void)write_all(STDERR_FILENO, line, (size_t)len);
	free(line);
}

/* "message=TEXT " with line ends escaped, malloc'ed. */
static char *message_field(const char *message)
{
	char *out = malloc(strlen(message) * 2 + 16);
	if (!out)
		return NULL;
	char *at = stpcpy(out, "message=");
	for (const char *p = message; *p; p++) {
		if (*p == '\n' || *p == '\r') {
			*at++ = '\\';
			*at++ = *p == '\n' ? 'n' : 'r';
		} else {
			*at++ = *p;
		}
	}
	*at++ = ' ';
	*at = '\0';
	return out;
}

int rt_aot_main(const struct rt_program *program, const struct rt_build *build)
{
	if (is_on("FUSE_AOT_BUILD_INFO")) {
		bool ok = write_all(STDOUT_FILENO, build->info, strlen(build->info)) &&
			  write_all(STDOUT_FILENO, "\n", 1);
		return ok ? 0 : 1;
	}
	if (is_on("FUSE_AOT_STARTUP_TRACE"))
		write_line("startup:", "", build->info);
	struct rt rt;
	rt_init(&rt, program, NULL);
	char *message = NULL;
	int failed = rt_run(&rt, build->entry, &message);
	rt_done(&rt);
	if (!failed)
		return 0;
	char *field = message_field(message ? message : "out of memory");
	write_line("fatal: class=runtime_fatal", field ? field : "message=out of memory ",
		   build->info);
	free(field);
	free(message);
	return 1;
}
