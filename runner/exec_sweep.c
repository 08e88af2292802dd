/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_sweep: see exec_sweep.h. A subreaper inherits every orphan among its descendants, so a
 * daemon that forked twice and called setsid becomes our child, and the kernel lists our children.
 * Built into the runner and into the helper alike: libc only.
 */
#include "runner/exec_sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SWEEP_PATIENCE = 3,    /* rounds before whole trees are killed in each */
	SWEEP_ROUNDS = 2000,   /* each may uncover the children of those just killed */
	SWEEP_LIST = 16 << 10, /* bytes of the children list read at once */
	REAP_TRIES = 5000,     /* of REAP_PAUSE_NS: a killed process may be deep in the kernel */
	REAP_PAUSE_NS = 200 * 1000,
	NAME_SIZE = 32,
	TREE_DEPTH = 32,
};

void sweeper_open(struct sweeper *sweeper)
{
	char path[64];

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	sweeper->children_fd = open(path, O_RDONLY | O_CLOEXEC);
}

void sweeper_close(struct sweeper *sweeper)
{
	if (sweeper->children_fd >= 0)
		(void)close(sweeper->children_fd);
	sweeper->children_fd = -1;
}

static bool list_read(const struct sweeper *sweeper, char list[static SWEEP_LIST])
{
	ssize_t n = sweeper->children_fd < 0 ? -1
					     : pread(sweeper->children_fd, list, SWEEP_LIST - 1, 0);

	list[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The next number of the list, 0 at its end or where it was cut. */
static pid_t list_next(char **at)
{
	char *end;
	long pid = strtol(*at, &end, 10);

	if (end == *at || (*end != ' ' && *end != '\0'))
		return 0;
	*at = end;
	return (pid_t)pid;
}

bool sweeper_has_other(const struct sweeper *sweeper, pid_t pid)
{
	char list[SWEEP_LIST];
	char *at = list;
	pid_t other;

	if (!list_read(sweeper, list))
		return false;
	while ((other = list_next(&at)) > 0)
		if (other != pid)
			return true;
	return false;
}

static void reap(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = REAP_PAUSE_NS};

	for (int i = 0; i < REAP_TRIES; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static void add_name(pid_t pid, char *names, size_t size)
{
	char path[64], name[NAME_SIZE];
	size_t len = strnlen(names, size);

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, name, sizeof(name) - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n <= 0 || len + (size_t)n + 3 > size)
		return;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	(void)snprintf(names + len, size - len, "%s%s", len ? ", " : "", name);
}

/*
 * Everybody below `pid`, parents first: one that was stopped or killed starts no further child, so
 * that a list read after it was signalled is whole.
 */
static void signal_below(pid_t pid, int number, int depth)
{
	char path[64];
	DIR *tasks;
	struct dirent *task;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = depth < TREE_DEPTH ? opendir(path) : NULL;
	while (tasks && (task = readdir(tasks))) {
		struct sweeper list_of = {-1};
		char list[SWEEP_LIST];
		char *at = list;
		char name[96];
		pid_t child;

		(void)snprintf(name, sizeof(name), "/proc/%d/task/%d/children", (int)pid,
			       atoi(task->d_name));
		list_of.children_fd = open(name, O_RDONLY | O_CLOEXEC);
		(void)list_read(&list_of, list);
		sweeper_close(&list_of);
		while ((child = list_next(&at)) > 0) {
			(void)kill(child, number);
			signal_below(child, number, depth + 1);
		}
	}
	if (tasks)
		(void)closedir(tasks);
}

size_t sweeper_sweep(struct sweeper *sweeper, bool (*is_spared)(void *payload, pid_t pid),
		     void *payload, char *names, size_t names_size)
{
	size_t killed = 0;

	for (int round = 0; round < SWEEP_ROUNDS; round++) {
		char list[SWEEP_LIST];
		char *at = list;
		bool found = false;
		pid_t pid;

		if (!list_read(sweeper, list))
			break;
		/* All of them first: one that sees the others die may have children by then. */
		while ((pid = list_next(&at)) > 0) {
			siginfo_t info = {.si_pid = 0};
			if (is_spared && is_spared(payload, pid))
				continue;
			found = true;
			if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
			    info.si_pid == pid)
				continue;
			/* For what multiplies as fast as rounds follow each other. */
			if (round >= SWEEP_PATIENCE)
				signal_below(pid, SIGKILL, 0);
			if (names)
				add_name(pid, names, names_size);
			if (kill(pid, SIGKILL) == 0)
				killed++;
		}
		at = list;
		while ((pid = list_next(&at)) > 0)
			if (!is_spared || !is_spared(payload, pid))
				reap(pid);
		if (!found)
			break;
	}
	return killed;
}

void sweeper_signal_all(int number)
{
	signal_below(getpid(), number, 0);
}
