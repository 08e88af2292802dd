/* SPDX-License-Identifier: Apache-2.0 */
/* Kept builds: put back as they were, used only when whole, and within the bound. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/artifact.h"

static char folder[] = "/tmp/parity-artifact-XXXXXX";
static struct arena arena;
static char compiler[] = "/bin/compiler";
static char input[] = "main.x";
static char *words[] = {compiler, input, NULL};
static char *no_env[] = {NULL};
static struct plan_file source = {.path = "main.x"};

static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	source.bytes = slice_of("the program");
}

static void remove_folder(void)
{
	(void)path_remove_tree(folder, NULL);
	arena_done(&arena);
}

TestSuite(artifact, .init = make_folder, .fini = remove_folder);

static struct artifacts *opened(bool write, uint64_t max_bytes, int check_percent)
{
	const struct artifacts_options options = {.dir = folder,
						  .write = write,
						  .max_bytes = max_bytes,
						  .check_percent = check_percent,
						  .run_id = "run",
						  .identity = "tool",
						  .version = "1",
						  .isolation = "L0"};
	struct error err = ERROR_INIT;
	struct artifacts *artifacts = NULL;

	cr_assert_eq(artifacts_open(&artifacts, &options, &err), 0, "%s", err.message);
	return artifacts;
}

/* A work directory with the plan's file in it. */
static struct plan plan_in(const char *name)
{
	struct error err = ERROR_INIT;
	char *dir = arena_printf(&arena, "%s/scratch/%s", folder, name);
	char *file = arena_printf(&arena, "%s/main.x", dir);

	cr_assert_eq(path_make_dirs(dir, &err), 0, "%s", err.message);
	cr_assert_eq(file_write(file, source.bytes, false, &err), 0, "%s", err.message);
	return (struct plan){.phase = PHASE_BUILD,
			     .backend = "aot",
			     .work_dir = dir,
			     .cwd = ".",
			     .argv = words,
			     .env = no_env,
			     .files = &source,
			     .file_len = 1};
}

static char *in_dir(const struct plan *plan, const char *name)
{
	return arena_printf(&arena, "%s/%s", plan->work_dir, name);
}

static void write_in(const struct plan *plan, const char *name, const char *text, bool executable)
{
	cr_assert_eq(file_write(in_dir(plan, name), slice_of(text), executable, NULL), 0);
}

static const char *read_in(const struct plan *plan, const char *name)
{
	struct buf text = BUF_INIT(0);
	const char *out;

	if (file_read(&text, in_dir(plan, name), 1 << 20, NULL) < 0)
		return "(none)";
	out = arena_strdup(&arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static struct capture said(const char *text)
{
	struct capture capture = {.head = slice_of(text), .total = strlen(text)};

	digest_hex(capture.sha256, capture.head);
	return capture;
}

static struct outcome ended_well(void)
{
	return (struct outcome){.phase = PHASE_BUILD,
				.end = END_EXIT,
				.out = said(""),
				.err = said("warning: so so\n"),
				.survivor_names = ""};
}

/* Keep a build that left `program` with this text, and close. The key. */
static const char *kept(const char *dir, const char *text, uint64_t max_bytes)
{
	char *key = arena_alloc(&arena, DIGEST_HEX_SIZE);
	struct artifacts *artifacts = opened(true, max_bytes, 0);
	struct outcome outcome = ended_well();
	struct plan plan = plan_in(dir);

	write_in(&plan, "program", text, true);
	artifacts_key(key, artifacts, &plan);
	artifacts_keep(artifacts, key, &plan, &outcome);
	cr_assert_eq(artifacts_stats(artifacts).stored, 1);
	(void)artifacts_close(artifacts);
	return key;
}

static char *stored_path(const char *key)
{
	return arena_printf(&arena, "%s/artifacts/%s.art", folder, key);
}

static enum artifact_answer found(const char *key)
{
	struct artifacts *artifacts = opened(true, 1 << 20, 0);
	enum artifact_answer answer = artifacts_find(artifacts, key, "case");

	(void)artifacts_close(artifacts);
	return answer;
}

Test(artifact, a_build_is_put_back_as_it_was)
{
	char key[DIGEST_HEX_SIZE], again[DIGEST_HEX_SIZE];
	struct artifacts *artifacts = opened(true, 1 << 20, 0);
	struct outcome outcome = ended_well();
	struct outcome back = {0};
	struct plan first = plan_in("w1");
	struct plan second = plan_in("w2");
	struct stat st;

	cr_assert_eq(mkdir(in_dir(&first, "out"), 0755), 0);
	write_in(&first, "out/program", "binary", true);
	write_in(&first, "where", arena_printf(&arena, "in %s/out", first.work_dir), false);
	artifacts_key(key, artifacts, &first);
	cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_NONE);
	artifacts_keep(artifacts, key, &first, &outcome);
	artifacts_key(again, artifacts, &second);
	cr_assert_str_eq(again, key, "the directory's name is no part of the key");
	cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_FOUND);
	cr_assert(artifacts_restore(&back, artifacts, key, &second, &arena));
	cr_assert_str_eq(read_in(&second, "out/program"), "binary");
	cr_assert_eq(stat(in_dir(&second, "out/program"), &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0755);
	cr_assert_str_eq(read_in(&second, "where"),
			 arena_printf(&arena, "in %s/out", second.work_dir));
	cr_assert(back.is_kept);
	cr_assert_eq(back.phase, PHASE_BUILD);
	cr_assert_eq(back.end, END_EXIT);
	cr_assert_eq(back.code, 0);
	cr_assert(slice_is(back.err.head, "warning: so so\n"));
	cr_assert_eq(back.err.total, outcome.err.total);
	cr_assert_str_eq(back.err.sha256, outcome.err.sha256);
	cr_assert_eq(artifacts_stats(artifacts).reused, 1);
	(void)artifacts_close(artifacts);
}

Test(artifact, whatever_a_build_depends_on_is_in_the_key)
{
	char flag[] = "-O";
	char variable[] = "A=1";
	char *other_words[] = {compiler, flag, input, NULL};
	char *other_env[] = {variable, NULL};
	char key[DIGEST_HEX_SIZE], other[DIGEST_HEX_SIZE];
	struct artifacts *artifacts = opened(false, 1 << 20, 0);
	struct plan plans[5];

	for (int i = 0; i < 5; i++)
		plans[i] = plan_in("w1");
	artifacts_key(key, artifacts, &plans[0]);
	plans[0].argv = other_words;
	plans[1].env = other_env;
	plans[2].backend = "jit";
	plans[3].limits.wall_ms = 7;
	plans[4].files = &(struct plan_file){.path = "main.x", .bytes = slice_of("another")};
	for (int i = 0; i < 5; i++) {
		artifacts_key(other, artifacts, &plans[i]);
		cr_assert_str_neq(other, key, "change %d", i);
	}
	(void)artifacts_close(artifacts);
}

Test(artifact, one_flipped_byte_anywhere_is_damage_and_heals)
{
	const char *key = kept("w1", "binary", 1 << 20);
	struct stat st;

	cr_assert_eq(stat(stored_path(key), &st), 0);
	for (off_t at = 0; at < st.st_size; at += 13) {
		int fd = open(stored_path(key), O_RDWR | O_CLOEXEC);
		struct artifacts *artifacts;
		char byte;

		cr_assert_eq(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
		(void)close(fd);
		artifacts = opened(true, 1 << 20, 0);
		cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_NONE, "byte %ld",
			     (long)at);
		cr_assert_eq(artifacts_stats(artifacts).damaged, 1);
		(void)artifacts_close(artifacts);
		cr_assert_not(path_exists(stored_path(key)));
		(void)kept("w1", "binary", 1 << 20);
		cr_assert_eq(found(key), ARTIFACT_FOUND);
	}
}

Test(artifact, a_torn_file_and_one_under_another_key_are_not_used)
{
	const char *key = kept("w1", "binary", 1 << 20);
	char other[DIGEST_HEX_SIZE];

	digest_hex(other, slice_of("another"));
	cr_assert_eq(link(stored_path(key), stored_path(other)), 0);
	cr_assert_eq(found(other), ARTIFACT_NONE);
	cr_assert_eq(truncate(stored_path(key), 100), 0);
	cr_assert_eq(found(key), ARTIFACT_NONE);
	(void)kept("w1", "binary", 1 << 20);
	cr_assert_eq(truncate(stored_path(key), 0), 0);
	cr_assert_eq(found(key), ARTIFACT_NONE);
}

Test(artifact, what_a_killed_writer_left_is_removed)
{
	char *leftover = arena_printf(&arena, "%s/artifacts/new-1-1", folder);

	(void)kept("w1", "binary", 1 << 20);
	cr_assert_eq(file_write(leftover, slice_of("half"), false, NULL), 0);
	(void)artifacts_close(opened(true, 1 << 20, 0));
	cr_assert_not(path_exists(leftover));
}

/* Both streams, links, special modes: whatever would not come back the same. */
Test(artifact, what_cannot_be_put_back_is_not_kept)
{
	static const char *const why[] = {"a link",         "a shared file",    "a special mode",
					  "a cut stream",   "a survivor",       "a failure",
					  "a missing file", "the folder's name"};
	struct artifacts *artifacts = opened(true, 1 << 20, 0);

	for (size_t i = 0; i < sizeof(why) / sizeof(*why); i++) {
		char key[DIGEST_HEX_SIZE];
		struct plan plan = plan_in(arena_printf(&arena, "u%zu", i));
		struct outcome outcome = ended_well();
		char *program = in_dir(&plan, "program");

		write_in(&plan, "program", "binary", true);
		if (i == 0)
			cr_assert_eq(symlink("program", in_dir(&plan, "link")), 0);
		if (i == 1)
			cr_assert_eq(link(program, in_dir(&plan, "more")), 0);
		if (i == 2)
			cr_assert_eq(chmod(program, 04755), 0);
		outcome.out.truncated = i == 3;
		outcome.survivors = i == 4;
		outcome.code = i == 5;
		if (i == 6)
			cr_assert_eq(unlink(in_dir(&plan, "main.x")), 0);
		if (i == 7)
			write_in(&plan, "where", arena_printf(&arena, "%s/scratch/", folder),
				 false);
		digest_hex(key, slice_of(why[i]));
		artifacts_keep(artifacts, key, &plan, &outcome);
		cr_assert_eq(artifacts_stats(artifacts).unfit, i + 1, "%s", why[i]);
		cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_NONE, "%s", why[i]);
	}
	(void)artifacts_close(artifacts);
}

/* Builds of 10 KiB that differ in their backend's name, used at a time of ours. */
static const char *kept_at(int i, time_t used)
{
	char *key = arena_alloc(&arena, DIGEST_HEX_SIZE);
	char *text = arena_alloc(&arena, 10001);
	struct artifacts *artifacts = opened(true, 1 << 20, 0);
	struct outcome outcome = ended_well();
	struct plan plan = plan_in("w1");
	const struct timespec times[2] = {{.tv_sec = used}, {.tv_sec = used}};

	memset(text, 'x', 10000);
	plan.backend = arena_printf(&arena, "b%d", i);
	write_in(&plan, "program", text, true);
	artifacts_key(key, artifacts, &plan);
	artifacts_keep(artifacts, key, &plan, &outcome);
	(void)artifacts_close(artifacts);
	cr_assert_eq(utimensat(AT_FDCWD, stored_path(key), times, 0), 0);
	return key;
}

Test(artifact, the_least_recently_used_go_first)
{
	const char *keys[4];
	struct artifacts *artifacts;

	for (int i = 0; i < 4; i++)
		keys[i] = kept_at(i, 1000 + i);
	cr_assert_eq(found(keys[0]), ARTIFACT_FOUND); /* used now */
	artifacts = opened(true, 25000, 0);
	(void)artifacts_close(artifacts);
	cr_assert_eq(found(keys[0]), ARTIFACT_FOUND);
	cr_assert_eq(found(keys[1]), ARTIFACT_NONE);
	cr_assert_eq(found(keys[2]), ARTIFACT_NONE);
	cr_assert_eq(found(keys[3]), ARTIFACT_FOUND);
}

/* A corpus larger than the bound would else throw out each build just before it is wanted. */
Test(artifact, what_this_run_uses_is_not_pushed_out_by_what_it_adds)
{
	const char *used = kept_at(0, 1000);
	const char *unused = kept_at(1, 1000);
	struct artifacts *artifacts = opened(true, 25000, 0);
	struct outcome outcome = ended_well();
	char *text = arena_alloc(&arena, 10001);

	memset(text, 'x', 10000);
	cr_assert_eq(artifacts_find(artifacts, used, "case"), ARTIFACT_FOUND);
	for (int i = 2; i < 5; i++) {
		char key[DIGEST_HEX_SIZE];
		struct plan plan = plan_in("w1");

		plan.backend = arena_printf(&arena, "b%d", i);
		write_in(&plan, "program", text, true);
		artifacts_key(key, artifacts, &plan);
		artifacts_keep(artifacts, key, &plan, &outcome);
	}
	cr_assert_eq(artifacts_stats(artifacts).stored, 1, "there was room for one");
	cr_assert_eq(artifacts_stats(artifacts).unfit, 2);
	cr_assert_eq(artifacts_stats(artifacts).evicted, 1);
	(void)artifacts_close(artifacts);
	cr_assert_eq(found(used), ARTIFACT_FOUND);
	cr_assert_eq(found(unused), ARTIFACT_NONE);
}

Test(artifact, a_reader_changes_nothing)
{
	const char *key = kept("w1", "binary", 1 << 20);
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct artifacts *artifacts;
	struct outcome outcome = ended_well();
	struct plan plan = plan_in("w1");
	struct stat st;

	cr_assert_eq(utimensat(AT_FDCWD, stored_path(key), times, 0), 0);
	artifacts = opened(false, 10, 0);
	cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_FOUND);
	artifacts_keep(artifacts, "other", &plan, &outcome);
	cr_assert_eq(artifacts_stats(artifacts).stored, 0);
	(void)artifacts_close(artifacts);
	cr_assert_eq(stat(stored_path(key), &st), 0);
	cr_assert_eq(st.st_mtim.tv_sec, 1000);
}

Test(artifact, a_share_is_checked_and_the_refuted_goes)
{
	const char *key = kept("w1", "binary", 1 << 20);
	struct artifacts *artifacts = opened(true, 1 << 20, 100);

	cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_CHECK);
	artifacts_distrust(artifacts, "open");
	cr_assert_eq(artifacts_find(artifacts, key, "open"), ARTIFACT_NONE);
	artifacts_refute(artifacts, key);
	cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_NONE);
	(void)artifacts_close(artifacts);
}

/* Writers of one key and a reader at once: whoever reads gets all of one build or none. */
Test(artifact, concurrent_writers_leave_whole_files)
{
	const char *key = kept("w0", "binary", 1 << 20);
	pid_t pids[3];
	int status;

	for (int k = 0; k < 3; k++) {
		pids[k] = fork();
		if (pids[k] == 0) {
			for (int i = 0; i < 50; i++)
				(void)kept(arena_printf(&arena, "w%d", k + 1), "binary", 1 << 20);
			_exit(0);
		}
	}
	for (int i = 0; i < 200; i++) {
		struct artifacts *artifacts = opened(true, 1 << 20, 0);

		cr_assert_eq(artifacts_find(artifacts, key, "case"), ARTIFACT_FOUND);
		(void)artifacts_close(artifacts);
	}
	for (int k = 0; k < 3; k++)
		cr_assert(waitpid(pids[k], &status, 0) == pids[k] && status == 0);
}
