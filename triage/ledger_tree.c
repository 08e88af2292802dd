/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_tree: the path grammar, files read with limits, and trees made by union. A union only ever
 * adds: the same path must hold the same blob, so merging in any order gives the same tree.
 */
#include "triage/ledger_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static bool all_of(const char *text, size_t len, const char *set)
{
	return strspn(text, set) == len && text[len] == '\0';
}

bool ledger_is_hex(const char *text, size_t len)
{
	return all_of(text, len, "0123456789abcdef");
}

bool ledger_is_run_id(const char *text)
{
	return all_of(text, 26, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

#define LETTERS_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool ledger_is_waiver_id(const char *text)
{
	size_t len = strlen(text);
	return len >= 1 && len <= 64 && all_of(text, len, LETTERS_DIGITS "-");
}

bool ledger_is_evidence_name(const char *text)
{
	size_t len = strlen(text);
	return len >= 1 && len <= 64 && text[0] != '.' && all_of(text, len, LETTERS_DIGITS "._-");
}

/* "fail.ndjson", or "fail-2.ndjson" up to LEDGER_PARTS_MAX. */
static bool is_part(const char *name, const char *stem)
{
	size_t len = strlen(stem);
	if (strncmp(name, stem, len) != 0)
		return false;
	name += len;
	if (strcmp(name, ".ndjson") == 0)
		return true;
	if (name[0] != '-' || name[1] < '1' || name[1] > '9')
		return false;
	size_t digits = strspn(name + 1, "0123456789");
	long number = digits <= 3 ? strtol(name + 1, NULL, 10) : 0;
	return number >= 2 && number <= LEDGER_PARTS_MAX &&
	       strcmp(name + 1 + digits, ".ndjson") == 0;
}

/* "NAME.json" -> NAME in `out`. */
static bool cut_json(char out[80], const char *name)
{
	size_t len = strlen(name);
	if (len < 6 || len - 5 >= 80 || strcmp(name + len - 5, ".json") != 0)
		return false;
	memcpy(out, name, len - 5);
	out[len - 5] = '\0';
	return true;
}

static bool parse_run_path(enum ledger_file_kind *kind, char *const *part)
{
	if (!ledger_is_hex(part[1], 2) || !ledger_is_hex(part[2], 2))
		return false;
	if (!ledger_is_hex(part[3], 40) && !ledger_is_hex(part[3], 64))
		return false;
	if (memcmp(part[3], part[1], 2) != 0 || memcmp(part[3] + 2, part[2], 2) != 0)
		return false;
	if (!ledger_is_run_id(part[4]))
		return false;
	if (strcmp(part[5], "run.json") == 0)
		*kind = LEDGER_FILE_RUN;
	else if (is_part(part[5], "fail"))
		*kind = LEDGER_FILE_FAIL;
	else if (is_part(part[5], "cases"))
		*kind = LEDGER_FILE_CASES;
	else
		return false;
	return true;
}

static bool is_month(const char *text)
{
	if (strlen(text) != 7 || text[4] != '-')
		return false;
	for (int i = 0; i < 7; i++)
		if (i != 4 && (text[i] < '0' || text[i] > '9'))
			return false;
	int month = (text[5] - '0') * 10 + text[6] - '0';
	return month >= 1 && month <= 12;
}

static bool parse_parts(enum ledger_file_kind *kind, char *const *part, size_t len)
{
	char stem[80];
	if (len == 1) {
		*kind = LEDGER_FILE_VERSION;
		return strcmp(part[0], "VERSION") == 0;
	}
	if (len == 6 && strcmp(part[0], "c") == 0)
		return parse_run_path(kind, part);
	if (len == 4 && strcmp(part[0], "f") == 0) {
		*kind = LEDGER_FILE_EVENT;
		return ledger_is_hex(part[1], 2) && ledger_is_hex(part[2], 64) &&
		       memcmp(part[1], part[2], 2) == 0 && cut_json(stem, part[3]) &&
		       ledger_is_hex(stem, 64);
	}
	if (len == 2 && strcmp(part[0], "w") == 0) {
		*kind = LEDGER_FILE_WAIVER;
		return cut_json(stem, part[1]) && ledger_is_waiver_id(stem);
	}
	if (len == 6 && strcmp(part[0], "e") == 0) {
		*kind = LEDGER_FILE_EVIDENCE;
		return is_month(part[1]) && ledger_is_hex(part[2], 2) &&
		       ledger_is_hex(part[3], 64) && memcmp(part[2], part[3], 2) == 0 &&
		       ledger_is_run_id(part[4]) && ledger_is_evidence_name(part[5]);
	}
	return false;
}

bool ledger_path_parse(enum ledger_file_kind *kind, const char *path)
{
	char copy[LEDGER_PATH_MAX];
	char *part[8];
	size_t len = 0;
	if (strlen(path) >= sizeof(copy))
		return false;
	strcpy(copy, path);
	for (char *rest = copy; rest;) {
		if (len == 8)
			return false;
		part[len++] = strsep(&rest, "/");
	}
	return parse_parts(kind, part, len);
}

int tree_files_add(struct tree_files *files, struct ledger *ledger, const char *path,
		   struct slice bytes, struct arena *arena, struct error *err)
{
	struct tree_file file = {.path = arena_strdup(arena, path)};
	if (bytes.len > LEDGER_BLOB_MAX)
		return error_fault(err, "file '%s' of the ledger is too big: %zu bytes", path,
				   bytes.len);
	if (git_blob_create_from_buffer(&file.blob, ledger->repo, bytes.ptr, bytes.len) < 0)
		return ledger_fault(err, "cannot write to the repository '%s'",
				    git_repository_path(ledger->repo));
	vec_push(files, file);
	return 0;
}

struct collect {
	size_t nodes; /* folders count too: a tree may repeat an empty one without end */
	struct tree_files *files;
	struct ledger *ledger;
	const char *ref;
	struct arena *arena;
	struct error *err;
};

static int collect_tree(struct collect *collect, git_tree *tree, const char *prefix, int depth)
{
	size_t count = git_tree_entrycount(tree);
	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		const char *path =
			arena_printf(collect->arena, "%s%s", prefix, git_tree_entry_name(entry));
		git_filemode_t mode = git_tree_entry_filemode_raw(entry);
		if (++collect->nodes > LEDGER_FILES_MAX)
			return error_fault(collect->err, "%s: more than %d files", collect->ref,
					   LEDGER_FILES_MAX);
		if (mode == GIT_FILEMODE_TREE && depth < 6) {
			CLEANUP(git_tree_freep) git_tree *sub = NULL;
			if (git_tree_lookup(&sub, collect->ledger->repo, git_tree_entry_id(entry)) <
			    0)
				return ledger_fault(collect->err, "%s:%s: cannot read folder",
						    collect->ref, path);
			int r = collect_tree(collect, sub,
					     arena_printf(collect->arena, "%s/", path), depth + 1);
			if (r < 0)
				return r;
			continue;
		}
		enum ledger_file_kind kind;
		if (mode != GIT_FILEMODE_BLOB || !ledger_path_parse(&kind, path))
			return error_fault(collect->err, "%s:%s: not a file of a ledger",
					   collect->ref, path);
		struct tree_file file = {.path = path, .blob = *git_tree_entry_id(entry)};
		vec_push(collect->files, file);
	}
	return 0;
}

int tree_files_collect(struct tree_files *files, struct ledger *ledger, const git_oid *commit,
		       const char *ref, struct arena *arena, struct error *err)
{
	CLEANUP(git_commit_freep) git_commit *object = NULL;
	CLEANUP(git_tree_freep) git_tree *tree = NULL;
	if (git_commit_lookup(&object, ledger->repo, commit) < 0 ||
	    git_commit_tree(&tree, object) < 0)
		return ledger_fault(err, "%s: cannot read its commit", ref);
	struct collect collect = {0, files, ledger, ref, arena, err};
	return collect_tree(&collect, tree, "", 0);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static int conflict(const struct tree_union *into, const char *path, struct error *err)
{
	return error_fault(
		err,
		"%s:%s: two different files were filed under one path; the ledger was not "
		"changed",
		into->ref, path);
}

static int write_level(git_oid *out, const struct tree_union *into, git_tree *base,
		       const struct tree_file *files, size_t len, size_t skip, struct error *err);

/* The files from `files` that share the folder name of `name_len` bytes at `skip`. */
static int write_folder(git_treebuilder *builder, const struct tree_union *into, git_tree *base,
			const struct tree_file *files, size_t len, size_t skip, struct error *err)
{
	char name[LEDGER_PATH_MAX];
	size_t name_len = strcspn(files[0].path + skip, "/");
	if (name_len >= sizeof(name))
		return error_fault(err, "%s:%s: path too long", into->ref, files[0].path);
	memcpy(name, files[0].path + skip, name_len);
	name[name_len] = '\0';
	const git_tree_entry *entry = base ? git_tree_entry_byname(base, name) : NULL;
	CLEANUP(git_tree_freep) git_tree *sub = NULL;
	if (entry && git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_TREE)
		return conflict(into, files[0].path, err);
	if (entry && git_tree_lookup(&sub, into->ledger->repo, git_tree_entry_id(entry)) < 0)
		return ledger_fault(err, "%s:%s: cannot read folder", into->ref, name);
	git_oid id;
	int r = write_level(&id, into, sub, files, len, skip + name_len + 1, err);
	if (r < 0)
		return r;
	if (git_treebuilder_insert(NULL, builder, name, &id, GIT_FILEMODE_TREE) < 0)
		return ledger_fault(err, "%s:%s: cannot add folder", into->ref, name);
	return 0;
}

static int write_leaf(git_treebuilder *builder, const struct tree_union *into, git_tree *base,
		      const struct tree_file *file, size_t skip, struct error *err)
{
	const char *name = file->path + skip;
	const git_tree_entry *entry = base ? git_tree_entry_byname(base, name) : NULL;
	if (entry && (git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_BLOB ||
		      !git_oid_equal(git_tree_entry_id(entry), &file->blob)))
		return conflict(into, file->path, err);
	if (!entry &&
	    git_treebuilder_insert(NULL, builder, name, &file->blob, GIT_FILEMODE_BLOB) < 0)
		return ledger_fault(err, "%s:%s: cannot add file", into->ref, file->path);
	return 0;
}

static int write_level(git_oid *out, const struct tree_union *into, git_tree *base,
		       const struct tree_file *files, size_t len, size_t skip, struct error *err)
{
	CLEANUP(git_treebuilder_freep) git_treebuilder *builder = NULL;
	if (git_treebuilder_new(&builder, into->ledger->repo, base) < 0)
		return ledger_fault(err, "%s: cannot begin a tree", into->ref);
	for (size_t i = 0; i < len;) {
		const char *rest = files[i].path + skip;
		size_t name_len = strcspn(rest, "/");
		size_t end = i + 1;
		while (end < len && strncmp(files[end].path + skip, rest, name_len) == 0 &&
		       strchr("/", files[end].path[skip + name_len]))
			end++;
		int r;
		if (rest[name_len] == '/') {
			r = write_folder(builder, into, base, files + i, end - i, skip, err);
		} else {
			for (size_t k = i + 1; k < end; k++)
				if (!git_oid_equal(&files[k].blob, &files[i].blob) ||
				    files[k].path[skip + name_len] != '\0')
					return conflict(into, files[k].path, err);
			r = write_leaf(builder, into, base, &files[i], skip, err);
		}
		if (r < 0)
			return r;
		i = end;
	}
	if (git_treebuilder_write(out, builder) < 0)
		return ledger_fault(err, "cannot write to the repository '%s'",
				    git_repository_path(into->ledger->repo));
	return 0;
}

int tree_union_write(git_oid *out, const struct tree_union *into, git_tree *base,
		     struct tree_files *files, struct error *err)
{
	if (files->len)
		qsort(files->items, files->len, sizeof(files->items[0]), by_path);
	return write_level(out, into, base, files->items, files->len, into->skip, err);
}

int ledger_ref_tree(git_tree **out, git_oid *commit, struct ledger *ledger, const char *ref,
		    struct error *err)
{
	CLEANUP(git_commit_freep) git_commit *object = NULL;
	*out = NULL;
	int r = git_reference_name_to_id(commit, ledger->repo, ref);
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r < 0 || git_commit_lookup(&object, ledger->repo, commit) < 0 ||
	    git_commit_tree(out, object) < 0)
		return ledger_fault(err, "%s: cannot read", ref);
	return 0;
}

int ledger_tip(git_tree **out, git_oid *commit, struct ledger *ledger, struct error *err)
{
	CLEANUP(git_tree_freep) git_tree *tree = NULL;
	int r = ledger_ref_tree(&tree, commit, ledger, LEDGER_REF, err);
	if (r < 0 || !tree) {
		*out = NULL;
		return r;
	}
	const git_tree_entry *entry = git_tree_entry_byname(tree, "VERSION");
	if (!entry || git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_BLOB)
		return error_fault(err, "%s:VERSION: missing, this is not a ledger", LEDGER_REF);
	struct arena arena = ARENA_INIT;
	struct slice text;
	r = ledger_blob(&text, ledger, git_tree_entry_id(entry), LEDGER_REF ":VERSION", &arena,
			err);
	if (r == 0 && !slice_is(text, LEDGER_VERSION_TEXT)) {
		struct slice line = slice_trim(text);
		if (line.len > 16)
			line.len = 16;
		r = error_fault(
			err,
			"%s:VERSION: unknown format '%.*s', this parity knows 1; use a newer "
			"one",
			LEDGER_REF, SLICE_ARG(line));
	}
	arena_done(&arena);
	if (r == 0)
		*out = steal(&tree);
	return r;
}

int ledger_subtree(git_tree **out, struct ledger *ledger, git_tree *root, const char *path,
		   struct error *err)
{
	git_tree_entry *entry = NULL;
	*out = NULL;
	int r = root ? git_tree_entry_bypath(&entry, root, path) : GIT_ENOTFOUND;
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r == 0 && git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_TREE)
		r = error_fault(err, "%s:%s: not a folder", LEDGER_REF, path);
	else if (r < 0 || git_tree_lookup(out, ledger->repo, git_tree_entry_id(entry)) < 0)
		r = ledger_fault(err, "%s:%s: cannot read folder", LEDGER_REF, path);
	git_tree_entry_free(entry);
	return r;
}

int ledger_blob(struct slice *out, struct ledger *ledger, const git_oid *id, const char *where,
		struct arena *arena, struct error *err)
{
	CLEANUP(git_odb_freep) git_odb *odb = NULL;
	size_t size = 0;
	git_object_t type = GIT_OBJECT_INVALID;
	if (git_repository_odb(&odb, ledger->repo) < 0 ||
	    git_odb_read_header(&size, &type, odb, id) < 0)
		return ledger_fault(err, "%s: cannot read", where);
	if (type != GIT_OBJECT_BLOB)
		return error_fault(err, "%s: not a file", where);
	if (size > LEDGER_BLOB_MAX)
		return error_fault(err, "%s: too big: %zu bytes, the limit is %d", where, size,
				   LEDGER_BLOB_MAX);
	git_odb_object *object = NULL;
	if (git_odb_read(&object, odb, id) < 0)
		return ledger_fault(err, "%s: cannot read", where);
	*out = arena_slice(arena,
			   slice_make(git_odb_object_data(object), git_odb_object_size(object)));
	git_odb_object_free(object);
	return 0;
}
