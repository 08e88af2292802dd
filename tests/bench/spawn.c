/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn: what the runner adds to the cost of a process. Two loops start the same static program,
 * two in flight: a bare posix_spawn + waitpid, and exec with everything it does for a case. Rounds
 * alternate and the median of their ratios counts, so that a busy host shifts both sides.
 *
 * usage: spawn PROGRAM [RUNS [ROUNDS]]; prints "spawn-LEVEL RATIO LIMIT ok|short" for each level
 * that works here, exit 0 or 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "runner/exec.h"
#include "tests/bench/figure.h"

enum { IN_FLIGHT = 2, RUNS_DEFAULT = 400, ROUNDS_DEFAULT = 11 };

static const double LIMITS[EXEC_AUTO] = {1.25, 1.50, 2.40, 4.50};

struct bench {
	const char *program;
	int runs;
	int rounds;
	enum exec_isolation isolation;
	bool with_file; /* each run brings a program text and lists what was left */
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(3);
}

static int64_t bare_loop(const struct bench *bench)
{
	char *argv[] = {(char *)bench->program, (char *)"x", NULL};
	int64_t took = figure_bare_starts(argv, bench->runs, IN_FLIGHT);
	if (took < 0)
		die("bare starts");
	return took;
}

/* One case in flight: what sched keeps for each. */
struct job {
	struct plan plan;
	struct outcome outcome;
	struct arena arena;
	struct plan_file file;
	char *argv[3];
	char number[16];
	char *dir;
	bool busy;
};

static void job_start(struct job *job, struct exec *exec, const struct bench *bench, int n)
{
	struct error err = ERROR_INIT;
	if (exec_work_dir(&job->dir, exec, &err) < 0)
		die(err.message);
	(void)snprintf(job->number, sizeof(job->number), "%d", n);
	job->argv[0] = (char *)bench->program;
	job->argv[1] = job->number;
	job->plan = (struct plan){
		.phase = PHASE_RUN,
		.backend = "bench",
		.work_dir = job->dir,
		.cwd = ".",
		.argv = job->argv,
		.env = figure_environment,
		.limits = {.wall_ms = 10000,
			   .grace_ms = 1000,
			   .keep_head = 512 << 10,
			   .keep_tail = 512 << 10,
			   .output_max = 16 << 20,
			   .drain_ms = 200},
	};
	job->file = (struct plan_file){.path = "hello.fuse", .bytes = slice_of("app \"x\":\n")};
	if (bench->with_file) {
		job->plan.files = &job->file;
		job->plan.file_len = 1;
		job->plan.scan_files = true;
	}
	job->busy = true;
	if (exec_start(exec, &job->plan, &job->outcome, &job->arena, job, &err) < 0)
		die(err.message);
}

static void job_end(struct job *job, struct exec *exec)
{
	char want[32];
	(void)snprintf(want, sizeof(want), "hello %s\n", job->number);
	if (job->outcome.end != END_EXIT || job->outcome.code != 0 ||
	    !slice_is(job->outcome.out.head, want))
		die("wrong outcome");
	exec_work_dir_done(exec, job->dir);
	arena_clear(&job->arena);
	job->busy = false;
}

static int64_t exec_loop(const struct bench *bench, struct exec *exec, struct job *jobs)
{
	struct error err = ERROR_INIT;
	int started = 0;
	int64_t begin = clock_monotonic_ns();
	for (int done = 0; done < bench->runs; done++) {
		for (size_t i = 0; i < IN_FLIGHT && started < bench->runs; i++)
			if (!jobs[i].busy)
				job_start(&jobs[i], exec, bench, started++);
		void *tag = NULL;
		if (exec_next(exec, &tag, -1, &err) < 0 || !tag)
			die(err.message);
		job_end(tag, exec);
	}
	return clock_monotonic_ns() - begin;
}

/* Processor time of ours and of every child reaped: steadier than wall time on a busy host. */
static double cpu_us(void)
{
	struct rusage own, children;
	(void)getrusage(RUSAGE_SELF, &own);
	(void)getrusage(RUSAGE_CHILDREN, &children);
	const struct timeval times[] = {own.ru_utime, own.ru_stime, children.ru_utime,
					children.ru_stime};
	double sum = 0;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		sum += (double)times[i].tv_sec * 1e6 + (double)times[i].tv_usec;
	return sum;
}

static void print_cpu(const struct bench *bench, struct exec *exec, struct job *jobs)
{
	double begin = cpu_us();
	(void)bare_loop(bench);
	double middle = cpu_us();
	(void)exec_loop(bench, exec, jobs);
	double end = cpu_us();
	(void)fprintf(stderr, "processor time a run: bare %.0f us, through exec %.0f us\n",
		      (middle - begin) / bench->runs, (end - middle) / bench->runs);
}

/* Median ratio; `bare_us` gets the median cost of a bare start. Negative: the level does not work.
 */
static double measure(const struct bench *bench, double *bare_us)
{
	struct error err = ERROR_INIT;
	const struct exec_options options = {.slots = IN_FLIGHT,
					     .isolation = bench->isolation,
					     .read_paths = &bench->program,
					     .read_len = 1};
	struct exec *exec = NULL;
	struct job jobs[IN_FLIGHT] = {0};
	double *ratios = mem_zeroed((size_t)bench->rounds, sizeof(*ratios));
	double *bare = mem_zeroed((size_t)bench->rounds, sizeof(*bare));
	if (exec_new(&exec, &options, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.message);
		free(ratios);
		free(bare);
		return -1;
	}
	(void)bare_loop(bench);
	(void)exec_loop(bench, exec, jobs);
	for (int i = 0; i < bench->rounds; i++) {
		int64_t first = i % 2 ? exec_loop(bench, exec, jobs) : bare_loop(bench);
		int64_t second = i % 2 ? bare_loop(bench) : exec_loop(bench, exec, jobs);
		int64_t bare_ns = i % 2 ? second : first;
		ratios[i] = (double)(i % 2 ? first : second) / (double)bare_ns;
		bare[i] = (double)bare_ns / bench->runs / 1000;
	}
	print_cpu(bench, exec, jobs);
	double ratio = figure_median(ratios, (size_t)bench->rounds);
	*bare_us = figure_median(bare, (size_t)bench->rounds);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		arena_done(&jobs[i].arena);
	free(ratios);
	free(bare);
	exec_free(exec);
	return ratio;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		(void)fprintf(stderr, "usage: spawn PROGRAM [RUNS [ROUNDS]]\n");
		return 2;
	}
	CLEANUP(free_p) char *program = realpath(argv[1], NULL);
	struct bench bench = {.program = program, .runs = RUNS_DEFAULT, .rounds = ROUNDS_DEFAULT};
	if (argc > 2)
		bench.runs = atoi(argv[2]);
	if (argc > 3)
		bench.rounds = atoi(argv[3]);
	if (!program || bench.runs < 1 || bench.rounds < 1)
		return 2;
	bool is_short = false;
	for (enum exec_isolation level = EXEC_L0; level < EXEC_AUTO; level++) {
		double bare_us = 0;
		bench.isolation = level;
		double ratio = measure(&bench, &bare_us);
		if (ratio < 0)
			continue;
		(void)fprintf(stderr, "%s: bare %.0f us a run, the runner adds %.0f us\n",
			      exec_isolation_name(level), bare_us, bare_us * (ratio - 1));
		char name[16];
		(void)snprintf(name, sizeof(name), "spawn-%s", exec_isolation_name(level));
		is_short = !figure_report(name, ratio, LIMITS[level]) || is_short;
	}
	double bare_us = 0;
	bench.isolation = EXEC_L0;
	bench.with_file = true;
	double with_file = measure(&bench, &bare_us);
	(void)fprintf(stderr, "L0 with a program file written and the left files listed: %.2f\n",
		      with_file);
	return is_short ? 1 : 0;
}
