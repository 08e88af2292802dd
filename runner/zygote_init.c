/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote_init: process 1 of a run's PID namespace, between the namespace and the program, because a
 * program that is process 1 itself ignores signals it would die of elsewhere. It starts the
 * program, reaps, tells the raw wait status, and counts and names who is left. Its own end is
 * everybody's.
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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/zygote.h"

static void tell_all(int number)
{
	int saved = errno;

	/* The two that no program sees stand for those that nobody can catch. */
	(void)kill(-1, number == SIGUSR1 ? SIGSTOP : number == SIGUSR2 ? SIGCONT : number);
	errno = saved;
}

/* The zygote may have died before we asked to die with it. */
static bool is_orphan(struct zygote_init *init)
{
	struct pollfd poll_fd = {.fd = init->alive_fds[0]};

	(void)close(init->alive_fds[1]);
	return poll(&poll_fd, 1, 0) != 0;
}

static void add_name(struct zygote_result *result, int pid)
{
	char path[64], name[32];
	size_t len = strlen(result->names);

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, name, sizeof(name) - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n <= 0 || len + (size_t)n + 3 > sizeof(result->names))
		return;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	(void)snprintf(result->names + len, sizeof(result->names) - len, "%s%s", len ? ", " : "",
		       name);
}

/* Everybody in our namespace but us. */
static void count_survivors(struct zygote_result *result)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	result->survivors = 0;
	result->names[0] = '\0';
	while (dir && (entry = readdir(dir))) {
		int pid = atoi(entry->d_name);
		if (pid <= 1)
			continue;
		result->survivors++;
		add_name(result, pid);
	}
	if (dir)
		(void)closedir(dir);
	if (result->survivors == 0)
		result->survivors = 1;
}

static void wait_for(pid_t program, struct zygote_result *result)
{
	for (;;) {
		int status;
		struct rusage usage;
		pid_t pid = wait4(-1, &status, 0, &usage);

		if (pid < 0 && errno != EINTR)
			_exit(1);
		if (pid != program)
			continue;
		result->status = status;
		result->usage = usage;
		return;
	}
}

int zygote_init_main(void *payload)
{
	struct zygote_init *init = payload;
	struct zygote_result *result = init->job->result;
	struct sigaction action = {.sa_handler = tell_all};
	uint64_t one = 1;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (is_orphan(init))
		_exit(1);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGUSR1, &action, NULL);
	(void)sigaction(SIGUSR2, &action, NULL);
	if ((init->job->level >= LEVEL_L3 && sandbox_loopback_up() < 0) ||
	    sandbox_mount(init->job->work_name) < 0) {
		result->start_errno = errno;
		_exit(1);
	}
	init->job->parent = 1;
	pid_t program = zygote_spawn(init->job, NULL);
	if (program < 0)
		result->start_errno = errno;
	if (program < 0 || result->start_errno != 0)
		_exit(1);
	for (int i = 0; i < 3; i++)
		(void)close(init->job->fds[i]);
	wait_for(program, result);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	__atomic_store_n(&result->ended, 1, __ATOMIC_RELEASE);
	if (kill(-1, 0) < 0)
		_exit(0);
	count_survivors(result);
	if (write(init->event_fd, &one, sizeof(one)) < 0)
		_exit(0);
	/* The zygote ends us, and with us whoever is left by then. */
	for (;;)
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			(void)pause();
}
