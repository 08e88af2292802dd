/* SPDX-License-Identifier: Apache-2.0 */
/*
 * package: reads the manifests breadth first, so that a nearer entry wins over a farther one of the
 * same name, then looks for cycles among them. A package is known by its folder.
 */
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "oracles/reference/package.h"

enum { PACKAGES_MAX = 200 };

struct loading {
	struct packages *packages;
	struct arena *arena;
	struct report *report;
};

char *package_tidy(struct arena *arena, const char *path)
{
	struct slice rest = slice_of(path), part;
	struct buf out = {0};
	bool absolute = path[0] == '/';
	while (slice_next_field(&rest, '/', &part)) {
		if (part.len == 0 || slice_is(part, "."))
			continue;
		size_t cut = out.len;
		while (cut > 0 && out.data[cut - 1] != '/')
			cut--;
		struct slice last = slice_make(out.len ? out.data + cut : "", out.len - cut);
		if (slice_is(part, "..") && last.len > 0 && !slice_is(last, "..")) {
			out.len = cut > 0 ? cut - 1 : 0;
			continue;
		}
		if (out.len > 0)
			buf_addc(&out, '/');
		buf_add_slice(&out, part);
	}
	char *text =
		arena_printf(arena, "%s%.*s", absolute ? "/" : "", (int)out.len, buf_str(&out));
	buf_done(&out);
	return text;
}

static bool has_manifest(const char *dir)
{
	CLEANUP(free_p) char *manifest = path_join(*dir ? dir : ".", "fuse.toml");
	return path_exists(manifest);
}

char *package_root(struct arena *arena, const char *entry)
{
	CLEANUP(free_p) char *own = path_dir(entry);
	char *first = package_tidy(arena, own), *dir = first;
	CLEANUP(free_p) char *here = getcwd(NULL, 0);
	int above = 0;
	for (const char *p = here; first[0] != '/' && p && *p; p++)
		above += *p == '/';
	for (int up = 0; up < 128; up++) {
		if (has_manifest(dir))
			return dir;
		const char *last = path_base(dir);
		if (strcmp(dir, "/") == 0)
			return first;
		if (!*dir || strcmp(last, "..") == 0) {
			if (above-- <= 0)
				return first;
			dir = arena_printf(arena, "%s%s", *dir ? "../" : "..", dir);
		} else {
			size_t len = strlen(dir) - strlen(last);
			dir = arena_strndup(arena, dir, len > 1 ? len - 1 : len);
		}
	}
	return first;
}

static int32_t find_dir(const struct packages *packages, const char *dir)
{
	for (size_t i = 0; i < packages->list.len; i++)
		if (strcmp(packages->list.items[i].dir, dir) == 0)
			return (int32_t)i;
	return -1;
}

/* Diagnostics say themselves where they are. */
static const char *without_place(struct arena *arena, const char *message, const char *path,
				 uint32_t line)
{
	const char *place = arena_printf(arena, "%s:%u: ", path, line);
	return strncmp(message, place, strlen(place)) == 0 ? message + strlen(place) : message;
}

static uint32_t add_package(struct loading *l, const char *dir, struct slice name)
{
	struct package package = {.dir = dir, .name = name};
	CLEANUP(free_p) char *path = path_join(*dir ? dir : ".", "fuse.toml");
	struct buf text = BUF_INIT(MANIFEST_MAX);
	struct error err = ERROR_INIT;
	uint32_t line = 1;
	if (path_exists(path)) {
		package.manifest = package_tidy(l->arena, path);
		int r = file_read(&text, path, MANIFEST_MAX, &err);
		if (r >= 0)
			r = manifest_read(&package.content, l->arena, buf_slice(&text),
					  package.manifest, &line, &err);
		if (r < 0)
			report_error_at(
				l->report, package.manifest, line, "FUSE_MANIFEST", "%s",
				without_place(l->arena, err.message, package.manifest, line));
		else if (l->packages->list.len == 0 && package.content.name.len > 0)
			package.name = package.content.name;
	}
	buf_done(&text);
	vec_push(&l->packages->list, package);
	return (uint32_t)l->packages->list.len - 1;
}

static const char *dependency_dir(struct arena *arena, const struct package *package,
				  const struct dependency *one)
{
	const char *path = arena_strndup(arena, one->path.ptr, one->path.len);
	CLEANUP(free_p) char *joined = path_join(*package->dir ? package->dir : ".", path);
	return package_tidy(arena, joined);
}

static void add_dependencies(struct loading *l, uint32_t of)
{
	size_t len = l->packages->list.items[of].content.dependencies.len;
	for (size_t i = 0; i < len; i++) {
		const struct package *package = &l->packages->list.items[of];
		struct dependency one = package->content.dependencies.items[i];
		const char *dir = dependency_dir(l->arena, package, &one);
		int32_t index = find_dir(l->packages, dir);
		if (index < 0 && l->packages->list.len >= PACKAGES_MAX) {
			report_error_at(l->report, package->manifest, one.line, "FUSE_DEP_LIMIT",
					"more than %d packages", PACKAGES_MAX);
			return;
		}
		if (index < 0)
			index = (int32_t)add_package(l, dir, one.name);
		struct package_name name = {.name = one.name, .package = (uint32_t)index};
		if (packages_find(l->packages, one.name) < 0)
			vec_push(&l->packages->names, name);
	}
}

/* --- cycles ----------------------------------------------------------------------------------- */

/* The packages from the root to the one being looked at. */
struct way {
	uint32_t stack[PACKAGES_MAX];
	uint32_t len;
	bool done[PACKAGES_MAX];
	bool found;
};

static void report_cycle(struct loading *l, const struct way *way, uint32_t from, uint32_t line)
{
	struct buf text = {0};
	for (uint32_t i = from; i <= way->len; i++) {
		uint32_t index = way->stack[i < way->len ? i : from];
		buf_adds(&text, i > from ? " \xe2\x86\x92 " : "");
		buf_add_slice(&text, l->packages->list.items[index].name);
	}
	report_error_at(l->report, l->packages->list.items[way->stack[way->len - 1]].manifest, line,
			"FUSE_DEP_CYCLE", "circular import: %s", buf_str(&text));
	buf_done(&text);
}

static void follow(struct loading *l, struct way *way, uint32_t index)
{
	const struct package *package = &l->packages->list.items[index];
	way->stack[way->len++] = index;
	vec_each (&package->content.dependencies, one) {
		int32_t next = find_dir(l->packages, dependency_dir(l->arena, package, one));
		uint32_t at = 0;
		if (next < 0 || way->found)
			continue;
		while (at < way->len && way->stack[at] != (uint32_t)next)
			at++;
		if (at < way->len) {
			report_cycle(l, way, at, one->line);
			way->found = true;
		} else if (!way->done[next]) {
			follow(l, way, (uint32_t)next);
		}
	}
	way->len--;
	way->done[index] = true;
}

void packages_load(struct packages *packages, struct arena *arena, struct report *report,
		   const char *entry)
{
	struct loading l = {.packages = packages, .arena = arena, .report = report};
	const char *root = package_root(arena, entry);
	(void)add_package(&l, root, slice_of(*root ? path_base(root) : "."));
	for (uint32_t i = 0; i < packages->list.len; i++)
		add_dependencies(&l, i);
	struct way way = {0};
	follow(&l, &way, 0);
}

void packages_done(struct packages *packages)
{
	vec_each (&packages->list, package)
		manifest_done(&package->content);
	vec_done(&packages->list);
	vec_done(&packages->names);
}

int32_t packages_find(const struct packages *packages, struct slice name)
{
	vec_each (&packages->names, one)
		if (slice_eq(one->name, name))
			return (int32_t)one->package;
	return -1;
}
