/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scale: the whole runner over a large corpus. Ten thousand cases of a language whose one backend
 * is a static program that ends at once: what is left is the runner itself. Its memory must not
 * grow with the corpus, and a run must cost little more than starting the same program as often: at
 * L0, since spawn.c tells what isolation costs.
 *
 * usage: scale PARITY HELLO [CASES]; prints "runner-memory-mib VALUE 64.00 ok|short" and
 * "run-cost VALUE 1.50 ok|short" (whole runs over bare starts), exit 0 or 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"

enum { CASES_DEFAULT = 10000, IN_FLIGHT = 2, ROUNDS = 3, BACKENDS = 2, ROUND_CASES = 4000 };

static char locale[] = "LC_ALL=C";
static char search[] = "PATH=/usr/bin:/bin";
static char *environment[] = {locale, search, NULL};

struct bench {
	const char *parity;
	const char *hello;
	const char *dir;
};

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "scale: %s\n", what);
	exit(3);
}

static void must(int r, const struct error *err)
{
	if (r < 0)
		die(err->message);
}

static void write_profile(const struct bench *bench)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(bench->dir, "profile.json");
	CLEANUP(free_p) char *folder = path_dir(bench->hello);
	CLEANUP(free_p)
	char *text = mem_printf("{\"schema\":\"parity.profile/"
				"1\",\"name\":\"bench\",\"language\":\"x\",\"rules\":\"fuse\","
				"\"toolchain\":{\"default\":\"%s\"},"
				"\"backends\":[{\"name\":\"one\",\"role\":\"canonical\",\"run\":{"
				"\"argv\":[\"%s\",\"x\"]},"
				"\"exits\":{\"0\":\"success\"}},{\"name\":\"two\",\"role\":\"aot\","
				"\"run\":{\"argv\":"
				"[\"%s\",\"x\"]},\"exits\":{\"0\":\"success\"}}]}\n",
				folder, bench->hello, bench->hello);
	must(file_write(path, slice_of(text), false, &err), &err);
}

static void write_corpus(const struct bench *bench, const char *name, int cases)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *corpus = path_join(bench->dir, name);
	must(path_make_dirs(corpus, &err), &err);
	for (int i = 0; i < cases; i++) {
		CLEANUP(free_p) char *path = mem_printf("%s/case-%05d.x", corpus, i);
		must(file_write(path, slice_of("#@ stdout: hello x\n"), false, &err), &err);
	}
}

/* One whole run of the runner; wall time, and its own peak memory in KiB. */
static int64_t parity_run(const struct bench *bench, const char *corpus_name, long *rss_kib)
{
	CLEANUP(free_p) char *profile = path_join(bench->dir, "profile.json");
	CLEANUP(free_p) char *corpus = path_join(bench->dir, corpus_name);
	char *argv[] = {
		(char *)bench->parity, (char *)"run", (char *)"--profile", profile,
		(char *)"--corpus",    corpus,        (char *)"--no-file", (char *)"--cache=off",
		(char *)"-j",          (char *)"2",   (char *)"--quiet",   (char *)"--isolation",
		(char *)"L0",          NULL};
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	pid_t pid;
	int status;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int64_t begin = clock_monotonic_ns();
	if (posix_spawn(&pid, bench->parity, &actions, NULL, argv, environ) != 0)
		die("cannot start the runner");
	if (wait4(pid, &status, 0, &usage) < 0 || status != 0)
		die("the runner did not find agreement");
	int64_t took = clock_monotonic_ns() - begin;
	posix_spawn_file_actions_destroy(&actions);
	*rss_kib = usage.ru_maxrss;
	return took;
}

static int64_t bare_runs(const struct bench *bench, int runs)
{
	posix_spawn_file_actions_t actions;
	int started = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int64_t begin = clock_monotonic_ns();
	for (int done = 0; done < runs; done++) {
		for (; started < runs && started - done < IN_FLIGHT; started++) {
			char *argv[] = {(char *)bench->hello, (char *)"x", NULL};
			pid_t pid;
			if (posix_spawn(&pid, bench->hello, &actions, NULL, argv, environment) != 0)
				die("cannot start the program");
		}
		int status;
		if (waitpid(-1, &status, 0) < 0 || status != 0)
			die("the program failed");
	}
	int64_t took = clock_monotonic_ns() - begin;
	posix_spawn_file_actions_destroy(&actions);
	return took;
}

static bool report(const char *name, double value, double target)
{
	bool ok = value <= target;
	printf("%s %.2f %.2f %s\n", name, value, target, ok ? "ok" : "short");
	return ok;
}

static double run_cost(const struct bench *bench)
{
	double ratios[ROUNDS];
	long rss;
	(void)parity_run(bench, "round", &rss);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t bare = bare_runs(bench, ROUND_CASES * BACKENDS);
		int64_t whole = parity_run(bench, "round", &rss);
		ratios[i] = (double)whole / (double)bare;
	}
	for (int i = 0; i < ROUNDS; i++)
		for (int k = i + 1; k < ROUNDS; k++)
			if (ratios[k] < ratios[i]) {
				double swap = ratios[i];
				ratios[i] = ratios[k];
				ratios[k] = swap;
			}
	return ratios[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/parity-bench-XXXXXX";
	if (argc < 3) {
		(void)fprintf(stderr, "usage: scale PARITY HELLO [CASES]\n");
		return 2;
	}
	int cases = argc > 3 ? atoi(argv[3]) : CASES_DEFAULT;
	CLEANUP(free_p) char *parity = realpath(argv[1], NULL);
	CLEANUP(free_p) char *hello = realpath(argv[2], NULL);
	if (!parity || !hello || cases < 1 || !mkdtemp(dir))
		die("no runner, no program, or no folder to work in");
	struct bench bench = {.parity = parity, .hello = hello, .dir = dir};
	long rss_kib = 0;
	write_profile(&bench);
	write_corpus(&bench, "corpus", cases);
	write_corpus(&bench, "round", ROUND_CASES);
	(void)parity_run(&bench, "corpus", &rss_kib);
	bool small = report("runner-memory-mib", (double)rss_kib / 1024, 64);
	bool cheap = report("run-cost", run_cost(&bench), 1.5);
	must(path_remove_tree(dir, &err), &err);
	return small && cheap ? 0 : 1;
}
