/* SPDX-License-Identifier: Apache-2.0 */
/* lock: the text of fuse.lock, made anew each time and compared or written as a whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "oracles/reference/lock.h"
#include "oracles/reference/package.h"

enum { LOCK_MAX = 1 << 20 };

static int by_name(const void *a, const void *b)
{
	struct slice x = ((const struct package_name *)a)->name;
	struct slice y = ((const struct package_name *)b)->name;
	int order = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
	return order ? order : (x.len > y.len) - (x.len < y.len);
}

/* How `to` is reached from `from`; both are absolute and without detours. */
static void add_relative(struct buf *out, const char *from, const char *to)
{
	size_t same = 0;
	for (size_t i = 0;; i++) {
		bool ends = (from[i] == '/' || !from[i]) && (to[i] == '/' || !to[i]);
		if (ends)
			same = i;
		if (from[i] != to[i] || !from[i])
			break;
	}
	bool first = true;
	for (const char *p = from + same; *p; p++) {
		if (*p == '/' && p[1]) {
			buf_adds(out, first ? ".." : "/..");
			first = false;
		}
	}
	if (to[same])
		buf_adds(out, first ? to + same + 1 : to + same);
	else if (first)
		buf_addc(out, '.');
}

/* A folder that is not there is written as the manifests reach it. */
static void add_folder(struct buf *out, const char *root, const char *dir)
{
	CLEANUP(free_p) char *from = realpath(*root ? root : ".", NULL);
	CLEANUP(free_p) char *to = realpath(*dir ? dir : ".", NULL);
	CLEANUP(buf_done) struct buf path = BUF_INIT(0);
	if (from && to)
		add_relative(&path, from, to);
	else
		buf_adds(&path, dir);
	json_write_string(out, buf_slice(&path));
}

static void add_text(struct buf *out, const struct packages *packages)
{
	buf_adds(out, "version = 1\n");
	if (packages->names.len > 1)
		qsort(packages->names.items, packages->names.len, sizeof(*packages->names.items),
		      by_name);
	vec_each (&packages->names, one) {
		buf_addf(out,
			 "\n[dependencies.%.*s]\nsource = \"path\"\npath = ", SLICE_ARG(one->name));
		add_folder(out, packages->list.items[0].dir,
			   packages->list.items[one->package].dir);
		buf_addc(out, '\n');
	}
}

/* What the file should hold. */
static int resolve(struct buf *out, const char *dir, struct diagnostics *diagnostics)
{
	struct arena arena = ARENA_INIT;
	struct packages packages = {0};
	struct report report = {.diagnostics = diagnostics};
	CLEANUP(free_p) char *entry = path_join(*dir ? dir : ".", "any.fuse");
	packages_load(&packages, &arena, &report, entry);
	if (diagnostics->errors == 0)
		add_text(out, &packages);
	packages_done(&packages);
	arena_done(&arena);
	return diagnostics->errors ? LOCK_E_REJECTED : 0;
}

/* 0 or LOCK_E_DIFFERS. A file that is not there locks no dependency. */
static int compare(const char *path, const struct buf *wanted, struct error *err)
{
	CLEANUP(buf_done) struct buf text = BUF_INIT(LOCK_MAX);
	if (!path_exists(path))
		return strcmp(buf_str(wanted), "version = 1\n") == 0 ? 0 : LOCK_E_DIFFERS;
	int r = file_read(&text, path, LOCK_MAX, err);
	if (r < 0)
		return r;
	bool same =
		text.len == wanted->len && memcmp(buf_str(&text), buf_str(wanted), text.len) == 0;
	return same ? 0 : LOCK_E_DIFFERS;
}

int lock_check(const char *dir, struct diagnostics *diagnostics, struct error *err)
{
	CLEANUP(buf_done) struct buf wanted = BUF_INIT(0);
	CLEANUP(free_p) char *path = path_join(*dir ? dir : ".", "fuse.lock");
	int r = resolve(&wanted, dir, diagnostics);
	return r ? r : compare(path, &wanted, err);
}

int lock_write(const char *dir, struct diagnostics *diagnostics, struct error *err)
{
	CLEANUP(buf_done) struct buf wanted = BUF_INIT(0);
	CLEANUP(free_p) char *path = path_join(*dir ? dir : ".", "fuse.lock");
	int r = resolve(&wanted, dir, diagnostics);
	if (r == 0)
		r = compare(path, &wanted, err);
	return r == LOCK_E_DIFFERS ? file_replace(path, buf_slice(&wanted), err) : r;
}
