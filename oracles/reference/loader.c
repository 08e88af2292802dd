/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader: spec/fls.md#imports-and-modules-current, which file an import means. A module's identity
 * is its path as found, so a module imported twice is loaded once and cycles end.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/utf8.h"
#include "oracles/reference/loader.h"
#include "oracles/reference/parse.h"

enum { MODULES_MAX = 1000 };

/* "a/./b/../c" as "a/c", so that one file has one name. */
static char *tidy(struct arena *arena, const char *path)
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

static struct unit *add_unit(struct loader *loader, const char *path, struct slice text)
{
	struct unit *unit = ARENA_NEW(loader->arena, struct unit);
	const char *base = path_base(path);
	size_t len = strlen(base);
	if (len > 5 && strcmp(base + len - 5, ".fuse") == 0)
		len -= 5;
	unit->name = slice_of(arena_strndup(loader->arena, base, len));
	unit->identity = tidy(loader->arena, path);
	source_init(&unit->source, loader->arena, (uint32_t)loader->units.len,
		    arena_strdup(loader->arena, path), arena_slice(loader->arena, text));
	vec_push(&loader->units, unit);
	vec_push(&loader->sources, &unit->source);
	loader->report.sources = loader->sources.items;
	loader->report.source_len = (uint32_t)loader->sources.len;
	unit->ast = parse_module(&unit->source, loader->arena, &loader->report);
	return unit;
}

static int32_t find_unit(const struct loader *loader, const char *path)
{
	for (size_t i = 0; i < loader->units.len; i++)
		if (strcmp(loader->units.items[i]->identity, path) == 0)
			return (int32_t)i;
	return -1;
}

/* The directory that "root:" stands for: the nearest one upwards with a manifest, else the entry's.
 */
static char *root_directory(const struct loader *loader)
{
	char *entry = path_dir(loader->units.items[0]->source.path);
	char *dir = strdup(entry);
	for (int up = 0; dir && up < 64; up++) {
		CLEANUP(free_p) char *manifest = path_join(dir, "fuse.toml");
		if (path_exists(manifest)) {
			free(entry);
			return dir;
		}
		char *parent = path_dir(dir);
		bool end = strcmp(parent, dir) == 0;
		free(dir);
		dir = parent;
		if (end)
			break;
	}
	free(dir);
	return entry;
}

static const char *extension(struct slice path)
{
	const char *slash = memrchr(path.ptr, '/', path.len);
	const char *start = slash ? slash : path.ptr;
	return memrchr(start, '.', path.len - (size_t)(start - path.ptr));
}

/* The file an import names, or NULL with a diagnostic. */
static char *import_path(struct loader *loader, const struct unit *unit, struct ast_decl *decl)
{
	struct slice name = decl->import_form == IMPORT_MODULE ? decl->name.text : decl->text;
	struct range at = decl->import_form == IMPORT_MODULE ? decl->name.range : decl->text_range;
	const char *ext = extension(name);
	size_t ext_len = ext ? name.len - (size_t)(ext - name.ptr) : 0;
	CLEANUP(free_p) char *dir = NULL;
	if (slice_starts(name, "dep:")) {
		report_error(&loader->report, at, "FUSE_UNSUPPORTED",
			     "'dep:' is not supported by this toolchain yet");
		return NULL;
	}
	if (slice_starts(name, "root:")) {
		dir = root_directory(loader);
		name = slice_make(name.ptr + 5, name.len - 5);
		CLEANUP(free_p) char *inside = strndup(name.ptr, name.len);
		if (name.len == 0 || !path_is_inside(inside)) {
			report_error(&loader->report, at,
				     name.len == 0 || name.ptr[0] == '/'
					     ? "FUSE_IMPORT_ROOT_PATH"
					     : "FUSE_IMPORT_ROOT_ESCAPE",
				     "'root:' needs a path inside the package");
			return NULL;
		}
	} else {
		dir = path_dir(unit->source.path);
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
	const char *file = arena_printf(loader->arena, "%.*s%s", SLICE_ARG(name),
					ext && ext_len > 1 ? "" : ".fuse");
	CLEANUP(free_p) char *joined = path_join(dir, file);
	return tidy(loader->arena, joined);
}

static void load_asset(struct loader *loader, struct ast_decl *decl, const char *path)
{
	struct buf text = BUF_INIT(SOURCE_MAX);
	struct error err = ERROR_INIT;
	struct range at = decl->text_range;
	if (!path_exists(path)) {
		report_error(&loader->report, at, "FUSE_ASSET_MISSING", "no file '%s'", path);
	} else if (file_read(&text, path, SOURCE_MAX, &err) < 0) {
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

static void load_import(struct loader *loader, struct unit *unit, struct ast_decl *decl)
{
	decl->import_unit = -1;
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
	if (loader->units.len >= MODULES_MAX)
		report_error(&loader->report, at, "FUSE_IMPORT_LIMIT", "more than %d modules",
			     MODULES_MAX);
	else if (file_read(&text, path, SOURCE_MAX, &err) < 0)
		report_error(&loader->report, at, "FUSE_IMPORT_READ", "cannot read module '%s'",
			     path);
	else {
		decl->import_unit = (int32_t)loader->units.len;
		(void)add_unit(loader, path, buf_slice(&text));
	}
	buf_done(&text);
}

void loader_load_text(struct loader *loader, const char *path, struct slice text)
{
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
}
