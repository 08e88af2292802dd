/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest_json: how fast 10 MiB of JSON are read: megabytes a second of processor time, the median of
 * rounds. Objects, integers, decimals and texts (with escapes and UTF-8) by the runtime's reader;
 * the objects and texts also by json.decode in a compiled program, which gets them as a line of its
 * stdin: what five more decodings cost it counts. Exit 1 when one misses its target.
 *
 * usage: guest_json FUSE_REF
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "oracles/reference/rt.h"
#include "tests/bench/figure.h"

enum { TEXT_SIZE = 10 << 20, ROUNDS = 5, TARGET = 50 };
enum kind { KIND_OBJECTS, KIND_INTEGERS, KIND_DECIMALS, KIND_TEXTS };

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "guest_json: %s\n", what);
	exit(3);
}

static size_t add_item(char *out, enum kind kind, int i)
{
	int n;
	if (kind == KIND_OBJECTS)
		n = sprintf(out,
			    "{\"id\":%d,\"name\":\"user number %d\",\"score\":%d.%02d,"
			    "\"tags\":[\"a\",\"bcd\"],\"ok\":true,\"note\":null}",
			    i, i, i % 1000, i % 100);
	else if (kind == KIND_INTEGERS)
		n = sprintf(out, "%d", i * 7);
	else if (kind == KIND_TEXTS)
		n = sprintf(out,
			    "{\"title\":\"Gr\u00fc\u00dfe aus \u6771\u4eac "
			    "%d\",\"path\":\"C:\\\\dir\\\\%d\","
			    "\"body\":\"line one\\nline \\\"two\\\"\\t\\u00e9\\u2713 "
			    "\\ud83d\\ude00 and a "
			    "sentence without anything to unescape in it\"}",
			    i, i);
	else
		n = sprintf(out, "%.17g", i * 0.1234567 + 1e-5 * i);
	return (size_t)n;
}

static char *make_text(enum kind kind, size_t *len)
{
	char *text = malloc(TEXT_SIZE + 512);
	if (!text)
		abort();
	*len = 0;
	for (int i = 0; *len < TEXT_SIZE; i++) {
		text[(*len)++] = i ? ',' : '[';
		*len += add_item(text + *len, kind, i);
	}
	text[(*len)++] = ']';
	return text;
}

static double seconds(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double measure(const char *text, size_t len)
{
	static const struct rt_program program;
	double rates[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		struct rt rt;
		struct value v;
		struct rt_json_problem problem;
		rt_init(&rt, &program, NULL);
		double start = seconds();
		if (!rt_json_read(&rt, &v, text, len, &problem))
			abort();
		rates[i] = (double)len / 1e6 / (seconds() - start);
		rt_drop(&rt, v);
		rt_done(&rt);
	}
	return figure_median(rates, ROUNDS);
}

/* Runs a program in the current folder to its end; its processor time in seconds. */
static double run(char *const argv[], const char *input)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;
	struct rusage used;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		die("cannot start a program");
	if (wait4(pid, &status, 0, &used) < 0 || status != 0)
		die("a program failed that should run");
	posix_spawn_file_actions_destroy(&actions);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* An executable that decodes its line of stdin `times` times. */
static void build(char *ref, const char *name, int times)
{
	static const char *const form = "app \"decode\":\n"
					"  let text = input(\"\")\n"
					"  for i in 1..%d:\n"
					"    let value = json.decode(text)\n"
					"    for item in value:\n"
					"      break\n";
	char *argv[] = {ref, (char *)"build", (char *)"--release", (char *)"decode.fuse", NULL};
	char source[512];
	struct error err = ERROR_INIT;
	(void)snprintf(source, sizeof(source), form, times);
	if (file_write("decode.fuse", slice_of(source), false, &err) < 0)
		die(err.message);
	(void)run(argv, "/dev/null");
	if (rename(".fuse/build/program.aot", name) < 0)
		die("the compiler left no program");
}

static double measure_program(const char *text, size_t len)
{
	char *once[] = {(char *)"./once", NULL};
	char *often[] = {(char *)"./often", NULL};
	double rates[ROUNDS];
	struct error err = ERROR_INIT;
	if (file_write("text", slice_make(text, len), false, &err) < 0)
		die(err.message);
	for (int i = 0; i < ROUNDS; i++)
		rates[i] = 5 * (double)len / 1e6 / (run(often, "text") - run(once, "text"));
	return figure_median(rates, ROUNDS);
}

static bool report(const char *name, const char *how, double rate)
{
	bool ok = rate >= TARGET;
	printf("json-decode-%s%s %.0f %d %s\n", name, how, rate, TARGET, ok ? "ok" : "short");
	(void)fflush(stdout);
	return ok;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"objects", "integers", "decimals", "texts"};
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/parity-bench-XXXXXX";
	bool met = true;
	if (argc != 2) {
		(void)fprintf(stderr, "usage: guest_json FUSE_REF\n");
		return 2;
	}
	CLEANUP(free_p) char *ref = realpath(argv[1], NULL);
	if (!ref || !mkdtemp(dir) || chdir(dir) < 0)
		die("no toolchain, or no folder for it to work in");
	build(ref, "once", 1);
	build(ref, "often", 6);
	for (int kind = 0; kind <= KIND_TEXTS; kind++) {
		size_t len;
		char *text = make_text((enum kind)kind, &len);
		met = report(names[kind], "", measure(text, len)) && met;
		if (kind == KIND_OBJECTS || kind == KIND_TEXTS)
			met = report(names[kind], "-in-program", measure_program(text, len)) && met;
		free(text);
	}
	if (chdir("/") < 0 || path_remove_tree(dir, &err) < 0)
		die("cannot remove the folder");
	return met ? 0 : 1;
}
