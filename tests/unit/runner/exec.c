/* SPDX-License-Identifier: Apache-2.0 */
/* exec: whatever a program does, it ends, its output is told truly and nothing of it stays behind.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "runner/exec.h"

enum { ARGS_MAX = 6 };

struct fixture {
	struct exec *exec;
	struct arena arena;
	char *dir;
	struct plan plan;
	struct outcome out;
	char *argv[ARGS_MAX + 2];
};

static char *no_env[] = {NULL};

/* Every claim holds at every level; meson runs this binary once for each. */
static enum exec_isolation level(void)
{
	const char *text = getenv("EXEC_LEVEL");
	return text ? (enum exec_isolation)atoi(text) : EXEC_L0;
}

static void open_fixture(struct fixture *f, const struct exec_options *options)
{
	struct error err = ERROR_INIT;
	struct exec_options all = *options;
	const char *subject = getenv("EXEC_SUBJECT");
	memset(f, 0, sizeof(*f));
	all.isolation = level();
	all.read_paths = &subject;
	all.read_len = subject ? 1 : 0;
	int r = exec_new(&f->exec, &all, &err);
	if (r < 0 && level() >= EXEC_L2 && strstr(err.message, "does not work here"))
		cr_skip_test("%s", err.message);
	cr_assert_eq(r, 0, "%s", err.message);
}

static void close_fixture(struct fixture *f)
{
	f->exec = exec_free(f->exec);
	arena_done(&f->arena);
}

/* A plan in a fresh work directory: `words` are separated by one blank. */
static void make_plan(struct fixture *f, const char *words)
{
	struct error err = ERROR_INIT;
	size_t len = 0;
	if (!f->dir)
		cr_assert_eq(exec_work_dir(&f->dir, f->exec, &err), 0, "%s", err.message);
	f->argv[len++] = getenv("EXEC_SUBJECT");
	cr_assert_not_null(f->argv[0], "EXEC_SUBJECT is not set, run through meson test");
	char *copy = arena_strdup(&f->arena, words);
	for (char *word = strtok(copy, " "); word && len <= ARGS_MAX; word = strtok(NULL, " "))
		f->argv[len++] = word;
	f->argv[len] = NULL;
	f->plan = (struct plan){
		.phase = PHASE_RUN,
		.backend = "test",
		.work_dir = f->dir,
		.cwd = ".",
		.argv = f->argv,
		.env = no_env,
		.limits = {.wall_ms = 20000,
			   .grace_ms = 1000,
			   .keep_head = 64,
			   .keep_tail = 64,
			   .output_max = 1 << 20,
			   .drain_ms = 60},
	};
}

static void start_and_wait(struct fixture *f)
{
	struct error err = ERROR_INIT;
	void *tag = NULL;
	int here;
	cr_assert_eq(exec_start(f->exec, &f->plan, &f->out, &f->arena, &here, &err), 0, "%s",
		     err.message);
	cr_assert_eq(exec_next(f->exec, &tag, -1, &err), 0, "%s", err.message);
	cr_assert_eq(tag, &here);
	cr_assert_eq(exec_running(f->exec), 0);
}

static void run(struct fixture *f, const char *words)
{
	make_plan(f, words);
	start_and_wait(f);
}

static struct fixture ran(const char *words)
{
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 2});
	run(&f, words);
	return f;
}

static bool is_text(struct slice s, const char *text)
{
	return slice_is(s, text);
}

Test(exec, tells_how_a_program_ended)
{
	static const struct {
		const char *words;
		enum end_kind end;
		int code;
	} cases[] = {
		{"exit 0", END_EXIT, 0},          {"exit 42", END_EXIT, 42},
		{"exit 139", END_EXIT, 139},      {"raise 11", END_SIGNAL, SIGSEGV},
		{"raise 9", END_SIGNAL, SIGKILL}, {"raise 13", END_SIGNAL, SIGPIPE},
		{"close", END_EXIT, 3},
	};
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(&f, cases[i].words);
		cr_expect_eq(f.out.end, cases[i].end, "%s: %s", cases[i].words,
			     end_name(f.out.end));
		cr_expect_eq(f.out.code, cases[i].code, "%s: %d", cases[i].words, f.out.code);
		cr_expect_gt(f.out.wall_ns, 0);
	}
	close_fixture(&f);
}

Test(exec, a_program_that_cannot_start_is_an_outcome)
{
	static const struct {
		const char *program;
		const char *cwd;
		int64_t memory;
	} cases[] = {
		{"/no/such/program", ".", 0},
		{"/etc/passwd", ".", 0},
		{"/no/such/program", ".", 1 << 28},
		{"/bin/true", "missing", 0},
	};
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_plan(&f, "exit 0");
		f.argv[0] = arena_strdup(&f.arena, cases[i].program);
		f.plan.cwd = cases[i].cwd;
		f.plan.limits.memory_bytes = cases[i].memory;
		start_and_wait(&f);
		cr_expect_eq(f.out.end, END_NOT_STARTED);
		cr_assert_not_null(f.out.why);
		cr_expect_not_null(strstr(f.out.why, cases[i].program), "%s", f.out.why);
	}
	close_fixture(&f);
}

Test(exec, keeps_streams_apart_and_any_bytes)
{
	struct fixture f = ran("print out err");
	cr_expect(is_text(f.out.out.head, "out"));
	cr_expect(is_text(f.out.err.head, "err"));
	run(&f, "bytes");
	cr_expect(slice_eq(f.out.out.head, slice_make("a\0b\xff\xfe\x80\n\0", 8)));
	cr_expect_eq(f.out.err.total, 0);
	char hex[DIGEST_HEX_SIZE];
	digest_hex(hex, f.out.out.head);
	cr_expect_str_eq(f.out.out.sha256, hex);
	close_fixture(&f);
}

Test(exec, keeps_head_and_tail_and_hashes_all)
{
	/* Lines of eight bytes around the two limits of 64 bytes. */
	static const struct {
		const char *words;
		long lines;
		size_t head, tail;
		bool truncated;
	} cases[] = {
		{"count 8", 8, 64, 0, false},           {"count 9", 9, 64, 8, false},
		{"count 16", 16, 64, 64, false},        {"count 17", 17, 64, 64, true},
		{"count 100000", 100000, 64, 64, true},
	};
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf want = BUF_INIT(0);
		char hex[DIGEST_HEX_SIZE];
		for (long n = 0; n < cases[i].lines; n++)
			buf_addf(&want, "%07ld\n", n);
		digest_hex(hex, buf_slice(&want));
		run(&f, cases[i].words);
		const struct capture *out = &f.out.out;
		cr_expect_eq(out->total, want.len, "%s", cases[i].words);
		cr_expect_eq(out->head.len, cases[i].head);
		cr_expect_eq(out->tail.len, cases[i].tail, "%s: %zu", cases[i].words,
			     out->tail.len);
		cr_expect_eq(out->truncated, cases[i].truncated);
		cr_expect_str_eq(out->sha256, hex, "%s", cases[i].words);
		cr_expect(slice_eq(out->head, slice_make(want.data, out->head.len)));
		cr_expect(slice_eq(out->tail, slice_make(want.data + want.len - out->tail.len,
							 out->tail.len)));
		buf_done(&want);
	}
	close_fixture(&f);
}

Test(exec, kills_a_program_that_prints_for_ever)
{
	struct fixture f = ran("spam");
	cr_expect_eq(f.out.end, END_OUTPUT_LIMIT, "%s", end_name(f.out.end));
	cr_expect_eq(f.out.out.total, 1 << 20);
	char first[DIGEST_HEX_SIZE];
	memcpy(first, f.out.out.sha256, sizeof(first));
	run(&f, "spam");
	cr_expect_str_eq(f.out.out.sha256, first, "the cut must not depend on timing");
	close_fixture(&f);
}

Test(exec, ends_a_program_at_its_wall_limit)
{
	static const struct {
		const char *words;
		int64_t wall_ms, grace_ms;
		int signal; /* 0: it exits with 7 */
	} cases[] = {
		{"sleep", 50, 10000, SIGTERM}, {"ignore-term", 300, 50, SIGKILL},
		{"obey-term", 300, 10000, 0},  {"family", 300, 10000, 0},
		{"sleep", 50, 0, SIGKILL},     {"crowd", 50, 10000, SIGTERM},
	};
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_plan(&f, cases[i].words);
		f.plan.limits.wall_ms = cases[i].wall_ms;
		f.plan.limits.grace_ms = cases[i].grace_ms;
		start_and_wait(&f);
		cr_expect_eq(f.out.end, END_TIMEOUT, "%s: %s", cases[i].words, end_name(f.out.end));
		int status = f.out.wait_status;
		if (cases[i].signal)
			cr_expect_eq(WTERMSIG(status), cases[i].signal, "%s", cases[i].words);
		else
			cr_expect_eq(WEXITSTATUS(status), 7, "%s", cases[i].words);
		cr_expect_geq(f.out.wall_ns, cases[i].wall_ms * 1000000, "%s: %ld", cases[i].words,
			      (long)f.out.wall_ns);
	}
	close_fixture(&f);
}

Test(exec, a_child_holding_the_pipes_is_a_leak)
{
	struct fixture f = ran("background");
	cr_expect_eq(f.out.end, END_LEAK, "%s", end_name(f.out.end));
	cr_expect_eq(f.out.code, 5);
	cr_expect(is_text(f.out.out.head, "left one\n"));
	/* One that prints without a pause is never idle and must still be bounded. */
	make_plan(&f, "background-spam");
	f.plan.limits.output_max = 0;
	start_and_wait(&f);
	cr_expect_eq(f.out.end, END_LEAK, "%s", end_name(f.out.end));
	close_fixture(&f);
}

static void expect_dead(struct slice text)
{
	long pid = strtol(text.ptr, NULL, 10);
	cr_assert_gt(pid, 1);
	if (level() >= EXEC_L2) /* a number of its own namespace, which is gone */
		return;
	cr_expect_eq(kill((pid_t)pid, 0), -1, "process %ld lives", pid);
	cr_expect_eq(errno, ESRCH);
}

Test(exec, a_daemon_does_not_outlive_its_program)
{
	struct fixture f = ran("escape");
	cr_expect_eq(f.out.end, END_EXIT);
	expect_dead(f.out.out.head);
	run(&f, "escape bare");
	expect_dead(f.out.out.head);
	close_fixture(&f);
}

Test(exec, a_daemon_dies_with_its_own_program_and_no_other_does)
{
	struct error err = ERROR_INIT;
	struct fixture f, g = {0};
	int first, second;
	void *tag = NULL;
	open_fixture(&f, &(struct exec_options){.slots = 2});
	make_plan(&f, "sleep");
	g.exec = f.exec;
	make_plan(&g, "escape bare");
	cr_assert_eq(exec_start(f.exec, &f.plan, &f.out, &f.arena, &first, &err), 0);
	cr_assert_eq(exec_start(f.exec, &g.plan, &g.out, &g.arena, &second, &err), 0);
	cr_assert_eq(exec_next(f.exec, &tag, -1, &err), 0);
	cr_assert_eq(tag, &second);
	expect_dead(g.out.out.head);
	cr_expect_eq(g.out.survivors, 1);
	cr_expect_str_eq(g.out.survivor_names, "sleep", "%s", g.out.survivor_names);
	cr_assert_eq(exec_next(f.exec, &tag, 0, &err), 0);
	cr_expect_null(tag, "the sleeper sleeps");
	exec_kill_all(f.exec);
	cr_assert_eq(exec_next(f.exec, &tag, -1, &err), 0);
	cr_assert_eq(tag, &first);
	cr_expect_eq(f.out.end, END_SIGNAL);
	arena_done(&g.arena);
	close_fixture(&f);
}

Test(exec, gives_a_program_its_plan_and_nothing_else)
{
	char second[] = "B=2", first[] = "A=1";
	char *env[] = {second, first, NULL};
	struct fixture f;
	(void)signal(SIGPIPE, SIG_IGN);
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	open_fixture(&f, &(struct exec_options){.slots = 2});
	make_plan(&f, "environment");
	f.plan.env = env;
	start_and_wait(&f);
	cr_expect(is_text(f.out.out.head, "B=2\nA=1\n"), "%.*s", SLICE_ARG(f.out.out.head));
	run(&f, "state");
	cr_expect(is_text(f.out.out.head, "fd 0\nfd 1\nfd 2\nleader 1\ncore 0\n"), "%.*s",
		  SLICE_ARG(f.out.out.head));
	make_plan(&f, "cwd");
	f.plan.cwd = PLAN_HOME;
	f.plan.limits.keep_head = 4096;
	start_and_wait(&f);
	cr_expect(slice_starts(f.out.out.head, f.dir));
	cr_expect(slice_ends(f.out.out.head, "/" PLAN_HOME "\n"));
	close_fixture(&f);
}

Test(exec, feeds_standard_input)
{
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	make_plan(&f, "stdin");
	f.plan.has_stdin = true;
	f.plan.stdin_bytes = slice_make("in\0put", 6);
	start_and_wait(&f);
	cr_expect(slice_eq(f.out.out.head, f.plan.stdin_bytes));
	/* Not read at all: nobody waits, nobody dies of a broken pipe. */
	make_plan(&f, "exit 0");
	static char large[1 << 20];
	f.plan.has_stdin = true;
	f.plan.stdin_bytes = slice_make(large, sizeof(large));
	start_and_wait(&f);
	cr_expect_eq(f.out.end, END_EXIT);
	run(&f, "stdin");
	cr_expect_eq(f.out.out.total, 0, "without input it is the null device");
	close_fixture(&f);
}

Test(exec, stops_a_program_at_its_memory_limit)
{
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	make_plan(&f, "allocate");
	f.plan.limits.memory_bytes = 64 << 20;
	start_and_wait(&f);
	cr_expect_eq(f.out.end, END_MEMORY_LIMIT, "%s", end_name(f.out.end));
	make_plan(&f, "print ok");
	f.plan.limits.memory_bytes = 64 << 20;
	start_and_wait(&f);
	cr_expect_eq(f.out.end, END_EXIT);
	cr_expect(is_text(f.out.out.head, "ok"));
	close_fixture(&f);
}

Test(exec, runs_as_many_at_once_as_it_has_slots)
{
	enum { COUNT = 5 };
	struct error err = ERROR_INIT;
	struct fixture f[COUNT];
	open_fixture(&f[0], &(struct exec_options){.slots = COUNT});
	cr_assert_eq(exec_slots(f[0].exec), COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		if (i > 0)
			f[i] = (struct fixture){.exec = f[0].exec};
		make_plan(&f[i], "sleep");
		cr_assert_eq(exec_start(f[0].exec, &f[i].plan, &f[i].out, &f[i].arena, &f[i], &err),
			     0);
		cr_expect_eq(strlen(f[i].dir), strlen(f[0].dir), "paths differ in length");
	}
	cr_expect_lt(exec_start(f[0].exec, &f[0].plan, &f[0].out, &f[0].arena, NULL, &err), 0,
		     "there is no slot left");
	void *tag = &err;
	cr_assert_eq(exec_next(f[0].exec, &tag, 0, &err), 0);
	cr_expect_null(tag, "nothing ended");
	exec_kill_all(f[0].exec);
	bool seen[COUNT] = {false};
	for (size_t i = 0; i < COUNT; i++) {
		cr_assert_eq(exec_next(f[0].exec, &tag, -1, &err), 0);
		seen[(struct fixture *)tag - f] = true;
	}
	for (size_t i = 0; i < COUNT; i++)
		cr_expect(seen[i] && f[i].out.end == END_SIGNAL, "%s %s", end_name(f[i].out.end),
			  f[i].out.why ? f[i].out.why : "");
	cr_assert_eq(exec_next(f[0].exec, &tag, -1, &err), 0);
	cr_expect_null(tag, "nothing runs");
	for (size_t i = 1; i < COUNT; i++)
		arena_done(&f[i].arena);
	close_fixture(&f[0]);
}

Test(exec, freeing_it_ends_what_runs_and_removes_the_scratch_tree)
{
	struct error err = ERROR_INIT;
	struct fixture f;
	open_fixture(&f, &(struct exec_options){.slots = 1});
	make_plan(&f, "crowd");
	cr_assert_eq(exec_start(f.exec, &f.plan, &f.out, &f.arena, NULL, &err), 0);
	char *dir = arena_strdup(&f.arena, f.dir);
	f.exec = exec_free(f.exec);
	cr_expect_not(path_exists(dir));
	dir[strlen(dir) - strlen("/w0000001")] = '\0';
	cr_expect_not(path_exists(dir), "%s stayed", dir);
	arena_done(&f.arena);
}
