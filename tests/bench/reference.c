/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference: what the embedded toolchain's AOT compiler costs and what its binary saves. A small
 * program is built several times; then its binary and the JIT start in turn, and the median of the
 * pairs' ratios counts, so that a busy host shifts both sides.
 *
 * usage: reference FUSE_REF; prints "aot-build-ms VALUE 120 ok|short" and
 * "aot-cold-start-ratio VALUE 1.00 ok|short" (AOT over JIT), exit 0 or 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "tests/bench/figure.h"

enum { BUILDS = 11, PAIRS = 101 };

static const char program_text[] = "fn greet(name: String) -> String:\n"
				   "  return \"hello ${name}\"\n"
				   "\n"
				   "app \"hello\":\n"
				   "  print(greet(\"world\"))\n";

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "reference: %s\n", what);
	exit(3);
}

/* Start in `dir` with output to the null device; returns the wall time until it was reaped. */
static int64_t timed_run(const char *dir, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, dir);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	int64_t begin = clock_monotonic_ns();
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		die("cannot start the toolchain");
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		die("the toolchain failed on a program that it should run");
	int64_t took = clock_monotonic_ns() - begin;
	posix_spawn_file_actions_destroy(&actions);
	return took;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/parity-bench-XXXXXX";
	double builds[BUILDS];
	double ratios[PAIRS];
	if (argc != 2) {
		(void)fprintf(stderr, "usage: reference FUSE_REF\n");
		return 2;
	}
	CLEANUP(free_p) char *toolchain = realpath(argv[1], NULL);
	if (!toolchain || !mkdtemp(dir))
		die("no toolchain, or no folder for it to work in");
	CLEANUP(free_p) char *source = path_join(dir, "hello.fuse");
	CLEANUP(free_p) char *artifact = path_join(dir, ".fuse/build/program.aot");
	if (file_write(source, slice_of(program_text), false, &err) < 0)
		die(err.message);
	char *build[] = {toolchain, (char *)"build", (char *)"--release", source, NULL};
	char *jit[] = {toolchain,        (char *)"run", (char *)"--backend",
		       (char *)"native", source,        NULL};
	char *aot[] = {artifact, NULL};
	(void)timed_run(dir, build);
	for (size_t i = 0; i < BUILDS; i++)
		builds[i] = (double)timed_run(dir, build) / 1e6;
	for (size_t i = 0; i < PAIRS; i++) {
		int64_t first = timed_run(dir, i % 2 ? aot : jit);
		int64_t second = timed_run(dir, i % 2 ? jit : aot);
		ratios[i] = i % 2 ? (double)first / (double)second : (double)second / (double)first;
	}
	bool built = figure_report("aot-build-ms", figure_median(builds, BUILDS), 120);
	bool started = figure_report("aot-cold-start-ratio", figure_median(ratios, PAIRS), 1);
	if (path_remove_tree(dir, &err) < 0)
		die(err.message);
	return built && started ? 0 : 1;
}
