/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_faults: programs that attack the host, their supervisor or the tree they run in, at the
 * level EXEC_LEVEL. After each the executor still carries out a plan, and nothing of the program
 * lives.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "runner/exec.h"

static char *no_env[] = {NULL};

struct faults {
	struct exec *exec;
	struct arena arena;
	char *dir;
	struct outcome out;
};

static enum exec_isolation level(void)
{
	const char *text = getenv("EXEC_LEVEL");
	return text ? (enum exec_isolation)atoi(text) : EXEC_L0;
}

static void open_faults(struct faults *f)
{
	struct error err = ERROR_INIT;
	const char *paths[] = {getenv("EXEC_SUBJECT"), getenv("EXEC_ESCAPE")};
	const struct exec_options options = {
		.slots = 1, .isolation = level(), .read_paths = paths, .read_len = 2};
	memset(f, 0, sizeof(*f));
	cr_assert(paths[0] && paths[1], "run through meson test");
	int r = exec_new(&f->exec, &options, &err);
	if (r < 0 && level() >= EXEC_L2 && strstr(err.message, "does not work here"))
		cr_skip_test("%s", err.message);
	cr_assert_eq(r, 0, "%s", err.message);
	cr_assert_eq(exec_work_dir(&f->dir, f->exec, &err), 0);
}

static void close_faults(struct faults *f)
{
	f->exec = exec_free(f->exec);
	arena_done(&f->arena);
}

static struct plan plan_of(struct faults *f, char **argv)
{
	return (struct plan){
		.phase = PHASE_RUN,
		.backend = "test",
		.work_dir = f->dir,
		.cwd = ".",
		.argv = argv,
		.env = no_env,
		.limits = {.wall_ms = 20000,
			   .grace_ms = 50,
			   .keep_head = 4096,
			   .keep_tail = 64,
			   .output_max = 1 << 20,
			   .drain_ms = 60},
	};
}

static void carry_out(struct faults *f, const struct plan *plan)
{
	struct error err = ERROR_INIT;
	void *tag = NULL;
	cr_assert_eq(exec_start(f->exec, plan, &f->out, &f->arena, f, &err), 0, "%s", err.message);
	cr_assert_eq(exec_next(f->exec, &tag, -1, &err), 0, "%s", err.message);
	cr_assert_eq(tag, f);
}

/* Whatever came before, the next program runs as if nothing had been. */
static void expect_health(struct faults *f, const char *after)
{
	char program[] = "/bin/sh", flag[] = "-c", text[] = "echo fine";
	char *argv[] = {program, flag, text, NULL};
	const struct plan plan = plan_of(f, argv);
	carry_out(f, &plan);
	cr_expect_eq(f->out.end, END_EXIT, "after %s: %s", after, end_name(f->out.end));
	cr_expect(slice_is(f->out.out.head, "fine\n"), "after %s", after);
}

Test(exec_faults, are_survived_and_told_apart)
{
	static const struct {
		const char *name, *script;
		int64_t wall_ms, cpu_ms, file_bytes, memory_bytes;
		enum end_kind end;
		bool or_lost; /* below L2 a program can reach its supervisor */
	} faults[] = {
		/* Bounded, for the sake of whoever runs the test. */
		{.name = "fork bomb",
		 .script = "b() { [ $1 -eq 0 ] || { b $(($1-1)) & b $(($1-1)) & }; sleep 9; }; b 5",
		 .wall_ms = 700,
		 .end = END_TIMEOUT},
		{.name = "busy loop",
		 .script = "while :; do :; done",
		 .cpu_ms = 1000,
		 .end = END_CPU_LIMIT},
		{.name = "memory bomb",
		 .script = "exec tail /dev/zero",
		 .memory_bytes = 96 << 20,
		 .end = END_EXIT},
		{.name = "disk filler",
		 .script = "exec cat /dev/zero > big",
		 .file_bytes = 1 << 20,
		 .end = END_FILE_LIMIT},
		{.name = "flood on both streams",
		 .script = "cat /dev/zero & exec cat /dev/zero >&2",
		 .end = END_OUTPUT_LIMIT},
		{.name = "pipe held by a grandchild",
		 .script = "(sleep 30 & sleep 30 &) & exit 3",
		 .end = END_LEAK},
		{.name = "daemon",
		 .script = "setsid sleep 30 >/dev/null 2>&1 </dev/null & exit 0",
		 .end = END_EXIT},
		{.name = "stopped program",
		 .script = "kill -STOP $$",
		 .wall_ms = 100,
		 .end = END_TIMEOUT},
		{.name = "kills its group", .script = "sleep 30 & kill -KILL 0", .end = END_SIGNAL},
		{.name = "kills its parent",
		 .script = "kill -KILL $PPID; sleep 0.1; exit 0",
		 .end = END_EXIT,
		 .or_lost = true},
		{.name = "stops its parent",
		 .script = "kill -STOP $PPID; exit 0",
		 .end = END_EXIT,
		 .or_lost = true},
	};
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct faults f;
		char program[] = "/bin/sh", flag[] = "-c";
		char *argv[] = {program, flag, (char *)faults[i].script, NULL};
		open_faults(&f);
		struct plan plan = plan_of(&f, argv);
		if (faults[i].wall_ms)
			plan.limits.wall_ms = faults[i].wall_ms;
		plan.limits.cpu_ms = faults[i].cpu_ms;
		plan.limits.file_bytes = faults[i].file_bytes;
		plan.limits.memory_bytes = faults[i].memory_bytes;
		if (faults[i].or_lost && level() < EXEC_L2 && strstr(faults[i].name, "stops"))
			plan.limits.wall_ms = 100;
		carry_out(&f, &plan);
		bool lost = faults[i].or_lost && level() < EXEC_L2 && f.out.end == END_LOST;
		cr_expect(lost || f.out.end == faults[i].end ||
				  (faults[i].memory_bytes && f.out.end == END_MEMORY_LIMIT),
			  "%s: %s %d", faults[i].name, end_name(f.out.end), f.out.code);
		expect_health(&f, faults[i].name);
		close_faults(&f);
	}
}

Test(exec_faults, long_arguments_arrive)
{
	struct faults f;
	char program[] = "/bin/sh", flag[] = "-c", text[] = "echo ${#1}", name[] = "sh";
	char *large = malloc(10001);
	char *argv[] = {program, flag, text, name, large, NULL};
	memset(large, 'x', 10000);
	large[10000] = '\0';
	open_faults(&f);
	const struct plan plan = plan_of(&f, argv);
	carry_out(&f, &plan);
	cr_expect(slice_is(f.out.out.head, "10000\n"), "%.*s", SLICE_ARG(f.out.out.head));
	free(large);
	close_faults(&f);
}

Test(exec_faults, tmp_is_private_and_empty_for_each_run)
{
	struct faults f;
	char program[] = "/bin/sh", flag[] = "-c";
	char text[] = "ls /tmp | grep -v parity- ; mkdir -p /tmp/a/b && echo x >/tmp/a/b/c";
	char *argv[] = {program, flag, text, NULL};
	if (level() < EXEC_L2)
		cr_skip_test("/tmp is the host's below L2");
	open_faults(&f);
	const struct plan plan = plan_of(&f, argv);
	carry_out(&f, &plan);
	struct slice first = f.out.out.head;
	cr_expect_eq(f.out.code, 0, "%.*s", SLICE_ARG(f.out.err.head));
	carry_out(&f, &plan);
	cr_expect(slice_eq(f.out.out.head, first), "%.*s", SLICE_ARG(f.out.out.head));
	cr_expect_not(path_exists("/tmp/a/b/c"));
	close_faults(&f);
}

/* A listening socket of the host that nobody in a run may reach. */
static int listen_here(int *port)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&here, len), 0);
	cr_assert_eq(listen(fd, 1), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&here, &len), 0);
	*port = ntohs(here.sin_port);
	return fd;
}

Test(exec_faults, there_is_no_way_out)
{
	struct faults f;
	struct error err = ERROR_INIT;
	int port = 0;
	if (level() < EXEC_L2)
		cr_skip_test("the host is in sight below L2");
	open_faults(&f);
	int fd = listen_here(&port);
	char *secret = path_join(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", "parity-secret");
	cr_assert_eq(file_write(secret, slice_of("secret"), false, &err), 0, "%s", err.message);
	char *argv[] = {getenv("EXEC_ESCAPE"), secret, arena_printf(&f.arena, "%d", (int)getpid()),
			arena_printf(&f.arena, "%d", port), NULL};
	const struct plan plan = plan_of(&f, argv);
	carry_out(&f, &plan);
	cr_expect_eq(f.out.end, END_EXIT, "%s %s", end_name(f.out.end), f.out.why ? f.out.why : "");
	cr_expect(slice_is(f.out.out.head, "tried 26\n"), "%.*s", SLICE_ARG(f.out.out.head));
	(void)unlink(secret);
	free(secret);
	(void)close(fd);
	close_faults(&f);
}
