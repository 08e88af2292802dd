/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile: a profile in use: where its toolchain stands, what identifies it, and look-ups. The JSON
 * form is profile_read.c's, the plans are plan.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/path.h"
#include "oracles/profile_internal.h"

static const char TOOLCHAIN_PREFIX[] = "${toolchain}/";
enum { TOOLCHAIN_PREFIX_LEN = sizeof(TOOLCHAIN_PREFIX) - 1 };

const char *role_name(enum role role)
{
	switch (role) {
	case ROLE_FRONTEND:
		return "frontend";
	case ROLE_CANONICAL:
		return "canonical";
	case ROLE_JIT:
		return "jit";
	case ROLE_AOT:
		return "aot";
	case ROLE_WITNESS:
		return "witness";
	}
	return "?";
}

/* --- the toolchain ---------------------------------------------------------------------------- */

static const char *missing_program(const struct command *command, const char *folder)
{
	if (command->len == 0 ||
	    strncmp(command->words[0], TOOLCHAIN_PREFIX, TOOLCHAIN_PREFIX_LEN) != 0)
		return NULL;
	const char *name = command->words[0] + TOOLCHAIN_PREFIX_LEN;
	CLEANUP(free_p) char *path = path_join(folder, name);
	return path_is_executable(path) ? NULL : name;
}

/* The first program of the profile that `folder` lacks, or NULL. */
static const char *folder_lacks(const struct profile *profile, const char *folder)
{
	const char *missing = missing_program(&profile->version, folder);
	if (!missing)
		missing = missing_program(&profile->check, folder);
	for (size_t i = 0; !missing && i < profile->backend_len; i++) {
		missing = missing_program(&profile->backends[i].build, folder);
		if (!missing)
			missing = missing_program(&profile->backends[i].run, folder);
	}
	return missing;
}

static int no_toolchain(const struct profile_store *store, const char *program, const char *folders,
			struct error *err)
{
	const struct profile *profile = &store->profile;
	struct buf advice = BUF_INIT(0);
	if (profile->toolchain_env)
		buf_addf(&advice, "set %s or ", profile->toolchain_env);
	buf_adds(&advice, "pass --toolchain DIR");
	if (store->toolchain_hint)
		buf_addf(&advice, ", %s", store->toolchain_hint);
	if (folders)
		buf_addf(&advice, " (looked for '%s' in %s)", program, folders);
	int r = error_fault(err, "no toolchain for profile '%s': %s", profile->name,
			    buf_str(&advice));
	buf_done(&advice);
	return r;
}

/* The folder the user named, absolute; NULL when nobody named one. */
static int toolchain_root(char **out, const struct profile_store *store,
			  const struct profile_options *options, struct error *err)
{
	const struct profile *profile = &store->profile;
	const char *named = options->toolchain;
	if (!named && profile->toolchain_env) {
		named = getenv(profile->toolchain_env);
		if (named && !*named)
			named = NULL;
	}
	if (named)
		return path_absolute(out, named, err);
	if (!store->toolchain_default)
		return 0;
	struct arena arena = ARENA_INIT;
	const struct expansion with = {.profile = profile};
	int r = path_absolute(out, template_expand(store->toolchain_default, &with, &arena), err);
	arena_done(&arena);
	return r;
}

/* Folders to look in: the profile's list, where ${toolchain} is the folder named. */
static const char *search_folder(const struct profile_store *store, size_t i, const char *root,
				 struct arena *arena)
{
	if (store->search_len == 0)
		return root;
	struct profile named = store->profile;
	named.toolchain = root;
	const struct expansion with = {.profile = &named};
	return template_expand(store->search[i], &with, arena);
}

static int toolchain_find(struct profile_store *store, const struct profile_options *options,
			  struct error *err)
{
	CLEANUP(free_p) char *root = NULL;
	int r = toolchain_root(&root, store, options, err);
	if (r < 0)
		return r;
	if (!root)
		return no_toolchain(store, NULL, NULL, err);
	struct profile *profile = &store->profile;
	profile->toolchain_root = arena_strdup(&store->arena, root);
	const char *lacks = NULL;
	struct buf tried = BUF_INIT(0);
	size_t folders = store->search_len ? store->search_len : 1;
	for (size_t i = 0; i < folders && !profile->toolchain; i++) {
		const char *folder = search_folder(store, i, root, &store->arena);
		const char *missing = folder_lacks(profile, folder);
		if (!missing)
			profile->toolchain = arena_strdup(&store->arena, folder);
		else if (!lacks)
			lacks = missing;
		buf_addf(&tried, "%s%s", i ? ", " : "", folder);
	}
	if (!profile->toolchain)
		r = no_toolchain(store, lacks, buf_str(&tried), err);
	buf_done(&tried);
	return r;
}

/* --- life ------------------------------------------------------------------------------------- */

int profile_load(struct profile **out, const char *path, const struct profile_options *options,
		 struct error *err)
{
	struct profile_store *store = mem_zeroed(1, sizeof(*store));
	CLEANUP(profile_freep) struct profile *profile = &store->profile;
	profile->path = arena_strdup(&store->arena, path);
	if (options->self_dir)
		profile->self_dir = arena_strdup(&store->arena, options->self_dir);
	int r = profile_read(store, path, err);
	if (r == 0)
		r = toolchain_find(store, options, err);
	if (r < 0)
		return r;
	*out = steal(&profile);
	return 0;
}

struct profile *profile_free(struct profile *profile)
{
	struct profile_store *store = (struct profile_store *)profile;
	if (store) {
		arena_done(&store->arena);
		free(store);
	}
	return NULL;
}

void profile_freep(struct profile **profile)
{
	*profile = profile_free(*profile);
}

/* --- look-ups --------------------------------------------------------------------------------- */

const struct profile_backend *profile_backend(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->backend_len; i++)
		if (strcmp(profile->backends[i].name, name) == 0)
			return &profile->backends[i];
	return NULL;
}

const struct profile_backend *profile_canonical(const struct profile *profile)
{
	return &profile->backends[0];
}

bool profile_has_feature(const struct profile *profile, const char *feature)
{
	for (size_t i = 0; i < profile->feature_len; i++)
		if (strcmp(profile->features[i], feature) == 0)
			return true;
	return false;
}

int profile_identity(char hex[DIGEST_HEX_SIZE], const struct profile *profile, struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT(0);
	const struct expansion with = {.profile = profile};
	int r = 0;
	for (size_t i = 0; r == 0 && i < profile->identity_file_len; i++) {
		const char *name = profile->identity_files[i];
		bool optional = name[0] == '?';
		char file_hex[DIGEST_HEX_SIZE] = "absent";
		const char *path = template_expand(name + optional, &with, &arena);
		if (!optional || path_exists(path))
			r = digest_file(file_hex, path, err);
		/* The name as written: the same toolchain elsewhere is the same toolchain. */
		buf_addf(&text, "%s %s\n", name, file_hex);
	}
	if (r == 0)
		digest_hex(hex, buf_slice(&text));
	else
		r = error_wrap(err, r, "cannot identify the toolchain of profile '%s'",
			       profile->name);
	buf_done(&text);
	arena_done(&arena);
	return r;
}
