/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec: the loop over what runs. One poll over every program's two pipes and its pidfd; deadlines
 *are kept here, so no alarm and no thread is needed. A slot goes
 *
 *	FREE -> RUNNING -> DRAINING -> DONE -> FREE
 *
 * DRAINING: the program has ended and is a zombie still, something holds its pipes. It is reaped
 *only after its group was killed, because a reaped leader's group number may be given to another.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "runner/exec.h"
#include "runner/exec_internal.h"

enum {
	DRAIN_FACTOR = 10, /* the whole drain, in idle times */
	ASK_MS = 3,        /* between two looks at a program that has no pidfd */
};

enum run_state { RUN_FREE, RUN_RUNNING, RUN_DRAINING, RUN_DONE };

struct run {
	enum run_state state;
	enum end_kind verdict; /* END_EXIT until a limit was met; the status decides then */
	const struct plan *plan;
	struct outcome *out;
	struct arena *arena;
	struct work *work; /* NULL when the directory is not one of ours */
	void *tag;
	pid_t pid; /* 0 once reaped */
	int pidfd; /* -1 where the kernel has none: then the status is asked for now and again */
	struct stream stdout_stream;
	struct stream stderr_stream;
	int64_t start_ns;
	int64_t end_ns;
	int64_t deadline_ms; /* of TERM, then of KILL; INT64_MAX once killed or without a limit */
	bool termed;
	int64_t drain_until_ms;
	uint64_t start_ticks;
};

struct exec {
	struct run *runs;
	size_t slots;
	size_t running;
	struct pollfd *polls; /* three a slot */
	struct sweep_run *alive;
	struct spawner *spawner;
	struct sweeper sweeper;
	struct work_tree tree;
	bool has_tree;
};

/* --- life ------------------------------------------------------------------------------------- */

/* Descriptors 0 to 2 must be taken, or a pipe of ours would land there and be inherited. */
static int hold_standard_fds(struct error *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return error_errno(err, errno, "cannot open '/dev/null'");
	}
	return 0;
}

int exec_new(struct exec **out, const struct exec_options *options, struct error *err)
{
	CLEANUP(exec_freep) struct exec *exec = mem_zeroed(1, sizeof(*exec));
	exec->sweeper.children_fd = -1;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	exec->slots = options->slots ? options->slots : online > 0 ? (size_t)online : 1;
	exec->runs = mem_zeroed(exec->slots, sizeof(*exec->runs));
	exec->polls = mem_zeroed(exec->slots * 3, sizeof(*exec->polls));
	exec->alive = mem_zeroed(exec->slots, sizeof(*exec->alive));
	for (size_t i = 0; i < exec->slots; i++) {
		exec->runs[i].pidfd = -1;
		exec->runs[i].stdout_stream.fd = -1;
		exec->runs[i].stderr_stream.fd = -1;
	}
	int r = hold_standard_fds(err);
	if (r == 0)
		r = spawner_new(&exec->spawner, err);
	if (r == 0)
		r = work_tree_open(&exec->tree, options->scratch, options->keep, err);
	if (r < 0)
		return r;
	exec->has_tree = true;
	sweeper_open(&exec->sweeper, exec->tree.root);
	/* Inherited by what we start: no core files in work directories, none of ours while we run.
	 */
	struct rlimit core;
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = 0;
		(void)setrlimit(RLIMIT_CORE, &core);
	}
	*out = steal(&exec);
	return 0;
}

static void run_reap(struct run *run, int *status, struct rusage *usage)
{
	(void)kill(-run->pid, SIGKILL);
	while (wait4(run->pid, status, 0, usage) < 0 && errno == EINTR)
		;
	close_p(&run->pidfd);
	run->pidfd = -1;
	run->pid = 0;
}

struct exec *exec_free(struct exec *exec)
{
	if (!exec)
		return NULL;
	for (size_t i = 0; exec->runs && i < exec->slots; i++) {
		struct run *run = &exec->runs[i];
		if (run->pid > 0)
			run_reap(run, NULL, NULL);
		stream_done(&run->stdout_stream);
		stream_done(&run->stderr_stream);
	}
	if (exec->has_tree)
		(void)sweeper_sweep(&exec->sweeper, NULL, 0);
	sweeper_close(&exec->sweeper);
	exec->spawner = spawner_free(exec->spawner);
	work_tree_close(&exec->tree);
	free(exec->runs);
	free(exec->polls);
	free(exec->alive);
	free(exec);
	return NULL;
}

void exec_freep(struct exec **exec)
{
	*exec = exec_free(*exec);
}

size_t exec_slots(const struct exec *exec)
{
	return exec->slots;
}

size_t exec_running(const struct exec *exec)
{
	return exec->running;
}

/* --- work directories ------------------------------------------------------------------------- */

int exec_work_dir(char **out, struct exec *exec, struct error *err)
{
	struct work *work;
	int r = work_tree_take(&work, &exec->tree, err);
	if (r == 0)
		*out = work->path;
	return r;
}

void exec_work_dir_done(struct exec *exec, const char *dir)
{
	work_tree_give(&exec->tree, dir);
}

/* --- start ------------------------------------------------------------------------------------ */

static struct run *run_find(struct exec *exec, enum run_state state)
{
	for (size_t i = 0; i < exec->slots; i++)
		if (exec->runs[i].state == state)
			return &exec->runs[i];
	return NULL;
}

static void run_not_started(struct run *run, const char *why)
{
	stream_finish(&run->stdout_stream, &run->out->out, run->arena);
	stream_finish(&run->stderr_stream, &run->out->err, run->arena);
	run->out->end = END_NOT_STARTED;
	run->out->why = why;
	run->state = RUN_DONE;
}

static int run_prepare(struct run *run, const struct plan *plan, struct error *err)
{
	if (!run->work)
		return plan->file_len == 0
			       ? 0
			       : error_fault(err, "'%s' is not a work directory", plan->work_dir);
	int r = work_write_files(run->work, plan, err);
	if (r == 0 && plan->scan_files && run->work->ran)
		scan_remember(run->work);
	run->work->ran = true;
	return r;
}

int exec_start(struct exec *exec, const struct plan *plan, struct outcome *out, struct arena *arena,
	       void *tag, struct error *err)
{
	struct run *run = run_find(exec, RUN_FREE);
	if (!run)
		return error_fault(err, "no free slot to start '%s'", plan->argv[0]);
	memset(out, 0, sizeof(*out));
	out->phase = plan->phase;
	out->work_dir = plan->work_dir;
	run->plan = plan;
	run->out = out;
	run->arena = arena;
	run->tag = tag;
	run->verdict = END_EXIT;
	run->termed = false;
	run->work = work_tree_find(&exec->tree, plan->work_dir);
	int r = run_prepare(run, plan, err);
	if (r < 0)
		return r;
	struct spawned child = {.pid = -1, .pidfd = -1, .out = -1, .err = -1};
	run->start_ticks = sweep_ticks_now();
	run->start_ns = clock_monotonic_ns();
	r = spawner_start(&child, exec->spawner, plan, arena, err);
	if (r < 0)
		return r;
	exec->running++;
	stream_open(&run->stdout_stream, child.out, &plan->limits);
	stream_open(&run->stderr_stream, child.err, &plan->limits);
	if (r == SPAWN_E_NOT_STARTED) {
		run_not_started(run, child.why);
		return 0;
	}
	run->pid = child.pid;
	run->pidfd = child.pidfd;
	/* Rounded up: nobody is killed before the whole limit is over. */
	run->deadline_ms = plan->limits.wall_ms > 0
				   ? run->start_ns / 1000000 + 1 + plan->limits.wall_ms
				   : INT64_MAX;
	run->state = RUN_RUNNING;
	return 0;
}

/* --- end -------------------------------------------------------------------------------------- */

static int64_t microseconds(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

/*
 * A refused allocation leaves no trace in the status. Ending badly with most of the limit in use is
 * taken for the limit's doing; one huge request refused early stays what the program made of it.
 */
static bool met_memory_limit(const struct run *run, int status, int64_t max_rss_kib)
{
	int64_t limit = run->plan->limits.memory_bytes;
	return limit > 0 && status != 0 && max_rss_kib * 1024 >= limit / 4 * 3;
}

static void run_end(struct exec *exec, struct run *run)
{
	struct outcome *out = run->out;
	struct rusage usage = {0};
	int status = 0;
	run_reap(run, &status, &usage);
	size_t alive = 0;
	for (size_t i = 0; i < exec->slots; i++) {
		const struct run *other = &exec->runs[i];
		if (other != run && other->pid > 0)
			exec->alive[alive++] =
				(struct sweep_run){.pid = other->pid,
						   .work_dir = other->plan->work_dir,
						   .start_ticks = other->start_ticks};
	}
	(void)sweeper_sweep(&exec->sweeper, exec->alive, alive);
	stream_finish(&run->stdout_stream, &out->out, run->arena);
	stream_finish(&run->stderr_stream, &out->err, run->arena);
	out->wait_status = status;
	out->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	out->wall_ns = run->end_ns - run->start_ns;
	out->user_us = microseconds(usage.ru_utime);
	out->sys_us = microseconds(usage.ru_stime);
	out->max_rss_kib = usage.ru_maxrss;
	out->end = run->verdict;
	if (out->end == END_EXIT || out->end == END_LEAK) {
		if (met_memory_limit(run, status, out->max_rss_kib))
			out->end = END_MEMORY_LIMIT;
		else if (WIFSIGNALED(status))
			out->end = END_SIGNAL;
	}
	if (run->plan->scan_files && run->work)
		scan_left_files(run->work, out, run->arena);
	run->state = RUN_DONE;
}

/* --- the loop --------------------------------------------------------------------------------- */

static void run_kill(struct run *run, enum end_kind verdict)
{
	if (run->verdict == END_EXIT)
		run->verdict = verdict;
	(void)kill(-run->pid, SIGKILL);
	run->deadline_ms = INT64_MAX;
}

static void run_read(struct run *run, struct stream *stream, short revents)
{
	if (!revents || stream->fd < 0)
		return;
	enum stream_state state = stream_read(stream, (revents & POLLHUP) != 0);
	if (state == STREAM_FED)
		run->drain_until_ms = clock_monotonic_ms() + run->plan->limits.drain_ms;
	if (state != STREAM_FULL)
		return;
	run_kill(run, END_OUTPUT_LIMIT);
	stream_close(&run->stdout_stream);
	stream_close(&run->stderr_stream);
}

static bool run_is_drained(const struct run *run)
{
	return run->stdout_stream.fd < 0 && run->stderr_stream.fd < 0;
}

static void run_check_deadline(struct run *run, int64_t now_ms)
{
	if (now_ms < run->deadline_ms)
		return;
	if (run->termed || run->plan->limits.grace_ms <= 0) {
		run_kill(run, END_TIMEOUT);
		return;
	}
	run->verdict = END_TIMEOUT;
	run->termed = true;
	run->deadline_ms = now_ms + run->plan->limits.grace_ms;
	(void)kill(-run->pid, SIGTERM);
}

static bool run_has_ended(const struct run *run, short revents)
{
	siginfo_t info = {.si_pid = 0};
	if (run->pidfd >= 0)
		return revents != 0;
	return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == run->pid;
}

/* Returns true when the run became DONE. */
static bool run_step(struct exec *exec, struct run *run, const struct pollfd *polls, int64_t now_ms)
{
	run_read(run, &run->stdout_stream, polls[0].revents);
	run_read(run, &run->stderr_stream, polls[1].revents);
	if (run->state == RUN_RUNNING && run_has_ended(run, polls[2].revents)) {
		run->state = RUN_DRAINING;
		run->end_ns = clock_monotonic_ns();
		run->drain_until_ms = run->end_ns / 1000000 + run->plan->limits.drain_ms;
		/* Something that prints without a pause is never idle. */
		int64_t last_ms = run->end_ns / 1000000 + DRAIN_FACTOR * run->plan->limits.drain_ms;
		if (last_ms < run->deadline_ms)
			run->deadline_ms = last_ms;
	}
	if (run->state == RUN_RUNNING) {
		run_check_deadline(run, now_ms);
		return false;
	}
	bool late = now_ms >= run->drain_until_ms || now_ms >= run->deadline_ms;
	if (!run_is_drained(run) && !late)
		return false;
	if (!run_is_drained(run) && run->verdict == END_EXIT)
		run->verdict = END_LEAK;
	run_end(exec, run);
	return true;
}

static int poll_timeout(const struct exec *exec, int64_t until_ms)
{
	int64_t first = until_ms;
	int64_t now_ms = clock_monotonic_ms();
	for (size_t i = 0; i < exec->slots; i++) {
		const struct run *run = &exec->runs[i];
		if (run->pid == 0)
			continue;
		if (run->deadline_ms < first)
			first = run->deadline_ms;
		if (run->state == RUN_DRAINING && run->drain_until_ms < first)
			first = run->drain_until_ms;
		if (run->state == RUN_RUNNING && run->pidfd < 0 && now_ms + ASK_MS < first)
			first = now_ms + ASK_MS;
	}
	if (first == INT64_MAX)
		return -1;
	int64_t left = first - now_ms;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void fill_polls(struct exec *exec)
{
	for (size_t i = 0; i < exec->slots; i++) {
		const struct run *run = &exec->runs[i];
		const int fds[3] = {run->stdout_stream.fd, run->stderr_stream.fd,
				    run->state == RUN_RUNNING ? run->pidfd : -1};
		for (size_t k = 0; k < 3; k++)
			exec->polls[3 * i + k] = (struct pollfd){.fd = fds[k], .events = POLLIN};
	}
}

static void *run_hand_back(struct exec *exec, struct run *run)
{
	run->state = RUN_FREE;
	run->plan = NULL;
	exec->running--;
	return run->tag;
}

int exec_next(struct exec *exec, void **tag, int wait_ms, struct error *err)
{
	int64_t until_ms = wait_ms < 0 ? INT64_MAX : clock_monotonic_ms() + wait_ms;
	*tag = NULL;
	while (exec->running > 0) {
		struct run *done = run_find(exec, RUN_DONE);
		if (done) {
			*tag = run_hand_back(exec, done);
			return 0;
		}
		fill_polls(exec);
		int n = poll(exec->polls, exec->slots * 3, poll_timeout(exec, until_ms));
		if (n < 0 && errno == EINTR)
			return 0;
		if (n < 0)
			return error_errno(err, errno, "cannot wait for programs");
		int64_t now_ms = clock_monotonic_ms();
		bool ended = false;
		for (size_t i = 0; i < exec->slots; i++)
			if (exec->runs[i].pid > 0)
				ended |=
					run_step(exec, &exec->runs[i], &exec->polls[3 * i], now_ms);
		if (!ended && now_ms >= until_ms)
			return 0;
	}
	return 0;
}

void exec_kill_all(struct exec *exec)
{
	for (size_t i = 0; i < exec->slots; i++) {
		struct run *run = &exec->runs[i];
		if (run->pid == 0)
			continue;
		(void)kill(-run->pid, SIGKILL);
		run->deadline_ms = INT64_MAX;
	}
}
