/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_aot: the life of a compiled program: build information or startup line, then the app, then the
 * fatal envelope when it failed: class runtime_fatal for what the runtime handled, class panic when
 * the process itself broke down. Clauses: #aot-runtime-contract, fatal envelope invariants there,
 * #aot-and-deployment-notes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

/* --- panics ----------------------------------------------------------------------------------- */

enum { EXIT_PANIC = 101, GUARD_STACK = 32 << 10 };

static const struct {
	int number;
	const char *name;
} faults[] = {
	{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
	{SIGILL, "SIGILL"},   {SIGABRT, "SIGABRT"},
};

/* What the handler may look at: signals have no other way to it. */
static struct {
	const char *info;
	const struct rt *rt;
} guarded;

static char guard_stack[GUARD_STACK];

/* Decimal digits of n; the start of the text inside `out`. */
static const char *digits_of(char out[24], unsigned long n)
{
	char *at = out + 23;
	*at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	return at;
}

/* Only what is safe in a signal handler: the process may be broken in any way. */
static void on_fault(int number)
{
	char pid[24];
	const char *name = "unknown signal";
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].number == number)
			name = faults[i].name;
	/* what the program had printed belongs in front */
	if (guarded.rt->out && guarded.rt->out_len <= RT_OUT_SIZE)
		(void)write_all(STDOUT_FILENO, guarded.rt->out, guarded.rt->out_len);
	const char *const parts[] = {
		"fatal: class=panic pid=",
		digits_of(pid, (unsigned long)getpid()),
		" message=panic_kind=panic_static_str the process received ",
		name,
		" ",
		guarded.info,
		"\n",
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		(void)write_all(STDERR_FILENO, parts[i], strlen(parts[i]));
	_exit(EXIT_PANIC);
}

/* On the thread that runs the program: its stack may be what broke. */
static void guard(const struct rt *rt, const char *info)
{
	guarded.rt = rt;
	guarded.info = info;
	stack_t stack = {.ss_sp = guard_stack, .ss_size = sizeof(guard_stack)};
	struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_RESETHAND};
	(void)sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)sigaction(faults[i].number, &action, NULL);
}

/* --- life ------------------------------------------------------------------------------------- */

/* A release executable logs requests by default where its operator says so: clause
 * #observability-consistency-guarantees. A value that was given stays. */
static void default_request_log(const struct rt_build *build)
{
	const char *wish = getenv("FUSE_AOT_REQUEST_LOG_DEFAULT");
	if (wish && strstr(build->info, " profile=release ") &&
	    (strcmp(wish, "1") == 0 || strcasecmp(wish, "true") == 0 ||
	     strcasecmp(wish, "structured") == 0))
		(void)setenv("FUSE_REQUEST_LOG", "structured", 0);
}

static void start(struct rt *rt, void *payload)
{
	const struct rt_build *build = payload;
	guard(rt, build->info);
	if (!rt->trap)
		rt_drop(rt, rt->program->invoke(rt, build->entry, NULL));
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
	default_request_log(build);
	struct rt rt;
	rt_init(&rt, program, NULL);
	char *message = NULL;
	int failed = rt_run_with(&rt, start, (void *)(uintptr_t)build, &message);
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
