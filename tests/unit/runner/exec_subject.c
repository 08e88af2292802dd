/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_subject: a program that behaves as its first argument says, well or badly. What the executor
 * must live with is done for real, by a real process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(90);
}

static _Noreturn void pause_forever(void)
{
	for (;;)
		(void)pause();
}

static int do_print(char **args)
{
	say(1, args[0] ? args[0] : "");
	say(2, args[0] && args[1] ? args[1] : "");
	return 0;
}

static int do_exit(char **args)
{
	return atoi(args[0]);
}

static int do_spam(char **args)
{
	char block[4096];
	memset(block, 'x', sizeof(block));
	(void)signal(SIGPIPE, SIG_IGN);
	while (write(1, block, sizeof(block)) != 0)
		;
	return 0;
}

/* Bytes counted off in eights, so that head and tail can be told apart: "0000000\n". */
static int do_count(char **args)
{
	long lines = atol(args[0]);
	for (long i = 0; i < lines; i++)
		printf("%07ld\n", i);
	return 0;
}

static int do_bytes(char **args)
{
	static const char bytes[] = "a\0b\xff\xfe\x80\n\0";
	return write(1, bytes, sizeof(bytes) - 1) < 0;
}

static int do_sleep(char **args)
{
	pause_forever();
}

static int do_ignore_term(char **args)
{
	(void)signal(SIGTERM, SIG_IGN);
	say(1, "ready\n");
	pause_forever();
}

static void on_term(int signum)
{
	say(1, "bye\n");
	_exit(7);
}

static int do_obey_term(char **args)
{
	(void)signal(SIGTERM, on_term);
	say(1, "ready\n");
	pause_forever();
}

/* Only the child acts on TERM, so we end only when the whole group was told. */
static int do_family(char **args)
{
	(void)signal(SIGTERM, on_term);
	if (fork() == 0)
		pause_forever();
	(void)signal(SIGTERM, SIG_IGN);
	(void)wait(NULL);
	return 7;
}

static int do_raise(char **args)
{
	(void)raise(atoi(args[0]));
	return 91;
}

static int do_close(char **args)
{
	(void)close(0);
	(void)close(1);
	(void)close(2);
	return 3;
}

/* Leave a child in our group that holds our pipes. */
static int do_background(char **args)
{
	if (fork() == 0)
		pause_forever();
	say(1, "left one\n");
	return 5;
}

/* ... and one that never stops printing. */
static int do_background_spam(char **args)
{
	if (fork() == 0)
		do_spam(args);
	return 0;
}

/*
 * A daemon by the book: two forks, a session of its own, nothing inherited open. Its number goes to
 * stdout before we end. With "bare" it drops its environment and leaves the work directory too.
 */
static int do_escape(char **args)
{
	int ready[2];
	char text[32] = "";
	if (pipe(ready) < 0)
		return 92;
	if (fork() == 0) {
		(void)setsid();
		if (fork() != 0)
			_exit(0);
		(void)snprintf(text, sizeof(text), "%d\n", (int)getpid());
		if (args[0] && strcmp(args[0], "bare") == 0) {
			char name[] = "sleep", seconds[] = "1000";
			char *const argv[] = {name, seconds, NULL};
			char *const env[] = {NULL};
			(void)!chdir("/");
			say(ready[1], text);
			for (int fd = 0; fd < 3; fd++)
				(void)close(fd);
			(void)fcntl(ready[0], F_SETFD, FD_CLOEXEC);
			(void)fcntl(ready[1], F_SETFD, FD_CLOEXEC);
			execve("/bin/sleep", argv, env);
			_exit(93);
		}
		for (int fd = 0; fd < 3; fd++)
			(void)close(fd);
		say(ready[1], text);
		(void)close(ready[1]);
		pause_forever();
	}
	(void)close(ready[1]);
	/* End of file comes when the daemon is through: it has executed or closed its end. */
	size_t len = 0;
	ssize_t n;
	while ((n = read(ready[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	say(1, text);
	return 0;
}

static int do_environment(char **args)
{
	for (char **it = environ; *it; it++)
		printf("%s\n", *it);
	return 0;
}

static int do_cwd(char **args)
{
	char path[4096];
	return puts(getcwd(path, sizeof(path)) ? path : "?") < 0;
}

/* Open descriptors, ignored and blocked signals, group leadership, core limit. */
static int do_state(char **args)
{
	struct sigaction action;
	struct rlimit core = {1, 1};
	sigset_t mask;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			printf("not default %d\n", i);
		if (sigismember(&mask, i) == 1)
			printf("blocked %d\n", i);
	}
	(void)getrlimit(RLIMIT_CORE, &core);
	printf("leader %d\ncore %d\n", getpgrp() == getpid(), (int)core.rlim_cur);
	return 0;
}

static int do_stdin(char **args)
{
	int c;
	while ((c = getchar()) != EOF)
		(void)putchar(c);
	return 0;
}

/* Touch a mebibyte at a time until refused, then end as a program does that checks. */
static int do_allocate(char **args)
{
	static void *volatile last; /* or the compiler sees that nobody needs the memory */
	for (;;) {
		char *block = malloc(1 << 20);
		if (!block)
			return last ? 12 : 13;
		last = memset(block, 1, 1 << 20);
	}
}

static void put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		_exit(94);
}

/* Everything that makes a work directory hard to list or to remove. */
static int do_litter(char **args)
{
	put_file("left.txt", "left");
	put_file("given.txt", "changed");
	(void)mkdir("locked", 0700);
	put_file("locked/inner", "");
	(void)chmod("locked/inner", 0400);
	(void)chmod("locked", 0500);
	(void)mkdir(".home/cache", 0700);
	put_file(".home/cache/x", "x");
	if (symlink("/etc", "link") < 0 || mkfifo("fifo", 0600) < 0)
		return 95;
	return 0;
}

static int do_remove(char **args)
{
	return unlink(args[0]) != 0;
}

static int do_many(char **args)
{
	char name[32];
	long count = atol(args[0]);
	for (long i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "n%05ld", i);
		int fd = open(name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			return 96;
		(void)close(fd);
	}
	return 0;
}

/* Make the work directory itself untrustworthy. */
static int do_spoil(char **args)
{
	return rmdir(".tmp") != 0 || symlink("/", ".tmp") != 0 || chmod(".", 0555) != 0;
}

/* What a listing of names and sizes would not show. */
static int do_tamper(char **args)
{
	int fd = open("given.txt", O_WRONLY);

	if (strcmp(args[0], "mode") == 0)
		return fchmod(fd, 0600) != 0;
	if (strcmp(args[0], "attribute") == 0)
		return fsetxattr(fd, "user.mark", "x", 1, 0) != 0 && errno != ENOTSUP;
	return write(fd, "GIVEN", 5) != 5;
}

static int do_crowd(char **args)
{
	for (int i = 0; i < 30; i++)
		if (fork() == 0)
			pause_forever();
	pause_forever();
}

static const struct {
	const char *name;
	int (*run)(char **args);
} MODES[] = {
	{"print", do_print},
	{"exit", do_exit},
	{"spam", do_spam},
	{"count", do_count},
	{"bytes", do_bytes},
	{"sleep", do_sleep},
	{"ignore-term", do_ignore_term},
	{"obey-term", do_obey_term},
	{"family", do_family},
	{"raise", do_raise},
	{"close", do_close},
	{"background", do_background},
	{"background-spam", do_background_spam},
	{"escape", do_escape},
	{"environment", do_environment},
	{"cwd", do_cwd},
	{"state", do_state},
	{"stdin", do_stdin},
	{"allocate", do_allocate},
	{"litter", do_litter},
	{"remove", do_remove},
	{"many", do_many},
	{"spoil", do_spoil},
	{"tamper", do_tamper},
	{"crowd", do_crowd},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(MODES) / sizeof(MODES[0]); i++)
		if (strcmp(MODES[i].name, argv[1]) == 0)
			return MODES[i].run(argv + 2);
	return 99;
}
