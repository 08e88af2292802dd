/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer REPOSITORY COMMIT RUNS [K]: files runs as another process would. With K it kills itself
 * with SIGKILL just before the K-th change to the file system: the calls by which the git library
 * changes files resolve to the functions below. Exit 0 when every run was filed.
 */
#undef _FILE_OFFSET_BITS /* else the headers make open64 another name of open */
#include <fcntl.h>
#include <git2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "triage/ledger.h"

static long countdown = -1;

static void step(void)
{
	if (countdown > 0 && --countdown == 0)
		(void)kill(getpid(), SIGKILL);
}

int rename(const char *from, const char *to)
{
	step();
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path)
{
	step();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int link(const char *from, const char *to)
{
	step();
	return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
	step();
	return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int rmdir(const char *path)
{
	step();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

static int do_open(const char *path, int flags, va_list args)
{
	mode_t mode = 0;
	if (flags & (O_CREAT | __O_TMPFILE)) {
		mode = va_arg(args, mode_t);
		step();
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int fd = do_open(path, flags, args);
	va_end(args);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int fd = do_open(path, flags | O_LARGEFILE, args);
	va_end(args);
	return fd;
}

static struct run_record *make_record(const char *commit, int number)
{
	static const char *backends[] = {"ast", "aot"};
	struct run_record *record = run_record_new();
	struct divergence divergence = {
		.diff = {.channel = CHANNEL_STDOUT, .kind = DIFF_VALUE, .locus = "stdout[1]"},
		.left = "ast",
		.right = "aot",
	};
	struct judgement judgement = {
		.verdict = VERDICT_DIVERGE, .divergences = &divergence, .divergence_len = 1};
	record->commit = commit;
	record->profile = "reference";
	record->writer = arena_printf(&record->arena, "writer %d@%d", number, (int)getpid());
	record->backends = backends;
	record->backend_len = 2;
	record->planned = 2;
	run_record_add(record, "shared", NULL, &judgement);
	run_record_add(record, arena_printf(&record->arena, "own/%d/%d", (int)getpid(), number),
		       NULL, &judgement);
	run_record_add_evidence(record, record->findings.items[0].fp.fp, "ast.stdout",
				slice_of("one\n"), 0);
	return record;
}

int main(int argc, char **argv)
{
	struct ledger *ledger = NULL;
	struct error err = ERROR_INIT;
	if (argc < 4)
		return 2;
	(void)git_libgit2_init();
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent");
	if (ledger_open(&ledger, argv[1], &err) != 0)
		return 3;
	int runs = atoi(argv[3]), r = 0;
	countdown = argc > 4 ? atol(argv[4]) : -1;
	for (int i = 0; i < runs && r == 0; i++) {
		struct filed filed;
		struct run_record *record = make_record(argv[2], i);
		r = ledger_file(&filed, ledger, record, &err);
		run_record_free(record);
	}
	if (r != 0)
		(void)fprintf(stderr, "writer: %s\n", err.message);
	ledger_closep(&ledger);
	(void)git_libgit2_shutdown();
	return r == 0 ? 0 : 1;
}
