/* SPDX-License-Identifier: Apache-2.0 */
/* exec_workdir: every case starts in a directory that no other case can have marked. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "runner/exec.h"

static char *no_env[] = {NULL};

struct place {
	struct exec *exec;
	struct arena arena;
	char *dir;
	struct plan_file given;
	struct outcome out;
};

static void place_open(struct place *p)
{
	struct error err = ERROR_INIT;
	memset(p, 0, sizeof(*p));
	p->given = (struct plan_file){.path = "given.txt", .bytes = slice_of("given")};
	cr_assert_eq(exec_new(&p->exec, &(struct exec_options){.slots = 1}, &err), 0);
	cr_assert_eq(exec_work_dir(&p->dir, p->exec, &err), 0);
}

static void place_close(struct place *p)
{
	p->exec = exec_free(p->exec);
	arena_done(&p->arena);
}

static void place_run(struct place *p, const char *mode, const char *arg, bool bring_files)
{
	struct error err = ERROR_INIT;
	char *argv[] = {getenv("EXEC_SUBJECT"), arena_strdup(&p->arena, mode),
			arg ? arena_strdup(&p->arena, arg) : NULL, NULL};
	void *tag;
	struct plan plan = {
		.phase = PHASE_RUN,
		.work_dir = p->dir,
		.cwd = ".",
		.argv = argv,
		.env = no_env,
		.files = &p->given,
		.file_len = bring_files,
		.scan_files = true,
		.limits = {.wall_ms = 20000, .grace_ms = 100, .keep_head = 99, .drain_ms = 100},
	};
	cr_assert_eq(exec_start(p->exec, &plan, &p->out, &p->arena, p, &err), 0, "%s", err.message);
	cr_assert_eq(exec_next(p->exec, &tag, -1, &err), 0, "%s", err.message);
	cr_assert_eq(p->out.end, END_EXIT);
	cr_assert_eq(p->out.code, 0, "subject said %d", p->out.code);
}

/* "TYPE path TYPE path ..." of what was left. */
static const char *left(struct place *p)
{
	const char *text = "";
	for (size_t i = 0; i < p->out.file_len; i++)
		text = arena_printf(&p->arena, "%s%s%c %s", text, i ? " " : "",
				    p->out.files[i].type, p->out.files[i].path);
	return text;
}

Test(exec_workdir, lists_what_the_program_left_in_byte_order)
{
	struct place p;
	char hex[DIGEST_HEX_SIZE];
	place_open(&p);
	place_run(&p, "litter", NULL, true);
	cr_expect_str_eq(left(&p), "d .home/cache f .home/cache/x ? fifo f given.txt f left.txt "
				   "l link d locked f locked/inner");
	cr_expect_not(p.out.files_cut);
	digest_hex(hex, slice_of("left"));
	cr_expect_str_eq(p.out.files[4].sha256, hex);
	cr_expect_eq(p.out.files[4].size, 4);
	digest_hex(hex, slice_of("/etc"));
	cr_expect_str_eq(p.out.files[5].sha256, hex, "a link is its target's name");
	/* The next phase in the same directory answers for its own doing only. */
	place_run(&p, "exit", "0", false);
	cr_expect_str_eq(left(&p), "");
	place_close(&p);
}

Test(exec_workdir, tells_kept_and_removed_plan_files)
{
	struct place p;
	place_open(&p);
	place_run(&p, "exit", "0", true);
	cr_expect_str_eq(left(&p), "");
	place_run(&p, "remove", "given.txt", false);
	cr_expect_str_eq(left(&p), "- given.txt");
	place_close(&p);
}

Test(exec_workdir, says_when_more_was_left_than_is_listed)
{
	struct place p;
	place_open(&p);
	place_run(&p, "many", "1000", true);
	cr_expect_eq(p.out.file_len, 1000);
	cr_expect_not(p.out.files_cut);
	place_run(&p, "exit", "0", false);
	cr_expect_eq(p.out.file_len, 0);
	exec_work_dir_done(p.exec, p.dir);
	struct error err = ERROR_INIT;
	cr_assert_eq(exec_work_dir(&p.dir, p.exec, &err), 0);
	place_run(&p, "many", "1001", true);
	cr_expect_eq(p.out.file_len, 1000);
	cr_expect(p.out.files_cut);
	cr_expect_str_eq(p.out.files[999].path, "n00999", "the cut must not depend on chance");
	place_close(&p);
}

static void expect_fresh(const char *dir)
{
	static const char *const standard[] = {PLAN_HOME, PLAN_TMP};
	struct stat st;
	const char *const names[] = {"left.txt", "given.txt", "locked",
				     "link",     "fifo",      ".home/cache"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = path_join(dir, names[i]);
		cr_expect_eq(lstat(path, &st), -1, "%s is there", path);
		free(path);
	}
	for (size_t i = 0; i < 2; i++) {
		char *path = path_join(dir, standard[i]);
		cr_expect(lstat(path, &st) == 0 && S_ISDIR(st.st_mode), "%s", path);
		cr_expect_eq(st.st_mode & 07777, 0700);
		free(path);
	}
	cr_expect(stat(dir, &st) == 0 && (st.st_mode & 07777) == 0700);
}

Test(exec_workdir, is_fresh_whatever_was_left_in_it)
{
	struct error err = ERROR_INIT;
	const char *const modes[] = {"litter", "spoil", "exit"};
	struct place p;
	place_open(&p);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		place_run(&p, modes[i], "0", true);
		exec_work_dir_done(p.exec, p.dir);
		cr_assert_eq(exec_work_dir(&p.dir, p.exec, &err), 0, "%s", err.message);
		place_run(&p, "exit", "0", false);
		expect_fresh(p.dir);
	}
	place_close(&p);
}

/* The place given back, then the next run in it with this file only. */
static void place_run_next(struct place *p, const char *name, const char *text, bool executable)
{
	struct error err = ERROR_INIT;
	exec_work_dir_done(p->exec, p->dir);
	cr_assert_eq(exec_work_dir(&p->dir, p->exec, &err), 0, "%s", err.message);
	p->given =
		(struct plan_file){.path = name, .bytes = slice_of(text), .executable = executable};
	place_run(p, "exit", "0", true);
	cr_expect_str_eq(left(p), "");
}

static void expect_file(const struct place *p, const char *name, const char *text, mode_t mode)
{
	char *path = path_join(p->dir, name);
	struct buf content = BUF_INIT(1 << 20);
	struct stat st;
	cr_assert_eq(lstat(path, &st), 0, "%s is missing", path);
	cr_expect(S_ISREG(st.st_mode));
	cr_expect_eq(st.st_mode & 07777, mode, "%s has mode %o", name, st.st_mode);
	cr_expect_eq(st.st_nlink, 1);
	cr_expect_leq(listxattr(path, NULL, 0), 0, "%s has attributes", name);
	cr_expect_eq(file_read(&content, path, 1 << 20, NULL), 0);
	cr_expect_str_eq(buf_str(&content), text);
	buf_done(&content);
	free(path);
}

static void expect_none(const struct place *p, const char *name)
{
	char *path = path_join(p->dir, name);
	struct stat st;
	cr_expect_eq(lstat(path, &st), -1, "%s is there", path);
	free(path);
}

Test(exec_workdir, holds_the_next_plans_files_and_no_others)
{
	struct place p;
	place_open(&p);
	place_run(&p, "exit", "0", true);
	place_run_next(&p, "other.txt", "a longer text than before", false);
	expect_file(&p, "other.txt", "a longer text than before", 0644);
	expect_none(&p, "given.txt");
	place_run_next(&p, "other.txt", "short", false);
	expect_file(&p, "other.txt", "short", 0644);
	place_run_next(&p, "third.txt", "", false);
	expect_file(&p, "third.txt", "", 0644);
	expect_none(&p, "other.txt");
	place_run_next(&p, "third.txt", "program", true);
	expect_file(&p, "third.txt", "program", 0755);
	place_run_next(&p, "third.txt/inside", "deep", false);
	expect_file(&p, "third.txt/inside", "deep", 0644);
	place_run_next(&p, "given.txt", "given", false);
	expect_file(&p, "given.txt", "given", 0644);
	expect_none(&p, "third.txt");
	place_close(&p);
}

Test(exec_workdir, does_not_use_a_file_again_that_a_program_touched)
{
	const char *const how[] = {"content", "mode", "attribute"};
	struct place p;
	place_open(&p);
	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		place_run(&p, "tamper", how[i], true);
		cr_expect_str_eq(left(&p), i == 0 ? "f given.txt" : "", "%s", how[i]);
		place_run_next(&p, "given.txt", "given", false);
		expect_file(&p, "given.txt", "given", 0644);
	}
	place_close(&p);
}

Test(exec_workdir, stays_when_it_is_to_be_kept)
{
	struct error err = ERROR_INIT;
	struct exec *exec = NULL;
	char *first, *second;
	char *scratch = realpath("/tmp", NULL);
	const struct exec_options options = {.slots = 1, .scratch = scratch, .keep = true};
	cr_assert_eq(exec_new(&exec, &options, &err), 0);
	cr_assert_eq(exec_work_dir(&first, exec, &err), 0);
	char *kept = strdup(first);
	exec_work_dir_done(exec, first);
	cr_assert_eq(exec_work_dir(&second, exec, &err), 0);
	cr_expect_str_neq(kept, second);
	exec_work_dir_done(exec, second);
	exec_free(exec);
	cr_expect(path_is_dir(kept));
	char *root = path_dir(kept);
	cr_expect_eq(path_remove_tree(root, &err), 0);
	free(root);
	free(kept);
	free(scratch);
}

Test(exec_workdir, a_scratch_folder_that_cannot_be_used_is_a_fault)
{
	struct error err = ERROR_INIT;
	struct exec *exec = NULL;
	const struct exec_options options = {.slots = 1, .scratch = "/no/such/folder"};
	cr_assert_lt(exec_new(&exec, &options, &err), 0);
	cr_expect_null(exec);
	cr_expect_eq(err.blame, ERROR_FAULT);
	cr_expect_not_null(strstr(err.message, "/no/such/folder"), "%s", err.message);
}
