/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote_main: the helper parity-zygote. Small, static and single-threaded, so that starting from
 * it costs least and PR_SET_PDEATHSIG means this process. It sets itself up once, then serves one
 * run after another until the runner's end of the socket closes; whatever runs then is killed
 * first.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner/exec_sweep.h"
#include "runner/zygote_watch.h"
#include "runner/zygote.h"

enum {
	STACK_SIZE = 64 << 10,
	USER_FACTOR = 2, /* runs of one user at once, and what a bomb grows by between two looks */
};

struct zygote {
	int level;
	char *share;
	struct zygote_result *result;
	struct sweeper sweeper;
	struct zygote_init init;
	struct zygote_job job;
	pid_t pid; /* the program, or the init of its namespace; 0: nothing runs */
	int pidfd;
	bool told; /* EXITED was sent */
	struct watch watch;
	enum zygote_limit limit; /* that the run has met */
	int64_t user_tasks;      /* that were not ours when we began */
	int64_t start_ns;
	int64_t end_ns;
};

static char *strings[ZYGOTE_STRINGS_MAX];

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool has_namespaces(const struct zygote *zygote)
{
	return zygote->level >= LEVEL_L2;
}

static void say(const struct zygote_answer *answer)
{
	while (send(ZYGOTE_SOCKET_FD, answer, sizeof(*answer), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* --- set-up ----------------------------------------------------------------------------------- */

/* Of our user: a limit of processes counts them all, ours and others. */
static int64_t count_user_tasks(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct stat st;
	char path[64];
	int64_t count = 0;

	while (dir && (entry = readdir(dir))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		(void)snprintf(path, sizeof(path), "%.20s/task", entry->d_name);
		if (fstatat(dirfd(dir), path, &st, 0) == 0 && st.st_uid == geteuid())
			count += (int64_t)st.st_nlink - 2;
	}
	if (dir)
		(void)closedir(dir);
	return count;
}

static int set_up(struct zygote *zygote, struct zygote_answer *answer)
{
	const struct zygote_setup *setup = (const struct zygote_setup *)zygote->share;
	const struct rlimit no_core = {0, 0};

	zygote->level = (int)setup->level;
	zygote->init.alive_fds[0] = zygote->init.alive_fds[1] = zygote->init.event_fd = -1;
	zygote->pidfd = -1;
	(void)strcpy(answer->step, "descriptors");
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)umask(022);
	sweeper_open(&zygote->sweeper);
	cgroup_open(&zygote->watch.cgroup);
	watch_open(&zygote->watch, zygote->level);
	/* Only task_limit() asks, and only where neither a group nor a namespace counts. */
	if (!has_namespaces(zygote) && !cgroup_has(&zygote->watch.cgroup, CGROUP_PIDS))
		zygote->user_tasks = count_user_tasks();
	if (has_namespaces(zygote)) {
		if (pipe2(zygote->init.alive_fds, O_CLOEXEC) < 0)
			return -1;
		zygote->init.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (zygote->init.event_fd < 0 || sandbox_enter(setup, answer->step) < 0)
			return -1;
	}
	if (zygote->level < LEVEL_L1)
		return 0;
	(void)strcpy(answer->step, "no new privileges");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	(void)strcpy(answer->step, "system-call filter");
	return sandbox_filter(zygote->level);
}

/* --- start ------------------------------------------------------------------------------------ */

/* The descriptors of a START; false when they are not three. */
static bool take_fds(struct msghdr *message, int fds[static 3])
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (!header || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(3 * sizeof(int)))
		return false;
	memcpy(fds, CMSG_DATA(header), 3 * sizeof(int));
	return true;
}

static void find_strings(struct zygote_job *job)
{
	char *at = (char *)job->plan->text;
	size_t n = 0;

	job->dir = at;
	at += strlen(at) + 1;
	job->work_name = at;
	at += strlen(at) + 1;
	job->argv = strings;
	for (uint32_t i = 0; i < job->plan->argc; i++, at += strlen(at) + 1)
		strings[n++] = at;
	strings[n++] = NULL;
	job->env = strings + n;
	for (uint32_t i = 0; i < job->plan->envc; i++, at += strlen(at) + 1)
		strings[n++] = at;
	strings[n] = NULL;
}

/*
 * For where no control group counts. In a user namespace the limit counts what is in it: we and
 * init too, and some more than allowed, to be seen. Below L2 it counts all of a user's processes,
 * so it is but a wall for what multiplies faster than we look.
 */
static int64_t task_limit(const struct zygote *zygote)
{
	int64_t limit = zygote->job.plan->processes;

	if (limit <= 0 || cgroup_has(&zygote->watch.cgroup, CGROUP_PIDS))
		return 0;
	if (has_namespaces(zygote))
		return limit + 16; /* clearly past it, so that nobody can rest just below */
	return zygote->user_tasks + limit * USER_FACTOR;
}

static void watch_run(struct zygote *zygote)
{
	const struct zygote_setup *setup = (const struct zygote_setup *)zygote->share;
	const char *scratch = has_namespaces(zygote) ? SANDBOX_SCRATCH : setup->text;
	char work[ZYGOTE_PATH_SIZE] = "";

	if (zygote->job.work_name[0] && snprintf(work, sizeof(work), "%s/%s", scratch,
						 zygote->job.work_name) >= (int)sizeof(work))
		work[0] = '\0';
	watch_start(&zygote->watch, zygote->job.plan, work);
}

static pid_t start_init(struct zygote *zygote)
{
	static char stack[STACK_SIZE] __attribute__((aligned(64)));
	int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_PIDFD | SIGCHLD;

	if (zygote->level >= LEVEL_L3)
		flags |= CLONE_NEWNET;
	if (sandbox_prepare(zygote->job.work_name) < 0)
		return -1;
	zygote->init.job = &zygote->job;
	return clone(zygote_init_main, stack + sizeof(stack), flags, &zygote->init, &zygote->pidfd);
}

static void end_run(struct zygote *zygote)
{
	if (zygote->pidfd >= 0)
		(void)close(zygote->pidfd);
	zygote->pidfd = -1;
	zygote->pid = 0;
}

static void not_started(struct zygote *zygote, int error)
{
	const struct zygote_answer answer = {.kind = ZYGOTE_NOT_STARTED, .error = error};

	end_run(zygote);
	say(&answer);
}

static void start(struct zygote *zygote, struct msghdr *message)
{
	struct zygote_job *job = &zygote->job;

	if (!take_fds(message, job->fds))
		return;
	memset(zygote->result, 0, sizeof(*zygote->result));
	job->plan = (const struct zygote_plan *)(zygote->share + ZYGOTE_PLAN_AT);
	job->result = zygote->result;
	job->level = zygote->level;
	job->parent = getpid();
	find_strings(job);
	job->task_limit = task_limit(zygote);
	zygote->told = false;
	zygote->limit = ZYGOTE_LIMIT_NONE;
	watch_run(zygote);
	zygote->start_ns = now_ns();
	zygote->pid =
		has_namespaces(zygote) ? start_init(zygote) : zygote_spawn(job, &zygote->pidfd);
	int error = zygote->pid < 0 ? errno : 0;
	for (int i = 0; i < 3; i++)
		(void)close(job->fds[i]);
	if (error == 0 && !has_namespaces(zygote) && zygote->result->start_errno != 0) {
		error = zygote->result->start_errno;
		(void)waitpid(zygote->pid, NULL, 0);
	}
	if (error != 0)
		not_started(zygote, error);
}

/* --- end -------------------------------------------------------------------------------------- */

static void kill_program(const struct zygote *zygote)
{
	if (!has_namespaces(zygote))
		(void)kill(-zygote->pid, SIGKILL);
	(void)kill(zygote->pid, SIGKILL);
}

static bool is_program(void *payload, pid_t pid)
{
	return pid == ((struct zygote *)payload)->pid;
}

static void ask_to_end(const struct zygote *zygote)
{
	/* Init passes it on to everybody; without one a program may have left its own group. */
	if (!has_namespaces(zygote) && kill(-zygote->pid, SIGTERM) == 0 &&
	    getpgid(zygote->pid) == zygote->pid)
		return;
	(void)kill(zygote->pid, SIGTERM);
}

/* Init stops everybody but itself; without one the processes are found from parent to child. */
static void pause_program(const struct zygote *zygote, bool stop)
{
	if (has_namespaces(zygote))
		(void)kill(zygote->pid, stop ? SIGUSR1 : SIGUSR2);
	else
		sweeper_signal_all(stop ? SIGSTOP : SIGCONT);
}

/*
 * A limit of the whole run is met. Below L2 those who left the group are hunted down at once, for
 * they may multiply while their program's output is read to its end; whoever may, does so ahead of
 * everybody, or as many as there are would keep us from a processor.
 */
static void meet_limit(struct zygote *zygote, enum zygote_limit limit)
{
	const struct sched_param first = {.sched_priority = 1}, usual = {.sched_priority = 0};

	zygote->limit = limit;
	kill_program(zygote);
	if (has_namespaces(zygote))
		return;
	bool is_first = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) == 0;
	cgroup_kill_others(&zygote->watch.cgroup, zygote->pid);
	(void)sweeper_sweep(&zygote->sweeper, is_program, zygote, NULL, 0);
	if (is_first)
		(void)sched_setscheduler(0, SCHED_OTHER, &usual);
}

static void tell_exited(struct zygote *zygote)
{
	const struct zygote_answer answer = {
		.kind = ZYGOTE_EXITED, .start_ns = zygote->start_ns, .end_ns = zygote->end_ns};

	zygote->told = true;
	say(&answer);
}

/* The program is a zombie or about to be one, its descendants are killed, and the runner is told.
 */
static void finish(struct zygote *zygote)
{
	const struct zygote_result *result = zygote->result;
	struct zygote_answer answer = {
		.kind = ZYGOTE_ENDED, .start_ns = zygote->start_ns, .end_ns = zygote->end_ns};

	kill_program(zygote);
	while (wait4(zygote->pid, &answer.status, 0, &answer.usage) < 0 && errno == EINTR)
		;
	if (has_namespaces(zygote)) {
		if (result->start_errno != 0) {
			(void)watch_end(&zygote->watch);
			not_started(zygote, result->start_errno);
			return;
		}
		/* Without a result init was killed, and the program with it. */
		if (__atomic_load_n(&result->ended, __ATOMIC_ACQUIRE)) {
			answer.status = result->status;
			answer.usage = result->usage;
		} else {
			answer.status = SIGKILL;
		}
		answer.survivors = result->survivors;
		memcpy(answer.step, result->names, sizeof(answer.step) - 1);
	} else if (zygote->told || sweeper_has_other(&zygote->sweeper, 0)) {
		answer.survivors = (uint32_t)sweeper_sweep(&zygote->sweeper, NULL, NULL,
							   answer.step, sizeof(answer.step));
	}
	/* Asked in any case: what is counted up to here is not the next run's. */
	enum zygote_limit met = watch_end(&zygote->watch);
	answer.limit = zygote->limit != ZYGOTE_LIMIT_NONE ? zygote->limit : met;
	if (has_namespaces(zygote))
		(void)sandbox_clean();
	end_run(zygote);
	say(&answer);
}

static void program_ended(struct zygote *zygote)
{
	zygote->end_ns = now_ns();
	if (!has_namespaces(zygote) && sweeper_has_other(&zygote->sweeper, zygote->pid))
		tell_exited(zygote);
	else
		finish(zygote);
}

/* --- the loop --------------------------------------------------------------------------------- */

/* One command; false when the runner is gone. */
static bool obey(struct zygote *zygote)
{
	uint32_t command = 0;
	char control[CMSG_SPACE(3 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec bytes = {&command, sizeof(command)};
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(ZYGOTE_SOCKET_FD, &message, MSG_CMSG_CLOEXEC);

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (command == ZYGOTE_START && zygote->pid == 0)
		start(zygote, &message);
	else if (zygote->pid == 0)
		return true; /* it has ended meanwhile */
	else if (command == ZYGOTE_TERM)
		ask_to_end(zygote);
	else if (command == ZYGOTE_KILL)
		kill_program(zygote);
	else if (command == ZYGOTE_PAUSE || command == ZYGOTE_RESUME)
		pause_program(zygote, command == ZYGOTE_PAUSE);
	else if (command == ZYGOTE_SWEEP)
		finish(zygote);
	return true;
}

static void look(struct zygote *zygote)
{
	/* Of those whose parent ended, some may be ours already and none of the program's. */
	pid_t root = has_namespaces(zygote) ? zygote->pid : getpid();
	enum zygote_limit limit = watch_look(&zygote->watch, root);

	if (limit != ZYGOTE_LIMIT_NONE)
		meet_limit(zygote, limit);
}

static void serve(struct zygote *zygote)
{
	for (;;) {
		uint64_t count;
		/* Nothing else can happen: init's event may still be that of a run that is over. */
		if (zygote->pid == 0 && !has_namespaces(zygote)) {
			if (!obey(zygote))
				return;
			continue;
		}
		struct pollfd polls[3] = {
			{.fd = ZYGOTE_SOCKET_FD, .events = POLLIN},
			{.fd = zygote->told ? -1 : zygote->pidfd, .events = POLLIN},
			{.fd = zygote->init.event_fd, .events = POLLIN},
		};
		bool looks = zygote->pid > 0 && zygote->limit == ZYGOTE_LIMIT_NONE;
		if (poll(polls, 3, looks ? watch_wait_ms(&zygote->watch) : -1) < 0)
			continue;
		if (looks)
			look(zygote);
		if (polls[0].revents && !obey(zygote))
			return;
		/* A command may have ended the run that these are about. */
		if (polls[2].revents &&
		    read(zygote->init.event_fd, &count, sizeof(count)) == sizeof(count) &&
		    zygote->pid > 0 && !zygote->told) {
			zygote->end_ns = now_ns();
			tell_exited(zygote);
		} else if (polls[1].revents && zygote->pid > 0 && !zygote->told) {
			program_ended(zygote);
		}
	}
}

/* What a zygote runs to see whether programs can run where it stands. */
static int probe(void)
{
	int fd = open("probe", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0 && write(fd, "probe", 5) == 5 && unlink("probe") == 0 ? ZYGOTE_PROBE_EXIT
									     : 1;
}

int main(int argc, char **argv)
{
	struct zygote zygote = {0};
	struct zygote_answer answer = {.kind = ZYGOTE_READY};

	if (argc == 2 && strcmp(argv[1], "--probe") == 0)
		return probe();
	if (argc == 2 && strcmp(argv[1], "--mechanisms") == 0)
		return zygote_print_mechanisms();
	zygote.share = mmap(NULL, ZYGOTE_SHARE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			    ZYGOTE_SHARE_FD, 0);
	if (zygote.share == MAP_FAILED || fcntl(ZYGOTE_SOCKET_FD, F_SETFD, FD_CLOEXEC) < 0)
		return 2; /* not started by the runner */
	(void)close(ZYGOTE_SHARE_FD);
	zygote.result = (struct zygote_result *)(zygote.share + ZYGOTE_RESULT_AT);
	if (set_up(&zygote, &answer) < 0) {
		answer.kind = ZYGOTE_FAILED;
		answer.error = errno;
		say(&answer);
		return 1;
	}
	memcpy(answer.step, zygote.watch.cgroup.name, CGROUP_NAME_SIZE);
	say(&answer);
	serve(&zygote);
	if (zygote.pid > 0) {
		kill_program(&zygote);
		(void)waitpid(zygote.pid, NULL, 0);
	}
	(void)sweeper_sweep(&zygote.sweeper, NULL, NULL, NULL, 0);
	return 0;
}
