/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec: the loop over what runs. One poll over every program's two pipes and its zygote's socket;
 * deadlines are kept here, so no alarm and no thread is needed. A slot goes
 *
 *	FREE -> RUNNING (-> DRAINING -> SWEEPING) -> DONE -> FREE
 *
 * As a rule a program leaves nothing and its zygote's first answer is the last. DRAINING: it has
 * ended, descendants of it have not and may still write. SWEEPING: they are being killed.
 *
 * Being woken costs more than reading. Most programs end within milliseconds with all they wrote
 * in the pipes, so streams are watched only once WATCH_MS are over: a short run wakes us once, with
 * its zygote's answer. One that fills a pipe earlier waits until then, once.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "runner/exec.h"
#include "runner/exec_cgroup.h"
#include "runner/exec_internal.h"

enum {
	DRAIN_FACTOR = 10, /* the whole drain, in idle times */
	STUCK_MS = 5000,   /* for a zygote to tell the end of what it killed */
	WATCH_MS = 5,      /* after its start a program's streams are watched */
};

enum run_state { RUN_FREE, RUN_RUNNING, RUN_DRAINING, RUN_SWEEPING, RUN_DONE };

struct run {
	enum run_state state;
	enum end_kind verdict; /* END_EXIT until a limit was met; the status decides then */
	const struct plan *plan;
	struct outcome *out;
	struct arena *arena;
	struct work *work; /* NULL when the directory is not one of ours */
	void *tag;
	struct zygote_link zygote;
	struct stream stdout_stream;
	struct stream stderr_stream;
	int64_t start_ns;
	int64_t deadline_ms; /* of TERM, then of KILL, then of the answer */
	int64_t watch_ms;    /* when its streams are worth a wake-up; 0: they are */
	bool termed;
	bool killed;
	int64_t drain_until_ms;
	int64_t paused_ns; /* of the time since start_ns */
};

struct exec {
	struct run *runs;
	size_t slots;
	size_t running;
	struct pollfd *polls; /* three a slot */
	int null_fd;
	int level;
	char *step_down;
	struct zygote_config config;
	struct sweeper sweeper;
	struct work_tree tree;
	struct arena arena; /* of the configuration */
	int64_t paused_at_ns;
	int64_t resumed_at_ns;
};

/* --- life ------------------------------------------------------------------------------------- */

const char *exec_isolation_name(enum exec_isolation isolation)
{
	static const char *const names[] = {"L0", "L1", "L2", "L3", "auto"};

	return names[isolation];
}

/* The first zygote, at the level asked for, or with EXEC_AUTO at the first that works. */
static int open_first(struct exec *exec, enum exec_isolation isolation, struct error *err)
{
	struct zygote_link *first = &exec->runs[0].zygote;
	int level = isolation == EXEC_AUTO ? LEVEL_L2 : (int)isolation;

	for (;; level--) {
		struct error problem = ERROR_INIT;
		int r = zygote_open(first, &exec->config, level, &problem);
		if (r == 0)
			r = zygote_probe(first, &exec->config, &problem);
		exec->level = level;
		if (r == 0)
			return 0;
		zygote_close(first, true);
		if (isolation != EXEC_AUTO || level == LEVEL_L0) {
			if (err)
				*err = problem;
			return error_wrap(err, -1, "isolation %s does not work here",
					  exec_isolation_name((enum exec_isolation)level));
		}
		char *before = steal(&exec->step_down);
		exec->step_down = mem_printf(
			"%s%s%s does not work here: %s", before ? before : "", before ? "; " : "",
			exec_isolation_name((enum exec_isolation)level), problem.message);
		free(before);
	}
}

/* A helper may have to be started again long after our caller's lists are gone. */
static const char **copy_paths(struct exec *exec, const char *const *paths, size_t len)
{
	const char **copy = ARENA_ARRAY(&exec->arena, const char *, len + 1);

	for (size_t i = 0; i < len; i++)
		copy[i] = arena_strdup(&exec->arena, paths[i]);
	return copy;
}

static int open_zygotes(struct exec *exec, const struct exec_options *options, struct error *err)
{
	exec->config.scratch = exec->tree.root;
	exec->config.read_paths = copy_paths(exec, options->read_paths, options->read_len);
	exec->config.read_len = options->read_len;
	exec->config.write_paths = copy_paths(exec, options->write_paths, options->write_len);
	exec->config.write_len = options->write_len;
	int r = zygote_find(&exec->config.helper, err);
	if (r == 0)
		r = open_first(exec, options->isolation, err);
	/* The others get ready while the first programs run. */
	for (size_t i = 1; r == 0 && i < exec->slots; i++)
		r = zygote_open(&exec->runs[i].zygote, &exec->config, exec->level, err);
	return r;
}

int exec_new(struct exec **out, const struct exec_options *options, struct error *err)
{
	CLEANUP(exec_freep) struct exec *exec = mem_zeroed(1, sizeof(*exec));
	exec->sweeper.children_fd = -1;
	exec->null_fd = -1;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	exec->slots = options->slots ? options->slots : online > 0 ? (size_t)online : 1;
	exec->runs = mem_zeroed(exec->slots, sizeof(*exec->runs));
	exec->polls = mem_zeroed(exec->slots * 3, sizeof(*exec->polls));
	for (size_t i = 0; i < exec->slots; i++) {
		exec->runs[i].zygote.fd = -1;
		exec->runs[i].stdout_stream.fd = -1;
		exec->runs[i].stderr_stream.fd = -1;
	}
	/* Or a pipe of ours would land there and be inherited. */
	int r = file_hold_standard(err);
	if (r == 0) {
		exec->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (exec->null_fd < 0)
			r = error_errno(err, errno, "cannot open '/dev/null'");
	}
	if (r == 0)
		r = work_tree_open(&exec->tree, options->scratch, options->keep, err);
	if (r == 0) {
		sweeper_open(&exec->sweeper);
		cgroup_remove_empty();
		r = open_zygotes(exec, options, err);
	}
	if (r < 0)
		return r;
	*out = steal(&exec);
	return 0;
}

/* Of our children only those of a zygote that died are swept: they are in no group of ours. */
static bool is_spared(void *payload, pid_t pid)
{
	const struct exec *exec = payload;

	for (size_t i = 0; i < exec->slots; i++)
		if (exec->runs[i].zygote.pid == pid)
			return true;
	return getpgid(pid) == getpgrp();
}

struct exec *exec_free(struct exec *exec)
{
	if (!exec)
		return NULL;
	/* All sockets first, so that they end at the same time. */
	for (size_t i = 0; i < exec->slots; i++)
		close_p(&exec->runs[i].zygote.fd);
	for (size_t i = 0; i < exec->slots; i++) {
		struct run *run = &exec->runs[i];
		run->zygote.fd = -1;
		zygote_close(&run->zygote, false);
		stream_done(&run->stdout_stream);
		stream_done(&run->stderr_stream);
	}
	if (exec->sweeper.children_fd >= 0)
		(void)sweeper_sweep(&exec->sweeper, is_spared, exec, NULL, 0);
	sweeper_close(&exec->sweeper);
	cgroup_remove_empty();
	work_tree_close(&exec->tree);
	close_p(&exec->null_fd);
	arena_done(&exec->arena);
	free(exec->config.helper);
	free(exec->step_down);
	free(exec->runs);
	free(exec->polls);
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

enum exec_isolation exec_level(const struct exec *exec)
{
	return (enum exec_isolation)exec->level;
}

const char *exec_step_down(const struct exec *exec)
{
	return exec->step_down;
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

static void run_close(struct run *run, enum end_kind end, const char *why)
{
	stream_finish(&run->stdout_stream, &run->out->out, run->arena);
	stream_finish(&run->stderr_stream, &run->out->err, run->arena);
	run->out->end = end;
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

int exec_place(struct exec *exec, const struct plan *plan, struct error *err)
{
	struct work *work = work_tree_find(&exec->tree, plan->work_dir);

	if (!work)
		return error_fault(err, "'%s' is not a work directory", plan->work_dir);
	work->ran = true;
	return work_write_files(work, plan, err);
}

/* A file in memory: a program may read it late, in part or never without anybody waiting for it. */
static int open_stdin(int *out, const struct plan *plan, struct error *err)
{
	CLEANUP(close_p) int fd = memfd_create("stdin", MFD_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot make a file for standard input");
	if (file_write_all(fd, plan->stdin_bytes.ptr, plan->stdin_bytes.len) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot write standard input");
	*out = steal_fd(&fd);
	return 0;
}

/* Only our end is non-blocking: the flag belongs to the open file, which programs would notice. */
static int open_pipe(struct stream *stream, int *write_end, const struct plan *plan,
		     struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "cannot make a pipe");
	*write_end = fds[1];
	stream_open(stream, fds[0], &plan->limits);
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, errno, "cannot make a pipe non-blocking");
	return 0;
}

/* 0 or an enum zygote_error. */
static int run_send(struct run *run, struct exec *exec, const int fds[3])
{
	const struct plan *plan = run->plan;
	const char *dir = plan->work_dir;
	const char *name = run->work ? strrchr(dir, '/') + 1 : "";

	if (plan->cwd && strcmp(plan->cwd, ".") != 0)
		dir = arena_printf(run->arena, "%s/%s", plan->work_dir, plan->cwd);
	int r = zygote_start(&run->zygote, plan, name, dir, fds);
	/* One that was killed between two runs took nothing with it: another can serve this one. */
	for (int i = 0; r == ZYGOTE_E_GONE && i < 2; i++) {
		zygote_close(&run->zygote, true);
		if (zygote_open(&run->zygote, &exec->config, exec->level, NULL) == 0)
			r = zygote_start(&run->zygote, plan, name, dir, fds);
	}
	return r;
}

static int run_start(struct run *run, struct exec *exec, struct error *err)
{
	const struct plan *plan = run->plan;
	CLEANUP(close_p) int in = -1;
	CLEANUP(close_p) int out = -1;
	CLEANUP(close_p) int problem = -1;
	int r = open_pipe(&run->stdout_stream, &out, plan, err);

	if (r == 0)
		r = open_pipe(&run->stderr_stream, &problem, plan, err);
	if (r == 0 && plan->has_stdin)
		r = open_stdin(&in, plan, err);
	if (r < 0)
		return r;
	run->start_ns = clock_monotonic_ns();
	r = run_send(run, exec, (const int[]){in >= 0 ? in : exec->null_fd, out, problem});
	if (r == ZYGOTE_E_GONE)
		return error_fault(err, "cannot start '%s': no starter process stays alive",
				   plan->argv[0]);
	exec->running++;
	if (r == ZYGOTE_E_TOO_LONG)
		run_close(run, END_NOT_STARTED,
			  arena_printf(run->arena, "cannot start '%s': %s", plan->argv[0],
				       strerror(E2BIG)));
	return 0;
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
	out->survivor_names = "";
	run->plan = plan;
	run->out = out;
	run->arena = arena;
	run->tag = tag;
	run->verdict = END_EXIT;
	run->termed = run->killed = false;
	run->paused_ns = 0;
	run->work = work_tree_find(&exec->tree, plan->work_dir);
	int r = run_prepare(run, plan, err);
	if (r == 0)
		r = run_start(run, exec, err);
	if (r < 0) {
		stream_close(&run->stdout_stream);
		stream_close(&run->stderr_stream);
		return r;
	}
	if (run->state == RUN_DONE)
		return 0;
	/* Rounded up: nobody is killed before the whole limit is over. */
	run->deadline_ms = plan->limits.wall_ms > 0
				   ? run->start_ns / 1000000 + 1 + plan->limits.wall_ms
				   : INT64_MAX;
	run->watch_ms = run->start_ns / 1000000 + 1 + WATCH_MS;
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
static bool met_memory_limit(const struct run *run, const struct outcome *out)
{
	int64_t limit = run->plan->limits.memory_bytes;

	return limit > 0 && out->wait_status != 0 && out->max_rss_kib * 1024 >= limit / 4 * 3;
}

/* What a status means that no verdict of ours stands for. */
static enum end_kind end_of_status(const struct run *run, const struct outcome *out)
{
	const struct plan_limits *limits = &run->plan->limits;
	int number = WIFSIGNALED(out->wait_status) ? WTERMSIG(out->wait_status) : 0;

	/* The kernel's accounts of the limit and of the usage differ by ticks. */
	int64_t used_us = out->user_us + out->sys_us;
	if (limits->cpu_ms > 0 && ((number == SIGXCPU && used_us >= limits->cpu_ms * 500) ||
				   (number == SIGKILL && used_us >= limits->cpu_ms * 900)))
		return END_CPU_LIMIT;
	if (limits->file_bytes > 0 && number == SIGXFSZ)
		return END_FILE_LIMIT;
	if (met_memory_limit(run, out))
		return END_MEMORY_LIMIT;
	return number ? END_SIGNAL : run->verdict;
}

static const enum end_kind end_of_limit[] = {
	[ZYGOTE_LIMIT_PROCESSES] = END_PROCESS_LIMIT,
	[ZYGOTE_LIMIT_MEMORY] = END_MEMORY_LIMIT,
	[ZYGOTE_LIMIT_DISK] = END_DISK_LIMIT,
};

static void run_kill(struct run *run, enum end_kind verdict)
{
	if (run->verdict == END_EXIT)
		run->verdict = verdict;
	if (!run->killed && run->state == RUN_RUNNING)
		zygote_command(&run->zygote, ZYGOTE_KILL);
	run->killed = true;
	run->drain_until_ms = 0;
	run->deadline_ms = clock_monotonic_ms() + STUCK_MS;
}

static void run_read(struct run *run, struct stream *stream, bool hung_up)
{
	if (stream->fd < 0)
		return;
	enum stream_state state = stream_read(stream, hung_up);
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

static void run_ended(struct exec *exec, struct run *run, const struct zygote_answer *answer)
{
	struct outcome *out = run->out;

	/* Nobody is left who could write: what is in the pipes is all there is. */
	run_read(run, &run->stdout_stream, true);
	run_read(run, &run->stderr_stream, true);
	if (!run_is_drained(run) && run->verdict == END_EXIT)
		run->verdict = END_LEAK;
	out->wait_status = answer->status;
	out->code = WIFSIGNALED(answer->status) ? WTERMSIG(answer->status)
						: WEXITSTATUS(answer->status);
	out->survivors = answer->survivors;
	out->survivor_names = arena_printf(run->arena, "%.*s", ZYGOTE_STEP_SIZE, answer->step);
	out->wall_ns = answer->end_ns - run->start_ns;
	if (answer->end_ns > exec->resumed_at_ns)
		out->wall_ns -= run->paused_ns;
	out->user_us = microseconds(answer->usage.ru_utime);
	out->sys_us = microseconds(answer->usage.ru_stime);
	out->max_rss_kib = answer->usage.ru_maxrss;
	enum end_kind end = run->verdict;
	if (end == END_EXIT || end == END_LEAK)
		end = end_of_status(run, out);
	/* Whatever became of it then: without the limit it would have gone on. */
	if (answer->limit != ZYGOTE_LIMIT_NONE && end != END_OUTPUT_LIMIT)
		end = end_of_limit[answer->limit];
	run_close(run, end, NULL);
	if (!run->plan->scan_files || !run->work)
		return;
	int64_t disk = run->plan->limits.disk_bytes;
	/* One that was over before anybody looked. */
	if ((int64_t)scan_left_files(run->work, out, run->arena) > disk && disk > 0 &&
	    end == END_EXIT)
		out->end = END_DISK_LIMIT;
}

/* Its zygote is gone, and with it all knowledge of how it ended; what still lives is killed here.
 */
static void run_lost(struct exec *exec, struct run *run)
{
	char group[ZYGOTE_STEP_SIZE];

	memcpy(group, run->zygote.group, sizeof(group));
	zygote_close(&run->zygote, true);
	cgroup_kill_named(group);
	(void)sweeper_sweep(&exec->sweeper, is_spared, exec, NULL, 0);
	run_close(run, END_LOST, NULL);
}

/* Trouble of ours rather than of the program that was to be started. */
static bool is_shortage(int e)
{
	return e == EAGAIN || e == ENOMEM || e == EMFILE || e == ENFILE;
}

static int run_not_started(struct exec *exec, struct run *run, int error, struct error *err)
{
	const char *program = run->plan->argv[0];
	const char *hint = "";

	if (error == ENOENT && exec->level >= LEVEL_L2)
		hint = " (programs see only system folders and the profile's paths)";
	run_close(run, END_NOT_STARTED,
		  arena_printf(run->arena, "cannot start '%s': %s%s", program, strerror(error),
			       hint));
	if (!is_shortage(error))
		return 0;
	return error_errno(err, error, "cannot start '%s'", program);
}

/* --- the loop --------------------------------------------------------------------------------- */

static void run_sweep(struct run *run)
{
	if (!run_is_drained(run) && run->verdict == END_EXIT)
		run->verdict = END_LEAK;
	zygote_command(&run->zygote, ZYGOTE_SWEEP);
	run->state = RUN_SWEEPING;
	run->deadline_ms = clock_monotonic_ms() + STUCK_MS;
}

static void run_exited(struct run *run)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t drain_ms = run->plan->limits.drain_ms;

	run->state = RUN_DRAINING;
	run->watch_ms = 0;
	run->drain_until_ms = run->killed ? 0 : now_ms + drain_ms;
	/* Something that prints without a pause is never idle. */
	if (!run->killed && now_ms + DRAIN_FACTOR * drain_ms < run->deadline_ms)
		run->deadline_ms = now_ms + DRAIN_FACTOR * drain_ms;
}

static int run_answer(struct exec *exec, struct run *run, struct error *err)
{
	struct zygote_answer answer;
	int r = zygote_receive(&answer, &run->zygote);

	if (r == ZYGOTE_E_GONE) {
		run_lost(exec, run);
		return 0;
	}
	if (r == ZYGOTE_E_NOTHING)
		return 0;
	switch (answer.kind) {
	case ZYGOTE_READY:
		zygote_is_ready(&run->zygote, &answer);
		return 0;
	case ZYGOTE_FAILED:
		run_lost(exec, run);
		return error_fault(err, "cannot isolate another program: %.*s: %s",
				   ZYGOTE_STEP_SIZE, answer.step, strerror(answer.error));
	case ZYGOTE_NOT_STARTED:
		return run_not_started(exec, run, answer.error, err);
	case ZYGOTE_EXITED:
		run_exited(run);
		return 0;
	default:
		run_ended(exec, run, &answer);
		return 0;
	}
}

static void run_check_deadline(struct exec *exec, struct run *run, int64_t now_ms)
{
	if (now_ms < run->deadline_ms)
		return;
	if (run->killed || run->state == RUN_SWEEPING) {
		run_lost(exec, run);
		return;
	}
	if (run->termed || run->plan->limits.grace_ms <= 0) {
		run_kill(run, END_TIMEOUT);
		return;
	}
	run->verdict = END_TIMEOUT;
	run->termed = true;
	run->deadline_ms = now_ms + run->plan->limits.grace_ms;
	zygote_command(&run->zygote, ZYGOTE_TERM);
}

static bool is_active(const struct run *run)
{
	return run->state != RUN_FREE && run->state != RUN_DONE;
}

static int run_step(struct exec *exec, struct run *run, const struct pollfd *polls, int64_t now_ms,
		    struct error *err)
{
	if (polls[0].revents)
		run_read(run, &run->stdout_stream, (polls[0].revents & POLLHUP) != 0);
	if (polls[1].revents)
		run_read(run, &run->stderr_stream, (polls[1].revents & POLLHUP) != 0);
	int r = polls[2].revents ? run_answer(exec, run, err) : 0;
	if (r < 0 || !is_active(run))
		return r;
	if (run->state == RUN_DRAINING) {
		if (run_is_drained(run) || now_ms >= run->drain_until_ms ||
		    now_ms >= run->deadline_ms)
			run_sweep(run);
		return 0;
	}
	run_check_deadline(exec, run, now_ms);
	return 0;
}

static int poll_timeout(const struct exec *exec, int64_t until_ms, int64_t now_ms)
{
	int64_t first = until_ms;
	for (size_t i = 0; i < exec->slots; i++) {
		const struct run *run = &exec->runs[i];
		if (!is_active(run))
			continue;
		if (run->deadline_ms < first)
			first = run->deadline_ms;
		if (run->state == RUN_DRAINING && run->drain_until_ms < first)
			first = run->drain_until_ms;
		if (run->watch_ms > now_ms && run->watch_ms < first)
			first = run->watch_ms;
	}
	if (first == INT64_MAX)
		return -1;
	int64_t left = first - now_ms;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void fill_polls(struct exec *exec, int64_t now_ms)
{
	for (size_t i = 0; i < exec->slots; i++) {
		const struct run *run = &exec->runs[i];
		bool watched = run->watch_ms <= now_ms;
		const int fds[3] = {watched ? run->stdout_stream.fd : -1,
				    watched ? run->stderr_stream.fd : -1,
				    is_active(run) ? run->zygote.fd : -1};
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
		int64_t now_ms = clock_monotonic_ms();
		fill_polls(exec, now_ms);
		int n = poll(exec->polls, exec->slots * 3, poll_timeout(exec, until_ms, now_ms));
		if (n < 0 && errno == EINTR)
			return 0;
		if (n < 0)
			return error_errno(err, errno, "cannot wait for programs");
		now_ms = clock_monotonic_ms();
		for (size_t i = 0; i < exec->slots; i++) {
			if (!is_active(&exec->runs[i]))
				continue;
			int r = run_step(exec, &exec->runs[i], &exec->polls[3 * i], now_ms, err);
			if (r < 0)
				return r;
		}
		if (!run_find(exec, RUN_DONE) && now_ms >= until_ms)
			return 0;
	}
	return 0;
}

void exec_pause(struct exec *exec)
{
	exec->paused_at_ns = clock_monotonic_ns();
	for (size_t i = 0; i < exec->slots; i++)
		if (is_active(&exec->runs[i]))
			zygote_command(&exec->runs[i].zygote, ZYGOTE_PAUSE);
}

void exec_resume(struct exec *exec)
{
	int64_t ns;

	exec->resumed_at_ns = clock_monotonic_ns();
	ns = exec->resumed_at_ns - exec->paused_at_ns;
	for (size_t i = 0; i < exec->slots; i++) {
		struct run *run = &exec->runs[i];

		if (!is_active(run))
			continue;
		run->paused_ns += ns;
		run->drain_until_ms += ns / 1000000;
		if (run->deadline_ms != INT64_MAX)
			run->deadline_ms += ns / 1000000 + 1;
		zygote_command(&run->zygote, ZYGOTE_RESUME);
	}
}

void exec_kill_all(struct exec *exec)
{
	for (size_t i = 0; i < exec->slots; i++)
		if (exec->runs[i].state == RUN_RUNNING) {
			enum end_kind verdict = exec->runs[i].verdict;
			run_kill(&exec->runs[i], verdict);
		}
}
