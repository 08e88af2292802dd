/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/file.h: what was written is read back, limits and names in complaints. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"

static char dir[] = "/tmp/parity-file-XXXXXX";

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static void remove_dir(void)
{
	cr_assert_eq(path_remove_tree(dir, NULL), 0);
}

TestSuite(file, .init = make_dir, .fini = remove_dir);

static mode_t mode_of(const char *path)
{
	struct stat st;
	cr_assert_eq(stat(path, &st), 0);
	return st.st_mode & 0777;
}

Test(file, reads_back_what_was_written)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(dir, "f");
	CLEANUP(buf_done) struct buf big = BUF_INIT(0);
	for (int i = 0; i < 200000; i++)
		buf_addc(&big, (char)i);
	const struct slice cases[] = {SLICE_EMPTY, slice_make("a\0\xff", 3), buf_slice(&big)};
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(buf_done) struct buf got = BUF_INIT(0);
		cr_assert_eq(file_write(path, cases[i], i == 1, &err), 0);
		cr_assert_eq(mode_of(path), i == 1 ? 0755 : 0644);
		cr_assert_eq(file_read(&got, path, 1 << 20, &err), 0);
		cr_assert(slice_eq(buf_slice(&got), cases[i]));
		cr_assert_eq(file_replace(path, cases[i], &err), 0);
		buf_clear(&got);
		buf_adds(&got, "<");
		cr_assert_eq(file_read(&got, path, 1 << 20, &err), 0);
		cr_assert_eq(got.len, cases[i].len + 1, "reading appends");
	}
}

Test(file, too_many_bytes_are_the_users_fault)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(dir, "f");
	cr_assert_eq(file_write(path, slice_of("12345"), false, &err), 0);
	CLEANUP(buf_done) struct buf got = BUF_INIT(0);
	cr_assert_eq(file_read(&got, path, 5, &err), 0);
	cr_assert_lt(file_read(&got, path, 4, &err), 0);
	cr_assert_eq(err.blame, ERROR_INPUT);
	cr_assert(strstr(err.message, path));
	CLEANUP(buf_done) struct buf small = BUF_INIT(3);
	cr_assert_lt(file_read(&small, path, 100, &err), 0);
	cr_assert(strstr(err.message, path));
}

Test(file, names_what_cannot_be_opened)
{
	struct error err = ERROR_INIT;
	CLEANUP(buf_done) struct buf got = BUF_INIT(0);
	CLEANUP(free_p) char *path = path_join(dir, "absent/f");
	cr_assert_lt(file_read(&got, path, 10, &err), 0);
	cr_assert_eq(err.blame, ERROR_INPUT);
	cr_assert(strstr(err.message, path));
	cr_assert_lt(file_read(&got, dir, 10, &err), 0);
	cr_assert(strstr(err.message, "Is a directory"));
	cr_assert_lt(file_write(path, SLICE_EMPTY, false, &err), 0);
	cr_assert_eq(err.blame, ERROR_FAULT);
	cr_assert_lt(file_replace(path, SLICE_EMPTY, &err), 0);
}

Test(file, reads_all_that_was_asked_for_or_says_no)
{
	CLEANUP(free_p) char *path = path_join(dir, "f");
	char bytes[4] = "";
	cr_assert_eq(file_write(path, slice_of("abc"), false, NULL), 0);
	CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(file_read_exactly(fd, bytes, 2));
	cr_assert_str_eq(bytes, "ab");
	cr_assert_not(file_read_exactly(fd, bytes, 2), "only one is left");
	cr_assert(file_read_exactly(fd, bytes, 0));
}

Test(file, a_replacement_leaves_nothing_beside_it)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *path = path_join(dir, "sub");
	CLEANUP(free_p) char *inner = path_join(path, "f");
	cr_assert_eq(path_make_dirs(path, &err), 0);
	cr_assert_eq(file_write(inner, SLICE_EMPTY, false, &err), 0);
	/* A directory that is not empty cannot be replaced. */
	cr_assert_lt(file_replace(path, slice_of("x"), &err), 0);
	CLEANUP(closedir_p) DIR *list = opendir(dir);
	const struct dirent *entry;
	int entries = 0;
	while ((entry = readdir(list)))
		entries += entry->d_name[0] != '.';
	cr_assert_eq(entries, 1);
}
