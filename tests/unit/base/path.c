/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/path.h: names, patterns, making and removing trees. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"

Test(path, joins_and_splits_names)
{
	static const char *const joins[][3] = {
		{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"a", "/b", "/b"},
		{"", "b", "b"},    {"/", "b", "/b"},   {"a", "", "a/"},
	};
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		CLEANUP(free_p) char *got = path_join(joins[i][0], joins[i][1]);
		cr_assert_str_eq(got, joins[i][2]);
	}
	static const char *const splits[][3] = {
		{"a/b/c", "a/b", "c"},
		{"c", ".", "c"},
		{"/c", "/", "c"},
		{"a/", "a", ""},
	};
	for (size_t i = 0; i < sizeof(splits) / sizeof(splits[0]); i++) {
		CLEANUP(free_p) char *dir = path_dir(splits[i][0]);
		cr_assert_str_eq(dir, splits[i][1]);
		cr_assert_str_eq(path_base(splits[i][0]), splits[i][2]);
	}
}

Test(path, only_a_plain_relative_name_is_inside)
{
	static const struct {
		const char *name;
		bool inside;
	} cases[] = {
		{"a", true},     {"a/b.c", true}, {"..a", true},   {"a..", true},
		{"", false},     {"/a", false},   {"..", false},   {"a/../b", false},
		{"a//b", false}, {"a/", false},   {"a/..", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(path_is_inside(cases[i].name), cases[i].inside, "'%s'", cases[i].name);
}

Test(path, patterns_match_within_and_across_parts)
{
	static const struct {
		const char *pattern;
		const char *name;
		bool matches;
	} cases[] = {
		{"a", "a", true},
		{"a", "b", false},
		{"", "", true},
		{"*", "", true},
		{"*", "abc", true},
		{"*", "a/b", false},
		{"a*c", "abbc", true},
		{"a*c", "abbd", false},
		{"?", "a", true},
		{"?", "/", false},
		{"?", "", false},
		{"**", "a/b/c", true},
		{"a/**", "a/b/c", true},
		{"a/**", "b/c", false},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/xb", false},
		{"**/b", "b", true},
		{"**/b", "a/b", true},
		{"**/b", "ab", false},
		{"**/*.c", "x/y/z.c", true},
		{"a**c", "a/b/c", true},
		{"*/b", "a/b", true},
		{"*/b", "a/a/b", false},
		{"[abc]x", "bx", true},
		{"[!abc]x", "bx", false},
		{"[^abc]x", "dx", true},
		{"[!a]", "/", false},
		{"[a-c0-9]", "7", true},
		{"[a-c]", "d", false},
		{"[]x]", "]", true},
		{"[a-]", "-", true},
		{"[a", "[a", true},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"a\\", "a\\", true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(path_matches(cases[i].pattern, cases[i].name), cases[i].matches,
			     "'%s' over '%s'", cases[i].pattern, cases[i].name);
}

Test(path, a_hostile_pattern_costs_no_more_than_its_size, .timeout = 10)
{
	char pattern[2001];
	char name[2001];
	for (int i = 0; i < 2000; i += 2)
		memcpy(pattern + i, "*a", 2);
	memset(name, 'a', 2000);
	pattern[2000] = name[2000] = '\0';
	name[1999] = 'b';
	cr_assert_not(path_matches(pattern, name));
}

Test(path, absolute_names_are_tidied_but_not_resolved)
{
	struct error err = ERROR_INIT;
	CLEANUP(free_p) char *here = getcwd(NULL, 0);
	static const char *const cases[][2] = {
		{"/a//b/./c/", "/a/b/c"}, {"/", "/"}, {"/a/../b", "/a/../b"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(free_p) char *got = NULL;
		cr_assert_eq(path_absolute(&got, cases[i][0], &err), 0);
		cr_assert_str_eq(got, cases[i][1]);
	}
	CLEANUP(free_p) char *got = NULL;
	CLEANUP(free_p) char *want = path_join(here, "x");
	cr_assert_eq(path_absolute(&got, "./x", &err), 0);
	cr_assert_str_eq(got, want);
}

Test(path, programs_are_found_along_path)
{
	char dir[] = "/tmp/parity-path-XXXXXX";
	struct error err = ERROR_INIT;
	cr_assert(mkdtemp(dir));
	CLEANUP(free_p) char *plain = path_join(dir, "plain");
	CLEANUP(free_p) char *tool = path_join(dir, "tool");
	cr_assert_eq(file_write(plain, SLICE_EMPTY, false, &err), 0);
	cr_assert_eq(file_write(tool, SLICE_EMPTY, true, &err), 0);
	CLEANUP(free_p) char *list = mem_printf("/nonexistent::%s", dir);
	cr_assert_eq(setenv("PATH", list, 1), 0);
	CLEANUP(free_p) char *found = path_find_program("tool");
	cr_assert_str_eq(found, tool);
	cr_assert_null(path_find_program("plain"));
	cr_assert_null(path_find_program("absent"));
	cr_assert_null(path_find_program(""));
	cr_assert_null(path_find_program(dir));
	CLEANUP(free_p) char *direct = path_find_program(tool);
	cr_assert_str_eq(direct, tool);
	cr_assert(path_is_executable(tool));
	cr_assert_not(path_is_executable(plain));
	cr_assert_not(path_is_executable(dir));
	CLEANUP(free_p) char *self = NULL;
	cr_assert_eq(path_self(&self, &err), 0);
	cr_assert(path_is_executable(self));
	cr_assert_eq(path_remove_tree(dir, &err), 0);
}

Test(path, directories_are_made_with_their_parents)
{
	char dir[] = "/tmp/parity-path-XXXXXX";
	struct error err = ERROR_INIT;
	cr_assert(mkdtemp(dir));
	CLEANUP(free_p) char *deep = path_join(dir, "a//b/c/");
	cr_assert_eq(path_make_dirs(deep, &err), 0);
	cr_assert_eq(path_make_dirs(deep, &err), 0);
	cr_assert(path_is_dir(deep));
	CLEANUP(free_p) char *file = path_join(dir, "f");
	CLEANUP(free_p) char *below = path_join(file, "x");
	cr_assert_eq(file_write(file, SLICE_EMPTY, false, &err), 0);
	cr_assert_lt(path_make_dirs(below, &err), 0);
	cr_assert(strstr(err.message, file));
	cr_assert_eq(path_remove_tree(dir, &err), 0);
	cr_assert_not(path_exists(dir));
}

Test(path, removal_follows_no_link_and_opens_closed_directories)
{
	char dir[] = "/tmp/parity-path-XXXXXX";
	char outside[] = "/tmp/parity-path-XXXXXX";
	struct error err = ERROR_INIT;
	cr_assert(mkdtemp(dir));
	cr_assert(mkdtemp(outside));
	CLEANUP(free_p) char *kept = path_join(outside, "kept");
	cr_assert_eq(file_write(kept, slice_of("x"), false, &err), 0);
	CLEANUP(free_p) char *link = path_join(dir, "link");
	cr_assert_eq(symlink(outside, link), 0);
	CLEANUP(free_p) char *closed = path_join(dir, "closed");
	CLEANUP(free_p) char *inner = path_join(closed, "inner");
	cr_assert_eq(path_make_dirs(inner, &err), 0);
	cr_assert_eq(chmod(inner, 0), 0);
	cr_assert_eq(chmod(closed, 0555), 0);
	cr_assert_eq(path_remove_tree(dir, &err), 0, "%s", err.message);
	cr_assert_not(path_exists(dir));
	cr_assert(path_exists(kept));
	cr_assert_eq(symlink(outside, dir), 0);
	cr_assert_eq(path_remove_tree(dir, &err), 0);
	cr_assert(path_exists(kept));
	cr_assert_eq(path_remove_tree(outside, &err), 0);
	cr_assert_eq(path_remove_tree(outside, &err), 0);
}

Test(path, trees_deeper_than_the_descriptor_limit_are_removed)
{
	char dir[] = "/tmp/parity-path-XXXXXX";
	struct error err = ERROR_INIT;
	const struct rlimit limit = {.rlim_cur = 200, .rlim_max = 200};
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_assert(mkdtemp(dir));
	CLEANUP(close_p) int fd = open(dir, O_RDONLY | O_DIRECTORY);
	for (int depth = 0; depth < 3000; depth++) {
		cr_assert_eq(mkdirat(fd, "d", 0700), 0);
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		cr_assert_geq(next, 0);
		(void)close(fd);
		fd = next;
	}
	cr_assert_eq(path_remove_tree(dir, &err), 0, "%s", err.message);
	cr_assert_not(path_exists(dir));
}
