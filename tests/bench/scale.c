/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scale: the whole runner over many cases. The language's backends are one static program that ends
 * at once: what is left is the runner itself.
 *
 * - run-cost-L0, run-cost-L2: 5,000 cases by 3 backends over 15,000 bare starts of the same
 *   program, two in flight; rounds alternate, the median counts
 * - cached-5000x3-seconds: the same, answered by the cache; median
 * - cached-100000-seconds: 100,000 cases by 2 backends, answered by the cache; median
 * - cached-linearity: cost a case at 100,000 over the cost a case at 5,000, both without what a run
 *   of one case takes
 * - runner-memory-mib: the runner's peak over 100,000 cases, run or answered by the cache
 *
 * From the cache means all of it: the share that is run again to check the cache is set to nothing.
 *
 * usage: scale PARITY HELLO [CASES]; prints a line each, "NAME VALUE TARGET ok|short"; exit 0 or 1.
 * CASES takes the place of 100,000, and a twentieth of it that of 5,000.
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
#include "tests/bench/figure.h"

enum { CASES_DEFAULT = 100000, FEWER = 20, IN_FLIGHT = 2, ROUNDS = 3, CACHED_ROUNDS = 5 };

static const char *const BACKENDS[] = {"one", "two", "three"};
enum { BACKENDS_MAX = 3, BACKENDS_MANY = 2 };

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

/* A profile of that many backends, "profile-N.json". */
static void write_profile(const struct bench *bench, int backends)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = mem_printf("%s/profile-%d.json", bench->dir, backends);
	CLEANUP(free_p) char *folder = path_dir(bench->hello);
	struct buf text = BUF_INIT(64 << 10);
	buf_addf(&text,
		 "{\"schema\": \"parity.profile/1\", \"name\": \"bench\", \"language\": \"x\",\n"
		 " \"rules\": \"fuse\", \"toolchain\": {\"default\": \"%s\"}, \"backends\": [",
		 folder);
	for (int i = 0; i < backends; i++)
		buf_addf(
			&text,
			"%s\n  {\"name\": \"%s\", \"role\": \"%s\",\n"
			"   \"run\": {\"argv\": [\"%s\", \"x\"]}, \"exits\": {\"0\": \"success\"}}",
			i ? "," : "", BACKENDS[i], i ? "aot" : "canonical", bench->hello);
	buf_adds(&text, "]}\n");
	must(file_write(path, buf_slice(&text), false, &err), &err);
	buf_done(&text);
}

static void write_corpus(const struct bench *bench, const char *name, int cases)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *corpus = path_join(bench->dir, name);
	must(path_make_dirs(corpus, &err), &err);
	for (int i = 0; i < cases; i++) {
		CLEANUP(free_p) char *path = mem_printf("%s/case-%06d.x", corpus, i);
		must(file_write(path, slice_of("#@ stdout: hello x\n"), false, &err), &err);
	}
}

struct whole {
	const char *corpus; /* its name in the bench's folder */
	int backends;
	const char *isolation;
	const char *cache; /* off, read, write */
	int64_t took_ns;   /* wall time */
	long rss_kib;      /* the runner's own peak */
};

/* One whole run of the runner. */
static void parity_run(const struct bench *bench, struct whole *whole)
{
	CLEANUP(free_p)
	char *profile = mem_printf("%s/profile-%d.json", bench->dir, whole->backends);
	CLEANUP(free_p) char *corpus = path_join(bench->dir, whole->corpus);
	CLEANUP(free_p) char *cache = path_join(bench->dir, "cache");
	const char *argv[] = {bench->parity, "run",         "--profile",
			      profile,       "--corpus",    corpus,
			      "--no-file",   "--cache",     whole->cache,
			      "--cache-dir", cache,         "--cache-check",
			      "0",           "-j",          "2",
			      "--quiet",     "--isolation", whole->isolation,
			      NULL};
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	pid_t pid;
	int status;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int64_t begin = clock_monotonic_ns();
	if (posix_spawn(&pid, bench->parity, &actions, NULL, (char **)argv, environ) != 0)
		die("cannot start the runner");
	if (wait4(pid, &status, 0, &usage) < 0 || status != 0)
		die("the runner did not find agreement");
	whole->took_ns = clock_monotonic_ns() - begin;
	posix_spawn_file_actions_destroy(&actions);
	whole->rss_kib = usage.ru_maxrss;
}

static int64_t bare_runs(const struct bench *bench, int runs)
{
	char *argv[] = {(char *)bench->hello, (char *)"x", NULL};
	int64_t took = figure_bare_starts(argv, runs, IN_FLIGHT);
	if (took < 0)
		die("the program does not start, or fails");
	return took;
}

/* Whole runs at both levels between bare starts. */
static bool measure_cost(const struct bench *bench, int cases)
{
	struct whole plain = {"few", BACKENDS_MAX, "L0", "off", 0, 0};
	struct whole isolated = {"few", BACKENDS_MAX, "L2", "off", 0, 0};
	double plain_ratio[ROUNDS], isolated_ratio[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		double bare = (double)bare_runs(bench, cases * BACKENDS_MAX);
		parity_run(bench, &plain);
		parity_run(bench, &isolated);
		plain_ratio[i] = (double)plain.took_ns / bare;
		isolated_ratio[i] = (double)isolated.took_ns / bare;
	}
	bool plain_ok = figure_report("run-cost-L0", figure_median(plain_ratio, ROUNDS), 1.3);
	return figure_report("run-cost-L2", figure_median(isolated_ratio, ROUNDS), 2.5) && plain_ok;
}

/* Seconds of a run that the cache answers; the first run fills it. */
static double cached_seconds(const struct bench *bench, const char *corpus, int backends,
			     long *rss_kib)
{
	struct whole fill = {corpus, backends, "L0", "write", 0, 0};
	struct whole cached = {corpus, backends, "L0", "read", 0, 0};
	double seconds[CACHED_ROUNDS];
	parity_run(bench, &fill);
	*rss_kib = fill.rss_kib;
	for (int i = 0; i < CACHED_ROUNDS; i++) {
		parity_run(bench, &cached);
		seconds[i] = (double)cached.took_ns / 1e9;
		if (cached.rss_kib > *rss_kib)
			*rss_kib = cached.rss_kib;
	}
	return figure_median(seconds, CACHED_ROUNDS);
}

static bool measure_cache(const struct bench *bench, int few, int many)
{
	long rss_kib = 0;
	double one = cached_seconds(bench, "one", BACKENDS_MANY, &rss_kib);
	double three = cached_seconds(bench, "few", BACKENDS_MAX, &rss_kib);
	bool ok = figure_report("cached-5000x3-seconds", three, 0.5);
	double small = cached_seconds(bench, "few", BACKENDS_MANY, &rss_kib);
	double large = cached_seconds(bench, "many", BACKENDS_MANY, &rss_kib);
	double ratio = (large - one) / many / ((small - one) / few);
	ok = figure_report("cached-100000-seconds", large, 6) && ok;
	ok = figure_report("cached-linearity", ratio, 1.3) && ok;
	return figure_report("runner-memory-mib", (double)rss_kib / 1024, 64) && ok;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/parity-bench-XXXXXX";
	if (argc < 3) {
		(void)fprintf(stderr, "usage: scale PARITY HELLO [CASES]\n");
		return 2;
	}
	int many = argc > 3 ? atoi(argv[3]) : CASES_DEFAULT;
	int few = many / FEWER;
	CLEANUP(free_p) char *parity = realpath(argv[1], NULL);
	CLEANUP(free_p) char *hello = realpath(argv[2], NULL);
	if (!parity || !hello || few < 1 || !mkdtemp(dir))
		die("no runner, no program, too few cases, or no folder to work in");
	struct bench bench = {.parity = parity, .hello = hello, .dir = dir};
	write_profile(&bench, BACKENDS_MANY);
	write_profile(&bench, BACKENDS_MAX);
	write_corpus(&bench, "one", 1);
	write_corpus(&bench, "few", few);
	write_corpus(&bench, "many", many);
	bool cheap = measure_cost(&bench, few);
	bool fast = measure_cache(&bench, few, many);
	must(path_remove_tree(dir, &err), &err);
	return cheap && fast ? 0 : 1;
}
