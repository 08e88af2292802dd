/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_sweep: the end of processes that left their program's group. We are the subreaper, so a
 * daemon that forked twice and called setsid becomes our child; the kernel lists our children.
 *
 * A child is swept when it cannot belong to a run still alive. It belongs to the run whose work
 * directory stands in its environment or holds its current directory; without such a mark it may
 * belong to any run that began before it did, and then waits for a later sweep. A child in our own
 * process group without a mark was started by other code of ours and is never touched.
 * Where the kernel keeps no list of children nothing is swept: the group kill is all there is.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "runner/exec_internal.h"

enum {
	SWEEP_ROUNDS = 100,    /* each may uncover the children of those just killed */
	SWEEP_LIST = 16 << 10, /* bytes of the children list read at once */
	REAP_TRIES = 5000,     /* of REAP_PAUSE_NS: a killed process may be deep in the kernel */
	REAP_PAUSE_NS = 200 * 1000,
};

struct child {
	pid_t pid;
	char state;
	pid_t group;
	uint64_t start_ticks;
};

void sweeper_open(struct sweeper *sweeper, const char *root)
{
	char path[64];
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	sweeper->children_fd = open(path, O_RDONLY | O_CLOEXEC);
	sweeper->self_group = getpgrp();
	sweeper->root = root;
}

void sweeper_close(struct sweeper *sweeper)
{
	if (sweeper->children_fd >= 0)
		(void)close(sweeper->children_fd);
	sweeper->children_fd = -1;
}

uint64_t sweep_ticks_now(void)
{
	static long hz;
	struct timespec now;
	if (hz == 0)
		hz = sysconf(_SC_CLK_TCK);
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * (uint64_t)hz +
	       (uint64_t)now.tv_nsec / (1000000000ULL / (uint64_t)hz);
}

static bool child_read(struct child *child, pid_t pid)
{
	char path[64], text[1024];
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : file_read_some(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	char *rest = strrchr(text, ')'); /* the name before it may hold anything */
	int group;
	unsigned long long start;
	/* Fields 3 to 5 are state, parent and group; field 22 is the start time. */
	if (!rest || sscanf(rest + 1,
			    " %c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			    "%*d %*d %llu",
			    &child->state, &group, &start) != 3)
		return false;
	child->pid = pid;
	child->group = group;
	child->start_ticks = start;
	return true;
}

/* Is `dir` named in the environment block or the current directory, as a whole path component? */
static bool text_names(const char *text, size_t len, const char *dir)
{
	size_t dir_len = strlen(dir);
	for (const char *at = text; (at = memmem(at, len - (size_t)(at - text), dir, dir_len));
	     at++) {
		size_t end = (size_t)(at - text) + dir_len;
		if (end == len || text[end] == '/' || text[end] == '\0')
			return true;
	}
	return false;
}

static size_t marks_read(char *text, size_t size, pid_t pid)
{
	char path[64];
	size_t len = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	ssize_t n = readlink(path, text, size / 2);
	if (n > 0)
		len = (size_t)n;
	text[len++] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && len < size && (n = file_read_some(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	return len;
}

static bool child_is_lost(const struct sweeper *sweeper, const struct child *child,
			  const struct sweep_run *alive, size_t alive_len)
{
	static char marks[128 << 10];
	if (child->state == 'Z')
		return child->group != sweeper->self_group;
	size_t len = marks_read(marks, sizeof(marks), child->pid);
	for (size_t i = 0; i < alive_len; i++)
		if (text_names(marks, len, alive[i].work_dir))
			return false;
	if (text_names(marks, len, sweeper->root))
		return true;
	if (child->group == sweeper->self_group)
		return false;
	for (size_t i = 0; i < alive_len; i++)
		if (child->group == alive[i].pid || alive[i].start_ticks <= child->start_ticks + 1)
			return false;
	return true;
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

static bool is_run(pid_t pid, const struct sweep_run *alive, size_t alive_len)
{
	for (size_t i = 0; i < alive_len; i++)
		if (alive[i].pid == pid)
			return true;
	return false;
}

size_t sweeper_sweep(struct sweeper *sweeper, const struct sweep_run *alive, size_t alive_len)
{
	size_t killed = 0;
	for (int round = 0; round < SWEEP_ROUNDS && sweeper->children_fd >= 0; round++) {
		char list[SWEEP_LIST];
		ssize_t n = pread(sweeper->children_fd, list, sizeof(list) - 1, 0);
		if (n <= 0)
			return killed;
		list[n] = '\0';
		bool found = false;
		char *end;
		for (char *at = list; *at; at = end) {
			pid_t pid = (pid_t)strtol(at, &end, 10);
			struct child child;
			if (end == at || (*end != ' ' && *end != '\0'))
				break;
			end += *end == ' ';
			if (is_run(pid, alive, alive_len) || !child_read(&child, pid) ||
			    !child_is_lost(sweeper, &child, alive, alive_len))
				continue;
			if (child.state != 'Z') {
				(void)kill(pid, SIGKILL);
				killed++;
			}
			reap(pid);
			found = true;
		}
		if (!found)
			return killed;
	}
	return killed;
}
