/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote_spawn: the last steps before a program runs. The child shares our memory and we are
 * suspended until it has executed or failed, which costs least and suits a process that has nothing
 * else to do. So the child calls nothing that keeps state, and reports its errno in shared memory.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runner/zygote.h"

enum { STACK_SIZE = 64 << 10 };

static void set_limit(int which, int64_t soft, int64_t hard)
{
	struct rlimit limit;

	if (soft <= 0 || getrlimit((__rlimit_resource_t)which, &limit) < 0)
		return;
	/* Never above what we were given: that needs a privilege. */
	if (limit.rlim_max == RLIM_INFINITY || (rlim_t)hard < limit.rlim_max)
		limit.rlim_max = (rlim_t)hard;
	limit.rlim_cur = (rlim_t)soft < limit.rlim_max ? (rlim_t)soft : limit.rlim_max;
	(void)setrlimit((__rlimit_resource_t)which, &limit);
}

static int fail(struct zygote_job *job)
{
	job->result->start_errno = errno;
	_exit(127);
}

static int child_main(void *payload)
{
	struct zygote_job *job = payload;
	const struct zygote_plan *plan = job->plan;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (job->parent != 0 && getppid() != job->parent)
		_exit(127);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(job->fds[fd], fd) < 0)
			return fail(job);
	if (chdir(job->dir) < 0)
		return fail(job);
	/* One second between the signal that can be caught and the one that cannot. */
	set_limit(RLIMIT_CPU, plan->cpu_seconds, plan->cpu_seconds + 1);
	set_limit(RLIMIT_FSIZE, plan->file_bytes, plan->file_bytes);
	set_limit(RLIMIT_NOFILE, plan->open_files, plan->open_files);
	set_limit(RLIMIT_NPROC, job->task_limit, job->task_limit);
	set_limit(RLIMIT_AS, plan->memory_bytes, plan->memory_bytes);
	(void)execve(job->argv[0], job->argv, job->env);
	return fail(job);
}

pid_t zygote_spawn(struct zygote_job *job, int *pidfd)
{
	static char stack[STACK_SIZE] __attribute__((aligned(64)));
	int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;

	job->result->start_errno = 0;
	if (!pidfd)
		return clone(child_main, stack + sizeof(stack), flags, job);
	return clone(child_main, stack + sizeof(stack), flags | CLONE_PIDFD, job, pidfd);
}
