/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zygote_probe: "parity-zygote --mechanisms", one line each: name, a tab, "ok" or why not. Every
 * mechanism is really used, in a child that ends with it, from the process that would use it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/exec_cgroup.h"
#include "runner/exec_sweep.h"
#include "runner/zygote.h"

/* Each returns 0 or -1 with errno. */
static int try_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int try_filter(void)
{
	return sandbox_filter(LEVEL_L1);
}

static int try_subreaper(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int try_children_list(void)
{
	struct sweeper sweeper;

	sweeper_open(&sweeper);
	return sweeper.children_fd < 0 ? -1 : 0;
}

static int try_pidfd(void)
{
	return syscall(SYS_pidfd_open, getpid(), 0) < 0 ? -1 : 0;
}

static int try_user(void)
{
	return sandbox_enter_user();
}

static int try_with_user(int flag)
{
	return sandbox_enter_user() < 0 ? -1 : unshare(flag);
}

static int try_mount(void)
{
	return try_with_user(CLONE_NEWNS);
}

static int try_pid(void)
{
	return try_with_user(CLONE_NEWPID);
}

static int try_ipc(void)
{
	return try_with_user(CLONE_NEWIPC);
}

static int try_uts(void)
{
	return try_with_user(CLONE_NEWUTS);
}

static int try_net(void)
{
	return try_with_user(CLONE_NEWNET);
}

static int try_loopback(void)
{
	return try_net() < 0 ? -1 : sandbox_loopback_up();
}

static int try_tmpfs(void)
{
	if (try_mount() < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("probe", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "size=4k");
}

static int try_setattr(void)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	if (try_tmpfs() < 0)
		return -1;
	return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, &attr, sizeof(attr));
}

static int try_proc(void)
{
	if (try_with_user(CLONE_NEWNS | CLONE_NEWPID) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(mount("proc", "/proc", "proc", 0, "subset=pid") < 0 ? errno : 0);
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

/* In a group of its own, which this process leaves by ending. */
static int try_group(enum cgroup_controller which)
{
	struct cgroup cgroup;

	cgroup_open(&cgroup);
	errno = cgroup.why[which];
	return cgroup_has(&cgroup, which) ? 0 : -1;
}

static int try_group_pids(void)
{
	return try_group(CGROUP_PIDS);
}

static int try_group_memory(void)
{
	return try_group(CGROUP_MEMORY);
}

static const struct {
	const char *name;
	int (*use)(void);
} mechanisms[] = {
	{"cgroup: processes", try_group_pids},
	{"cgroup: memory", try_group_memory},
	{"subreaper", try_subreaper},
	{"list of children", try_children_list},
	{"pidfd", try_pidfd},
	{"no new privileges", try_no_new_privs},
	{"system-call filter", try_filter},
	{"user namespace", try_user},
	{"mount namespace", try_mount},
	{"PID namespace", try_pid},
	{"IPC namespace", try_ipc},
	{"host name namespace", try_uts},
	{"network namespace", try_net},
	{"loopback in it", try_loopback},
	{"tmpfs in it", try_tmpfs},
	{"mount_setattr", try_setattr},
	{"proc in it", try_proc},
};

int zygote_print_mechanisms(void)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0)
			_exit(mechanisms[i].use() < 0 ? errno : 0);
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			return 1;
		int error = WIFEXITED(status) ? WEXITSTATUS(status) : EFAULT;
		(void)printf("%s\t%s\n", mechanisms[i].name, error ? strerror(error) : "ok");
	}
	cgroup_remove_empty();
	return fflush(stdout) != 0;
}
