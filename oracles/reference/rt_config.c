/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_config: values that exist once: asset imports and config fields. A config field takes the
 * environment's value first, then the config file's, then its default; whatever it takes is
 * validated. Clause: #config-loading.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracles/reference/rt.h"

extern char **environ;

enum { NAME_SIZE = 256, FILE_MAX = 16 << 20 };

/* --- names ------------------------------------------------------------------------------------ */

/* "dbUrl" as "DB_URL": words of camel case and words with hyphens parted by '_'. */
static size_t add_upper(char *out, size_t at, const struct rt_name *name)
{
	bool lower = false;
	for (uint64_t i = 0; i < name->len && at + 2 < NAME_SIZE; i++) {
		unsigned char c = (unsigned char)name->ptr[i];
		bool gap = c == '-' || c == '_';
		if ((gap || (lower && isupper(c))) && !(at && out[at - 1] == '_'))
			out[at++] = '_';
		if (!gap)
			out[at++] = (char)toupper(c);
		lower = islower(c) || isdigit(c);
	}
	out[at] = '\0';
	return at;
}

static void variable_name(char out[NAME_SIZE], const struct rt_const *constant)
{
	size_t at = add_upper(out, 0, &constant->section);
	if (at + 2 < NAME_SIZE)
		out[at++] = '_';
	(void)add_upper(out, at, &constant->field);
}

/* Are two names the same but for '_' and case? `len` is that of `a`. */
static bool looks_like(const char *a, size_t len, const char *b)
{
	const char *end = a + len;
	for (;;) {
		while (a < end && *a == '_')
			a++;
		while (*b == '_')
			b++;
		if (a == end || !*b)
			return a == end && !*b;
		if (toupper((unsigned char)*a++) != toupper((unsigned char)*b++))
			return false;
	}
}

static bool same_name(const struct rt_name *a, const struct rt_name *b)
{
	return a->len == b->len && memcmp(a->ptr, b->ptr, a->len) == 0;
}

/* Does variable NAME=... of the environment set a field of that section? */
static bool is_expected(const struct rt *rt, const struct rt_name *section, const char *variable,
			size_t len)
{
	char name[NAME_SIZE];
	for (uint32_t i = 0; i < rt->program->const_len; i++) {
		const struct rt_const *constant = &rt->program->consts[i];
		if (!constant->is_config || !same_name(&constant->section, section))
			continue;
		variable_name(name, constant);
		if (strlen(name) == len && memcmp(name, variable, len) == 0)
			return true;
	}
	return false;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A hint for each variable that is nearly the name of the field. */
static void hint(const struct rt *rt, const struct rt_const *constant)
{
	char name[NAME_SIZE];
	char prefix[NAME_SIZE];
	const char *found[16];
	size_t count = 0;
	size_t prefix_len = add_upper(prefix, 0, &constant->section);
	prefix[prefix_len++] = '_';
	variable_name(name, constant);
	for (char **at = environ; at && *at && count < 16; at++) {
		size_t len = strcspn(*at, "=");
		if (len > prefix_len && strncmp(*at, prefix, prefix_len) == 0 &&
		    looks_like(*at, len, name) && !is_expected(rt, &constant->section, *at, len))
			found[count++] = *at;
	}
	qsort(found, count, sizeof(*found), text_order);
	for (size_t i = 0; i < count; i++)
		(void)fprintf(stderr,
			      "config hint: env var %.*s is ignored; did you mean %s for %.*s?\n",
			      (int)strcspn(found[i], "="), found[i], name, (int)constant->name.len,
			      constant->name.ptr);
}

/* --- the file --------------------------------------------------------------------------------- */

struct config_file {
	const char *path;
	char *text; /* NULL when there is none */
};

static bool read_all(struct rt *rt, struct config_file *file, FILE *stream)
{
	size_t cap = 4096, len = 0;
	file->text = malloc(cap);
	while (file->text) {
		len += fread(file->text + len, 1, cap - len - 1, stream);
		if (len < cap - 1)
			break;
		char *grown = len < FILE_MAX ? realloc(file->text, cap * 2) : NULL;
		if (!grown) {
			rt_trapf(rt, "config file too large: %s", file->path);
			return false;
		}
		file->text = grown;
		cap *= 2;
	}
	if (!file->text) {
		rt_trap(rt, "out of memory");
		return false;
	}
	file->text[len] = '\0';
	if (ferror(stream))
		rt_trapf(rt, "failed to read config file: %s: %s", file->path, strerror(errno));
	else if (memchr(file->text, '\0', len) || !rt_is_utf8(file->text, len))
		rt_trapf(rt, "failed to read config file: %s: not text", file->path);
	return !rt->trap;
}

static void open_file(struct rt *rt, struct config_file *file)
{
	const char *named = getenv("FUSE_CONFIG");
	file->path = named && *named ? named : "config.toml";
	FILE *stream = fopen(file->path, "re");
	if (stream) {
		(void)read_all(rt, file, stream);
		(void)fclose(stream);
	} else if (errno != ENOENT) {
		rt_trapf(rt, "failed to read config file: %s: %s", file->path, strerror(errno));
	}
}

struct part {
	const char *ptr;
	size_t len;
};

static struct part trimmed(const char *start, const char *end)
{
	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	return (struct part){start, (size_t)(end - start)};
}

/* A line without its comment; a '#' inside quotes is none. *open: a quote is not closed. */
static struct part content_of(const char *line, const char *end, bool *open)
{
	*open = false;
	for (const char *p = line; p < end; p++) {
		if (*p == '\\' && *open && p + 1 < end)
			p++;
		else if (*p == '"')
			*open = !*open;
		else if (*p == '#' && !*open)
			return trimmed(line, p);
	}
	return trimmed(line, end);
}

/* A quoted value with the basic escapes, any other as it stands; malloc'ed. */
static char *value_text(struct part raw)
{
	char *out = malloc(raw.len + 1);
	if (!out)
		return NULL;
	size_t len = 0;
	bool quoted = raw.len >= 2 && raw.ptr[0] == '"' && raw.ptr[raw.len - 1] == '"';
	size_t end = quoted ? raw.len - 1 : raw.len;
	for (size_t i = quoted; i < end; i++) {
		char c = raw.ptr[i];
		if (quoted && c == '\\' && i + 1 < end) {
			c = raw.ptr[++i];
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
		}
		out[len++] = c;
	}
	out[len] = '\0';
	return out;
}

static bool is_part(struct part part, const struct rt_name *name)
{
	return part.len == name->len && memcmp(part.ptr, name->ptr, part.len) == 0;
}

struct file_line {
	struct part section;
	struct part key;
	struct part value;
};

/* The next "key = value" from *at on; 1, 0 at the end, -1 and a trap for any other line. */
static int next_line(struct rt *rt, const char *path, const char **at, struct file_line *out,
		     unsigned *number)
{
	while (**at) {
		const char *end = strchrnul(*at, '\n');
		bool open;
		struct part line = content_of(*at, end, &open);
		*at = *end ? end + 1 : end;
		++*number;
		if (line.len == 0)
			continue;
		if (!open && line.len > 2 && line.ptr[0] == '[' && line.ptr[line.len - 1] == ']' &&
		    trimmed(line.ptr + 1, line.ptr + line.len - 1).len) {
			out->section = trimmed(line.ptr + 1, line.ptr + line.len - 1);
			continue;
		}
		const char *equals = memchr(line.ptr, '=', line.len);
		if (!open && equals && equals > line.ptr) {
			out->key = trimmed(line.ptr, equals);
			out->value = trimmed(equals + 1, line.ptr + line.len);
			return 1;
		}
		rt_trapf(rt, "invalid config file: %s:%u: %s", path, *number,
			 open ? "unterminated string" : "expected [section] or key = value");
		return -1;
	}
	return 0;
}

char *rt_config_find(struct rt *rt, const char *path, const char *text,
		     const struct rt_const *constant)
{
	struct file_line line = {{"", 0}, {"", 0}, {"", 0}};
	struct part found = {NULL, 0};
	const char *at = text;
	unsigned number = 0;
	while (next_line(rt, path, &at, &line, &number) > 0)
		if (is_part(line.section, &constant->section) &&
		    is_part(line.key, &constant->field))
			found = line.value;
	if (rt->trap || !found.ptr)
		return NULL;
	char *own = value_text(found);
	if (!own)
		rt_trap(rt, "out of memory");
	return own;
}

/* --- values ----------------------------------------------------------------------------------- */

static struct value config_value(struct rt *rt, const struct config_file *file,
				 const struct rt_const *constant)
{
	char name[NAME_SIZE];
	char path[NAME_SIZE];
	struct value v = rt_null();
	variable_name(name, constant);
	(void)snprintf(path, sizeof(path), "%.*s", (int)constant->name.len, constant->name.ptr);
	const char *variable = getenv(name);
	char *own = NULL;
	if (!variable && file->text)
		own = rt_config_find(rt, file->path, file->text, constant);
	if (variable || own) {
		(void)rt_decode_text(rt, &v, constant->type, variable ? variable : own, path);
	} else if (!rt->trap) {
		v = rt->program->invoke(rt, constant->function, NULL);
		if (!rt->trap && !rt_check(rt, constant->type, &v, path)) {
			rt_drop(rt, v);
			v = rt_null();
		}
	}
	free(own);
	return v;
}

void rt_constants(struct rt *rt)
{
	const struct rt_program *program = rt->program;
	struct config_file file = {0};
	bool opened = false;
	for (uint32_t i = 0; i < program->const_len && !rt->trap; i++) {
		const struct rt_const *constant = &program->consts[i];
		if (!constant->is_config) {
			rt->consts[i] = program->invoke(rt, constant->function, NULL);
			continue;
		}
		if (!opened)
			open_file(rt, &file);
		opened = true;
		hint(rt, constant);
		if (!rt->trap)
			rt->consts[i] = config_value(rt, &file, constant);
	}
	free(file.text);
}
