/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diagnostics: one line is one diagnostic or none. Source excerpts, carets, step markers and
 * whatever else a compiler prints around them are passed over. Input is what a child process wrote:
 * any bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "oracles/diagnostics.h"

static const char *const LEVELS[] = {"error", "warning", "note"};

/* Without ESC [ ... letter sequences; borrowed when there are none. */
static struct slice without_ansi(struct slice line, struct arena *arena)
{
	if (!memchr(line.ptr, '\x1b', line.len))
		return line;
	char *out = arena_alloc(arena, line.len + 1);
	size_t len = 0;
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] != '\x1b' || i + 1 >= line.len || line.ptr[i + 1] != '[') {
			out[len++] = line.ptr[i];
			continue;
		}
		i += 2;
		while (i < line.len && (line.ptr[i] < '@' || line.ptr[i] > '~'))
			i++;
	}
	return slice_make(out, len);
}

static const char *relative_path(struct slice path, const char *work_dir, struct arena *arena)
{
	size_t len = work_dir ? strlen(work_dir) : 0;
	if (len > 0 && path.len > len + 1 && memcmp(path.ptr, work_dir, len) == 0 &&
	    path.ptr[len] == '/')
		path = slice_make(path.ptr + len + 1, path.len - len - 1);
	return arena_strndup(arena, path.ptr, path.len);
}

static long positive(int64_t n)
{
	return n > 0 && n <= INT32_MAX ? (long)n : 0;
}

/* --- JSON lines ------------------------------------------------------------------------------- */

static bool read_json_line(struct diagnostic *out, struct slice line, const char *work_dir,
			   struct arena *arena)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	if (line.len == 0 || line.ptr[0] != '{' || !json_try(&doc, line, 0))
		return false;
	const char *kind = json_string(json_get(doc->root, "kind"));
	const char *level = json_string(json_get(doc->root, "level"));
	const char *message = json_string(json_get(doc->root, "message"));
	const char *code = json_string(json_get(doc->root, "code"));
	const char *path = json_string(json_get(doc->root, "path"));
	if (!level || !message || (kind && strcmp(kind, "diagnostic") != 0))
		return false;
	int64_t number = 0;
	out->level = arena_strdup(arena, level);
	out->message = arena_strdup(arena, message);
	out->code = code ? arena_strdup(arena, code) : NULL;
	out->path = path ? relative_path(slice_of(path), work_dir, arena) : NULL;
	out->line = json_to_int(json_get(doc->root, "line"), &number) ? positive(number) : 0;
	out->column = json_to_int(json_get(doc->root, "column"), &number) ? positive(number) : 0;
	return true;
}

/* --- text ------------------------------------------------------------------------------------- */

/* Cut digits off the end of `s`, and the colon before them unless they are all there is. */
static bool cut_number(struct slice *s, long *out)
{
	size_t at = s->len;
	int64_t n = 0;
	while (at > 0 && s->ptr[at - 1] >= '0' && s->ptr[at - 1] <= '9')
		at--;
	if (at == s->len || s->len - at > 9 || (at > 0 && s->ptr[at - 1] != ':'))
		return false;
	for (size_t i = at; i < s->len; i++)
		n = n * 10 + (s->ptr[i] - '0');
	*out = (long)n;
	s->len = at > 0 ? at - 1 : 0;
	return true;
}

/* " (N..M)" names bytes, not a place that a person can go to. */
static bool is_span(struct slice text)
{
	size_t digits = 0, dots = 0;
	for (size_t i = 0; i < text.len; i++) {
		digits += text.ptr[i] >= '0' && text.ptr[i] <= '9';
		dots += text.ptr[i] == '.';
	}
	return dots == 2 && digits >= 2 && digits + dots == text.len;
}

/* Cut " (path:line:column)" or " (line:column)" off the end of `message`, if it has a place. */
static void cut_place(struct slice *message, struct diagnostic *out, const char *work_dir,
		      struct arena *arena)
{
	if (!slice_ends(*message, ")"))
		return;
	for (size_t at = message->len; at-- > 1;) {
		if (message->ptr[at] != '(' || message->ptr[at - 1] != ' ')
			continue;
		struct slice place = slice_make(message->ptr + at + 1, message->len - at - 2);
		long line = 0, column = 0;
		if (is_span(place)) {
			message->len = at - 1;
			return;
		}
		if (!cut_number(&place, &column) || !cut_number(&place, &line))
			continue;
		out->path = place.len ? relative_path(place, work_dir, arena) : NULL;
		out->line = line;
		out->column = column;
		message->len = at - 1;
		return;
	}
}

/* LEVEL[CODE]: MESSAGE (path:line:column), the code and the place being optional. */
static bool read_text_line(struct diagnostic *out, struct slice line, const char *work_dir,
			   struct arena *arena)
{
	const char *level = NULL;
	for (size_t i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]) && !level; i++)
		if (slice_starts(line, LEVELS[i]))
			level = LEVELS[i];
	if (!level)
		return false;
	struct slice rest = slice_make(line.ptr + strlen(level), line.len - strlen(level));
	const char *code = NULL;
	const char *close = rest.len && rest.ptr[0] == '[' ? memchr(rest.ptr, ']', rest.len) : NULL;
	if (close) {
		size_t len = (size_t)(close - rest.ptr);
		code = arena_strndup(arena, rest.ptr + 1, len - 1);
		rest = slice_make(close + 1, rest.len - len - 1);
	}
	if (!slice_starts(rest, ": "))
		return false;
	rest = slice_trim(slice_make(rest.ptr + 2, rest.len - 2));
	*out = (struct diagnostic){.level = level, .code = code};
	cut_place(&rest, out, work_dir, arena);
	out->message = arena_strndup(arena, rest.ptr, rest.len);
	return true;
}

size_t diagnostics_read(struct diagnostic *list, size_t len, struct slice text, bool json,
			const char *work_dir, struct arena *arena)
{
	struct slice line;
	while (len < DIAGNOSTICS_MAX && slice_next_line(&text, &line)) {
		line = without_ansi(line, arena);
		struct diagnostic found = {0};
		if ((json && read_json_line(&found, line, work_dir, arena)) ||
		    read_text_line(&found, line, work_dir, arena))
			list[len++] = found;
	}
	return len;
}
