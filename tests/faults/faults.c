/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults: every program of subject.c through the executor at one level, a line each: the fault, a
 * tab, how it ended. "NOT " stands before an end that is not the one it must have, and a "!" with
 * the reason behind one that harmed what came after. Exit 1 when there was any of these.
 *
 *	faults LEVEL SUBJECT [FAULT...]
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/path.h"
#include "runner/exec.h"
#include "runner/exec_cgroup.h"

enum {
	PROCESSES = 64,
	NAME_SIZE = 16, /* of a process, as the kernel keeps it */
	LENGTH = 10000,
	GONE_MS = 10000, /* for the last of those killed to leave */
};

static char *no_env[] = {NULL};

struct suite {
	struct exec *exec;
	struct arena arena;
	struct outcome out;
	char *subject;
	char *dir;
	char name[NAME_SIZE]; /* by which to know what lives of it */
	enum exec_isolation level;
	bool has_group; /* a control group that counts processes can be had */
	bool failed;
};

struct fault {
	const char *name, *mode, *argument;
	enum end_kind end;
	int code; /* exit status, or signal; -1: any */
	int64_t wall_ms;
	bool reaches_us; /* below L2 it may take its supervisor along, which is an end of its own */
	bool only_inside; /* harms whoever runs it where there is no inside */
	bool multiplies;  /* harms the host where nothing bounds how many processes there are */
};

static const struct fault faults[] = {
	{.name = "fork bomb",
	 .mode = "fork-bomb",
	 .end = END_PROCESS_LIMIT,
	 .code = -1,
	 .multiplies = true},
	{.name = "fork bomb, sessions",
	 .mode = "fork-bomb-apart",
	 .end = END_PROCESS_LIMIT,
	 .code = -1,
	 .multiplies = true},
	{.name = "thread bomb",
	 .mode = "thread-bomb",
	 .end = END_PROCESS_LIMIT,
	 .code = -1,
	 .multiplies = true},
	{.name = "memory bomb", .mode = "memory-bomb", .end = END_MEMORY_LIMIT, .code = -1},
	{.name = "memory bomb, many",
	 .mode = "memory-crowd",
	 .end = END_MEMORY_LIMIT,
	 .code = -1,
	 .multiplies = true},
	{.name = "disk filler, one file",
	 .mode = "fill-file",
	 .end = END_FILE_LIMIT,
	 .code = SIGXFSZ},
	{.name = "disk filler, many", .mode = "fill-files", .end = END_DISK_LIMIT, .code = -1},
	{.name = "disk filler, nameless",
	 .mode = "fill-nameless",
	 .end = END_DISK_LIMIT,
	 .code = -1},
	{.name = "disk filler, empty", .mode = "fill-names", .end = END_DISK_LIMIT, .code = -1},
	{.name = "flood on both streams", .mode = "flood", .end = END_OUTPUT_LIMIT, .code = -1},
	{.name = "pipe held below", .mode = "hold-pipe", .end = END_LEAK, .code = 3},
	{.name = "daemon", .mode = "daemon", .end = END_EXIT, .code = 4},
	{.name = "kills its group", .mode = "kill-group", .end = END_SIGNAL, .code = SIGKILL},
	{.name = "kills its parent",
	 .mode = "kill-parent",
	 .end = END_EXIT,
	 .code = 5,
	 .reaches_us = true},
	{.name = "stops its parent",
	 .mode = "stop-parent",
	 .end = END_EXIT,
	 .code = 5,
	 .wall_ms = 300,
	 .reaches_us = true},
	{.name = "kills its session",
	 .mode = "kill-session",
	 .end = END_EXIT,
	 .code = 5,
	 .reaches_us = true},
	{.name = "kills all it can",
	 .mode = "kill-all",
	 .end = END_EXIT,
	 .code = 5,
	 .only_inside = true},
	{.name = "stopped", .mode = "stop", .end = END_TIMEOUT, .code = -1, .wall_ms = 200},
	{.name = "ignores signals",
	 .mode = "ignore",
	 .end = END_TIMEOUT,
	 .code = SIGKILL,
	 .wall_ms = 200},
	{.name = "waits in the kernel",
	 .mode = "wait-in-kernel",
	 .end = END_TIMEOUT,
	 .code = -1,
	 .wall_ms = 200},
	{.name = "zygote killed", .mode = "sleep", .end = END_LOST, .code = -1},
	{.name = "10,000-byte argument", .mode = "length", .end = END_EXIT, .code = 0},
};

static void die(const struct error *err)
{
	(void)fprintf(stderr, "faults: %s\n", err->message);
	exit(3);
}

static struct plan plan_of(struct suite *s, char **argv)
{
	return (struct plan){
		.phase = PHASE_RUN,
		.backend = "test",
		.work_dir = s->dir,
		.cwd = ".",
		.argv = argv,
		.env = no_env,
		.scan_files = true,
		.limits = {.wall_ms = 30000,
			   .grace_ms = 50,
			   .keep_head = 4096,
			   .keep_tail = 64,
			   .output_max = 8 << 20,
			   .memory_bytes = 96 << 20,
			   .file_bytes = 4 << 20,
			   .disk_bytes = 16 << 20,
			   .open_files = 256,
			   .processes = PROCESSES,
			   .drain_ms = 200},
	};
}

static bool is_helper(const char *pid)
{
	char path[64], name[32] = "";

	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	FILE *in = fopen(path, "re");
	bool is = in && fgets(name, sizeof(name), in) && strcmp(name, "parity-zygote\n") == 0;
	if (in)
		(void)fclose(in);
	return is;
}

/* The helpers among our children; their number. */
static size_t kill_zygotes(void)
{
	char path[64], list[4096] = "";
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	FILE *in = fopen(path, "re");
	if (!in || !fgets(list, sizeof(list), in))
		list[0] = '\0';
	if (in)
		(void)fclose(in);
	for (char *pid = strtok(list, " "); pid; pid = strtok(NULL, " "))
		if (is_helper(pid) && kill((pid_t)atoi(pid), SIGKILL) == 0)
			count++;
	return count;
}

/* How many processes carry the subject's name. Those that are dead and not reaped count. */
static size_t count_living(const struct suite *s)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], name[32];
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		FILE *in = fopen(path, "re");
		if (in && fgets(name, sizeof(name), in)) {
			name[strcspn(name, "\n")] = '\0';
			count += strcmp(name, s->name) == 0;
		}
		if (in)
			(void)fclose(in);
	}
	if (dir)
		(void)closedir(dir);
	return count;
}

static void carry_out(struct suite *s, const struct plan *plan, bool kill_zygote)
{
	struct error err = ERROR_INIT;
	void *tag = NULL;

	if (exec_start(s->exec, plan, &s->out, &s->arena, s, &err) < 0)
		die(&err);
	/* The second process of it shows that it is well under way. */
	while (kill_zygote && count_living(s) < 2)
		;
	if (kill_zygote && kill_zygotes() == 0)
		(void)fprintf(stderr, "faults: there is no zygote to kill\n");
	while (!tag)
		if (exec_next(s->exec, &tag, -1, &err) < 0)
			die(&err);
}

/* Whatever came before, nobody of it lives, and the next program runs as if nothing had been. */
static const char *harm(struct suite *s)
{
	struct error err = ERROR_INIT;
	char mode[] = "print", text[] = "fine";
	char *argv[] = {s->subject, mode, text, NULL};
	int64_t until_ms = clock_monotonic_ms() + GONE_MS;
	struct plan plan;

	/* A process of an ended namespace is gone a moment after its init. */
	while (count_living(s) > 0)
		if (clock_monotonic_ms() > until_ms)
			return "somebody lives";
	exec_work_dir_done(s->exec, s->dir);
	if (exec_work_dir(&s->dir, s->exec, &err) < 0)
		die(&err);
	plan = plan_of(s, argv);
	carry_out(s, &plan, false);
	if (s->out.end != END_EXIT || s->out.code != 0 || !slice_is(s->out.out.head, "fine\n"))
		return "the next program fails";
	return NULL;
}

/* Root is bound by no RLIMIT_NPROC, so that without a control group only a namespace holds what
 * multiplies faster than it is looked at. */
static bool is_bounded(const struct suite *s)
{
	return s->level >= EXEC_L2 || geteuid() != 0 || s->has_group;
}

static void expose(struct suite *s, const struct fault *fault)
{
	char argument[LENGTH + 1];
	char *argv[] = {s->subject, (char *)fault->mode, argument, NULL};
	struct plan plan = plan_of(s, argv);
	bool kill_zygote = fault->end == END_LOST;

	if ((fault->only_inside && s->level < EXEC_L2) || (fault->multiplies && !is_bounded(s))) {
		(void)printf("%s\t-\n", fault->name);
		return;
	}
	memset(argument, 'x', LENGTH);
	argument[LENGTH] = '\0';
	if (strcmp(fault->mode, "length") != 0)
		argv[2] = NULL;
	if (fault->wall_ms)
		plan.limits.wall_ms = fault->wall_ms;
	carry_out(s, &plan, kill_zygote);
	enum end_kind end = s->out.end;
	bool right = end == fault->end && (fault->code < 0 || s->out.code == fault->code);
	if (fault->reaches_us && s->level < EXEC_L2 && end == END_LOST)
		right = true;
	if (strcmp(fault->mode, "length") == 0 && !slice_is(s->out.out.head, "10000\n"))
		right = false;
	const char *harmed = harm(s);
	(void)printf("%s\t%s%s%s%s\n", fault->name, right ? "" : "NOT ", end_name(end),
		     harmed ? " ! " : "", harmed ? harmed : "");
	(void)fflush(stdout);
	s->failed = s->failed || !right || harmed;
}

/* In a process of its own, which joins the group for as long as it takes to see that it may. */
static bool has_group(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		struct cgroup cgroup;

		cgroup_open(&cgroup);
		_exit(cgroup_has(&cgroup, CGROUP_PIDS) ? 0 : 1);
	}
	(void)waitpid(pid, &status, 0);
	cgroup_remove_empty();
	return status == 0;
}

static bool is_wanted(const struct fault *fault, char **names)
{
	bool wanted = !*names;

	for (; *names && !wanted; names++)
		wanted = strcmp(*names, fault->name) == 0;
	return wanted;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	struct suite s = {0};

	if (argc < 3) {
		(void)fprintf(stderr, "usage: faults LEVEL SUBJECT [FAULT...]\n");
		return 2;
	}
	while (s.level < EXEC_AUTO && strcmp(exec_isolation_name(s.level), argv[1]) != 0)
		s.level++;
	s.subject = realpath(argv[2], NULL);
	if (!s.subject || s.level == EXEC_AUTO)
		return 2;
	s.has_group = has_group();
	(void)snprintf(s.name, sizeof(s.name), "%s", strrchr(s.subject, '/') + 1);
	const char *paths[] = {s.subject};
	const struct exec_options options = {
		.slots = 1, .isolation = s.level, .read_paths = paths, .read_len = 1};
	if (exec_new(&s.exec, &options, &err) < 0 || exec_work_dir(&s.dir, s.exec, &err) < 0)
		die(&err);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (is_wanted(&faults[i], argv + 3))
			expose(&s, &faults[i]);
	s.exec = exec_free(s.exec);
	arena_done(&s.arena);
	free(s.subject);
	return s.failed ? 1 : 0;
}
