/* SPDX-License-Identifier: Apache-2.0 */
/* data: see data.h. PARITY_SOURCE_DIR is set by the build. */
#include "runner/data.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"

static const char *data_dir(void)
{
	const char *dir = getenv("PARITY_DATADIR");

	return dir && *dir ? dir : PARITY_SOURCE_DIR;
}

int data_find(char **out, const char *relative, struct error *err)
{
	CLEANUP(free_p) char *path = path_join(data_dir(), relative);

	if (!path_exists(path))
		return error_input(err, "no '%s' in the data folder '%s', set PARITY_DATADIR",
				   relative, data_dir());
	*out = steal(&path);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "a, b, c": the stems of a folder's JSON files. */
static void list_names(struct buf *out, const char *folder)
{
	CLEANUP(closedir_p) DIR *dir = opendir(folder);
	VEC(char *) names = {0};
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *dot = strrchr(entry->d_name, '.');

		if (dot && dot != entry->d_name && strcmp(dot, ".json") == 0)
			vec_push(&names, mem_strndup(entry->d_name, (size_t)(dot - entry->d_name)));
	}
	if (names.len)
		qsort(names.items, names.len, sizeof(*names.items), by_text);
	vec_each (&names, name) {
		buf_addf(out, "%s%s", out->len ? ", " : "", *name);
		free(*name);
	}
	vec_done(&names);
}

int data_find_named(char **out, const char *typed, const char *folder, const char *what,
		    struct error *err)
{
	const char *dot = strrchr(typed, '.');
	CLEANUP(free_p) char *dir = path_join(data_dir(), folder);
	CLEANUP(free_p) char *path = NULL;
	struct buf name = BUF_INIT(4096);

	if (strchr(typed, '/') || (dot && strcmp(dot, ".json") == 0)) {
		if (!path_exists(typed))
			return error_input(err, "no %s file '%s'", what, typed);
		*out = mem_strdup(typed);
		return 0;
	}
	buf_addf(&name, "%s.json", typed);
	path = path_join(dir, buf_str(&name));
	buf_clear(&name);
	if (!path_exists(path)) {
		list_names(&name, dir);
		(void)error_input(err, "unknown %s '%s', known are: %s", what, typed,
				  buf_str(&name));
		buf_done(&name);
		return -1;
	}
	buf_done(&name);
	*out = steal(&path);
	return 0;
}
