/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject: a program under test that does harm as its first argument says, for real and without a
 * bound of its own. Whoever runs it outside of an executor is on their own.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static char block[MIB];

static _Noreturn void pause_forever(void)
{
	for (;;)
		(void)pause();
}

static int do_print(char **args)
{
	return puts(args[0]) < 0;
}

static int do_length(char **args)
{
	return printf("%zu\n", strlen(args[0])) < 0;
}

static int do_fork_bomb(char **args)
{
	while (args)
		(void)fork();
	return 98;
}

/* Each in a group and a session of its own, so that no signal reaches two of them. */
static int do_fork_bomb_apart(char **args)
{
	while (args)
		if (fork() == 0)
			(void)setsid();
	return 98;
}

static int thread(void *unused)
{
	pause_forever();
}

static int do_thread_bomb(char **args)
{
	enum { STACK = 16 << 10 };
	int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	for (;;) {
		char *stack = malloc(STACK);
		if (!stack || clone(thread, stack + STACK, flags, NULL) < 0)
			pause_forever();
	}
}

/* Touch until refused, then end as a program does that checks. */
static int do_memory_bomb(char **args)
{
	for (;;) {
		char *more = malloc(MIB);
		if (!more)
			return 12;
		memset(more, 1, MIB);
	}
}

/* Nobody alone takes much. */
static int do_memory_crowd(char **args)
{
	for (int i = 0; i < 16; i++) {
		if (fork() == 0) {
			for (int k = 0; k < 32; k++) {
				char *more = malloc(MIB);
				if (!more)
					return 13;
				memset(more, 1, MIB);
			}
			pause_forever();
		}
	}
	pause_forever();
}

static int do_fill_file(char **args)
{
	int fd = open("big", O_WRONLY | O_CREAT, 0600);

	while (write(fd, block, MIB) > 0)
		;
	return 14;
}

static int do_fill_files(char **args)
{
	char name[32];

	for (int i = 0;; i++) {
		(void)snprintf(name, sizeof(name), ".tmp/n%d", i);
		int fd = open(name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0 || write(fd, block, MIB) < 0)
			pause_forever();
		(void)close(fd);
	}
}

/* Files without a name: no look at a folder finds them. */
static int do_fill_nameless(char **args)
{
	for (;;) {
		int fd = open("hidden", O_WRONLY | O_CREAT, 0600);
		if (fd < 0 || unlink("hidden") < 0 || write(fd, block, MIB) < 0)
			pause_forever();
	}
}

static int do_fill_names(char **args)
{
	char name[32];

	for (int i = 0;; i++) {
		(void)snprintf(name, sizeof(name), ".home/n%d", i);
		int fd = open(name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			pause_forever();
		(void)close(fd);
	}
}

static int do_flood(char **args)
{
	int fd = fork() == 0 ? 1 : 2;

	while (write(fd, block, MIB) > 0)
		;
	return 15;
}

static int do_hold_pipe(char **args)
{
	if (fork() == 0) {
		if (fork() == 0)
			pause_forever();
		_exit(0);
	}
	(void)wait(NULL);
	return 3;
}

static int do_daemon(char **args)
{
	int ready[2];
	char byte;

	if (pipe(ready) < 0)
		return 16;
	if (fork() == 0) {
		(void)setsid();
		if (fork() != 0)
			_exit(0);
		for (int fd = 0; fd < 3; fd++)
			(void)close(fd);
		(void)close(ready[0]);
		(void)close(ready[1]);
		pause_forever();
	}
	(void)close(ready[1]);
	return read(ready[0], &byte, 1) == 0 ? 4 : 17;
}

static int do_kill_group(char **args)
{
	if (fork() == 0)
		pause_forever();
	(void)kill(0, SIGKILL);
	pause_forever();
}

static int do_kill_parent(char **args)
{
	(void)kill(getppid(), SIGKILL);
	return 5;
}

static int do_stop_parent(char **args)
{
	(void)kill(getppid(), SIGSTOP);
	return 5;
}

/* Everybody of our session, from the list of processes. */
static int do_kill_session(char **args)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t session = getsid(0);

	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)atoi(entry->d_name);
		if (pid > 0 && pid != getpid() && getsid(pid) == session)
			(void)kill(pid, SIGKILL);
	}
	return 5;
}

/* All whom it may reach; where that is more than its own this is not for the host to bear. */
static int do_kill_all(char **args)
{
	(void)kill(-1, SIGKILL);
	return 5;
}

static int do_stop(char **args)
{
	(void)raise(SIGSTOP);
	return 6;
}

static int do_ignore(char **args)
{
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_IGN);
	while (args)
		;
	return 98;
}

/* Its parent waits in the kernel and takes no signal but the last until the child is gone. */
static int do_wait_in_kernel(char **args)
{
	if (vfork() == 0)
		pause_forever();
	return 7;
}

static int do_sleep(char **args)
{
	if (fork() == 0) {
		(void)setsid();
		pause_forever();
	}
	if (args[0]) {
		int fd = open(args[0], O_WRONLY | O_CREAT, 0600);
		(void)close(fd);
	}
	pause_forever();
}

static const struct {
	const char *name;
	int (*run)(char **args);
} MODES[] = {
	{"print", do_print},
	{"length", do_length},
	{"fork-bomb", do_fork_bomb},
	{"fork-bomb-apart", do_fork_bomb_apart},
	{"thread-bomb", do_thread_bomb},
	{"memory-bomb", do_memory_bomb},
	{"memory-crowd", do_memory_crowd},
	{"fill-file", do_fill_file},
	{"fill-files", do_fill_files},
	{"fill-nameless", do_fill_nameless},
	{"fill-names", do_fill_names},
	{"flood", do_flood},
	{"hold-pipe", do_hold_pipe},
	{"daemon", do_daemon},
	{"kill-group", do_kill_group},
	{"kill-parent", do_kill_parent},
	{"stop-parent", do_stop_parent},
	{"kill-session", do_kill_session},
	{"kill-all", do_kill_all},
	{"stop", do_stop},
	{"ignore", do_ignore},
	{"wait-in-kernel", do_wait_in_kernel},
	{"sleep", do_sleep},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(MODES) / sizeof(MODES[0]); i++)
		if (strcmp(MODES[i].name, argv[1]) == 0)
			return MODES[i].run(argv + 2);
	return 99;
}
