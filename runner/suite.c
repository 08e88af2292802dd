/* SPDX-License-Identifier: Apache-2.0 */
/* suite: walks the corpus folder; what stands in a case is read by suite_directive and
 * suite_manifest. */
#include "runner/suite.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"

enum { PROGRAM_MAX = 4 << 20, DEPTH_MAX = 32 };

struct walk {
	struct suite *suite;
	const char *language;
	const struct spec *spec;
	struct buf text; /* of the file being read */
	VEC(struct test_case) cases;
};

static bool ends_in_language(const char *name, const char *language)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && strcmp(dot + 1, language) == 0;
}

static int check_name(const char *name, const char *path, struct error *err)
{
	size_t ok = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "-_.+/");

	if (name[ok] != '\0')
		return error_input(err,
				   "%s: case names are made of letters, digits and '-_.+', rename "
				   "the file",
				   path);
	return 0;
}

static int add_program(struct walk *walk, const char *path, const char *relative, struct error *err)
{
	struct arena *arena = &walk->suite->arena;
	size_t stem = strlen(relative) - strlen(walk->language) - 1;
	struct test_case test = {0};
	int r;

	buf_clear(&walk->text);
	r = file_read(&walk->text, path, PROGRAM_MAX, err);
	if (r < 0)
		return r;
	test.name = arena_strndup(arena, relative, stem);
	test.source = arena_strdup(arena, path);
	test.file = path_base(test.source);
	r = check_name(test.name, path, err);
	if (r == 0)
		r = suite_parse_program(&test, buf_slice(&walk->text), test.source, walk->spec,
					arena, err);
	if (r == 0)
		vec_push(&walk->cases, test);
	return r;
}

static int add_folder(struct walk *walk, const char *manifest, const char *relative,
		      struct error *err)
{
	struct arena *arena = &walk->suite->arena;
	struct test_case test = {0};
	int r;

	buf_clear(&walk->text);
	r = file_read(&walk->text, manifest, PROGRAM_MAX, err);
	if (r < 0)
		return r;
	test.name = arena_strdup(arena, relative);
	r = check_name(test.name, manifest, err);
	if (r == 0)
		r = suite_parse_manifest(&test, buf_slice(&walk->text),
					 arena_strdup(arena, manifest), walk->language, walk->spec,
					 arena, err);
	if (r == 0)
		vec_push(&walk->cases, test);
	return r;
}

/* A link may only name a file that stands in the corpus itself. */
static int check_link(struct walk *walk, const char *path, struct error *err)
{
	CLEANUP(free_p) char *real = realpath(path, NULL);
	size_t root = strlen(walk->suite->real_dir);

	if (!real)
		return error_input(err, "%s: link leads nowhere", path);
	if (strncmp(real, walk->suite->real_dir, root) != 0 || real[root] != '/')
		return error_input(err, "%s: link leaves the corpus, copy the file", path);
	if (path_is_dir(real))
		return error_input(err, "%s: links to folders are not followed, copy the folder",
				   path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int walk_folder(struct walk *walk, const char *path, const char *relative, int depth,
		       struct error *err);

static int walk_entry(struct walk *walk, const char *folder, const char *prefix, const char *name,
		      int depth, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(folder, name);
	CLEANUP(free_p) char *relative = *prefix ? path_join(prefix, name) : mem_strdup(name);
	struct stat st;
	int r = 0;

	if (lstat(path, &st) < 0)
		return error_errno(err, errno, "cannot read '%s'", path);
	if (S_ISLNK(st.st_mode)) {
		r = check_link(walk, path, err);
		if (r == 0 && ends_in_language(name, walk->language))
			r = add_program(walk, path, relative, err);
	} else if (S_ISDIR(st.st_mode)) {
		r = walk_folder(walk, path, relative, depth + 1, err);
	} else if (S_ISREG(st.st_mode) && ends_in_language(name, walk->language)) {
		r = add_program(walk, path, relative, err);
	}
	return r;
}

static int walk_folder(struct walk *walk, const char *path, const char *relative, int depth,
		       struct error *err)
{
	CLEANUP(free_p) char *manifest = path_join(path, "case.json");
	CLEANUP(closedir_p) DIR *dir = NULL;
	VEC(char *) names = {0};
	struct dirent *entry;
	int r = 0;

	if (*relative && path_exists(manifest))
		return add_folder(walk, manifest, relative, err);
	if (depth > DEPTH_MAX)
		return error_input(err, "%s: folders nested deeper than %d", path, DEPTH_MAX);
	dir = opendir(path);
	if (!dir)
		return error_errno(err, errno, "cannot read '%s'", path);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			vec_push(&names, mem_strdup(entry->d_name));
	if (names.len)
		qsort(names.items, names.len, sizeof(*names.items), by_name);
	vec_each (&names, name) {
		if (r == 0)
			r = walk_entry(walk, path, relative, *name, depth, err);
		free(*name);
	}
	vec_done(&names);
	return r;
}

static int by_case_name(const void *a, const void *b)
{
	return strcmp(((const struct test_case *)a)->name, ((const struct test_case *)b)->name);
}

static int finish(struct walk *walk, struct error *err)
{
	struct suite *suite = walk->suite;

	if (walk->cases.len)
		qsort(walk->cases.items, walk->cases.len, sizeof(*walk->cases.items), by_case_name);
	for (size_t i = 1; i < walk->cases.len; i++) {
		const struct test_case *a = &walk->cases.items[i - 1];
		const struct test_case *b = &walk->cases.items[i];

		if (strcmp(a->name, b->name) == 0)
			return error_input(err, "%s:1: case '%s' also stands in '%s', rename one",
					   b->path, b->name, a->path);
	}
	/* Handed over rather than copied: for a moment a large corpus would stand there twice. */
	suite->len = walk->cases.len;
	suite->cases = mem_resize(walk->cases.items, (suite->len + 1) * sizeof(*suite->cases));
	walk->cases.items = NULL;
	return 0;
}

int suite_load(struct suite **out, const char *dir, const char *language, const struct spec *spec,
	       struct error *err)
{
	CLEANUP(suite_freep) struct suite *suite = mem_zeroed(1, sizeof(*suite));
	struct walk walk = {.suite = suite, .language = language, .spec = spec};
	int r;

	walk.text.max = PROGRAM_MAX + 1;
	suite->dir = arena_strdup(&suite->arena, dir);
	suite->real_dir = realpath(dir, NULL);
	if (!suite->real_dir || !path_is_dir(dir))
		return error_input(err, "no corpus folder '%s', name one with --corpus DIR", dir);
	r = walk_folder(&walk, dir, "", 0, err);
	if (r == 0)
		r = finish(&walk, err);
	vec_done(&walk.cases);
	buf_done(&walk.text);
	if (r < 0)
		return r;
	*out = steal(&suite);
	return 0;
}

struct suite *suite_free(struct suite *suite)
{
	if (suite) {
		free(suite->cases);
		free(suite->real_dir);
		arena_done(&suite->arena);
		free(suite);
	}
	return NULL;
}

void suite_freep(struct suite **suite)
{
	*suite = suite_free(*suite);
}

const struct test_case *suite_find(const struct suite *suite, const char *name)
{
	const struct test_case key = {.name = name};

	if (suite->len == 0)
		return NULL;
	return bsearch(&key, suite->cases, suite->len, sizeof(key), by_case_name);
}
