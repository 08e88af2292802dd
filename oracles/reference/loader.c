/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader: spec/fls.md#imports-and-modules-current, which file an import means. A module's identity
 * is its path as found, so a module imported twice is loaded once and cycles end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/utf8.h"
#include "oracles/reference/loader.h"
#include "oracles/reference/parse.h"

enum { MODULES_MAX = 1000 };

/* The module that no file holds: spec/runtime.md#recognized-error-names, choice std-error-module.
 */
static const char std_error_text[] = "type Error:\n"
				     "  code: String\n"
				     "  message: String\n"
				     "  status: Int = 500\n"
				     "type ValidationField:\n"
				     "  path: String\n"
				     "  code: String\n"
				     "  message: String\n"
				     "type Validation:\n"
				     "  message: String\n"
				     "  fields: List<ValidationField>\n"
				     "type BadRequest:\n"
				     "  message: String\n"
				     "type Unauthorized:\n"
				     "  message: String\n"
				     "type Forbidden:\n"
				     "  message: String\n"
				     "type NotFound:\n"
				     "  message: String\n"
				     "type Conflict:\n"
				     "  message: String\n";
static const char std_error_path[] = "<std.Error>";

/* Links and detours aside, so that one file is one module whatever way leads to it. */
static const char *identity_of(struct arena *arena, const char *path)
{
	CLEANUP(free_p) char *real = realpath(path, NULL);
	return real ? arena_strdup(arena, real) : package_tidy(arena, path);
}

static const char *inside_package(struct loader *loader, const char *path)
{
	const char *tidy = package_tidy(loader->arena, path);
	const char *dir = loader->packages.list.items[loader->importing].dir;
	size_t len = strlen(dir);
	return len > 0 && strncmp(tidy, dir, len) == 0 && tidy[len] == '/' ? tidy + len + 1 : tidy;
}

static struct unit *add_unit(struct loader *loader, const char *path, struct slice text)
{
	struct unit *unit = ARENA_NEW(loader->arena, struct unit);
	const char *base = path_base(path);
	size_t len = strlen(base);
	if (len > 5 && strcmp(base + len - 5, ".fuse") == 0)
		len -= 5;
	unit->name = slice_of(arena_strndup(loader->arena, base, len));
	unit->identity = identity_of(loader->arena, path);
	source_init(&unit->source, loader->arena, (uint32_t)loader->units.len,
		    arena_strdup(loader->arena, path), arena_slice(loader->arena, text));
	unit->package = loader->importing;
	unit->inside = inside_package(loader, path);
	vec_push(&loader->units, unit);
	vec_push(&loader->sources, &unit->source);
	loader->report.sources = loader->sources.items;
	loader->report.source_len = (uint32_t)loader->sources.len;
	unit->ast = parse_module(&unit->source, loader->arena, &loader->report);
	return unit;
}

static int32_t find_unit(const struct loader *loader, const char *path)
{
	const char *identity = identity_of(loader->arena, path);
	for (size_t i = 0; i < loader->units.len; i++)
		if (strcmp(loader->units.items[i]->identity, identity) == 0)
			return (int32_t)i;
	return -1;
}

static void unknown_dependency(struct loader *loader, struct slice name, struct range at)
{
	struct buf known = {.max = 400};
	vec_each (&loader->packages.names, one)
		buf_addf(&known, "%s%.*s", known.len ? ", " : "", SLICE_ARG(one->name));
	report_error(&loader->report, at, "FUSE_IMPORT_UNKNOWN_DEPENDENCY",
		     known.len ? "unknown dependency '%.*s', there are: %s"
			       : "unknown dependency '%.*s', fuse.toml declares none%s",
		     SLICE_ARG(name), buf_str(&known));
	buf_done(&known);
}

/* "root:" and "dep:" start at the folder of a package; a path below it, or NULL with a diagnostic.
 */
static const char *package_path(struct loader *loader, const struct unit *unit, struct slice name,
				struct range at)
{
	bool is_root = slice_starts(name, "root:");
	struct slice rest = slice_make(name.ptr + 4, name.len - 4);
	int32_t package = (int32_t)unit->package;
	if (is_root) {
		rest = slice_make(rest.ptr + 1, rest.len - 1);
	} else {
		const char *slash = memchr(rest.ptr, '/', rest.len);
		struct slice who =
			slice_make(rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len);
		if (!slash || who.len == 0 || who.len + 1 == rest.len) {
			report_error(&loader->report, at, "FUSE_IMPORT_DEP_PATH",
				     "a dependency's module is written dep:<name>/<path>");
			return NULL;
		}
		rest = slice_make(slash + 1, rest.len - who.len - 1);
		package = packages_find(&loader->packages, who);
		if (package < 0) {
			unknown_dependency(loader, who, at);
			return NULL;
		}
	}
	CLEANUP(free_p) char *inside = strndup(rest.ptr, rest.len);
	if (rest.len == 0 || !path_is_inside(inside)) {
		report_error(&loader->report, at,
			     !is_root                              ? "FUSE_IMPORT_DEP_PATH"
			     : rest.len == 0 || rest.ptr[0] == '/' ? "FUSE_IMPORT_ROOT_PATH"
								   : "FUSE_IMPORT_ROOT_ESCAPE",
			     "'%s' needs a path inside the package", is_root ? "root:" : "dep:");
		return NULL;
	}
	const char *dir = loader->packages.list.items[package].dir;
	CLEANUP(free_p) char *joined = path_join(*dir ? dir : ".", inside);
	loader->importing = (uint32_t)package;
	return arena_strdup(loader->arena, joined);
}

static const char *extension(struct slice path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);
	const char *start = slash ? slash : path.ptr;
	return memrchr(start, '.', path.len - (size_t)(start - path.ptr));
}

static bool is_std_error(const struct ast_decl *decl)
{
	return decl->import_form != IMPORT_MODULE && slice_is(decl->text, "std.Error");
}

/* The file an import names, or NULL with a diagnostic. */
static char *import_path(struct loader *loader, const struct unit *unit, struct ast_decl *decl)
{
	struct slice name = decl->import_form == IMPORT_MODULE ? decl->name.text : decl->text;
	struct range at = decl->import_form == IMPORT_MODULE ? decl->name.range : decl->text_range;
	const char *ext = extension(name);
	size_t ext_len = ext ? name.len - (size_t)(ext - name.ptr) : 0;
	const char *start = NULL;
	loader->importing = unit->package;
	if (memchr(name.ptr, '\0', name.len)) {
		report_error(&loader->report, at, "FUSE_IMPORT_READ",
			     "an import path cannot hold a zero byte");
		return NULL;
	}
	if (slice_starts(name, "dep:") || slice_starts(name, "root:")) {
		start = package_path(loader, unit, name, at);
		if (!start)
			return NULL;
	}
	if (ext && ext_len > 1) {
		struct slice suffix = slice_make(ext, ext_len);
		decl->is_asset = slice_is(suffix, ".md") || slice_is(suffix, ".json");
		if (decl->is_asset && decl->import_form != IMPORT_FROM) {
			report_error(&loader->report, at, "FUSE_IMPORT_ASSET_FORM",
				     "an asset is imported as one name: import Name from \"path\"");
			return NULL;
		}
		if (!decl->is_asset && !slice_is(suffix, ".fuse")) {
			report_error(&loader->report, at, "FUSE_IMPORT_UNSUPPORTED_EXTENSION",
				     "unsupported import extension '%.*s'", SLICE_ARG(suffix));
			return NULL;
		}
	}
	const char *suffix = ext && ext_len > 1 ? "" : ".fuse";
	if (start)
		return package_tidy(loader->arena,
				    arena_printf(loader->arena, "%s%s", start, suffix));
	CLEANUP(free_p) char *dir = path_dir(unit->source.path);
	CLEANUP(free_p)
	char *joined =
		path_join(dir, arena_printf(loader->arena, "%.*s%s", SLICE_ARG(name), suffix));
	return package_tidy(loader->arena, joined);
}

static void load_asset(struct loader *loader, struct ast_decl *decl, const char *path)
{
	struct buf text = BUF_INIT(SOURCE_MAX);
	struct error err = ERROR_INIT;
	struct range at = decl->text_range;
	if (!path_exists(path)) {
		report_error(&loader->report, at, "FUSE_ASSET_MISSING", "no file '%s'", path);
	} else if (!path_is_file(path) || file_read(&text, path, SOURCE_MAX, &err) < 0) {
		report_error(&loader->report, at, "FUSE_ASSET_READ", "cannot read '%s'", path);
	} else if (!utf8_is_valid(buf_slice(&text))) {
		report_error(&loader->report, at, "FUSE_ASSET_UTF8", "'%s' is not UTF-8", path);
	} else if (slice_ends(decl->text, ".json")) {
		if (json_parse(&decl->json, buf_slice(&text), path, JSON_RAW_NUMBERS, &err) < 0)
			report_error(&loader->report, at, "FUSE_ASSET_JSON_INVALID", "%s",
				     err.message);
	} else {
		decl->asset = arena_slice(loader->arena, buf_slice(&text));
	}
	buf_done(&text);
}

static void load_std_error(struct loader *loader, struct ast_decl *decl)
{
	decl->import_unit = find_unit(loader, std_error_path);
	if (decl->import_unit >= 0)
		return;
	decl->import_unit = (int32_t)loader->units.len;
	add_unit(loader, std_error_path, slice_of(std_error_text))->is_std_error = true;
}

static void load_import(struct loader *loader, struct unit *unit, struct ast_decl *decl)
{
	decl->import_unit = -1;
	if (is_std_error(decl)) {
		load_std_error(loader, decl);
		return;
	}
	char *path = import_path(loader, unit, decl);
	if (!path)
		return;
	if (decl->is_asset) {
		load_asset(loader, decl, path);
		return;
	}
	decl->import_unit = find_unit(loader, path);
	if (decl->import_unit >= 0)
		return;
	struct buf text = BUF_INIT(SOURCE_MAX);
	struct error err = ERROR_INIT;
	struct range at = decl->import_form == IMPORT_MODULE ? decl->name.range : decl->text_range;
	if (loader->units.len >= MODULES_MAX) {
		if (!loader->is_full)
			report_error(&loader->report, at, "FUSE_IMPORT_LIMIT",
				     "more than %d modules", MODULES_MAX);
		loader->is_full = true;
	} else if (!path_is_file(path) || file_read(&text, path, SOURCE_MAX, &err) < 0) {
		report_error(&loader->report, at, "FUSE_IMPORT_READ", "cannot read module '%s'",
			     path);
	} else {
		decl->import_unit = (int32_t)loader->units.len;
		(void)add_unit(loader, path, buf_slice(&text));
	}
	buf_done(&text);
}

void loader_load_text(struct loader *loader, const char *path, struct slice text)
{
	packages_load(&loader->packages, loader->arena, &loader->report, path);
	(void)add_unit(loader, path, text);
	for (size_t i = 0; i < loader->units.len; i++) {
		struct ast_module *ast = loader->units.items[i]->ast;
		for (uint32_t k = 0; k < ast->decl_len; k++)
			if (ast->decls[k]->kind == AST_DECL_IMPORT)
				load_import(loader, loader->units.items[i], ast->decls[k]);
	}
}

int loader_load(struct loader *loader, const char *path, struct error *err)
{
	struct buf text = BUF_INIT(SOURCE_MAX);
	int r = file_read(&text, path, SOURCE_MAX, err);
	if (r >= 0)
		loader_load_text(loader, path, buf_slice(&text));
	buf_done(&text);
	return r < 0 ? r : 0;
}

void loader_done(struct loader *loader)
{
	vec_each (&loader->units, unit) {
		for (uint32_t i = 0; i < (*unit)->ast->decl_len; i++)
			(void)json_free((*unit)->ast->decls[i]->json);
		map_done(&(*unit)->symbols);
		vec_done(&(*unit)->declared);
	}
	vec_done(&loader->units);
	vec_done(&loader->sources);
	packages_done(&loader->packages);
}
