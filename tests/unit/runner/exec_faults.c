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
	const char *paths[] = {getenv("EXEC_SUBJECT")};
	const struct exec_options options = {
		.slots = 1, .isolation = level(), .read_paths = paths, .read_len = 1};
	memset(f, 0, sizeof(*f));
	cr_assert(paths[0], "run through meson test");
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
