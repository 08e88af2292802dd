/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: steps and complaints, the search for the package, and a reader of .env: NAME=VALUE a
 * line, "export" in front and one pair of quotes around the value allowed, '#' opens a comment
 * line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "oracles/reference/command.h"
#include "oracles/reference/package.h"

enum { DOTENV_MAX = 1 << 20 };

/* --- steps ------------------------------------------------------------------------------------ */

static void say(struct buf *line)
{
	buf_addc(line, '\n');
	(void)file_write_all(STDERR_FILENO, buf_str(line), line->len);
	buf_done(line);
}

void command_step(const struct command *command, const char *message)
{
	struct buf line = BUF_INIT(0);
	if (command->json) {
		buf_addf(&line, "{\"command\":\"%s\",\"kind\":\"command_step\",\"message\":",
			 command->name);
		json_write_string(&line, slice_of(message));
		buf_addc(&line, '}');
	} else {
		buf_addf(&line, "[%s] %s", command->name, message);
	}
	say(&line);
}

void command_error(const struct command *command, const char *code, const char *message)
{
	struct buf line = BUF_INIT(0);
	if (command->json) {
		buf_addc(&line, '{');
		if (code)
			buf_addf(&line, "\"code\":\"%s\",", code);
		buf_adds(&line, "\"kind\":\"cli_message\",\"level\":\"error\",\"message\":");
		json_write_string(&line, slice_of(message));
		buf_addc(&line, '}');
	} else {
		buf_addf(&line, "error: %s", message);
	}
	say(&line);
}

/* --- the package ------------------------------------------------------------------------------ */

static bool is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *inside(struct arena *arena, const char *dir, const char *name)
{
	CLEANUP(free_p) char *joined = path_join(*dir ? dir : ".", name);
	return package_tidy(arena, joined);
}

/* The folder of the manifest that was named. */
static int named_dir(const char **dir, struct arena *arena, const char *path, const char **code,
		     struct error *err)
{
	if (!path_exists(path)) {
		*code = "wrapper_file_read";
		return error_input(err, "cannot read manifest '%s': %s", path, strerror(errno));
	}
	if (is_dir(path)) {
		*dir = package_tidy(arena, path);
		return 0;
	}
	CLEANUP(free_p) char *above = path_dir(path);
	*dir = package_tidy(arena, above);
	return 0;
}

static const char *text_or_null(struct arena *arena, struct slice text)
{
	return text.len ? arena_strndup(arena, text.ptr, text.len) : NULL;
}

static int read_manifest(struct command_package *out, struct arena *arena, const char *path,
			 struct error *err)
{
	struct manifest manifest;
	uint32_t line = 0;
	CLEANUP(buf_done) struct buf text = BUF_INIT(MANIFEST_MAX);
	int r = file_read(&text, path, MANIFEST_MAX, err);
	if (r >= 0)
		r = manifest_read(&manifest, arena, buf_slice(&text), path, &line, err);
	if (r < 0)
		return r;
	out->app = text_or_null(arena, manifest.app);
	out->backend = text_or_null(arena, manifest.backend);
	const char *entry = text_or_null(arena, manifest.entry);
	if (entry)
		out->entry = inside(arena, out->dir, entry);
	manifest_done(&manifest);
	return 0;
}

int command_find(struct command_package *out, struct arena *arena, const char *manifest_path,
		 const char *file, const char **code, struct error *err)
{
	*out = (struct command_package){.dir = ""};
	*code = NULL;
	const char *named = manifest_path ? manifest_path : file && is_dir(file) ? file : NULL;
	bool whole = !file || named == file;
	if (named) {
		int r = named_dir(&out->dir, arena, named, code, err);
		if (r < 0)
			return r;
	} else {
		out->dir = package_root(arena, file ? file : "./any.fuse");
	}
	char *manifest = inside(arena, out->dir, "fuse.toml");
	if (!path_exists(manifest)) {
		if (!whole)
			return 0;
		*code = named ? "wrapper_manifest_missing" : "wrapper_manifest_required";
		return error_input(err, "no fuse.toml in '%s', name a file to take instead",
				   *out->dir ? out->dir : ".");
	}
	struct command_package found = *out;
	int r = read_manifest(&found, arena, manifest, err);
	if (r < 0) {
		*code = "wrapper_file_read";
		return r;
	}
	if (whole && !found.entry) {
		*code = "wrapper_manifest_required";
		return error_input(err,
				   "'%s' has no entry in [package], name a file to take instead",
				   manifest);
	}
	if (whole)
		*out = found;
	else
		out->backend = found.backend;
	return 0;
}

/* --- its environment -------------------------------------------------------------------------- */

static struct slice unquoted(struct slice value)
{
	bool quoted = value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
		      value.ptr[value.len - 1] == value.ptr[0];
	return quoted ? slice_make(value.ptr + 1, value.len - 2) : value;
}

/* One line; false when it is none of the form NAME=VALUE. */
static bool take_line(struct slice line)
{
	line = slice_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return true;
	if (slice_starts(line, "export "))
		line = slice_trim(slice_make(line.ptr + 7, line.len - 7));
	const char *equals = memchr(line.ptr, '=', line.len);
	if (!equals)
		return false;
	struct slice name = slice_trim(slice_make(line.ptr, (size_t)(equals - line.ptr)));
	struct slice value = unquoted(
		slice_trim(slice_make(equals + 1, line.len - (size_t)(equals + 1 - line.ptr))));
	if (name.len == 0)
		return false;
	CLEANUP(free_p) char *key = strndup(name.ptr, name.len);
	CLEANUP(free_p) char *text = strndup(value.ptr, value.len);
	return key && text && setenv(key, text, 0) == 0;
}

int command_environment(const struct command_package *package, struct error *err)
{
	const char *dir = *package->dir ? package->dir : ".";
	CLEANUP(free_p) char *config = path_join(dir, "config.toml");
	if (*package->dir && path_exists(config))
		(void)setenv("FUSE_CONFIG", config, 0);
	CLEANUP(free_p) char *path = path_join(dir, ".env");
	if (!path_exists(path))
		return 0;
	CLEANUP(buf_done) struct buf text = BUF_INIT(DOTENV_MAX);
	int r = file_read(&text, path, DOTENV_MAX, err);
	if (r < 0)
		return r;
	struct slice rest = buf_slice(&text), line;
	for (unsigned number = 1; slice_next_field(&rest, '\n', &line); number++)
		if (memchr(line.ptr, '\0', line.len) || !take_line(line))
			return error_input(err, "%s:%u: expected NAME=VALUE", path, number);
	return 0;
}
