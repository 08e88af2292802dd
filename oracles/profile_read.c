/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_read: the JSON form of a profile, "parity.profile/1". Every key must be known and every
 * template name too, so that a misspelt profile is an error with its line and not a strange verdict
 * later.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/path.h"
#include "oracles/profile_internal.h"

static const char SCHEMA[] = "parity.profile/1";
enum { BUILD_TIMEOUT_MAX_S = 86400 };

struct reader {
	struct profile_store *store;
	const struct json_doc *doc;
	struct arena *arena;
};

/* --- values ----------------------------------------------------------------------------------- */

static int check_template(const struct reader *r, const json_node *node, const char *text,
			  struct error *err)
{
	CLEANUP(free_p) char *unknown = template_unknown_name(text);
	return unknown ? json_error(r->doc, node, err, "unknown name '${%s}' in '%s'", unknown,
				    text)
		       : 0;
}

static int read_string(const char **out, const struct reader *r, const json_node *object,
		       const char *key, bool required, struct error *err)
{
	const char *text = NULL;
	int e = required ? json_member_string(&text, r->doc, object, key, err)
			 : json_opt_string(&text, r->doc, object, key, err);
	if (e == 0 && text)
		*out = arena_strdup(r->arena, text);
	return e;
}

static int read_template(const char **out, const struct reader *r, const json_node *object,
			 const char *key, struct error *err)
{
	int e = read_string(out, r, object, key, false, err);
	if (e == 0 && *out)
		e = check_template(r, json_get(object, key), *out, err);
	return e;
}

/* An array of strings; each is checked as a template. */
static int read_strings(const char ***out, size_t *len, const struct reader *r,
			const json_node *object, const char *key, struct error *err)
{
	const json_node *array = NULL;
	int e = json_opt_array(&array, r->doc, object, key, err);
	if (e < 0 || !array)
		return e;
	const char **items = ARENA_ARRAY(r->arena, const char *, json_len(array));
	size_t n = 0;
	json_each (array, it) {
		if (!json_is_string(it))
			return json_error(r->doc, it, err, "'%s' must hold strings", key);
		items[n] = arena_strdup(r->arena, json_string(it));
		e = check_template(r, it, items[n++], err);
		if (e < 0)
			return e;
	}
	*out = items;
	*len = n;
	return 0;
}

/* {"NAME": "template"} becomes "NAME=template". */
static int read_env(const char ***out, size_t *len, const struct reader *r, const json_node *object,
		    struct error *err)
{
	const json_node *env = NULL;
	int e = json_opt_object(&env, r->doc, object, "env", err);
	if (e < 0 || !env)
		return e;
	const char **items = ARENA_ARRAY(r->arena, const char *, json_len(env));
	size_t n = 0;
	json_each (env, it) {
		const char *name = json_key(it);
		if (!json_is_string(it))
			return json_error(r->doc, it, err, "variable '%s' must be a string", name);
		if (!*name || strchr(name, '='))
			return json_error(r->doc, it, err, "bad variable name '%s'", name);
		e = check_template(r, it, json_string(it), err);
		if (e < 0)
			return e;
		items[n++] = arena_printf(r->arena, "%s=%s", name, json_string(it));
	}
	*out = items;
	*len = n;
	return 0;
}

/* --- commands --------------------------------------------------------------------------------- */

static int command_add(struct command *command, const struct reader *r, const json_node *word,
		       const char *need, struct error *err)
{
	if (!json_is_string(word))
		return json_error(r->doc, word, err, "a word must be a string");
	command->words[command->len] = arena_strdup(r->arena, json_string(word));
	command->needs[command->len] = need;
	return check_template(r, word, command->words[command->len++], err);
}

/* {"if": "app", "words": [...]} */
static int command_add_group(struct command *command, const struct reader *r,
			     const json_node *group, struct error *err)
{
	static const char *const KEYS[] = {"if", "words", NULL};
	const char *need = NULL;
	const json_node *words = NULL;
	int e = json_known_keys(r->doc, group, KEYS, err);
	if (e == 0)
		e = json_member_string(&need, r->doc, group, "if", err);
	if (e == 0 && strcmp(need, "app") != 0 && strcmp(need, "args") != 0)
		e = json_error(r->doc, json_get(group, "if"), err,
			       "unknown condition '%s', use 'app' or 'args'", need);
	if (e == 0)
		e = json_opt_array(&words, r->doc, group, "words", err);
	if (e == 0 && !words)
		e = json_error(r->doc, group, err, "missing 'words'");
	if (e < 0)
		return e;
	need = arena_strdup(r->arena, need);
	json_each (words, it) {
		e = command_add(command, r, it, need, err);
		if (e < 0)
			return e;
	}
	return 0;
}

static int read_words(struct command *out, const struct reader *r, const json_node *array,
		      struct error *err)
{
	size_t room = 0;
	json_each (array, it)
		room += json_is_object(it) ? json_len(json_get(it, "words")) : 1;
	out->words = ARENA_ARRAY(r->arena, const char *, room);
	out->needs = ARENA_ARRAY(r->arena, const char *, room);
	json_each (array, it) {
		int e = json_is_object(it) ? command_add_group(out, r, it, err)
					   : command_add(out, r, it, NULL, err);
		if (e < 0)
			return e;
	}
	return 0;
}

static int read_command(struct command *out, const struct reader *r, const json_node *object,
			const char *key, struct error *err)
{
	const json_node *array = NULL;
	int e = json_opt_array(&array, r->doc, object, key, err);
	if (e < 0 || !array)
		return e;
	e = read_words(out, r, array, err);
	if (e < 0)
		return e;
	if (out->len == 0 || out->needs[0])
		return json_error(r->doc, array, err, "'%s' must begin with a program", key);
	return 0;
}

/* --- exits ------------------------------------------------------------------------------------ */

static int read_exit(struct exit_meaning *out, const struct reader *r, const json_node *member,
		     struct error *err)
{
	static const char OR_REJECTED[] = "|rejected";
	char *end;
	const char *key = json_key(member);
	long code = strtol(key, &end, 10);
	if (end == key || *end || code < 0 || code > 255)
		return json_error(r->doc, member, err, "exit status '%s' is not in 0..255", key);
	if (!json_is_string(member))
		return json_error(r->doc, member, err,
				  "the meaning of exit status %s must be a string", key);
	struct slice meaning = slice_of(json_string(member));
	out->code = (int)code;
	out->or_rejected = slice_ends(meaning, OR_REJECTED);
	if (out->or_rejected)
		meaning.len -= sizeof(OR_REJECTED) - 1;
	if (meaning.len == 0)
		return json_error(r->doc, member, err, "exit status %s has no meaning", key);
	out->meaning = arena_strndup(r->arena, meaning.ptr, meaning.len);
	return 0;
}

static int read_exits(struct exit_meaning **out, size_t *len, const struct reader *r,
		      const json_node *object, struct error *err)
{
	const json_node *exits = NULL;
	int e = json_opt_object(&exits, r->doc, object, "exits", err);
	if (e < 0 || !exits)
		return e;
	*out = ARENA_ARRAY(r->arena, struct exit_meaning, json_len(exits));
	json_each (exits, it) {
		e = read_exit(&(*out)[*len], r, it, err);
		if (e < 0)
			return e;
		++*len;
	}
	return 0;
}

/* --- sections --------------------------------------------------------------------------------- */

static int read_toolchain(struct reader *r, const json_node *root, struct error *err)
{
	static const char *const KEYS[] = {"env", "default", "search", "hint", NULL};
	struct profile_store *store = r->store;
	const json_node *node = NULL;
	int e = json_opt_object(&node, r->doc, root, "toolchain", err);
	if (e < 0 || !node)
		return e;
	e = json_known_keys(r->doc, node, KEYS, err);
	if (e == 0)
		e = read_string(&store->profile.toolchain_env, r, node, "env", false, err);
	if (e == 0)
		e = read_template(&store->toolchain_default, r, node, "default", err);
	if (e == 0)
		e = read_string(&store->toolchain_hint, r, node, "hint", false, err);
	if (e == 0)
		e = read_strings(&store->search, &store->search_len, r, node, "search", err);
	return e;
}

static int read_check(struct reader *r, const json_node *root, struct error *err)
{
	static const char *const KEYS[] = {"argv",           "exits", "diagnostics",
					   "codes_optional", "env",   NULL};
	struct profile *profile = &r->store->profile;
	const json_node *node = NULL;
	int e = json_opt_object(&node, r->doc, root, "check", err);
	profile->diagnostics = "text";
	if (e < 0 || !node)
		return e;
	e = json_known_keys(r->doc, node, KEYS, err);
	if (e == 0)
		e = read_command(&profile->check, r, node, "argv", err);
	if (e == 0)
		e = read_exits(&profile->check_exits, &profile->check_exit_len, r, node, err);
	if (e == 0)
		e = read_string(&profile->diagnostics, r, node, "diagnostics", false, err);
	if (e == 0 && strcmp(profile->diagnostics, "text") != 0 &&
	    strcmp(profile->diagnostics, "json-lines") != 0)
		e = json_error(r->doc, json_get(node, "diagnostics"), err,
			       "unknown diagnostics form '%s', use 'text' or 'json-lines'",
			       profile->diagnostics);
	if (e == 0)
		e = json_opt_bool(&profile->codes_optional, r->doc, node, "codes_optional", err);
	if (e == 0)
		e = read_env(&profile->check_env, &profile->check_env_len, r, node, err);
	return e;
}

static int read_role(enum role *out, const struct reader *r, const json_node *node,
		     struct error *err)
{
	const char *name = NULL;
	int e = json_member_string(&name, r->doc, node, "role", err);
	if (e < 0)
		return e;
	for (enum role role = ROLE_CANONICAL; role <= ROLE_WITNESS; role++) {
		if (strcmp(role_name(role), name) == 0) {
			*out = role;
			return 0;
		}
	}
	return json_error(r->doc, json_get(node, "role"), err,
			  "unknown role '%s', use canonical, jit, aot or witness", name);
}

static int read_build(struct profile_backend *backend, const struct reader *r,
		      const json_node *node, struct error *err)
{
	static const char *const KEYS[] = {"argv", "timeout", "env", NULL};
	const json_node *build = NULL;
	int64_t seconds = 0;
	int e = json_opt_object(&build, r->doc, node, "build", err);
	if (e < 0 || !build)
		return e;
	e = json_known_keys(r->doc, build, KEYS, err);
	if (e == 0)
		e = read_command(&backend->build, r, build, "argv", err);
	if (e == 0 && backend->build.len == 0)
		e = json_error(r->doc, build, err, "a build needs an 'argv'");
	if (e == 0)
		e = json_opt_int(&seconds, r->doc, build, "timeout", 1, BUILD_TIMEOUT_MAX_S, err);
	if (e == 0)
		e = read_env(&backend->build_env, &backend->build_env_len, r, build, err);
	backend->build_timeout_ms = seconds * 1000;
	return e;
}

static int read_run(struct profile_backend *backend, const struct reader *r, const json_node *node,
		    struct error *err)
{
	static const char *const KEYS[] = {"argv", NULL};
	const json_node *run = NULL;
	int e = json_opt_object(&run, r->doc, node, "run", err);
	if (e == 0 && run)
		e = json_known_keys(r->doc, run, KEYS, err);
	if (e == 0 && run)
		e = read_command(&backend->run, r, run, "argv", err);
	if (e == 0 && backend->run.len == 0)
		e = json_error(r->doc, node, err, "backend '%s' has no 'run' with an 'argv'",
			       backend->name);
	return e;
}

static int read_backend(struct profile_backend *backend, const struct reader *r,
			const json_node *node, struct error *err)
{
	static const char *const KEYS[] = {"name",     "role",  "checks", "build", "run",
					   "artifact", "exits", "env",    NULL};
	if (!json_is_object(node))
		return json_error(r->doc, node, err, "a backend must be an object");
	int e = json_known_keys(r->doc, node, KEYS, err);
	if (e == 0)
		e = read_string(&backend->name, r, node, "name", true, err);
	if (e == 0 && !*backend->name)
		e = json_error(r->doc, node, err, "a backend needs a name");
	if (e == 0)
		e = read_role(&backend->role, r, node, err);
	if (e == 0)
		e = json_opt_bool(&backend->checks, r->doc, node, "checks", err);
	if (e == 0)
		e = read_build(backend, r, node, err);
	if (e == 0)
		e = read_run(backend, r, node, err);
	if (e == 0)
		e = read_string(&backend->artifact, r, node, "artifact", false, err);
	if (e == 0 && backend->artifact && !path_is_inside(backend->artifact))
		e = json_error(r->doc, json_get(node, "artifact"), err,
			       "artifact '%s' is not inside the work directory", backend->artifact);
	if (e == 0)
		e = read_exits(&backend->exits, &backend->exit_len, r, node, err);
	if (e == 0)
		e = read_env(&backend->env, &backend->env_len, r, node, err);
	return e;
}

/* The canonical backend comes first, the others keep their order. */
static void canonical_first(struct profile *profile, size_t at)
{
	struct profile_backend canonical = profile->backends[at];
	memmove(profile->backends + 1, profile->backends, at * sizeof(canonical));
	profile->backends[0] = canonical;
}

static int read_backends(struct reader *r, const json_node *root, struct error *err)
{
	struct profile *profile = &r->store->profile;
	const json_node *array = NULL;
	size_t canonical = SIZE_MAX;
	int e = json_opt_array(&array, r->doc, root, "backends", err);
	if (e < 0)
		return e;
	profile->backends = ARENA_ARRAY(r->arena, struct profile_backend, json_len(array));
	for (const json_node *it = json_first(array); it; it = json_next(it)) {
		struct profile_backend *backend = &profile->backends[profile->backend_len];
		e = read_backend(backend, r, it, err);
		if (e < 0)
			return e;
		if (profile_backend(profile, backend->name))
			return json_error(r->doc, it, err, "second backend named '%s'",
					  backend->name);
		if (backend->role == ROLE_CANONICAL && canonical != SIZE_MAX)
			return json_error(r->doc, it, err,
					  "second canonical backend '%s', there is one authority",
					  backend->name);
		if (backend->role == ROLE_CANONICAL)
			canonical = profile->backend_len;
		profile->backend_len++;
	}
	if (canonical == SIZE_MAX)
		return json_error(r->doc, array ? array : root, err, "no canonical backend");
	canonical_first(profile, canonical);
	return 0;
}

static int read_file(struct profile_file *file, const struct reader *r, const json_node *node,
		     struct error *err)
{
	static const char *const KEYS[] = {"path", "lines", NULL};
	const json_node *lines = NULL;
	int e = json_is_object(node) ? json_known_keys(r->doc, node, KEYS, err)
				     : json_error(r->doc, node, err, "a file must be an object");
	if (e == 0)
		e = read_string(&file->path, r, node, "path", true, err);
	if (e == 0 && !path_is_inside(file->path))
		e = json_error(r->doc, node, err, "file '%s' is not inside the work directory",
			       file->path);
	if (e == 0)
		e = json_opt_array(&lines, r->doc, node, "lines", err);
	if (e == 0)
		e = read_words(&file->lines, r, lines, err);
	return e;
}

static int read_files(struct reader *r, const json_node *root, struct error *err)
{
	struct profile *profile = &r->store->profile;
	const json_node *array = NULL;
	int e = json_opt_array(&array, r->doc, root, "files", err);
	if (e < 0 || !array)
		return e;
	profile->files = ARENA_ARRAY(r->arena, struct profile_file, json_len(array));
	json_each (array, it) {
		e = read_file(&profile->files[profile->file_len], r, it, err);
		if (e < 0)
			return e;
		profile->file_len++;
	}
	return 0;
}

static int read_paths(struct reader *r, const json_node *root, struct error *err)
{
	static const char *const KEYS[] = {"read", "write", NULL};
	struct profile *profile = &r->store->profile;
	const json_node *node = NULL;
	int e = json_opt_object(&node, r->doc, root, "paths", err);
	if (e < 0 || !node)
		return e;
	e = json_known_keys(r->doc, node, KEYS, err);
	if (e == 0)
		e = read_strings(&profile->read_paths, &profile->read_path_len, r, node, "read",
				 err);
	if (e == 0)
		e = read_strings(&profile->write_paths, &profile->write_path_len, r, node, "write",
				 err);
	return e;
}

static int read_head(struct reader *r, const json_node *root, struct error *err)
{
	static const char *const KEYS[] = {"schema",       "name",     "language",       "rules",
					   "toolchain",    "version",  "identity_files", "check",
					   "backends",     "env",      "env_pass",       "files",
					   "ignore_files", "features", "paths",          NULL};
	struct profile *profile = &r->store->profile;
	const char *schema = NULL;
	if (!json_is_object(root))
		return json_error(r->doc, root, err, "a profile must be an object");
	int e = json_known_keys(r->doc, root, KEYS, err);
	if (e == 0)
		e = json_member_string(&schema, r->doc, root, "schema", err);
	if (e == 0 && strcmp(schema, SCHEMA) != 0)
		e = json_error(r->doc, json_get(root, "schema"), err,
			       "unknown schema '%s', this program reads '%s'", schema, SCHEMA);
	if (e == 0)
		e = read_string(&profile->name, r, root, "name", true, err);
	if (e == 0)
		e = read_string(&profile->language, r, root, "language", true, err);
	if (e == 0)
		e = read_string(&profile->rules, r, root, "rules", true, err);
	return e;
}

static int read_root(struct reader *r, const json_node *root, struct error *err)
{
	struct profile *p = &r->store->profile;
	int e = read_head(r, root, err);
	if (e == 0)
		e = read_toolchain(r, root, err);
	if (e == 0)
		e = read_command(&p->version, r, root, "version", err);
	if (e == 0)
		e = read_strings(&p->identity_files, &p->identity_file_len, r, root,
				 "identity_files", err);
	if (e == 0)
		e = read_check(r, root, err);
	if (e == 0)
		e = read_backends(r, root, err);
	if (e == 0)
		e = read_env(&p->env, &p->env_len, r, root, err);
	if (e == 0)
		e = read_strings(&p->env_pass, &p->env_pass_len, r, root, "env_pass", err);
	if (e == 0)
		e = read_files(r, root, err);
	if (e == 0)
		e = read_strings(&p->ignore_files, &p->ignore_file_len, r, root, "ignore_files",
				 err);
	if (e == 0)
		e = read_strings(&p->features, &p->feature_len, r, root, "features", err);
	if (e == 0)
		e = read_paths(r, root, err);
	return e;
}

int profile_read(struct profile_store *store, const char *path, struct error *err)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	int e = json_load(&doc, path, err);
	if (e < 0)
		return e;
	struct reader reader = {.store = store, .doc = doc, .arena = &store->arena};
	return read_root(&reader, doc->root, err);
}
